//! The small picture for lists: made from covered pixels, 320 px on its long side, at most 24 KiB.

use fast_image_resize::FilterType;
use jpeg_encoder::SamplingFactor;

use crate::{encode, pixels::Pixels, pyramid::resized_by, release::ReleaseError};

/// The long side of a preview.
pub const PREVIEW_PX_MAX: u32 = 320;
/// Bytes of a preview.
pub const PREVIEW_BYTES_MAX: usize = 24 * 1024;

const QUALITIES: [u8; 6] = [85, 75, 65, 50, 35, 20];
/// Where even the lowest quality is too large, as for pure noise, the sides are halved.
const HALVINGS_MAX: u32 = 3;

/// A JPEG and its size in px.
pub(crate) fn preview(covered: &Pixels) -> Result<(Vec<u8>, u32, u32), ReleaseError> {
    for halvings in 0..=HALVINGS_MAX {
        let small = shrunk(covered, PREVIEW_PX_MAX >> halvings)?;
        for quality in QUALITIES {
            let bytes = encode::jpeg(&small, quality, SamplingFactor::R_4_2_0)?;
            if bytes.len() <= PREVIEW_BYTES_MAX {
                return Ok((bytes, small.width(), small.height()));
            }
        }
    }
    Err(ReleaseError::TooLarge { bytes_max: PREVIEW_BYTES_MAX })
}

/// Never enlarged.
fn shrunk(pixels: &Pixels, long_side_max: u32) -> Result<Pixels, ReleaseError> {
    let long = pixels.width().max(pixels.height());
    if long <= long_side_max {
        return Ok(pixels.clone());
    }
    let side = |side: u32| ((u64::from(side) * u64::from(long_side_max)).div_ceil(u64::from(long)) as u32).max(1);
    let (width, height) = (side(pixels.width()), side(pixels.height()));
    resized_by(FilterType::CatmullRom, pixels, width, height).ok_or(ReleaseError::Encoder)
}
