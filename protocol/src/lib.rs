//! What travels between institutions: ids, keys, entries, payloads, and their exact bytes.
//!
//! The question this crate answers: *here are bytes from somebody: what do they say, and who signed that?* No IO, no clock,
//! no randomness. docs/PROTOCOL.md describes the same things for people who write another node.

pub mod certificate;
pub mod claim;
pub mod codec;
mod entry;
mod hash;
mod header;
mod id;
mod key;
mod kind;
pub mod limits;
pub mod message;
pub mod payload;
mod statement;

pub use entry::{Entry, EntryBytes, NewEntry, PayloadError, Proof, Salted, Unverified};
pub use hash::hash;
pub use header::{Audience, Header, VERSION};
pub use id::{
    BlobId, CaseId, CaseNumber, CharterId, ClinicianId, EntryId, FeedId, InstitutionId, NetworkId, NotAnId,
    PayloadHash, Salt, StatementId,
};
pub use key::{KeyError, PublicKey, Purpose, SecretKey, Signature};
pub use kind::{Class, Kind};
pub use payload::Payload;
pub use statement::{Context, Statement};
