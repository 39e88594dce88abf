//! Rows in order.

use std::{
    collections::VecDeque,
    marker::PhantomData,
    ops::{Bound, RangeBounds},
};

use super::{Key, Row, Table, TableError, Tables, engine::RawRow};

/// Rows that are read at first, and then four times as many, up to so many at once. A walk sees what is changed behind them
/// meanwhile.
const ROWS_AT_FIRST: usize = 4;
const ROWS_AT_ONCE: usize = 64;

/// The rows of a range, from either end. An error ends it.
pub struct Rows<'t, K, V> {
    tables: &'t Tables,
    table: &'static str,
    /// What was not walked yet.
    left: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    front: Ahead,
    back: Ahead,
    types: PhantomData<fn() -> (K, V)>,
}

/// Rows read from one end.
struct Ahead {
    rows: VecDeque<RawRow>,
    /// How many are read next; none, if there were no more.
    count: usize,
}

impl<'t, K: Key, V: Row> Rows<'t, K, V> {
    pub(super) fn new(tables: &'t Tables, table: Table<K, V>, range: (Bound<Vec<u8>>, Bound<Vec<u8>>)) -> Self {
        let ahead = || Ahead { rows: VecDeque::new(), count: ROWS_AT_FIRST };
        Self { tables, table: table.name(), left: range, front: ahead(), back: ahead(), types: PhantomData }
    }

    fn step(&mut self, from_end: bool) -> Option<Result<(K, V), TableError>> {
        let row = self.next_row(from_end).transpose()?.and_then(|(key, row)| {
            let key = key.get(self.table.len() + 1..).unwrap_or_default();
            K::from_bytes(key).zip(V::from_bytes(&row)).ok_or(TableError::NotARow { table: self.table })
        });
        if row.is_err() {
            self.left = (Bound::Excluded(Vec::new()), Bound::Excluded(Vec::new()));
        }
        Some(row)
    }

    fn next_row(&mut self, from_end: bool) -> Result<Option<RawRow>, TableError> {
        let ahead = if from_end { &mut self.back } else { &mut self.front };
        if ahead.rows.is_empty() && ahead.count > 0 {
            let range = (as_slice(&self.left.0), as_slice(&self.left.1));
            ahead.rows = self.tables.run(|layers| layers.rows(range, from_end, ahead.count))?.into();
            ahead.count = if ahead.rows.len() < ahead.count { 0 } else { ROWS_AT_ONCE.min(4 * ahead.count) };
        }
        // What was read from one end may have been walked from the other since.
        let row = ahead.rows.pop_front().filter(|(key, _)| self.left.contains(key));
        if let Some((key, _)) = &row {
            let end = if from_end { &mut self.left.1 } else { &mut self.left.0 };
            *end = Bound::Excluded(key.clone());
        }
        Ok(row)
    }
}

impl<K: Key, V: Row> Iterator for Rows<'_, K, V> {
    type Item = Result<(K, V), TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(false)
    }
}

impl<K: Key, V: Row> DoubleEndedIterator for Rows<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(true)
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}
