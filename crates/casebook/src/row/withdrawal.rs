//! Tombstones and receipts. A tombstone may stand before what it erases, and is never taken away.

use protocol::{
    CaseId, CaseNumber, EntryId, InstitutionId,
    payload::control::{Destruction, Ground, Target},
    wire,
};

use crate::{
    key::{Part, keys},
    row::rows,
};

/// A [`Target`] as part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKey {
    /// A case with all that hangs on it.
    Case(CaseId),
    /// One entry.
    Entry(EntryId),
}

impl From<&Target> for TargetKey {
    fn from(target: &Target) -> Self {
        match target {
            Target::Case(case) => Self::Case(*case),
            Target::Entry(entry) => Self::Entry(*entry),
        }
    }
}

impl Part for TargetKey {
    /// 49 bytes: which, then the case, or the entry and 16 zeros.
    fn put(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Case(case) => {
                1_u8.put(bytes);
                case.put(bytes);
            }
            Self::Entry(entry) => {
                2_u8.put(bytes);
                entry.put(bytes);
                [0_u8; CaseNumber::LEN].put(bytes);
            }
        }
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (which, case) = (u8::take(bytes)?, CaseId::take(bytes)?);
        match which {
            1 => Some(Self::Case(case)),
            2 if case.number.0 == [0; 16] => Some(Self::Entry(EntryId(case.institution.0))),
            _ => None,
        }
    }
}

keys! {
    /// A withdrawal under what it withdraws and the feed for which it speaks, in the order of that feed.
    pub struct WithdrawalKey {
        /// What is withdrawn.
        target: TargetKey,
        /// The feed that speaks; it counts only if what is withdrawn stands in it.
        feed: InstitutionId,
        /// The feed's epoch.
        epoch: u32,
        /// The place.
        seq: u64,
        /// The withdrawal's entry.
        entry: EntryId,
        /// Which of several in one entry.
        number: u16,
    }

    /// A withdrawal and an institution that has done it.
    pub struct ReceiptKey {
        /// The withdrawal's entry.
        withdrawal: EntryId,
        /// Who has erased.
        institution: InstitutionId,
    }
}

wire! {
    /// A withdrawal.
    pub struct WithdrawalRow {
        /// Why.
        1 => ground: Ground,
        /// When, by its author's clock.
        2 => time_ms: u64,
        /// Everybody loses it.
        3 => is_everywhere: bool,
        /// This house loses it.
        4 => is_ours: bool,
        /// It stands in a shared feed: a receipt is due.
        5 => is_shared: bool,
    }

    /// A receipt for one withdrawal; the first one of an institution.
    pub struct ReceiptRow {
        /// The receipt's entry.
        1 => entry: EntryId,
        /// The feed's epoch.
        2 => epoch: u32,
        /// The place.
        3 => seq: u64,
        /// When, by its author's clock.
        4 => time_ms: u64,
        /// What the erasure destroyed for good.
        5 => destruction: Destruction,
        /// The day on which the last backup with a key ends.
        6 => backups_until_ms: Option<u64>,
    }
}

rows! {
    WithdrawalRow: Withdrawal by WithdrawalKey;
    ReceiptRow: Receipt by ReceiptKey;
}
