//! How far a peer was told of the restricted payloads that wait for it.
//!
//! On connecting it is told of all of them, a part each second, so that it can ask for what it lacks meanwhile; afterwards of
//! one more part now and then, round and round, for an offer may find no room.

use protocol::{EntryId, limits};

/// Entries that are looked at for one part.
pub(crate) const LOOKED_AT_MAX: usize = 2 * limits::WANT_ENTRIES_MAX;
/// Between two parts.
const PART_MS: u64 = 1_000;

/// A turn through all restricted payloads that are held.
#[derive(Clone, Debug)]
pub(crate) struct Offers {
    after: Option<EntryId>,
    next_ms: u64,
    is_due: bool,
    /// Whether the turn goes on until everything was offered once.
    is_first: bool,
}

impl Default for Offers {
    fn default() -> Self {
        Self { after: None, next_ms: 0, is_due: true, is_first: true }
    }
}

impl Offers {
    /// One more part is to be offered.
    pub(crate) const fn resume(&mut self) {
        self.is_due = true;
    }

    /// Behind which entry the part begins that is due now.
    pub(crate) fn due(&self, now_ms: u64) -> Option<Option<&EntryId>> {
        (self.is_due && now_ms >= self.next_ms).then_some(self.after.as_ref())
    }

    /// A part was looked through: the entries that it held, all of them.
    pub(crate) fn done(&mut self, part: &[EntryId], now_ms: u64) {
        let is_end = part.len() < LOOKED_AT_MAX;
        self.after = part.last().copied().filter(|_| !is_end);
        self.is_first &= !is_end;
        self.is_due = self.is_first;
        self.next_ms = now_ms.saturating_add(PART_MS);
    }
}
