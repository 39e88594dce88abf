//! WebP files (RFC 9649) that are films, bombs or contradictions.

use crate::bad_files::{Bad, bad};

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let pad = vec![0; data.len() % 2];
    [name, u32::try_from(data.len()).unwrap().to_le_bytes().as_slice(), data, &pad].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".as_slice(), &chunks.concat()].concat();
    [b"RIFF", u32::try_from(body.len()).unwrap().to_le_bytes().as_slice(), &body].concat()
}

/// The header of an extended file.
fn canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let size = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    chunk(b"VP8X", &[&[flags, 0, 0, 0], size.as_slice()].concat())
}

/// Lossless pixels, all of one colour, in a handful of bits: no transform, no cache, no second set of codes, and five codes of
/// one symbol of one bit each.
fn lossless(width: u64, height: u64) -> Vec<u8> {
    let codes: u64 = (0..5).map(|code| 1 << (35 + 4 * code)).sum();
    let bits = (width - 1) | (height - 1) << 14 | codes;
    chunk(b"VP8L", &[&[0x2f], bits.to_le_bytes().as_slice(), &[0; 8]].concat())
}

/// The header of lossy pixels, and nothing that could be read behind it.
fn lossy(width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    chunk(b"VP8 ", &[&[0x10, 0, 0, 0x9d, 0x01, 0x2a], size.as_slice(), &[0; 16]].concat())
}

/// A small picture with nothing wrong.
pub(crate) fn webp() -> Vec<u8> {
    riff(&[lossless(64, 4)])
}

/// Files that are refused, and what the sentence says.
pub(crate) fn refused() -> Vec<Bad> {
    let whole = webp();
    let too_early = "ends too early";
    let film = chunk(b"ANMF", &[0; 16]);
    let mut list = vec![
        bad("webp of its first twelve bytes", &whole[..12], too_early),
        bad("webp without its last byte", &whole[..whole.len() - 1], too_early),
        bad("animated webp by its header", &riff(&[canvas(0x02, 64, 4), lossless(64, 4)]), "this WebP is animated"),
        bad("animated webp by its frames", &riff(&[canvas(0, 64, 4), film]), "this WebP is animated"),
        bad("webp of 268 megapixels in 40 bytes", &riff(&[lossless(16_384, 16_384)]), "megapixels; the limit is 100"),
        bad("lossy webp of 268 megapixels", &riff(&[lossy(16_383, 16_383)]), "megapixels; the limit is 100"),
        bad("lossy webp without height", &riff(&[lossy(64, 0)]), "no pixels"),
        bad("lossy webp of nothing", &riff(&[lossy(64, 4)]), "pixels cannot be read"),
        bad(
            "webp with a broken header",
            &riff(&[chunk(b"VP8L", &[0x2e, 0, 0, 0, 0])]),
            "the header of its pixels is broken",
        ),
        bad("webp without pixels", &riff(&[canvas(0, 64, 4)]), "it has no pixels"),
        bad("webp with two pictures", &riff(&[lossless(64, 4), lossless(64, 4)]), "holds 2 pictures"),
        bad(
            "webp that does not fill its canvas",
            &riff(&[canvas(0, 65, 4), lossless(64, 4)]),
            "does not fill its canvas",
        ),
        bad("webp with a header cut off", &riff(&[chunk(b"VP8X", &[0; 4])]), "its header is cut off"),
        bad(
            "webp with a profile of 5 MiB",
            &riff(&[canvas(0x20, 64, 4), chunk(b"ICCP", &vec![0; 5 << 20]), lossless(64, 4)]),
            "more than 4 MiB of data beside",
        ),
        bad(
            "webp with 17 MiB of facts",
            &riff(&[canvas(0, 64, 4), lossless(64, 4), chunk(b"XMP ", &vec![0; 17 << 20])]),
            "more than 16 MiB of data beside",
        ),
        bad("webp with a chunk beyond its end", &riff(&[b"VP8L\xff\xff\xff\x7f".to_vec()]), too_early),
    ];
    list.extend((2..6).map(|sixth| bad("webp cut off", &whole[..whole.len() * sixth / 6], too_early)));
    list
}

/// Files that are taken, whatever stands in or behind them.
pub(crate) fn taken(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("webp", webp()),
        (
            "webp with words in and behind it",
            [&riff(&[canvas(0, 64, 4), lossless(64, 4), chunk(b"XMP ", word)]), word].concat(),
        ),
    ]
}
