//! Pictures of other hospitals do not stay for ever: one at which nobody has looked for long goes, and when they become too
//! many bytes, the longest not looked at go first. Whoever opens one again has it fetched again.
//!
//! Never among them: the hospital's own pictures, and previews. They lie elsewhere in the store.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use store::{BlobError, Fetched};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::{clock::now_ms, config::Storage};

/// Until those that are due are looked for again; the first time is at the start.
const ROUND: Duration = Duration::from_secs(3_600);
const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// How many bytes of fetched pictures there may be, and how long one stays that nobody looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    bytes_max: u64,
    unseen_ms_max: u64,
}

/// The fetched pictures of a node.
pub(super) struct Keeping {
    allowance: Allowance,
    /// Bytes that they take, as far as it is known without looking.
    bytes: AtomicU64,
}

impl Allowance {
    /// Half of what is theirs and of what is free is the most, so that reading alone never fills a disk up to its floor.
    fn bytes(&self, held: u64, free: u64) -> u64 {
        self.bytes_max.min(held.saturating_add(free) / 2)
    }

    /// Which of them go so that more bytes find room. The longest not looked at come first in `fetched`, and go first.
    fn going(&self, fetched: &[Fetched], free: u64, more: u64, now_ms: u64) -> usize {
        let mut held: u64 = fetched.iter().map(|fetched| fetched.bytes).sum();
        let allowed = self.bytes(held, free);
        // Some more go than must, so that not every picture that comes makes one go.
        let most =
            if held.saturating_add(more) > allowed { (allowed - allowed / 10).saturating_sub(more) } else { allowed };
        let stays = fetched.iter().position(|fetched| {
            let is_due = now_ms.saturating_sub(fetched.looked_at_ms) > self.unseen_ms_max;
            let stays = !is_due && held <= most;
            held -= fetched.bytes;
            stays
        });
        stays.unwrap_or(fetched.len())
    }
}

impl Keeping {
    pub(super) fn new(storage: &Storage) -> Self {
        let unseen_ms_max = storage.fetched_days.saturating_mul(DAY_MS);
        let allowance = Allowance { bytes_max: storage.fetched_bytes_max, unseen_ms_max };
        Self { allowance, bytes: AtomicU64::new(0) }
    }

    /// A picture was fetched.
    pub(super) fn grow(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Shared {
    /// Lets fetched pictures go if so many bytes more would be too many.
    pub(super) async fn make_room(&self, bytes: u64) -> Result<(), BlobError> {
        let held = self.fetched.bytes.load(Ordering::Relaxed);
        let allowed = self.fetched.allowance.bytes(held, self.reserve.free_bytes());
        if held.saturating_add(bytes) > allowed { self.let_go(bytes, now_ms()).await } else { Ok(()) }
    }

    /// Lets those go that are due at this time, or stand in the way of so many bytes.
    async fn let_go(&self, more: u64, now_ms: u64) -> Result<(), BlobError> {
        let fetched = self.blobs.fetched().await?;
        let count = self.fetched.allowance.going(&fetched, self.reserve.free_bytes(), more, now_ms);
        let (going, staying) = fetched.split_at(count);
        self.blobs.let_go(going).await?;
        let bytes = |fetched: &[Fetched]| fetched.iter().map(|fetched| fetched.bytes).sum::<u64>();
        self.fetched.bytes.store(bytes(staying), Ordering::Relaxed);
        if !going.is_empty() {
            tracing::info!(
                pictures.count = count,
                pictures.bytes = bytes(going),
                "Pictures of other hospitals at which nobody has looked for longest were let go."
            );
        }
        Ok(())
    }
}

/// Lets go what is due, at the start and then from time to time.
pub(super) async fn keep_fetched(shared: Arc<Shared>, stop: CancellationToken) {
    let mut rounds = interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = rounds.tick() => {}
        }
        if let Err(error) = shared.let_go(0, now_ms()).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "Pictures of other hospitals that are due could not be let go; the next round tries again."
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{BlobId, CaseId, CaseNumber, FeedId};

    use super::*;

    const PLENTY: u64 = 1 << 40;

    /// Pictures of so many bytes, looked at on these days.
    fn looked_at(days: &[u64], bytes: u64) -> Vec<Fetched> {
        let case = CaseId { institution: FeedId([1; 32]), number: CaseNumber([2; 16]) };
        days.iter().map(|day| Fetched { looked_at_ms: day * DAY_MS, bytes, case, blob: BlobId([3; 32]) }).collect()
    }

    fn allowance(bytes_max: u64, days: u64) -> Allowance {
        Allowance { bytes_max, unseen_ms_max: days * DAY_MS }
    }

    #[test]
    fn a_picture_goes_when_nobody_has_looked_at_it_for_longer_than_it_may_stay() {
        let fetched = looked_at(&[1, 5, 9], 10);
        let going = |day: u64| allowance(PLENTY, 30).going(&fetched, PLENTY, 0, day * DAY_MS);
        assert_eq!([9, 31, 32, 36, 39, 40].map(going), [0, 0, 1, 2, 2, 3]);
    }

    #[test]
    fn of_too_many_bytes_the_longest_not_looked_at_go_first_and_a_tenth_is_spared() {
        let fetched = looked_at(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 100);
        let going = |bytes_max: u64, more: u64| allowance(bytes_max, 99).going(&fetched, PLENTY, more, 10 * DAY_MS);
        assert_eq!([going(1_000, 0), going(999, 0), going(1_000, 1), going(500, 100)], [0, 1, 2, 7]);
        assert_eq!([going(0, 0), going(50, 200)], [10, 10], "all of them may have to go");
    }

    #[test]
    fn fetched_pictures_take_no_more_than_half_of_the_room() {
        let fetched = looked_at(&[1, 2, 3, 4], 100);
        let going = |free: u64| allowance(PLENTY, 99).going(&fetched, free, 0, DAY_MS);
        assert_eq!([going(400), going(399), going(0)], [0, 1, 3], "at the floor half of them go");
    }

    #[test]
    fn a_clock_that_was_set_back_lets_nothing_go() {
        assert_eq!(allowance(PLENTY, 0).going(&looked_at(&[5], 10), PLENTY, 0, 0), 0);
    }
}
