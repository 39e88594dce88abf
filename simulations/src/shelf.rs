//! What one node holds, as its machines read it: entries with payloads, and the casebook folded from them.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use casebook::{Casebook, Memory, Origin, Said, row::OpenCase};
use feed::{Archive, Chain, Held, Record};
use protocol::{
    Audience, CaseId, Class, Context, EntryId, FeedId, InstitutionId, Kind, Payload, Statement, message::Body,
};
use trust::{Question, Standing};

use crate::scenario::Planted;

/// A record with the time at which it came.
pub(crate) type Kept = (Record, u64);

/// Whether the people's signatures inside entries hold, looked at once in a run: an entry's id stands for all its bytes.
pub(crate) type Signatures = Rc<RefCell<BTreeMap<EntryId, bool>>>;

/// Finds a feed's chain.
type Chains<'a, 'c> = &'a dyn Fn(&FeedId) -> Option<&'c Chain>;

/// Everything that a node's journal says.
#[derive(Debug)]
pub(crate) struct Shelf {
    book: Casebook,
    pub(crate) rows: Memory,
    pub(crate) memory: feed::Memory,
    /// Where feeds stood still, be it that a root entry ended that.
    freezes: BTreeMap<FeedId, u64>,
    signatures: Signatures,
    /// What is wrong with it, to show that this is found out.
    pub(crate) planted: Option<Planted>,
}

/// What filing a record means for the driver.
#[derive(Debug, Default)]
pub(crate) struct Filed {
    /// Sealed payloads that found their place, or that others may have now.
    pub(crate) placed: Vec<EntryId>,
}

impl Shelf {
    pub(crate) fn of(me: InstitutionId, signatures: Signatures, planted: Option<Planted>) -> Self {
        Self {
            book: Casebook { me },
            rows: Memory::new(),
            memory: feed::Memory::new(),
            freezes: BTreeMap::new(),
            signatures,
            planted,
        }
    }

    /// Takes a record in. The chains are as they are behind it, or further.
    pub(crate) fn file<'c>(&mut self, (record, received_ms): &Kept, chain_of: Chains<'_, 'c>) -> Filed {
        let mut filed = Filed::default();
        self.memory.keep(record);
        match record {
            Record::Entry(held) => self.fold(held, *received_ms, chain_of, &mut filed),
            Record::Payload { entry, salted, .. } => {
                if let Some(known) = self.memory.entry(entry) {
                    let held = Held { entry: known.entry.clone(), body: Body::Held(salted.clone()) };
                    self.fold(&held, *received_ms, chain_of, &mut filed);
                }
            }
            Record::Freeze(feed, freeze) => {
                self.freezes.insert(*feed, freeze.at);
                self.judge_again(feed, freeze.at, chain_of, &mut filed);
            }
            Record::Papers(papers) => {
                for feed in trust::recounted_by(papers) {
                    self.judge_again(&feed, 0, chain_of, &mut filed);
                }
            }
        }
        filed
    }

    /// The digest of a case's thread.
    pub(crate) fn digest(&self, case: CaseId) -> [u8; 32] {
        casebook::thread_digest(case, &self.rows).expect("rows in memory can be read")
    }

    /// A case that is here and was not withdrawn.
    pub(crate) fn open_case(&self, case: CaseId) -> Option<OpenCase> {
        match casebook::case_row(case, &self.rows).expect("rows in memory can be read") {
            Some(casebook::row::CaseRow::Open(open)) => Some(open),
            _ => None,
        }
    }

    /// A case that people of the house may read.
    pub(crate) fn readable_case(&self, case: CaseId) -> Option<OpenCase> {
        let access = self.book.may_read(case, casebook::Reader::Attested, &self.rows);
        self.open_case(case).filter(|_| access.is_ok_and(casebook::Access::is_allowed))
    }

    /// The other institutions that the current version of a case names.
    pub(crate) fn named(&self, case: CaseId) -> Vec<InstitutionId> {
        casebook::named_audience(case, &self.rows).expect("rows in memory can be read")
    }

    fn fold(&mut self, held: &Held, received_ms: u64, chain_of: Chains<'_, '_>, filed: &mut Filed) {
        let header = held.entry.header();
        let payload = held.payload();
        if let Some(from) = payload.as_ref().and_then(trust::judged_again_from) {
            self.judge_again(&header.feed, from, chain_of, filed);
        }
        if let Some(at) = self.freezes.get(&header.feed).copied().filter(|_| header.kind.class() == Class::Root) {
            self.judge_again(&header.feed, at, chain_of, filed);
        }
        let said = match payload {
            Some(payload) => Said::of(payload, header.feed),
            None if header.kind.class() == Class::Content => Some(Said::Absent),
            None => None,
        };
        let Some(mut said) = said else { return };
        self.mishear(&mut said);
        let standing = match &said {
            Said::Statement(kind, statement) => self.standing(held, *kind, statement, chain_of(&header.feed)),
            _ => Standing::Unknown,
        };
        let record = casebook::Record {
            id: held.entry.id(),
            feed: header.feed,
            epoch: header.epoch,
            seq: header.seq,
            time_ms: header.time_ms,
            received_ms,
            origin: if header.audience == Audience::Network { Origin::Network } else { Origin::Restricted },
            said,
        };
        if header.kind == Kind::Sealed && held.salted().is_some() {
            filed.placed.push(held.entry.id());
        }
        let folded = self.book.fold(&record, standing, &self.rows).expect("rows in memory can be read");
        self.take(folded, filed);
    }

    /// Takes a withdrawal for another one, where that is planted.
    fn mishear(&self, said: &mut Said) {
        let Said::Withdrawals { withdrawals, .. } = said else { return };
        match self.planted {
            Some(Planted::WideErasures) => withdrawals.iter_mut().for_each(|withdrawal| withdrawal.from = None),
            Some(Planted::StubbornLosers) => withdrawals.retain(|withdrawal| withdrawal.from.is_none()),
            _ => {}
        }
    }

    fn take(&mut self, folded: casebook::Folded, filed: &mut Filed) {
        self.rows.apply(&folded.changes);
        for effect in folded.effects {
            match effect {
                casebook::Effect::Erase(_) if self.planted == Some(Planted::LongMemories) => {}
                casebook::Effect::Erase(erasure) => {
                    erasure.entries.iter().for_each(|entry| self.memory.erase(entry, erasure.is_everywhere));
                }
                casebook::Effect::Offer(case) => {
                    let entries = casebook::shared_entries(case, &self.rows).expect("rows in memory can be read");
                    let is_sealed = |entry: &EntryId| {
                        self.memory.entry(entry).is_some_and(|held| held.entry.header().kind == Kind::Sealed)
                    };
                    filed.placed.extend(entries.into_iter().filter(is_sealed));
                }
                casebook::Effect::Index(_) => {}
            }
        }
    }

    /// Judges again what stands in a feed from a place on.
    fn judge_again(&mut self, feed: &FeedId, from: u64, chain_of: Chains<'_, '_>, filed: &mut Filed) {
        if self.planted == Some(Planted::HastyJudges) {
            return;
        }
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let said: Vec<Held> = self.memory.of(feed).iter().skip(from).cloned().collect();
        for held in said {
            let Some(Payload::Statement(kind, statement)) = held.payload() else { continue };
            let standing = self.standing(&held, kind, &statement, chain_of(feed));
            let folded = self.book.restand(held.entry.id(), standing, &self.rows);
            self.take(folded.expect("rows in memory can be read"), filed);
        }
    }

    /// Whether a statement counts where it stands.
    fn standing(&self, held: &Held, kind: Kind, statement: &Statement, chain: Option<&Chain>) -> Standing {
        let header = held.entry.header();
        let context = Context { network: header.network, feed: header.feed, kind };
        let is_signed =
            *self.signatures.borrow_mut().entry(held.entry.id()).or_insert_with(|| statement.verify(&context).is_ok());
        if !is_signed {
            return Standing::Unknown;
        }
        let question = Question::of(header, kind, statement);
        chain.map_or(Standing::Pending, |chain| chain.judge(&question))
    }

    /// Whether the word of an entry counts.
    pub(crate) fn is_verified(&self, entry: &EntryId, chain: Option<&Chain>) -> bool {
        let Some(held) = self.memory.entry(entry) else { return false };
        match held.payload() {
            Some(Payload::Statement(kind, statement)) => {
                self.standing(held, kind, &statement, chain) == Standing::Verified
            }
            _ => false,
        }
    }

    /// Where signatures are noted.
    pub(crate) fn signatures(&self) -> Signatures {
        self.signatures.clone()
    }
}

impl Archive for Shelf {
    fn held(&self, feed: &FeedId, seq: u64) -> Option<Held> {
        self.memory.at(feed, seq).cloned()
    }

    fn id_at(&self, feed: &FeedId, seq: u64) -> Option<EntryId> {
        Some(self.memory.at(feed, seq)?.entry.id())
    }

    fn place_of(&self, entry: &EntryId) -> Option<(FeedId, u64)> {
        self.memory.place_of(entry)
    }

    fn may_have(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        let access = self.book.may_have(*entry, *reader, &self.rows);
        self.planted == Some(Planted::OpenDoors) || access.is_ok_and(casebook::Access::is_allowed)
    }

    fn is_kept_from(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        self.book.is_kept_from(*entry, *reader, &self.rows).unwrap_or_default()
    }

    fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId> {
        self.memory.sealed_behind(after, count)
    }
}

#[cfg(test)]
mod tests;
