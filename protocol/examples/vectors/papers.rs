//! Charters, certificates of every decision, the card and the invitation.

use protocol::{
    CharterId, FeedId, PublicKey,
    certificate::{
        Card, Certificate, Charter, Continuation, Decision, Expulsion, ForcedWithdrawal, Founder, Governor, Growth,
        Invitation, Membership, NodeOf, Seat, SignedCard, Succession, Vote,
    },
    codec::{Bytes, Text, encode},
    payload::control::Target,
};
use serde_json::{Value, json};

use super::{
    payloads,
    samples::{case, entry, feed, key, network, typed},
};

fn vote_key(founder: u8) -> PublicKey {
    key(5 + founder).public()
}

/// The founding charter of all vectors: two founders.
pub(crate) fn founding() -> Bytes {
    let founder = |number: u8| {
        Governor::Founder(Founder {
            root: key(1 + 10 * number).public(),
            next_root: key(2 + 10 * number).public().commitment(),
            vote: vote_key(number),
            name: Text::from("House"),
        })
    };
    Bytes(encode(&Charter {
        version: 0,
        nonce: [0xC0; 32],
        previous: None,
        name: Text::from("Lakes"),
        governors: vec![founder(0), founder(1)],
        members: Charter::list([]),
        terms: Text::from("What we agreed on."),
        growth: Growth::default(),
    }))
}

fn second() -> Bytes {
    Bytes(encode(&Charter {
        version: 1,
        nonce: [0xC1; 32],
        previous: Some(CharterId::of(&founding().0)),
        name: Text::from("Lakes"),
        governors: vec![Governor::Seat(Seat { feed: feed(), vote: vote_key(0) })],
        members: Charter::list([FeedId([0x44; 32]), FeedId([0x33; 32])]),
        terms: Text::from("What we agreed on since."),
        growth: Growth::default(),
    }))
}

/// One certificate of every decision.
pub(crate) fn certificates() -> Vec<Certificate> {
    let (v0, v1) = (CharterId::of(&founding().0), CharterId::of(&second().0));
    let join = Membership { feed: FeedId([0x33; 32]), round: 1, charter: v0, succeeds: None };
    let leave = Expulsion { feed: join.feed, round: 1, charter: v0, last: None };
    let decisions = [
        Decision::Charter(Succession { previous: v0, next: v0 }),
        Decision::Charter(Succession { previous: v0, next: v1 }),
        Decision::Admission(join.clone()),
        Decision::Admission(Membership { succeeds: Some(FeedId([0x34; 32])), ..join.clone() }),
        Decision::Expulsion(Expulsion { last: Some(payloads::place()), ..leave.clone() }),
        Decision::Expulsion(leave),
        Decision::Continuation(Continuation { feed: feed(), epoch: 1, tip: entry(6), charter: v0 }),
        Decision::Withdrawal(ForcedWithdrawal { feed: feed(), target: Target::Case(case()), charter: v0 }),
    ];
    let certify = |decision: Decision| {
        let bytes = decision.encode();
        let votes = [5, 6].map(|seed| Vote::sign(&network(), &bytes, &key(seed))).to_vec();
        Certificate { votes, decision: Bytes(bytes) }
    };
    decisions.map(certify).to_vec()
}

pub(crate) fn card() -> SignedCard {
    let card = Card {
        name: Text::from("Hôpital du Lac"),
        country: Text::from("CH"),
        root: key(1).public(),
        next_root: key(2).public().commitment(),
        vote: vote_key(0),
        node: payloads::node(),
    };
    SignedCard::sign(&card, &key(1))
}

pub(crate) fn charters() -> Vec<Bytes> {
    vec![founding(), second()]
}

pub(crate) fn papers() -> Vec<Value> {
    let charter = |(version, bytes): (usize, Bytes)| {
        json!({
            "name": format!("charter {version}"), "type": "Charter", "network": network().to_string(),
            "id": CharterId::of(&bytes.0).to_string(), "feed": feed().to_string(), "bytes": hex::encode(bytes.0),
        })
    };
    let certificate = |certificate: Certificate| {
        json!({
            "name": "certificate", "type": "Certificate", "network": network().to_string(),
            "decision": hex::encode(&certificate.decision.0), "bytes": hex::encode(encode(&certificate)),
        })
    };
    let invitation = Invitation {
        charters: charters(),
        certificates: certificates(),
        nodes: vec![NodeOf { feed: feed(), node: payloads::proven_node() }],
    };
    let mut cases: Vec<Value> = charters().into_iter().enumerate().map(charter).collect();
    cases.extend(certificates().into_iter().map(certificate));
    cases.push(typed("card", "SignedCard", &card()));
    cases.push(typed("invitation", "Invitation", &invitation));
    cases
}
