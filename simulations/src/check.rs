//! What must hold in the end, and what of it does not hold yet. What follows from changes stands in `changed`.

mod changed;

use std::collections::{BTreeMap, BTreeSet};

use feed::{Chain, Held};
use protocol::{
    EntryId, FeedId, Kind,
    message::{Absence, Body},
    payload::control::Place,
};

use crate::{node::Node, reopen::reopen, world::World};
use changed::{ReadersNow, unlike_papers};

/// Effects of one input, and tasks in one node, at most.
const EFFECTS_MAX: usize = 3_000;
const WAITING_MAX: usize = 5_000;
/// Frames that a connection carries while the network rests, at most in a minute.
const FRAMES_AT_REST: u64 = 40;

impl World {
    /// What the honest nodes do not agree on yet.
    pub(crate) fn differences(&self) -> Vec<String> {
        let honest: Vec<&Node> = self.judged().collect();
        let Some(first) = honest.first() else { return Vec::new() };
        let (frozen, readers) = (self.contested(), self.readers_now());
        let mut differences = Vec::new();
        for node in &honest {
            let name = &node.member.name;
            if node.exchange.as_ref().is_none_or(|exchange| !exchange.start().is_ready()) {
                differences.push(format!("{name} does not sign"));
            }
            if !node.tasks.is_empty() || node.is_syncing || node.outbox > 0 {
                differences.push(format!("{name} has work left"));
            }
            if self.heads(node, &frozen) != self.heads(first, &frozen) {
                differences.push(format!("{name} and {} hold other heads", first.member.name));
            }
            differences.extend(unlike_papers(node, first));
            differences.extend(self.unfrozen(node));
        }
        differences.extend(self.unlike_cases(&honest, &readers));
        differences.extend(self.lacking(&honest, &frozen, &readers));
        differences
    }

    /// Feeds that contradict themselves, with the place.
    fn contested(&self) -> BTreeMap<FeedId, u64> {
        let forked = self.nodes.iter().filter_map(|node| Some((node.member.feed, node.branch.as_ref()?.from())));
        forked.collect()
    }

    fn unfrozen(&self, node: &Node) -> Vec<String> {
        let chain_of = |feed: &FeedId| node.exchange.as_ref().and_then(|exchange| exchange.chain(feed));
        let at =
            |feed: &FeedId| chain_of(feed).and_then(Chain::freeze).map(|freeze| (freeze.at, freeze.proof.is_some()));
        let missed = self.contested().into_iter().filter(|(feed, from)| at(feed) != Some((*from, true)));
        missed
            .map(|(feed, from)| {
                format!("{} has no proof that {} forked at {from}", node.member.name, self.name_of(&feed))
            })
            .collect()
    }

    /// Cases of which two nodes that may read the same of them think otherwise.
    fn unlike_cases(&self, honest: &[&Node], readers: &ReadersNow<'_>) -> Vec<String> {
        let mut first: BTreeMap<_, (&Node, [u8; 32])> = BTreeMap::new();
        let mut unlike = Vec::new();
        for node in honest {
            for (case, _) in self.common_cases(node, readers) {
                let digest = node.shelf.digest(case);
                let (other, theirs) = first.entry((case, self.words_kept_from(node, case))).or_insert((*node, digest));
                if digest != *theirs {
                    let (one, other) = (&node.member.name, &other.member.name);
                    unlike.push(format!("{one} reads case {} otherwise than {other}", case.number.short()));
                }
            }
        }
        unlike
    }

    /// Payloads that a node may have and lacks though somebody honest has them.
    fn lacking(&self, honest: &[&Node], frozen: &BTreeMap<FeedId, u64>, readers: &ReadersNow<'_>) -> Vec<String> {
        let mut available: BTreeMap<EntryId, bool> = BTreeMap::new();
        for held in honest.iter().flat_map(|node| self.all_of(node, frozen)) {
            *available.entry(held.entry.id()).or_default() |= held.salted().is_some();
        }
        let mut lacking = Vec::new();
        for node in honest {
            for held in self.all_of(node, frozen) {
                let id = held.entry.id();
                if held.salted().is_none()
                    && available.get(&id).copied().unwrap_or_default()
                    && self.must_have(&node.member.feed, &id, readers)
                    && !self.is_taken_back_outside(&id)
                {
                    let (name, whose) = (&node.member.name, self.name_of(&held.entry.header().feed));
                    let seq = held.entry.header().seq;
                    lacking.push(format!(
                        "{name} lacks the payload {} at place {seq} of {whose}: {:?}",
                        id.short(),
                        absence(held)
                    ));
                }
            }
        }
        lacking
    }

    /// Judges the whole run, once it is over.
    pub(crate) fn judge(&mut self, unsettled: Vec<String>) {
        unsettled.into_iter().take(20).for_each(|what| self.truth.violate(what));
        let found: Vec<String> =
            [self.lost(), self.frozen_honest(), self.leaked(), self.misled(), self.unlike_replay(), self.unbounded()]
                .into_iter()
                .flatten()
                .collect();
        found.into_iter().take(40).for_each(|what| self.truth.violate(what));
        let entries = self.judged().next().map(|node| node.shelf.memory.iter().count());
        self.figures.entries = entries.unwrap_or_default();
    }

    /// What people were told is written, and is not there.
    fn lost(&self) -> Vec<String> {
        let mut lost = Vec::new();
        let acknowledged = self.truth.acknowledged.iter().filter(|(_, (feed, _))| Some(*feed) != self.expelled_feed());
        for (entry, (feed, seq)) in acknowledged {
            for node in self.judged() {
                let held = node.shelf.memory.at(feed, *seq);
                if held.is_none_or(|held| held.entry.id() != *entry) {
                    let whose = self.name_of(feed);
                    lost.push(format!("{} lost what {whose} had acknowledged at place {seq}", node.member.name));
                }
            }
        }
        lost
    }

    fn frozen_honest(&self) -> Vec<String> {
        let honest: BTreeSet<FeedId> =
            self.nodes.iter().filter(|node| node.is_honest()).map(|node| node.member.feed).collect();
        let mut frozen = Vec::new();
        for node in self.judged() {
            let chains = node.exchange.iter().flat_map(feed::Exchange::chains);
            for chain in chains.filter(|chain| chain.freeze().is_some() && honest.contains(&chain.feed())) {
                frozen.push(format!("{} froze {}, who is honest", node.member.name, self.name_of(&chain.feed())));
            }
        }
        frozen
    }

    /// Sealed payloads that somebody holds who must not.
    fn leaked(&self) -> Vec<String> {
        let mut leaked = Vec::new();
        for node in &self.nodes {
            let sealed = node.shelf.memory.iter().filter(|held| held.entry.header().kind == Kind::Sealed);
            for held in sealed.filter(|held| held.salted().is_some()) {
                if !self.may_have(&node.member.feed, &held.entry.id()) {
                    let whose = self.name_of(&held.entry.header().feed);
                    leaked.push(format!("{} holds a sealed payload of {whose}", node.member.name));
                }
            }
        }
        leaked
    }

    /// Nodes that would know something else after a restart.
    fn unlike_replay(&self) -> Vec<String> {
        let mut unlike = Vec::new();
        for node in self.judged().filter(|node| !node.disk.is_lying) {
            let (signatures, planted) = (node.shelf.signatures(), node.shelf.planted);
            let again = reopen(node.member.feed, node.disk.durable(), &self.founding.known, signatures, planted);
            let heads = |chain: &Chain| (chain.feed(), chain.head().cloned(), chain.freeze().cloned());
            let now: Vec<_> = node.exchange.iter().flat_map(feed::Exchange::chains).map(heads).collect();
            let now: Vec<_> = now.into_iter().filter(|(_, head, _)| head.is_some()).collect();
            let then: Vec<_> = again.chains.values().map(heads).collect();
            if now != then || again.shelf.rows != node.shelf.rows || again.shelf.memory != node.shelf.memory {
                unlike.push(format!("{} would know something else after a restart", node.member.name));
            }
        }
        unlike
    }

    /// The heads of feeds that do not contradict themselves.
    fn heads<'a>(&self, node: &'a Node, frozen: &BTreeMap<FeedId, u64>) -> Vec<(FeedId, Option<&'a Place>)> {
        let chains = node.exchange.iter().flat_map(feed::Exchange::chains);
        let is_sound = |feed: &FeedId| !frozen.contains_key(feed) && self.is_exchanged(feed, 0);
        let sound = chains.filter(|chain| is_sound(&chain.feed()));
        sound.map(|chain| (chain.feed(), chain.exchanged_head())).filter(|(_, head)| head.is_some()).collect()
    }

    /// Every entry that is not contested, nor behind the end of the expelled.
    fn all_of<'a>(&'a self, node: &'a Node, frozen: &'a BTreeMap<FeedId, u64>) -> impl Iterator<Item = &'a Held> {
        node.shelf.memory.iter().filter(move |held| {
            let header = held.entry.header();
            self.is_exchanged(&header.feed, header.seq) && frozen.get(&header.feed).is_none_or(|at| header.seq < *at)
        })
    }

    fn unbounded(&self) -> Vec<String> {
        let mut unbounded = Vec::new();
        let figures = &self.figures;
        if figures.effects_max > EFFECTS_MAX {
            unbounded.push(format!("one input had {} effects; the limit is {EFFECTS_MAX}", figures.effects_max));
        }
        if figures.waiting_max > WAITING_MAX {
            unbounded.push(format!("{} tasks waited in one node; the limit is {WAITING_MAX}", figures.waiting_max));
        }
        let limit = FRAMES_AT_REST * self.connection_count() as u64;
        if self.scenario.dishonest.is_empty() && figures.frames_at_rest > limit {
            let frames = figures.frames_at_rest;
            unbounded.push(format!("{frames} frames were sent in a minute of rest; the limit is {limit}"));
        }
        unbounded
    }
}

const fn absence(held: &Held) -> Option<Absence> {
    match held.body {
        Body::Absent(absence) => Some(absence),
        Body::Held(_) => None,
    }
}
