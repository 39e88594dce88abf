//! Hostile bytes cost little memory: at most three times their own length and 64 KiB (docs/THREATS.md, row 20).
//!
//! A target of its own with a single test, because the allocator counts for the whole process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use peak_alloc::PeakAlloc;
use protocol::{
    EntryBytes, Header, Kind, Payload, Salted, Statement, Unverified,
    certificate::{Certificate, Charter, Decision, Invitation, SignedCard},
    claim::{ForkProof, SignedHeadClaim},
    codec::{Bytes, Text, decode, encode},
    message::{EntryFrame, Framed, Gossip, Introduction, decode_versioned},
    payload::{
        content::{Outcome, Summary},
        control::NodeKey,
    },
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Reads bytes and says whether it took them.
type Decoder = fn(&[u8]) -> bool;

/// Everything that reads bytes of strangers, by a name for the failure.
const DECODERS: &[(&str, Decoder)] = &[
    ("header", |bytes| Header::decode(bytes).is_ok()),
    ("charter", |bytes| Charter::decode(bytes).is_ok()),
    ("certificate", |bytes| decode::<Certificate>(bytes).is_ok_and(|certificate| certificate.decision().is_ok())),
    ("decision", |bytes| decode::<Decision>(bytes).is_ok()),
    ("invitation", |bytes| decode::<Invitation>(bytes).is_ok()),
    ("card", |bytes| decode::<SignedCard>(bytes).is_ok_and(|card| card.open().is_ok())),
    ("head claim", |bytes| decode::<SignedHeadClaim>(bytes).is_ok_and(|claim| claim.claimed().is_ok())),
    ("fork proof", |bytes| decode::<ForkProof>(bytes).is_ok_and(|proof| proof.open().is_ok())),
    ("entry", |bytes| decode::<EntryBytes>(bytes).and_then(Unverified::parse).is_ok()),
    ("salted payload", |bytes| decode::<Salted>(bytes).is_ok()),
    ("statement", |bytes| decode::<Statement>(bytes).is_ok()),
    ("summary", |bytes| decode::<Summary>(bytes).is_ok()),
    ("node key", |bytes| decode::<NodeKey>(bytes).is_ok()),
    ("frame", |bytes| Framed::decode(bytes).is_ok()),
    ("gossip", |bytes| Gossip::decode(bytes).is_ok()),
    ("introduction", |bytes| decode_versioned::<Introduction>(bytes).is_ok()),
    ("payloads of all kinds", |bytes| {
        Kind::ALL.iter().filter(|kind| Payload::decode(**kind, bytes).is_ok()).count() > 0
    }),
];

/// The most memory that one decoder took at once, and whether it accepted.
fn peak_of(decoder: Decoder, bytes: &[u8]) -> (usize, bool) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let accepted = decoder(bytes);
    (MEMORY.peak_usage().saturating_sub(before), accepted)
}

fn head(major: u8, len: usize) -> Vec<u8> {
    [&[major << 5 | 26][..], &u32::try_from(len).unwrap().to_be_bytes()].concat()
}

/// An array of equal items, with its length in the fewest bytes.
fn list(item: &[u8], len: usize) -> Vec<u8> {
    let head = [&[0x99][..], &u16::try_from(len).unwrap().to_be_bytes()].concat();
    [head, item.repeat(len)].concat()
}

fn hostile() -> Vec<Vec<u8>> {
    let claims = [0x5B_u8, 0x7B, 0x9B, 0xBB].map(|head| [&[head][..], &(1_u64 << 63).to_be_bytes()].concat());
    let mut all: Vec<Vec<u8>> = claims.to_vec();
    all.extend([vec![0x81; 1 << 20], vec![0xF6; 1 << 20], vec![0xA1; 1 << 20], vec![0; 1 << 20], vec![0x9F; 1 << 20]]);
    let texts = list(&[0x60], 4_000);
    let items: [&[u8]; 10] = [
        &[0x40],
        &[0x60],
        &[0x80],
        &[0xA0],
        &[0x00],
        &[0xF6],
        &[0xA2, 1, 0x40, 2, 0x80],
        &[0xA2, 1, 0x80, 2, 0],
        &[0xA3, 1, 0, 2, 0, 3, 0x80],
        &[0xA1, 1, 0],
    ];
    for item in items {
        let many = list(item, 4_000 / item.len());
        for field in 1..=11 {
            let plain = [&[0xA1, field], &many[..]].concat();
            all.extend([1, 2, 5, 9].map(|choice| [&[0xA1, choice], &plain[..]].concat()));
            all.push([&[0xA2, 1, 0x80, 2], &many[..]].concat());
            all.push(plain);
        }
        all.push(many);
    }
    all.push(texts);
    let versioned: Vec<Vec<u8>> = all.iter().map(|bytes| [&[1], &bytes[..]].concat()).collect();
    all.extend(versioned);
    all.extend(full());
    all
}

/// Genuine things of the largest size, and frames with far more entries than they announce.
fn full() -> Vec<Vec<u8>> {
    let vectors: Vec<serde_json::Value> = serde_json::from_str(include_str!("../vectors/statements.json")).unwrap();
    let statement: Statement = decode(&hex::decode(vectors[2]["bytes"].as_str().unwrap()).unwrap()).unwrap();
    let mut outcome = statement.body::<Outcome>().unwrap();
    outcome.text = Text::from("\u{10FFFF}".repeat(20_000));
    outcome.diagnosis = Some(outcome.text.clone());
    let statement = encode(&Statement { body: Bytes(encode(&outcome)), ..statement });
    assert!(Payload::decode(Kind::Outcome, &statement).is_ok(), "it is as large as an outcome may be");

    let frames: Vec<serde_json::Value> = serde_json::from_str(include_str!("../vectors/frames.json")).unwrap();
    let named =
        |name: &str| frames.iter().find(|frame| frame["name"] == name).unwrap()["bytes"].as_str().unwrap().to_owned();
    let range = Framed::decode(&hex::decode(named("range")).unwrap()).unwrap();
    let least = EntryFrame {
        entry: EntryBytes { header: Bytes::default(), ..range.entries[1].entry.clone() },
        body: range.entries[1].body.clone(),
    };
    let crowd = encode(&least).repeat(10_000);
    let announced = [0_u8, 0x17].map(|count| {
        let mut frame = Framed::from(range.frame.clone()).encode();
        *frame.last_mut().unwrap() = count;
        [frame, crowd.clone()].concat()
    });
    let blob = [head(2, 1 << 20), vec![0; 1 << 20]].concat();
    let held = [&[0xA2, 1, 0x40, 2][..], &blob[..]].concat();
    [vec![statement, blob, held], announced.to_vec()].concat()
}

#[test]
fn hostile_bytes_cost_at_most_three_times_their_length_and_64_kib() {
    let mut worst = (0.0, String::new());
    for bytes in hostile() {
        for (name, decoder) in DECODERS {
            let (peak, accepted) = peak_of(*decoder, &bytes);
            let allowed = 3 * bytes.len() + 65_536;
            let start = hex::encode(&bytes[..bytes.len().min(24)]);
            assert!(
                peak <= allowed,
                "{name}: {peak} bytes of memory for {} bytes that begin with {start}",
                bytes.len()
            );
            let share = peak as f64 / allowed as f64;
            if share > worst.0 {
                worst = (share, format!("{name}: {peak} for {} bytes {start}, accepted: {accepted}", bytes.len()));
            }
        }
    }
    println!("closest to the limit: {}", worst.1);
    let (peak, _) = peak_of(|bytes| bytes.to_vec().len() == bytes.len(), &[0; 100_000]);
    assert!(peak >= 100_000, "the allocator counts");
}
