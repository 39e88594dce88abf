//! The papers of a network: charters and votes, kept as a set. Equal sets give equal rosters, in whatever order they came.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    CharterId, FeedId, KeyError, NetworkId, PublicKey, Signature,
    certificate::{Certificate, Charter, Decision, Governor, Vote},
    codec::{Bytes, Malformed},
    hash, limits, message,
};

use crate::roster::Roster;

/// Decisions with a majority behind them that a node keeps; more than any network takes in decades.
const DECISIONS_MAX: usize = 20_000;
/// Decisions without one: whoever signs with keys of nobody, or one governor alone, fills no more than this.
const OPEN_DECISIONS_MAX: usize = 1_024;
/// Votes of unknown keys under one decision; their charter may still come.
const UNKNOWN_VOTES_MAX: usize = 64;
/// Certified charters that a node keeps.
const CHARTERS_MAX: usize = 1_000;
/// Charters that nobody certified yet: they bear no signature, so anybody can write them.
const OPEN_CHARTERS_MAX: usize = 64;

/// A paper that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Not a charter, not a certificate.
    #[error("paper is malformed")]
    Malformed(#[from] Malformed),
    /// A vote that its key did not give.
    #[error("a vote under the decision does not verify")]
    Vote(#[from] KeyError),
    /// The charter is of another network.
    #[error("founding charter is of network {found}; this node is in {expected}")]
    OtherNetwork {
        /// Its network.
        found: NetworkId,
        /// Ours.
        expected: NetworkId,
    },
    /// There is no room for more.
    #[error("more than {limit} papers")]
    TooMany {
        /// The limit.
        limit: usize,
    },
}

type Votes = BTreeMap<PublicKey, Signature>;

/// All charters and votes that were seen, verified one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Papers {
    network: NetworkId,
    charters: BTreeMap<CharterId, (Bytes, Charter)>,
    /// Votes by the bytes of their decision.
    votes: BTreeMap<Vec<u8>, (Decision, Votes)>,
    /// The founding charter and all that were certified from it on, held or still to come, with their vote keys.
    certified: BTreeMap<CharterId, BTreeSet<PublicKey>>,
}

impl Papers {
    /// The papers of a network, from its founding charter.
    ///
    /// # Errors
    /// [`PaperError::Malformed`].
    pub fn found(founding: &Bytes) -> Result<Self, PaperError> {
        let charter = Charter::decode(&founding.0)?;
        if charter.version != 0 {
            return Err(Malformed::Form { at: 0, what: "a founding charter has version 0" }.into());
        }
        let network = NetworkId::of_charter(&founding.0);
        let id = CharterId::of(&founding.0);
        let certified = BTreeMap::from([(id, votes_of(&charter))]);
        let charters = BTreeMap::from([(id, (founding.clone(), charter))]);
        Ok(Self { network, charters, votes: BTreeMap::new(), certified })
    }

    /// The network.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// Adds a charter. Returns whether it was new.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn add_charter(&mut self, bytes: &Bytes) -> Result<bool, PaperError> {
        let charter = Charter::decode(&bytes.0)?;
        let found = NetworkId::of_charter(&bytes.0);
        if charter.version == 0 && found != self.network {
            return Err(PaperError::OtherNetwork { found, expected: self.network });
        }
        let id = CharterId::of(&bytes.0);
        if self.charters.contains_key(&id) {
            return Ok(false);
        }
        let is_certified = self.certified.contains_key(&id);
        let same = self.charters.keys().filter(|held| self.certified.contains_key(held) == is_certified).count();
        room_for_one_more(same, if is_certified { CHARTERS_MAX } else { OPEN_CHARTERS_MAX })?;
        self.charters.insert(id, (bytes.clone(), charter));
        self.certify();
        Ok(true)
    }

    /// Adds the votes of a certificate, each of which must verify. Returns whether one of them was new.
    ///
    /// # Errors
    /// [`PaperError`]; nothing is added then.
    pub fn add_certificate(&mut self, certificate: &Certificate) -> Result<bool, PaperError> {
        let decision = certificate.decision()?;
        let bytes = &certificate.decision.0;
        let held = self.votes.get(bytes).map(|(_, votes)| votes);
        let is_held = |vote: &&Vote| held.is_some_and(|held| held.get(&vote.key) == Some(&vote.signature));
        let mut votes = held.cloned().unwrap_or_default();
        let before = votes.len();
        for vote in certificate.votes.iter().filter(|vote| !is_held(vote)) {
            vote.verify(&self.network, bytes)?;
            votes.entry(vote.key).or_insert(vote.signature);
        }
        if votes.len() == before {
            return Ok(false);
        }
        self.has_room(held.is_some(), &votes)?;
        let is_succession = matches!(decision, Decision::Charter(_));
        self.votes.insert(bytes.clone(), (decision, votes));
        if is_succession {
            self.certify();
        }
        Ok(true)
    }

    /// Whether a decision with these votes may be kept. What governors decided is never kept out by what they did not.
    fn has_room(&self, is_held: bool, votes: &Votes) -> Result<(), PaperError> {
        let is_governor = |key: &&PublicKey| self.certified.values().any(|governors| governors.contains(key));
        let unknown = votes.len() - votes.keys().filter(is_governor).count();
        room_for_one_more(unknown.saturating_sub(1), UNKNOWN_VOTES_MAX)?;
        if is_held {
            return Ok(());
        }
        if self.is_decided(votes) {
            return room_for_one_more(self.votes.len(), DECISIONS_MAX);
        }
        let open = self.votes.values().filter(|(_, votes)| !self.is_decided(votes)).count();
        room_for_one_more(open, OPEN_DECISIONS_MAX)
    }

    /// Whether the governors of any certified charter stand behind a decision.
    fn is_decided(&self, votes: &Votes) -> bool {
        self.certified.values().any(|governors| is_majority(votes, governors))
    }

    /// Finds the charters that were certified from the founding one on.
    fn certify(&mut self) {
        let mut certified = BTreeMap::new();
        let mut open: Vec<CharterId> = self.charters().filter(|(_, it)| it.version == 0).map(|(id, _)| *id).collect();
        while let Some(id) = open.pop() {
            let governors = self.charters.get(&id).map(|(_, charter)| votes_of(charter)).unwrap_or_default();
            let next = self.decided_by(&governors).filter_map(|decision| match decision {
                Decision::Charter(succession) if succession.previous == id => Some(succession.next),
                _ => None,
            });
            open.extend(next.filter(|next| *next != id && !certified.contains_key(next)));
            certified.insert(id, governors);
        }
        self.certified = certified;
    }

    /// Everything, as it travels: charters by version, then certificates.
    pub fn to_message(&self) -> message::Papers {
        let mut charters: Vec<_> = self.charters.values().collect();
        charters.sort_by_key(|(bytes, charter)| (charter.version, CharterId::of(&bytes.0)));
        message::Papers {
            charters: charters.into_iter().map(|(bytes, _)| bytes.clone()).collect(),
            certificates: self.certificates().collect(),
        }
    }

    /// Every decision with the votes held for it, in as many certificates as they need.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate> {
        self.votes.iter().flat_map(|(decision, (_, votes))| {
            let votes: Vec<_> =
                votes.iter().map(|(key, signature)| Vote { key: *key, signature: *signature }).collect();
            let of = |votes: &[Vote]| Certificate { decision: Bytes(decision.clone()), votes: votes.to_vec() };
            votes.chunks(limits::GOVERNORS_MAX).map(of).collect::<Vec<_>>()
        })
    }

    /// What shows that an institution is a member: the charters, their succession, and the decisions about that institution.
    pub fn about(&self, feed: &FeedId) -> message::Papers {
        let is_about = |certificate: &Certificate| match certificate.decision() {
            Ok(Decision::Charter(_)) => true,
            Ok(Decision::Admission(membership) | Decision::Expulsion(membership)) => membership.feed == *feed,
            _ => false,
        };
        let all = self.to_message();
        message::Papers {
            charters: all.charters,
            certificates: all.certificates.into_iter().filter(is_about).collect(),
        }
    }

    /// A digest over the set: equal where nothing has to be sent.
    pub fn digest(&self) -> [u8; 32] {
        let charters = self.charters.keys().map(|id| id.0);
        let votes = self.votes.iter().flat_map(|(decision, (_, votes))| {
            votes.keys().map(move |key| hash("vote held", &[decision, key.as_bytes()]))
        });
        let all: Vec<u8> = charters.chain(votes).flatten().collect();
        hash("papers", &[&all])
    }

    /// Who is a member now.
    pub fn roster(&self) -> Roster {
        Roster::of(self)
    }

    /// A charter and its bytes.
    pub fn charter(&self, id: &CharterId) -> Option<&(Bytes, Charter)> {
        self.charters.get(id)
    }

    pub(crate) fn charters(&self) -> impl Iterator<Item = (&CharterId, &Charter)> {
        self.charters.iter().map(|(id, (_, charter))| (id, charter))
    }

    /// Decisions with more than half of these vote keys behind them.
    pub(crate) fn decided_by<'a>(&'a self, governors: &'a BTreeSet<PublicKey>) -> impl Iterator<Item = &'a Decision> {
        self.votes.values().filter(|(_, votes)| is_majority(votes, governors)).map(|(decision, _)| decision)
    }

    /// Whether every one of these vote keys stands behind a decision.
    pub(crate) fn is_unanimous(&self, decision: &Decision, governors: &BTreeSet<PublicKey>) -> bool {
        let votes = self.votes.get(&decision.encode());
        votes.is_some_and(|(_, votes)| governors.iter().all(|key| votes.contains_key(key)))
    }
}

/// The vote keys of a charter.
pub(crate) fn votes_of(charter: &Charter) -> BTreeSet<PublicKey> {
    charter.governors.iter().map(Governor::vote).collect()
}

fn is_majority(votes: &Votes, governors: &BTreeSet<PublicKey>) -> bool {
    let for_it = votes.keys().filter(|key| governors.contains(key)).count();
    2 * for_it > governors.len()
}

const fn room_for_one_more(held: usize, limit: usize) -> Result<(), PaperError> {
    if held < limit { Ok(()) } else { Err(PaperError::TooMany { limit }) }
}

#[cfg(test)]
mod tests;
