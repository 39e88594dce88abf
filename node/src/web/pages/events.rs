//! What happens while a page is open, told to it as it comes: new cases to the feed, the length of its thread to a case. Pages
//! count and offer; they never move by themselves.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use axum::response::sse::{Event, KeepAlive, Sse};
use casebook::row::{Reach, Tally};
use futures::{Stream, stream};
use house::{Actor, Permission};
use protocol::{CaseId, payload::content::Status};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;

use super::{case::readable, feed::filter_of};
use crate::{
    app::{App, AppError, CaseOrPlate},
    network::News,
    web::{
        Web,
        extract::{Asked, id},
        frame::Reading,
        problem::Problem,
    },
};

/// How often an idle connection is kept open.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Cases of a list that are known to its page when it opens, and looked at after more happened than it was told one by one.
const NEWEST: usize = 32;

pub(super) async fn listen(
    reading: Reading,
    Asked(asked): Asked,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let actor = reading.visitor.actor;
    let mut topic = match asked.filled("case") {
        Some(case) => Topic::Thread { case: id("case", case)?, told: None },
        None => Topic::Feed { filter: filter_of(&reading.visitor, &asked).0, told: BTreeSet::new() },
    };
    let (topic, news, leaving) = reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ReadPublic)?;
            match &mut topic {
                Topic::Thread { case, .. } => drop(readable(app, *case, &actor)?),
                // What stands in a list when its page opens is not new to it.
                Topic::Feed { filter, told } => told.extend(newest(app, filter, &actor)?),
            }
            Ok((topic, app.joined()?.news(), app.leaving()))
        })
        .await?;
    let listener = Listener { web: reading.web, actor, topic, news, to_tell: Vec::new(), leaving };
    let events = stream::unfold(listener, |mut listener| async move { Some((Ok(listener.next().await?), listener)) });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// What an open page wants to know.
enum Topic {
    /// New cases that a filter would show; those that the page knows.
    Feed { filter: &'static str, told: BTreeSet<CaseId> },
    /// How many remarks stand under a case; absent: not told yet.
    Thread { case: CaseId, told: Option<usize> },
}

/// One open page.
struct Listener {
    web: Arc<Web>,
    actor: Actor,
    topic: Topic,
    news: Receiver<News>,
    /// Cases in which something happened.
    to_tell: Vec<CaseId>,
    leaving: CancellationToken,
}

impl Listener {
    /// The next event; none when the node stops or the person may read no more.
    async fn next(&mut self) -> Option<Event> {
        // Who comes late, or comes back, is told first how things stand.
        if let Topic::Thread { case, told: None } = self.topic
            && let Some(event) = self.on_case(case).await?
        {
            return Some(event);
        }
        loop {
            while let Some(case) = self.to_tell.pop() {
                if let Some(event) = self.on_case(case).await? {
                    return Some(event);
                }
            }
            let news = tokio::select! {
                () = self.leaving.cancelled() => return None,
                news = self.news.recv() => news,
            };
            match news {
                Ok(News::Case(case)) => self.to_tell.push(case),
                Err(RecvError::Lagged(_)) => self.to_tell = self.missed().await?,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The cases of which a page may have missed something: more happened than it was told one by one. Outside nothing if the
    /// person may read no more.
    async fn missed(&self) -> Option<Vec<CaseId>> {
        let actor = self.actor;
        match self.topic {
            Topic::Thread { case, .. } => Some(vec![case]),
            Topic::Feed { filter, .. } => self.web.run(move |app| newest(app, filter, &actor)).await.ok(),
        }
    }

    /// What a page is told of a case in which something happened; outside nothing if the person may read no more.
    async fn on_case(&mut self, case: CaseId) -> Option<Option<Event>> {
        let actor = self.actor;
        match &mut self.topic {
            Topic::Feed { told, .. } if told.contains(&case) => Some(None),
            Topic::Feed { filter, told } => {
                let filter = *filter;
                let is_new = self.web.run(move |app| is_new_to(app, case, filter, &actor)).await.ok()?;
                Some((is_new && told.insert(case)).then(|| Event::default().event("case").data("new")))
            }
            Topic::Thread { case: shown, .. } if *shown != case => Some(None),
            Topic::Thread { told, .. } => {
                let count = self.web.run(move |app| app.thread_length(case, &actor)).await.ok()?;
                let is_told = *told == Some(count);
                *told = Some(count);
                Some((!is_told).then(|| Event::default().event("comment").data(count.to_string())))
            }
        }
    }
}

/// The cases at the top of a list.
fn newest(app: &App, filter: &str, actor: &Actor) -> Result<Vec<CaseId>, AppError> {
    Ok(app.list(filter, None, NEWEST, actor)?.cases.into_iter().map(|view| view.case).collect())
}

/// Whether a case is one that nobody has spoken about yet and that the filter would show.
///
/// # Errors
/// If the person may read no more.
fn is_new_to(app: &App, case: CaseId, filter: &str, actor: &Actor) -> Result<bool, AppError> {
    app.permit(actor, Permission::ReadPublic)?;
    let view = match app.case(case, actor) {
        Ok(CaseOrPlate::Case(view)) => view,
        Ok(CaseOrPlate::Withdrawn { .. }) | Err(AppError::NotFound(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let joined = app.joined()?;
    let is_first = casebook::versions_of(case, &joined.shared().shelf)?.len() == 1;
    let is_quiet = view.open.tally == Tally::NONE && view.open.outcome.is_none();
    Ok(is_first
        && is_quiet
        && match filter {
            "house" => case.institution == joined.me(),
            "public" => view.open.reach == Reach::Public,
            "unanswered" | "open" => view.open.status == Status::Open,
            _ => true,
        })
}
