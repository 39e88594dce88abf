//! Who is a member, whatever came in whatever order.

use proptest::prelude::*;
use protocol::{
    EntryId,
    certificate::{Certificate, Continuation, Governor, Seat},
    codec::Bytes,
    payload::control::Target,
};

use super::*;
use crate::samples::{Network, admission, charter, expulsion, expulsion_at, key, stranger, succession};

/// Papers with these decisions, each voted for by these keys.
fn decided(network: &Network, decisions: &[(Decision, &[u8])]) -> Papers {
    let mut papers = network.papers();
    for (decision, voters) in decisions {
        papers.add_certificate(&network.certify(decision, voters.iter().copied())).unwrap();
    }
    papers
}

#[test]
fn a_network_begins_when_every_founder_has_signed() {
    let network = Network::of(3);
    let mut papers = Papers::found(&network.founding).unwrap();
    papers.add_certificate(&network.founded_by([0, 1])).unwrap();
    assert!(!papers.roster().is_founded());
    assert_eq!(papers.roster().members().count(), 0);
    papers.add_certificate(&network.founded_by([2])).unwrap();
    let roster = papers.roster();
    assert!(roster.is_founded() && !roster.is_contested());
    assert_eq!(roster.members().map(|member| member.is_governor).collect::<Vec<_>>(), [true; 3]);
    assert!((0..3).all(|founder| roster.member(&network.feed(founder)).is_some()));
    assert_eq!((roster.version(), roster.votes_needed()), (0, 2));
}

#[test]
fn more_than_half_of_the_governors_admit_and_expel() {
    for (founders, enough) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (21, 11)] {
        let network = Network::of(founders);
        let yes: Vec<u8> = (0..enough).collect();
        let (few, join) = (&yes[1..], admission(stranger(9), 1, network.v0()));
        assert_eq!(decided(&network, &[(join.clone(), few)]).roster().member(&stranger(9)), None, "{founders}");
        assert!(decided(&network, &[(join.clone(), &yes)]).roster().member(&stranger(9)).is_some(), "{founders}");
        let leave = expulsion(stranger(9), 1, network.v0());
        assert!(
            decided(&network, &[(join.clone(), &yes), (leave.clone(), few)]).roster().member(&stranger(9)).is_some()
        );
        let roster = decided(&network, &[(join, &yes), (leave, &yes)]).roster();
        assert!(roster.member(&stranger(9)).is_none() && roster.is_expelled(&stranger(9)), "{founders}");
    }
}

#[test]
fn one_vote_key_counts_once() {
    let network = Network::of(3);
    let join = admission(stranger(9), 0, network.v0());
    let mut papers = decided(&network, &[(join.clone(), &[0, 0, 0])]);
    papers.add_certificate(&network.certify(&join, [0])).unwrap();
    assert_eq!(papers.roster().member(&stranger(9)), None);
    papers.add_certificate(&network.certify(&join, [2])).unwrap();
    assert!(papers.roster().member(&stranger(9)).is_some(), "votes that come apart are counted together");
}

#[test]
fn votes_of_others_than_governors_are_nothing() {
    let network = Network::of(3);
    let join = admission(stranger(9), 0, network.v0());
    assert_eq!(decided(&network, &[(join, &[0, 30, 31, 32, 33])]).roster().member(&stranger(9)), None);
}

#[test]
fn an_expulsion_beats_the_admission_of_its_round_and_the_next_round_brings_back() {
    let network = Network::of(1);
    let (join, leave) = (
        |n| (admission(stranger(9), n, network.v0()), &[0_u8][..]),
        |n| (expulsion(stranger(9), n, network.v0()), &[0_u8][..]),
    );
    let round = |decisions: &[(Decision, &[u8])]| {
        decided(&network, decisions).roster().member(&stranger(9)).map(|member| member.round)
    };
    assert_eq!(round(&[join(1), leave(1)]), None);
    assert_eq!(round(&[leave(1), join(1)]), None);
    assert_eq!(round(&[join(1), leave(1), join(2)]), Some(2));
    assert_eq!(round(&[join(2), leave(1), join(1)]), Some(2));
    assert_eq!(round(&[join(1), leave(1), join(2), leave(2)]), None);
    assert_eq!(round(&[leave(u32::MAX), join(3)]), None);
    assert!(!decided(&network, &[leave(1), join(2)]).roster().is_expelled(&stranger(9)));
    assert!(!decided(&network, &[leave(1)]).roster().is_expelled(&stranger(9)), "it never was a member");
}

#[test]
fn an_expulsion_says_where_a_feed_ends_and_an_admission_opens_it_again() {
    let network = Network::of(1);
    let v1 = network.after(&network.founding, &[0], &[stranger(9)], "");
    let (v0, id1) = (network.v0(), CharterId::of(&v1.0));
    let place = |seq, entry| Place { epoch: 0, seq, entry: EntryId([entry; 32]) };
    let leave = |round, last| (expulsion_at(stranger(9), round, v0, last), &[0_u8][..]);
    let join = |round, charter| (admission(stranger(9), round, charter), &[0_u8][..]);
    let last = |decisions: &[(Decision, &[u8])]| {
        let mut papers = decided(&network, decisions);
        if papers.add_charter(&v1).unwrap() {
            let again = decisions.iter().map(|(decision, voters)| network.certify(decision, voters.iter().copied()));
            again.for_each(|certificate| {
                papers.add_certificate(&certificate).unwrap();
            });
        }
        let roster = papers.roster();
        assert_eq!(
            roster.is_exchanged(&stranger(9)),
            roster.member(&stranger(9)).is_some() || roster.last_of(&stranger(9)).is_some()
        );
        roster.last_of(&stranger(9)).map(|last| (last.seq, last.entry.0[0]))
    };
    assert_eq!(last(&[join(1, v0)]), None);
    assert_eq!(last(&[leave(1, Some(place(40, 1)))]), None, "it never was a member");
    assert_eq!(last(&[join(1, v0), leave(1, None)]), None);
    assert_eq!(last(&[join(1, v0), leave(1, Some(place(40, 1)))]), Some((40, 1)));
    let several = [leave(1, Some(place(40, 1))), leave(1, Some(place(30, 2))), leave(1, None)];
    assert_eq!(last(&[&[join(1, v0)], &several[..]].concat()), Some((30, 2)), "what leaves least");
    let corrected = [join(1, v0), leave(1, Some(place(30, 2))), leave(2, Some(place(50, 3)))];
    assert_eq!(last(&corrected), Some((50, 3)), "a later round corrects");
    assert_eq!(last(&[join(1, v0), leave(1, Some(place(40, 1))), join(2, v0)]), None, "it speaks again");
    let next = (succession(&network.founding, &v1), &[0_u8][..]);
    let seated = [join(1, v0), leave(1, Some(place(40, 1))), next.clone()];
    assert_eq!(last(&seated), Some((40, 1)), "a charter that seats it says nothing of that");
    assert_eq!(last(&[&seated[..], &[join(2, id1)]].concat()), None);
}

#[test]
fn decisions_under_an_older_charter_count_no_more() {
    let network = Network::of(3);
    let next = network.after(&network.founding, &[0, 1, 2], &[stranger(5)], "");
    let mut papers = decided(
        &network,
        &[(admission(stranger(9), 0, network.v0()), &[0, 1]), (expulsion(stranger(5), 9, network.v0()), &[0, 1])],
    );
    assert!(papers.roster().member(&stranger(9)).is_some());
    papers.add_certificate(&network.certify(&succession(&network.founding, &next), [1])).unwrap();
    papers.add_charter(&next).unwrap();
    assert_eq!(papers.roster().version(), 0, "a charter with one vote is paper");
    papers.add_certificate(&network.certify(&succession(&network.founding, &next), [2])).unwrap();
    let roster = papers.roster();
    assert_eq!((roster.version(), roster.charter()), (1, CharterId::of(&next.0)));
    assert_eq!(roster.member(&stranger(9)), None, "the new charter did not name it");
    assert!(roster.member(&stranger(5)).is_some_and(|member| !member.is_governor));
    assert!(roster.is_expelled(&stranger(9)), "it was a member, and keeps the duty to erase");
}

#[test]
fn governors_of_a_later_charter_decide_and_those_before_do_not() {
    let network = Network::of(3);
    let next = network.after(&network.founding, &[10, 11, 12], &[], "");
    let join = admission(stranger(9), 0, CharterId::of(&next.0));
    let mut papers = decided(&network, &[(succession(&network.founding, &next), &[0, 1]), (join.clone(), &[0, 1, 2])]);
    papers.add_charter(&next).unwrap();
    assert_eq!(papers.roster().member(&stranger(9)), None);
    papers.add_certificate(&network.certify(&join, [10, 12])).unwrap();
    assert!(papers.roster().member(&stranger(9)).is_some());
    assert!(!papers.roster().is_governor(&key(100).public()));
}

#[test]
fn withdrawals_and_continuations_outlast_the_charter_they_were_decided_under() {
    let network = Network::of(1);
    let (feed, tip) = (stranger(9), EntryId([4; 32]));
    let withdrawal = ForcedWithdrawal { feed, target: Target::Entry(tip), charter: network.v0() };
    let chosen = Continuation { feed, epoch: 1, tip, charter: network.v0() };
    let next = network.after(&network.founding, &[5], &[], "");
    let mut papers = decided(
        &network,
        &[
            (Decision::Withdrawal(withdrawal.clone()), &[0]),
            (Decision::Continuation(chosen), &[0]),
            (Decision::Withdrawal(ForcedWithdrawal { charter: CharterId([9; 32]), ..withdrawal.clone() }), &[0]),
            (succession(&network.founding, &next), &[0]),
        ],
    );
    for version in [0, 1] {
        assert_eq!(papers.roster().version(), version);
        assert_eq!(papers.roster().withdrawals(), std::slice::from_ref(&withdrawal));
        assert_eq!(papers.roster().continuation(&feed, 1), Some(tip));
        papers.add_charter(&next).unwrap();
    }
}

#[test]
fn of_two_equally_long_last_versions_neither_holds() {
    let network = Network::of(3);
    let one = network.after(&network.founding, &[0, 1, 2], &[stranger(7)], "one");
    let other = network.after(&network.founding, &[0, 1, 2], &[stranger(8)], "other");
    let mut papers = decided(
        &network,
        &[(succession(&network.founding, &one), &[0, 1]), (succession(&network.founding, &other), &[1, 2])],
    );
    papers.add_charter(&one).unwrap();
    assert!(!papers.roster().is_contested() && papers.roster().version() == 1);
    papers.add_charter(&other).unwrap();
    let roster = papers.roster();
    assert!(roster.is_contested());
    assert_eq!((roster.version(), roster.member(&stranger(7)), roster.member(&stranger(8))), (0, None, None));

    let longer = network.after(&other, &[0, 1, 2], &[stranger(8)], "longer");
    papers.add_certificate(&network.certify(&succession(&other, &longer), [0, 2])).unwrap();
    papers.add_charter(&longer).unwrap();
    let roster = papers.roster();
    assert!(!roster.is_contested(), "the longest chain holds");
    assert_eq!((roster.version(), roster.charter()), (2, CharterId::of(&longer.0)));
    assert!(roster.member(&stranger(8)).is_some() && roster.member(&stranger(7)).is_none());
}

#[test]
fn the_newest_version_is_never_given_up() {
    let network = Network::of(2);
    let (mut papers, mut charters) = (network.papers(), vec![network.founding.clone()]);
    for version in 1..=4 {
        let next = network.after(charters.last().unwrap(), &[0, 1], &[], &version.to_string());
        papers.add_certificate(&network.certify(&succession(charters.last().unwrap(), &next), [0, 1])).unwrap();
        papers.add_charter(&next).unwrap();
        charters.push(next);
    }
    let newest = papers.roster();
    assert_eq!(newest.version(), 4);
    let short = network.after(&charters[1], &[0, 1], &[], "a branch that ends sooner");
    papers.add_certificate(&network.certify(&succession(&charters[1], &short), [0, 1])).unwrap();
    papers.add_charter(&short).unwrap();
    for old in &charters {
        assert_eq!(papers.add_charter(old), Ok(false));
    }
    let skipping = network.after(&charters[4], &[0, 1], &[], "");
    papers.add_certificate(&network.certify(&succession(&charters[0], &skipping), [0, 1])).unwrap();
    papers.add_charter(&skipping).unwrap();
    assert_eq!(papers.roster(), newest, "neither old papers, nor a shorter branch, nor one that skips versions");
}

#[test]
fn a_charter_that_does_not_continue_the_one_before_is_no_successor() {
    let network = Network::of(1);
    let seat = || vec![Governor::Seat(Seat { feed: network.feed(0), vote: key(100).public() })];
    let previous = |id| charter(1, Some(id), seat(), &[], "");
    let table = [
        (previous(network.v0()), 1),
        (previous(CharterId([9; 32])), 0),
        (charter(2, Some(network.v0()), seat(), &[], ""), 0),
    ];
    for (next, version) in table {
        let mut papers = decided(&network, &[(succession(&network.founding, &next), &[0])]);
        papers.add_charter(&next).unwrap();
        assert_eq!(papers.roster().version(), version);
    }
}

/// A paper of one kind or the other, as it comes.
#[derive(Clone, Debug)]
enum Paper {
    Charter(Bytes),
    Certificate(Certificate),
}

/// Founding votes, decisions of three charters, a contested branch, strangers' votes.
fn all_papers(network: &Network) -> Vec<Paper> {
    let v1 = network.after(&network.founding, &[0, 1, 4], &[stranger(7)], "");
    let v2 = network.after(&v1, &[0, 4, 5], &[stranger(7), stranger(8)], "");
    let rival = network.after(&v1, &[0, 4, 5], &[], "rival");
    let (id1, id2) = (CharterId::of(&v1.0), CharterId::of(&v2.0));
    let decisions = [
        (succession(&network.founding, &network.founding), vec![0, 1, 2]),
        (succession(&network.founding, &v1), vec![0, 2]),
        (succession(&v1, &v2), vec![1, 4]),
        (succession(&v1, &rival), vec![0, 4]),
        (admission(stranger(9), 0, network.v0()), vec![0, 1, 40]),
        (admission(stranger(9), 1, id1), vec![0, 4]),
        (expulsion(stranger(7), 0, id1), vec![1, 4]),
        (admission(stranger(9), 1, id2), vec![4, 5]),
        (expulsion(stranger(9), 1, id2), vec![0, 5]),
        (admission(stranger(9), 2, id2), vec![0, 4, 5]),
        (expulsion(stranger(8), 0, id2), vec![0, 41]),
        (expulsion_at(stranger(7), 0, id1, Some(Place { epoch: 0, seq: 4, entry: EntryId([4; 32]) })), vec![0, 1]),
        (expulsion_at(stranger(7), 0, id1, Some(Place { epoch: 0, seq: 4, entry: EntryId([3; 32]) })), vec![1, 4]),
        (
            Decision::Withdrawal(ForcedWithdrawal {
                feed: stranger(7),
                target: Target::Entry(EntryId([1; 32])),
                charter: id1,
            }),
            vec![0, 1],
        ),
    ];
    let whole = decisions.iter().map(|(decision, voters)| network.certify(decision, voters.iter().copied()));
    let split =
        decisions.iter().flat_map(|(decision, voters)| voters.iter().map(|voter| network.certify(decision, [*voter])));
    let certificates = whole.chain(split).map(Paper::Certificate);
    certificates.chain([v1, v2, rival].map(Paper::Charter)).collect()
}

/// Papers as they come, one by one, and again until nothing of them is news.
fn taken(network: &Network, papers: &[&Paper]) -> Papers {
    let mut held = Papers::found(&network.founding).unwrap();
    loop {
        let news = papers.iter().filter(|paper| match paper {
            Paper::Charter(charter) => held.add_charter(charter).unwrap(),
            Paper::Certificate(certificate) => held.add_certificate(certificate).unwrap(),
        });
        if news.count() == 0 {
            return held;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equal_sets_of_papers_give_equal_rosters_in_any_order(
        chosen in proptest::sample::subsequence((0..48_usize).collect::<Vec<_>>(), 0..=48).prop_shuffle(),
        shift in any::<prop::sample::Index>(),
    ) {
        let network = Network::of(3);
        let all = all_papers(&network);
        prop_assert_eq!(all.len(), 48, "every paper can be chosen");
        let one: Vec<&Paper> = chosen.iter().map(|index| &all[*index]).collect();
        let mut other = one.clone();
        other.reverse();
        other.rotate_left(if one.is_empty() { 0 } else { shift.index(one.len()) });
        let mut sorted = chosen.clone();
        sorted.sort_unstable();
        let sorted: Vec<&Paper> = sorted.iter().map(|index| &all[*index]).collect();
        let (one, other, sorted) = (taken(&network, &one), taken(&network, &other), taken(&network, &sorted));
        prop_assert_eq!(one.digest(), other.digest());
        prop_assert_eq!(one.digest(), sorted.digest());
        prop_assert_eq!(one.roster(), other.roster());
        prop_assert_eq!(one.roster(), sorted.roster());
    }

    #[test]
    fn split_votes_merge_into_the_roster_of_whole_certificates(order in Just((0..48_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let network = Network::of(3);
        let all = all_papers(&network);
        let whole = |index: &usize| *index < 14 || *index >= 45;
        let one: Vec<&Paper> = order.iter().filter(|index| whole(index)).map(|index| &all[*index]).collect();
        let other: Vec<&Paper> = order.iter().filter(|index| **index >= 14).map(|index| &all[*index]).collect();
        let (one, other) = (taken(&network, &one), taken(&network, &other));
        prop_assert_eq!(one.digest(), other.digest());
        prop_assert_eq!(one.roster(), other.roster());
        prop_assert!(one.roster().is_contested() && one.roster().version() == 1);
    }
}
