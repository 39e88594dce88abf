//! What we say ourselves: signed in order, journaled first, announced.

use protocol::{
    Audience,
    claim::ForkProof,
    message::{Absence, Body, Gossip},
};

use super::world::{Author, NOW, Network, Node, bulky, key, node_keys, open, peer, profile, rotation, the_end};
use crate::{AppendRefusal, Draft, Effect};

fn founded() -> (Network, Node) {
    let network = Network::of(1);
    let mut node = Node::ready(&network, 0);
    node.found(&network, 0);
    (network, node)
}

fn published(effects: &[Effect]) -> Vec<&Gossip> {
    let mut messages = Vec::new();
    for effect in effects {
        if let Effect::Publish(message) = effect {
            messages.push(message);
        }
    }
    messages
}

#[test]
fn the_journal_comes_before_anything_that_others_see() {
    let (network, mut node) = founded();
    let effects = node.append(vec![open(profile(1)), open(profile(2))], NOW);
    assert!(matches!(&effects[0], Effect::Journal(records) if records.len() == 2));
    assert!(effects[1..].iter().all(|effect| !matches!(effect, Effect::Journal(_))));
    assert_eq!(published(&effects).len(), 2);
    assert_eq!(node.seq_of(&network.feed(0)), Some(2));
    let chain = node.exchange.chain(&network.feed(0)).unwrap();
    assert_eq!(chain.verified_to(), 3, "our own signatures need not be verified again");
}

#[test]
fn others_accept_what_we_append() {
    let (network, mut node) = founded();
    node.append(vec![open(node_keys(peer(0))), open(profile(1))], NOW);
    let story = node.cabinet.memory.of(&network.feed(0)).to_vec();
    let author = Author::of(&network, 0);
    super::world::Desk::with(&author, &story);
}

#[test]
fn a_bulk_append_announces_one_head_claim_and_the_next_one_waits() {
    let (_, mut node) = founded();
    let many = || (0..11).map(|_| open(profile(1))).collect::<Vec<Draft>>();
    let first = node.append(many(), NOW);
    assert!(matches!(published(&first)[..], [Gossip::HeadClaim(_)]));
    assert_eq!(published(&node.append(many(), NOW + 500)).len(), 0, "at most one in two seconds");
    assert_eq!(published(&node.tick(NOW + 1_999)).len(), 0);
    assert!(matches!(published(&node.tick(NOW + 2_000))[..], [Gossip::HeadClaim(_)]));
    assert_eq!(published(&node.tick(NOW + 60_000)).len(), 0);
    assert_eq!(published(&node.tick(NOW + 602_000)).len(), 1, "and every ten minutes");
}

#[test]
fn all_are_written_or_none() {
    let (network, mut node) = founded();
    let drafts = vec![open(profile(1)), open(bulky(300_000)), open(profile(2))];
    assert!(matches!(node.exchange.append(drafts, NOW), Err(AppendRefusal::Payload(_))));
    assert_eq!(node.seq_of(&network.feed(0)), Some(0));
    node.append(vec![open(profile(1))], NOW);
    assert_eq!(node.seq_of(&network.feed(0)), Some(1), "and no place was used up");
}

#[test]
fn a_key_that_the_feed_does_not_name_signs_nothing() {
    let (network, mut node) = founded();
    let turned = node.exchange.append_root(open(rotation(0, 5)), NOW, &key(0, 1)).unwrap();
    turned.iter().for_each(|effect| {
        if let Effect::Journal(records) = effect {
            records.iter().for_each(|record| node.cabinet.perform(record));
        }
    });
    assert_eq!(node.exchange.append(vec![open(profile(1))], NOW), Err(AppendRefusal::Key));
    node.exchange.set_signing(key(0, 5));
    node.append(vec![open(profile(1))], NOW);
    assert_eq!(node.seq_of(&network.feed(0)), Some(2));
}

#[test]
fn root_entries_are_for_the_root_key_and_nothing_else_is() {
    let (_, mut node) = founded();
    assert_eq!(node.exchange.append(vec![open(rotation(0, 5))], NOW), Err(AppendRefusal::Key));
    assert_eq!(node.exchange.append_root(open(profile(1)), NOW, &key(0, 1)), Err(AppendRefusal::Key));
    assert_eq!(node.exchange.append_root(open(rotation(0, 5)), NOW, &key(9, 9)), Err(AppendRefusal::Key));
    assert!(node.exchange.append_root(open(the_end()), NOW, &key(0, 1)).is_ok());
    assert_eq!(node.exchange.append(vec![open(profile(1))], NOW), Err(AppendRefusal::Closed));
}

#[test]
fn a_root_entry_ends_the_contest_of_our_own_feed() {
    let (network, mut node) = founded();
    let mut thief = Author::of(&network, 0);
    thief.take(&node.cabinet.memory.of(&network.feed(0))[0]);
    let theirs = thief.say();
    node.append(vec![open(profile(1)), open(profile(2))], NOW);
    let ours = node.cabinet.memory.of(&network.feed(0))[1].clone();
    let proof = ForkProof::of(&ours.entry.to_unverified(), &theirs.entry.to_unverified());
    node.gossip(9, Gossip::ForkProof(proof), NOW);
    assert_eq!(node.freeze_of(&network.feed(0)), Some(1));
    assert_eq!(node.exchange.append_root(open(rotation(0, 5)), NOW, &key(0, 1)), Err(AppendRefusal::Halted));

    let mut node = node.restarted();
    node.exchange.vouch();
    assert_eq!(node.exchange.append(vec![open(profile(3))], NOW), Err(AppendRefusal::Closed));
    let sealed = node.exchange.append_root(open(rotation(0, 5)), NOW, &key(0, 1)).unwrap();
    node.perform(&sealed);
    assert_eq!(node.freeze_of(&network.feed(0)), None);
    node.exchange.set_signing(key(0, 5));
    node.append(vec![open(profile(3))], NOW);
    assert_eq!(node.seq_of(&network.feed(0)), Some(4));
}

#[test]
fn gossip_carries_what_is_small_and_for_all() {
    let (_, mut node) = founded();
    for (draft, body) in [
        (open(bulky(17_000)), Some(Absence::NotHeld)),
        (Draft { audience: Audience::Restricted, ..open(profile(1)) }, Some(Absence::Restricted)),
        (open(profile(1)), None),
    ] {
        let effects = node.append(vec![draft], NOW);
        let [Gossip::Entry(frame)] = published(&effects)[..] else { panic!("{effects:?}") };
        assert_eq!(body.map(Body::Absent), Some(frame.body.clone()).filter(|body| matches!(body, Body::Absent(_))));
    }
}
