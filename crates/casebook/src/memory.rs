//! Tables in memory, for simulations and tests: a map that sorts as the bytes do.

use std::{
    collections::BTreeMap,
    ops::{Bound, ControlFlow},
};

use crate::{
    row::{BadRow, Table},
    rows::{Change, Rows, Span, Visitor},
};

/// All tables of a casebook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    tables: BTreeMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Memory {
    /// Empty tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does what the casebook asks.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Put { table, key, value } => {
                    self.tables.entry(*table).or_default().insert(key.clone(), value.clone());
                }
                Change::Delete { table, key } => self.delete(*table, key),
            }
        }
    }

    /// An empty table is no table, so that equal rows are equal memories.
    fn delete(&mut self, table: Table, key: &[u8]) {
        if let Some(rows) = self.tables.get_mut(&table) {
            rows.remove(key);
            if rows.is_empty() {
                self.tables.remove(&table);
            }
        }
    }

    /// Every row.
    pub fn iter(&self) -> impl Iterator<Item = (Table, &[u8], &[u8])> {
        self.tables.iter().flat_map(|(table, rows)| rows.iter().map(|(key, value)| (*table, &key[..], &value[..])))
    }
}

impl Rows for Memory {
    type Error = BadRow;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, BadRow> {
        Ok(self.tables.get(&table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(&self, span: &Span, visit: &mut Visitor<'_, BadRow>) -> Result<(), BadRow> {
        let Some(rows) = self.tables.get(&span.table) else { return Ok(()) };
        walk(range(rows, span), span.is_backward, visit)
    }
}

/// The rows of a span; none where it is the wrong way round.
pub(crate) fn range<'a, V>(
    rows: &'a BTreeMap<Vec<u8>, V>,
    span: &Span,
) -> impl DoubleEndedIterator<Item = (&'a Vec<u8>, &'a V)> + use<'a, V> {
    let to = match &span.to {
        Some(to) if *to <= span.from => Bound::Excluded(span.from.clone()),
        Some(to) => Bound::Excluded(to.clone()),
        None => Bound::Unbounded,
    };
    rows.range::<Vec<u8>, _>((Bound::Included(span.from.clone()), to))
}

fn walk<'a>(
    mut rows: impl DoubleEndedIterator<Item = (&'a Vec<u8>, &'a Vec<u8>)>,
    is_backward: bool,
    visit: &mut Visitor<'_, BadRow>,
) -> Result<(), BadRow> {
    while let Some((key, value)) = if is_backward { rows.next_back() } else { rows.next() } {
        if visit(key, value)? == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}
