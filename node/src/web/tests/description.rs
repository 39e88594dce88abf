//! The API's description is the API.

use std::collections::BTreeSet;

use super::ward::Ward;
use crate::web::{api, routes};

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_exactly_the_routes_of_the_api() {
    let document = serde_json::to_value(api::document()).unwrap();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let routes = routes();
    let own = routes.list().iter().filter(|route| route.path.starts_with("/api/"));
    let served: BTreeSet<_> = own.map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(described, served);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_openapi_3_1_and_open_to_everybody() {
    let ward = Ward::open().await;
    let answer = ward.browser().get("/api/v1/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    assert!(answer.json()["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_written_as_its_standard_says() {
    let ward = Ward::founded().await;
    let answer = ward.browser().get("/api/v1/cases").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (401, "application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:consilium:problem:sign-in");
    assert_eq!(problem["status"], 401);
    assert_eq!(problem["code"], answer.header("x-request-id"));
    let unknown = ward.owner().post_json("/api/v1/accounts", serde_json::json!({ "login": "una", "nam": "Una" })).await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.json()["detail"].as_str().unwrap().contains("nam"), "{}", unknown.body);
    let large = ward.owner().post_json("/api/v1/accounts", serde_json::json!({ "login": "x".repeat(300_000) })).await;
    assert_eq!((large.status.as_u16(), large.json()["type"].as_str()), (413, Some("urn:consilium:problem:too-large")));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_scripts_hear_the_limit_and_nothing_that_is_not_a_sentence_of_the_pages() {
    let ward = Ward::founded().await;
    let mut one = ward.physician("one").await;
    let long = one.post("/cases/new", &[("body", &*"x".repeat(300_000))]).await;
    assert!(long.status == 413 && long.body.contains("At most 256 KiB can be sent at once."), "{}", long.body);
    let begun = one.post("/cases/new", &[]).await;
    let pictures = format!("{}/pictures", begun.header("location").trim_end_matches("/pictures"));
    for (accepts, kind) in [("text/plain", "text/plain; charset=utf-8"), ("text/html", "text/html; charset=utf-8")] {
        let headers = [("accept", accepts), ("content-length", "70000000")];
        let large = one.send("POST", &pictures, "multipart/form-data; boundary=x", "--x", &headers).await;
        assert_eq!((large.status.as_u16(), large.header("content-type")), (413, kind));
        assert!(large.body.contains("At most 65 MiB can be sent at once."), "{}", large.body);
        let torn = one.send("POST", &pictures, "multipart/form-data; boundary=x", "--x", &[("accept", accepts)]).await;
        assert_eq!((torn.status.as_u16(), torn.header("content-type")), (422, kind));
        let is_said = torn.body.contains("Something in it cannot be used") && torn.body.contains("Code to quote");
        assert!(is_said && !torn.body.contains("told apart"), "{}", torn.body);
    }
}
