//! Depths, channels, palettes and transparency each have one defined result.

use std::collections::BTreeSet;

use anonymizer::{Inspection, Limits, Notice, Removed, inspect};
use image::ExtendedColorType;

use crate::writers::{chunk, jpeg, jpeg_with, png, png_header, png_of, png_with, segment, tiff, zlib};

fn inspected(file: &[u8]) -> Inspection {
    inspect(file, &Limits::NETWORK).unwrap()
}

fn check(file: &[u8], first_pixels: &[[u8; 3]], notices: &[Notice]) {
    let seen = inspected(file);
    let pixels: Vec<_> = (0..first_pixels.len() as u32).map(|x| seen.pixels.at(x, 0).unwrap()).collect();
    assert_eq!(pixels, first_pixels);
    assert_eq!(seen.notices, notices.iter().copied().collect::<BTreeSet<_>>());
}

#[test]
fn transparent_parts_lie_over_white() {
    let rgba = [200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 51].repeat(2);
    check(
        &png_of(&rgba, 6, 1, ExtendedColorType::Rgba8),
        &[[200, 100, 0], [255; 3], [244, 224, 204]],
        &[Notice::LaidOverWhite],
    );
    check(&png_of(&[0, 0, 0, 255], 2, 1, ExtendedColorType::La8), &[[255; 3], [0; 3]], &[Notice::LaidOverWhite]);
}

#[test]
fn sixteen_bits_become_eight() {
    let grey: Vec<u8> = [0u16, 257, 32_768, 65_535].iter().flat_map(|grey| grey.to_ne_bytes()).collect();
    check(&png_of(&grey, 4, 1, ExtendedColorType::L16), &[[0; 3], [1; 3], [128; 3], [255; 3]], &[Notice::DepthReduced]);
    let rgba: Vec<u8> = [65_535u16, 0, 257, 65_535, 0, 0, 0, 0].iter().flat_map(|c| c.to_ne_bytes()).collect();
    check(
        &png_of(&rgba, 2, 1, ExtendedColorType::Rgba16),
        &[[255, 0, 1], [255; 3]],
        &[Notice::DepthReduced, Notice::LaidOverWhite],
    );
}

#[test]
fn a_palette_with_transparency_is_unfolded() {
    let rows = [0, 0b0001_1011];
    let file = [
        png_header(4, 1, 2, 3),
        chunk(b"PLTE", &[255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]),
        chunk(b"tRNS", &[255, 255, 0]),
        chunk(b"IDAT", &zlib(&rows)),
        chunk(b"IEND", b""),
    ]
    .concat();
    check(&file, &[[255, 0, 0], [0, 255, 0], [255; 3], [9; 3]], &[Notice::LaidOverWhite]);
}

#[test]
fn one_bit_and_grey_pictures_are_unfolded() {
    let file = [png_header(8, 1, 1, 0), chunk(b"IDAT", &zlib(&[0, 0b1010_0000])), chunk(b"IEND", b"")].concat();
    check(&file, &[[255; 3], [0; 3], [255; 3], [0; 3]], &[]);
    check(&png_of(&[7, 8], 2, 1, ExtendedColorType::L8), &[[7; 3], [8; 3]], &[]);
    check(&tiff(), &[[0; 3], [1; 3], [2; 3]], &[]);
}

#[test]
fn the_smallest_picture_is_one() {
    check(&png_of(&[1, 2, 3], 1, 1, ExtendedColorType::Rgb8), &[[1, 2, 3]], &[]);
}

#[test]
fn print_colours_of_a_jpeg_are_converted_and_told() {
    let mut file = Vec::new();
    let cmyk = [0, 255, 255, 0].repeat(64 * 8);
    jpeg_encoder::Encoder::new(&mut file, 95).encode(&cmyk, 64, 8, jpeg_encoder::ColorType::Cmyk).unwrap();
    let seen = inspected(&file);
    let [red, green, blue] = seen.pixels.at(30, 4).unwrap();
    assert!(red > 240 && green < 15 && blue < 15, "{red} {green} {blue}");
    assert!(seen.notices.contains(&Notice::PrintColours));
}

#[test]
fn a_colour_profile_is_applied_before_it_is_dropped() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let red = png_of(&[200, 80, 80].repeat(64), 64, 1, ExtendedColorType::Rgb8);
    let packed = [b"P3\0\0".as_slice(), &zlib(&profile)].concat();
    let seen = inspected(&png_with(&red, &[chunk(b"iCCP", &packed)]));
    let [r, g, b] = seen.pixels.at(0, 0).unwrap();
    assert!(r > 205 && g < 80 && b < 82, "{r} {g} {b}");
    assert!(seen.notices.contains(&Notice::ColoursConverted) && seen.removed.contains(&Removed::ColourProfile));
    let mark = b"ICC_PROFILE\0".as_slice();
    let (first, second) = profile.split_at(profile.len() / 2);
    let parts = [[mark, &[2, 2], second].concat(), [mark, &[1, 2], first].concat()];
    let seen = inspected(&jpeg_with(&jpeg(), &parts.map(|part| segment(0xe2, &part))));
    assert!(seen.notices.contains(&Notice::ColoursConverted), "parts in the wrong order are put in order");
}

#[test]
fn a_profile_that_cannot_be_read_is_told() {
    let seen = inspected(&png_with(&png(), &[chunk(b"iCCP", b"name\0\0no zlib at all")]));
    assert!(seen.notices.contains(&Notice::ColoursMayDiffer));
}
