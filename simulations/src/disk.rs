//! A disk that keeps what was made durable, and of the rest, in a power cut, as much as chance will have it.

use crate::{chance::Chance, shelf::Kept};

/// The journal of one node.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    durable: Vec<Kept>,
    pending: Vec<Kept>,
    backup: Option<Vec<Kept>>,
    /// Says that what was written is durable, and keeps nothing of it.
    pub(crate) is_lying: bool,
}

impl Disk {
    /// A disk with its first records.
    pub(crate) fn with(records: Vec<Kept>) -> Self {
        Self { durable: records, ..Self::default() }
    }

    pub(crate) fn write(&mut self, record: Kept) {
        self.pending.push(record);
    }

    /// Makes durable what was written; a lying disk only says so.
    pub(crate) fn sync(&mut self) {
        if !self.is_lying {
            self.durable.append(&mut self.pending);
        }
    }

    /// The power goes. What was written and not synced is torn off somewhere; a lying disk loses what it had promised too.
    pub(crate) fn lose_power(&mut self, chance: &mut Chance) {
        if !self.is_lying {
            let kept = chance.index(self.pending.len() + 1);
            self.pending.truncate(kept);
            self.durable.append(&mut self.pending);
        }
        self.pending.clear();
    }

    /// Copies the disk.
    pub(crate) fn back_up(&mut self) {
        self.backup = Some(self.durable.clone());
    }

    /// Puts the copy in place of the disk. Returns how many records are gone.
    pub(crate) fn restore(&mut self) -> usize {
        let Some(backup) = self.backup.take() else { return 0 };
        let lost = self.durable.len() - backup.len();
        self.durable = backup;
        self.pending.clear();
        lost
    }

    /// What a restart finds.
    pub(crate) fn durable(&self) -> &[Kept] {
        &self.durable
    }
}
