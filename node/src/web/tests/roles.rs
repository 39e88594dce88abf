//! Who gets what on every route.

use super::ward::{Answer, Browser, Ward, body_of};
use crate::{app::Audience, web::routes};

/// What becomes of a request, as far as rights go: `s` sign in, `-` not allowed, `0` not there, `x` it is looked at.
///
/// Columns: stranger, viewer, staff without an attestation, attested physician, administrator and attester, auditor, and the
/// owner of the machine at the command line. The case is one of the network, by somebody else.
const MATRIX: &[(&str, &str, &str)] = &[
    //                                                          s v u a A i o
    ("GET", "/health/live", "x x x x x x x"),
    ("GET", "/health/ready", "x x x x x x x"),
    ("GET", "/a/{digest}/{*path}", "0 0 0 0 0 0 0"),
    ("GET", "/api/v1/openapi.json", "x x x x x x x"),
    ("POST", "/api/v1/charters", "s - - - x - x"),
    ("POST", "/api/v1/charters/signatures", "s - - - x - x"),
    ("POST", "/api/v1/charters/reading", "s - - - x - x"),
    ("GET", "/api/v1/card", "s - - - x - x"),
    ("POST", "/api/v1/network", "s - - - x - x"),
    ("GET", "/api/v1/admissions", "s - - - x - x"),
    ("POST", "/api/v1/admissions", "s - - - x - x"),
    ("POST", "/api/v1/admissions/votes", "s - - - 0 - 0"),
    ("GET", "/api/v1/invitation", "s - - - x - x"),
    ("GET", "/api/v1/accounts", "s - - - x - x"),
    ("POST", "/api/v1/accounts", "s - - - x - x"),
    ("POST", "/api/v1/accounts/{login}/reset", "s - - - 0 - 0"),
    ("POST", "/api/v1/accounts/{login}/disable", "s - - - 0 - 0"),
    ("POST", "/api/v1/attestations", "s - - - 0 - 0"),
    ("POST", "/api/v1/revocations", "s - - - 0 - 0"),
    ("GET", "/api/v1/tokens", "s - x x x x x"),
    ("POST", "/api/v1/tokens", "s - x x x x 0"),
    ("POST", "/api/v1/tokens/{token}/revoke", "0 0 0 0 0 0 0"),
    ("GET", "/api/v1/cases", "s x x x x - x"),
    ("POST", "/api/v1/cases", "s - - x - - x"),
    ("GET", "/api/v1/cases/{case}", "s 0 0 x 0 - x"),
    ("POST", "/api/v1/cases/{case}/comments", "s 0 0 x 0 - x"),
    ("POST", "/api/v1/cases/{case}/star", "s 0 0 x 0 - s"),
    ("GET", "/api/v1/saved", "s x x x x - x"),
    ("POST", "/api/v1/cases/{case}/saved", "s 0 0 x 0 - s"),
    ("POST", "/api/v1/cases/{case}/withdrawal", "x x x x x x x"),
    ("GET", "/api/v1/cases/{case}/pictures/{number}/manifest", "s 0 0 0 0 - 0"),
    ("GET", "/api/v1/search", "s x x x x - x"),
    ("GET", "/api/v1/status", "s - - - x - x"),
    ("GET", "/api/v1/peers", "s - - - x - x"),
    ("POST", "/api/v1/audit/verification", "s - - - x x x"),
    ("GET", "/api/v1/feeds/{feed}/export", "s - - - - - x"),
    ("POST", "/api/v1/store/check", "s - - - x - x"),
    ("POST", "/api/v1/store/vouching", "s - - - x - x"),
    // Who audits is led to the room of their duty.
    ("GET", "/", "s x x x x x x"),
    ("GET", "/sign-in", "x x x x x x x"),
    ("GET", "/sign-up", "x x x x x x x"),
    ("GET", "/first/{login}/{secret}", "x x x x x x x"),
    ("POST", "/first/{login}/{secret}", "x x x x x x x"),
    ("GET", "/account", "s x x x x x s"),
    ("POST", "/account/password", "s x x x x x s"),
    ("POST", "/account/look", "s x x x x x s"),
    ("POST", "/account/sessions/{session}/end", "0 0 0 0 0 0 0"),
    ("GET", "/cases/{case}", "s 0 0 x 0 - x"),
    ("POST", "/cases/{case}/status", "s 0 0 x 0 - s"),
    ("GET", "/cases/{case}/pictures/{number}", "s 0 0 0 0 - 0"),
    ("GET", "/cases/{case}/previews/{number}", "s 0 0 0 0 - 0"),
    ("POST", "/cases/{case}/star", "s 0 0 x 0 - s"),
    ("POST", "/cases/{case}/star/take-back", "s 0 0 x 0 - 0"),
    ("POST", "/cases/{case}/comments", "s 0 0 x 0 - s"),
    ("POST", "/cases/{case}/comments/{comment}/take-back", "0 0 0 0 0 0 0"),
    ("GET", "/cases/{case}/withdraw", "s 0 0 0 0 - x"),
    ("POST", "/cases/{case}/withdraw", "s 0 0 0 0 - s"),
    ("GET", "/saved", "s x x x x - x"),
    ("POST", "/cases/{case}/saved", "s 0 0 x 0 - s"),
    ("POST", "/cases/{case}/saved/take-off", "s x x x x - s"),
    ("GET", "/chain/{entry}", "0 0 0 0 0 0 0"),
    ("GET", "/search", "s x x x x - x"),
    ("GET", "/help", "x x x x x x x"),
    ("GET", "/cases/new", "s - - x - - x"),
    ("POST", "/cases/new", "s - - x - - s"),
    ("GET", "/drafts/{draft}", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/discard", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/pictures", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/pictures/{picture}", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/pictures/{picture}/small", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/pictures/{picture}/upright", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/hide", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/hide/{picture}", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/hide/{picture}", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/context", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/context", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/audience", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/audience", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/check", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/check", "0 0 0 0 0 0 0"),
    ("GET", "/drafts/{draft}/share", "0 0 0 0 0 0 0"),
    ("POST", "/drafts/{draft}/share", "0 0 0 0 0 0 0"),
    ("GET", "/admin/people", "s - - - x - x"),
    ("POST", "/admin/people", "s - - - x - x"),
    ("POST", "/admin/people/{account}/link", "0 0 0 0 0 0 0"),
    ("POST", "/admin/people/{account}/roles", "0 0 0 0 0 0 0"),
    ("POST", "/admin/people/{account}/attest", "0 0 0 0 0 0 0"),
    ("POST", "/admin/people/{account}/revoke", "0 0 0 0 0 0 0"),
    ("POST", "/admin/people/{account}/end-sessions", "0 0 0 0 0 0 0"),
    ("GET", "/admin/peers", "s - - - x - x"),
    ("GET", "/admin/audit", "s - - - - x x"),
    ("GET", "/admin/audit/lines", "s - - - - x x"),
];

/// What would disturb the rest of the matrix: it ends sessions, makes accounts, uses up attempts, never answers, marks the
/// data directory, or takes a body of another kind.
const ELSEWHERE: [(&str, &str); 7] = [
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/sign-up"),
    ("POST", "/account/sessions/end-all"),
    ("GET", "/events"),
    ("POST", "/api/v1/store/rebuild"),
    ("POST", "/drafts/{draft}/pictures"),
];

fn letter(answer: &Answer) -> char {
    match answer.status.as_u16() {
        _ if answer.asks_to_sign_in() => 's',
        403 => '-',
        404 => '0',
        _ => 'x',
    }
}

async fn ask(browser: &mut Browser, method: &str, route: &str, case: &str, login: &str) -> Answer {
    let parts = route.split('/').map(|part| match part {
        "{case}" => case,
        "{feed}" => "own",
        "{login}" => "nobody",
        part if part.starts_with('{') => "1",
        part => part,
    });
    let path = parts.collect::<Vec<_>>().join("/");
    match method {
        "GET" => browser.get(&path).await,
        _ if path.starts_with("/api/") => browser.post_json(&path, body_of(route, login)).await,
        _ => {
            browser
                .post(
                    &path,
                    &[("status", "open"), ("body", "x"), ("why", "patient"), ("scheme", "auto"), ("density", "calm")],
                )
                .await
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_the_matrix_says_on_every_route() {
    let ward = Ward::founded().await;
    ward.physician("author").await;
    let case = ward.case("author", "For the network", Audience::Network).await.to_string();
    let viewer = ward.viewer("vera").await;
    let mut people = [
        ("", ward.browser()),
        (&*viewer.login.clone(), viewer),
        ("stefan", ward.staff("stefan", &[]).await),
        ("one", ward.physician("one").await),
        ("admin", ward.administrator().await),
        ("audrey", ward.staff("audrey", &["auditor"]).await),
        ("nobody", ward.owner()),
    ];
    let mut differences = Vec::new();
    for (method, route, cells) in MATRIX {
        let mut found = Vec::new();
        for (login, person) in &mut people {
            let answer = ask(person, method, route, &case, login).await;
            assert!(answer.status.as_u16() < 500, "{method} {route} by {login:?}: {}", answer.body);
            found.push(letter(&answer).to_string());
        }
        let found = found.join(" ");
        if found != *cells {
            differences.push(format!("{method} {route}: {found}, expected {cells}"));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_matrix_has_a_row_for_each_route() {
    let routes = routes();
    let own = routes.list().iter().filter(|route| !ELSEWHERE.contains(&(route.method, route.path)));
    let mut served: Vec<(&str, &str)> = own.map(|route| (route.method, route.path)).collect();
    let mut rows: Vec<(&str, &str)> = MATRIX.iter().map(|(method, path, _)| (*method, *path)).collect();
    served.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, served);
}
