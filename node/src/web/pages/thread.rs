//! The thread of a case: read in the one order that all nodes show, written to, and taken back from.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use house::Permission;
use protocol::{
    CaseId, EntryId,
    limits::BODY_CHARS_MAX,
    payload::{content::Region, control::Ground},
};

use super::{
    case::{self, CaseLink, Wish, readable, readers_key},
    marked::{MarkedText, kept_of, marked_text},
};
use crate::{
    app::{App, AppError, CaseView, PlaceInPicture, RemarkView, RemarkWhat, Said, UnsentWhat, Unusable, Waiting},
    sentences::Sentences,
    web::{
        actor::Visitor,
        extract::{Posted, id},
        frame::{FieldProblem, Frame, Notice, Reading, html},
        pieces::{Badge, plain},
        problem::Problem,
        refused::beside_the_field,
        when::When,
    },
};

/// How far a comment may stand in on a page.
const DEPTH_MAX: u32 = 4;

/// A thread as a page shows it.
pub(super) struct Thread {
    pub(super) comments: Vec<Comment>,
    pub(super) unsent: Vec<UnsentComment>,
    pub(super) has_taken_back: bool,
    pub(super) may_comment: bool,
    pub(super) why_not_key: &'static str,
    pub(super) reply_to: Option<Answered>,
    pub(super) draft: String,
    /// What in it could show who the patient is.
    pub(super) marked: Vec<MarkedText>,
    pub(super) picture: usize,
    pub(super) may_point: bool,
    pub(super) readers_key: &'static str,
    pub(super) chars_max: usize,
}

/// A comment.
pub(super) struct Comment {
    pub(super) id: String,
    pub(super) depth: u32,
    pub(super) gone_key: &'static str,
    pub(super) author: Option<Badge>,
    pub(super) written: When,
    pub(super) edited: Option<When>,
    pub(super) body: String,
    pub(super) answers: Option<Answered>,
    pub(super) region: Option<CommentRegion>,
    pub(super) is_mine: bool,
    pub(super) is_leaving: bool,
}

/// A comment of the reader's own that waits to be sent.
pub(super) struct UnsentComment {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) answers: Option<Answered>,
    pub(super) since: When,
}

/// What a comment answers.
#[derive(Clone)]
pub(super) struct Answered {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) body: String,
}

/// The picture that a comment points at, and the place in it.
pub(super) struct CommentRegion {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) number: usize,
    pub(super) place: Option<Place>,
    pub(super) is_lit: bool,
}

/// A box in a picture, in its pixels.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

#[derive(Template)]
#[template(path = "case/thread.html")]
struct ThreadFragment {
    t: &'static Sentences,
    frame: Frame,
    case: CaseLink,
    thread: Thread,
}

pub(super) async fn comment(
    reading: Reading,
    Path(case): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let (case, actor) = (id::<CaseId>("case", &case)?, reading.visitor.actor);
    let replies_to: Option<EntryId> = form.filled("reply_to").map(|text| id("comment", text)).transpose()?;
    let number: usize = form.one("picture").parse().unwrap_or(1);
    let drawn = form.filled("region").map(drawn_box).transpose()?;
    let (text, kept) = (form.one("body").to_owned(), kept_of(&form));
    let said_with = kept.clone();
    let said = reading
        .web
        .run_async(move |app| async move {
            let view = readable(&app, case, &actor)?;
            let place = drawn.map(|drawn| place_in(&view, number, drawn)).transpose()?;
            app.comment(case, &text, replies_to, place, &said_with, &actor).await
        })
        .await;
    let mut wish = Wish { reply: replies_to, picture: number, ..Wish::default() };
    match said {
        // The picture beside the thread has to show the place as well.
        Ok(Said { entry: Some(entry), .. }) if reading.is_fragment && drawn.is_some() => {
            let place = format!("/cases/{case}?picture={number}&region={entry}#comment-{entry}");
            let place = HeaderValue::from_str(&place).map_err(|error| Problem::defect(error.to_string()))?;
            Ok([(HeaderName::from_static("hx-redirect"), place)].into_response())
        }
        Ok(_) if reading.is_fragment => answer(reading, case, Wish { reply: None, ..wish }, None).await,
        Ok(_) => Ok(Redirect::to(&format!("/cases/{case}#thread")).into_response()),
        Err(error) => {
            let problem = FieldProblem { field: "body".to_owned(), text: beside_the_field(error)? };
            wish.draft = form.one("body").to_owned();
            wish.kept = kept;
            answer(reading, case, wish, Some(problem)).await
        }
    }
}

/// The corners of a box as the page sends them.
fn drawn_box(text: &str) -> Result<[u32; 4], Problem> {
    let numbers: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
    let numbers = numbers.ok().and_then(|numbers| numbers.try_into().ok());
    numbers.ok_or_else(|| Problem::unusable("region is a box in the picture: x,y,width,height in whole pixels"))
}

/// What somebody points at who drew a box in a picture of a case, counted from 1.
fn place_in(view: &CaseView, number: usize, drawn: [u32; 4]) -> Result<PlaceInPicture, Unusable> {
    let listed = number.checked_sub(1).and_then(|picture| view.summary.pictures.get(picture));
    let listed = listed.ok_or(Unusable::NoSuchPicture)?;
    let region = Region::of_box(drawn, (listed.width, listed.height)).ok_or(Unusable::OutsidePicture)?;
    PlaceInPicture::numbered(number, Some(region))
}

pub(super) async fn take_back(
    reading: Reading,
    Path((case, comment)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (case, actor) = (id::<CaseId>("case", &case)?, reading.visitor.actor);
    let comment: EntryId = id("comment", &comment)?;
    let said = reading
        .web
        .run_async(move |app| async move {
            readable(&app, case, &actor)?;
            app.withdraw_entry(case, comment, Ground::AuthorWish, &actor).await
        })
        .await?;
    let has_taken_back = said.waits_for.is_none();
    match reading.is_fragment {
        true => answer(reading, case, Wish { has_taken_back, ..Wish::default() }, None).await,
        false if has_taken_back => {
            let text = Sentences::english().get("comment-taken-back");
            Ok(reading.tell(&CaseLink::of(case).href, Notice { text, caution: false }))
        }
        false => Ok(Redirect::to(&format!("/cases/{case}#thread")).into_response()),
    }
}

/// The thread as it stands now, or the whole page for a browser without scripts; with what was not accepted.
pub(super) async fn answer(
    reading: Reading,
    case: CaseId,
    wish: Wish,
    problem: Option<FieldProblem>,
) -> Result<Response, Problem> {
    if !reading.is_fragment {
        return case::page(reading, case, wish, problem).await;
    }
    let visitor = reading.visitor.clone();
    let thread = reading.web.run(move |app| {
        let view = readable(app, case, &visitor.actor)?;
        thread_of(app, &view, app.waiting(&visitor.actor), &visitor, wish)
    });
    let thread = thread.await?;
    let mut frame = reading.frame("");
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    frame.problems.extend(problem);
    let fragment = html(&ThreadFragment { t: Sentences::english(), frame, case: CaseLink::of(case), thread })?;
    Ok((status, fragment).into_response())
}

/// The thread of a case that the visitor may read, with what of it waits.
pub(super) fn thread_of(
    app: &App,
    view: &CaseView,
    waiting: Waiting,
    visitor: &Visitor,
    wish: Wish,
) -> Result<Thread, AppError> {
    let remarks = app.thread(view.case)?;
    let said: BTreeMap<EntryId, Answered> = remarks
        .iter()
        .filter_map(|remark| match &remark.what {
            RemarkWhat::Said { author, text, .. } => Some((
                remark.entry,
                Answered { id: remark.entry.to_string(), name: Badge::of(author).name, body: text.clone() },
            )),
            RemarkWhat::Withdrawn { .. } => None,
        })
        .collect();
    let answered = |entry: Option<EntryId>| entry.and_then(|entry| said.get(&entry).cloned());
    let me = case::clinician_of(app, visitor);
    let is_mine = |author: &crate::app::Badge| {
        me == Some(author.clinician) && app.joined().is_ok_and(|joined| joined.me() == author.institution)
    };
    let shown = under_what_they_answer(remarks).into_iter().map(|(depth, remark)| {
        let RemarkView { entry, answers, written_ms, received_ms, what, .. } = remark;
        let blank = Comment {
            id: entry.to_string(),
            depth: depth.min(DEPTH_MAX),
            gone_key: "",
            author: None,
            written: When::told(written_ms, received_ms),
            edited: None,
            body: String::new(),
            answers: answered(answers),
            region: None,
            is_mine: false,
            is_leaving: false,
        };
        match what {
            RemarkWhat::Withdrawn { .. } => Comment { gone_key: "comment-withdrawn", ..blank },
            RemarkWhat::Said { author, text, edited_ms, picture, region } => Comment {
                is_mine: is_mine(&author),
                is_leaving: is_mine(&author) && waiting.withdrawal(entry).is_some(),
                author: Some(Badge::of(&author)),
                edited: edited_ms.map(When::at),
                body: text,
                region: picture.map(|picture| pointed_at(view, entry, usize::from(picture), region, wish.region)),
                ..blank
            },
        }
    });
    let comments = shown.collect();
    let unsent = waiting.unsent.into_iter().filter_map(|unsent| match unsent.what {
        UnsentWhat::Comment(case, comment) if case == view.case => Some(UnsentComment {
            id: unsent.id.to_string(),
            answers: answered(comment.replies_to),
            body: comment.text.0,
            since: When::at(unsent.since_ms),
        }),
        _ => None,
    });
    Ok(Thread {
        comments,
        unsent: unsent.collect(),
        has_taken_back: wish.has_taken_back,
        may_comment: !visitor.is_owner() && app.permit(&visitor.actor, Permission::Comment).is_ok(),
        why_not_key: "comment-needs-badge",
        reply_to: answered(wish.reply),
        // A comment that is too long is told so; what stands out in it shows once it fits.
        marked: marked_text("body".to_owned(), "field-comment", wish.draft.trim(), &wish.kept)
            .into_iter()
            .flatten()
            .collect(),
        draft: plain_lines(&wish.draft),
        picture: wish.picture,
        may_point: !view.summary.pictures.is_empty(),
        readers_key: readers_key(view.open.reach),
        chars_max: BODY_CHARS_MAX,
    })
}

/// Remarks with how far each stands in: each behind the one it answers and the answers to that before it, otherwise in their
/// order.
fn under_what_they_answer(remarks: Vec<RemarkView>) -> Vec<(u32, RemarkView)> {
    let known: BTreeSet<EntryId> = remarks.iter().map(|remark| remark.entry).collect();
    let mut answers: BTreeMap<Option<EntryId>, Vec<RemarkView>> = BTreeMap::new();
    // From the last to the first, as they are taken from the end.
    for remark in remarks.into_iter().rev() {
        answers.entry(remark.answers.filter(|answered| known.contains(answered))).or_default().push(remark);
    }
    let (mut laid, mut open) = (Vec::with_capacity(known.len()), vec![None]);
    while let Some(answered) = open.last() {
        match answers.get_mut(answered).and_then(Vec::pop) {
            Some(remark) => {
                let entry = remark.entry;
                laid.push((u32::try_from(open.len() - 1).unwrap_or(u32::MAX), remark));
                open.push(Some(entry));
            }
            None => {
                open.pop();
            }
        }
    }
    laid
}

fn pointed_at(
    view: &CaseView,
    entry: EntryId,
    picture: usize,
    region: Option<Region>,
    lit: Option<EntryId>,
) -> CommentRegion {
    let number = picture + 1;
    let place = region.zip(view.summary.pictures.get(picture));
    CommentRegion {
        id: entry.short(),
        href: format!("/cases/{}?picture={number}&region={entry}", view.case),
        number,
        place: place.map(|(region, picture)| Place::of(&region, picture.width, picture.height)),
        is_lit: lit == Some(entry),
    }
}

impl Place {
    fn of(region: &Region, width: u32, height: u32) -> Self {
        let pixels = |share: u16, all: u32| {
            let pixels = u64::from(share) * u64::from(all) / u64::from(Region::WHOLE);
            u32::try_from(pixels).unwrap_or(all)
        };
        Self {
            x: pixels(region.left, width),
            y: pixels(region.top, height),
            width: pixels(region.width, width).max(1),
            height: pixels(region.height, height).max(1),
        }
    }
}

fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}
