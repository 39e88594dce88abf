//! A small network for stories: houses with keys, authors that write feeds, an archive in memory, nodes that talk.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::{
    Audience, CharterId, ClinicianId, Entry, EntryId, FeedId, InstitutionId, Kind, NetworkId, NewEntry, Payload,
    PublicKey, Salt, Salted, SecretKey,
    certificate::{Certificate, Charter, Decision, Founder, Governor, Growth, Membership, Succession, Vote},
    codec::{Bytes, Text, encode},
    message::{Absence, Body, EntryFrame, Frame, Framed, Gossip, Papers},
    payload::{
        content::Profile,
        control::{EndOfFeed, EndReason, Genesis, KeyRotation, NodeKey, NodeKeys, Place},
    },
};

use crate::{Archive, Arrival, Chain, Draft, Effect, Exchange, Held, Input, Peer, Record, Restored};

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
            members: Vec::new(),
            terms: Text::from("none"),
            growth: Growth::default(),
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

    pub(crate) fn expulsion_of(&self, feed: FeedId) -> Certificate {
        let charter = CharterId::of(&self.papers.charters[0].0);
        self.certified(&Decision::Expulsion(Membership { feed, round: 1, charter, succeeds: None }))
    }
}

/// Writes the feed of a house as its only hand, or as one of two.
#[derive(Clone)]
pub(crate) struct Author {
    pub(crate) network: NetworkId,
    pub(crate) feed: FeedId,
    pub(crate) house: u8,
    pub(crate) signing: (u32, u8),
    pub(crate) head: Option<Place>,
    pub(crate) written: u16,
    /// 0, or another number for one that has the same house and other keys.
    pub(crate) family: u8,
}

impl Author {
    /// An author that has written nothing.
    pub(crate) fn of(network: &Network, house: u8) -> Self {
        let feed = network.feed(house);
        Self { network: network.id, feed, house, signing: (1, 3), head: None, written: 0, family: 0 }
    }

    /// An author with keys of its own, where there are more than houses have numbers.
    pub(crate) fn cousin(network: &Network, house: u8) -> Self {
        let family = 100;
        let next_root = key(house, 2 + family).public().commitment();
        let feed = FeedId::derive(&network.id, &key(house, 1 + family).public(), &next_root);
        Self { feed, family, ..Self::of(network, house) }
    }

    pub(crate) fn genesis(&self) -> Payload {
        Payload::Genesis(Genesis {
            root: key(self.house, 1 + self.family).public(),
            next_root: key(self.house, 2 + self.family).public().commitment(),
            signing: key(self.house, 3 + self.family).public(),
            name: Text::from("House"),
            country: Text::from("CH"),
        })
    }

    /// Genesis and so many profiles.
    pub(crate) fn story(&mut self, profiles: usize) -> Vec<Held> {
        let mut story = vec![self.write(&self.genesis())];
        story.extend((0..profiles).map(|_| self.say()));
        story
    }

    /// One more profile.
    pub(crate) fn say(&mut self) -> Held {
        self.write(&profile(10))
    }

    pub(crate) fn write(&mut self, payload: &Payload) -> Held {
        let held = self.draft(payload, Audience::Network);
        self.take(&held);
        held
    }

    pub(crate) fn seal(&mut self) -> Held {
        let held = self.draft(&profile(10), Audience::Restricted);
        self.take(&held);
        held
    }

    pub(crate) fn take(&mut self, held: &Held) {
        let header = held.entry.header();
        self.head = Some(Place { epoch: header.epoch, seq: header.seq, entry: held.entry.id() });
    }

    /// The next entry; the author does not go on.
    pub(crate) fn draft(&mut self, payload: &Payload, audience: Audience) -> Held {
        let is_root = payload.class() == protocol::Class::Root;
        let (number, purpose) = if is_root { (0, 1) } else { self.signing };
        self.signed_by(payload, audience, number, &key(self.house, purpose + self.family))
    }

    pub(crate) fn signed_by(&mut self, payload: &Payload, audience: Audience, number: u32, key: &SecretKey) -> Held {
        self.written += 1;
        let new = NewEntry {
            network: self.network,
            feed: self.feed,
            epoch: self.head.as_ref().map_or(0, |head| head.epoch),
            seq: self.head.as_ref().map_or(0, |head| head.seq + 1),
            prev: self.head.as_ref().map_or(EntryId::NONE, |head| head.entry),
            time_ms: NOW,
            payload,
            audience,
            salt: Salt(salt_of(self.written)),
        };
        let (entry, salted) = Entry::sign(&new, number, key).unwrap();
        Held { entry, body: Body::Held(salted) }
    }
}

fn salt_of(written: u16) -> [u8; 32] {
    let mut salt = [1; 32];
    salt[..2].copy_from_slice(&written.to_be_bytes());
    salt
}

/// Content of about so many bytes.
pub(crate) fn profile(chars: usize) -> Payload {
    Payload::Profile(Profile { clinician: ClinicianId([1; 32]), name: Text::from("n".repeat(chars.min(120)).as_str()) })
}

/// Content that fills a payload of so many bytes, of a kind that newer software knows.
pub(crate) fn bulky(bytes: usize) -> Payload {
    Payload::Unknown(Kind::from_code(0x1FF), Bytes(encode(&Text::from("b".repeat(bytes).as_str()))))
}

pub(crate) fn node_keys(transport: Peer) -> Payload {
    Payload::NodeKeys(NodeKeys { keys: vec![NodeKey { transport, addresses: Vec::new() }] })
}

pub(crate) fn rotation(house: u8, purpose: u8) -> Payload {
    Payload::KeyRotation(KeyRotation { signing: Some(key(house, purpose).public()), root: None, since: None })
}

pub(crate) fn the_end() -> Payload {
    Payload::EndOfFeed(EndOfFeed { reason: EndReason::Left, successor: None })
}

pub(crate) fn frame_of(held: &Held) -> EntryFrame {
    EntryFrame { entry: held.entry.bytes().clone(), body: held.body.clone() }
}

pub(crate) fn arrival(held: &Held) -> Arrival {
    Arrival::parse(frame_of(held)).unwrap()
}

/// The same header with another payload.
pub(crate) fn spoiled(held: &Held) -> Held {
    let other = Salted { salt: Salt([99; 32]), bytes: Bytes(vec![0xa0]) };
    Held { body: Body::Held(other), ..held.clone() }
}

/// The same header without its payload.
pub(crate) fn bare(held: &Held, absence: Absence) -> Held {
    Held { body: Body::Absent(absence), ..held.clone() }
}

/// The same header with a signature that does not hold.
pub(crate) fn forged(held: &Held) -> Arrival {
    let mut frame = frame_of(held);
    frame.entry.signature.0[40] ^= 1;
    Arrival::parse(frame).unwrap()
}

/// What was journaled, as the machines read it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) feeds: BTreeMap<FeedId, Vec<Held>>,
    pub(crate) places: BTreeMap<EntryId, (FeedId, u64)>,
    /// Who besides the author may have sealed payloads.
    pub(crate) readers: BTreeSet<InstitutionId>,
}

impl Memory {
    pub(crate) fn keep(&mut self, held: &Held) {
        let header = held.entry.header();
        let feed = self.feeds.entry(header.feed).or_default();
        assert_eq!(feed.len() as u64, header.seq, "entries are journaled in order");
        feed.push(held.clone());
        self.places.insert(held.entry.id(), (header.feed, header.seq));
    }

    pub(crate) fn perform(&mut self, record: &Record) {
        match record {
            Record::Entry(held) => self.keep(held),
            Record::Payload { feed, seq, salted, .. } => {
                let at = usize::try_from(*seq).unwrap();
                self.feeds.get_mut(feed).unwrap()[at].body = Body::Held(salted.clone());
            }
            Record::Papers(_) | Record::Freeze(..) => {}
        }
    }

    pub(crate) fn erase(&mut self, feed: &FeedId, seq: usize) {
        self.feeds.get_mut(feed).unwrap()[seq].body = Body::Absent(Absence::Erased);
    }
}

impl Archive for Memory {
    fn held(&self, feed: &FeedId, seq: u64) -> Option<Held> {
        self.feeds.get(feed)?.get(usize::try_from(seq).ok()?).cloned()
    }

    fn id_at(&self, feed: &FeedId, seq: u64) -> Option<EntryId> {
        Some(self.feeds.get(feed)?.get(usize::try_from(seq).ok()?)?.entry.id())
    }

    fn place_of(&self, entry: &EntryId) -> Option<(FeedId, u64)> {
        self.places.get(entry).copied()
    }

    fn may_have(&self, reader: &InstitutionId, held: &Held) -> bool {
        self.readers.contains(reader) || held.entry.header().feed == *reader
    }

    fn offers_for(&self, reader: &InstitutionId) -> Vec<EntryId> {
        let sealed = self.feeds.values().flatten().filter(|held| held.entry.header().kind == Kind::Sealed);
        sealed
            .filter(|held| held.salted().is_some() && self.may_have(reader, held))
            .map(|held| held.entry.id())
            .collect()
    }
}

/// A chain and its archive, fed by hand.
pub(crate) struct Desk {
    pub(crate) chain: Chain,
    pub(crate) memory: Memory,
}

impl Desk {
    pub(crate) fn of(author: &Author) -> Self {
        Self { chain: Chain::new(author.network, author.feed), memory: Memory::default() }
    }

    pub(crate) fn with(author: &Author, story: &[Held]) -> Self {
        let mut desk = Self::of(author);
        for held in story {
            assert!(matches!(desk.receive(arrival(held)), crate::Answer::Accepted { .. }), "the story is a good one");
        }
        desk
    }

    /// Receives and, if it is accepted, journals.
    pub(crate) fn receive(&mut self, arrival: Arrival) -> crate::Answer {
        let answer = self.chain.receive(arrival, &self.memory);
        if let crate::Answer::Accepted { held, .. } = &answer {
            self.memory.keep(held);
        }
        answer
    }
}

/// A node: the machine and what it journaled.
pub(crate) struct Node {
    pub(crate) house: u8,
    pub(crate) exchange: Exchange,
    pub(crate) memory: Memory,
    /// Effects so far, those of the journal included.
    pub(crate) done: Vec<Effect>,
}

impl Node {
    pub(crate) fn of(network: &Network, house: u8) -> Self {
        let mut papers = trust::Papers::found(&network.papers.charters[0]).unwrap();
        for certificate in &network.papers.certificates {
            papers.add_certificate(certificate).unwrap();
        }
        let me = network.feed(house);
        let restored = Restored { me, papers, chains: Vec::new(), missing: Vec::new() };
        let mut exchange = Exchange::new(restored, NOW);
        exchange.set_signing(key(house, 3));
        Self { house, exchange, memory: Memory::default(), done: Vec::new() }
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

    /// Takes a story as gossip, as if everybody had passed it on.
    pub(crate) fn learn(&mut self, story: &[Held]) {
        let start = self.exchange.start().is_ready();
        assert!(!start || story.iter().all(|held| held.entry.header().feed != self.exchange.me()));
        for (count, held) in story.iter().enumerate() {
            let at = NOW + count as u64 * 50;
            let input = Input::Gossip { peer: peer(99), message: Gossip::Entry(frame_of(held)) };
            let effects = self.exchange.handle(input, at, &self.memory);
            self.perform(&effects);
        }
    }

    pub(crate) fn handle(&mut self, input: Input, now_ms: u64) -> Vec<Effect> {
        let effects = self.exchange.handle(input, now_ms, &self.memory);
        self.perform(&effects);
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

    fn perform(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Journal(records) = effect {
                records.iter().for_each(|record| self.memory.perform(record));
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
    let of = |effect| match effect {
        &Effect::Send(_, ref framed) => Some(&framed.frame),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
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
