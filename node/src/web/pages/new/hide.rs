//! Covering a picture: the page of the editor, which works without scripts too, and the person's word for it. Every button of
//! the page keeps the covers as they stand.
//!
//! Whoever gave their word comes to `?saved=yes`: it says how far that is, then leads on, or says beside the field why not.

mod rows;

use anonymizer::{Concern, Doubt, Finding, ReleaseError, View};
use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use self::rows::{CoverRow, LeftRow, cover_row, left_row, reason_of};
use super::{
    Draft, Step, Work,
    pictures::{self, Bar},
};
use crate::{
    app::{AppError, Confirming, DraftPicture, Drawn, PictureId, Progress, Reason, Review, Unusable},
    sentences::Sentences,
    web::{
        extract::{Asked, Fields, Posted, id},
        frame::{FieldProblem, Frame, Reading, html, is_asked_by_script},
        pages::frames::{FramesView, view_of},
        problem::Problem,
        refused::{beside_the_field, told_later},
        seen::{CONCERNS, doubt_key, notice_keys, removed_key, told},
    },
};

#[derive(Template)]
#[template(path = "new/hide.html")]
struct Hide {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    picture: HidePicture,
    concerns: &'static [&'static str],
    reviewer: String,
    /// How long an original waits at most.
    hours: u64,
}

/// What stands there until the finders are through.
#[derive(Template)]
#[template(path = "new/looking.html")]
struct LookedAt {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    number: usize,
    count: usize,
    /// What is asked for until they are; empty where nothing is waited for.
    again: String,
    /// In small, with the covers that there are; empty before there are any.
    preview: String,
    progress: Bar,
    /// Where another picture waits for its person meanwhile.
    other: String,
}

struct HidePicture {
    number: usize,
    count: usize,
    width: u32,
    height: u32,
    covers: String,
    rows: Vec<CoverRow>,
    left: Vec<LeftRow>,
    found: usize,
    covered: usize,
    is_unkept: bool,
    /// How many of those found have no answer yet.
    open: usize,
    /// What each finding seems to be and who says so, in their order, between bars.
    kinds: String,
    /// Those that may stay with one click, by their places, between bars.
    may_stay: String,
    has_unsearched: bool,
    doubts: Vec<DoubtShown>,
    removed: Vec<&'static str>,
    notices: Vec<&'static str>,
    frames: FramesView,
    is_confirmed: bool,
    has_previous: bool,
    has_next: bool,
}

/// What programs could not settle, and the box with which the person says that they looked because of it.
struct DoubtShown {
    key: &'static str,
    field: &'static str,
}

/// All that there are.
const DOUBTS: [Doubt; 3] = [Doubt::SkinWithoutFace, Doubt::Head, Doubt::Frames];

/// The box that answers a doubt. What was not shown has none that could be ticked.
const fn answer_field(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::SkinWithoutFace => "answered-skin",
        Doubt::Head => "answered-head",
        Doubt::Frames => "answered-frames",
    }
}

/// The first picture that waits for its person, else one that is not confirmed yet, else the first.
pub(super) async fn first(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    let pictures = pictures::of(&reading, work.number).await?;
    let is_unconfirmed = |picture: &&DraftPicture| !picture.is_confirmed;
    let picture = pictures.iter().find(|picture| picture.is_open());
    let picture = picture.or_else(|| pictures.iter().find(is_unconfirmed)).or(pictures.first());
    let place = picture.map_or_else(
        || format!("/drafts/{}/pictures", work.number),
        |picture| format!("/drafts/{}/hide/{}", work.number, picture.id),
    );
    Ok(Redirect::to(&place).into_response())
}

pub(super) async fn show(
    reading: Reading,
    Path((draft, picture)): Path<(String, String)>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    let view = ["frame", "window"].iter().any(|name| !asked.one(name).is_empty()).then(|| view_of(&asked));
    let id: PictureId = id("picture", &picture)?;
    let pictures = pictures::of(&reading, work.number).await?;
    let picture = of_id(&pictures, id)?;
    let is_saved = asked.one("saved") == "yes";
    let (drawn, problem) = match &picture.confirming {
        Confirming::Rests if is_saved && picture.is_confirmed => return led_to(&reading, onward(&work, &pictures)),
        Confirming::Rests if is_saved => (None, Some(unconfirmed())),
        Confirming::Rests | Confirming::Underway => (None, None),
        Confirming::Refused(not) => {
            let problem = FieldProblem { field: field_of(&not.why).to_owned(), text: told_later(&not.why, &not.code) };
            // Another window shows what was drawn last.
            let drawn = (is_saved && !is_drawn_anew(&not.why)).then(|| not.drawn.clone());
            (drawn, Some(problem))
        }
    };
    if is_asked_by_script(&reading.headers) && Bar::of(picture).is_none() {
        return led_to(&reading, if is_saved { saved(&work, id) } else { editor(&work, id) });
    }
    page(&reading, &work, &pictures, (id, view), drawn, problem)
}

/// Where whoever confirmed a picture goes on.
fn onward(work: &Work, pictures: &[DraftPicture]) -> String {
    let is_open = pictures.iter().any(|picture| !picture.is_confirmed);
    if is_open { format!("/drafts/{}/hide", work.number) } else { format!("/drafts/{}", work.number) }
}

/// Leads on, also whoever has a page open on which a part asked for itself.
fn led_to(reading: &Reading, place: String) -> Result<Response, Problem> {
    if !is_asked_by_script(&reading.headers) {
        return Ok(Redirect::to(&place).into_response());
    }
    let place = HeaderValue::try_from(place).map_err(|error| Problem::defect(error.to_string()))?;
    Ok([(HeaderName::from_static("hx-redirect"), place)].into_response())
}

/// Where the covers of a picture are drawn.
fn editor(work: &Work, picture: PictureId) -> String {
    format!("/drafts/{}/hide/{picture}", work.number)
}

/// Where whoever gave their word for a picture sees what it comes to.
fn saved(work: &Work, picture: PictureId) -> String {
    format!("{}?saved=yes", editor(work, picture))
}

pub(super) async fn save(
    reading: Reading,
    Path((draft, picture)): Path<(String, String)>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let work = Work::open(&reading, &draft).await?;
    let picture: PictureId = id("picture", &picture)?;
    let posted = match posted(&form) {
        Ok(posted) => posted,
        Err(error) => return again(&reading, &work, picture, beside("covers", error)?, None).await,
    };
    let drawn = match changed(posted.clone(), &form) {
        Ok(drawn) => drawn,
        Err(error) => return again(&reading, &work, picture, beside("covers", error)?, Some(posted)).await,
    };
    let is_confirmed = form.one("do") == "save" && form.one("confirmed") == "yes";
    let review = Review {
        drawn: drawn.clone(),
        alt: String::new(),
        has_seen_unsearched: form.one("unsearched") == "yes",
        answered: DOUBTS.into_iter().filter(|doubt| form.one(answer_field(*doubt)) == "yes").collect(),
        // The statement names them all, and is signed as a whole.
        looked_for: Concern::ALL.into(),
    };
    let (number, actor) = (work.number, reading.visitor.actor);
    let done = reading
        .web
        .run_async(move |app| async move {
            if !is_confirmed {
                return app.keep_covers(number, picture, review.drawn, &actor).await;
            }
            let pictures = app.draft_pictures(number, &actor).await?;
            let alt = pictures.into_iter().find(|known| known.id == picture).map(|known| known.alt).unwrap_or_default();
            app.confirm_behind(number, picture, Review { alt, ..review }, &actor).await
        })
        .await;
    match done {
        Ok(()) if is_confirmed => Ok(Redirect::to(&saved(&work, picture)).into_response()),
        Ok(()) if form.one("do") == "save" => {
            let pictures = pictures::of(&reading, work.number).await?;
            match of_id(&pictures, picture)?.is_confirmed {
                // The same covers, and a word that stands already.
                true => Ok(Redirect::to(&onward(&work, &pictures)).into_response()),
                false => again(&reading, &work, picture, unconfirmed(), None).await,
            }
        }
        Ok(()) => {
            let pictures = pictures::of(&reading, work.number).await?;
            let at = pictures.iter().position(|known| known.id == picture);
            let other = match form.one("do") {
                "previous" => at.and_then(|at| pictures.get(at.checked_sub(1)?)),
                "next" => at.and_then(|at| pictures.get(at + 1)),
                _ => None,
            };
            let shown = other.map_or(picture, |other| other.id);
            Ok(Redirect::to(&format!("/drafts/{}/hide/{shown}", work.number)).into_response())
        }
        Err(error) => again(&reading, &work, picture, beside(field_of(&error), error)?, Some(drawn)).await,
    }
}

/// That nobody has given their word for it.
fn unconfirmed() -> FieldProblem {
    FieldProblem { field: "confirmed".to_owned(), text: Sentences::english().get("hide-unconfirmed") }
}

/// Whether what was found is covered now beside what the person had drawn.
fn is_drawn_anew(error: &AppError) -> bool {
    matches!(error, AppError::Unusable(Unusable::Release(ReleaseError::StillThere(_))))
}

/// The field at which it is mended.
fn field_of(error: &AppError) -> &'static str {
    match error {
        AppError::Unusable(Unusable::Release(ReleaseError::OpenDoubt(doubt))) => answer_field(*doubt),
        AppError::Unusable(Unusable::Release(ReleaseError::Unsearched)) => "unsearched",
        _ => "covers",
    }
}

fn beside(field: &str, error: AppError) -> Result<FieldProblem, Problem> {
    Ok(FieldProblem { field: field.to_owned(), text: beside_the_field(error)? })
}

/// What was posted, with the reasons that a browser without scripts sends beside it.
fn posted(form: &Fields) -> Result<Drawn, AppError> {
    let drawn = Drawn::parse(form.one("covers"))?;
    let said = form.iter().filter_map(|(name, value)| Some((name.strip_prefix("reason-")?.parse().ok()?, value)));
    Ok(said.fold(drawn, |drawn, (finding, value)| drawn.excused(finding, reason_of(value))))
}

/// With the box that a browser without scripts adds, without the cover that it removes, or with one click's answer to a
/// finding.
fn changed(drawn: Drawn, form: &Fields) -> Result<Drawn, AppError> {
    let number = |name: &str| form.one(name).parse::<i32>().map_err(|_| Unusable::BoxNumbers);
    match form.one("do") {
        "add-box" => {
            Ok(drawn.with_box(number("box_x")?, number("box_y")?, number("box_width")?, number("box_height")?))
        }
        wanted => Ok(match wanted.split_once('-').and_then(|(deed, at)| Some((deed, at.parse().ok()?))) {
            Some(("remove", index)) => drawn.without(index),
            Some(("stay", finding)) => drawn.stays(finding, Reason::NotIdentifying),
            Some(("cover", finding)) => drawn.put_back(finding),
            _ => drawn,
        }),
    }
}

async fn again(
    reading: &Reading,
    work: &Work,
    picture: PictureId,
    problem: FieldProblem,
    drawn: Option<Drawn>,
) -> Result<Response, Problem> {
    let pictures = pictures::of(reading, work.number).await?;
    let page = page(reading, work, &pictures, (picture, None), drawn, Some(problem))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn of_id(pictures: &[DraftPicture], id: PictureId) -> Result<&DraftPicture, Problem> {
    pictures.iter().find(|known| known.id == id).ok_or_else(|| Problem::not_found("picture"))
}

fn page(
    reading: &Reading,
    work: &Work,
    pictures: &[DraftPicture],
    (picture, view): (PictureId, Option<View>),
    drawn: Option<Drawn>,
    problem: Option<FieldProblem>,
) -> Result<Response, Problem> {
    let at = pictures.iter().position(|known| known.id == picture).ok_or_else(|| Problem::not_found("picture"))?;
    let mut frame = reading.frame("new");
    frame.problems.extend(problem);
    let (t, draft, steps) = (Sentences::english(), work.draft(), work.steps("hide"));
    let picture = pictures.get(at).ok_or_else(|| Problem::not_found("picture"))?;
    // What somebody drew and nobody keeps is not taken off their screen.
    let is_unkept = drawn.as_ref().is_some_and(|drawn| *drawn != picture.drawn);
    if let Some(progress) = Bar::of(picture).filter(|_| picture.progress != Progress::Done || !is_unkept) {
        let (number, count, preview) = (picture.number, pictures.len(), pictures::small_of(work, picture));
        let other = pictures.iter().find(|other| other.is_open() && other.id != picture.id);
        let other = other.map(|other| format!("/drafts/{}/hide/{}", work.number, other.id)).unwrap_or_default();
        let again = asked_again(work, picture);
        return html(&LookedAt { t, frame, draft, steps, number, count, again, preview, progress, other });
    }
    let picture = shown(work, pictures, (at, view), drawn)?;
    html(&Hide {
        t,
        frame,
        draft,
        steps,
        picture,
        concerns: &CONCERNS,
        reviewer: reading.visitor.person()?.name.clone(),
        hours: reading.web.app.config.storage.quarantine_hours,
    })
}

/// What a page that waits asks for; of one that waits for nothing nothing.
fn asked_again(work: &Work, picture: &DraftPicture) -> String {
    match picture.progress {
        Progress::Waiting | Progress::Upright => editor(work, picture.id),
        Progress::Failed => String::new(),
        Progress::Done => saved(work, picture.id),
    }
}

const fn doubt_shown(doubt: Doubt) -> DoubtShown {
    DoubtShown { key: doubt_key(doubt), field: answer_field(doubt) }
}

/// The frame of the first finding that has no answer yet, else of the first finding.
fn telling_view(drawn: &Drawn, findings: &[Finding]) -> View {
    let open = drawn.dismissed.iter().find(|left| left.reason.is_none());
    let finding = open.map_or(findings.first(), |left| findings.get(left.finding));
    View { frame: finding.map_or(0, |finding| finding.frame), window: 0 }
}

fn shown(
    work: &Work,
    pictures: &[DraftPicture],
    (at, view): (usize, Option<View>),
    drawn: Option<Drawn>,
) -> Result<HidePicture, Problem> {
    let picture = pictures.get(at).ok_or_else(|| Problem::not_found("picture"))?;
    let is_unkept = drawn.as_ref().is_some_and(|drawn| *drawn != picture.drawn);
    let drawn = drawn.unwrap_or_else(|| picture.drawn.clone());
    let covers = serde_json::to_string(&drawn).map_err(|error| Problem::defect(error.to_string()))?;
    let findings = &picture.findings;
    let view = view.unwrap_or_else(|| telling_view(&drawn, findings));
    let kinds: Vec<String> = findings.iter().map(told).collect();
    let staying = findings.iter().enumerate().filter(|(_, finding)| rows::may_stay(finding.kind));
    let left: Vec<LeftRow> = drawn.dismissed.iter().filter_map(|left| left_row(left, findings)).collect();
    Ok(HidePicture {
        number: picture.number,
        count: pictures.len(),
        frames: FramesView::of(
            &picture.series,
            view,
            &format!("/drafts/{}/pictures/{}/upright", work.number, picture.id),
        ),
        width: picture.width,
        height: picture.height,
        covers,
        rows: drawn.covers.iter().enumerate().map(|(index, cover)| cover_row(index, cover, findings)).collect(),
        open: left.iter().filter(|left| !left.is_answered).count(),
        left,
        found: findings.len(),
        covered: drawn.covered(),
        kinds: kinds.join("|"),
        may_stay: staying.map(|(at, _)| at.to_string()).collect::<Vec<_>>().join("|"),
        is_unkept,
        has_unsearched: picture.has_unsearched(),
        doubts: picture.doubts.iter().map(|doubt| doubt_shown(*doubt)).collect(),
        removed: picture.removed.iter().map(|removed| removed_key(*removed)).collect(),
        notices: notice_keys(&picture.notices, (picture.width, picture.height)),
        is_confirmed: picture.is_confirmed,
        has_previous: at > 0,
        has_next: at + 1 < pictures.len(),
    })
}
