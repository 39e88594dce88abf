//! What a peer asked for and has not been told yet.

use std::collections::VecDeque;

use protocol::{
    EntryId,
    message::{EntryFrame, WantRange},
};

/// Questions of a peer that wait. A node asks for one range and a few payloads at a time; who asks for more is told to come again.
const QUESTIONS_MAX: usize = 16;

/// Something that takes long to answer.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Range(Answer),
    Payloads {
        /// Those that were not answered yet.
        left: VecDeque<EntryId>,
        /// Bytes of payloads that may still be sent.
        room: usize,
    },
}

/// A range as far as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) want: WantRange,
    pub(crate) entries: Vec<EntryFrame>,
    /// So many of the entries end at one whose own signature holds.
    pub(crate) signed: usize,
    /// What they take in a frame, at most.
    pub(crate) bytes: usize,
}

/// The questions of one peer, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Questions(VecDeque<Question>);

impl Questions {
    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lets a question wait. Whether there was a place for it.
    pub(crate) fn add(&mut self, question: Question) -> bool {
        let has_room = self.0.len() < QUESTIONS_MAX;
        if has_room {
            self.0.push_back(question);
        }
        has_room
    }

    /// The question that is answered now.
    pub(crate) fn take(&mut self) -> Option<Question> {
        self.0.pop_front()
    }

    /// It is answered further before the others.
    pub(crate) fn put_back(&mut self, question: Question) {
        self.0.push_front(question);
    }
}

impl Answer {
    /// Nothing of it was read yet.
    pub(crate) const fn to(want: WantRange) -> Self {
        Self { want, entries: Vec::new(), signed: 0, bytes: 0 }
    }

    /// Where to read on.
    pub(crate) fn next_seq(&self) -> u64 {
        self.want.from.saturating_add(self.entries.len() as u64)
    }
}
