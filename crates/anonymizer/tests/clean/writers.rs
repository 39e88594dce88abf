//! Writers of test files: encoded pictures with segments, chunks and directories of our own put round them.

use std::{collections::BTreeSet, io::Cursor};

use anonymizer::{
    Candidate, Concern, Confirmation, Cover, Finder, Finding, Inspection, Limits, Looked, Pixels, ReleaseError,
    Released, Search, Searched, prepare, worker::read_looked,
};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, codecs::png::PngEncoder};
use protocol::ClinicianId;
use sha2::{Digest, Sha256};

/// Grey stripes: a strip so narrow that no face can be in it, which keeps tests quick.
pub(crate) const WIDTH: u32 = 400;
pub(crate) const HEIGHT: u32 = 2;

pub(crate) fn strip() -> DynamicImage {
    let rgb = (0..WIDTH * HEIGHT).flat_map(|n| [(n / 2 % 256) as u8, (n % 7 * 30) as u8, 90]).collect();
    DynamicImage::ImageRgb8(image::RgbImage::from_raw(WIDTH, HEIGHT, rgb).unwrap())
}

pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn jpeg() -> Vec<u8> {
    encoded(&strip(), ImageFormat::Jpeg)
}

pub(crate) fn png() -> Vec<u8> {
    encoded(&strip(), ImageFormat::Png)
}

pub(crate) fn webp() -> Vec<u8> {
    encoded(&strip(), ImageFormat::WebP)
}

/// A PNG of any colour type and depth.
pub(crate) fn png_of(samples: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(samples, width, height, colour).unwrap();
    bytes
}

/// One JPEG segment with its marker and length.
pub(crate) fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], len.as_slice(), data].concat()
}

/// A JPEG with more segments right behind its start.
pub(crate) fn jpeg_with(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

/// One PNG chunk with its length and checksum.
pub(crate) fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let checksum = !named.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    });
    [&(data.len() as u32).to_be_bytes(), named.as_slice(), &checksum.to_be_bytes()].concat()
}

/// Where the chunk after IHDR begins.
pub(crate) const BEHIND_IHDR: usize = 8 + 25;

/// A PNG with more chunks right behind its header.
pub(crate) fn png_with(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&png[..BEHIND_IHDR], &chunks.concat(), &png[BEHIND_IHDR..]].concat()
}

/// A PNG of nothing but a signature, a header and an end.
pub(crate) fn png_header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", &header).as_slice()].concat()
}

pub(crate) fn riff_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let pad = vec![0; data.len() % 2];
    [name, (data.len() as u32).to_le_bytes().as_slice(), data, &pad].concat()
}

pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".as_slice(), &chunks.concat()].concat();
    [b"RIFF", (body.len() as u32).to_le_bytes().as_slice(), &body].concat()
}

/// The header of an extended WebP.
pub(crate) fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let size = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    riff_chunk(b"VP8X", &[&[flags, 0, 0, 0], size.as_slice()].concat())
}

/// A simple WebP made an extended one, with more chunks behind its pixels.
pub(crate) fn webp_with(webp: &[u8], flags: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    riff(&[&[canvas(flags, WIDTH, HEIGHT), webp[12..].to_vec()], chunks].concat())
}

/// A TIFF entry: tag, type, count, and the value or where it stands.
pub(crate) fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
}

pub(crate) fn directory(entries: &[Vec<u8>], next: u32) -> Vec<u8> {
    [&(entries.len() as u16).to_le_bytes()[..], &entries.concat(), &next.to_le_bytes()].concat()
}

/// The tags of an uncompressed grey TIFF whose pixels stand at byte 8.
pub(crate) fn grey_tags(width: u32, height: u32) -> Vec<Vec<u8>> {
    vec![
        entry(256, 4, 1, width),
        entry(257, 4, 1, height),
        entry(258, 3, 1, 8),
        entry(259, 3, 1, 1),
        entry(262, 3, 1, 1),
        entry(273, 4, 1, 8),
        entry(277, 3, 1, 1),
        entry(278, 4, 1, height),
        entry(279, 4, 1, width * height),
    ]
}

/// A grey TIFF whose directory may say more, followed by whatever stands behind it.
pub(crate) fn tiff_of(entries: &[Vec<u8>], next: u32, behind: &[u8]) -> Vec<u8> {
    let pixels: Vec<u8> = (0..WIDTH * HEIGHT).map(|n| n as u8).collect();
    let at = 8 + pixels.len() as u32;
    [b"II*\0", &at.to_le_bytes()[..], &pixels, &directory(entries, next), behind].concat()
}

pub(crate) fn tiff() -> Vec<u8> {
    tiff_of(&grey_tags(WIDTH, HEIGHT), 0, b"")
}

/// Exif with every kind of fact in it, each value holding the canary, and a thumbnail behind.
pub(crate) fn exif(orientation: u16, canary: &[u8], thumbnail: &[u8]) -> Vec<u8> {
    const MAIN: u32 = 8;
    const MAIN_ENTRIES: usize = 8;
    let len = canary.len() as u32;
    let values = MAIN + (2 + MAIN_ENTRIES as u32 * 12 + 4);
    let detail = values + len;
    let detail_entries = [
        entry(0x9003, 2, len, values),
        entry(0x927c, 7, len, values),
        entry(0x9286, 7, len, values),
        entry(0xa431, 2, len, values),
    ];
    let place = detail + 2 + 4 * 12 + 4;
    let place_entries = [entry(0x0001, 2, len, values), entry(0x0002, 2, len, values)];
    let small = place + 2 + 2 * 12 + 4;
    let picture = small + 2 + 2 * 12 + 4;
    let small_entries = [entry(0x0201, 4, 1, picture), entry(0x0202, 4, 1, thumbnail.len() as u32)];
    let main = [
        entry(0x010e, 2, len, values),
        entry(0x010f, 2, len, values),
        entry(0x0110, 2, len, values),
        entry(0x0112, 3, 1, u32::from(orientation)),
        entry(0x0132, 2, len, values),
        entry(0x013b, 2, len, values),
        entry(0x8769, 4, 1, detail),
        entry(0x8825, 4, 1, place),
    ];
    [
        b"II*\0\x08\0\0\0",
        directory(&main, small).as_slice(),
        canary,
        &directory(&detail_entries, 0),
        &directory(&place_entries, 0),
        &directory(&small_entries, 0),
        thumbnail,
    ]
    .concat()
}

/// What a worker says of a picture of our size that it looked at to the end, whatever became of the worker.
pub(crate) fn frame(sight: &serde_json::Value, file_sha256: [u8; 32]) -> Vec<u8> {
    frame_of((WIDTH, HEIGHT), sight, file_sha256)
}

/// The same of a picture of any size.
fn frame_of((width, height): (u32, u32), sight: &serde_json::Value, file_sha256: [u8; 32]) -> Vec<u8> {
    let head = serde_json::json!({
        "Looked": { "width": width, "height": height, "file_sha256": file_sha256, "sight": sight }
    });
    let head = serde_json::to_vec(&head).unwrap();
    [&(head.len() as u32).to_be_bytes()[..], &head].concat()
}

/// A picture released after a second look at which the finders saw nothing: what they see in noise is not the question.
pub(crate) fn released(
    seen: Inspection,
    covers: &[Cover],
    confirmation: Confirmation,
    limits: &Limits,
) -> Result<Released, ReleaseError> {
    let candidate = prepare(seen, covers, confirmation, limits)?;
    let looked = seen_again(&candidate, &[], Search::Finished);
    candidate.release(&looked)
}

/// What a worker says of a candidate's file: these findings, and every finder this.
pub(crate) fn seen_again(candidate: &Candidate, findings: &[Finding], search: Search) -> Looked {
    seen_in(candidate.file(), findings, search)
}

/// The same without findings, where the finders came so far, each as it stands in the list of all.
pub(crate) fn searched_again(candidate: &Candidate, searches: &[Search]) -> Looked {
    let searched = Finder::ALL.into_iter().zip(searches).map(|(finder, search)| Searched { finder, search: *search });
    looked_in(candidate.file(), &[], &searched.collect::<Vec<_>>())
}

/// The same of any file.
pub(crate) fn seen_in(file: &[u8], findings: &[Finding], search: Search) -> Looked {
    looked_in(file, findings, &Finder::ALL.map(|finder| Searched { finder, search }))
}

fn looked_in(file: &[u8], findings: &[Finding], searched: &[Searched]) -> Looked {
    let sight = serde_json::json!({ "stage": "Whole", "findings": findings, "searched": searched, "doubts": [] });
    let file_sha256 = Sha256::digest(file).into();
    let picture = image::load_from_memory(file).unwrap();
    let frame = frame_of((picture.width(), picture.height()), &sight, file_sha256);
    read_looked(&mut frame.as_slice(), &Limits::NETWORK, &mut |_| ()).unwrap().unwrap()
}

/// The word of a reviewer who was told everything.
pub(crate) fn confirmation() -> Confirmation {
    Confirmation {
        reviewer: ClinicianId([7; 32]),
        dismissed: Vec::new(),
        has_seen_unsearched: true,
        answered: BTreeSet::new(),
        looked_for: Concern::ALL.into(),
    }
}

/// A picture that came in without findings.
pub(crate) fn inspection(pixels: Pixels) -> Inspection {
    Inspection {
        pixels,
        findings: Vec::new(),
        searched: Vec::new(),
        doubts: BTreeSet::new(),
        removed: Default::default(),
        notices: Default::default(),
    }
}

/// Inspected and released without covers; nothing may be found in it.
pub(crate) fn cleaned(file: &[u8]) -> (Inspection, Released) {
    let seen = anonymizer::inspect(file, &Limits::NETWORK).unwrap();
    let told = Confirmation { answered: seen.doubts.clone(), ..confirmation() };
    (seen.clone(), released(seen, &[], told, &Limits::NETWORK).unwrap())
}

/// Pixels that no encoder can guess.
pub(crate) fn noise(width: u32, height: u32) -> Pixels {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let rgb = (0..width * height * 3).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    });
    Pixels::new(width, height, rgb.collect()).unwrap()
}

pub(crate) fn zlib(data: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(data, 9)
}
