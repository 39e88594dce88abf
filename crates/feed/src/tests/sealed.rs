//! Restricted payloads: those in the audience are told and get them, nobody else does.

use std::collections::BTreeSet;

use protocol::{
    EntryId, InstitutionId, Kind,
    message::{Absence, Body, Frame, Framed, Offer, PayloadOf, WantPayloads, WantRange},
};

use super::world::{
    Author, NOW, Network, Node, Party, bare, frame_of, frames, peer, profile, sealed, sent_to, spoiled,
};
use crate::{Blame, Effect, Held};

const READER: u8 = 1;
const OUTSIDER: u8 = 2;

/// The author's node with one sealed entry, and the entry.
fn author_with_sealed(network: &Network) -> (Node, EntryId) {
    let mut node = Node::ready(network, 0);
    node.cabinet.readers.insert(network.feed(READER));
    node.found(network, 1);
    let effects = node.append(vec![sealed(profile(10))], NOW);
    let published = effects.iter().any(|effect| match effect {
        Effect::Publish(protocol::message::Gossip::Entry(frame)) => frame.body == Body::Absent(Absence::Restricted),
        _ => false,
    });
    assert!(published, "gossip carries the header only");
    let entry = node.cabinet.memory.of(&network.feed(0))[2].entry.id();
    (node, entry)
}

/// A reader's node that holds three entries, the last without its payload; and all three as their author has them.
fn reader_without_a_payload(network: &Network) -> (Node, Vec<Held>) {
    let mut author = Author::of(network, 0);
    let mut story = author.story(1);
    let held = author.say();
    story.push(bare(&held, Absence::NotHeld));
    let node = Node::holding(network, READER, &story);
    story[2] = held;
    (node, story)
}

fn body_at(node: &Node, feed: InstitutionId, seq: usize) -> Body {
    node.cabinet.memory.of(&feed)[seq].body.clone()
}

#[test]
fn a_sealed_payload_comes_to_its_audience_and_to_nobody_else() {
    let network = Network::of(3);
    let (author, _) = author_with_sealed(&network);
    let (reader, outsider) = (Node::ready(&network, READER), Node::ready(&network, OUTSIDER));
    let mut party = Party::of(&network, vec![author, reader, outsider]);
    party.run(8);
    assert!(matches!(body_at(party.node(READER), network.feed(0), 2), Body::Held(_)));
    assert_eq!(body_at(party.node(OUTSIDER), network.feed(0), 2), Body::Absent(Absence::Restricted));
    assert_eq!(party.node(OUTSIDER).seq_of(&network.feed(0)), Some(2), "the chain is whole all the same");
}

#[test]
fn what_is_fresh_is_offered_at_the_next_tick_to_the_audience_only() {
    let network = Network::of(3);
    let (mut author, _) = author_with_sealed(&network);
    author.meet(&network, READER);
    author.meet(&network, OUTSIDER);
    author.tick(NOW);
    author.append(vec![sealed(profile(11))], NOW);
    let entry = author.cabinet.memory.of(&network.feed(0))[3].entry.id();
    let effects = author.tick(NOW + 250);
    let offers = |to: u8| {
        let frames = sent_to(&effects, to).into_iter();
        frames.filter(|framed| framed.frame == Frame::Offer(Offer { entries: vec![entry] })).count()
    };
    assert_eq!((offers(READER), offers(OUTSIDER)), (1, 0));
}

#[test]
fn on_connecting_all_that_waits_is_offered_once() {
    let network = Network::of(3);
    let (mut author, entry) = author_with_sealed(&network);
    author.tick(NOW);
    author.meet(&network, READER);
    let offered = Framed::from(Frame::Offer(Offer { entries: vec![entry] }));
    assert!(sent_to(&author.tick(NOW + 250), READER).contains(&offered));
    assert!(!sent_to(&author.tick(NOW + 500), READER).contains(&offered));
    author.exchange.placed([entry]);
    assert!(sent_to(&author.tick(NOW + 750), READER).contains(&offered), "and again when audiences change");
}

#[test]
fn everything_is_offered_however_much_it_is_and_what_is_new_at_once() {
    const WAITING: usize = 1_500;
    let network = Network::of(3);
    let (mut author, _) = author_with_sealed(&network);
    author.append((0..WAITING).map(|_| sealed(profile(11))).collect(), NOW);
    author.tick(NOW);
    author.meet(&network, READER);
    let offered_at = |author: &mut Node, now_ms: u64| {
        let mut offered = Vec::new();
        for framed in sent_to(&author.tick(now_ms), READER) {
            if let Frame::Offer(offer) = framed.frame {
                offered.extend(offer.entries);
            }
        }
        offered
    };
    let mut offered: BTreeSet<EntryId> = offered_at(&mut author, NOW + 250).into_iter().collect();
    author.append(vec![sealed(profile(12))], NOW);
    let newest = author.cabinet.memory.of(&network.feed(0)).last().map(|held| held.entry.id());
    assert_eq!(
        offered_at(&mut author, NOW + 500),
        Vec::from_iter(newest),
        "the turn through the rest goes on meanwhile"
    );
    offered.extend((1..8).flat_map(|second| offered_at(&mut author, NOW + second * 1_000 + 500)));
    assert!(offered.len() > WAITING, "{} of them", offered.len());
    assert!(offered_at(&mut author, NOW + 9_500).is_empty(), "once");
}

#[test]
fn an_outsider_that_asks_is_told_it_is_not_held() {
    let network = Network::of(3);
    let (mut author, entry) = author_with_sealed(&network);
    for (asker, gets_it) in [(READER, true), (OUTSIDER, false)] {
        author.meet(&network, asker);
        let asked = author.frame(asker, Frame::WantPayloads(WantPayloads { entries: vec![entry] }), NOW);
        let [Frame::Payload(PayloadOf { body, .. })] = frames(&asked)[..] else { panic!("{asked:?}") };
        assert_eq!(matches!(body, Body::Held(_)), gets_it);
        if !gets_it {
            assert_eq!(*body, Body::Absent(Absence::NotHeld));
        }
        let want = WantRange { feed: network.feed(0), from: 2, count: 1, with_payloads: true };
        let range = author.frame(asker, Frame::WantRange(want), NOW);
        let body = &sent_to(&range, asker)[0].entries[0].body;
        assert_eq!(matches!(body, Body::Held(_)), gets_it);
    }
}

#[test]
fn an_offer_waits_until_its_header_is_here() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(1);
    let held = author.seal();
    let mut reader = Node::holding(&network, READER, &story);
    reader.meet(&network, 0);
    let early = reader.frame(0, Frame::Offer(Offer { entries: vec![held.entry.id()] }), NOW);
    assert!(frames(&early).is_empty());
    let header = protocol::message::Gossip::Entry(frame_of(&bare(&held, Absence::Restricted)));
    reader.gossip(0, header, NOW);
    let asked = reader.tick(NOW + 250);
    assert!(frames(&asked).contains(&&Frame::WantPayloads(WantPayloads { entries: vec![held.entry.id()] })));
    let good = PayloadOf { entry: held.entry.id(), body: held.body.clone() };
    reader.frame(0, Frame::Payload(good.clone()), NOW + 300);
    assert_eq!(body_at(&reader, network.feed(0), 2), held.body);
    reader.frame(0, Frame::Payload(good), NOW + 300);
    assert_eq!(reader.blames(), [(peer(0), Blame::Unasked)], "asked once, answered once");
}

#[test]
fn nobody_probes_for_sealed_payloads() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(1);
    story.push(bare(&author.seal(), Absence::NotHeld));
    let mut node = Node::holding(&network, OUTSIDER, &story);
    node.meet(&network, 0);
    for count in 1..400 {
        let effects = node.tick(NOW + count * 250);
        assert!(!frames(&effects).iter().any(|frame| matches!(frame, Frame::WantPayloads(_))));
    }
}

#[test]
fn a_spoiled_or_unasked_payload_names_its_sender() {
    let network = Network::of(3);
    let (mut node, story) = reader_without_a_payload(&network);
    let held = &story[2];
    node.meet(&network, 0);
    let asked = node.tick(NOW + 60_000);
    assert!(frames(&asked).iter().any(|frame| matches!(frame, Frame::WantPayloads(_))), "{asked:?}");
    let wrong = PayloadOf { entry: held.entry.id(), body: spoiled(held).body };
    node.frame(0, Frame::Payload(wrong.clone()), NOW + 60_100);
    node.meet(&network, OUTSIDER);
    node.frame(OUTSIDER, Frame::Payload(wrong), NOW + 60_100);
    assert_eq!(node.blames(), [(peer(0), Blame::PayloadMismatch), (peer(OUTSIDER), Blame::Unasked)]);
    assert_eq!(body_at(&node, network.feed(0), 2), Body::Absent(Absence::NotHeld));
}

#[test]
fn one_that_calls_a_payload_erased_does_not_keep_it_away() {
    let network = Network::of(6);
    let (mut node, story) = reader_without_a_payload(&network);
    let held = &story[2];
    let erased = || Frame::Payload(PayloadOf { entry: held.entry.id(), body: Body::Absent(Absence::Erased) });
    for (count, liar) in [2, 3].into_iter().enumerate() {
        node.meet(&network, liar);
        let now_ms = NOW + 60_000 * (count as u64 + 1);
        assert_eq!(sent_to(&node.tick(now_ms), liar).iter().filter(|framed| is_question(framed)).count(), 1);
        node.frame(liar, erased(), now_ms);
        node.handle(crate::Input::Disconnected { peer: peer(liar) }, now_ms);
    }
    node.meet(&network, 0);
    assert!(sent_to(&node.tick(NOW + 200_000), 0).iter().any(is_question), "two of five are not enough");
    node.frame(0, erased(), NOW + 200_000);
    node.meet(&network, 4);
    assert!(!sent_to(&node.tick(NOW + 300_000), 4).iter().any(is_question), "three are");
}

#[test]
fn those_from_whom_something_was_taken_back_do_not_keep_it_from_others() {
    let network = Network::of(6);
    let (mut node, story) = reader_without_a_payload(&network);
    let held = &story[2];
    let entry = held.entry.id();
    let mut poorer = Node::holding(&network, 2, &story);
    poorer.cabinet.memory.erase(&entry, false);
    poorer.meet(&network, 1);
    let question = Frame::WantPayloads(WantPayloads { entries: vec![entry] });
    let answer = sent_to(&poorer.frame(1, question, NOW), 1).remove(0).frame;
    for (count, house) in [2, 3, 4, 5].into_iter().enumerate() {
        let now_ms = NOW + 60_000 * (count as u64 + 1);
        node.meet(&network, house);
        assert!(sent_to(&node.tick(now_ms), house).iter().any(is_question), "asked though {count} have none any more");
        node.frame(house, answer.clone(), now_ms);
        node.handle(crate::Input::Disconnected { peer: peer(house) }, now_ms);
    }
    node.meet(&network, 0);
    assert!(sent_to(&node.tick(NOW + 600_000), 0).iter().any(is_question));
    node.frame(0, Frame::Payload(PayloadOf { entry, body: held.body.clone() }), NOW + 600_000);
    assert_eq!(body_at(&node, network.feed(0), 2), held.body);
}

#[test]
fn each_peer_is_asked_for_what_is_missing_though_another_is_always_asked_first() {
    let network = Network::of(4);
    let (mut node, story) = reader_without_a_payload(&network);
    let held = &story[2];
    node.meet(&network, 2);
    node.meet(&network, 3);
    let mut asked = BTreeSet::new();
    for count in 1..400 {
        let effects = node.tick(NOW + count * 250);
        for peer in [2, 3] {
            if sent_to(&effects, peer).iter().any(is_question) {
                asked.insert(peer);
                let answer = PayloadOf { entry: held.entry.id(), body: Body::Absent(Absence::NotHeld) };
                node.frame(peer, Frame::Payload(answer), NOW + count * 250 + 20);
            }
        }
    }
    assert_eq!(asked, BTreeSet::from([2, 3]));
}

fn is_question(framed: &Framed) -> bool {
    matches!(framed.frame, Frame::WantPayloads(_))
}

#[test]
fn a_node_that_waits_serves_control_and_no_payload() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(1);
    story.push(author.seal());
    let mut node = Node::of(&network, READER);
    node.learn(&story);
    node.cabinet.readers.insert(network.feed(OUTSIDER));
    node.meet(&network, OUTSIDER);
    let want = WantRange { feed: author.feed, from: 0, count: 9, with_payloads: true };
    let range = sent_to(&node.frame(OUTSIDER, Frame::WantRange(want), NOW), OUTSIDER).remove(0);
    let bodies: Vec<_> = range.entries.iter().map(|entry| entry.body.clone()).collect();
    let genesis = story[0].body.clone();
    assert_eq!(bodies, [genesis, Body::Absent(Absence::NotHeld), Body::Absent(Absence::Restricted)]);
    assert_eq!(story[2].entry.header().kind, Kind::Sealed);
    let mut all = vec![node.tick(NOW + 250)];
    node.exchange.vouch();
    all.push(node.tick(NOW + 500));
    let offers = |effects: &Vec<Effect>| frames(effects).iter().any(|frame| matches!(frame, Frame::Offer(_)));
    assert_eq!(all.iter().map(offers).collect::<Vec<_>>(), [false, true], "it offers when it is ready");
}
