//! What goes wrong, and when: partitions, broken connections, power cuts, old backups, dishonest members.

use std::rc::Rc;

use feed::Chain;
use protocol::message::Gossip;

use crate::{
    node::Task,
    scenario::{Planted, Vice},
    vice::Branch,
    wires::is_fooled,
    world::{Event, World},
};

/// How long a partition lasts.
const PARTED_MS: (u64, u64) = (3_000, 15_000);
/// How long a node without power stays away.
const AWAY_MS: (u64, u64) = (500, 10_000);
/// A node with an old backup waits until all was quiet for so long.
const QUIET_MS: u64 = 120_000;
/// How often a dishonest node does something of its own accord.
const MISCHIEF_MS: u64 = 700;
/// Messages of one flood.
const FLOOD: usize = 30;
/// Entries of a second branch, mostly, and now and then.
const BRANCH: (u64, u64) = (1, 5);
const LONG_BRANCH: (u64, u64) = (520, 700);

impl World {
    /// Plans the whole run.
    pub(crate) fn plan(&mut self) {
        self.lay_wires();
        let faults = self.scenario.faults;
        let end_ms = self.scenario.duration_s * 1_000;
        let late = faults.has_late_joiner.then(|| self.nodes.len() - 1);
        for node in 0..self.nodes.len() {
            self.nodes[node].skew_ms = self.chance.below(faults.skew_s * 1_000 + 1);
            self.nodes[node].disk.is_lying = faults.planted == Some(Planted::LyingDisks);
            if late == Some(node) {
                self.schedule(end_ms / 2, Event::Admit { node });
            } else {
                let in_ms = self.chance.below(2_000);
                self.schedule(in_ms, Event::Restart { node });
            }
            for _ in 0..self.scenario.load.writes {
                let in_ms = self.chance.below(end_ms);
                self.schedule(in_ms, Event::Write { node });
            }
            if self.nodes[node].vice.is_some() {
                self.schedule(end_ms / 3, Event::Misbehave { node });
            }
        }
        self.plan_faults(end_ms);
    }

    fn plan_faults(&mut self, end_ms: u64) {
        let faults = self.scenario.faults;
        let wires: Vec<(usize, usize)> = self.wires.keys().copied().collect();
        for _ in 0..faults.broken_links {
            if let Some((one, other)) = self.chance.pick(&wires).copied() {
                let in_ms = self.chance.below(end_ms);
                self.schedule(in_ms, Event::Break { one, other });
            }
        }
        for _ in 0..faults.crashes {
            let node = self.chance.index(self.nodes.len());
            let in_ms = self.chance.below(end_ms);
            self.schedule(in_ms, Event::Crash { node });
        }
        for _ in 0..faults.partitions {
            let in_ms = self.chance.below(end_ms);
            let lasts_ms = self.chance.between(PARTED_MS);
            self.schedule(in_ms, Event::Part);
            self.schedule(in_ms + lasts_ms, Event::Heal);
        }
        if faults.has_old_backup {
            let node = self.chance.index(self.nodes.len());
            self.schedule(end_ms / 2, Event::BackUp { node });
            self.schedule(end_ms + QUIET_MS, Event::Restore { node });
        }
        if self.chance.is(faults.expulsions) {
            let in_ms = self.chance.between((end_ms / 3, end_ms));
            self.schedule(in_ms, Event::Expel);
        }
    }

    /// From now on nothing goes wrong any more, and nobody writes.
    pub(crate) fn calm_down(&mut self) {
        if self.scenario.faults.has_old_backup {
            self.play_until(self.now_ms + QUIET_MS + 1);
        }
        self.is_rough = false;
        self.heal();
        for node in 0..self.nodes.len() {
            self.start(node);
        }
        self.tell_of_expulsion();
    }

    pub(crate) fn part(&mut self) {
        let all: Vec<usize> = (0..self.nodes.len()).collect();
        let count = 1 + self.chance.index(all.len() - 1);
        let island = self.chance.some_of(&all, count);
        let names: Vec<&str> = island.iter().map(|node| self.nodes[*node].member.name.as_str()).collect();
        let line = format!("and nobody else is on this side: {}.", names.join(", "));
        self.tell(island[0], &line);
        let across: Vec<(usize, usize)> = self.wires.keys().copied().collect();
        for (one, other) in across {
            if island.contains(&one) != island.contains(&other) {
                self.cut(one, other);
            }
        }
        self.island = Some(island);
    }

    pub(crate) fn heal(&mut self) {
        if self.scenario.faults.planted != Some(Planted::LastingPartition) {
            self.island = None;
        }
    }

    /// A node loses power, and comes back later.
    pub(crate) fn crash(&mut self, node: usize) {
        if self.nodes[node].exchange.is_none() {
            return;
        }
        self.tell(node, "loses power.");
        self.fell(node);
        let away_ms = self.chance.between(AWAY_MS);
        self.schedule(away_ms, Event::Restart { node });
    }

    fn fell(&mut self, node: usize) {
        self.cut_all(node);
        self.nodes[node].stop();
        self.nodes[node].disk.lose_power(&mut self.chance);
    }

    /// A node's disk is replaced by an old copy; its people write at once.
    pub(crate) fn restore(&mut self, node: usize) {
        self.fell(node);
        let lost = self.nodes[node].disk.restore();
        self.tell(node, &format!("comes back from a backup that lacks {lost} records."));
        self.start(node);
        for _ in 0..3 {
            self.give(node, Task::Write);
        }
    }

    /// The governors admit an institution. One of them hears of it, and the institution, which starts.
    pub(crate) fn admit(&mut self, node: usize) {
        let admission = self.founding.admission_of(self.nodes[node].member.feed);
        let governor = 0;
        self.tell(node, "is admitted.");
        self.give(governor, Task::Decide(admission.clone()));
        self.start(node);
        self.give(node, Task::Decide(admission));
    }

    /// A dishonest node does something of its own accord.
    pub(crate) fn misbehave(&mut self, node: usize) {
        let Some(vice) = self.nodes[node].vice.filter(|_| self.is_rough) else { return };
        match vice {
            Vice::Equivocates => self.equivocate(node),
            Vice::Floods => self.flood(node),
            Vice::Replays => self.replay(node),
            _ => {}
        }
        self.schedule(MISCHIEF_MS, Event::Misbehave { node });
    }

    /// Writes two entries at one place, and goes on with both.
    fn equivocate(&mut self, node: usize) {
        let is_ready = self.nodes[node].exchange.as_ref().is_some_and(|exchange| exchange.start().is_ready());
        if self.nodes[node].branch.is_some() || !is_ready || self.nodes[node].is_syncing {
            return;
        }
        let feed = self.nodes[node].member.feed;
        let chain = self.nodes[node].chain(&feed);
        let Some(head) = chain.and_then(Chain::head).filter(|head| head.seq >= 2).cloned() else { return };
        let length = if self.chance.is(10) { LONG_BRANCH } else { BRANCH };
        let length = self.chance.between(length);
        let payloads: Vec<_> = (0..length).map(|_| self.case_payload(node).0).collect();
        let Some(institution) = self.nodes[node].chain(&feed).and_then(Chain::institution) else { return };
        let (number, named) = institution.keys().signing();
        let signing = (number, self.nodes[node].member.signing(Some(named)));
        let branch = Branch::grow(self.founding.network, feed, &head, &payloads, &signing, &mut self.chance);
        self.tell(node, &format!("writes two branches behind place {}; one has {length} entries.", head.seq));
        let fooled: Vec<usize> = (0..self.nodes.len()).filter(|to| is_fooled(*to) && *to != node).collect();
        for message in branch.gossip() {
            let bytes = Rc::new(message.encode());
            for to in &fooled {
                self.whisper(node, *to, &bytes);
            }
        }
        self.nodes[node].branch = Some(branch);
        for _ in 0..self.chance.between(BRANCH) {
            self.give(node, Task::Write);
        }
    }

    /// Sends much that is worth nothing: old claims, broken entries, answers to questions that nobody asked.
    fn flood(&mut self, node: usize) {
        for _ in 0..FLOOD {
            let Some(mut message) = self.old_entry(node) else { return };
            if let Gossip::Entry(frame) = &mut message
                && self.chance.is(50)
            {
                frame.entry.signature.0 = self.chance.bytes();
            }
            self.spread(node, &message);
        }
    }

    /// Sends what was said long ago.
    fn replay(&mut self, node: usize) {
        if let Some(message) = self.old_entry(node) {
            self.spread(node, &message);
        }
    }

    fn spread(&mut self, node: usize, message: &Gossip) {
        let bytes = Rc::new(message.encode());
        self.pass_on(node, None, &bytes);
    }
}
