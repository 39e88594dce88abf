//! The papers of a network: charters and votes, kept as a set. Equal sets give equal rosters, in whatever order they came.

mod shown;

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    CharterId, KeyError, NetworkId, PublicKey, Signature,
    certificate::{Certificate, Charter, Decision, Governor, Vote},
    codec::{Bytes, Malformed},
    message,
};

use crate::roster::Roster;

/// Decisions with a majority behind them that a node keeps; more than any network takes in decades.
const DECISIONS_MAX: usize = 20_000;
/// Decisions without one, for each vote key behind them: one governor cannot fill the others' room.
const OPEN_DECISIONS_MAX: usize = 256;
/// Certified charters that a node keeps.
const CHARTERS_MAX: usize = 1_000;
/// Charters without a majority, for each vote key behind them.
const OPEN_CHARTERS_MAX: usize = 4;
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

/// The votes of governors, verified one by one, and the charters that they name.
///
/// Anybody can sign a decision with a key of nobody, and write a charter. Such papers are not kept: they would fill the
/// disk, and two nodes that keep different ones would send each other everything at every meeting. Where a charter or a
/// vote makes others count, those come again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Papers {
    network: NetworkId,
    charters: BTreeMap<CharterId, (Bytes, Charter)>,
    /// Votes by the bytes of their decision.
    votes: BTreeMap<Vec<u8>, (Decision, Votes)>,
    /// Decisions without a majority.
    open: BTreeSet<Vec<u8>>,
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
        Ok(Self { network, charters, votes: BTreeMap::new(), open: BTreeSet::new(), certified })
    }

    /// The network.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// Takes what there is to take of papers that came together, in whatever order they stand. Returns what was new, and
    /// what was wrong with one of them.
    pub fn take(&mut self, shown: &message::Papers) -> (message::Papers, Result<(), PaperError>) {
        let mut news = message::Papers { charters: Vec::new(), certificates: Vec::new() };
        loop {
            let before = news.charters.len() + news.certificates.len();
            let result = self.take_once(shown, &mut news);
            if news.charters.len() + news.certificates.len() == before {
                return (news, result);
            }
        }
    }

    fn take_once(&mut self, shown: &message::Papers, news: &mut message::Papers) -> Result<(), PaperError> {
        let mut result = Ok(());
        for charter in &shown.charters {
            match self.add_charter(charter) {
                Ok(true) => news.charters.push(charter.clone()),
                Ok(false) => {}
                Err(error) => result = Err(error),
            }
        }
        for certificate in &shown.certificates {
            match self.add_votes(certificate) {
                Ok(votes) if votes.is_empty() => {}
                Ok(votes) => news.certificates.push(Certificate { votes, ..certificate.clone() }),
                Err(error) => result = Err(error),
            }
        }
        result
    }

    /// Adds a charter that was certified, or that a governor voted for. Returns whether it was new.
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
        if self.certified.contains_key(&id) {
            let held = self.charters.keys().filter(|held| self.certified.contains_key(held)).count();
            room_for_one_more(held, CHARTERS_MAX)?;
        } else {
            let voters = self.voters_for(&id);
            let Some(fewest) = voters.iter().map(|key| self.open_charters_of(key)).min() else { return Ok(false) };
            room_for_one_more(fewest, OPEN_CHARTERS_MAX)?;
        }
        self.charters.insert(id, (bytes.clone(), charter));
        self.certify();
        Ok(true)
    }

    /// Adds the votes of governors under a certificate, each of which must verify. Returns whether one of them was new.
    ///
    /// # Errors
    /// [`PaperError`]; nothing is added then.
    pub fn add_certificate(&mut self, certificate: &Certificate) -> Result<bool, PaperError> {
        self.add_votes(certificate).map(|votes| !votes.is_empty())
    }

    /// Adds the votes of governors. Returns the new ones.
    fn add_votes(&mut self, certificate: &Certificate) -> Result<Vec<Vote>, PaperError> {
        let decision = certificate.decision()?;
        let bytes = &certificate.decision.0;
        let mut votes = self.votes.get(bytes).map(|(_, votes)| votes.clone()).unwrap_or_default();
        let mut news = Vec::new();
        let Some(governors) = self.certified.get(&under(&decision)) else { return Ok(news) };
        for vote in certificate.votes.iter().filter(|vote| governors.contains(&vote.key)) {
            if votes.get(&vote.key) == Some(&vote.signature) {
                continue;
            }
            vote.verify(&self.network, bytes)?;
            if votes.insert(vote.key, vote.signature).is_none() {
                news.push(vote.clone());
            }
        }
        if news.is_empty() {
            return Ok(news);
        }
        if !is_majority(&votes, governors) {
            news.retain(|vote| self.open_decisions_of(&vote.key) < OPEN_DECISIONS_MAX);
            if news.is_empty() {
                return Err(PaperError::TooMany { limit: OPEN_DECISIONS_MAX });
            }
            self.open.insert(bytes.clone());
        } else if !self.votes.contains_key(bytes) || self.open.contains(bytes) {
            room_for_one_more(self.votes.len() - self.open.len(), DECISIONS_MAX)?;
            self.open.remove(bytes);
        }
        let is_succession = matches!(decision, Decision::Charter(_));
        let (_, held) = self.votes.entry(bytes.clone()).or_insert((decision, Votes::new()));
        news.iter().for_each(|vote| {
            held.entry(vote.key).or_insert(vote.signature);
        });
        if is_succession {
            self.certify();
        }
        Ok(news)
    }

    fn open_decisions_of(&self, key: &PublicKey) -> usize {
        let votes = self.open.iter().filter_map(|decision| self.votes.get(decision));
        votes.filter(|(_, votes)| votes.contains_key(key)).count()
    }

    /// Governors that want a charter to be the next.
    fn voters_for(&self, charter: &CharterId) -> BTreeSet<PublicKey> {
        let is_for = |decision: &Decision| matches!(decision, Decision::Charter(it) if it.next == *charter);
        let votes = self.votes.values().filter(|(decision, _)| is_for(decision));
        votes.flat_map(|(_, votes)| votes.keys().copied()).collect()
    }

    fn open_charters_of(&self, key: &PublicKey) -> usize {
        let open = self.charters.keys().filter(|id| !self.certified.contains_key(id));
        open.filter(|id| self.voters_for(id).contains(key)).count()
    }

    /// Whether more than half of the governors stand behind a decision.
    fn is_decided(&self, decision: &Decision, votes: &Votes) -> bool {
        self.certified.get(&under(decision)).is_some_and(|governors| is_majority(votes, governors))
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
        let open = self.votes.iter().filter(|(_, (decision, votes))| !self.is_decided(decision, votes));
        self.open = open.map(|(decision, _)| decision.clone()).collect();
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

/// The charter whose governors decide.
const fn under(decision: &Decision) -> CharterId {
    match decision {
        Decision::Charter(succession) => succession.previous,
        Decision::Admission(membership) => membership.charter,
        Decision::Expulsion(expulsion) => expulsion.charter,
        Decision::Continuation(chosen) => chosen.charter,
        Decision::Withdrawal(forced) => forced.charter,
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
