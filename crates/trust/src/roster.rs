//! The roster: who is a member now, computed from the papers.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    CharterId, FeedId, NetworkId, PublicKey,
    certificate::{Charter, Decision, Expulsion, ForcedWithdrawal, Growth, Membership, Succession},
    message,
    payload::control::Place,
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
    lasts: BTreeMap<FeedId, Place>,
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
            lasts: BTreeMap::new(),
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

    /// The last entry of a feed that counts, where an expulsion names one. What an institution said as a member goes on
    /// travelling up to there, so that all nodes come to hold the same of it; what stands behind counts nowhere.
    pub fn last_of(&self, feed: &FeedId) -> Option<&Place> {
        self.lasts.get(feed)
    }

    /// Whether the nodes of the network exchange a feed: that of a member, or what an expulsion left of another.
    pub fn is_exchanged(&self, feed: &FeedId) -> bool {
        self.members.contains_key(feed) || self.lasts.contains_key(feed)
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
        let mut expulsions: BTreeMap<FeedId, Vec<&Expulsion>> = BTreeMap::new();
        let mut admitted = BTreeSet::new();
        for decision in papers.decided_by(governors) {
            match decision {
                Decision::Admission(admission) if admission.charter == version => {
                    self.admit(admission);
                    admitted.insert(admission.feed);
                }
                Decision::Expulsion(expulsion) if expulsion.charter == version => {
                    expulsions.entry(expulsion.feed).or_default().push(expulsion);
                }
                Decision::Continuation(chosen) if chosen.charter == version => {
                    self.continuations.insert((chosen.feed, chosen.epoch), chosen.tip);
                }
                Decision::Withdrawal(forced) if forced.charter == version => self.withdrawals.push(forced.clone()),
                _ => {}
            }
        }
        expulsions.iter().for_each(|(feed, expulsions)| self.expel(*feed, expulsions));
        // Who was admitted again speaks again, also behind what was the last place. A charter that seats it says nothing of that.
        let members = &self.members;
        self.lasts.retain(|feed, _| !(admitted.contains(feed) && members.contains_key(feed)));
    }

    /// Of several expulsions the one of the highest round says where the feed ends; of those the one that leaves least.
    fn expel(&mut self, feed: FeedId, expulsions: &[&Expulsion]) {
        let Some(round) = expulsions.iter().map(|expulsion| expulsion.round).max() else { return };
        if self.members.get(&feed).is_none_or(|member| member.round > round) {
            return;
        }
        self.members.remove(&feed);
        self.expelled.insert(feed);
        let lasts = expulsions.iter().filter(|expulsion| expulsion.round == round).filter_map(|it| it.last.as_ref());
        if let Some(last) = lasts.min_by_key(|last| (last.seq, last.entry)) {
            self.lasts.insert(feed, last.clone());
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

/// The feeds of which something may count, or count no longer, because of papers: those of whom they admit or expel.
pub fn recounted_by(papers: &message::Papers) -> BTreeSet<FeedId> {
    let decisions = papers.certificates.iter().filter_map(|certificate| certificate.decision().ok());
    let feeds = decisions.filter_map(|decision| match decision {
        Decision::Admission(admission) => Some(admission.feed),
        Decision::Expulsion(expulsion) => Some(expulsion.feed),
        _ => None,
    });
    feeds.collect()
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
