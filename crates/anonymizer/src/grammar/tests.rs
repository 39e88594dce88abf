//! What the output grammar lets through and what it names as foreign.

use super::*;
use crate::{mask::BLOCK_PX, pixels::Pixels};

const NETWORK: Limits = Limits::NETWORK;

fn pixels() -> Pixels {
    Pixels::new(2 * BLOCK_PX, BLOCK_PX, (0..128u8).flat_map(|n| [n, 255 - n, n / 2]).collect()).unwrap()
}

fn jpeg() -> Vec<u8> {
    crate::encode::jpeg(&pixels(), 90, jpeg_encoder::SamplingFactor::R_4_4_4).unwrap()
}

fn png() -> Vec<u8> {
    let (bytes, media_type) =
        crate::encode::encode(&Pixels::new(64, 64, vec![7; 64 * 64 * 3]).unwrap(), 1 << 20).unwrap();
    assert_eq!(media_type, MediaType::Png);
    bytes
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    [&[0xff, marker], (data.len() as u16 + 2).to_be_bytes().as_slice(), data].concat()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    [(data.len() as u32).to_be_bytes().as_slice(), &named, &png::crc32(&named).to_be_bytes()].concat()
}

/// The first place of a marker.
fn place(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xff, marker]).unwrap()
}

fn spliced(file: &[u8], at: usize, more: &[u8]) -> Vec<u8> {
    [&file[..at], more, &file[at..]].concat()
}

fn refusal(file: &[u8]) -> String {
    check(file, &NETWORK).unwrap_err().to_string()
}

#[test]
fn our_own_files_pass() {
    assert_eq!(check(&jpeg(), &NETWORK), Ok(Checked { media_type: MediaType::Jpeg, width: 16, height: 8 }));
    assert_eq!(check(&png(), &NETWORK), Ok(Checked { media_type: MediaType::Png, width: 64, height: 64 }));
}

#[test]
fn every_segment_that_is_not_needed_is_forbidden_at_every_place() {
    let jpeg = jpeg();
    let places = [place(&jpeg, 0xdb), place(&jpeg, 0xc0), place(&jpeg, 0xc4), place(&jpeg, 0xda), jpeg.len() - 2];
    for marker in (0xc0..=0xff).filter(|marker| !matches!(marker, 0xc0 | 0xc2 | 0xc4 | 0xd0..=0xdb | 0xdd | 0xff)) {
        for at in places {
            let text = refusal(&spliced(&jpeg, at, &segment(marker, b"hidden")));
            assert!(text.starts_with("file has a"), "{marker:02x} at {at}: {text}");
        }
    }
    for marker in 0xe1..=0xef {
        let text = refusal(&spliced(&jpeg, 2, &segment(marker, b"Exif\0\0")));
        assert_eq!(text, format!("file has a segment APP{}, which a clean picture does not", marker - 0xe0));
    }
    assert_eq!(
        refusal(&spliced(&jpeg, 20, &segment(0xfe, b"x"))),
        "file has a comment, which a clean picture does not"
    );
}

#[test]
fn a_jpeg_with_anything_else_amiss_is_refused() {
    let jpeg = jpeg();
    let second = "file has a second start of image, which a clean picture does not";
    let frame = [8, 0, 8, 0, 16, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1];
    let (tables, scan) = (20, place(&jpeg, 0xda));
    let oversized = [&frame[..1], &[0xff, 0xff, 0xff, 0xff], &frame[5..]].concat();
    for (file, expected) in [
        (spliced(&jpeg, 2, &jpeg), second.to_owned()),
        (spliced(&jpeg, jpeg.len() - 2, &jpeg), second.to_owned()),
        ([jpeg.as_slice(), b"<html>"].concat(), "file has 6 bytes behind its end".to_owned()),
        ([jpeg.as_slice(), &jpeg].concat(), format!("file has {} bytes behind its end", jpeg.len())),
        (jpeg[..jpeg.len() - 2].to_vec(), "file ends too early".to_owned()),
        (spliced(&jpeg, tables, b"hidden"), "file is malformed at byte 20: no marker".to_owned()),
        (spliced(&jpeg, tables, b"\xff"), "file is malformed at byte 20: no marker".to_owned()),
        (spliced(&jpeg, tables, b"\xff\xd3"), "file is malformed at byte 22: marker out of place".to_owned()),
        (
            spliced(&jpeg, tables, &segment(0xdb, &[0; 65])),
            "file is malformed at byte 22: quantization tables".to_owned(),
        ),
        (
            spliced(&jpeg, tables, &segment(0xdb, &[1; 64])),
            "file is malformed at byte 22: quantization tables".to_owned(),
        ),
        (spliced(&jpeg, tables, &segment(0xc4, &[0; 40])), "file is malformed at byte 22: Huffman tables".to_owned()),
        (
            spliced(&jpeg, tables, &segment(0xc4, &[200; 300])),
            "file is malformed at byte 22: Huffman tables".to_owned(),
        ),
        (
            spliced(&jpeg, tables, &segment(0xdd, b"hidden")),
            "file is malformed at byte 22: restart interval".to_owned(),
        ),
        (
            spliced(&jpeg, scan, &segment(0xda, b"\0hidden")),
            format!("file is malformed at byte {}: scan header", scan + 2),
        ),
        (
            spliced(&jpeg, scan, &segment(0xc0, &frame)),
            "file has a second frame, which a clean picture does not".to_owned(),
        ),
        (
            spliced(&jpeg, tables, &segment(0xc0, &oversized)),
            "picture is 65535 x 65535 px, which is outside the limits".to_owned(),
        ),
        (spliced(&jpeg, tables, &segment(0xc0, &frame[..12])), "file is malformed at byte 36: components".to_owned()),
        (spliced(&jpeg, 2, &jpeg[2..20]), "file has a segment APP0, which a clean picture does not".to_owned()),
        (b"\xff\xd8\xff\xd9".to_vec(), "file is malformed at byte 4: no pixels".to_owned()),
    ] {
        let text = refusal(&file);
        assert!(text.starts_with(&expected), "`{text}` does not begin with `{expected}`");
    }
}

#[test]
fn a_jfif_header_with_a_thumbnail_or_any_other_text_is_refused() {
    let jpeg = jpeg();
    for header in [
        b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01\xff\xff\xff".as_slice(),
        b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0hidden",
        b"JFXX\0\x01\x01\0\0\x01\0\x01\0\0",
        b"JFIF\0",
    ] {
        let file = [&jpeg[..2], &segment(0xe0, header), &jpeg[20..]].concat();
        assert_eq!(refusal(&file), "file is malformed at byte 4: JFIF header");
    }
}

#[test]
fn more_tables_than_any_encoder_writes_are_refused() {
    let jpeg = jpeg();
    let table = segment(0xdd, &[0, 0]);
    assert!(check(&spliced(&jpeg, 20, &table.repeat(100)), &NETWORK).is_ok());
    assert!(refusal(&spliced(&jpeg, 20, &table.repeat(129))).ends_with("restart interval"));
}

#[test]
fn every_chunk_that_is_not_needed_is_forbidden() {
    let png = png();
    for name in [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME", b"acTL", b"gAMA", b"pHYs", b"prVt", b"\0<h>"] {
        for at in [33, png.len() - 12] {
            let text = refusal(&spliced(&png, at, &chunk(name, b"hidden")));
            assert_eq!(text, format!("file has a chunk {}, which a clean picture does not", name.escape_ascii()));
        }
    }
}

#[test]
fn a_png_with_anything_else_amiss_is_refused() {
    let png = png();
    let misplaced = "file is malformed at byte 33: chunk out of place or misshapen";
    let mut wrong_sum = png.clone();
    wrong_sum[45] ^= 1;
    let header = |depth, colour, rest: [u8; 3]| {
        let header = [&[0, 0, 0, 9, 0, 0, 0, 9, depth, colour], rest.as_slice()].concat();
        [&png[..8], &chunk(b"IHDR", &header), &png[33..]].concat()
    };
    let huge = [&png[..8], &chunk(b"IHDR", &[0, 0, 0x80, 0, 0, 0, 0, 1, 8, 2, 0, 0, 0])].concat();
    for (file, expected) in [
        ([png.as_slice(), b"<html>"].concat(), "file has 6 bytes behind its end"),
        (png[..png.len() - 1].to_vec(), "file ends too early"),
        (png[..png.len() - 12].to_vec(), "file ends too early"),
        (wrong_sum, "file is malformed at byte 33: checksum of a chunk"),
        (spliced(&png, 33, &png[8..33]), misplaced),
        (spliced(&png, 33, &chunk(b"PLTE", &[0; 4])), misplaced),
        (spliced(&png, 33, &chunk(b"tRNS", &[0; 7])), misplaced),
        (spliced(&png, 33, &chunk(b"IEND", b"")), misplaced),
        (spliced(&png, png.len() - 12, &chunk(b"PLTE", &[0; 3])), "file is malformed at byte"),
        ([&png[..8], &png[33..]].concat(), "file is malformed at byte 8: chunk out of place"),
        ([&png[..png.len() - 12], &chunk(b"IEND", b"x")].concat(), "file is malformed at byte"),
        (header(3, 0, [0; 3]), "file is malformed at byte 8: header"),
        (header(4, 2, [0; 3]), "file is malformed at byte 8: header"),
        (header(8, 5, [0; 3]), "file is malformed at byte 8: header"),
        (header(8, 0, [1, 0, 0]), "file is malformed at byte 8: header"),
        (huge, "picture is 32768 x 1 px, which is outside the limits"),
        (png[..8].to_vec(), "file ends too early"),
    ] {
        let text = refusal(&file);
        assert!(text.starts_with(expected), "`{text}` does not begin with `{expected}`");
    }
}

#[test]
fn palettes_and_transparency_pass_where_they_belong() {
    let file = [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0]),
        &chunk(b"PLTE", &[1, 2, 3]),
        &chunk(b"tRNS", &[0]),
        &chunk(b"IDAT", b"pixels"),
        &chunk(b"IDAT", b"more"),
        &chunk(b"IEND", b""),
    ]
    .concat();
    assert!(check(&file, &NETWORK).is_ok());
}

#[test]
fn other_kinds_and_longer_files_are_refused() {
    for file in [b"".as_slice(), b"GIF89a", b"RIFF\0\0\0\0WEBP", b"II*\0"] {
        assert_eq!(check(file, &NETWORK), Err(GrammarError::UnknownKind));
    }
    let limits = Limits { picture_bytes_max: 10, ..NETWORK };
    assert_eq!(refusal_under(&limits), "file has 11 bytes; the limit is 10");
}

fn refusal_under(limits: &Limits) -> String {
    check(&[0xff; 11], limits).unwrap_err().to_string()
}
