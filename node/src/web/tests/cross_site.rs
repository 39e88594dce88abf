//! What another site's page may not ask for.

use super::ward::Ward;
use crate::web::routes;

/// Who sends, the headers that a browser then adds, and whether it is let through.
type Sender = (&'static str, &'static [(&'static str, &'static str)], bool);

const SENDERS: [Sender; 8] = [
    ("our own page", &[("sec-fetch-site", "same-origin")], true),
    ("the address bar", &[("sec-fetch-site", "none")], true),
    ("a page of the same site", &[("sec-fetch-site", "same-site")], false),
    ("a page elsewhere", &[("sec-fetch-site", "cross-site")], false),
    ("a page elsewhere that names us", &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost")], false),
    ("an old browser on our page", &[("origin", "http://localhost")], true),
    ("an old browser elsewhere", &[("origin", "http://evil.example")], false),
    ("an old browser in a frame", &[("origin", "null")], false),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_state_is_asked_for_from_elsewhere() {
    let ward = Ward::open().await;
    for route in routes().list().iter().filter(|route| route.method == "POST") {
        for (sender, headers, is_let_through) in SENDERS {
            let mut browser = ward.browser();
            let path = route.path.replace(['{', '}'], "");
            let answer = browser.send("POST", &path, "application/x-www-form-urlencoded", "", headers).await;
            let is_refused = answer.status == 403 && !answer.asks_to_sign_in();
            assert_eq!(is_refused, !is_let_through, "{path} from {sender}: {}", answer.status);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_elsewhere_does_not_sign_anybody_out() {
    let ward = Ward::open().await;
    let mut person = ward.viewer("vera").await;
    let answer = person.send("POST", "/sign-out", "", "", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(answer.status, 403);
    assert_eq!(person.get("/account").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing() {
    let ward = Ward::open().await;
    let mut person = ward.viewer("vera").await;
    for path in ["/sign-out", "/account/sessions/end-all", "/account/password"] {
        assert_eq!(person.get(path).await.status, 405, "{path}");
    }
    assert_eq!(person.get("/account").await.status, 200);
}
