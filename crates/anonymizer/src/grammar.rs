//! What a clean file may consist of, and nothing else: the last look at our own output, the first at a peer's.
//!
//! A JPEG or PNG that passes has no segment or chunk that could carry metadata or a second picture, and nothing behind its end.
//! A DICOM object keeps attributes: those that `dicom::check` knows, each in the form that it is written in. Pixels are not
//! decoded here; those of an object lie open.

mod jpeg;
mod png;

use crate::{dicom, format::MediaType, limits::Limits};

/// What is wrong with a file that claims to be clean.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrammarError {
    /// Neither JPEG, nor PNG, nor DICOM.
    #[error("file is neither JPEG, nor PNG, nor DICOM")]
    UnknownKind,
    /// Longer than a picture may be.
    #[error("file has {bytes} bytes; the limit is {bytes_max}")]
    TooManyBytes {
        /// Of the file.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// No pixels, or too many.
    #[error("picture is {width} x {height} px, which is outside the limits")]
    Size {
        /// In px.
        width: u32,
        /// In px.
        height: u32,
    },
    /// A segment, chunk or attribute that a clean file does not have.
    #[error("file has a {0}, which a clean picture does not")]
    Forbidden(String),
    /// A part that is not as the standard has it.
    #[error("file is malformed at byte {at}: {what}")]
    Malformed {
        /// Where.
        at: usize,
        /// What.
        what: &'static str,
    },
    /// The file stops before its end.
    #[error("file ends too early")]
    Incomplete,
    /// Bytes after the end of the picture.
    #[error("file has {0} bytes behind its end")]
    BehindTheEnd(usize),
}

/// What a checked file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How it is encoded.
    pub media_type: MediaType,
    /// In px.
    pub width: u32,
    /// In px.
    pub height: u32,
}

/// Checks that a file consists only of what a picture needs. Total on arbitrary bytes; allocates nothing of their size.
///
/// # Errors
/// See [`GrammarError`]. From a peer, each of them is the peer's fault.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<Checked, GrammarError> {
    if bytes.len() > limits.picture_bytes_max {
        return Err(GrammarError::TooManyBytes { bytes: bytes.len(), bytes_max: limits.picture_bytes_max });
    }
    let media_type = MediaType::sniff(bytes).ok_or(GrammarError::UnknownKind)?;
    let (width, height) = match media_type {
        MediaType::Jpeg => jpeg::check(bytes, limits),
        MediaType::Png => png::check(bytes, limits),
        MediaType::Dicom => dicom::check(bytes, limits).map(|shape| (shape.columns.into(), shape.rows.into())),
    }?;
    Ok(Checked { media_type, width, height })
}

/// That a picture of this size is within the limits.
pub(crate) fn check_size(width: u32, height: u32, limits: &Limits) -> Result<(), GrammarError> {
    limits.check_size(width, height).map_err(|_| GrammarError::Size { width, height })
}

#[cfg(test)]
mod tests;
