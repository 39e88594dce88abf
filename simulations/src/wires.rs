//! Wires: streams that are ordered, reliable and break; gossip that is neither.

use std::{collections::BTreeSet, rc::Rc};

use feed::Input;
use protocol::{
    InstitutionId, hash,
    message::{Body, Frame, Framed, Gossip},
};

use crate::{
    node::Task,
    vice::{twist_frame, twist_gossip},
    world::{Event, World},
};

/// Neighbours to which a message is passed on.
const MESH: usize = 6;
/// Neighbours in a large network, besides those in the ring.
const NEIGHBOURS: usize = 4;
/// A network of this size is fully connected.
const FULL_MESH: usize = 7;
/// A lost packet is sent again after this time.
const AGAIN_MS: u64 = 200;
/// A broken connection is dialled again after this time.
const DIAL_MS: (u64, u64) = (300, 3_000);
/// A peer that was blamed so often is sent away for a while.
const PATIENCE: u64 = 20;
const BANNED_MS: u64 = 60_000;

/// A connection between two nodes.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    is_up: bool,
    /// Whether somebody will dial.
    is_dialled: bool,
    /// How often it was made.
    generation: u64,
    /// When the last frame of each direction arrives.
    last_ms: [u64; 2],
}

fn ends(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

impl World {
    /// Lays wires: everybody to everybody in a small network, else a ring of the honest and some more.
    pub(crate) fn lay_wires(&mut self) {
        let count = self.nodes.len();
        let honest: Vec<usize> = (0..count).filter(|node| self.nodes[*node].is_honest()).collect();
        for (place, node) in honest.iter().enumerate() {
            let next = honest[(place + 1) % honest.len()];
            self.wires.insert(ends(*node, next), Wire::default());
        }
        for node in 0..count {
            let others: Vec<usize> = (0..count).collect();
            let neighbours = if count <= FULL_MESH { others } else { self.chance.some_of(&others, NEIGHBOURS) };
            for other in neighbours {
                self.wires.insert(ends(node, other), Wire::default());
            }
        }
        self.wires.retain(|(one, other), _| one != other);
    }

    fn neighbours(&self, node: usize) -> Vec<usize> {
        let of = |(one, other): &(usize, usize)| match (*one == node, *other == node) {
            (true, _) => Some(*other),
            (_, true) => Some(*one),
            _ => None,
        };
        self.wires.keys().filter_map(of).collect()
    }

    fn connected(&self, node: usize) -> Vec<usize> {
        let mut all = self.neighbours(node);
        all.retain(|other| self.wires[&ends(node, *other)].is_up);
        all
    }

    /// Connects a node with its neighbours, a little later.
    pub(crate) fn dial(&mut self, node: usize) {
        for other in self.neighbours(node) {
            self.dial_soon(node, other);
        }
    }

    /// A house keeps connections to those with whom it shares what is sealed: nobody else may carry it.
    pub(crate) fn connect_with(&mut self, node: usize, audience: &BTreeSet<InstitutionId>) {
        for other in 0..self.nodes.len() {
            let is_new = other != node && !self.wires.contains_key(&ends(node, other));
            if is_new && audience.contains(&self.nodes[other].member.feed) {
                self.wires.insert(ends(node, other), Wire::default());
                self.dial_soon(node, other);
            }
        }
    }

    fn dial_soon(&mut self, one: usize, other: usize) {
        let in_ms = self.chance.between(DIAL_MS);
        self.dial_in(in_ms, one, other);
    }

    fn dial_in(&mut self, in_ms: u64, one: usize, other: usize) {
        let Some(wire) = self.wires.get_mut(&ends(one, other)) else { return };
        if !std::mem::replace(&mut wire.is_dialled, true) {
            self.schedule(in_ms, Event::Connect { one, other });
        }
    }

    fn is_parted(&self, one: usize, other: usize) -> bool {
        self.island.as_ref().is_some_and(|island| island.contains(&one) != island.contains(&other))
    }

    pub(crate) fn connect(&mut self, one: usize, other: usize) {
        let are_running = self.nodes[one].exchange.is_some() && self.nodes[other].exchange.is_some();
        let Some(wire) = self.wires.get_mut(&ends(one, other)) else { return };
        wire.is_dialled = false;
        if !are_running || wire.is_up {
            return;
        }
        if self.knows_expelled(one, other) || self.knows_expelled(other, one) {
            return;
        }
        if self.is_parted(one, other) || !self.knows(one, other) || !self.knows(other, one) {
            return self.dial_soon(one, other);
        }
        let last_ms = [self.now_ms; 2];
        if let Some(wire) = self.wires.get_mut(&ends(one, other)) {
            *wire = Wire { is_up: true, is_dialled: false, generation: wire.generation + 1, last_ms };
        }
        for (node, peer) in [(one, other), (other, one)] {
            let member = &self.nodes[peer].member;
            let input = Input::Connected { peer: member.peer, institution: member.feed };
            self.give(node, Task::Hear(input));
        }
    }

    /// Whether a node lets another in: as a member, or after it showed that it is one.
    fn knows(&mut self, node: usize, stranger: usize) -> bool {
        let (feed, peer) = (self.nodes[stranger].member.feed, self.nodes[stranger].member.peer);
        let (Some(mut ours), Some(theirs)) = (self.nodes[node].exchange.take(), &self.nodes[stranger].exchange) else {
            return false;
        };
        let is_member = ours.roster().member(&feed).is_some();
        let (who, effects) = if is_member {
            (Some(feed), Vec::new())
        } else {
            let stranger = &self.nodes[stranger];
            let shown = theirs.introduction(&stranger.shelf, &stranger.member.card());
            ours.receive_introduction(&peer, &shown)
        };
        self.nodes[node].exchange = Some(ours);
        self.follow(node, effects);
        who == Some(feed)
    }

    /// Breaks a connection; what was under way is gone.
    pub(crate) fn cut(&mut self, one: usize, other: usize) {
        let Some(wire) = self.wires.get_mut(&ends(one, other)) else { return };
        if !std::mem::take(&mut wire.is_up) {
            return;
        }
        for (node, peer) in [(one, other), (other, one)] {
            let peer = self.nodes[peer].member.peer;
            self.give(node, Task::Hear(Input::Disconnected { peer }));
        }
        self.dial_soon(one, other);
    }

    pub(crate) fn cut_all(&mut self, node: usize) {
        for other in self.neighbours(node) {
            self.cut(node, other);
        }
    }

    fn latency(&mut self) -> u64 {
        self.chance.between(self.scenario.link.latency_ms)
    }

    fn is_lost(&mut self) -> bool {
        let percent = if self.is_rough { self.scenario.link.loss } else { 0 };
        self.chance.is(percent)
    }

    /// A node sends a frame.
    pub(crate) fn send(&mut self, from: usize, to: usize, framed: Framed) {
        let wire = &self.wires[&ends(from, to)];
        let (is_up, generation) = (wire.is_up, wire.generation);
        if !is_up {
            return;
        }
        let node = &self.nodes[from];
        let framed = match node.vice {
            Some(vice) => twist_frame(vice, framed, is_fooled(to), node.branch.as_ref(), &mut self.chance),
            None => Some(framed),
        };
        let Some(framed) = framed else { return };
        self.watch_frame(from, to, &framed);
        self.figures.frames += 1;
        let mut delay_ms = self.latency();
        while self.is_lost() {
            delay_ms += AGAIN_MS;
        }
        let mut at_ms = self.now_ms + delay_ms;
        if let Some(wire) = self.wires.get_mut(&ends(from, to)) {
            let last = &mut wire.last_ms[usize::from(from > to)];
            at_ms = at_ms.max(*last);
            *last = at_ms;
        }
        let bytes = framed.encode();
        self.schedule(at_ms - self.now_ms, Event::Frame { from, to, generation, bytes });
    }

    /// What honest nodes must not send.
    fn watch_frame(&mut self, from: usize, to: usize, framed: &Framed) {
        let reader = self.nodes[to].member.feed;
        let mut given: Vec<_> = framed
            .entries
            .iter()
            .filter(|entry| matches!(entry.body, Body::Held(_)))
            .map(|frame| protocol::EntryId::of(&frame.entry.header.0, &frame.entry.signature.0))
            .collect();
        if let Frame::Payload(payload) = &framed.frame
            && matches!(payload.body, Body::Held(_))
        {
            given.push(payload.entry);
        }
        for entry in given.iter().filter(|entry| !self.may_have(&reader, entry)).copied().collect::<Vec<_>>() {
            let (giver, reader) = (&self.nodes[from].member.name, &self.nodes[to].member.name);
            let case = self.truth.about.get(&entry).map_or_else(String::new, |about| about.case.number.short());
            let what = format!("{giver} gave {reader} the sealed payload {} about case {case}", entry.short());
            self.truth.violate(what);
        }
    }

    pub(crate) fn arrive(&mut self, from: usize, to: usize, generation: u64, bytes: &[u8]) {
        let wire = &self.wires[&ends(from, to)];
        if !wire.is_up || wire.generation != generation {
            return;
        }
        match Framed::decode(bytes) {
            Ok(framed) => {
                let peer = self.nodes[from].member.peer;
                self.give(to, Task::Hear(Input::Frame { peer, framed }));
            }
            Err(error) => {
                let (one, other) = (&self.nodes[from].member.name, &self.nodes[to].member.name);
                self.truth.violate(format!("{one} sent {other} a frame that cannot be read: {error}"));
            }
        }
    }

    /// A node gives a message of its own to gossip.
    pub(crate) fn publish(&mut self, from: usize, message: Gossip) {
        let message = match self.nodes[from].vice {
            Some(vice) => twist_gossip(vice, message, &mut self.chance),
            None => Some(message),
        };
        let Some(message) = message else { return };
        let bytes = Rc::new(message.encode());
        self.nodes[from].seen.insert(hash("gossip", &[&bytes]));
        self.pass_on(from, None, &bytes);
    }

    /// A node passes a message on to some of those it is connected with, but not to the one it came from.
    pub(crate) fn pass_on(&mut self, from: usize, came_from: Option<usize>, bytes: &Rc<Vec<u8>>) {
        let mut neighbours = self.connected(from);
        neighbours.retain(|to| Some(*to) != came_from);
        for to in self.chance.some_of(&neighbours, MESH) {
            self.whisper(from, to, bytes);
        }
    }

    pub(crate) fn whisper(&mut self, from: usize, to: usize, bytes: &Rc<Vec<u8>>) {
        if !self.scenario.link.has_gossip || !self.wires.contains_key(&ends(from, to)) {
            return;
        }
        let copies = 1 + u64::from(self.chance.is(self.scenario.link.duplicates));
        for _ in 0..copies {
            if !self.is_lost() {
                let in_ms = self.latency();
                self.schedule(in_ms, Event::Gossip { from, to, bytes: bytes.clone() });
            }
        }
    }

    pub(crate) fn overhear(&mut self, from: usize, to: usize, bytes: Rc<Vec<u8>>) {
        let is_news = self.nodes[to].exchange.is_some() && self.nodes[to].seen.insert(hash("gossip", &[&bytes]));
        if is_news && self.wires[&ends(from, to)].is_up {
            self.give(to, Task::Gossip(from, bytes));
        }
    }

    /// A node blames another; when it has had enough, it sends it away.
    pub(crate) fn blame(&mut self, node: usize, peer: usize, why: feed::Blame) {
        let (one, other) = (&self.nodes[node], &self.nodes[peer]);
        let is_expelled = [node, peer].map(Some).contains(&self.expelled);
        if one.is_honest() && other.is_honest() && !is_expelled {
            let what = format!("{} blamed {}, who is honest: {why:?}", one.member.name, other.member.name);
            self.truth.violate(what);
        }
        let count = self.nodes[node].blamed.entry(peer).or_default();
        *count += 1;
        if count.is_multiple_of(PATIENCE) {
            if let Some(wire) = self.wires.get_mut(&ends(node, peer)) {
                wire.is_up = false;
            }
            for (node, peer) in [(node, peer), (peer, node)] {
                let peer = self.nodes[peer].member.peer;
                self.give(node, Task::Hear(Input::Disconnected { peer }));
            }
            let name = self.nodes[peer].member.name.clone();
            self.tell(node, &format!("sends {name} away for a while."));
            self.dial_in(BANNED_MS, node, peer);
        }
    }

    /// How many connections there are.
    pub(crate) fn connection_count(&self) -> usize {
        self.wires.values().filter(|wire| wire.is_up).count()
    }
}

/// Whether one that equivocates shows its second branch to a node.
pub(crate) const fn is_fooled(to: usize) -> bool {
    to % 2 == 1
}
