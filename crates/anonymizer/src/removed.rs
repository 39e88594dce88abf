//! What a file carried beside its pixels. None of it goes on; the person is told what there was.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of data that was in the file and is not in the clean picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Removed {
    /// Coordinates, and names of places.
    Place,
    /// When it was taken or changed.
    Time,
    /// Make, model, lens, program.
    Camera,
    /// Numbers of the camera or the lens, which tell whose it is.
    SerialNumber,
    /// Name of the author or owner.
    Owner,
    /// Names of people in the picture, and where their faces are.
    People,
    /// What the maker of the camera writes for itself.
    MakerNotes,
    /// An embedded thumbnail, which may show what was cropped or covered.
    Thumbnail,
    /// Comments and descriptions.
    Comment,
    /// IPTC captions and keywords.
    Caption,
    /// XMP packets.
    EditingHistory,
    /// ICC profiles and the like, after they were applied.
    ColourProfile,
    /// Further pictures, pages, gain or depth maps.
    FurtherPictures,
    /// A few seconds of film round the moment of the picture.
    Film,
    /// Segments and chunks of programs, unknown to us.
    ProgramData,
    /// Bytes behind the end of the picture.
    BehindTheEnd,
    /// What a DICOM object says of patient, staff, house, device and time, as far as PS3.15 names it.
    Identity,
    /// What only the maker of a device can read.
    PrivateAttributes,
    /// Drawings and texts laid over the picture.
    Overlay,
    /// Attributes that no picture needs, and values that were none of theirs.
    OtherAttributes,
}

impl Removed {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 20] = [
        Self::Place,
        Self::Time,
        Self::Camera,
        Self::SerialNumber,
        Self::Owner,
        Self::People,
        Self::MakerNotes,
        Self::Thumbnail,
        Self::Comment,
        Self::Caption,
        Self::EditingHistory,
        Self::ColourProfile,
        Self::FurtherPictures,
        Self::Film,
        Self::ProgramData,
        Self::BehindTheEnd,
        Self::Identity,
        Self::PrivateAttributes,
        Self::Overlay,
        Self::OtherAttributes,
    ];

    /// The number that stands for this kind among [`Self::ALL`].
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Place => "place where it was taken",
            Self::Time => "time when it was taken or changed",
            Self::Camera => "camera and program",
            Self::SerialNumber => "serial number of the camera or lens",
            Self::Owner => "name of the author or owner",
            Self::People => "names of people in the picture",
            Self::MakerNotes => "notes of the camera's maker",
            Self::Thumbnail => "a small copy of the uncovered picture",
            Self::Comment => "comment or description",
            Self::Caption => "caption and keywords",
            Self::EditingHistory => "editing history",
            Self::ColourProfile => "colour profile",
            Self::FurtherPictures => "further pictures in the same file",
            Self::Film => "a short film from the moment of the picture",
            Self::ProgramData => "data of a camera or program",
            Self::BehindTheEnd => "data behind the end of the picture",
            Self::Identity => "details of the patient, staff, house, device or time",
            Self::PrivateAttributes => "private notes of the device's maker",
            Self::Overlay => "drawings or texts laid over the picture",
            Self::OtherAttributes => "other details that a picture does not need",
        })
    }
}
