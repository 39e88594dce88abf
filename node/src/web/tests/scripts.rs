//! Whatever is typed stays text.

use serde_json::json;

use super::ward::{PASSWORD, Ward};
use crate::app::{Audience, NewAccount};

/// What somebody types who wants a script to run in another's browser.
const PAYLOADS: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "<button hx-get=/x hx-trigger=load>",
    "{{7*7}}",
    "</title><script>alert(1)</script>",
    "<a href=\"javascript:alert(1)\">",
];

/// A page on which a payload stands as text and nowhere as markup.
fn is_text(page: &str, payload: &str) -> bool {
    payload == "{{7*7}}" || !page.contains(payload)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_stays_text() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let mut admin = ward.administrator().await;
    for (number, payload) in PAYLOADS.into_iter().enumerate() {
        let new = NewAccount { login: format!("evil{number}"), name: payload.to_owned(), roles: vec![] };
        ward.app.add_account(&new, &house::Actor::System).unwrap();
        let body =
            json!({ "title": payload, "question": payload, "text": payload, "tags": [payload], "audience": "network" });
        let posted = one.post_json("/api/v1/cases", body).await;
        let case = posted.json()["case"].as_str().unwrap().to_owned();
        one.post(&format!("/cases/{case}/comments"), &[("body", payload)]).await;
        let resolved = [("status", "resolved"), ("diagnosis", payload), ("words", payload), ("certainty", "confirmed")];
        assert_eq!(one.post(&format!("/cases/{case}/status"), &resolved).await.status, 303);
        for path in [
            "/",
            "/search?q=alert",
            &format!("/cases/{case}"),
            &format!("/cases/{case}/withdraw"),
            "/sign-in?next=/%22%3E%3Cscript%3E",
        ] {
            let page = one.get(path).await;
            assert!(page.status == 200 && is_text(&page.body, payload), "{path}: {payload}");
        }
        let people = admin.get("/admin/people").await;
        assert!(people.status == 200 && is_text(&people.body, payload), "{payload}");
        let encoded: String = payload.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in
            [format!("/search?q={encoded}"), format!("/?filter={encoded}"), format!("/admin/people?search={encoded}")]
        {
            assert!(is_text(&admin.get(&path).await.body, payload), "{path}");
        }
        let refused = one.sign_in(payload, PASSWORD).await;
        assert!(is_text(&refused.body, payload), "{payload}");
        let begun = one.post("/cases/new", &[]).await.header("location").replace("/pictures", "/context");
        let again = one
            .post(&begun, &[("title", payload), ("question", ""), ("history", payload), ("examination", payload)])
            .await;
        assert!(again.status == 422 && is_text(&again.body, payload), "{payload}: {}", again.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_not_accepted_comes_back_as_text() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "Target lesions", Audience::Network).await;
    let payload = format!("</textarea><script>alert(1)</script>{}", "x".repeat(20_001));
    for is_fragment in [true, false] {
        let path = format!("/cases/{case}/comments");
        let fields = [("body", payload.as_str())];
        let answer = if is_fragment { one.post_fragment(&path, &fields).await } else { one.post(&path, &fields).await };
        assert_eq!(answer.status, 422);
        assert!(!answer.body.contains("<script>alert"), "{}", &answer.body[..200]);
        assert!(answer.body.contains("alert(1)"), "what was typed is still there");
    }
}
