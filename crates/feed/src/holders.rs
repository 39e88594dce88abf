//! Whose a transport key is.
//!
//! An institution names the keys of its nodes in its feed, and nothing stops it from naming another's: to be taken for that
//! house, or to have its node turned away together with its own.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{InstitutionId, NetworkId, certificate::NodeOf};

use crate::effect::Peer;

/// The holder of each key that institutions name.
///
/// A key that only one of them names is its own, and one that several name is whose it proves. Without that it stays with whose
/// it was `before`, because nobody else named it then or because a node that had the key showed whose it is; else it is
/// nobody's until its node shows that.
pub fn holders(
    network: &NetworkId,
    named: &[NodeOf],
    before: &BTreeMap<Peer, InstitutionId>,
) -> BTreeMap<Peer, InstitutionId> {
    let mut claims: BTreeMap<Peer, Vec<&NodeOf>> = BTreeMap::new();
    for node in named {
        claims.entry(node.node.transport).or_default().push(node);
    }
    let of = |nodes: &[&NodeOf]| nodes.iter().map(|node| node.feed).collect::<BTreeSet<_>>();
    let holder = |peer: &Peer, nodes: &[&NodeOf]| {
        let by = of(nodes);
        if by.len() == 1 {
            return by.first().copied();
        }
        let proven: Vec<&NodeOf> =
            nodes.iter().filter(|named| named.node.is_proven(network, &named.feed)).copied().collect();
        let proven = of(&proven);
        if proven.len() == 1 {
            return proven.first().copied();
        }
        before.get(peer).copied().filter(|known| by.contains(known))
    };
    claims.iter().filter_map(|(peer, nodes)| Some((*peer, holder(peer, nodes)?))).collect()
}

#[cfg(test)]
mod tests {
    use protocol::{FeedId, PublicKey, SecretKey, payload::control::NodeKey};

    use super::*;

    const NETWORK: NetworkId = NetworkId([9; 32]);
    const KEY: Peer = PublicKey([1; 32]);
    const OTHER: Peer = PublicKey([2; 32]);

    fn house(number: u8) -> InstitutionId {
        FeedId([number; 32])
    }

    fn whose(named: &[(Peer, u8)], before: &[(Peer, u8)]) -> Vec<(Peer, u8)> {
        let node = |transport| NodeKey { transport, addresses: Vec::new(), proof: None };
        let named: Vec<_> =
            named.iter().map(|(peer, number)| NodeOf { feed: house(*number), node: node(*peer) }).collect();
        told(&named, before)
    }

    fn told(named: &[NodeOf], before: &[(Peer, u8)]) -> Vec<(Peer, u8)> {
        let before = before.iter().map(|(peer, number)| (*peer, house(*number))).collect();
        let holders = holders(&NETWORK, named, &before);
        holders.into_iter().map(|(peer, institution)| (peer, institution.0[0])).collect()
    }

    #[test]
    fn a_key_that_says_whose_it_is_is_nobody_elses() {
        let key = SecretKey::from_seed(&[3; 32]);
        let proven = |of: u8, network: &NetworkId| NodeOf {
            feed: house(of),
            node: NodeKey::prove(&key, Vec::new(), network, &house(of)),
        };
        let own = proven(5, &NETWORK);
        for thief in [1, 9] {
            let copied = NodeOf { feed: house(thief), ..own.clone() };
            let bare = NodeOf { node: NodeKey { proof: None, ..own.node.clone() }, ..copied.clone() };
            for stolen in [copied, bare, proven(thief, &NetworkId([8; 32]))] {
                for before in [&[][..], &[(key.public(), 5)], &[(key.public(), thief)]] {
                    assert_eq!(told(&[own.clone(), stolen.clone()], before), [(key.public(), 5)]);
                }
            }
        }
        let shared = [own, proven(6, &NETWORK)];
        assert_eq!(told(&shared, &[]), [], "two that share a key keep neither from being known first");
        assert_eq!(told(&shared, &[(key.public(), 6)]), [(key.public(), 6)]);
    }

    #[test]
    fn a_key_that_one_institution_names_is_its_own() {
        assert_eq!(whose(&[(KEY, 5), (OTHER, 5)], &[]), [(KEY, 5), (OTHER, 5)]);
        assert_eq!(whose(&[(KEY, 5), (KEY, 5)], &[]), [(KEY, 5)], "twice is not two");
        assert_eq!(whose(&[(KEY, 5)], &[(KEY, 3)]), [(KEY, 5)], "who no longer names it has lost it");
    }

    #[test]
    fn nobody_takes_a_key_by_naming_it_too() {
        for thief in [1, 9] {
            assert_eq!(whose(&[(KEY, 5), (KEY, thief)], &[(KEY, 5)]), [(KEY, 5)]);
            assert_eq!(whose(&[(KEY, 5), (KEY, thief)], &[]), [], "it is for its node to show whose it is");
            assert_eq!(whose(&[(KEY, 5), (KEY, thief)], &[(KEY, 7)]), []);
        }
    }
}
