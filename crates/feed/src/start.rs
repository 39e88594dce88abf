//! The own-head check: a node signs nothing before others have said how far its feed had come.
//!
//! A store cannot tell from itself whether it was restored from a backup. Others can: they hold what we signed.

use std::collections::{BTreeMap, BTreeSet};

use protocol::InstitutionId;

/// Where the check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing is signed, no payload and no blob is served.
    Waiting {
        /// Institutions that answered, with the place they hold; absent: they hold nothing.
        answers: BTreeMap<InstitutionId, Option<u64>>,
        /// Whether somebody held more of our feed than we did.
        was_behind: bool,
    },
    /// The check has passed.
    Ready,
    /// Somebody else writes our feed.
    Halted,
}

impl Start {
    /// Before any answer.
    pub const fn new() -> Self {
        Self::Waiting { answers: BTreeMap::new(), was_behind: false }
    }

    /// Whether entries may be signed and payloads served.
    pub const fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// Whether the check still waits for answers.
    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }

    /// How many other institutions must answer, of `others` members: `min(3, ⌈m/2⌉)`.
    pub const fn answers_needed(others: usize) -> usize {
        let half = others.div_ceil(2);
        if half < 3 { half } else { 3 }
    }

    /// Notes what an institution holds of our feed.
    pub(crate) fn answer(&mut self, from: InstitutionId, held: Option<u64>) {
        if let Self::Waiting { answers, .. } = self {
            answers.insert(from, held);
        }
    }

    /// An answer does not count: nothing stood behind it.
    pub(crate) fn forget(&mut self, from: &InstitutionId) {
        if let Self::Waiting { answers, .. } = self {
            answers.remove(from);
        }
    }

    /// Whether an institution has answered.
    pub(crate) fn has_answer_of(&self, from: &InstitutionId) -> bool {
        matches!(self, Self::Waiting { answers, .. } if answers.contains_key(from))
    }

    /// An entry of our own came back from others.
    pub(crate) const fn pulled_back(&mut self) {
        if let Self::Waiting { was_behind, .. } = self {
            *was_behind = true;
        }
    }

    /// Whether enough members answered and nothing is ahead of us. Returns whether entries had to be pulled back.
    pub(crate) fn pass(&mut self, others: &BTreeSet<InstitutionId>, next: u64) -> Option<bool> {
        let Self::Waiting { answers, was_behind } = self else { return None };
        let heard = answers.iter().filter(|(institution, _)| others.contains(*institution));
        let ahead = heard.clone().any(|(_, held)| held.is_some_and(|seq| seq >= next));
        if ahead || heard.count() < Self::answers_needed(others.len()) {
            return None;
        }
        let was_behind = *was_behind;
        *self = Self::Ready;
        Some(was_behind)
    }
}

impl Default for Start {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::FeedId;

    fn others(count: u8) -> BTreeSet<InstitutionId> {
        (1..=count).map(|number| FeedId([number; 32])).collect()
    }

    #[test]
    fn half_of_the_others_up_to_three_must_answer() {
        let needed: Vec<_> = [0, 1, 2, 3, 4, 5, 6, 100].map(Start::answers_needed).into();
        assert_eq!(needed, [0, 1, 1, 2, 2, 3, 3, 3]);
        assert_eq!(Start::new().pass(&others(0), 5), Some(false), "alone in the network");
    }

    #[test]
    fn what_is_ahead_is_pulled_back_first() {
        let mut start = Start::new();
        start.answer(FeedId([1; 32]), Some(7));
        assert_eq!(start.pass(&others(2), 5), None);
        start.pulled_back();
        assert_eq!(start.pass(&others(2), 8), Some(true));
    }

    #[test]
    fn strangers_do_not_count() {
        let mut start = Start::new();
        start.answer(FeedId([9; 32]), None);
        assert_eq!(start.pass(&others(1), 5), None);
        start.answer(FeedId([1; 32]), None);
        assert_eq!(start.pass(&others(1), 5), Some(false));
    }
}
