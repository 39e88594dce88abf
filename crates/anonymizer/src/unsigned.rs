//! A covered picture for which no clinician has signed: what a person without a node is shown, and what they may keep.
//!
//! It comes from the same covers, the same encoder and the same second look as a [`CleanImage`](crate::CleanImage), and is
//! none: it has no reviewer, no manifest, and no store takes it. Whoever shows it keeps it back until somebody has looked.

use std::fmt;

use crate::{
    cover::{Cover, check_covers},
    decode::Opened,
    encode,
    finding::Finding,
    format::MediaType,
    grammar,
    limits::Limits,
    look::{Looked, Stage},
    mask::Mask,
    preview::preview,
    release::{COVERED_HUNDREDTHS, ReleaseError, counts},
};

/// A file with covers burned in, and the picture in small before and after.
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
    before: Vec<u8>,
    after: Vec<u8>,
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
        let (before, ..) = preview(&pixels)?;
        let mask = Mask::of(covers, width, height);
        mask.burn(&mut pixels);
        let (bytes, media_type) = encode::encode(&pixels, limits.picture_bytes_max)?;
        let (after, ..) = preview(&pixels)?;
        grammar::check(&bytes, limits).map_err(|_| ReleaseError::Encoder)?;
        Ok(Self { bytes, media_type, before, after, mask })
    }

    /// The file.
    pub fn file(&self) -> &[u8] {
        &self.bytes
    }

    /// How it is encoded.
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// The picture in small with nothing covered, as a JPEG: for the screen of whoever holds the original, and nobody else's.
    pub fn before(&self) -> &[u8] {
        &self.before
    }

    /// The picture in small as it is now, as a JPEG.
    pub fn after(&self) -> &[u8] {
        &self.after
    }

    /// What the finders see in this very file beside what is covered, as a node would ask for it.
    ///
    /// # Errors
    /// [`ReleaseError::OtherFile`] if they looked at another, or not to the end.
    pub fn still_there(&self, looked: &Looked) -> Result<Vec<Finding>, ReleaseError> {
        let sight = looked.sight();
        if !looked.is_of(&self.bytes) || sight.stage != Stage::Whole {
            return Err(ReleaseError::OtherFile);
        }
        let is_there = |finding: &&Finding| counts(finding) && self.mask.share(finding.region) < COVERED_HUNDREDTHS;
        Ok(sight.findings.iter().filter(is_there).cloned().collect())
    }
}

impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsigned({}, {} bytes)", self.media_type, self.bytes.len())
    }
}
