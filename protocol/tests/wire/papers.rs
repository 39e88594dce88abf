//! Claims and papers that somebody changed, mixed up or signed for another.

use protocol::{
    Audience, FeedId, Kind, NetworkId, Payload,
    certificate::{Card, CardError, Certificate, Charter, Founder, Governor, Seat, SignedCard, Vote},
    claim::{ForkProof, HeadClaim, SignedHeadClaim},
    codec::{Bytes, Text, decode, encode},
    hash,
};

use crate::golden::{
    entries::{comment, signed, statement},
    messages::fork,
    papers::{card, certificates, founding},
    payloads::place,
    samples::{feed, key, network},
};

#[test]
fn a_fork_proof_holds_two_entries_of_one_place_only() {
    let proof = fork();
    let sides = proof.open().unwrap();

    let star = || Payload::Statement(Kind::Star, statement(Kind::Star, false));
    let elsewhere = signed(&star(), Audience::Network, 25).0.to_unverified();
    let here = comment().0.to_unverified();
    assert!(ForkProof::of(&here, &elsewhere).open().is_err(), "another place");
    assert!(ForkProof::of(&here, &here).open().is_err(), "one entry twice");
    assert!(ForkProof { one: proof.other.clone(), other: proof.one.clone() }.open().is_err(), "the larger id first");
    let (one, other) = (sides.one, sides.other);
    assert_eq!(ForkProof::of(&one, &other), ForkProof::of(&other, &one), "one proof, whoever finds it");
}

#[test]
fn a_head_claim_holds_for_its_key_network_and_place_only() {
    let claim = HeadClaim { feed: feed(), place: place(), time_ms: 1, key: 1 };
    let signed = SignedHeadClaim::sign(&network(), &claim, &key(3));
    assert_eq!(signed.claimed(), Ok(claim.clone()));
    assert_eq!(signed.verify(&network(), &key(3).public()), Ok(()));
    assert!(signed.verify(&network(), &key(4).public()).is_err());
    assert!(signed.verify(&NetworkId([9; 32]), &key(3).public()).is_err());
    let later = SignedHeadClaim { claim: Bytes(encode(&HeadClaim { time_ms: 2, ..claim })), ..signed };
    assert!(later.verify(&network(), &key(3).public()).is_err());
}

#[test]
fn a_card_is_signed_by_its_own_root_key() {
    let genuine = card().open().unwrap();
    assert_eq!(genuine.name.as_str(), "Hôpital du Lac");
    let stolen = SignedCard::sign(&genuine, &key(2));
    assert!(matches!(stolen.open(), Err(CardError::Key(_))), "signed by somebody else");
    let changed = SignedCard { card: Bytes(encode(&Card { vote: key(8).public(), ..genuine.clone() })), ..card() };
    assert!(matches!(changed.open(), Err(CardError::Key(_))), "changed behind the signature");
    let mut crowded = genuine;
    crowded.node.addresses = vec![Text::from("/ip4/192.0.2.7"); 9];
    assert!(matches!(SignedCard::sign(&crowded, &key(1)).open(), Err(CardError::Malformed(_))), "over a limit");
}

#[test]
fn a_vote_holds_for_one_decision_of_one_network() {
    let certificates = certificates();
    let vote = &certificates[0].votes[0];
    assert_eq!(vote.verify(&network(), &certificates[0].decision.0), Ok(()));
    assert!(vote.verify(&network(), &certificates[1].decision.0).is_err());
    assert!(vote.verify(&NetworkId([9; 32]), &certificates[0].decision.0).is_err());
    let crowded = Certificate { votes: vec![vote.clone(); 22], ..certificates[0].clone() };
    assert!(crowded.decision().unwrap_err().to_string().contains("limit is 21"));
    let other_key = Vote { key: key(6).public(), ..vote.clone() };
    assert!(other_key.verify(&network(), &certificates[0].decision.0).is_err());
}

#[test]
fn charters_that_contradict_themselves_are_refused() {
    let genuine: Charter = decode(&founding().0).unwrap();
    let read = |charter: &Charter| Charter::decode(&encode(charter)).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(read(&genuine), Ok(()));
    let [Governor::Founder(one), Governor::Founder(two)] = &genuine.governors[..] else { panic!("two founders") };
    let founders = |governors: Vec<Founder>| Charter {
        governors: governors.into_iter().map(Governor::Founder).collect(),
        ..genuine.clone()
    };
    let seat = Governor::Seat(Seat { feed: feed(), vote: one.vote });
    let previous = Some(protocol::CharterId([1; 32]));
    let table = [
        (founders(vec![]), "without governors"),
        (founders(vec![one.clone(), Founder { vote: one.vote, ..two.clone() }]), "one vote key"),
        (founders(vec![one.clone(), Founder { vote: two.vote, ..one.clone() }]), "two seats"),
        (founders(vec![one.clone(); 22]), "limit is 21"),
        (Charter { version: 1, ..genuine.clone() }, "predecessor"),
        (Charter { previous, ..genuine.clone() }, "predecessor"),
        (Charter { version: 1, previous, ..genuine.clone() }, "founders"),
        (Charter { governors: vec![seat], ..genuine.clone() }, "founders"),
        (Charter { members: Bytes(vec![1; 33]), ..genuine.clone() }, "ascending"),
        (Charter { members: Bytes(vec![1; 64]), ..genuine.clone() }, "ascending"),
        (Charter { members: Bytes([[2; 32], [1; 32]].concat()), ..genuine.clone() }, "ascending"),
        (Charter { terms: Text::from("x".repeat(524_288)), ..genuine.clone() }, "limit is 524288"),
        (Charter { name: Text::from("x".repeat(121)), ..genuine.clone() }, "limit is 120"),
    ];
    for (charter, expected) in table {
        let error = read(&charter).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn a_charter_holds_five_thousand_members() {
    let mut charter: Charter = decode(&founding().0).unwrap();
    let members: Vec<FeedId> = (0..5_000_u64).map(|number| FeedId(hash("sample", &[&number.to_be_bytes()]))).collect();
    charter.members = Charter::list(members.iter().copied().chain(members.clone()));
    let read = Charter::decode(&encode(&charter)).unwrap();
    assert_eq!(read.members().count(), 5_000, "each once");
    assert!(read.members().is_sorted() && members.iter().all(|feed| read.members().any(|listed| listed == *feed)));
}
