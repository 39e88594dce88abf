//! Strangers at the door: what lets them in, and what does not.

use protocol::{
    certificate::{Card, SignedCard},
    codec::Text,
    message::{Introduction, Papers},
    payload::control::{NodeKey, Place},
};

use super::world::{Author, NOW, Network, Node, key, node_keys, open, peer, profile, rotation};
use crate::{Chain, Held};

const STRANGER: u8 = 11;

fn card(transport: u8) -> SignedCard {
    let card = Card {
        name: Text::from("House"),
        country: Text::from("CH"),
        root: key(STRANGER, 1).public(),
        next_root: key(STRANGER, 2).public().commitment(),
        vote: key(STRANGER, 4).public(),
        node: NodeKey { transport: peer(transport), addresses: Vec::new(), proof: None },
    };
    SignedCard::sign(&card, &key(STRANGER, 1))
}

/// A stranger's node that was admitted and has written, and what it shows.
fn stranger(network: &Network) -> (Node, Introduction) {
    let mut node = Node::of(network, STRANGER);
    let admission = network.admission_of(node.exchange.me());
    node.exchange.add_papers(&Papers { charters: Vec::new(), certificates: vec![admission] }).unwrap();
    node.exchange.vouch();
    node.found(network, 3);
    node.append(vec![open(node_keys(peer(40)))], NOW);
    node.append(vec![open(profile(1)), open(node_keys(peer(STRANGER)))], NOW);
    let shown = node.exchange.introduction(&node.cabinet, &card(STRANGER));
    (node, shown)
}

#[test]
fn an_admitted_stranger_is_let_in_by_its_key() {
    let network = Network::of(3);
    let (stranger, shown) = stranger(&network);
    assert_eq!(shown.entries.len(), 2, "the genesis and the newest node keys");
    let mut node = Node::ready(&network, 0);
    let (who, effects) = node.exchange.receive_introduction(&peer(STRANGER), &shown);
    assert_eq!(who, Some(stranger.exchange.me()));
    assert!(effects.contains(&crate::Effect::RosterChanged));
    assert!(node.exchange.roster().member(&stranger.exchange.me()).is_some());
}

#[test]
fn another_transport_key_is_not_let_in() {
    let network = Network::of(3);
    let (_, shown) = stranger(&network);
    let mut node = Node::ready(&network, 0);
    for other in [40, 41] {
        assert_eq!(node.exchange.receive_introduction(&peer(other), &shown).0, None);
    }
}

#[test]
fn one_that_nobody_admitted_is_not_let_in_and_leaves_nothing() {
    let network = Network::of(3);
    let (stranger, mut shown) = stranger(&network);
    shown.papers = network.papers.clone();
    let mut node = Node::ready(&network, 0);
    let (who, effects) = node.exchange.receive_introduction(&peer(STRANGER), &shown);
    assert_eq!((who, effects), (None, vec![]));
    assert!(node.exchange.roster().member(&stranger.exchange.me()).is_none());
}

#[test]
fn entries_of_another_feed_or_without_signature_show_nothing() {
    let network = Network::of(3);
    let (_, shown) = stranger(&network);
    let mut twice = shown.clone();
    twice.entries.push(shown.entries[1].clone());
    let mut forged = shown.clone();
    forged.entries[1].entry.signature.0[9] ^= 1;
    let mut bare = shown;
    bare.entries.remove(0);
    for wrong in [twice, forged, bare] {
        let mut node = Node::ready(&network, 0);
        assert_eq!(node.exchange.receive_introduction(&peer(STRANGER), &wrong).0, None);
    }
}

#[test]
fn node_keys_that_were_replaced_let_nobody_in_where_the_newer_ones_are_known() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 1);
    let mut story: Vec<Held> = author.story(0);
    story.push(author.write(&node_keys(peer(40))));
    let old = Introduction {
        papers: network.papers.clone(),
        entries: story.iter().map(super::world::frame_of).collect(),
        card: None,
    };
    story.push(author.write(&node_keys(peer(41))));
    let mut knows = Node::holding(&network, 0, &story);
    assert_eq!(knows.exchange.receive_introduction(&peer(40), &old).0, None);
    let mut does_not = Node::holding(&network, 2, &story[..1]);
    assert_eq!(does_not.exchange.receive_introduction(&peer(40), &old).0, Some(author.feed));
}

/// Genesis, node keys, and a rotation that retired key 1; and what its thief shows, with the rotation left out.
fn stolen(network: &Network) -> (Vec<Held>, Introduction) {
    let mut author = Author::of(network, 1);
    let mut story = author.story(0);
    story.push(author.write(&node_keys(peer(40))));
    story.push(author.write(&rotation(1, 5)));
    let mut thief = Author { signing: (1, 3), ..author };
    let far = Place { epoch: 0, seq: 1 << 40, entry: story[1].entry.id() };
    thief.head = Some(far);
    let forged = thief.write(&node_keys(peer(66)));
    let entries = [&story[0], &forged].map(super::world::frame_of).to_vec();
    (story, Introduction { papers: network.papers.clone(), entries, card: None })
}

#[test]
fn a_key_that_was_retired_opens_no_door_where_its_rotation_is_known() {
    let network = Network::of(3);
    let (story, shown) = stolen(&network);
    let mut knows = Node::holding(&network, 0, &story);
    assert_eq!(knows.exchange.receive_introduction(&peer(66), &shown).0, None);
    let mut does_not = Node::holding(&network, 2, &story[..2]);
    let feed = network.feed(1);
    assert_eq!(does_not.exchange.receive_introduction(&peer(66), &shown).0, Some(feed), "else nobody can tell");
}

#[test]
fn what_stands_behind_a_feed_that_is_held_in_part_is_judged_by_what_it_says() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 1);
    let mut story = author.story(1);
    story.push(author.write(&rotation(1, 5)));
    author.signing = (2, 5);
    story.push(author.write(&node_keys(peer(41))));
    let entries = [&story[0], &story[2], &story[3]].map(super::world::frame_of).to_vec();
    let shown = Introduction { papers: network.papers.clone(), entries, card: None };
    for held in 0..=story.len() {
        let mut node = Node::holding(&network, 0, &story[..held]);
        let who = node.exchange.receive_introduction(&peer(41), &shown).0;
        assert_eq!(who, Some(author.feed), "{held} entries are held");
    }
}

#[test]
fn root_entries_and_node_keys_are_shown_in_their_order() {
    let network = Network::of(1);
    let mut node = Node::ready(&network, 0);
    node.found(&network, 0);
    node.append(vec![open(node_keys(peer(0)))], NOW);
    let turned = node.exchange.append_root(open(rotation(0, 5)), NOW, &key(0, 1)).unwrap();
    assert_eq!(turned.len(), 2);
    let chain = node.exchange.chain(&network.feed(0)).map(Chain::introduced_at);
    assert_eq!(chain.map(|places| places.into_iter().collect()), Some(vec![0, 1, 2]));
}

#[test]
fn one_that_has_written_nothing_is_let_in_by_its_card() {
    let network = Network::of(3);
    let admission = network.admission_of(Author::of(&network, STRANGER).feed);
    let mut newcomer = Node::of(&network, STRANGER);
    newcomer.exchange.add_papers(&Papers { charters: Vec::new(), certificates: vec![admission] }).unwrap();
    let shown = newcomer.exchange.introduction(&newcomer.cabinet, &card(STRANGER));
    let mut node = Node::ready(&network, 0);
    assert_eq!(node.exchange.receive_introduction(&peer(40), &shown).0, None, "with its own key only");
    assert_eq!(node.exchange.receive_introduction(&peer(STRANGER), &shown).0, Some(newcomer.exchange.me()));
}
