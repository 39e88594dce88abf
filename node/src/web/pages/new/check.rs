//! The case as others will see it, and a list of what no finder can see.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::draft::{Content, StepState};

use super::{
    Draft, Step, Work,
    audience::{consent_key, readers_key},
    context::marks_in,
    pictures,
};
use crate::{
    sentences::Sentences,
    web::{
        case_text::parted,
        extract::Posted,
        frame::{FieldProblem, Frame, Reading, html},
        pieces::{Fact, age_key, sex_key},
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
    open: Vec<Open>,
    statements: Vec<Statement>,
}

struct Review {
    title: String,
    question: String,
    specialty_key: &'static str,
    readers_key: &'static str,
    consent_key: &'static str,
    facts: Vec<Fact>,
    pictures: Vec<ReviewPicture>,
}

struct ReviewPicture {
    src: String,
    alt: String,
    number: usize,
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
    let is_done = is_whole && open(&work).is_empty();
    let looked_at = work.content.clone();
    let change = move |content: &mut Content| {
        let is_same = content.summary == looked_at.summary && content.steps == looked_at.steps;
        content.steps.check = if is_done && is_same { StepState::Done } else { StepState::Begun };
    };
    work.change(&reading, change).await?;
    if is_done {
        return Ok(work.next());
    }
    let text = Sentences::english().get("check-all");
    let problem = (!is_whole).then(|| FieldProblem { field: "statement".to_owned(), text });
    let page = page(&reading, &work, |value| ticked.contains(&value), problem).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
}

/// What still stands in the way.
fn open(work: &Work) -> Vec<Open> {
    let (summary, steps) = (&work.content.summary, &work.content.steps);
    let href = |step: &str| format!("/drafts/{}/{step}", work.number);
    let has_words = !summary.title.as_str().is_empty() && !summary.question.as_str().is_empty();
    let mut open = Vec::new();
    if steps.pictures != StepState::Done {
        open.push(Open { key: "open-picture", href: href("hide") });
    }
    if !has_words {
        open.push(Open { key: "open-context", href: href("context") });
    } else if steps.words != StepState::Done && !marks_in(summary).is_empty() {
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
            consent_key: consent_key(work.content.consent),
            facts: facts
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(key, value)| Fact { key, value })
                .collect(),
            pictures,
        },
        open: open(work),
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
        src: pictures::small_of(work, &picture),
        number: picture.number,
        covers: picture.drawn.covers.len(),
        reviewer: reviewer.clone(),
        href: format!("/drafts/{}/hide/{}", work.number, picture.id),
        alt: picture.alt,
    });
    Ok(shown.collect())
}
