//! Head claims, fork proofs, every frame of the streams, every gossip message.

use protocol::{
    Audience, Kind, Payload,
    claim::{ForkProof, HeadClaim, SignedHeadClaim},
    codec::{Bytes, encode},
    message::{
        Absence, BlobHead, Body, Buckets, Busy, EntryFrame, Frame, Framed, Gossip, HeadOf, Heads, Hello, Introduction,
        Offer, Papers, PayloadOf, Range, WantBlob, WantBuckets, WantHead, WantPayloads, WantRange, encode_versioned,
    },
};
use serde_json::{Value, json};

use super::{
    entries, papers, payloads,
    samples::{case, entry, feed, key, network},
};

fn claim() -> SignedHeadClaim {
    let claim = HeadClaim { feed: feed(), place: payloads::place(), time_ms: 1_790_000_000_000, key: 1 };
    SignedHeadClaim::sign(&network(), &claim, &key(3))
}

/// Two entries of one place.
pub(crate) fn fork() -> ForkProof {
    let star = Payload::Statement(Kind::Star, entries::statement(Kind::Star, false));
    let (one, other) = (entries::comment().0, entries::signed(&star, Audience::Network, 24).0);
    ForkProof::of(&one.to_unverified(), &other.to_unverified())
}

pub(crate) fn claims() -> Vec<Value> {
    let (claim, fork) = (claim(), fork());
    vec![
        json!({
            "name": "head claim", "type": "SignedHeadClaim", "network": network().to_string(),
            "public": key(3).public().to_string(), "bytes": hex::encode(encode(&claim)),
        }),
        json!({
            "name": "fork proof", "type": "ForkProof", "network": network().to_string(),
            "public": key(3).public().to_string(), "id": fork.id().to_string(), "bytes": hex::encode(encode(&fork)),
        }),
    ]
}

fn held() -> EntryFrame {
    let (entry, salted) = entries::comment();
    EntryFrame { entry: entry.bytes().clone(), body: Body::Held(salted) }
}

fn absent(absence: Absence) -> EntryFrame {
    EntryFrame { body: Body::Absent(absence), ..held() }
}

/// Every frame of the sync streams.
pub(crate) fn sync_frames() -> Vec<(&'static str, Framed)> {
    let hello = Hello { network: network(), protocol: 1, certificates: [1; 32], heads: [2; 32] };
    let papers = Papers { charters: papers::charters(), certificates: papers::certificates() };
    let want = WantRange { feed: feed(), from: 24, count: 3, with_payloads: true };
    let absences = [Absence::Erased, Absence::Restricted, Absence::NotHeld, Absence::ErasedHere];
    let entries: Vec<_> = [held()].into_iter().chain(absences.map(absent)).collect();
    let range = Framed { frame: Frame::Range(Range { feed: feed(), from: 24, count: 5 }), entries };
    let none = Frame::Range(Range { feed: feed(), from: 25, count: 0 });
    let payload = |body| Frame::Payload(PayloadOf { entry: entry(4), body });
    let head = |entry| Frame::Head(HeadOf { feed: feed(), entry });
    vec![
        ("hello", Frame::Hello(hello).into()),
        ("papers", Frame::Papers(papers).into()),
        ("heads", Frame::Heads(Heads { heads: vec![payloads::head()] }).into()),
        ("buckets", Frame::Buckets(Buckets { digests: Bytes((0..=255).flat_map(|byte| [byte; 8]).collect()) }).into()),
        ("want buckets", Frame::WantBuckets(WantBuckets { buckets: vec![0, 23, 24, 255] }).into()),
        ("want range", Frame::WantRange(want).into()),
        ("range", range),
        ("empty range", none.into()),
        ("busy", Frame::Busy(Busy { retry_ms: 1_500 }).into()),
        ("forked", Frame::Forked(fork()).into()),
        ("want payloads", Frame::WantPayloads(WantPayloads { entries: vec![entry(4), entry(5)] }).into()),
        ("payload", payload(held().body).into()),
        ("payload erased", payload(Body::Absent(Absence::Erased)).into()),
        ("offer", Frame::Offer(Offer { entries: vec![entry(4)] }).into()),
        ("want head", Frame::WantHead(WantHead { feed: feed() }).into()),
        ("head", head(Some(held().entry)).into()),
        ("no head", head(None).into()),
    ]
}

pub(crate) fn frames() -> Vec<Value> {
    let of = |name: &str, types: Vec<&str>, bytes: Vec<u8>| json!({ "name": name, "types": types, "bytes": hex::encode(bytes) });
    let mut cases: Vec<Value> = sync_frames()
        .into_iter()
        .map(|(name, framed)| {
            let types = ["Frame"].into_iter().chain(framed.entries.iter().map(|_| "EntryFrame")).collect();
            of(name, types, framed.encode())
        })
        .collect();
    let want = WantBlob { case: case(), blob: protocol::BlobId([0xB1; 32]) };
    cases.push(of("want blob", vec!["WantBlob"], encode_versioned(&want)));
    let introduction = Introduction {
        papers: Papers { charters: papers::charters(), certificates: papers::certificates() },
        entries: vec![held()],
        card: None,
    };
    cases.push(of("introduction", vec!["Introduction"], encode_versioned(&introduction)));
    let newcomer = Introduction { entries: Vec::new(), card: Some(papers::card()), ..introduction };
    cases.push(of("introduction of a newcomer", vec!["Introduction"], encode_versioned(&newcomer)));
    cases.push(of("blob head", vec!["BlobHead"], encode_versioned(&BlobHead { size: 1_000_000 })));
    cases
}

/// Every gossip message.
pub(crate) fn messages() -> Vec<(&'static str, Gossip)> {
    let certificate = papers::certificates().into_iter().nth(2).expect("there are seven");
    vec![
        ("entry with its payload", Gossip::Entry(held())),
        ("entry alone", Gossip::Entry(absent(Absence::Restricted))),
        ("head claim", Gossip::HeadClaim(claim())),
        ("certificate", Gossip::Certificate(certificate)),
        ("fork proof", Gossip::ForkProof(fork())),
    ]
}

pub(crate) fn gossip() -> Vec<Value> {
    let of = |(name, message): (&str, Gossip)| json!({ "name": name, "types": ["Gossip"], "is_control": message.is_control(), "bytes": hex::encode(message.encode()) });
    messages().into_iter().map(of).collect()
}
