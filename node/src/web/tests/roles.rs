//! Who gets what on every route.

use house::Actor;
use protocol::CaseId;

use super::ward::{Answer, Browser, PASSWORD, PICTURE, Ward, a_later_day, body_of};
use crate::{
    app::{Audience, NewAccount, hospital::speaking_for},
    clock::now_ms,
    web::routes,
};

/// What becomes of a request, as far as rights go: `s` sign in, `-` not allowed, `0` not there, `x` it is looked at.
///
/// | column | who |
/// |---|---|
/// | s | stranger |
/// | v | viewer |
/// | u | staff without an attestation |
/// | w | the attested physician whose case, comment, session and token it is |
/// | c | an attested colleague, whose draft it is |
/// | A | administrator |
/// | t | attester |
/// | m | moderator |
/// | p | data-protection officer |
/// | d | data steward |
/// | i | auditor |
/// | o | the owner of the machine at the command line |
///
/// The case is one of the network. What may be ended or taken away is another one for each of them, and so is the account that
/// is managed.
const MATRIX: &[(&str, &str, &str)] = &[
    //                                                          s v u w c A t m p d i o
    ("GET", "/health/live", "x x x x x x x x x x x x"),
    ("GET", "/health/ready", "x x x x x x x x x x x x"),
    ("GET", "/a/{digest}/{*path}", "0 0 0 0 0 0 0 0 0 0 0 0"),
    ("GET", "/api/v1/openapi.json", "x x x x x x x x x x x x"),
    ("POST", "/api/v1/charters", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/charters/signatures", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/charters/reading", "s - - - - x - - - - - x"),
    ("GET", "/api/v1/card", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/network", "s - - - - x - - - - - x"),
    ("GET", "/api/v1/admissions", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/admissions", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/admissions/votes", "s - - - - 0 - - - - - 0"),
    ("GET", "/api/v1/expulsions", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/expulsions", "s - - - - 0 - - - - - 0"),
    ("GET", "/api/v1/invitation", "s - - - - x - - - - - x"),
    ("GET", "/api/v1/accounts", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/accounts", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/accounts/{login}/reset", "s - - - - 0 - - - - - 0"),
    ("POST", "/api/v1/accounts/{login}/disable", "s - - - - 0 - - - - - 0"),
    ("POST", "/api/v1/attestations", "s - - - - - 0 - - - - 0"),
    ("POST", "/api/v1/revocations", "s - - - - - 0 - - - - 0"),
    ("GET", "/api/v1/tokens", "s - x x x x x x x x x x"),
    ("POST", "/api/v1/tokens", "s - x x x x x x x x x 0"),
    ("POST", "/api/v1/tokens/{token}/revoke", "0 0 0 x 0 x 0 0 0 0 0 x"),
    ("GET", "/api/v1/cases", "s x x x x x x x x x - x"),
    ("POST", "/api/v1/cases", "s - - x x - - - - - - x"),
    ("GET", "/api/v1/cases/{case}", "s 0 0 x x 0 0 x x x - x"),
    ("POST", "/api/v1/cases/{case}/comments", "s 0 0 x x 0 0 - - - - s"),
    ("POST", "/api/v1/cases/{case}/star", "s 0 0 x x 0 0 - - - - s"),
    ("GET", "/api/v1/saved", "s x x x x x x x x x - x"),
    ("POST", "/api/v1/cases/{case}/saved", "s 0 0 x x 0 0 x x x - s"),
    ("POST", "/api/v1/cases/{case}/withdrawal", "s 0 0 x - 0 0 x x - - x"),
    ("GET", "/api/v1/cases/{case}/pictures/{number}/manifest", "s 0 0 x x 0 0 x x x - x"),
    ("GET", "/api/v1/search", "s x x x x x x x x x - x"),
    ("GET", "/api/v1/status", "s - - - - x - - - - - x"),
    ("GET", "/api/v1/peers", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/audit/verification", "s - - - - x - - x - x x"),
    ("GET", "/api/v1/feeds/{feed}/export", "s - - - - - - - - x - x"),
    ("POST", "/api/v1/store/check", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/store/rebuild", "s - - - - x - - - - - x"),
    ("POST", "/api/v1/store/vouching", "s - - - - x - - - - - x"),
    // A form is no instance.
    ("POST", "/dicomweb/studies", "s - - x x - - - - - - x"),
    // Who audits is led to the room of their duty.
    ("GET", "/", "s x x x x x x x x x x x"),
    ("GET", "/sign-in", "x x x x x x x x x x x x"),
    ("GET", "/sign-up", "x x x x x x x x x x x x"),
    ("GET", "/first/{login}/{secret}", "x x x x x x x x x x x x"),
    ("POST", "/first/{login}/{secret}", "x x x x x x x x x x x x"),
    ("GET", "/account", "s x x x x x x x x x x s"),
    ("POST", "/account/password", "s x x x x x x x x x x s"),
    ("POST", "/account/look", "s x x x x x x x x x x s"),
    ("POST", "/account/sessions/{session}/end", "0 0 0 x 0 x 0 0 0 0 0 x"),
    ("GET", "/cases/{case}", "s 0 0 x x 0 0 x x x - x"),
    ("POST", "/cases/{case}/status", "s 0 0 x - 0 0 - - - - -"),
    ("GET", "/cases/{case}/pictures/{number}", "s 0 0 x x 0 0 x x x - x"),
    ("GET", "/cases/{case}/previews/{number}", "s 0 0 x x 0 0 x x x - x"),
    // Its picture is a photograph.
    ("GET", "/cases/{case}/pictures/{number}/frames", "s 0 0 0 0 0 0 0 0 0 - 0"),
    ("GET", "/cases/{case}/pictures/{number}/object", "s 0 0 0 0 0 0 0 0 0 - 0"),
    ("GET", "/cases/{case}/pictures/{number}/manifest", "s 0 0 x x 0 0 x x x - x"),
    ("POST", "/cases/{case}/star", "s 0 0 x x 0 0 - - - - s"),
    ("POST", "/cases/{case}/star/take-back", "s 0 0 x x 0 0 0 0 0 - 0"),
    ("POST", "/cases/{case}/comments", "s 0 0 x x 0 0 - - - - s"),
    ("POST", "/cases/{case}/comments/{comment}/take-back", "s 0 0 x - 0 0 x x - - x"),
    ("GET", "/cases/{case}/withdraw", "s 0 0 x 0 0 0 x x 0 - x"),
    ("POST", "/cases/{case}/withdraw", "s 0 0 x 0 0 0 x x 0 - s"),
    ("POST", WAITING, "0 0 0 x 0 0 0 0 0 0 0 0"),
    ("GET", "/saved", "s x x x x x x x x x - x"),
    ("POST", "/cases/{case}/saved", "s 0 0 x x 0 0 x x x - s"),
    ("POST", "/cases/{case}/saved/take-off", "s x x x x x x x x x - s"),
    ("GET", "/chain/{entry}", "s 0 0 x x 0 0 x x x - x"),
    ("GET", "/search", "s x x x x x x x x x - x"),
    ("GET", "/help", "x x x x x x x x x x x x"),
    ("GET", "/cases/new", "s - - x x - - - - - - x"),
    ("POST", "/cases/new", "s - - x x - - - - - - s"),
    ("GET", "/drafts/{draft}", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/pictures", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/pictures/{picture}", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/pictures/{picture}/small", "s - - 0 x - - - - - - x"),
    // It is not confirmed yet.
    ("GET", "/drafts/{draft}/pictures/{picture}/clean", "s - - 0 0 - - - - - - x"),
    ("GET", "/drafts/{draft}/pictures/{picture}/upright", "0 - - 0 x - - - - - - 0"),
    ("GET", "/drafts/{draft}/hide", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/hide/{picture}", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/hide/{picture}", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/context", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/context", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/audience", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/audience", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/check", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/check", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/share", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/share", "s - - 0 x - - - - - - x"),
    ("GET", "/drafts/{draft}/discard", "s - - 0 x - - - - - - x"),
    ("POST", "/drafts/{draft}/discard", "s - - 0 x - - - - - - x"),
    ("GET", "/admin/people", "s - - - - x x - - - - x"),
    ("POST", "/admin/people", "s - - - - x - - - - - x"),
    ("POST", "/admin/people/{account}/link", "s - - - - x - - - - - x"),
    ("POST", "/admin/people/{account}/roles", "s - - - - x - - - - - x"),
    ("POST", "/admin/people/{account}/attest", "s - - - - - x - - - - x"),
    ("POST", "/admin/people/{account}/revoke", "s - - - - - x - - - - x"),
    ("POST", "/admin/people/{account}/end-sessions", "s - - - - x - - - - - x"),
    ("GET", "/admin/peers", "s - - - - x - - - - - x"),
    ("GET", "/admin/card", "s - - - - x - - - - - x"),
    ("GET", "/admin/audit", "s - - - - - - - x - x x"),
    ("GET", "/admin/audit/lines", "s - - - - - - - x - x x"),
];

/// What is there only while no other hospital can be reached: a comment of the physician whose case it is.
const WAITING: &str = "/unsent/{unsent}/take-back";

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

const COLUMNS: usize = 12;

/// What stands for the parts of a path that have names: things that are there.
struct Things {
    case: String,
    entry: String,
    draft: String,
    picture: String,
    /// What may go, one for each column.
    mortal: Vec<Mortal>,
}

/// What somebody may end, take away or manage.
struct Mortal {
    case: String,
    comment: String,
    session: String,
    token: String,
    account: String,
}

impl Things {
    async fn of(ward: &Ward, colleague: &mut Browser) -> Self {
        let case = ward.case_with_picture("author", "For the network", Audience::Network).await;
        let begun = colleague.post("/cases/new", &[]).await;
        let draft = begun.header("location").split('/').nth(2).unwrap().to_owned();
        let actor = speaking_for(&ward.app, "colleague");
        let picture = ward.app.add_picture(draft.parse().unwrap(), PICTURE.to_vec(), &actor).await.unwrap().id;
        colleague.looked_at(&format!("/drafts/{draft}/hide/{picture}")).await;
        let mut mortal = Vec::new();
        for column in 0..COLUMNS {
            mortal.push(Mortal::of(ward, case, column).await);
        }
        Self {
            entry: ward.app.open_case(case).unwrap().current.to_string(),
            case: case.to_string(),
            draft,
            picture: picture.to_string(),
            mortal,
        }
    }

    fn path(&self, route: &str, column: usize) -> String {
        let mortal = &self.mortal[column];
        let part = |part| match part {
            "{case}" if route.ends_with("/withdrawal") => mortal.case.as_str(),
            "{case}" => &self.case,
            "{comment}" => &mortal.comment,
            "{entry}" => &self.entry,
            "{session}" => &mortal.session,
            "{token}" => &mortal.token,
            "{draft}" => &self.draft,
            "{picture}" => &self.picture,
            "{account}" => &mortal.account,
            "{feed}" => "own",
            "{login}" => "nobody",
            unnamed if unnamed.starts_with('{') => "1",
            fixed => fixed,
        };
        route.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

impl Mortal {
    async fn of(ward: &Ward, case: CaseId, column: usize) -> Self {
        let app = &ward.app;
        let said = app.comment(case, "Seen before.", None, None, &[], &speaking_for(app, "author")).await.unwrap();
        let author = app.account("author").unwrap().id;
        let before = app.desk.look(|house| ids_of(house, author));
        ward.browser().sign_in("author", PASSWORD).await;
        let session = app.desk.look(|house| ids_of(house, author)).into_iter().find(|id| !before.contains(id));
        let new = NewAccount { login: format!("managed-{column}"), name: "Dr. Managed".to_owned(), roles: Vec::new() };
        app.add_account(&new, &Actor::System).unwrap();
        Self {
            case: ward.case("author", "For a short time", Audience::Network).await.to_string(),
            comment: said.entry.unwrap(),
            session: session.unwrap(),
            token: app.make_token("author", &["cases:read".to_owned()], 1, "", &Actor::System).unwrap().id,
            account: app.account(&new.login).unwrap().id.to_string(),
        }
    }
}

fn ids_of(house: &house::House, account: house::AccountId) -> Vec<String> {
    house.sessions_of(account, now_ms()).iter().map(|(session, _)| session.id.to_string()).collect()
}

/// Who asks, in the order of the columns.
async fn people(ward: &Ward, author: Browser, colleague: Browser) -> [Browser; COLUMNS] {
    [
        ward.browser(),
        ward.viewer("vera").await,
        ward.staff("stefan", &[]).await,
        author,
        colleague,
        ward.staff("anna", &["administrator"]).await,
        ward.staff("atta", &["attester"]).await,
        ward.staff("mona", &["moderator"]).await,
        ward.staff("petra", &["data-protection-officer"]).await,
        ward.staff("dora", &["data-steward"]).await,
        ward.staff("audrey", &["auditor"]).await,
        ward.owner(),
    ]
}

/// Fields of every form, so that a refusal is not about the form.
const FIELDS: [(&str, &str); 12] = [
    ("account", "somebody"),
    ("name", "Dr. Somebody"),
    ("status", "open"),
    ("body", "x"),
    ("why", "patient"),
    ("scheme", "auto"),
    ("density", "calm"),
    ("profession", "nurse"),
    ("specialty", "0"),
    ("reason", "left"),
    ("sure", "yes"),
    ("do", "up"),
];

async fn ask(browser: &mut Browser, method: &str, route: &str, path: &str, login: &str) -> Answer {
    match method {
        "GET" => browser.get(path).await,
        _ if path.starts_with("/api/") => browser.post_json(path, body_of(route, login)).await,
        _ => browser.post(path, &[FIELDS.as_slice(), &[("until", &*a_later_day())]].concat()).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_the_matrix_says_on_every_route() {
    let ward = Ward::founded().await;
    let author = ward.physician("author").await;
    let colleague = ward.physician("colleague").await;
    let mut people = people(&ward, author, colleague).await;
    let things = Things::of(&ward, &mut people[4]).await;
    let mut differences = Vec::new();
    for (method, route, cells) in MATRIX.iter().filter(|(_, route, _)| *route != WAITING) {
        let mut found = Vec::new();
        for (column, person) in people.iter_mut().enumerate() {
            let login = if person.login.is_empty() { "nobody".to_owned() } else { person.login.clone() };
            let answer = ask(person, method, route, &things.path(route, column), &login).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_there_for_whom_the_matrix_says() {
    let (ward, case) = Ward::cut_off().await;
    let (mut author, mut colleague) = (ward.browser(), ward.browser());
    author.sign_in("one", PASSWORD).await;
    colleague.sign_in("two", PASSWORD).await;
    let mut found = Vec::new();
    for mut person in people(&ward, author, colleague).await {
        let actor = speaking_for(&ward.app, "one");
        ward.app.comment(case, "Said in haste.", None, None, &[], &actor).await.unwrap();
        let waits = ward.app.waiting(&actor).unsent.pop().unwrap();
        let path = WAITING.replace("{unsent}", &waits.id.to_string());
        found.push(letter(&person.post(&path, &FIELDS).await).to_string());
    }
    let row = MATRIX.iter().find(|(_, route, _)| *route == WAITING).unwrap();
    assert_eq!(found.join(" "), row.2);
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
