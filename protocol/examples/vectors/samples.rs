//! The values of the golden vectors, made of fixed seeds, and the files they stand in.

use protocol::{
    CaseId, CaseNumber, EntryId, FeedId, NetworkId, Purpose, Salt, SecretKey,
    codec::{Wire, encode},
    hash,
};
use serde_json::{Value, json};

use super::{entries, messages, papers, payloads};

/// The network of all vectors: the hash of their founding charter.
pub(crate) fn network() -> NetworkId {
    NetworkId::of_charter(&papers::founding().0)
}

/// The feed of all vectors: the first founder's.
pub(crate) fn feed() -> FeedId {
    FeedId::derive(&network(), &key(1).public(), &key(2).public().commitment())
}

/// A case of that feed.
pub(crate) fn case() -> CaseId {
    CaseId { institution: feed(), number: CaseNumber([0xCA; 16]) }
}

/// The key of a seed of 32 equal bytes.
pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// Some entry's id.
pub(crate) fn entry(byte: u8) -> EntryId {
    EntryId([byte; 32])
}

pub(crate) fn salt(byte: u8) -> Salt {
    Salt([byte; 32])
}

/// A value of a named type, as bytes.
pub(crate) fn typed<T: Wire>(name: &str, kind: &str, value: &T) -> Value {
    json!({ "name": name, "type": kind, "bytes": hex::encode(encode(value)) })
}

/// Every file with its cases.
pub(crate) fn files() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("hashes.json", hashes()),
        ("keys.json", keys()),
        ("signatures.json", signatures()),
        ("payloads.json", payloads::payloads()),
        ("bodies.json", payloads::bodies()),
        ("statements.json", entries::statements()),
        ("entries.json", entries::entries()),
        ("papers.json", papers::papers()),
        ("claims.json", messages::claims()),
        ("frames.json", messages::frames()),
        ("gossip.json", messages::gossip()),
    ]
}

/// A file as it lies on disk.
pub(crate) fn text(cases: &[Value]) -> String {
    let mut text = serde_json::to_string_pretty(cases).expect("values of our own are JSON");
    text.push('\n');
    text
}

fn hashes() -> Vec<Value> {
    let tags = ["network", "feed", "next", "entry", "payload", "blob", "charter", "fork"];
    let parts: [&[&[u8]]; 3] = [&[], &[b"one part"], &[b"one", b" ", b"part"]];
    tags.iter()
        .flat_map(|tag| parts.iter().map(move |parts| (tag, parts)))
        .map(|(tag, parts)| {
            let hexed: Vec<String> = parts.iter().map(hex::encode).collect();
            json!({ "tag": tag, "parts": hexed, "hash": hex::encode(hash(tag, parts)) })
        })
        .collect()
}

fn keys() -> Vec<Value> {
    let of = |seed: u8| {
        let key = key(seed);
        json!({
            "seed": hex::encode(key.seed().as_slice()),
            "public": key.public().to_string(),
            "commitment": hex::encode(key.public().commitment()),
        })
    };
    [0, 1, 2, 0x7F, 0xFF].map(of).to_vec()
}

fn signatures() -> Vec<Value> {
    let purposes = [
        (Purpose::Entry, "sign entry"),
        (Purpose::Statement, "sign statement"),
        (Purpose::HeadClaim, "sign head claim"),
        (Purpose::Certificate, "sign certificate"),
        (Purpose::Card, "sign card"),
        (Purpose::AuditCheckpoint, "sign audit checkpoint"),
    ];
    let cases =
        purposes.iter().flat_map(|purpose| [b"".as_slice(), b"bytes that are signed"].map(|bytes| (purpose, bytes)));
    cases
        .map(|((purpose, tag), bytes)| {
            json!({
                "tag": tag,
                "network": network().to_string(),
                "bytes": hex::encode(bytes),
                "public": key(1).public().to_string(),
                "signature": hex::encode(key(1).sign(*purpose, &network(), bytes).0),
            })
        })
        .collect()
}
