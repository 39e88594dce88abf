//! Whom to call, where, and when again.
//!
//! Only addresses that the node gives are dialled, and of these only such as this program can reach.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use feed::Peer;
use libp2p::{Multiaddr, multiaddr::Protocol};
use protocol::limits;

use crate::{
    address::Transport,
    peer::{peer_of, short},
};

/// The first wait, and the longest.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
const BACKOFF_LONGEST: Duration = Duration::from_secs(60);
/// A session that lasted this long was no failure.
const PROVEN: Duration = Duration::from_secs(10);
/// Attempts after which being admitted no longer means being dialled at once: the other side lets us in and does not know us.
const ADMISSIONS_TRUSTED: u32 = 3;

#[derive(Debug)]
struct Wanted {
    addresses: Vec<Multiaddr>,
    attempts: u32,
    next: Instant,
    is_under_way: bool,
}

/// Peers that are to be connected.
#[derive(Debug)]
pub(crate) struct Dials {
    wanted: BTreeMap<Peer, Wanted>,
    seed: u64,
}

impl Dials {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { wanted: BTreeMap::new(), seed }
    }

    /// Wants a peer at these addresses and no others. The same ones again change nothing.
    pub(crate) fn want(&mut self, peer: Peer, addresses: &[String], now: Instant) {
        let addresses: Vec<_> =
            addresses.iter().take(limits::ADDRESSES_MAX).filter_map(|text| parse(&peer, text)).collect();
        match self.wanted.get_mut(&peer) {
            Some(wanted) if wanted.addresses == addresses => {}
            Some(wanted) => {
                wanted.addresses = addresses;
                wanted.attempts = 0;
                wanted.next = now;
            }
            None => {
                self.wanted.insert(peer, Wanted { addresses, attempts: 0, next: now, is_under_way: false });
            }
        }
    }

    pub(crate) fn forget(&mut self, peer: &Peer) {
        self.wanted.remove(peer);
    }

    pub(crate) fn is_wanted(&self, peer: &Peer) -> bool {
        self.wanted.contains_key(peer)
    }

    /// Peers whose time has come, each said once until [`Dials::failed`], [`Dials::reached`] or [`Dials::restart`].
    pub(crate) fn due(&mut self, now: Instant, is_connected: impl Fn(&Peer) -> bool) -> Vec<(Peer, Vec<Multiaddr>)> {
        let mut due = Vec::new();
        for (peer, wanted) in &mut self.wanted {
            if !wanted.is_under_way && wanted.next <= now && !is_connected(peer) {
                wanted.is_under_way = true;
                due.push((*peer, wanted.addresses.clone()));
            }
        }
        due
    }

    /// A connection stands; whether it is worth anything shows later.
    pub(crate) fn reached(&mut self, peer: &Peer) {
        if let Some(wanted) = self.wanted.get_mut(peer) {
            wanted.is_under_way = false;
        }
    }

    /// It was not reached, or a connection came to nothing.
    pub(crate) fn failed(&mut self, peer: &Peer, now: Instant) {
        let seed = self.seed;
        if let Some(wanted) = self.wanted.get_mut(peer) {
            wanted.is_under_way = false;
            wanted.next = now + backoff(seed, peer, wanted.attempts);
            wanted.attempts = wanted.attempts.saturating_add(1);
        }
    }

    /// A session ended.
    pub(crate) fn lost(&mut self, peer: &Peer, now: Instant, lasted: Duration) {
        if let Some(wanted) = self.wanted.get_mut(peer)
            && lasted >= PROVEN
        {
            wanted.attempts = 0;
        }
        self.failed(peer, now);
    }

    /// It let us in and wants to be called again.
    pub(crate) fn admitted(&mut self, peer: &Peer, now: Instant) {
        self.failed(peer, now);
        if let Some(wanted) = self.wanted.get_mut(peer)
            && wanted.attempts <= ADMISSIONS_TRUSTED
        {
            wanted.next = now;
        }
    }

    /// Nothing is under way any more.
    pub(crate) fn restart(&mut self) {
        self.wanted.values_mut().for_each(|wanted| wanted.is_under_way = false);
    }
}

/// Doubles from one second to a minute, a quarter less or more by the seed.
fn backoff(seed: u64, peer: &Peer, attempts: u32) -> Duration {
    let doubled = BACKOFF_FIRST.saturating_mul(1 << attempts.min(6)).min(BACKOFF_LONGEST);
    let mut state = seed ^ u64::from(attempts);
    for byte in peer.as_bytes() {
        state = mix(state ^ u64::from(*byte));
    }
    let per_mille = 750 + u32::try_from(state % 501).unwrap_or_default();
    doubled * per_mille / 1_000
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
const fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// An address without the key that may stand at its end; none if it cannot be read, names another key, or is reached in a way that
/// this program does not know: its node may have others.
fn parse(peer: &Peer, text: &str) -> Option<Multiaddr> {
    let mut address: Option<Multiaddr> = text.parse().ok();
    if let Some(parsed) = &mut address
        && let Some(Protocol::P2p(named)) = parsed.iter().last()
    {
        parsed.pop();
        if peer_of(&named) != Some(*peer) {
            address = None;
        }
    }
    if address.is_none() {
        // Others wrote it, as often as they like.
        tracing::debug!(peer = short(peer), address = text, "an address cannot be dialled");
    }
    address.filter(|address| Transport::of(address).is_some_and(Transport::is_built))
}

#[cfg(test)]
mod tests {
    use protocol::SecretKey;

    use super::*;
    use crate::peer::peer_id_of;

    fn peer() -> Peer {
        SecretKey::from_seed(&[5; 32]).public()
    }

    #[test]
    fn waits_grow_from_a_second_to_a_minute_and_no_further() {
        let waits: Vec<_> = (0..40).map(|attempts| backoff(1, &peer(), attempts).as_millis()).collect();
        assert!((750..=1_250).contains(&waits[0]));
        assert!((6_000..=10_000).contains(&waits[3]));
        assert!(waits[6..].iter().all(|wait| (45_000..=75_000).contains(wait)));
    }

    #[test]
    fn nodes_that_fell_together_do_not_call_together() {
        let waits: std::collections::BTreeSet<_> = (0..50).map(|seed| backoff(seed, &peer(), 0)).collect();
        assert!(waits.len() > 40);
    }

    #[test]
    fn a_peer_is_due_once_and_again_after_its_wait() {
        let (mut dials, now) = (Dials::new(0), Instant::now());
        dials.want(peer(), &["/ip4/127.0.0.1/tcp/1".to_owned()], now);
        assert_eq!(dials.due(now, |_| false).len(), 1);
        assert!(dials.due(now, |_| false).is_empty());
        dials.failed(&peer(), now);
        assert!(dials.due(now, |_| false).is_empty());
        assert_eq!(dials.due(now + Duration::from_millis(1_250), |_| false).len(), 1);
        dials.forget(&peer());
        dials.failed(&peer(), now);
        assert!(dials.due(now + BACKOFF_LONGEST * 2, |_| false).is_empty());
    }

    #[test]
    fn being_admitted_again_and_again_is_not_believed() {
        let (mut dials, now) = (Dials::new(0), Instant::now());
        dials.want(peer(), &["/ip4/127.0.0.1/tcp/1".to_owned()], now);
        assert_eq!(dials.due(now, |_| false).len(), 1);
        let mut at_once = 0;
        for _ in 0..10 {
            dials.admitted(&peer(), now);
            at_once += dials.due(now, |_| false).len();
        }
        assert_eq!(at_once, usize::try_from(ADMISSIONS_TRUSTED).unwrap());
    }

    #[test]
    fn an_address_of_another_key_is_not_dialled() {
        let own = peer_id_of(&peer()).unwrap();
        let other = peer_id_of(&SecretKey::from_seed(&[6; 32]).public()).unwrap();
        let plain: Multiaddr = "/ip4/10.0.0.1/tcp/7400".parse().unwrap();
        assert_eq!(parse(&peer(), &format!("{plain}/p2p/{own}")), Some(plain.clone()));
        assert_eq!(parse(&peer(), &format!("{plain}/p2p/{other}")), None);
        assert_eq!(parse(&peer(), "10.0.0.1:7400"), None);
    }

    #[test]
    fn of_the_addresses_of_a_peer_those_are_left_out_that_this_program_cannot_reach() {
        let (mut dials, now) = (Dials::new(0), Instant::now());
        let texts = ["/ip4/10.0.0.1/udp/7400/quic-v1", "/ip4/10.0.0.1/tcp/7400/ws", "/ip4/10.0.0.1/tcp/7400"];
        dials.want(peer(), &texts.map(str::to_owned), now);
        let [(_, addresses)] = &dials.due(now, |_| false)[..] else { panic!("one peer is due") };
        let left: Vec<_> = addresses.iter().map(ToString::to_string).collect();
        assert_eq!(left, if Transport::Quic.is_built() { vec![texts[0], texts[2]] } else { vec![texts[2]] });
    }
}
