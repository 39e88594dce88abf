//! How far feeds may grow here. Beyond it a feed is pulled no further for now: nobody is blamed, and nothing is lost by it.
//!
//! A feed is given what the charter allows a day for each day that it has stood, and for one more, so that whoever catches up
//! with years is not slowed down. How long it has stood is its author's word, so it counts for no longer than half of the
//! feeds say they have.

use protocol::{FeedId, certificate::Growth, limits};

use super::Exchange;
use crate::chain::Chain;

const DAY_MS: u64 = 86_400_000;

impl Exchange {
    /// How many entries of a feed may be taken now in one answer.
    pub(super) fn room_for(&self, feed: &FeedId) -> u64 {
        match self.chains.get(feed) {
            _ if *feed == self.me => limits::RUN_ENTRIES_MAX as u64,
            Some(chain) => room(chain, self.roster.growth(), self.network_since_ms, self.clock.shown_ms()),
            None => u64::from(self.roster.growth().entries_per_day).clamp(1, limits::RUN_ENTRIES_MAX as u64),
        }
    }

    /// Looks again since when half of the feeds stand.
    pub(super) fn date_network(&mut self) {
        let mut founded: Vec<u64> = self.chains.values().filter_map(Chain::founded_ms).collect();
        founded.sort_unstable();
        self.network_since_ms = founded.get(founded.len() / 2).copied().unwrap_or_default();
    }
}

pub(super) fn room(chain: &Chain, growth: &Growth, network_since_ms: u64, now_ms: u64) -> u64 {
    let since_ms = chain.founded_ms().unwrap_or(now_ms).max(network_since_ms);
    let days = now_ms.saturating_sub(since_ms) / DAY_MS + 1;
    if chain.payload_bytes() >= growth.payload_bytes_per_day.saturating_mul(days) {
        return 0;
    }
    let entries = u64::from(growth.entries_per_day).saturating_mul(days).saturating_sub(chain.next_seq());
    entries.min(limits::RUN_ENTRIES_MAX as u64)
}
