//! What one node holds, as its machines read it: entries with payloads, and the casebook folded from them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
    rc::Rc,
};

use casebook::{Casebook, Memory, Origin, Said};
use feed::{Archive, Chain, Held, Record};
use protocol::{
    Audience, CaseId, Class, Context, Entry, EntryId, FeedId, InstitutionId, Kind, NetworkId, Statement,
    message::{Absence, Body},
};
use trust::{Papers, Question, Standing};

/// A record with the time at which it came.
pub(crate) type Kept = (Record, u64);

/// Whether the people's signatures inside entries hold, looked at once in a run: an entry's id stands for all its bytes.
pub(crate) type Signatures = Rc<RefCell<BTreeMap<EntryId, bool>>>;

/// Everything that a node's journal says.
#[derive(Debug)]
pub(crate) struct Shelf {
    book: Casebook,
    pub(crate) rows: Memory,
    pub(crate) feeds: BTreeMap<FeedId, Vec<Held>>,
    places: BTreeMap<EntryId, (FeedId, u64)>,
    /// Restricted entries whose payloads are held.
    sealed: BTreeSet<EntryId>,
    signatures: Signatures,
    /// Whether sealed payloads go to everybody; no honest node does that.
    pub(crate) has_open_doors: bool,
}

/// What filing a record means for the driver.
#[derive(Debug, Default)]
pub(crate) struct Filed {
    /// Sealed payloads that found their place, or that others may have now.
    pub(crate) placed: Vec<EntryId>,
}

impl Shelf {
    pub(crate) fn of(me: InstitutionId, signatures: Signatures) -> Self {
        Self {
            book: Casebook { me },
            rows: Memory::new(),
            feeds: BTreeMap::new(),
            places: BTreeMap::new(),
            sealed: BTreeSet::new(),
            signatures,
            has_open_doors: false,
        }
    }

    /// Takes a record in. The chains are as they are behind it.
    pub(crate) fn file<'a>(
        &mut self,
        (record, received_ms): &Kept,
        chain_of: &dyn Fn(&FeedId) -> Option<&'a Chain>,
    ) -> Filed {
        match record {
            Record::Entry(held) => {
                let header = held.entry.header();
                let feed = self.feeds.entry(header.feed).or_default();
                assert_eq!(feed.len() as u64, header.seq, "entries are journaled in the order of their feed");
                self.places.insert(held.entry.id(), (header.feed, header.seq));
                feed.push(held.clone());
                self.fold(held, *received_ms, chain_of(&header.feed))
            }
            Record::Payload { feed, seq, salted, .. } => {
                let Some(held) = self.held_mut(feed, *seq) else { return Filed::default() };
                held.body = Body::Held(salted.clone());
                let held = held.clone();
                self.fold(&held, *received_ms, chain_of(feed))
            }
            Record::Papers(_) | Record::Freeze(..) => Filed::default(),
        }
    }

    /// The digest of a case's thread.
    pub(crate) fn digest(&self, case: CaseId) -> [u8; 32] {
        casebook::thread_digest(case, &self.rows).expect("rows in memory can be read")
    }

    fn held_mut(&mut self, feed: &FeedId, seq: u64) -> Option<&mut Held> {
        self.feeds.get_mut(feed)?.get_mut(usize::try_from(seq).ok()?)
    }

    fn fold(&mut self, held: &Held, received_ms: u64, chain: Option<&Chain>) -> Filed {
        let header = held.entry.header();
        if header.kind == Kind::Sealed && held.salted().is_some() {
            self.sealed.insert(held.entry.id());
        }
        let said = match held.payload() {
            Some(payload) => Said::of(payload, header.feed),
            None if header.kind.class() == Class::Content => Some(Said::Absent),
            None => None,
        };
        let Some(said) = said else { return Filed::default() };
        let standing = match (&said, chain) {
            (Said::Statement(kind, statement), Some(chain)) => self.standing(&held.entry, *kind, statement, chain),
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
        let folded = self.book.fold(&record, standing, &self.rows).expect("rows in memory can be read");
        self.rows.apply(&folded.changes);
        let is_placed = header.kind == Kind::Sealed && held.salted().is_some();
        let mut filed = Filed { placed: Vec::from_iter(is_placed.then(|| held.entry.id())) };
        for effect in folded.effects {
            match effect {
                casebook::Effect::Erase(erasure) => erasure.entries.iter().for_each(|entry| self.erase(entry)),
                casebook::Effect::Offer(case) => {
                    let entries = casebook::shared_entries(case, &self.rows).expect("rows in memory can be read");
                    filed.placed.extend(entries.into_iter().filter(|entry| self.sealed.contains(entry)));
                }
                casebook::Effect::Index(_) => {}
            }
        }
        filed
    }

    /// Whether a statement counts where it stands.
    fn standing(&self, entry: &Entry, kind: Kind, statement: &Statement, chain: &Chain) -> Standing {
        let header = entry.header();
        let context = Context { network: header.network, feed: header.feed, kind };
        let is_signed =
            *self.signatures.borrow_mut().entry(entry.id()).or_insert_with(|| statement.verify(&context).is_ok());
        if !is_signed {
            return Standing::Unknown;
        }
        let question = Question::of(header, kind, statement);
        chain.institution().map_or(Standing::Pending, |institution| institution.judge(&question).standing)
    }

    /// Where signatures are noted.
    pub(crate) fn signatures(&self) -> Signatures {
        self.signatures.clone()
    }

    fn erase(&mut self, entry: &EntryId) {
        let Some((feed, seq)) = self.places.get(entry).copied() else { return };
        if let Some(held) = self.held_mut(&feed, seq) {
            held.body = Body::Absent(Absence::Erased);
        }
        self.sealed.remove(entry);
    }

    /// Entries for everybody whose payloads are still to be had.
    pub(crate) fn missing(&self) -> Vec<EntryId> {
        let all = self.feeds.values().flatten();
        all.filter(|held| held.body == Body::Absent(Absence::NotHeld)).map(|held| held.entry.id()).collect()
    }
}

impl Archive for Shelf {
    fn held(&self, feed: &FeedId, seq: u64) -> Option<Held> {
        self.feeds.get(feed)?.get(usize::try_from(seq).ok()?).cloned()
    }

    fn id_at(&self, feed: &FeedId, seq: u64) -> Option<EntryId> {
        Some(self.feeds.get(feed)?.get(usize::try_from(seq).ok()?)?.entry.id())
    }

    fn place_of(&self, entry: &EntryId) -> Option<(FeedId, u64)> {
        self.places.get(entry).copied()
    }

    fn may_have(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        let access = self.book.may_have(*entry, *reader, &self.rows);
        self.has_open_doors || access.is_ok_and(casebook::Access::is_allowed)
    }

    fn is_kept_from(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        self.book.is_kept_from(*entry, *reader, &self.rows).unwrap_or_default()
    }

    fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId> {
        self.sealed.range((after.map_or(Unbounded, Excluded), Unbounded)).take(count).copied().collect()
    }
}

/// What a journal says after a restart: the shelf, and what the machines need to go on.
pub(crate) fn reopen(
    me: InstitutionId,
    records: &[Kept],
    founding: &protocol::message::Papers,
    signatures: Signatures,
) -> Reopened {
    let founding_charter = founding.charters.first().expect("a network has a founding charter");
    let mut papers = Papers::found(founding_charter).expect("the founding charter is one");
    let network = papers.network();
    let mut chains = BTreeMap::new();
    let mut shelf = Shelf::of(me, signatures);
    for kept in records {
        recall(&kept.0, network, &mut papers, &mut chains);
        shelf.file(kept, &|feed| chains.get(feed));
    }
    Reopened { shelf, papers, chains }
}

/// A journal read again.
#[derive(Debug)]
pub(crate) struct Reopened {
    pub(crate) shelf: Shelf,
    pub(crate) papers: Papers,
    pub(crate) chains: BTreeMap<FeedId, Chain>,
}

fn recall(record: &Record, network: NetworkId, papers: &mut Papers, chains: &mut BTreeMap<FeedId, Chain>) {
    match record {
        Record::Entry(held) => {
            let feed = held.entry.header().feed;
            chains.entry(feed).or_insert_with(|| Chain::new(network, feed)).recall(held);
        }
        Record::Freeze(feed, freeze) => {
            if let Some(chain) = chains.get_mut(feed) {
                chain.recall_freeze(freeze.clone());
            }
        }
        Record::Papers(news) => {
            let charters = news.charters.iter().all(|charter| papers.add_charter(charter).is_ok());
            let certificates = news.certificates.iter().all(|paper| papers.add_certificate(paper).is_ok());
            assert!(charters && certificates, "papers that were journaled can be taken again");
        }
        Record::Payload { .. } => {}
    }
}
