//! The one row of a case: what a list of cases shows, or that there is nothing to show any more.

use protocol::{
    CaseId, ClinicianId, EntryId, choice, codes,
    payload::{content::Status, control::Ground},
    wire,
};
use trust::Standing;

use crate::{row::rows, standing};

codes! {
    /// How far a version of a case reaches.
    pub enum Reach {
        1 => House,
        /// The institutions that it names.
        2 => Named,
        /// Attested people of the whole network.
        3 => Network,
        /// People without attestation too.
        4 => Public,
    }
}

choice! {
    /// A case of which at least one version is here, or which was withdrawn.
    pub enum CaseRow {
        /// It can be read by those who may.
        1 => Open(OpenCase),
        /// It is erased here, and stays so.
        2 => Withdrawn(WithdrawnCase),
    }
}

wire! {
    /// A case as its living entries make it.
    pub struct OpenCase {
        /// The version that is shown: the newest verified one, else the newest.
        1 => current: EntryId,
        /// Who wrote that one.
        2 => author: ClinicianId,
        /// Their standing, as `standing()` reads it.
        3 => standing: u8,
        /// Whom it is for.
        4 => reach: Reach,
        /// Whether any version stands in the shared feed; from then on only shared entries count.
        5 => is_shared: bool,
        /// MeSH descriptor number.
        6 => specialty: Option<u32>,
        /// Who opened it: their own comments are no answers.
        7 => opener: ClinicianId,
        /// When, in milliseconds since 1970, as its author claims and never after it came here.
        8 => opened_ms: u64,
        /// The newest verified outcome.
        9 => outcome: Option<EntryId>,
        /// Where it stands.
        10 => status: Status,
        /// What was said about it.
        11 => tally: Tally,
        /// When something last happened that counts.
        12 => activity_ms: u64,
    }

    /// What counts.
    pub struct Tally {
        /// Verified comments.
        1 => comments: u32,
        /// Those not by who opened the case.
        2 => answers: u32,
        /// People who starred it.
        3 => stars: u32,
    }

    /// A case that is erased here.
    pub struct WithdrawnCase {
        /// The withdrawal; the first of several.
        1 => withdrawal: EntryId,
        /// Its ground.
        2 => ground: Ground,
        /// When it was made, by its author's clock.
        3 => time_ms: u64,
        /// Whether everybody loses it, or only some and this house.
        4 => is_everywhere: bool,
    }
}

rows! {
    CaseRow: Case by CaseId;
}

impl Tally {
    /// Nothing yet.
    pub const NONE: Self = Self { comments: 0, answers: 0, stars: 0 };
}

impl OpenCase {
    /// The standing of who wrote the current version.
    pub const fn standing(&self) -> Standing {
        standing::from_code(self.standing)
    }

    /// Open, and nobody who is attested has answered.
    pub fn is_unanswered(&self) -> bool {
        self.status == Status::Open && self.tally.answers == 0 && self.standing() == Standing::Verified
    }
}
