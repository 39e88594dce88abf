//! TIFF files (TIFF 6.0) whose directories lie, turn in circles or announce what nobody has room for.

use crate::bad_files::{Bad, bad};

const WIDTH: u32 = 64;
const HEIGHT: u32 = 4;
const PIXELS: usize = (WIDTH * HEIGHT) as usize;
/// Where the directory stands.
const DIRECTORY: u32 = 8 + PIXELS as u32;

const SHORT: u16 = 3;
const LONG: u16 = 4;

type Entry = (u16, u16, u32, u32);

fn directory(entries: &[Entry], next: u32) -> Vec<u8> {
    let mut bytes = u16::try_from(entries.len()).unwrap().to_le_bytes().to_vec();
    for (tag, kind, count, value) in entries {
        bytes
            .extend([&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat());
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// An uncompressed grey picture with some of its entries replaced and some added.
fn tiff_of(changed: &[Entry], next: u32) -> Vec<u8> {
    let mut entries: Vec<Entry> = vec![
        (256, LONG, 1, WIDTH),
        (257, LONG, 1, HEIGHT),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 1),
        (273, LONG, 1, 8),
        (277, SHORT, 1, 1),
        (278, LONG, 1, HEIGHT),
        (279, LONG, 1, WIDTH * HEIGHT),
    ];
    for change in changed {
        entries.retain(|entry| entry.0 != change.0);
        entries.push(*change);
    }
    entries.sort_unstable();
    [b"II*\0", &DIRECTORY.to_le_bytes()[..], &[7; PIXELS], &directory(&entries, next)].concat()
}

/// A small picture with nothing wrong.
pub(crate) fn tiff() -> Vec<u8> {
    tiff_of(&[], 0)
}

/// Directories that follow each other for ever: each says that the first comes next.
fn circle() -> Vec<u8> {
    tiff_of(&[(0x014a, LONG, 1, DIRECTORY), (0x8769, LONG, 1, DIRECTORY)], DIRECTORY)
}

/// Thousands of directories, one behind the other.
fn chain() -> Vec<u8> {
    let first = tiff_of(&[], 0);
    let mut bytes = first[..first.len() - 4].to_vec();
    for _ in 0..5_000 {
        let next = u32::try_from(bytes.len() + 4).unwrap();
        bytes.extend(next.to_le_bytes());
        bytes.extend(directory(&[(256, LONG, 1, 1)], 0)[..14].iter());
    }
    bytes.extend([0; 4]);
    bytes
}

/// Files that are refused, and what the sentence says.
pub(crate) fn refused() -> Vec<Bad> {
    let whole = tiff();
    let one = |change: Entry| tiff_of(&[change], 0);
    let pointing = |at: u32| [b"II*\0", &at.to_le_bytes()[..], &whole[8..]].concat();
    let outside = "its directory lies outside the file";
    let unreadable = "cannot be read";
    let mut list = vec![
        bad("tiff of its first four bytes", &whole[..4], "ends too early"),
        bad("tiff of its header alone", &whole[..8], outside),
        bad("tiff whose directory is nowhere", &pointing(0xffff_fff0), outside),
        bad("tiff with 65,535 entries", &[&whole[..8], &[7; PIXELS], &[0xff; 2], &[0; 4_000][..]].concat(), outside),
        bad(
            "tiff of 4 Gpx a side",
            &tiff_of(&[(256, LONG, 1, u32::MAX), (257, LONG, 1, u32::MAX)], 0),
            "the limit is 20000 px a side",
        ),
        bad(
            "tiff of 400 megapixels",
            &tiff_of(&[(256, LONG, 1, 20_000), (257, LONG, 1, 20_000)], 0),
            "picture has 400 megapixels; the limit is 100",
        ),
        bad("tiff without width", &one((256, LONG, 1, 0)), "no pixels"),
        bad("tiff that does not tell its width", &one((256, LONG, 2, 8)), "does not tell its width"),
        bad("tiff that does not tell its height", &one((257, 2, 1, 8)), "does not tell its height"),
        bad("fax", &one((259, SHORT, 1, 4)), "compressed as fax, JPEG or otherwise"),
        bad("jpeg in a tiff", &one((259, SHORT, 1, 7)), "compressed as fax, JPEG or otherwise"),
        bad("tiff of an unknown compression", &one((259, SHORT, 1, 50_000)), "compressed as fax, JPEG or otherwise"),
        bad("tiff with strips of 4 GiB", &one((279, LONG, 1, u32::MAX)), "needs more memory than a picture may take"),
        bad("tiff with strips beyond its end", &one((273, LONG, 1, 1 << 30)), unreadable),
        bad("tiff with a billion strips", &one((273, LONG, 1 << 30, 8)), "the TIFF is damaged"),
        bad("tiff with more strips than bytes", &one((273, LONG, 100_000, 8)), "ends too early"),
        bad("tiff of 64 bits", &one((258, SHORT, 1, 64)), unreadable),
        bad("tiff of no bits", &one((258, SHORT, 1, 0)), unreadable),
        bad("tiff of 65,535 samples", &one((277, SHORT, 1, 65_535)), unreadable),
        bad(
            "tiff of tiles without size",
            &tiff_of(&[(322, LONG, 1, 0), (323, LONG, 1, 0), (324, LONG, 1, 8), (325, LONG, 1, 8)], 0),
            unreadable,
        ),
        bad(
            "tiff of fractions",
            &tiff_of(&[(258, SHORT, 1, 32), (339, SHORT, 1, 3), (279, LONG, 1, 1_024)], 0),
            unreadable,
        ),
        bad("tiff with a profile of 4 GiB", &one((34_675, 7, u32::MAX, 8)), "ends too early"),
        bad("tiff whose packed pixels are none", &one((259, SHORT, 1, 8)), unreadable),
        bad("tiff that turns in circles", &circle(), "the TIFF is damaged"),
        bad("tiff of 5,000 directories", &chain(), "pictures of equal rank"),
    ];
    list.extend((3..8).map(|eighth| bad("tiff cut off", &whole[..whole.len() * eighth / 8], outside)));
    list
}

/// Files that are taken, whatever stands in or behind them.
pub(crate) fn taken(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![("tiff", tiff()), ("tiff with words behind it", [&tiff(), word].concat())]
}
