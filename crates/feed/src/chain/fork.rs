//! Forks: two signed entries at one place. The feed stands still before them, unless a root entry has sealed its branch.

use protocol::{Class, Header, Kind, claim::ForkProof};

use super::{Answer, Chain};
use crate::archive::{Archive, Arrival};

/// Where and why a feed stands still. Everything before `at` holds; what stands from there on is contested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The first contested place.
    pub at: u64,
    /// Two entries at that place; absent if the author signed badly below a good signature.
    pub proof: Option<ForkProof>,
}

/// What a proof comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accusation {
    /// The feed contradicts itself at this place, and that is news.
    True(u64),
    /// The feed stands still there or before already, or a root entry sealed the branch it stands on.
    Known,
    /// It cannot be judged: the feed is not known up to there.
    Unproven,
    /// No contradiction, or not the feed's author's: whoever shows it is to blame.
    False,
}

impl Chain {
    /// Freezes the feed on evidence that somebody brought. Returns whether that is news.
    pub fn accuse(&mut self, proof: &ForkProof, archive: &impl Archive) -> bool {
        let Accusation::True(at) = self.weigh(proof, archive) else { return false };
        self.freeze = Some(Freeze { at, proof: Some(proof.clone()) });
        true
    }

    /// Judges evidence; nothing changes.
    pub(crate) fn weigh(&self, proof: &ForkProof, archive: &impl Archive) -> Accusation {
        let Ok(fork) = proof.open() else { return Accusation::False };
        let (one, other) = (fork.one.claimed(), fork.other.claimed());
        if one.feed != self.feed || one.network != self.network {
            return Accusation::False;
        }
        let is_known = self.freeze.as_ref().is_some_and(|freeze| freeze.at <= one.seq);
        if is_known || self.is_sealed_against(one, other) {
            return Accusation::Known;
        }
        let Some(institution) = &self.institution else { return Accusation::Unproven };
        if one.prev != other.prev || !self.knows_keys_at(one.seq) {
            return Accusation::Unproven;
        }
        let verified = institution.verify_at(&fork.one).and_then(|_| institution.verify_at(&fork.other).map(|_| ()));
        match verified {
            Ok(()) => Accusation::True(one.seq),
            Err(_) if is_root(one) || is_root(other) => Accusation::Unproven,
            // On another branch other keys may sign.
            Err(_) if !self.follows_ours(one, archive) => Accusation::Unproven,
            Err(_) => Accusation::False,
        }
    }

    /// Whether the feed stands still at its head, and a root entry on the branch that is held would end that.
    pub(crate) fn may_be_sealed(&self) -> bool {
        let is_proven = self.freeze.as_ref().is_some_and(|freeze| freeze.proof.is_some());
        let is_left = self.last.as_ref().is_none_or(|last| self.next_seq() <= last.seq);
        is_proven && self.is_contested(self.next_seq()) && is_left && !self.has_ended()
    }

    /// Whether the feed has ended and stands before all that is contested: it can still withdraw what it said.
    pub(crate) fn may_withdraw(&self) -> bool {
        self.has_ended() && self.takes(self.next_seq())
    }

    /// An entry behind the end, or at a place that is contested. Behind the end things are still withdrawn; at a contested place
    /// only a root entry is taken singly, and what stands before it comes in ranges.
    pub(super) fn seal(&mut self, arrival: Arrival) -> Answer {
        let header = arrival.entry.claimed();
        let is_seal = self.may_be_sealed() && is_root(header);
        let is_last_will = self.may_withdraw() && header.kind == Kind::Withdrawal;
        if !(is_seal || is_last_will) || header.seq != self.next_seq() {
            return Answer::Closed;
        }
        match self.extend(arrival) {
            accepted @ Answer::Accepted { .. } => accepted,
            _ => Answer::Closed,
        }
    }

    /// Goes on if a root entry has sealed the branch that is held. It is the same whether the evidence came before the root
    /// entry or after it.
    pub(super) fn lift(&mut self) {
        let proof = self.freeze.as_ref().and_then(|freeze| freeze.proof.as_ref()?.open().ok());
        if proof.is_some_and(|fork| self.is_sealed_against(fork.one.claimed(), fork.other.claimed())) {
            self.freeze = None;
        }
    }

    /// Whether a later root entry stands on our branch and none is known to stand on the other: a key that was retired by it
    /// cannot contest what is older.
    fn is_sealed_against(&self, one: &Header, other: &Header) -> bool {
        let has_seal = self.roots.last().is_some_and(|root| *root > 0 && *root >= one.seq);
        let ours_is_root = self.roots.binary_search(&one.seq).is_ok();
        let roots = [one, other].into_iter().filter(|header| is_root(header)).count();
        has_seal && roots == usize::from(ours_is_root)
    }
}

fn is_root(header: &Header) -> bool {
    header.kind.class() == Class::Root
}
