//! Headers that stand on every answer.

use axum::{
    body::Body,
    http::{Request, Version, header},
};
use tower::ServiceExt;

use super::ward::{Ward, body_of};
use crate::web::routes;

const ON_EVERY_ANSWER: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), geolocation=(), microphone=()"),
    ("strict-transport-security", "max-age=63072000"),
];

/// An address of a route with something in each of its places.
fn filled(path: &str) -> String {
    let place = |part: &str| match part {
        "{digest}" => "0",
        "{*path}" => "js/page.js",
        part if part.starts_with('{') => "1",
        _ => "",
    };
    path.split('/').map(|part| if part.starts_with('{') { place(part) } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_http_1_1_names_one_host() {
    let ward = Ward::open().await;
    let asked = async |version: Version, hosts: &[&str]| {
        let mut request = Request::builder().version(version).uri("http://localhost/help");
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        let answer = crate::web::router(ward.app.clone()).oneshot(request.body(Body::empty()).unwrap()).await;
        answer.unwrap().status().as_u16()
    };
    assert_eq!(asked(Version::HTTP_11, &["localhost"]).await, 200);
    assert_eq!(asked(Version::HTTP_11, &[]).await, 400);
    assert_eq!(asked(Version::HTTP_11, &["localhost", "elsewhere"]).await, 400);
    assert_eq!(asked(Version::HTTP_2, &[]).await, 200, "there the address says it");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_every_route_has_the_headers() {
    let ward = Ward::open().await;
    let mut person = ward.administrator().await;
    for route in routes().list() {
        let path = filled(route.path);
        let answer = match route.method {
            "GET" => person.get(&path).await,
            _ if path.starts_with("/api/") => person.post_json(&path, body_of(route.path, "admin")).await,
            _ if path.contains("sign-out") || path.contains("end-all") => continue,
            _ => person.post(&path, &[]).await,
        };
        for (name, value) in ON_EVERY_ANSWER {
            assert_eq!(answer.header(name), value, "{} {path}: {name}", route.method);
        }
        assert_eq!(answer.header("x-request-id").len(), 8, "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'nonce-"), "{path}: {policy}");
        assert!(
            policy.contains("require-trusted-types-for 'script'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(answer.status.as_u16() < 500, "{} {path}: {}", route.method, answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_carries_the_nonce_of_its_own_policy_and_each_has_another() {
    let ward = Ward::open().await;
    let mut browser = ward.browser();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let answer = browser.get("/help").await;
        let nonce = answer
            .header("content-security-policy")
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        assert!(answer.body.contains(&format!("<script nonce=\"{nonce}\"")), "{}", answer.body);
        assert!(seen.insert(nonce));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_under_our_digest_are_kept_and_the_others_are_not() {
    let ward = Ward::open().await;
    let mut browser = ward.browser();
    let page = browser.get("/help").await.body;
    let address = page.split('"').find(|text| text.ends_with("css/consilium.css")).unwrap().to_owned();
    let style = browser.get(&address).await;
    assert_eq!(
        (style.header("content-type"), style.header("cache-control")),
        ("text/css; charset=utf-8", "public, max-age=31536000, immutable")
    );
    let font = browser
        .get(
            &address.replace("css/consilium.css", "vendor/atkinson/atkinson-hyperlegible-next-latin-wght-normal.woff2"),
        )
        .await;
    assert_eq!(font.header("content-type"), "font/woff2");
    assert_eq!(browser.get("/a/0/js/page.js").await.header("cache-control"), "no-store");
    assert_eq!(browser.get("/a/0/../Cargo.toml").await.status, 404);
    assert_eq!(browser.get("/a/0/vendor/vendor.toml").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_says_that_it_depends_on_who_asks_and_goes_to_its_place_when_it_fails() {
    let ward = Ward::open().await;
    let mut person = ward.administrator().await;
    let answer = person.get_fragment("/cases/00").await;
    assert_eq!((answer.status.as_u16(), answer.header("vary")), (404, "HX-Request"));
    assert_eq!((answer.header("hx-retarget"), answer.header("hx-reswap")), ("#problem", "innerHTML"));
    assert!(answer.body.contains("role=\"alert\"") && !answer.body.contains("<html"), "{}", answer.body);
    let code = answer.header("x-request-id").to_owned();
    assert!(answer.body.contains(&format!("404-{code}")), "page and log are joined by a code: {}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_needs_nobody_to_sign_in() {
    let ward = Ward::open().await;
    let mut browser = ward.browser();
    assert_eq!(browser.get("/health/live").await.status, 200);
    let ready = browser.get("/health/ready").await;
    assert_eq!((ready.status.as_u16(), ready.json()["state"].as_str()), (200, Some("no network")));
}
