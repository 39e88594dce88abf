//! Signing oneself up to read public cases. A form that is sent twice opens one account.

use std::{collections::VecDeque, sync::PoisonError};

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{Actor, Command, HouseEntry, Login, account, limits::PASSWORD_CHARS_MIN};
use protocol::codec::Text;

use crate::{
    app::AppError,
    entropy,
    sentences::Sentences,
    web::{
        extract::{Fields, Posted},
        frame::{FieldProblem, Frame, Reading, html},
        problem::Problem,
        refused::beside_the_field,
    },
};

/// Forms whose account is remembered: a second press comes within moments.
const FORMS_MAX: usize = 256;

/// The accounts that were opened of late, by the forms that asked for them.
#[derive(Debug, Default)]
pub(crate) struct FormsUsed(VecDeque<(SignUpForm, String)>);

/// A form as it was filled in, without the password. Each page that shows it draws another number for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SignUpForm {
    number: String,
    wish: String,
    name: String,
}

impl FormsUsed {
    /// The account of a form, opened unless it was before.
    fn once(
        &mut self,
        form: SignUpForm,
        open: impl FnOnce() -> Result<Option<String>, AppError>,
    ) -> Result<Option<String>, AppError> {
        if let Some((_, login)) = self.0.iter().find(|(used, _)| !form.number.is_empty() && *used == form) {
            return Ok(Some(login.clone()));
        }
        let login = open()?;
        self.0.extend(login.clone().map(|login| (form, login)));
        if self.0.len() > FORMS_MAX {
            self.0.pop_front();
        }
        Ok(login)
    }
}

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUp {
    t: &'static Sentences,
    frame: Frame,
    account: String,
    name: String,
    /// Drawn for this page.
    number: String,
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
    let session = reading.web.open_session(proven, &reading.visitor, &reading.headers).await?;
    Ok(reading.web.go_with_session(&session, "/account?new=yes"))
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
    let form = SignUpForm {
        number: form.one("form").to_owned(),
        wish: wish.as_str().to_owned(),
        name: form.one("name").trim().to_owned(),
    };
    let command = account::Command::SignUp { wish, name: Text::from(form.name.as_str()), password };
    let forms = web.signed_up.clone();
    let opened = web.run(move |app| {
        let mut forms = forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.once(form, || {
            let entries = app.desk.perform(Command::Account(command), &Actor::Stranger)?;
            Ok(entries.into_iter().find_map(|entry| match entry {
                HouseEntry::AccountOpened(_, person) => Some(person.login.0),
                _ => None,
            }))
        })
    });
    let opened = opened.await.map_err(|error| {
        use house::Refusal::{Conflict, TooLarge};
        let is_about_login = matches!(&error, AppError::Refused(Conflict(_) | TooLarge { what: "login name", .. }));
        (if is_about_login { "account" } else { "name" }, error)
    })?;
    opened.ok_or(("account", AppError::NotFound("account")))
}

fn page(reading: &Reading, form: &Fields, problem: Option<FieldProblem>) -> SignUp {
    let mut frame = reading.frame("");
    frame.problems.extend(problem);
    SignUp {
        t: Sentences::english(),
        frame,
        account: form.one("account").to_owned(),
        name: form.one("name").to_owned(),
        number: form.filled("form").map_or_else(|| hex::encode(entropy::draw::<16>()), str::to_owned),
        password_chars_min: PASSWORD_CHARS_MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_opens_one_account_and_memory_is_bounded() {
        let mut forms = FormsUsed::default();
        let form = |number: &str, name: &str| SignUpForm {
            number: number.to_owned(),
            wish: "ada".to_owned(),
            name: name.to_owned(),
        };
        let opens = |login: &str| Ok(Some(login.to_owned()));
        assert_eq!(forms.once(form("1", "Ada"), || opens("ada-1")).unwrap().unwrap(), "ada-1");
        assert_eq!(forms.once(form("1", "Ada"), || opens("ada-2")).unwrap().unwrap(), "ada-1");
        assert_eq!(forms.once(form("1", "Ada B."), || opens("ada-3")).unwrap().unwrap(), "ada-3", "filled in anew");
        for login in ["ada-4", "ada-5"] {
            assert_eq!(
                forms.once(form("", "Ada"), || opens(login)).unwrap().unwrap(),
                login,
                "a form without a number"
            );
        }
        for number in 0..1_000 {
            forms.once(form(&format!("n{number}"), "Ada"), || opens("x")).unwrap();
        }
        assert_eq!(forms.0.len(), FORMS_MAX);
    }
}
