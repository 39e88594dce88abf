//! Accounts of the house, what they may do in it, and whom the house vouches for.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{
    AccountId, AccountKind, Command, Permission, Role, Roles, Settings,
    account::{self, Account},
    audit::{Action, Outcome},
    session,
};

use super::{
    Room, rooms,
    vouching::{VouchForm, Wish, days},
};
use crate::{
    app::{App, AppError, NewAccount, OneTimeSignIn},
    clock::now_ms,
    sentences::Sentences,
    web::{
        extract::{Asked, Fields, Posted, id},
        frame::{FieldProblem, Frame, Notice, Reading, html},
        pages::account::own_badge,
        pieces::{Badge, Choice},
        problem::Problem,
        refused::beside_the_field,
        when::When,
    },
};

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
pub(super) struct People {
    t: &'static Sentences,
    frame: Frame,
    rooms: Vec<Room>,
    people: Vec<PersonRow>,
    first_day: String,
    last_day: String,
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
    is_viewer: bool,
    until: Option<When>,
    seen: Option<When>,
    sessions: usize,
    vouching: VouchForm,
    is_open: bool,
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
pub(super) struct Extra {
    link: Option<NewLink>,
    problem: Option<FieldProblem>,
    form: PersonForm,
    search: String,
    notice: Option<Notice>,
    /// What was to be signed of a person and was not accepted.
    wish: Option<(AccountId, Wish)>,
    /// Whose forms stand open.
    open: Option<AccountId>,
}

impl Extra {
    /// What was not accepted in a form of a person, whose forms stand open among those that were searched for, and what was
    /// to be signed.
    pub(super) fn refused(problem: FieldProblem, whose: AccountId, wish: Option<Wish>, form: &Fields) -> Self {
        let wish = wish.map(|wish| (whose, wish));
        let search = form.one("search").trim().to_owned();
        Self { problem: Some(problem), open: Some(whose), wish, search, ..Self::default() }
    }
}

/// What was done with a person, for the page that follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// The network has it, or it waits.
    Vouched {
        is_sent: bool,
    },
    Revoked {
        is_sent: bool,
    },
    SetRoles,
    EndedSessions,
}

/// Where this page is.
const PLACE: &str = "/admin/people";

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let search = asked.one("search").trim().to_owned();
    let notice = reading.told(PLACE);
    html(&page(&reading, Extra { search, notice, ..Extra::default() }).await?)
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
        Ok(_) => done(&reading, Done::SetRoles, account).await,
        Err(error) => {
            let problem = FieldProblem { field: format!("person-{account}"), text: beside_the_field(error)? };
            let page = page(&reading, Extra::refused(problem, account, None, &form)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
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
    done(&reading, Done::EndedSessions, account).await
}

/// Back to the page, which says once what was done.
pub(super) async fn done(reading: &Reading, deed: Done, account: AccountId) -> Result<Response, Problem> {
    let notice = reading.web.run(move |app| Ok(told(app, deed, &find(app, account)?))).await?;
    Ok(reading.tell(PLACE, notice))
}

fn told(app: &App, deed: Done, account: &Account) -> Notice {
    let (t, name) = (Sentences::english(), account.name.as_str());
    let attested = account.attestation.as_ref().filter(|_| app.is_attested(account.id));
    let until = attested.map(|attested| When::until(attested.until_ms).text);
    let text = match (deed, until) {
        (Done::Vouched { is_sent: true }, Some(until)) => t.with2("people-done-vouched", "name", name, "until", until),
        (Done::Vouched { .. }, Some(until)) => t.with2("people-done-renewal-waits", "name", name, "until", until),
        (Done::Vouched { .. }, None) => t.with("people-done-waits", "name", name),
        (Done::Revoked { is_sent: true }, _) => t.with("people-done-revoked", "name", name),
        (Done::Revoked { .. }, _) => t.with("people-done-revoked-waits", "name", name),
        (Done::SetRoles, _) => t.with("people-done-roles", "name", name),
        (Done::EndedSessions, _) => t.with("people-done-sessions", "name", name),
    };
    Notice { text, caution: matches!(deed, Done::Vouched { is_sent: false } | Done::Revoked { is_sent: false }) }
}

pub(super) fn find(app: &App, account: AccountId) -> Result<Account, AppError> {
    app.desk.look(|house| house.accounts().get(account).cloned()).ok_or(AppError::NotFound("account"))
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

pub(super) async fn page(reading: &Reading, extra: Extra) -> Result<People, Problem> {
    let (actor, search) = (reading.visitor.actor, extra.search.to_lowercase());
    let (wish, open) = (extra.wish, extra.open);
    let (people, may_attest, may_administer) = reading
        .web
        .run(move |app| {
            let may_attest = app.permit(&actor, Permission::Attest).is_ok();
            let may_administer = app.permit(&actor, Permission::ManageAccounts).is_ok();
            if !may_attest && !may_administer {
                app.permit(&actor, Permission::ManageAccounts)?;
            }
            app.desk.note(&actor, Action::ViewPeople, Vec::new(), Outcome::Done)?;
            Ok((people(app, &search, wish.as_ref(), open)?, may_attest, may_administer))
        })
        .await?;
    let mut frame = reading.frame("admin");
    frame.problems.extend(extra.problem);
    frame.notice = extra.notice;
    let (first_day, last_day) = days();
    Ok(People {
        t: Sentences::english(),
        frame,
        rooms: rooms(reading, "admin-people"),
        people,
        first_day,
        last_day,
        link: extra.link,
        may_attest,
        may_administer,
        form: extra.form,
        search: extra.search,
    })
}

fn people(
    app: &App,
    search: &str,
    wish: Option<&(AccountId, Wish)>,
    open: Option<AccountId>,
) -> Result<Vec<PersonRow>, AppError> {
    let accounts: Vec<Account> = app.desk.look(|house| {
        let matching = house.accounts().iter().filter(|account| {
            account.login.as_str().contains(search) || account.name.as_str().to_lowercase().contains(search)
        });
        let mut shown: Vec<Account> = matching.take(PEOPLE_MAX).cloned().collect();
        let hidden = open.filter(|open| shown.iter().all(|account| account.id != *open));
        shown.extend(hidden.and_then(|hidden| house.accounts().get(hidden).cloned()));
        shown
    });
    let wish_of = |account: &Account| wish.filter(|(whose, _)| *whose == account.id).map(|(_, wish)| wish);
    accounts.iter().map(|account| person(app, account, wish_of(account), open == Some(account.id))).collect()
}

fn person(app: &App, account: &Account, wish: Option<&Wish>, is_open: bool) -> Result<PersonRow, AppError> {
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
            .then(|| account.attestation.as_ref().map(|attested| When::until(attested.until_ms)))
            .flatten(),
        badge,
        is_viewer: !is_staff,
        seen: seen_ms.map(When::at),
        sessions,
        vouching: VouchForm::of(account, wish),
        is_open,
    })
}
