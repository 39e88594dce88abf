//! Cases saved for later: the button on a case, and the list, which nobody else sees.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use house::{
    Actor, Permission,
    audit::{Action, Outcome},
};
use protocol::CaseId;

use super::{
    case::CaseLink,
    feed::{CaseCard, cards_of},
};
use crate::{
    app::App,
    sentences::Sentences,
    web::{
        actor::Visitor,
        extract::id,
        frame::{Frame, Reading, html},
        problem::Problem,
    },
};

#[derive(Template)]
#[template(path = "saved.html")]
struct SavedPage {
    t: &'static Sentences,
    frame: Frame,
    cases: Vec<CaseCard>,
    next: String,
    empty_key: &'static str,
}

#[derive(Template)]
#[template(path = "case/saved.html")]
struct SavedFragment {
    t: &'static Sentences,
    frame: Frame,
    case: CaseLink,
    saved: Saved,
}

/// Whether a case is on the reader's list, and whether they may have one.
pub(super) struct Saved {
    pub(super) is_saved: bool,
    pub(super) may: bool,
}

pub(super) async fn show(reading: Reading) -> Result<Response, Problem> {
    let visitor = reading.visitor.clone();
    let cases = reading.web.run_async(move |app| async move {
        let saved = app.saved_cases(&visitor.actor)?;
        app.desk.note(&visitor.actor, Action::ViewSaved, Vec::new(), Outcome::Done)?;
        match app.network() {
            Some(joined) => cards_of(&app, &joined, saved, &visitor).await,
            None => Ok(Vec::new()),
        }
    });
    let (cases, frame) = (cases.await?, reading.frame("saved"));
    html(&SavedPage { t: Sentences::english(), frame, cases, next: String::new(), empty_key: "empty-saved" })
}

pub(super) async fn save(reading: Reading, Path(case): Path<String>) -> Result<Response, Problem> {
    keep(reading, &case, true).await
}

pub(super) async fn take_off(reading: Reading, Path(case): Path<String>) -> Result<Response, Problem> {
    keep(reading, &case, false).await
}

async fn keep(reading: Reading, case: &str, is_saved: bool) -> Result<Response, Problem> {
    let (case, actor) = (id::<CaseId>("case", case)?, reading.visitor.actor);
    reading.web.run(move |app| app.save_case(case, is_saved, &actor)).await?;
    if !reading.is_fragment {
        return Ok(Redirect::to(&format!("/cases/{case}")).into_response());
    }
    let (frame, saved) = (reading.frame(""), Saved { is_saved, may: true });
    html(&SavedFragment { t: Sentences::english(), frame, case: CaseLink::of(case), saved })
}

/// How a case stands with the reader.
pub(super) fn saved_of(app: &App, case: CaseId, visitor: &Visitor) -> Saved {
    let is_person = matches!(visitor.actor, Actor::Account(_));
    Saved {
        is_saved: app.has_saved(case, &visitor.actor),
        may: is_person && app.permit(&visitor.actor, Permission::KeepLists).is_ok(),
    }
}
