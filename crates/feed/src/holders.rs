//! Whose a transport key is.
//!
//! An institution names the keys of its nodes in its feed, and nothing stops it from naming another's: to be taken for that
//! house, or to have its node turned away together with its own.

use std::collections::{BTreeMap, BTreeSet};

use protocol::InstitutionId;

use crate::effect::Peer;

/// The holder of each key that institutions name.
///
/// A key that only one of them names is its own. One that several name stays with whose it was `before`, because nobody else
/// named it then or because a node that had the key showed whose it is; else it is nobody's until its node shows that.
pub fn holders(
    named: impl IntoIterator<Item = (Peer, InstitutionId)>,
    before: &BTreeMap<Peer, InstitutionId>,
) -> BTreeMap<Peer, InstitutionId> {
    let mut claims: BTreeMap<Peer, BTreeSet<InstitutionId>> = BTreeMap::new();
    for (peer, institution) in named {
        claims.entry(peer).or_default().insert(institution);
    }
    let holder = |peer: &Peer, by: &BTreeSet<InstitutionId>| match before.get(peer) {
        Some(known) if by.contains(known) => Some(*known),
        _ if by.len() == 1 => by.first().copied(),
        _ => None,
    };
    claims.iter().filter_map(|(peer, by)| Some((*peer, holder(peer, by)?))).collect()
}

#[cfg(test)]
mod tests {
    use protocol::{FeedId, PublicKey};

    use super::*;

    const KEY: Peer = PublicKey([1; 32]);
    const OTHER: Peer = PublicKey([2; 32]);

    fn house(number: u8) -> InstitutionId {
        FeedId([number; 32])
    }

    fn whose(named: &[(Peer, u8)], before: &[(Peer, u8)]) -> Vec<(Peer, u8)> {
        let of = |pairs: &[(Peer, u8)]| pairs.iter().map(|(peer, number)| (*peer, house(*number))).collect::<Vec<_>>();
        let before = of(before).into_iter().collect();
        holders(of(named), &before).into_iter().map(|(peer, institution)| (peer, institution.0[0])).collect()
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
