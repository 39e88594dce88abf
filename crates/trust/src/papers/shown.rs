//! Papers as they travel: all of them, what shows a member to strangers, and the digest that says whether any are missing.

use protocol::{
    CharterId, FeedId,
    certificate::{Certificate, Decision, Vote},
    codec::{Bytes, encode},
    hash, limits, message,
};

use super::{Papers, Votes};

/// What an institution shows of papers where it is a stranger; the rest of an introduction is for its entries.
const ABOUT_BYTES_MAX: usize = limits::INTRODUCTION_BYTES_MAX / 2;

impl Papers {
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
        self.votes.iter().flat_map(|(decision, (_, votes))| certificates_of(decision, votes))
    }

    /// What shows that an institution is a member: the decisions about it, then charters with their successions, newest
    /// first, as far as there is room. Nobody in the network lacks the founding one.
    pub fn about(&self, feed: &FeedId) -> message::Papers {
        let memberships = self.decided(|decision| match decision {
            Decision::Admission(membership) => membership.feed == *feed,
            Decision::Expulsion(expulsion) => expulsion.feed == *feed,
            _ => false,
        });
        let mut shown = message::Papers { charters: Vec::new(), certificates: memberships };
        let mut bytes: usize = shown.certificates.iter().map(|certificate| encode(certificate).len()).sum();
        let mut later: Vec<_> = self.charters.iter().filter(|(_, (_, charter))| charter.version > 0).collect();
        later.retain(|(id, _)| self.certified.contains_key(id));
        later.sort_by_key(|(id, (_, charter))| (std::cmp::Reverse(charter.version), **id));
        for (id, (charter, _)) in later {
            let succession = self.decided(|decision| matches!(decision, Decision::Charter(it) if it.next == *id));
            bytes += charter.0.len() + succession.iter().map(|certificate| encode(certificate).len()).sum::<usize>();
            if bytes > ABOUT_BYTES_MAX {
                break;
            }
            shown.charters.push(charter.clone());
            shown.certificates.extend(succession);
        }
        shown
    }

    /// Decisions of one sort that have a majority.
    fn decided(&self, is_wanted: impl Fn(&Decision) -> bool) -> Vec<Certificate> {
        let wanted =
            self.votes.iter().filter(|(bytes, (decision, _))| is_wanted(decision) && !self.open.contains(*bytes));
        wanted.flat_map(|(decision, (_, votes))| certificates_of(decision, votes)).collect()
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
}

/// A decision with its votes, in as many certificates as they need.
fn certificates_of(decision: &[u8], votes: &Votes) -> Vec<Certificate> {
    let votes: Vec<_> = votes.iter().map(|(key, signature)| Vote { key: *key, signature: *signature }).collect();
    let of = |votes: &[Vote]| Certificate { decision: Bytes(decision.to_vec()), votes: votes.to_vec() };
    votes.chunks(limits::GOVERNORS_MAX).map(of).collect()
}
