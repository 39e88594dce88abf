//! A one-time link. Looking at it spends nothing, so that a mail scanner or a preview does not use it up.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{Actor, Command, Login, OneTimeSecret, Refusal, account, limits::PASSWORD_CHARS_MIN};

use crate::{
    app::AppError,
    clock::now_ms,
    sentences::Sentences,
    web::{
        extract::Posted,
        frame::{FieldProblem, Frame, Reading, html},
        problem::Problem,
        refused::beside_the_field,
    },
};

#[derive(Template)]
#[template(path = "set_password.html")]
struct SetPassword {
    t: &'static Sentences,
    frame: Frame,
    link: Option<Link>,
    password_chars_min: usize,
}

/// A link that opens an account now.
struct Link {
    action: String,
    account: String,
}

impl Link {
    /// Whatever is wrong with a link, it looks the same: a slip, no such account, used, replaced, too old.
    fn read(login: &str, secret: &str) -> Option<(Self, Login, OneTimeSecret)> {
        let (login, secret) = (Login::parse(login).ok()?, OneTimeSecret::parse(secret).ok()?);
        let action = format!("/first/{}/{}", login.as_str(), *secret.text());
        Some((Self { action, account: login.as_str().to_owned() }, login, secret))
    }
}

pub(super) async fn show(reading: Reading, Path((login, secret)): Path<(String, String)>) -> Result<Response, Problem> {
    let Some((link, login, secret)) = Link::read(&login, &secret) else { return spent(&reading) };
    let is_good = reading.web.run(move |app| Ok(app.desk.look(|house| house.is_opened_by(&login, &secret, now_ms()))));
    match is_good.await? {
        true => html(&page(&reading, Some(link), None)),
        false => spent(&reading),
    }
}

pub(super) async fn redeem(
    reading: Reading,
    Path((login, secret)): Path<(String, String)>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let Some((link, login, secret)) = Link::read(&login, &secret) else { return spent(&reading) };
    let account = link.account.clone();
    let again = |field: &str, text: String| {
        let problem = FieldProblem { field: field.to_owned(), text };
        Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(&reading, Some(link), Some(problem)))?).into_response())
    };
    if form.one("password") != form.one("again") {
        return again("again", Sentences::english().get("password-differs"));
    }
    let web = &reading.web;
    web.admit(&account, &reading.visitor)?;
    let password = match web.hash(form.one("password").to_owned()).await {
        Ok(password) => password,
        Err(error) => return again("password", beside_the_field(error)?),
    };
    let command = account::Command::Redeem { login, secret, password };
    match web.run(move |app| Ok(app.desk.perform(Command::Account(command), &Actor::Stranger)?)).await {
        Ok(_) => {}
        Err(AppError::Refused(Refusal::OneTimeSecret)) => return spent(&reading),
        Err(error) => return Err(error.into()),
    }
    web.succeeded(&account, &reading.visitor);
    let proven = web.prove(&account, form.one("password").to_owned()).await?;
    let session = web.open_session(proven, &reading.visitor, &reading.headers).await?;
    Ok(web.go_with_session(&session, "/?password=set"))
}

fn spent(reading: &Reading) -> Result<Response, Problem> {
    Ok((StatusCode::GONE, html(&page(reading, None, None))?).into_response())
}

fn page(reading: &Reading, link: Option<Link>, problem: Option<FieldProblem>) -> SetPassword {
    let mut frame = reading.frame("");
    frame.problems.extend(problem);
    SetPassword { t: Sentences::english(), frame, link, password_chars_min: PASSWORD_CHARS_MIN }
}
