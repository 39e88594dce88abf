//! Title, question, context: with what in them could show who the patient is.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use house::{
    draft::{Content, KeptWords, StepState},
    is_seen, steers,
};
use protocol::{
    codec::Text,
    limits::{BODY_CHARS_MAX, TITLE_CHARS_MAX},
    payload::content::{AgeBand, Sex, Summary},
};

use super::{Draft, Step, Work, pictures};
use crate::{
    app::{
        AppError, DraftPicture,
        case_text::{joined, parted},
        kept_in, specialty,
    },
    sentences::Sentences,
    web::{
        extract::{Fields, Posted},
        frame::{FieldProblem, Frame, Reading, html},
        pages::marked::{MarkedText, kept_of, marked_text},
        pieces::{AGES, Choice, SEXES, age_key, chosen, sex_key},
        problem::Problem,
        refused::of_malformed,
        specialty::SPECIALTIES,
    },
};

#[derive(Template)]
#[template(path = "new/context.html")]
struct Context {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    form: ContextForm,
    is_unkept: bool,
    pictures: Vec<PictureText>,
    marked: Vec<MarkedText>,
    title_chars_max: usize,
    text_chars_max: usize,
}

/// What a picture shows, for those who cannot see it.
struct PictureText {
    id: String,
    preview: String,
    alt: String,
    number: usize,
}

struct ContextForm {
    title: String,
    question: String,
    history: String,
    examination: String,
    specialties: Vec<Choice>,
    age_bands: Vec<Choice>,
    sexes: Vec<Choice>,
}

pub(super) async fn show(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    html(&page(&reading, &work, Vec::new()).await?)
}

/// Saves; goes on once title and question stand there, and whatever could surely show who the patient is was changed or has a
/// reason to stay.
pub(super) async fn save(
    reading: Reading,
    Path(draft): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let mut work = Work::open(&reading, &draft).await?;
    pictures::settle(&reading, work.number).await?;
    let mut problems = fill(&mut work.content.summary, &form);
    // One may have been confirmed since the page was shown, and was not described there.
    for picture in pictures::of(&reading, work.number).await? {
        let field = format!("alt-{}", picture.id);
        let told = form.iter().find(|(name, _)| *name == field);
        let listed = work.content.summary.pictures.iter_mut().find(|listed| picture.blob == Some(listed.blob));
        if let (Some((_, alt)), Some(listed)) = (told, listed) {
            listed.alt = Text::from(alt.trim());
        }
    }
    if let Err(cause) = work.content.summary.check() {
        let field =
            if work.content.summary.title.as_str().chars().count() > TITLE_CHARS_MAX { "title" } else { "history" };
        problems.push(FieldProblem { field: field.to_owned(), text: of_malformed(&cause) });
        let page = Context { is_unkept: true, ..page(&reading, &work, problems).await? };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response());
    }
    let kept = kept_now(&work.content, &form)?;
    work.content.kept = Some(kept.clone()).filter(|kept| !kept.is_empty());
    let is_done = problems.is_empty() && !has_open_marks(&work.content)?;
    let state = if is_done { StepState::Done } else { StepState::Begun };
    let written = work.content.summary.clone();
    let change = move |content: &mut Content| {
        take_words(&mut content.summary, written);
        content.kept = Some(kept).filter(|kept| !kept.is_empty());
        content.steps.words = state;
    };
    work.change(&reading, change).await?;
    if is_done {
        return Ok(work.next());
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(&reading, &work, problems).await?)?).into_response())
}

/// Takes over the words of another summary; which pictures there are is none of their business.
fn take_words(summary: &mut Summary, written: Summary) {
    for picture in &mut summary.pictures {
        if let Some(other) = written.pictures.iter().find(|other| other.blob == picture.blob) {
            picture.alt = other.alt.clone();
        }
    }
    *summary = Summary {
        pictures: std::mem::take(&mut summary.pictures),
        blob_salt: summary.blob_salt,
        audience: summary.audience.take(),
        is_public: summary.is_public,
        ..written
    };
}

/// Takes over what was typed. Returns what is missing.
fn fill(summary: &mut Summary, form: &Fields) -> Vec<FieldProblem> {
    summary.title = Text::from(form.one("title").trim());
    summary.question = Text::from(form.one("question").trim());
    summary.body = Text(joined(&lines(form.one("history")), &lines(form.one("examination"))));
    summary.specialty = form.filled("specialty").and_then(|text| specialty(text).ok()).filter(|number| *number > 0);
    summary.age = chosen(AgeBand::ALL, AGES, age_key, form.one("age_band"));
    summary.sex = chosen(Sex::ALL, SEXES, sex_key, form.one("sex"));
    let missing = [("title", &summary.title), ("question", &summary.question)];
    let missing = missing.into_iter().filter(|(_, text)| !is_seen(text.as_str()));
    let missing = missing.map(|(field, _)| (field, "field-missing"));
    let steering = summary.title.as_str().chars().any(steers).then_some(("title", "refused-characters"));
    let problem =
        |(field, key): (&str, _)| FieldProblem { field: field.to_owned(), text: Sentences::english().get(key) };
    missing.chain(steering).map(problem).collect()
}

/// Browsers send two characters for each line break.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The reasons that stand beside the marks of the form, and those given before for words that it does not show; of words that
/// are there no more, none.
fn kept_now(content: &Content, form: &Fields) -> Result<Vec<KeptWords>, AppError> {
    let shown = form.all("kept-words");
    let before = kept_in(content).iter().filter(|kept| !shown.contains(&kept.words.as_str())).cloned();
    let mut kept: Vec<KeptWords> = kept_of(form).into_iter().chain(before).collect();
    let marked = marked_in(&Content { kept: None, ..content.clone() })?;
    kept.retain(|kept| marked.iter().flat_map(|text| &text.marks).any(|mark| mark.words == kept.words.as_str()));
    Ok(kept)
}

/// Whether something holds the text back.
pub(super) fn has_open_marks(content: &Content) -> Result<bool, AppError> {
    Ok(marked_in(content)?.iter().flat_map(|text| &text.marks).any(|mark| mark.is_open))
}

/// The fields of the page in which something is marked.
fn marked_in(content: &Content) -> Result<Vec<MarkedText>, AppError> {
    let summary = &content.summary;
    let (history, examination) = parted(summary.body.as_str());
    let fields = [
        ("title", "field-title", summary.title.as_str()),
        ("question", "field-question", summary.question.as_str()),
        ("history", "field-history", history),
        ("examination", "field-examination", examination),
    ];
    let fields =
        fields.into_iter().chain(summary.pictures.iter().map(|picture| ("alts", "context-alts", picture.alt.as_str())));
    let marked = fields.map(|(field, key, text)| marked_text(field.to_owned(), key, text, kept_in(content)));
    marked.filter_map(Result::transpose).collect()
}

async fn page(reading: &Reading, work: &Work, problems: Vec<FieldProblem>) -> Result<Context, Problem> {
    let pictures = pictures::of(reading, work.number).await?;
    let summary = &work.content.summary;
    let (history, examination) = parted(summary.body.as_str());
    let mut frame = reading.frame("new");
    frame.problems = problems;
    Ok(Context {
        t: Sentences::english(),
        frame,
        draft: work.draft(),
        steps: work.steps("context"),
        form: ContextForm {
            title: summary.title.0.clone(),
            question: summary.question.0.clone(),
            history: history.to_owned(),
            examination: examination.to_owned(),
            specialties: specialties(summary.specialty),
            age_bands: with_unknown("age-unknown", AGES, summary.age.map(age_key)),
            sexes: with_unknown("sex-unknown", SEXES, summary.sex.map(sex_key)),
        },
        is_unkept: false,
        // A text that is too long is told so beside its field; what stands out in it shows once it fits.
        marked: marked_in(&work.content).unwrap_or_default(),
        title_chars_max: TITLE_CHARS_MAX,
        text_chars_max: BODY_CHARS_MAX,
        pictures: pictures
            .iter()
            .filter(|picture| picture.is_confirmed)
            .map(|picture| text_of(work, picture))
            .collect(),
    })
}

fn text_of(work: &Work, picture: &DraftPicture) -> PictureText {
    PictureText {
        id: picture.id.to_string(),
        preview: pictures::small_of(work, picture),
        alt: picture.alt.clone(),
        number: picture.number,
    }
}

/// All specialties, none before them.
pub(in crate::web::pages) fn specialties(chosen: Option<u32>) -> Vec<Choice> {
    let none = Choice { value: "0".to_owned(), key: "specialty-none", is_chosen: chosen.is_none() };
    let known = SPECIALTIES.iter().map(|(number, key)| Choice {
        value: crate::app::specialty_name(*number),
        key,
        is_chosen: chosen == Some(*number),
    });
    std::iter::once(none).chain(known).collect()
}

fn with_unknown(unknown: &'static str, known: &[(&str, &'static str)], chosen: Option<&'static str>) -> Vec<Choice> {
    let none = Choice { value: String::new(), key: unknown, is_chosen: chosen.is_none() };
    let known =
        known.iter().map(|(value, key)| Choice { value: (*value).to_owned(), key, is_chosen: chosen == Some(*key) });
    std::iter::once(none).chain(known).collect()
}
