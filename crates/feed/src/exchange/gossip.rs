//! What a gossip message is worth. Only what the sender answers for is rejected; our own troubles never are its fault.

use protocol::{
    Audience, FeedId,
    certificate::{Certificate, Growth},
    claim::{ForkProof, SignedHeadClaim},
    limits,
    message::{Body, EntryFrame, Gossip, Papers},
    payload::control::Place,
};
use trust::PaperError;

use super::Exchange;
use crate::{
    archive::{Archive, Arrival},
    chain::{Accusation, Answer, Chain},
    effect::{Blame, Effect, Peer, Record, Verdict},
    throttle::Bucket,
};

/// A feed's head claims are looked at no more often than this: half the time that lies between honest ones.
const CLAIM_HEARD_MS: u64 = 1_000;

/// The newest head claim of a feed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// Epoch, place, and the author's time.
    said: (u32, u64, u64),
    heard_ms: u64,
}

impl Exchange {
    pub(super) fn gossip(
        &mut self,
        peer: Peer,
        message: Gossip,
        now_ms: u64,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        let mut behind = Vec::new();
        let verdict = match message {
            Gossip::Entry(frame) => self.gossiped_entry(peer, frame, now_ms, archive, &mut behind),
            Gossip::HeadClaim(claim) => self.gossiped_claim(peer, &claim, now_ms, archive, &mut behind),
            Gossip::Certificate(certificate) => self.gossiped_certificate(peer, certificate, &mut behind),
            Gossip::ForkProof(proof) => self.gossiped_fork(peer, &proof, archive, &mut behind),
        };
        effects.push(Effect::Verdict(verdict));
        effects.append(&mut behind);
    }

    fn gossiped_entry(
        &mut self,
        peer: Peer,
        frame: EntryFrame,
        now_ms: u64,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Verdict {
        let Ok(arrival) = Arrival::parse(frame) else { return blame(peer, Blame::Malformed, effects) };
        let header = arrival.entry.claimed();
        let (feed, seq) = (header.feed, header.seq);
        if header.network != self.papers.network() || carries_too_much(&arrival) {
            return blame(peer, Blame::Malformed, effects);
        }
        if self.roster.member(&feed).is_none() {
            self.of_no_member += 1;
            return Verdict::Ignore;
        }
        let place = Place { epoch: header.epoch, seq, entry: arrival.entry.id() };
        if archive.id_at(&feed, seq) == Some(place.entry) {
            return self.gossiped_again(peer, arrival, archive, effects);
        }
        if !self.may_take(feed, now_ms) {
            self.hint(peer, feed, place);
            return Verdict::Ignore;
        }
        self.watch_own(&arrival.entry, archive, effects);
        let Some(chain) = self.chain_of_exchanged(&feed) else { return Verdict::Ignore };
        match chain.receive(arrival, archive) {
            Answer::Accepted { held, was_spoiled } => {
                self.buckets.entry(feed).and_modify(Bucket::take);
                let accepted = vec![*held];
                self.note_accepted(&accepted, effects);
                effects.push(Effect::Journal(accepted.into_iter().map(Record::Entry).collect()));
                if was_spoiled { blame(peer, Blame::PayloadMismatch, effects) } else { Verdict::Accept }
            }
            Answer::Gap | Answer::Unproven => {
                self.hint(peer, feed, place);
                Verdict::Ignore
            }
            Answer::Diverged => {
                self.search_fork(peer, feed, seq);
                Verdict::Ignore
            }
            Answer::Fork(proof) => {
                self.accuse(&proof, archive, effects);
                Verdict::Ignore
            }
            Answer::Duplicate | Answer::Closed => Verdict::Ignore,
            Answer::Malformed => blame(peer, Blame::Malformed, effects),
            Answer::BadSignature => blame(peer, Blame::BadSignature, effects),
        }
    }

    /// An entry that is held: its payload may be news.
    fn gossiped_again(
        &mut self,
        peer: Peer,
        arrival: Arrival,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Verdict {
        if arrival.is_spoiled() {
            return blame(peer, Blame::PayloadMismatch, effects);
        }
        self.take_late_payload(&arrival.entry.id(), arrival.body, archive, effects);
        Verdict::Ignore
    }

    fn gossiped_claim(
        &mut self,
        peer: Peer,
        signed: &SignedHeadClaim,
        now_ms: u64,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Verdict {
        let Ok(claim) = signed.claimed() else { return blame(peer, Blame::Malformed, effects) };
        let heard = self.claims.get(&claim.feed);
        // The place comes first: a clock that once ran ahead silences nobody who writes.
        let said = (claim.place.epoch, claim.place.seq, claim.time_ms);
        let is_news =
            heard.is_none_or(|heard| said > heard.said && now_ms.saturating_sub(heard.heard_ms) >= CLAIM_HEARD_MS);
        let institution = self.chains.get(&claim.feed).and_then(Chain::institution);
        let (Some(institution), Some(_), true) = (institution, self.roster.member(&claim.feed), is_news) else {
            return Verdict::Ignore;
        };
        let (number, key) = institution.keys().signing();
        if claim.key != number {
            return Verdict::Ignore;
        }
        if signed.verify(&self.papers.network(), &key).is_err() {
            return blame(peer, Blame::BadSignature, effects);
        }
        if claim.feed == self.me && archive.id_at(&self.me, claim.place.seq) != Some(claim.place.entry) {
            self.foreign_hand(effects);
        }
        self.claims.insert(claim.feed, Heard { said, heard_ms: now_ms });
        self.hint(peer, claim.feed, claim.place);
        Verdict::Accept
    }

    fn gossiped_certificate(&mut self, peer: Peer, certificate: Certificate, effects: &mut Vec<Effect>) -> Verdict {
        let papers = Papers { charters: Vec::new(), certificates: vec![certificate] };
        match self.take_papers(&papers, effects) {
            Ok(()) if effects.is_empty() => Verdict::Ignore,
            Ok(()) => Verdict::Accept,
            Err(PaperError::TooMany { .. }) => Verdict::Ignore,
            Err(_) => blame(peer, Blame::Malformed, effects),
        }
    }

    fn gossiped_fork(
        &mut self,
        peer: Peer,
        proof: &ForkProof,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) -> Verdict {
        match self.accused_by(peer, proof, archive, effects) {
            Accusation::True(_) => Verdict::Accept,
            Accusation::Known | Accusation::Unproven => Verdict::Ignore,
            Accusation::False => Verdict::Reject,
        }
    }

    fn hint(&mut self, peer: Peer, feed: FeedId, place: Place) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.hints(feed, place);
            self.is_pull_due = true;
        }
    }

    /// Whether one more entry of a feed is taken from gossip; what is beyond is pulled, as far as there is room. Only what is
    /// taken counts: nobody uses up a feed's share with entries that its author did not write.
    fn may_take(&mut self, feed: FeedId, now_ms: u64) -> bool {
        let Growth { entries_per_second, entries_burst, .. } = *self.roster.growth();
        let bucket = self.buckets.entry(feed).or_insert_with(|| Bucket::full(now_ms, entries_burst));
        bucket.has_one(now_ms, entries_per_second, entries_burst) && self.room_for(&feed) > 0
    }
}

/// Whether a payload came inside that gossip must not carry: a restricted one, or a long one. Nobody honest sends it so.
fn carries_too_much(arrival: &Arrival) -> bool {
    let Body::Held(salted) = &arrival.body else { return false };
    arrival.entry.claimed().audience != Audience::Network || salted.bytes.0.len() > limits::GOSSIP_PAYLOAD_BYTES_MAX
}

fn blame(peer: Peer, blame: Blame, effects: &mut Vec<Effect>) -> Verdict {
    effects.push(Effect::Penalise(peer, blame));
    Verdict::Reject
}
