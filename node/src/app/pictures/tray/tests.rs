//! Trays by what is laid on them, taken off, and agreed with a draft.

use super::*;
use anonymizer::{Finder, Pixels, Search};
use protocol::{
    ClinicianId,
    codec::Text,
    payload::{
        content::{MediaType, Pairing},
        manifest::Manifest,
        pairs::Side,
    },
};

fn laid(number: u8, until_ms: u64) -> Laid {
    let pixels = Pixels::new(1, 1, vec![0; 3]).unwrap();
    let decoded = Opened { pixels, removed: BTreeSet::new(), notices: BTreeSet::new(), series: Series::ONE };
    let id = |kind: u8| OriginalId([kind + number; 16]);
    let raw = Raw::new(id(0), id(50), id(100), until_ms);
    Laid::fresh(raw, Look::waiting(&decoded))
}

fn listed(number: u8) -> Picture {
    let manifest = Manifest {
        reviewer: ClinicianId([0; 32]),
        finders: vec![],
        covers: vec![],
        dismissed: vec![],
        removed: vec![],
        answered: vec![],
        looked_for: vec![],
        methods: vec![],
    };
    let (blob, preview) = (BlobId([number; 32]), BlobId([100 + number; 32]));
    Picture {
        blob,
        blob_size: 1,
        media_type: MediaType::Jpeg,
        width: 1,
        height: 1,
        preview,
        preview_size: 1,
        alt: Text::default(),
        manifest,
        pairing: None,
    }
}

fn tray(pictures: Vec<Laid>) -> Tray {
    Tray { pictures, ..Tray::new(CaseNumber([1; 16]), AccountId([2; 16])) }
}

#[test]
fn what_the_finders_say_is_taken_as_it_comes_and_only_its_end_ends_the_look() {
    let mut picture = laid(1, 9);
    assert!(picture.is_looked_at());
    let sight = |stage| Sight { stage, findings: vec![], searched: vec![], doubts: BTreeSet::new() };
    picture.saw(sight(Stage::Upright));
    assert!(picture.is_looked_at() && picture.look.progress == Progress::Upright);
    picture.saw(sight(Stage::Whole));
    assert!(!picture.is_looked_at() && picture.look.progress == Progress::Done);
}

#[test]
fn a_picture_that_nobody_gets_through_is_given_up() {
    let mut picture = laid(1, 9);
    for _ in 0..TRIES_MAX {
        picture.tries_again();
        assert!(picture.is_looked_at());
    }
    picture.tries_again();
    assert_eq!(picture.look.progress, Progress::Failed);
}

#[test]
fn a_finder_that_breaks_off_in_the_written_file_counts_as_not_having_searched() {
    let said = |search| Finder::ALL.map(|finder| Searched { finder, search }).to_vec();
    let mut picture = laid(1, 9);
    picture.look.searched = said(Search::Finished);
    let mut theirs = said(Search::Finished);
    for search in [Search::BrokeOff, Search::NotSearched] {
        theirs[1].search = search;
        picture.searched_again(&theirs);
        assert_eq!(picture.look.searched, theirs);
    }
    picture.searched_again(&said(Search::Finished));
    assert_eq!(picture.look.searched, theirs, "once is enough");
}

#[test]
fn a_tray_of_before_holds_pictures_that_were_looked_at() {
    let mut tray = serde_json::to_value(tray(vec![laid(1, 9)])).unwrap();
    for later in ["progress", "series"] {
        tray["pictures"][0]["look"].as_object_mut().unwrap().remove(later);
    }
    let tray: Tray = serde_json::from_value(tray).unwrap();
    let look = &tray.pictures[0].look;
    assert_eq!((look.progress, &look.series), (Progress::Done, &Series::ONE));
}

#[test]
fn the_step_is_done_only_when_every_picture_is_confirmed() {
    let mut tray = tray(vec![laid(1, 9), laid(2, 9)]);
    assert_eq!(tray.state(), StepState::Begun);
    for laid in &mut tray.pictures {
        laid.confirm(BlobId([7; 32]), Drawn::default());
    }
    assert_eq!(tray.state(), StepState::Done);
}

#[test]
fn other_covers_ask_for_another_confirmation_and_the_same_do_not() {
    let mut picture = laid(1, 9);
    picture.confirm(BlobId([1; 32]), Drawn::default());
    picture.redraw(Drawn::default());
    assert!(picture.is_confirmed());
    picture.redraw(Drawn::default().with_box(1, 1, 5, 5));
    assert!(!picture.is_confirmed());
}

#[test]
fn the_draft_decides_what_is_confirmed() {
    let mut tray = tray(vec![laid(1, 9), laid(2, 9)]);
    tray.pictures[0].confirm(BlobId([1; 32]), Drawn::default());
    tray.pictures[1].confirm(BlobId([2; 32]), Drawn::default());
    tray.agree(&[listed(2), listed(3)]);
    let confirmed: Vec<_> = tray.pictures.iter().map(Laid::blob).collect();
    assert_eq!(confirmed, [None, Some(BlobId([2; 32])), Some(BlobId([3; 32]))]);
    assert_eq!(tray.arranged(&[listed(3), listed(2)]), [listed(2), listed(3)]);
}

#[test]
fn a_picture_whose_time_is_over_stays_only_if_it_was_confirmed() {
    let mut tray = tray(vec![laid(1, 5), laid(2, 5), laid(3, 6)]);
    tray.pictures[0].confirm(BlobId([1; 32]), Drawn::default());
    assert_eq!(tray.take_due(5).len(), 2);
    tray.agree(&[listed(1)]);
    assert_eq!(tray.pictures.len(), 2);
    assert_eq!(tray.quarantined().count(), 1);
}

#[test]
fn an_order_names_every_picture_once() {
    let mut tray = tray(vec![laid(1, 9), laid(2, 9), laid(3, 9)]);
    let [one, two, three] = [1, 2, 3].map(|number| PictureId([number; 16]));
    assert!(!tray.reorder(&[three, one]));
    assert!(!tray.reorder(&[three, one, one]));
    assert!(tray.reorder(&[three, one, two]));
    let order: Vec<_> = tray.pictures.iter().map(|laid| laid.id).collect();
    assert_eq!(order, [three, one, two]);
}

#[test]
fn a_pair_stays_together_where_it_is_moved_and_ends_where_something_comes_between() {
    let [one, two, three] = [1, 2, 3].map(|number| PictureId([number; 16]));
    let (before, after) = (Some(Side::Before), Some(Side::After));
    let paired = || {
        let mut tray = tray(vec![laid(1, 9), laid(2, 9), laid(3, 9)]);
        assert!(tray.pair(one));
        tray
    };
    let sides = |order: [PictureId; 3]| {
        let mut tray = paired();
        assert!(tray.reorder(&order));
        [one, two, three].map(|id| tray.side_of(id))
    };
    assert_eq!(sides([three, one, two]), [before, after, None]);
    assert_eq!(sides([two, one, three]), [after, before, None], "what was after is before now");
    assert_eq!(sides([one, three, two]), [None, None, None]);
    let mut tray = paired();
    assert!(!tray.pair(one) && !tray.pair(two), "a picture belongs to one pair");
    assert!(!tray.pair(three), "nothing is behind the last");
    assert!(tray.part(two) && !tray.part(two));
    assert!(tray.pair(two));
    assert_eq!([one, two, three].map(|id| tray.side_of(id)), [None, before, after]);
}

#[test]
fn a_pair_is_told_once_both_are_confirmed_and_found_again_in_the_draft() {
    let pairings = |pictures: &[Picture]| pictures.iter().map(|picture| picture.pairing).collect::<Vec<_>>();
    let mut tray = tray(vec![laid(1, 5), laid(2, 9), laid(3, 9)]);
    assert!(tray.pair(PictureId([1; 16])));
    tray.pictures[0].confirm(BlobId([1; 32]), Drawn::default());
    tray.pictures[2].confirm(BlobId([3; 32]), Drawn::default());
    assert_eq!(pairings(&tray.arranged(&[listed(1), listed(3)])), [None, None], "the third is after nothing");
    tray.pictures[1].confirm(BlobId([2; 32]), Drawn::default());
    let draft = tray.arranged(&[listed(3), listed(2), listed(1)]);
    assert_eq!(pairings(&draft), [Some(Pairing::BeforeAfter), None, None]);

    let mut forgotten = self::tray(vec![]);
    forgotten.agree(&draft);
    assert_eq!(forgotten.arranged(&draft), draft);
    forgotten.agree(&draft[1..]);
    assert_eq!(pairings(&forgotten.arranged(&draft)), [None, None], "what it was before is gone");
}
