//! From the journal into the tables of feeds: where each entry stands and how far each feed has come. The machines read this
//! before their next input, so it is done at once; what entries say about cases is folded behind (`folding`).

use std::collections::BTreeMap;

use feed::Chain;
use protocol::{Entry, EntryId, FeedId, message::Absence, payload::control::Place};
use store::{Batch, Position};

use super::{
    record::Kept,
    rows::{
        ADDRESSES, CONTROL, ENTRIES, EntryRow, FILED, FREEZES, HEADS, HeadRow, MISSING, PAPERS, PLACES, PayloadAt,
        PlaceRow,
    },
    shelf::{Shelf, ShelfError},
};

/// Finds a feed, to note how far its signatures were verified one by one.
pub(crate) type Chains<'a> = &'a dyn Fn(&FeedId) -> Option<&'a Chain>;

/// Records on their way into the tables.
pub(crate) struct Filing<'a> {
    shelf: &'a Shelf,
    chains: Chains<'a>,
    entries: BTreeMap<(FeedId, u64), EntryRow>,
    heads: BTreeMap<FeedId, HeadRow>,
    batch: Batch,
    last: Option<Position>,
}

impl<'a> Filing<'a> {
    pub(crate) fn new(shelf: &'a Shelf, chains: Chains<'a>) -> Self {
        let (entries, heads) = (BTreeMap::new(), BTreeMap::new());
        Self { shelf, chains, entries, heads, batch: Batch::new(), last: None }
    }

    /// Files one record that stands at a position, with a payload or without.
    pub(crate) fn file(&mut self, kept: &Kept, has_payload: bool, at: Position) -> Result<(), ShelfError> {
        self.last = Some(at);
        match kept {
            Kept::Entry { entry, absence, .. } => self.file_entry(entry, has_payload, *absence, at),
            Kept::Payload { feed, seq, entry } => self.file_payload((*feed, *seq), entry, has_payload, at),
            Kept::Papers(_) => Ok(self.batch.put(PAPERS, &at.to_u64(), &())?),
            Kept::Addresses(_) => Ok(self.batch.put(ADDRESSES, &at.to_u64(), &())?),
            Kept::Freeze(feed, _) => Ok(self.batch.put(FREEZES, feed, &at.to_u64())?),
        }
    }

    /// Applies everything to the tables.
    pub(crate) fn finish(mut self) -> Result<(), ShelfError> {
        let Some(last) = self.last else { return Ok(()) };
        for (place, row) in &self.entries {
            self.batch.put(ENTRIES, place, row)?;
        }
        for (feed, head) in &self.heads {
            self.batch.put(HEADS, feed, head)?;
        }
        Ok(self.shelf.tables.apply(&self.batch, FILED, last)?)
    }

    /// A payload whose key is gone was erased. What was withdrawn from everybody, folding knows.
    fn file_entry(
        &mut self,
        entry: &Entry,
        has_payload: bool,
        absence: Option<Absence>,
        at: Position,
    ) -> Result<(), ShelfError> {
        let header = entry.header();
        let place = (header.feed, header.seq);
        let payload = match absence {
            _ if has_payload => PayloadAt::Record(at),
            Some(absence) => PayloadAt::Absent(absence),
            None => PayloadAt::Absent(Absence::ErasedHere),
        };
        self.entries.insert(place, EntryRow { id: entry.id(), record: at, payload });
        self.batch.put(PLACES, &entry.id(), &PlaceRow { feed: header.feed, seq: header.seq })?;
        let chain = (self.chains)(&header.feed);
        let (verified_to, payload_bytes) = (chain.map_or(0, Chain::verified_to), chain.map_or(0, Chain::payload_bytes));
        let head = Place { epoch: header.epoch, seq: header.seq, entry: entry.id() };
        self.heads.insert(header.feed, HeadRow { place: head, verified_to, payload_bytes });
        if header.is_applied() {
            self.batch.put(CONTROL, &place, &())?;
        }
        if payload == PayloadAt::Absent(Absence::NotHeld) {
            self.batch.put(MISSING, &entry.id(), &())?;
        }
        Ok(())
    }

    /// A payload that came late. Of an entry that was erased meanwhile it stays erased; folding destroys what came.
    fn file_payload(
        &mut self,
        place: (FeedId, u64),
        entry: &EntryId,
        has_payload: bool,
        at: Position,
    ) -> Result<(), ShelfError> {
        let row = match self.entries.get(&place) {
            Some(row) => Some(*row),
            None => self.shelf.row(&place.0, place.1)?,
        };
        self.batch.remove(MISSING, entry)?;
        let is_erased =
            |row: &EntryRow| matches!(row.payload, PayloadAt::Absent(Absence::Erased | Absence::ErasedHere));
        if let Some(row) = row.filter(|row| !is_erased(row)) {
            let payload = if has_payload { PayloadAt::Record(at) } else { PayloadAt::Absent(Absence::ErasedHere) };
            self.entries.insert(place, EntryRow { payload, ..row });
        }
        Ok(())
    }
}
