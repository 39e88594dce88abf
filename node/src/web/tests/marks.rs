//! Words that may show who the patient is: marked, and left only with a reason.

use serde_json::json;

use super::{
    ward::{PASSWORD, Ward},
    writing::{WORDS, begun, checked},
};
use crate::app::Audience;

#[tokio::test(flavor = "multi_thread")]
async fn what_could_show_who_the_patient_is_stays_only_with_a_reason() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    let mut words = WORDS;
    words[5] = ("history", "Seen on 3.11.2026, platelets 150000.");
    for _ in 0..2 {
        let refused = one.post(&format!("{draft}/context"), &words).await;
        assert_eq!(refused.status, 422, "the same words again change nothing");
        assert!(refused.body.contains("Seen on <mark>3.11.2026</mark>, platelets 150000."), "{}", refused.body);
        assert!(refused.body.contains("href=\"#history\">History</a>"), "which field: {}", refused.body);
        assert!(
            refused.body.contains("Write “2026”.") && refused.body.contains("name=\"kept-reason\""),
            "{}",
            refused.body
        );
    }
    let check = one.get(&format!("{draft}/check")).await.body;
    assert!(check.contains("Words in the text look as if they could show who the patient is"), "{check}");
    let reason = [("kept-words", "3.11.2026"), ("kept-reason", "not-the-patient")];
    let kept = one.post(&format!("{draft}/context"), &[&words[..], &reason].concat()).await;
    assert_eq!(kept.header("location"), format!("{draft}/audience"));
    let page = one.get(&format!("{draft}/context")).await.body;
    assert!(page.contains("value=\"not-the-patient\" selected"), "the reason stands beside it: {page}");
    let again = one.post(&format!("{draft}/context"), &words).await;
    assert_eq!(again.header("location"), format!("{draft}/audience"), "and is kept");
    words[5] = ("history", "Seen on 4.11.2026, platelets 150000.");
    let other = one.post(&format!("{draft}/context"), &words).await;
    assert_eq!(other.status, 422, "other words need a reason of their own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_with_open_marks_is_not_shared_however_its_steps_stand() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let draft = begun(&mut one).await;
    let mut words = WORDS;
    words[0] = ("title", "Rash of Anna Smith");
    one.post(&format!("{draft}/context"), &words).await;
    one.post(&format!("{draft}/audience"), &[("consent", "network"), ("audience", "network")]).await;
    let unchecked = checked(&mut one, &draft).await;
    assert_eq!(unchecked.status, 422, "the check lists what is open");
    let refused = one.post(&format!("{draft}/share"), &[("password", PASSWORD)]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_told_the_marks_and_give_reasons() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = |reason: &str| {
        let reasons = json!([{ "words": "Anna Smith", "reason": reason }]);
        let reasons = if reason.is_empty() { json!([]) } else { reasons };
        json!({ "title": "Rash of Anna Smith", "audience": "network", "reasons": reasons })
    };
    let refused = one.post_json("/api/v1/cases", case("")).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(refused.json()["type"], "urn:consilium:problem:identifying");
    let mark = json!({
        "field": "title", "start": 8, "end": 18, "words": "Anna Smith", "class": "name", "advice": "patient",
        "instead": "the patient",
    });
    assert_eq!(refused.json()["marks"], json!([mark]));
    assert_eq!(one.post_json("/api/v1/cases", case("because")).await.status, 422, "no such reason");
    let posted = one.post_json("/api/v1/cases", case("agreed")).await;
    assert_eq!(posted.status, 200, "{}", posted.body);
    let comments = format!("/api/v1/cases/{}/comments", posted.json()["case"].as_str().unwrap().replace('/', "%2F"));
    let refused = one.post_json(&comments, json!({ "text": "Call 555-123-4567." })).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(refused.json()["marks"][0]["class"], "phone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_waits_until_what_is_marked_has_a_reason() {
    let ward = Ward::founded().await;
    ward.physician("one").await;
    let case = ward.case("one", "Rash", Audience::Network).await;
    let mut two = ward.physician("two").await;
    let comments = format!("/cases/{case}/comments");
    let body = ("body", "As Dr. Rebecca Green wrote.");
    for is_fragment in [false, true] {
        let refused = match is_fragment {
            true => two.post_fragment(&comments, &[body]).await,
            false => two.post(&comments, &[body]).await,
        };
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("As <mark>Dr. Rebecca Green</mark> wrote."), "{}", refused.body);
        assert!(refused.body.contains("Write “a colleague”."), "{}", refused.body);
        assert!(
            refused.body.contains(">As Dr. Rebecca Green wrote.</textarea>"),
            "what was typed stays: {}",
            refused.body
        );
    }
    let reason = [body, ("kept-words", "Dr. Rebecca Green"), ("kept-reason", "not-the-patient")];
    let said = two.post(&comments, &reason).await;
    assert_eq!(said.header("location"), format!("/cases/{case}#thread"));
    assert!(two.get(&format!("/cases/{case}")).await.body.contains("As Dr. Rebecca Green wrote."));
}
