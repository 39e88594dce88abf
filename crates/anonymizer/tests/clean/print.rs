//! Print burned into ultrasound frames is covered before anybody looks, however it is turned; skin and hair are not print.

use anonymizer::{
    Capture, Finder, Finding, FindingKind, Limits, Pixels, Print, Region, Search, Searched, Sureness, find_print,
    inspect,
};
use image::DynamicImage;
use sha2::{Digest, Sha256};

const SHOULDER: &[u8] = include_bytes!("../pictures/ultrasound_shoulder.png");
const PELVIS: &[u8] = include_bytes!("../pictures/ultrasound_pelvis.png");
const FACE: &[u8] = include_bytes!("../pictures/face.png");

const fn at(x: u32, y: u32, width: u32, height: u32) -> Region {
    Region { x, y, width, height }
}

/// The identifying lines of each frame, by hand.
const SHOULDER_LINES: [Region; 7] = [
    at(109, 0, 136, 27),
    at(404, 0, 165, 27),
    at(607, 2, 203, 24),
    at(837, 2, 112, 22),
    at(110, 25, 114, 24),
    at(831, 25, 118, 24),
    at(169, 621, 368, 25),
];
const PELVIS_LINES: [Region; 3] = [at(79, 1, 173, 13), at(550, 1, 89, 13), at(547, 11, 92, 15)];

fn texts(picture: &DynamicImage) -> Vec<Finding> {
    let pixels = Pixels::new(picture.width(), picture.height(), picture.to_rgb8().into_raw()).unwrap();
    let (findings, search) = find_print(&pixels, Capture::of(&pixels));
    assert_eq!(search, Search::Finished);
    findings
}

fn holds(finding: &Finding, x: u32, y: u32) -> bool {
    let cover = finding.proposal;
    (cover.x..cover.x + cover.width).contains(&x) && (cover.y..cover.y + cover.height).contains(&y)
}

/// The share of a line under what is covered before anybody looked, in hundredths.
fn covered(findings: &[Finding], line: Region) -> u32 {
    let is_hidden = |(x, y): &(u32, u32)| {
        findings.iter().any(|finding| finding.sureness == Sureness::Sure && holds(finding, *x, *y))
    };
    let places = (0..line.height).flat_map(|y| (0..line.width).map(move |x| (line.x + x, line.y + y)));
    places.filter(is_hidden).count() as u32 * 100 / (line.width * line.height)
}

fn turned(line: Region, height: u32) -> Region {
    at(height - line.y - line.height, line.x, line.height, line.width)
}

#[test]
fn identifying_print_is_covered_however_the_picture_is_turned() {
    for (file, lines) in [(SHOULDER, SHOULDER_LINES.as_slice()), (PELVIS, PELVIS_LINES.as_slice())] {
        let (mut picture, mut lines) = (image::load_from_memory(file).unwrap(), lines.to_vec());
        for quarter in 0..4 {
            let findings = texts(&picture);
            for line in &lines {
                assert!(
                    covered(&findings, *line) >= 85,
                    "{quarter} quarters, {line:?}: {} %",
                    covered(&findings, *line)
                );
            }
            lines = lines.into_iter().map(|line| turned(line, picture.height())).collect();
            picture = picture.rotate90();
        }
    }
}

#[test]
fn what_is_taken_in_is_searched_for_print_and_codes() {
    let seen = inspect(SHOULDER, &Limits::NETWORK).unwrap();
    for finder in [Finder::Lines, Finder::Codes] {
        assert!(seen.searched.contains(&Searched { finder, search: Search::Finished }), "{finder}");
    }
    assert_eq!(covered(&seen.findings, SHOULDER_LINES[0]), 100);
}

#[test]
fn a_line_is_told_by_what_it_seems_to_be() {
    let findings = texts(&image::load_from_memory(SHOULDER).unwrap());
    let expected = [(170, 12, Print::Name), (700, 12, Print::Name), (890, 12, Print::Date), (170, 37, Print::Number)];
    for (x, y, print) in expected {
        let found = findings.iter().find(|finding| holds(finding, x, y)).map(|finding| finding.kind);
        assert_eq!(found, Some(FindingKind::Text(print)), "at {x}, {y}");
    }
}

#[test]
fn print_in_a_photograph_is_covered_where_it_can_be_read_and_a_face_is_no_print() {
    let mut photograph = image::load_from_memory(FACE).unwrap();
    assert!(texts(&photograph).is_empty());
    let name = image::load_from_memory(SHOULDER).unwrap().crop_imm(109, 0, 140, 50);
    image::imageops::overlay(&mut photograph, &name, 20, 340);
    assert!(covered(&texts(&photograph), at(20, 342, 114, 22)) >= 85);
}

#[test]
fn what_the_caller_knows_to_be_drawn_is_covered_though_nobody_can_read_it() {
    let frame = image::load_from_memory(SHOULDER).unwrap().to_rgb8();
    // The brand of the device alone, upside down and in a mirror.
    let brand = image::imageops::crop_imm(&frame, 0, 10, 100, 34).to_image();
    let mut ground = image::RgbImage::new(400, 300);
    image::imageops::overlay(&mut ground, &image::imageops::flip_vertical(&brand), 150, 130);
    let pixels = Pixels::new(400, 300, ground.into_raw()).unwrap();
    let sure = |capture| {
        let (findings, search) = find_print(&pixels, capture);
        assert_eq!(search, Search::Finished);
        findings.into_iter().any(|finding| finding.sureness == Sureness::Sure && holds(&finding, 200, 147))
    };
    assert!(sure(Capture::Screen));
    assert!(!sure(Capture::Camera));
}

#[test]
fn there_is_no_print_on_an_even_surface() {
    let grey = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(300, 200, image::Luma([140])));
    assert!(texts(&grey).is_empty());
}

#[test]
fn the_models_are_those_that_manifests_name() {
    let files: [(&str, &[u8]); 2] = [
        ("ch_PP-OCRv4_det_infer.onnx", include_bytes!("../../models/ch_PP-OCRv4_det_infer.onnx")),
        ("ch_PP-OCRv4_rec_infer.onnx", include_bytes!("../../models/ch_PP-OCRv4_rec_infer.onnx")),
    ];
    let sums = include_str!("../../models/SHA256SUMS");
    let mut both = Sha256::new();
    for (name, bytes) in files {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(sums.contains(&format!("{hash}  {name}")), "{name}");
        both.update(bytes);
    }
    assert_eq!(Finder::Lines.model_sha256(), Some(both.finalize().into()));
}
