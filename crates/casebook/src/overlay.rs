//! Tables as they will be: what was changed stands in front of what is there.
//!
//! Folding one entry reads what it has just written. A driver that folds many entries into one batch lays an overlay under
//! them and takes the changes out at the end.

use std::{cmp::Ordering, collections::BTreeMap, ops::ControlFlow};

use crate::{
    key::Key,
    memory::range,
    row::{Row, Table},
    rows::{Change, Rows, Span, Visitor},
};

/// A row that was changed: its value, or that it is gone.
type Changed = Option<Vec<u8>>;

/// Changes over rows that stay as they are.
#[derive(Debug)]
pub struct Overlay<'a, R> {
    below: &'a R,
    changed: BTreeMap<Table, BTreeMap<Vec<u8>, Changed>>,
}

impl<'a, R: Rows> Overlay<'a, R> {
    /// Nothing changed yet.
    pub const fn over(below: &'a R) -> Self {
        Self { below, changed: BTreeMap::new() }
    }

    /// Takes changes in.
    pub fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put { table, key, value } => self.set(table, key, Some(value)),
                Change::Delete { table, key } => self.set(table, key, None),
            }
        }
    }

    /// What was written over what is below, be it the same.
    pub fn into_changes(self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (table, rows) in self.changed {
            changes.extend(rows.into_iter().map(|(key, value)| match value {
                Some(value) => Change::Put { table, key, value },
                None => Change::Delete { table, key },
            }));
        }
        changes
    }

    pub(crate) fn put<T: Row>(&mut self, key: &T::Key, row: &T) {
        self.set(T::TABLE, key.to_bytes(), Some(row.to_bytes()));
    }

    pub(crate) fn delete<T: Row>(&mut self, key: &T::Key) {
        self.set(T::TABLE, key.to_bytes(), None);
    }

    fn set(&mut self, table: Table, key: Vec<u8>, value: Changed) {
        self.changed.entry(table).or_default().insert(key, value);
    }
}

impl<R: Rows> Rows for Overlay<'_, R> {
    type Error = R::Error;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, R::Error> {
        match self.changed.get(&table).and_then(|rows| rows.get(key)) {
            Some(changed) => Ok(changed.clone()),
            None => self.below.get(table, key),
        }
    }

    fn scan(&self, span: &Span, visit: &mut Visitor<'_, R::Error>) -> Result<(), R::Error> {
        let Some(rows) = self.changed.get(&span.table) else { return self.below.scan(span, visit) };
        let mut ours: Box<dyn Iterator<Item = (&Vec<u8>, &Changed)>> =
            if span.is_backward { Box::new(range(rows, span).rev()) } else { Box::new(range(rows, span)) };
        let mut next = ours.next();
        let mut is_done = false;
        self.below.scan(span, &mut |key, value| {
            while let Some((changed, ours_value)) = next {
                match in_direction(span, changed, key) {
                    Ordering::Greater => break,
                    Ordering::Less => is_done = show(changed, ours_value, visit)?,
                    Ordering::Equal => {
                        next = ours.next();
                        is_done = show(changed, ours_value, visit)?;
                        return Ok(flow(is_done));
                    }
                }
                next = ours.next();
                if is_done {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let asked = visit(key, value)?;
            is_done = asked == ControlFlow::Break(());
            Ok(asked)
        })?;
        while let Some((changed, value)) = next.filter(|_| !is_done) {
            is_done = show(changed, value, visit)?;
            next = ours.next();
        }
        Ok(())
    }
}

fn in_direction(span: &Span, one: &[u8], other: &[u8]) -> Ordering {
    let order = one.cmp(other);
    if span.is_backward { order.reverse() } else { order }
}

/// Shows a changed row unless it is gone; whether the visitor has seen enough.
fn show<E>(key: &[u8], value: &Changed, visit: &mut Visitor<'_, E>) -> Result<bool, E> {
    match value {
        Some(value) => Ok(visit(key, value)? == ControlFlow::Break(())),
        None => Ok(false),
    }
}

const fn flow(is_done: bool) -> ControlFlow<()> {
    if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
