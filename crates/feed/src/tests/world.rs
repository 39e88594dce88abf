//! A small network for stories: houses with keys, nodes, and nodes that talk.

use std::collections::VecDeque;

use protocol::{
    Audience, CharterId, EntryId, FeedId, Kind, NetworkId, Payload, PublicKey, Salt, SecretKey,
    certificate::{Certificate, Charter, Decision, Expulsion, Founder, Governor, Growth, Membership, Succession, Vote},
    codec::{Bytes, Text, encode},
    limits,
    message::{Absence, Body, Frame, Framed, Gossip, Papers},
    payload::control::Place,
};

pub(crate) use super::{
    archive::{Cabinet, Desk},
    author::{
        Author, arrival, bare, bulky, epoch_start, forged, frame_of, node_keys, profile, rotation, spoiled, the_end,
        withdrawal,
    },
};
use crate::{Chain, Draft, Effect, Exchange, Held, Input, Peer, Record, Restored};

/// When stories begin.
pub(crate) const NOW: u64 = 1_790_000_000_000;

pub(crate) fn key(number: u8, purpose: u8) -> SecretKey {
    let mut seed = [number; 32];
    seed[0] = purpose;
    SecretKey::from_seed(&seed)
}

/// The transport key of a house.
pub(crate) const fn peer(house: u8) -> Peer {
    PublicKey([house; 32])
}

/// A network that houses 0, 1, 2 … founded together; all of them are governors.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) id: NetworkId,
    pub(crate) founders: u8,
    pub(crate) papers: Papers,
}

impl Network {
    pub(crate) fn of(founders: u8) -> Self {
        Self::growing(founders, Growth::default())
    }

    /// One whose charter allows feeds so much.
    pub(crate) fn growing(founders: u8, growth: Growth) -> Self {
        let governors = (0..founders).map(|house| {
            Governor::Founder(Founder {
                root: key(house, 1).public(),
                next_root: key(house, 2).public().commitment(),
                vote: key(house, 4).public(),
                name: Text::from("House"),
            })
        });
        let charter = Bytes(encode(&Charter {
            version: 0,
            nonce: [7; 32],
            previous: None,
            name: Text::from("Sample"),
            governors: governors.collect(),
            members: Bytes::default(),
            terms: Text::from("none"),
            growth,
        }));
        let id = CharterId::of(&charter.0);
        let mut network = Self {
            id: NetworkId::of_charter(&charter.0),
            founders,
            papers: Papers { charters: vec![charter], certificates: Vec::new() },
        };
        let founded = network.certified(&Decision::Charter(Succession { previous: id, next: id }));
        network.papers.certificates.push(founded);
        network
    }

    pub(crate) fn feed(&self, house: u8) -> FeedId {
        FeedId::derive(&self.id, &key(house, 1).public(), &key(house, 2).public().commitment())
    }

    pub(crate) fn certified(&self, decision: &Decision) -> Certificate {
        let bytes = decision.encode();
        let votes = (0..self.founders).map(|house| Vote::sign(&self.id, &bytes, &key(house, 4))).collect();
        Certificate { decision: Bytes(bytes), votes }
    }

    pub(crate) fn admission_of(&self, feed: FeedId) -> Certificate {
        let charter = CharterId::of(&self.papers.charters[0].0);
        self.certified(&Decision::Admission(Membership { feed, round: 1, charter, succeeds: None }))
    }

    pub(crate) fn admission_again_of(&self, feed: FeedId) -> Certificate {
        let charter = CharterId::of(&self.papers.charters[0].0);
        self.certified(&Decision::Admission(Membership { feed, round: 2, charter, succeeds: None }))
    }

    pub(crate) fn expulsion_of(&self, feed: FeedId, last: Option<Place>) -> Certificate {
        let charter = CharterId::of(&self.papers.charters[0].0);
        self.certified(&Decision::Expulsion(Expulsion { feed, round: 1, charter, last }))
    }
}

/// A node: the machine and what it journaled.
pub(crate) struct Node {
    pub(crate) house: u8,
    pub(crate) exchange: Exchange,
    pub(crate) cabinet: Cabinet,
    /// Effects so far, those of the journal included.
    pub(crate) done: Vec<Effect>,
}

impl Node {
    pub(crate) fn of(network: &Network, house: u8) -> Self {
        Self::restored(network, house, &[])
    }

    /// A node whose journal holds a story of another house.
    pub(crate) fn restored(network: &Network, house: u8, story: &[Held]) -> Self {
        let mut papers = trust::Papers::found(&network.papers.charters[0]).unwrap();
        for certificate in &network.papers.certificates {
            papers.add_certificate(certificate).unwrap();
        }
        let me = network.feed(house);
        let mut cabinet = Cabinet::default();
        let mut chains = Vec::new();
        if let Some(first) = story.first() {
            let mut chain = Chain::new(network.id, first.entry.header().feed);
            for held in story {
                chain.recall(held);
                cabinet.keep(held);
            }
            chains.push(chain);
        }
        let restored = Restored { me, papers, chains, missing: Vec::new() };
        let mut exchange = Exchange::new(restored, NOW);
        exchange.set_signing(key(house, 3));
        Self { house, exchange, cabinet, done: Vec::new() }
    }

    /// The node as it starts anew, with what it knows.
    pub(crate) fn restarted(self) -> Self {
        let Self { house, exchange, cabinet, .. } = self;
        let (me, papers) = (exchange.me(), exchange.papers().clone());
        let restored = Restored { me, papers, chains: exchange.chains().cloned().collect(), missing: Vec::new() };
        let mut exchange = Exchange::new(restored, NOW);
        exchange.set_signing(key(house, 3));
        Self { house, exchange, cabinet, done: Vec::new() }
    }

    /// A node whose operator vouched.
    pub(crate) fn ready(network: &Network, house: u8) -> Self {
        let mut node = Self::of(network, house);
        node.exchange.vouch();
        node
    }

    /// A ready node that already holds a story, verified as it came.
    pub(crate) fn holding(network: &Network, house: u8, story: &[Held]) -> Self {
        let mut node = Self::of(network, house);
        node.learn(story);
        node.exchange.vouch();
        node
    }

    /// Takes a story as gossip, as if everybody had passed it on; payloads that gossip does not carry come behind it.
    pub(crate) fn learn(&mut self, story: &[Held]) {
        let start = self.exchange.start().is_ready();
        assert!(!start || story.iter().all(|held| held.entry.header().feed != self.exchange.me()));
        for (count, held) in story.iter().enumerate() {
            let at = NOW + count as u64 * 50;
            let header = held.entry.header();
            let is_sealed = header.audience == Audience::Restricted;
            let is_carried = !is_sealed && header.payload_size as usize <= limits::GOSSIP_PAYLOAD_BYTES_MAX;
            let absence = if is_sealed { Absence::Restricted } else { Absence::NotHeld };
            let passed_on = if is_carried { held.clone() } else { bare(held, absence) };
            self.handle(Input::Gossip { peer: peer(99), message: Gossip::Entry(frame_of(&passed_on)) }, at);
            if let (false, Body::Held(salted)) = (is_carried, held.body.clone()) {
                let (feed, seq, entry) = (header.feed, header.seq, held.entry.id());
                self.cabinet.perform(&Record::Payload { feed, seq, entry, salted });
            }
        }
    }

    pub(crate) fn handle(&mut self, input: Input, now_ms: u64) -> Vec<Effect> {
        let mut effects = self.exchange.handle(input, now_ms, &self.cabinet);
        self.perform(&effects);
        while self.exchange.is_answering() {
            effects.extend(self.exchange.handle(Input::Answer, now_ms, &self.cabinet));
        }
        effects
    }

    pub(crate) fn tick(&mut self, now_ms: u64) -> Vec<Effect> {
        self.handle(Input::Tick, now_ms)
    }

    pub(crate) fn gossip(&mut self, from: u8, message: Gossip, now_ms: u64) -> Vec<Effect> {
        self.handle(Input::Gossip { peer: peer(from), message }, now_ms)
    }

    pub(crate) fn frame(&mut self, from: u8, framed: impl Into<Framed>, now_ms: u64) -> Vec<Effect> {
        self.handle(Input::Frame { peer: peer(from), framed: framed.into() }, now_ms)
    }

    pub(crate) fn meet(&mut self, network: &Network, other: u8) -> Vec<Effect> {
        self.handle(Input::Connected { peer: peer(other), institution: network.feed(other) }, NOW)
    }

    pub(crate) fn append(&mut self, drafts: Vec<Draft>, now_ms: u64) -> Vec<Effect> {
        let effects = self.exchange.append(drafts, now_ms).unwrap();
        self.perform(&effects);
        effects
    }

    /// Writes the genesis and so many profiles.
    pub(crate) fn found(&mut self, network: &Network, profiles: usize) {
        let genesis = open(Author::of(network, self.house).genesis());
        let effects = self.exchange.append_root(genesis, NOW, &key(self.house, 1)).unwrap();
        self.perform(&effects);
        for _ in 0..profiles {
            self.append(vec![open(profile(10))], NOW);
        }
    }

    pub(crate) fn perform(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Journal(records) = effect {
                records.iter().for_each(|record| self.cabinet.perform(record));
                self.exchange.placed(records.iter().filter_map(sealed_in));
            }
        }
        self.done.extend(effects.iter().cloned());
    }

    pub(crate) fn seq_of(&self, feed: &FeedId) -> Option<u64> {
        self.exchange.chain(feed)?.head().map(|head| head.seq)
    }

    pub(crate) fn freeze_of(&self, feed: &FeedId) -> Option<u64> {
        self.exchange.chain(feed)?.freeze().map(|freeze| freeze.at)
    }

    pub(crate) fn blames(&self) -> Vec<(Peer, crate::Blame)> {
        let of = |effect: &Effect| match effect {
            Effect::Penalise(peer, blame) => Some((*peer, *blame)),
            _ => None,
        };
        self.done.iter().filter_map(of).collect()
    }
}

/// The entry whose sealed payload a record brings.
fn sealed_in(record: &Record) -> Option<EntryId> {
    match record {
        Record::Entry(held) if held.entry.header().kind == Kind::Sealed => held.salted().map(|_| held.entry.id()),
        Record::Payload { entry, .. } => Some(*entry),
        _ => None,
    }
}

pub(crate) fn open(payload: Payload) -> Draft {
    Draft { payload, audience: Audience::Network, salt: Salt([5; 32]) }
}

pub(crate) fn sealed(payload: Payload) -> Draft {
    Draft { payload, audience: Audience::Restricted, salt: Salt([6; 32]) }
}

/// Frames that effects send to a peer.
pub(crate) fn sent_to(effects: &[Effect], to: u8) -> Vec<Framed> {
    let of = |effect: &Effect| match effect {
        Effect::Send(peer, framed) if *peer == self::peer(to) => Some(framed.clone()),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

/// Frames to anybody.
pub(crate) fn frames(effects: &[Effect]) -> Vec<&Frame> {
    let mut frames = Vec::new();
    for effect in effects {
        if let Effect::Send(_, framed) = effect {
            frames.push(&framed.frame);
        }
    }
    frames
}

/// Nodes that are all connected with each other and lose no frame. Gossip goes nowhere.
pub(crate) struct Party {
    pub(crate) nodes: Vec<Node>,
    under_way: VecDeque<(u8, u8, Framed)>,
    pub(crate) now_ms: u64,
    /// Frames that were delivered.
    pub(crate) delivered: usize,
}

impl Party {
    pub(crate) fn of(network: &Network, nodes: Vec<Node>) -> Self {
        let mut party = Self { nodes, under_way: VecDeque::new(), now_ms: NOW, delivered: 0 };
        let houses: Vec<u8> = party.nodes.iter().map(|node| node.house).collect();
        for one in &houses {
            for other in houses.iter().filter(|other| *other != one) {
                let input = Input::Connected { peer: peer(*other), institution: network.feed(*other) };
                party.give(*one, input);
            }
        }
        party
    }

    pub(crate) fn node(&mut self, house: u8) -> &mut Node {
        self.nodes.iter_mut().find(|node| node.house == house).unwrap()
    }

    pub(crate) fn give(&mut self, house: u8, input: Input) {
        let now_ms = self.now_ms;
        let effects = self.node(house).handle(input, now_ms);
        self.send(house, effects);
    }

    /// Has effects of a node sent.
    pub(crate) fn send(&mut self, house: u8, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Send(to, framed) = effect {
                let bytes = framed.encode();
                let framed = Framed::decode(&bytes).unwrap();
                self.under_way.push_back((house, to.0[0], framed));
            }
        }
    }

    /// Delivers what is under way, and lets time pass so often in between.
    pub(crate) fn run(&mut self, ticks: usize) {
        for _ in 0..ticks {
            self.deliver();
            self.now_ms += 250;
            let houses: Vec<u8> = self.nodes.iter().map(|node| node.house).collect();
            houses.into_iter().for_each(|house| self.give(house, Input::Tick));
        }
        self.deliver();
    }

    pub(crate) fn deliver(&mut self) {
        while let Some((from, to, framed)) = self.under_way.pop_front() {
            self.delivered += 1;
            assert!(self.delivered < 100_000, "they talk without end");
            if self.nodes.iter().any(|node| node.house == to) {
                self.give(to, Input::Frame { peer: peer(from), framed });
            }
        }
    }
}
