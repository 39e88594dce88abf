//! The last step: the person shows once more that it is them, and the case is signed and sent.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{Refusal, draft::StepState};

use super::{
    Draft, Step, Work,
    audience::{names, readers_key},
    place_of,
};
use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        extract::Posted,
        frame::{FieldProblem, Frame, Reading, html},
        problem::Problem,
        refused::beside_the_password,
    },
};

#[derive(Template)]
#[template(path = "new/share.html")]
struct Share {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    readers_key: &'static str,
    institutions: Vec<String>,
    is_ready: bool,
}

pub(super) async fn show(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let work = match Work::open_or_follow(&reading, &draft).await? {
        Ok(work) => work,
        Err(response) => return Ok(response),
    };
    html(&page(&reading, &work, None).await?)
}

pub(super) async fn share(
    reading: Reading,
    Path(draft): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let work = match Work::open_or_follow(&reading, &draft).await? {
        Ok(work) => work,
        Err(response) => return Ok(response),
    };
    let person = reading.visitor.person()?;
    let proven =
        match reading.web.show_password(&person.login, form.one("password").to_owned(), &reading.visitor).await {
            Ok(proven) => proven,
            Err(error) => {
                let problem = FieldProblem { field: "password".to_owned(), text: beside_the_password(error)? };
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(&reading, &work, Some(problem)).await?)?)
                    .into_response());
            }
        };
    let (session, actor) = reading.web.step_up(proven, reading.visitor.actor).await?;
    let number = work.number;
    let said = reading.web.run_async(move |app| async move { app.publish(number, &actor).await }).await;
    // The session has a new token: the browser learns it, whatever became of the case.
    match said {
        Ok(said) => Ok(reading.web.go_with_session(&session, &place_of(&said))),
        Err(AppError::Refused(Refusal::Conflict(_))) => {
            let work = Work::open(&reading, &draft).await?;
            let page = (StatusCode::CONFLICT, html(&page(&reading, &work, None).await?)?).into_response();
            Ok(reading.web.hand_session(&session, page))
        }
        Err(error) => Ok(reading.web.hand_session(&session, Problem::from(error).into_response())),
    }
}

async fn page(reading: &Reading, work: &Work, problem: Option<FieldProblem>) -> Result<Share, Problem> {
    let named = work.content.institutions.clone();
    let institutions = reading.web.run(move |app| Ok(names(app, &named))).await?;
    let mut frame = reading.frame("new");
    frame.problems.extend(problem);
    let steps = &work.content.steps;
    let done = [steps.pictures, steps.words, steps.audience, steps.check];
    Ok(Share {
        t: Sentences::english(),
        frame,
        draft: work.draft(),
        steps: work.steps("share"),
        readers_key: readers_key(work.content.audience),
        institutions,
        is_ready: done.into_iter().all(|state| state == StepState::Done),
    })
}
