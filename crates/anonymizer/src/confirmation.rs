//! The person who answers for a picture, and what they decided to leave open.

use std::fmt;

use protocol::ClinicianId;
use serde::{Deserialize, Serialize};

use crate::{finding::FindingKind, region::Region};

/// Why a finding was left without a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DismissalReason {
    /// The finder erred: there is none.
    NotAFace,
    /// It is one, and tells nobody who it is: a drawing, a mannequin.
    NotIdentifying,
    /// Another cover, or the crop, hides what matters.
    CoveredOtherwise,
}

impl DismissalReason {
    /// The number that stands for this reason in a manifest.
    pub const fn code(self) -> u8 {
        self as u8 + 1
    }
}

impl fmt::Display for DismissalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAFace => "there is no face here",
            Self::NotIdentifying => "it does not show who somebody is",
            Self::CoveredOtherwise => "it is covered otherwise",
        })
    }
}

/// A finding that a person left open, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dismissal {
    /// What the finder took it for.
    pub kind: FindingKind,
    /// The region of the finding, exactly.
    pub region: Region,
    /// Why.
    pub reason: DismissalReason,
}

/// A person's word that nothing in this picture, under these covers, tells who the patient is.
///
/// That it is the word of this person is for the caller to know: it is made where they are signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Who looked.
    pub reviewer: ClinicianId,
    /// Findings that were left open, each with its reason.
    pub dismissed: Vec<Dismissal>,
    /// They were told that a finder did not search this picture, and looked themselves.
    pub has_seen_unsearched: bool,
}
