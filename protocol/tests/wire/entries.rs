//! A signed entry cannot be changed, and nobody signs what nobody could open.

use protocol::{
    Audience, Entry, EntryBytes, EntryId, Header, Kind, NewEntry, Payload, PayloadError, Proof, Purpose, Salt, Salted,
    Statement, StatementId, Unverified,
    codec::{Bytes, Text, decode, encode},
    payload::{
        content::{Profile, Summary},
        control::{KeyRotation, RootChange, Target},
        manifest::{Cover, Origin, Shape},
    },
};

use crate::{
    golden::entries::{comment, signed, statement},
    golden::payloads::{self, summary},
    golden::samples::{case, entry, feed, key, network},
};

#[test]
fn every_changed_bit_of_an_entry_is_refused() {
    let (entry, salted) = comment();
    let bytes = encode(entry.bytes());
    let mut by_form = 0;
    for bit in 0..8 * bytes.len() {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        match decode::<EntryBytes>(&changed).and_then(Unverified::parse) {
            Err(_) => by_form += 1,
            Ok(unverified) => {
                assert_ne!(unverified.id(), entry.id(), "bit {bit}");
                assert!(unverified.verify(&key(3).public()).is_err(), "bit {bit}");
            }
        }
    }
    assert!(by_form > 100, "some changes are seen without any key");
    let bytes = encode(&salted);
    for bit in 0..8 * bytes.len() {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(changed) = decode::<Salted>(&changed) {
            assert_eq!(entry.open(&changed), Err(PayloadError::Mismatch), "bit {bit}");
        }
    }
}

#[test]
fn an_entry_opens_to_what_was_written() {
    for (name, payload) in payloads::plain() {
        let (entry, salted) = signed(&payload, Audience::Network, u64::from(payload.kind() != Kind::Genesis));
        assert_eq!(entry.open(&salted).as_ref(), Ok(&payload), "{name}");
    }
    let payload = Payload::Statement(Kind::Case, statement(Kind::Case, true));
    let (entry, salted) = signed(&payload, Audience::Restricted, 5);
    assert_eq!(entry.header().kind, Kind::Sealed);
    assert!(entry.header().payload_size.is_power_of_two());
    assert_eq!(entry.open(&salted), Ok(payload));
}

fn new<'a>(payload: &'a Payload, audience: Audience, seq: u64) -> NewEntry<'a> {
    NewEntry {
        network: network(),
        feed: feed(),
        epoch: 0,
        seq,
        prev: entry(1),
        time_ms: 0,
        payload,
        audience,
        salt: Salt([1; 32]),
    }
}

fn refusal(payload: &Payload, audience: Audience, seq: u64) -> String {
    match Entry::sign(&new(payload, audience, seq), 1, &key(3)) {
        Ok(_) => panic!("it was signed"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_no_receiver_could_open_is_not_signed() {
    let name = Profile { clinician: key(20).clinician(), name: Text::from("x".repeat(121)) };
    assert!(refusal(&Payload::Profile(name), Audience::Network, 1).contains("limit is 120"));

    let mut crowded: Summary = summary(None);
    let cover = Cover { shape: Shape::Brush, origin: Origin::Person, numbers: vec![1; 1_025] };
    crowded.pictures[0].manifest.covers = vec![cover; 5];
    let context = protocol::Context { network: network(), feed: feed(), kind: Kind::Case };
    let crowded = Statement::sign(&context, case(), StatementId([1; 16]), &crowded, &key(20));
    assert!(refusal(&Payload::Statement(Kind::Case, crowded), Audience::Network, 1).contains("too many items"));

    let withdrawal = Payload::Withdrawal(payloads::withdrawal(Target::Case(case()), None));
    assert!(refusal(&withdrawal, Audience::Restricted, 1).contains("control kind inside a restricted payload"));
    let big = Payload::Unknown(Kind::Other(0x300), Bytes(vec![0; 262_145]));
    assert!(refusal(&big, Audience::Network, 1).contains("limit is 262144"));
    let genesis = Payload::Genesis(payloads::genesis());
    assert!(refusal(&genesis, Audience::Network, 1).contains("seq 0"), "a genesis at another place");
    let root = RootChange { root: key(2).public(), next_root: [7; 32] };
    let silent = Payload::KeyRotation(KeyRotation { signing: None, root: Some(root), since: Some(payloads::place()) });
    assert!(refusal(&silent, Audience::Network, 1).contains("names no new one"), "a dispute that nobody would see");
    let unknown = Payload::Unknown(Kind::Other(0x300), Bytes::default());
    assert!(refusal(&unknown, Audience::Other(7), 1).contains("audience"));
}

#[test]
fn a_payload_of_another_size_than_announced_is_another_payload() {
    let (entry, salted) = comment();
    for wrong in [-1, 1] {
        let payload_size = entry.header().payload_size.checked_add_signed(wrong).unwrap();
        let header = Header { payload_size, ..entry.header().clone() }.encode();
        let signature = key(3).sign(Purpose::Entry, &network(), &header);
        let claimed = Unverified::parse(EntryBytes { header: Bytes(header), signature }).unwrap();
        let lying = claimed.verify(&key(3).public()).unwrap();
        assert_eq!(
            lying.open(&salted),
            Err(PayloadError::Mismatch),
            "its author signed a size that is not the payload's"
        );
    }
}

#[test]
fn a_link_holds_for_the_entry_right_before_only() {
    let payload = Payload::Unknown(Kind::Other(0x300), Bytes::default());
    let sign = |new: NewEntry<'_>| Entry::sign(&new, 1, &key(3)).unwrap().0;
    let before = sign(new(&payload, Audience::Network, 6)).to_unverified();
    let after = |seq, prev| sign(NewEntry { prev, ..new(&payload, Audience::Network, seq) });
    assert_eq!(before.clone().link(&after(7, before.id())).map(|entry| entry.proof()), Ok(Proof::Link));
    assert!(before.clone().link(&after(7, EntryId([9; 32]))).is_err(), "it names another");
    assert!(before.clone().link(&after(8, before.id())).is_err(), "it stands further on");
    let elsewhere =
        NewEntry { network: protocol::NetworkId([9; 32]), prev: before.id(), ..new(&payload, Audience::Network, 7) };
    assert!(before.clone().link(&sign(elsewhere)).is_err(), "in another network");
}
