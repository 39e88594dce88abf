//! Why a file was not taken in, in words for the person who sent it: what it is, what the limit is, what to do.

use serde::{Deserialize, Serialize};

use crate::{
    dicom::DicomError,
    format::{Format, Refused},
};

/// Why a file was not taken in. The texts are meant for the page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum IntakeError {
    /// Nothing was sent.
    #[error("the file is empty; choose the picture again")]
    Empty,
    /// More bytes than a picture may have.
    #[error(
        "picture has {} MiB; the limit is {} MiB; send it in a smaller size",
        .bytes.div_ceil(1 << 20), .bytes_max >> 20
    )]
    TooManyBytes {
        /// Bytes of the file.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A kind that is known and not taken.
    #[error("{0}")]
    Refused(Refused),
    /// No kind that is known.
    #[error("this is not a picture of a kind that is known here; send it as JPEG, HEIC, PNG, WebP, TIFF or DICOM")]
    Unknown,
    /// What is wrong with an object of a modality.
    #[error(transparent)]
    Dicom(#[from] DicomError),
    /// A film in the coat of a picture.
    #[error(
        "this {0} is animated; only single pictures are taken; save the frame that matters as a picture of its own"
    )]
    Animated(Format),
    /// Two views of a stereo camera, the parts of a panorama, the pages of a TIFF.
    #[error("this file holds {0} pictures of equal rank; send each as a file of its own")]
    SeveralPictures(usize),
    /// The end of the file is missing.
    #[error("the {0} ends too early, so part of the picture is missing; send it again")]
    Incomplete(Format),
    /// The file contradicts itself.
    #[error("the {format} is damaged: {what}; open it in a picture program and save it anew")]
    Damaged {
        /// What the file is.
        format: Format,
        /// What is wrong, from our own scan.
        what: String,
    },
    /// A rare variant of a known kind.
    #[error("the {format} is of a rare kind that cannot be read here: {what}; save it as an ordinary JPEG or PNG")]
    Unsupported {
        /// What the file is.
        format: Format,
        /// What is rare about it.
        what: String,
    },
    /// Width or height is zero.
    #[error("the picture has no pixels; choose another file")]
    NoPixels,
    /// One side is too long.
    #[error("picture is {width} x {height} px; the limit is {side_px_max} px a side; send it in a smaller size")]
    TooLong {
        /// In px.
        width: u32,
        /// In px.
        height: u32,
        /// The limit.
        side_px_max: u32,
    },
    /// Too many pixels in all.
    #[error(
        "picture has {} megapixels; the limit is {}; send it in a smaller size",
        .pixels.div_ceil(1_000_000), .pixels_max / 1_000_000
    )]
    TooManyPixels {
        /// Width times height.
        pixels: u64,
        /// The limit.
        pixels_max: u64,
    },
    /// More beside the pixels than a camera writes.
    #[error(
        "picture carries more than {} MiB of data beside its pixels; save it anew without them",
        .bytes_max >> 20
    )]
    TooMuchBeside {
        /// The limit.
        bytes_max: usize,
    },
    /// The decoder needs more memory than it may have.
    #[error("the {0} needs more memory than a picture may take; save it as an ordinary JPEG")]
    TooMuchMemory(Format),
}

impl IntakeError {
    pub(crate) fn damaged(format: Format, what: &str) -> Self {
        Self::Damaged { format, what: what.to_owned() }
    }

    pub(crate) fn unsupported(format: Format, what: &str) -> Self {
        Self::Unsupported { format, what: what.to_owned() }
    }
}
