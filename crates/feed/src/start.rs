//! The own-head check: a node signs nothing before others have said how far its feed had come.
//!
//! A store cannot tell from itself whether it was restored from a backup. Others can: they hold what we signed.

use std::collections::{BTreeMap, BTreeSet};

use protocol::InstitutionId;

/// An answer on a key that we do not know counts for so long, and again whenever our feed came forward meanwhile.
const DOUBT_MS: u64 = 30_000;

/// Where the check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing is signed, no payload and no blob is served.
    Waiting {
        /// Institutions that answered, and what they hold.
        answers: BTreeMap<InstitutionId, Answer>,
        /// Institutions that answered with a key that we do not know, and until when that counts. Who had its time has no
        /// more of it before the next start.
        doubted: BTreeMap<InstitutionId, u64>,
        /// Whether somebody held more of our feed than we did.
        was_behind: bool,
        /// Whether entries came back since time was last looked at.
        came_forward: bool,
    },
    /// The check has passed.
    Ready,
    /// Somebody else writes our feed.
    Halted,
}

/// What an institution holds of our feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The place of its newest entry; absent: it holds nothing.
    held: Option<u64>,
    /// Whether a key that we know stands behind that.
    is_sure: bool,
}

impl Start {
    /// Before any answer.
    pub const fn new() -> Self {
        Self::Waiting { answers: BTreeMap::new(), doubted: BTreeMap::new(), was_behind: false, came_forward: false }
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
            answers.insert(from, Answer { held, is_sure: true });
        }
    }

    /// Notes what an institution says it holds, on a key that we may have forgotten or it may have made up.
    pub(crate) fn doubt(&mut self, from: InstitutionId, seq: u64, now_ms: u64) {
        if let Self::Waiting { answers, doubted, .. } = self
            && *doubted.entry(from).or_insert(now_ms.saturating_add(DOUBT_MS)) > now_ms
        {
            answers.insert(from, Answer { held: Some(seq), is_sure: false });
        }
    }

    /// A doubtful answer does not count: nothing stood behind it.
    pub(crate) fn disbelieve(&mut self, from: &InstitutionId) {
        if let Self::Waiting { answers, doubted, .. } = self
            && answers.get(from).is_some_and(|answer| !answer.is_sure)
        {
            answers.remove(from);
            doubted.insert(*from, 0);
        }
    }

    /// Lets go of doubtful answers behind which nothing came for too long, whatever was said instead.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        let Self::Waiting { answers, doubted, came_forward, .. } = self else { return };
        if std::mem::take(came_forward) {
            let open = doubted.values_mut().filter(|until_ms| **until_ms > now_ms);
            open.for_each(|until_ms| *until_ms = now_ms.saturating_add(DOUBT_MS));
        }
        let is_over = |from: &InstitutionId| doubted.get(from).is_none_or(|until_ms| *until_ms <= now_ms);
        answers.retain(|from, answer| answer.is_sure || !is_over(from));
    }

    /// Whether an institution has answered.
    pub(crate) fn has_answer_of(&self, from: &InstitutionId) -> bool {
        matches!(self, Self::Waiting { answers, .. } if answers.contains_key(from))
    }

    /// An entry of our own came back from others.
    pub(crate) const fn pulled_back(&mut self) {
        if let Self::Waiting { was_behind, came_forward, .. } = self {
            (*was_behind, *came_forward) = (true, true);
        }
    }

    /// Whether enough members answered and nothing is ahead of us. Returns whether entries had to be pulled back.
    pub(crate) fn pass(&mut self, others: &BTreeSet<InstitutionId>, next: u64) -> Option<bool> {
        let Self::Waiting { answers, was_behind, .. } = self else { return None };
        let heard = answers.iter().filter(|(institution, _)| others.contains(*institution));
        let ahead = heard.clone().any(|(_, answer)| answer.held.is_some_and(|seq| seq >= next));
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
    fn a_doubtful_answer_counts_as_long_as_the_feed_comes_forward() {
        let (mut start, from) = (Start::new(), FeedId([1; 32]));
        start.doubt(from, 7, 1_000);
        start.expire(30_999);
        assert!(start.has_answer_of(&from));
        start.pulled_back();
        start.expire(30_999);
        start.expire(60_998);
        assert!(start.has_answer_of(&from), "it gave something");
        start.expire(60_999);
        assert!(!start.has_answer_of(&from));
        start.doubt(from, 8, 61_000);
        assert!(!start.has_answer_of(&from), "once a start");
        start.answer(from, Some(3));
        start.disbelieve(&from);
        assert!(start.has_answer_of(&from), "what is sure stays");
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
