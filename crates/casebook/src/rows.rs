//! How rows are read and changed. Whoever keeps the tables implements [`Rows`] over bytes; this crate reads through it as
//! types and answers with [`Change`]s.

use std::ops::ControlFlow;

use crate::{
    key::{FrontPart, Key, front},
    row::{BadRow, Row, Table},
};

/// The tables, wherever they are kept.
pub trait Rows {
    /// Why a table cannot be read.
    type Error: From<BadRow>;

    /// One value.
    ///
    /// # Errors
    /// If the table cannot be read.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Visits the rows of a span in its direction, until there are no more or the visitor breaks off.
    ///
    /// # Errors
    /// If the table cannot be read; whatever the visitor returns.
    fn scan(&self, span: &Span, visit: &mut Visitor<'_, Self::Error>) -> Result<(), Self::Error>;
}

/// Is shown key and value of each row.
pub type Visitor<'a, E> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, E> + 'a;

/// Consecutive rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The table.
    pub table: Table,
    /// The first key that belongs to it.
    pub from: Vec<u8>,
    /// The first key that does not; absent: the table's end.
    pub to: Option<Vec<u8>>,
    /// The last row first.
    pub is_backward: bool,
}

impl Span {
    /// All keys that begin with these bytes.
    pub fn under(table: Table, front: Vec<u8>) -> Self {
        let to = end_of(&front);
        Self { table, from: front, to, is_backward: false }
    }

    /// The last row first.
    pub fn backward(self) -> Self {
        Self { is_backward: true, ..self }
    }

    /// What is left behind this key.
    pub fn after(self, key: &[u8]) -> Self {
        Self { from: [key, &[0]].concat(), ..self }
    }
}

/// The first key behind all that begin so; `None` behind 0xff only.
fn end_of(front: &[u8]) -> Option<Vec<u8>> {
    let last = front.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = front[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// What is to be done to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Write a row.
    Put {
        /// The table.
        table: Table,
        /// The key.
        key: Vec<u8>,
        /// The value.
        value: Vec<u8>,
    },
    /// Remove a row.
    Delete {
        /// The table.
        table: Table,
        /// The key.
        key: Vec<u8>,
    },
}

/// A row with its key.
pub(crate) type Found<T> = (<T as Row>::Key, T);

/// Reading rows as types.
pub(crate) trait Read: Rows {
    fn read<T: Row>(&self, key: &T::Key) -> Result<Option<T>, Self::Error> {
        let bytes = self.get(T::TABLE, &key.to_bytes())?;
        Ok(bytes.map(|bytes| T::from_bytes(&bytes)).transpose()?)
    }

    /// Visits rows until the visitor is satisfied.
    fn each<T: Row>(
        &self,
        span: &Span,
        mut visit: impl FnMut(T::Key, T) -> ControlFlow<()>,
    ) -> Result<(), Self::Error> {
        self.scan(span, &mut |key, value| Ok(visit(T::Key::from_bytes(key)?, T::from_bytes(value)?)))
    }

    /// All rows whose keys begin with these parts.
    fn all<T: Row>(&self, parts: &[&dyn FrontPart]) -> Result<Vec<Found<T>>, Self::Error> {
        let mut rows = Vec::new();
        self.each(&Span::under(T::TABLE, front(parts)), |key, row| {
            rows.push((key, row));
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    fn first<T: Row>(&self, parts: &[&dyn FrontPart]) -> Result<Option<Found<T>>, Self::Error> {
        self.one(&Span::under(T::TABLE, front(parts)))
    }

    fn last<T: Row>(&self, parts: &[&dyn FrontPart]) -> Result<Option<Found<T>>, Self::Error> {
        self.one(&Span::under(T::TABLE, front(parts)).backward())
    }

    fn one<T: Row>(&self, span: &Span) -> Result<Option<Found<T>>, Self::Error> {
        let mut found = None;
        self.each(span, |key, row| {
            found = Some((key, row));
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    fn has_any<T: Row>(&self, parts: &[&dyn FrontPart]) -> Result<bool, Self::Error> {
        Ok(self.first::<T>(parts)?.is_some())
    }
}

impl<R: Rows + ?Sized> Read for R {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_behind_all_that_begin_so() {
        assert_eq!(end_of(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(end_of(&[1, 0xff, 0xff]), Some(vec![2]));
        assert_eq!(end_of(&[0xff]), None);
        assert_eq!(end_of(&[]), None);
    }
}
