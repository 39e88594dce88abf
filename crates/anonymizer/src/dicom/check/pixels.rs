//! Pixels that lie open: as many bytes as the frames have, and nothing in the bits that no value uses.

use std::{collections::BTreeMap, ops::Range};

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use super::form;
use crate::{
    dicom::{ObjectLimits, method::Method},
    grammar::GrammarError,
    limits::Limits,
    mask::Mask,
};

/// What is shown of an object, and where it lies in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Width of each frame, in px.
    pub(crate) columns: u16,
    /// Height of each frame, in px.
    pub(crate) rows: u16,
    /// How the object was de-identified.
    pub(crate) method: &'static Method,
    pixel_bytes: usize,
    pixels: Range<usize>,
}

impl Shape {
    /// Whether under the mask every pixel of a frame is the same, in each frame of this file, which has this shape.
    pub(crate) fn is_hidden(&self, file: &[u8], mask: &Mask) -> bool {
        let (columns, rows) = (u32::from(self.columns), u32::from(self.rows));
        let row_bytes = columns as usize * self.pixel_bytes;
        let frame_bytes = row_bytes * rows as usize;
        let Some(pixels) = file.get(self.pixels.clone()) else { return false };
        let covered: Vec<(usize, usize)> = (0..rows)
            .flat_map(|y| mask.spans(y).map(move |span| (y, span)))
            .map(|(y, span)| {
                let start = y as usize * row_bytes;
                (start + span.start as usize * self.pixel_bytes, start + span.end as usize * self.pixel_bytes)
            })
            .collect();
        pixels.chunks_exact(frame_bytes.max(1)).all(|frame| {
            let mut under = covered.iter().map(|(start, end)| frame.get(*start..*end).unwrap_or_default());
            let first = covered.first().and_then(|(start, _)| frame.get(*start..*start + self.pixel_bytes));
            under.all(|span| span.chunks_exact(self.pixel_bytes.max(1)).all(|pixel| Some(pixel) == first))
        })
    }
}

/// Checks what an object says of its pixels, and that they are so.
pub(super) fn check(
    file: &[u8],
    values: &BTreeMap<Tag, &[u8]>,
    (method, (vr, pixels)): (&'static Method, (VR, Range<usize>)),
    limits: &Limits,
) -> Result<Shape, GrammarError> {
    let number = |tag: Tag| {
        let value = values.get(&tag).and_then(|value| <[u8; 2]>::try_from(*value).ok());
        value.map(u16::from_le_bytes).ok_or_else(|| super::wrong_value(tag))
    };
    let (columns, rows) = (number(tags::COLUMNS)?, number(tags::ROWS)?);
    crate::grammar::check_size(columns.into(), rows.into(), limits)?;
    let (samples, allocated) = (number(tags::SAMPLES_PER_PIXEL)?, number(tags::BITS_ALLOCATED)?);
    let colours = values.get(&tags::PHOTOMETRIC_INTERPRETATION).and_then(|value| form::text(value, VR::CS));
    let (stored, high) = (number(tags::BITS_STORED)?, number(tags::HIGH_BIT)?);
    let representation = number(tags::PIXEL_REPRESENTATION)?;
    let go_together = match colours {
        Some("MONOCHROME1" | "MONOCHROME2") => samples == 1,
        // Whatever colours were stored, they leave as they are shown.
        Some("RGB") => {
            let whole = (samples, allocated, stored, representation) == (3, 8, 8, 0);
            whole && number(tags::PLANAR_CONFIGURATION)? == 0
        }
        _ => false,
    };
    let sample_bytes = match (allocated, vr) {
        (8, VR::OB) if go_together => 1,
        (16, VR::OW) if go_together => 2,
        _ => return Err(super::wrong_value(tags::PIXEL_DATA)),
    };
    if stored == 0 || stored > allocated || high != stored - 1 || representation > 1 {
        return Err(super::wrong_value(tags::BITS_STORED));
    }
    let pixel_bytes = usize::from(samples) * sample_bytes;
    let bytes = frames(values)?.saturating_mul(u64::from(columns) * u64::from(rows) * pixel_bytes as u64);
    let bytes_max = ObjectLimits::of(limits).pixel_bytes_max;
    if bytes > bytes_max as u64 {
        return Err(GrammarError::TooManyBytes { bytes: usize::try_from(bytes).unwrap_or(usize::MAX), bytes_max });
    }
    let open = file.get(pixels.clone()).unwrap_or_default();
    let (shown, padding) =
        usize::try_from(bytes).ok().and_then(|bytes| open.split_at_checked(bytes)).unwrap_or_default();
    if shown.is_empty() || padding.len() > 1 || padding != &[0; 1][..padding.len()] || open.len() % 2 != 0 {
        return Err(super::wrong_value(tags::PIXEL_DATA));
    }
    match has_free_bits(shown, sample_bytes, stored, representation == 1) {
        true => Ok(Shape { columns, rows, method, pixel_bytes, pixels: pixels.start..pixels.start + shown.len() }),
        false => Err(GrammarError::Forbidden("value in the unused bits of its pixels".to_owned())),
    }
}

/// How many there are, one where nothing says so.
pub(super) fn frames(values: &BTreeMap<Tag, &[u8]>) -> Result<u64, GrammarError> {
    let Some(value) = values.get(&tags::NUMBER_OF_FRAMES) else { return Ok(1) };
    let frames = form::text(value, VR::IS).and_then(|text| text.parse::<u32>().ok());
    frames.filter(|frames| *frames > 0).map(u64::from).ok_or_else(|| super::wrong_value(tags::NUMBER_OF_FRAMES))
}

/// Whether every sample is a value of so many bits, and the others say nothing but its sign.
fn has_free_bits(shown: &[u8], sample_bytes: usize, stored: u16, is_signed: bool) -> bool {
    let unused = u16::MAX.checked_shl(stored.into()).unwrap_or(0);
    let sign = 1_u16 << (stored - 1);
    let is_free = |sample: u16, unused: u16| {
        let expected = if is_signed && sample & sign != 0 { unused } else { 0 };
        sample & unused == expected
    };
    match sample_bytes {
        1 => shown.iter().all(|sample| is_free(u16::from(*sample), unused & 0xff)),
        _ => shown.as_chunks::<2>().0.iter().all(|sample| is_free(u16::from_le_bytes(*sample), unused)),
    }
}
