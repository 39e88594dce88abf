//! The governors expel a member: it goes on speaking, and what it says is on its way while others are told one by one.

use feed::Chain;
use protocol::{FeedId, certificate::Certificate, message::Papers};

use crate::{
    node::{Node, Task},
    scenario::Planted,
    world::{Event, World},
};

/// Where nobody can be told now, it is tried again later.
const AGAIN_MS: u64 = 1_000;
/// Acts of writing of the expelled, right before.
const LAST_WORDS: usize = 3;
/// So many expulsions of a hundred say which entry is the last that counts.
const LASTS: u64 = 75;
/// The node that does not listen, where one is planted; not the first, which is told.
const DEAF: usize = 1;

impl World {
    /// Expels an honest member that writes. One of the others is told.
    pub(crate) fn expel(&mut self) {
        if self.expelled.is_some() {
            return;
        }
        let honest: Vec<usize> = (0..self.nodes.len()).filter(|node| self.nodes[*node].is_honest()).collect();
        let (Some(node), Some(told)) = (honest.last().copied(), self.running(honest.last().copied())) else {
            return self.schedule(AGAIN_MS, Event::Expel);
        };
        for _ in 0..LAST_WORDS {
            self.give(node, Task::Write);
        }
        self.tell(node, "is expelled.");
        self.expelled = Some(node);
        let feed = self.nodes[node].member.feed;
        let held = self.nodes[told].chain(&feed).and_then(Chain::head).cloned();
        self.expelled_last = held.filter(|_| self.chance.is(LASTS));
        let expulsion = self.expulsion_of(node);
        self.give(told, Task::Decide(expulsion));
    }

    /// A governor says it again, lest it was lost with the disk of the only one who knew.
    pub(crate) fn tell_of_expulsion(&mut self) {
        let told = self.running(self.expelled);
        if let (Some(node), Some(told)) = (self.expelled, told) {
            let expulsion = self.expulsion_of(node);
            self.give(told, Task::Decide(expulsion));
        }
    }

    fn expulsion_of(&self, node: usize) -> Certificate {
        self.founding.expulsion_of(self.nodes[node].member.feed, self.expelled_last.clone())
    }

    /// An honest node that runs, other than one.
    fn running(&self, but: Option<usize>) -> Option<usize> {
        let runs = |node: &usize| Some(*node) != but && self.nodes[*node].exchange.is_some();
        (0..self.nodes.len()).find(|node| self.nodes[*node].is_honest() && runs(node))
    }

    /// Nodes that must agree in the end: honest ones, and not the one that was expelled.
    pub(crate) fn judged(&self) -> impl Iterator<Item = &Node> {
        let expelled = self.expelled;
        let all =
            self.nodes.iter().enumerate().filter(move |(index, node)| node.is_honest() && Some(*index) != expelled);
        all.map(|(_, node)| node)
    }

    /// The feed of the expelled.
    pub(crate) fn expelled_feed(&self) -> Option<FeedId> {
        self.expelled.map(|node| self.nodes[node].member.feed)
    }

    /// Whether all come to hold the entry at a place of a feed: it is a member's, or stands before the end that the governors
    /// named.
    pub(crate) fn is_exchanged(&self, feed: &FeedId, seq: u64) -> bool {
        Some(*feed) != self.expelled_feed() || self.expelled_last.as_ref().is_some_and(|last| seq <= last.seq)
    }

    /// Ends connections with whom a node knows to be expelled, and notes how far it had come by then.
    pub(crate) fn part_from_expelled(&mut self, node: usize) {
        let Some(other) = self.expelled.filter(|other| self.knows_expelled(node, *other)) else { return };
        self.note_expulsion(node);
        self.cut(node, other);
    }

    /// Whether a node knows that another was expelled.
    pub(crate) fn knows_expelled(&self, node: usize, other: usize) -> bool {
        let feed = self.nodes[other].member.feed;
        self.nodes[node].exchange.as_ref().is_some_and(|exchange| exchange.roster().is_expelled(&feed))
    }

    /// Notes how far the feed of the expelled had come when a node was told.
    pub(crate) fn note_expulsion(&mut self, node: usize) {
        let Some(feed) = self.expelled_feed() else { return };
        let told = &mut self.nodes[node];
        let next = told.chain(&feed).map_or(0, Chain::next_seq);
        told.expelled_at.get_or_insert(next);
    }

    /// Whether a node that was planted does not listen to these papers.
    pub(crate) fn is_deaf(&self, node: usize, papers: &Papers) -> bool {
        let is_planted = self.scenario.faults.planted == Some(Planted::DeafNode) && node == DEAF;
        let expulsion = self.expelled.filter(|_| is_planted).map(|expelled| self.expulsion_of(expelled).decision);
        papers.certificates.iter().any(|certificate| Some(&certificate.decision) == expulsion.as_ref())
    }
}
