//! One line in its exact bytes. The layout is fixed rather than CBOR, so that a million lines are checked in seconds:
//! version 1 · seq u64 · time_ms u64 · prev 32 · account 16 · session 16 · action u16 · outcome u8 · reason u16 · number of
//! objects u8 · objects 16 each · hash 32. Numbers are big-endian; an account or session of zeros is none.

use protocol::{BlobId, CaseNumber, ClinicianId, EntryId, FeedId, NetworkId, StatementId, codec::Malformed, hash};

use super::{Action, Event, Outcome, Reason};
use crate::{
    id::{AccountId, OutboxId, SessionId, TokenId, first_half},
    limits::AUDIT_OBJECTS_MAX,
};

const VERSION: u8 = 1;
/// Bytes in front of the objects.
const HEAD: usize = 1 + 8 + 8 + 32 + 16 + 16 + 2 + 1 + 2 + 1;
const OBJECT: usize = 16;
const HASH: usize = 32;

/// What an act was done to: 16 bytes of its id. Longer ids are cut, which is enough to find the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId(pub [u8; 16]);

macro_rules! whole { ($($id:ty),*) => {$(
    impl From<$id> for ObjectId {
        fn from(id: $id) -> Self {
            Self(id.0)
        }
    }
)*}}

macro_rules! cut { ($($id:ty),*) => {$(
    impl From<$id> for ObjectId {
        fn from(id: $id) -> Self {
            Self(first_half(&id.0))
        }
    }
)*}}

whole!(AccountId, SessionId, TokenId, OutboxId, CaseNumber, StatementId);
cut!(EntryId, BlobId, FeedId, NetworkId, ClinicianId);

/// A line of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 0.
    pub seq: u64,
    /// The house's clock.
    pub time_ms: u64,
    /// The hash of the line before it; zeros in the first.
    pub prev: [u8; 32],
    /// What it records.
    pub event: Event,
}

impl Line {
    /// The bytes as they are kept and exported.
    pub fn to_bytes(&self) -> Vec<u8> {
        let event = &self.event;
        let objects = &event.objects[..event.objects.len().min(AUDIT_OBJECTS_MAX)];
        let mut bytes = Vec::with_capacity(HEAD + objects.len() * OBJECT + HASH);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.time_ms.to_be_bytes());
        bytes.extend_from_slice(&self.prev);
        bytes.extend_from_slice(&event.account.map_or([0; 16], |account| account.0));
        bytes.extend_from_slice(&event.session.map_or([0; 16], |session| session.0));
        bytes.extend_from_slice(&event.action.code().to_be_bytes());
        bytes.push(u8::try_from(event.outcome.code()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(&event.reason.code().to_be_bytes());
        bytes.push(u8::try_from(objects.len()).unwrap_or(u8::MAX));
        objects.iter().for_each(|object| bytes.extend_from_slice(&object.0));
        let hash = own_hash(&bytes);
        bytes.extend_from_slice(&hash);
        bytes
    }

    /// Reads a line.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are no line or its own hash is another.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let link = Link::of(bytes).ok_or(Malformed::Form { at: 0, what: "bytes that are no audit line" })?;
        if !link.is_whole {
            return Err(Malformed::Form { at: 0, what: "an audit line with another hash" });
        }
        let mut rest = Reader(bytes.get(49..).unwrap_or_default());
        let account = Some(AccountId(rest.take())).filter(|id| id.0 != [0; 16]);
        let session = Some(SessionId(rest.take())).filter(|id| id.0 != [0; 16]);
        let action = Action::from_code(u16::from_be_bytes(rest.take()));
        let outcome = Outcome::from_code(u16::from(u8::from_be_bytes(rest.take())));
        let reason = Reason::from_code(u16::from_be_bytes(rest.take()));
        let objects = (0..u8::from_be_bytes(rest.take())).map(|_| ObjectId(rest.take())).collect();
        let event = Event { account, session, action, objects, outcome, reason };
        Ok(Self { seq: link.seq, time_ms: link.time_ms, prev: link.prev, event })
    }

    /// What the next line holds as `prev`.
    pub fn hash(&self) -> [u8; 32] {
        let bytes = self.to_bytes();
        own_hash(&bytes[..bytes.len() - HASH])
    }
}

/// What chains a line to its neighbours, read without the rest.
pub(super) struct Link {
    pub(super) seq: u64,
    pub(super) time_ms: u64,
    pub(super) prev: [u8; 32],
    pub(super) hash: [u8; 32],
    /// Whether the hash that the line holds is its own.
    pub(super) is_whole: bool,
}

impl Link {
    /// `None` if the bytes have not the length and version of a line.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let (body, stored) = bytes.split_last_chunk::<HASH>()?;
        let objects = usize::from(*body.get(HEAD - 1)?);
        let is_line =
            bytes.first() == Some(&VERSION) && objects <= AUDIT_OBJECTS_MAX && body.len() == HEAD + objects * OBJECT;
        if !is_line {
            return None;
        }
        let mut rest = Reader(&body[1..]);
        let (seq, time_ms, prev) = (u64::from_be_bytes(rest.take()), u64::from_be_bytes(rest.take()), rest.take());
        let hash = own_hash(body);
        Some(Self { seq, time_ms, prev, hash, is_whole: hash == *stored })
    }
}

fn own_hash(body: &[u8]) -> [u8; 32] {
    hash("audit line", &[body])
}

/// Takes arrays from the front; the length was checked before.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_first_chunk::<N>().map_or(([0; N], &[][..]), |(taken, rest)| (*taken, rest));
        self.0 = rest;
        taken
    }
}
