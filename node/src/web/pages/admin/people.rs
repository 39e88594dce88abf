//! Accounts of the house, what they may do in it, and whom the house vouches for.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use house::{
    AccountId, AccountKind, Command, Permission, Role, Roles, Settings,
    account::{self, Account},
    audit::{Action, Outcome},
    session,
};
use protocol::payload::control::Profession;

use super::{Room, rooms};
use crate::{
    app::{App, AppError, NewAccount, NewAttestation, OneTimeSignIn},
    clock::now_ms,
    sentences::Sentences,
    web::{
        extract::{Asked, Fields, Posted, id},
        frame::{FieldProblem, Frame, Reading, html},
        pages::{account::own_badge, new::context::specialties},
        pieces::{Badge, Choice, PROFESSIONS, choices, chosen, role_key},
        problem::Problem,
        refused::beside_the_field,
        when::{When, end_of_day_ms},
    },
};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// People on the page; a search finds the others.
const PEOPLE_MAX: usize = 200;

const ROLES: [(Role, &str, &str); 6] = [
    (Role::Administrator, "administrator", "house-role-admin"),
    (Role::Attester, "attester", "house-role-attester"),
    (Role::Moderator, "moderator", "house-role-moderator"),
    (Role::DataProtectionOfficer, "data-protection-officer", "house-role-dpo"),
    (Role::DataSteward, "data-steward", "house-role-steward"),
    (Role::Auditor, "auditor", "house-role-auditor"),
];

#[derive(Template)]
#[template(path = "admin/people.html")]
struct People {
    t: &'static Sentences,
    frame: Frame,
    rooms: Vec<Room>,
    people: Vec<PersonRow>,
    professions: Vec<Choice>,
    specialties: Vec<Choice>,
    link: Option<NewLink>,
    may_attest: bool,
    may_administer: bool,
    form: PersonForm,
    search: String,
}

struct PersonRow {
    id: String,
    account: String,
    name: String,
    roles: Vec<Choice>,
    badge: Option<Badge>,
    until: Option<When>,
    seen: Option<When>,
    sessions: usize,
}

struct NewLink {
    name: String,
    href: String,
    ends: When,
}

#[derive(Default)]
struct PersonForm {
    account: String,
    name: String,
}

/// What the page shows besides the people.
#[derive(Default)]
struct Extra {
    link: Option<NewLink>,
    problem: Option<FieldProblem>,
    form: PersonForm,
    search: String,
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let search = asked.one("search").trim().to_owned();
    html(&page(&reading, Extra { search, ..Extra::default() }).await?)
}

pub(super) async fn add(reading: Reading, Posted(form): Posted) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let (login, name) = (form.one("account").to_owned(), form.one("name").trim().to_owned());
    let new = NewAccount { login: login.clone(), name: name.clone(), roles: Vec::new() };
    match reading.web.run(move |app| app.add_account(&new, &actor)).await {
        Ok(one_time) => shown_once(&reading, &name, &one_time).await,
        Err(error) => {
            let problem = Some(FieldProblem { field: "account".to_owned(), text: beside_the_field(error)? });
            let form = PersonForm { account: login, name };
            let page = page(&reading, Extra { problem, form, ..Extra::default() }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

pub(super) async fn link(reading: Reading, Path(account): Path<String>) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    let (name, one_time) = reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ManageAccounts)?;
            let account = find(app, account)?;
            Ok((account.name.0.clone(), app.reset_account(account.login.as_str(), &actor)?))
        })
        .await?;
    shown_once(&reading, &name, &one_time).await
}

pub(super) async fn set_roles(
    reading: Reading,
    Path(account): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    let wanted = form.all("role");
    let roles = ROLES.iter().filter(|(_, value, _)| wanted.contains(value)).map(|(role, ..)| *role);
    let command = Command::Account(account::Command::SetRoles { account, roles: Roles::new(roles)? });
    match reading.web.run(move |app| Ok(app.desk.perform(command, &actor)?)).await {
        Ok(_) => Ok(back()),
        Err(error) => {
            let problem = Some(FieldProblem { field: format!("person-{account}"), text: beside_the_field(error)? });
            let page = page(&reading, Extra { problem, ..Extra::default() }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

pub(super) async fn attest(
    reading: Reading,
    Path(account): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    let (profession, specialties, days) = vouched_for(&form)?;
    reading
        .web
        .run_async(move |app| async move {
            app.permit(&actor, Permission::Attest)?;
            let login = find(&app, account)?.login.as_str().to_owned();
            app.attest(&NewAttestation { login, profession, specialties, days }, &actor).await
        })
        .await?;
    Ok(back())
}

pub(super) async fn revoke(
    reading: Reading,
    Path(account): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    let reason = match form.one("reason") {
        "left" => "left-institution",
        "role" => "role-changed",
        "stolen" => "key-stolen",
        _ => return Err(Problem::unusable("reason is left, role or stolen")),
    };
    reading
        .web
        .run_async(move |app| async move {
            app.permit(&actor, Permission::Revoke)?;
            let login = find(&app, account)?.login.as_str().to_owned();
            app.revoke(&login, reason, &actor).await
        })
        .await?;
    Ok(back())
}

pub(super) async fn end_sessions(reading: Reading, Path(account): Path<String>) -> Result<Response, Problem> {
    let (actor, account) = (reading.visitor.actor, id("account", &account)?);
    reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ManageAccounts)?;
            find(app, account)?;
            Ok(app.desk.perform(Command::Session(session::Command::EndAll(account)), &actor)?)
        })
        .await?;
    Ok(back())
}

fn back() -> Response {
    Redirect::to("/admin/people").into_response()
}

fn find(app: &App, account: AccountId) -> Result<Account, AppError> {
    app.desk.look(|house| house.accounts().get(account).cloned()).ok_or(AppError::NotFound("account"))
}

/// Profession, specialties and whole days of an attestation.
fn vouched_for(form: &Fields) -> Result<(String, Vec<String>, u32), Problem> {
    chosen(Profession::ALL, PROFESSIONS, role_key, form.one("profession"))
        .ok_or_else(|| Problem::unusable("there is no such profession"))?;
    let until_ms =
        end_of_day_ms(form.one("until")).ok_or_else(|| Problem::unusable("until is a date such as 2027-03-31"))?;
    let days = until_ms.saturating_sub(now_ms()) / DAY_MS;
    let days = u32::try_from(days)
        .ok()
        .filter(|days| *days > 0)
        .ok_or_else(|| Problem::unusable("until is a day after today"))?;
    let specialties = form.filled("specialty").filter(|value| *value != "0").map(ToOwned::to_owned);
    Ok((form.one("profession").to_owned(), specialties.into_iter().collect(), days))
}

/// The page with a one-time link that it shows now and never again.
async fn shown_once(reading: &Reading, name: &str, one_time: &OneTimeSignIn) -> Result<Response, Problem> {
    let config = &reading.web.app.config.web;
    let scheme = if config.plain_http { "http" } else { "https" };
    let host = reading.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or(&config.host);
    let link = NewLink {
        name: name.to_owned(),
        href: format!("{scheme}://{host}{}", one_time.path),
        ends: When::at(now_ms() + Settings::default().one_time_secret_ms),
    };
    html(&page(reading, Extra { link: Some(link), ..Extra::default() }).await?)
}

async fn page(reading: &Reading, extra: Extra) -> Result<People, Problem> {
    let (actor, search) = (reading.visitor.actor, extra.search.to_lowercase());
    let (people, may_attest, may_administer) = reading
        .web
        .run(move |app| {
            let may_attest = app.permit(&actor, Permission::Attest).is_ok();
            let may_administer = app.permit(&actor, Permission::ManageAccounts).is_ok();
            if !may_attest && !may_administer {
                app.permit(&actor, Permission::ManageAccounts)?;
            }
            app.desk.note(&actor, Action::ViewPeople, Vec::new(), Outcome::Done)?;
            Ok((people(app, &search)?, may_attest, may_administer))
        })
        .await?;
    let mut frame = reading.frame("admin");
    frame.problems.extend(extra.problem);
    Ok(People {
        t: Sentences::english(),
        frame,
        rooms: rooms(reading, "admin-people"),
        people,
        professions: choices(PROFESSIONS, "physician"),
        specialties: specialties(None),
        link: extra.link,
        may_attest,
        may_administer,
        form: extra.form,
        search: extra.search,
    })
}

fn people(app: &App, search: &str) -> Result<Vec<PersonRow>, AppError> {
    let accounts: Vec<Account> = app.desk.look(|house| {
        let matching = house.accounts().iter().filter(|account| {
            account.login.as_str().contains(search) || account.name.as_str().to_lowercase().contains(search)
        });
        matching.take(PEOPLE_MAX).cloned().collect()
    });
    accounts.iter().map(|account| person(app, account)).collect()
}

fn person(app: &App, account: &Account) -> Result<PersonRow, AppError> {
    let now_ms = now_ms();
    let (sessions, seen_ms) = app.desk.look(|house| {
        let sessions = house.sessions_of(account.id, now_ms);
        (sessions.len(), sessions.iter().map(|(_, seen_ms)| *seen_ms).max())
    });
    let badge = own_badge(app, account.id, account.name.0.clone())?;
    let is_staff = account.kind == AccountKind::Staff;
    let roles = ROLES.iter().filter(|_| is_staff).map(|(role, value, key)| Choice {
        value: (*value).to_owned(),
        key,
        is_chosen: account.roles.has(*role),
    });
    Ok(PersonRow {
        id: account.id.to_string(),
        account: account.login.as_str().to_owned(),
        name: account.name.0.clone(),
        roles: roles.collect(),
        until: badge
            .is_some()
            .then(|| account.attestation.as_ref().map(|attested| When::at(attested.until_ms)))
            .flatten(),
        badge,
        seen: seen_ms.map(When::at),
        sessions,
    })
}
