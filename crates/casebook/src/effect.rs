//! What folding an entry comes to: an answer, changes of rows, and what the driver has to do beyond the tables.

use protocol::{CaseId, EntryId};

use crate::rows::Change;

/// All that follows from one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// What became of it.
    pub answer: Answer,
    /// To be written in one batch.
    pub changes: Vec<Change>,
    /// To be done after the batch is written. Erasures come first.
    pub effects: Vec<Effect>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has its place.
    Folded,
    /// It had its place already; a change of standing was taken over.
    Duplicate,
    /// It is kept, and says nothing in its case: [`WhyKept`] says why.
    KeptOnly(WhyKept),
    /// Its payload is withdrawn and must not be kept.
    Refused,
    /// A withdrawal of something that stands in another feed. It withdraws nothing.
    NotTheirs,
}

/// Why a statement is kept and not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyKept {
    /// Of a kind that this version does not know.
    UnknownKind,
    /// Its body is not of its kind.
    Malformed,
    /// Only the case's own institution opens, revises and resolves it.
    NotTheCasesInstitution,
    /// The same statement stands earlier in the feed.
    Repeated,
}

/// What the driver has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Destroy what is withdrawn.
    Erase(Erasure),
    /// Read the case again and bring its searchable text up to date; without text if there is none any more.
    Index(CaseId),
    /// The audience changed: offer the living entries of the case to those who are in it now.
    Offer(CaseId),
}

/// What is to be destroyed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Entries whose payloads and salts go.
    pub entries: Vec<EntryId>,
    /// They are withdrawn from everybody, as far as is known here; else others may still have them.
    pub is_everywhere: bool,
    /// Which pictures go with them.
    pub pictures: Pictures,
    /// The case whose indexed text must leave the disk, not only be marked.
    pub index: Option<CaseId>,
}

/// Pictures that go with an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// None.
    Stay,
    /// Those of the case that no living version lists.
    Unlisted(CaseId),
    /// All of the case, with previews and everything made from them.
    All(CaseId),
}
