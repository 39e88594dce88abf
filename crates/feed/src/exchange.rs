//! All feeds and all peers: the machine that a node drives.
//!
//! What it decides stands in the files beside this one: `gossip` what a message is worth, `sync` what sessions say,
//! `pull` what is asked of whom, `growth` how much of it, `serve` what others get, `append` what we say ourselves, `own_head` what others hold of
//! that, `papers` who is a member, `introduction` what strangers show.

mod append;
mod gossip;
mod growth;
mod introduction;
mod own_head;
mod papers;
mod pull;
mod serve;
mod sync;

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    EntryId, FeedId, InstitutionId, NetworkId, SecretKey,
    claim::ForkProof,
    limits,
    message::{Absence, Body, Frame, Framed, Gossip, Heads},
    payload::control::Head,
};
use trust::{Papers, Roster};

pub use append::{AppendRefusal, Draft};

use crate::{
    archive::{Archive, Held},
    chain::{Accusation, Chain},
    clock::Clock,
    effect::{Blame, Effect, Input, Peer, Record},
    session::Session,
    start::Start,
    throttle::Bucket,
};

/// Signatures of linked entries that are verified in one tick: a run.
const LINKED_PER_TICK: u64 = limits::RUN_ENTRIES_MAX as u64;
/// Heads are compared with one peer after another, one in this time.
const REVISIT_MS: u64 = 60_000;
/// An institution says at least this often how far its feed has come.
const CLAIM_MS: u64 = 600_000;

/// What a node knows before its first input.
#[derive(Debug)]
pub struct Restored {
    /// Our institution.
    pub me: InstitutionId,
    /// Charters and votes.
    pub papers: Papers,
    /// Feeds as they were.
    pub chains: Vec<Chain>,
    /// Entries whose payloads are still to be had.
    pub missing: Vec<EntryId>,
}

/// What is long to compute and rarely changes.
#[derive(Debug)]
struct Digests {
    papers: [u8; 32],
    /// Absent since a feed changed.
    heads: Option<[u8; 32]>,
}

/// The machine.
#[derive(Debug)]
pub struct Exchange {
    me: InstitutionId,
    papers: Papers,
    roster: Roster,
    chains: BTreeMap<FeedId, Chain>,
    sessions: BTreeMap<Peer, Session>,
    start: Start,
    signing: Option<SecretKey>,
    /// Entries without payload that somebody may have.
    missing: BTreeSet<EntryId>,
    /// Which institutions call a missing payload erased.
    erased: BTreeMap<EntryId, BTreeSet<InstitutionId>>,
    /// Feeds that moved since peers were told.
    moved: BTreeSet<FeedId>,
    /// Restricted entries that came, or came to other readers, since the last tick.
    fresh: BTreeSet<EntryId>,
    buckets: BTreeMap<FeedId, Bucket>,
    /// The newest head claim of each member that was heard.
    claims: BTreeMap<FeedId, gossip::Heard>,
    /// Since when half of the feeds stand, by their own words.
    network_since_ms: u64,
    clock: Clock,
    revisited_ms: u64,
    claim_due_ms: u64,
    claimed_ms: Option<u64>,
    is_pull_due: bool,
    /// Of the papers and the heads that are held; each Hello is compared with both.
    digests: Digests,
    /// The peer whose range came last.
    landed_last: Option<Peer>,
    /// The peer that was answered last.
    answered_last: Option<Peer>,
    /// Entries and payloads that institutions were given since the start because they asked.
    given: BTreeMap<InstitutionId, u64>,
    /// Entries that were passed on to us and are of no member.
    of_no_member: u64,
}

impl Exchange {
    /// A machine that knows what its journal holds. It signs nothing until its own-head check has passed.
    pub fn new(restored: Restored, now_ms: u64) -> Self {
        let roster = restored.papers.roster();
        let digests = Digests { papers: restored.papers.digest(), heads: None };
        let mut exchange = Self {
            me: restored.me,
            papers: restored.papers,
            roster,
            chains: restored.chains.into_iter().map(|chain| (chain.feed(), chain)).collect(),
            sessions: BTreeMap::new(),
            start: Start::new(),
            signing: None,
            missing: restored.missing.into_iter().collect(),
            erased: BTreeMap::new(),
            moved: BTreeSet::new(),
            fresh: BTreeSet::new(),
            buckets: BTreeMap::new(),
            claims: BTreeMap::new(),
            network_since_ms: 0,
            clock: Clock::starting(now_ms),
            revisited_ms: now_ms,
            claim_due_ms: now_ms.saturating_add(CLAIM_MS),
            claimed_ms: None,
            is_pull_due: false,
            digests,
            landed_last: None,
            answered_last: None,
            given: BTreeMap::new(),
            of_no_member: 0,
        };
        exchange.end_feeds();
        exchange.date_network();
        exchange
    }

    /// Takes one input. The effects are to be performed in their order before the next one.
    pub fn handle(&mut self, input: Input, now_ms: u64, archive: &impl Archive) -> Vec<Effect> {
        let now_ms = self.clock.shows(now_ms);
        let mut effects = Vec::new();
        let may_want_payloads = match &input {
            Input::Tick => true,
            Input::Frame { framed, .. } => matches!(framed.frame, Frame::Payload(_) | Frame::Offer(_)),
            _ => false,
        };
        self.is_pull_due |= !matches!(input, Input::Gossip { .. } | Input::Answer);
        match input {
            Input::Connected { peer, institution } => self.connect(peer, institution, &mut effects),
            Input::Disconnected { peer } => {
                self.sessions.remove(&peer);
            }
            Input::Frame { peer, framed } => self.frame(peer, framed, now_ms, archive, &mut effects),
            Input::Gossip { peer, message } => self.gossip(peer, message, now_ms, archive, &mut effects),
            Input::Answer => self.answer(archive, &mut effects),
            Input::Tick => self.tick(now_ms, archive, &mut effects),
        }
        self.check_start(&mut effects);
        if std::mem::take(&mut self.is_pull_due) {
            // Questions go out first: the answers travel while the journal is written.
            let answers = std::mem::take(&mut effects);
            self.pull(now_ms, &mut effects);
            effects.extend(answers);
        }
        if may_want_payloads {
            self.pull_payloads(now_ms, archive, &mut effects);
        }
        effects
    }

    /// Our institution.
    pub const fn me(&self) -> InstitutionId {
        self.me
    }

    /// The network.
    pub const fn network(&self) -> NetworkId {
        self.papers.network()
    }

    /// Charters and votes.
    pub const fn papers(&self) -> &Papers {
        &self.papers
    }

    /// Who is a member.
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// A feed.
    pub fn chain(&self, feed: &FeedId) -> Option<&Chain> {
        self.chains.get(feed)
    }

    /// All feeds.
    pub fn chains(&self) -> impl Iterator<Item = &Chain> {
        self.chains.values()
    }

    /// Where the own-head check stands.
    pub const fn start(&self) -> &Start {
        &self.start
    }

    /// Entries that were passed on since the start and are of no member. Nobody is blamed: who passes them on may know more
    /// members than we do.
    pub const fn of_no_member(&self) -> u64 {
        self.of_no_member
    }

    /// What a connected peer holds of a feed, as far as it said.
    pub fn held_by(&self, peer: &Peer, feed: &FeedId) -> Option<u64> {
        self.sessions.get(peer)?.head(feed).map(|place| place.seq)
    }

    /// The operator vouches that the store was not restored: the own-head check is over.
    pub fn vouch(&mut self) -> Vec<Effect> {
        if !self.start.is_waiting() {
            return Vec::new();
        }
        self.start = Start::Ready;
        vec![Effect::Started { was_restored: false }]
    }

    /// Sealed payloads found their place in the casebook, or their audience changed: to those who may have them now they are
    /// offered at the next tick. While the own-head check waits, everything is offered afterwards.
    pub fn placed(&mut self, entries: impl IntoIterator<Item = EntryId>) {
        if self.start.is_ready() {
            self.fresh.extend(entries);
        }
    }

    /// Adds charters and certificates that came by another way than a peer: founding, invitation, a governor's vote.
    ///
    /// # Errors
    /// [`trust::PaperError`] for the first that cannot be taken; those before it were.
    pub fn add_papers(&mut self, papers: &protocol::message::Papers) -> Result<Vec<Effect>, trust::PaperError> {
        let mut effects = Vec::new();
        let result = self.take_papers(papers, &mut effects);
        self.check_start(&mut effects);
        result.map(|()| effects)
    }

    fn tick(&mut self, now_ms: u64, archive: &impl Archive, effects: &mut Vec<Effect>) {
        self.expire(now_ms);
        self.greet_again(effects);
        self.tell_moved(effects);
        self.offer(now_ms, archive, effects);
        self.verify_linked(archive, effects);
        if now_ms.saturating_sub(self.revisited_ms) >= REVISIT_MS {
            self.revisit(now_ms, effects);
        }
        if now_ms >= self.claim_due_ms {
            self.claim_head(now_ms, effects);
        }
    }

    /// Gives up on questions that nobody answers.
    fn expire(&mut self, now_ms: u64) {
        let mut silent = Vec::new();
        for session in self.sessions.values_mut() {
            if session.expire(now_ms) == Some(self.me) {
                silent.push(session.institution);
            }
        }
        silent.iter().for_each(|institution| self.start.disbelieve(institution));
        self.start.expire(now_ms);
    }

    /// Says hello again to one peer, another one each time, and offers again what it may have missed.
    fn revisit(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        self.revisited_ms = now_ms;
        self.date_network();
        let turn = usize::try_from(now_ms / REVISIT_MS).unwrap_or_default();
        let count = self.sessions.len().max(1);
        if let Some((peer, session)) = self.sessions.iter_mut().nth(turn % count) {
            session.offers.resume();
            let peer = *peer;
            let hello = self.hello();
            effects.push(Effect::Send(peer, hello));
        }
        self.ask_own_head(effects);
    }

    fn verify_linked(&mut self, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let mut left = LINKED_PER_TICK;
        let mut frozen = Vec::new();
        for chain in self.chains.values_mut().filter(|chain| chain.unverified() > 0) {
            let before = chain.verified_to();
            if chain.verify_linked(left, archive) {
                frozen.push(chain.feed());
            }
            left = left.saturating_sub(chain.verified_to() - before);
            if left == 0 {
                break;
            }
        }
        for feed in frozen {
            self.digests.heads = None;
            self.report_freeze(feed, effects);
        }
    }

    /// Judges evidence; freezes the feed and tells everybody, once.
    fn accuse(&mut self, proof: &ForkProof, archive: &impl Archive, effects: &mut Vec<Effect>) -> Accusation {
        let Ok(fork) = proof.open() else { return Accusation::False };
        let feed = fork.one.claimed().feed;
        let Some(chain) = self.chains.get_mut(&feed) else { return Accusation::Unproven };
        let accusation = chain.weigh(proof, archive);
        if chain.accuse(proof, archive) {
            self.digests.heads = None;
            self.report_freeze(feed, effects);
            if feed == self.me {
                self.halt(effects);
            }
        }
        accusation
    }

    /// Judges evidence that a peer sent.
    fn accused_by(
        &mut self,
        peer: Peer,
        proof: &ForkProof,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Accusation {
        let accusation = self.accuse(proof, archive, effects);
        if accusation == Accusation::False {
            effects.push(Effect::Penalise(peer, Blame::Malformed));
        }
        accusation
    }

    /// Signs nothing any more: somebody else writes our feed.
    fn halt(&mut self, effects: &mut Vec<Effect>) {
        if self.start != Start::Halted {
            self.start = Start::Halted;
            effects.push(Effect::Halted);
        }
    }

    fn report_freeze(&self, feed: FeedId, effects: &mut Vec<Effect>) {
        let Some(freeze) = self.chains.get(&feed).and_then(Chain::freeze) else { return };
        effects.push(Effect::Journal(vec![Record::Freeze(feed, freeze.clone())]));
        effects.push(Effect::Frozen(feed, freeze.at));
        if let Some(proof) = &freeze.proof {
            effects.push(Effect::Publish(Gossip::ForkProof(proof.clone())));
            for peer in self.sessions.keys() {
                effects.push(Effect::Send(*peer, Frame::Forked(proof.clone()).into()));
            }
        }
    }

    /// Notes what follows from entries that are about to be journaled.
    fn note_accepted(&mut self, accepted: &[Held], effects: &mut Vec<Effect>) {
        for held in accepted {
            self.digests.heads = None;
            let header = held.entry.header();
            let entry = held.entry.id();
            self.moved.insert(header.feed);
            let is_missing = matches!(held.body, Body::Absent(Absence::NotHeld));
            if is_missing {
                self.missing.insert(entry);
            }
            for session in self.sessions.values_mut() {
                session.payloads.header_came(&entry);
                if is_missing {
                    session.payloads.want(entry);
                }
            }
            if header.feed == self.me {
                self.start.pulled_back();
                if self.start.is_ready() {
                    self.halt(effects);
                }
            }
        }
    }

    fn check_start(&mut self, effects: &mut Vec<Effect>) {
        if !self.start.is_waiting() {
            return;
        }
        let others: BTreeSet<_> =
            self.roster.members().map(|member| member.feed).filter(|feed| *feed != self.me).collect();
        if let Some(was_restored) = self.start.pass(&others, self.own_next_seq()) {
            effects.push(Effect::Started { was_restored });
        }
    }

    /// The chain of a feed that the network exchanges; a new one if nothing of it is held.
    fn chain_of_exchanged(&mut self, feed: &FeedId) -> Option<&mut Chain> {
        if !self.roster.is_exchanged(feed) {
            return None;
        }
        let (network, last) = (self.papers.network(), self.roster.last_of(feed));
        Some(self.chains.entry(*feed).or_insert_with(|| {
            let mut chain = Chain::new(network, *feed);
            chain.end_at(last);
            chain
        }))
    }

    /// Feeds end where the roster says so.
    fn end_feeds(&mut self) {
        for chain in self.chains.values_mut() {
            chain.end_at(self.roster.last_of(&chain.feed()));
        }
    }

    fn own_next_seq(&self) -> u64 {
        self.chains.get(&self.me).map_or(0, Chain::next_seq)
    }

    fn send(effects: &mut Vec<Effect>, peer: Peer, frame: Frame) {
        effects.push(Effect::Send(peer, Framed::from(frame)));
    }

    fn send_heads(effects: &mut Vec<Effect>, peer: Peer, heads: &[Head]) {
        for part in heads.chunks(sync::HEADS_AT_ONCE_MAX) {
            Self::send(effects, peer, Frame::Heads(Heads { heads: part.to_vec() }));
        }
    }
}

fn head_of(chain: &Chain) -> Option<Head> {
    Some(Head { feed: chain.feed(), place: chain.exchanged_head()?.clone() })
}
