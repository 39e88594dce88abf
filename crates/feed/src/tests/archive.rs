//! An archive in memory, and a chain that is fed by hand.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    EntryId, FeedId, InstitutionId, Kind,
    claim::ForkProof,
    message::{Absence, Body},
};

use super::author::{Author, arrival};
use crate::{Archive, Arrival, Chain, Held, Record};

/// What was journaled, as the machines read it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) feeds: BTreeMap<FeedId, Vec<Held>>,
    pub(crate) places: BTreeMap<EntryId, (FeedId, u64)>,
    /// Who besides the author may have sealed payloads.
    pub(crate) readers: BTreeSet<InstitutionId>,
    /// What was taken back from whom.
    pub(crate) kept_from: BTreeSet<(InstitutionId, EntryId)>,
}

impl Memory {
    pub(crate) fn keep(&mut self, held: &Held) {
        let header = held.entry.header();
        let feed = self.feeds.entry(header.feed).or_default();
        assert_eq!(feed.len() as u64, header.seq, "entries are journaled in order");
        feed.push(held.clone());
        self.places.insert(held.entry.id(), (header.feed, header.seq));
    }

    pub(crate) fn perform(&mut self, record: &Record) {
        match record {
            Record::Entry(held) => self.keep(held),
            Record::Payload { feed, seq, salted, .. } => {
                let at = usize::try_from(*seq).unwrap();
                self.feeds.get_mut(feed).unwrap()[at].body = Body::Held(salted.clone());
            }
            Record::Papers(_) | Record::Freeze(..) => {}
        }
    }

    pub(crate) fn erase(&mut self, feed: &FeedId, seq: usize) {
        self.feeds.get_mut(feed).unwrap()[seq].body = Body::Absent(Absence::Erased);
    }
}

impl Archive for Memory {
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
        self.readers.contains(reader) || self.place_of(entry).is_some_and(|(feed, _)| feed == *reader)
    }

    fn is_kept_from(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        self.kept_from.contains(&(*reader, *entry))
    }

    fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId> {
        let is_sealed = |held: &&Held| held.entry.header().kind == Kind::Sealed && held.salted().is_some();
        let sealed = self.feeds.values().flatten().filter(is_sealed).map(|held| held.entry.id());
        let sealed: BTreeSet<EntryId> = sealed.filter(|entry| after.is_none_or(|after| entry > after)).collect();
        sealed.into_iter().take(count).collect()
    }
}

/// A chain and its archive, fed by hand.
pub(crate) struct Desk {
    pub(crate) chain: Chain,
    pub(crate) memory: Memory,
}

impl Desk {
    pub(crate) fn of(author: &Author) -> Self {
        Self { chain: Chain::new(author.network, author.feed), memory: Memory::default() }
    }

    pub(crate) fn with(author: &Author, story: &[Held]) -> Self {
        let mut desk = Self::of(author);
        for held in story {
            assert!(matches!(desk.receive(arrival(held)), crate::Answer::Accepted { .. }), "the story is a good one");
        }
        desk
    }

    /// Shows evidence. Returns whether the feed froze on it.
    pub(crate) fn accuse(&mut self, proof: &ForkProof) -> bool {
        self.chain.accuse(proof, &self.memory)
    }

    /// Receives and, if it is accepted, journals.
    pub(crate) fn receive(&mut self, arrival: Arrival) -> crate::Answer {
        let answer = self.chain.receive(arrival, &self.memory);
        if let crate::Answer::Accepted { held, .. } = &answer {
            self.memory.keep(held);
        }
        answer
    }
}
