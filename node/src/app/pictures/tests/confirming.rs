//! What a person confirms, and what stands against it.

use super::*;

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
