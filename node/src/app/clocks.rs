//! Clocks of others. No entry is refused for its time, but where one comes from the future, people are told not to believe it.

use std::collections::BTreeSet;

use protocol::limits::CLOCK_AHEAD_MS_MAX;

use super::{App, AppError};
use crate::clock::now_ms;

impl App {
    /// Feeds, as people see their ids, whose newest entry is of a time that has not come.
    pub(crate) fn suspect_clocks(&self) -> Result<BTreeSet<String>, AppError> {
        let joined = self.joined()?;
        let shelf = &joined.shared().shelf;
        let heads: Vec<_> = joined.exchange(|exchange| {
            let heads = exchange.chains().filter_map(|chain| chain.head().map(|head| (chain.feed(), head.seq)));
            heads.collect()
        });
        let now_ms = now_ms();
        let mut suspect = BTreeSet::new();
        for (feed, seq) in heads {
            let newest = shelf.entry(&feed, seq)?;
            if newest.is_some_and(|held| is_suspect(held.entry.header().time_ms, now_ms)) {
                suspect.insert(feed.to_string());
            }
        }
        Ok(suspect)
    }
}

/// Whether a clock that says this runs ahead of ours by more than clocks do.
const fn is_suspect(time_ms: u64, now_ms: u64) -> bool {
    time_ms > now_ms.saturating_add(CLOCK_AHEAD_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_suspect_from_ten_minutes_ahead_and_never_for_being_behind() {
        let now_ms = 1_790_000_000_000;
        let ahead = |minutes: u64| is_suspect(now_ms + minutes * 60_000, now_ms);
        assert!(!ahead(0) && !ahead(10) && ahead(11));
        assert!(!is_suspect(0, now_ms) && is_suspect(u64::MAX, now_ms) && !is_suspect(now_ms, u64::MAX));
    }
}
