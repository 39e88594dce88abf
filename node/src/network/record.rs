//! How the journal of the shared feeds holds what arrived: a kind, a clear part, and the payload sealed.

use feed::{Freeze, Held, Record};
use protocol::{
    Entry, EntryBytes, EntryId, FeedId, Proof, Salted, Unverified,
    certificate::NodeOf,
    claim::ForkProof,
    codec::{Malformed, decode, encode},
    codes,
    message::{Absence, Body, Papers},
    wire,
};
use store::NewRecord;
use zeroize::Zeroizing;

const ENTRY: u8 = 1;
const PAYLOAD: u8 = 2;
const PAPERS: u8 = 3;
const FREEZE: u8 = 4;
const ADDRESSES: u8 = 5;

codes! {
    /// How an entry was known to be its author's.
    enum Known {
        1 => BySignature,
        2 => ByLink,
    }
}

wire! {
    /// An entry as received. Its payload is the sealed part of the record.
    struct EntryClear {
        1 => entry: EntryBytes,
        2 => known: Known,
        3 => received_ms: u64,
        4 => absence: Option<Absence>,
    }

    /// Whose payload the sealed part is.
    struct PayloadClear {
        1 => feed: FeedId,
        2 => seq: u64,
        3 => entry: EntryId,
    }

    /// A feed that stands still.
    struct FreezeClear {
        1 => feed: FeedId,
        2 => at: u64,
        3 => proof: Option<ForkProof>,
    }

    /// Where members listen, as an operator was told.
    struct AddressesClear {
        1 => nodes: Vec<NodeOf>,
    }
}

/// A record as it is read back.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// An entry; whether its payload is in the sealed part, or why not.
    Entry {
        entry: Entry,
        received_ms: u64,
        absence: Option<Absence>,
    },
    /// The sealed part is the payload of an earlier entry.
    Payload {
        feed: FeedId,
        seq: u64,
        entry: EntryId,
    },
    Papers(Papers),
    Freeze(FeedId, Freeze),
    Addresses(Vec<NodeOf>),
}

/// The record of something that is to be kept.
pub(crate) fn to_journal(record: &Record, now_ms: u64) -> NewRecord {
    match record {
        Record::Entry(held) => entry(held, now_ms),
        Record::Payload { feed, seq, entry, salted } => {
            let clear = PayloadClear { feed: *feed, seq: *seq, entry: *entry };
            sealed(PAYLOAD, encode(&clear), Some(salted))
        }
        Record::Papers(papers) => sealed(PAPERS, encode(papers), None),
        Record::Freeze(feed, freeze) => {
            let clear = FreezeClear { feed: *feed, at: freeze.at, proof: freeze.proof.clone() };
            sealed(FREEZE, encode(&clear), None)
        }
    }
}

/// The record of addresses that an operator brought.
pub(crate) fn addresses(nodes: Vec<NodeOf>) -> NewRecord {
    sealed(ADDRESSES, encode(&AddressesClear { nodes }), None)
}

/// Reads a record back.
///
/// # Errors
/// [`Malformed`] if newer software wrote it.
pub(crate) fn from_journal(kind: u8, clear: &[u8]) -> Result<Kept, Malformed> {
    Ok(match kind {
        ENTRY => {
            let clear: EntryClear = decode(clear)?;
            let proof = if clear.known == Known::ByLink { Proof::Link } else { Proof::Signature };
            let entry = Unverified::parse(clear.entry)?.as_journaled(proof);
            Kept::Entry { entry, received_ms: clear.received_ms, absence: clear.absence }
        }
        PAYLOAD => {
            let clear: PayloadClear = decode(clear)?;
            Kept::Payload { feed: clear.feed, seq: clear.seq, entry: clear.entry }
        }
        PAPERS => Kept::Papers(decode(clear)?),
        FREEZE => {
            let clear: FreezeClear = decode(clear)?;
            Kept::Freeze(clear.feed, Freeze { at: clear.at, proof: clear.proof })
        }
        ADDRESSES => Kept::Addresses(decode::<AddressesClear>(clear)?.nodes),
        _ => return Err(Malformed::Form { at: 0, what: "a journal record of a kind that this version does not know" }),
    })
}

/// The payload in the sealed part of a record.
pub(crate) fn salted(secret: &[u8]) -> Option<Salted> {
    decode(secret).ok()
}

fn entry(held: &Held, now_ms: u64) -> NewRecord {
    let known = if held.entry.proof() == Proof::Link { Known::ByLink } else { Known::BySignature };
    let absence = if let Body::Absent(absence) = &held.body { Some(*absence) } else { None };
    let clear = EntryClear { entry: held.entry.bytes().clone(), known, received_ms: now_ms, absence };
    sealed(ENTRY, encode(&clear), held.salted())
}

fn sealed(kind: u8, clear: Vec<u8>, payload: Option<&Salted>) -> NewRecord {
    NewRecord { kind, clear, secret: payload.map(|payload| Zeroizing::new(encode(payload))) }
}
