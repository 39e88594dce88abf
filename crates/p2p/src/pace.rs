//! What institutions take from us, in bytes. One that asks for everything again and again gets it no faster than this, and leaves
//! the node time for others.
//!
//! A generic cell rate: of each institution stands only the moment at which all that it took would be paid for. A moment that
//! lies further ahead than what may be taken at once is waited for. It outlives sessions, so that to hang up and call again
//! buys nothing.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use protocol::InstitutionId;

/// So much a second in the long run, and so much before that rate holds.
#[derive(Debug)]
pub(crate) struct Pace {
    per_second: u64,
    at_once: u64,
    /// When each institution has paid for what it took.
    paid_at: BTreeMap<InstitutionId, Instant>,
}

impl Pace {
    /// All that is sent: before the rate holds a year of a busy network, or the pictures of a long evening.
    pub(crate) const fn of_bytes() -> Self {
        Self { per_second: 8 << 20, at_once: 256 << 20, paid_at: BTreeMap::new() }
    }

    /// What somebody asks for who has had all of it. To read that again takes time that others need.
    pub(crate) const fn of_repeats() -> Self {
        Self { per_second: 1 << 20, at_once: 8 << 20, paid_at: BTreeMap::new() }
    }

    /// Writes down what an institution takes. Returns how long to wait before it gets that.
    pub(crate) fn take(&mut self, institution: &InstitutionId, amount: usize, now: Instant) -> Duration {
        self.paid_at.retain(|_, at| *at > now);
        let paid_at = self.paid_at.get(institution).copied().unwrap_or(now) + self.time_for(amount as u64);
        self.paid_at.insert(*institution, paid_at);
        paid_at.saturating_duration_since(now).saturating_sub(self.time_for(self.at_once))
    }

    const fn time_for(&self, amount: u64) -> Duration {
        Duration::from_nanos(amount.saturating_mul(1_000_000_000) / self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use protocol::FeedId;

    use super::*;

    const GREEDY: InstitutionId = FeedId([1; 32]);
    const MODEST: InstitutionId = FeedId([2; 32]);
    const FRAME: usize = 1 << 20;

    /// Waits as long as it is told to, and returns how long that was.
    fn take_frames(pace: &mut Pace, count: usize, start: Instant) -> Duration {
        let mut now = start;
        (0..count).for_each(|_| now += pace.take(&GREEDY, FRAME, now));
        now - start
    }

    #[test]
    fn an_institution_that_asks_a_thousand_times_for_everything_takes_no_more_than_its_rate() {
        let (mut pace, start) = (Pace::of_bytes(), Instant::now());
        let passed = take_frames(&mut pace, 1_000, start);
        let allowed = pace.at_once + passed.as_millis() as u64 * pace.per_second / 1_000;
        assert!((1_000 << 20) <= allowed + (1 << 20), "it took 1,000 MiB in {passed:?}");
        assert_eq!(pace.take(&MODEST, FRAME, start + passed), Duration::ZERO, "another pays for nothing");
    }

    #[test]
    fn a_first_catching_up_waits_for_nothing_and_time_pays_for_what_was_taken() {
        let (mut pace, start) = (Pace::of_bytes(), Instant::now());
        assert_eq!(take_frames(&mut pace, 256, start), Duration::ZERO);
        assert!(pace.take(&GREEDY, FRAME, start) > Duration::ZERO);
        let later = start + Duration::from_secs(60);
        assert_eq!(take_frames(&mut pace, 256, later), Duration::ZERO);
    }

    #[test]
    fn who_asks_for_the_same_without_end_waits_and_who_asks_for_something_new_does_not() {
        let (mut pace, start) = (Pace::of_repeats(), Instant::now());
        assert_eq!(take_frames(&mut pace, 18, start), Duration::from_secs(10));
        assert!(pace.take(&GREEDY, 0, start) > Duration::ZERO);
        assert_eq!(pace.take(&MODEST, 0, start), Duration::ZERO, "to ask costs nothing");
    }
}
