//! JPEG files (ISO/IEC 10918-1) that a camera would not write, and rare ones that it might. All are put together here,
//! segment by segment; their blocks are all grey.

use crate::{
    bad_files::{Bad, bad},
    raw::Heard,
    visitor::{Part, Visitor},
};

const START: &[u8] = &[0xff, 0xd8];
const END: &[u8] = &[0xff, 0xd9];

/// A frame: its marker, bits a channel, size and channels.
#[derive(Clone, Copy)]
struct Frame {
    marker: u8,
    bits: u8,
    width: u16,
    height: u16,
    channels: u8,
}

const SMALL: Frame = Frame { marker: 0xc0, bits: 8, width: 64, height: 8, channels: 3 };

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let len = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], len.as_slice(), data].concat()
}

fn tables() -> Vec<u8> {
    let steps = [&[0][..], &[1; 64]].concat();
    // One code of one bit each: a difference of nothing, and the end of a block.
    let one_code = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
    [segment(0xdb, &steps), segment(0xc4, &one_code(0x00)), segment(0xc4, &one_code(0x10))].concat()
}

fn frame(of: Frame) -> Vec<u8> {
    let [high, low] = of.height.to_be_bytes();
    let [wide, narrow] = of.width.to_be_bytes();
    let channels = (1..=of.channels).flat_map(|id| [id, 0x11, 0]);
    segment(of.marker, &[of.bits, high, low, wide, narrow, of.channels].into_iter().chain(channels).collect::<Vec<_>>())
}

/// One pass over all blocks: two zero bits for each channel of each.
fn pass(of: Frame) -> Vec<u8> {
    let channels = (1..=of.channels).flat_map(|id| [id, 0]);
    let head: Vec<u8> = [of.channels].into_iter().chain(channels).chain([0, 63, 0]).collect();
    let blocks = usize::from(of.width.div_ceil(8)) * usize::from(of.height.div_ceil(8));
    [segment(0xda, &head), vec![0; (blocks * usize::from(of.channels) * 2).div_ceil(8)]].concat()
}

/// A whole file with more segments in front.
fn jpeg_of(of: Frame, more: &[u8]) -> Vec<u8> {
    [START, more, &tables(), &frame(of), &pass(of), END].concat()
}

/// A small picture with nothing wrong.
pub(crate) fn jpeg() -> Vec<u8> {
    jpeg_of(SMALL, b"")
}

/// The same with words and facts of a camera's program in it.
fn jpeg_that_says(word: &[u8]) -> Vec<u8> {
    let facts = [segment(0xfe, word), segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", word].concat())].concat();
    [jpeg_of(SMALL, &facts).as_slice(), b"PK\x03\x04", word].concat()
}

/// An index of several pictures (CIPA DC-007), two of which are views of equal rank.
fn index() -> Vec<u8> {
    let entry = |tag: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &7_u16.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let entries = [entry(0xb000, 4, 0x3030_3130), entry(0xb001, 4, 2), entry(0xb002, 32, 50)].concat();
    let view = [&0x0002_0002_u32.to_le_bytes()[..], &[0; 12]].concat();
    [b"MPF\0II*\0\x08\0\0\0\x03\0", entries.as_slice(), &[0; 4], &view, &view].concat()
}

/// Files that are refused, and what the sentence says.
pub(crate) fn refused() -> Vec<Bad> {
    let whole = jpeg();
    let of = |marker, bits, channels| jpeg_of(Frame { marker, bits, channels, ..SMALL }, b"");
    let sized =
        |width, height| [START, &tables(), &frame(Frame { width, height, ..SMALL }), &pass(SMALL), END].concat();
    let with = |more: &[u8]| jpeg_of(SMALL, more);
    let too_early = "ends too early";
    let mut list = vec![
        bad("jpeg of its first two bytes", &START[..2], "not a picture of a kind"),
        bad("jpeg of its first three bytes", &whole[..3], too_early),
        bad("jpeg without its end", &whole[..whole.len() - 2], too_early),
        bad("jpeg without its last byte", &whole[..whole.len() - 1], too_early),
        bad("jpeg of 65,535 px a side", &sized(65_535, 65_535), "the limit is 20000 px a side"),
        bad("jpeg of 400 megapixels", &sized(20_000, 20_000), "picture has 400 megapixels; the limit is 100"),
        bad("jpeg without height", &sized(64, 0), "no pixels"),
        bad("jpeg without width", &sized(0, 8), "no pixels"),
        bad("arithmetic jpeg", &of(0xc9, 8, 3), "lossless, arithmetic or hierarchical"),
        bad("lossless jpeg", &of(0xc3, 8, 3), "lossless, arithmetic or hierarchical"),
        bad("hierarchical jpeg", &of(0xc5, 8, 3), "lossless, arithmetic or hierarchical"),
        bad("JPEG-LS", &of(0xf7, 8, 3), "lossless, arithmetic or hierarchical"),
        bad("jpeg of 12 bits", &of(0xc1, 12, 3), "more than 8 bits a channel"),
        bad("jpeg of two channels", &of(0xc0, 8, 2), "neither grey nor three nor four channels"),
        bad("jpeg of nine channels", &of(0xc0, 8, 9), "neither grey nor three nor four channels"),
        bad("jpeg with two frames", &with(&frame(SMALL)), "two frames"),
        bad("jpeg in a jpeg", &with(START), "a second picture starts within the first"),
        bad("jpeg with a stray marker", &with(&[0xff, 0xd3]), "a marker stands where none may stand"),
        bad("jpeg with a segment of no length", &with(&[0xff, 0xe5, 0, 0]), "shorter than its own length"),
        bad("jpeg with a segment beyond the end", &[START, &[0xff, 0xe5, 0xff, 0xff, 7]].concat(), too_early),
        bad("jpeg without pixels", &[START, &tables(), &frame(SMALL), END].concat(), "it has no pixels"),
        bad("jpeg with pixels before its frame", &[START, &pass(SMALL), END].concat(), "before the frame header"),
        bad("jpeg with a frame cut off", &with(&segment(0xc0, &[8, 0, 8])), "the frame header is cut off"),
        bad("jpeg without tables", &[START, &frame(SMALL), &pass(SMALL), END].concat(), "pixels cannot be read"),
        bad(
            "jpeg with codes that do not fit",
            &[START, &segment(0xc4, &[&[0, 255][..], &[255; 15], &[0; 255]].concat()), &whole[2..]].concat(),
            "pixels cannot be read",
        ),
        bad(
            "jpeg with 17 MiB of facts",
            &with(&segment(0xe1, &[7; 65_000]).repeat(275)),
            "more than 16 MiB of data beside",
        ),
        bad(
            "jpeg with 70 passes",
            &[START, &tables(), &frame(SMALL), &pass(SMALL).repeat(70), END].concat(),
            "more scans",
        ),
        bad("panorama", &with(&segment(0xe2, &index())), "holds 2 pictures of equal rank"),
    ];
    list.extend((1..8).map(|eighth| bad("jpeg cut off", &whole[..whole.len() * eighth / 8], too_early)));
    list
}

/// Files that are taken, whatever stands in or behind them.
pub(crate) fn taken(word: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let of = |channels| jpeg_of(Frame { channels, ..SMALL }, b"");
    let adobe = |transform: u8| segment(0xee, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
    vec![
        ("grey jpeg", of(1)),
        ("CMYK jpeg", jpeg_of(Frame { channels: 4, ..SMALL }, &adobe(0))),
        ("YCCK jpeg", jpeg_of(Frame { channels: 4, ..SMALL }, &adobe(2))),
        ("jpeg that is also an archive", jpeg_that_says(word)),
    ]
}

impl Visitor {
    /// Posts a case with a small picture.
    pub(crate) fn posts_picture(&self) -> Heard {
        self.posts_case_with(Part::file("picture", "a.jpg", "image/jpeg", &jpeg()))
    }
}
