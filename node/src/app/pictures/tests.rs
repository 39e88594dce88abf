//! What becomes of pictures in a house that is alone in its network. A worker process of the program itself reads them.

mod confirming;
mod objects;

use anonymizer::{Finder, Limits, Search, Sight, Stage, Sureness};
use house::Actor;
use protocol::payload::content::Summary;

use super::*;
use crate::app::{
    Audience, NewCase,
    cases::account_of,
    hospital::{Hospital, speaking_for},
    reading::CaseOrPlate,
};
use crate::worker::{Place, Turn};

const PORTRAIT: &[u8] = include_bytes!("../../../demo/pictures/portrait.jpg");
const RETINA: &[u8] = include_bytes!("../../../demo/pictures/microaneurysms.jpg");
/// A slice with a preset.
const SLICE: &[u8] = include_bytes!("../../../../crates/anonymizer/tests/dicom/objects/MR_small.dcm");
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// As long as this is held, nothing that a person confirmed is looked at once more.
pub(crate) async fn no_second_look(app: &App) -> Turn {
    app.pictures.pool.last_turn().await.unwrap()
}

/// As long as this is held, one more picture is taken in and none is looked at.
pub(crate) async fn room_for_one(app: &App) -> (Vec<Turn>, Vec<Place>) {
    let pool = &app.pictures.pool;
    let mut places: Vec<Place> = std::iter::from_fn(|| pool.line_up().ok()).collect();
    let mut turns = Vec::new();
    for _ in 0..WORKERS {
        turns.push(pool.turn(places.pop().unwrap()).await.unwrap());
    }
    places.pop();
    (turns, places)
}

/// Takes a picture in as if the first look had missed whatever there is.
pub(crate) async fn taken_in_blindly(app: &App, draft: CaseNumber, file: &[u8], actor: &Actor) -> PictureId {
    let id = app.lay_picture(draft, file.to_vec(), actor).await.unwrap().id;
    let searched = Finder::ALL.map(|finder| Searched { finder, search: Search::Finished }).to_vec();
    let blind = Sight { stage: Stage::Whole, findings: Vec::new(), searched, doubts: BTreeSet::new() };
    app.note_look(draft, id, |laid| laid.saw(blind)).await.unwrap();
    id
}

/// As if the finders had not been unsure of a picture.
async fn forget_doubts(app: &App, draft: CaseNumber, id: PictureId) {
    let joined = app.joined().unwrap();
    let blobs = &joined.shared().blobs;
    let mut trays = app.pictures.quarantine.open(blobs).await.unwrap();
    let mut tray = trays.get(draft).cloned().unwrap();
    tray.picture_mut(id).unwrap().look.doubts.clear();
    trays.keep(blobs, tray).await.unwrap();
}

fn begin(app: &App, actor: &Actor) -> CaseNumber {
    let begun = app.desk.perform(Command::Draft(draft::Command::Begin), actor).unwrap();
    let house::HouseEntry::DraftSaved(saved, _) = &begun[0] else { unreachable!("a draft begins") };
    saved.number
}

fn case_of(app: &App, number: CaseNumber) -> CaseId {
    CaseId { institution: app.network().unwrap().me(), number }
}

/// Takes a picture in and waits until it was looked at.
async fn taken_in(app: &Arc<App>, draft: CaseNumber, file: &[u8], actor: &Actor) -> DraftPicture {
    let id = app.lay_picture(draft, file.to_vec(), actor).await.unwrap().id;
    app.look_now(draft, id).await.unwrap();
    shown(app, draft, id, actor).await
}

async fn shown(app: &App, draft: CaseNumber, id: PictureId, actor: &Actor) -> DraftPicture {
    let pictures = app.draft_pictures(draft, actor).await.unwrap();
    pictures.into_iter().find(|picture| picture.id == id).unwrap()
}

fn review(drawn: Drawn) -> Review {
    Review {
        drawn,
        alt: "A picture".to_owned(),
        has_seen_unsearched: true,
        answered: [Doubt::SkinWithoutFace, Doubt::Head, Doubt::Frames].into(),
        looked_for: Concern::ALL.into(),
    }
}

async fn confirm(app: &Arc<App>, draft: CaseNumber, shown: &DraftPicture, actor: &Actor) -> Result<(), AppError> {
    app.confirm_picture(draft, shown.id, review(shown.drawn.clone()), actor).await
}

/// The picture once nothing is under way for it.
async fn settled(app: &App, draft: CaseNumber, id: PictureId, actor: &Actor) -> DraftPicture {
    loop {
        let picture = shown(app, draft, id, actor).await;
        if !matches!(picture.confirming, Confirming::Underway) {
            return picture;
        }
        tokio::task::yield_now().await;
    }
}

async fn held(app: &App, number: CaseNumber) -> usize {
    app.network().unwrap().shared().blobs.list(case_of(app, number)).await.unwrap().len()
}

async fn quarantined(app: &App) -> usize {
    app.network().unwrap().shared().blobs.originals_due(u64::MAX).await.unwrap().len()
}

fn new_case() -> NewCase {
    NewCase {
        title: "SAMPLE".to_owned(),
        question: String::new(),
        text: String::new(),
        specialty: None,
        tags: vec![],
        before_after: vec![],
        audience: Audience::Network,
        kept: vec![],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_is_covered_before_anybody_looked_and_stays_so_when_it_is_published() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let said = app.post_case(&new_case(), vec![PORTRAIT.to_vec()], Word::Looked, &actor).await.unwrap();
    let CaseOrPlate::Case(view) = app.case(said.case.parse().unwrap(), &actor).unwrap() else {
        unreachable!("it is open")
    };
    let Summary { pictures, .. } = view.summary;
    let picture = &pictures[0];
    assert_eq!(
        Some(picture.manifest.reviewer),
        app.desk.look(|house| house.custody().clinician_of(account_of(&actor).unwrap()))
    );
    let [x, y, width, height] = picture.manifest.covers[0].numbers[..] else { unreachable!("a box") };
    let shown = app.network().unwrap().shared().picture(view.case, picture.blob, &actor).await.unwrap();
    let seen = anonymizer::inspect(&shown.bytes, &Limits::NETWORK).unwrap();
    assert_eq!(seen.pixels.at(x + width / 2, y + height / 2), Some(anonymizer::COVER_RGB));
    let is_sure = |finding: &&Finding| finding.sureness == Sureness::Sure;
    assert_eq!(seen.findings.iter().find(is_sure), None, "and no face is found in it any more");
    assert_eq!(quarantined(&app).await, 0, "nothing uncovered is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_whose_pictures_nobody_confirmed_is_neither_posted_nor_published() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let refused = app.post_case(&new_case(), vec![RETINA.to_vec()], Word::None, &actor).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused}");
    let draft = begin(&app, &actor);
    let shown = taken_in(&app, draft, RETINA, &actor).await;
    app.settle_pictures(draft, &actor).await.unwrap();
    let checked = || {
        let written = app.change_draft(draft, &actor, |content| {
            content.summary.title = protocol::codec::Text::from("SAMPLE");
            let done = draft::StepState::Done;
            content.steps = draft::Steps { words: done, audience: done, check: done, ..content.steps };
            Ok(())
        });
        written.unwrap();
    };
    checked();
    let refused = app.publish(draft, &actor).await.unwrap_err();
    assert_eq!(refused.to_string(), "pictures of the draft are not all confirmed");
    confirm(&app, draft, &shown, &actor).await.unwrap();
    let refused = app.publish(draft, &actor).await.unwrap_err();
    assert_eq!(refused.to_string(), "checklist of the draft is not finished", "another picture is there by now");
    checked();
    app.publish(draft, &actor).await.unwrap();
    assert_eq!(
        (quarantined(&app).await, held(&app, draft).await),
        (0, 2),
        "the original is not kept until its deadline"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_drawn_or_confirmed_before_the_finders_are_through_and_a_restart_begins_anew() {
    let (hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let waiting = app.lay_picture(draft, PORTRAIT.to_vec(), &actor).await.unwrap();
    assert_eq!((waiting.progress, waiting.findings.len()), (Progress::Waiting, 0));
    let refusals = [
        confirm(&app, draft, &waiting, &actor).await.unwrap_err(),
        app.keep_covers(draft, waiting.id, Drawn::default(), &actor).await.unwrap_err(),
        app.picture_in_small(draft, waiting.id, &actor).await.err().unwrap(),
    ];
    for refused in refusals {
        assert!(matches!(refused, AppError::Unusable(Unusable::StillLooking)), "{refused}");
    }
    app.settle_pictures(draft, &actor).await.unwrap();
    assert_eq!(app.own_draft(draft, &actor).unwrap().steps.pictures, draft::StepState::Begun);

    let app = hospital.reopened(app).await;
    let actor = speaking_for(&app, "one");
    assert_eq!(shown(&app, draft, waiting.id, &actor).await.progress, Progress::Waiting);
    app.look_at_waiting().await;
    let looked = loop {
        let picture = shown(&app, draft, waiting.id, &actor).await;
        if picture.progress == Progress::Done {
            break picture;
        }
        tokio::task::yield_now().await;
    };
    assert!(!looked.findings.is_empty() && looked.drawn.covered() > 0);
    confirm(&app, draft, &looked, &actor).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sees_the_upright_picture_and_a_small_one_with_its_covers_on() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let shown = taken_in(&app, draft, PORTRAIT, &actor).await;
    let upright = app.picture_to_cover(draft, shown.id, View::FIRST, &actor).await.unwrap();
    let upright = anonymizer::inspect(&upright.bytes, &Limits::NETWORK).unwrap();
    assert_eq!(upright.pixels, anonymizer::inspect(PORTRAIT, &Limits::NETWORK).unwrap().pixels);
    let small = app.picture_in_small(draft, shown.id, &actor).await.unwrap();
    let small = anonymizer::inspect(&small.bytes, &Limits::NETWORK).unwrap();
    assert_eq!(small.pixels.width(), 320);
    let face = shown.findings[0].region;
    let middle = |from: u32, length: u32| (from + length / 2) * 320 / shown.width;
    let (x, y) = (middle(face.x, face.width), middle(face.y, face.height));
    assert_eq!(small.pixels.at(x, y), Some(anonymizer::COVER_RGB));
    let stranger = app.picture_to_cover(draft, shown.id, View::FIRST, &Actor::System).await;
    assert!(stranger.is_err(), "nobody else sees it, the operator neither");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_wait_through_a_restart_in_their_order_with_their_covers() {
    let (hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let portrait = taken_in(&app, draft, PORTRAIT, &actor).await;
    let retina = taken_in(&app, draft, RETINA, &actor).await;
    confirm(&app, draft, &retina, &actor).await.unwrap();
    app.keep_covers(draft, portrait.id, portrait.drawn.clone().with_box(1, 1, 50, 50), &actor).await.unwrap();
    app.reorder_pictures(draft, &[retina.id, portrait.id], &actor).await.unwrap();
    let app = hospital.reopened(app).await;
    let actor = speaking_for(&app, "one");
    let shown = app.draft_pictures(draft, &actor).await.unwrap();
    let order: Vec<_> = shown.iter().map(|picture| (picture.id, picture.is_confirmed)).collect();
    assert_eq!(order, [(retina.id, true), (portrait.id, false)]);
    assert_eq!(shown[1].drawn.covers.len(), portrait.drawn.covers.len() + 1);
    confirm(&app, draft, &shown[1], &actor).await.unwrap();
    assert_eq!(app.own_draft(draft, &actor).unwrap().summary.pictures.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_is_destroyed_when_its_time_is_over_and_the_confirmed_picture_stays() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let retina = taken_in(&app, draft, RETINA, &actor).await;
    let portrait = taken_in(&app, draft, PORTRAIT, &actor).await;
    confirm(&app, draft, &retina, &actor).await.unwrap();
    assert_eq!(app.destroy_due_originals(now_ms()).await.unwrap(), 0);
    assert_eq!(app.destroy_due_originals(now_ms() + DAY_MS).await.unwrap(), 2);
    assert_eq!(quarantined(&app).await, 0);
    let shown = app.draft_pictures(draft, &actor).await.unwrap();
    assert_eq!(shown.len(), 1, "the picture that nobody confirmed is gone");
    assert!(shown[0].is_confirmed);
    assert!(app.picture_to_cover(draft, portrait.id, View::FIRST, &actor).await.is_err());
    app.settle_pictures(draft, &actor).await.unwrap();
    assert_eq!(app.own_draft(draft, &actor).unwrap().steps.pictures, draft::StepState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_picture_and_a_discarded_draft_leave_nothing() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let first = taken_in(&app, draft, RETINA, &actor).await;
    confirm(&app, draft, &first, &actor).await.unwrap();
    app.remove_picture(draft, first.id, &actor).await.unwrap();
    assert_eq!((held(&app, draft).await, quarantined(&app).await), (0, 0));
    let second = taken_in(&app, draft, RETINA, &actor).await;
    confirm(&app, draft, &second, &actor).await.unwrap();
    app.discard_draft(draft, &actor).await.unwrap();
    assert_eq!((held(&app, draft).await, quarantined(&app).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_vanished_draft_left_behind_is_destroyed_in_the_next_round() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let shown = taken_in(&app, draft, RETINA, &actor).await;
    confirm(&app, draft, &shown, &actor).await.unwrap();
    app.desk.perform(Command::Draft(draft::Command::Discard(draft)), &actor).unwrap();
    assert_eq!(app.destroy_due_originals(now_ms()).await.unwrap(), 1);
    assert_eq!((held(&app, draft).await, quarantined(&app).await), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_picture_is_refused_in_words_and_leaves_nothing() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let refused = app.post_case(&new_case(), vec![b"%PDF-1.7".to_vec()], Word::Looked, &actor).await.unwrap_err();
    assert!(matches!(refused, AppError::Unusable(Unusable::Picture(_))), "{refused}");
    assert_eq!(quarantined(&app).await, 0);
    let drafts = app.desk.look(|house| house.drafts().of(account_of(&actor).unwrap()).len());
    assert_eq!(drafts, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_below_its_floor_takes_no_picture_and_still_erases() {
    let (mut hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, RETINA, &actor).await;
    app.close().await;
    drop(app);
    hospital.config.storage.free_bytes_min = u64::MAX / 2;
    let app = hospital.open().await;
    let actor = speaking_for(&app, "one");
    assert!(matches!(app.add_picture(draft, RETINA.to_vec(), &actor).await, Err(AppError::Full)));
    app.remove_picture(draft, picture.id, &actor).await.unwrap();
    assert_eq!(quarantined(&app).await, 0);
}

/// A draft with a confirmed picture that could be published now.
async fn ready(app: &Arc<App>, actor: &Actor) -> CaseNumber {
    let draft = begin(app, actor);
    let shown = taken_in(app, draft, RETINA, actor).await;
    confirm(app, draft, &shown, actor).await.unwrap();
    app.settle_pictures(draft, actor).await.unwrap();
    let written = app.change_draft(draft, actor, |content| {
        content.summary.title = protocol::codec::Text::from("SAMPLE");
        let done = draft::StepState::Done;
        content.steps = draft::Steps { words: done, audience: done, check: done, ..content.steps };
        Ok(())
    });
    written.unwrap();
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sharing_and_discarding_at_the_same_time_one_is_done_whole() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    for is_shared_first in [false, true] {
        let draft = ready(&app, &actor).await;
        let joined = app.network().unwrap();
        let turn = app.pictures.quarantine.open(&joined.shared().blobs).await.unwrap();
        let mut share = Box::pin(app.publish(draft, &actor));
        let mut discard = Box::pin(app.discard_draft(draft, &actor));
        if is_shared_first {
            assert!(futures::poll!(&mut share).is_pending());
        }
        assert!(futures::poll!(&mut discard).is_pending());
        if !is_shared_first {
            assert!(futures::poll!(&mut share).is_pending());
        }
        drop(turn);
        let (shared, discarded) = tokio::join!(share, discard);
        assert_eq!((shared.is_ok(), discarded.is_ok()), (is_shared_first, !is_shared_first), "{shared:?}");
        let pictures_and_previews = if is_shared_first { 2 } else { 0 };
        assert_eq!(held(&app, draft).await, pictures_and_previews);
        assert_eq!(app.open_case(case_of(&app, draft)).is_ok(), is_shared_first);
        assert_eq!(quarantined(&app).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_counts_as_shared_also_if_its_originals_cannot_be_destroyed_at_once() {
    let (hospital, app, actor) = Hospital::with_physician().await;
    let draft = ready(&app, &actor).await;
    let joined = app.network().unwrap();
    let originals = hospital.layout.network(&joined.id()).blobs().join("objects/originals");
    let beside = originals.with_extension("beside");
    std::fs::rename(&originals, &beside).unwrap();
    std::fs::create_dir(&originals).unwrap();
    for entry in std::fs::read_dir(&beside).unwrap() {
        // What leads to itself cannot be opened.
        let unreadable = originals.join(entry.unwrap().file_name());
        std::os::unix::fs::symlink(&unreadable, &unreadable).unwrap();
    }
    app.publish(draft, &actor).await.unwrap();
    assert!(app.open_case(case_of(&app, draft)).is_ok());

    std::fs::remove_dir_all(&originals).unwrap();
    std::fs::rename(&beside, &originals).unwrap();
    assert!(quarantined(&app).await > 0, "they could not be destroyed");
    app.destroy_due_originals(now_ms()).await.unwrap();
    assert_eq!(quarantined(&app).await, 0, "and the next round has done it");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_picture_that_is_looked_at_already_waits_for_that_look() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let id = app.add_picture(draft, RETINA.to_vec(), &actor).await.unwrap().id;
    assert_eq!(shown(&app, draft, id, &actor).await.progress, Progress::Waiting);
    app.look_now(draft, id).await.unwrap();
    assert_eq!(shown(&app, draft, id, &actor).await.progress, Progress::Done);
}
