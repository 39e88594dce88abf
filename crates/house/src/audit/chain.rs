//! The head of the chain, as the house folds it.

use super::{Broken, Checkpoint, Event, Fault, Line, SignedCheckpoint};
use crate::limits::{CHECKPOINT_LINES, CHECKPOINT_MS};

/// Where the chain stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    count: u64,
    head: [u8; 32],
    first_unsealed_ms: Option<u64>,
    /// How many lines the newest checkpoint covers.
    sealed: u64,
    broken: Option<Broken>,
}

impl Chain {
    /// The next line.
    pub fn next(&self, event: Event, now_ms: u64) -> Line {
        Line { seq: self.count, time_ms: now_ms, prev: self.head, event }
    }

    /// How many lines there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The hash of the last line; zeros before the first.
    pub const fn head(&self) -> [u8; 32] {
        self.head
    }

    /// The first line that did not continue the chain when it was folded.
    pub const fn broken(&self) -> Option<&Broken> {
        self.broken.as_ref()
    }

    /// The checkpoint to be signed now, if there are lines enough or one is old enough.
    pub fn due_checkpoint(&self, now_ms: u64) -> Option<Checkpoint> {
        let first_ms = self.first_unsealed_ms?;
        let is_due = self.count.saturating_sub(self.sealed) >= CHECKPOINT_LINES
            || now_ms.saturating_sub(first_ms) >= CHECKPOINT_MS;
        is_due.then_some(Checkpoint { count: self.count, head: self.head, time_ms: now_ms })
    }

    pub(crate) fn follow(&mut self, line: &Line) {
        if self.broken.is_none() && line.seq != self.count {
            self.broken = Some(Broken { seq: self.count, fault: Fault::Missing { found: line.seq } });
        }
        if self.broken.is_none() && line.prev != self.head {
            self.broken = Some(Broken { seq: self.count.saturating_sub(1), fault: Fault::Edited });
        }
        self.count = line.seq.saturating_add(1);
        self.head = line.hash();
        self.first_unsealed_ms.get_or_insert(line.time_ms);
    }

    pub(crate) fn seal(&mut self, signed: &SignedCheckpoint) {
        if let Ok(checkpoint) = signed.claimed() {
            self.first_unsealed_ms = None;
            self.sealed = checkpoint.count;
        }
    }
}
