//! A picture stands upright, whichever way the camera was held and whichever file says so.

use anonymizer::{Limits, Notice, inspect};
use image::{DynamicImage, ExtendedColorType, RgbImage};

use crate::writers::{
    HEIGHT, WIDTH, canvas, chunk, encoded, entry, exif, grey_tags, jpeg, jpeg_with, png_of, png_with, riff, riff_chunk,
    segment, tiff_of,
};

/// 30 x 20 px: red, green / blue, white quarters, so that each corner tells where it came from.
fn quarters() -> RgbImage {
    RgbImage::from_fn(32, 16, |x, y| {
        image::Rgb(match (x < 16, y < 8) {
            (true, true) => [255, 0, 0],
            (false, true) => [0, 255, 0],
            (true, false) => [0, 0, 255],
            (false, false) => [255, 255, 255],
        })
    })
}

/// Corners from the upper left, clockwise.
const GOLDEN: [(u16, (u32, u32), &str); 8] = [
    (1, (32, 16), "rgwb"),
    (2, (32, 16), "grbw"),
    (3, (32, 16), "wbrg"),
    (4, (32, 16), "bwgr"),
    (5, (16, 32), "rbwg"),
    (6, (16, 32), "brgw"),
    (7, (16, 32), "wgrb"),
    (8, (16, 32), "gwbr"),
];

fn corners(file: &[u8]) -> ((u32, u32), String, bool) {
    let seen = inspect(file, &Limits::NETWORK).unwrap();
    let (width, height) = (seen.pixels.width(), seen.pixels.height());
    let name = |(x, y)| match seen.pixels.at(x, y).unwrap().map(|channel| channel > 127) {
        [true, false, false] => 'r',
        [false, true, false] => 'g',
        [false, false, true] => 'b',
        [true, true, true] => 'w',
        _ => '?',
    };
    let at = [(2, 2), (width - 3, 2), (width - 3, height - 3), (2, height - 3)];
    ((width, height), at.into_iter().map(name).collect(), seen.notices.contains(&Notice::Turned))
}

#[test]
fn all_eight_orientations_stand_upright_in_every_format() {
    let stored = quarters();
    let png = png_of(stored.as_raw(), 32, 16, ExtendedColorType::Rgb8);
    let stored = DynamicImage::ImageRgb8(stored);
    let jpeg = encoded(&stored, image::ImageFormat::Jpeg);
    let webp = encoded(&stored, image::ImageFormat::WebP);
    for (orientation, size, expected) in GOLDEN {
        let exif = exif(orientation, b"no canary", b"");
        let is_turned = orientation != 1;
        for file in [
            jpeg_with(&jpeg, &[segment(0xe1, &[b"Exif\0\0".as_slice(), &exif].concat())]),
            png_with(&png, &[chunk(b"eXIf", &exif)]),
            riff(&[canvas(8, 32, 16), webp[12..].to_vec(), riff_chunk(b"EXIF", &exif)]),
        ] {
            assert_eq!(corners(&file), (size, expected.to_owned(), is_turned), "orientation {orientation}");
        }
    }
}

#[test]
fn the_first_block_that_tells_how_the_camera_was_held_counts() {
    let jpeg = encoded(&DynamicImage::ImageRgb8(quarters()), image::ImageFormat::Jpeg);
    let block = |orientation| segment(0xe1, &[b"Exif\0\0".as_slice(), &exif(orientation, b"no canary", b"")].concat());
    for (first, second, counts) in [(1, 6, 0), (6, 1, 5), (3, 8, 2), (9, 6, 5)] {
        let (orientation, size, expected) = GOLDEN[counts];
        let turned = corners(&jpeg_with(&jpeg, &[block(first), block(second)]));
        assert_eq!(turned, (size, expected.to_owned(), orientation != 1), "{first}, then {second}");
    }
}

#[test]
fn a_tiff_is_turned_by_its_own_tag() {
    let turned = [grey_tags(WIDTH, HEIGHT), vec![entry(0x0112, 3, 1, 6)]].concat();
    let seen = inspect(&tiff_of(&turned, 0, b""), &Limits::NETWORK).unwrap();
    assert_eq!((seen.pixels.width(), seen.pixels.height()), (HEIGHT, WIDTH));
    assert_eq!(seen.pixels.at(1, 0), Some([0; 3]), "the first stored pixel is at the upper right");
}

#[test]
fn an_orientation_that_does_not_exist_turns_nothing() {
    for orientation in [0, 9, 0xffff] {
        let exif = [b"Exif\0\0".as_slice(), &exif(orientation, b"no canary", b"")].concat();
        let seen = inspect(&jpeg_with(&jpeg(), &[segment(0xe1, &exif)]), &Limits::NETWORK).unwrap();
        assert_eq!((seen.pixels.width(), seen.pixels.height()), (WIDTH, HEIGHT));
        assert!(!seen.notices.contains(&Notice::Turned));
    }
}
