//! Statements of every kind, and entries of every class: open, control, root, and sealed in padding.

use protocol::{
    Audience, Context, Entry, EntryId, Kind, NewEntry, Payload, Salted, Statement, StatementId,
    codec::{Bytes, Text, encode},
    payload::content::{CommentRevision, Outcome, Star, Status},
};
use serde_json::{Value, json};

use super::{
    payloads::{self, STATEMENT_KINDS},
    samples::{case, entry, feed, key, network, salt},
};

/// The statement of a kind.
pub(crate) fn statement(kind: Kind, is_restricted: bool) -> Statement {
    let context = Context { network: network(), feed: feed(), kind };
    let (id, author) = (StatementId([0x5D; 16]), key(20));
    let outcome =
        Outcome { status: Status::WorkingDiagnosis, diagnosis: None, certainty: None, text: Text::from("improving") };
    let revision = CommentRevision { comment: StatementId([5; 16]), text: Text::from("agreed, with one doubt") };
    match kind {
        Kind::Outcome => Statement::sign(&context, case(), id, &outcome, &author),
        Kind::Comment => Statement::sign(&context, case(), id, &payloads::comment(), &author),
        Kind::CommentRevision => Statement::sign(&context, case(), id, &revision, &author),
        Kind::Star => Statement::sign(&context, case(), id, &Star { seen: entry(4) }, &author),
        _ => {
            let body = payloads::summary(is_restricted.then(|| vec![feed()]));
            Statement::sign(&context, case(), id, &body, &author)
        }
    }
}

pub(crate) fn statements() -> Vec<Value> {
    let of = |kind: Kind| {
        let statement = statement(kind, false);
        json!({
            "kind": kind.code(),
            "network": network().to_string(),
            "feed": feed().to_string(),
            "case": statement.case.to_string(),
            "id": statement.id.to_string(),
            "author": payloads::author().to_string(),
            "body": hex::encode(&statement.body.0),
            "signature": hex::encode(statement.signature.0),
            "bytes": hex::encode(encode(&statement)),
        })
    };
    STATEMENT_KINDS.map(of).to_vec()
}

/// An entry of the feed of the vectors at a place.
pub(crate) fn signed(payload: &Payload, audience: Audience, seq: u64) -> (Entry, Salted) {
    let is_root = payload.class() == protocol::Class::Root;
    let (number, seed) = if is_root { (0, 1) } else { (1, 3) };
    let new = NewEntry {
        network: network(),
        feed: feed(),
        epoch: 0,
        seq,
        prev: if seq == 0 { EntryId::NONE } else { entry(0xBE) },
        time_ms: 1_790_000_000_000 + seq,
        payload,
        audience,
        salt: salt(0x5A),
    };
    Entry::sign(&new, number, &key(seed)).expect("payloads of the vectors are within their limits")
}

/// A comment for the whole network.
pub(crate) fn comment() -> (Entry, Salted) {
    signed(&Payload::Statement(Kind::Comment, statement(Kind::Comment, false)), Audience::Network, 24)
}

pub(crate) fn entries() -> Vec<Value> {
    let mut cases: Vec<Value> = (0..)
        .zip(payloads::plain())
        .map(|(seq, (name, payload))| case_of(name, &payload, Audience::Network, seq))
        .collect();
    for kind in STATEMENT_KINDS {
        let open = Payload::Statement(kind, statement(kind, false));
        cases.push(case_of(&format!("{kind:?}"), &open, Audience::Network, 1 << 16));
        let restricted = Payload::Statement(kind, statement(kind, true));
        cases.push(case_of(&format!("{kind:?}, restricted"), &restricted, Audience::Restricted, 1 << 48));
    }
    let unknown = Payload::Unknown(Kind::Other(0x10E), Bytes(b"not even CBOR".to_vec()));
    cases.push(case_of("a kind of newer software", &unknown, Audience::Network, 300));
    cases.push(case_of("a restricted kind of newer software", &unknown, Audience::Restricted, 300));
    cases
}

fn case_of(name: &str, payload: &Payload, audience: Audience, seq: u64) -> Value {
    let (entry, salted) = signed(payload, audience, seq);
    let (header, bytes) = (entry.header(), entry.bytes());
    let seed: u8 = if header.key == 0 { 1 } else { 3 };
    json!({
        "name": name,
        "fields": [
            header.version, header.network.to_string(), header.feed.to_string(), header.epoch, header.key, header.seq,
            header.prev.to_string(), header.kind.code(), header.audience.code(), header.time_ms,
            header.payload_hash.to_string(), header.payload_size,
        ],
        "public": key(seed).public().to_string(),
        "real_kind": payload.kind().code(),
        "body": hex::encode(payload.encode()),
        "salt": salted.salt.to_string(),
        "payload": hex::encode(&salted.bytes.0),
        "header": hex::encode(&bytes.header.0),
        "signature": hex::encode(bytes.signature.0),
        "id": entry.id().to_string(),
        "entry_bytes": hex::encode(encode(bytes)),
        "salted_bytes": hex::encode(encode(&salted)),
    })
}
