//! What each fuzz target claims about any bytes: nothing panics, and what is accepted has exactly one encoding.
//!
//! What is claimed of pictures stands in `pictures`.
//!
//! `./run` builds the binaries in `src/bin` with coverage and feeds them. Unknown fields are the one reason why accepted
//! bytes may be written differently, so a value is compared after a second reading.

mod pictures;

use anonymizer::words::{TEXT_BYTES_MAX, check};
use protocol::{
    EntryBytes, Header, Kind, Payload, PayloadHash, Salted, Statement, Unverified,
    certificate::{Certificate, Charter, Invitation, SignedCard},
    claim::{ForkProof, SignedHeadClaim},
    codec::{Bytes, Wire, decode, decode_first, encode, item_len},
    message::{BlobHead, Framed, Gossip, Introduction, WantBlob, decode_versioned},
};

pub use pictures::{clean, dicom, exif, frames, picture};

/// The scanner and the decoder agree on where an item ends, and the encoding of a value is its only one.
pub fn scan(bytes: &[u8]) {
    let Ok(len) = item_len(bytes) else { return };
    assert!(0 < len && len <= bytes.len());
    assert_eq!(item_len(&bytes[..len]), Ok(len));
    assert!(item_len(&bytes[..len - 1]).is_err(), "an item that is cut off is none");
    if let Ok((value, rest)) = decode_first::<Vec<u64>>(bytes) {
        assert_eq!((encode(&value).as_slice(), rest), bytes.split_at(len));
    }
    settles::<Kind>(&bytes[..len]);
}

/// Headers, entries, salted payloads; and a payload that is opened by a header made for it.
pub fn entry(bytes: &[u8]) {
    if let Ok(header) = Header::decode(bytes) {
        assert!(header.version > 1 || header.encode() == bytes);
    }
    settles::<Salted>(bytes);
    if let Ok(parts) = decode::<EntryBytes>(bytes)
        && let Ok(entry) = Unverified::parse(parts)
    {
        let recalled = entry.as_journaled(protocol::Proof::Link);
        assert_eq!(recalled.to_unverified().id(), recalled.id());
    }
    let Some((kind, body)) = bytes.split_first_chunk::<2>() else { return };
    let salted = Salted { salt: protocol::Salt([1; 32]), bytes: Bytes(body.to_vec()) };
    let kind = Kind::from_code(u16::from_be_bytes(*kind));
    let header = Header {
        version: 1,
        network: protocol::NetworkId([1; 32]),
        feed: protocol::FeedId([2; 32]),
        epoch: 0,
        key: 1,
        seq: u64::from(kind != Kind::Genesis),
        prev: if kind == Kind::Genesis { protocol::EntryId::NONE } else { protocol::EntryId([3; 32]) },
        kind,
        audience: if kind == Kind::Sealed { protocol::Audience::Restricted } else { protocol::Audience::Network },
        time_ms: 0,
        payload_hash: PayloadHash::of(&salted.salt, body),
        payload_size: u32::try_from(body.len()).unwrap_or(u32::MAX),
    };
    let parts = EntryBytes { header: Bytes(header.encode()), signature: protocol::Signature([0; 64]) };
    if let Ok(entry) = Unverified::parse(parts) {
        let _ = entry.as_journaled(protocol::Proof::Link).open(&salted);
    }
}

/// Payloads of the kind that the first two bytes name.
pub fn payload(bytes: &[u8]) {
    let Some((kind, body)) = bytes.split_first_chunk::<2>() else { return };
    let kind = Kind::from_code(u16::from_be_bytes(*kind));
    let Ok(payload) = Payload::decode(kind, body) else { return };
    assert_eq!(payload.kind(), kind);
    assert_eq!(Payload::decode(kind, &payload.encode()).as_ref(), Ok(&payload));
    if let Payload::Statement(_, statement) = &payload {
        settles::<Statement>(&encode(statement));
    }
}

/// Frames of sync and blob streams, and introductions.
pub fn frame(bytes: &[u8]) {
    if let Ok(framed) = Framed::decode(bytes) {
        assert_eq!(Framed::decode(&framed.encode()).as_ref(), Ok(&framed));
    }
    let _ = decode_versioned::<WantBlob>(bytes);
    let _ = decode_versioned::<BlobHead>(bytes);
    let _ = decode_versioned::<Introduction>(bytes);
}

/// Gossip messages.
pub fn gossip(bytes: &[u8]) {
    let Ok(message) = Gossip::decode(bytes) else { return };
    assert_eq!(Gossip::decode(&message.encode()).as_ref(), Ok(&message));
    match message {
        Gossip::Entry(frame) => drop(Unverified::parse(frame.entry)),
        Gossip::HeadClaim(claim) => drop(claim.claimed()),
        Gossip::Certificate(certificate) => drop(certificate.decision()),
        Gossip::ForkProof(proof) => drop(proof.open()),
    }
}

/// Charters and certificates, and the roster that any of them make.
pub fn papers(bytes: &[u8]) {
    if let Ok(charter) = Charter::decode(bytes) {
        assert_eq!(Charter::decode(&encode(&charter)), Ok(charter));
        let _ = trust::Papers::found(&Bytes(bytes.to_vec())).map(|papers| papers.roster());
    }
    settles::<Certificate>(bytes);
    settles::<Invitation>(bytes);
    settles::<ForkProof>(bytes);
    settles::<SignedHeadClaim>(bytes);
    let Ok(invitation) = decode::<Invitation>(bytes) else { return };
    let Some(Ok(mut papers)) = invitation.charters.first().map(trust::Papers::found) else { return };
    for charter in &invitation.charters {
        let _ = papers.add_charter(charter);
    }
    for certificate in &invitation.certificates {
        let _ = papers.add_certificate(certificate);
    }
    assert!(papers.roster().is_founded() || papers.roster().members().next().is_none());
}

/// Institution cards.
pub fn card(bytes: &[u8]) {
    settles::<SignedCard>(bytes);
    let _ = decode::<SignedCard>(bytes).map(|card| card.open().map(|_| ()));
}

/// Marks on free text lie in order, none over another, on the boundaries of characters.
pub fn words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(marks) = check(&text, 2026) else {
        assert!(text.len() > TEXT_BYTES_MAX);
        return;
    };
    let mut last = 0;
    for mark in marks {
        assert!(last <= mark.start && mark.start < mark.end && text.get(mark.start..mark.end).is_some(), "{mark:?}");
        last = mark.end;
    }
}

/// What is read is written so that it reads the same, and is then written the same for ever.
fn settles<T: Wire + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(value) = decode::<T>(bytes) {
        let written = encode(&value);
        assert!(written.len() <= bytes.len(), "only unknown fields can be missing");
        assert_eq!(decode::<T>(&written), Ok(value));
    }
}
