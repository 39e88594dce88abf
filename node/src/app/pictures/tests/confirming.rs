//! What a person confirms, and what stands against it.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_in_the_written_file_is_covered_and_waits_for_another_word() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let id = taken_in_blindly(&app, draft, PORTRAIT, &actor).await;
    let picture = shown(&app, draft, id, &actor).await;
    let refused = confirm(&app, draft, &picture, &actor).await.unwrap_err();
    assert!(refused.to_string().contains("still shows"), "{refused}");
    assert_eq!(held(&app, draft).await, 0, "nothing of it is kept");
    let picture = shown(&app, draft, id, &actor).await;
    assert!(!picture.is_confirmed && picture.drawn.covered() > 0 && picture.drawn.covered() == picture.findings.len());
    confirm(&app, draft, &picture, &actor).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_was_asked_is_asked_and_a_picture_that_was_confirmed_waits_again() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let id = taken_in(&app, draft, SLICE, &actor).await.id;
    let asked = shown(&app, draft, id, &actor).await;
    let word = Review { alt: "A knee".to_owned(), ..review(asked.drawn.clone()) };
    app.confirm_picture(draft, id, word.clone(), &actor).await.unwrap();
    // As an older program looked at it.
    forget_doubts(&app, draft, id).await;
    let refused = app.confirm_picture(draft, id, word.clone(), &actor).await.unwrap_err();
    assert!(refused.to_string().contains("slices of a head"), "{refused}");
    let waits = shown(&app, draft, id, &actor).await;
    assert_eq!((waits.is_confirmed, &waits.doubts, waits.alt.as_str()), (false, &asked.doubts, "A knee"));
    assert_eq!(held(&app, draft).await, 0, "the clean one before is erased");
    app.confirm_picture(draft, id, word, &actor).await.unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_wait_is_told_later_what_was_seen_and_as_often_as_they_look_until_they_go_on() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let id = taken_in_blindly(&app, draft, PORTRAIT, &actor).await;
    let signed = review(Drawn::default().with_box(1, 1, 9, 9));
    app.confirm_behind(draft, id, signed.clone(), &actor).await.unwrap();
    for _ in 0..2 {
        let picture = settled(&app, draft, id, &actor).await;
        let Confirming::Refused(not) = &picture.confirming else { panic!("{:?}", picture.confirming) };
        assert!(not.why.to_string().contains("still shows") && not.drawn == signed.drawn, "{}", not.why);
        assert!(!picture.is_confirmed && picture.drawn.covered() > 0 && picture.is_open());
    }
    assert_eq!(held(&app, draft).await, 0, "nothing of it is kept");
    let picture = shown(&app, draft, id, &actor).await;
    app.keep_covers(draft, id, picture.drawn.clone(), &actor).await.unwrap();
    assert!(matches!(shown(&app, draft, id, &actor).await.confirming, Confirming::Rests));
    app.confirm_behind(draft, id, review(picture.drawn), &actor).await.unwrap();
    assert!(settled(&app, draft, id, &actor).await.is_confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_refused_at_once_is_and_leaves_nothing_under_way() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, PORTRAIT, &actor).await;
    let refused = app.confirm_behind(draft, picture.id, review(Drawn::default()), &actor).await.unwrap_err();
    assert!(refused.to_string().contains("neither covered nor dismissed"), "{refused}");
    let after = shown(&app, draft, picture.id, &actor).await;
    assert!(matches!(after.confirming, Confirming::Rests) && after.drawn == picture.drawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_words_for_a_picture_at_once_one_counts_and_makes_one_clean_picture() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, RETINA, &actor).await;
    let turn = no_second_look(&app).await;
    let word = review(picture.drawn.clone());
    app.confirm_behind(draft, picture.id, word.clone(), &actor).await.unwrap();
    app.confirm_behind(draft, picture.id, word.clone(), &actor).await.unwrap();
    let other = review(picture.drawn.clone().with_box(8, 8, 40, 40));
    for second in [
        app.confirm_behind(draft, picture.id, other, &actor).await,
        app.confirm_picture(draft, picture.id, word.clone(), &actor).await,
    ] {
        assert!(matches!(second, Err(AppError::Unusable(Unusable::BeingConfirmed))), "{second:?}");
    }
    drop(turn);
    assert!(settled(&app, draft, picture.id, &actor).await.is_confirmed);
    assert_eq!((app.own_draft(draft, &actor).unwrap().summary.pictures.len(), held(&app, draft).await), (1, 2));

    let again = || app.confirm_picture(draft, picture.id, word.clone(), &actor);
    let both = tokio::join!(again(), again());
    assert!(both.0.is_ok() && both.1.is_err(), "{both:?}");
    assert_eq!((app.own_draft(draft, &actor).unwrap().summary.pictures.len(), held(&app, draft).await), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn covers_that_are_drawn_after_the_word_stay_and_the_word_does_not_count() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, RETINA, &actor).await;
    let turn = no_second_look(&app).await;
    app.confirm_behind(draft, picture.id, review(picture.drawn.clone()), &actor).await.unwrap();
    let drawn = picture.drawn.clone().with_box(8, 8, 40, 40);
    app.keep_covers(draft, picture.id, drawn.clone(), &actor).await.unwrap();
    drop(turn);
    let after = settled(&app, draft, picture.id, &actor).await;
    let Confirming::Refused(not) = &after.confirming else { panic!("{:?}", after.confirming) };
    assert!(matches!(not.why, AppError::Unusable(Unusable::PicturesChanged)), "{}", not.why);
    assert!(!after.is_confirmed && after.drawn == drawn && not.drawn == picture.drawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_picture_that_goes_while_it_is_confirmed_nothing_stays() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    for way in ["discarded", "removed", "due"] {
        let draft = begin(&app, &actor);
        let picture = taken_in(&app, draft, RETINA, &actor).await;
        let turn = no_second_look(&app).await;
        app.confirm_behind(draft, picture.id, review(picture.drawn.clone()), &actor).await.unwrap();
        match way {
            "discarded" => app.discard_draft(draft, &actor).await.unwrap(),
            "removed" => app.remove_picture(draft, picture.id, &actor).await.unwrap(),
            _ => drop(app.destroy_due_originals(now_ms() + 8 * DAY_MS).await.unwrap()),
        }
        let is_ended = || matches!(app.pictures.confirmations.of((draft, picture.id)), Confirming::Rests);
        assert!(is_ended(), "{way}, before anybody looked");
        drop(turn);
        drop(no_second_look(&app).await);
        assert!(is_ended(), "{way}");
        assert_eq!((held(&app, draft).await, quarantined(&app).await), (0, 0), "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_for_whom_nobody_vouches_any_more_confirms_nothing() {
    let (_hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, RETINA, &actor).await;
    let turn = no_second_look(&app).await;
    app.confirm_behind(draft, picture.id, review(picture.drawn.clone()), &actor).await.unwrap();
    app.revoke("one", "left-institution", &Actor::System).await.unwrap();
    drop(turn);
    let not = loop {
        if let Confirming::Refused(not) = app.pictures.confirmations.of((draft, picture.id)) {
            break not;
        }
        tokio::task::yield_now().await;
    };
    assert!(matches!(not.why, AppError::Refused(_)), "{}", not.why);
    assert_eq!(held(&app, draft).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_meanwhile_leaves_the_picture_unconfirmed_with_its_covers() {
    let (hospital, app, actor) = Hospital::with_physician().await;
    let draft = begin(&app, &actor);
    let picture = taken_in(&app, draft, RETINA, &actor).await;
    let drawn = picture.drawn.clone().with_box(8, 8, 40, 40);
    let turn = no_second_look(&app).await;
    app.confirm_behind(draft, picture.id, review(drawn.clone()), &actor).await.unwrap();
    let app = hospital.reopened(app).await;
    drop(turn);
    let actor = speaking_for(&app, "one");
    let after = shown(&app, draft, picture.id, &actor).await;
    assert!(!after.is_confirmed && after.is_open() && after.drawn == drawn);
    confirm(&app, draft, &after, &actor).await.unwrap();
}

#[test]
fn what_waits_for_a_second_look_takes_no_more_memory_than_there_is_room() {
    let confirmations = Confirmations::default();
    let large = vec![0; 200 << 20];
    let first = confirmations.room(&large).unwrap();
    assert!(matches!(confirmations.room(&large), Err(AppError::Busy(_))));
    drop(confirmations.room(&large[..1 << 20]).unwrap());
    drop(first);
    drop(confirmations.room(&large).unwrap());
}
