//! The case as others will see it, and a list of what no finder can see.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::draft::{Content, StepState, Steps};
use protocol::{CaseNumber, codec::encode, hash};

use super::{
    Draft, Step, Work,
    audience::{consent_key, names, readers_key},
    context::has_open_marks,
    pictures,
};
use crate::{
    app::case_text::parted,
    sentences::Sentences,
    web::{
        extract::Posted,
        frame::{FieldProblem, Frame, Reading, html},
        pieces::{Fact, age_key, sex_key, side_key},
        problem::Problem,
        specialty::specialty_key,
    },
};

const STATEMENTS: [(&str, &str); 7] = [
    ("names", "check-names"),
    ("numbers", "check-numbers"),
    ("dates", "check-dates"),
    ("faces", "check-faces"),
    ("marks", "check-marks"),
    ("place", "check-place"),
    ("rare", "check-rare"),
];

#[derive(Template)]
#[template(path = "new/check.html")]
struct Check {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    review: Review,
    seen: String,
    open: Vec<Open>,
    statements: Vec<Statement>,
}

struct Review {
    title: String,
    question: String,
    specialty_key: &'static str,
    readers_key: &'static str,
    institutions: Vec<String>,
    consent_key: &'static str,
    facts: Vec<Fact>,
    pictures: Vec<ReviewPicture>,
}

struct ReviewPicture {
    src: String,
    alt: String,
    width: u32,
    height: u32,
    number: usize,
    side_key: &'static str,
    covers: usize,
    reviewer: String,
    href: String,
}

struct Open {
    key: &'static str,
    href: String,
}

struct Statement {
    value: &'static str,
    key: &'static str,
    is_ticked: bool,
}

pub(super) async fn show(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    let is_done = work.content.steps.check == StepState::Done;
    html(&page(&reading, &work, |_| is_done, None).await?)
}

/// Done when every line is ticked and no step before it is open.
pub(super) async fn save(
    reading: Reading,
    Path(draft): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let mut work = Work::open(&reading, &draft).await?;
    let ticked = form.all("statement");
    let is_whole = STATEMENTS.iter().all(|(value, _)| ticked.contains(value));
    let (number, seen) = (work.number, form.one("seen").to_owned());
    let was_seen = move |content: &Content| as_seen(content) == seen;
    let is_seen = was_seen.clone();
    let change = move |content: &mut Content| {
        let is_done = is_whole && open(number, content).is_empty() && was_seen(content);
        content.steps.check = if is_done { StepState::Done } else { StepState::Begun };
    };
    work.change(&reading, change).await?;
    if work.content.steps.check == StepState::Done {
        return Ok(work.next());
    }
    let is_seen = is_seen(&work.content);
    let key = match is_seen {
        false => Some("check-changed"),
        true if !is_whole => Some("check-all"),
        true => None,
    };
    let problem = key.map(|key| FieldProblem { field: "statement".to_owned(), text: Sentences::english().get(key) });
    let page = page(&reading, &work, |value| is_seen && ticked.contains(&value), problem).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

/// Names what stands in a draft besides how far it has come, so that what is confirmed is what was shown.
fn as_seen(content: &Content) -> String {
    let any = StepState::Untouched;
    let steps = Steps { pictures: any, words: any, audience: any, check: any };
    let shown = Content { steps, ..content.clone() };
    hex::encode(hash("a draft as its author saw it", &[&encode(&shown)]))
}

/// What still stands in the way.
fn open(number: CaseNumber, content: &Content) -> Vec<Open> {
    let (summary, steps) = (&content.summary, &content.steps);
    let href = |step: &str| format!("/drafts/{number}/{step}");
    let has_words = !summary.title.as_str().is_empty() && !summary.question.as_str().is_empty();
    let mut open = Vec::new();
    if steps.pictures != StepState::Done {
        open.push(Open { key: "open-picture", href: href("hide") });
    }
    if !has_words {
        open.push(Open { key: "open-context", href: href("context") });
    } else if has_open_marks(content).unwrap_or(true) {
        open.push(Open { key: "open-text", href: href("context") });
    }
    if steps.audience != StepState::Done {
        open.push(Open { key: "open-audience", href: href("audience") });
    }
    open
}

async fn page(
    reading: &Reading,
    work: &Work,
    is_ticked: impl Fn(&str) -> bool,
    problem: Option<FieldProblem>,
) -> Result<Check, Problem> {
    let pictures = pictures_of(reading, work).await?;
    let named = work.content.institutions.clone();
    let institutions = reading.web.run(move |app| Ok(names(app, &named))).await?;
    let (t, summary) = (Sentences::english(), &work.content.summary);
    let (history, examination) = parted(summary.body.as_str());
    let facts = [
        ("fact-age", summary.age.map(|age| t.get(age_key(age))).unwrap_or_default()),
        ("fact-sex", summary.sex.map(|sex| t.get(sex_key(sex))).unwrap_or_default()),
        ("fact-history", history.to_owned()),
        ("fact-examination", examination.to_owned()),
    ];
    let mut frame = reading.frame("new");
    frame.problems.extend(problem);
    Ok(Check {
        t,
        frame,
        draft: work.draft(),
        steps: work.steps("check"),
        review: Review {
            title: summary.title.0.clone(),
            question: summary.question.0.clone(),
            specialty_key: specialty_key(summary.specialty),
            readers_key: readers_key(work.content.audience),
            institutions,
            consent_key: consent_key(work.content.consent),
            facts: facts
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(key, value)| Fact { key, value })
                .collect(),
            pictures,
        },
        seen: as_seen(&work.content),
        open: open(work.number, &work.content),
        statements: STATEMENTS
            .iter()
            .map(|(value, key)| Statement { value, key, is_ticked: is_ticked(value) })
            .collect(),
    })
}

/// The confirmed pictures, as they leave.
async fn pictures_of(reading: &Reading, work: &Work) -> Result<Vec<ReviewPicture>, Problem> {
    let pictures = pictures::of(reading, work.number).await?.into_iter().filter(|picture| picture.is_confirmed);
    let reviewer = reading.visitor.person()?.name.clone();
    let shown = pictures.map(|picture| ReviewPicture {
        src: format!("/drafts/{}/pictures/{}/clean", work.number, picture.id),
        width: picture.width,
        height: picture.height,
        number: picture.number,
        side_key: side_key(picture.side),
        covers: picture.drawn.covers.len(),
        reviewer: reviewer.clone(),
        href: format!("/drafts/{}/hide/{}", work.number, picture.id),
        alt: picture.alt,
    });
    Ok(shown.collect())
}
