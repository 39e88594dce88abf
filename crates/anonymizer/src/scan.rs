//! The structural scan: our own walk over segments, chunks and directories before any decoder sees a byte.
//!
//! It enforces the limits, tells what the file carries beside its pixels, and makes of it what the decoder is given, so that no
//! decoder of ours ever unpacks a profile, a text or a thumbnail. JPEG, PNG and WebP are written anew with nothing but their
//! pixels. A TIFF stays as it is, but for a new directory that names its pixels alone; a HEIC, up to the last box that its
//! decoder needs, which goes by the list of its items.

mod heif;
mod jpeg;
mod png;
mod tiff;
mod webp;

use std::collections::BTreeSet;

use crate::{
    error::IntakeError, exif::Exif, format::Format, limits::Limits, notice::Notice, orientation::Orientation,
    removed::Removed,
};

/// A file made ready for its decoder, and what was learned on the way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What the decoder is given: of a JPEG, PNG or WebP the pixels alone; of a TIFF or HEIC the file, of which the decoder
    /// reads the pixels alone.
    pub(crate) bare: Vec<u8>,
    /// As the first part says that tells it.
    pub(crate) orientation: Option<Orientation>,
    /// The colour profile, unpacked.
    pub(crate) profile: Option<Vec<u8>>,
    pub(crate) removed: BTreeSet<Removed>,
    pub(crate) notices: BTreeSet<Notice>,
}

impl Scanned {
    fn new(format: Format) -> Self {
        Self {
            format,
            width: 0,
            height: 0,
            bare: Vec::new(),
            orientation: None,
            profile: None,
            removed: BTreeSet::new(),
            notices: BTreeSet::new(),
        }
    }

    /// The first block of Exif that tells how the camera was held counts; all of them say what was there.
    fn add_exif(&mut self, exif: Exif) {
        self.orientation = self.orientation.or(exif.orientation);
        self.removed.extend(exif.removed);
        self.removed.insert(Removed::Camera);
    }

    /// What stands behind the end of the picture: phones put films and further pictures there.
    fn leave_behind(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.removed.insert(Removed::BehindTheEnd);
        if bytes.windows(4).any(|window| window == b"ftyp") {
            self.removed.insert(Removed::Film);
        }
        if bytes.windows(3).any(|window| window == b"\xff\xd8\xff") {
            self.removed.insert(Removed::FurtherPictures);
        }
    }
}

/// Counts what a file carries beside its pixels.
struct Ancillary {
    bytes: usize,
    bytes_max: usize,
}

impl Ancillary {
    fn new(limits: &Limits) -> Self {
        Self { bytes: 0, bytes_max: limits.ancillary_bytes_max }
    }

    fn add(&mut self, bytes: usize) -> Result<(), IntakeError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.bytes_max {
            return Err(IntakeError::TooMuchBeside { bytes_max: self.bytes_max });
        }
        Ok(())
    }
}

/// Walks over the file; on success its size is within the limits, and in `bare` a decoder finds no metadata to unpack.
pub(crate) fn scan(bytes: &[u8], limits: &Limits) -> Result<Scanned, IntakeError> {
    if bytes.len() > limits.picture_bytes_max {
        return Err(IntakeError::TooManyBytes { bytes: bytes.len(), bytes_max: limits.picture_bytes_max });
    }
    let scanned = match Format::recognize(bytes)? {
        Format::Jpeg => jpeg::scan(bytes, limits),
        Format::Png => png::scan(bytes, limits),
        Format::WebP => webp::scan(bytes, limits),
        Format::Tiff => tiff::scan(bytes, limits),
        // Its parts are checked one by one, and the whole once it is put together.
        Format::Heic => return heif::scan(bytes, limits),
    }?;
    limits.check_size(scanned.width, scanned.height)?;
    Ok(scanned)
}
