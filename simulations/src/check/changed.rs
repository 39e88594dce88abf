//! What must hold of all that was changed: who is a member, which keys speak, whose word counts, who may read, what is gone.

use std::collections::{BTreeMap, BTreeSet};

use feed::{Archive, Chain, Held};
use protocol::{
    CaseId, EntryId, FeedId, InstitutionId,
    message::{Absence, Body},
    payload::control::Target,
};

use crate::{node::Node, truth::Version, world::World};

/// The versions of each case that say who reads it now: who is named in all of them.
pub(super) type ReadersNow<'a> = BTreeMap<CaseId, Vec<&'a Version>>;

impl World {
    /// Who reads a case is said by its newest version that counts; later ones that do not count widen nothing, and what they
    /// narrow stays narrow. Cases that their house withdrew are read by nobody.
    pub(super) fn readers_now(&self) -> ReadersNow<'_> {
        let mut now = ReadersNow::new();
        for (case, versions) in &self.truth.cases {
            let Some(owner) = self.judged().find(|node| node.member.feed == case.institution) else { continue };
            if owner.shelf.open_case(*case).is_none() {
                continue;
            }
            let chain = owner.chain(&case.institution);
            let here: Vec<&Version> =
                versions.iter().filter(|version| owner.shelf.place_of(&version.entry).is_some()).collect();
            let counts = |version: &&Version| owner.shelf.is_verified(&version.entry, chain);
            let from = here.iter().rposition(counts).unwrap_or(here.len().saturating_sub(1));
            now.insert(*case, here[from..].to_vec());
        }
        now
    }

    /// Cases that a node may read, with the nodes of their houses.
    pub(super) fn common_cases<'a>(
        &'a self,
        node: &'a Node,
        readers: &'a ReadersNow<'_>,
    ) -> impl Iterator<Item = (CaseId, &'a Node)> {
        let me = node.member.feed;
        let read = readers.iter().filter(move |(case, versions)| {
            let is_for_us = versions.iter().all(|version| version.is_for(&me));
            is_for_us && !self.losers_of(**case).contains(&me) && !self.is_stirred_from_outside(**case)
        });
        read.filter_map(|(case, _)| Some((*case, self.judged().find(|owner| owner.member.feed == case.institution)?)))
    }

    /// Whether somebody holds an entry that not all come to hold: the expelled says it behind its end.
    fn is_outside(&self, entry: &EntryId) -> bool {
        let place = self.nodes.iter().find_map(|node| node.shelf.place_of(entry));
        place.is_some_and(|(feed, seq)| !self.is_exchanged(&feed, seq))
    }

    /// Whether an entry was taken back by what not all come to hold.
    pub(super) fn is_taken_back_outside(&self, entry: &EntryId) -> bool {
        self.truth.withdrawals_of(*entry).any(|withdrawn| self.is_outside(&withdrawn.entry))
    }

    /// Whether anybody heard of an entry.
    fn is_known(&self, entry: &EntryId) -> bool {
        self.nodes.iter().any(|node| node.shelf.place_of(entry).is_some())
    }

    /// Those from whom alone a case was taken back.
    fn losers_of(&self, case: CaseId) -> BTreeSet<InstitutionId> {
        let gone = self.truth.withdrawn.iter().filter(|withdrawn| withdrawn.target == Target::Case(case));
        let known = gone.filter(|withdrawn| self.is_known(&withdrawn.entry));
        known.flat_map(|withdrawn| withdrawn.from.iter().flatten()).copied().collect()
    }

    /// Words on a case that were taken back from a node and not from all.
    pub(super) fn words_kept_from(&self, node: &Node, case: CaseId) -> BTreeSet<EntryId> {
        let gone = self.truth.withdrawn.iter().filter(|withdrawn| {
            withdrawn.from.is_some() && withdrawn.is_from(&node.member.feed) && self.is_known(&withdrawn.entry)
        });
        let words = gone.filter_map(|withdrawn| match withdrawn.target {
            Target::Entry(word) => Some(word),
            Target::Case(_) => None,
        });
        words.filter(|word| self.truth.about.get(word).is_some_and(|about| about.case == case)).collect()
    }

    /// Whether not all come to hold the same of a case.
    fn is_stirred_from_outside(&self, case: CaseId) -> bool {
        let mut said = self.truth.about.iter().filter(|(_, about)| about.case == case).map(|(entry, _)| entry);
        said.any(|entry| self.is_outside(entry) || self.is_taken_back_outside(entry))
    }

    /// Whether the payload of an entry may ever have gone to an institution.
    pub(crate) fn may_have(&self, reader: &InstitutionId, entry: &EntryId) -> bool {
        let versions = self.truth.versions_from(entry);
        versions.is_none_or(|versions| {
            versions.iter().any(|version| version.is_for(reader) && self.is_known(&version.entry))
        })
    }

    /// Whether an institution is to have the payload of an entry in the end.
    pub(super) fn must_have(&self, reader: &InstitutionId, entry: &EntryId, readers: &ReadersNow<'_>) -> bool {
        let mut gone = self.truth.withdrawals_of(*entry).filter(|withdrawn| withdrawn.is_from(reader));
        if gone.any(|withdrawn| self.is_known(&withdrawn.entry)) {
            return false;
        }
        let Some(about) = self.truth.about.get(entry) else { return true };
        let versions = readers.get(&about.case);
        versions.is_some_and(|versions| versions.iter().all(|version| version.is_for(reader)))
    }

    /// All that is wrong with what was changed, once everything has come to rest.
    pub(super) fn misled(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let readers = self.readers_now();
        let Some(first) = self.judged().next() else { return wrong };
        for node in self.judged() {
            wrong.extend(self.unlike_keys(node, first));
            wrong.extend(self.unlike_readers(node, &readers));
            wrong.extend(self.unforgotten(node));
            wrong.extend(self.forgotten(node));
            wrong.extend(self.heeded_expelled(node));
        }
        wrong
    }

    /// Feeds of which two nodes know other keys or people.
    fn unlike_keys(&self, node: &Node, first: &Node) -> Vec<String> {
        let contested = self.contested();
        let is_sound = |feed: &FeedId| !contested.contains_key(feed) && Some(*feed) != self.expelled_feed();
        let institutions = |node: &Node| {
            let chains = node.exchange.iter().flat_map(feed::Exchange::chains);
            let known = chains.filter(|chain| is_sound(&chain.feed()));
            known.filter_map(|chain| Some((chain.feed(), chain.institution()?.clone()))).collect::<BTreeMap<_, _>>()
        };
        let (ours, theirs) = (institutions(node), institutions(first));
        let unlike = ours.iter().filter(|(feed, institution)| theirs.get(*feed) != Some(*institution));
        let (one, other) = (&node.member.name, &first.member.name);
        unlike.map(|(feed, _)| format!("{one} knows other keys of {} than {other}", self.name_of(feed))).collect()
    }

    /// Cases that are for others on a node than on that of their house, or than was said.
    fn unlike_readers(&self, node: &Node, readers: &ReadersNow<'_>) -> Vec<String> {
        let mut unlike = Vec::new();
        for (case, owner) in self.common_cases(node, readers) {
            let said = readers[&case].first().map(|version| version.entry);
            let named = readers[&case].first().and_then(|version| version.audience.clone()).unwrap_or_default();
            let losers = self.losers_of(case);
            let others = named.into_iter().filter(|reader| *reader != case.institution && !losers.contains(reader));
            let named: BTreeSet<_> = others.collect();
            let known = node.shelf.open_case(case).map(|open| open.current);
            if known != said || node.shelf.named(case).into_iter().collect::<BTreeSet<_>>() != named {
                let (name, whose) = (&node.member.name, &owner.member.name);
                unlike.push(format!("{name} has other readers for case {} of {whose}", case.number.short()));
            }
        }
        unlike
    }

    /// Payloads that a node holds though they were withdrawn.
    fn unforgotten(&self, node: &Node) -> Vec<String> {
        let mut unforgotten = Vec::new();
        let from_us = self.truth.withdrawn.iter().filter(|withdrawn| withdrawn.is_from(&node.member.feed));
        for withdrawn in from_us {
            if node.shelf.place_of(&withdrawn.entry).is_none() {
                continue;
            }
            let gone: Vec<EntryId> = match &withdrawn.target {
                Target::Entry(entry) => vec![*entry],
                Target::Case(case) => {
                    let about = self.truth.about.iter().filter(|(_, about)| about.case == *case);
                    about.map(|(entry, _)| *entry).collect()
                }
            };
            let held = gone.iter().filter_map(|entry| node.shelf.memory.entry(entry));
            for held in held.filter(|held| held.salted().is_some()) {
                let (name, whose) = (&node.member.name, self.name_of(&withdrawn.by));
                let seq = held.entry.header().seq;
                unforgotten.push(format!("{name} still holds what {whose} withdrew, at place {seq}"));
            }
        }
        unforgotten
    }

    /// Payloads that a node erased though nobody withdrew them from it.
    fn forgotten(&self, node: &Node) -> Vec<String> {
        let is_erased = |held: &&Held| matches!(held.body, Body::Absent(Absence::Erased | Absence::ErasedHere));
        let is_gone = |held: &Held| {
            let mut gone = self.truth.withdrawals_of(held.entry.id());
            gone.any(|withdrawn| {
                withdrawn.is_from(&node.member.feed) && node.shelf.place_of(&withdrawn.entry).is_some()
            })
        };
        let erased = node.shelf.memory.iter().filter(is_erased).filter(|held| !is_gone(held));
        let told = erased.map(|held| {
            let header = held.entry.header();
            let (name, whose) = (&node.member.name, self.name_of(&header.feed));
            format!("{name} erased what was not taken back from it, at place {} of {whose}", header.seq)
        });
        told.collect()
    }

    /// Whether a node took something of the expelled after it was told.
    fn heeded_expelled(&self, node: &Node) -> Option<String> {
        let feed = self.expelled_feed()?;
        let at = node.expelled_at?.max(self.expelled_last.as_ref().map_or(0, |last| last.seq + 1));
        let next = node.chain(&feed).map_or(0, Chain::next_seq);
        let name = &node.member.name;
        (next > at).then(|| format!("{name} took what {} said after it was expelled", self.name_of(&feed)))
    }
}

/// Whether two nodes hold other charters and votes, or another roster.
pub(super) fn unlike_papers(node: &Node, first: &Node) -> Option<String> {
    let (ours, theirs) = (node.exchange.as_ref()?, first.exchange.as_ref()?);
    let is_unlike = ours.papers().digest() != theirs.papers().digest() || ours.roster() != theirs.roster();
    is_unlike.then(|| format!("{} and {} hold other papers", node.member.name, first.member.name))
}
