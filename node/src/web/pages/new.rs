//! Writing a case: a task list, saved as a draft at each step. Nothing leaves the house before the last one.

pub(super) mod audience;
mod check;
pub(super) mod context;
mod hide;
mod pictures;
mod share;
mod start;

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use house::{
    AccountId, Actor, Permission,
    draft::{Content, StepState, Steps},
};
use protocol::CaseNumber;

use crate::{
    app::{App, AppError, Said},
    sentences::Sentences,
    web::{
        PICTURES_BYTES_MAX,
        extract::id,
        frame::{Frame, Reading, html},
        pieces::plain,
        problem::Problem,
        routes::Routes,
        when::When,
    },
};

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/cases/new", start::show)
        .post("/cases/new", start::begin)
        .get("/drafts/{draft}", next)
        .get("/drafts/{draft}/discard", ask_to_discard)
        .post("/drafts/{draft}/discard", discard)
        .get("/drafts/{draft}/pictures", pictures::show)
        .post_large("/drafts/{draft}/pictures", PICTURES_BYTES_MAX, pictures::add)
        .post("/drafts/{draft}/pictures/{picture}", pictures::change)
        .get("/drafts/{draft}/pictures/{picture}/small", pictures::small)
        .get("/drafts/{draft}/pictures/{picture}/upright", pictures::upright)
        .get("/drafts/{draft}/pictures/{picture}/clean", pictures::clean)
        .get("/drafts/{draft}/hide", hide::first)
        .get("/drafts/{draft}/hide/{picture}", hide::show)
        .post("/drafts/{draft}/hide/{picture}", hide::save)
        .get("/drafts/{draft}/context", context::show)
        .post("/drafts/{draft}/context", context::save)
        .get("/drafts/{draft}/audience", audience::show)
        .post("/drafts/{draft}/audience", audience::save)
        .get("/drafts/{draft}/check", check::show)
        .post("/drafts/{draft}/check", check::save)
        .get("/drafts/{draft}/share", share::show)
        .post("/drafts/{draft}/share", share::share)
}

/// A draft as its pages show it.
struct Draft {
    href: String,
    title: String,
    saved: When,
}

/// A step in the list.
struct Step {
    key: &'static str,
    href: String,
    state_key: &'static str,
    is_current: bool,
}

/// A draft in the hands of its owner.
#[derive(Clone)]
struct Work {
    number: CaseNumber,
    content: Content,
    saved_ms: u64,
}

impl Work {
    /// A draft of the reader's own; everybody else's is not there.
    async fn open(reading: &Reading, draft: &str) -> Result<Self, Problem> {
        let number: CaseNumber = id("draft", draft)?;
        let actor = reading.visitor.actor;
        Ok(reading.web.run(move |app| open(app, number, &actor)).await?)
    }

    /// The same; where it was shared, the way to what it has become. A form that was sent twice ends there too.
    async fn open_or_follow(reading: &Reading, draft: &str) -> Result<Result<Self, Response>, Problem> {
        match Self::open(reading, draft).await {
            Err(problem) if problem.status == StatusCode::NOT_FOUND => {
                let (number, actor) = (id("draft", draft)?, reading.visitor.actor);
                let said = reading.web.run_async(move |app| async move { app.shared_before(number, &actor).await });
                Ok(Err(Redirect::to(&place_of(&said.await?)).into_response()))
            }
            opened => opened.map(Ok),
        }
    }

    /// Writes into the draft as it stands now.
    async fn change(
        &mut self,
        reading: &Reading,
        change: impl FnOnce(&mut Content) + Send + 'static,
    ) -> Result<(), Problem> {
        let (number, actor) = (self.number, reading.visitor.actor);
        let changed = reading.web.run(move |app| {
            app.change_draft(number, &actor, |content| {
                change(content);
                Ok(())
            })
        });
        self.content = changed.await?;
        Ok(())
    }

    fn draft(&self) -> Draft {
        Draft {
            href: format!("/drafts/{}", self.number),
            title: plain(self.content.summary.title.as_str()),
            saved: When::at(self.saved_ms),
        }
    }

    /// The steps with their states: what stands before an open step is done, what stands behind it is for later, unless
    /// the person is there.
    fn steps(&self, current: &str) -> Vec<Step> {
        let mut is_reached = true;
        let steps = steps_of(&self.content.steps).into_iter().map(|(name, key, state)| {
            let state_key = match state {
                _ if !is_reached && name != current => "step-later",
                StepState::Done if is_reached => "step-done",
                _ => "step-open",
            };
            is_reached &= state == StepState::Done;
            Step { key, href: format!("/drafts/{}/{name}", self.number), state_key, is_current: name == current }
        });
        steps.collect()
    }

    /// Where to go on.
    fn next(&self) -> Response {
        let open = steps_of(&self.content.steps).into_iter().find(|(_, _, state)| *state != StepState::Done);
        Redirect::to(&format!("/drafts/{}/{}", self.number, open.map_or("share", |(name, ..)| name))).into_response()
    }
}

/// The steps in their order. Sharing is never done: with it the draft is gone.
fn steps_of(steps: &Steps) -> [(&'static str, &'static str, StepState); 6] {
    let taken_in = if steps.pictures == StepState::Untouched { StepState::Untouched } else { StepState::Done };
    [
        ("pictures", "step-pictures", taken_in),
        ("hide", "step-hide", steps.pictures),
        ("context", "step-context", steps.words),
        ("audience", "step-audience", steps.audience),
        ("check", "step-check", steps.check),
        ("share", "step-share", StepState::Untouched),
    ]
}

fn open(app: &App, number: CaseNumber, actor: &Actor) -> Result<Work, AppError> {
    let owner = writer(app, actor)?;
    app.desk.look(|house| {
        let draft = house.drafts().get(owner, number)?;
        Ok(Work { number, content: draft.content.clone(), saved_ms: draft.saved_ms })
    })
}

/// The account of somebody who may write cases.
fn writer(app: &App, actor: &Actor) -> Result<AccountId, AppError> {
    app.permit(actor, Permission::PostCase)?;
    crate::app::account_of(actor)
}

/// Where a person goes who has shared a case.
fn place_of(said: &Said) -> String {
    if said.waits_for.is_none() { format!("/cases/{}?shared=yes", said.case) } else { "/?waits=yes".to_owned() }
}

async fn next(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    Ok(Work::open_or_follow(&reading, &draft).await?.map_or_else(|response| response, |work| work.next()))
}

#[derive(Template)]
#[template(path = "new/discard.html")]
struct Discard {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    /// How many pictures go with it.
    pictures: usize,
}

/// The question before it.
async fn ask_to_discard(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    let pictures = pictures::of(&reading, work.number).await?.len();
    html(&Discard { t: Sentences::english(), frame: reading.frame("new"), draft: work.draft(), pictures })
}

async fn discard(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let number: CaseNumber = id("draft", &draft)?;
    let actor = reading.visitor.actor;
    reading.web.run_async(move |app| async move { app.discard_draft(number, &actor).await }).await?;
    Ok(Redirect::to("/cases/new").into_response())
}
