//! What the machines read back of what was journaled before.

use protocol::{
    Entry, EntryId, FeedId, InstitutionId, Kind, Payload, Salted, Unverified,
    message::{Absence, Body, EntryFrame},
};

/// An entry that is held, with its payload or the reason why that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The entry.
    pub entry: Entry,
    /// Its payload.
    pub body: Body,
}

/// The journal as the machines see it. What an effect journaled is there before the next input is handled. What the machines
/// rely on besides, `contract.rs` puts to the test.
pub trait Archive {
    /// The entry at a place of a feed.
    fn held(&self, feed: &FeedId, seq: u64) -> Option<Held>;

    /// The id of the entry at a place; cheaper than the entry.
    fn id_at(&self, feed: &FeedId, seq: u64) -> Option<EntryId>;

    /// Where an entry stands.
    fn place_of(&self, entry: &EntryId) -> Option<(FeedId, u64)>;

    /// Whether an institution is in the audience of a restricted entry now.
    fn may_have(&self, reader: &InstitutionId, entry: &EntryId) -> bool;

    /// Whether an entry for the network is kept from an institution: it was taken back from it, or its case names others.
    fn is_kept_from(&self, reader: &InstitutionId, entry: &EntryId) -> bool;

    /// Restricted entries whose payloads are held, by their ids: the first so many behind one.
    fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId>;
}

impl Held {
    /// The payload, if it is held.
    pub const fn salted(&self) -> Option<&Salted> {
        match &self.body {
            Body::Held(salted) => Some(salted),
            Body::Absent(_) => None,
        }
    }

    /// What the entry says, if its payload is held and readable.
    pub fn payload(&self) -> Option<Payload> {
        self.entry.open(self.salted()?).ok()
    }

    /// Whether the payload travels with the header whoever asks, and whatever state the node is in.
    pub fn is_control(&self) -> bool {
        self.entry.header().kind.needs_payload()
    }

    /// The entry as it travels to a reader.
    pub(crate) fn frame_for(&self, may_have: bool) -> EntryFrame {
        let body = match &self.body {
            body if may_have || self.is_control() => body.clone(),
            Body::Absent(absence) => Body::Absent(*absence),
            Body::Held(_) if self.entry.header().kind == Kind::Sealed => Body::Absent(Absence::Restricted),
            Body::Held(_) => Body::Absent(Absence::NotHeld),
        };
        EntryFrame { entry: self.entry.bytes().clone(), body }
    }
}

/// An entry that arrived, parsed and not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Header and signature.
    pub entry: Unverified,
    /// Its payload, or why it did not come.
    pub body: Body,
}

impl Arrival {
    /// Reads an entry as it came.
    ///
    /// # Errors
    /// [`protocol::codec::Malformed`]: the sender is to blame.
    pub fn parse(frame: EntryFrame) -> Result<Self, protocol::codec::Malformed> {
        Ok(Self { entry: Unverified::parse(frame.entry)?, body: frame.body })
    }

    /// The payload that came, if it is the one that the header names.
    pub(crate) fn matching(&self) -> Option<&Salted> {
        match &self.body {
            Body::Held(salted) if self.entry.matches(salted) => Some(salted),
            _ => None,
        }
    }

    /// Whether a payload came that is another one: the sender is to blame.
    pub(crate) fn is_spoiled(&self) -> bool {
        matches!(&self.body, Body::Held(_)) && self.matching().is_none()
    }
}
