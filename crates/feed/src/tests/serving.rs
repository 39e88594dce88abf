//! What others get: limits of an answer, four words for what is absent, ends that hold by themselves.

use protocol::{
    EntryId, limits,
    message::{Absence, Body, Frame, Framed, WantPayloads, WantRange},
};

use super::world::{Author, NOW, Network, Node, arrival, bulky, frame_of, peer, sent_to};
use crate::{Effect, Held, Input, Record};

fn ask(node: &mut Node, feed: protocol::FeedId, from: u64, count: u32) -> Framed {
    let want = WantRange { feed, from, count, with_payloads: true };
    sent_to(&node.frame(2, Frame::WantRange(want), NOW), 2).remove(0)
}

fn holding(story: &[Held]) -> (Network, Node) {
    let network = Network::of(3);
    let mut node = Node::holding(&network, 1, story);
    node.meet(&network, 2);
    (network, node)
}

#[test]
fn an_answer_has_at_most_so_many_entries_and_begins_where_it_was_asked() {
    let mut author = Author::of(&Network::of(3), 0);
    let story = author.story(1_100);
    let (network, mut node) = holding(&story);
    let framed = ask(&mut node, network.feed(0), 5, u32::MAX);
    assert_eq!(framed.entries.len(), limits::RUN_ENTRIES_MAX);
    assert_eq!(framed.entries[0], frame_of(&story[5]));
    assert_eq!(ask(&mut node, network.feed(0), 1_100, 10).entries.len(), 1);
    assert_eq!(ask(&mut node, network.feed(0), 1_101, 10).entries.len(), 0);
    assert_eq!(ask(&mut node, network.feed(2), 0, 10).entries.len(), 0);
    assert_eq!(ask(&mut node, network.feed(0), u64::MAX, u32::MAX).entries.len(), 0);
}

#[test]
fn who_asks_without_end_is_told_to_come_again_and_others_are_answered_meanwhile() {
    let mut author = Author::of(&Network::of(4), 0);
    let network = Network::of(4);
    let mut node = Node::holding(&network, 1, &author.story(1_000));
    let hear = |node: &mut Node, input| node.exchange.handle(input, NOW, &node.cabinet);
    let ask = |from: u8, count| {
        let want = WantRange { feed: network.feed(0), from: 0, count, with_payloads: true };
        Input::Frame { peer: peer(from), framed: Frame::WantRange(want).into() }
    };
    [2, 3].into_iter().for_each(|other| drop(node.meet(&network, other)));
    let told: Vec<_> = (0..20).flat_map(|_| sent_to(&hear(&mut node, ask(2, u32::MAX)), 2)).collect();
    assert_eq!(told.len(), 4, "of twenty, sixteen wait");
    assert!(told.iter().all(|framed| matches!(framed.frame, Frame::Busy(_))));
    assert!(hear(&mut node, Input::Answer).is_empty(), "more than one stretch");
    assert!(sent_to(&hear(&mut node, ask(3, 10)), 3).is_empty());
    let answers: Vec<_> = (0..2).flat_map(|_| hear(&mut node, Input::Answer)).collect();
    assert_eq!(sent_to(&answers, 3).remove(0).entries.len(), 10);
    assert!(sent_to(&answers, 2).is_empty());

    let mut ranges = Vec::new();
    while node.exchange.is_answering() {
        ranges.extend(sent_to(&hear(&mut node, Input::Answer), 2));
    }
    assert_eq!(ranges.iter().map(|range| range.entries.len()).collect::<Vec<_>>(), [1_001; 16]);
}

#[test]
fn who_has_had_twice_of_everything_is_charged_for_more() {
    let (network, mut node) = holding(&Author::of(&Network::of(3), 0).story(999));
    let charged = |node: &mut Node| {
        let want = WantRange { feed: network.feed(0), from: 0, count: u32::MAX, with_payloads: true };
        let effects = node.frame(2, Frame::WantRange(want), NOW);
        effects.iter().any(|effect| matches!(effect, Effect::Charge(to, bytes) if *to == peer(2) && *bytes > 100_000))
    };
    let held: u64 = node.exchange.chains().map(crate::Chain::next_seq).sum();
    let free = (2 * held + limits::RUN_ENTRIES_MAX as u64) / 1_000;
    assert!((0..free).all(|_| !charged(&mut node)));
    assert!(charged(&mut node));
    node.handle(Input::Disconnected { peer: peer(2) }, NOW);
    node.meet(&network, 2);
    assert!(charged(&mut node), "to call again is no new beginning");
}

#[test]
fn who_asks_for_what_is_not_here_is_given_nothing_that_counts() {
    let (_, mut node) = holding(&Author::of(&Network::of(3), 0).story(10));
    let absent = EntryId([9; 32]);
    for _ in 0..2 * limits::RUN_ENTRIES_MAX {
        let want = WantPayloads { entries: vec![absent, absent] };
        let effects = node.frame(2, Frame::WantPayloads(want), NOW);
        assert_eq!(sent_to(&effects, 2).len(), 1, "asked twice at once, answered once");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Charge(..))));
    }
}

#[test]
fn who_is_gone_is_not_answered_further() {
    let (network, mut node) = holding(&Author::of(&Network::of(3), 0).story(1_000));
    let want = WantRange { feed: network.feed(0), from: 0, count: 500, with_payloads: true };
    let input = Input::Frame { peer: peer(2), framed: Frame::WantRange(want).into() };
    for input in [input, Input::Answer, Input::Disconnected { peer: peer(2) }] {
        assert!(node.exchange.handle(input, NOW, &node.cabinet).is_empty());
    }
    assert!(!node.exchange.is_answering());
}

#[test]
fn an_answer_fits_into_a_frame_whatever_payloads_weigh() {
    let mut author = Author::of(&Network::of(3), 0);
    let mut story = author.story(0);
    story.extend((0..8).map(|_| author.write(&bulky(limits::PAYLOAD_BYTES_MAX - 5))));
    let (network, mut node) = holding(&story);
    let framed = ask(&mut node, network.feed(0), 1, 100);
    assert!((1..8).contains(&framed.entries.len()), "{}", framed.entries.len());
    assert!(framed.encode().len() <= limits::FRAME_BYTES_MAX);
    assert!(Framed::decode(&framed.encode()).is_ok());
}

#[test]
fn erased_here_or_everywhere_restricted_and_not_held_are_four_words() {
    let mut author = Author::of(&Network::of(3), 0);
    let mut story = author.story(2);
    story.push(author.seal());
    let last = author.say();
    story.push(Held { body: Body::Absent(Absence::NotHeld), ..last });
    let (network, mut node) = holding(&story);
    node.cabinet.memory.erase(&story[1].entry.id(), true);
    node.cabinet.memory.erase(&story[2].entry.id(), false);
    let framed = ask(&mut node, network.feed(0), 1, 4);
    let bodies: Vec<_> = framed.entries.iter().map(|entry| entry.body.clone()).collect();
    assert_eq!(bodies, [Absence::Erased, Absence::ErasedHere, Absence::Restricted, Absence::NotHeld].map(Body::Absent));
}

#[test]
fn questions_about_payloads_are_answered_one_by_one_and_not_without_measure() {
    let mut author = Author::of(&Network::of(3), 0);
    let mut story = author.story(0);
    story.extend((0..16).map(|_| author.write(&bulky(200_000))));
    let (_, mut node) = holding(&story);
    let entries: Vec<_> = story[1..].iter().map(|held| held.entry.id()).collect();
    let answers = sent_to(&node.frame(2, Frame::WantPayloads(WantPayloads { entries }), NOW), 2);
    let held =
        |framed: &&Framed| matches!(&framed.frame, Frame::Payload(payload) if matches!(payload.body, Body::Held(_)));
    assert_eq!(answers.len(), 16);
    assert_eq!(answers.iter().filter(held).count(), 11, "two frames' worth, and the one that is begun");
}

#[test]
fn an_answer_ends_at_an_entry_whose_own_signature_is_known_to_hold() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(6);
    let mut node = Node::holding(&network, 1, &story[..2]);
    node.meet(&network, 2);
    let mut chain = node.exchange.chain(&author.feed).unwrap().clone();
    let outcome = chain.receive_range(story[2..].iter().map(arrival).collect(), &node.cabinet);
    outcome.accepted.iter().for_each(|held| node.cabinet.perform(&Record::Entry(held.clone())));
    let mut papers = trust::Papers::found(&network.papers.charters[0]).unwrap();
    papers.add_certificate(&network.papers.certificates[0]).unwrap();
    let restored = crate::Restored { me: network.feed(1), papers, chains: vec![chain], missing: vec![] };
    node.exchange = crate::Exchange::new(restored, NOW);
    node.meet(&network, 2);
    assert!(matches!(ask(&mut node, author.feed, 2, 3).frame, Frame::Busy(_)), "linked, not yet verified");
    assert_eq!(ask(&mut node, author.feed, 2, 9).entries.len(), 5, "up to the signature");
    node.tick(NOW + 250);
    assert_eq!(ask(&mut node, author.feed, 2, 3).entries.len(), 3, "verified");
}

#[test]
fn what_was_taken_back_from_somebody_is_not_served_to_it() {
    let network = Network::of(3);
    let story = Author::of(&network, 0).story(2);
    let mut node = Node::holding(&network, 1, &story);
    let entry = story[1].entry.id();
    node.cabinet.kept_from.insert((network.feed(2), entry));
    for (asker, gets_it) in [(0, true), (2, false)] {
        node.meet(&network, asker);
        let asked = node.frame(asker, Frame::WantPayloads(WantPayloads { entries: vec![entry] }), NOW);
        let want = WantRange { feed: network.feed(0), from: 1, count: 1, with_payloads: true };
        let range = node.frame(asker, Frame::WantRange(want), NOW);
        let Frame::Payload(payload) = &sent_to(&asked, asker)[0].frame else { panic!("{asked:?}") };
        let bodies =
            [&payload.body, &sent_to(&range, asker)[0].entries[0].body].map(|body| matches!(body, Body::Held(_)));
        assert_eq!(bodies, [gets_it; 2]);
    }
}
