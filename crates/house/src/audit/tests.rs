//! The chain shows edits, removals, other orders and cut ends, and says where.

use protocol::{CaseNumber, NetworkId, Purpose, SecretKey};

use super::*;
use crate::limits::{AUDIT_OBJECTS_MAX, CHECKPOINT_LINES, CHECKPOINT_MS};

fn event(number: u8) -> Event {
    Event {
        account: Some(AccountId([number; 16])),
        session: None,
        action: Action::ViewCase,
        objects: vec![ObjectId::from(CaseNumber([number; 16]))],
        outcome: Outcome::Done,
        reason: Reason::None,
    }
}

fn chain_of(lines: u8) -> (Chain, Vec<Vec<u8>>) {
    let mut chain = Chain::default();
    let bytes = (1..=lines)
        .map(|number| {
            let line = chain.next(event(number), u64::from(number));
            chain.follow(&line);
            line.to_bytes()
        })
        .collect();
    (chain, bytes)
}

/// The bytes of a line with another clock, and a hash that fits.
fn rewritten(bytes: &[u8]) -> Vec<u8> {
    let mut line = Line::from_bytes(bytes).unwrap();
    line.time_ms += 1;
    line.to_bytes()
}

fn broken(seq: u64, fault: Fault) -> Result<Summary, Broken> {
    Err(Broken { seq, fault })
}

#[test]
fn an_untouched_chain_verifies() {
    let (_, lines) = chain_of(10);
    let summary = verify(&lines, &[]).unwrap();
    assert_eq!((summary.count, summary.first_ms, summary.last_ms), (10, Some(1), Some(10)));
    assert_eq!(verify(Vec::<Vec<u8>>::new(), &[]).unwrap().count, 0);
}

#[test]
fn a_line_is_read_back_as_it_was_written() {
    let line = Line { seq: 7, time_ms: 8, prev: [9; 32], event: event(3) };
    assert_eq!(Line::from_bytes(&line.to_bytes()), Ok(line.clone()));
    let mut cut = line.clone();
    cut.event.objects = vec![ObjectId([1; 16]); AUDIT_OBJECTS_MAX + 1];
    assert_eq!(Line::from_bytes(&cut.to_bytes()).unwrap().event.objects.len(), AUDIT_OBJECTS_MAX);
}

#[test]
fn each_changed_bit_of_each_line_is_named() {
    let (_, lines) = chain_of(4);
    for number in 0..lines.len() {
        for byte in 0..lines[number].len() {
            let mut edited = lines.clone();
            edited[number][byte] ^= 1;
            let found = verify(&edited, &[]).unwrap_err();
            assert_eq!(found.seq, number as u64, "byte {byte}: {found}");
            assert!(Line::from_bytes(&edited[number]).is_err(), "byte {byte}");
        }
    }
}

#[test]
fn a_line_rewritten_with_a_hash_that_fits_is_named_by_the_line_after_it() {
    let (_, mut lines) = chain_of(6);
    lines[3] = rewritten(&lines[3]);
    assert_eq!(verify(&lines, &[]), broken(3, Fault::Edited));
}

#[test]
fn a_removed_line_is_named() {
    let (_, lines) = chain_of(6);
    for number in 0..5 {
        let mut shorter = lines.clone();
        shorter.remove(number);
        let seq = number as u64;
        assert_eq!(verify(&shorter, &[]), broken(seq, Fault::Missing { found: seq + 1 }));
    }
}

#[test]
fn another_order_is_named() {
    let (_, mut lines) = chain_of(6);
    lines.swap(2, 4);
    assert_eq!(verify(&lines, &[]), broken(2, Fault::Missing { found: 4 }));
    assert_eq!(verify(&lines, &[]).unwrap_err().to_string(), "audit line 2: is missing; line 4 stands in its place");
}

#[test]
fn a_cut_or_rewritten_end_shows_against_a_checkpoint() {
    let (chain, mut lines) = chain_of(6);
    let checkpoint = Checkpoint { count: 6, head: chain.head(), time_ms: 7 };
    let kept = [checkpoint];
    assert!(verify(&lines, &kept).is_ok());
    assert_eq!(verify(&lines[..4], &kept), broken(4, Fault::CutOff { count: 6 }));
    assert!(verify(&lines[..4], &[]).is_ok(), "without a checkpoint a cut end does not show");
    lines[5] = rewritten(&lines[5]);
    assert_eq!(verify(&lines, &kept), broken(5, Fault::Edited));
}

#[test]
fn a_chain_written_anew_from_the_middle_shows_against_an_older_checkpoint() {
    let (chain, lines) = chain_of(4);
    let kept = [Checkpoint { count: 4, head: chain.head(), time_ms: 5 }];
    let mut forged = Chain::default();
    let mut anew = Vec::new();
    for number in 0..8_u8 {
        let event = if number < 2 { Line::from_bytes(&lines[usize::from(number)]).unwrap().event } else { event(99) };
        let line = forged.next(event, u64::from(number) + 1);
        forged.follow(&line);
        anew.push(line.to_bytes());
    }
    assert!(verify(&anew, &[]).is_ok());
    assert_eq!(verify(&anew, &kept), broken(3, Fault::Edited));
}

#[test]
fn folding_a_line_that_does_not_continue_the_chain_is_remembered() {
    let (_, lines) = chain_of(3);
    let mut chain = Chain::default();
    chain.follow(&Line::from_bytes(&lines[0]).unwrap());
    chain.follow(&Line::from_bytes(&lines[2]).unwrap());
    assert_eq!(chain.broken(), Some(&Broken { seq: 1, fault: Fault::Missing { found: 2 } }));
}

#[test]
fn a_checkpoint_is_due_after_a_hundred_lines_or_an_hour() {
    let mut chain = Chain::default();
    assert_eq!(chain.due_checkpoint(u64::MAX), None, "there is nothing to seal");
    chain.follow(&chain.next(event(1), 1_000));
    assert_eq!(chain.due_checkpoint(1_000 + CHECKPOINT_MS - 1), None);
    assert!(chain.due_checkpoint(1_000 + CHECKPOINT_MS).is_some());
    for _ in 1..CHECKPOINT_LINES {
        chain.follow(&chain.next(event(1), 1_000));
    }
    let due = chain.due_checkpoint(1_000).unwrap();
    assert_eq!(due.count, CHECKPOINT_LINES);
    chain.seal(&SignedCheckpoint::sign(&NetworkId([1; 32]), &due, &SecretKey::from_seed(&[2; 32])));
    assert_eq!(chain.due_checkpoint(u64::MAX), None);
}

#[test]
fn a_checkpoint_holds_under_its_key_and_is_no_head_claim() {
    let (network, key) = (NetworkId([1; 32]), SecretKey::from_seed(&[2; 32]));
    let signed = SignedCheckpoint::sign(&network, &Checkpoint { count: 1, head: [3; 32], time_ms: 4 }, &key);
    assert_eq!(signed.verify(&network, &key.public()), Ok(()));
    assert!(signed.verify(&NetworkId([9; 32]), &key.public()).is_err());
    assert!(signed.verify(&network, &SecretKey::from_seed(&[9; 32]).public()).is_err());
    let as_claim = key.public().verify(Purpose::HeadClaim, &network, &signed.checkpoint.0, &signed.signature);
    assert!(as_claim.is_err());
}
