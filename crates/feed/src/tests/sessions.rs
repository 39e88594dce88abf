//! What sessions say to each other, and when they are silent.

use protocol::{
    EntryId, FeedId,
    certificate::Certificate,
    message::{Absence, Busy, Frame, Framed, Gossip, Heads, Papers, Range},
    payload::control::{Head, Place},
};

use super::world::{Author, NOW, Network, Node, Party, bare, bulky, frame_of, open, peer, profile, rotation, sent_to};
use crate::{Blame, Effect, Held};

fn heads(feed: FeedId, seq: u64) -> Frame {
    let place = Place { epoch: 0, seq, entry: EntryId([1; 32]) };
    Frame::Heads(Heads { heads: vec![Head { feed, place }] })
}

fn nothing(feed: FeedId, from: u64) -> Framed {
    Framed::from(Frame::Range(Range { feed, from, count: 0 }))
}

fn asked(effects: &[Effect]) -> Vec<(u8, u64)> {
    let of = |effect: &Effect| match effect {
        Effect::Send(peer, Framed { frame: Frame::WantRange(want), .. }) => Some((peer.0[0], want.from)),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

#[test]
fn everything_comes_everywhere_without_gossip() {
    let network = Network::of(4);
    let nodes = (0..4).map(|house| {
        let mut node = Node::ready(&network, house);
        node.found(&network, 5 + usize::from(house));
        node
    });
    let mut party = Party::of(&network, nodes.collect());
    party.run(6);
    for house in 0..4 {
        for feed in 0..4 {
            assert_eq!(party.node(house).seq_of(&network.feed(feed)), Some(5 + u64::from(feed)));
        }
        assert_eq!(party.node(house).blames(), []);
    }
}

/// What a node says of all that it holds, and what it says after a restart, when nothing was computed before.
fn assert_says_what_it_holds(network: &Network, node: Node) -> Node {
    let hello = |effects: Vec<Effect>| sent_to(&effects, 3).into_iter().find(|it| matches!(it.frame, Frame::Hello(_)));
    let mut node = node;
    let said = hello(node.meet(network, 3));
    let mut anew = node.restarted();
    assert!(said.is_some());
    assert_eq!(said, hello(anew.meet(network, 3)));
    anew
}

#[test]
fn a_hello_says_what_is_held_whatever_changed_since_the_last_one() {
    let network = Network::of(4);
    let mut node = Node::ready(&network, 0);
    node.found(&network, 2);
    let mut node = assert_says_what_it_holds(&network, node);

    let mut author = Author::of(&network, 1);
    let story = author.story(2);
    let mut twin = author.clone();
    let (ours, theirs) = (author.say(), twin.write(&profile(60)));
    node.meet(&network, 2);
    node.learn(&story);
    let mut node = assert_says_what_it_holds(&network, node);
    node.meet(&network, 2);
    node.learn(std::slice::from_ref(&ours));
    let mut node = assert_says_what_it_holds(&network, node);

    node.meet(&network, 2);
    node.gossip(2, Gossip::Entry(frame_of(&theirs)), NOW);
    assert_eq!(node.freeze_of(&author.feed), Some(3));
    let mut node = assert_says_what_it_holds(&network, node);
    node.meet(&network, 2);
    node.learn(&[author.write(&rotation(1, 5))]);
    assert_eq!(node.freeze_of(&author.feed), None);
    let mut node = assert_says_what_it_holds(&network, node);

    node.meet(&network, 2);
    let admission = network.admission_of(Author::of(&network, 9).feed);
    node.exchange.add_papers(&Papers { charters: Vec::new(), certificates: vec![admission] }).unwrap();
    node.exchange.vouch();
    node.append(vec![open(profile(3))], NOW);
    assert_says_what_it_holds(&network, node);
}

#[test]
fn once_all_is_known_time_passes_in_silence() {
    let network = Network::of(3);
    let mut first = Node::ready(&network, 0);
    first.found(&network, 5);
    let mut party = Party::of(&network, vec![first, Node::ready(&network, 1), Node::ready(&network, 2)]);
    party.run(8);
    let (before, done) = (party.delivered, party.node(0).done.len());
    party.run(100);
    assert_eq!((party.delivered, party.node(0).done.len()), (before, done), "a tick without news has no effects");
    party.run(400);
    assert!(party.delivered - before <= 3 * 4, "a hello a minute each: {}", party.delivered - before);
}

#[test]
fn three_hundred_feeds_are_compared_by_buckets() {
    let network = Network::of(3);
    let houses = (50..=250).map(|house| Author::of(&network, house));
    let mut authors: Vec<Author> = houses.chain((50..150).map(|house| Author::cousin(&network, house))).collect();
    let certificates: Vec<Certificate> = authors.iter().map(|author| network.admission_of(author.feed)).collect();
    let papers = Papers { charters: Vec::new(), certificates };
    let stories: Vec<Held> = authors.iter_mut().map(|author| author.story(0).remove(0)).collect();
    let (mut one, mut other) = (Node::of(&network, 0), Node::of(&network, 1));
    for node in [&mut one, &mut other] {
        node.exchange.add_papers(&papers).unwrap();
        node.learn(&stories[2..]);
        node.exchange.vouch();
    }
    one.learn(&stories[..1]);
    other.learn(&stories[1..2]);
    one.tick(NOW);
    other.tick(NOW);
    let mut party = Party::of(&network, vec![one, other]);
    party.run(4);
    for house in [0, 1] {
        assert_eq!(party.node(house).exchange.chains().count(), 301);
    }
    let told = |effect: &Effect| match effect {
        Effect::Send(_, Framed { frame: Frame::Heads(heads), .. }) => heads.heads.len(),
        _ => 0,
    };
    let node = party.node(0);
    assert!(
        node.done.iter().any(|effect| matches!(effect, Effect::Send(_, it) if matches!(it.frame, Frame::Buckets(_))))
    );
    let heads: usize = node.done.iter().map(told).sum();
    assert!(heads < 20, "only what differs is told: {heads}");
}

#[test]
fn one_who_claims_and_gives_nothing_is_asked_later_and_later_and_others_at_once() {
    let network = Network::of(4);
    let feed = network.feed(0);
    let mut node = Node::ready(&network, 1);
    node.meet(&network, 2);
    node.meet(&network, 3);
    assert_eq!(asked(&node.frame(2, heads(feed, 900), NOW)), [(2, 0)]);
    assert_eq!(asked(&node.frame(3, heads(feed, 5), NOW)), [], "one flight a feed");
    assert_eq!(asked(&node.frame(2, nothing(feed, 0), NOW)), [(3, 0)]);
    node.frame(3, nothing(feed, 0), NOW);
    let mut times = Vec::new();
    for now_ms in (NOW..NOW + 120_000).step_by(250) {
        let mut effects = node.frame(2, heads(feed, 900 + now_ms - NOW), now_ms);
        effects.extend(node.tick(now_ms));
        let mut questions = asked(&effects);
        while let Some((to, from)) = questions.pop() {
            questions.extend(asked(&node.frame(to, nothing(feed, from), now_ms)));
            if to == 2 {
                times.push((now_ms - NOW) / 1_000);
            }
        }
    }
    assert_eq!(times, [1, 3, 7, 15, 31, 63], "claiming more and more does not help");
}

#[test]
fn one_who_never_answers_is_given_up_and_its_late_answer_is_still_welcome() {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let story = author.story(1);
    let mut node = Node::ready(&network, 1);
    node.meet(&network, 2);
    node.meet(&network, 3);
    node.frame(2, heads(author.feed, 1), NOW);
    node.frame(3, heads(author.feed, 1), NOW);
    assert_eq!(asked(&node.tick(NOW + 14_999)), []);
    assert_eq!(asked(&node.tick(NOW + 15_000)), [(3, 0)]);
    let range = Range { feed: author.feed, from: 0, count: 2 };
    let late = Framed { frame: Frame::Range(range), entries: story.iter().map(frame_of).collect() };
    node.frame(2, late.clone(), NOW + 15_100);
    assert_eq!((node.seq_of(&author.feed), node.blames()), (Some(1), vec![]));
    node.frame(2, late, NOW + 15_200);
    assert_eq!(node.blames(), [(peer(2), Blame::Unasked)], "once");
}

/// What comes of a feed in a minute, from an honest node, where the first to be asked does what it can to keep it away.
fn comes_in_a_minute(disturb: impl Fn(&mut Node, FeedId, u64, &[Effect]) -> Vec<Effect>) -> (Option<u64>, usize) {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let story = author.story(20);
    let mut node = Node::holding(&network, 1, &story[..1]);
    node.meet(&network, 2);
    node.meet(&network, 3);
    let (mut questions, mut effects) = (0, node.frame(2, heads(author.feed, 20), NOW));
    effects.extend(node.frame(3, heads(author.feed, 20), NOW));
    for now_ms in (NOW..NOW + 60_000).step_by(100) {
        questions += asked(&effects).iter().filter(|(to, _)| *to == 2).count();
        let mut next = disturb(&mut node, author.feed, now_ms, &effects);
        for (_, from) in asked(&effects).into_iter().filter(|(to, _)| *to == 3) {
            next.extend(node.frame(3, range_of(&story, from, 5), now_ms));
        }
        next.extend(node.tick(now_ms));
        effects = next;
    }
    (node.seq_of(&author.feed), questions)
}

fn range_of(story: &[Held], from: u64, count: usize) -> Framed {
    let entries: Vec<_> = story.iter().skip(usize::try_from(from).unwrap()).take(count).map(frame_of).collect();
    let feed = story[0].entry.header().feed;
    let range = Range { feed, from, count: u32::try_from(entries.len()).unwrap() };
    Framed { frame: Frame::Range(range), entries }
}

#[test]
fn one_who_claims_another_beginning_again_and_again_keeps_no_feed_away() {
    let (seq, questions) = comes_in_a_minute(|node, feed, now_ms, _| node.frame(2, heads(feed, 0), now_ms));
    assert_eq!(seq, Some(20));
    assert!(questions <= 5, "who never answers is searched later and later: {questions}");
}

#[test]
fn one_who_answers_slowly_with_little_keeps_no_feed_away() {
    let network = Network::of(4);
    let story = Author::of(&network, 0).story(20);
    let asked_at = std::cell::Cell::new(None);
    let (seq, _) = comes_in_a_minute(|node, _, now_ms, effects| {
        if let Some((_, from)) = asked(effects).into_iter().find(|(to, _)| *to == 2) {
            asked_at.set(Some((now_ms, from)));
        }
        match asked_at.get().filter(|(since_ms, _)| now_ms - since_ms >= 14_800) {
            Some((_, from)) => {
                asked_at.set(None);
                node.frame(2, range_of(&story, from, 1), now_ms)
            }
            None => Vec::new(),
        }
    });
    assert_eq!(seq, Some(20));
}

#[test]
fn a_search_that_finds_nothing_makes_up_for_no_silence() {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut node = Node::holding(&network, 1, &story);
    node.meet(&network, 2);
    assert_eq!(asked(&node.frame(2, heads(author.feed, 900), NOW)), [(2, 3)]);
    node.frame(2, nothing(author.feed, 3), NOW);
    assert_eq!(asked(&node.tick(NOW + 1_000)), [(2, 3)]);
    node.frame(2, nothing(author.feed, 3), NOW + 1_000);
    let searched = node.frame(2, heads(author.feed, 0), NOW + 3_000);
    assert_eq!(asked(&searched), [(2, 0)]);
    node.frame(2, range_of(&story, 0, 3), NOW + 3_000);
    assert_eq!(asked(&node.frame(2, heads(author.feed, 900), NOW + 3_000)), [(2, 3)]);
    node.frame(2, nothing(author.feed, 3), NOW + 3_000);
    let quiet: Vec<_> = (NOW + 3_250..NOW + 7_000).step_by(250).flat_map(|now_ms| asked(&node.tick(now_ms))).collect();
    assert_eq!(quiet, [], "four seconds, as after any third time");
}

#[test]
fn a_clock_that_is_set_back_makes_nobody_wait() {
    let network = Network::of(4);
    let feed = network.feed(0);
    let mut node = Node::ready(&network, 1);
    node.found(&network, 0);
    node.meet(&network, 2);
    node.meet(&network, 3);
    let year_ms = 365 * 86_400_000;
    assert_eq!(asked(&node.frame(2, heads(feed, 5), NOW + year_ms)), [(2, 0)]);
    node.frame(3, heads(feed, 5), NOW + year_ms);
    node.tick(NOW + year_ms);
    let corrected: Vec<Effect> = (NOW..=NOW + 600_000).step_by(250).flat_map(|now_ms| node.tick(now_ms)).collect();
    assert_eq!(asked(&corrected).first(), Some(&(3, 0)), "who does not answer is given up");
    let claims = corrected.iter().filter(|effect| matches!(effect, Effect::Publish(Gossip::HeadClaim(_)))).count();
    assert_eq!(claims, 1, "ten minutes after the last one");
}

#[test]
fn an_answer_that_is_no_range_is_the_senders_fault() {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let story = author.story(4);
    let mut other = Author::of(&network, 2);
    let stray = other.story(0);
    let good = |from: u64, entries: &[Held]| {
        let count = u32::try_from(entries.len()).unwrap();
        let range = Range { feed: author.feed, from, count };
        Framed { frame: Frame::Range(range), entries: entries.iter().map(frame_of).collect() }
    };
    let gap = [story[0].clone(), story[2].clone()];
    for answer in [good(0, &story[1..]), good(0, &gap), good(0, &stray)] {
        let mut node = Node::ready(&network, 1);
        node.meet(&network, 2);
        node.frame(2, heads(author.feed, 4), NOW);
        node.frame(2, answer, NOW);
        assert_eq!(node.blames(), [(peer(2), Blame::Malformed)]);
        assert_eq!(node.seq_of(&author.feed), None);
    }
    let mut node = Node::ready(&network, 1);
    node.meet(&network, 2);
    node.frame(2, good(0, &story), NOW);
    assert_eq!(node.blames(), [(peer(2), Blame::Unasked)], "even if it is good");
}

#[test]
fn an_answer_behind_a_word_of_patience_is_taken() {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let story = author.story(3);
    let mut node = Node::ready(&network, 1);
    node.meet(&network, 2);
    assert_eq!(asked(&node.frame(2, heads(author.feed, 3), NOW)).len(), 1);
    node.frame(2, Frame::Busy(Busy { retry_ms: 0 }), NOW);
    let range = Range { feed: author.feed, from: 0, count: 4 };
    node.frame(2, Framed { frame: Frame::Range(range), entries: story.iter().map(frame_of).collect() }, NOW);
    assert_eq!((node.blames(), node.seq_of(&author.feed)), (Vec::new(), Some(3)));
}

#[test]
fn one_who_is_always_busy_is_not_asked_without_pause() {
    let network = Network::of(4);
    let mut node = Node::ready(&network, 1);
    node.meet(&network, 2);
    let mut questions = asked(&node.frame(2, heads(network.feed(0), 5), NOW)).len();
    for now_ms in NOW..NOW + 1_000 {
        questions += asked(&node.frame(2, Frame::Busy(Busy { retry_ms: 0 }), now_ms)).len();
    }
    assert!(questions <= 5, "{questions}");
}

#[test]
fn heads_of_institutions_that_are_no_members_are_not_remembered() {
    let network = Network::of(4);
    let mut node = Node::ready(&network, 1);
    node.meet(&network, 2);
    let made_up = (0..=255)
        .map(|number| Head { feed: FeedId([number; 32]), place: Place { epoch: 0, seq: 9, entry: EntryId([1; 32]) } });
    let effects = node.frame(2, Frame::Heads(Heads { heads: made_up.collect() }), NOW);
    assert_eq!(effects, []);
    assert_eq!(node.exchange.held_by(&peer(2), &FeedId([3; 32])), None);
    assert_eq!(node.exchange.chains().count(), 0);
}

#[test]
fn a_missing_payload_is_asked_of_one_at_a_time_until_somebody_has_it() {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(0);
    let large = author.write(&bulky(20_000));
    story.push(bare(&large, Absence::NotHeld));
    let mut node = Node::of(&network, 1);
    node.meet(&network, 2);
    node.meet(&network, 3);
    node.learn(&story);
    let questions = |effects: &[Effect]| {
        let of = |to| sent_to(effects, to).iter().filter(|it| matches!(it.frame, Frame::WantPayloads(_))).count();
        (of(2), of(3))
    };
    let first = node.tick(NOW + 1_000);
    assert_eq!(questions(&first), (1, 0));
    assert_eq!(questions(&node.tick(NOW + 1_250)), (0, 0), "nobody else while one is asked");
    let answer = |body| Frame::Payload(protocol::message::PayloadOf { entry: large.entry.id(), body });
    let after = node.frame(2, answer(protocol::message::Body::Absent(Absence::NotHeld)), NOW + 1_300);
    assert_eq!(questions(&after), (0, 1));
    node.frame(3, answer(large.body.clone()), NOW + 1_400);
    assert_eq!(node.cabinet.memory.of(&author.feed)[1].body, large.body);
    assert_eq!(questions(&node.tick(NOW + 400_000)), (0, 0));
}

#[test]
fn many_missing_payloads_are_asked_for_in_measured_questions() {
    let network = Network::of(4);
    let mut author = Author::of(&network, 0);
    let mut story = author.story(0);
    story.extend((0..150).map(|_| bare(&author.say(), Absence::NotHeld)));
    let mut node = Node::of(&network, 1);
    node.learn(&story);
    node.meet(&network, 2);
    let mut count = 0;
    for turn in 1..200_u64 {
        let effects = node.tick(NOW + turn * 250);
        assert!(effects.len() <= 3, "bounded");
        let mut questions: Vec<EntryId> = wanted(&effects);
        while let Some(entry) = questions.pop() {
            count += 1;
            let body = protocol::message::Body::Absent(Absence::NotHeld);
            let answer = Frame::Payload(protocol::message::PayloadOf { entry, body });
            questions.extend(wanted(&node.frame(2, answer, NOW + turn * 250)));
        }
    }
    assert!((150..=750).contains(&count), "all of them, and then rarely again: {count}");
}

/// Entries whose payloads are asked of peer 2, in one question.
fn wanted(effects: &[Effect]) -> Vec<EntryId> {
    let questions = sent_to(effects, 2).into_iter().filter_map(|framed| match framed.frame {
        Frame::WantPayloads(want) => Some(want.entries),
        _ => None,
    });
    let questions: Vec<Vec<EntryId>> = questions.collect();
    assert!(questions.len() <= 1 && questions.iter().all(|entries| entries.len() <= 64));
    questions.concat()
}
