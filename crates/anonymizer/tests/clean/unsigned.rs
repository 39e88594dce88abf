//! A covered picture for which nobody has signed: as covered as one that leaves, and nothing that a store would take.

use anonymizer::{
    COVER_RGB, Cover, CoverError, Finder, Finding, FindingKind, Limits, Opened, PREVIEW_PX_MAX, Pixels, Region,
    ReleaseError, Replica, Search, Series, Sureness, Unsigned, Voice, in_small, open,
};

use crate::writers::{HEIGHT, WIDTH, noise, seen_in};

/// Whole blocks of 8 x 8 px, in the picture and in small.
const COVER: Region = Region { x: 160, y: 80, width: 160, height: 80 };

fn opened() -> Opened {
    Opened { pixels: noise(640, 320), removed: Default::default(), notices: Default::default(), series: Series::ONE }
}

fn covered() -> Unsigned {
    Unsigned::cover(opened(), &[Cover::Box(COVER)], &Limits::NETWORK).unwrap()
}

fn face(region: Region, sureness: Sureness) -> Finding {
    let voices = vec![Voice { finder: Finder::CenterFace, score_thousandths: 900 }];
    Finding { kind: FindingKind::Face, region, proposal: region, frame: 0, sureness, voices }
}

#[test]
fn it_is_covered_in_the_file_and_in_small() {
    let unsigned = covered();
    let pixels = |file: &[u8]| open(file, &Limits::NETWORK).unwrap().pixels;
    let written = pixels(unsigned.file());
    let under = (COVER.y..COVER.y + COVER.height).flat_map(|y| (COVER.x..COVER.x + COVER.width).map(move |x| (x, y)));
    assert!(under.clone().all(|(x, y)| written.at(x, y) == Some(COVER_RGB)));
    let small = |pixels: &Pixels| open(&in_small(pixels).unwrap(), &Limits::NETWORK).unwrap().pixels;
    let (before, after) = (small(&opened().pixels), small(&written));
    for small in [&before, &after] {
        assert_eq!(small.width().max(small.height()), PREVIEW_PX_MAX);
    }
    assert_eq!(after.at(120, 60), Some(COVER_RGB));
    let is_covered = (COVER.x / 2..COVER.x / 2 + 80).all(|x| before.at(x, 60) == Some(COVER_RGB));
    assert!(!is_covered, "what is under the cover shows before it");
    Replica::checked(unsigned.file().to_vec()).unwrap();
}

#[test]
fn what_a_node_would_ask_for_and_no_cover_hides_is_still_there() {
    // As wide and high as what the worker of the tests says of a picture.
    let region = |x: u32| Region { x, y: 0, width: 80, height: HEIGHT };
    let opened = Opened { pixels: noise(WIDTH, HEIGHT), ..opened() };
    let covered = |at: u32| Unsigned::cover(opened.clone(), &[Cover::Box(region(at))], &Limits::NETWORK).unwrap();
    let unsigned = covered(0);
    let voices = vec![Voice { finder: Finder::CenterFace, score_thousandths: 150 }];
    let barely = Finding { voices, ..face(region(160), Sureness::Unsure) };
    let seen = [face(region(0), Sureness::Sure), barely, face(region(320), Sureness::Sure)];
    let looked = seen_in(unsigned.file(), &seen, Search::Finished);
    assert_eq!(unsigned.still_there(&looked), Ok(vec![seen[2].clone()]));
    let other = seen_in(covered(80).file(), &seen, Search::Finished);
    assert_eq!(unsigned.still_there(&other), Err(ReleaseError::OtherFile));
}

#[test]
fn a_cover_that_hides_nothing_is_refused() {
    let beside = Cover::Box(Region { x: 641, ..COVER });
    let refused = Unsigned::cover(opened(), &[beside], &Limits::NETWORK).unwrap_err();
    assert_eq!(refused, ReleaseError::Cover(CoverError::HidesNothing(0)));
}
