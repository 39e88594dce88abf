//! What becomes of pictures in a house that is alone in its network. A worker process of the program itself reads them.

use anonymizer::Sureness;
use house::Actor;
use protocol::payload::content::Summary;

use super::*;
use crate::app::{
    Audience, NewCase,
    hospital::{Hospital, speaking_for},
    reading::CaseOrPlate,
};

const PORTRAIT: &[u8] = include_bytes!("../../../demo/pictures/portrait.jpg");
const RETINA: &[u8] = include_bytes!("../../../demo/pictures/microaneurysms.jpg");
/// Two frames in colour, of 100 x 100 px.
const TWO_FRAMES: &[u8] =
    include_bytes!("../../../../crates/anonymizer/tests/dicom/objects/SC_rgb_rle_16bit_2frame.dcm");
/// A slice with a preset.
const SLICE: &[u8] = include_bytes!("../../../../crates/anonymizer/tests/dicom/objects/MR_small.dcm");
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

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
        has_answered: true,
        looked_for: Concern::ALL.into(),
    }
}

async fn confirm(app: &App, draft: CaseNumber, shown: &DraftPicture, actor: &Actor) -> Result<(), AppError> {
    app.confirm_picture(draft, shown.id, review(shown.drawn.clone()), actor).await
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
async fn an_object_is_covered_in_every_frame_and_published_as_an_object() {
    let (hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let shown = taken_in(&app, draft, TWO_FRAMES, &actor).await;
    assert_eq!((shown.series.frames, shown.width, shown.progress), (2, 100, Progress::Done));
    let to_cover = |frame| app.picture_to_cover(draft, shown.id, View { frame, window: 0 }, &actor);
    let (first, second) = (to_cover(0).await.unwrap(), to_cover(1).await.unwrap());
    assert!(first != second && to_cover(2).await.is_err());
    let drawn = shown.drawn.clone().with_box(8, 8, 32, 16);
    app.confirm_picture(draft, shown.id, review(drawn), &actor).await.unwrap();
    let picture = app.own_draft(draft, &actor).unwrap().summary.pictures.remove(0);
    assert_eq!(picture.media_type, protocol::payload::content::MediaType::Dicom);
    assert_eq!(picture.manifest.methods[..2], [113_100, 113_101]);
    let store::Found::Held(held) =
        app.network().unwrap().shared().blobs.get(case_of(&app, draft), picture.blob).await.unwrap()
    else {
        unreachable!("it is here")
    };
    anonymizer::Replica::checked(held.bytes.to_vec()).unwrap();
    assert_eq!(app.series_of(held.clone()).await.unwrap().frames, 2);
    for frame in 0..2 {
        let seen = app.rendered(held.clone(), View { frame, window: 0 }).await.unwrap();
        let seen = anonymizer::inspect(&seen.bytes, &Limits::NETWORK).unwrap().pixels;
        assert_eq!((seen.at(8, 8), seen.at(39, 23)), (Some([0; 3]), Some([0; 3])), "frame {frame}");
        assert_ne!(seen.at(60, 8), Some([0; 3]), "frame {frame}");
    }
    let leaves = app.picture_as_it_leaves(draft, shown.id, &actor).await.unwrap();
    assert_eq!(leaves.content_type, "image/png");
    assert!(hospital.layout.keys().join("pseudonyms.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_of_one_patient_agree_in_one_house_and_in_no_other() {
    let mut patients = Vec::new();
    for count in [2, 1] {
        let (_hospital, app, actor) = Hospital::with_physician().await;
        for _ in 0..count {
            let draft = begin(&app, &actor);
            let shown = taken_in(&app, draft, SLICE, &actor).await;
            confirm(&app, draft, &shown, &actor).await.unwrap();
            let blob = app.own_draft(draft, &actor).unwrap().summary.pictures[0].blob;
            let held = app.network().unwrap().shared().blobs.get(case_of(&app, draft), blob).await.unwrap();
            let store::Found::Held(held) = held else { unreachable!("it is here") };
            let at = held.bytes.windows(11).position(|window| window == b"Anonymous^C").unwrap();
            patients.push(held.bytes[at..at + 23].to_vec());
        }
    }
    assert_eq!(patients[0], patients[1]);
    assert_ne!(patients[0], patients[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_are_sent_wait_in_one_draft_and_leave_none_if_none_is_taken() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let drafts = || app.desk.look(|house| house.drafts().of(account_of(&actor).unwrap()).len());
    let mut delivery = app.receive(&actor).unwrap();
    assert!(delivery.take(RETINA.to_vec()).await.is_err(), "a photograph is no object");
    assert!(delivery.take(SLICE[..300].to_vec()).await.is_err());
    delivery.end().await;
    assert_eq!((drafts(), quarantined(&app).await), (0, 0));
    let mut delivery = app.receive(&actor).unwrap();
    for object in [TWO_FRAMES, SLICE] {
        delivery.take(object.to_vec()).await.unwrap();
    }
    delivery.end().await;
    assert_eq!(drafts(), 1);
    let number = app.desk.look(|house| house.drafts().of(account_of(&actor).unwrap())[0].number);
    let pictures = app.draft_pictures(number, &actor).await.unwrap();
    assert_eq!(pictures.iter().map(|picture| picture.series.frames).collect::<Vec<_>>(), [2, 1]);
    assert!(pictures.iter().all(|picture| !picture.is_confirmed));
    assert!(app.receive(&Actor::System).is_err() && app.receive(&Actor::Stranger).is_err());
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
async fn what_is_seen_in_the_written_file_is_covered_and_waits_for_another_word() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let id = app.lay_picture(draft, PORTRAIT.to_vec(), &actor).await.unwrap().id;
    // As if the first look had missed every face.
    let searched = anonymizer::Finder::ALL.map(|finder| Searched { finder, search: Search::Finished });
    let blind = anonymizer::Sight {
        stage: anonymizer::Stage::Whole,
        findings: Vec::new(),
        searched: searched.to_vec(),
        doubts: BTreeSet::new(),
    };
    app.note_look(draft, id, |laid| laid.saw(blind)).await.unwrap();
    let picture = shown(&app, draft, id, &actor).await;
    let refused = confirm(&app, draft, &picture, &actor).await.unwrap_err();
    assert!(refused.to_string().contains("still shows"), "{refused}");
    assert_eq!(held(&app, draft).await, 0, "nothing of it is kept");
    let picture = shown(&app, draft, id, &actor).await;
    assert!(!picture.is_confirmed && picture.drawn.covered() > 0 && picture.drawn.covered() == picture.findings.len());
    confirm(&app, draft, &picture, &actor).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_without_cover_or_reason_is_not_confirmed() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let shown = taken_in(&app, draft, PORTRAIT, &actor).await;
    assert!(!shown.findings.is_empty());
    assert_eq!(shown.findings.len(), shown.drawn.covers.len() + shown.drawn.dismissed.len());
    let bare = review(Drawn::default());
    let refused = app.confirm_picture(draft, shown.id, bare.clone(), &actor).await.unwrap_err();
    assert!(refused.to_string().contains("neither covered nor dismissed"), "{refused}");
    let drawn = shown.findings.iter().fold(shown.drawn, |drawn, _| drawn.without(0));
    let unsaid = Review { drawn: drawn.clone(), ..bare.clone() };
    let refused = app.confirm_picture(draft, shown.id, unsaid, &actor).await.unwrap_err();
    assert!(refused.to_string().contains("uncovered without a reason"), "{refused}");
    let said = |drawn: Drawn, finding| drawn.excused(finding, Some(Reason::NotIdentifying));
    let dismissed = Review { drawn: (0..shown.findings.len()).fold(drawn, said), ..bare };
    app.confirm_picture(draft, shown.id, dismissed, &actor).await.unwrap();
    let picture = &app.own_draft(draft, &actor).unwrap().summary.pictures[0];
    assert_eq!((picture.manifest.dismissed.len(), picture.manifest.covers.len()), (shown.findings.len(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn covers_that_change_make_a_picture_wait_again_and_the_clean_one_before_is_erased() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let shown = taken_in(&app, draft, RETINA, &actor).await;
    confirm(&app, draft, &shown, &actor).await.unwrap();
    let before = app.own_draft(draft, &actor).unwrap();
    assert_eq!((before.steps.pictures, held(&app, draft).await), (draft::StepState::Done, 2));
    app.keep_covers(draft, shown.id, shown.drawn.clone().with_box(8, 8, 40, 40), &actor).await.unwrap();
    let after = app.own_draft(draft, &actor).unwrap();
    assert_eq!((after.steps.pictures, after.summary.pictures.len()), (draft::StepState::Begun, 0));
    assert_eq!(held(&app, draft).await, 0);
    let again = app.draft_pictures(draft, &actor).await.unwrap().remove(0);
    confirm(&app, draft, &again, &actor).await.unwrap();
    let clean = &app.own_draft(draft, &actor).unwrap().summary.pictures[0];
    assert_ne!(clean.blob, before.summary.pictures[0].blob);
    assert_eq!(held(&app, draft).await, 2);
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
async fn what_is_covered_in_another_window_while_a_picture_is_being_confirmed_is_not_lost() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, RETINA, &actor).await;
    let is_through = CancellationToken::new();
    let confirming = async {
        let confirmed = confirm(&app, draft, &picture, &actor).await;
        is_through.cancel();
        confirmed
    };
    let drawing = async {
        let mut drawn = picture.drawn.clone();
        for at in 0.. {
            if is_through.is_cancelled() {
                break;
            }
            drawn = picture.drawn.clone().with_box(at % 40, at / 40 % 40, 9, 9);
            app.keep_covers(draft, picture.id, drawn.clone(), &actor).await.unwrap();
        }
        drawn
    };
    let (confirmed, drawn) = tokio::join!(confirming, drawing);
    assert!(matches!(confirmed, Err(AppError::Unusable(Unusable::PicturesChanged))), "{confirmed:?}");
    let after = shown(&app, draft, picture.id, &actor).await;
    assert!(!after.is_confirmed && after.drawn == drawn, "the newer covers stay, and wait to be confirmed");
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
