//! One feed as this node holds it: its head, its keys, and whether it goes on.
//!
//! Entries are accepted in order and never skipped, each with the answer that PROTOCOL "Receivers" lists. Nothing here
//! depends on a clock or on this node's own troubles, so all nodes accept the same feeds.

mod fork;
mod run;

use std::collections::BTreeSet;

use protocol::{
    Audience, Class, Entry, FeedId, Header, Kind, NetworkId, Payload, Salted, Unverified,
    claim::ForkProof,
    message::{Absence, Body},
    payload::control::{Head, Place},
};
use trust::{Institution, KeyRefusal, Question, Standing};

pub(crate) use fork::Accusation;
pub use fork::Freeze;

use crate::archive::{Archive, Arrival, Held};

/// The answer to an entry that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It continues the feed. If its payload was spoiled, the header stands alone and the sender is to blame.
    Accepted {
        /// What is to be journaled.
        held: Box<Held>,
        /// Whether a payload came that does not match.
        was_spoiled: bool,
    },
    /// It is held already.
    Duplicate,
    /// Something before it, or its control payload, is missing.
    Gap,
    /// It contradicts what is held, at this place or further down.
    Diverged,
    /// It contradicts what is held at this very place: both sides are signed and follow the same entry.
    Fork(ForkProof),
    /// The feed is frozen or has ended before it, and it is no root entry that ends the contest.
    Closed,
    /// Wrong form, key number, epoch, or network: the sender is to blame.
    Malformed,
    /// The key at this place is known and did not sign it: the sender is to blame.
    BadSignature,
    /// It cannot be told whether the feed's author wrote it.
    Unproven,
}

/// One feed.
#[derive(Clone, Debug)]
pub struct Chain {
    network: NetworkId,
    feed: FeedId,
    institution: Option<Institution>,
    head: Option<Place>,
    /// Every entry before this place had its own signature verified.
    verified_to: u64,
    freeze: Option<Freeze>,
    /// The last entry that counts, if the governors named one when they expelled its author.
    last: Option<Place>,
    /// What the author's clock showed at its genesis.
    founded_ms: Option<u64>,
    /// Bytes of all its payloads, those included that are not here.
    payload_bytes: u64,
    /// Places of its root entries, in order.
    roots: Vec<u64>,
    /// Place of its newest node keys.
    node_keys_at: Option<u64>,
}

impl Chain {
    /// A feed of which nothing is held.
    pub const fn new(network: NetworkId, feed: FeedId) -> Self {
        Self {
            network,
            feed,
            institution: None,
            head: None,
            verified_to: 0,
            freeze: None,
            last: None,
            founded_ms: None,
            payload_bytes: 0,
            roots: Vec::new(),
            node_keys_at: None,
        }
    }

    /// A feed as it was before a restart: its root and control entries in order, its head, and what was verified.
    pub fn restore<'a>(
        network: NetworkId,
        head: Head,
        verified_to: u64,
        freeze: Option<Freeze>,
        control: impl Iterator<Item = &'a Held>,
    ) -> Self {
        let mut chain = Self { verified_to, freeze, head: Some(head.place), ..Self::new(network, head.feed) };
        for held in control {
            chain.apply(&held.entry, held.salted());
        }
        chain.lift();
        chain
    }

    /// As it was restored, with the bytes of all its payloads.
    pub fn with_payload_bytes(self, payload_bytes: u64) -> Self {
        Self { payload_bytes, ..self }
    }

    /// Bytes of all its payloads, those included that are not here.
    pub const fn payload_bytes(&self) -> u64 {
        self.payload_bytes
    }

    /// What the author's clock showed at its genesis; absent: nothing of it is held.
    pub(crate) const fn founded_ms(&self) -> Option<u64> {
        self.founded_ms
    }

    /// The network.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// The feed.
    pub const fn feed(&self) -> FeedId {
        self.feed
    }

    /// The newest entry.
    pub const fn head(&self) -> Option<&Place> {
        self.head.as_ref()
    }

    /// The place of the entry that comes next.
    pub fn next_seq(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.seq + 1)
    }

    /// What its control entries say.
    pub const fn institution(&self) -> Option<&Institution> {
        self.institution.as_ref()
    }

    /// Whether a person's word at a place counts. What is contested is disputed, whoever said it.
    pub fn judge(&self, question: &Question) -> Standing {
        if !self.takes(question.seq) {
            return Standing::Disputed;
        }
        self.institution.as_ref().map_or(Standing::Pending, |institution| institution.judge(question).standing)
    }

    /// Where it stands still.
    pub const fn freeze(&self) -> Option<&Freeze> {
        self.freeze.as_ref()
    }

    /// Every entry before this place had its own signature verified.
    pub const fn verified_to(&self) -> u64 {
        self.verified_to
    }

    /// What the governors say about where it ends: behind that nothing is accepted and nobody's word counts.
    pub fn end_at(&mut self, last: Option<&Place>) {
        self.last = last.cloned();
        if let Some(institution) = &mut self.institution {
            institution.end_at(last.map(|last| last.seq));
        }
    }

    /// How far the network exchanges it: its head, or the last entry that counts where it goes on behind that.
    pub fn exchanged_head(&self) -> Option<&Place> {
        let head = self.head.as_ref()?;
        Some(self.last.as_ref().filter(|last| last.seq <= head.seq).unwrap_or(head))
    }

    /// Whether more of it may be accepted.
    pub fn is_open(&self) -> bool {
        self.takes(self.next_seq()) && !self.has_ended()
    }

    /// Whether there may be more of it that is taken, if only a root entry or a withdrawal.
    pub(crate) fn may_go_on(&self) -> bool {
        self.is_open() || self.may_be_sealed() || self.may_withdraw()
    }

    fn has_ended(&self) -> bool {
        self.institution.as_ref().is_some_and(|institution| institution.ended().is_some())
    }

    /// Whether a place lies before all that is contested, and not behind the last that counts.
    fn takes(&self, seq: u64) -> bool {
        !self.is_contested(seq) && self.last.as_ref().is_none_or(|last| seq <= last.seq)
    }

    fn is_contested(&self, seq: u64) -> bool {
        self.freeze.as_ref().is_some_and(|freeze| seq >= freeze.at)
    }

    /// Places of what introduces the institution, in order: its root entries and its newest node keys.
    pub(crate) fn introduced_at(&self) -> BTreeSet<u64> {
        self.roots.iter().copied().chain(self.node_keys_at).collect()
    }

    /// Whether every key that may sign at a place is known, so that a wrong one is somebody's fault.
    fn knows_keys_at(&self, seq: u64) -> bool {
        let stop = self.institution.as_ref().map(Institution::stop);
        seq <= self.next_seq() && stop.is_some_and(|stop| stop.is_none_or(|stop| seq <= stop.seq))
    }

    /// Judges one entry and, if it continues the feed, takes it.
    pub fn receive(&mut self, arrival: Arrival, archive: &impl Archive) -> Answer {
        let header = arrival.entry.claimed();
        if header.network != self.network || header.feed != self.feed {
            return Answer::Malformed;
        }
        let next = self.next_seq();
        match header.seq {
            seq if seq < next => {
                self.see_rotation(&arrival);
                self.compare(&arrival, archive)
            }
            _ if !self.is_open() => self.seal(arrival),
            seq if seq > next => Answer::Gap,
            0 => self.found(arrival),
            _ => self.extend(arrival),
        }
    }

    /// How many entries before all that is contested were accepted by their links and not verified yet.
    pub(crate) fn unverified(&self) -> u64 {
        let end = self.freeze.as_ref().map_or(u64::MAX, |freeze| freeze.at).min(self.next_seq());
        end.saturating_sub(self.verified_to)
    }

    /// Verifies signatures of entries that were accepted by their links, at most `count`. Returns whether the feed froze.
    pub fn verify_linked(&mut self, count: u64, archive: &impl Archive) -> bool {
        let end = self.verified_to + self.unverified().min(count);
        for seq in self.verified_to..end {
            let Some(held) = archive.held(&self.feed, seq) else { return false };
            if !self.is_signed(&held.entry) {
                self.freeze = Some(Freeze { at: seq, proof: None });
                return true;
            }
            self.verified_to = seq + 1;
        }
        false
    }

    /// Takes the next entry of this node's own journal, where only verified ones stand.
    pub fn recall(&mut self, held: &Held) {
        self.advance(&held.entry, held.salted());
    }

    /// Takes a freeze of this node's own journal.
    pub fn recall_freeze(&mut self, freeze: Freeze) {
        self.freeze = Some(freeze);
    }

    /// Takes an entry that this node just wrote.
    pub(crate) fn take_own(&mut self, held: &Held) {
        self.advance(&held.entry, held.salted());
    }

    fn is_signed(&self, entry: &Entry) -> bool {
        let Some(institution) = &self.institution else { return false };
        if entry.proof() == protocol::Proof::Signature {
            return true;
        }
        let signer = institution.keys().signer_of(entry.header());
        signer.is_ok_and(|key| entry.to_unverified().verify(&key).is_ok())
    }

    /// An entry at a place where one is held.
    fn compare(&self, arrival: &Arrival, archive: &impl Archive) -> Answer {
        let header = arrival.entry.claimed();
        match archive.id_at(&self.feed, header.seq) {
            Some(id) if id == arrival.entry.id() => return Answer::Duplicate,
            None => return Answer::Unproven,
            Some(_) => {}
        }
        let Some(institution) = &self.institution else { return Answer::Unproven };
        let follows = self.follows_ours(header, archive);
        // A root entry may bring the key that signs it, so a wrong one proves nothing here.
        let is_sure = follows && header.kind.class() != Class::Root && self.knows_keys_at(header.seq);
        match institution.verify_at(&arrival.entry) {
            Ok(_) if follows => self.contradiction(arrival, archive),
            Ok(_) => Answer::Diverged,
            Err(KeyRefusal::Signature(_)) if is_sure => Answer::BadSignature,
            Err(_) if is_sure => Answer::Malformed,
            Err(_) => Answer::Unproven,
        }
    }

    /// The root key that a rotation on another branch brings: without it nobody could tell who signed there.
    fn see_rotation(&mut self, arrival: &Arrival) {
        let payload = arrival.matching().filter(|_| arrival.entry.claimed().kind == Kind::KeyRotation);
        let rotation = payload.and_then(|payload| Payload::decode(Kind::KeyRotation, &payload.bytes.0).ok());
        if let (Some(rotation), Some(institution)) = (rotation, &mut self.institution) {
            institution.see_rotation(&rotation);
        }
    }

    /// Whether an entry at this place stands behind the same entry as ours does.
    fn follows_ours(&self, header: &Header, archive: &impl Archive) -> bool {
        let before = header.seq.checked_sub(1);
        before.is_none_or(|before| archive.id_at(&self.feed, before) == Some(header.prev))
    }

    /// The answer to a signed entry that follows the same entry as ours does.
    fn contradiction(&self, arrival: &Arrival, archive: &impl Archive) -> Answer {
        let ours = archive.held(&self.feed, arrival.entry.claimed().seq);
        ours.map_or(Answer::Unproven, |ours| Answer::Fork(ForkProof::of(&ours.entry.to_unverified(), &arrival.entry)))
    }

    /// The first entry: it proves itself.
    fn found(&mut self, arrival: Arrival) -> Answer {
        let header = arrival.entry.claimed();
        if header.kind != Kind::Genesis || header.audience != Audience::Network {
            return Answer::Malformed;
        }
        let Some(payload) = arrival.matching().cloned() else { return Self::without_payload(&arrival) };
        let Ok(Payload::Genesis(genesis)) = Payload::decode(Kind::Genesis, &payload.bytes.0) else {
            return Answer::Malformed;
        };
        match Institution::found(&genesis, arrival.entry) {
            Ok((institution, entry)) => {
                self.institution = Some(institution);
                self.end_at(self.last.clone().as_ref());
                self.accept(entry, Body::Held(payload), false)
            }
            Err(KeyRefusal::Signature(_)) => Answer::BadSignature,
            Err(_) => Answer::Malformed,
        }
    }

    /// An entry right behind the head.
    fn extend(&mut self, arrival: Arrival) -> Answer {
        let Some(institution) = &self.institution else { return Answer::Unproven };
        let header = arrival.entry.claimed();
        let follows = self.head.as_ref().is_some_and(|head| head.entry == header.prev);
        let is_sure = follows && self.knows_keys_at(header.seq);
        if !self.is_in_epoch(&arrival.entry) {
            return if is_sure { Answer::Malformed } else { Answer::Unproven };
        }
        if header.kind.needs_payload() && arrival.matching().is_none() {
            return Self::without_payload(&arrival);
        }
        let verified = match header.kind.class() {
            Class::Root => Self::verify_root(institution, &arrival),
            _ => institution.keys().signer_of(header).and_then(|key| Ok(arrival.entry.clone().verify(&key)?)),
        };
        match verified {
            Ok(_) if !follows => Answer::Diverged,
            Ok(entry) => {
                let (body, was_spoiled) = kept(arrival);
                self.accept(entry, body, was_spoiled)
            }
            Err(KeyRefusal::Signature(_)) if is_sure => Answer::BadSignature,
            Err(_) if is_sure => Answer::Malformed,
            Err(_) => Answer::Unproven,
        }
    }

    /// A key rotation may bring the key that signs it, so its payload is read first; no other payload is read unsigned.
    fn verify_root(institution: &Institution, arrival: &Arrival) -> Result<Entry, KeyRefusal> {
        let kind = arrival.entry.claimed().kind;
        let payload = arrival.matching().filter(|_| kind == Kind::KeyRotation);
        let payload = payload.and_then(|payload| Payload::decode(kind, &payload.bytes.0).ok());
        let payload = payload.unwrap_or_else(|| Payload::Unknown(kind, Default::default()));
        institution.verify_root(arrival.entry.clone(), &payload)
    }

    fn is_in_epoch(&self, entry: &Unverified) -> bool {
        let header = entry.claimed();
        let epoch = self.head.as_ref().map_or(0, |head| head.epoch);
        if header.kind == Kind::EpochStart { epoch.checked_add(1) == Some(header.epoch) } else { header.epoch == epoch }
    }

    fn without_payload(arrival: &Arrival) -> Answer {
        if arrival.is_spoiled() { Answer::Malformed } else { Answer::Gap }
    }

    fn accept(&mut self, entry: Entry, body: Body, was_spoiled: bool) -> Answer {
        let held = Held { entry, body };
        self.advance(&held.entry, held.salted());
        Answer::Accepted { held: Box::new(held), was_spoiled }
    }

    fn advance(&mut self, entry: &Entry, payload: Option<&Salted>) {
        let header = entry.header();
        let is_signed = entry.proof() == protocol::Proof::Signature;
        if is_signed && self.verified_to == header.seq {
            self.verified_to = header.seq + 1;
        }
        self.head = Some(Place { epoch: header.epoch, seq: header.seq, entry: entry.id() });
        self.payload_bytes = self.payload_bytes.saturating_add(u64::from(header.payload_size));
        self.apply(entry, payload);
        self.lift();
    }

    fn apply(&mut self, entry: &Entry, payload: Option<&Salted>) {
        let header = entry.header();
        if header.seq == 0
            && self.institution.is_none()
            && let Some(Ok(Payload::Genesis(genesis))) = payload.map(|payload| entry.open(payload))
        {
            self.institution = Institution::of_genesis(&header.network, &header.feed, &genesis).ok();
            self.end_at(self.last.clone().as_ref());
        }
        if header.seq == 0 {
            self.founded_ms = Some(header.time_ms);
        }
        match header.kind {
            Kind::NodeKeys => self.node_keys_at = Some(header.seq),
            kind if kind.class() == Class::Root => self.roots.push(header.seq),
            _ => {}
        }
        if let Some(institution) = &mut self.institution {
            institution.apply(entry, payload);
        }
    }
}

/// What is kept of what came with a header, and whether it was spoiled.
///
/// Why a payload did not come is the sender's word, and a liar's word must not keep it away: what is sealed is waited for
/// until it is offered, everything else is asked for until it is here or withdrawn.
fn kept(arrival: Arrival) -> (Body, bool) {
    let was_spoiled = arrival.is_spoiled();
    let is_sealed = arrival.entry.claimed().kind == Kind::Sealed;
    let body = match arrival.body {
        body @ Body::Held(_) if !was_spoiled => body,
        _ if is_sealed => Body::Absent(Absence::Restricted),
        _ => Body::Absent(Absence::NotHeld),
    };
    (body, was_spoiled)
}
