//! HEIC, as libheif's own program writes it: read like any other picture, refused in words where it is more or less than one.

use std::collections::BTreeSet;

use anonymizer::{IntakeError, Limits, Notice, Removed, open};

pub(crate) const GRADIENT: &[u8] = include_bytes!("../pictures/gradient.heic");

/// A box with its length and kind.
fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    [&(inside.len() as u32 + 8).to_be_bytes()[..], kind, inside].concat()
}

/// The gradient with some bytes behind the first place of others replaced.
fn with(place: &[u8], behind: usize, bytes: &[u8]) -> Vec<u8> {
    let at = GRADIENT.windows(place.len()).position(|window| window == place).unwrap() + place.len() + behind;
    [&GRADIENT[..at], bytes, &GRADIENT[at + bytes.len()..]].concat()
}

/// The gradient, which says that it is of another size.
pub(crate) fn sized(width: u32, height: u32) -> Vec<u8> {
    with(b"ispe", 4, &[width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// A HEIC whose coded pixels are gone; any other file as it is.
pub(crate) fn without_pixels(mut file: Vec<u8>) -> Vec<u8> {
    let is_heic = file.get(4..8) == Some(b"ftyp");
    if let Some(at) = file.windows(4).position(|kind| kind == b"mdat").filter(|_| is_heic) {
        file[at + 4..].fill(0);
    }
    file
}

fn sentence(file: &[u8]) -> String {
    open(file, &Limits::NETWORK).unwrap_err().to_string()
}

#[test]
fn a_picture_of_a_phone_is_read_in_its_colours_and_the_right_way_up() {
    let opened = open(GRADIENT, &Limits::NETWORK).unwrap();
    assert_eq!(
        (opened.pixels.width(), opened.pixels.height()),
        (96, 64),
        "Exif does not turn what the file turns itself"
    );
    let [above, middle, below] = [2, 32, 61].map(|y| opened.pixels.at(48, y).unwrap());
    assert!(above[0] > 235 && above[2] < 20, "{above:?}");
    assert!(middle[0].abs_diff(middle[2]) < 12 && middle[0].abs_diff(127) < 12, "{middle:?}");
    assert!(below[2] > 235 && below[0] < 20, "{below:?}");
    assert_eq!(opened.notices, BTreeSet::from([Notice::DepthReduced]), "it has 10 bits a channel");
}

#[test]
fn what_it_carried_is_told() {
    let told = open(GRADIENT, &Limits::NETWORK).unwrap().removed;
    let expected = [
        Removed::Place,
        Removed::Camera,
        Removed::SerialNumber,
        Removed::Owner,
        Removed::People,
        Removed::Thumbnail,
        Removed::EditingHistory,
    ];
    assert_eq!(told, BTreeSet::from(expected));
    for (behind, more) in [
        (b"Canary-4711".to_vec(), Removed::BehindTheEnd),
        (boxed(b"mpvd", b"\0\0\0\x10ftypmp42"), Removed::Film),
        (boxed(b"uuid", b"whose it is, and what for"), Removed::ProgramData),
    ] {
        let opened = open(&[GRADIENT, &behind].concat(), &Limits::NETWORK).unwrap();
        assert!(opened.removed.contains(&more), "{:?}", opened.removed);
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    for end in 12..GRADIENT.len() {
        let refused = open(&GRADIENT[..end], &Limits::NETWORK);
        assert!(matches!(refused, Err(IntakeError::Incomplete(_) | IntakeError::Damaged { .. })), "cut at {end}");
    }
}

#[test]
fn sizes_are_refused_before_anything_is_decoded() {
    assert_eq!(sentence(&sized(96, 0)), "the picture has no pixels; choose another file");
    assert!(sentence(&sized(65_535, 65_535)).starts_with("picture is 65535 x 65535 px; the limit is 20000 px a side"));
    assert!(sentence(&sized(15_000, 15_000)).starts_with("picture has 225 megapixels; the limit is 100"));
}

#[test]
fn a_second_picture_of_equal_rank_and_a_film_are_refused() {
    let album = with(b"thmb", 0, b"");
    let at = album.windows(4).position(|kind| kind == b"thmb").unwrap();
    let album = [&album[..at], b"same", &album[at + 4..]].concat();
    assert_eq!(sentence(&album), "this file holds 2 pictures of equal rank; send each as a file of its own");
    let film = [boxed(b"ftyp", b"hevc\0\0\0\0hevcmif1"), boxed(b"moov", b"")].concat();
    assert!(sentence(&film).starts_with("this HEIC is animated; only single pictures are taken"));
    let coded = with(b"hvc1", 0, b"");
    let at = coded.windows(4).position(|kind| kind == b"hvc1").unwrap();
    let other = [&coded[..at], b"av01", &coded[at + 4..]].concat();
    assert!(sentence(&other).contains("its picture is coded otherwise than as HEVC"), "{}", sentence(&other));
}

/// The gradient with another list in place of the one of this kind.
fn with_list(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let number = |at: usize| u32::from_be_bytes(GRADIENT[at..at + 4].try_into().unwrap()) as usize;
    let find = |kind: &[u8; 4]| GRADIENT.windows(4).position(|window| window == kind).unwrap() - 4;
    let (meta, list) = (find(b"meta"), find(kind));
    let behind = list + number(list);
    let lists = [&GRADIENT[meta + 8..list], &boxed(kind, inside), &GRADIENT[behind..meta + number(meta)]].concat();
    [&GRADIENT[..meta], &boxed(b"meta", &lists), &GRADIENT[meta + number(meta)..]].concat()
}

/// Small files whose lists would unfold: places in the file, and references.
pub(crate) fn unfolding() -> [Vec<u8>; 2] {
    // Items of which each stands in thousands of stretches, whose fields have no bytes.
    let stretches = [&[0; 2][..], &4_096_u16.to_be_bytes()].concat();
    let items = (0..4_096_u16).flat_map(|id| [&id.to_be_bytes()[..], &stretches].concat());
    let endless: Vec<u8> = [0, 0, 0, 0, 0, 0, 0x10, 0].into_iter().chain(items).collect();
    assert!(endless.len() < 25_000);
    // References from one picture to thousands, time and again.
    let ids: Vec<u8> = (0..2_000_u16).flat_map(u16::to_be_bytes).collect();
    let reference = boxed(b"dimg", &[&[0, 1][..], &2_000_u16.to_be_bytes(), &ids].concat());
    let references = [&[0; 4][..], &reference.repeat(20)].concat();
    [with_list(b"iloc", &endless), with_list(b"iref", &references)]
}

#[test]
fn lists_that_would_unfold_are_refused_before_they_do() {
    for file in unfolding() {
        assert!(sentence(&file).starts_with("the HEIC is damaged: a list of its pictures is broken off"));
    }
}

#[test]
fn a_turned_and_mirrored_picture_stands_upright() {
    // A property that only describes is made one that turns; it belongs to the picture already.
    let turned = with(b"pixi", 0, b"");
    let at = turned.windows(4).position(|kind| kind == b"pixi").unwrap();
    for (kind, value, sides) in [(b"irot", 1, (64, 96)), (b"irot", 2, (96, 64)), (b"imir", 0, (96, 64))] {
        let file = [&turned[..at], kind, &[value], &turned[at + 5..]].concat();
        let opened = open(&file, &Limits::NETWORK).unwrap();
        assert_eq!((opened.pixels.width(), opened.pixels.height()), sides);
        assert!(opened.notices.contains(&Notice::Turned));
        let first = opened.pixels.at(1, 1).unwrap();
        let is_red = first[0] > first[2];
        assert_eq!(is_red, kind == b"irot" && value == 1, "{kind:?} {value}: {first:?}");
    }
}

#[test]
fn a_file_bent_anywhere_in_its_lists_is_read_or_refused() {
    let pixels_at = GRADIENT.windows(4).position(|kind| kind == b"mdat").unwrap();
    for at in 0..pixels_at {
        for bend in [0xff, 0x01] {
            let mut bent = GRADIENT.to_vec();
            bent[at] ^= bend;
            let _ = open(&bent, &Limits { pixels_max: 10_000, ..Limits::NETWORK });
        }
    }
}
