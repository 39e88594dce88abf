//! Pictures of every kind, bent by chance, by the hundred: each is answered, none ends the node. And bombs: files that are
//! small and would be large, which cost the node next to nothing.

use crate::{
    bad_files::{all_refused, all_taken},
    chance::{Chance, times},
    founding::Network,
    visitor::{Part, Visitor},
};

/// What a node may take up more for all bombs together: one of them unpacked would be many times that.
const BOMBS_BYTES_MAX: u64 = 5 << 20;
/// No bomb is larger than this as it is sent.
const BOMB_BYTES_MAX: usize = 256 << 10;

/// A picture with some of its bytes cut off, flipped, overwritten or doubled.
fn bent(picture: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bent = picture.to_vec();
    for _ in 0..1 + chance.below(4) {
        let at = chance.below(bent.len());
        let end = (at + 1 + chance.below(16)).min(bent.len());
        match chance.below(5) {
            0 => bent.truncate(at.max(1)),
            1 => bent[at] ^= 1 << chance.below(8),
            2 => bent[at] = [0, 0xff, 0x7f, 0x80][chance.below(4)],
            3 => bent[at..end].fill(0xff),
            _ => {
                let piece = bent[at..end].to_vec();
                bent.splice(at..at, piece);
            }
        }
    }
    bent
}

#[test]
fn pictures_bent_by_chance_are_answered_and_never_end_the_node() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let mut keller = Visitor::sign_in(a, "keller");
    let node = a.process();
    let pictures: Vec<Vec<u8>> = all_taken(b"a word").into_iter().map(|(_, picture)| picture).collect();
    let mut chance = Chance::of("bent");
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..times("CONSILIUM_BENT", 200) {
        let picture = bent(&pictures[chance.below(pictures.len())], &mut chance);
        let mut answer = keller.posts_case_with(Part::file("picture", "a.jpg", "image/jpeg", &picture));
        // Whoever goes on for longer than a word of a password counts gives it again.
        if answer.status == 403 && answer.text().contains("step-up") {
            keller = Visitor::sign_in(a, "keller");
            answer = keller.posts_case_with(Part::file("picture", "a.jpg", "image/jpeg", &picture));
        }
        match answer.status {
            200 => taken += 1,
            422 => refused += 1,
            status => panic!("answered with {status}: {}", answer.text()),
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} were taken and {refused} refused");
    assert_eq!(a.process(), node, "the node is the same");
    assert!(!a.said().contains("panic"), "the node has nothing to complain about");
    assert_eq!(keller.posts_picture().status, 200, "the next picture is read");
}

#[test]
fn bombs_cost_the_node_next_to_nothing() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(a, "keller");
    let bombs: Vec<_> = all_refused().into_iter().filter(|bad| bad.bytes().len() <= BOMB_BYTES_MAX).collect();
    assert!(bombs.len() >= 60, "{} bombs", bombs.len());
    let refused = |bytes: &[u8]| {
        let answer = keller.posts_case_with(Part::file("picture", "a.jpg", "image/jpeg", bytes));
        assert_eq!(answer.status, 422, "{}", answer.text());
    };
    // Threads, connections and what a file of this size costs by itself come first: as many that are no pictures at all.
    assert_eq!(keller.posts_picture().status, 200);
    bombs.iter().for_each(|_| refused(&[0xff; BOMB_BYTES_MAX]));
    let peak_before = a.process().peak_bytes();
    bombs.iter().for_each(|bomb| refused(bomb.bytes()));
    let grown = a.process().peak_bytes() - peak_before;
    assert!(grown <= BOMBS_BYTES_MAX, "the node took up {} KiB more", grown >> 10);
}
