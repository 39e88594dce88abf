//! What is said while no other hospital can be reached.

use house::Actor;
use protocol::CaseId;

use super::ward::{Browser, PASSWORD, Ward};
use crate::app::{Audience, hospital::speaking_for};

async fn signed_in(ward: &Ward, login: &str) -> Browser {
    let mut browser = ward.browser();
    let answer = browser.sign_in(login, PASSWORD).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser
}

/// What waits is sent once the operator vouches that nothing is missing.
async fn let_go(ward: &Ward) {
    ward.app.vouch(&Actor::System).await.unwrap();
    assert_eq!(ward.app.status().unsent, 0);
}

fn waiting(ward: &Ward) -> usize {
    ward.app.status().unsent
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_waits_is_shown_to_its_author_who_may_take_it_back() {
    let (ward, case) = Ward::cut_off().await;
    let (mut one, mut two) = (signed_in(&ward, "one").await, signed_in(&ward, "two").await);
    let comments = format!("/cases/{case}/comments");
    for words in ["Biopsy the border.", "Said in haste."] {
        let shown = one.post_fragment(&comments, &[("body", words)]).await;
        assert!(shown.status == 200 && shown.body.contains(words), "{}", shown.body);
        assert!(shown.body.contains("Not yet sent"), "{}", shown.body);
    }
    let page = one.get(&format!("/cases/{case}")).await.body;
    let take_backs: Vec<_> = page.split('"').filter(|text| text.starts_with("/unsent/")).collect();
    let haste = take_backs.last().unwrap();
    assert_eq!(two.post(haste, &[]).await.status, 404, "for others it is not there");
    let left = one.post_fragment(haste, &[]).await;
    assert!(left.body.contains("Biopsy the border.") && !left.body.contains("Said in haste."), "{}", left.body);
    assert_eq!(one.post(haste, &[]).await.status, 404, "it is gone");
    let_go(&ward).await;
    let sent = one.get(&format!("/cases/{case}")).await.body;
    assert!(sent.contains("Biopsy the border.") && !sent.contains("Said in haste."), "{sent}");
    assert!(!sent.contains("Not yet sent"), "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_that_waits_is_one_star_and_is_taken_back_where_it_waits() {
    let (ward, case) = Ward::cut_off().await;
    let mut one = signed_in(&ward, "one").await;
    let star = format!("/cases/{case}/star");
    for _ in 0..2 {
        let given = one.post_fragment(&star, &[]).await;
        assert!(given.body.contains("aria-pressed=\"true\"") && given.body.contains("Not yet sent"), "{}", given.body);
    }
    assert_eq!(waiting(&ward), 1);
    let back = one.post_fragment(&format!("{star}/take-back"), &[]).await;
    assert!(back.body.contains("aria-pressed=\"false\"") && waiting(&ward) == 0, "{}", back.body);
    one.post(&star, &[]).await;
    let_go(&ward).await;
    assert_eq!(ward.app.open_case(case).unwrap().tally.stars, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_waits_can_be_read_and_taken_back_by_its_author_and_nothing_of_it_is_left() {
    let (ward, _) = Ward::cut_off().await;
    let mut one = signed_in(&ward, "one").await;
    let waits: CaseId = ward.case_with_picture("one", "Written on the train", Audience::Network).await;
    let blobs = &ward.app.network().unwrap().shared().blobs.clone();
    assert_eq!(blobs.list(waits).await.unwrap().len(), 2, "a picture and its preview");
    let feed = one.get("/").await.body;
    for words in ["Written on the train", "For three days, without fever.", "One picture."] {
        assert!(feed.contains(words), "{words}: {feed}");
    }
    let take_back = feed.split('"').find(|text| text.starts_with("/unsent/")).unwrap().to_owned();
    assert_eq!(one.post(&take_back, &[]).await.header("location"), "/");
    assert!(!one.get("/").await.body.contains("Written on the train"));
    assert_eq!((blobs.list(waits).await.unwrap().len(), waiting(&ward)), (0, 0));
    let_go(&ward).await;
    assert!(ward.app.open_case(waits).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_that_is_sent_twice_waits_once() {
    let (ward, case) = Ward::cut_off().await;
    let mut one = signed_in(&ward, "one").await;
    for _ in 0..2 {
        let fields = [("why", "patient"), ("password", PASSWORD)];
        let answer = one.post(&format!("/cases/{case}/withdraw"), &fields).await;
        assert_eq!((answer.header("location"), waiting(&ward)), ("/?waits=yes", 1), "{}", answer.body);
    }
    let entries = ward.app.status().entries;
    let_go(&ward).await;
    assert_eq!(ward.app.status().entries, entries + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_while_nobody_can_be_told_says_so_and_is_taken_back_once() {
    let (ward, case) = Ward::cut_off().await;
    let mut one = signed_in(&ward, "one").await;
    one.post(&format!("/cases/{case}/comments"), &[("body", "Biopsy the border.")]).await;
    one.post(&format!("/cases/{case}/star"), &[]).await;
    let_go(&ward).await;
    drop(one);
    let ward = ward.restarted().await;
    let mut one = signed_in(&ward, "one").await;
    let page = one.get(&format!("/cases/{case}")).await.body;
    let take_back = page.split('"').find(|text| text.ends_with("/take-back") && text.contains("/comments/")).unwrap();
    let shown = one.post_fragment(take_back, &[]).await;
    assert!(shown.body.contains("You have taken it back."), "{}", shown.body);
    one.post(take_back, &[]).await;
    assert_eq!(waiting(&ward), 1);
    let regretted = ward.app.waiting(&speaking_for(&ward.app, "one")).unsent.pop().unwrap().id;
    let left = one.post(&format!("/unsent/{regretted}/take-back"), &[]).await;
    assert_eq!((left.header("location"), waiting(&ward)), (format!("/cases/{case}#thread").as_str(), 0));
    one.post(take_back, &[]).await;
    let star = format!("/cases/{case}/star");
    let back = one.post_fragment(&format!("{star}/take-back"), &[]).await;
    assert!(back.body.contains("aria-pressed=\"false\"") && waiting(&ward) == 2, "{}", back.body);
    let again = one.post_fragment(&star, &[]).await;
    assert!(again.body.contains("aria-pressed=\"true\"") && waiting(&ward) == 1, "{}", again.body);
    let_go(&ward).await;
    assert_eq!(ward.app.open_case(case).unwrap().tally.stars, 1, "it was never taken back");
    assert!(!one.get(&format!("/cases/{case}")).await.body.contains("Biopsy the border."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_taken_back_while_the_node_died_leaves_no_picture() {
    let (ward, _) = Ward::cut_off().await;
    let one = signed_in(&ward, "one").await;
    let waits: CaseId = ward.case_with_picture("one", "Written on the train", Audience::Network).await;
    let joined = ward.app.network().unwrap();
    let blobs = joined.shared().blobs.clone();
    assert_eq!((ward.app.erase_unlisted().await.unwrap(), blobs.list(waits).await.unwrap().len()), (0, 2));
    let actor = speaking_for(&ward.app, "one");
    let unsent = ward.app.waiting(&actor).unsent.pop().unwrap().id;
    // So far it came; the pictures would have gone next.
    joined.take_back(unsent, actor).await.unwrap();
    drop((one, joined));
    let ward = ward.restarted().await;
    assert_eq!(ward.app.erase_unlisted().await.unwrap(), 2);
    assert_eq!(ward.app.network().unwrap().shared().blobs.list(waits).await.unwrap(), []);
}
