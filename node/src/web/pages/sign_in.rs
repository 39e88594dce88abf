//! Signing in and out.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{Actor, Command, session};

use crate::{
    sentences::Sentences,
    web::{
        extract::{Asked, Posted},
        frame::{FieldProblem, Frame, Reading, html},
        problem::Problem,
        sign_in::{beside_the_field, own_path},
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
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    let account = reading.visitor.person.as_ref().map(|person| person.login.clone()).unwrap_or_default();
    html(&page(&reading, &account, own_path(asked.one("next")), None))
}

pub(super) async fn sign_in(reading: Reading, Posted(form): Posted) -> Result<Response, Problem> {
    let (account, next) = (form.one("account"), own_path(form.one("next")));
    let proven = reading.web.show_password(account, form.one("password").to_owned(), &reading.visitor).await;
    match proven {
        Ok(proven) => {
            let token = reading.web.open_session(proven, &reading.visitor, &reading.headers).await?;
            Ok(reading.web.go_with_session(&token, next))
        }
        Err(error) => {
            let text = beside_the_field(error)?;
            Ok((StatusCode::UNAUTHORIZED, html(&page(&reading, account, next, Some(text)))?).into_response())
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

fn page(reading: &Reading, account: &str, next: &str, problem: Option<String>) -> SignIn {
    let mut frame = reading.frame("");
    frame.problems.extend(problem.map(|text| FieldProblem { field: "account".to_owned(), text }));
    SignIn {
        t: Sentences::english(),
        frame,
        account: account.to_owned(),
        next: next.to_owned(),
        may_sign_up: reading.web.app.config.policy.sign_up,
    }
}
