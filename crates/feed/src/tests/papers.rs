//! Who is a member: papers travel both ways, and what follows from them.

use protocol::{
    certificate::{Certificate, Vote},
    limits,
    message::{Frame, Framed, Gossip, Papers},
};

use super::world::{Author, NOW, Network, Node, Party, frame_of, frames, key, peer, sent_to};
use crate::{Blame, Effect, Verdict};

fn paper(certificate: Certificate) -> Papers {
    Papers { charters: Vec::new(), certificates: vec![certificate] }
}

#[test]
fn papers_go_both_ways_on_meeting_and_then_rest() {
    let network = Network::of(3);
    let (one, other) = (Author::of(&network, 11).feed, Author::of(&network, 12).feed);
    let mut first = Node::ready(&network, 0);
    let mut second = Node::ready(&network, 1);
    first.exchange.add_papers(&paper(network.admission_of(one))).unwrap();
    second.exchange.add_papers(&paper(network.admission_of(other))).unwrap();
    let mut party = Party::of(&network, vec![first, second]);
    party.run(3);
    for house in [0, 1] {
        let roster = party.node(house).exchange.roster();
        assert!(roster.member(&one).is_some() && roster.member(&other).is_some());
    }
    let before = party.delivered;
    party.run(10);
    assert_eq!(party.delivered, before, "and nothing more is said");
}

#[test]
fn a_gossiped_certificate_is_passed_on_once() {
    let network = Network::of(3);
    let mut node = Node::ready(&network, 0);
    let admission = Gossip::Certificate(network.admission_of(Author::of(&network, 11).feed));
    let effects = node.gossip(1, admission.clone(), NOW);
    assert_eq!(effects[0], Effect::Verdict(Verdict::Accept));
    assert!(effects.contains(&Effect::RosterChanged));
    assert_eq!(node.gossip(1, admission, NOW), [Effect::Verdict(Verdict::Ignore)]);
}

#[test]
fn a_vote_of_nobody_is_neither_kept_nor_passed_on() {
    let network = Network::of(3);
    let mut node = Node::ready(&network, 0);
    let mut noise = network.admission_of(Author::of(&network, 11).feed);
    noise.votes = vec![Vote::sign(&network.id, &noise.decision.0, &key(90, 1))];
    assert_eq!(node.gossip(1, Gossip::Certificate(noise.clone()), NOW), [Effect::Verdict(Verdict::Ignore)]);
    node.meet(&network, 1);
    assert_eq!(node.frame(1, Frame::Papers(paper(noise)), NOW), []);
}

#[test]
fn a_vote_that_nobody_gave_is_the_senders_fault() {
    let network = Network::of(3);
    let mut node = Node::ready(&network, 0);
    let mut forged = network.admission_of(Author::of(&network, 11).feed);
    forged.votes[0].signature.0[3] ^= 1;
    assert_eq!(node.gossip(1, Gossip::Certificate(forged.clone()), NOW)[0], Effect::Verdict(Verdict::Reject));
    node.meet(&network, 1);
    node.frame(1, Frame::Papers(paper(forged)), NOW);
    assert_eq!(node.blames(), [(peer(1), Blame::Malformed); 2]);
}

#[test]
fn a_feed_that_was_unknown_is_pulled_once_its_admission_is_here() {
    let network = Network::of(3);
    let mut author = Author::of(&network, 11);
    let story = author.story(3);
    let mut knows = Node::of(&network, 0);
    knows.exchange.add_papers(&paper(network.admission_of(author.feed))).unwrap();
    knows.learn(&story);
    knows.exchange.vouch();
    let mut party = Party::of(&network, vec![knows, Node::ready(&network, 1)]);
    party.run(4);
    assert_eq!(party.node(1).seq_of(&author.feed), Some(3));
}

#[test]
fn with_an_expelled_institution_nothing_is_said_any_more() {
    let network = Network::of(3);
    let guest = Author::of(&network, 11);
    let mut node = Node::ready(&network, 0);
    node.exchange.add_papers(&paper(network.admission_of(guest.feed))).unwrap();
    node.meet(&network, 11);
    node.exchange.add_papers(&paper(network.expulsion_of(guest.feed, None))).unwrap();
    let want = Frame::WantHead(protocol::message::WantHead { feed: network.feed(0) });
    assert_eq!(node.frame(11, want, NOW), []);
    let genesis = guest.clone().story(0).remove(0);
    assert_eq!(node.gossip(1, Gossip::Entry(frame_of(&genesis)), NOW), [Effect::Verdict(Verdict::Ignore)]);
}

#[test]
fn how_far_the_feed_of_an_expelled_institution_came_is_nothing_to_talk_about() {
    let network = Network::of(3);
    let mut guest = Author::of(&network, 11);
    let story = guest.story(3);
    let heads = [1, 3].map(|count| {
        let mut node = Node::of(&network, 0);
        node.exchange.add_papers(&paper(network.admission_of(guest.feed))).unwrap();
        node.learn(&story[..count]);
        node.exchange.add_papers(&paper(network.expulsion_of(guest.feed, None))).unwrap();
        let greeting = sent_to(&node.meet(&network, 1), 1).remove(0);
        let Frame::Hello(hello) = greeting.frame else { panic!("{greeting:?}") };
        hello.heads
    });
    assert_eq!(heads[0], heads[1], "nobody could give the other more");
}

#[test]
fn many_papers_go_in_frames_that_can_be_read() {
    let network = Network::of(21);
    let admissions = (0..400_u16).map(|number| {
        let mut feed = [7; 32];
        feed[..2].copy_from_slice(&number.to_be_bytes());
        network.admission_of(protocol::FeedId(feed))
    });
    let mut one = Node::ready(&network, 0);
    let papers = Papers { charters: Vec::new(), certificates: admissions.collect() };
    one.exchange.add_papers(&papers).unwrap();
    let mut party = Party::of(&network, vec![one, Node::ready(&network, 1)]);
    party.run(2);
    assert_eq!(party.node(1).exchange.roster().members().count(), 421);
    let hello = party.node(0).meet(&network, 2);
    let greeting = sent_to(&hello, 2).remove(0);
    let now_ms = party.now_ms;
    let mut stale = greeting;
    if let Frame::Hello(hello) = &mut stale.frame {
        hello.certificates = [0; 32];
    }
    let told = party.node(0).frame(2, stale, now_ms);
    let sizes: Vec<usize> = sent_to(&told, 2).iter().map(|framed: &Framed| framed.encode().len()).collect();
    assert!(sizes.len() > 2 && sizes.iter().all(|size| *size < limits::FRAME_BYTES_MAX), "{sizes:?}");
    assert!(frames(&told).iter().any(|frame| matches!(frame, Frame::Papers(papers) if !papers.charters.is_empty())));
}

/// An expelled member, of whose feed two nodes hold this much, after they met the governors' decision and each other.
fn expelled(held: [usize; 2], last: Option<usize>) -> (Author, Party) {
    let network = Network::of(3);
    let mut author = Author::of(&network, 11);
    let story = author.story(8);
    let nodes = held.into_iter().enumerate().map(|(house, held)| {
        let mut node = Node::of(&network, if house == 0 { 0 } else { 1 });
        node.exchange.add_papers(&paper(network.admission_of(author.feed))).unwrap();
        node.learn(&story[..held]);
        node.exchange.vouch();
        node
    });
    let mut party = Party::of(&network, nodes.collect());
    let last = last.map(|seq| place_of(&story[seq]));
    let expulsion = paper(network.expulsion_of(author.feed, last));
    party.node(1).exchange.add_papers(&expulsion).unwrap();
    party.node(0).exchange.add_papers(&expulsion).unwrap();
    party.run(10);
    (author, party)
}

#[test]
fn of_an_expelled_member_all_come_to_hold_what_was_said_up_to_its_last_place() {
    for (held, agreed) in [([9, 4], [8, 6]), ([4, 9], [6, 8]), ([5, 2], [4, 4]), ([7, 7], [6, 6])] {
        let (author, mut party) = expelled(held, Some(6));
        let seqs = [0, 1].map(|house| party.node(house).seq_of(&author.feed));
        assert_eq!(seqs, agreed.map(Some), "{held:?}");
        let before = party.delivered;
        party.run(10);
        assert_eq!(party.delivered, before, "{held:?}: and nothing more is said");
        for house in [0, 1] {
            let chain = party.node(house).exchange.chain(&author.feed).unwrap();
            let word = |seq| {
                let author = protocol::ClinicianId([1; 32]);
                let case = protocol::CaseId { institution: chain.feed(), number: protocol::CaseNumber([1; 16]) };
                chain.judge(&trust::Question { author, kind: protocol::Kind::Comment, case, seq, time_ms: NOW })
            };
            assert_eq!(
                [6, 7].map(word),
                [trust::Standing::Unknown, trust::Standing::Disputed],
                "behind it nothing counts"
            );
        }
    }
}

#[test]
fn without_a_last_place_each_keeps_what_it_has_of_an_expelled_member() {
    let (author, mut party) = expelled([9, 4], None);
    assert_eq!([0, 1].map(|house| party.node(house).seq_of(&author.feed)), [Some(8), Some(3)]);
}

#[test]
fn what_the_expelled_says_behind_its_last_place_is_taken_again_once_it_is_admitted_again() {
    let (author, mut party) = expelled([9, 4], Some(6));
    let network = Network::of(3);
    let back = paper(network.admission_again_of(author.feed));
    party.node(0).exchange.add_papers(&back).unwrap();
    party.node(1).exchange.add_papers(&back).unwrap();
    party.run(200);
    assert_eq!([0, 1].map(|house| party.node(house).seq_of(&author.feed)), [Some(8); 2]);
}

fn place_of(held: &crate::Held) -> protocol::payload::control::Place {
    let header = held.entry.header();
    protocol::payload::control::Place { epoch: header.epoch, seq: header.seq, entry: held.entry.id() }
}
