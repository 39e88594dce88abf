//! Runs: many entries accepted on the signature of the last one and the links between them.
//!
//! A run ends before every root entry, so the key that signs its last header was established before it; single signatures
//! are verified later (`Chain::verify_linked`).

use protocol::{Class, Entry, Header, limits};

use super::{Answer, Chain, kept};
use crate::archive::{Archive, Arrival, Held};

/// What became of entries that came together.
#[derive(Debug, Default)]
pub struct RangeOutcome {
    /// To be journaled, in order.
    pub accepted: Vec<Held>,
    /// Whether a payload came that does not match: the sender is to blame.
    pub was_spoiled: bool,
    /// The answer at which it stopped, if it did not come to the end.
    pub stopped_by: Option<Answer>,
}

impl Chain {
    /// Judges consecutive entries and takes those that continue the feed.
    pub fn receive_range(&mut self, arrivals: Vec<Arrival>, archive: &impl Archive) -> RangeOutcome {
        let mut outcome = RangeOutcome::default();
        let mut waiting = arrivals.into_iter().peekable();
        while let Some(arrival) = waiting.next() {
            let may_start = self.may_start(&arrival);
            let mut run = vec![arrival];
            while let Some(next) = waiting.next_if(|next| may_start && self.may_join(&run, next)) {
                run.push(next);
            }
            let is_run = run.len() > 1 || (may_start && self.may_be_sealed());
            if is_run && let Some(entries) = self.link(&run) {
                self.take_run(run, entries, &mut outcome);
                continue;
            }
            for arrival in run {
                match self.receive(arrival, archive) {
                    Answer::Accepted { held, was_spoiled } => {
                        outcome.was_spoiled |= was_spoiled;
                        outcome.accepted.push(*held);
                    }
                    Answer::Duplicate => {}
                    stop => {
                        outcome.stopped_by = Some(stop);
                        return outcome;
                    }
                }
            }
        }
        outcome
    }

    /// Whether an entry can be the first of a run.
    fn may_start(&self, first: &Arrival) -> bool {
        let header = first.entry.claimed();
        let is_next = header.seq > 0 && header.seq == self.next_seq() && (self.is_open() || self.may_be_sealed());
        is_next && header.feed == self.feed && header.kind.class() != Class::Root && has_what_it_needs(first)
    }

    /// Whether an entry can be part of the run before it.
    fn may_join(&self, run: &[Arrival], next: &Arrival) -> bool {
        let header = next.entry.claimed();
        let follows = run.last().is_some_and(|last| {
            let last = last.entry.claimed();
            header.seq == last.seq + 1 && header.kind.class() != Class::Root && same_author(last, header)
        });
        let is_taken = self.takes(header.seq) || self.may_be_sealed();
        follows && run.len() < limits::RUN_ENTRIES_MAX && is_taken && has_what_it_needs(next)
    }

    /// The entries of a run, if its last signature holds and every entry names the one before it, down to the head.
    fn link(&self, run: &[Arrival]) -> Option<Vec<Entry>> {
        let first = run.first()?.entry.claimed();
        let head = self.head()?;
        if first.prev != head.entry || first.epoch != head.epoch || first.network != self.network {
            return None;
        }
        let (last, before) = run.split_last()?;
        let key = self.institution()?.keys().signer_of(last.entry.claimed()).ok()?;
        let mut entries = vec![last.entry.clone().verify(&key).ok()?];
        for arrival in before.iter().rev() {
            let linked = arrival.entry.clone().link(entries.last()?).ok()?;
            entries.push(linked);
        }
        entries.reverse();
        Some(entries)
    }

    fn take_run(&mut self, run: Vec<Arrival>, entries: Vec<Entry>, outcome: &mut RangeOutcome) {
        for (arrival, entry) in run.into_iter().zip(entries) {
            let (body, was_spoiled) = kept(arrival);
            outcome.was_spoiled |= was_spoiled;
            let held = Held { entry, body };
            self.advance(&held.entry, held.salted());
            outcome.accepted.push(held);
        }
    }
}

fn same_author(a: &Header, b: &Header) -> bool {
    (a.network, a.feed, a.epoch, a.key) == (b.network, b.feed, b.epoch, b.key)
}

fn has_what_it_needs(arrival: &Arrival) -> bool {
    !arrival.entry.claimed().kind.needs_payload() || arrival.matching().is_some()
}
