//! What others hold of our own feed: the answers of the own-head check, and whether somebody else writes our feed.
//!
//! A number proves nothing, so both rest on headers that our key signed.

use protocol::{
    InstitutionId, Unverified,
    message::{Frame, HeadOf, WantHead},
    payload::control::Place,
};
use trust::KeyRefusal;

use super::Exchange;
use crate::{
    archive::Archive,
    chain::Chain,
    effect::{Blame, Effect, Peer},
};

/// What an entry that is said to be ours proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    /// We hold it.
    Ours,
    /// Our key signed it, and we do not hold it.
    Signed,
    /// It names a key that we do not know; we may have forgotten it.
    Unknown,
    /// Our key did not sign it.
    Forged,
}

impl Exchange {
    /// Asks peers that have not answered yet how far our feed had come.
    pub(super) fn ask_own_head(&self, effects: &mut Vec<Effect>) {
        if !self.start.is_waiting() {
            return;
        }
        for (peer, _) in self.sessions.iter().filter(|(_, session)| !self.start.has_answer_of(&session.institution)) {
            Self::send(effects, *peer, Frame::WantHead(WantHead { feed: self.me }));
        }
    }

    /// What an institution holds of our own feed.
    pub(super) fn learn_own_head(
        &mut self,
        peer: Peer,
        head: HeadOf,
        now_ms: u64,
        archive: &impl Archive,
        effects: &mut Vec<Effect>,
    ) {
        let Some(institution) = self.sessions.get(&peer).map(|session| session.institution) else { return };
        if head.feed != self.me {
            return;
        }
        let Some(bytes) = head.entry else { return self.start.answer(institution, None) };
        let claimed = Unverified::parse(bytes).ok().filter(|claimed| self.is_of_our_feed(claimed));
        let Some(claimed) = claimed else {
            effects.push(Effect::Penalise(peer, Blame::Malformed));
            return;
        };
        match self.whose_hand(&claimed, archive) {
            Hand::Ours => self.start.answer(institution, Some(claimed.claimed().seq)),
            Hand::Forged => effects.push(Effect::Penalise(peer, Blame::BadSignature)),
            hand if self.start.is_waiting() => {
                let is_sure = hand == Hand::Signed;
                self.learn_of_more((peer, institution), &claimed, is_sure, now_ms, effects);
            }
            Hand::Signed => self.foreign_hand(effects),
            Hand::Unknown => {}
        }
    }

    /// Somebody holds an entry of ours that we do not: it comes back, unless it contradicts what we hold.
    fn learn_of_more(
        &mut self,
        (peer, institution): (Peer, InstitutionId),
        claimed: &Unverified,
        is_sure: bool,
        now_ms: u64,
        effects: &mut Vec<Effect>,
    ) {
        let header = claimed.claimed();
        if header.seq < self.own_next_seq() {
            if is_sure {
                self.halt(effects);
            }
            return;
        }
        if is_sure {
            self.start.answer(institution, Some(header.seq));
        } else {
            self.start.doubt(institution, header.seq, now_ms);
        }
        let place = Place { epoch: header.epoch, seq: header.seq, entry: claimed.id() };
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.hints(self.me, place);
        }
    }

    /// Stops signing if an entry of our feed was signed by somebody else.
    pub(super) fn watch_own(&mut self, entry: &Unverified, archive: &impl Archive, effects: &mut Vec<Effect>) {
        if self.is_of_our_feed(entry) && self.start.is_ready() && self.whose_hand(entry, archive) == Hand::Signed {
            self.foreign_hand(effects);
        }
    }

    /// Our key signed what we did not write. Before the own-head check has passed that is what it waits for.
    pub(super) fn foreign_hand(&mut self, effects: &mut Vec<Effect>) {
        if self.start.is_ready() {
            self.halt(effects);
        }
    }

    fn is_of_our_feed(&self, claimed: &Unverified) -> bool {
        let header = claimed.claimed();
        header.feed == self.me && header.network == self.papers.network()
    }

    fn whose_hand(&self, claimed: &Unverified, archive: &impl Archive) -> Hand {
        let header = claimed.claimed();
        if archive.id_at(&self.me, header.seq) == Some(claimed.id()) {
            return Hand::Ours;
        }
        let Some(institution) = self.chains.get(&self.me).and_then(Chain::institution) else { return Hand::Unknown };
        let verified = institution.keys().signer_of(header).and_then(|key| Ok(claimed.clone().verify(&key)?));
        match verified {
            Ok(_) => Hand::Signed,
            Err(_) if header.seq < self.own_next_seq() => Hand::Forged,
            Err(KeyRefusal::Signature(_)) if header.key != 0 => Hand::Forged,
            Err(_) => Hand::Unknown,
        }
    }
}
