//! The journal in memory as an archive, a chain that is fed by hand, and the promises of both.

use std::collections::BTreeSet;

use protocol::{EntryId, FeedId, InstitutionId, claim::ForkProof};

use super::author::{Author, arrival};
use crate::{Archive, Arrival, Chain, Held, Memory, Record, contract};

/// What was journaled, and who may have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cabinet {
    pub(crate) memory: Memory,
    /// Who besides the author may have sealed payloads.
    pub(crate) readers: BTreeSet<InstitutionId>,
    /// What was taken back from whom.
    pub(crate) kept_from: BTreeSet<(InstitutionId, EntryId)>,
}

impl Cabinet {
    pub(crate) fn keep(&mut self, held: &Held) {
        self.perform(&Record::Entry(held.clone()));
    }

    pub(crate) fn perform(&mut self, record: &Record) {
        self.memory.keep(record);
    }
}

impl Archive for Cabinet {
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
        self.readers.contains(reader) || self.place_of(entry).is_some_and(|(feed, _)| feed == *reader)
    }

    fn is_kept_from(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        self.kept_from.contains(&(*reader, *entry))
    }

    fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId> {
        self.memory.sealed_behind(after, count)
    }
}

impl contract::Shelved for Cabinet {
    type Archive = Self;

    fn journal(&mut self, record: &Record) {
        self.perform(record);
    }

    fn archive(&self) -> &Self {
        self
    }
}

#[test]
fn the_archive_of_these_stories_keeps_what_was_journaled() {
    contract::keeps_what_was_journaled(&mut Cabinet::default());
}

/// A chain and its archive, fed by hand.
pub(crate) struct Desk {
    pub(crate) chain: Chain,
    pub(crate) cabinet: Cabinet,
}

impl Desk {
    pub(crate) fn of(author: &Author) -> Self {
        Self { chain: Chain::new(author.network, author.feed), cabinet: Cabinet::default() }
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
        self.chain.accuse(proof, &self.cabinet)
    }

    /// Receives and, if it is accepted, journals.
    pub(crate) fn receive(&mut self, arrival: Arrival) -> crate::Answer {
        let answer = self.chain.receive(arrival, &self.cabinet);
        if let crate::Answer::Accepted { held, .. } = &answer {
            self.cabinet.keep(held);
        }
        answer
    }
}
