//! Rows that are their key: who is in an audience, what was said by whom, what is owed.

use protocol::{CaseId, ClinicianId, EntryId, FeedId, InstitutionId};

use crate::{
    key::{Newest, keys},
    row::{BadRow, ROW_VERSION, Row, Table, TargetKey, behind_version},
};

keys! {
    /// The audience of a version.
    pub struct AudienceKey {
        /// The case.
        case: CaseId,
        /// The version's entry.
        entry: EntryId,
        /// One institution, or [`SharedKey::EVERYBODY`].
        institution: InstitutionId,
    }

    /// The same from the institution's side.
    pub struct SharedKey {
        /// One institution, or [`SharedKey::EVERYBODY`].
        institution: InstitutionId,
        /// The case.
        case: CaseId,
        /// The version's entry.
        entry: EntryId,
    }

    /// Comments that count, the newest of a case first.
    pub struct ActivityKey {
        /// The case.
        case: CaseId,
        /// When it was said, never after it came here.
        newest: Newest,
        /// The comment's entry.
        entry: EntryId,
    }

    /// Statements whose standing waits for control entries of their feed.
    pub struct PendingKey {
        /// The feed.
        feed: InstitutionId,
        /// The entry.
        entry: EntryId,
    }

    /// Profiles of a person by an institution; the last holds.
    pub struct ProfileKey {
        /// The person.
        clinician: ClinicianId,
        /// The institution that says what they are called.
        feed: InstitutionId,
        /// The feed's epoch.
        epoch: u32,
        /// The place.
        seq: u64,
        /// The entry.
        entry: EntryId,
    }

    /// Institutions from which something was taken back.
    pub struct ExceptKey {
        /// What.
        target: TargetKey,
        /// The feed of what is withdrawn.
        feed: InstitutionId,
        /// Who loses it.
        institution: InstitutionId,
    }
}

impl SharedKey {
    /// Stands for the whole network. No feed has this id, for ids of feeds are hashes.
    pub const EVERYBODY: InstitutionId = FeedId([0xff; FeedId::LEN]);
}

macro_rules! marks {
    ($($(#[$doc:meta])* $row:ident: $table:ident by $key:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $row;

        impl Row for $row {
            const TABLE: Table = Table::$table;
            type Key = $key;

            fn to_bytes(&self) -> Vec<u8> {
                vec![ROW_VERSION]
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, BadRow> {
                match behind_version(Self::TABLE, bytes)? {
                    [] => Ok(Self),
                    rest => Err(BadRow::TooLong { table: Self::TABLE.name(), found: rest.len() + 1 }),
                }
            }
        }
    )*};
}

marks! {
    /// The institution is in the audience of a version.
    AudienceRow: Audience by AudienceKey;
    /// A version of the case is for the institution.
    SharedRow: Shared by SharedKey;
    /// The comment counts.
    ActivityRow: Activity by ActivityKey;
    /// Its standing is pending.
    PendingRow: Pending by PendingKey;
    /// It says what the person is called.
    ProfileRow: Profile by ProfileKey;
    /// The institution lost it.
    ExceptRow: Except by ExceptKey;
    /// The withdrawal is done here and stands in no receipt of this house yet.
    OwedRow: Owed by EntryId;
}
