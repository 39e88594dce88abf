//! JPEG frames, lossy with 8 bits and lossless with up to 16.

use jpeg_decoder::{ColorTransform, Decoder};

use super::{FrameShape, Unpacked};
use crate::dicom::{error::DicomError, guard::guarded};

/// What the decoder may hold beside the frame itself, as a multiple of it.
const ROOM: usize = 8;

/// Unpacks a frame, checks its size before the pixels are decoded, and widens 8 bits where the object keeps 16.
pub(super) fn unpack(packed: &[u8], shape: &FrameShape) -> Result<Unpacked, DicomError> {
    let unsupported = || DicomError::unsupported("a frame is a JPEG of a rare kind, or damaged");
    let mut decoder = Decoder::new(packed);
    decoder.set_max_decoding_buffer_size(shape.bytes().saturating_mul(ROOM).max(1 << 16));
    guarded(|| decoder.read_info().map_err(|_| unsupported()))?;
    let info = decoder.info().ok_or_else(unsupported)?;
    if (info.width, info.height) != (shape.columns, shape.rows) {
        return Err(DicomError::damaged("a frame is not as large as the object says"));
    }
    let is_lossless = info.coding_process == jpeg_decoder::CodingProcess::Lossless;
    let keeps_colours = is_lossless || (shape.says_rgb && !says_its_colours(packed));
    if keeps_colours {
        decoder.set_color_transform(ColorTransform::None);
    }
    let bytes = guarded(|| decoder.decode().map_err(|_| unsupported()))?;
    let bytes = if bytes.len() * 2 == shape.bytes() {
        bytes.into_iter().flat_map(|sample| [sample, 0]).collect()
    } else {
        bytes
    };
    Ok(Unpacked { bytes, is_rgb: shape.samples == 3 && !keeps_colours })
}

/// Whether the stream holds a JFIF or Adobe segment, which say how its colours are stored. Objects are less to be trusted: many
/// say RGB of a stream that holds luma and chroma.
fn says_its_colours(packed: &[u8]) -> bool {
    let mut rest = packed.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let is_named = match marker {
            0xe0 => behind.starts_with(b"JFIF"),
            0xee => behind.starts_with(b"Adobe"),
            0xc0..=0xcf | 0xda => return false,
            _ => false,
        };
        if is_named {
            return true;
        }
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    false
}
