//! Rows: ids, numbers, flags and times, each with a key and exact bytes. No row holds what a person wrote or is called.
//!
//! A value is a version byte and one item of the protocol's CBOR; a row that only says *this key is there* is the version
//! byte alone. Tables are a read model: a form that changes gets a new version, and the tables are built again.

mod case;
mod entry;
mod hanging;
mod mark;
mod shelf;
mod withdrawal;

use protocol::codec::{Malformed, Wire, decode, encode};

use crate::key::Key;

pub use case::{CaseRow, OpenCase, Reach, Tally, WithdrawnCase};
pub use entry::{EntryRow, StatementKey, StatementOf, StatementRow, What};
pub use hanging::{
    OtherRow, OutcomeRow, RemarkRow, RevisionKey, RevisionRow, StarKey, StarRow, UnderCase, VersionKey, VersionRow,
};
pub use mark::{
    ActivityKey, ActivityRow, AudienceKey, AudienceRow, ExceptKey, ExceptRow, OwedRow, PendingKey, PendingRow,
    ProfileKey, ProfileRow, SharedKey, SharedRow,
};
pub use shelf::{CountRow, Shelf, ShelfKey, ShelfRow};
pub use withdrawal::{ReceiptKey, ReceiptRow, TargetKey, WithdrawalKey, WithdrawalRow};

/// The version of all rows of this crate. Tables written under another one are built again.
pub const ROW_VERSION: u8 = 1;

/// Bytes of a row's value.
pub const ROW_BYTES_MAX: usize = 4_096;

/// Bytes that are no row of the table they were found in: the tables are to be built again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRow {
    /// Not a key of its table.
    #[error("these bytes are no {0}")]
    Key(&'static str),
    /// Written by other software.
    #[error("row of {table} has version {found}; this is version {ROW_VERSION}")]
    Version {
        /// Where it stands.
        table: &'static str,
        /// Its first byte; 0 if it has none.
        found: u8,
    },
    /// Longer than any row is.
    #[error("row of {table} has {found} bytes; the limit is {ROW_BYTES_MAX}")]
    TooLong {
        /// Where it stands.
        table: &'static str,
        /// Its bytes.
        found: usize,
    },
    /// The right version, but not the right form.
    #[error("row of {table} cannot be read")]
    Form {
        /// Where it stands.
        table: &'static str,
        /// What is wrong.
        source: Malformed,
    },
}

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $name:literal,)*) => {
        /// The tables, each to be kept under its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $($(#[$doc])* $table,)*
        }

        impl Table {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$table),*];

            /// A name for the place where its rows are kept.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$table => $name,)*
                }
            }
        }
    };
}

tables! {
    /// [`EntryRow`]
    Entry = "entry",
    /// [`StatementRow`]
    Statement = "statement",
    /// [`CaseRow`]
    Case = "case",
    /// [`VersionRow`]
    Version = "version",
    /// [`OutcomeRow`]
    Outcome = "outcome",
    /// [`RemarkRow`]
    Remark = "remark",
    /// [`RevisionRow`]
    Revision = "revision",
    /// [`StarRow`]
    Star = "star",
    /// [`OtherRow`]
    Other = "other",
    /// [`AudienceRow`]
    Audience = "audience",
    /// [`SharedRow`]
    Shared = "shared",
    /// [`ActivityRow`]
    Activity = "activity",
    /// [`PendingRow`]
    Pending = "pending",
    /// [`ProfileRow`]
    Profile = "profile",
    /// [`WithdrawalRow`]
    Withdrawal = "withdrawal",
    /// [`ExceptRow`]
    Except = "except",
    /// [`OwedRow`]
    Owed = "owed",
    /// [`ReceiptRow`]
    Receipt = "receipt",
    /// [`ShelfRow`]
    Shelf = "shelf",
    /// [`CountRow`]
    Count = "count",
}

/// A value of a table.
pub trait Row: Sized {
    /// Where it stands.
    const TABLE: Table;
    /// Under what.
    type Key: Key;

    /// The bytes.
    fn to_bytes(&self) -> Vec<u8>;

    /// The row of these bytes.
    ///
    /// # Errors
    /// [`BadRow`] if they are no such row.
    fn from_bytes(bytes: &[u8]) -> Result<Self, BadRow>;
}

/// The bytes of a value: version, then CBOR.
fn to_versioned<T: Wire>(value: &T) -> Vec<u8> {
    [&[ROW_VERSION], &encode(value)[..]].concat()
}

fn from_versioned<T: Wire>(table: Table, bytes: &[u8]) -> Result<T, BadRow> {
    decode(behind_version(table, bytes)?).map_err(|source| BadRow::Form { table: table.name(), source })
}

fn behind_version(table: Table, bytes: &[u8]) -> Result<&[u8], BadRow> {
    let table = table.name();
    match bytes {
        _ if bytes.len() > ROW_BYTES_MAX => Err(BadRow::TooLong { table, found: bytes.len() }),
        [ROW_VERSION, rest @ ..] => Ok(rest),
        _ => Err(BadRow::Version { table, found: bytes.first().copied().unwrap_or(0) }),
    }
}

/// Says in which table, under which key and as which type rows stand.
macro_rules! rows {
    ($($row:ident: $table:ident by $key:ty;)*) => {$(
        impl $crate::row::Row for $row {
            const TABLE: $crate::row::Table = $crate::row::Table::$table;
            type Key = $key;

            fn to_bytes(&self) -> Vec<u8> {
                $crate::row::to_versioned(self)
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, $crate::row::BadRow> {
                $crate::row::from_versioned(Self::TABLE, bytes)
            }
        }
    )*};
}

use rows;
