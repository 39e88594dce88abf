//! Under a cover every decoded pixel has one colour, in the picture that leaves the house.

use anonymizer::{
    COVER_RGB, COVERS_MAX, Cover, CoverError, Limits, MediaType, PLACE_PX_MAX, POINTS_MAX, Point, RADIUS_PX_MAX,
    Region, ReleaseError, Released, check_covers, open,
};
use proptest::{collection::vec, prelude::*};

use crate::writers::{confirmation, encoded, inspection, noise, released};

const WIDE: u32 = 157;
const HIGH: u32 = 91;
/// So far may a smooth colour be moved by writing it as JPEG at the quality of clean pictures.
const CODING_MAX: u8 = 12;

fn point() -> impl Strategy<Value = Point> {
    (0..WIDE, 0..HIGH).prop_map(|(x, y)| Point { x, y })
}

fn region() -> impl Strategy<Value = Region> {
    (0..WIDE, 0..HIGH, 1..WIDE, 1..HIGH).prop_map(|(x, y, width, height)| Region { x, y, width, height })
}

fn cover() -> impl Strategy<Value = Cover> {
    prop_oneof![
        region().prop_map(Cover::Box),
        region().prop_map(Cover::Ellipse),
        vec(point(), 3..9).prop_map(Cover::Polygon),
        (vec(point(), 1..9), 0..20u32).prop_map(|(points, radius)| Cover::Brush { points, radius }),
    ]
}

/// The shape's own definition at the middle of a pixel.
fn hides(cover: &Cover, x: u32, y: u32) -> bool {
    let (px, py) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
    match cover {
        Cover::Box(region) => {
            (region.x..region.x + region.width).contains(&x) && (region.y..region.y + region.height).contains(&y)
        }
        Cover::Ellipse(region) => {
            let (half_wide, half_high) = (f64::from(region.width) / 2.0, f64::from(region.height) / 2.0);
            let (dx, dy) = (px - f64::from(region.x) - half_wide, py - f64::from(region.y) - half_high);
            (dx / half_wide).powi(2) + (dy / half_high).powi(2) <= 1.0
        }
        Cover::Polygon(points) => winding(points, px, py) != 0,
        Cover::Brush { points, radius } => {
            let ends = points.iter().zip(points.iter().skip(1).chain(points.last()));
            ends.into_iter().any(|(from, to)| from_line(*from, *to, px, py) <= f64::from(*radius))
        }
    }
}

fn winding(points: &[Point], px: f64, py: f64) -> i32 {
    let edges = points.iter().zip(points.iter().cycle().skip(1));
    edges.fold(0, |winding, (from, to)| {
        let (ax, ay, bx, by) = (f64::from(from.x), f64::from(from.y), f64::from(to.x), f64::from(to.y));
        let side = (bx - ax) * (py - ay) - (px - ax) * (by - ay);
        match (ay <= py, by <= py) {
            (true, false) if side > 0.0 => winding + 1,
            (false, true) if side < 0.0 => winding - 1,
            _ => winding,
        }
    })
}

fn from_line(from: Point, to: Point, px: f64, py: f64) -> f64 {
    let (ax, ay) = (f64::from(from.x) + 0.5, f64::from(from.y) + 0.5);
    let (dx, dy) = (f64::from(to.x) + 0.5 - ax, f64::from(to.y) + 0.5 - ay);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 { (((px - ax) * dx + (py - ay) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (px - ax - along * dx).hypot(py - ay - along * dy)
}

fn covered(covers: &[Cover]) -> Released {
    released(inspection(noise(WIDE, HIGH)), covers, confirmation(), &Limits::NETWORK).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_pixel_under_any_cover_is_one_colour_after_decoding(covers in vec(cover(), 1..4)) {
        let released = covered(&covers);
        let decoded = image::load_from_memory(released.picture.bytes()).unwrap().to_rgb8();
        for (x, y, pixel) in decoded.enumerate_pixels() {
            if covers.iter().any(|cover| hides(cover, x, y)) {
                prop_assert_eq!(pixel.0, COVER_RGB, "at {}, {}", x, y);
            }
        }
    }

    #[test]
    fn what_was_under_a_cover_changes_no_byte(region in region()) {
        let covers = [Cover::Box(region)];
        let mut other = noise(WIDE, HIGH).rgb().to_vec();
        for y in region.y..(region.y + region.height).min(HIGH) {
            for x in region.x..(region.x + region.width).min(WIDE) {
                let start = ((y * WIDE + x) * 3) as usize;
                other[start..start + 3].copy_from_slice(&[1, 2, 3]);
            }
        }
        let other = anonymizer::Pixels::new(WIDE, HIGH, other).unwrap();
        let other = released(inspection(other), &covers, confirmation(), &Limits::NETWORK).unwrap();
        prop_assert_eq!(covered(&covers), other, "picture and preview are the same, whatever was hidden");
    }
}

/// A picture of four smooth colours in every kind of file, so that no coding is far from it.
fn files() -> Vec<Vec<u8>> {
    let smooth = |x: u32, y: u32| image::Rgb([(x * 255 / WIDE) as u8, (y * 255 / HIGH) as u8, ((x + y) / 2) as u8]);
    let picture = image::DynamicImage::ImageRgb8(image::RgbImage::from_fn(WIDE, HIGH, smooth));
    let formats =
        [image::ImageFormat::Jpeg, image::ImageFormat::Png, image::ImageFormat::WebP, image::ImageFormat::Tiff];
    let grey = image::DynamicImage::ImageLuma16(picture.to_luma16());
    let clear = image::DynamicImage::ImageRgba8(picture.to_rgba8());
    let mut files: Vec<_> = formats.map(|format| encoded(&picture, format)).into();
    files.extend([encoded(&grey, image::ImageFormat::Png), encoded(&clear, image::ImageFormat::WebP)]);
    files.push(include_bytes!("../pictures/gradient.heic").to_vec());
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn from_any_kind_of_file_only_coding_changes_what_no_cover_hides(
        file in prop::sample::select(files()),
        covers in vec(region().prop_map(Cover::Box), 0..4),
    ) {
        let opened = open(&file, &Limits::NETWORK).unwrap();
        let (wide, high) = (opened.pixels.width(), opened.pixels.height());
        let inside = |cover: &Cover| check_covers(std::slice::from_ref(cover), wide, high).is_ok();
        let covers: Vec<Cover> = covers.into_iter().filter(inside).collect();
        let clean = released(inspection(opened.pixels.clone()), &covers, confirmation(), &Limits::NETWORK).unwrap();
        let clean = open(clean.picture.bytes(), &Limits::NETWORK).unwrap().pixels;
        prop_assert_eq!((clean.width(), clean.height()), (wide, high));
        for (x, y) in (0..high).flat_map(|y| (0..wide).map(move |x| (x, y))) {
            let (before, after) = (opened.pixels.at(x, y).unwrap(), clean.at(x, y).unwrap());
            // A cover grows to whole blocks of 8 x 8 px.
            let block = Region { x: x / 8 * 8, y: y / 8 * 8, width: 8, height: 8 };
            let is_near = covers.iter().any(|cover| matches!(cover, Cover::Box(region) if overlap(region, &block)));
            if covers.iter().any(|cover| hides(cover, x, y)) {
                prop_assert_eq!(after, COVER_RGB, "at {}, {}", x, y);
            } else if !is_near {
                let apart = before.iter().zip(after).map(|(before, after)| before.abs_diff(after)).max().unwrap();
                prop_assert!(apart <= CODING_MAX, "{:?} became {:?} at {}, {}", before, after, x, y);
            }
        }
    }
}

fn overlap(one: &Region, other: &Region) -> bool {
    one.x < other.x + other.width
        && other.x < one.x + one.width
        && one.y < other.y + other.height
        && other.y < one.y + one.height
}

#[test]
fn outside_of_the_covered_blocks_nothing_changes() {
    let open = image::load_from_memory(covered(&[]).picture.bytes()).unwrap().to_rgb8();
    let region = Region { x: 40, y: 24, width: 30, height: 20 };
    let covered = image::load_from_memory(covered(&[Cover::Box(region)]).picture.bytes()).unwrap().to_rgb8();
    let mut hidden = 0;
    for (x, y, pixel) in covered.enumerate_pixels() {
        if (40..72).contains(&x) && (24..48).contains(&y) {
            assert_eq!(pixel.0, COVER_RGB);
            hidden += 1;
        } else {
            assert_eq!(pixel, open.get_pixel(x, y), "at {x}, {y}");
        }
    }
    assert_eq!(hidden, 32 * 24);
}

#[test]
fn a_drawing_is_released_without_loss() {
    let rgb: Vec<u8> = (0..300u32 * 200).flat_map(|n| if n / 300 % 20 == 0 { [200, 0, 0] } else { [255; 3] }).collect();
    let drawing = anonymizer::Pixels::new(300, 200, rgb).unwrap();
    let cover = Cover::Ellipse(Region { x: 100, y: 50, width: 60, height: 60 });
    let released =
        released(inspection(drawing.clone()), std::slice::from_ref(&cover), confirmation(), &Limits::NETWORK).unwrap();
    assert_eq!(released.picture.media_type(), MediaType::Png);
    let decoded = image::load_from_memory(released.picture.bytes()).unwrap().to_rgb8();
    assert_eq!(Some(decoded.get_pixel(10, 20).0), drawing.at(10, 20));
    for (x, y, pixel) in decoded.enumerate_pixels().filter(|(x, y, _)| hides(&cover, *x, *y)) {
        assert_eq!(pixel.0, COVER_RGB, "at {x}, {y}");
    }
}

#[test]
fn a_cover_that_cannot_be_drawn_is_refused() {
    let region = |x, y, width, height| Cover::Box(Region { x, y, width, height });
    let points = |count: usize| vec![Point { x: 1, y: 1 }; count];
    let whole = region(0, 0, WIDE, HIGH);
    for (covers, expected) in [
        (vec![whole.clone(); COVERS_MAX + 1], CoverError::TooMany(COVERS_MAX + 1)),
        (vec![Cover::Polygon(points(POINTS_MAX + 1))], CoverError::TooManyPoints(POINTS_MAX + 1)),
        (vec![Cover::Polygon(points(POINTS_MAX)); 17], CoverError::TooManyPointsTogether(17 * POINTS_MAX)),
        (vec![Cover::Polygon(points(2))], CoverError::TooFewPoints { points: 2, points_min: 3 }),
        (vec![Cover::Brush { points: vec![], radius: 3 }], CoverError::TooFewPoints { points: 0, points_min: 1 }),
        (
            vec![Cover::Brush { points: points(500), radius: RADIUS_PX_MAX }],
            CoverError::TooMuchBrush(500 * (2 * u64::from(RADIUS_PX_MAX) + 1)),
        ),
        (
            vec![Cover::Brush { points: vec![Point { x: 1, y: 1 }, Point { x: 1, y: PLACE_PX_MAX + 1 }], radius: 4 }],
            CoverError::TooFar(PLACE_PX_MAX + 1),
        ),
        (vec![Cover::Brush { points: points(1), radius: RADIUS_PX_MAX + 1 }], CoverError::TooWide(RADIUS_PX_MAX + 1)),
        (vec![whole.clone(), region(WIDE, 0, 5, 5)], CoverError::HidesNothing(1)),
        (vec![region(3, 3, 0, 9)], CoverError::HidesNothing(0)),
        (vec![region(u32::MAX, u32::MAX, u32::MAX, u32::MAX)], CoverError::HidesNothing(0)),
        (vec![Cover::Brush { points: vec![Point { x: PLACE_PX_MAX, y: 1 }], radius: 9 }], CoverError::HidesNothing(0)),
    ] {
        assert_eq!(check_covers(&covers, WIDE, HIGH), Err(expected));
        let refused = released(inspection(noise(WIDE, HIGH)), &covers, confirmation(), &Limits::NETWORK);
        assert_eq!(refused, Err(ReleaseError::Cover(expected)));
    }
    assert_eq!(check_covers(&vec![whole; COVERS_MAX], WIDE, HIGH), Ok(()));
}
