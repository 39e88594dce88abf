//! Journal and tables of the shared feeds, as the machines read them.

use std::{
    collections::BTreeSet,
    ops::Bound,
    sync::{Arc, atomic::AtomicU64},
};

use casebook::{
    Casebook, Rows, Span, Visitor,
    row::{BadRow, Table},
};
use feed::{Archive, Held};
use protocol::{
    CaseId, EntryId, FeedId, InstitutionId, Payload,
    message::{Absence, Body},
};
use store::{Journal, JournalError, Secret, TableError, Tables};

use super::{
    record::{self, Kept},
    rows::{CASEBOOK, ENTRIES, EntryRow, PLACES, PayloadAt, SEALED},
};
use crate::desk::Desk;

/// What cannot be read. The person is told that something is wrong here; the operator reads the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShelfError {
    #[error("the journal cannot be read")]
    Journal(#[from] JournalError),
    #[error("the tables cannot be read")]
    Table(#[from] TableError),
    #[error("a row of the casebook cannot be read")]
    Row(#[from] BadRow),
    #[error("a record of the journal was written by newer software")]
    Record(#[from] protocol::codec::Malformed),
}

impl ShelfError {
    /// Whether what was to be read is damaged.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Journal(error) if error.is_damage())
    }

    /// Whether it works again once there is room on the disk.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Table(TableError::Failed { .. }))
    }
}

/// Journal and tables.
#[derive(Clone)]
pub(crate) struct Shelf {
    pub(crate) journal: Arc<Journal>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) book: Casebook,
    pub(crate) desk: Arc<Desk>,
    /// Words of people that were filed since the start and do not count.
    pub(crate) uncounted: Arc<AtomicU64>,
}

impl Shelf {
    /// The row of the entry at a place.
    pub(crate) fn row(&self, feed: &FeedId, seq: u64) -> Result<Option<EntryRow>, ShelfError> {
        Ok(self.tables.get(ENTRIES, &(*feed, seq))?)
    }

    /// The entry at a place, with its payload.
    pub(crate) fn entry(&self, feed: &FeedId, seq: u64) -> Result<Option<Held>, ShelfError> {
        let Some(row) = self.row(feed, seq)? else { return Ok(None) };
        let read = self.journal.read(row.record)?;
        let Kept::Entry { entry, .. } = record::from_journal(read.kind, &read.clear)? else { return Ok(None) };
        let secret = match row.payload {
            PayloadAt::Record(position) if position == row.record => read.secret,
            PayloadAt::Record(position) => self.journal.read(position)?.secret,
            PayloadAt::Absent(absence) => return Ok(Some(Held { entry, body: Body::Absent(absence) })),
        };
        let body = match secret {
            Secret::Held(secret) => record::salted(&secret).map_or(Body::Absent(Absence::NotHeld), Body::Held),
            Secret::Erased => Body::Absent(Absence::ErasedHere),
            Secret::None => Body::Absent(Absence::NotHeld),
        };
        Ok(Some(Held { entry, body }))
    }

    /// An entry by its id.
    pub(crate) fn entry_by_id(&self, id: &EntryId) -> Result<Option<Held>, ShelfError> {
        match self.tables.get(PLACES, id)? {
            Some(place) => self.entry(&place.feed, place.seq),
            None => Ok(None),
        }
    }

    /// When an entry came here, by the clock of this node.
    pub(crate) fn received_ms(&self, id: &EntryId) -> Result<Option<u64>, ShelfError> {
        let Some(place) = self.tables.get(PLACES, id)? else { return Ok(None) };
        let Some(row) = self.row(&place.feed, place.seq)? else { return Ok(None) };
        let read = self.journal.read(row.record)?;
        Ok(match record::from_journal(read.kind, &read.clear)? {
            Kept::Entry { received_ms, .. } => Some(received_ms),
            _ => None,
        })
    }

    /// What an entry says, if its payload is here.
    pub(crate) fn payload(&self, id: &EntryId) -> Result<Option<Payload>, ShelfError> {
        match self.entry_by_id(id)? {
            Some(held) => Ok(held.payload()),
            None => self.house_payload(id),
        }
    }
}

/// The machines take what cannot be read for what is not there: they then ask others, and nothing is lost by it.
fn or_log<T: Default>(result: Result<T, ShelfError>) -> T {
    result.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "The journal or its tables could not be read.");
        T::default()
    })
}

impl Archive for Shelf {
    fn held(&self, feed: &FeedId, seq: u64) -> Option<Held> {
        or_log(self.entry(feed, seq))
    }

    fn id_at(&self, feed: &FeedId, seq: u64) -> Option<EntryId> {
        or_log(self.row(feed, seq)).map(|row| row.id)
    }

    fn place_of(&self, entry: &EntryId) -> Option<(FeedId, u64)> {
        or_log(self.tables.get(PLACES, entry).map_err(ShelfError::from)).map(|place| (place.feed, place.seq))
    }

    fn may_have(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        or_log(self.book.may_have(*entry, *reader, self).map(|access| access.is_allowed()))
    }

    fn is_kept_from(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        or_log(self.book.is_kept_from(*entry, *reader, self))
    }

    fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId> {
        or_log(self.sealed(after, count))
    }
}

impl Shelf {
    fn sealed(&self, after: Option<&EntryId>, count: usize) -> Result<Vec<EntryId>, ShelfError> {
        let behind = (after.map_or(Bound::Unbounded, |after| Bound::Excluded(*after)), Bound::Unbounded);
        let mut sealed = Vec::new();
        for row in self.tables.range(SEALED, behind)?.take(count) {
            sealed.push(row?.0);
        }
        Ok(sealed)
    }

    /// The restricted entries of cases whose payloads are held.
    pub(crate) fn sealed_of(&self, cases: &BTreeSet<CaseId>) -> Result<Vec<EntryId>, ShelfError> {
        let mut sealed = Vec::new();
        for case in cases {
            for entry in casebook::shared_entries(*case, self)? {
                if self.tables.get(SEALED, &entry)?.is_some() {
                    sealed.push(entry);
                }
            }
        }
        Ok(sealed)
    }
}

impl Rows for Shelf {
    type Error = ShelfError;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(self.tables.get(CASEBOOK, &casebook_key(table, key))?)
    }

    fn scan(&self, span: &Span, visit: &mut Visitor<'_, ShelfError>) -> Result<(), ShelfError> {
        let from = Bound::Included(casebook_key(span.table, &span.from));
        let to = match &span.to {
            Some(to) => casebook_key(span.table, to),
            None => vec![number_of(span.table).saturating_add(1)],
        };
        let rows = self.tables.range(CASEBOOK, (from, Bound::Excluded(to)))?;
        let rows: Box<dyn Iterator<Item = _>> = if span.is_backward { Box::new(rows.rev()) } else { Box::new(rows) };
        for row in rows {
            let (key, value): (Vec<u8>, Vec<u8>) = row?;
            if visit(key.get(1..).unwrap_or_default(), &value)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// A key of the casebook behind the number of its table: one tree for all of them.
pub(crate) fn casebook_key(table: Table, key: &[u8]) -> Vec<u8> {
    [&[number_of(table)], key].concat()
}

fn number_of(table: Table) -> u8 {
    let index = Table::ALL.iter().position(|known| *known == table).unwrap_or_default();
    u8::try_from(index).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
