//! The person who answers for a picture, and what they decided to leave open.

use std::{collections::BTreeSet, fmt};

use protocol::ClinicianId;
use serde::{Deserialize, Serialize};

use crate::{
    finding::{Doubt, FindingKind},
    region::Region,
};

/// Why a finding was left without a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DismissalReason {
    /// The finder erred: there is none.
    NotThere,
    /// It is one, and tells nobody who it is: a drawing, a mannequin, a scale bar.
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
            Self::NotThere => "there is no such thing here",
            Self::NotIdentifying => "it does not show who somebody is",
            Self::CoveredOtherwise => "it is covered otherwise",
        })
    }
}

/// What nobody but a person sees: they look for each, whatever the finders found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Concern {
    /// Faces and whatever else of a head makes a person known, also in the background, in mirrors and on screens.
    Faces,
    /// Names, dates, numbers: labels, wristbands, screens, papers.
    Print,
    /// Tattoos, scars, birthmarks.
    SkinMarks,
    /// Jewellery, clothes, glasses, devices.
    Belongings,
    /// Room plates, windows, vehicles, other people.
    Surroundings,
    /// A rare condition together with a small place or a public event.
    Rarity,
}

impl Concern {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 6] =
        [Self::Faces, Self::Print, Self::SkinMarks, Self::Belongings, Self::Surroundings, Self::Rarity];
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Faces => "faces",
            Self::Print => "names, dates and numbers",
            Self::SkinMarks => "tattoos, scars and birthmarks",
            Self::Belongings => "jewellery, clothes and other belongings",
            Self::Surroundings => "room plates, windows and other people",
            Self::Rarity => "a rare condition together with a small place",
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
    /// Doubts they were told of, and looked because of.
    pub answered: BTreeSet<Doubt>,
    /// What they looked for.
    pub looked_for: BTreeSet<Concern>,
}
