//! The pictures of a draft: taken in, put in order, removed; and their files for the screen of their owner.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Multipart, Path},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use house::audit::{Action, Outcome};
use protocol::{CaseNumber, payload::pairs::Side};

use super::{Draft, Step, Work};
use crate::{
    app::{App, AppError, Confirming, DraftPicture, PictureId, Progress, ShownPicture},
    entropy,
    sentences::Sentences,
    web::{
        extract::{Asked, Posted, id},
        frame::{FieldProblem, Frame, Reading, html},
        intake::file_of,
        pages::{error, frames::view_of},
        pieces::side_key,
        problem::Problem,
        refused::beside_the_field,
    },
};

#[derive(Template)]
#[template(path = "new/pictures.html")]
struct Pictures {
    t: &'static Sentences,
    frame: Frame,
    draft: Draft,
    steps: Vec<Step>,
    pictures: Vec<PictureRow>,
    megabytes_max: usize,
    megapixels_max: u64,
    has_several: bool,
    is_looking: bool,
    next: String,
}

struct PictureRow {
    id: String,
    number: usize,
    preview: String,
    width: u32,
    height: u32,
    state_key: &'static str,
    /// While it is looked at, or where that failed.
    progress: Option<Bar>,
    side_key: &'static str,
    may_pair: bool,
}

/// How far the finders are with a picture, and the keys of what they do and of what whoever waits is told.
pub(super) struct Bar {
    pub(super) key: &'static str,
    pub(super) hint: &'static str,
    /// In steps of all there are; none where nobody counts them.
    pub(super) done: Option<u8>,
    pub(super) has_covers: bool,
    pub(super) has_failed: bool,
}

impl Bar {
    /// Steps: decoded, upright faces, everything.
    pub(super) const STEPS: u8 = 3;

    const LOOK: Self =
        Self { key: "look-waiting", hint: "look-hint", done: Some(1), has_covers: false, has_failed: false };

    /// None once they are through.
    pub(super) const fn of(picture: &DraftPicture) -> Option<Self> {
        match picture.progress {
            Progress::Waiting => Some(Self::LOOK),
            Progress::Upright => Some(Self { key: "look-upright", done: Some(2), has_covers: true, ..Self::LOOK }),
            Progress::Failed => Some(Self { key: "refused-look-failed", done: None, has_failed: true, ..Self::LOOK }),
            Progress::Done if matches!(picture.confirming, Confirming::Underway) => {
                Some(Self { key: "look-again", hint: "look-again-hint", done: None, has_covers: true, ..Self::LOOK })
            }
            Progress::Done => None,
        }
    }
}

pub(super) async fn show(reading: Reading, Path(draft): Path<String>) -> Result<Response, Problem> {
    html(&page(&reading, &draft, None).await?)
}

/// Takes files in, one after the other; one that is refused keeps none of the others out, and where the form breaks off those
/// before stay. Their names are not looked at.
pub(super) async fn add(reading: Reading, Path(draft): Path<String>, mut form: Multipart) -> Result<Response, Problem> {
    let number: CaseNumber = id("draft", &draft)?;
    let actor = reading.visitor.actor;
    let (mut count, mut refused, mut failed) = (0, Vec::new(), Vec::new());
    loop {
        let Ok(field) = form.next_field().await else {
            count += 1;
            failed.push((count, unreadable()));
            break;
        };
        let Some(field) = field else { break };
        if field.name() != Some("pictures") {
            continue;
        }
        // A form in which nothing was chosen brings a part without name and bytes.
        let is_chosen = field.file_name().is_some_and(|name| !name.is_empty());
        let Ok(file) = file_of(field).await else {
            count += 1;
            failed.push((count, unreadable()));
            break;
        };
        if file.is_empty() && !is_chosen {
            continue;
        }
        count += 1;
        let added = reading.web.run_async(move |app| async move { app.add_picture(number, file, &actor).await }).await;
        if let Err(error) = added {
            match beside_the_field(error) {
                Ok(text) => refused.push((count, text)),
                Err(problem) => failed.push((count, problem)),
            }
        }
    }
    if failed.len() == count
        && let Some((_, problem)) = failed.pop()
    {
        return Err(problem);
    }
    refused.extend(failed.into_iter().map(|(place, problem)| (place, failure(&problem))));
    if refused.is_empty() {
        return Ok(Redirect::to(&format!("/drafts/{number}/pictures")).into_response());
    }
    refused.sort_by_key(|(place, _)| *place);
    not_taken(&reading, &draft, count, refused).await
}

/// The words for a file that could not be taken in while others were answered for, with the code under which it is in the log.
fn failure(problem: &Problem) -> String {
    let code = hex::encode(entropy::draw::<4>());
    let cause = problem.cause().unwrap_or_default();
    tracing::warn!(
        request.code = code,
        request.status = problem.status.as_u16(),
        error = cause,
        "A picture of several could not be taken in."
    );
    error::words(problem, &code)
}

/// What was refused, each file on a line of its own behind its place among those that were sent.
fn which_of(count: usize, refused: Vec<(usize, String)>, name: impl Fn(usize, String) -> String) -> String {
    let is_part = refused.len() < count;
    let named = refused.into_iter().map(|(place, text)| if count == 1 { text } else { name(place, text) });
    let others = is_part.then(|| Sentences::english().get("refused-file-others"));
    named.chain(others).collect::<Vec<_>>().join("\n")
}

fn unreadable() -> Problem {
    Problem::unusable("the parts of the form cannot be told apart")
}

/// Programs that show their own page get the words alone, with the place of a file before a tab: they know its name. Others
/// get the page with them.
async fn not_taken(
    reading: &Reading,
    draft: &str,
    count: usize,
    refused: Vec<(usize, String)>,
) -> Result<Response, Problem> {
    if reading.headers.get(header::ACCEPT).is_some_and(|accepts| accepts == "text/plain") {
        return Err(Problem::files(which_of(count, refused, |place, text| format!("{place}\t{text}"))));
    }
    let t = Sentences::english();
    let text =
        which_of(count, refused, |place, text| t.with2("refused-file-which", "place", place.to_string(), "text", text));
    let problem = FieldProblem { field: "pictures".to_owned(), text };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page(reading, draft, Some(problem)).await?)?).into_response())
}

/// Earlier, later, out; a pair with the next, or no pair any more.
pub(super) async fn change(
    reading: Reading,
    Path((draft, picture)): Path<(String, String)>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let number: CaseNumber = id("draft", &draft)?;
    let picture: PictureId = id("picture", &picture)?;
    let (actor, wanted) = (reading.visitor.actor, form.one("do").to_owned());
    reading
        .web
        .run_async(move |app| async move {
            match wanted.as_str() {
                "remove" => app.remove_picture(number, picture, &actor).await,
                "up" | "down" => {
                    let order = moved(&app.draft_pictures(number, &actor).await?, picture, wanted == "up")?;
                    app.reorder_pictures(number, &order, &actor).await
                }
                "pair" | "part" => app.pair_pictures(number, picture, wanted == "pair", &actor).await,
                _ => Err(AppError::invalid("do", "it is up, down, remove, pair or part")),
            }
        })
        .await?;
    Ok(Redirect::to(&format!("/drafts/{number}/pictures")).into_response())
}

/// The order once a picture is one place further up or down. A pair moves as one, unless its own two change places.
fn moved(pictures: &[DraftPicture], picture: PictureId, is_up: bool) -> Result<Vec<PictureId>, AppError> {
    let pictures: Vec<_> = pictures.iter().map(|picture| (picture.id, picture.side)).collect();
    let mut groups: Vec<&mut [_]> = Vec::new();
    let mut order = pictures.clone();
    groups.extend(order.chunk_by_mut(|_, next| next.1 == Some(Side::After)));
    let at = groups.iter().position(|group| group.iter().any(|(id, _)| *id == picture));
    let at = at.ok_or(AppError::NotFound("picture"))?;
    let inward = if is_up { Side::After } else { Side::Before };
    if groups[at].contains(&(picture, Some(inward))) {
        groups[at].reverse();
    } else if let Some(to) = if is_up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < groups.len()) } {
        groups.swap(at, to);
    }
    Ok(groups.iter().flat_map(|group| group.iter().map(|(id, _)| *id)).collect())
}

/// A picture in small, with its covers on.
pub(super) async fn small(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    let (number, picture) = place_of(&place)?;
    let actor = reading.visitor.actor;
    let shown = reading.web.run_async(move |app| async move { app.picture_in_small(number, picture, &actor).await });
    Ok(answer(&shown.await?))
}

/// A confirmed picture as it leaves.
pub(super) async fn clean(reading: Reading, Path(place): Path<(String, String)>) -> Result<Response, Problem> {
    let (number, picture) = place_of(&place)?;
    let actor = reading.visitor.actor;
    let shown =
        reading.web.run_async(move |app| async move { app.picture_as_it_leaves(number, picture, &actor).await });
    Ok(answer(&shown.await?))
}

/// The upright picture, or a view of an object, with nothing covered: for the editor of its owner, in this session, and kept
/// nowhere.
pub(super) async fn upright(
    reading: Reading,
    Path(place): Path<(String, String)>,
    Asked(asked): Asked,
) -> Result<Response, Problem> {
    let (number, picture) = place_of(&place)?;
    reading.visitor.session().ok_or_else(|| Problem::not_found("picture"))?;
    let (actor, view) = (reading.visitor.actor, view_of(&asked));
    let shown = reading.web.run_async(move |app| async move {
        let shown = app.picture_to_cover(number, picture, view, &actor).await?;
        app.desk.note(&actor, Action::ViewOriginal, vec![number.into()], Outcome::Done)?;
        Ok(shown)
    });
    Ok(answer(&shown.await?))
}

fn place_of((draft, picture): &(String, String)) -> Result<(CaseNumber, PictureId), Problem> {
    Ok((id("draft", draft)?, id("picture", picture)?))
}

fn answer(picture: &ShownPicture) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(picture.content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
    ];
    (headers, picture.bytes.to_vec()).into_response()
}

async fn page(reading: &Reading, draft: &str, problem: Option<FieldProblem>) -> Result<Pictures, Problem> {
    let work = Work::open(reading, draft).await?;
    let pictures = of(reading, work.number).await?;
    let mut frame = reading.frame("new");
    frame.problems.extend(problem);
    let limits = anonymizer::Limits::NETWORK;
    Ok(Pictures {
        t: Sentences::english(),
        frame,
        draft: work.draft(),
        steps: work.steps("pictures"),
        next: if pictures.is_empty() { String::new() } else { format!("/drafts/{}/hide", work.number) },
        has_several: pictures.len() > 1,
        is_looking: pictures.iter().filter_map(Bar::of).any(|bar| !bar.has_failed),
        pictures: pictures.iter().enumerate().map(|(at, picture)| row(&work, picture, pictures.get(at + 1))).collect(),
        megabytes_max: limits.picture_bytes_max >> 20,
        megapixels_max: limits.pixels_max / 1_000_000,
    })
}

/// The pictures of a draft in their order; none while there is no network to keep them for.
pub(super) async fn of(reading: &Reading, number: CaseNumber) -> Result<Vec<DraftPicture>, Problem> {
    let actor = reading.visitor.actor;
    let pictures = move |app: Arc<App>| async move {
        match app.draft_pictures(number, &actor).await {
            Err(AppError::NoNetwork) => Ok(Vec::new()),
            pictures => pictures,
        }
    };
    Ok(reading.web.run_async(pictures).await?)
}

/// Whoever goes on from the pictures is done with them as soon as none waits: a case may have none.
pub(super) async fn settle(reading: &Reading, number: CaseNumber) -> Result<(), Problem> {
    let actor = reading.visitor.actor;
    let settled = move |app: Arc<App>| async move {
        match app.settle_pictures(number, &actor).await {
            Err(AppError::NoNetwork) => Ok(()),
            settled => settled,
        }
    };
    Ok(reading.web.run_async(settled).await?)
}

/// The address of a picture in small. It is another one once the covers are: a page that waits loads it anew only then.
pub(super) fn small_of(work: &Work, picture: &DraftPicture) -> String {
    let seen = if picture.progress == Progress::Upright { "?seen=upright" } else { "" };
    format!("/drafts/{}/pictures/{}/small{seen}", work.number, picture.id)
}

fn row(work: &Work, picture: &DraftPicture, next: Option<&DraftPicture>) -> PictureRow {
    PictureRow {
        id: picture.id.to_string(),
        number: picture.number,
        preview: small_of(work, picture),
        width: picture.width,
        height: picture.height,
        state_key: if picture.is_confirmed { "picture-looked-at" } else { "picture-waiting" },
        progress: Bar::of(picture),
        side_key: side_key(picture.side),
        may_pair: picture.side.is_none() && next.is_some_and(|next| next.side.is_none()),
    }
}
