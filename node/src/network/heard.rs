//! What a record of the shared feeds' journal says, and whether the person who says it signed it.
//!
//! Only the record's own bytes and its key decide this, no table; and it is much of what folding costs. So a batch of records
//! is shared among the cores before it is folded one by one.

use std::{collections::BTreeSet, num::NonZero, panic::resume_unwind, thread};

use protocol::{Context, Entry, EntryId, FeedId, Payload, Salted};
use store::{Position, Scanned, Secret};

use super::{
    record::{self, Kept},
    shelf::{Shelf, ShelfError},
};

/// Fewer records than this for each core are not worth a thread.
const RECORDS_A_CORE_MIN: usize = 8;

/// A record, read.
pub(crate) struct Read {
    pub(crate) at: Position,
    pub(crate) what: What,
}

/// What stands in a record, as far as the casebook asks.
pub(crate) enum What {
    Entry(Box<HeardEntry>),
    /// The payload of an earlier entry.
    Payload {
        feed: FeedId,
        seq: u64,
        entry: EntryId,
        salted: Option<Salted>,
    },
    /// A feed stands still from this place on.
    Freeze(FeedId, u64),
    /// Papers from which on what stands in these feeds counts otherwise.
    Papers(BTreeSet<FeedId>),
    /// Nothing about cases.
    Other,
}

/// An entry with what it says.
pub(crate) struct HeardEntry {
    pub(crate) entry: Entry,
    pub(crate) received_ms: u64,
    pub(crate) heard: Heard,
}

/// What an entry says.
pub(crate) struct Heard {
    /// Whether its payload is held, be it one that nobody can read.
    pub(crate) has_payload: bool,
    pub(crate) payload: Option<Payload>,
    /// Whether the person whose statement it is signed it.
    pub(crate) is_signed: bool,
}

impl Heard {
    pub(crate) fn of(entry: &Entry, salted: Option<&Salted>) -> Self {
        let payload = salted.and_then(|salted| entry.open(salted).ok());
        let header = entry.header();
        let is_signed = match &payload {
            Some(Payload::Statement(kind, statement)) => {
                let context = Context { network: header.network, feed: header.feed, kind: *kind };
                statement.verify(&context).is_ok()
            }
            _ => false,
        };
        Self { has_payload: salted.is_some(), payload, is_signed }
    }
}

/// Reads records, in their order, up to the first that cannot be read; and why not.
pub(crate) fn read_all(shelf: &Shelf, scanned: &[Scanned]) -> (Vec<Read>, Option<ShelfError>) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = scanned.len().div_ceil(cores).max(RECORDS_A_CORE_MIN);
    let read_share = |share: &[Scanned]| up_to_error(share.iter().map(|scanned| read(shelf, scanned)));
    thread::scope(|scope| {
        let mut shares = scanned.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| scope.spawn(move || read_share(share))).collect();
        let (mut records, mut error) = read_share(own);
        for other in others {
            let (read, unread) = other.join().unwrap_or_else(|panic| resume_unwind(panic));
            if error.is_none() {
                records.extend(read);
                error = unread;
            }
        }
        (records, error)
    })
}

/// What comes before the first error, and that.
pub(crate) fn up_to_error<T, E>(all: impl Iterator<Item = Result<T, E>>) -> (Vec<T>, Option<E>) {
    let (mut sound, mut error) = (Vec::new(), None);
    for result in all {
        match result {
            Ok(one) => sound.push(one),
            Err(first) => {
                error = Some(first);
                break;
            }
        }
    }
    (sound, error)
}

fn read(shelf: &Shelf, scanned: &Scanned) -> Result<Read, ShelfError> {
    let kept = record::from_journal(scanned.kind, &scanned.clear)?;
    let salted = match shelf.journal.unseal(scanned)? {
        Secret::Held(secret) => record::salted(&secret),
        Secret::Erased | Secret::None => None,
    };
    let what = match kept {
        Kept::Entry { entry, received_ms, .. } => {
            let heard = Heard::of(&entry, salted.as_ref());
            What::Entry(Box::new(HeardEntry { entry, received_ms, heard }))
        }
        Kept::Payload { feed, seq, entry } => What::Payload { feed, seq, entry, salted },
        Kept::Freeze(feed, freeze) => What::Freeze(feed, freeze.at),
        Kept::Papers(papers) => What::Papers(trust::recounted_by(&papers)),
        Kept::Addresses(_) => What::Other,
    };
    Ok(Read { at: scanned.position, what })
}
