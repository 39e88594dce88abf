//! From the journals into the casebook: what each record says about cases, the same when it arrives and when tables are built
//! again. What it folds was filed before, so every place is known.
//!
//! Folding reads rows through an overlay, so that many records go into one batch. Keys of withdrawn payloads are destroyed
//! before the batch is applied: after a crash in between the withdrawal is folded again, and nothing is forgotten to be
//! forgotten.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

use casebook::{Change, Effect, Erasure, Origin, Overlay, Pictures, Record, Said};
use feed::Exchange;
use house::HouseEntry;
use protocol::{
    Audience, CaseId, Class, Entry, EntryId, FeedId, Kind, Payload, Salted, Statement,
    certificate::ForcedWithdrawal,
    codec::encode,
    message::Absence,
    payload::{
        content::Comment,
        control::{Ground, Target, Withdrawal},
    },
};
use store::{Batch, Mark, Position};
use trust::{Question, Standing};

use super::{
    heard::{Heard, Read, What},
    household,
    record::{self, Kept},
    rows::{
        CASEBOOK, ENTRIES, EntryRow, FOLDED, FREEZES, HEADS, HOUSE, HOUSE_FILED, HeadRow, MISSING, OWED, PLACES,
        PayloadAt, REJUDGED, REMARKS_OWED, SEALED, WORDS_OWED,
    },
    shelf::{Shelf, ShelfError, casebook_key},
};

/// Words of a feed that are judged again at once.
const JUDGED_AT_ONCE: u64 = 512;

/// What follows from records that were folded, for those who keep more than tables.
#[derive(Debug, Default)]
pub(crate) struct Consequences {
    /// Cases whose own words changed.
    pub(crate) cases: BTreeSet<CaseId>,
    /// Cases in whose threads something happened.
    pub(crate) stirred: BTreeSet<CaseId>,
    /// Cases with comments that read otherwise now.
    pub(crate) revised: BTreeSet<CaseId>,
    /// Comments that are new, with their cases and words.
    pub(crate) comments: BTreeMap<EntryId, (CaseId, String)>,
    /// Sealed entries whose payloads found their place.
    pub(crate) placed: Vec<EntryId>,
    /// Entries that are erased.
    pub(crate) erased: Vec<EntryId>,
    /// Cases of whose words some are erased.
    pub(crate) forgotten: BTreeSet<CaseId>,
    /// Cases whose audience changed.
    pub(crate) audiences: BTreeSet<CaseId>,
}

impl Consequences {
    /// Whether words have to leave the disk of the index.
    pub(crate) fn is_erasing(&self) -> bool {
        !(self.erased.is_empty() && self.forgotten.is_empty())
    }
}

/// Whether a statement at a place of a feed counts. The feed may be further than what is folded: places decide, not time.
pub(crate) type Judge<'a> = &'a dyn Fn(&FeedId, &Question) -> Standing;

/// Judges by the feeds of an exchange.
pub(crate) fn judge(exchange: &Exchange, feed: &FeedId, question: &Question) -> Standing {
    exchange.chain(feed).map_or(Standing::Pending, |chain| chain.judge(question))
}

/// Records on their way into the casebook.
pub(crate) struct Folding<'a> {
    shelf: &'a Shelf,
    judge: Judge<'a>,
    mark: Mark,
    overlay: Overlay<'a, Shelf>,
    /// Rows of entries that are erased.
    erased: BTreeMap<(FeedId, u64), EntryRow>,
    /// Payloads that came later than their entries, by the entry.
    late: BTreeMap<EntryId, Position>,
    batch: Batch,
    destroy: Vec<Position>,
    /// From where feeds are to be judged again; nothing where that is done.
    rejudged: BTreeMap<FeedId, Option<u64>>,
    last: Option<Position>,
    consequences: Consequences,
}

impl<'a> Folding<'a> {
    /// Of the journal of the shared feeds.
    pub(crate) fn of_feeds(shelf: &'a Shelf, judge: Judge<'a>) -> Self {
        Self::new(shelf, judge, FOLDED)
    }

    /// Of the house journal.
    pub(crate) fn of_house(shelf: &'a Shelf) -> Self {
        Self::new(shelf, &|_, _| Standing::Verified, HOUSE_FILED)
    }

    fn new(shelf: &'a Shelf, judge: Judge<'a>, mark: Mark) -> Self {
        Self {
            shelf,
            judge,
            mark,
            overlay: Overlay::over(shelf),
            erased: BTreeMap::new(),
            late: BTreeMap::new(),
            batch: Batch::new(),
            destroy: Vec::new(),
            rejudged: BTreeMap::new(),
            last: None,
            consequences: Consequences::default(),
        }
    }

    /// Folds one record.
    pub(crate) fn fold(&mut self, Read { at, what }: Read) -> Result<(), ShelfError> {
        self.last = Some(at);
        match what {
            What::Entry(entry) => self.fold_entry(&entry.entry, entry.heard, entry.received_ms),
            What::Payload { feed, seq, entry, salted } => self.fold_payload((&feed, seq), &entry, salted.as_ref(), at),
            What::Freeze(feed, from) => self.owe_judgement(feed, from),
            What::Papers(recounted) => recounted.into_iter().try_for_each(|feed| self.owe_judgement(feed, 0)),
            What::Other => Ok(()),
        }
    }

    /// Folds an entry of the house journal: statements for the own house, and their withdrawals. Others say nothing here.
    pub(crate) fn fold_house(&mut self, entry: HouseEntry, at: Position) -> Result<(), ShelfError> {
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
        self.enter(&record, Standing::Verified)
    }

    /// Folds what the governors withdraw for a feed that cannot speak, as if it had said so. What was folded before stays as it is.
    pub(crate) fn fold_forced(&mut self, forced: &ForcedWithdrawal, behind: Position) -> Result<(), ShelfError> {
        self.last = Some(behind);
        let withdrawal = Withdrawal { target: forced.target.clone(), ground: Ground::Moderation, from: None };
        let record = Record {
            id: EntryId(protocol::hash("forced withdrawal", &[&encode(forced)])),
            feed: forced.feed,
            epoch: 0,
            seq: 0,
            time_ms: 0,
            received_ms: 0,
            origin: Origin::Network,
            said: Said::Withdrawals { speaks_for: forced.feed, withdrawals: vec![withdrawal] },
        };
        self.enter(&record, Standing::Unknown)
    }

    /// Destroys keys, then applies everything to the tables.
    pub(crate) fn finish(mut self) -> Result<Consequences, ShelfError> {
        if !self.destroy.is_empty() {
            self.shelf.journal.erase(&self.destroy)?;
        }
        for (place, row) in &self.erased {
            self.batch.put(ENTRIES, place, row)?;
        }
        for (feed, from) in &self.rejudged {
            match from {
                Some(from) => self.batch.put(REJUDGED, feed, from)?,
                None => self.batch.remove(REJUDGED, feed)?,
            }
        }
        for change in self.overlay.into_changes() {
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

    /// A payload that came later than its entry.
    fn fold_payload(
        &mut self,
        (feed, seq): (&FeedId, u64),
        entry: &EntryId,
        salted: Option<&Salted>,
        at: Position,
    ) -> Result<(), ShelfError> {
        let Some(row) = self.shelf.row(feed, seq)? else { return Ok(()) };
        let read = self.shelf.journal.read(row.record)?;
        let Kept::Entry { entry: held, received_ms, .. } = record::from_journal(read.kind, &read.clear)? else {
            return Ok(());
        };
        self.late.insert(*entry, at);
        self.fold_entry(&held, Heard::of(&held, salted), received_ms)
    }

    /// Tells the casebook what an entry says.
    fn fold_entry(&mut self, entry: &Entry, heard: Heard, received_ms: u64) -> Result<(), ShelfError> {
        let header = entry.header();
        let Heard { has_payload, payload, is_signed } = heard;
        if let Some(payload) = &payload {
            self.restand_after(header.feed, header.seq, payload)?;
        }
        if header.kind.class() == Class::Root {
            self.restand_frozen(&header.feed, header.seq)?;
        }
        let said = match payload {
            Some(payload) => Said::of(payload, header.feed),
            None if header.kind.class() == Class::Content => Some(Said::Absent),
            None => None,
        };
        let Some(said) = said else { return Ok(()) };
        if header.kind == Kind::Sealed && has_payload {
            self.batch.put(SEALED, &entry.id(), &())?;
            self.consequences.placed.push(entry.id());
        }
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
            Said::Statement(kind, statement) => self.standing(entry, *kind, statement, is_signed),
            _ => Standing::Unknown,
        };
        if matches!(record.said, Said::Statement(..)) && standing < Standing::Pending {
            self.shelf.uncounted.fetch_add(1, Ordering::Relaxed);
        }
        self.enter(&record, standing)
    }

    /// What a record changes, and what of it is searched for.
    fn enter(&mut self, record: &Record, standing: Standing) -> Result<(), ShelfError> {
        let folded = self.shelf.book.fold(record, standing, &self.overlay)?;
        match &record.said {
            Said::Statement(Kind::Comment, statement) => {
                if let Ok(comment) = statement.body::<Comment>() {
                    self.consequences.comments.insert(record.id, (statement.case, comment.text.0));
                }
                self.take(folded, true)
            }
            Said::Statement(Kind::CommentRevision, statement) => {
                self.consequences.revised.insert(statement.case);
                self.take(folded, true)
            }
            _ => self.take(folded, false),
        }
    }

    /// The words of a case itself stay as they are when somebody comments on it.
    fn take(&mut self, folded: casebook::Folded, is_comment: bool) -> Result<(), ShelfError> {
        self.overlay.apply(folded.changes);
        for effect in folded.effects {
            match effect {
                Effect::Erase(erasure) => self.erase(erasure)?,
                Effect::Index(case) if is_comment => {
                    self.consequences.stirred.insert(case);
                }
                Effect::Index(case) => {
                    self.consequences.cases.insert(case);
                }
                Effect::Offer(case) => {
                    self.consequences.audiences.insert(case);
                }
            }
        }
        Ok(())
    }

    fn erase(&mut self, erasure: Erasure) -> Result<(), ShelfError> {
        for entry in &erasure.entries {
            self.consequences.comments.remove(entry);
            self.batch.put(REMARKS_OWED, entry, &())?;
            // One of this batch has its case among the revised already.
            let what = casebook::entry_row(*entry, self.shelf)?.and_then(|row| row.what);
            let revision = what.filter(|what| what.kind == Kind::CommentRevision);
            self.consequences.revised.extend(revision.and_then(|revision| revision.case));
            let Some(place) = self.shelf.tables.get(PLACES, entry)? else { continue };
            let Some(row) = self.shelf.row(&place.feed, place.seq)? else { continue };
            if let PayloadAt::Record(position) = row.payload {
                self.destroy.push(position);
            }
            self.destroy.extend(self.late.get(entry));
            let word = if erasure.is_everywhere { Absence::Erased } else { Absence::ErasedHere };
            let payload = PayloadAt::Absent(word);
            self.erased.insert((place.feed, place.seq), EntryRow { payload, ..row });
            self.batch.remove(MISSING, entry)?;
            self.batch.remove(SEALED, entry)?;
        }
        if let Some(case) = erasure.index {
            self.batch.put(WORDS_OWED, &case, &())?;
            self.consequences.cases.insert(case);
            self.consequences.forgotten.insert(case);
        }
        self.consequences.erased.extend(erasure.entries);
        match erasure.pictures {
            Pictures::Stay => Ok(()),
            Pictures::Unlisted(case) | Pictures::All(case) => Ok(self.batch.put(OWED, &case, &())?),
        }
    }

    /// What a control entry changes about words that stand before it.
    fn restand_after(&mut self, feed: FeedId, seq: u64, payload: &Payload) -> Result<(), ShelfError> {
        match trust::judged_again_from(payload).filter(|from| *from < seq) {
            Some(from) => self.owe_judgement(feed, from),
            None => Ok(()),
        }
    }

    /// A root entry may have ended a freeze: what was disputed counts again.
    fn restand_frozen(&mut self, feed: &FeedId, seq: u64) -> Result<(), ShelfError> {
        let Some(position) = self.shelf.tables.get(FREEZES, feed)? else { return Ok(()) };
        let read = self.shelf.journal.read(Position::from_u64(position))?;
        match record::from_journal(read.kind, &read.clear)? {
            Kept::Freeze(_, freeze) if freeze.at <= seq => self.owe_judgement(*feed, freeze.at),
            _ => Ok(()),
        }
    }

    /// Notes that what stands in a feed from a place on is to be judged again. It may be long, and every control entry may ask
    /// for it, so it is done in stretches between other work.
    fn owe_judgement(&mut self, feed: FeedId, from: u64) -> Result<(), ShelfError> {
        let owed = match self.rejudged.get(&feed) {
            Some(owed) => *owed,
            None => self.shelf.tables.get(REJUDGED, &feed)?,
        };
        self.rejudged.insert(feed, Some(owed.map_or(from, |owed| owed.min(from))));
        Ok(())
    }

    /// Judges again a stretch of a feed, and notes how far it came.
    fn rejudge(&mut self, feed: FeedId, from: u64) -> Result<(), ShelfError> {
        let last = self.shelf.tables.get(HEADS, &feed)?.map_or(0, |head: HeadRow| head.place.seq);
        let behind = from.saturating_add(JUDGED_AT_ONCE);
        for seq in from..behind.min(last.saturating_add(1)) {
            let Some(held) = self.shelf.entry(&feed, seq)? else { continue };
            let heard = Heard::of(&held.entry, held.salted());
            let Some(Payload::Statement(kind, statement)) = heard.payload else { continue };
            let standing = self.standing(&held.entry, kind, &statement, heard.is_signed);
            let folded = self.shelf.book.restand(held.entry.id(), standing, &self.overlay)?;
            self.take(folded, false)?;
        }
        self.rejudged.insert(feed, Some(behind).filter(|behind| *behind <= last));
        Ok(())
    }

    /// Whether a statement counts: the person signed it, the institution vouches for the person, and its feed does not stand
    /// still before it.
    fn standing(&self, entry: &Entry, kind: Kind, statement: &Statement, is_signed: bool) -> Standing {
        let header = entry.header();
        if is_signed { (self.judge)(&header.feed, &Question::of(header, kind, statement)) } else { Standing::Unknown }
    }
}

/// Judges again a stretch of every feed that is owed another judgement. Nothing if none is.
pub(crate) fn rejudge(shelf: &Shelf, judge: Judge<'_>, folded: Position) -> Result<Option<Consequences>, ShelfError> {
    let owed: Vec<(FeedId, u64)> = shelf.tables.range(REJUDGED, ..)?.collect::<Result<_, _>>()?;
    if owed.is_empty() {
        return Ok(None);
    }
    let mut folding = Folding::of_feeds(shelf, judge);
    folding.last = Some(folded);
    for (feed, from) in owed {
        folding.rejudge(feed, from)?;
    }
    folding.finish().map(Some)
}
