//! What the node itself keeps in tables about feeds: where each entry stands in the journal, and how far each feed has come.

use protocol::{CaseId, EntryId, FeedId, message::Absence, payload::control::Place};
use store::{Mark, Position, Row, Table};

/// How far the journal of the shared feeds was filed.
pub(crate) const FILED: Mark = Mark::new("feeds");
/// How far the journal of the shared feeds was folded into the casebook; what is filed may be ahead of it.
pub(crate) const FOLDED: Mark = Mark::new("casebook");
/// How far the house journal was filed: cases for the own house stand in the casebook beside the shared ones.
pub(crate) const HOUSE_FILED: Mark = Mark::new("house");
/// The number for what all rows of the node mean. Tables of another number are built again.
pub(crate) const SCHEMA: u32 = 6;

/// Where the entry at a place stands.
pub(crate) const ENTRIES: Table<(FeedId, u64), EntryRow> = Table::new("entries");
/// At which place an entry stands.
pub(crate) const PLACES: Table<EntryId, PlaceRow> = Table::new("places");
/// How far each feed has come.
pub(crate) const HEADS: Table<FeedId, HeadRow> = Table::new("heads");
/// Root and control entries, which are folded again at every start.
pub(crate) const CONTROL: Table<(FeedId, u64), ()> = Table::new("control");
/// Records with charters and certificates.
pub(crate) const PAPERS: Table<u64, ()> = Table::new("papers");
/// Records with addresses that operators brought.
pub(crate) const ADDRESSES: Table<u64, ()> = Table::new("addresses");
/// Records that say where a feed stands still.
pub(crate) const FREEZES: Table<FeedId, u64> = Table::new("freezes");
/// Entries whose payloads are still to be had.
pub(crate) const MISSING: Table<EntryId, ()> = Table::new("missing");
/// Restricted entries whose payloads are held and have found their place in the casebook.
pub(crate) const SEALED: Table<EntryId, ()> = Table::new("sealed");
/// Cases with pictures that are to be erased: those that no living version lists.
pub(crate) const OWED: Table<CaseId, ()> = Table::new("owed");
/// Cases of whose words the index may hold more than there is.
pub(crate) const WORDS_OWED: Table<CaseId, ()> = Table::new("words-owed");
/// Erased entries that the index may hold as comments.
pub(crate) const REMARKS_OWED: Table<EntryId, ()> = Table::new("remarks-owed");
/// From which place on the words of a feed are to be judged again.
pub(crate) const REJUDGED: Table<FeedId, u64> = Table::new("rejudged");
/// Where a statement for the own house stands in the house journal.
pub(crate) const HOUSE: Table<EntryId, u64> = Table::new("house");
/// All rows of the casebook, each key behind the number of its table.
pub(crate) const CASEBOOK: Table<Vec<u8>, Vec<u8>> = Table::new("casebook");

/// Where an entry and its payload stand in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryRow {
    pub(crate) id: EntryId,
    pub(crate) record: Position,
    pub(crate) payload: PayloadAt,
}

/// Where a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayloadAt {
    /// Sealed in this record.
    Record(Position),
    /// Not here.
    Absent(Absence),
}

/// A place in a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaceRow {
    pub(crate) feed: FeedId,
    pub(crate) seq: u64,
}

/// The head of a feed, how far its signatures were verified one by one, and the bytes of all its payloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeadRow {
    pub(crate) place: Place,
    pub(crate) verified_to: u64,
    pub(crate) payload_bytes: u64,
}

impl Row for EntryRow {
    fn to_bytes(&self) -> Vec<u8> {
        let (code, at) = match self.payload {
            PayloadAt::Record(position) => (0, position.to_u64()),
            PayloadAt::Absent(absence) => (absence.code(), 0),
        };
        [&self.id.0[..], &self.record.to_u64().to_be_bytes(), &code.to_be_bytes(), &at.to_be_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let (id, record) = (EntryId(bytes.take()?), Position::from_u64(u64::from_be_bytes(bytes.take()?)));
        let (code, at) = (u16::from_be_bytes(bytes.take()?), u64::from_be_bytes(bytes.take()?));
        let payload = match code {
            0 => PayloadAt::Record(Position::from_u64(at)),
            code => PayloadAt::Absent(Absence::from_code(code)),
        };
        bytes.end(Self { id, record, payload })
    }
}

impl Row for PlaceRow {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.feed.0[..], &self.seq.to_be_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let (feed, seq) = (FeedId(bytes.take()?), u64::from_be_bytes(bytes.take()?));
        bytes.end(Self { feed, seq })
    }
}

impl Row for HeadRow {
    fn to_bytes(&self) -> Vec<u8> {
        let Place { epoch, seq, entry } = &self.place;
        let (verified_to, payload_bytes) = (self.verified_to.to_be_bytes(), self.payload_bytes.to_be_bytes());
        [&epoch.to_be_bytes()[..], &seq.to_be_bytes(), &entry.0, &verified_to, &payload_bytes].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let (epoch, seq) = (u32::from_be_bytes(bytes.take()?), u64::from_be_bytes(bytes.take()?));
        let (entry, verified_to) = (EntryId(bytes.take()?), u64::from_be_bytes(bytes.take()?));
        let payload_bytes = u64::from_be_bytes(bytes.take()?);
        bytes.end(Self { place: Place { epoch, seq, entry }, verified_to, payload_bytes })
    }
}

/// Reads fixed parts, one after the other.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*part)
    }

    fn end<T>(self, row: T) -> Option<T> {
        self.0.is_empty().then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_back_from_their_bytes() {
        let absent = EntryRow {
            id: EntryId([1; 32]),
            record: Position::from_u64(7),
            payload: PayloadAt::Absent(Absence::Erased),
        };
        let held = EntryRow { payload: PayloadAt::Record(Position::from_u64(9)), ..absent };
        for row in [absent, held] {
            assert_eq!(EntryRow::from_bytes(&row.to_bytes()), Some(row));
        }
        let place = PlaceRow { feed: FeedId([2; 32]), seq: 3 };
        assert_eq!(PlaceRow::from_bytes(&place.to_bytes()), Some(place));
        let head =
            HeadRow { place: Place { epoch: 1, seq: 2, entry: EntryId([3; 32]) }, verified_to: 2, payload_bytes: 9 };
        assert_eq!(HeadRow::from_bytes(&head.to_bytes()), Some(head.clone()));
        assert_eq!(HeadRow::from_bytes(&head.to_bytes()[1..]), None);
    }
}
