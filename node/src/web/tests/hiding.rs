//! Covering pictures: nothing that was drawn is lost on the way, and what is confirmed is seen whole.

use protocol::CaseNumber;

use super::{
    pictures::{BOUNDARY, grey, multipart},
    ward::{Answer, Browser, PASSWORD, Ward},
    writing::{WORDS, checked},
};
use crate::app::hospital::{no_second_look, speaking_for, taken_in_blindly};

/// With a face, and with two other places that look like one to the finder.
const PORTRAIT: &[u8] = include_bytes!("../../../demo/pictures/portrait.jpg");

/// A slice of a part of the body that the file does not name.
const SLICE: &[u8] = include_bytes!("../../../../crates/anonymizer/tests/dicom/objects/MR_small.dcm");

const BOXED: &str = r#"{"covers":[{"shape":"box","x":4,"y":5,"width":10,"height":12,"finding":null}],"dismissed":[]}"#;
const OUTLINE: &str = "M 4 5 h 10 v 12 h -10 z";

impl Browser {
    /// A page as a part of it asks for it: whole, and takes itself out of it.
    async fn get_again(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", "", &[("hx-request", "true"), ("hx-request-type", "full")]).await
    }
}

/// A draft with pictures of these sizes. Returns its address, and those of its pictures in the editor.
async fn draft_with(one: &mut Browser, sizes: &[(u16, u16)]) -> (String, Vec<String>) {
    draft_of(one, sizes.iter().map(|(width, height)| grey(*width, *height)).collect()).await
}

async fn draft_of(one: &mut Browser, files: Vec<Vec<u8>>) -> (String, Vec<String>) {
    let pictures = one.post("/cases/new", &[]).await.header("location").to_owned();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    for file in files {
        let taken = one.send_bytes("POST", &pictures, &content_type, multipart(&file), &[]).await;
        assert_eq!(taken.header("location"), pictures, "{}", taken.body);
    }
    let page = one.get(&pictures).await.body;
    let removes = page.split('"').filter_map(|text| text.strip_prefix("remove-"));
    let editors: Vec<String> = removes.map(|id| format!("{}/{id}", pictures.replace("/pictures", "/hide"))).collect();
    for editor in &editors {
        one.looked_at(editor).await;
    }
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
    assert!(!saved.body.contains("data-unkept"), "{}", saved.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_shows_each_picture_whole_as_it_leaves() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let (draft, editors) = draft_with(&mut one, &[(180, 42)]).await;
    let clean = format!("{}/clean", editors[0].replace("/hide/", "/pictures/"));
    assert_eq!(one.get(&clean).await.status, 404, "before it is confirmed there is none");
    one.confirmed(&editors[0], &[("covers", BOXED)]).await;
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

/// The covers as the page would send them.
fn covers_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"covers\" value=\"").unwrap();
    rest.split('"').next().unwrap().replace("&#34;", "\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_uncovered_is_signed_with_the_reason_that_the_person_gave() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (draft, editors) = draft_of(&mut one, vec![PORTRAIT.to_vec()]).await;
    let editor = &editors[0];
    let page = one.get(editor).await.body;
    assert!(page.contains("3 places were found that may show who the patient is; 3 of them are covered."), "{page}");
    one.post(editor, &[("covers", &covers_of(&page)), ("do", "remove-0")]).await;
    let page = one.get(editor).await.body;
    assert!(page.contains("3 places were found that may show who the patient is; 2 of them are covered."), "{page}");
    assert!(page.contains("name=\"reason-0\"") && !page.contains(" selected>It "), "nobody has said why: {page}");

    let covers = covers_of(&page);
    let signed = [("covers", covers.as_str()), ("do", "save"), ("confirmed", "yes")];
    let refused = one.post(editor, &signed).await;
    assert!(refused.status == 422 && refused.body.contains("name=\"reason-0\""), "{}", refused.body);
    let broken = [("covers", covers.as_str()), ("reason-0", "not-identifying"), ("do", "add-box"), ("box_x", "left")];
    let broken = one.post(editor, &broken).await;
    assert!(broken.body.contains("data-unkept"), "whoever leaves now is asked: {}", broken.body);
    assert!(broken.status == 422 && broken.body.contains("value=\"not-identifying\" selected"), "{}", broken.body);
    let taken = one.confirmed(editor, &[("covers", covers.as_str()), ("reason-0", "not-identifying")]).await;
    assert_eq!(taken.header("location"), draft, "{}", taken.body);

    one.post(&format!("{draft}/context"), &WORDS).await;
    one.post(&format!("{draft}/audience"), &[("consent", "network"), ("audience", "house")]).await;
    checked(&mut one, &draft).await;
    let shared = one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await;
    let case = shared.header("location").trim_end_matches("?shared=yes").to_owned();
    let account = one.get(&format!("{case}/pictures/1/manifest")).await.body;
    let (_, left) = account.split_once("Found and left uncovered").unwrap_or_else(|| panic!("{account}"));
    assert!(
        account.contains("<dt>Looked for by a person</dt>") && account.contains("names, dates and numbers"),
        "{account}"
    );
    assert!(account.contains("c4619d066ed35e84"), "the model that looked: {account}");
    assert!(
        left.contains("Looks like a face, ")
            && left.contains(" px at ")
            && left.contains(": It does not show who the patient is")
            && !account.contains("%cover"),
        "{account}"
    );
    assert!(account.contains("no other hospital has") && !account.contains("before the picture left it"), "{account}");
    assert!(account.contains("<dd>Dr. one <span") && !account.contains("Verified"), "{account}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_doubt_is_answered_for_itself_and_one_that_nobody_was_shown_is_not() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (draft, editors) = draft_of(&mut one, vec![SLICE.to_vec()]).await;
    let editor = &editors[0];
    let page = one.get(editor).await.body;
    let asked: Vec<_> = ["answered-skin", "answered-head", "answered-frames"]
        .into_iter()
        .filter(|name| page.contains(&format!("name=\"{name}\"")))
        .collect();
    assert!(asked.contains(&"answered-head") && !asked.contains(&"answered-skin"), "{asked:?}");
    let word = [("covers", BOXED), ("do", "save"), ("confirmed", "yes"), ("answered", "yes"), ("answered-skin", "yes")];
    let refused = one.post(editor, &word).await;
    assert!(refused.status == 422 && refused.body.contains("id=\"problem-answered-head\""), "{}", refused.body);
    assert!(!refused.body.contains(" checked"), "{}", refused.body);
    let ticked: Vec<_> = asked.iter().map(|name| (*name, "yes")).chain([("covers", BOXED)]).collect();
    assert_eq!(one.confirmed(editor, &ticked).await.header("location"), draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn covers_that_cannot_be_read_are_said_not_to_be_kept() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (_, editors) = draft_with(&mut one, &[(64, 48)]).await;
    one.post(&editors[0], &[("covers", BOXED), ("do", "next")]).await;
    let refused = one.post(&editors[0], &[("covers", r#"{"covers":["#), ("do", "next")]).await;
    assert!(refused.status == 422 && refused.body.contains("cannot be read and are not kept"), "{}", refused.body);
    assert!(refused.body.contains(OUTLINE), "those kept last stand there: {}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gives_their_word_sees_how_far_it_is_and_gives_it_once() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (draft, editors) = draft_with(&mut one, &[(64, 48), (32, 48)]).await;
    let [first, second] = &editors[..] else { panic!("{editors:?}") };
    let turn = no_second_look(&ward.app).await;
    let word = [("covers", BOXED), ("do", "save"), ("confirmed", "yes")];
    let saved = format!("{first}?saved=yes");
    assert_eq!(one.post(first, &word).await.header("location"), saved);
    for place in [first, &saved] {
        let waits = one.get(place).await;
        assert_eq!((waits.status.as_u16(), waits.asked_again()), (200, Some(saved.as_str())));
        assert!(waits.body.contains("<progress aria-label=") && waits.body.contains("once more"), "{}", waits.body);
        assert!(waits.body.contains(&format!("href=\"{second}\"")), "one may go on meanwhile: {}", waits.body);
    }
    assert_eq!(one.get(&format!("{draft}/hide")).await.header("location"), second);
    let shelf = one.get(&format!("{draft}/pictures")).await.body;
    assert!(shelf.contains("Programs look at what was written once more"), "{shelf}");
    let refused = one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await;
    assert!(refused.status == 409 && refused.body.contains("A step before this one is not done"), "{}", refused.body);

    let twice = one.post(first, &word).await;
    assert_eq!((twice.status.as_u16(), twice.header("location")), (303, saved.as_str()), "a word given twice is one");
    let part = one.get_again(&saved).await;
    assert!(part.asked_again() == Some(&saved) && part.header("hx-redirect").is_empty(), "{}", part.body);
    let other = [("covers", r#"{"covers":[]}"#), ("do", "save"), ("confirmed", "yes")];
    let other = one.post(first, &other).await;
    assert!(other.status == 422 && other.body.contains("being confirmed already"), "{}", other.body);
    assert!(
        other.body.contains("data-unkept") && !other.body.contains(OUTLINE),
        "nothing drawn is lost: {}",
        other.body
    );
    assert_eq!(other.asked_again(), None, "{}", other.body);

    drop(turn);
    assert_eq!(one.looked_at(&saved).await.header("location"), format!("{draft}/hide"));
    assert_eq!(
        one.get(&saved).await.header("location"),
        format!("{draft}/hide"),
        "whoever loads it again goes on, too"
    );
    assert_eq!(one.get_again(&saved).await.header("hx-redirect"), format!("{draft}/hide"), "a part leads the page on");
    assert_eq!(one.get_again(first).await.header("hx-redirect"), first);
    let editor = one.get(first).await;
    assert!(editor.status == 200 && editor.body.contains("This picture is confirmed with these covers."));
    assert!(!editor.body.contains(" checked"), "nobody's word is given for them: {}", editor.body);
    let unchanged = one.post(first, &[("covers", BOXED), ("do", "save")]).await;
    assert_eq!(unchanged.header("location"), format!("{draft}/hide"), "{}", unchanged.body);
    assert_eq!(one.confirmed(second, &[("covers", BOXED)]).await.header("location"), draft);
    let review = one.get(&format!("{draft}/check")).await.body;
    assert_eq!(review.matches("One cover. Confirmed by Dr. one.").count(), 2, "{review}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_second_look_saw_is_told_on_the_editor_until_its_person_goes_on() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (draft, _) = draft_with(&mut one, &[]).await;
    let number: CaseNumber = draft.trim_start_matches("/drafts/").parse().unwrap();
    let picture = taken_in_blindly(&ward.app, number, PORTRAIT, &speaking_for(&ward.app, "one")).await;
    let editor = format!("{draft}/hide/{picture}");
    let told = one.confirmed(&editor, &[("covers", BOXED)]).await;
    let again = one.get(&format!("{editor}?saved=yes")).await;
    for page in [told, again, one.get(&editor).await] {
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(
            page.body.contains("id=\"problem-covers\"") && page.body.contains("found 2 more places"),
            "{}",
            page.body
        );
        assert!(page.body.contains(OUTLINE) && !page.body.contains("data-unkept"), "{}", page.body);
    }
    let covers = covers_of(&one.get(&editor).await.body);
    assert_eq!(one.post(&editor, &[("covers", &covers), ("do", "next")]).await.header("location"), editor);
    assert!(!one.get(&editor).await.body.contains("problem-covers"));
    assert_eq!(one.confirmed(&editor, &[("covers", &covers)]).await.header("location"), draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn covers_of_another_window_stay_and_those_of_the_word_are_on_its_screen() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (_, editors) = draft_with(&mut one, &[(64, 48)]).await;
    let editor = &editors[0];
    let turn = no_second_look(&ward.app).await;
    one.post(editor, &[("covers", BOXED), ("do", "save"), ("confirmed", "yes")]).await;
    let bare = one.post(editor, &[("covers", r#"{"covers":[]}"#), ("do", "next")]).await;
    assert_eq!(bare.header("location"), editor, "{}", bare.body);
    drop(turn);
    let told = one.looked_at(&format!("{editor}?saved=yes")).await.body;
    assert!(told.contains("are others by now") && told.contains("data-unkept") && told.contains(OUTLINE), "{told}");
    let other = one.get(editor).await.body;
    assert!(other.contains("are others by now") && !other.contains("data-unkept"), "{other}");
    assert!(!other.contains(OUTLINE), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_the_covers_are_kept_and_the_word_is_asked_for_again() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let (_, editors) = draft_with(&mut one, &[(64, 48)]).await;
    let turn = no_second_look(&ward.app).await;
    one.post(&editors[0], &[("covers", BOXED), ("do", "save"), ("confirmed", "yes")]).await;
    drop(one);
    let ward = ward.restarted().await;
    drop(turn);
    let mut one = ward.browser();
    one.sign_in("one", PASSWORD).await;
    let page = one.get(&format!("{}?saved=yes", editors[0])).await;
    assert!(page.status == 200 && page.body.contains(OUTLINE), "{}", page.body);
    assert!(page.body.contains("The covers are kept. Now confirm"), "{}", page.body);
}
