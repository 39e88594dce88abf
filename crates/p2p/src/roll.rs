//! Who may connect: the members that the node named, less those that lost it for a while.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use feed::Peer;
use protocol::InstitutionId;

/// What a peer may be blamed for before it is refused. An honest node earns none; a version of ours with a fault earns a
/// few before somebody sees it in the log.
const BLAMES_MAX: u32 = 20;
/// How long it is refused; also how long a blame is remembered. Long enough to make flooding dear, short enough that a
/// repaired node is back the same morning.
const REFUSED: Duration = Duration::from_secs(3_600);

/// What the gate does with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// It has every protocol.
    Member(InstitutionId),
    /// It may introduce itself.
    Stranger,
    /// It is closed.
    Refused,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    blames: u32,
    since: Instant,
    refused_until: Option<Instant>,
}

impl Standing {
    fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.since) >= REFUSED
    }
}

/// The allow-list, and how its institutions behaved: a new key is no new beginning.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    members: BTreeMap<Peer, InstitutionId>,
    standings: BTreeMap<InstitutionId, Standing>,
}

impl Roll {
    /// Replaces the whole list. What is remembered of institutions stays its time, also of those that are no longer on it.
    pub(crate) fn replace(&mut self, members: BTreeMap<Peer, InstitutionId>, now: Instant) {
        self.standings.retain(|_, standing| !standing.is_over(now));
        self.members = members;
    }

    /// Adds a peer that introduced itself.
    pub(crate) fn admit(&mut self, peer: Peer, institution: InstitutionId) {
        self.members.insert(peer, institution);
    }

    pub(crate) fn pass(&self, peer: &Peer, now: Instant) -> Pass {
        let Some(institution) = self.members.get(peer) else { return Pass::Stranger };
        let refused = self.standings.get(institution).and_then(|standing| standing.refused_until);
        if refused.is_some_and(|until| now < until) { Pass::Refused } else { Pass::Member(*institution) }
    }

    /// The institution of a peer that passes.
    pub(crate) fn member(&self, peer: &Peer, now: Instant) -> Option<InstitutionId> {
        match self.pass(peer, now) {
            Pass::Member(institution) => Some(institution),
            Pass::Stranger | Pass::Refused => None,
        }
    }

    /// What is remembered of an institution: its blames, and whether it is refused. Who is refused begins with none.
    pub(crate) fn standing(&self, institution: &InstitutionId, now: Instant) -> (u32, bool) {
        let standing = self.standings.get(institution).filter(|standing| !standing.is_over(now));
        standing.map_or((0, false), |standing| (standing.blames, standing.refused_until.is_some()))
    }

    /// Counts what a member answers for. Returns whether its institution is refused from now on.
    pub(crate) fn blame(&mut self, peer: &Peer, now: Instant) -> bool {
        let Some(institution) = self.member(peer, now) else { return false };
        let fresh = Standing { blames: 0, since: now, refused_until: None };
        let standing = self.standings.entry(institution).or_insert(fresh);
        if standing.is_over(now) {
            *standing = fresh;
        }
        standing.blames += 1;
        let is_enough = standing.blames >= BLAMES_MAX;
        if is_enough {
            *standing = Standing { blames: 0, since: now, refused_until: Some(now + REFUSED) };
        }
        is_enough
    }
}

#[cfg(test)]
mod tests {
    use protocol::{FeedId, PublicKey};

    use super::*;

    const PEER: Peer = PublicKey([1; 32]);
    const HOUSE: InstitutionId = FeedId([2; 32]);

    fn roll() -> Roll {
        let mut roll = Roll::default();
        roll.replace(BTreeMap::from([(PEER, HOUSE)]), Instant::now());
        roll
    }

    #[test]
    fn who_is_not_on_the_list_is_a_stranger_and_earns_no_standing() {
        let (mut roll, now) = (roll(), Instant::now());
        let other = PublicKey([9; 32]);
        assert_eq!(roll.pass(&other, now), Pass::Stranger);
        assert!((0..100).all(|_| !roll.blame(&other, now)));
        assert!(roll.standings.is_empty());
    }

    #[test]
    fn twenty_blames_within_an_hour_refuse_a_member_for_an_hour() {
        let (mut roll, now) = (roll(), Instant::now());
        assert!((0..19).all(|_| !roll.blame(&PEER, now)));
        assert_eq!(roll.pass(&PEER, now), Pass::Member(HOUSE));
        assert_eq!(roll.standing(&HOUSE, now), (19, false));
        assert!(roll.blame(&PEER, now));
        assert_eq!(roll.standing(&HOUSE, now), (0, true));
        assert_eq!(roll.pass(&PEER, now + Duration::from_secs(3_599)), Pass::Refused);
        assert_eq!(roll.pass(&PEER, now + REFUSED), Pass::Member(HOUSE));
    }

    #[test]
    fn old_blames_are_forgotten() {
        let (mut roll, now) = (roll(), Instant::now());
        assert!((0..19).all(|_| !roll.blame(&PEER, now)));
        assert_eq!(roll.standing(&HOUSE, now + REFUSED), (0, false));
        assert!(!roll.blame(&PEER, now + REFUSED));
    }

    #[test]
    fn a_list_without_a_peer_makes_it_a_stranger() {
        let (mut roll, now) = (roll(), Instant::now());
        roll.replace(BTreeMap::new(), now);
        assert_eq!(roll.pass(&PEER, now), Pass::Stranger);
    }

    #[test]
    fn a_new_key_is_no_new_beginning() {
        let (mut roll, now) = (roll(), Instant::now());
        assert_eq!((0..20).filter(|_| roll.blame(&PEER, now)).count(), 1);
        roll.replace(BTreeMap::new(), now);
        let other = PublicKey([9; 32]);
        roll.replace(BTreeMap::from([(PEER, HOUSE), (other, HOUSE)]), now);
        assert_eq!((roll.pass(&PEER, now), roll.pass(&other, now)), (Pass::Refused, Pass::Refused));
    }
}
