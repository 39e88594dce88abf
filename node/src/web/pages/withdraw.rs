//! Withdrawing a case: what it means is said first, and the password is asked for once more.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use protocol::{CaseId, payload::control::Ground};

use super::case::{CaseTitle, is_withdrawable, readable};
use crate::{
    app::{AppError, CaseOrPlate},
    sentences::Sentences,
    web::{
        extract::{Posted, id},
        frame::{FieldProblem, Frame, Reading, html},
        pieces::plain,
        problem::Problem,
        refused::beside_the_password,
    },
};

#[derive(Template)]
#[template(path = "case/withdraw.html")]
struct Withdraw {
    t: &'static Sentences,
    frame: Frame,
    case: CaseTitle,
    institutions: usize,
    /// Whose wish it is, as it was said before.
    why: String,
}

pub(super) async fn show(reading: Reading, Path(case): Path<String>) -> Result<Response, Problem> {
    let case: CaseId = id("case", &case)?;
    match is_withdrawn(&reading, case).await? {
        true => Ok(Redirect::to(&format!("/cases/{case}")).into_response()),
        false => html(&page(&reading, case, "", None).await?),
    }
}

pub(super) async fn withdraw(
    reading: Reading,
    Path(case): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let case: CaseId = id("case", &case)?;
    // The same form, sent before: what it did stands on the page of the case.
    if is_withdrawn(&reading, case).await? {
        return Ok(Redirect::to(&format!("/cases/{case}")).into_response());
    }
    let ground = match form.one("why") {
        "patient" => Ground::PatientWish,
        "clinician" => Ground::AuthorWish,
        why => return again(&reading, case, why, "why", Sentences::english().get("withdraw-choose")).await,
    };
    let person = reading.visitor.person()?;
    page(&reading, case, "", None).await?;
    let proven = match reading.web.show_password(&person.login, form.one("password").to_owned(), &reading.visitor).await
    {
        Ok(proven) => proven,
        Err(error) => return again(&reading, case, form.one("why"), "password", beside_the_password(error)?).await,
    };
    let (session, actor) = reading.web.step_up(proven, reading.visitor.actor).await?;
    let said = reading.web.run_async(move |app| async move { app.withdraw_case(case, ground, &actor).await }).await;
    // The session has a new token: the browser learns it, whatever became of the case.
    match said {
        Ok(said) if said.waits_for.is_none() => Ok(reading.web.go_with_session(&session, &format!("/cases/{case}"))),
        Ok(_) => Ok(reading.web.go_with_session(&session, "/?waits=yes")),
        Err(error) => Ok(reading.web.hand_session(&session, Problem::from(error).into_response())),
    }
}

/// Whether a case is withdrawn, for those who see that it is; for others there is no such page.
async fn is_withdrawn(reading: &Reading, case: CaseId) -> Result<bool, Problem> {
    let actor = reading.visitor.actor;
    let seen = reading.web.run(move |app| app.case(case, &actor)).await?;
    Ok(matches!(seen, CaseOrPlate::Withdrawn { .. }))
}

async fn again(reading: &Reading, case: CaseId, why: &str, field: &str, text: String) -> Result<Response, Problem> {
    let problem = FieldProblem { field: field.to_owned(), text };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(reading, case, why, Some(problem)).await?)?).into_response())
}

/// For those who may withdraw it; for others there is no such page.
async fn page(reading: &Reading, case: CaseId, why: &str, problem: Option<FieldProblem>) -> Result<Withdraw, Problem> {
    let visitor = reading.visitor.clone();
    let (title, institutions) = reading
        .web
        .run(move |app| {
            let view = readable(app, case, &visitor.actor)?;
            if !is_withdrawable(app, &view, &visitor) {
                return Err(AppError::NotFound("case"));
            }
            let joined = app.joined()?;
            let others = match view.open.reach {
                casebook::row::Reach::House => 0,
                casebook::row::Reach::Named => casebook::named_audience(case, &joined.shared().shelf)?.len(),
                _ => joined.exchange(|exchange| exchange.roster().members().count().saturating_sub(1)),
            };
            Ok((plain(view.summary.title.as_str()), others))
        })
        .await?;
    let mut frame = reading.frame("");
    frame.problems.extend(problem);
    let case = CaseTitle { href: format!("/cases/{case}"), title };
    Ok(Withdraw { t: Sentences::english(), frame, case, institutions, why: why.to_owned() })
}
