//! Signing in and out.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use house::{Actor, Command, Refusal, session};

use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        cookie,
        extract::{Asked, Posted},
        frame::{FieldProblem, Frame, Reading, html},
        kept::Kept,
        pieces::Fact,
        problem::Problem,
        refused::beside_the_field,
        sign_in::own_path,
    },
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    t: &'static Sentences,
    frame: Frame,
    account: String,
    next: String,
    may_sign_up: bool,
    has_ended: bool,
    kept: Kept,
}

#[derive(Template)]
#[template(path = "send_on.html")]
struct SendOn {
    t: &'static Sentences,
    frame: Frame,
    words: Vec<Fact>,
    where_key: &'static str,
    kept: Kept,
}

/// The key of where it goes.
fn where_key(kept: &Kept) -> &'static str {
    let parts: Vec<&str> = kept.path.split('/').collect();
    match parts[..] {
        ["", "drafts", ..] => "send-on-draft",
        ["", "cases", _, "comments"] => "send-on-comments",
        ["", "cases", ..] => "send-on-case",
        ["", "admin", "people"] => "send-on-people",
        _ => "send-on-house",
    }
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let account = reading.visitor.person.as_ref().map(|person| person.login.clone()).unwrap_or_default();
    // A browser that brings a session which opens nothing had one that ended.
    let has_ended =
        reading.visitor.person.is_none() && cookie::session(&reading.headers, &reading.web.app.config.web).is_some();
    html(&SignIn { has_ended, ..page(&reading, &account, own_path(asked.one("next")), None) })
}

pub(super) async fn sign_in(reading: Reading, Posted(form): Posted) -> Result<Response, Problem> {
    let (account, next) = (form.one("account"), own_path(form.one("next")));
    let proven = reading.web.show_password(account, form.one("password").to_owned(), &reading.visitor).await;
    match proven {
        Ok(proven) => {
            let session = reading.web.open_session(proven, &reading.visitor, &reading.headers).await?;
            let kept = Kept::brought(&form);
            if !kept.is_of(session.account) {
                return Ok(reading.web.go_with_session(&session, next));
            }
            let frame = reading.frame_of(session.account);
            let page = html(&SendOn {
                t: Sentences::english(),
                frame,
                words: kept.words(),
                where_key: where_key(&kept),
                kept,
            })?;
            Ok(reading.web.hand_session(&session, page))
        }
        Err(AppError::Refused(Refusal::TooManyAttempts { wait_s })) => {
            let text = Sentences::english().with("sign-in-wait", "seconds", wait_s.to_string());
            let page = SignIn { kept: Kept::brought(&form), ..page(&reading, account, next, Some(text)) };
            let wait = [(header::RETRY_AFTER, HeaderValue::from(wait_s))];
            Ok((StatusCode::TOO_MANY_REQUESTS, wait, html(&page)?).into_response())
        }
        Err(error) => {
            let text = beside_the_field(error)?;
            let page = SignIn { kept: Kept::brought(&form), ..page(&reading, account, next, Some(text)) };
            Ok((StatusCode::UNAUTHORIZED, html(&page)?).into_response())
        }
    }
}

pub(super) async fn sign_out(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    if let (Actor::Account(_), Some(_)) = (actor, reading.visitor.session()) {
        reading.web.run(move |app| Ok(app.desk.perform(Command::Session(session::Command::SignOut), &actor)?)).await?;
    }
    Ok(reading.web.go_without_session())
}

/// The page in place of an answer to a form that asks for the password; what was typed comes along.
pub(crate) fn instead(frame: Frame, kept: Kept, has_ended: bool) -> Result<Response, Problem> {
    let page = SignIn {
        t: Sentences::english(),
        frame,
        account: String::new(),
        next: "/".to_owned(),
        may_sign_up: false,
        has_ended,
        kept,
    };
    Ok((StatusCode::UNAUTHORIZED, html(&page)?).into_response())
}

fn page(reading: &Reading, account: &str, next: &str, problem: Option<String>) -> SignIn {
    let mut frame = reading.frame("sign-in");
    frame.problems.extend(problem.map(|text| FieldProblem { field: "account".to_owned(), text }));
    SignIn {
        t: Sentences::english(),
        frame,
        account: account.to_owned(),
        next: next.to_owned(),
        may_sign_up: reading.web.app.config.policy.sign_up,
        has_ended: false,
        kept: Kept::default(),
    }
}
