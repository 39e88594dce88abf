//! Nothing leaves without a person's answer to everything that was found.

use anonymizer::{
    Candidate, Concern, Confirmation, Cover, Dismissal, DismissalReason, Doubt, Finder, Finding, FindingKind,
    Inspection, Limits, MediaType, Origin, PREVIEW_BYTES_MAX, PREVIEW_PX_MAX, Pixels, Print, Region, ReleaseError,
    Search, Searched, Sureness, Voice, open, prepare, release,
};
use sha2::{Digest, Sha256};

use crate::writers::{HEIGHT, WIDTH, confirmation, inspection, noise, released, searched_again, seen_again};

const FACE: Region = Region { x: 40, y: 16, width: 40, height: 40 };

fn with_a_face() -> Inspection {
    let finding = Finding {
        kind: FindingKind::Face,
        region: FACE,
        proposal: Region { x: 24, y: 0, width: 72, height: 72 },
        frame: 0,
        sureness: Sureness::Sure,
        voices: vec![Voice { finder: Finder::Rustface, score_thousandths: 5_000 }],
    };
    let searched = vec![Searched { finder: Finder::Rustface, search: Search::Finished }];
    Inspection { findings: vec![finding], searched, ..inspection(noise(160, 120)) }
}

fn dismissing(region: Region) -> Confirmation {
    let dismissal = Dismissal { kind: FindingKind::Face, region, reason: DismissalReason::NotThere };
    Confirmation { dismissed: vec![dismissal], ..confirmation() }
}

fn refusal(seen: Inspection, covers: &[Cover], confirmation: Confirmation) -> ReleaseError {
    released(seen, covers, confirmation, &Limits::NETWORK).unwrap_err()
}

#[test]
fn an_open_finding_holds_the_picture_back() {
    assert_eq!(refusal(with_a_face(), &[], confirmation()), ReleaseError::OpenFinding(0));
    let beside = Cover::Box(Region { x: 40, y: 16, width: 40, height: 24 });
    assert_eq!(refusal(with_a_face(), &[beside], confirmation()), ReleaseError::OpenFinding(0));
}

#[test]
fn a_dismissal_must_name_a_finding() {
    let elsewhere = Region { x: 41, ..FACE };
    assert_eq!(refusal(with_a_face(), &[], dismissing(elsewhere)), ReleaseError::UnknownDismissal(0));
    assert_eq!(refusal(inspection(noise(160, 120)), &[], dismissing(FACE)), ReleaseError::UnknownDismissal(0));
}

#[test]
fn what_is_said_to_be_hidden_by_another_cover_has_one() {
    let hidden = || {
        let reason = DismissalReason::CoveredOtherwise;
        Confirmation { dismissed: vec![Dismissal { kind: FindingKind::Face, region: FACE, reason }], ..confirmation() }
    };
    assert_eq!(refusal(with_a_face(), &[], hidden()), ReleaseError::NotHidden(0));
    let half = Cover::Box(Region { width: FACE.width / 2, ..FACE });
    assert!(released(with_a_face(), &[half], hidden(), &Limits::NETWORK).is_ok());
}

#[test]
fn a_picture_that_no_finder_searched_needs_eyes() {
    let mut seen = inspection(noise(160, 120));
    seen.searched.push(Searched { finder: Finder::Rustface, search: Search::NotSearched });
    let unaware = Confirmation { has_seen_unsearched: false, ..confirmation() };
    assert_eq!(refusal(seen.clone(), &[], unaware), ReleaseError::Unsearched);
    let released = released(seen, &[], confirmation(), &Limits::NETWORK).unwrap();
    assert_eq!(released.picture.manifest().finders[0].search, Search::NotSearched);
}

#[test]
fn a_doubt_needs_an_answer() {
    let mut seen = inspection(noise(160, 120));
    seen.doubts.insert(Doubt::SkinWithoutFace);
    assert_eq!(refusal(seen.clone(), &[], confirmation()), ReleaseError::OpenDoubt(Doubt::SkinWithoutFace));
    let answered = Confirmation { answered: [Doubt::SkinWithoutFace].into(), ..confirmation() };
    assert_eq!(released(seen, &[], answered, &Limits::NETWORK).unwrap().picture.manifest().answered.len(), 1);
}

#[test]
fn every_concern_must_have_been_looked_for() {
    for concern in Concern::ALL {
        let mut hasty = confirmation();
        hasty.looked_for.remove(&concern);
        assert_eq!(refusal(inspection(noise(160, 120)), &[], hasty), ReleaseError::NotLookedFor(concern));
    }
}

#[test]
fn the_manifest_tells_who_did_what() {
    let seen = with_a_face();
    let proposed = seen.findings[0].proposed_cover();
    let drawn = Cover::Ellipse(Region { x: 100, y: 80, width: 30, height: 30 });
    let confirmed = dismissing(FACE);
    let released = released(seen, &[proposed.clone(), drawn], confirmed.clone(), &Limits::NETWORK).unwrap();
    let manifest = released.picture.manifest();
    assert_eq!(manifest.reviewer, confirmed.reviewer);
    assert_eq!(manifest.dismissed, confirmed.dismissed);
    assert_eq!((manifest.width, manifest.height, manifest.media_type), (160, 120, MediaType::Jpeg));
    let origins: Vec<_> = manifest.covers.iter().map(|record| record.origin).collect();
    assert_eq!(origins, [Origin::Finder, Origin::Person]);
    assert_eq!(manifest.covers[0].cover, proposed);
    assert_eq!(released.preview.manifest(), manifest);
}

#[test]
fn the_models_in_the_manifest_are_the_models_in_the_crate() {
    let seeta = include_bytes!("../../models/seeta_fd_frontal_v1.0.bin").as_slice();
    let centerface = include_bytes!("../../models/centerface_dyn.onnx").as_slice();
    let sums = include_str!("../../models/SHA256SUMS");
    for (finder, model) in [(Finder::Rustface, seeta), (Finder::CenterFace, centerface)] {
        let hash: [u8; 32] = Sha256::digest(model).into();
        assert_eq!(finder.model_sha256(), Some(hash));
        let text: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(sums.lines().any(|line| line.starts_with(&text)), "{finder}");
    }
}

#[test]
fn the_versions_in_the_manifest_are_those_that_are_built_in() {
    let (lockfile, models) = (include_str!("../../../../Cargo.lock"), include_str!("../../models/README.md"));
    for finder in Finder::ALL {
        let (name, version) = (finder.name(), finder.version());
        let (place, built) = match finder {
            Finder::Rustface | Finder::Codes => (lockfile, format!("name = \"{name}\"\nversion = \"{version}\"\n")),
            // Of these the model may change, and its package carries the version.
            Finder::CenterFace | Finder::Lines => {
                (models, format!("the Python package `{}", version.replacen(' ', "` ", 1)))
            }
        };
        assert!(place.contains(&built), "{finder}: no `{built}`");
    }
}

#[test]
fn a_preview_is_small_in_pixels_and_bytes() {
    for (width, height, expected) in
        [(1_000, 700, (320, 224)), (400, 2, (320, 2)), (90, 1_200, (24, 320)), (100, 60, (100, 60)), (1, 1, (1, 1))]
    {
        let released = released(inspection(noise(width, height)), &[], confirmation(), &Limits::NETWORK).unwrap();
        let preview = &released.preview;
        assert_eq!((preview.width(), preview.height()), expected);
        assert!(preview.bytes().len() <= PREVIEW_BYTES_MAX && preview.width().max(preview.height()) <= PREVIEW_PX_MAX);
        let decoded = image::load_from_memory(preview.bytes()).unwrap();
        assert_eq!((decoded.width(), decoded.height()), expected);
        assert_eq!(preview.media_type(), MediaType::Jpeg);
    }
}

#[test]
fn a_picture_larger_than_its_limit_loses_quality_and_then_is_refused() {
    let bytes = |bytes_max| {
        let limits = Limits { picture_bytes_max: bytes_max, ..Limits::NETWORK };
        released(inspection(noise(200, 200)), &[], confirmation(), &limits)
            .map(|released| released.picture.bytes().len())
    };
    let full = bytes(1 << 20).unwrap();
    let reduced = bytes(full - 1).unwrap();
    assert!(reduced < full);
    assert_eq!(bytes(10_000), Err(ReleaseError::TooLarge { bytes_max: 10_000 }));
}

#[test]
fn the_same_picture_is_released_as_the_same_bytes() {
    let once = || released(inspection(noise(64, 64)), &[], confirmation(), &Limits::NETWORK).unwrap();
    assert_eq!(once(), once());
}

#[test]
fn neither_pixels_nor_clean_pictures_show_themselves_in_a_log() {
    let pixels = Pixels::new(1, 1, vec![201, 202, 203]).unwrap();
    let released = released(inspection(pixels.clone()), &[], confirmation(), &Limits::NETWORK).unwrap();
    for text in [format!("{pixels:?}"), format!("{:?}", released.picture)] {
        assert!(!text.contains("201"), "{text}");
    }
    assert_eq!(Pixels::new(2, 1, vec![0; 3]), None);
    assert_eq!(Pixels::new(0, 9, vec![]), None);
}

/// A strip of our size with one face in it, and what was answered to it.
fn candidate(covers: &[Cover], confirmation: Confirmation) -> Candidate {
    let mut seen = Inspection { findings: vec![face(100)], ..inspection(noise(WIDTH, HEIGHT)) };
    seen.findings.retain(|_| !covers.is_empty() || !confirmation.dismissed.is_empty());
    prepare(seen, covers, confirmation, &Limits::NETWORK).unwrap()
}

fn face(x: u32) -> Finding {
    let region = Region { x, y: 0, width: 20, height: HEIGHT };
    Finding {
        kind: FindingKind::Face,
        region,
        proposal: region,
        frame: 0,
        sureness: Sureness::Sure,
        voices: Vec::new(),
    }
}

fn again(candidate: &Candidate, finding: Finding) -> Result<(), ReleaseError> {
    candidate.clone().release(&seen_again(candidate, &[finding], Search::Finished)).map(|_| ())
}

#[test]
fn what_the_finders_see_in_the_written_file_and_nobody_answered_holds_it_back() {
    let bare = candidate(&[], confirmation());
    assert_eq!(again(&bare, face(100)), Err(ReleaseError::StillThere(vec![face(100)])));
    let unsure = |kind, score_thousandths| {
        let voices = vec![Voice { finder: Finder::CenterFace, score_thousandths }];
        Finding { kind, sureness: Sureness::Unsure, voices, ..face(100) }
    };
    let words = FindingKind::Text(Print::Words);
    for nearly in [unsure(FindingKind::Face, 185), unsure(words, 400)] {
        assert_eq!(again(&bare, nearly.clone()), Err(ReleaseError::StillThere(vec![nearly])));
    }
    for hardly in [unsure(FindingKind::Face, 155), unsure(FindingKind::Text(Print::ScaleBar), 700)] {
        assert_eq!(again(&bare, hardly), Ok(()), "each time a file is written it is seen a little differently");
    }

    let covered = candidate(&[face(100).proposed_cover()], confirmation());
    assert_eq!(again(&covered, face(102)), Ok(()), "the cover itself may look like something");
    assert_eq!(again(&covered, face(112)), Err(ReleaseError::StillThere(vec![face(112)])), "half of it looks out");
}

#[test]
fn what_was_dismissed_may_be_seen_a_little_differently_in_the_written_file() {
    let dismissed = candidate(&[], dismissing(face(100).region));
    assert_eq!(again(&dismissed, face(104)), Ok(()));
    assert_eq!(again(&dismissed, face(112)), Err(ReleaseError::StillThere(vec![face(112)])), "that is another one");
    let line = Finding { kind: FindingKind::Text(Print::Name), ..face(100) };
    assert_eq!(again(&dismissed, line.clone()), Err(ReleaseError::StillThere(vec![line])), "and that no face");
}

/// What becomes of something seen in the written picture where something else was dismissed, both of them sure.
fn seen_after(dismissed: (FindingKind, Region), seen: (FindingKind, Region)) -> Result<(), ReleaseError> {
    let finding = |(kind, region)| Finding { kind, region, proposal: region, ..face(0) };
    after(DismissalReason::NotIdentifying, finding(dismissed), finding(seen))
}

/// What becomes of a finding in the written picture where another was dismissed for that reason.
fn after(reason: DismissalReason, dismissed: Finding, seen: Finding) -> Result<(), ReleaseError> {
    let dismissal = Dismissal { kind: dismissed.kind, region: dismissed.region, reason };
    let first = Inspection { findings: vec![dismissed], ..inspection(noise(320, 240)) };
    let told = Confirmation { dismissed: vec![dismissal], ..confirmation() };
    again(&prepare(first, &[], told, &Limits::NETWORK).unwrap(), seen)
}

const fn at(x: u32, y: u32, width: u32, height: u32) -> Region {
    Region { x, y, width, height }
}

#[test]
fn a_dismissal_answers_nothing_within_it_and_nothing_round_it() {
    let (large, small) = (at(0, 0, 200, 200), at(60, 60, 40, 40));
    for kind in [FindingKind::Face, FindingKind::Code, FindingKind::Text(Print::Words)] {
        for (dismissed, seen) in [(large, small), (small, large)] {
            let open = seen_after((kind, dismissed), (kind, seen));
            assert!(matches!(open, Err(ReleaseError::StillThere(_))), "{kind:?} {dismissed:?} {seen:?}");
        }
        assert_eq!(seen_after((kind, large), (kind, at(10, 12, 190, 205))), Ok(()), "{kind:?}");
    }
    let (ruler, line) = (at(200, 10, 40, 16), at(80, 9, 161, 18));
    let open = seen_after((FindingKind::Text(Print::ScaleBar), ruler), (FindingKind::Text(Print::Name), line));
    assert!(matches!(open, Err(ReleaseError::StillThere(_))), "\"SMITH JANE 5 cm\" is more than its \"5 cm\"");
}

#[test]
fn a_dismissed_mark_answers_no_print_and_dismissed_print_is_read_differently_each_time() {
    let place = at(40, 40, 60, 16);
    let answered =
        |dismissed, seen| seen_after((FindingKind::Text(dismissed), place), (FindingKind::Text(seen), place)).is_ok();
    let marks = [Print::ScaleBar, Print::SideMarker];
    let prints = [Print::Name, Print::Date, Print::Number, Print::Words];
    for mark in marks {
        assert!(marks.into_iter().all(|seen| answered(mark, seen)));
        assert!(!prints.into_iter().any(|seen| answered(mark, seen)), "{mark:?}");
    }
    for print in prints {
        assert!(prints.into_iter().chain(marks).all(|seen| answered(print, seen)), "{print:?}");
    }
}

#[test]
fn what_was_not_there_as_words_is_asked_for_as_a_name_a_date_or_a_number() {
    let of = |print| Finding { kind: FindingKind::Text(print), ..face(40) };
    let answered = |reason, dismissed, seen| after(reason, of(dismissed), of(seen)).is_ok();
    let told = [Print::Name, Print::Date, Print::Number];
    for seen in told {
        assert!(!answered(DismissalReason::NotThere, Print::Words, seen), "{seen:?}");
        assert!(answered(DismissalReason::NotIdentifying, Print::Words, seen), "{seen:?}");
        assert!(told.into_iter().all(|dismissed| answered(DismissalReason::NotThere, dismissed, seen)), "{seen:?}");
    }
    for seen in [Print::Words, Print::ScaleBar, Print::SideMarker] {
        assert!(answered(DismissalReason::NotThere, Print::Words, seen), "{seen:?}");
    }
}

#[test]
fn what_was_dismissed_as_unsure_is_asked_for_again_once_a_finder_is_sure() {
    let voices = vec![Voice { finder: Finder::CenterFace, score_thousandths: 190 }];
    for kind in [FindingKind::Face, FindingKind::Code, FindingKind::Text(Print::Name)] {
        let sure = Finding { kind, voices: voices.clone(), ..face(40) };
        let unsure = Finding { sureness: Sureness::Unsure, ..sure.clone() };
        let reason = DismissalReason::NotThere;
        let open = after(reason, unsure.clone(), sure.clone());
        assert_eq!(open, Err(ReleaseError::StillThere(vec![sure.clone()])), "{kind:?}");
        for (dismissed, seen) in [(&sure, &unsure), (&unsure, &unsure), (&sure, &sure)] {
            assert_eq!(after(reason, dismissed.clone(), seen.clone()), Ok(()), "{kind:?}");
        }
    }
}

#[test]
fn a_look_at_another_file_releases_nothing() {
    let wider = face(90).proposed_cover();
    let (one, other) = (
        candidate(&[face(100).proposed_cover()], confirmation()),
        candidate(&[face(100).proposed_cover(), wider], confirmation()),
    );
    let looked = seen_again(&other, &[], Search::Finished);
    assert_eq!(one.release(&looked).unwrap_err(), ReleaseError::OtherFile);
}

#[test]
fn a_finder_that_breaks_off_over_the_written_file_holds_it_back_unless_the_reviewer_was_told_of_that_finder() {
    let searched = |finder, search| vec![Searched { finder, search }];
    let prepared = |searched, confirmation| {
        prepare(Inspection { searched, ..inspection(noise(WIDTH, HEIGHT)) }, &[], confirmation, &Limits::NETWORK)
            .unwrap()
    };
    let finished = prepared(searched(Finder::Rustface, Search::Finished), confirmation());
    let all_broke_off = seen_again(&finished, &[], Search::NotSearched);
    assert_eq!(finished.release(&all_broke_off).unwrap_err(), ReleaseError::Unsearched, "nobody was told");

    let told = prepared(searched(Finder::Rustface, Search::NotSearched), confirmation());
    let all_broke_off = seen_again(&told, &[], Search::NotSearched);
    assert_eq!(told.clone().release(&all_broke_off).unwrap_err(), ReleaseError::Unsearched, "only of rustface");
    let all_finished = seen_again(&told, &[], Search::Finished);
    assert!(told.release(&all_finished).is_ok());

    let told = prepared(searched(Finder::Rustface, Search::BrokeOff), confirmation());
    let again = |search| {
        let searches = [search, Search::Finished, Search::Finished, Search::Finished];
        told.clone().release(&searched_again(&told, &searches)).map(|_| ())
    };
    assert_eq!([again(Search::Finished), again(Search::BrokeOff)], [Ok(()), Ok(())]);
    assert_eq!(
        again(Search::NotSearched),
        Err(ReleaseError::Unsearched),
        "what it saw before it broke off is not seen"
    );

    let all = Finder::ALL.map(|finder| Searched { finder, search: Search::NotSearched });
    let told_of_all = prepared(all.to_vec(), confirmation());
    let all_broke_off = seen_again(&told_of_all, &[], Search::NotSearched);
    let released = told_of_all.release(&all_broke_off).unwrap();
    for image in [released.picture, released.preview] {
        assert!(image.manifest().finders.iter().all(|record| record.search == Search::NotSearched));
    }
}

#[test]
fn a_face_that_no_look_had_shown_is_found_in_the_written_file() {
    let opened = open(include_bytes!("../pictures/face.png"), &Limits::NETWORK).unwrap();
    let blind = inspection(opened.pixels);
    let refused = release(blind, &[], confirmation(), &Limits::NETWORK).unwrap_err();
    assert!(matches!(refused, ReleaseError::StillThere(faces) if faces[0].kind == FindingKind::Face));
}
