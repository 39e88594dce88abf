//! What hangs on a case: its versions, outcomes, comments and their revisions, stars, and what is only kept.

use protocol::{
    CaseId, ClinicianId, EntryId, InstitutionId, Kind,
    payload::content::{Certainty, Status},
    wire,
};
use trust::Standing;

use crate::{
    key::keys,
    row::{Reach, rows},
    standing,
};

keys! {
    /// Something of the case's own institution. The last of a case is the one that holds: shared before house, verified
    /// before the rest, then the order of the feed.
    pub struct VersionKey {
        /// The case.
        case: CaseId,
        /// Whether it stands in the shared feed.
        is_shared: bool,
        /// Whether its author's word counts.
        is_verified: bool,
        /// The feed's epoch.
        epoch: u32,
        /// The place.
        seq: u64,
        /// The entry.
        entry: EntryId,
    }

    /// An entry under its case.
    pub struct UnderCase {
        /// The case.
        case: CaseId,
        /// The entry.
        entry: EntryId,
    }

    /// A revision under the statement of its comment, whether that is here or not.
    pub struct RevisionKey {
        /// The case.
        case: CaseId,
        /// The name of the comment's statement: same author, same feed.
        comment: [u8; 32],
        /// Whether its author's word counts.
        is_verified: bool,
        /// The feed's epoch.
        epoch: u32,
        /// The place.
        seq: u64,
        /// The entry.
        entry: EntryId,
    }

    /// A star under the person who gave it.
    pub struct StarKey {
        /// The case.
        case: CaseId,
        /// Who gave it.
        clinician: ClinicianId,
        /// The entry.
        entry: EntryId,
    }
}

wire! {
    /// A Case or a CaseRevision.
    pub struct VersionRow {
        /// Who wrote it.
        1 => author: ClinicianId,
        /// Their standing, as `standing()` reads it.
        2 => standing: u8,
        /// The author's clock in milliseconds since 1970.
        3 => time_ms: u64,
        /// The same, but never after it came here.
        4 => shown_ms: u64,
        /// Whom it is for.
        5 => reach: Reach,
        /// MeSH descriptor number.
        6 => specialty: Option<u32>,
        /// How many pictures it has.
        7 => pictures: u32,
    }

    /// An Outcome; they are the history of the status.
    pub struct OutcomeRow {
        /// Who says it.
        1 => author: ClinicianId,
        /// Their standing, as `standing()` reads it.
        2 => standing: u8,
        /// The author's clock in milliseconds since 1970.
        3 => time_ms: u64,
        /// The same, but never after it came here.
        4 => shown_ms: u64,
        /// Where the case stands.
        5 => status: Status,
        /// How sure that is.
        6 => certainty: Option<Certainty>,
    }

    /// A Comment.
    pub struct RemarkRow {
        /// The feed it stands in.
        1 => feed: InstitutionId,
        /// Who says it.
        2 => author: ClinicianId,
        /// The name of the statement, under which its revisions stand.
        3 => statement: [u8; 32],
        /// The author's standing, as `standing()` reads it.
        4 => standing: u8,
        /// Whether it stands in the shared feed.
        5 => is_shared: bool,
        /// The author's clock in milliseconds since 1970.
        6 => time_ms: u64,
        /// The same, but never after it came here.
        7 => shown_ms: u64,
        /// The comment it answers.
        8 => replies_to: Option<EntryId>,
        /// What its author had seen.
        9 => seen: Vec<EntryId>,
        /// The picture it points at.
        10 => picture: Option<u8>,
    }

    /// A CommentRevision.
    pub struct RevisionRow {
        /// Who wrote it.
        1 => author: ClinicianId,
        /// Their standing, as `standing()` reads it.
        2 => standing: u8,
        /// The author's clock in milliseconds since 1970.
        3 => time_ms: u64,
    }

    /// A Star.
    pub struct StarRow {
        /// The feed it stands in.
        1 => feed: InstitutionId,
        /// The standing of who gave it, as `standing()` reads it.
        2 => standing: u8,
        /// Whether it stands in the shared feed.
        3 => is_shared: bool,
        /// The version of the case that was seen.
        4 => seen: Option<EntryId>,
    }

    /// Something that names the case and says nothing there, kept so that it is erased with the case.
    pub struct OtherRow {
        /// Its kind.
        1 => kind: Kind,
    }
}

rows! {
    VersionRow: Version by VersionKey;
    OutcomeRow: Outcome by VersionKey;
    RemarkRow: Remark by UnderCase;
    RevisionRow: Revision by RevisionKey;
    StarRow: Star by StarKey;
    OtherRow: Other by UnderCase;
}

macro_rules! stand {
    ($($row:ident),*) => {$(
        impl $row {
            /// The standing of who says it.
            pub const fn standing(&self) -> Standing {
                standing::from_code(self.standing)
            }
        }
    )*};
}

stand!(VersionRow, OutcomeRow, RemarkRow, RevisionRow, StarRow);
