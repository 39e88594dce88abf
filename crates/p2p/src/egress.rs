//! What institutions take from us, in bytes: one that asks for everything again and again gets it no faster than this.
//!
//! A generic cell rate: of each institution stands only the moment at which all that it took would be paid for at
//! [`BYTES_PER_SECOND`]. A moment that lies further ahead than [`BYTES_AT_ONCE`] would take is waited for. It outlives
//! sessions, so that to hang up and call again buys nothing.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use protocol::InstitutionId;

/// What one may take in the long run.
const BYTES_PER_SECOND: u64 = 8 << 20;
/// What it may take before that rate holds: a year of a busy network, or the pictures of a long evening.
const BYTES_AT_ONCE: u64 = 256 << 20;

/// What each institution has taken.
#[derive(Debug, Default)]
pub(crate) struct Egress {
    paid_at: BTreeMap<InstitutionId, Instant>,
}

impl Egress {
    /// Writes `bytes` down. Returns how long to wait before they are sent.
    pub(crate) fn take(&mut self, institution: &InstitutionId, bytes: usize, now: Instant) -> Duration {
        self.paid_at.retain(|_, at| *at > now);
        let paid_at = self.paid_at.get(institution).copied().unwrap_or(now) + duration_of(bytes as u64);
        self.paid_at.insert(*institution, paid_at);
        paid_at.saturating_duration_since(now).saturating_sub(duration_of(BYTES_AT_ONCE))
    }
}

fn duration_of(bytes: u64) -> Duration {
    Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / BYTES_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use protocol::FeedId;

    use super::*;

    const GREEDY: InstitutionId = FeedId([1; 32]);
    const MODEST: InstitutionId = FeedId([2; 32]);
    const FRAME: usize = 1 << 20;

    /// Waits as long as it is told to, and returns how long that was.
    fn take_frames(egress: &mut Egress, count: usize, start: Instant) -> Duration {
        let mut now = start;
        (0..count).for_each(|_| now += egress.take(&GREEDY, FRAME, now));
        now - start
    }

    #[test]
    fn an_institution_that_asks_a_thousand_times_for_everything_takes_no_more_than_its_rate() {
        let (mut egress, start) = (Egress::default(), Instant::now());
        let passed = take_frames(&mut egress, 1_000, start);
        let allowed = BYTES_AT_ONCE + passed.as_millis() as u64 * BYTES_PER_SECOND / 1_000;
        assert!((1_000 << 20) <= allowed + (1 << 20), "it took 1,000 MiB in {passed:?}");
        assert_eq!(egress.take(&MODEST, FRAME, start + passed), Duration::ZERO, "another pays for nothing");
    }

    #[test]
    fn a_first_catching_up_waits_for_nothing_and_time_pays_for_what_was_taken() {
        let (mut egress, start) = (Egress::default(), Instant::now());
        assert_eq!(take_frames(&mut egress, 256, start), Duration::ZERO);
        assert!(egress.take(&GREEDY, FRAME, start) > Duration::ZERO);
        let later = start + Duration::from_secs(60);
        assert_eq!(take_frames(&mut egress, 256, later), Duration::ZERO);
    }
}
