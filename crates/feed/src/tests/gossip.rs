//! What a gossip message is worth, row by row.

use protocol::{
    Audience,
    claim::{HeadClaim, SignedHeadClaim},
    limits,
    message::{Absence, Frame, Gossip},
    payload::control::Place,
};

use super::world::{
    Author, NOW, Network, Node, bare, bulky, forged, frame_of, frames, key, node_keys, peer, profile, sent_to, spoiled,
};
use crate::{Blame, Effect, Held, Record, Verdict};

fn begun() -> (Network, Author, Node) {
    let network = Network::of(3);
    let mut author = Author::of(&network, 0);
    let story = author.story(2);
    let mut node = Node::holding(&network, 1, &story);
    node.meet(&network, 2);
    node.done.clear();
    (network, author, node)
}

fn entry(held: &Held) -> Gossip {
    Gossip::Entry(frame_of(held))
}

fn claim(network: &Network, author: &Author, place: Place, time_ms: u64) -> Gossip {
    let claim = HeadClaim { feed: author.feed, place, time_ms, key: 1 };
    Gossip::HeadClaim(SignedHeadClaim::sign(&network.id, &claim, &key(author.house, 3)))
}

fn verdict(effects: &[Effect]) -> Verdict {
    let verdicts: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Verdict(verdict) => Some(*verdict),
            _ => None,
        })
        .collect();
    assert_eq!(verdicts.len(), 1, "one verdict a message");
    verdicts[0]
}

#[test]
fn a_good_entry_is_passed_on_and_journaled() {
    let (_, mut author, mut node) = begun();
    let next = author.say();
    let effects = node.gossip(2, entry(&next), NOW);
    assert_eq!(effects, [Effect::Verdict(Verdict::Accept), Effect::Journal(vec![Record::Entry(next.clone())])]);
    assert_eq!(node.gossip(2, entry(&next), NOW), [Effect::Verdict(Verdict::Ignore)]);
}

#[test]
fn only_what_the_sender_answers_for_is_rejected() {
    let (_, mut author, _) = begun();
    let sealed = author.draft(&profile(10), Audience::Restricted);
    let long = author.draft(&bulky(limits::GOSSIP_PAYLOAD_BYTES_MAX), Audience::Network);
    let (next, after) = (author.say(), author.say());
    let keys = author.draft(&node_keys(peer(0)), Audience::Network);
    let mut forged_next = frame_of(&next);
    forged_next.entry = forged(&next).entry.bytes().clone();
    let mut cut = frame_of(&next);
    cut.entry.header.0.pop();
    let mut elsewhere = Author { network: protocol::NetworkId([9; 32]), ..author.clone() };
    let cases = [
        (entry(&after), Verdict::Ignore, None),
        (Gossip::Entry(forged_next), Verdict::Reject, Some(Blame::BadSignature)),
        (Gossip::Entry(cut), Verdict::Reject, Some(Blame::Malformed)),
        (entry(&elsewhere.say()), Verdict::Reject, Some(Blame::Malformed)),
        (entry(&spoiled(&next)), Verdict::Reject, Some(Blame::PayloadMismatch)),
        (entry(&bare(&keys, Absence::NotHeld)), Verdict::Ignore, None),
        (entry(&sealed), Verdict::Reject, Some(Blame::Malformed)),
        (entry(&bare(&sealed, Absence::Restricted)), Verdict::Accept, None),
        (entry(&long), Verdict::Reject, Some(Blame::Malformed)),
    ];
    for (message, expected, blame) in cases {
        let (_, _, mut node) = begun();
        assert_eq!(verdict(&node.gossip(2, message, NOW)), expected);
        assert_eq!(node.blames(), Vec::from_iter(blame.map(|blame| (peer(2), blame))));
    }
}

#[test]
fn an_institution_that_is_no_member_is_ignored() {
    let (_, _, mut node) = begun();
    let mut stranger = Author::of(&Network::of(3), 7);
    let genesis = stranger.story(0).remove(0);
    assert_eq!(node.exchange.of_no_member(), 0);
    assert_eq!(node.gossip(2, entry(&genesis), NOW), [Effect::Verdict(Verdict::Ignore)]);
    assert_eq!(node.exchange.of_no_member(), 1);
}

#[test]
fn a_gap_is_pulled_from_whoever_showed_it() {
    let (network, mut author, mut node) = begun();
    author.say();
    let effects = node.gossip(2, entry(&author.say()), NOW);
    let [Frame::WantRange(want)] = frames(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((want.feed, want.from, sent_to(&effects, 2).len()), (network.feed(0), 3, 1));
}

#[test]
fn a_spoiled_copy_does_not_keep_the_good_one_away() {
    let (_, mut author, mut node) = begun();
    let next = author.say();
    node.gossip(2, entry(&spoiled(&next)), NOW);
    let effects = node.gossip(0, entry(&next), NOW);
    assert!(matches!(&effects[1], Effect::Journal(records) if matches!(records[..], [Record::Payload { .. }])));
    assert_eq!(verdict(&node.gossip(2, entry(&spoiled(&next)), NOW)), Verdict::Reject, "also where it is held");
}

#[test]
fn a_feed_that_pours_is_taken_no_faster_but_nothing_is_lost() {
    let (network, mut author, mut node) = begun();
    let poured: Vec<Held> = (0..260).map(|_| author.say()).collect();
    let accepted = poured.iter().filter(|held| verdict(&node.gossip(2, entry(held), NOW)) == Verdict::Accept).count();
    assert!((190..=200).contains(&accepted), "{accepted}");
    assert!(node.exchange.held_by(&peer(2), &network.feed(0)) > node.seq_of(&network.feed(0)), "the rest is pulled");
}

#[test]
fn what_others_make_up_takes_nothing_of_a_feeds_share() {
    let (_, mut author, mut node) = begun();
    let next = author.say();
    let beyond: Vec<Held> = (0..300).map(|_| author.say()).collect();
    for held in &beyond {
        let mut made_up = frame_of(held);
        made_up.entry = forged(held).entry.bytes().clone();
        assert_eq!(verdict(&node.gossip(2, Gossip::Entry(made_up), NOW)), Verdict::Ignore);
    }
    assert_eq!(verdict(&node.gossip(0, entry(&next), NOW)), Verdict::Accept);
}

#[test]
fn a_newer_head_claim_is_passed_on_and_pulled_and_an_old_one_is_not() {
    let (network, author, mut node) = begun();
    let place = |seq| Place { epoch: 0, seq, entry: protocol::EntryId([1; 32]) };
    let effects = node.gossip(2, claim(&network, &author, place(9), NOW), NOW);
    assert_eq!(verdict(&effects), Verdict::Accept);
    assert!(matches!(frames(&effects)[..], [Frame::WantRange(_)]));
    assert_eq!(node.exchange.held_by(&peer(2), &author.feed), Some(9));
    for (seq, time_ms, now_ms) in
        [(10, NOW + 9, NOW + 1), (9, NOW, NOW + 60_000), (9, NOW - 5, NOW + 60_000), (8, NOW + 9, NOW + 60_000)]
    {
        let again = node.gossip(2, claim(&network, &author, place(seq), time_ms), now_ms);
        assert_eq!(verdict(&again), Verdict::Ignore, "too soon, replayed, older, or of an older place");
    }
}

#[test]
fn a_clock_that_once_ran_ahead_silences_nobody_who_writes() {
    let (network, author, mut node) = begun();
    let place = |seq| Place { epoch: 0, seq, entry: protocol::EntryId([1; 32]) };
    let year_ms = 365 * 86_400_000;
    node.gossip(2, claim(&network, &author, place(9), NOW + year_ms), NOW);
    let effects = node.gossip(2, claim(&network, &author, place(10), NOW + 60_000), NOW + 60_000);
    assert_eq!(verdict(&effects), Verdict::Accept);
    assert_eq!(node.exchange.held_by(&peer(2), &author.feed), Some(10));
}

#[test]
fn a_claim_that_the_institution_did_not_sign_is_rejected() {
    let (network, author, mut node) = begun();
    let place = Place { epoch: 0, seq: 9, entry: protocol::EntryId([1; 32]) };
    let claim = HeadClaim { feed: author.feed, place, time_ms: NOW, key: 1 };
    let signed = SignedHeadClaim::sign(&network.id, &claim, &key(9, 9));
    assert_eq!(verdict(&node.gossip(2, Gossip::HeadClaim(signed), NOW)), Verdict::Reject);
    assert_eq!(node.blames(), [(peer(2), Blame::BadSignature)]);
}

#[test]
fn a_payload_that_does_not_fit_into_gossip_is_asked_for() {
    let (_, mut author, mut node) = begun();
    let large = author.write(&super::world::bulky(17_000));
    node.gossip(2, entry(&bare(&large, Absence::NotHeld)), NOW);
    let effects = node.tick(NOW + 250);
    let wants: Vec<_> = frames(&effects).into_iter().filter(|frame| matches!(frame, Frame::WantPayloads(_))).collect();
    assert_eq!(wants.len(), 1, "{effects:?}");
}

#[test]
fn a_clock_far_ahead_ends_nobodys_feed() {
    let (_, mut author, mut node) = begun();
    let next = author.write(&profile(3));
    assert_eq!(verdict(&node.gossip(2, entry(&next), NOW - 30 * 60_000)), Verdict::Accept);
}
