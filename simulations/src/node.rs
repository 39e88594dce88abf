//! One node: the machine, its shelf and disk, and what waits to be done. It is busy while its disk syncs.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use feed::{Effect, Exchange, Input, Record, Restored};
use protocol::{EntryId, certificate::Certificate, message::Papers};

use crate::{
    disk::Disk,
    member::Member,
    scenario::Vice,
    shelf::{Shelf, Signatures, reopen},
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
    Admit(Certificate),
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
    /// How often it blamed others.
    pub(crate) blamed: BTreeMap<usize, u64>,
    pub(crate) vice: Option<Vice>,
    /// The other branch of one that equivocates.
    pub(crate) branch: Option<Branch>,
}

impl Node {
    pub(crate) fn of(member: Member, vice: Option<Vice>, papers: &Papers, signatures: Signatures) -> Self {
        let shelf = Shelf::of(member.feed, signatures);
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
            blamed: BTreeMap::new(),
            vice,
            branch: None,
        }
    }

    pub(crate) const fn is_honest(&self) -> bool {
        self.vice.is_none()
    }

    /// Starts from what the disk holds.
    pub(crate) fn start(&mut self, now_ms: u64, founding: &Papers) {
        let has_open_doors = self.shelf.has_open_doors;
        let reopened = reopen(self.member.feed, self.disk.durable(), founding, self.shelf.signatures());
        self.shelf = reopened.shelf;
        self.shelf.has_open_doors = has_open_doors;
        let restored = Restored {
            me: self.member.feed,
            papers: reopened.papers,
            missing: self.shelf.missing(),
            chains: reopened.chains.into_values().collect(),
        };
        let mut exchange = Exchange::new(restored, now_ms);
        exchange.set_signing(protocol::SecretKey::from_seed(&self.member.signing.seed()));
        self.exchange = Some(exchange);
        self.incarnation += 1;
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
