//! Stars: given and taken back, as a form or as a fragment.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use house::{Actor, Permission};
use protocol::CaseId;

use super::case::{CaseLink, readable};
use crate::{
    app::{App, AppError, CaseView, Waiting},
    sentences::Sentences,
    web::{
        actor::Visitor,
        extract::id,
        frame::{Frame, Reading, html},
        problem::Problem,
    },
};

/// The star of a case.
#[derive(Clone, Debug)]
pub(super) struct Star {
    pub(super) count: usize,
    pub(super) is_mine: bool,
    pub(super) is_unsent: bool,
    pub(super) may: bool,
}

#[derive(Template)]
#[template(path = "case/star.html")]
struct StarFragment {
    t: &'static Sentences,
    frame: Frame,
    case: CaseLink,
    star: Star,
}

pub(super) async fn give(reading: Reading, Path(case): Path<String>) -> Result<Response, Problem> {
    let (case, actor) = (id::<CaseId>("case", &case)?, reading.visitor.actor);
    reading
        .web
        .run_async(move |app| async move {
            readable(&app, case, &actor)?;
            app.star(case, &actor).await
        })
        .await?;
    answer(reading, case).await
}

pub(super) async fn take_back(reading: Reading, Path(case): Path<String>) -> Result<Response, Problem> {
    let (case, actor) = (id::<CaseId>("case", &case)?, reading.visitor.actor);
    reading
        .web
        .run_async(move |app| async move {
            readable(&app, case, &actor)?;
            app.take_star_back(case, &actor).await
        })
        .await?;
    answer(reading, case).await
}

async fn answer(reading: Reading, case: CaseId) -> Result<Response, Problem> {
    if !reading.is_fragment {
        return Ok(Redirect::to(&format!("/cases/{case}")).into_response());
    }
    let visitor = reading.visitor.clone();
    let star = reading.web.run(move |app| {
        let view = readable(app, case, &visitor.actor)?;
        star_of(app, &view, &app.waiting(&visitor.actor), &visitor)
    });
    let star = star.await?;
    html(&StarFragment { t: Sentences::english(), frame: reading.frame(""), case: CaseLink::of(case), star })
}

/// The star as a reader sees it.
pub(super) fn star_of(app: &App, view: &CaseView, waiting: &Waiting, visitor: &Visitor) -> Result<Star, AppError> {
    Ok(Star {
        count: usize::try_from(view.open.tally.stars).unwrap_or(usize::MAX),
        is_mine: app.has_starred(view.case, waiting, &visitor.actor)?,
        is_unsent: waiting.star(view.case).is_some(),
        may: matches!(visitor.actor, Actor::Account(_)) && app.permit(&visitor.actor, Permission::Star).is_ok(),
    })
}
