//! How pixels are packed (the transfer syntaxes of PS3.5), and one frame of them unpacked.

mod jpeg;
mod jpeg2000;
mod rle;

use dicom_dictionary_std::uids;
use dicom_encoding::TransferSyntaxIndex;
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

use crate::dicom::error::DicomError;

/// Retired from the standard, and still in archives.
const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// How the pixels of an object are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// Not at all.
    Native,
    /// ISO/IEC 10918-1, baseline and extended.
    JpegLossy,
    /// The same standard's process 14.
    JpegLossless,
    /// Runs of bytes, PS3.5 Annex G.
    Rle,
    /// ISO/IEC 15444-1, with or without loss.
    Jpeg2000,
    /// The same, in a transfer syntax that says nothing is lost.
    Jpeg2000Lossless,
}

/// What one frame must come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameShape {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) samples: u16,
    /// 1 or 2.
    pub(crate) sample_bytes: usize,
    /// Up to 8 for each byte.
    pub(crate) bits_stored: u16,
    /// Whether samples have a sign.
    pub(crate) is_signed: bool,
    /// Whether the object says that its three samples are red, green and blue.
    pub(crate) says_rgb: bool,
}

impl FrameShape {
    pub(crate) fn pixels(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.pixels() * usize::from(self.samples) * self.sample_bytes
    }
}

/// A frame as its codec gives it: samples of a pixel side by side, least significant byte first.
pub(crate) struct Unpacked {
    pub(crate) bytes: Vec<u8>,
    /// Whether the codec has turned luma and chroma into red, green and blue.
    pub(crate) is_rgb: bool,
}

impl Codec {
    /// The codec of a transfer syntax.
    pub(crate) fn of(syntax: &str) -> Result<Self, DicomError> {
        Ok(match syntax {
            uids::IMPLICIT_VR_LITTLE_ENDIAN
            | uids::EXPLICIT_VR_LITTLE_ENDIAN
            | EXPLICIT_VR_BIG_ENDIAN
            | uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN => Self::Native,
            uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT => Self::JpegLossy,
            uids::JPEG_LOSSLESS | uids::JPEG_LOSSLESS_SV1 => Self::JpegLossless,
            uids::RLE_LOSSLESS => Self::Rle,
            uids::JPEG2000 => Self::Jpeg2000,
            uids::JPEG2000_LOSSLESS => Self::Jpeg2000Lossless,
            other => return Err(refused(other)),
        })
    }

    /// What LossyImageCompressionMethod (0028,2114) calls it; none where nothing is lost.
    pub(crate) fn lossy_method(self) -> Option<&'static str> {
        match self {
            Self::JpegLossy => Some("ISO_10918_1"),
            Self::Jpeg2000 => Some("ISO_15444_1"),
            Self::Native | Self::JpegLossless | Self::Rle | Self::Jpeg2000Lossless => None,
        }
    }

    /// The first bytes of a packed frame, where they tell it from a fragment that continues one.
    pub(crate) fn frame_prefix(self) -> Option<&'static [u8]> {
        match self {
            Self::JpegLossy | Self::JpegLossless => Some(&[0xff, 0xd8]),
            Self::Jpeg2000 | Self::Jpeg2000Lossless => Some(&[0xff, 0x4f, 0xff, 0x51]),
            Self::Native | Self::Rle => None,
        }
    }

    /// One packed frame unpacked.
    pub(crate) fn unpack(self, packed: &[u8], shape: &FrameShape) -> Result<Unpacked, DicomError> {
        let unpacked = match self {
            Self::Native => Unpacked { bytes: packed.to_vec(), is_rgb: false },
            Self::JpegLossy | Self::JpegLossless => jpeg::unpack(packed, shape)?,
            Self::Rle => Unpacked { bytes: rle::unpack(packed, shape)?, is_rgb: false },
            Self::Jpeg2000 | Self::Jpeg2000Lossless => jpeg2000::unpack(packed, shape)?,
        };
        if unpacked.bytes.len() == shape.bytes() {
            Ok(unpacked)
        } else {
            Err(DicomError::damaged("a frame does not have as many pixels as the object says"))
        }
    }
}

/// Names of the standard, so that whoever runs the archive can look them up.
fn refused(syntax: &str) -> DicomError {
    let name = TransferSyntaxRegistry.get(syntax).map(|syntax| syntax.name());
    DicomError::TransferSyntax(name.unwrap_or("an unknown transfer syntax").to_owned())
}
