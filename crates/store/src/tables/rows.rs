//! Rows in order.

use std::marker::PhantomData;

use super::{Key, Row, Table, TableError, Tables, engine::RawRows};

/// The rows of a range, from either end. An error ends it.
pub struct Rows<'t, K, V> {
    tables: &'t Tables,
    table: &'static str,
    raw: Option<RawRows>,
    types: PhantomData<fn() -> (K, V)>,
}

impl<'t, K: Key, V: Row> Rows<'t, K, V> {
    pub(super) fn new(tables: &'t Tables, table: Table<K, V>, raw: RawRows) -> Self {
        Self { tables, table: table.name(), raw: Some(raw), types: PhantomData }
    }

    fn step(&mut self, from_end: bool) -> Option<Result<(K, V), TableError>> {
        let raw = self.raw.as_mut()?;
        let read = self.tables.guarded(|_| if from_end { raw.next_back() } else { raw.next() });
        let row = read.transpose()?.and_then(|(key, row)| {
            K::from_bytes(&key).zip(V::from_bytes(&row)).ok_or(TableError::NotARow { table: self.table })
        });
        if row.is_err() {
            self.raw = None;
        }
        Some(row)
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
