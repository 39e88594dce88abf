//! From the journal into the tables: what each record changes, the same when it arrives and when tables are built again.
//!
//! Filing reads rows through an overlay, so that many records go into one batch. Keys of withdrawn payloads are destroyed
//! before the batch is applied: after a crash in between the withdrawal is filed again, and nothing is forgotten to be
//! forgotten.

use std::collections::{BTreeMap, BTreeSet};

use casebook::{Change, Effect, Erasure, Origin, Overlay, Pictures, Record, Said};
use feed::Chain;
use house::HouseEntry;
use protocol::{
    Audience, CaseId, Class, Context, Entry, EntryId, FeedId, Kind, Payload, Salted, Statement,
    message::Absence,
    payload::control::{Place, Target, Withdrawal},
};
use store::{Batch, Mark, Position};
use trust::{Question, Standing};

use super::{
    household,
    record::Kept,
    rows::{
        ADDRESSES, CASEBOOK, CONTROL, ENTRIES, EntryRow, FREEZES, HEADS, HOUSE, HeadRow, MISSING, PAPERS, PLACES,
        PayloadAt, PlaceRow,
    },
    shelf::{Shelf, ShelfError, casebook_key},
};

/// What follows from records that were filed, for those who keep more than tables.
#[derive(Debug, Default)]
pub(crate) struct Consequences {
    /// Cases whose words changed.
    pub(crate) cases: BTreeSet<CaseId>,
    /// Comments that are new, with their cases.
    pub(crate) comments: BTreeMap<EntryId, CaseId>,
    /// Entries that are erased.
    pub(crate) erased: Vec<EntryId>,
    /// Pictures that go.
    pub(crate) pictures: Vec<Pictures>,
    /// Whether words have to leave the disk of the index.
    pub(crate) must_purge: bool,
    /// Whether somebody's audience changed.
    pub(crate) audience_changed: bool,
}

impl Consequences {
    /// Keeps of others what concerns erasures.
    pub(crate) fn remember_erasures(&mut self, others: Self) {
        self.erased.extend(others.erased);
        self.pictures.extend(others.pictures);
        self.must_purge |= others.must_purge;
    }
}

/// Finds a feed with its keys and attestations. It may be further than what is being filed: places decide, not time.
pub(crate) type Chains<'a> = &'a dyn Fn(&FeedId) -> Option<&'a Chain>;

/// Records on their way into the tables.
pub(crate) struct Filing<'a> {
    shelf: &'a Shelf,
    chains: Chains<'a>,
    mark: Mark,
    overlay: Overlay<'a, Shelf>,
    entries: BTreeMap<(FeedId, u64), EntryRow>,
    places: BTreeMap<EntryId, PlaceRow>,
    heads: BTreeMap<FeedId, HeadRow>,
    batch: Batch,
    destroy: Vec<Position>,
    last: Option<Position>,
    consequences: Consequences,
}

impl<'a> Filing<'a> {
    pub(crate) fn new(shelf: &'a Shelf, chains: Chains<'a>, mark: Mark) -> Self {
        Self {
            shelf,
            chains,
            mark,
            overlay: Overlay::over(shelf),
            entries: BTreeMap::new(),
            places: BTreeMap::new(),
            heads: BTreeMap::new(),
            batch: Batch::new(),
            destroy: Vec::new(),
            last: None,
            consequences: Consequences::default(),
        }
    }

    /// Files one record that stands at a position.
    pub(crate) fn file(&mut self, kept: Kept, salted: Option<&Salted>, at: Position) -> Result<(), ShelfError> {
        self.last = Some(at);
        match kept {
            Kept::Entry { entry, received_ms, absence } => self.file_entry(&entry, salted, received_ms, absence, at),
            Kept::Payload { feed, seq, .. } => self.file_payload(&feed, seq, salted, at),
            Kept::Papers(_) => Ok(self.batch.put(PAPERS, &at.to_u64(), &())?),
            Kept::Addresses(_) => Ok(self.batch.put(ADDRESSES, &at.to_u64(), &())?),
            Kept::Freeze(feed, freeze) => {
                self.batch.put(FREEZES, &feed, &at.to_u64())?;
                self.restand_from(&feed, freeze.at)
            }
        }
    }

    /// Files an entry of the house journal: statements for the own house, and their withdrawals. Others say nothing here.
    pub(crate) fn file_house(&mut self, entry: HouseEntry, at: Position) -> Result<(), ShelfError> {
        self.last = Some(at);
        let me = self.shelf.book.me;
        let (id, time_ms, said) = match entry {
            HouseEntry::HouseStated(stated, said) => {
                let id = household::entry_id(&me, &stated.statement);
                self.batch.put(HOUSE, &id, &at.to_u64())?;
                (id, stated.at_ms, Said::Statement(stated.kind, said.statement))
            }
            HouseEntry::HouseWithdrawn(withdrawn) => {
                let target = match &withdrawn.statement {
                    Some(statement) => Target::Entry(household::entry_id(&me, statement)),
                    None => Target::Case(CaseId { institution: me, number: withdrawn.case }),
                };
                let id = EntryId(protocol::hash("house withdrawal", &[&me.0, &at.to_u64().to_be_bytes()]));
                let withdrawal = Withdrawal { target, ground: withdrawn.ground, from: None };
                (id, withdrawn.at_ms, Said::Withdrawals { speaks_for: me, withdrawals: vec![withdrawal] })
            }
            _ => return Ok(()),
        };
        if let Said::Statement(Kind::Comment, statement) = &said {
            self.consequences.comments.insert(id, statement.case);
        }
        let record = Record {
            id,
            feed: me,
            epoch: 0,
            seq: at.to_u64(),
            time_ms,
            received_ms: time_ms,
            origin: Origin::House,
            said,
        };
        let folded = self.shelf.book.fold(&record, Standing::Verified, &self.overlay)?;
        self.take(folded)
    }

    /// Destroys keys, then applies everything to the tables.
    pub(crate) fn finish(mut self) -> Result<Consequences, ShelfError> {
        if !self.destroy.is_empty() {
            self.shelf.journal.erase(&self.destroy)?;
        }
        for (place, row) in &self.entries {
            self.batch.put(ENTRIES, place, row)?;
        }
        for (id, place) in &self.places {
            self.batch.put(PLACES, id, place)?;
        }
        for (feed, head) in &self.heads {
            self.batch.put(HEADS, feed, head)?;
        }
        for change in self.overlay.into_changes()? {
            match change {
                Change::Put { table, key, value } => self.batch.put(CASEBOOK, &casebook_key(table, &key), &value)?,
                Change::Delete { table, key } => self.batch.remove(CASEBOOK, &casebook_key(table, &key))?,
            }
        }
        if let Some(last) = self.last {
            self.shelf.tables.apply(&self.batch, self.mark, last)?;
        }
        Ok(self.consequences)
    }

    fn file_entry(
        &mut self,
        entry: &Entry,
        salted: Option<&Salted>,
        received_ms: u64,
        absence: Option<Absence>,
        at: Position,
    ) -> Result<(), ShelfError> {
        let header = entry.header();
        let place = (header.feed, header.seq);
        let payload = match (salted, absence) {
            (Some(_), _) => PayloadAt::Record(at),
            (None, Some(absence)) => PayloadAt::Absent(absence),
            (None, None) => PayloadAt::Absent(Absence::Erased),
        };
        self.entries.insert(place, EntryRow { id: entry.id(), record: at, payload });
        self.places.insert(entry.id(), PlaceRow { feed: header.feed, seq: header.seq });
        let verified_to = (self.chains)(&header.feed).map_or(0, Chain::verified_to);
        let head = Place { epoch: header.epoch, seq: header.seq, entry: entry.id() };
        self.heads.insert(header.feed, HeadRow { place: head, verified_to });
        if header.kind.needs_payload() {
            self.batch.put(CONTROL, &place, &())?;
        }
        if payload == PayloadAt::Absent(Absence::NotHeld) {
            self.batch.put(MISSING, &entry.id(), &())?;
        }
        self.fold(entry, salted, received_ms)
    }

    fn file_payload(
        &mut self,
        feed: &FeedId,
        seq: u64,
        salted: Option<&Salted>,
        at: Position,
    ) -> Result<(), ShelfError> {
        let Some(row) = self.row(feed, seq)? else { return Ok(()) };
        let read = self.shelf.journal.read(row.record)?;
        let Kept::Entry { entry, received_ms, .. } = super::record::from_journal(read.kind, &read.clear)? else {
            return Ok(());
        };
        self.batch.remove(MISSING, &row.id)?;
        let payload = if salted.is_some() { PayloadAt::Record(at) } else { PayloadAt::Absent(Absence::Erased) };
        self.entries.insert((*feed, seq), EntryRow { payload, ..row });
        self.fold(&entry, salted, received_ms)
    }

    /// Tells the casebook what an entry says.
    fn fold(&mut self, entry: &Entry, salted: Option<&Salted>, received_ms: u64) -> Result<(), ShelfError> {
        let header = entry.header();
        let payload = salted.and_then(|salted| entry.open(salted).ok());
        if let Some(payload) = &payload {
            self.restand_after(header.feed, header.seq, payload)?;
        }
        let said = match payload {
            Some(payload) => Said::of(payload, header.feed),
            None if header.kind.class() == Class::Content => Some(Said::Absent),
            None => None,
        };
        let Some(said) = said else { return Ok(()) };
        let record = Record {
            id: entry.id(),
            feed: header.feed,
            epoch: header.epoch,
            seq: header.seq,
            time_ms: header.time_ms,
            received_ms,
            origin: if header.audience == Audience::Network { Origin::Network } else { Origin::Restricted },
            said,
        };
        let standing = match &record.said {
            Said::Statement(kind, statement) => self.standing(entry, *kind, statement),
            _ => Standing::Unknown,
        };
        if let Said::Statement(Kind::Comment, statement) = &record.said {
            self.consequences.comments.insert(record.id, statement.case);
        }
        let folded = self.shelf.book.fold(&record, standing, &self.overlay)?;
        self.take(folded)
    }

    fn take(&mut self, folded: casebook::Folded) -> Result<(), ShelfError> {
        self.overlay.apply(folded.changes);
        for effect in folded.effects {
            match effect {
                Effect::Erase(erasure) => self.erase(erasure)?,
                Effect::Index(case) => {
                    self.consequences.cases.insert(case);
                }
                Effect::Offer(_) => self.consequences.audience_changed = true,
            }
        }
        Ok(())
    }

    fn erase(&mut self, erasure: Erasure) -> Result<(), ShelfError> {
        for entry in &erasure.entries {
            let Some(place) = self.place(entry)? else { continue };
            let Some(row) = self.row(&place.feed, place.seq)? else { continue };
            if let PayloadAt::Record(position) = row.payload {
                self.destroy.push(position);
            }
            let payload = PayloadAt::Absent(Absence::Erased);
            self.entries.insert((place.feed, place.seq), EntryRow { payload, ..row });
            self.batch.remove(MISSING, entry)?;
        }
        self.consequences.must_purge |= erasure.index.is_some();
        self.consequences.cases.extend(erasure.index);
        self.consequences.erased.extend(erasure.entries);
        self.consequences.pictures.push(erasure.pictures);
        Ok(())
    }

    /// What a control entry changes about words that stand before it.
    fn restand_after(&mut self, feed: FeedId, seq: u64, payload: &Payload) -> Result<(), ShelfError> {
        let from = match payload {
            Payload::Revocation(revocation) => revocation.since.as_ref().map(|since| since.seq),
            Payload::KeyRotation(rotation) => rotation.since.as_ref().map(|since| since.seq),
            _ => None,
        };
        match from.filter(|from| *from < seq) {
            Some(from) => self.restand_from(&feed, from),
            None => Ok(()),
        }
    }

    /// Judges again what stands in a feed from a place on.
    fn restand_from(&mut self, feed: &FeedId, from: u64) -> Result<(), ShelfError> {
        let last = self.heads.get(feed).map(|head| head.place.seq);
        let last = match last {
            Some(last) => last,
            None => self.shelf.tables.get(HEADS, feed)?.map_or(0, |head: HeadRow| head.place.seq),
        };
        for seq in from..=last {
            let Some(held) = self.shelf.entry(feed, seq)? else { continue };
            let Some(Payload::Statement(kind, statement)) = held.payload() else { continue };
            let standing = self.standing(&held.entry, kind, &statement);
            let folded = self.shelf.book.restand(held.entry.id(), standing, &self.overlay)?;
            self.take(folded)?;
        }
        Ok(())
    }

    /// Whether a statement counts: the person signed it, the institution vouches for the person, and its feed does not stand
    /// still before it.
    fn standing(&self, entry: &Entry, kind: Kind, statement: &Statement) -> Standing {
        let header = entry.header();
        let context = Context { network: header.network, feed: header.feed, kind };
        if statement.verify(&context).is_err() {
            return Standing::Unknown;
        }
        let question =
            Question { author: statement.author, kind, case: statement.case, seq: header.seq, time_ms: header.time_ms };
        let Some(chain) = (self.chains)(&header.feed) else { return Standing::Pending };
        if chain.freeze().is_some_and(|freeze| freeze.at <= header.seq) {
            return Standing::Disputed;
        }
        chain.institution().map_or(Standing::Pending, |institution| institution.judge(&question).standing)
    }

    fn row(&self, feed: &FeedId, seq: u64) -> Result<Option<EntryRow>, ShelfError> {
        match self.entries.get(&(*feed, seq)) {
            Some(row) => Ok(Some(*row)),
            None => self.shelf.row(feed, seq),
        }
    }

    fn place(&self, entry: &EntryId) -> Result<Option<PlaceRow>, ShelfError> {
        match self.places.get(entry) {
            Some(place) => Ok(Some(*place)),
            None => Ok(self.shelf.tables.get(PLACES, entry)?),
        }
    }
}
