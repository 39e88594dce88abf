//! What papers are taken, and what nobody can fill them with.

use protocol::{Signature, message};

use super::*;
use crate::samples::{Network, admission, stranger, succession};

#[test]
fn a_vote_that_does_not_verify_spoils_the_certificate() {
    let network = Network::of(3);
    let mut papers = network.papers();
    let mut certificate = network.certify(&admission(stranger(9), 0, network.v0()), [0, 1]);
    certificate.votes[1].signature = Signature([0; 64]);
    let before = papers.digest();
    assert_eq!(papers.add_certificate(&certificate), Err(PaperError::Vote(KeyError::BadSignature)));
    assert_eq!(papers.digest(), before, "nothing of it is kept");
    certificate.votes.truncate(1);
    assert_eq!(papers.add_certificate(&certificate), Ok(true));
    assert_eq!(papers.add_certificate(&certificate), Ok(false));
    certificate.votes[0].signature = Signature([0; 64]);
    assert!(papers.add_certificate(&certificate).is_err(), "also a spoiled copy of a vote that is held");
}

#[test]
fn a_certificate_without_votes_leaves_no_trace() {
    let network = Network::of(1);
    let mut papers = network.papers();
    let before = papers.clone();
    assert_eq!(papers.add_certificate(&network.certify(&admission(stranger(9), 0, network.v0()), [])), Ok(false));
    assert_eq!(papers, before);
}

#[test]
fn a_founding_charter_of_another_network_is_refused() {
    let mut papers = Network::of(2).papers();
    let refused = papers.add_charter(&Network::of(3).founding);
    assert!(matches!(refused, Err(PaperError::OtherNetwork { .. })), "{refused:?}");
}

/// A network of one governor under its first charter, which names a second one.
fn of_two_charters() -> (Network, Papers, Bytes) {
    let network = Network::of(1);
    let mut papers = network.papers();
    let next = network.after(&network.founding, &[0, 1], &[], "");
    papers.add_certificate(&network.certify(&succession(&network.founding, &next), [0])).unwrap();
    papers.add_charter(&next).unwrap();
    (network, papers, next)
}

#[test]
fn what_strangers_sign_leaves_no_trace() {
    let network = Network::of(3);
    let mut papers = network.papers();
    let before = papers.clone();
    let noise = network.after(&network.founding, &[0], &[], "noise");
    for decision in [admission(stranger(8), 0, network.v0()), succession(&network.founding, &noise)] {
        assert_eq!(papers.add_certificate(&network.certify(&decision, [77, 78])), Ok(false));
    }
    assert_eq!(papers.add_charter(&noise), Ok(false));
    assert_eq!(papers, before, "so it is neither told nor in the digest");

    let certificate = network.certify(&admission(stranger(9), 0, network.v0()), [77, 1, 78]);
    let (news, result) = papers.take(&message::Papers { charters: vec![noise], certificates: vec![certificate] });
    assert_eq!(result, Ok(()));
    let told = network.certify(&admission(stranger(9), 0, network.v0()), [1]);
    assert_eq!((news.charters, news.certificates), (vec![], vec![told]), "nor is what rides along with a good vote");
}

#[test]
fn one_governor_does_not_fill_the_room_of_the_others() {
    let network = Network::of(3);
    let mut papers = network.papers();
    let round = |round: usize| admission(stranger(8), u32::try_from(round).unwrap(), network.v0());
    for number in 0..OPEN_DECISIONS_MAX {
        assert_eq!(papers.add_certificate(&network.certify(&round(number), [0])), Ok(true));
    }
    let one_more = round(OPEN_DECISIONS_MAX);
    let refused = papers.add_certificate(&network.certify(&one_more, [0]));
    assert_eq!(refused, Err(PaperError::TooMany { limit: OPEN_DECISIONS_MAX }));
    assert_eq!(papers.add_certificate(&network.certify(&one_more, [1])), Ok(true), "the others still vote");
    assert_eq!(papers.add_certificate(&network.certify(&one_more, [0])), Ok(true), "and what is decided has room");
    assert!(papers.roster().member(&stranger(8)).is_some());
    assert!(papers.add_certificate(&network.certify(&round(OPEN_DECISIONS_MAX + 1), [0])).is_err());
    papers.add_certificate(&network.certify(&round(0), [1])).unwrap();
    assert_eq!(papers.add_certificate(&network.certify(&round(OPEN_DECISIONS_MAX + 1), [0])), Ok(true));
}

#[test]
fn a_charter_is_taken_once_a_governor_votes_for_it_and_no_governor_brings_many() {
    let network = Network::of(3);
    let mut papers = network.papers();
    let draft = |number: usize| network.after(&network.founding, &[0], &[], &number.to_string());
    for number in 0..OPEN_CHARTERS_MAX {
        assert_eq!(papers.add_charter(&draft(number)), Ok(false));
        papers.add_certificate(&network.certify(&succession(&network.founding, &draft(number)), [0])).unwrap();
        assert_eq!(papers.add_charter(&draft(number)), Ok(true));
    }
    let next = draft(OPEN_CHARTERS_MAX);
    papers.add_certificate(&network.certify(&succession(&network.founding, &next), [0])).unwrap();
    assert_eq!(papers.add_charter(&next), Err(PaperError::TooMany { limit: OPEN_CHARTERS_MAX }));
    papers.add_certificate(&network.certify(&succession(&network.founding, &next), [1])).unwrap();
    assert_eq!(papers.add_charter(&next), Ok(true), "certified charters have room of their own");
    assert_eq!(papers.roster().version(), 1);
}

#[test]
fn papers_that_come_together_are_taken_in_whatever_order_they_stand() {
    let (network, papers, next) = of_two_charters();
    let mut all = papers.to_message();
    all.certificates.push(network.certify(&admission(stranger(9), 0, CharterId::of(&next.0)), [0, 1]));
    all.certificates.reverse();
    all.charters.reverse();
    let mut peer = Papers::found(&network.founding).unwrap();
    let (news, result) = peer.take(&all);
    assert_eq!((result, news.charters.len()), (Ok(()), 1));
    assert!(peer.roster().version() == 1 && peer.roster().member(&stranger(9)).is_some());
    let mut after_restart = Papers::found(&network.founding).unwrap();
    assert_eq!(after_restart.take(&news).1, Ok(()));
    assert_eq!(after_restart, peer, "and what was new is enough to be there again");
}

#[test]
fn a_stranger_shows_what_was_decided_and_always_has_room_to() {
    let (network, mut papers, next) = of_two_charters();
    let me = stranger(9);
    let mine = network.certify(&admission(me, 0, CharterId::of(&next.0)), [0, 1]);
    papers.add_certificate(&mine).unwrap();
    for round in 1..200 {
        papers.add_certificate(&network.certify(&admission(me, round, CharterId::of(&next.0)), [1])).unwrap();
    }
    let draft = network.after(&next, &[1], &[], &"long ".repeat(10_000));
    papers.add_certificate(&network.certify(&succession(&next, &draft), [1])).unwrap();
    papers.add_charter(&draft).unwrap();
    let shown = papers.about(&me);
    assert_eq!(shown.charters, std::slice::from_ref(&next), "a draft shows nothing");
    assert_eq!(shown.certificates.len(), 2, "nor does a decision that waits");
    let mut peer = network.papers();
    assert_eq!(peer.take(&shown).1, Ok(()));
    assert!(peer.roster().member(&me).is_some());

    papers.add_certificate(&network.certify(&succession(&next, &draft), [0])).unwrap();
    assert_eq!(papers.roster().version(), 2);
    let shown = papers.about(&me);
    assert_eq!((shown.charters, shown.certificates), (vec![], vec![mine]), "what does not fit others have already");
}
