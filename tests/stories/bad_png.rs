//! PNG files (W3C PNG, third edition) that are bombs, cut off, films or contradictions; and rare ones that are good.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::bad_files::{Bad, bad};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Signature and header chunk.
const HEAD: usize = 8 + 25;

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let mut table = [0_u32; 256];
    for (byte, entry) in (0_u32..).zip(&mut table) {
        *entry = (0..8).fold(byte, |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 });
    }
    let step = |crc: u32, byte: &u8| table[usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
    let checksum = !named.iter().fold(u32::MAX, step);
    [&u32::try_from(data.len()).unwrap().to_be_bytes(), named.as_slice(), &checksum.to_be_bytes()].concat()
}

fn header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let data = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    [SIGNATURE, &chunk(b"IHDR", &data)].concat()
}

/// A picture of 64 by 4 px whose samples are all zero, with chunks before its pixels.
fn png_of(depth: u8, colour: u8, more: &[u8]) -> Vec<u8> {
    let samples = match colour {
        0 | 3 => 1,
        4 => 2,
        2 => 3,
        _ => 4,
    };
    let line = (64 * samples * usize::from(depth)).div_ceil(8) + 1;
    let pixels = compress_to_vec_zlib(&vec![0; line * 4], 6);
    [&header(64, 4, depth, colour), more, &chunk(b"IDAT", &pixels), &chunk(b"IEND", b"")].concat()
}

/// A small picture with nothing wrong.
pub(crate) fn png() -> Vec<u8> {
    png_of(8, 2, b"")
}

/// So many bytes that unpack to a mebibyte each.
fn packed_zeros(mebibytes: usize) -> Vec<u8> {
    compress_to_vec_zlib(&vec![0; mebibytes << 20], 6)
}

/// A header of another size over the pixels of a small picture.
fn sized(width: u32, height: u32) -> Vec<u8> {
    [&header(width, height, 8, 2), &png()[HEAD..]].concat()
}

/// Files that are refused, and what the sentence says.
pub(crate) fn refused() -> Vec<Bad> {
    let whole = png();
    let too_early = "ends too early";
    let with = |more: &[u8]| png_of(8, 2, more);
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        bytes
    };
    let pixels = compress_to_vec_zlib(&[0; 100], 6);
    let frame = [&[0; 4][..], &64_u32.to_be_bytes(), &4_u32.to_be_bytes(), &[0; 14]].concat();
    let profile = [b"p\0\0".as_slice(), &packed_zeros(64)].concat();
    let mut list = vec![
        bad("png of its signature alone", SIGNATURE, too_early),
        bad("png of its header alone", &whole[..HEAD], too_early),
        bad("png without its end", &whole[..whole.len() - 12], too_early),
        bad("png without its last byte", &whole[..whole.len() - 1], too_early),
        bad("png of 2³¹ px", &sized(0x7fff_ffff, 0x7fff_ffff), "the limit is 20000 px a side"),
        bad("png of 30,000 px by one", &sized(30_000, 1), "picture is 30000 x 1 px; the limit is 20000"),
        bad("png of 400 megapixels", &sized(20_000, 20_000), "picture has 400 megapixels; the limit is 100"),
        bad("png without width", &sized(0, 4), "no pixels"),
        bad("png without height", &sized(64, 0), "no pixels"),
        bad("animated png", &with(&chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0])), "this PNG is animated"),
        bad("png with a frame of a film", &with(&chunk(b"fcTL", &frame)), "this PNG is animated"),
        bad("png with a profile of 64 MiB", &with(&chunk(b"iCCP", &profile)), "more than 4 MiB of data beside"),
        bad(
            "png with 17 MiB of words",
            &with(&chunk(b"tEXt", &vec![b'x'; 17 << 20])),
            "more than 16 MiB of data beside",
        ),
        bad("png with 9,000 words of 2 KiB", &with(&chunk(b"tEXt", &[b'x'; 2_048]).repeat(9_000)), "more than 16 MiB"),
        bad(
            "png for Apple's phones",
            &[SIGNATURE, &chunk(b"CgBI", &[0x50, 0, 0x20, 2]), &whole[8..]].concat(),
            "rare kind",
        ),
        bad("png with pixels first", &[SIGNATURE, &whole[HEAD..]].concat(), "does not begin with its header"),
        bad("png with two headers", &[&whole[..HEAD], &whole[8..]].concat(), "it has two headers"),
        bad("png with a header cut off", &[SIGNATURE, &chunk(b"IHDR", &[0; 4])].concat(), "its header is cut off"),
        bad("png without pixels", &[&whole[..HEAD], &chunk(b"IEND", b"")].concat(), "it has no pixels"),
        bad("png with an unknown chunk that is needed", &with(&chunk(b"QUUX", b"?")), "needed and unknown"),
        bad("png with a chunk of no name", &with(&chunk(b"\0\0\0\0", b"?")), "a chunk has no name"),
        bad("png with a chunk of 4 GiB", &[&whole[..HEAD], &[0xff; 8][..]].concat(), "longer than a chunk may be"),
        bad("png with a chunk beyond its end", &[&whole[..HEAD], b"\x7f\xff\xff\xffIDAT"].concat(), too_early),
        bad(
            "png with too few pixels",
            &[header(900, 900, 8, 2), chunk(b"IDAT", &pixels), chunk(b"IEND", b"")].concat(),
            "pixels cannot be read",
        ),
        bad(
            "png whose pixels are not packed",
            &[&whole[..HEAD], &chunk(b"IDAT", b"no pixels"), &chunk(b"IEND", b"")].concat(),
            "pixels cannot be read",
        ),
        bad("png of 3 bits", &png_of(3, 0, b""), "pixels cannot be read"),
        bad("png of an unknown colour type", &png_of(8, 5, b""), "pixels cannot be read"),
        bad("png of a palette that is missing", &png_of(8, 3, b""), "pixels cannot be read"),
        bad("png with a flipped bit in its header", &flipped(8 + 8 + 9), "cannot be read"),
        bad("png with a flipped bit in its pixels", &flipped(whole.len() - 12 - 8), "pixels cannot be read"),
    ];
    list.extend((1..8).map(|eighth| bad("png cut off", &whole[..whole.len() * eighth / 8], too_early)));
    list
}

/// Files that are taken, whatever stands in or behind them.
pub(crate) fn taken(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let palette = chunk(b"PLTE", &[7; 6]);
    let words = |name: &[u8; 4], head: &[u8]| chunk(name, &[head, &packed_zeros(256)].concat());
    vec![
        ("png of 16 bits", png_of(16, 2, b"")),
        ("png of 16 bits with transparency", png_of(16, 6, b"")),
        ("png with a palette", png_of(8, 3, &palette)),
        ("png of one bit with a palette", png_of(1, 3, &palette)),
        ("grey png with transparency", png_of(8, 4, b"")),
        ("png with words that unpack to 256 MiB", png_of(8, 2, &words(b"zTXt", b"w\0\0"))),
        (
            "png with words of another language that unpack to 256 MiB",
            png_of(8, 2, &words(b"iTXt", b"w\0\x01\0de\0w\0")),
        ),
        (
            "png that is also a page",
            [&png_of(8, 2, &chunk(b"tEXt", word)), b"<html><script>".as_slice(), word].concat(),
        ),
    ]
}
