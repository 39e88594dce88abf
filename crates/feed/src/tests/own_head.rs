//! The own-head check: nobody writes over what was written before.

use protocol::{
    Audience,
    claim::{HeadClaim, SignedHeadClaim},
    message::{Busy, Frame, Gossip, HeadOf, WantHead},
    payload::control::Place,
};

use super::world::{Author, NOW, Network, Node, Party, frame_of, frames, key, open, peer, profile, rotation, sent_to};
use crate::{AppendRefusal, Blame, Effect, Held, Start};

fn head_of(feed: protocol::FeedId, held: Option<&Held>) -> Frame {
    Frame::Head(HeadOf { feed, entry: held.map(|held| held.entry.bytes().clone()) })
}

fn is_started(effects: &[Effect]) -> Option<bool> {
    effects.iter().find_map(|effect| match effect {
        Effect::Started { was_restored } => Some(*was_restored),
        _ => None,
    })
}

#[test]
fn nothing_is_signed_before_enough_others_have_answered() {
    let network = Network::of(6);
    let mut node = Node::of(&network, 0);
    assert_eq!(node.exchange.append(vec![open(profile(1))], NOW), Err(AppendRefusal::Waiting));
    for (other, started) in [(1, None), (2, None), (3, Some(false))] {
        let asked = node.meet(&network, other);
        assert!(sent_to(&asked, other).contains(&Frame::WantHead(WantHead { feed: network.feed(0) }).into()));
        assert_eq!(is_started(&node.frame(other, head_of(network.feed(0), None), NOW)), started, "after {other}");
    }
    node.found(&network, 1);
}

#[test]
fn the_same_institution_counts_once() {
    let network = Network::of(6);
    let mut node = Node::of(&network, 0);
    node.meet(&network, 1);
    let second = crate::Input::Connected { peer: peer(41), institution: network.feed(1) };
    node.handle(second, NOW);
    for from in [1, 41, 1, 41] {
        assert_eq!(is_started(&node.frame(from, head_of(network.feed(0), None), NOW)), None);
    }
}

#[test]
fn two_nodes_that_wait_free_each_other() {
    let network = Network::of(2);
    let mut party = Party::of(&network, vec![Node::of(&network, 0), Node::of(&network, 1)]);
    party.run(1);
    for house in [0, 1] {
        assert_eq!(party.node(house).exchange.start(), &Start::Ready);
    }
}

#[test]
fn one_alone_in_its_network_starts_at_once() {
    let network = Network::of(1);
    assert_eq!(is_started(&Node::of(&network, 0).tick(NOW)), Some(false));
}

#[test]
fn what_was_lost_comes_back_before_anything_is_signed() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(9);
    story.push(author.write(&rotation(0, 5)));
    let mut restored = Node::of(&network, 0);
    restored.learn(&story[..4]);
    let nodes = vec![restored, Node::holding(&network, 1, &story), Node::holding(&network, 2, &story)];
    let mut party = Party::of(&network, nodes);
    party.run(3);
    let node = party.node(0);
    assert_eq!(node.seq_of(&network.feed(0)), Some(10));
    assert_eq!(is_started(&node.done), Some(true));
    assert!(!node.done.contains(&Effect::Halted));
    assert_eq!(node.exchange.append(vec![open(profile(1))], NOW), Err(AppendRefusal::Key), "the key was rotated");
    node.exchange.set_signing(key(0, 5));
    node.append(vec![open(profile(1))], NOW);
    assert_eq!(node.seq_of(&network.feed(0)), Some(11));
}

#[test]
fn an_answer_is_a_header_that_our_key_signed() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut node = Node::of(&network, 0);
    node.learn(&story);
    node.meet(&network, 1);
    let forged = author.signed_by(&profile(1), Audience::Network, 1, &key(9, 9));
    assert_eq!(is_started(&node.frame(1, head_of(author.feed, Some(&forged)), NOW)), None);
    assert_eq!(node.blames(), [(peer(1), Blame::BadSignature)]);
    assert!(is_started(&node.frame(1, head_of(author.feed, Some(&story[2])), NOW)).is_some());
}

#[test]
fn a_made_up_key_does_not_keep_us_waiting_for_ever() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut node = Node::of(&network, 0);
    node.learn(&story);
    node.meet(&network, 1);
    let made_up = author.signed_by(&profile(1), Audience::Network, 7, &key(9, 9));
    let asked = node.frame(1, head_of(author.feed, Some(&made_up)), NOW);
    assert!(matches!(frames(&asked)[..], [Frame::WantRange(_)]), "it may be a key that we lost");
    node.meet(&network, 2);
    assert_eq!(is_started(&node.frame(2, head_of(author.feed, Some(&story[2])), NOW)), None, "so we wait");
    assert!(is_started(&node.tick(NOW + 16_000)).is_some(), "but not for what never comes");
}

/// A node of a network of three that waits, another that holds what it holds, and a head on a key that nobody ever had.
fn waiting_with_liar() -> (Network, Node, Held, Frame) {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut node = Node::of(&network, 0);
    node.learn(&story);
    node.meet(&network, 1);
    node.meet(&network, 2);
    let made_up = author.signed_by(&profile(1), Audience::Network, 7, &key(9, 9));
    (network, node, story[2].clone(), head_of(author.feed, Some(&made_up)))
}

/// When a node starts to which something is said four times a second, within ten minutes.
fn starts_after(node: &mut Node, mut say: impl FnMut(&mut Node, u64) -> Vec<Effect>) -> Option<u64> {
    (NOW..NOW + 600_000).step_by(250).find_map(|now_ms| {
        let asked = node.tick(now_ms);
        let after = say(node, now_ms);
        is_started(&asked).or(is_started(&after)).map(|_| (now_ms - NOW) / 1_000)
    })
}

#[test]
fn one_who_made_up_a_key_and_is_then_busy_keeps_us_waiting_for_half_a_minute() {
    for retry_ms in [0, 300_000] {
        let (network, mut node, held, made_up) = waiting_with_liar();
        node.frame(1, made_up, NOW);
        node.frame(2, head_of(network.feed(0), Some(&held)), NOW);
        let busy = Frame::Busy(Busy { retry_ms });
        let started = starts_after(&mut node, |node, now_ms| node.frame(1, busy.clone(), now_ms));
        assert_eq!(started, Some(30));
    }
}

#[test]
fn two_who_make_up_keys_in_turns_keep_us_waiting_no_longer() {
    let network = Network::of(5);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut node = Node::of(&network, 0);
    node.learn(&story);
    for other in 1..5 {
        node.meet(&network, other);
    }
    let mut number = 7;
    let mut lie = |node: &mut Node, now_ms| {
        number += 1;
        let made_up = author.signed_by(&profile(1), Audience::Network, number, &key(9, 9));
        let says = |node: &mut Node, liar| node.frame(liar, head_of(author.feed, Some(&made_up)), now_ms);
        [says(node, 1), says(node, 2)].concat()
    };
    lie(&mut node, NOW);
    for honest in [3, 4] {
        let effects = node.frame(honest, head_of(network.feed(0), Some(&story[2])), NOW);
        assert_eq!(is_started(&effects), None);
    }
    let started = starts_after(&mut node, lie);
    assert!(started.is_some_and(|seconds| seconds <= 31), "{started:?}");
}

#[test]
fn a_node_that_waits_pulls_its_own_feed_and_then_stops_pulling_it() {
    let network = Network::of(2);
    let mut author = Author::of(&network, 0);
    let story = author.story(3);
    let mut node = Node::of(&network, 0);
    node.meet(&network, 1);
    let asked = node.frame(1, head_of(author.feed, Some(&story[3])), NOW);
    assert!(matches!(frames(&asked)[..], [Frame::WantRange(want)] if want.from == 0));
}

fn ready_with_story() -> (Network, Author, Node) {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let node = Node::holding(&network, 0, &story);
    (network, author, node)
}

fn assert_halted(node: &mut Node, effects: &[Effect]) {
    assert!(effects.contains(&Effect::Halted), "{effects:?}");
    assert_eq!(node.exchange.append(vec![open(profile(1))], NOW), Err(AppendRefusal::Halted));
}

#[test]
fn a_foreign_hand_on_our_feed_stops_signing_wherever_it_shows() {
    let next = |author: &mut Author| author.say();
    let beyond = |author: &mut Author| {
        author.say();
        author.say()
    };
    let contrary = |author: &mut Author| {
        let story = Author::of(&Network::of(3), 0).story(1);
        author.take(&story[1]);
        author.draft(&profile(77), Audience::Network)
    };
    let hands: [fn(&mut Author) -> Held; 3] = [next, beyond, contrary];
    for hand in hands {
        let (network, mut author, mut node) = ready_with_story();
        node.meet(&network, 1);
        let effects = node.gossip(1, Gossip::Entry(frame_of(&hand(&mut author))), NOW);
        assert_halted(&mut node, &effects);
    }
}

#[test]
fn a_claim_for_more_than_we_wrote_stops_signing_if_our_key_signed_it() {
    let (network, author, mut node) = ready_with_story();
    let claim = |signer| {
        let place = Place { epoch: 0, seq: 9, entry: protocol::EntryId([1; 32]) };
        let claim = HeadClaim { feed: author.feed, place, time_ms: NOW, key: 1 };
        Gossip::HeadClaim(SignedHeadClaim::sign(&network.id, &claim, &signer))
    };
    assert!(!node.gossip(1, claim(key(9, 9)), NOW).contains(&Effect::Halted));
    let effects = node.gossip(1, claim(key(0, 3)), NOW);
    assert_halted(&mut node, &effects);
}

#[test]
fn a_bare_number_for_our_feed_is_asked_for_its_header() {
    let (network, mut author, mut node) = ready_with_story();
    node.meet(&network, 1);
    let place = Place { epoch: 0, seq: 9, entry: protocol::EntryId([1; 32]) };
    let heads = protocol::message::Heads { heads: vec![protocol::payload::control::Head { feed: author.feed, place }] };
    let asked = node.frame(1, Frame::Heads(heads), NOW);
    assert_eq!(frames(&asked), [&Frame::WantHead(WantHead { feed: author.feed })]);
    assert!(node.exchange.start().is_ready(), "a number proves nothing");
    let effects = node.frame(1, head_of(author.feed, Some(&author.say())), NOW);
    assert_halted(&mut node, &effects);
}

#[test]
fn a_fork_of_our_own_feed_stops_signing_also_while_waiting() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(1);
    let other = author.draft(&profile(50), Audience::Network);
    story.push(author.say());
    let mut node = Node::of(&network, 0);
    node.learn(&story);
    node.meet(&network, 1);
    let effects = node.frame(1, head_of(author.feed, Some(&other)), NOW);
    assert_halted(&mut node, &effects);
}
