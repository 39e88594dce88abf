//! RLE Lossless (PS3.5 Annex G): each byte of a sample in a segment of its own, the most significant first.

use super::FrameShape;
use crate::dicom::error::DicomError;

const HEADER_BYTES: usize = 64;

/// Unpacks a frame: samples of a pixel side by side, least significant byte first.
pub(super) fn unpack(packed: &[u8], shape: &FrameShape) -> Result<Vec<u8>, DicomError> {
    let damaged = || DicomError::damaged("a frame of runs breaks off");
    let segments = usize::from(shape.samples) * shape.sample_bytes;
    let header = packed.get(..HEADER_BYTES).ok_or_else(damaged)?;
    let word = |index: usize| -> Option<usize> {
        let bytes = header.get(index * 4..index * 4 + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    if word(0) != Some(segments) {
        return Err(DicomError::damaged("a frame has another number of samples than the object says"));
    }
    let stride = segments;
    let mut frame = vec![0; shape.bytes()];
    for segment in 0..segments {
        let start = word(segment + 1).ok_or_else(damaged)?;
        let end = if segment + 1 < segments { word(segment + 2).ok_or_else(damaged)? } else { packed.len() };
        let runs = packed.get(start..end).ok_or_else(damaged)?;
        let (sample, byte) = (segment / shape.sample_bytes, segment % shape.sample_bytes);
        let first = sample * shape.sample_bytes + (shape.sample_bytes - 1 - byte);
        let places = frame.iter_mut().skip(first).step_by(stride);
        if unpack_runs(runs, places) < shape.pixels() {
            return Err(damaged());
        }
    }
    Ok(frame)
}

/// Fills the places from PackBits runs; how many were filled.
fn unpack_runs<'a>(mut runs: &[u8], mut places: impl Iterator<Item = &'a mut u8>) -> usize {
    let mut filled = 0;
    while let Some((&control, rest)) = runs.split_first() {
        let (count, repeats) = match control {
            0..=127 => (usize::from(control) + 1, false),
            128 => {
                runs = rest;
                continue;
            }
            129.. => (257 - usize::from(control), true),
        };
        for index in 0..count {
            let Some(&value) = rest.get(if repeats { 0 } else { index }) else { return filled };
            let Some(place) = places.next() else { return filled };
            *place = value;
            filled += 1;
        }
        runs = rest.get(if repeats { 1 } else { count }..).unwrap_or_default();
    }
    filled
}
