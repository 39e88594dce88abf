//! What finders saw, and which finders looked. "Nothing found" and "not searched" are different things.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{cover::Cover, region::Region};

/// What a finding shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FindingKind {
    /// A human face, upright or turned.
    Face,
}

/// A finder of this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Finder {
    /// The SeetaFace frontal detector.
    Rustface,
}

impl Finder {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rustface => "rustface",
        }
    }

    /// Version of its code.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Rustface => "0.1.7",
        }
    }

    /// SHA-256 of its model, as in `models/SHA256SUMS`.
    pub const fn model_sha256(self) -> [u8; 32] {
        match self {
            Self::Rustface => crate::faces::MODEL_SHA256,
        }
    }
}

impl fmt::Display for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.version())
    }
}

/// One thing that may have to be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Where it is, as tight as the finder sees it.
    pub region: Region,
    /// How sure the finder is, in thousandths of its own measure; only to be compared within one finder.
    pub score_thousandths: u32,
    /// Who saw it.
    pub finder: Finder,
    /// What should hide it: the whole head, hair and neck too, since the face alone does not make a person unknown.
    pub proposal: Region,
}

impl Finding {
    /// The cover that hides it.
    pub fn proposed_cover(&self) -> Cover {
        Cover::Box(self.proposal)
    }
}

/// Whether a finder came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Search {
    /// It looked at the whole picture.
    Finished,
    /// It could not look at the picture, or failed while looking: only the reviewer's eyes did.
    NotSearched,
}

/// A finder and how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Searched {
    /// Who looked.
    pub finder: Finder,
    /// How far it came.
    pub search: Search,
}
