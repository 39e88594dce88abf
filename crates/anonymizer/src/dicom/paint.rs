//! Covers painted into stored pixels: one value, inside the range that the object already has, so that no window moves.

use crate::{
    dicom::{
        frames::{Frames, extent},
        stored::Colours,
    },
    region::Region,
};

/// Paints the same covers over every frame; regions outside the frame are cut off.
pub(crate) fn paint(frames: &mut Frames, covers: &[Region]) {
    let fill = fill(frames);
    let (width, height) = (frames.width(), frames.height());
    let frame_bytes = frames.stored.frame_bytes();
    let row_bytes = width as usize * fill.len();
    for frame in frames.stored.bytes.chunks_exact_mut(frame_bytes.max(1)) {
        for region in covers.iter().filter_map(|region| region.clipped(width, height)) {
            for row in region.y..region.bottom() {
                let start = row as usize * row_bytes + region.x as usize * fill.len();
                let bytes = region.width as usize * fill.len();
                let Some(span) = frame.get_mut(start..start + bytes) else { continue };
                span.chunks_exact_mut(fill.len()).for_each(|pixel| pixel.copy_from_slice(&fill));
            }
        }
    }
}

/// The bytes of a covered pixel: black, or the darkest that the object has.
fn fill(frames: &Frames) -> Vec<u8> {
    let stored = &frames.stored;
    let (low, high) = extent(stored.values(&stored.bytes)).unwrap_or_default();
    let samples = match stored.colours {
        Colours::Monochrome1 => vec![high],
        Colours::Monochrome2 => vec![low],
        Colours::Rgb => vec![0; 3],
    };
    samples.iter().flat_map(|sample| sample.to_le_bytes().into_iter().take(stored.sample_bytes)).collect()
}
