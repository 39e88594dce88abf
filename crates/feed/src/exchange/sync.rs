//! What sessions say to each other: who is a member, what is held, what is missing.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    EntryId, FeedId, InstitutionId, NetworkId,
    claim::ForkProof,
    codec::Bytes,
    hash, limits,
    message::{
        Absence, Body, Buckets, EntryFrame, Frame, Framed, Hello, Offer, PayloadOf, Range, WantBuckets, WantHead,
    },
    payload::control::Head,
};

use super::{Exchange, head_of};
use crate::{
    archive::{Archive, Arrival},
    chain::{Answer, Chain},
    effect::{Blame, Effect, Peer, Record},
    session::{Flight, OFFERS_LOOKED_AT_MAX, Session},
    start::Start,
};

/// The newest sync protocol that is spoken.
const PROTOCOL: u16 = 1;
/// More heads than this are compared by buckets first.
pub(super) const HEADS_AT_ONCE_MAX: usize = 256;
/// Payloads that somebody calls erased and others were not asked about yet.
const ERASED_MAX: usize = 10_000;

impl Exchange {
    pub(super) fn connect(&mut self, peer: Peer, institution: InstitutionId, effects: &mut Vec<Effect>) {
        self.sessions.insert(peer, Session::new(institution));
        let hello = self.hello();
        effects.push(Effect::Send(peer, hello));
        if self.start.is_waiting() {
            Self::send(effects, peer, Frame::WantHead(WantHead { feed: self.me }));
        }
    }

    pub(super) fn hello(&mut self) -> Framed {
        let heads = self.heads_digest();
        let certificates = self.digests.papers;
        let hello = Hello { network: self.papers.network(), protocol: PROTOCOL, certificates, heads };
        Frame::Hello(hello).into()
    }

    pub(super) fn frame(
        &mut self,
        peer: Peer,
        framed: Framed,
        now_ms: u64,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        match framed.frame {
            Frame::Hello(hello) => self.greet(peer, &hello, effects),
            Frame::Papers(papers) => self.papers_of(peer, &papers, effects),
            Frame::Heads(heads) => self.learn_heads(peer, heads.heads, archive, effects),
            Frame::Buckets(buckets) => self.compare_buckets(peer, &buckets, effects),
            Frame::WantBuckets(want) => self.tell_buckets(peer, &want.buckets, effects),
            Frame::WantRange(want) => self.ask_range(peer, want, effects),
            Frame::Range(range) => self.land(peer, &range, framed.entries, now_ms, archive, effects),
            Frame::Busy(busy) => session.postpone(now_ms, u64::from(busy.retry_ms)),
            Frame::Forked(proof) => self.learn_fork(peer, &proof, archive, effects),
            Frame::WantPayloads(want) => self.ask_payloads(peer, want.entries, effects),
            Frame::Payload(payload) => self.land_payload(peer, payload, archive, effects),
            Frame::Offer(offer) => offer.entries.into_iter().for_each(|entry| session.payloads.want(entry)),
            Frame::WantHead(want) => self.serve_head(peer, &want.feed, archive, effects),
            Frame::Head(head) => self.learn_own_head(peer, head, now_ms, archive, effects),
        }
    }

    fn greet(&mut self, peer: Peer, hello: &Hello, effects: &mut Vec<Effect>) {
        if hello.network != self.papers.network() {
            effects.push(Effect::Penalise(peer, Blame::Malformed));
            return;
        }
        if hello.certificates != self.digests.papers {
            self.send_papers(peer, effects);
        }
        if hello.heads == self.heads_digest() {
            return;
        }
        if self.chains.len() > HEADS_AT_ONCE_MAX {
            Self::send(effects, peer, Frame::Buckets(self.buckets_of_all()));
        } else {
            self.tell(peer, |_| true, effects);
        }
    }

    /// Tells a peer what is held of some feeds, and which of them contradict themselves.
    fn tell(&mut self, peer: Peer, is_told: impl Fn(&FeedId) -> bool, effects: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        let roster = &self.roster;
        let is_exchanged = |chain: &&Chain| roster.is_exchanged(&chain.feed());
        let told = || self.chains.values().filter(is_exchanged).filter(|chain| is_told(&chain.feed()));
        let heads: Vec<Head> = told().filter_map(head_of).collect();
        heads.iter().for_each(|head| {
            session.tell(head.feed, head.place.seq);
        });
        Self::send_heads(effects, peer, &heads);
        for proof in told().filter_map(|chain| chain.freeze()?.proof.clone()) {
            Self::send(effects, peer, Frame::Forked(proof));
        }
    }

    fn compare_buckets(&mut self, peer: Peer, theirs: &Buckets, effects: &mut Vec<Effect>) {
        let ours = self.buckets_of_all().digests;
        if theirs.digests.0.len() != ours.0.len() {
            effects.push(Effect::Penalise(peer, Blame::Malformed));
            return;
        }
        let pairs = ours.0.chunks(8).zip(theirs.digests.0.chunks(8));
        let differing: Vec<u8> =
            (0..=u8::MAX).zip(pairs).filter(|(_, (a, b))| a != b).map(|(bucket, _)| bucket).collect();
        self.tell_buckets(peer, &differing, effects);
        if !differing.is_empty() {
            Self::send(effects, peer, Frame::WantBuckets(WantBuckets { buckets: differing }));
        }
    }

    fn tell_buckets(&mut self, peer: Peer, wanted: &[u8], effects: &mut Vec<Effect>) {
        let wanted: BTreeSet<u8> = wanted.iter().copied().collect();
        self.tell(peer, |feed| wanted.contains(&feed.0[0]), effects);
    }

    /// Tells peers of feeds that moved, each what it does not know yet.
    pub(super) fn tell_moved(&mut self, effects: &mut Vec<Effect>) {
        let moved = std::mem::take(&mut self.moved);
        let heads: Vec<Head> = moved.iter().filter_map(|feed| head_of(self.chains.get(feed)?)).collect();
        for (peer, session) in &mut self.sessions {
            let news: Vec<Head> =
                heads.iter().filter(|head| session.tell(head.feed, head.place.seq)).cloned().collect();
            Self::send_heads(effects, *peer, &news);
        }
    }

    /// A peer for which a feed stands still has nothing beyond that for us.
    fn learn_fork(&mut self, peer: Peer, proof: &ForkProof, archive: &impl Archive, effects: &mut Vec<Effect>) {
        self.accused_by(peer, proof, archive, effects);
        let Ok(fork) = proof.open() else { return };
        let feed = fork.one.claimed().feed;
        let stands_still = self.chains.get(&feed).is_some_and(Chain::may_be_sealed);
        if let Some(session) = self.sessions.get_mut(&peer).filter(|_| stands_still) {
            session.rests(&feed);
        }
    }

    fn learn_heads(&mut self, peer: Peer, heads: Vec<Head>, archive: &impl Archive, effects: &mut Vec<Effect>) {
        for head in heads {
            if !self.roster.is_exchanged(&head.feed) {
                continue;
            }
            let chain = self.chains.get(&head.feed).filter(|chain| chain.next_seq() > head.place.seq);
            let differs = chain.is_some_and(|chain| {
                let is_contested = chain.freeze().is_some_and(|freeze| freeze.at <= head.place.seq);
                let is_same = chain.head() == Some(&head.place)
                    || archive.id_at(&head.feed, head.place.seq) == Some(head.place.entry);
                !is_contested && !is_same
            });
            if head.feed == self.me && self.start.is_ready() && (chain.is_none() || differs) {
                Self::send(effects, peer, Frame::WantHead(WantHead { feed: self.me }));
            }
            if let Some(session) = self.sessions.get_mut(&peer) {
                if differs {
                    session.search(head.feed, head.place.seq);
                }
                session.says(head.feed, head.place);
            }
        }
    }

    pub(super) fn search_fork(&mut self, peer: Peer, feed: FeedId, from: u64) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.search(feed, from);
        }
    }

    /// Entries that were asked for.
    fn land(
        &mut self,
        peer: Peer,
        range: &Range,
        frames: Vec<EntryFrame>,
        now_ms: u64,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        let flight = self.sessions.get_mut(&peer).and_then(|session| session.land(&range.feed, range.from));
        let Some(flight) = flight else {
            effects.push(Effect::Penalise(peer, Blame::Unasked));
            return;
        };
        self.landed_last = Some(peer);
        let arrivals: Result<Vec<Arrival>, _> = frames.into_iter().map(Arrival::parse).collect();
        let arrivals = arrivals.ok().filter(|arrivals| is_range(arrivals, range, self.papers.network()));
        let Some(arrivals) = arrivals else {
            effects.push(Effect::Penalise(peer, Blame::Malformed));
            return self.note_landing(peer, &flight, now_ms);
        };
        let Some(chain) = self.chain_of_exchanged(&range.feed) else { return };
        let outcome = chain.receive_range(arrivals, archive);
        self.note_accepted(&outcome.accepted, effects);
        if !outcome.accepted.is_empty() {
            effects.push(Effect::Journal(outcome.accepted.into_iter().map(Record::Entry).collect()));
        }
        if outcome.was_spoiled {
            effects.push(Effect::Penalise(peer, Blame::PayloadMismatch));
        }
        self.learn_from_stop(peer, &flight, outcome.stopped_by, archive, effects);
        self.note_landing(peer, &flight, now_ms);
    }

    /// Notes whether an answer brought the feed further. A search for a fork need not, and earns nothing.
    fn note_landing(&mut self, peer: Peer, flight: &Flight, now_ms: u64) {
        if flight.is_search {
            return;
        }
        let next = self.chains.get(&flight.feed).map_or(0, Chain::next_seq);
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        let institution = session.institution;
        if next > flight.from {
            session.praise(&flight.feed);
        } else {
            session.blame_fruitless(flight.feed, now_ms);
            if flight.feed == self.me {
                self.start.disbelieve(&institution);
            }
        }
    }

    fn learn_from_stop(
        &mut self,
        peer: Peer,
        flight: &Flight,
        stop: Option<Answer>,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        match stop {
            Some(Answer::Fork(proof)) => {
                self.accuse(&proof, archive, effects);
            }
            Some(Answer::Diverged) => self.search_fork(peer, flight.feed, flight.from),
            Some(Answer::Malformed) => effects.push(Effect::Penalise(peer, Blame::Malformed)),
            Some(Answer::BadSignature) => effects.push(Effect::Penalise(peer, Blame::BadSignature)),
            _ => {}
        }
    }

    fn land_payload(&mut self, peer: Peer, payload: PayloadOf, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        if !session.payloads.answered(&payload.entry) {
            effects.push(Effect::Penalise(peer, Blame::Unasked));
            return;
        }
        let salted = match &payload.body {
            Body::Held(salted) => salted,
            Body::Absent(Absence::Erased) => {
                let institution = session.institution;
                return self.note_erased(payload.entry, institution);
            }
            Body::Absent(_) => return,
        };
        let held = held_entry(&payload.entry, archive);
        if held.is_some_and(|held| !held.entry.matches(salted)) {
            effects.push(Effect::Penalise(peer, Blame::PayloadMismatch));
            return;
        }
        session.payloads.praise();
        self.take_late_payload(&payload.entry, payload.body, archive, effects);
    }

    /// An institution says that a payload is erased. One may lie to keep it from us, so it is looked for until as many agree
    /// as the own-head check asks.
    fn note_erased(&mut self, entry: EntryId, institution: InstitutionId) {
        if !self.missing.contains(&entry) {
            return;
        }
        let others = self.roster.members().count().saturating_sub(1);
        let agreed = self.erased.entry(entry).or_default();
        agreed.insert(institution);
        if agreed.len() >= Start::answers_needed(others) {
            self.erased.remove(&entry);
            self.missing.remove(&entry);
        }
        if self.erased.len() > ERASED_MAX {
            self.erased.pop_first();
        }
    }

    /// A payload for an entry that is held without.
    pub(super) fn take_late_payload(
        &mut self,
        entry: &EntryId,
        body: Body,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        let (Some(held), Body::Held(salted)) = (held_entry(entry, archive), body) else { return };
        let is_wanted = matches!(held.body, Body::Absent(Absence::NotHeld | Absence::Restricted));
        if !is_wanted || !held.entry.matches(&salted) {
            return;
        }
        self.missing.remove(entry);
        let header = held.entry.header();
        let record = Record::Payload { feed: header.feed, seq: header.seq, entry: *entry, salted };
        effects.push(Effect::Journal(vec![record]));
    }

    /// Tells peers which restricted payloads wait for them: what is new, and a part of all where it is their turn.
    pub(super) fn offer(&mut self, now_ms: u64, archive: &impl Archive, effects: &mut Vec<Effect>) {
        if !self.start.is_ready() {
            return;
        }
        let is_here = |entry: &EntryId| held_entry(entry, archive).is_some_and(|held| held.salted().is_some());
        let fresh: Vec<EntryId> = std::mem::take(&mut self.fresh).into_iter().filter(is_here).collect();
        for (peer, session) in &mut self.sessions {
            let mut waiting: BTreeSet<EntryId> = fresh.iter().copied().collect();
            if let Some(after) = session.offers.due(now_ms) {
                let part = archive.sealed_behind(after, OFFERS_LOOKED_AT_MAX);
                session.offers.done(&part, now_ms);
                waiting.extend(part);
            }
            let theirs = waiting.into_iter().filter(|entry| archive.may_have(&session.institution, entry));
            let theirs: Vec<EntryId> = theirs.collect();
            for part in theirs.chunks(limits::WANT_ENTRIES_MAX) {
                Self::send(effects, *peer, Frame::Offer(Offer { entries: part.to_vec() }));
            }
        }
    }

    /// Feeds that are compared. Of others nobody takes more, however much of them each side holds.
    fn exchanged_chains(&self) -> impl Iterator<Item = &Chain> {
        self.chains.values().filter(|chain| self.roster.is_exchanged(&chain.feed()))
    }

    /// Equal where both sides hold the same and know of the same contradictions.
    fn heads_digest(&mut self) -> [u8; 32] {
        let digest = self.digests.heads.unwrap_or_else(|| {
            let all: Vec<u8> = self.exchanged_chains().flat_map(state_bytes).collect();
            hash("heads", &[&all])
        });
        self.digests.heads = Some(digest);
        digest
    }

    /// 256 digests of eight bytes, by the first byte of the feed.
    fn buckets_of_all(&self) -> Buckets {
        let mut by_bucket: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        for chain in self.exchanged_chains() {
            by_bucket.entry(chain.feed().0[0]).or_default().extend(state_bytes(chain));
        }
        let digests = (0..=u8::MAX).flat_map(|bucket| {
            let all = by_bucket.get(&bucket).map(Vec::as_slice).unwrap_or_default();
            hash("heads", &[all]).into_iter().take(8)
        });
        Buckets { digests: Bytes(digests.collect()) }
    }
}

/// Whether entries are what was announced, each naming the one before it. An honest peer has nothing else to send.
fn is_range(arrivals: &[Arrival], range: &Range, network: NetworkId) -> bool {
    let is_in_place = |(arrival, seq): (&Arrival, u64)| {
        let header = arrival.entry.claimed();
        header.network == network && header.feed == range.feed && header.seq == seq
    };
    let follow = |(before, behind): (&Arrival, &Arrival)| behind.entry.claimed().prev == before.entry.id();
    arrivals.iter().zip(range.from..).all(is_in_place) && arrivals.iter().zip(arrivals.iter().skip(1)).all(follow)
}

pub(super) fn held_entry(entry: &EntryId, archive: &impl Archive) -> Option<crate::archive::Held> {
    let (feed, seq) = archive.place_of(entry)?;
    archive.held(&feed, seq)
}

/// What is held of a feed: its head, or where it stands still, which is the same on all branches.
fn state_bytes(chain: &Chain) -> Vec<u8> {
    let Some(head) = chain.exchanged_head() else { return Vec::new() };
    match chain.freeze() {
        Some(freeze) => [&chain.feed().0[..], b"frozen", &freeze.at.to_be_bytes()].concat(),
        None => [&chain.feed().0[..], &head.epoch.to_be_bytes(), &head.seq.to_be_bytes(), &head.entry.0].concat(),
    }
}
