//! Where a new case begins, and where drafts are found again.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use house::{Command, HouseEntry, draft};

use super::{Draft, writer};
use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        frame::{Frame, Reading, html},
        pieces::plain,
        problem::Problem,
        when::When,
    },
};

#[derive(Template)]
#[template(path = "new/start.html")]
struct Start {
    t: &'static Sentences,
    frame: Frame,
    drafts: Vec<Draft>,
}

pub(super) async fn show(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let drafts = reading
        .web
        .run(move |app| {
            let owner = writer(app, &actor)?;
            Ok(app.desk.look(|house| {
                let drafts = house.drafts().of(owner).into_iter();
                let shown = drafts.map(|draft| Draft {
                    href: format!("/drafts/{}", draft.number),
                    title: plain(draft.content.summary.title.as_str()),
                    saved: When::at(draft.saved_ms),
                });
                shown.collect()
            }))
        })
        .await?;
    html(&Start { t: Sentences::english(), frame: reading.frame("new"), drafts })
}

pub(super) async fn begin(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let number = reading
        .web
        .run(move |app| {
            let entries = app.desk.perform(Command::Draft(draft::Command::Begin), &actor)?;
            let number = entries.iter().find_map(|entry| match entry {
                HouseEntry::DraftSaved(saved, _) => Some(saved.number),
                _ => None,
            });
            number.ok_or(AppError::NotFound("draft"))
        })
        .await?;
    Ok(Redirect::to(&format!("/drafts/{number}/pictures")).into_response())
}
