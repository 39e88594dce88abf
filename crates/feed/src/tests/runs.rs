//! Runs: many entries on the signature of the last one.

use protocol::{Audience, Proof, limits};

use super::world::{Author, Desk, Network, arrival, forged, frame_of, node_keys, peer, profile, rotation, spoiled};
use crate::{Answer, Arrival, Held};

fn begun() -> (Author, Desk) {
    let mut author = Author::of(&Network::of(1), 0);
    let story = author.story(0);
    let desk = Desk::with(&author, &story);
    (author, desk)
}

fn receive(desk: &mut Desk, arrivals: Vec<Arrival>) -> (Vec<Proof>, Option<Answer>) {
    let outcome = desk.chain.receive_range(arrivals, &desk.cabinet);
    outcome.accepted.iter().for_each(|held| desk.cabinet.keep(held));
    (outcome.accepted.iter().map(|held| held.entry.proof()).collect(), outcome.stopped_by)
}

fn arrivals(entries: &[Held]) -> Vec<Arrival> {
    entries.iter().map(arrival).collect()
}

#[test]
fn a_run_is_taken_on_its_last_signature_and_verified_later() {
    let (mut author, mut desk) = begun();
    let run: Vec<_> = (0..5).map(|_| author.say()).collect();
    let (proofs, stop) = receive(&mut desk, arrivals(&run));
    assert_eq!(proofs, [Proof::Link, Proof::Link, Proof::Link, Proof::Link, Proof::Signature]);
    assert_eq!((stop, desk.chain.next_seq(), desk.chain.verified_to()), (None, 6, 1));
    assert!(!desk.chain.verify_linked(3, &desk.cabinet));
    assert_eq!(desk.chain.verified_to(), 4);
    assert!(!desk.chain.verify_linked(100, &desk.cabinet));
    assert_eq!(desk.chain.verified_to(), 6);
}

#[test]
fn a_run_has_at_most_so_many_entries() {
    let (mut author, mut desk) = begun();
    let run: Vec<_> = (0..limits::RUN_ENTRIES_MAX + 3).map(|_| author.say()).collect();
    let (proofs, stop) = receive(&mut desk, arrivals(&run));
    let signed: Vec<usize> = (0..proofs.len()).filter(|at| proofs[*at] == Proof::Signature).collect();
    assert_eq!((signed, stop), (vec![limits::RUN_ENTRIES_MAX - 1, limits::RUN_ENTRIES_MAX + 2], None));
}

#[test]
fn a_run_ends_before_every_root_entry() {
    let (mut author, mut desk) = begun();
    let mut entries = vec![author.say(), author.write(&node_keys(peer(0))), author.write(&rotation(0, 5))];
    author.signing = (2, 5);
    entries.extend([author.say(), author.say()]);
    let (proofs, stop) = receive(&mut desk, arrivals(&entries));
    assert_eq!(proofs, [Proof::Link, Proof::Signature, Proof::Signature, Proof::Link, Proof::Signature]);
    assert_eq!(stop, None);
    assert!(desk.chain.institution().unwrap().has_transport(&peer(0)), "control inside a run counts");
}

#[test]
fn when_the_last_signature_is_bad_the_good_part_is_kept() {
    let (mut author, mut desk) = begun();
    let run: Vec<_> = (0..4).map(|_| author.say()).collect();
    let mut arriving = arrivals(&run);
    arriving[3] = forged(&run[3]);
    let (proofs, stop) = receive(&mut desk, arriving);
    assert_eq!((proofs, stop), (vec![Proof::Signature; 3], Some(Answer::BadSignature)));
}

#[test]
fn when_a_link_is_broken_the_part_before_it_is_kept() {
    let (mut author, mut desk) = begun();
    let run: Vec<_> = (0..4).map(|_| author.say()).collect();
    let mut arriving = arrivals(&run);
    arriving[2] = forged(&run[2]);
    let (proofs, stop) = receive(&mut desk, arriving);
    assert_eq!((proofs, stop), (vec![Proof::Signature; 2], Some(Answer::BadSignature)));
}

#[test]
fn a_spoiled_payload_inside_a_run_names_the_sender_and_leaves_the_header() {
    let (mut author, mut desk) = begun();
    let run: Vec<_> = (0..3).map(|_| author.say()).collect();
    let arriving = vec![arrival(&run[0]), arrival(&spoiled(&run[1])), arrival(&run[2])];
    let outcome = desk.chain.receive_range(arriving, &desk.cabinet);
    assert!(outcome.was_spoiled && outcome.stopped_by.is_none());
    assert_eq!(outcome.accepted.iter().filter(|held| held.salted().is_none()).count(), 1);
}

#[test]
fn a_run_cannot_smuggle_in_an_entry_of_another_feed() {
    let network = Network::of(2);
    let mut author = Author::of(&network, 0);
    let story = author.story(0);
    let mut desk = Desk::with(&author, &story);
    let mut stray = Author { feed: network.feed(1), ..author };
    let run = [stray.say(), stray.say()];
    let (proofs, stop) = receive(&mut desk, arrivals(&run));
    assert_eq!((proofs, stop), (vec![], Some(Answer::Malformed)));
}

#[test]
fn a_bad_signature_below_a_good_one_is_the_authors_fault_and_freezes_there() {
    let (mut author, mut desk) = begun();
    let good = author.say();
    let signing = super::world::key(9, 9);
    let bad = author.signed_by(&profile(1), Audience::Network, 1, &signing);
    author.take(&bad);
    let behind = author.say();
    let run = [good, bad, behind];
    let (proofs, stop) = receive(&mut desk, arrivals(&run));
    assert_eq!((proofs.len(), stop), (3, None), "the links hold");
    assert!(desk.chain.verify_linked(100, &desk.cabinet));
    let freeze = desk.chain.freeze().unwrap();
    assert_eq!((freeze.at, freeze.proof.is_some()), (2, false));
    assert!(!desk.chain.is_open());
}

#[test]
fn after_a_restart_linked_entries_are_still_to_be_verified() {
    let (mut author, mut desk) = begun();
    let run: Vec<_> = (0..3).map(|_| author.say()).collect();
    receive(&mut desk, arrivals(&run));
    let mut again = crate::Chain::new(author.network, author.feed);
    desk.cabinet.memory.of(&author.feed).iter().for_each(|held| again.recall(held));
    assert_eq!((again.head(), again.verified_to()), (desk.chain.head(), 1));
    assert!(!again.verify_linked(100, &desk.cabinet));
    assert_eq!(again.verified_to(), 4);
}

#[test]
fn frames_are_read_as_they_are_written() {
    let (mut author, _) = begun();
    let held = author.say();
    let again = Arrival::parse(frame_of(&held)).unwrap();
    assert_eq!(again.entry.id(), held.entry.id());
}
