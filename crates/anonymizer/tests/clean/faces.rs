//! Faces are proposed upright and turned, with and without a mask, and nothing is proposed where there is nothing.

use anonymizer::{Doubt, Inspection, Limits, Region, inspect, look_at, warm};
use image::{DynamicImage, ImageFormat};

use crate::writers::{encoded, png};

const FACE: &[u8] = include_bytes!("../pictures/face.png");
const FACE_AT: Region = Region { x: 90, y: 119, width: 97, height: 145 };
const MASKED: &[u8] = include_bytes!("../pictures/masked_face.png");
const MASKED_AT: Region = Region { x: 145, y: 45, width: 104, height: 132 };
/// A portrait with much hair, and its head by hand, from hair to chin.
const PORTRAIT: &[u8] = include_bytes!("../../../../node/demo/pictures/portrait.jpg");
const PORTRAIT_HEAD_AT: Region = Region { x: 153, y: 14, width: 148, height: 176 };

fn inspected(picture: &DynamicImage) -> Inspection {
    inspect(&encoded(picture, ImageFormat::Png), &Limits::NETWORK).unwrap()
}

/// The share of a labelled face under the proposals, in hundredths.
fn covered(seen: &Inspection, face: Region) -> u32 {
    let hidden = |x: u32, y: u32| {
        seen.findings.iter().any(|finding| {
            let cover = finding.proposal;
            (cover.x..cover.x + cover.width).contains(&x) && (cover.y..cover.y + cover.height).contains(&y)
        })
    };
    let places = (0..face.height).flat_map(|y| (0..face.width).map(move |x| (face.x + x, face.y + y)));
    places.filter(|(x, y)| hidden(*x, *y)).count() as u32 * 100 / (face.width * face.height)
}

/// Where a region lies after the picture was turned a quarter clockwise.
fn turned(region: Region, height: u32) -> Region {
    Region { x: height - region.y - region.height, y: region.x, width: region.height, height: region.width }
}

#[test]
fn a_face_is_covered_however_the_picture_is_turned() {
    for (file, face) in [(FACE, FACE_AT), (MASKED, MASKED_AT)] {
        let (mut picture, mut face) = (image::load_from_memory(file).unwrap(), face);
        for quarter in 0..4 {
            let seen = inspected(&picture);
            assert!(!seen.has_unsearched());
            assert!(covered(&seen, face) >= 95, "{quarter} quarters: {} %", covered(&seen, face));
            face = turned(face, picture.height());
            picture = picture.rotate90();
        }
    }
}

#[test]
fn the_whole_head_is_covered_hair_too_however_the_picture_is_turned() {
    let (mut picture, mut head) = (image::load_from_memory(PORTRAIT).unwrap(), PORTRAIT_HEAD_AT);
    for quarter in 0..4 {
        assert_eq!(covered(&inspected(&picture), head), 100, "{quarter} quarters");
        head = turned(head, picture.height());
        picture = picture.rotate90();
    }
}

#[test]
fn a_face_in_a_large_photograph_is_covered_in_its_own_pixels() {
    let picture =
        image::load_from_memory(FACE).unwrap().resize_exact(1_505, 2_000, image::imageops::FilterType::Triangle);
    let face = Region { x: 450, y: 595, width: 485, height: 725 };
    assert!(covered(&inspected(&picture), face) >= 95);
}

#[test]
fn findings_lie_within_the_picture_and_the_surest_comes_first() {
    let seen = inspect(FACE, &Limits::NETWORK).unwrap();
    let (width, height) = (seen.pixels.width(), seen.pixels.height());
    for finding in &seen.findings {
        for region in [finding.region, finding.proposal] {
            assert!(region.x + region.width <= width && region.y + region.height <= height, "{region:?}");
        }
    }
    assert!(seen.findings.is_sorted_by_key(|finding| finding.sureness));
}

#[test]
fn the_first_look_is_told_once_and_has_the_upright_face() {
    let mut told = Vec::new();
    let seen = inspect(FACE, &Limits::NETWORK).unwrap();
    look_at(FACE, &Limits::NETWORK, &mut |size, sight| told.push((size, sight.findings.clone()))).unwrap();
    let [(size, findings)] = told.as_slice() else { unreachable!("told {} times", told.len()) };
    assert_eq!(*size, (seen.pixels.width(), seen.pixels.height()));
    assert!(covered(&Inspection { findings: findings.clone(), ..seen }, FACE_AT) >= 95);
}

#[test]
fn much_skin_without_a_face_makes_a_person_look() {
    let even = |rgb| DynamicImage::ImageRgb8(image::RgbImage::from_pixel(300, 200, image::Rgb(rgb)));
    assert_eq!(inspected(&even([198, 134, 96])).doubts, [Doubt::SkinWithoutFace].into());
    assert!(inspected(&even([60, 110, 160])).doubts.is_empty());
    assert!(inspect(FACE, &Limits::NETWORK).unwrap().doubts.is_empty());
}

#[test]
fn every_model_of_this_build_loads() {
    assert_eq!(warm(), Ok(()));
}

#[test]
fn nothing_is_found_on_an_even_surface() {
    let grey = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(300, 200, image::Luma([140])));
    let seen = inspected(&grey);
    assert!(seen.findings.is_empty());
    assert!(!seen.has_unsearched());
}

#[test]
fn a_strip_too_narrow_for_any_face_counts_as_not_searched() {
    let seen = inspect(&png(), &Limits::NETWORK).unwrap();
    assert!(seen.has_unsearched() && seen.findings.is_empty());
}
