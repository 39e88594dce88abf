//! The roster: who is a member now, computed from the papers.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    CharterId, FeedId, NetworkId, PublicKey,
    certificate::{Charter, Decision, ForcedWithdrawal, Growth, Membership, Succession},
};

use crate::papers::{Papers, votes_of};

/// A member of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its feed.
    pub feed: FeedId,
    /// The highest round that an admission of it names, 0 where the charter seats it: an expulsion of that round or a later one ends
    /// it.
    pub round: u32,
    /// Whether it decides with the others.
    pub is_governor: bool,
    /// The feed it succeeds.
    pub succeeds: Option<FeedId>,
}

/// Who belongs to the network: a function of the papers, the same on every node that holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    network: NetworkId,
    charter: CharterId,
    version: u32,
    growth: Growth,
    governors: BTreeSet<PublicKey>,
    members: BTreeMap<FeedId, Member>,
    expelled: BTreeSet<FeedId>,
    continuations: BTreeMap<(FeedId, u32), protocol::EntryId>,
    withdrawals: Vec<ForcedWithdrawal>,
    is_contested: bool,
    is_founded: bool,
}

impl Roster {
    pub(crate) fn of(papers: &Papers) -> Self {
        let chain = Chain::of(papers);
        let network = papers.network();
        let mut roster = Self {
            network,
            charter: chain.newest,
            version: chain.charter.version,
            growth: chain.charter.growth.clone(),
            governors: votes_of(chain.charter),
            members: BTreeMap::new(),
            expelled: BTreeSet::new(),
            continuations: BTreeMap::new(),
            withdrawals: Vec::new(),
            is_contested: chain.is_contested,
            is_founded: chain.is_founded,
        };
        if chain.is_founded {
            for (id, charter) in &chain.versions {
                roster.open(*id, charter, papers);
            }
        }
        roster
    }

    /// The network.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// The charter version that holds.
    pub const fn charter(&self) -> CharterId {
        self.charter
    }

    /// Its number.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// What the charter lets a feed grow by.
    pub const fn growth(&self) -> &Growth {
        &self.growth
    }

    /// Whether all founders signed the founding charter; before that there are no members.
    pub const fn is_founded(&self) -> bool {
        self.is_founded
    }

    /// Whether two charters claim the next place. Then neither holds, and people must be told.
    pub const fn is_contested(&self) -> bool {
        self.is_contested
    }

    /// How many vote keys a decision needs.
    pub fn votes_needed(&self) -> usize {
        self.governors.len() / 2 + 1
    }

    /// Whether a vote key is a governor's.
    pub fn is_governor(&self, vote: &PublicKey) -> bool {
        self.governors.contains(vote)
    }

    /// A member by its feed.
    pub fn member(&self, feed: &FeedId) -> Option<&Member> {
        self.members.get(feed)
    }

    /// All members, by feed.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Whether an institution was a member and is no longer: it keeps the duty to erase.
    pub fn is_expelled(&self, feed: &FeedId) -> bool {
        self.expelled.contains(feed)
    }

    /// The tip that the governors chose for an epoch of a forked feed.
    pub fn continuation(&self, feed: &FeedId, epoch: u32) -> Option<protocol::EntryId> {
        self.continuations.get(&(*feed, epoch)).copied()
    }

    /// What the governors withdraw for feeds that cannot speak.
    pub fn withdrawals(&self) -> &[ForcedWithdrawal] {
        &self.withdrawals
    }

    /// One version of the charter with what was decided under it. Members start anew with each version; a continuation and
    /// a withdrawal hold for ever, and who was a member and is none keeps the duty to erase.
    fn open(&mut self, id: CharterId, charter: &Charter, papers: &Papers) {
        let before: Vec<FeedId> = std::mem::take(&mut self.members).into_keys().collect();
        self.seat(charter);
        self.follow(id, &votes_of(charter), papers);
        self.expelled.extend(before);
        let members = &self.members;
        self.expelled.retain(|feed| !members.contains_key(feed));
    }

    /// Members with which a charter starts.
    fn seat(&mut self, charter: &Charter) {
        for feed in charter.members() {
            self.members.insert(feed, Member { feed, round: 0, is_governor: false, succeeds: None });
        }
        for feed in charter.governors.iter().map(|governor| governor.feed(&self.network)) {
            self.members.insert(feed, Member { feed, round: 0, is_governor: true, succeeds: None });
        }
    }

    /// Decisions under one version. An expulsion beats the admission with the same round, so order is nothing.
    fn follow(&mut self, version: CharterId, governors: &BTreeSet<PublicKey>, papers: &Papers) {
        let mut expulsions = Vec::new();
        for decision in papers.decided_by(governors) {
            match decision {
                Decision::Admission(admission) if admission.charter == version => self.admit(admission),
                Decision::Expulsion(expulsion) if expulsion.charter == version => expulsions.push(expulsion),
                Decision::Continuation(chosen) if chosen.charter == version => {
                    self.continuations.insert((chosen.feed, chosen.epoch), chosen.tip);
                }
                Decision::Withdrawal(forced) if forced.charter == version => self.withdrawals.push(forced.clone()),
                _ => {}
            }
        }
        expulsions.into_iter().for_each(|expulsion| self.expel(expulsion));
    }

    fn expel(&mut self, expulsion: &Membership) {
        let is_out = self.members.get(&expulsion.feed).is_some_and(|member| member.round <= expulsion.round);
        if is_out {
            self.members.remove(&expulsion.feed);
            self.expelled.insert(expulsion.feed);
        }
    }

    fn admit(&mut self, admission: &Membership) {
        let feed = admission.feed;
        let member = self.members.entry(feed).or_insert(Member { feed, round: 0, is_governor: false, succeeds: None });
        if admission.round >= member.round {
            member.round = admission.round;
            member.succeeds = admission.succeeds.or(member.succeeds);
        }
    }
}

/// The chain of charters, up to the version that holds.
struct Chain<'a> {
    newest: CharterId,
    charter: &'a Charter,
    /// All that hold, oldest first, the newest included.
    versions: Vec<(CharterId, &'a Charter)>,
    is_contested: bool,
    is_founded: bool,
}

impl<'a> Chain<'a> {
    /// The longest chain of certified charters holds; where two are equally long, it ends at the last version they share.
    fn of(papers: &'a Papers) -> Self {
        let founding = papers.charters().find(|(_, charter)| charter.version == 0);
        let (newest, charter) = founding.expect("papers start with the founding charter and never lose one");
        let decision = Decision::Charter(Succession { previous: *newest, next: *newest });
        let mut chain = Self {
            newest: *newest,
            charter,
            versions: vec![(*newest, charter)],
            is_contested: false,
            is_founded: papers.is_unanimous(&decision, &votes_of(charter)),
        };
        while chain.is_founded && chain.step(papers) {}
        chain
    }

    /// Goes on to the next version, if there is exactly one that leads furthest.
    fn step(&mut self, papers: &'a Papers) -> bool {
        let mut next: Vec<_> = successors(papers, &self.newest, self.charter)
            .map(|(id, charter)| (reach(papers, id, charter, 0), *id, charter))
            .collect();
        next.sort_by_key(|(reach, id, _)| (std::cmp::Reverse(*reach), *id));
        match next.as_slice() {
            [] => false,
            [(longest, ..), (second, ..), ..] if longest == second => {
                self.is_contested = true;
                false
            }
            [(_, id, charter), ..] => {
                (self.newest, self.charter) = (*id, charter);
                self.versions.push((*id, charter));
                true
            }
        }
    }
}

/// Charters that the governors of one version certified as the next.
fn successors<'a>(
    papers: &'a Papers,
    id: &CharterId,
    charter: &Charter,
) -> impl Iterator<Item = (&'a CharterId, &'a Charter)> {
    let governors = votes_of(charter);
    let certified: BTreeSet<CharterId> = papers
        .decided_by(&governors)
        .filter_map(|decision| match decision {
            Decision::Charter(succession) if succession.previous == *id => Some(succession.next),
            _ => None,
        })
        .collect();
    let (id, version) = (*id, charter.version);
    papers.charters().filter(move |(next_id, next)| {
        certified.contains(next_id) && next.previous == Some(id) && Some(next.version) == version.checked_add(1)
    })
}

/// How many versions follow one charter. The number of charters bounds the depth.
fn reach(papers: &Papers, id: &CharterId, charter: &Charter, depth: usize) -> usize {
    if depth > 1_000 {
        return 0;
    }
    successors(papers, id, charter).map(|(id, next)| 1 + reach(papers, id, next, depth + 1)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
