//! The driver of a node: it gives the machine its inputs and performs its effects in their order, the journal first.

use std::rc::Rc;

use feed::{Effect, Exchange, Input, Record, Verdict};
use protocol::{
    certificate::Certificate,
    message::{Frame, Framed, Gossip, Papers},
};

use crate::{
    node::{Step, Task},
    scenario::Planted,
    world::{Event, World},
};

/// How long a disk takes to make durable what was written.
const SYNC_MS: (u64, u64) = (1, 6);

impl World {
    /// Gives a node something to do.
    pub(crate) fn give(&mut self, node: usize, task: Task) {
        let is_write = matches!(task, Task::Write);
        let given = &mut self.nodes[node];
        if given.exchange.is_some() {
            given.tasks.push_back(task);
        } else if is_write {
            given.outbox += 1;
        }
        self.figures.waiting_max = self.figures.waiting_max.max(self.nodes[node].tasks.len());
        self.pump(node);
    }

    /// Has effects performed behind those that wait.
    pub(crate) fn follow(&mut self, node: usize, effects: Vec<Effect>) {
        self.figures.effects_max = self.figures.effects_max.max(effects.len());
        self.nodes[node].steps.extend(effects.into_iter().map(Step::Do));
    }

    /// The disk has done what it was told.
    pub(crate) fn synced(&mut self, node: usize) {
        self.nodes[node].disk.sync();
        self.nodes[node].is_syncing = false;
        self.pump(node);
    }

    /// Lets a node work until its disk is busy or nothing is left.
    pub(crate) fn pump(&mut self, node: usize) {
        while self.nodes[node].exchange.is_some() && !self.nodes[node].is_syncing {
            if let Some(step) = self.nodes[node].steps.pop_front() {
                self.perform(node, step);
            } else if let Some(task) = self.nodes[node].tasks.pop_front() {
                self.take_up(node, task);
            } else if self.nodes[node].exchange.as_ref().is_some_and(Exchange::is_answering) {
                self.handle(node, Input::Answer);
            } else {
                return;
            }
        }
    }

    fn take_up(&mut self, node: usize, task: Task) {
        match task {
            Task::Hear(input) => self.handle(node, input),
            Task::Gossip(from, bytes) => self.hear_gossip(node, from, bytes),
            Task::Found => self.found(node),
            Task::Write => self.write(node),
            Task::Decide(certificate) => self.hear_governors(node, certificate),
        }
    }

    fn hear_governors(&mut self, node: usize, certificate: Certificate) {
        let papers = Papers { charters: Vec::new(), certificates: vec![certificate] };
        if self.is_deaf(node, &papers) {
            return self.note_expulsion(node);
        }
        let Some(exchange) = &mut self.nodes[node].exchange else { return };
        let effects = exchange.add_papers(&papers).expect("the governors' votes are good");
        self.follow(node, effects);
    }

    fn handle(&mut self, node: usize, input: Input) {
        if let Input::Frame { framed: Framed { frame: Frame::Papers(papers), .. }, .. } = &input
            && self.is_deaf(node, papers)
        {
            return self.note_expulsion(node);
        }
        let clock = self.clock_of(node);
        let driven = &mut self.nodes[node];
        let Some(exchange) = &mut driven.exchange else { return };
        let effects = exchange.handle(input, clock, &driven.shelf);
        self.follow(node, effects);
    }

    fn hear_gossip(&mut self, node: usize, from: usize, bytes: Rc<Vec<u8>>) {
        let Ok(message) = Gossip::decode(&bytes) else {
            return self.blame(node, from, feed::Blame::Malformed);
        };
        self.nodes[node].heard = Some((from, bytes));
        let peer = self.nodes[from].member.peer;
        self.handle(node, Input::Gossip { peer, message });
    }

    fn perform(&mut self, node: usize, step: Step) {
        match step {
            Step::Acknowledge(entries) => self.acknowledge(node, &entries),
            Step::Do(Effect::Journal(records)) => self.journal(node, records),
            Step::Do(Effect::Send(_, Framed { frame: Frame::Offer(_), .. }))
                if self.scenario.faults.planted == Some(Planted::SilentHosts) => {}
            Step::Do(Effect::Send(peer, framed)) => {
                if let Frame::Range(range) = &framed.frame
                    && range.feed == self.nodes[node].member.feed
                {
                    self.note_shown(node, framed.entries.len(), range.from);
                }
                if let Some(to) = self.by_peer.get(&peer).copied() {
                    self.send(node, to, framed);
                }
            }
            Step::Do(Effect::Publish(message)) => self.publish(node, message),
            Step::Do(Effect::Verdict(verdict)) => {
                let heard = self.nodes[node].heard.take();
                if let (Verdict::Accept, Some((from, bytes))) = (verdict, heard) {
                    self.pass_on(node, Some(from), &bytes);
                }
            }
            Step::Do(Effect::Penalise(peer, why)) => {
                if let Some(peer) = self.by_peer.get(&peer).copied() {
                    self.blame(node, peer, why);
                }
            }
            Step::Do(Effect::Frozen(feed, at)) => {
                let whose = self.name_of(&feed);
                self.tell(node, &format!("sees that {whose} contradicts itself at place {at}."));
            }
            Step::Do(Effect::Started { was_restored }) => {
                let how = if was_restored { "has its own words back and starts to sign." } else { "starts to sign." };
                self.tell(node, how);
                self.nodes[node].arm();
                self.nodes[node].tasks.push_front(Task::Found);
                let waiting = std::mem::take(&mut self.nodes[node].outbox);
                self.nodes[node].tasks.extend((0..waiting).map(|_| Task::Write));
            }
            Step::Do(Effect::Halted) => {
                self.tell(node, "stops signing: somebody else writes its feed.");
                if self.nodes[node].is_honest() {
                    let name = self.nodes[node].member.name.clone();
                    self.truth.violate(format!("{name} is honest and stopped signing"));
                }
            }
            // Links of the simulation have room for all.
            Step::Do(Effect::Charge(..)) => {}
            Step::Do(Effect::RosterChanged) => {
                self.part_from_expelled(node);
                self.dial(node);
            }
        }
    }

    fn journal(&mut self, node: usize, records: Vec<Record>) {
        let clock = self.clock_of(node);
        let driven = &mut self.nodes[node];
        let mut placed = Vec::new();
        for record in records {
            let kept = (record, clock);
            if let Some(exchange) = &driven.exchange {
                let filed = driven.shelf.file(&kept, &|feed| exchange.chain(feed));
                placed.extend(filed.placed);
            }
            driven.disk.write(kept);
        }
        if let Some(exchange) = &mut driven.exchange {
            exchange.placed(placed);
        }
        driven.is_syncing = true;
        let incarnation = driven.incarnation;
        let in_ms = self.chance.between(SYNC_MS);
        self.schedule(in_ms, Event::Synced { node, incarnation });
    }

    /// Notes which entries of its own an honest node showed to others.
    fn note_shown(&mut self, node: usize, count: usize, from: u64) {
        let shown = &self.nodes[node];
        if !shown.is_honest() {
            return;
        }
        let own = shown.shelf.memory.of(&shown.member.feed);
        let from = usize::try_from(from).unwrap_or_default();
        for held in own.iter().skip(from).take(count) {
            self.truth.show(&shown.member.name, &held.entry);
        }
    }
}
