//! The start page: cases, the most lately active first.

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use casebook::Cursor;
use house::{
    Actor,
    audit::{Action, Outcome},
};
use protocol::InstitutionId;

use super::admin::rooms_of;
use crate::{
    app::{App, AppError, CaseView, Unsent, UnsentWhat, case_text::parted},
    network::Joined,
    sentences::Sentences,
    web::{
        actor::Visitor,
        extract::{Asked, Fields},
        frame::{Frame, Notice, Reading, html},
        pieces::{Badge, Preview, plain, preview_of, status_key},
        problem::Problem,
        specialty::specialty_key,
        when::When,
    },
};

/// Cases on one page.
const PAGE_CASES: usize = 24;

const FILTERS: [(&str, &str, &str); 5] = [
    ("network", "filter-network", "empty-network"),
    ("house", "filter-house", "empty-house"),
    ("unanswered", "filter-unanswered", "empty-unanswered"),
    ("open", "filter-open", "empty-open"),
    ("public", "filter-public", "empty-public"),
];

#[derive(Template)]
#[template(path = "feed.html")]
struct Feed {
    t: &'static Sentences,
    frame: Frame,
    filters: Vec<Filter>,
    events: String,
    unsent: Vec<UnsentCard>,
    cases: Vec<CaseCard>,
    next: String,
    empty_key: &'static str,
}

#[derive(Template)]
#[template(path = "feed_cases.html")]
struct FeedCases {
    t: &'static Sentences,
    frame: Frame,
    cases: Vec<CaseCard>,
    next: String,
    empty_key: &'static str,
}

struct Filter {
    key: &'static str,
    href: String,
    is_current: bool,
}

/// A case of the reader's own that the network does not have yet.
struct UnsentCard {
    id: String,
    title: String,
    question: String,
    words: String,
    pictures: usize,
    readers_key: &'static str,
    since: When,
}

/// A case as lists show it.
pub(super) struct CaseCard {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) question: String,
    pub(super) preview: Option<Preview>,
    pub(super) is_covered: bool,
    pub(super) specialty_key: &'static str,
    pub(super) status_key: &'static str,
    pub(super) pictures: usize,
    pub(super) author: Badge,
    pub(super) written: When,
    pub(super) replies: usize,
    pub(super) last_reply: Option<When>,
    pub(super) is_unsent: bool,
    pub(super) away: Option<When>,
}

pub(super) async fn show(reading: Reading, Asked(asked): Asked) -> Result<Response, Problem> {
    if let Some(room) = room_instead(&reading.visitor) {
        return Ok(Redirect::to(room).into_response());
    }
    let (filter, filter_key, empty_key) = filter_of(&reading.visitor, &asked);
    let after = asked.filled("after").map(cursor).transpose()?;
    let (visitor, actor) = (reading.visitor.clone(), reading.visitor.actor);
    let is_first_page = after.is_none();
    let (cases, next) = reading.web.run_async(move |app| cards(app, filter, after, visitor)).await?;
    let reads_network =
        reading.web.run(move |app| Ok(app.permit(&actor, house::Permission::ReadNetwork).is_ok())).await?;
    let empty_key = if reads_network { empty_key } else { "empty-viewer" };
    let next =
        next.map(|next| format!("/?filter={filter}&after={}-{}", next.activity_ms, next.case)).unwrap_or_default();
    let (t, mut frame) = (Sentences::english(), reading.frame("feed"));
    if reading.is_fragment {
        return html(&FeedCases { t, frame, cases, next, empty_key });
    }
    if asked.filled("waits").is_some() {
        frame.notice = Some(Notice { text: t.get("case-unsent"), caution: true });
    }
    if let (Some(_), Some(person)) = (asked.filled("password"), &reading.visitor.person) {
        let text = t.with2("password-set", "name", &person.name, "account", &person.login);
        frame.notice = Some(Notice { text, caution: false });
    }
    let filters = FILTERS.iter().map(|(value, key, _)| Filter {
        key,
        href: format!("/?filter={value}"),
        is_current: *key == filter_key,
    });
    html(&Feed {
        t,
        frame,
        filters: filters.collect(),
        events: format!("/events?filter={filter}"),
        unsent: if is_first_page { reading.web.run(move |app| Ok(unsent(app, &actor))).await? } else { Vec::new() },
        cases,
        next,
        empty_key,
    })
}

/// Where somebody starts who may read no case: in the first room that their duty opens.
fn room_instead(visitor: &Visitor) -> Option<&'static str> {
    let person = visitor.person.as_ref().filter(|person| !person.may_read)?;
    rooms_of(&person.roles).first().map(|room| room.href)
}

/// The filter that is asked for; without one a viewer sees what is public, and everybody else the network.
pub(super) fn filter_of(visitor: &Visitor, asked: &Fields) -> (&'static str, &'static str, &'static str) {
    let is_viewer = visitor.person.as_ref().is_some_and(|person| !person.is_attested && person.roles.is_empty());
    let usual = if is_viewer { "public" } else { "network" };
    let wanted = asked.filled("filter").unwrap_or(usual);
    *FILTERS.iter().find(|(value, ..)| *value == wanted).unwrap_or(&FILTERS[0])
}

/// A cursor as it stands in an address: time and case.
pub(crate) fn cursor(text: &str) -> Result<Cursor, Problem> {
    let unreadable = || Problem::unusable("after is no place in a list; begin at its first page");
    let (activity_ms, case) = text.split_once('-').ok_or_else(unreadable)?;
    Ok(Cursor {
        activity_ms: activity_ms.parse().map_err(|_| unreadable())?,
        case: case.parse().map_err(|_| unreadable())?,
    })
}

async fn cards(
    app: Arc<App>,
    filter: &str,
    after: Option<Cursor>,
    visitor: Visitor,
) -> Result<(Vec<CaseCard>, Option<Cursor>), AppError> {
    let Some(joined) = app.network() else {
        app.permit(&visitor.actor, house::Permission::ReadPublic)?;
        return Ok((Vec::new(), None));
    };
    let listing = app.list(filter, after, PAGE_CASES, &visitor.actor)?;
    app.desk.note(&visitor.actor, Action::ViewCases, Vec::new(), Outcome::Done)?;
    Ok((cards_of(&app, &joined, listing.cases, &visitor).await?, listing.next))
}

/// Cases as a list shows them.
pub(super) async fn cards_of(
    app: &App,
    joined: &Joined,
    cases: Vec<CaseView>,
    visitor: &Visitor,
) -> Result<Vec<CaseCard>, AppError> {
    let is_attested = visitor.person.as_ref().is_some_and(|person| person.is_attested);
    let waiting = app.waiting(&visitor.actor);
    let mut cards = Vec::new();
    for view in cases {
        let preview = match view.summary.pictures.first() {
            Some(picture) if joined.shared().blobs.has(view.case, picture.preview).await? => preview_of(&view),
            _ => None,
        };
        let is_unsent = waiting.is_about(view.case);
        cards.push(card(joined, view, preview, is_attested, is_unsent));
    }
    Ok(cards)
}

fn card(joined: &Joined, view: CaseView, preview: Option<Preview>, is_attested: bool, is_unsent: bool) -> CaseCard {
    let replies = usize::try_from(view.open.tally.comments).unwrap_or(usize::MAX);
    CaseCard {
        href: format!("/cases/{}", view.case),
        title: plain(view.summary.title.as_str()),
        question: plain(view.summary.question.as_str()),
        preview,
        is_covered: !is_attested && !view.summary.pictures.is_empty(),
        specialty_key: specialty_key(view.summary.specialty),
        status_key: status_key(view.open.status),
        pictures: view.summary.pictures.len(),
        author: Badge::of(&view.author),
        written: When::told(view.open.opened_ms, view.received_ms),
        replies,
        last_reply: (replies > 0).then(|| When::at(view.open.activity_ms)),
        is_unsent,
        away: away_since(joined, &view.case.institution).map(When::at),
    }
}

fn unsent(app: &App, actor: &Actor) -> Vec<UnsentCard> {
    let card = |unsent: Unsent| {
        let UnsentWhat::Case(_, summary) = unsent.what else { return None };
        let (history, examination) = parted(summary.body.as_str());
        Some(UnsentCard {
            id: unsent.id.to_string(),
            title: plain(summary.title.as_str()),
            question: plain(summary.question.as_str()),
            words: [history, examination].join("\n").trim().to_owned(),
            pictures: summary.pictures.len(),
            readers_key: match () {
                () if summary.is_public => "readers-public",
                () if summary.audience.is_some() => "readers-named",
                () => "readers-network",
            },
            since: When::at(unsent.since_ms),
        })
    };
    let mut cards: Vec<UnsentCard> = app.waiting(actor).unsent.into_iter().filter_map(card).collect();
    cards.reverse();
    cards
}

/// When an institution that cannot be reached now was last heard.
pub(super) fn away_since(joined: &Joined, institution: &InstitutionId) -> Option<u64> {
    let peers = joined.shared().peers();
    let peer = peers.get(institution).filter(|_| *institution != joined.me())?;
    peer.connected_since_ms.is_none().then_some(peer.last_contact_ms)
}
