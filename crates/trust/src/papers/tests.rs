//! What papers are taken, and what nobody can fill them with.

use protocol::{
    Signature,
    certificate::{Certificate, Vote},
    codec::Bytes,
    limits,
};

use super::*;
use crate::samples::{Network, admission, key, stranger, succession};

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

#[test]
fn what_strangers_sign_does_not_keep_out_what_governors_decide() {
    let network = Network::of(1);
    let mut papers = network.papers();
    let mut taken = 0_usize;
    for number in 0..u32::try_from(OPEN_DECISIONS_MAX + 10).unwrap() {
        let noise = network.certify(&admission(stranger(8), number, network.v0()), [77]);
        taken += usize::from(papers.add_certificate(&noise).is_ok());
    }
    assert_eq!(taken, OPEN_DECISIONS_MAX);
    assert_eq!(papers.add_certificate(&network.certify(&admission(stranger(9), 0, network.v0()), [0])), Ok(true));
    assert!(papers.roster().member(&stranger(9)).is_some());
}

#[test]
fn charters_that_nobody_certified_do_not_keep_out_the_next_one() {
    let network = Network::of(1);
    let mut papers = network.papers();
    let noise = |number: usize| network.after(&network.founding, &[0], &[], &number.to_string());
    for number in 0..OPEN_CHARTERS_MAX {
        assert_eq!(papers.add_charter(&noise(number)), Ok(true));
    }
    let next = network.after(&network.founding, &[0], &[], "the next");
    assert_eq!(papers.add_charter(&next), Err(PaperError::TooMany { limit: OPEN_CHARTERS_MAX }));
    papers.add_certificate(&network.certify(&succession(&network.founding, &next), [0])).unwrap();
    assert_eq!(papers.add_charter(&next), Ok(true), "certified charters have room of their own");
    assert_eq!(papers.roster().version(), 1);
}

#[test]
fn votes_of_strangers_do_not_make_a_certificate_that_peers_refuse() {
    let network = Network::of(3);
    let mut papers = network.papers();
    let decision = admission(stranger(9), 0, network.v0());
    let bytes = decision.encode();
    let noise: Vec<Vote> = (0..100).map(|seed| Vote::sign(&network.id(), &bytes, &key(seed))).collect();
    let mut refused = 0;
    for votes in noise.chunks(limits::GOVERNORS_MAX) {
        let certificate = Certificate { decision: Bytes(bytes.clone()), votes: votes.to_vec() };
        refused += usize::from(papers.add_certificate(&certificate).is_err());
    }
    assert!(refused > 0, "a decision does not grow without end");
    papers.add_certificate(&network.certify(&decision, [0, 1])).unwrap();

    let mut peer = Papers::found(&network.founding).unwrap();
    for certificate in papers.certificates() {
        assert_eq!(peer.add_certificate(&certificate), Ok(true));
    }
    assert_eq!(peer.digest(), papers.digest());
    assert!(peer.roster().member(&stranger(9)).is_some());
}
