//! Signing oneself up to read public cases.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{Actor, Command, HouseEntry, Login, account, limits::PASSWORD_CHARS_MIN};
use protocol::codec::Text;

use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        extract::{Fields, Posted},
        frame::{FieldProblem, Frame, Reading, html},
        problem::Problem,
        refused::beside_the_field,
    },
};

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUp {
    t: &'static Sentences,
    frame: Frame,
    account: String,
    name: String,
    password_chars_min: usize,
}

pub(super) async fn show(reading: Reading) -> Result<Response, Problem> {
    is_open(&reading)?;
    html(&page(&reading, &Fields::default(), None))
}

pub(super) async fn sign_up(reading: Reading, Posted(form): Posted) -> Result<Response, Problem> {
    is_open(&reading)?;
    let login = match open_account(&reading, &form).await {
        Ok(login) => login,
        Err((field, error)) => {
            let problem = FieldProblem { field: field.to_owned(), text: beside_the_field(error)? };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(&reading, &form, Some(problem)))?).into_response());
        }
    };
    let proven = reading.web.prove(&login, form.one("password").to_owned()).await?;
    let token = reading.web.open_session(proven, &reading.visitor, &reading.headers).await?;
    Ok(reading.web.go_with_session(&token, "/account?new=yes"))
}

/// Where the house lets nobody sign up, there is no such page.
fn is_open(reading: &Reading) -> Result<(), Problem> {
    if reading.web.app.config.policy.sign_up { Ok(()) } else { Err(Problem::not_found("page")) }
}

/// Opens it under a name that the house completes, so that nobody learns who else has an account. Returns the name, or what is
/// wrong, and at which field.
async fn open_account(reading: &Reading, form: &Fields) -> Result<String, (&'static str, AppError)> {
    let web = &reading.web;
    web.admit(form.one("account"), &reading.visitor).map_err(|refusal| ("account", refusal.into()))?;
    let wish = Login::parse(form.one("account")).map_err(|refusal| ("account", refusal.into()))?;
    let password = web.hash(form.one("password").to_owned()).await.map_err(|error| ("password", error))?;
    let command = account::Command::SignUp { wish, name: Text::from(form.one("name").trim()), password };
    let opened = web.run(move |app| Ok(app.desk.perform(Command::Account(command), &Actor::Stranger)?)).await;
    let opened = opened.map_err(|error| {
        use house::Refusal::{Conflict, TooLarge};
        let is_about_login = matches!(&error, AppError::Refused(Conflict(_) | TooLarge { what: "login name", .. }));
        (if is_about_login { "account" } else { "name" }, error)
    })?;
    let login = opened.into_iter().find_map(|entry| match entry {
        HouseEntry::AccountOpened(_, person) => Some(person.login.0),
        _ => None,
    });
    login.ok_or(("account", AppError::NotFound("account")))
}

fn page(reading: &Reading, form: &Fields, problem: Option<FieldProblem>) -> SignUp {
    let mut frame = reading.frame("");
    frame.problems.extend(problem);
    SignUp {
        t: Sentences::english(),
        frame,
        account: form.one("account").to_owned(),
        name: form.one("name").to_owned(),
        password_chars_min: PASSWORD_CHARS_MIN,
    }
}
