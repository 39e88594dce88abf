//! Which kind of file this is, by its first bytes; never by its name or by what the sender says.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{dicom, error::IntakeError};

/// The kinds that are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// ISO/IEC 10918-1.
    Jpeg,
    /// W3C PNG, third edition, without animation.
    Png,
    /// RIFF WebP, one still picture.
    WebP,
    /// TIFF 6.0; its first page.
    Tiff,
    /// ISO/IEC 23008-12 with HEVC, one still picture, as phones write it.
    Heic,
}

impl Format {
    /// The kind of these bytes.
    ///
    /// # Errors
    /// [`IntakeError::Refused`] for kinds that are known and not taken, [`IntakeError::Unknown`] for the rest.
    pub fn recognize(bytes: &[u8]) -> Result<Self, IntakeError> {
        match bytes {
            [] => Err(IntakeError::Empty),
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::WebP),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Ok(Self::Tiff),
            [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] if is_heic(brands) => Ok(Self::Heic),
            _ => Err(Refused::recognize(bytes).map_or(IntakeError::Unknown, IntakeError::Refused)),
        }
    }
}

/// Whether the first brand is one of HEVC pictures, or one of pictures of any coding with a brand of HEVC behind it.
fn is_heic(brands: &[u8]) -> bool {
    const HEVC: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];
    const ANY: [&[u8]; 3] = [b"mif1", b"mif2", b"msf1"];
    let Some((first, behind)) = brands.split_at_checked(4) else { return false };
    let head = behind.get(4..64).or(behind.get(4..)).unwrap_or_default();
    HEVC.contains(&first) || ANY.contains(&first) && head.chunks_exact(4).any(|brand| HEVC.contains(&brand))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Heic => "HEIC",
        })
    }
}

/// Kinds that people do send and that are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refused {
    /// AV1 still pictures.
    Avif,
    /// GIF, animated or not.
    Gif,
    /// Drawings that are programs.
    Svg,
    /// Documents.
    Pdf,
    /// Windows bitmaps.
    Bmp,
    /// JPEG XL.
    JpegXl,
    /// JPEG 2000.
    Jpeg2000,
    /// TIFF with 64-bit offsets.
    BigTiff,
    /// Photoshop documents.
    Photoshop,
    /// Icons.
    Icon,
    /// MP4, QuickTime, AVI, Matroska.
    Video,
    /// ZIP archives, and so office documents too.
    Archive,
    /// Web pages.
    Html,
}

impl Refused {
    fn recognize(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            [b'G', b'I', b'F', b'8', ..] => Self::Gif,
            [b'B', b'M', ..] => Self::Bmp,
            [b'%', b'P', b'D', b'F', ..] => Self::Pdf,
            [b'8', b'B', b'P', b'S', ..] => Self::Photoshop,
            [0, 0, 1 | 2, 0, ..] => Self::Icon,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Archive,
            [b'I', b'I', 43, 0, ..] | [b'M', b'M', 0, 43, ..] => Self::BigTiff,
            [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => Self::JpegXl,
            [0, 0, 0, 12, b'j', b'P', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => Self::Jpeg2000,
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Self::Video,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', ..] => Self::Video,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Self::of_brand(brand),
            _ => return Self::of_markup(bytes),
        })
    }

    /// ISO base media files name what they are in their first brand.
    fn of_brand(brand: &[u8]) -> Self {
        match brand.get(..4) {
            Some(b"avif" | b"avis" | b"mif1" | b"msf1") => Self::Avif,
            _ => Self::Video,
        }
    }

    fn of_markup(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..1024).unwrap_or(bytes).to_ascii_lowercase();
        let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
        let text = head.trim_ascii_start();
        if !text.starts_with(b"<") && !text.starts_with(b"\xef\xbb\xbf<") {
            return None;
        }
        if has(b"<svg") {
            Some(Self::Svg)
        } else if has(b"<html") || has(b"<!doctype html") {
            Some(Self::Html)
        } else {
            None
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avif => "this is an AVIF picture, which cannot be read here; save it as JPEG or PNG",
            Self::Gif => "this is a GIF, which is not taken; save the one frame that matters as PNG",
            Self::Svg => "this is an SVG drawing, which can carry programs and is not taken; export it as PNG",
            Self::Pdf => "this is a PDF document, not a picture; save the page that matters as JPEG or PNG",
            Self::Bmp => "this is a BMP picture, which is not taken; save it as PNG",
            Self::JpegXl => "this is a JPEG XL picture, which cannot be read here; save it as JPEG",
            Self::Jpeg2000 => "this is a JPEG 2000 picture, which cannot be read here; save it as JPEG",
            Self::BigTiff => {
                "this is a BigTIFF, as slide scanners write it, and is not taken; export the region as JPEG"
            }
            Self::Photoshop => "this is a Photoshop document, not a picture; export it as JPEG or PNG",
            Self::Icon => "this is an icon file, which is not taken; save the picture as PNG",
            Self::Video => "this is a video, not a picture; save the frame that matters as JPEG or PNG",
            Self::Archive => "this is an archive or an office document; send the pictures in it one by one",
            Self::Html => "this is a web page, not a picture; save the picture itself",
        })
    }
}

/// What a clean picture is encoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MediaType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `application/dicom`: a de-identified object, each of its frames covered.
    Dicom,
}

impl MediaType {
    /// As in a `Content-Type` field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Dicom => "application/dicom",
        }
    }

    /// The media type whose signature these bytes begin with.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match Format::recognize(bytes) {
            Ok(Format::Jpeg) => Some(Self::Jpeg),
            Ok(Format::Png) => Some(Self::Png),
            _ if dicom::is_object(bytes) => Some(Self::Dicom),
            _ => None,
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
