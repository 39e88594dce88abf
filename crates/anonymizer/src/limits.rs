//! Every bound of a picture on its way in and out, in one place. The figures are the network's (docs/PROTOCOL.md).

use serde::{Deserialize, Serialize};

use crate::error::IntakeError;

/// How large a picture may be. Checked by our own scan before any decoder sees a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file.
    pub picture_bytes_max: usize,
    /// Width times height.
    pub pixels_max: u64,
    /// Width, and height.
    pub side_px_max: u32,
    /// Sum of all bytes in the file that are no picture: texts, thumbnails, profiles. They are walked over, never unpacked.
    pub ancillary_bytes_max: usize,
    /// A colour profile, unpacked.
    pub profile_bytes_max: usize,
    /// Scans of a progressive JPEG: each costs a pass over all pixels.
    pub scans_max: usize,
    /// What a decoder may hold while it works.
    pub decoder_bytes_max: u64,
}

impl Limits {
    /// The limits of the network.
    pub const NETWORK: Self = Self {
        picture_bytes_max: 64 << 20,
        pixels_max: 100_000_000,
        side_px_max: 20_000,
        ancillary_bytes_max: 16 << 20,
        profile_bytes_max: 4 << 20,
        scans_max: 64,
        decoder_bytes_max: 1 << 30,
    };

    /// Refuses a width and height beyond the limits, and a picture without pixels.
    pub(crate) fn check_size(&self, width: u32, height: u32) -> Result<(), IntakeError> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(IntakeError::NoPixels);
        }
        if width.max(height) > self.side_px_max {
            return Err(IntakeError::TooLong { width, height, side_px_max: self.side_px_max });
        }
        if pixels > self.pixels_max {
            return Err(IntakeError::TooManyPixels { pixels, pixels_max: self.pixels_max });
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::NETWORK
    }
}
