//! The journal that is the truth, sealed payloads and blobs, and tables that can be rebuilt.
//!
//! The question this crate answers: *is it on the disk, and can it be forgotten?* It knows bytes, positions and keys; what a
//! record, a row or a picture means is known elsewhere.
//!
//! | room | holds | lost or damaged: |
//! |---|---|---|
//! | [`Journal`] | every record as received, acknowledged only after fdatasync | is told, repaired from peers or a backup |
//! | [`Blobs`] | clean pictures and quarantined originals, sealed | is told, fetched again |
//! | [`Tables`] | what was folded from journals | thrown away and built again |
//! | [`DirectoryLock`] | one process a data directory | |
//! | [`Guard`] | a floor of free space, and ballast | |
//!
//! Every secret part of a record and every blob is sealed under a key of its own; the keys lie in key files, two copies each,
//! wrapped under a [`WrappingKey`] that comes from outside. To erase is to destroy a key.
//!
//! All randomness comes in as [`Entropy`]. Files that begin with a newer format number are refused. A failed sync is told
//! through [`OnFatal`] and is the end of the process, and so are tables that broke; a full disk is not: it refuses what is new, and reads and erases on.
//!
//! Only this crate says `sled`, `object_store` and `chacha20poly1305`, each in one file: `tables/engine.rs`,
//! `blobs/store.rs`, `seal.rs`. Deliberately absent: clocks of the wall, what records mean, who may read, what to evict.

mod blobs;
mod disk;
mod entropy;
mod fatal;
mod format;
mod journal;
mod keys;
mod lock;
mod seal;
mod space;
mod tables;
#[cfg(test)]
mod test_entropy;

pub use blobs::{BlobError, BlobOptions, Blobs, ErasedBlobs, Facts, Fetched, Found, Original, OriginalId, Picture};
pub use entropy::Entropy;
pub use fatal::{Fatal, OnFatal};
pub use format::FormatError;
pub use journal::{
    AppendError, Check, Damage, Journal, JournalError, JournalOptions, Limits, NewRecord, OpenError, Pending, Position,
    RECORD_BYTES_MAX, REQUEST_BYTES_MAX, Record, Scan, Scanned, Secret, Why,
};
pub use keys::KeyError;
pub use lock::{DirectoryLock, LockError};
pub use seal::{Keyring, WrappingKey};
pub use space::{Guard, GuardLimits, Space, SpaceError, free_space};
pub use tables::{
    Batch, FixedKey, KEY_BYTES_MAX, Key, Mark, ROW_BYTES_MAX, Row, Rows, Table, TableError, TableOptions, Tables,
};
