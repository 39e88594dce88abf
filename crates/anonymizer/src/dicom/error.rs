//! Why a DICOM object was not taken in, in words for the person who sent it or who runs the archive.

use serde::{Deserialize, Serialize};

/// Why a DICOM object was not taken in. The texts are meant for the page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum DicomError {
    /// No preamble and prefix of PS3.10.
    #[error(
        "this is not a DICOM file: it lacks the letters DICM behind the first 128 bytes; export it again as a DICOM file"
    )]
    NotDicom,
    /// More bytes than an object may have.
    #[error("the DICOM file has {} MiB; the limit is {} MiB; send fewer frames", .bytes.div_ceil(1 << 20), .bytes_max >> 20)]
    TooManyBytes {
        /// Bytes of the file, or of what it unpacks to.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The file contradicts itself, or breaks off.
    #[error("the DICOM file is damaged: {0}; export it from the archive again")]
    Damaged(String),
    /// More attributes than an image has.
    #[error("the DICOM file holds more than {0} attributes; send it in parts")]
    TooManyAttributes(usize),
    /// Sequences within sequences.
    #[error("the DICOM file nests sequences more than {0} deep, which no image does; export it from the archive again")]
    TooDeep(usize),
    /// A transfer syntax that is not read.
    #[error("the pixels are stored as {0}, which cannot be read here; export the object as Explicit VR Little Endian")]
    TransferSyntax(String),
    /// A class of object that holds no picture to show.
    #[error("this DICOM object is {what}; {advice}")]
    NotAnImage {
        /// What it is.
        what: String,
        /// What to do instead.
        advice: String,
    },
    /// An image without pixels.
    #[error("the DICOM object says that it is an image but holds no pixel data; export it from the archive again")]
    NoPixels,
    /// Too many pixels, frames or bytes once unpacked.
    #[error("the DICOM object has {frames} frames of {columns} x {rows} px; its pixels may take {} MiB; send fewer frames", .bytes_max >> 20)]
    TooManyPixels {
        /// Frames.
        frames: u32,
        /// Width in px.
        columns: u16,
        /// Height in px.
        rows: u16,
        /// The limit of all frames together.
        bytes_max: usize,
    },
    /// Pixels of a rare make.
    #[error("the pixels cannot be read here: {0}; export the object as 8-bit or 16-bit Explicit VR Little Endian")]
    Unsupported(String),
    /// A frame or window that the object does not have.
    #[error("the DICOM object has no frame {frame}; it has {frames}")]
    NoSuchFrame {
        /// Asked for, counted from 0.
        frame: u32,
        /// How many there are.
        frames: u32,
    },
}

impl DicomError {
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Damaged(what.to_owned())
    }

    pub(crate) fn unsupported(what: &str) -> Self {
        Self::Unsupported(what.to_owned())
    }
}
