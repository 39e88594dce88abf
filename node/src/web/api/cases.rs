//! Cases: posted, shown, listed, commented on, starred, withdrawn.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use casebook::row::Reach;
use house::audit::{Action, Outcome};
use protocol::{
    CaseId, EntryId,
    payload::{content::Summary, control::Ground, pairs::Side},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    LIMIT,
    description::Problems,
    place::{Place, place_in},
    posted::PostedCase,
    reasons::{Kept, kept},
};
use crate::{
    app::{
        self, App, AppError, Audience, CaseOrPlate, CaseView, RemarkView, RemarkWhat, Word, profession_name,
        specialty_name,
    },
    web::{
        Web,
        actor::Visitor,
        extract::{Asked, Sent, id},
        pages::{cursor, readable},
        pieces::{AGES, CERTAINTIES, SEXES, STATUSES, age_key, certainty_key, plain, sex_key, status_key, value_of},
        problem::Problem,
    },
};

/// A case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCase {
    /// Account that speaks; for the command line.
    #[serde(rename = "as")]
    login: Option<String>,
    title: String,
    #[serde(default)]
    question: String,
    #[serde(default)]
    text: String,
    /// MeSH descriptor, such as D003880.
    specialty: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    /// The numbers, from 1, of the pictures that show before what the next one shows after.
    #[serde(default)]
    before_after: Vec<usize>,
    /// house, network, public, or feeds of institutions separated by commas.
    #[serde(default = "network")]
    audience: String,
    /// The person has looked at every picture for faces, print, marks on the skin, belongings, surroundings and rare
    /// conditions: beside what programs find, which is covered, nothing in them tells who the patient is.
    #[serde(default)]
    confirm: bool,
    /// The person was told that a program broke off over a picture, could not settle whether a face is in it, that slices may show a
    /// head when they are put together, or that an object has several frames or windows, and has looked at all of it because of
    /// that. Without this such a picture is refused with 422.
    #[serde(default)]
    looked: bool,
    /// Marked words that stay.
    #[serde(default)]
    reasons: Vec<Kept>,
}

/// A comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewComment {
    /// Account that speaks; for the command line.
    #[serde(rename = "as")]
    login: Option<String>,
    text: String,
    /// The comment that it answers.
    replies_to: Option<String>,
    /// The picture that it points at, from 1.
    picture: Option<u8>,
    /// The place in that picture.
    region: Option<Place>,
    /// Marked words that stay.
    #[serde(default)]
    reasons: Vec<Kept>,
}

/// A star.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewStar {
    /// Account that speaks; for the command line.
    #[serde(rename = "as")]
    login: Option<String>,
    /// Take the star back.
    #[serde(default)]
    take_back: bool,
}

/// A withdrawal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWithdrawal {
    /// Account that speaks; for the command line.
    #[serde(rename = "as")]
    login: Option<String>,
    /// Only this comment.
    comment: Option<String>,
    /// patient-wish, author-wish, identifies-patient, moderation or legal-order.
    ground: String,
}

/// Who said something.
#[derive(Serialize, ToSchema)]
pub(super) struct AuthorView {
    clinician: String,
    name: String,
    institution: String,
    feed: String,
    profession: Option<&'static str>,
    /// MeSH descriptor.
    specialty: Option<String>,
    /// verified, pending, lapsed, disputed, revoked or unknown.
    standing: &'static str,
    entry: String,
}

/// A case in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseItem {
    id: String,
    title: String,
    question: String,
    author: AuthorView,
    /// MeSH descriptor.
    specialty: Option<String>,
    tags: Vec<String>,
    /// open, working or resolved.
    status: &'static str,
    /// house, named, network or public.
    audience: &'static str,
    pictures: usize,
    comments: u32,
    stars: u32,
    opened_ms: u64,
    activity_ms: u64,
}

/// Part of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseList {
    pub(super) cases: Vec<CaseItem>,
    /// What to ask for as `after`; absent at the end.
    pub(super) next: Option<String>,
}

/// A case with its thread.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseDetail {
    #[serde(flatten)]
    case: CaseItem,
    text: String,
    /// The numbers, from 1, of the pictures that show before what the next one shows after.
    before_after: Vec<usize>,
    age: Option<&'static str>,
    sex: Option<&'static str>,
    outcome: Option<OutcomeView>,
    comments: Vec<CommentView>,
    /// Equal on all nodes that hold the same thread.
    thread_digest: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(super) struct OutcomeView {
    diagnosis: Option<String>,
    certainty: Option<&'static str>,
    text: String,
    author: AuthorView,
}

/// A line of a thread.
#[derive(Serialize, ToSchema)]
pub(super) struct CommentView {
    id: String,
    depth: u32,
    answers: Option<String>,
    written_ms: u64,
    /// When it came to this node; absent: it was said here.
    received_ms: Option<u64>,
    edited_ms: Option<u64>,
    /// Absent: it was withdrawn.
    author: Option<AuthorView>,
    text: String,
    /// The picture that it points at, from 1.
    picture: Option<u16>,
    /// The place in that picture; absent: all of it.
    region: Option<Place>,
    withdrawn_ms: Option<u64>,
}

/// Cases, the most lately active first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(("filter" = Option<String>, Query, description = "network, house, unanswered, open or public"), ("limit" = Option<usize>, Query), ("after" = Option<String>, Query, description = "`next` of the part before")), responses((status = 200, description = "A part of the list", body = CaseList), Problems))]
pub(super) async fn list(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Asked(asked): Asked,
) -> Result<Json<CaseList>, Problem> {
    let after = asked.filled("after").map(cursor).transpose()?;
    let limit = limit(asked.filled("limit"))?;
    let filter = asked.filled("filter").unwrap_or("network").to_owned();
    let listing = web.run(move |app| {
        let listing = app.list(&filter, after, limit, &visitor.actor)?;
        app.desk.note(&visitor.actor, Action::ViewCases, Vec::new(), Outcome::Done)?;
        Ok(listing)
    });
    let listing = listing.await?;
    let next = listing.next.map(|next| format!("{}-{}", next.activity_ms, next.case));
    Ok(Json(CaseList { cases: listing.cases.iter().map(item).collect(), next }))
}

/// Posts a case: words as JSON, or as the part `case` of a form with the files of its pictures as parts `picture`. It answers
/// once every picture was looked at, which takes seconds for each; all that is found is covered.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = NewCase, responses((status = 200, description = "The case, its entry, and what it waits for"), Problems))]
pub(super) async fn post(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    PostedCase { new, files }: PostedCase,
) -> Result<Json<Value>, Problem> {
    let said = web.run_async(move |app| async move {
        let actor = visitor.speaking_as(&app, new.login.as_deref())?;
        let audience = Audience::parse(&new.audience)?;
        let NewCase { title, question, text, specialty, tags, before_after, confirm, looked, reasons, .. } = new;
        let kept = kept(reasons)?;
        let new = app::NewCase { title, question, text, specialty, tags, before_after, audience, kept };
        let word = match (confirm, looked) {
            (false, _) => Word::None,
            (true, false) => Word::Confirmed,
            (true, true) => Word::Looked,
        };
        app.post_case(&new, files, word, &actor).await
    });
    Ok(Json(json!(said.await?)))
}

/// A case with its thread. That it was read is audited.
#[utoipa::path(get, path = "/api/v1/cases/{case}", tag = "cases", params(("case" = String, Path)), responses((status = 200, description = "The case, or that and when it was withdrawn", body = CaseDetail), Problems))]
pub(super) async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Json<Value>, Problem> {
    let case: CaseId = id("case", &case)?;
    let shown = web.run(move |app| match app.case(case, &visitor.actor)? {
        CaseOrPlate::Withdrawn { withdrawn_ms, .. } => {
            Ok(json!({ "id": case.to_string(), "withdrawn_ms": withdrawn_ms }))
        }
        CaseOrPlate::Case(view) => {
            app.desk.note(&visitor.actor, Action::ViewCase, vec![case.number.into()], Outcome::Done)?;
            Ok(json!(detail(app, &view)?))
        }
    });
    Ok(Json(shown.await?))
}

/// Comments on a case.
#[utoipa::path(post, path = "/api/v1/cases/{case}/comments", tag = "cases", params(("case" = String, Path)), request_body = NewComment, responses((status = 200, description = "The comment's entry, and what it waits for"), Problems))]
pub(super) async fn comment(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(case): Path<String>,
    Sent(new): Sent<NewComment>,
) -> Result<Json<Value>, Problem> {
    let case: CaseId = id("case", &case)?;
    let replies_to: Option<EntryId> = new.replies_to.as_deref().map(|text| id("comment", text)).transpose()?;
    let said = web.run_async(move |app| async move {
        let actor = visitor.speaking_as(&app, new.login.as_deref())?;
        readable(&app, case, &actor)?;
        let place = place_in(new.picture, new.region)?;
        app.comment(case, &new.text, replies_to, place, &kept(new.reasons)?, &actor).await
    });
    Ok(Json(json!(said.await?)))
}

/// Stars a case, or takes the star back.
#[utoipa::path(post, path = "/api/v1/cases/{case}/star", tag = "cases", params(("case" = String, Path)), request_body = NewStar, responses((status = 200, description = "The star's entry, and what it waits for"), Problems))]
pub(super) async fn star(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(case): Path<String>,
    Sent(new): Sent<NewStar>,
) -> Result<Json<Value>, Problem> {
    let case: CaseId = id("case", &case)?;
    let said = web.run_async(move |app| async move {
        let actor = visitor.speaking_as(&app, new.login.as_deref())?;
        readable(&app, case, &actor)?;
        if new.take_back { app.take_star_back(case, &actor).await } else { app.star(case, &actor).await }
    });
    Ok(Json(json!(said.await?)))
}

/// Withdraws a case with all that hangs on it, or one comment.
#[utoipa::path(post, path = "/api/v1/cases/{case}/withdrawal", tag = "cases", params(("case" = String, Path)), request_body = NewWithdrawal, responses((status = 200, description = "The withdrawal's entry, and what it waits for"), Problems))]
pub(super) async fn withdraw(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(case): Path<String>,
    Sent(new): Sent<NewWithdrawal>,
) -> Result<Json<Value>, Problem> {
    let case: CaseId = id("case", &case)?;
    let comment: Option<EntryId> = new.comment.as_deref().map(|text| id("comment", text)).transpose()?;
    let said = web.run_async(move |app| async move {
        let actor = visitor.speaking_as(&app, new.login.as_deref())?;
        let ground: Ground = app::ground(&new.ground)?;
        readable(&app, case, &actor)?;
        match comment {
            Some(comment) => app.withdraw_entry(case, comment, ground, &actor).await,
            None => app.withdraw_case(case, ground, &actor).await,
        }
    });
    Ok(Json(json!(said.await?)))
}

/// The signed account of what was done to a picture before it left its hospital.
#[utoipa::path(get, path = "/api/v1/cases/{case}/pictures/{number}/manifest", tag = "cases", params(("case" = String, Path), ("number" = usize, Path)), responses((status = 200, description = "The manifest"), Problems))]
pub(super) async fn manifest(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path((case, number)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let (case, number): (CaseId, usize) = (id("case", &case)?, id("picture", &number)?);
    let manifest = web
        .run(move |app| {
            let view = readable(app, case, &visitor.actor)?;
            let picture = number.checked_sub(1).and_then(|index| view.summary.pictures.get(index));
            let picture = picture.ok_or(AppError::NotFound("picture"))?;
            let objects = vec![case.number.into(), picture.blob.into()];
            app.desk.note(&visitor.actor, Action::ViewPicture, objects, Outcome::Done)?;
            Ok(picture.manifest.clone())
        })
        .await?;
    Ok(Json(json!({
        "reviewer": manifest.reviewer.to_string(),
        "finders": manifest.finders.iter().map(|finder| json!({
            "name": finder.name.as_str(),
            "version": finder.version.as_str(),
            "model_sha256": finder.model.map(hex::encode),
            "has_finished": finder.has_finished,
        })).collect::<Vec<_>>(),
        "covers": manifest.covers.iter().map(|cover| json!({
            "shape": cover.shape.code(),
            "origin": cover.origin.code(),
            "numbers": cover.numbers,
        })).collect::<Vec<_>>(),
        "dismissed": manifest.dismissed.iter().map(|dismissed| json!({
            "kind": dismissed.kind.code(),
            "area": dismissed.area,
            "reason": dismissed.reason.code(),
        })).collect::<Vec<_>>(),
        "removed": manifest.removed.iter().map(|removed| removed.code()).collect::<Vec<_>>(),
        "answered": manifest.answered.iter().map(|doubt| doubt.code()).collect::<Vec<_>>(),
        "looked_for": manifest.looked_for.iter().map(|concern| concern.code()).collect::<Vec<_>>(),
        "methods": manifest.methods,
    })))
}

/// How many are wanted.
pub(super) fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let number = text.map_or(Ok(LIMIT), str::parse);
    number
        .ok()
        .filter(|limit| (1..=100).contains(limit))
        .ok_or_else(|| Problem::unusable("limit is a number from 1 to 100"))
}

pub(super) fn item(view: &CaseView) -> CaseItem {
    CaseItem {
        id: view.case.to_string(),
        title: view.summary.title.0.clone(),
        question: view.summary.question.0.clone(),
        author: author(&view.author),
        specialty: view.summary.specialty.map(specialty_name),
        tags: view.summary.tags.iter().map(|tag| tag.0.clone()).collect(),
        status: value_of(STATUSES, status_key(view.open.status)),
        audience: match view.open.reach {
            Reach::Named => "named",
            Reach::Network => "network",
            Reach::Public => "public",
            Reach::House | Reach::Other(_) => "house",
        },
        pictures: view.summary.pictures.len(),
        comments: view.open.tally.comments,
        stars: view.open.tally.stars,
        opened_ms: view.open.opened_ms,
        activity_ms: view.open.activity_ms,
    }
}

fn detail(app: &App, view: &CaseView) -> Result<Value, AppError> {
    let comments = app.thread(view.case)?.into_iter().map(line).collect();
    let outcome = view.outcome.as_ref().map(|(outcome, by)| OutcomeView {
        diagnosis: outcome.diagnosis.as_ref().map(|diagnosis| diagnosis.0.clone()),
        certainty: outcome.certainty.map(|certainty| value_of(CERTAINTIES, certainty_key(certainty))),
        text: outcome.text.0.clone(),
        author: author(by),
    });
    Ok(json!(CaseDetail {
        case: item(view),
        text: view.summary.body.0.clone(),
        before_after: befores(&view.summary),
        age: view.summary.age.map(|age| value_of(AGES, age_key(age))),
        sex: view.summary.sex.map(|sex| value_of(SEXES, sex_key(sex))),
        outcome,
        comments,
        thread_digest: app.thread_digest(view.case)?,
    }))
}

/// The pictures of a case, from 1, that show before what the next one shows after.
fn befores(summary: &Summary) -> Vec<usize> {
    (1..=summary.pictures.len()).filter(|number| summary.side_of(number - 1) == Some(Side::Before)).collect()
}

fn line(remark: RemarkView) -> CommentView {
    let RemarkView { entry, depth, answers, written_ms, received_ms, what } = remark;
    let blank = CommentView {
        id: entry.to_string(),
        depth,
        answers: answers.map(|answers| answers.to_string()),
        written_ms,
        received_ms,
        edited_ms: None,
        author: None,
        text: String::new(),
        picture: None,
        region: None,
        withdrawn_ms: None,
    };
    match what {
        RemarkWhat::Withdrawn { withdrawn_ms } => CommentView { withdrawn_ms: Some(withdrawn_ms), ..blank },
        RemarkWhat::Said { author: by, text, edited_ms, picture, region } => CommentView {
            author: Some(author(&by)),
            text,
            edited_ms,
            picture: picture.map(|index| u16::from(index) + 1),
            region: region.map(Place::of),
            ..blank
        },
    }
}

fn author(badge: &app::Badge) -> AuthorView {
    AuthorView {
        clinician: badge.clinician.to_string(),
        name: plain(&badge.name),
        institution: plain(&badge.institution_name),
        feed: badge.institution.to_string(),
        profession: badge.profession.map(profession_name),
        specialty: badge.specialty.map(specialty_name),
        standing: badge.standing.name(),
        entry: badge.entry.to_string(),
    }
}

fn network() -> String {
    "network".to_owned()
}
