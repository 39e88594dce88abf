//! Hits in, findings out; and where a view lies in its picture.

use crate::{
    faces::{
        hit::{Area, Hit},
        may_miss_one,
        merge::merged,
        view::View,
    },
    finding::{Finder, Sureness},
    pixels::Pixels,
    pyramid::Pyramid,
};

const FACE: Area = Area { x: 400.0, y: 300.0, width: 100.0, height: 140.0 };
const MARK: [u8; 3] = [255, 0, 0];

fn grey(width: u32, height: u32) -> Pixels {
    Pixels::new(width, height, vec![128; (width * height * 3) as usize]).expect("a buffer of that size")
}

fn hit(score: f64, quarters: u32, face: Area) -> Hit {
    Hit { finder: Finder::CenterFace, score, face, quarters }
}

#[test]
fn many_looks_at_one_face_are_one_finding_with_the_surest_voice_of_each_finder() {
    let theirs = Hit { finder: Finder::Rustface, ..hit(9.0, 0, FACE) };
    let nearby = Area { x: 410.0, ..FACE };
    let findings = merged(&[theirs, hit(0.5, 0, nearby), hit(0.8, 0, FACE)], &grey(1_000, 800));
    assert_eq!(findings.len(), 1);
    let voices: Vec<_> = findings[0].voices.iter().map(|voice| (voice.finder, voice.score_thousandths)).collect();
    assert_eq!(voices, [(Finder::CenterFace, 800), (Finder::Rustface, 9_000)]);
    assert_eq!((findings[0].region.x, findings[0].region.width), (400, 100));
}

#[test]
fn skin_is_a_doubt_unless_a_finder_is_sure_of_a_face() {
    let even = |rgb: [u8; 3]| Pixels::new(1_000, 800, rgb.repeat(800_000)).expect("a buffer of that size");
    let (skin, cloth) = (even([198, 134, 96]), even([60, 110, 160]));
    let is_doubt = |pixels: &Pixels, hits: &[Hit]| {
        may_miss_one(&merged(hits, pixels), &Pyramid::of(pixels).expect("it can be made smaller"))
    };
    let (sure, unsure) = (hit(0.9, 0, FACE), hit(0.16, 0, FACE));
    assert!(is_doubt(&skin, &[]) && is_doubt(&skin, &[unsure]) && !is_doubt(&skin, &[sure]));
    assert!(!is_doubt(&cloth, &[unsure]));
}

#[test]
fn neighbours_stay_apart() {
    let neighbour = Area { x: 480.0, ..FACE };
    assert_eq!(merged(&[hit(0.9, 0, FACE), hit(0.4, 0, neighbour)], &grey(1_000, 800)).len(), 2);
}

#[test]
fn the_orientation_with_most_score_says_where_a_face_is_and_where_its_hair_is() {
    let askew = Area { x: 390.0, y: 280.0, width: 110.0, height: 200.0 };
    let looks = [hit(0.95, 3, askew), hit(0.9, 0, FACE), hit(0.8, 0, FACE)];
    let findings = merged(&looks, &grey(1_000, 800));
    assert_eq!((findings[0].region.y, findings[0].region.height), (300, 140));
    let (above, below) = (300 - findings[0].proposal.y, findings[0].proposal.bottom() - 440);
    assert!(above > below, "{above} above, {below} below");
}

#[test]
fn the_hair_is_covered_on_the_side_where_it_is() {
    for quarters in 0..4 {
        let proposal = merged(&[hit(0.9, quarters, FACE)], &grey(1_000, 800))[0].proposal;
        let beyond = [300 - proposal.y, 400 - proposal.x, proposal.bottom() - 440, proposal.right() - 500];
        let relative = [beyond[0] * 100 / 140, beyond[1], beyond[2] * 100 / 140, beyond[3]];
        let crown = relative.iter().position(|side| side == relative.iter().max().expect("four sides"));
        // Turned clockwise, the left side comes up.
        assert_eq!(crown, Some(quarters as usize), "{quarters} quarters: {relative:?}");
    }
}

#[test]
fn a_weak_hit_asks_and_a_second_opinion_settles_it() {
    let whole = grey(1_000, 800);
    let theirs = Hit { finder: Finder::Rustface, ..hit(2.5, 0, FACE) };
    let sureness = |hits: &[Hit]| merged(hits, &whole)[0].sureness;
    assert_eq!(sureness(&[hit(0.17, 0, FACE)]), Sureness::Unsure);
    assert_eq!(sureness(&[hit(0.25, 0, FACE)]), Sureness::Sure);
    assert_eq!(sureness(&[hit(0.24, 2, FACE)]), Sureness::Unsure);
    assert_eq!(sureness(&[hit(0.17, 0, FACE), theirs]), Sureness::Sure);
}

#[test]
fn what_is_covered_comes_before_what_is_asked() {
    let other = Area { x: 50.0, ..FACE };
    let findings = merged(&[hit(0.24, 1, other), hit(0.21, 0, FACE)], &grey(1_000, 800));
    assert_eq!(findings.iter().map(|finding| finding.region.x).collect::<Vec<_>>(), [400, 50]);
}

#[test]
fn a_face_at_the_edge_has_its_finding_within_the_picture() {
    let cut = Area { x: -30.0, y: 700.0, width: 100.0, height: 140.0 };
    let findings = merged(&[hit(0.9, 0, cut)], &grey(1_000, 800));
    for region in [findings[0].region, findings[0].proposal] {
        assert_eq!(region.clipped(1_000, 800), Some(region));
    }
}

#[test]
fn what_a_turned_view_shows_lies_where_it_was_in_the_picture() {
    let (width, height) = (640, 480);
    let mut whole = grey(width, height);
    for y in 60..120 {
        for pixel in whole.row_mut(y).as_chunks_mut::<3>().0.iter_mut().skip(400).take(90) {
            *pixel = MARK;
        }
    }
    let pyramid = Pyramid::of(&whole).expect("a pyramid");
    for level in pyramid.levels() {
        for quarters in 0..4 {
            let view = View::new(level, quarters);
            let placed = view.placed(marked(&view), &whole).expect("a place");
            let expected = Area { x: 400.0, y: 60.0, width: 90.0, height: 60.0 };
            assert!(placed.overlap(&expected) > 0.8, "{quarters} quarters: {placed:?}");
        }
    }
}

/// The smallest area that holds all marked pixels of a view.
fn marked(view: &View<'_>) -> Area {
    let (width, height) = view.size();
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let marked: Vec<_> = places.filter(|(x, y)| view.at(*x, *y)[1] < 64).collect();
    let (left, top) = (marked.iter().map(|at| at.0).min(), marked.iter().map(|at| at.1).min());
    let (right, bottom) = (marked.iter().map(|at| at.0).max(), marked.iter().map(|at| at.1).max());
    let [left, top, right, bottom] = [left, top, right, bottom].map(|at| f64::from(at.expect("a marked pixel")));
    Area { x: left, y: top, width: right + 1.0 - left, height: bottom + 1.0 - top }
}
