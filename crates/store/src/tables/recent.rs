//! What was changed since rows were last written: in memory only, for all of it can be applied from the journal once more.

use std::{
    collections::{BTreeMap, btree_map},
    ops::Bound,
    time::{Duration, Instant},
};

use super::{Batch, Mark};
use crate::journal::Position;

/// What a changed row takes in memory beside its bytes, about.
const ROW_OVERHEAD: usize = 96;

/// Changed rows by their full keys; nothing where one was removed. And how far the journals were applied with them.
#[derive(Default)]
pub(super) struct Recent {
    rows: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    pub(super) marks: BTreeMap<&'static str, u64>,
    bytes: usize,
    /// When the first of them was taken in.
    since: Option<Instant>,
}

/// A row's key behind the name of its table: one order for all tables.
pub(super) fn full_key(table: &'static str, key: &[u8]) -> Vec<u8> {
    [table.as_bytes(), &[0], key].concat()
}

impl Recent {
    /// Takes a batch in.
    pub(super) fn take(&mut self, batch: &Batch, mark: Mark, applied: Position) {
        for (table, changes) in &batch.changes {
            for (key, row) in changes {
                let key = full_key(table, key);
                let (key_bytes, row_bytes) = (key.len(), row.as_ref().map_or(0, Vec::len));
                self.bytes += row_bytes;
                match self.rows.insert(key, row.clone()) {
                    Some(before) => self.bytes -= before.map_or(0, |row| row.len()),
                    None => self.bytes += key_bytes + ROW_OVERHEAD,
                }
            }
        }
        self.marks.insert(mark.name(), applied.to_u64());
        self.since.get_or_insert_with(Instant::now);
    }

    /// The row of a full key, or that it is gone; nothing if it was not changed.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.rows.get(key)
    }

    /// The changed rows of a range that is not empty.
    pub(super) fn range(&self, range: (Bound<&[u8]>, Bound<&[u8]>)) -> btree_map::Range<'_, Vec<u8>, Option<Vec<u8>>> {
        self.rows.range::<[u8], _>(range)
    }

    /// The memory that it takes, about.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether some of it was taken in so long ago.
    pub(super) fn is_older_than(&self, age: Duration) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= age)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.marks.is_empty()
    }
}
