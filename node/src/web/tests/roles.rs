//! Who gets what on every route.

use house::Actor;

use super::ward::{Answer, Browser, PASSWORD, Ward, body_of};
use crate::{
    app::{Audience, NewAccount, hospital::speaking_for},
    clock::now_ms,
    web::routes,
};

/// What becomes of a request, as far as rights go: `s` sign in, `-` not allowed, `0` not there, `x` it is looked at.
///
/// Columns: stranger, viewer, staff without an attestation, attested physician, administrator and attester, auditor, and the
/// owner of the machine at the command line. Case, comment, session and token are somebody else's and of the network; the
/// draft is the physician's; the account that is managed is another one for each of them.
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
    ("POST", "/api/v1/tokens/{token}/revoke", "0 0 0 0 x 0 x"),
    ("GET", "/api/v1/cases", "s x x x x - x"),
    ("POST", "/api/v1/cases", "s - - x - - x"),
    ("GET", "/api/v1/cases/{case}", "s 0 0 x 0 - x"),
    ("POST", "/api/v1/cases/{case}/comments", "s 0 0 x 0 - x"),
    ("POST", "/api/v1/cases/{case}/star", "s 0 0 x 0 - s"),
    ("GET", "/api/v1/saved", "s x x x x - x"),
    ("POST", "/api/v1/cases/{case}/saved", "s 0 0 x 0 - s"),
    ("POST", "/api/v1/cases/{case}/withdrawal", "s 0 0 - 0 - x"),
    ("GET", "/api/v1/cases/{case}/pictures/{number}/manifest", "s 0 0 0 0 - 0"),
    ("GET", "/api/v1/search", "s x x x x - x"),
    ("GET", "/api/v1/status", "s - - - x - x"),
    ("GET", "/api/v1/peers", "s - - - x - x"),
    ("POST", "/api/v1/audit/verification", "s - - - x x x"),
    ("GET", "/api/v1/feeds/{feed}/export", "s - - - - - x"),
    ("POST", "/api/v1/store/check", "s - - - x - x"),
    ("POST", "/api/v1/store/rebuild", "s - - - x - x"),
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
    ("POST", "/account/sessions/{session}/end", "0 0 0 0 x 0 x"),
    ("GET", "/cases/{case}", "s 0 0 x 0 - x"),
    ("POST", "/cases/{case}/status", "s 0 0 x 0 - s"),
    ("GET", "/cases/{case}/pictures/{number}", "s 0 0 0 0 - 0"),
    ("GET", "/cases/{case}/previews/{number}", "s 0 0 0 0 - 0"),
    ("POST", "/cases/{case}/star", "s 0 0 x 0 - s"),
    ("POST", "/cases/{case}/star/take-back", "s 0 0 x 0 - 0"),
    ("POST", "/cases/{case}/comments", "s 0 0 x 0 - s"),
    ("POST", "/cases/{case}/comments/{comment}/take-back", "s 0 0 - 0 - x"),
    ("GET", "/cases/{case}/withdraw", "s 0 0 0 0 - x"),
    ("POST", "/cases/{case}/withdraw", "s 0 0 0 0 - s"),
    ("GET", "/saved", "s x x x x - x"),
    ("POST", "/cases/{case}/saved", "s 0 0 x 0 - s"),
    ("POST", "/cases/{case}/saved/take-off", "s x x x x - s"),
    ("GET", "/chain/{entry}", "s 0 0 x 0 - x"),
    ("GET", "/search", "s x x x x - x"),
    ("GET", "/help", "x x x x x x x"),
    ("GET", "/cases/new", "s - - x - - x"),
    ("POST", "/cases/new", "s - - x - - s"),
    ("GET", "/drafts/{draft}", "s - - x - - x"),
    ("GET", "/drafts/{draft}/pictures", "s - - x - - x"),
    ("POST", "/drafts/{draft}/pictures/{picture}", "s - - x - - x"),
    ("GET", "/drafts/{draft}/pictures/{picture}/small", "s - - x - - x"),
    ("GET", "/drafts/{draft}/pictures/{picture}/upright", "0 - - x - - 0"),
    ("GET", "/drafts/{draft}/hide", "s - - x - - x"),
    ("GET", "/drafts/{draft}/hide/{picture}", "s - - x - - x"),
    ("POST", "/drafts/{draft}/hide/{picture}", "s - - x - - x"),
    ("GET", "/drafts/{draft}/context", "s - - x - - x"),
    ("POST", "/drafts/{draft}/context", "s - - x - - x"),
    ("GET", "/drafts/{draft}/audience", "s - - x - - x"),
    ("POST", "/drafts/{draft}/audience", "s - - x - - x"),
    ("GET", "/drafts/{draft}/check", "s - - x - - x"),
    ("POST", "/drafts/{draft}/check", "s - - x - - x"),
    ("GET", "/drafts/{draft}/share", "s - - x - - x"),
    ("POST", "/drafts/{draft}/share", "s - - x - - x"),
    ("POST", "/drafts/{draft}/discard", "s - - x - - x"),
    ("GET", "/admin/people", "s - - - x - x"),
    ("POST", "/admin/people", "s - - - x - x"),
    ("POST", "/admin/people/{account}/link", "s - - - x - x"),
    ("POST", "/admin/people/{account}/roles", "s - - - x - x"),
    ("POST", "/admin/people/{account}/attest", "s - - - x - x"),
    ("POST", "/admin/people/{account}/revoke", "s - - - x - x"),
    ("POST", "/admin/people/{account}/end-sessions", "s - - - x - x"),
    ("GET", "/admin/peers", "s - - - x - x"),
    ("GET", "/admin/audit", "s - - - - x x"),
    ("GET", "/admin/audit/lines", "s - - - - x x"),
];

/// What would disturb the rest of the matrix: it ends sessions, makes accounts, uses up attempts, never answers, or takes a
/// body of another kind.
const ELSEWHERE: [(&str, &str); 6] = [
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/sign-up"),
    ("POST", "/account/sessions/end-all"),
    ("GET", "/events"),
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

const COLUMNS: usize = 7;

/// What stands for the parts of a path that have names: things that are there.
struct Things {
    case: String,
    /// A case that may go.
    doomed: String,
    comment: String,
    entry: String,
    /// One for those who come in over the network and one for the owner of the machine: who may, ends them.
    sessions: [String; 2],
    tokens: [String; 2],
    draft: String,
    picture: String,
    /// One for each column.
    accounts: Vec<String>,
}

impl Things {
    async fn of(ward: &Ward, author: &str, writer: &mut Browser) -> Self {
        let case = ward.case(author, "For the network", Audience::Network).await;
        let doomed = ward.case(author, "For a short time", Audience::Network).await;
        let (app, actor) = (&ward.app, speaking_for(&ward.app, author));
        let comment = app.comment(case, "Seen before.", None, None, &actor).await.unwrap().entry.unwrap();
        let account = app.account(author).unwrap().id;
        ward.browser().sign_in(author, PASSWORD).await;
        let session =
            |number: usize| app.desk.look(|house| house.sessions_of(account, now_ms())[number].0.id.to_string());
        let token = || app.make_token(author, &["cases:read".to_owned()], 1, "", &Actor::System).unwrap().id;
        let begun = writer.post("/cases/new", &[]).await;
        let draft = begun.header("location").split('/').nth(2).unwrap().to_owned();
        let file = include_bytes!("../../../demo/pictures/tibia.jpg").to_vec();
        let picture = app.add_picture(draft.parse().unwrap(), file, &speaking_for(app, "one")).await.unwrap().id;
        Self {
            entry: app.open_case(case).unwrap().current.to_string(),
            case: case.to_string(),
            doomed: doomed.to_string(),
            comment,
            sessions: [session(0), session(1)],
            tokens: [token(), token()],
            draft,
            picture: picture.to_string(),
            accounts: (0..COLUMNS).map(|number| managed(ward, number)).collect(),
        }
    }

    fn path(&self, route: &str, column: usize) -> String {
        let door = usize::from(column == COLUMNS - 1);
        let part = |part| match part {
            "{case}" if route.ends_with("/withdrawal") => self.doomed.as_str(),
            "{case}" => &self.case,
            "{comment}" => &self.comment,
            "{entry}" => &self.entry,
            "{session}" => &self.sessions[door],
            "{token}" => &self.tokens[door],
            "{draft}" => &self.draft,
            "{picture}" => &self.picture,
            "{account}" => &self.accounts[column],
            "{feed}" => "own",
            "{login}" => "nobody",
            unnamed if unnamed.starts_with('{') => "1",
            fixed => fixed,
        };
        route.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// Fields of every form, so that a refusal is not about the form.
const FIELDS: [(&str, &str); 9] = [
    ("status", "open"),
    ("body", "x"),
    ("why", "patient"),
    ("scheme", "auto"),
    ("density", "calm"),
    ("profession", "nurse"),
    ("until", "2027-06-01"),
    ("reason", "left"),
    ("do", "up"),
];

async fn ask(browser: &mut Browser, method: &str, route: &str, path: &str, login: &str) -> Answer {
    match method {
        "GET" => browser.get(path).await,
        _ if path.starts_with("/api/") => browser.post_json(path, body_of(route, login)).await,
        _ => browser.post(path, &FIELDS).await,
    }
}

/// An account for somebody to manage.
fn managed(ward: &Ward, number: usize) -> String {
    let new = NewAccount { login: format!("managed-{number}"), name: "Dr. Managed".to_owned(), roles: Vec::new() };
    ward.app.add_account(&new, &Actor::System).unwrap();
    ward.app.account(&new.login).unwrap().id.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_the_matrix_says_on_every_route() {
    let ward = Ward::founded().await;
    ward.physician("author").await;
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
    let things = Things::of(&ward, "author", &mut people[3].1).await;
    let mut differences = Vec::new();
    for (method, route, cells) in MATRIX {
        let mut found = Vec::new();
        for (column, (login, person)) in people.iter_mut().enumerate() {
            let answer = ask(person, method, route, &things.path(route, column), login).await;
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
