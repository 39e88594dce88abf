//! Hostile bytes: whatever comes, nothing panics, and what is accepted has exactly one encoding.

use proptest::{prelude::*, sample::Index};
use protocol::{
    Header, Kind, Payload,
    certificate::{Certificate, Charter, SignedCard},
    claim::{ForkProof, SignedHeadClaim},
    codec::{decode, encode, item_len},
    message::{BlobHead, EntryFrame, Framed, Gossip, WantBlob, decode_versioned},
};

use crate::{
    golden::{entries, messages, papers},
    types::{Entropy, NAMES, has_unknown_field, rewrite, write_named},
};

fn value(name: &str, entropy: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_named(name, &mut Entropy(entropy.iter()), &mut bytes);
    bytes
}

/// Shows bytes to everything that reads bytes of strangers, as deep as it goes.
fn show_to_every_decoder(bytes: &[u8]) {
    let _ = item_len(bytes);
    for name in NAMES {
        let _ = rewrite(name, bytes);
    }
    for code in 0..=0x300 {
        let _ = Payload::decode(Kind::from_code(code), bytes);
    }
    let _ = Header::decode(bytes);
    let _ = Charter::decode(bytes);
    let _ = Framed::decode(bytes);
    let _ = Gossip::decode(bytes);
    let _ = decode_versioned::<WantBlob>(bytes);
    let _ = decode_versioned::<BlobHead>(bytes);
    let _ = decode::<Certificate>(bytes).map(|certificate| certificate.decision().map(|_| ()));
    let _ = decode::<SignedCard>(bytes).map(|card| card.open().map(|_| ()));
    let _ = decode::<ForkProof>(bytes).map(|proof| proof.open().map(|_| ()));
    let _ = decode::<SignedHeadClaim>(bytes).map(|claim| claim.claimed().map(|_| ()));
}

/// Bytes of many types that are as they should be.
fn genuine() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = messages::sync_frames().iter().map(|(_, framed)| framed.encode()).collect();
    all.extend(messages::messages().iter().map(|(_, message)| message.encode()));
    all.extend(papers::charters().into_iter().map(|charter| charter.0));
    all.extend(papers::certificates().iter().map(encode));
    all.push(encode(&papers::card()));
    all.push(encode(&messages::fork()));
    all.push(encode(&entries::statement(Kind::Case, true)));
    let (entry, salted) = entries::comment();
    all.extend([entry.bytes().header.0.clone(), salted.bytes.0]);
    all
}

proptest! {
    #[test]
    fn a_value_of_any_type_is_written_as_it_was_read(
        name in proptest::sample::select(NAMES),
        entropy in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let bytes = value(name, &entropy);
        prop_assert!(!has_unknown_field(name, &bytes));
        prop_assert_eq!(rewrite(name, &bytes), Ok(bytes), "{}", name);
    }

    #[test]
    fn a_changed_byte_is_refused_or_stands_as_it_came(
        name in proptest::sample::select(NAMES),
        entropy in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<Index>(),
        with in any::<u8>(),
    ) {
        let mut bytes = value(name, &entropy);
        let at = at.index(bytes.len());
        bytes[at] = with;
        if let Ok(again) = rewrite(name, &bytes) && !has_unknown_field(name, &bytes) {
            prop_assert_eq!(again, bytes, "{}", name);
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        show_to_every_decoder(&bytes);
    }

    #[test]
    fn spoiled_bytes_are_read_without_panic(
        which in any::<Index>(),
        spoiled in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..4),
        cut in any::<Index>(),
        is_cut in any::<bool>(),
    ) {
        let all = genuine();
        let mut bytes = all[which.index(all.len())].clone();
        for (at, with) in spoiled {
            let at = at.index(bytes.len());
            bytes[at] = with;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        show_to_every_decoder(&bytes);
    }

    #[test]
    fn a_payload_that_is_read_is_written_to_the_same_bytes(
        code in 0_u16..0x210,
        entropy in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let kind = Kind::from_code(code);
        let name = match kind {
            Kind::Case | Kind::CaseRevision | Kind::Outcome | Kind::Comment | Kind::CommentRevision | Kind::Star => {
                "Statement".to_owned()
            }
            Kind::Other(_) => "Place".to_owned(),
            known => format!("{known:?}"),
        };
        let bytes = value(&name, &entropy);
        if let Ok(payload) = Payload::decode(kind, &bytes) {
            prop_assert_eq!(payload.kind(), kind);
            prop_assert_eq!(payload.encode(), bytes);
        }
    }
}

#[test]
fn a_frame_with_another_number_of_entries_than_announced_is_refused() {
    for (name, framed) in messages::sync_frames() {
        let bytes = framed.encode();
        assert_eq!(Framed::decode(&bytes).as_ref(), Ok(&framed), "{name}");
        let (entry, salted) = entries::comment();
        let more = EntryFrame { entry: entry.bytes().clone(), body: protocol::message::Body::Held(salted) };
        assert!(Framed::decode(&[bytes.clone(), encode(&more)].concat()).is_err(), "{name} and one more");
        assert!(Framed::decode(&bytes[..bytes.len() - 1]).is_err(), "{name} cut off");
        assert!(Framed::decode(&bytes[1..]).is_err(), "{name} without its version");
    }
}

#[test]
fn frames_keep_their_limits() {
    use protocol::{
        codec::Bytes,
        limits,
        message::{Buckets, Frame, Offer, Range, WantPayloads},
    };
    let ids = |count| vec![protocol::EntryId([1; 32]); count];
    let read =
        |frame: Frame| Framed::decode(&Framed::from(frame).encode()).map(|_| ()).map_err(|error| error.to_string());
    let (most, over) = (limits::WANT_ENTRIES_MAX, limits::WANT_ENTRIES_MAX + 1);
    assert_eq!(read(Frame::WantPayloads(WantPayloads { entries: ids(most) })), Ok(()));
    assert!(read(Frame::WantPayloads(WantPayloads { entries: ids(over) })).unwrap_err().contains("limit is 256"));
    assert!(read(Frame::Offer(Offer { entries: ids(over) })).unwrap_err().contains("limit is 256"));
    assert!(read(Frame::Buckets(Buckets { digests: Bytes(vec![0; 2_047]) })).is_err());
    let range = Range { feed: protocol::FeedId([1; 32]), from: 0, count: 1_025 };
    assert!(read(Frame::Range(range)).unwrap_err().contains("limit is 1024"));
    assert!(Gossip::decode(&vec![1; limits::GOSSIP_MESSAGE_BYTES_MAX + 1]).unwrap_err().to_string().contains("limit"));
    assert!(Framed::decode(&vec![1; limits::FRAME_BYTES_MAX + 1]).unwrap_err().to_string().contains("limit"));
}
