//! A case: pictures large, beside them what is asked, what became of it, and the thread.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use casebook::row::{CaseRow, Reach};
use house::{
    Actor, Permission,
    audit::{Action, Outcome as Ended},
    draft::KeptWords,
};
use protocol::{
    CaseId, ClinicianId, EntryId,
    codec::{Malformed, Text},
    limits::BODY_CHARS_MAX,
    payload::{
        content::{Certainty, Outcome, Status},
        control::Ground,
    },
};

use super::{
    feed::away_since,
    marked::{MarkedText, kept_of, marked_text},
    new::audience::consent_key,
    saved::{Saved, saved_of},
    spread::{Spread, leave_out_the_away, spreads},
    star::{Star, star_of},
    thread::{Thread, thread_of},
};
use crate::{
    app::{App, AppError, CaseOrPlate, CaseView as View, Unusable, Waiting, case_text::parted},
    clock::now_ms,
    sentences::Sentences,
    web::{
        actor::Visitor,
        extract::{Asked, Posted, id},
        frame::{FieldProblem, Frame, Notice, Reading, html},
        pieces::{
            Badge, CERTAINTIES, Choice, Fact, STATUSES, age_key, certainty_key, choices, chosen, plain, sex_key,
            status_key, value_of,
        },
        problem::Problem,
        refused::beside_the_field,
        specialty::specialty_key,
        when::When,
    },
};

/// After so long without a word from its hospital a copy may lack answers or a withdrawal.
const STALE_MS: u64 = 24 * 60 * 60 * 1_000;

#[derive(Template)]
#[template(path = "case/page.html")]
struct CasePage {
    t: &'static Sentences,
    frame: Frame,
    case: CaseView,
    spreads: Vec<Spread>,
    events: String,
    is_covered: bool,
    uncover: String,
    star: Star,
    saved: Saved,
    thread: Thread,
}

#[derive(Template)]
#[template(path = "case/erased.html")]
struct Erased {
    t: &'static Sentences,
    frame: Frame,
    why_key: &'static str,
    withdrawn: When,
    receipts: Option<Receipts>,
}

struct Receipts {
    confirmed: usize,
    owed: usize,
}

struct CaseView {
    href: String,
    title: String,
    question: String,
    specialty_key: &'static str,
    status_key: &'static str,
    readers_key: &'static str,
    institutions: Vec<String>,
    author: Badge,
    written: When,
    revised: Option<When>,
    facts: Vec<Fact>,
    outcome: Option<OutcomeView>,
    is_mine: bool,
    consent_key: &'static str,
    is_unsent: bool,
    away: Option<When>,
    stale: Option<When>,
    status: Option<StatusForm>,
}

/// What who opened a case says of its state.
struct StatusForm {
    statuses: Vec<Choice>,
    certainties: Vec<Choice>,
    diagnosis: String,
    words: String,
    marked: Vec<MarkedText>,
    chars_max: usize,
    /// It was sent and not accepted.
    is_open: bool,
}

struct OutcomeView {
    diagnosis: String,
    words: String,
    certainty_key: &'static str,
    author: Badge,
    written: When,
}

/// The address of a case, for fragments.
pub(super) struct CaseLink {
    pub(super) href: String,
}

/// The address of a case and its title.
pub(super) struct CaseTitle {
    pub(super) href: String,
    pub(super) title: String,
}

/// What the reader wants to see of a case.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    /// The picture, from 1.
    pub(super) picture: usize,
    pub(super) uncover: bool,
    /// The comment that is being answered.
    pub(super) reply: Option<EntryId>,
    /// The comment whose place in the picture is to stand out.
    pub(super) region: Option<EntryId>,
    /// A comment that was not accepted.
    pub(super) draft: String,
    /// Marked words that stay, of it or of the state.
    pub(super) kept: Vec<KeptWords>,
    /// A state that was not accepted.
    pub(super) typed: Option<Typed>,
    /// Whether its author comes from sharing it.
    pub(super) is_just_shared: bool,
    /// Whether they have just taken a comment back.
    pub(super) has_taken_back: bool,
    /// What is said once, of what was done before.
    pub(super) told: Option<Notice>,
}

/// What was typed of a case's state, as it came.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    status: String,
    certainty: String,
    diagnosis: String,
    words: String,
}

impl CaseLink {
    pub(super) fn of(case: CaseId) -> Self {
        Self { href: format!("/cases/{case}") }
    }
}

pub(super) async fn show(reading: Reading, Path(case): Path<String>, Asked(asked): Asked) -> Result<Response, Problem> {
    let case: CaseId = id("case", &case)?;
    let wish = Wish {
        picture: asked.one("picture").parse().unwrap_or(1),
        uncover: asked.filled("uncover").is_some(),
        reply: asked.filled("reply").and_then(|text| text.parse().ok()),
        region: asked.filled("region").and_then(|text| text.parse().ok()),
        is_just_shared: asked.filled("shared").is_some(),
        told: reading.told(&CaseLink::of(case).href),
        ..Wish::default()
    };
    page(reading, case, wish, None).await
}

pub(super) async fn resolve(
    reading: Reading,
    Path(case): Path<String>,
    Posted(form): Posted,
) -> Result<Response, Problem> {
    let case: CaseId = id("case", &case)?;
    let actor = reading.visitor.actor;
    let status = chosen(Status::ALL, STATUSES, status_key, form.one("status"));
    let status = status.ok_or_else(|| Problem::unusable("status is open, working or resolved"))?;
    let certainty = chosen(Certainty::ALL, CERTAINTIES, certainty_key, form.one("certainty"));
    let diagnosis = form.filled("diagnosis").map(|text| text.trim().to_owned()).filter(|text| house::is_seen(text));
    let kept = kept_of(&form);
    let said_with = kept.clone();
    let outcome = Outcome {
        status,
        certainty: certainty.filter(|_| diagnosis.is_some()),
        diagnosis: diagnosis.as_deref().map(Text::from),
        text: Text::from(form.one("words").trim()),
    };
    let is_certain = certainty == Some(Certainty::Confirmed);
    let problem = match (status, &diagnosis) {
        (Status::Resolved, None) => Some(("diagnosis", "case-needs-diagnosis")),
        (Status::Open, Some(_)) => Some(("status", "case-needs-status")),
        (Status::WorkingDiagnosis, Some(_)) if is_certain => Some(("certainty", "case-needs-certainty")),
        _ => None,
    };
    let problem = match problem {
        Some((field, key)) => Some((field, Sentences::english().get(key))),
        None => {
            let said = reading.web.run_async(move |app| async move {
                readable(&app, case, &actor)?;
                app.resolve(case, outcome, &said_with, &actor).await
            });
            match said.await {
                Ok(_) => None,
                Err(error) => Some((field_of(&error), beside_the_field(error)?)),
            }
        }
    };
    let Some((field, text)) = problem else { return Ok(Redirect::to(&format!("/cases/{case}")).into_response()) };
    let typed = |name: &str| form.one(name).to_owned();
    let typed = Typed {
        status: typed("status"),
        certainty: typed("certainty"),
        diagnosis: typed("diagnosis"),
        words: typed("words"),
    };
    let wish = Wish { picture: 1, typed: Some(typed), kept, ..Wish::default() };
    page(reading, case, wish, Some(FieldProblem { field: field.to_owned(), text })).await
}

/// The field of a case's state that was not accepted.
fn field_of(error: &AppError) -> &'static str {
    match error {
        AppError::Unusable(Unusable::Outcome(Malformed::TooLarge { what: "outcome", .. })) => "words",
        AppError::Unusable(Unusable::Identifying(open)) if open.iter().all(|mark| mark.field == "outcome") => "words",
        AppError::Unusable(_) => "diagnosis",
        _ => "status",
    }
}

/// The page, also as the answer to a form that was not accepted. That somebody read the case is audited.
pub(super) async fn page(
    reading: Reading,
    case: CaseId,
    mut wish: Wish,
    problem: Option<FieldProblem>,
) -> Result<Response, Problem> {
    let told = wish.told.take();
    let (visitor, is_just_shared) = (reading.visitor.clone(), wish.is_just_shared);
    let mut shown = reading.web.run(move |app| see(app, case, &visitor, wish)).await?;
    if let Shown::Case { spreads, .. } = &mut shown {
        leave_out_the_away(&reading, case, spreads).await?;
    }
    let (t, mut frame) = (Sentences::english(), reading.frame("feed"));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    frame.problems.extend(problem);
    frame.notice = told;
    let page = match shown {
        Shown::Case { case, spreads, is_covered, star, saved, thread } => {
            if is_just_shared && case.is_mine {
                let text = t.with("case-shared", "readers", t.get(case.readers_key));
                frame.notice = Some(Notice { text, caution: false });
            }
            let uncover = format!("{}?uncover=yes", case.href);
            let events = format!("/events?case={}", case.href.trim_start_matches("/cases/"));
            html(&CasePage { t, frame, case: *case, spreads, events, is_covered, uncover, star, saved, thread })?
        }
        Shown::Plate { why_key, withdrawn, receipts } => html(&Erased { t, frame, why_key, withdrawn, receipts })?,
    };
    Ok((status, page).into_response())
}

enum Shown {
    Case { case: Box<CaseView>, spreads: Vec<Spread>, is_covered: bool, star: Star, saved: Saved, thread: Thread },
    Plate { why_key: &'static str, withdrawn: When, receipts: Option<Receipts> },
}

fn see(app: &App, case: CaseId, visitor: &Visitor, wish: Wish) -> Result<Shown, AppError> {
    let view = match app.case(case, &visitor.actor)? {
        CaseOrPlate::Case(view) => view,
        CaseOrPlate::Withdrawn { ground, withdrawn_ms } => {
            let receipts = receipts_of(app, case)?;
            return Ok(Shown::Plate { why_key: why_key(ground), withdrawn: When::at(withdrawn_ms), receipts });
        }
    };
    app.desk.note(&visitor.actor, Action::ViewCase, vec![case.number.into()], Ended::Done)?;
    let is_attested = visitor.person.as_ref().is_some_and(|person| person.is_attested);
    let waiting = app.waiting(&visitor.actor);
    Ok(Shown::Case {
        case: Box::new(case_view(app, &view, &waiting, visitor, &wish)?),
        spreads: spreads(app, &view, wish.picture)?,
        is_covered: !is_attested && !wish.uncover && !view.summary.pictures.is_empty(),
        star: star_of(app, &view, &waiting, visitor)?,
        saved: saved_of(app, case, visitor),
        thread: thread_of(app, &view, waiting, visitor, wish)?,
    })
}

/// A case that an actor may read; to others it is not there, and neither is one that was withdrawn.
pub(crate) fn readable(app: &App, case: CaseId, actor: &Actor) -> Result<View, AppError> {
    match app.case(case, actor)? {
        CaseOrPlate::Case(view) => Ok(*view),
        CaseOrPlate::Withdrawn { .. } => Err(AppError::NotFound("case")),
    }
}

/// The key under which a visitor's person speaks.
pub(super) fn clinician_of(app: &App, visitor: &Visitor) -> Option<ClinicianId> {
    let account = visitor.person.as_ref()?.account;
    app.desk.look(|house| house.custody().clinician_of(account))
}

/// Whether a visitor may withdraw a case: who opened it, and those whose duty it is.
pub(super) fn is_withdrawable(app: &App, view: &View, visitor: &Visitor) -> bool {
    let is_of_house = app.joined().is_ok_and(|joined| joined.me() == view.case.institution);
    let is_own = app.speaks_as(view.open.opener, &visitor.actor);
    let permission = if is_own { Permission::WithdrawOwn } else { Permission::WithdrawAny };
    is_of_house && app.permit(&visitor.actor, permission).is_ok()
}

pub(crate) const fn readers_key(reach: Reach) -> &'static str {
    match reach {
        Reach::Named => "readers-named",
        Reach::Network => "readers-network",
        Reach::Public => "readers-public",
        Reach::House | Reach::Other(_) => "readers-house",
    }
}

fn case_view(app: &App, view: &View, waiting: &Waiting, visitor: &Visitor, wish: &Wish) -> Result<CaseView, AppError> {
    let joined = app.joined()?;
    let last_contact_ms = away_since(&joined, &view.case.institution);
    let is_stale = last_contact_ms.is_some_and(|last_ms| now_ms().saturating_sub(last_ms) > STALE_MS);
    let is_mine = is_withdrawable(app, view, visitor);
    let is_opener = app.speaks_as(view.open.opener, &visitor.actor);
    let named = casebook::named_audience(view.case, &joined.shared().shelf)?;
    Ok(CaseView {
        href: format!("/cases/{}", view.case),
        title: plain(view.summary.title.as_str()),
        question: view.summary.question.0.clone(),
        specialty_key: specialty_key(view.summary.specialty),
        status_key: status_key(view.open.status),
        readers_key: readers_key(view.open.reach),
        institutions: named.iter().map(|institution| plain(&joined.shared().institution_name(institution))).collect(),
        author: Badge::of(&view.author),
        written: When::told(view.open.opened_ms, view.received_ms),
        revised: (view.written_ms > view.open.opened_ms).then(|| When::at(view.written_ms)),
        facts: facts(view),
        outcome: outcome(app, view)?,
        is_mine,
        consent_key: if is_mine { consent_of(app, view) } else { "" },
        is_unsent: waiting.is_about(view.case),
        away: last_contact_ms.filter(|_| !is_stale).map(When::at),
        stale: last_contact_ms.filter(|_| is_stale).map(When::at),
        status: is_opener.then(|| status_form(view, wish.typed.as_ref(), &wish.kept)),
    })
}

/// The key of what the patient agreed to, as the house wrote it down when the case was shared.
fn consent_of(app: &App, view: &View) -> &'static str {
    let consent = app.desk.look(|house| house.drafts().published(view.case.number).and_then(|case| case.consent));
    consent_key(consent)
}

/// The form as it was typed, or as things stand.
fn status_form(view: &View, typed: Option<&Typed>, kept: &[KeptWords]) -> StatusForm {
    if let Some(Typed { status, certainty, diagnosis, words }) = typed {
        return StatusForm {
            statuses: choices(STATUSES, status),
            certainties: choices(CERTAINTIES, certainty),
            diagnosis: diagnosis.clone(),
            words: words.clone(),
            marked: [("diagnosis", "field-diagnosis", diagnosis), ("words", "field-outcome", words)]
                .into_iter()
                // What is too long is told so; what stands out in it shows once it fits.
                .filter_map(|(field, key, text)| marked_text(field.to_owned(), key, text.trim(), kept).ok()?)
                .collect(),
            chars_max: BODY_CHARS_MAX,
            is_open: true,
        };
    }
    let outcome = view.outcome.as_ref().map(|(outcome, _)| outcome);
    let diagnosis = outcome.and_then(|outcome| outcome.diagnosis.as_ref());
    let certainty = outcome.and_then(|outcome| outcome.certainty).unwrap_or(Certainty::Clinical);
    StatusForm {
        statuses: choices(STATUSES, value_of(STATUSES, status_key(view.open.status))),
        certainties: choices(CERTAINTIES, value_of(CERTAINTIES, certainty_key(certainty))),
        diagnosis: diagnosis.map(|diagnosis| diagnosis.0.clone()).unwrap_or_default(),
        words: outcome.map(|outcome| outcome.text.0.clone()).unwrap_or_default(),
        marked: Vec::new(),
        chars_max: BODY_CHARS_MAX,
        is_open: false,
    }
}

/// What is known of the patient and the course.
pub(crate) fn facts(view: &View) -> Vec<Fact> {
    let t = Sentences::english();
    let summary = &view.summary;
    let (history, examination) = parted(summary.body.as_str());
    let age = summary.age.map(|age| t.get(age_key(age)));
    let sex = summary.sex.map(|sex| t.get(sex_key(sex)));
    let facts = [
        ("fact-age", age),
        ("fact-sex", sex),
        ("fact-history", Some(history.to_owned())),
        ("fact-examination", Some(examination.to_owned())),
    ];
    let filled = facts
        .into_iter()
        .filter_map(|(key, value)| Some(Fact { key, value: value.filter(|value| !value.is_empty())? }));
    filled.collect()
}

fn outcome(app: &App, view: &View) -> Result<Option<OutcomeView>, AppError> {
    let Some((outcome, author)) = &view.outcome else { return Ok(None) };
    let Some(diagnosis) = &outcome.diagnosis else { return Ok(None) };
    let held = app.joined()?.shared().shelf.entry_by_id(&author.entry)?;
    Ok(Some(OutcomeView {
        diagnosis: plain(diagnosis.as_str()),
        words: outcome.text.0.clone(),
        certainty_key: outcome.certainty.map_or("certainty-possible", certainty_key),
        author: Badge::of(author),
        written: When::at(held.map_or(view.open.activity_ms, |held| held.entry.header().time_ms)),
    }))
}

const fn why_key(ground: Ground) -> &'static str {
    match ground {
        Ground::PatientWish | Ground::IdentifiesPatient => "erased-patient",
        Ground::AuthorWish => "erased-clinician",
        _ => "erased-governors",
    }
}

/// Who has signed that it erased the case, for the hospital whose case it was; absent as long as nobody has.
fn receipts_of(app: &App, case: CaseId) -> Result<Option<Receipts>, AppError> {
    let joined = app.joined()?;
    let shelf = &joined.shared().shelf;
    let Some(CaseRow::Withdrawn(gone)) = shelf.case_row(case)? else { return Ok(None) };
    if case.institution != joined.me() {
        return Ok(None);
    }
    let confirmed = casebook::receipts_of(gone.withdrawal, shelf)?.len();
    if confirmed == 0 {
        return Ok(None);
    }
    let others = joined.exchange(|exchange| exchange.roster().members().count().saturating_sub(1));
    Ok(Some(Receipts { confirmed, owed: others.saturating_sub(confirmed) }))
}
