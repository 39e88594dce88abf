//! One node: the machine, its shelf and disk, and what waits to be done. It is busy while its disk syncs.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use feed::{Chain, Effect, Exchange, Input, Record, Restored};
use protocol::{EntryId, FeedId, certificate::Certificate, message::Papers};

use crate::{
    disk::Disk,
    member::Member,
    reopen::reopen,
    scenario::{Planted, Vice},
    shelf::{Shelf, Signatures},
    vice::Branch,
};

/// Something that waits until the node is free.
#[derive(Debug)]
pub(crate) enum Task {
    /// An input of the machine.
    Hear(Input),
    /// A gossip message, with the node that passed it on.
    Gossip(usize, Rc<Vec<u8>>),
    /// Write the first entries of the feed, as far as they are not there.
    Found,
    /// Somebody writes.
    Write,
    /// The governors decided.
    Decide(Certificate),
}

/// Something that is to be done in order.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every step is the large one")]
pub(crate) enum Step {
    /// What the machine wants.
    Do(Effect),
    /// Somebody is told that these are written.
    Acknowledge(Vec<EntryId>),
}

/// A node and its institution.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) member: Member,
    /// The machine, while the node runs.
    pub(crate) exchange: Option<Exchange>,
    pub(crate) shelf: Shelf,
    pub(crate) disk: Disk,
    pub(crate) tasks: VecDeque<Task>,
    pub(crate) steps: VecDeque<Step>,
    pub(crate) is_syncing: bool,
    /// How often it started.
    pub(crate) incarnation: u64,
    /// How far its clock is ahead.
    pub(crate) skew_ms: u64,
    /// Gossip messages that it has seen.
    pub(crate) seen: BTreeSet<[u8; 32]>,
    /// The gossip message that it handles now.
    pub(crate) heard: Option<(usize, Rc<Vec<u8>>)>,
    /// What its people wrote and could not send yet.
    pub(crate) outbox: usize,
    /// How far the feed of the expelled had come here when this node was told.
    pub(crate) expelled_at: Option<u64>,
    /// How often it blamed others.
    pub(crate) blamed: BTreeMap<usize, u64>,
    pub(crate) vice: Option<Vice>,
    /// The other branch of one that equivocates.
    pub(crate) branch: Option<Branch>,
}

impl Node {
    pub(crate) fn of(
        member: Member,
        vice: Option<Vice>,
        papers: &Papers,
        signatures: Signatures,
        planted: Option<Planted>,
    ) -> Self {
        let shelf = Shelf::of(member.feed, signatures, planted);
        Self {
            member,
            exchange: None,
            shelf,
            disk: Disk::with(vec![(Record::Papers(papers.clone()), 0)]),
            tasks: VecDeque::new(),
            steps: VecDeque::new(),
            is_syncing: false,
            incarnation: 0,
            skew_ms: 0,
            seen: BTreeSet::new(),
            heard: None,
            outbox: 0,
            expelled_at: None,
            blamed: BTreeMap::new(),
            vice,
            branch: None,
        }
    }

    pub(crate) const fn is_honest(&self) -> bool {
        self.vice.is_none()
    }

    /// Starts from what the disk holds.
    pub(crate) fn start(&mut self, now_ms: u64, founding: &trust::Papers) {
        let (signatures, planted) = (self.shelf.signatures(), self.shelf.planted);
        let reopened = reopen(self.member.feed, self.disk.durable(), founding, signatures, planted);
        self.shelf = reopened.shelf;
        let restored = Restored {
            me: self.member.feed,
            papers: reopened.papers,
            missing: self.shelf.memory.missing(),
            chains: reopened.chains.into_values().collect(),
        };
        self.exchange = Some(Exchange::new(restored, now_ms));
        self.arm();
        self.incarnation += 1;
    }

    /// A feed as this node knows it, while it runs.
    pub(crate) fn chain(&self, feed: &FeedId) -> Option<&Chain> {
        self.exchange.as_ref()?.chain(feed)
    }

    /// Hands the machine the key that its feed names.
    pub(crate) fn arm(&mut self) {
        let institution = self.chain(&self.member.feed).and_then(Chain::institution);
        let key = self.member.signing(institution.map(|institution| institution.keys().signing().1));
        if let Some(exchange) = &mut self.exchange {
            exchange.set_signing(key);
        }
    }

    /// Stops at once. All that was not durable is for the disk to lose.
    pub(crate) fn stop(&mut self) {
        self.exchange = None;
        self.outbox += self.tasks.iter().filter(|task| matches!(task, Task::Write)).count();
        self.tasks.clear();
        self.steps.clear();
        self.seen.clear();
        (self.heard, self.is_syncing) = (None, false);
    }
}
