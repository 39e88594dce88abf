//! The hits of one page out of all that there are; the others are never sorted.

use std::cmp::Ordering;

use super::threads::Member;

/// More than these wait before the worst of them are dropped.
const SPARE: usize = 1_000;

/// A case that passed, before it is fetched.
pub(super) struct Ranked {
    pub(super) score: f32,
    pub(super) time_ms: u64,
    pub(super) key: u128,
    pub(super) segment: usize,
    pub(super) member: Member,
}

impl Ranked {
    /// Better ones first, then newer ones, then always in the same order.
    fn order(&self, other: &Self) -> Ordering {
        let better = other.score.total_cmp(&self.score).then_with(|| other.time_ms.cmp(&self.time_ms));
        better.then_with(|| self.key.cmp(&other.key))
    }
}

/// The best so far, up to a number of them.
pub(super) struct Best {
    count: usize,
    kept: Vec<Ranked>,
    /// Who has less is not among them.
    score_min: f32,
    time_ms_min: u64,
}

impl Best {
    pub(super) const fn of(count: usize) -> Self {
        Self { count, kept: Vec::new(), score_min: 0.0, time_ms_min: 0 }
    }

    /// Whether a case with this score may be among them, be it by its time.
    pub(super) fn may_take(&self, score: f32, time_ms: impl Fn() -> u64) -> bool {
        self.count > 0 && (score > self.score_min || (score >= self.score_min && time_ms() >= self.time_ms_min))
    }

    pub(super) fn take(&mut self, ranked: Ranked) {
        self.kept.push(ranked);
        if self.kept.len() >= 2 * self.count + SPARE {
            self.drop_worst();
        }
    }

    /// The best from `offset` on, in order.
    pub(super) fn from(mut self, offset: usize) -> Vec<Ranked> {
        self.drop_worst();
        self.kept.sort_unstable_by(Ranked::order);
        self.kept.drain(..offset.min(self.kept.len()));
        self.kept
    }

    fn drop_worst(&mut self) {
        if self.count == 0 || self.kept.len() <= self.count {
            return;
        }
        let (_, last, _) = self.kept.select_nth_unstable_by(self.count - 1, Ranked::order);
        (self.score_min, self.time_ms_min) = (last.score, last.time_ms);
        self.kept.truncate(self.count);
    }
}
