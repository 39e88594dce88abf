//! The own account: sessions, password, how pages look here.

use askama::Template;
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use house::{AccountId, Command, SessionId, account, limits::PASSWORD_CHARS_MIN, session};

use crate::{
    app::{App, AppError},
    clock::now_ms,
    sentences::Sentences,
    web::{
        cookie,
        extract::{Asked, Fields, Posted, id},
        frame::{DENSITIES, FieldProblem, Frame, Notice, Reading, SCHEMES, html},
        pieces::{Badge, Choice, choices, role_key},
        problem::Problem,
        refused::{beside_the_field, beside_the_password},
        specialty::specialty_key,
        when::When,
    },
};

/// Where this page is.
const PLACE: &str = "/account";

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    t: &'static Sentences,
    frame: Frame,
    account: AccountView,
    sessions: Vec<SessionView>,
    schemes: Vec<Choice>,
    densities: Vec<Choice>,
    password_chars_min: usize,
}

struct AccountView {
    account: String,
    name: String,
    badge: Option<Badge>,
}

struct SessionView {
    id: String,
    device: String,
    started: When,
    seen: When,
    is_current: bool,
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let mut page = page(&reading, None).await?;
    if asked.filled("new").is_some() {
        let text = page.t.with("account-new", "account", &page.account.account);
        page.frame.notice = Some(Notice { text, caution: false });
    }
    if let Some(told) = reading.told(PLACE) {
        page.frame.notice = Some(told);
    }
    html(&page)
}

/// Back to the page, which says once what was done.
fn done(reading: &Reading, key: &str) -> Response {
    reading.tell(PLACE, Notice { text: Sentences::english().get(key), caution: false })
}

pub(super) async fn change_password(reading: Reading, Posted(form): Posted) -> Result<Response, Problem> {
    match change(&reading, &form).await? {
        None => Ok(done(&reading, "account-password-kept")),
        Some(problem) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(&reading, Some(problem)).await?)?).into_response())
        }
    }
}

pub(super) async fn keep_look(reading: Reading, Posted(form): Posted) -> Result<Response, Problem> {
    reading.visitor.person()?;
    let known = |choices: &[(&'static str, &str)], chosen: &str| {
        choices.iter().map(|(value, _)| *value).find(|value| *value == chosen)
    };
    let scheme =
        known(&SCHEMES, form.one("scheme")).ok_or_else(|| Problem::unusable("scheme is auto, light or dark"))?;
    let density =
        known(&DENSITIES, form.one("density")).ok_or_else(|| Problem::unusable("density is calm or compact"))?;
    let mut response = done(&reading, "account-look-kept");
    if let Some(cookie) = cookie::keep_look(scheme, density, &reading.web.app.config.web) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

pub(super) async fn end_session(reading: Reading, Path(session): Path<String>) -> Result<Response, Problem> {
    let session: SessionId = id("session", &session)?;
    let actor = reading.visitor.actor;
    let command = Command::Session(session::Command::End(session));
    reading.web.run(move |app| Ok(app.desk.perform(command, &actor)?)).await?;
    Ok(done(&reading, "account-session-ended"))
}

pub(super) async fn end_all(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let command = Command::Session(session::Command::EndAll(reading.visitor.person()?.account));
    reading.web.run(move |app| Ok(app.desk.perform(command, &actor)?)).await?;
    Ok(reading.web.go_without_session())
}

/// What one field did not accept, if the password was not changed.
async fn change(reading: &Reading, form: &Fields) -> Result<Option<FieldProblem>, Problem> {
    let (web, actor, person) = (&reading.web, reading.visitor.actor, reading.visitor.person()?);
    let at = |field: &str, text: String| Ok(Some(FieldProblem { field: field.to_owned(), text }));
    if form.one("password") != form.one("again") {
        return at("again", Sentences::english().get("password-differs"));
    }
    let old = match web.show_password(&person.login, form.one("current").to_owned(), &reading.visitor).await {
        Ok(old) => old,
        Err(error) => return at("current", beside_the_password(error)?),
    };
    let new = match web.hash(form.one("password").to_owned()).await {
        Ok(new) => new,
        Err(error) => return at("password", beside_the_field(error)?),
    };
    let command = Command::Account(account::Command::ChangePassword { old, new });
    web.run(move |app| Ok(app.desk.perform(command, &actor)?)).await?;
    Ok(None)
}

async fn page(reading: &Reading, problem: Option<FieldProblem>) -> Result<AccountPage, Problem> {
    let person = reading.visitor.person()?.clone();
    let (id, current) = (person.account, reading.visitor.session());
    let name = person.name.clone();
    let (sessions, badge) =
        reading.web.run(move |app| Ok((sessions_of(app, id, current), own_badge(app, id, name)?))).await?;
    let mut frame = reading.frame("account");
    frame.problems.extend(problem);
    let (scheme, density) = reading.look();
    Ok(AccountPage {
        t: Sentences::english(),
        account: AccountView { account: person.login, name: person.name, badge },
        sessions,
        schemes: choices(&SCHEMES, scheme),
        densities: choices(&DENSITIES, density),
        password_chars_min: PASSWORD_CHARS_MIN,
        frame,
    })
}

fn sessions_of(app: &App, account: AccountId, current: Option<SessionId>) -> Vec<SessionView> {
    app.desk.look(|house| {
        let sessions = house.sessions_of(account, now_ms()).into_iter();
        let views = sessions.map(|(session, seen_ms)| SessionView {
            id: session.id.to_string(),
            device: session.agent.0.clone(),
            started: When::at(session.since_ms),
            seen: When::at(seen_ms),
            is_current: Some(session.id) == current,
        });
        views.collect()
    })
}

/// The badge of a person of this house, while the house vouches for them.
pub(super) fn own_badge(app: &App, account: AccountId, name: String) -> Result<Option<Badge>, AppError> {
    if !app.is_attested(account) {
        return Ok(None);
    }
    let attested = app.desk.look(|house| house.accounts().get(account).and_then(|account| account.attestation.clone()));
    Ok(attested.map(|attested| Badge {
        name,
        institution: app.identity.name.clone(),
        role_key: role_key(attested.profession),
        specialty_key: attested.specialties.first().map_or("", |descriptor| specialty_key(Some(*descriptor))),
        standing_key: "standing-verified",
        chain: format!("/chain/{}", attested.entry),
    }))
}
