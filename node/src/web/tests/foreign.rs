//! What belongs to others is not there.

use serde_json::json;

use super::ward::{PASSWORD, Ward};
use crate::app::Audience;

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_not_read_is_not_there() {
    let ward = Ward::founded().await;
    ward.physician("one").await;
    let house = ward.case_with_picture("one", "For us alone", Audience::House).await;
    let network = ward.case_with_picture("one", "For the network", Audience::Network).await;
    let mut two = ward.physician("two").await;
    let mut viewer = ward.viewer("vera").await;
    let mut staff = ward.staff("stefan", &[]).await;
    let mut auditor = ward.staff("audrey", &["auditor"]).await;
    for case in [house, network] {
        let unknown = format!("{}{}", case.institution, "00".repeat(16));
        for person in [&mut viewer, &mut staff] {
            for path in ["", "/pictures/1", "/previews/1", "/withdraw"] {
                let real = person.get(&format!("/cases/{case}{path}")).await;
                let none = person.get(&format!("/cases/{unknown}{path}")).await;
                assert_eq!((real.status.as_u16(), none.status.as_u16()), (404, 404), "{path}");
                assert!(!real.body.contains("For "), "{}", real.body);
            }
            let api = person.get(&format!("/api/v1/cases/{case}")).await;
            assert_eq!(api.json()["type"], "urn:consilium:problem:not-found");
            for (path, fields) in
                [("star", vec![]), ("comments", vec![("body", "Hello")]), ("status", vec![("status", "open")])]
            {
                let answer = person.post(&format!("/cases/{case}/{path}"), &fields).await;
                assert_eq!(answer.status, 404, "{path}: {}", answer.body);
            }
            let said = person.post_json(&format!("/api/v1/cases/{case}/comments"), json!({ "text": "Hello" })).await;
            assert_eq!(said.status, 404, "{}", said.body);
            let list = person.get("/api/v1/cases?filter=network").await;
            assert_eq!(list.json()["cases"].as_array().unwrap().len(), 0);
        }
        assert_eq!(auditor.get(&format!("/cases/{case}")).await.status, 403);
        for path in ["", "/pictures/1", "/previews/1"] {
            let shown = two.get(&format!("/cases/{case}{path}")).await;
            assert_eq!(shown.status, 200, "it is there for those who may read it: {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_case_is_read_by_viewers_and_said_nothing_about_by_them() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "For everybody", Audience::Public).await;
    let mut viewer = ward.viewer("vera").await;
    let page = viewer.get(&format!("/cases/{case}")).await;
    assert!(page.status == 200 && page.body.contains("For everybody"), "{}", page.body);
    assert!(!page.body.contains("id=\"write\""), "no form is offered");
    assert!(viewer.get("/").await.body.contains("For everybody"), "it stands on the first page of a viewer");
    for (path, fields) in [("star", vec![]), ("comments", vec![("body", "Hello")])] {
        assert_eq!(viewer.post(&format!("/cases/{case}/{path}"), &fields).await.status, 403, "{path}");
    }
    assert_eq!(viewer.post_json("/api/v1/cases", json!({ "title": "Mine", "audience": "public" })).await.status, 403);
    assert_eq!(viewer.post("/cases/new", &[]).await.status, 403);
    assert!(one.get(&format!("/cases/{case}")).await.body.contains("id=\"write\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_sessions_of_others_are_not_there() {
    let ward = Ward::founded().await;
    let (mut one, mut two) = (ward.physician("one").await, ward.physician("two").await);
    let begun = one.post("/cases/new", &[]).await;
    let draft = begun.header("location").trim_end_matches("/pictures").to_owned();
    assert_eq!(one.get(&format!("{draft}/context")).await.status, 200);
    for step in ["", "/pictures", "/hide", "/context", "/audience", "/check", "/share"] {
        assert_eq!(two.get(&format!("{draft}{step}")).await.status, 404, "{step}");
    }
    for step in ["/context", "/audience", "/check", "/share", "/discard"] {
        let fields = [("title", "Mine now"), ("password", PASSWORD)];
        assert_eq!(two.post(&format!("{draft}{step}"), &fields).await.status, 404, "{step}");
    }
    assert_eq!(one.get(&format!("{draft}/context")).await.status, 200, "it is still there");
    let page = one.get("/account").await.body;
    let other = {
        ward.browser().sign_in("one", PASSWORD).await;
        one.get("/account").await.body
    };
    assert_ne!(page, other);
    let end = other
        .split('"')
        .find(|text| text.starts_with("/account/sessions/") && text.ends_with("/end"))
        .unwrap()
        .to_owned();
    assert_eq!(two.post(&end, &[]).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_behind_signatures_are_for_those_who_may_read() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "For the network", Audience::Network).await;
    let page = one.get(&format!("/cases/{case}")).await.body;
    let chain = page.split('"').find(|text| text.starts_with("/chain/")).unwrap().to_owned();
    let shown = one.get(&chain).await;
    assert!(
        shown.status == 200 && shown.body.contains("Dr. one") && shown.body.contains("Network of one"),
        "{}",
        shown.body
    );
    for link in [
        "wrote it",
        "vouches for",
        "signs every day with its key number",
        "The first key of",
        "1 of 1",
        "The founding paper of",
    ] {
        assert!(shown.body.contains(link), "{link}: {}", shown.body);
    }
    let own = one.get("/account").await.body;
    let badge = own.split('"').find(|text| text.starts_with("/chain/")).unwrap().to_owned();
    assert!(one.get(&badge).await.body.contains("Dr. one"));
    let mut viewer = ward.viewer("vera").await;
    assert_eq!(viewer.get(&chain).await.status, 404);
    assert_eq!(viewer.get(&badge).await.status, 404);
    assert!(ward.browser().get(&badge).await.asks_to_sign_in());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_its_scopes_say_and_no_more() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let case = ward.case("one", "For the network", Audience::Network).await;
    let minted = one.post_json("/api/v1/tokens", json!({ "login": "one", "scopes": ["cases:read"], "days": 1 })).await;
    let token = minted.json()["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("sec-fetch-site", "")];
    let mut program = ward.browser();
    let read = program.send("GET", &format!("/api/v1/cases/{case}"), "", "", &headers).await;
    assert_eq!(read.json()["title"], "For the network");
    let body = json!({ "text": "Hello" }).to_string();
    let written =
        program.send("POST", &format!("/api/v1/cases/{case}/comments"), "application/json", &body, &headers).await;
    assert_eq!(written.status, 403);
    for path in ["/api/v1/accounts", "/api/v1/status", "/admin/people", "/admin/audit"] {
        assert_eq!(program.send("GET", path, "", "", &headers).await.status, 403, "{path}");
    }
    let mut two = ward.physician("two").await;
    let id = minted.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(two.post_json(&format!("/api/v1/tokens/{id}/revoke"), json!({})).await.status, 404);
    assert_eq!(
        two.post_json("/api/v1/tokens", json!({ "login": "one", "scopes": ["cases:read"], "days": 1 })).await.status,
        422
    );
    assert_eq!(two.get("/api/v1/tokens").await.json(), json!([]));
    assert_eq!(one.post_json(&format!("/api/v1/tokens/{id}/revoke"), json!({})).await.status, 200);
    let after = program.send("GET", "/api/v1/cases", "", "", &headers).await;
    assert_eq!(
        (after.status.as_u16(), after.json()["detail"].as_str()),
        (401, Some("API token is wrong, revoked or expired"))
    );
}
