//! The de-identification manifest of a picture: who looked, what was found, what hides it. It travels inside the summary,
//! under the author's signature, and holds no original pixel and no original text.

use super::at_most;
use crate::{
    codec::{Malformed, Text},
    codes,
    id::ClinicianId,
    limits, wire,
};

codes! {
    /// The shape of a cover.
    pub enum Shape {
        1 => Box,
        2 => Ellipse,
        3 => Polygon,
        4 => Brush,
    }

    /// Who proposed a cover.
    pub enum Origin {
        1 => Finder,
        2 => Person,
    }

    /// What a finder saw.
    pub enum FindingKind {
        1 => Face,
        2 => Name,
        3 => Date,
        4 => Number,
        5 => ScaleBar,
        6 => SideMarker,
        7 => Words,
        8 => Code,
    }

    /// What finders could not settle about a whole picture, so that the reviewer looked and said so.
    pub enum Doubt {
        1 => SkinWithoutFace,
        2 => Head,
        3 => Frames,
    }

    /// What a reviewer looked for with their own eyes.
    pub enum Concern {
        1 => Faces,
        2 => Print,
        3 => SkinMarks,
        4 => Belongings,
        5 => Surroundings,
        6 => Rarity,
    }

    /// Why a finding was left without a cover.
    pub enum DismissalReason {
        1 => NotThere,
        2 => NotIdentifying,
        3 => CoveredOtherwise,
    }

    /// Metadata that was there and is gone.
    pub enum Removed {
        1 => Place,
        2 => Time,
        3 => Device,
        4 => Person,
        5 => Comment,
        6 => EmbeddedPicture,
        7 => ColourProfile,
        8 => TrailingData,
        9 => OtherMetadata,
    }
}

wire! {
    /// The signed account of what was done to a picture.
    pub struct Manifest {
        /// Who confirmed that nothing identifying is left to see.
        1 => reviewer: ClinicianId,
        /// What looked at the picture.
        2 => finders: Vec<Finder>,
        /// What hides parts of it.
        3 => covers: Vec<Cover>,
        /// What was found and left open.
        4 => dismissed: Vec<Dismissal>,
        /// What the file carried besides pixels.
        5 => removed: Vec<Removed>,
        /// What the finders left to the reviewer, who looked because of it.
        6 => answered: Vec<Doubt>,
        /// What the reviewer looked for and hid, or did not find.
        7 => looked_for: Vec<Concern>,
        /// How a DICOM object was de-identified, as codes of PS3.16 CID 7050; none for a photograph.
        8 => methods: Vec<u32>,
    }

    /// A program that looked at the picture.
    pub struct Finder {
        /// Its name.
        1 => name: Text,
        /// Its version.
        2 => version: Text,
        /// SHA-256 of its model, if it has one.
        3 => model: Option<[u8; 32]>,
        /// Whether it came to an end; if not, only the reviewer's eyes did.
        4 => has_finished: bool,
    }

    /// An opaque shape, in pixels of the upright picture.
    pub struct Cover {
        /// Its shape.
        1 => shape: Shape,
        /// Who proposed it.
        2 => origin: Origin,
        /// Box and ellipse: left, top, width, height. Polygon: x, y of each corner. Brush: radius, then x, y of each point.
        3 => numbers: Vec<u32>,
    }

    /// A finding that a person left open, and why.
    pub struct Dismissal {
        /// What the finder took it for.
        1 => kind: FindingKind,
        /// Left, top, width, height.
        2 => area: Vec<u32>,
        /// Why.
        3 => reason: DismissalReason,
    }
}

/// Numbers of one cover: 512 points and a radius.
const COVER_NUMBERS_MAX: usize = 1_025;

impl Manifest {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        at_most("manifest", self.finders.len(), "finders", 16)?;
        at_most("manifest", self.covers.len(), "covers", limits::COVERS_MAX)?;
        at_most("manifest", self.dismissed.len(), "dismissed findings", limits::COVERS_MAX)?;
        at_most("manifest", self.methods.len(), "methods", 16)?;
        self.covers.iter().try_for_each(|cover| at_most("cover", cover.numbers.len(), "numbers", COVER_NUMBERS_MAX))
    }
}
