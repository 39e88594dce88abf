//! What others get from us: headers and control always, payloads to those who may have them and not before our own-head
//! check has passed.
//!
//! To read what was asked takes long. So questions wait in their sessions and are answered a stretch at a time, one peer after the
//! other, and everything else goes on in between: who asks without end holds up nobody.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Bound,
};

use protocol::{
    Audience, EntryId, FeedId, InstitutionId, Proof, limits,
    message::{Absence, Body, Busy, EntryFrame, Frame, Framed, HeadOf, PayloadOf, Range, WantRange},
};

use super::{Exchange, sync::held_entry};
use crate::{
    archive::{Archive, Held},
    chain::Chain,
    effect::{Effect, Peer},
    session::{Answer, Question},
};

/// Room for what stands round a header, a signature, a salt and a payload in a frame, and for what stands in front of them all.
const FRAMING_BYTES: usize = 256;
/// Payloads with which one question is answered; nobody asks for more than one frame's worth.
const PAYLOAD_BYTES_AT_ONCE_MAX: usize = 2 * limits::FRAME_BYTES_MAX;
/// Linked entries wait so long for their signatures to be verified before they are served. Who asks too much comes again as late.
const RETRY_MS: u32 = 250;
/// Entries that are read while everything else waits: some milliseconds.
const ENTRIES_AT_ONCE: usize = 64;
/// Entries that an institution may be given beyond twice what there is, headers and payloads, before it is charged.
const GIVEN_SLACK: u64 = limits::RUN_ENTRIES_MAX as u64;

impl Exchange {
    /// Whether somebody waits for an answer: then [`crate::Input::Answer`] has something to do.
    pub fn is_answering(&self) -> bool {
        self.sessions.values().any(|session| !session.questions.is_empty())
    }

    pub(super) fn ask_range(&mut self, peer: Peer, want: WantRange, effects: &mut Vec<Effect>) {
        let freeze = self.chains.get(&want.feed).and_then(Chain::freeze);
        let asked_to = want.from.saturating_add(count_of(&want));
        let proof = freeze.filter(|freeze| asked_to > freeze.at).and_then(|freeze| freeze.proof.clone());
        if let Some(proof) = proof {
            Self::send(effects, peer, Frame::Forked(proof));
        }
        self.ask(peer, Question::Range(Answer::to(want)), effects);
    }

    pub(super) fn ask_payloads(&mut self, peer: Peer, wanted: Vec<EntryId>, effects: &mut Vec<Effect>) {
        let mut asked = BTreeSet::new();
        let left = wanted.into_iter().take(limits::WANT_ENTRIES_MAX).filter(|entry| asked.insert(*entry)).collect();
        self.ask(peer, Question::Payloads { left, room: PAYLOAD_BYTES_AT_ONCE_MAX }, effects);
    }

    fn ask(&mut self, peer: Peer, question: Question, effects: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        if !session.questions.add(question) {
            Self::send(effects, peer, Frame::Busy(Busy { retry_ms: RETRY_MS }));
        }
    }

    /// Reads a stretch of what the next peer asked for, and answers it when all is read.
    pub(super) fn answer(&mut self, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let behind = self.answered_last.map_or(Bound::Unbounded, Bound::Excluded);
        let in_turn = self.sessions.range((behind, Bound::Unbounded)).chain(&self.sessions);
        let Some(peer) = in_turn.filter(|(_, session)| !session.questions.is_empty()).map(|(peer, _)| *peer).next()
        else {
            return;
        };
        self.answered_last = Some(peer);
        let question = self.sessions.get_mut(&peer).and_then(|session| session.questions.take());
        let left = question.and_then(|question| match question {
            Question::Range(answer) => self.answer_range(peer, answer, archive, effects),
            Question::Payloads { left, room } => self.answer_payloads(peer, left, room, archive, effects),
        });
        if let (Some(left), Some(session)) = (left, self.sessions.get_mut(&peer)) {
            session.questions.put_back(left);
        }
    }

    /// Answers with a range that ends at an entry whose own signature holds: the receiver takes the others by their links, and
    /// a bad one at the end would look like the sender's fault. Returns the answer as long as there is more to read.
    fn answer_range(
        &mut self,
        peer: Peer,
        mut answer: Answer,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Option<Question> {
        let institution = self.sessions.get(&peer)?.institution;
        let (feed, end, from) = (answer.want.feed, self.end_of(&answer.want), answer.next_seq());
        let verified_to = self.chains.get(&feed).map_or(0, Chain::verified_to);
        for seq in from..end.min(from.saturating_add(ENTRIES_AT_ONCE as u64)) {
            let Some(held) = archive.held(&feed, seq) else { return self.send_range(peer, answer, end, effects) };
            let may_have = answer.want.with_payloads && self.may_have(&institution, &held, archive);
            let frame = held.frame_for(may_have);
            answer.bytes += bytes_of(&frame);
            if FRAMING_BYTES + answer.bytes > limits::FRAME_BYTES_MAX {
                return self.send_range(peer, answer, end, effects);
            }
            answer.entries.push(frame);
            if seq < verified_to || held.entry.proof() == Proof::Signature {
                answer.signed = answer.entries.len();
            }
        }
        match answer.next_seq() < end {
            true => Some(Question::Range(answer)),
            false => self.send_range(peer, answer, end, effects),
        }
    }

    /// Where an answer to a question ends at the latest.
    fn end_of(&self, want: &WantRange) -> u64 {
        let Some(chain) = self.chains.get(&want.feed) else { return want.from };
        let held = chain.exchanged_head().map_or(0, |head| head.seq + 1);
        let proven = chain.freeze().filter(|freeze| freeze.proof.is_some()).map_or(u64::MAX, |freeze| freeze.at);
        want.from.saturating_add(count_of(want)).min(held).min(proven)
    }

    /// Sends what was read. What lies behind `end` since it was read, because the feed was frozen, is left out.
    fn send_range(&mut self, peer: Peer, answer: Answer, end: u64, effects: &mut Vec<Effect>) -> Option<Question> {
        let Answer { want, mut entries, signed, bytes } = answer;
        if signed == 0 && !entries.is_empty() {
            Self::send(effects, peer, Frame::Busy(Busy { retry_ms: RETRY_MS }));
            return None;
        }
        let exchanged = usize::try_from(end.saturating_sub(want.from)).unwrap_or(usize::MAX);
        entries.truncate(signed.min(exchanged));
        self.charge(peer, entries.len(), bytes, effects);
        let range = Range { feed: want.feed, from: want.from, count: u32::try_from(entries.len()).unwrap_or_default() };
        effects.push(Effect::Send(peer, Framed { frame: Frame::Range(range), entries }));
        None
    }

    /// Writes down what a peer is given. Who has had all that there is asks for nothing that it can need.
    fn charge(&mut self, peer: Peer, count: usize, bytes: usize, effects: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get(&peer) else { return };
        let held: u64 = self.chains.values().map(Chain::next_seq).sum();
        let given = self.given.entry(session.institution).or_default();
        *given = given.saturating_add(count as u64);
        if *given > held.saturating_mul(2).saturating_add(GIVEN_SLACK) {
            effects.push(Effect::Charge(peer, bytes));
        }
    }

    fn answer_payloads(
        &mut self,
        peer: Peer,
        mut left: VecDeque<EntryId>,
        mut room: usize,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Option<Question> {
        let institution = self.sessions.get(&peer)?.institution;
        let (mut given, room_before) = (0, room);
        for entry in left.drain(..left.len().min(ENTRIES_AT_ONCE)) {
            let held = if room > 0 { held_entry(&entry, archive) } else { None };
            let body = match held {
                Some(held) if held.is_control() || self.may_have(&institution, &held, archive) => held.body,
                _ => Body::Absent(Absence::NotHeld),
            };
            if let Body::Held(salted) = &body {
                room = room.saturating_sub(salted.bytes.0.len());
                given += 1;
            }
            Self::send(effects, peer, Frame::Payload(PayloadOf { entry, body }));
        }
        self.charge(peer, given, room_before - room, effects);
        (!left.is_empty()).then_some(Question::Payloads { left, room })
    }

    pub(super) fn serve_head(&self, peer: Peer, feed: &FeedId, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let head = self.chains.get(feed).and_then(Chain::head);
        let held = head.and_then(|head| archive.held(feed, head.seq));
        let entry = held.map(|held| held.entry.bytes().clone());
        Self::send(effects, peer, Frame::Head(HeadOf { feed: *feed, entry }));
    }

    fn may_have(&self, reader: &InstitutionId, held: &Held, archive: &impl Archive) -> bool {
        let entry = held.entry.id();
        let is_theirs = match held.entry.header().audience {
            Audience::Network => !archive.is_kept_from(reader, &entry),
            _ => archive.may_have(reader, &entry),
        };
        self.start.is_ready() && is_theirs
    }
}

/// How many entries a question may be answered with.
fn count_of(want: &WantRange) -> u64 {
    u64::from(want.count).min(limits::RUN_ENTRIES_MAX as u64)
}

/// What an entry takes in a frame, at most.
fn bytes_of(frame: &EntryFrame) -> usize {
    let payload = if let Body::Held(salted) = &frame.body { salted.bytes.0.len() } else { 0 };
    FRAMING_BYTES + frame.entry.header.0.len() + payload
}
