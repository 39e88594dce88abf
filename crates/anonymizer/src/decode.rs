//! From a scanned file to upright sRGB pixels: decode, lay over white, apply the colour profile, turn.

use std::{
    collections::BTreeSet,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use image::{
    DynamicImage, ImageDecoder, ImageError, RgbImage, RgbaImage,
    codecs::{jpeg::JpegDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder},
};

use crate::{
    colour, dicom,
    error::IntakeError,
    format::Format,
    limits::Limits,
    notice::Notice,
    orientation::Orientation,
    pixels::Pixels,
    removed::Removed,
    scan::{Scanned, scan},
    view::{Series, View},
};

/// A file that was opened: its picture, the first of them or the one that was asked for, and what was left behind. Nobody has
/// looked at the picture yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The upright picture.
    pub pixels: Pixels,
    /// What the file carried beside its pixels.
    pub removed: BTreeSet<Removed>,
    /// What happened to the pixels on their way.
    pub notices: BTreeSet<Notice>,
    /// How many pictures the file is.
    pub series: Series,
}

/// Opens a file without letting any finder look: recognizes, scans, decodes, turns upright.
///
/// Total on arbitrary bytes; a decoder that panics makes the file a damaged one.
///
/// # Errors
/// In words for the person who sent the file; see [`IntakeError`].
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Opened, IntakeError> {
    open_view(bytes, View::FIRST, limits)
}

/// The same for one view of a file; photographs have but one.
///
/// # Errors
/// As [`open`]; and [`DicomError::NoSuchFrame`](crate::dicom::DicomError::NoSuchFrame).
pub fn open_view(bytes: &[u8], view: View, limits: &Limits) -> Result<Opened, IntakeError> {
    if dicom::is_object(bytes) {
        return dicom::open(bytes, view, limits);
    }
    let mut scanned = scan(bytes, limits)?;
    let pixels = decode(&mut scanned, limits)?;
    Ok(Opened { pixels, removed: scanned.removed, notices: scanned.notices, series: Series::ONE })
}

/// Upright pixels; notes in `scanned` what was done to them.
fn decode(scanned: &mut Scanned, limits: &Limits) -> Result<Pixels, IntakeError> {
    let format = scanned.format;
    let bare = std::mem::take(&mut scanned.bare);
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_bare(&bare, format, limits)));
    let decoded = decoded.map_err(|_| IntakeError::damaged(format, "its pixels cannot be read"))??;
    drop(bare);
    limits.check_size(decoded.width(), decoded.height())?;
    if format != Format::Heic && (decoded.width(), decoded.height()) != (scanned.width, scanned.height) {
        return Err(IntakeError::damaged(format, "its pixels are not as many as it says"));
    }
    if decoded.color().bytes_per_pixel() / decoded.color().channel_count() > 1 {
        scanned.notices.insert(Notice::DepthReduced);
    }
    if has_transparency(&decoded) {
        scanned.notices.insert(Notice::LaidOverWhite);
    }
    let mut pixels = flatten(decoded)?;
    if let Some(profile) = scanned.profile.take() {
        scanned.notices.extend(colour::to_srgb(&mut pixels, &profile));
    }
    let orientation = scanned.orientation.unwrap_or_default();
    if orientation != Orientation::Upright {
        scanned.notices.insert(Notice::Turned);
    }
    Ok(orientation.apply(pixels))
}

fn decode_bare(bare: &[u8], format: Format, limits: &Limits) -> Result<DynamicImage, IntakeError> {
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.side_px_max);
    bounds.max_image_height = Some(limits.side_px_max);
    bounds.max_alloc = Some(limits.decoder_bytes_max);
    let file = Cursor::new(bare);
    match format {
        Format::Jpeg => JpegDecoder::new(file).and_then(|decoder| bounded(decoder, bounds)),
        Format::Png => PngDecoder::with_limits(file, bounds.clone()).and_then(|decoder| bounded(decoder, bounds)),
        Format::WebP => WebPDecoder::new(file).and_then(|decoder| bounded(decoder, bounds)),
        Format::Tiff => TiffDecoder::new(file).and_then(|decoder| bounded(decoder, bounds)),
        Format::Heic => return decode_heic(bare, limits),
    }
    .map_err(|error| match error {
        ImageError::Limits(_) => IntakeError::TooMuchMemory(format),
        ImageError::Unsupported(_) => IntakeError::unsupported(format, "its channels are stored in an unusual way"),
        _ => IntakeError::damaged(format, "its pixels cannot be read"),
    })
}

/// Put together from its tiles, turned as the file says; on one thread, since a worker may start no other.
fn decode_heic(bare: &[u8], limits: &Limits) -> Result<DynamicImage, IntakeError> {
    let options = heifer::Options { max_threads: 1, max_pixels: limits.pixels_max };
    let image = heifer::decode_rgba8(bare, &options).map_err(|error| match error {
        heifer::Error::Unsupported(_) => {
            IntakeError::unsupported(Format::Heic, "it uses a part of HEVC that phones do not")
        }
        _ => IntakeError::damaged(Format::Heic, "its pixels cannot be read"),
    })?;
    let (width, height) = (image.width, image.height);
    let picture = match image.has_alpha {
        true => RgbaImage::from_raw(width, height, image.data).map(DynamicImage::ImageRgba8),
        false => RgbImage::from_raw(width, height, image.into_rgb8()).map(DynamicImage::ImageRgb8),
    };
    picture.ok_or(IntakeError::NoPixels)
}

fn bounded(mut decoder: impl ImageDecoder, mut bounds: image::Limits) -> Result<DynamicImage, ImageError> {
    let (width, height) = decoder.dimensions();
    bounds.reserve_buffer(width, height, decoder.color_type())?;
    decoder.set_limits(bounds)?;
    DynamicImage::from_decoder(decoder)
}

/// Whether any pixel is less than opaque; many screenshots have an alpha channel that says nothing.
fn has_transparency(decoded: &DynamicImage) -> bool {
    match decoded {
        DynamicImage::ImageLumaA8(image) => image.pixels().any(|pixel| pixel.0[1] < u8::MAX),
        DynamicImage::ImageRgba8(image) => image.pixels().any(|pixel| pixel.0[3] < u8::MAX),
        DynamicImage::ImageLumaA16(image) => image.pixels().any(|pixel| pixel.0[1] < u16::MAX),
        DynamicImage::ImageRgba16(image) => image.pixels().any(|pixel| pixel.0[3] < u16::MAX),
        _ => false,
    }
}

/// Eight bits a channel, three channels, transparent parts over white.
fn flatten(decoded: DynamicImage) -> Result<Pixels, IntakeError> {
    let (width, height) = (decoded.width(), decoded.height());
    let rgb = match decoded {
        DynamicImage::ImageRgb8(image) => image.into_raw(),
        DynamicImage::ImageLuma8(image) => image.into_raw().into_iter().flat_map(|grey| [grey; 3]).collect(),
        DynamicImage::ImageLumaA8(image) => {
            image.as_raw().as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [over_white(grey, alpha); 3]).collect()
        }
        DynamicImage::ImageRgba8(image) => {
            let over = |&[r, g, b, alpha]: &[u8; 4]| [r, g, b].map(|channel| over_white(channel, alpha));
            image.as_raw().as_chunks::<4>().0.iter().flat_map(over).collect()
        }
        DynamicImage::ImageRgb16(image) => image.into_raw().into_iter().map(eight_bits).collect(),
        DynamicImage::ImageLuma16(image) => {
            image.into_raw().into_iter().flat_map(|grey| [eight_bits(grey); 3]).collect()
        }
        DynamicImage::ImageLumaA16(image) => {
            let over = |&[grey, alpha]: &[u16; 2]| [over_white(eight_bits(grey), eight_bits(alpha)); 3];
            image.as_raw().as_chunks::<2>().0.iter().flat_map(over).collect()
        }
        DynamicImage::ImageRgba16(image) => {
            let over = |&[r, g, b, alpha]: &[u16; 4]| {
                [r, g, b].map(|channel| over_white(eight_bits(channel), eight_bits(alpha)))
            };
            image.as_raw().as_chunks::<4>().0.iter().flat_map(over).collect()
        }
        _ => return Err(IntakeError::unsupported(Format::Tiff, "its channels are fractions")),
    };
    Pixels::new(width, height, rgb).ok_or(IntakeError::NoPixels)
}

fn eight_bits(channel: u16) -> u8 {
    ((u32::from(channel) * 255 + 32_767) / 65_535) as u8
}

fn over_white(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u32::from(channel), u32::from(alpha));
    ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}
