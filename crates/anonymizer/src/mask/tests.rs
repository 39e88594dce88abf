//! Which pixels a cover hides.

use super::*;

const SIDE: u32 = 100;

fn mask(cover: Cover) -> Mask {
    Mask::of(&[cover], SIDE, SIDE)
}

/// Checks that every pixel for which the shape's own definition holds is covered, and that no block far from it is.
fn check(cover: Cover, is_inside: impl Fn(f64, f64) -> bool) {
    let mask = mask(cover.clone());
    let near = |x: u32, y: u32| {
        let (left, top) = (x / BLOCK_PX * BLOCK_PX, y / BLOCK_PX * BLOCK_PX);
        (0..=BLOCK_PX * 4).any(|dx| {
            (0..=BLOCK_PX * 4)
                .any(|dy| is_inside(f64::from(left) + f64::from(dx) / 4.0, f64::from(top) + f64::from(dy) / 4.0))
        })
    };
    for y in 0..SIDE {
        for x in 0..SIDE {
            if is_inside(f64::from(x) + 0.5, f64::from(y) + 0.5) {
                assert!(mask.covers(x, y), "{cover:?} leaves {x}, {y} open");
            } else if mask.covers(x, y) {
                assert!(near(x, y), "{cover:?} hides {x}, {y}, whose block it does not touch");
            }
        }
    }
}

#[test]
fn a_box_covers_every_block_that_it_touches() {
    let region = Region { x: 13, y: 7, width: 20, height: 30 };
    check(Cover::Box(region), |x, y| (13.0..33.0).contains(&x) && (7.0..37.0).contains(&y));
    let mask = mask(Cover::Box(region));
    assert!(mask.covers(8, 0) && mask.covers(39, 39));
    assert!(!mask.covers(7, 0) && !mask.covers(40, 39) && !mask.covers(39, 40));
}

#[test]
fn an_ellipse_covers_its_inside_and_not_the_corners_of_its_box() {
    let region = Region { x: 9, y: 3, width: 81, height: 90 };
    let inside = |x: f64, y: f64| ((x - 49.5) / 40.5).powi(2) + ((y - 48.0) / 45.0).powi(2) <= 1.0;
    check(Cover::Ellipse(region), inside);
    assert!(!mask(Cover::Ellipse(region)).covers(9, 3));
}

#[test]
fn a_polygon_covers_what_it_encloses_twice_too() {
    let star = [(50, 2), (79, 96), (3, 36), (97, 36), (21, 96)].map(|(x, y)| Point { x, y });
    let mask = mask(Cover::Polygon(star.to_vec()));
    assert!(mask.covers(50, 50), "the middle of a star is enclosed twice");
    assert!(mask.covers(50, 10) && !mask.covers(20, 10));
}

#[test]
fn a_triangle_covers_its_inside() {
    let corners = [(10.0, 10.0), (90.0, 20.0), (30.0, 85.0)];
    let side = |a: (f64, f64), b: (f64, f64), x: f64, y: f64| (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
    let inside = |x: f64, y: f64| (0..3).all(|n| side(corners[n], corners[(n + 1) % 3], x, y) >= 0.0);
    check(Cover::Polygon(corners.map(|(x, y)| Point { x: x as u32, y: y as u32 }).to_vec()), inside);
}

#[test]
fn a_brush_covers_all_within_its_radius() {
    let (a, b, radius) = ((20.5, 30.5), (80.5, 70.5), 9.5);
    let inside = |x: f64, y: f64| {
        let along =
            (((x - a.0) * (b.0 - a.0) + (y - a.1) * (b.1 - a.1)) / (60.0f64.powi(2) + 40.0f64.powi(2))).clamp(0.0, 1.0);
        (x - a.0 - along * 60.0).hypot(y - a.1 - along * 40.0) <= radius
    };
    let points = vec![Point { x: 20, y: 30 }, Point { x: 80, y: 70 }];
    check(Cover::Brush { points, radius: 9 }, inside);
}

#[test]
fn a_touch_of_the_brush_and_a_flat_polygon_hide_their_blocks() {
    assert!(mask(Cover::Brush { points: vec![Point { x: 99, y: 99 }], radius: 0 }).covers(99, 99));
    let flat = [(10, 50), (90, 50), (50, 50)].map(|(x, y)| Point { x, y });
    let mask = mask(Cover::Polygon(flat.to_vec()));
    assert!((10..90).all(|x| mask.covers(x, 50)));
}

#[test]
fn shapes_beyond_the_picture_are_clipped() {
    let far = u32::MAX;
    for cover in [
        Cover::Box(Region { x: 90, y: 90, width: far, height: far }),
        Cover::Ellipse(Region { x: 20, y: 20, width: 200, height: 200 }),
        Cover::Polygon([(50, 50), (far, 50), (50, far)].map(|(x, y)| Point { x, y }).to_vec()),
        Cover::Brush { points: vec![Point { x: far, y: far }, Point { x: 99, y: 99 }], radius: 4_096 },
    ] {
        let mask = mask(cover);
        assert!(mask.covers(99, 99) && !mask.covers(100, 99));
    }
}
