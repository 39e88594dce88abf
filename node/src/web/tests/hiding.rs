//! Covering pictures: nothing that was drawn is lost on the way, and what is confirmed is seen whole.

use super::{
    pictures::{BOUNDARY, grey, multipart},
    ward::{Browser, Ward},
};

const BOXED: &str = r#"{"covers":[{"shape":"box","x":4,"y":5,"width":10,"height":12,"finding":null}],"dismissed":[]}"#;
const OUTLINE: &str = "M 4 5 h 10 v 12 h -10 z";

/// A draft with pictures of these sizes. Returns its address, and those of its pictures in the editor.
async fn draft_with(one: &mut Browser, sizes: &[(u16, u16)]) -> (String, Vec<String>) {
    let pictures = one.post("/cases/new", &[]).await.header("location").to_owned();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    for (width, height) in sizes {
        let file = multipart(&grey(*width, *height));
        let taken = one.send_bytes("POST", &pictures, &content_type, file, &[]).await;
        assert_eq!(taken.header("location"), pictures, "{}", taken.body);
    }
    let page = one.get(&pictures).await.body;
    let small = page.split('"').filter_map(|text| text.strip_suffix("/small"));
    let editors = small.map(|text| text.replace("/pictures/", "/hide/")).collect();
    (pictures.trim_end_matches("/pictures").to_owned(), editors)
}

#[tokio::test(flavor = "multi_thread")]
async fn going_to_another_picture_keeps_the_covers_of_this_one() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (_, editors) = draft_with(&mut one, &[(64, 48), (32, 48)]).await;
    let [first, second] = &editors[..] else { panic!("{editors:?}") };
    let next = one.post(first, &[("covers", BOXED), ("do", "next")]).await;
    assert_eq!(next.header("location"), second, "{}", next.body);
    let back = one.post(second, &[("covers", r#"{"covers":[]}"#), ("do", "previous")]).await;
    assert_eq!(back.header("location"), first);
    assert!(one.get(first).await.body.contains(OUTLINE));
    let last = one.post(second, &[("covers", r#"{"covers":[]}"#), ("do", "next")]).await;
    assert_eq!(last.header("location"), second, "behind the last there is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saves_without_confirming_is_told_that_the_covers_are_kept_and_what_is_missing() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (_, editors) = draft_with(&mut one, &[(64, 48)]).await;
    let saved = one.post(&editors[0], &[("covers", BOXED), ("do", "save")]).await;
    assert_eq!(saved.status, 422);
    assert!(saved.body.contains("href=\"#confirmed\">The covers are kept."), "{}", saved.body);
    assert!(saved.body.contains("id=\"problem-confirmed\"") && saved.body.contains(OUTLINE), "{}", saved.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_shows_each_picture_whole_as_it_leaves() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let (draft, editors) = draft_with(&mut one, &[(180, 42)]).await;
    let clean = format!("{}/clean", editors[0].replace("/hide/", "/pictures/"));
    assert_eq!(one.get(&clean).await.status, 404, "before it is confirmed there is none");
    one.post(&editors[0], &[("covers", BOXED), ("do", "save"), ("confirmed", "yes")]).await;
    let review = one.get(&format!("{draft}/check")).await.body;
    assert!(review.contains(&format!("src=\"{clean}\" width=\"180\" height=\"42\"")), "{review}");
    assert!(review.contains("alt=\"Picture 1, not described\""), "{review}");
    let shown = one.get(&clean).await;
    assert_eq!((shown.status.as_u16(), shown.header("content-security-policy")), (200, "default-src 'none'; sandbox"));
    assert!(["image/png", "image/jpeg"].contains(&shown.header("content-type")));
    assert_eq!(two.get(&clean).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_step_of_a_new_case_is_done_before_anything_was() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (draft, _) = draft_with(&mut one, &[]).await;
    let page = one.get(&format!("{draft}/pictures")).await.body;
    assert!(!page.contains("step-done"), "{page}");
    assert_eq!(one.get(&draft).await.header("location"), format!("{draft}/pictures"));
    let context = one.get(&format!("{draft}/context")).await.body;
    assert!(context.contains("aria-current=\"step\">Context"), "{context}");
    one.post(&format!("{draft}/context"), &[("title", "A rash"), ("question", "Which?")]).await;
    let page = one.get(&format!("{draft}/audience")).await.body;
    assert_eq!(page.matches("class=\"step-done\"").count(), 3, "pictures, hide, context: {page}");
}
