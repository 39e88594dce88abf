//! Forks: found, proven, spread, and nobody else harmed.

use protocol::{
    Audience, Payload,
    claim::ForkProof,
    message::{Frame, Gossip, Heads},
    payload::control::{Head, KeyRotation, RootChange},
};

use super::world::{
    Author, Desk, NOW, Network, Node, Party, arrival, epoch_start, frame_of, frames, key, peer, profile, rotation,
    sent_to, the_end,
};
use crate::{Answer, Blame, Chain, Effect, Freeze, Held, Record, Verdict};

/// A common story and two branches behind it.
fn forked(network: &Network, common: usize, one: usize, other: usize) -> (Author, Vec<Held>, Vec<Held>) {
    let mut author = Author::of(network, 0);
    let story = author.story(common);
    let mut twin = author.clone();
    let (mut first, mut second) = (story.clone(), story);
    first.extend((0..one).map(|_| author.say()));
    second.push(twin.write(&profile(60)));
    second.extend((1..other).map(|_| twin.say()));
    (author, first, second)
}

fn proof_of(a: &Held, b: &Held) -> ForkProof {
    ForkProof::of(&a.entry.to_unverified(), &b.entry.to_unverified())
}

#[test]
fn two_entries_at_one_place_are_a_proof_and_freeze_before_it() {
    let network = Network::of(1);
    let (author, one, other) = forked(&network, 2, 2, 1);
    let mut desk = Desk::with(&author, &one);
    let Answer::Fork(proof) = desk.receive(arrival(&other[3])) else { panic!("a fork") };
    assert_eq!(proof, proof_of(&one[3], &other[3]));
    assert!(desk.accuse(&proof));
    assert_eq!(desk.chain.freeze().map(|freeze| freeze.at), Some(3));
    assert!(!desk.accuse(&proof), "once");
    let mut author = author;
    assert_eq!(desk.receive(arrival(&author.say())), Answer::Closed);
}

#[test]
fn a_lower_fork_moves_the_freeze_down() {
    let network = Network::of(1);
    let (author, one, other) = forked(&network, 2, 3, 1);
    let mut desk = Desk::with(&author, &one);
    let mut late = author.clone();
    late.take(&one[4]);
    let contrary = late.draft(&profile(70), Audience::Network);
    assert!(desk.accuse(&proof_of(&one[5], &contrary)));
    assert!(desk.accuse(&proof_of(&one[3], &other[3])));
    assert_eq!(desk.chain.freeze().map(|freeze| freeze.at), Some(3));
}

#[test]
fn a_change_of_root_and_an_end_at_one_place_are_a_fork_for_both_sides() {
    let network = Network::of(3);
    let mut owner = Author::of(&network, 0);
    let story = owner.story(2);
    let mut thief = owner.clone();
    let end = thief.write(&the_end());
    let change = RootChange { root: key(0, 2).public(), next_root: [7; 32] };
    let change = Payload::KeyRotation(KeyRotation { signing: None, root: Some(change), since: None });
    let change = owner.signed_by(&change, Audience::Network, 0, &key(0, 2));
    owner.take(&change);
    let ended: Vec<Held> = story.iter().chain([&end]).cloned().collect();
    let changed: Vec<Held> = story.iter().cloned().chain([change.clone(), owner.say()]).collect();
    for (held, shown) in [(&ended, &change), (&changed, &end)] {
        let mut node = Node::holding(&network, 1, held);
        node.gossip(2, Gossip::Entry(frame_of(shown)), NOW);
        assert_eq!(node.freeze_of(&owner.feed), Some(3));
    }
}

#[test]
fn two_geneses_are_a_fork_like_any_other() {
    let network = Network::of(1);
    let mut author = Author::of(&network, 0);
    let mut twin = author.clone();
    let genesis = author.write(&author.genesis());
    twin.written = 7;
    let other = twin.write(&twin.genesis());
    let mut desk = Desk::with(&author, &[genesis]);
    let Answer::Fork(proof) = desk.receive(arrival(&other)) else { panic!("a fork") };
    assert!(desk.accuse(&proof));
    assert_eq!(desk.chain.freeze().map(|freeze| freeze.at), Some(0));
}

#[test]
fn a_retired_key_cannot_contest_what_a_root_entry_sealed() {
    let network = Network::of(1);
    let (mut author, mut one, other) = forked(&network, 2, 1, 1);
    one.push(author.write(&rotation(0, 5)));
    let mut desk = Desk::with(&author, &one);
    let Answer::Fork(proof) = desk.receive(arrival(&other[3])) else { panic!("still evidence") };
    assert!(!desk.accuse(&proof));
    assert!(desk.chain.is_open());
}

#[test]
fn evidence_and_the_root_entry_that_seals_come_to_the_same_in_any_order() {
    let network = Network::of(1);
    let (mut author, one, other) = forked(&network, 2, 3, 1);
    let seal = author.write(&rotation(0, 5));
    let proof = proof_of(&one[3], &other[3]);
    let mut sealed_first = Desk::with(&author, &one);
    sealed_first.receive(arrival(&seal));
    assert!(!sealed_first.accuse(&proof));
    let mut proven_first = Desk::with(&author, &one);
    assert!(proven_first.accuse(&proof));
    let mut elsewhere = Author::of(&network, 0);
    elsewhere.take(&other[3]);
    elsewhere.say();
    elsewhere.say();
    assert_eq!(proven_first.receive(arrival(&elsewhere.write(&rotation(0, 6)))), Answer::Closed, "not behind our head");
    assert!(matches!(proven_first.receive(arrival(&seal)), Answer::Accepted { .. }));
    let state = |desk: &Desk| (desk.chain.head().cloned(), desk.chain.freeze().cloned());
    assert_eq!(state(&proven_first), state(&sealed_first));
    author.signing = (2, 5);
    assert!(matches!(proven_first.receive(arrival(&author.say())), Answer::Accepted { .. }));
    let restored = Chain::restore(
        network.id,
        Head { feed: author.feed, place: place_of(&seal) },
        6,
        Some(Freeze { at: 3, proof: Some(proof) }),
        [&one[0], &seal].into_iter(),
    );
    assert_eq!(restored.freeze(), None);
}

#[test]
fn a_thief_of_a_retired_key_stops_nobody_who_still_pulls() {
    let network = Network::of(4);
    let (mut author, mut one, other) = forked(&network, 4, 1_400, 1);
    one.push(author.write(&rotation(0, 5)));
    author.signing = (2, 5);
    one.push(author.say());
    let mut pulling = Node::holding(&network, 3, &one[..7]);
    pulling.meet(&network, 2);
    pulling.gossip(2, Gossip::ForkProof(proof_of(&one[5], &other[5])), NOW);
    assert_eq!(pulling.freeze_of(&network.feed(0)), Some(5));
    let mut party = Party::of(&network, vec![Node::holding(&network, 1, &one), pulling]);
    party.run(8);
    assert_eq!(party.node(3).freeze_of(&network.feed(0)), None);
    assert_eq!(party.node(3).seq_of(&network.feed(0)), party.node(1).seq_of(&network.feed(0)));
}

#[test]
fn an_epoch_that_begins_at_a_thiefs_entry_stops_whoever_holds_that_and_nobody_else() {
    let network = Network::of(1);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut thief = author.clone();
    let theirs = thief.say();
    let ours = author.write(&epoch_start(0, 5));
    author.signing = (2, 5);

    let mut deceived = Desk::with(&author, &[story.clone(), vec![theirs]].concat());
    let Answer::Fork(proof) = deceived.receive(arrival(&ours)) else { panic!("a fork") };
    assert!(deceived.accuse(&proof));
    assert_eq!(deceived.chain.freeze().map(|freeze| freeze.at), Some(3));
    assert_eq!(deceived.receive(arrival(&thief.say())), Answer::Closed);

    let mut goes_on = Desk::with(&author, &[story, vec![ours]].concat());
    assert!(!goes_on.accuse(&proof), "a root entry seals its branch");
    assert!(matches!(goes_on.receive(arrival(&author.say())), Answer::Accepted { .. }));
}

#[test]
fn what_cannot_be_judged_yet_freezes_nothing() {
    let network = Network::of(1);
    let (author, one, other) = forked(&network, 3, 1, 1);
    let mut desk = Desk::with(&author, &one[..2]);
    assert!(!desk.accuse(&proof_of(&one[4], &other[4])), "a key named in between may have retired this one");
    let mut desk = Desk::with(&author, &one[..4]);
    assert!(desk.accuse(&proof_of(&one[4], &other[4])));
}

#[test]
fn a_fork_is_told_to_everybody_and_journaled() {
    let network = Network::of(3);
    let (_, one, other) = forked(&network, 2, 1, 1);
    let mut node = Node::holding(&network, 1, &one);
    node.meet(&network, 2);
    let effects = node.gossip(2, Gossip::Entry(frame_of(&other[3])), NOW);
    let proof = proof_of(&one[3], &other[3]);
    assert!(effects.contains(&Effect::Verdict(Verdict::Ignore)));
    assert!(effects.contains(&Effect::Publish(Gossip::ForkProof(proof.clone()))));
    assert!(effects.contains(&Effect::Send(peer(2), Frame::Forked(proof.clone()).into())));
    assert!(effects.contains(&Effect::Frozen(network.feed(0), 3)));
    let is_kept = |record: &Record| matches!(record, Record::Freeze(_, freeze) if freeze.proof == Some(proof.clone()));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Journal(records) if records.iter().any(is_kept))));
    let again = node.gossip(2, Gossip::Entry(frame_of(&other[3])), NOW);
    assert_eq!(again, [Effect::Verdict(Verdict::Ignore)], "once");
}

#[test]
fn a_proof_stands_for_those_who_saw_one_branch_only() {
    let network = Network::of(3);
    let (_, one, other) = forked(&network, 2, 1, 1);
    let proof = proof_of(&one[3], &other[3]);
    let mut by_gossip = Node::holding(&network, 1, &one);
    let effects = by_gossip.gossip(2, Gossip::ForkProof(proof.clone()), NOW);
    assert_eq!(effects[0], Effect::Verdict(Verdict::Accept));
    assert_eq!(by_gossip.gossip(2, Gossip::ForkProof(proof.clone()), NOW), [Effect::Verdict(Verdict::Ignore)]);
    let mut by_frame = Node::holding(&network, 1, &one[..3]);
    by_frame.meet(&network, 2);
    by_frame.frame(2, Frame::Forked(proof), NOW);
    assert_eq!((by_gossip.freeze_of(&network.feed(0)), by_frame.freeze_of(&network.feed(0))), (Some(3), Some(3)));
}

#[test]
fn a_false_accusation_falls_back_on_who_brings_it() {
    let network = Network::of(3);
    let (author, one, _) = forked(&network, 2, 1, 1);
    let mut node = Node::holding(&network, 1, &one);
    node.meet(&network, 2);
    let mut thief = author;
    thief.take(&one[2]);
    let made_up = thief.signed_by(&profile(90), Audience::Network, 1, &super::world::key(9, 9));
    let proof = proof_of(&one[3], &made_up);
    assert_eq!(node.gossip(2, Gossip::ForkProof(proof.clone()), NOW)[0], Effect::Verdict(Verdict::Reject));
    node.frame(2, Frame::Forked(proof), NOW);
    assert_eq!(node.blames(), [(peer(2), Blame::Malformed); 2]);
    assert_eq!(node.freeze_of(&network.feed(0)), None);
}

#[test]
fn a_proof_from_another_branch_is_no_false_accusation() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let common = author.story(4);
    let (mut one, mut twin) = (common.clone(), author.clone());
    one.push(author.write(&rotation(0, 5)));
    author.signing = (2, 5);
    one.extend((0..3).map(|_| author.say()));
    twin.say();
    let mut node = Node::holding(&network, 1, &one);
    node.meet(&network, 2);
    for _ in 0..2 {
        let proof = proof_of(&twin.draft(&profile(20), Audience::Network), &twin.say());
        assert_eq!(node.gossip(2, Gossip::ForkProof(proof.clone()), NOW), [Effect::Verdict(Verdict::Ignore)]);
        node.frame(2, Frame::Forked(proof), NOW);
    }
    assert_eq!((node.blames(), node.freeze_of(&network.feed(0))), (Vec::new(), None));
}

#[test]
fn a_feed_that_stands_still_is_served_up_to_there() {
    let network = Network::of(4);
    let (_, one, other) = forked(&network, 900, 3, 1);
    let mut node = Node::holding(&network, 1, &one[..1]);
    node.meet(&network, 2);
    let head = Head { feed: network.feed(0), place: place_of(&one[903]) };
    node.frame(2, Frame::Heads(Heads { heads: vec![head] }), NOW);
    let range = protocol::message::Range { feed: network.feed(0), from: 1, count: 903 };
    let entries = one[1..].iter().map(frame_of).collect();
    node.frame(2, protocol::message::Framed { frame: Frame::Range(range), entries }, NOW);
    node.gossip(2, Gossip::ForkProof(proof_of(&one[901], &other[901])), NOW);
    let mut party = Party::of(&network, vec![node, Node::ready(&network, 3)]);
    party.run(40);
    assert_eq!(party.node(3).freeze_of(&network.feed(0)), Some(901));
    assert_eq!(party.node(3).seq_of(&network.feed(0)), Some(900));
}

fn place_of(held: &Held) -> protocol::payload::control::Place {
    let header = held.entry.header();
    protocol::payload::control::Place { epoch: header.epoch, seq: header.seq, entry: held.entry.id() }
}

fn two_sides(common: usize, one: usize, other: usize) -> (Network, Party) {
    let network = Network::of(3);
    let (_, first, second) = forked(&network, common, one, other);
    let nodes = vec![Node::holding(&network, 1, &first), Node::holding(&network, 2, &second)];
    let party = Party::of(&network, nodes);
    (network, party)
}

fn assert_frozen_at(at: u64, network: &Network, party: &mut Party) {
    for house in [1, 2] {
        assert_eq!(party.node(house).freeze_of(&network.feed(0)), Some(at), "house {house}");
        assert_eq!(party.node(house).blames(), [], "nobody else is to blame");
    }
}

#[test]
fn heads_of_equal_height_with_other_ids_are_noticed() {
    let (network, mut party) = two_sides(2, 2, 2);
    party.run(4);
    assert_frozen_at(3, &network, &mut party);
}

#[test]
fn branches_of_other_heights_are_traced_to_where_they_part() {
    for (one, other) in [(1, 4), (4, 1)] {
        let (network, mut party) = two_sides(2, one, other);
        party.run(4);
        assert_frozen_at(3, &network, &mut party);
    }
}

#[test]
fn branches_longer_than_one_step_of_the_search_are_traced_too() {
    let (network, mut party) = two_sides(5, 1_300, 700);
    party.run(8);
    assert_frozen_at(6, &network, &mut party);
}

#[test]
fn one_who_sees_a_branch_from_far_above_traces_it_too() {
    let (network, mut party) = two_sides(5, 1, 700);
    party.run(8);
    assert_frozen_at(6, &network, &mut party);
    assert!(party.node(1).seq_of(&network.feed(0)) < Some(7), "nothing beyond it was pulled");
}

#[test]
fn a_newcomer_learns_of_the_fork_and_gets_what_is_before_it() {
    let network = Network::of(4);
    let (_, one, other) = forked(&network, 4, 2, 1);
    let mut old = Node::holding(&network, 1, &one);
    old.gossip(2, Gossip::ForkProof(proof_of(&one[5], &other[5])), NOW);
    let mut party = Party::of(&network, vec![old, Node::ready(&network, 3)]);
    party.run(8);
    assert_eq!(party.node(3).freeze_of(&network.feed(0)), Some(5));
    assert_eq!(party.node(3).seq_of(&network.feed(0)), Some(4));
}

#[test]
fn one_that_missed_the_proof_and_has_an_equal_head_is_told() {
    let network = Network::of(3);
    let (_, one, other) = forked(&network, 2, 1, 1);
    let mut knows = Node::holding(&network, 1, &one);
    knows.gossip(2, Gossip::ForkProof(proof_of(&one[3], &other[3])), NOW);
    let mut party = Party::of(&network, vec![knows, Node::holding(&network, 2, &one)]);
    party.run(2);
    assert_eq!(party.node(2).freeze_of(&network.feed(0)), Some(3));
}

#[test]
fn after_a_fork_who_claims_more_is_asked_once_and_the_talk_ends() {
    let (network, mut party) = two_sides(2, 1, 4);
    party.run(4);
    let head = Head { feed: network.feed(0), place: place_at(900) };
    let now_ms = party.now_ms;
    let asked = party.node(1).frame(2, Frame::Heads(Heads { heads: vec![head] }), now_ms);
    assert_eq!(frames(&asked).len(), 1, "it may have gone on behind a root entry");
    party.send(1, asked);
    party.run(2);
    let before = party.delivered;
    party.run(20);
    assert_eq!(party.delivered, before);
}

fn place_at(seq: u64) -> protocol::payload::control::Place {
    protocol::payload::control::Place { epoch: 0, seq, entry: protocol::EntryId([1; 32]) }
}

#[test]
fn a_badly_signed_entry_below_a_good_one_stops_the_feed_everywhere_and_blames_no_sender() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(1);
    let bad = author.signed_by(&profile(1), Audience::Network, 1, &super::world::key(9, 9));
    author.take(&bad);
    story.extend([bad, author.say()]);
    let mut first = Node::holding(&network, 1, &story[..2]);
    first.meet(&network, 0);
    let head = Head { feed: network.feed(0), place: author.head.clone().unwrap() };
    let asked = first.frame(0, Frame::Heads(Heads { heads: vec![head] }), NOW);
    assert!(matches!(sent_to(&asked, 0)[0].frame, Frame::WantRange(_)));
    let range = protocol::message::Range { feed: network.feed(0), from: 2, count: 2 };
    let entries = story[2..].iter().map(frame_of).collect();
    first.frame(0, protocol::message::Framed { frame: Frame::Range(range), entries }, NOW);
    assert_eq!(first.seq_of(&network.feed(0)), Some(3));
    let mut party = Party::of(&network, vec![first, Node::holding(&network, 2, &story[..2])]);
    party.run(12);
    assert_frozen_at(2, &network, &mut party);
}
