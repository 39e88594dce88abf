//! DICOM objects on their way through a draft.

use super::*;

/// Two frames in colour, of 100 x 100 px.
const TWO_FRAMES: &[u8] =
    include_bytes!("../../../../../crates/anonymizer/tests/dicom/objects/SC_rgb_rle_16bit_2frame.dcm");

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
