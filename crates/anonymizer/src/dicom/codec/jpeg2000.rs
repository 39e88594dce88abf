//! JPEG 2000 frames.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use super::{FrameShape, Unpacked};
use crate::dicom::{error::DicomError, guard::guarded};

/// Unpacks a frame; samples beyond the range of the object's are held at its ends.
pub(super) fn unpack(packed: &[u8], shape: &FrameShape) -> Result<Unpacked, DicomError> {
    let unsupported = || DicomError::unsupported("a frame is a JPEG 2000 of a rare kind, or damaged");
    let settings = DecodeSettings { resolve_palette_indices: false, ..DecodeSettings::default() };
    let image = guarded(|| Image::new(packed, &settings).map_err(|_| unsupported()))?;
    if (image.width(), image.height()) != (u32::from(shape.columns), u32::from(shape.rows)) {
        return Err(DicomError::damaged("a frame is not as large as the object says"));
    }
    let mut context = DecoderContext::default();
    let (image, room) = (&image, &mut context);
    let decoded = guarded(move || image.decode(room).map_err(|_| unsupported()))?;
    let components = decoded.components();
    if components.len() != usize::from(shape.samples)
        || components.iter().any(|component| component.samples().len() != shape.pixels())
    {
        return Err(DicomError::damaged("a frame has another number of samples than the object says"));
    }
    // The decoder adds half the range to every component; signed ones were stored without it (ISO/IEC 15444-1 Annex G.1).
    let lift = if is_signed(packed).unwrap_or(shape.is_signed) {
        components.first().map_or(0, |component| 1_i32 << (component.bit_depth().clamp(1, 24) - 1))
    } else {
        0
    };
    let mut bytes = Vec::with_capacity(shape.bytes());
    for pixel in 0..shape.pixels() {
        for component in components {
            let sample = component.samples().get(pixel).copied().unwrap_or_default();
            push(&mut bytes, sample.round() as i32 - lift, shape);
        }
    }
    Ok(Unpacked { bytes, is_rgb: false })
}

/// Lossy samples go beyond the bits that the object keeps; cut off there, white would turn black.
fn push(bytes: &mut Vec<u8>, sample: i32, shape: &FrameShape) {
    let range = 1_i32 << shape.bits_stored.min(16);
    let (low, high) = if shape.is_signed { (-range / 2, range / 2 - 1) } else { (0, range - 1) };
    bytes.extend(sample.clamp(low, high).to_le_bytes().into_iter().take(shape.sample_bytes));
}

/// Whether the first component of the codestream has a sign: the top bit of its depth in the SIZ segment (Annex A.5.1).
fn is_signed(packed: &[u8]) -> Option<bool> {
    let size = packed.windows(4).position(|window| window == [0xff, 0x4f, 0xff, 0x51])?;
    packed.get(size + 42).map(|depth| depth & 0x80 != 0)
}
