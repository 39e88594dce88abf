//! HEIC files (ISO/IEC 23008-12) that are bombs, cut off, films or albums; and good ones.

use crate::bad_files::{Bad, bad};

/// As libheif's own program writes it: one picture of 96 by 64 px with a small copy, Exif and XMP.
const GRADIENT: &[u8] = include_bytes!("../../crates/anonymizer/tests/pictures/gradient.heic");

fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    [&u32::try_from(8 + inside.len()).unwrap().to_be_bytes()[..], kind, inside].concat()
}

/// Where the first box of this kind stands.
fn find(kind: &[u8; 4]) -> usize {
    GRADIENT.windows(4).position(|window| window == kind).unwrap() - 4
}

/// The whole file with other bytes behind the name of the first box of this kind.
fn with(kind: &[u8; 4], behind: usize, bytes: &[u8]) -> Vec<u8> {
    let at = find(kind) + 8 + behind;
    [&GRADIENT[..at], bytes, &GRADIENT[at + bytes.len()..]].concat()
}

/// The whole file with another list in place of the one of this kind; its pixels are no longer where it says.
fn with_list(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let end = |at: usize| at + u32::from_be_bytes(GRADIENT[at..at + 4].try_into().unwrap()) as usize;
    let (meta, list) = (find(b"meta"), find(kind));
    let lists = [&GRADIENT[meta + 8..list], &boxed(kind, inside), &GRADIENT[end(list)..end(meta)]].concat();
    [&GRADIENT[..meta], &boxed(b"meta", &lists), &GRADIENT[end(meta)..]].concat()
}

/// The whole file, whose picture says that it is of another size.
fn sized(width: u32, height: u32) -> Vec<u8> {
    with(b"ispe", 4, &[width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// A list of 4,096 items, each of which stands in 4,096 places whose fields have no bytes.
fn endless_places() -> Vec<u8> {
    let item = |id: u16| [&id.to_be_bytes()[..], &[0, 0], &4_096_u16.to_be_bytes()].concat();
    [vec![0, 0, 0, 0, 0, 0, 0x10, 0], (0..4_096).flat_map(item).collect()].concat()
}

/// Twenty references, each from one picture to two thousand.
fn endless_references() -> Vec<u8> {
    let ids = (0..2_000_u16).flat_map(u16::to_be_bytes);
    let reference: Vec<u8> = [0, 1].into_iter().chain(2_000_u16.to_be_bytes()).chain(ids).collect();
    [vec![0; 4], boxed(b"dimg", &reference).repeat(20)].concat()
}

/// Files that are refused, and what the sentence says.
pub(crate) fn refused() -> Vec<Bad> {
    let too_early = "ends too early";
    let broken = "a list of its pictures is broken off";
    let film = [boxed(b"ftyp", b"hevc\0\0\0\0hevcmif1"), boxed(b"moov", b"")].concat();
    let mut list = vec![
        bad("heic of its kind alone", &GRADIENT[..find(b"meta")], too_early),
        bad("heic without its last byte", &GRADIENT[..GRADIENT.len() - 1], too_early),
        bad("heic of 65,535 px a side", &sized(65_535, 65_535), "the limit is 20000 px a side"),
        bad("heic of 225 megapixels", &sized(15_000, 15_000), "picture has 225 megapixels; the limit is 100"),
        bad("heic without height", &sized(96, 0), "no pixels"),
        bad("heic with 16 million places", &with_list(b"iloc", &endless_places()), broken),
        bad("heic with 40,000 references", &with_list(b"iref", &endless_references()), broken),
        bad("animated heic", &film, "this HEIC is animated"),
        bad(
            "heic with 17 MiB of facts",
            &[GRADIENT, &boxed(b"uuid", &vec![0; 17 << 20])].concat(),
            "more than 16 MiB of data beside",
        ),
    ];
    list.extend((1..6).map(|sixth| bad("heic cut off", &GRADIENT[..GRADIENT.len() * sixth / 6], too_early)));
    list
}

/// Files that are taken, whatever stands in or behind them.
pub(crate) fn taken(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("heic", GRADIENT.to_vec()),
        ("heic with words behind it", [GRADIENT, word].concat()),
        ("heic with a box of a program", [GRADIENT, &boxed(b"uuid", word)].concat()),
    ]
}
