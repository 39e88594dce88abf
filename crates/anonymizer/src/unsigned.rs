//! A covered picture for which no clinician has signed: what a person without a node is shown, and what they may keep.
//!
//! It comes from the same covers, the same encoder and the same second look as a [`CleanImage`](crate::CleanImage), and is
//! none: it has no reviewer, no manifest, and no store takes it. Whoever shows it keeps it back until somebody has looked.

use std::fmt;

use crate::{
    cover::{Cover, check_covers},
    decode::Opened,
    dicom::{self, Written},
    encode,
    finding::Finding,
    format::MediaType,
    grammar,
    limits::Limits,
    look::{Looked, Stage},
    mask::Mask,
    pixels::Pixels,
    preview::preview,
    release::{COVERED_HUNDREDTHS, ReleaseError, counts},
};

/// A file with covers burned in.
///
/// ```compile_fail
/// fn promote(unsigned: anonymizer::Unsigned) -> anonymizer::CleanImage {
///     unsigned.into()
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Unsigned {
    bytes: Vec<u8>,
    media_type: MediaType,
    mask: Mask,
}

impl Unsigned {
    /// Burns the covers in and writes a new file from pixels alone.
    ///
    /// # Errors
    /// [`ReleaseError::Cover`], [`ReleaseError::TooLarge`], [`ReleaseError::Encoder`].
    pub fn cover(opened: Opened, covers: &[Cover], limits: &Limits) -> Result<Self, ReleaseError> {
        let mut pixels = opened.pixels;
        let (width, height) = (pixels.width(), pixels.height());
        check_covers(covers, width, height)?;
        let mask = Mask::of(covers, width, height);
        mask.burn(&mut pixels);
        let (bytes, media_type) = encode::encode(&pixels, limits.picture_bytes_max)?;
        grammar::check(&bytes, limits).map_err(|_| ReleaseError::Encoder)?;
        Ok(Self { bytes, media_type, mask })
    }

    /// A DICOM object that was [written](crate::dicom::write) under these covers; read as [`prepare_object`](crate::prepare_object)
    /// reads it.
    ///
    /// # Errors
    /// [`ReleaseError::Cover`]; [`ReleaseError::Encoder`] if the file is not clean, or not covered in every frame.
    pub fn object(written: Written, covers: &[Cover], limits: &Limits) -> Result<Self, ReleaseError> {
        let Written { file, opened } = written;
        let (width, height) = (opened.pixels.width(), opened.pixels.height());
        check_covers(covers, width, height)?;
        let mask = Mask::of(covers, width, height);
        match dicom::is_written(&file, (width, height), &mask, limits) {
            Some(_) => Ok(Self { bytes: file, media_type: MediaType::Dicom, mask }),
            None => Err(ReleaseError::Encoder),
        }
    }

    /// The file.
    pub fn file(&self) -> &[u8] {
        &self.bytes
    }

    /// How it is encoded.
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// What the finders see in this very file that counts and that no cover hides. Nothing was dismissed in it; which finders
    /// broke off and what they doubt stands in the sight.
    ///
    /// # Errors
    /// [`ReleaseError::OtherFile`] if they looked at another, or so far only for upright faces.
    pub fn still_there(&self, looked: &Looked) -> Result<Vec<Finding>, ReleaseError> {
        let sight = looked.sight();
        if !looked.is_of(&self.bytes) || sight.stage != Stage::Whole {
            return Err(ReleaseError::OtherFile);
        }
        let is_there = |finding: &&Finding| counts(finding) && self.mask.share(finding.region) < COVERED_HUNDREDTHS;
        Ok(sight.findings.iter().filter(is_there).cloned().collect())
    }
}

/// A picture in small as a JPEG, covered or not: for the screen of whoever holds the original, and nobody else's. At most
/// [`PREVIEW_PX_MAX`](crate::PREVIEW_PX_MAX) px on its long side.
///
/// # Errors
/// [`ReleaseError::Encoder`].
pub fn in_small(pixels: &Pixels) -> Result<Vec<u8>, ReleaseError> {
    Ok(preview(pixels)?.0)
}

impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsigned({}, {} bytes)", self.media_type, self.bytes.len())
    }
}
