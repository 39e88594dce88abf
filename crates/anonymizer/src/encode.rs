//! A new file from pixels alone.
//!
//! Photographs become JPEG with full colour resolution (4:4:4), so that its blocks are the 8 x 8 pixels of our masks.
//! Without loss a photograph of 12 megapixels would be five to eight times as large (1.5 MB as JPEG, 7.8 MB as WebP, 10.8 MB
//! as PNG; `examples/timing.rs`) for no better cover: covers are whole blocks of one colour, exact in both.
//! Drawings, screens and radiographs of few colours become PNG where that is smaller, and then lose nothing.

use std::collections::HashSet;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{format::MediaType, pixels::Pixels, release::ReleaseError};

/// Qualities that are tried until the file is small enough.
const QUALITIES: [u8; 4] = [92, 84, 72, 60];
/// More colours than this make a photograph.
const FEW_COLOURS: usize = 256;

/// The smallest of what is worth trying; at most `bytes_max` long.
pub(crate) fn encode(pixels: &Pixels, bytes_max: usize) -> Result<(Vec<u8>, MediaType), ReleaseError> {
    let png = if has_few_colours(pixels) { png(pixels) } else { None };
    for quality in QUALITIES {
        let jpeg = jpeg(pixels, quality, SamplingFactor::R_4_4_4)?;
        match &png {
            Some(png) if png.len() <= jpeg.len() && png.len() <= bytes_max => return Ok((png.clone(), MediaType::Png)),
            _ if jpeg.len() <= bytes_max => return Ok((jpeg, MediaType::Jpeg)),
            _ => {}
        }
    }
    Err(ReleaseError::TooLarge { bytes_max })
}

/// A baseline JPEG.
pub(crate) fn jpeg(pixels: &Pixels, quality: u8, sampling: SamplingFactor) -> Result<Vec<u8>, ReleaseError> {
    let size = |side: u32| u16::try_from(side).map_err(|_| ReleaseError::Encoder);
    let mut bytes = Vec::with_capacity(pixels.rgb().len() / 8);
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(sampling);
    encoder
        .encode(pixels.rgb(), size(pixels.width())?, size(pixels.height())?, ColorType::Rgb)
        .map_err(|_| ReleaseError::Encoder)?;
    Ok(bytes)
}

fn png(pixels: &Pixels) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(pixels.rgb().len() / 8);
    let is_grey = pixels.rgb().as_chunks::<3>().0.iter().all(|[r, g, b]| r == g && g == b);
    let encoder = PngEncoder::new(&mut bytes);
    let (width, height) = (pixels.width(), pixels.height());
    if is_grey {
        let grey: Vec<u8> = pixels.rgb().iter().step_by(3).copied().collect();
        encoder.write_image(&grey, width, height, ExtendedColorType::L8)
    } else {
        encoder.write_image(pixels.rgb(), width, height, ExtendedColorType::Rgb8)
    }
    .ok()
    .map(|()| bytes)
}

fn has_few_colours(pixels: &Pixels) -> bool {
    let mut colours = HashSet::with_capacity(FEW_COLOURS + 1);
    let mut last = None;
    pixels.rgb().as_chunks::<3>().0.iter().all(|pixel| {
        if last != Some(*pixel) {
            last = Some(*pixel);
            colours.insert(*pixel);
        }
        colours.len() <= FEW_COLOURS
    })
}
