//! One answer for each case: what a chain says to an entry that arrives.

use protocol::{Audience, EntryId, NetworkId, message::Absence};

use super::world::{
    Author, Desk, NOW, Network, Node, Party, arrival, bare, forged, frame_of, key, node_keys, open, peer, profile,
    rotation, spoiled, the_end, withdrawal,
};
use crate::{Answer, Arrival};

fn begun() -> (Author, Desk) {
    let mut author = Author::of(&Network::of(1), 0);
    let story = author.story(2);
    let desk = Desk::with(&author, &story);
    (author, desk)
}

fn is_accepted(answer: &Answer) -> bool {
    matches!(answer, Answer::Accepted { was_spoiled: false, .. })
}

#[test]
fn an_entry_that_continues_the_feed_is_accepted_once() {
    let (mut author, mut desk) = begun();
    let next = author.say();
    assert!(is_accepted(&desk.receive(arrival(&next))));
    assert_eq!(desk.receive(arrival(&next)), Answer::Duplicate);
    assert_eq!((desk.chain.next_seq(), desk.chain.verified_to()), (4, 4));
}

#[test]
fn what_comes_too_early_is_a_gap_and_fits_later() {
    let (mut author, mut desk) = begun();
    let (first, second) = (author.say(), author.say());
    assert_eq!(desk.receive(arrival(&second)), Answer::Gap);
    assert!(is_accepted(&desk.receive(arrival(&first))));
    assert!(is_accepted(&desk.receive(arrival(&second))));
}

#[test]
fn an_entry_of_another_network_or_feed_is_malformed() {
    let (author, mut desk) = begun();
    let mut elsewhere = Author { network: NetworkId([9; 32]), ..author.clone() };
    assert_eq!(desk.receive(arrival(&elsewhere.say())), Answer::Malformed);
    let mut other = Author { feed: Network::of(2).feed(1), ..author };
    assert_eq!(desk.receive(arrival(&other.say())), Answer::Malformed);
}

#[test]
fn another_epoch_behind_our_head_is_malformed() {
    let (mut author, mut desk) = begun();
    if let Some(head) = &mut author.head {
        head.epoch = 1;
    }
    assert_eq!(desk.receive(arrival(&author.say())), Answer::Malformed);
}

#[test]
fn a_key_number_that_is_not_the_one_of_this_place_is_malformed() {
    let (mut author, mut desk) = begun();
    let signing = key(0, 3);
    let later = author.signed_by(&profile(1), Audience::Network, 2, &signing);
    assert_eq!(desk.receive(arrival(&later)), Answer::Malformed);
    let by_root = author.signed_by(&profile(1), Audience::Network, 0, &key(0, 1));
    assert_eq!(desk.receive(arrival(&by_root)), Answer::Malformed);
}

#[test]
fn a_signature_is_bad_only_where_the_key_is_known_for_sure() {
    let (mut author, mut desk) = begun();
    let (next, after) = (author.say(), author.say());
    assert_eq!(desk.receive(forged(&next)), Answer::BadSignature);
    assert_eq!(desk.receive(forged(&after)), Answer::Gap);
    assert!(is_accepted(&desk.receive(arrival(&next))));
    assert_eq!(desk.receive(forged(&next)), Answer::BadSignature, "also where an entry is held");
}

#[test]
fn a_signature_behind_something_else_is_unproven() {
    let (author, mut desk) = begun();
    let mut other = author;
    if let Some(head) = &mut other.head {
        head.entry = EntryId([8; 32]);
    }
    let behind = other.say();
    assert_eq!(desk.receive(forged(&behind)), Answer::Unproven);
    assert_eq!(desk.receive(arrival(&behind)), Answer::Diverged, "signed, and not behind our head");
}

#[test]
fn before_the_genesis_nothing_is_known() {
    let mut author = Author::of(&Network::of(1), 0);
    let story = author.story(1);
    let mut desk = Desk::of(&author);
    assert_eq!(desk.receive(arrival(&story[1])), Answer::Gap);
    assert_eq!(desk.receive(forged(&story[0])), Answer::BadSignature);
    assert_eq!(desk.receive(arrival(&bare(&story[0], Absence::NotHeld))), Answer::Gap);
    assert!(is_accepted(&desk.receive(arrival(&story[0]))));
}

#[test]
fn a_spoiled_payload_leaves_the_header() {
    let (mut author, mut desk) = begun();
    let next = author.say();
    let Answer::Accepted { held, was_spoiled: true } = desk.receive(arrival(&spoiled(&next))) else {
        panic!("the header is accepted and the sender named");
    };
    assert_eq!(*held, bare(&next, Absence::NotHeld));
}

#[test]
fn control_without_its_payload_is_a_gap_and_with_another_one_malformed() {
    let (mut author, mut desk) = begun();
    let keys = author.write(&node_keys(peer(0)));
    assert_eq!(desk.receive(arrival(&bare(&keys, Absence::NotHeld))), Answer::Gap);
    assert_eq!(desk.receive(arrival(&bare(&keys, Absence::Erased))), Answer::Gap);
    assert_eq!(desk.receive(arrival(&spoiled(&keys))), Answer::Malformed);
    assert!(is_accepted(&desk.receive(arrival(&keys))));
    assert!(desk.chain.institution().unwrap().has_transport(&peer(0)));
}

#[test]
fn why_a_payload_did_not_come_is_nobodys_word_but_the_kinds() {
    let (mut author, mut desk) = begun();
    let (open, sealed) = (author.say(), author.seal());
    for (held, said, kept) in
        [(&open, Absence::Erased, Absence::NotHeld), (&sealed, Absence::NotHeld, Absence::Restricted)]
    {
        let Answer::Accepted { held, .. } = desk.receive(arrival(&bare(held, said))) else { panic!("accepted") };
        assert_eq!(held.body, protocol::message::Body::Absent(kept), "a liar could keep it from us");
    }
}

#[test]
fn a_rotated_key_signs_and_the_old_one_no_more() {
    let (mut author, mut desk) = begun();
    let turned = author.write(&rotation(0, 5));
    assert!(is_accepted(&desk.receive(arrival(&turned))));
    assert_eq!(desk.receive(arrival(&author.draft(&profile(1), Audience::Network))), Answer::Malformed);
    author.signing = (2, 5);
    assert!(is_accepted(&desk.receive(arrival(&author.say()))));
}

#[test]
fn an_ended_feed_takes_nothing_more() {
    let (mut author, mut desk) = begun();
    let end = author.write(&the_end());
    assert!(is_accepted(&desk.receive(arrival(&end))));
    assert_eq!(desk.receive(arrival(&author.say())), Answer::Closed);
    assert_eq!(desk.receive(arrival(&end)), Answer::Duplicate);
}

#[test]
fn keys_named_behind_what_this_version_understands_are_nobodys_fault() {
    let (mut author, mut desk) = begun();
    let newer = author.write(&protocol::Payload::Unknown(protocol::Kind::from_code(0x99), Default::default()));
    assert!(is_accepted(&desk.receive(arrival(&newer))), "kept and relayed");
    assert!(is_accepted(&desk.receive(arrival(&author.write(&rotation(0, 5))))));
    author.signing = (2, 5);
    assert_eq!(desk.receive(arrival(&author.say())), Answer::Unproven);
}

#[test]
fn bytes_that_are_no_header_are_the_senders_fault() {
    let (mut author, _) = begun();
    let mut frame = frame_of(&author.say());
    frame.entry.header.0.truncate(20);
    assert!(Arrival::parse(frame).is_err());
}

#[test]
fn only_a_genesis_for_the_network_founds_a_feed_whatever_its_version() {
    const VERSION_AT: usize = 1;
    const KIND_AT: usize = 107;
    let mut author = Author::of(&Network::of(1), 0);
    let genesis = author.story(0).remove(0);
    for (kind, audience) in [(5, 0), (1, 1)] {
        let mut frame = frame_of(&genesis);
        assert_eq!(frame.entry.header.0[KIND_AT..=KIND_AT + 1], [1, 0]);
        frame.entry.header.0[VERSION_AT] = 2;
        frame.entry.header.0[KIND_AT..=KIND_AT + 1].copy_from_slice(&[kind, audience]);
        assert_eq!(Desk::of(&author).receive(Arrival::parse(frame).unwrap()), Answer::Malformed);
    }
}

#[test]
fn behind_the_end_things_are_still_withdrawn_and_nothing_else() {
    let (mut author, mut desk) = begun();
    let said = author.head.clone().unwrap().entry;
    for held in [author.write(&the_end()), author.write(&withdrawal(said))] {
        assert!(is_accepted(&desk.receive(arrival(&held))));
    }
    let other = author.draft(&profile(10), Audience::Network);
    assert_eq!(desk.receive(arrival(&other)), Answer::Closed);
    assert!(is_accepted(&desk.receive(arrival(&author.write(&withdrawal(said))))));
}

#[test]
fn an_ended_house_withdraws_and_others_pull_it() {
    let network = Network::of(3);
    let mut house = Node::ready(&network, 0);
    house.found(&network, 2);
    let effects = house.exchange.append_root(open(the_end()), NOW, &key(0, 1)).unwrap();
    house.perform(&effects);
    assert_eq!(house.exchange.append(vec![open(profile(10))], NOW), Err(crate::AppendRefusal::Closed));
    let said = house.cabinet.memory.of(&network.feed(0))[1].entry.id();
    let mut party = Party::of(&network, vec![house, Node::ready(&network, 1)]);
    party.run(4);
    assert_eq!(party.node(1).seq_of(&network.feed(0)), Some(3));
    party.node(0).append(vec![open(withdrawal(said))], NOW);
    party.run(4);
    assert_eq!(party.node(1).seq_of(&network.feed(0)), Some(4));
}
