//! New cases, told to the open feed as they come. The page counts them; it never moves by itself.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use axum::response::sse::{Event, KeepAlive, Sse};
use casebook::row::{Reach, Tally};
use futures::{Stream, stream};
use house::{Actor, Permission};
use protocol::{CaseId, payload::content::Status};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;

use super::feed::filter_of;
use crate::{
    app::{App, AppError, CaseOrPlate},
    network::News,
    web::{Web, extract::Asked, frame::Reading, problem::Problem},
};

/// How often an idle connection is kept open.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) async fn listen(
    reading: Reading,
    Asked(asked): Asked,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let (filter, ..) = filter_of(&reading.visitor, &asked);
    let actor = reading.visitor.actor;
    let (news, stop) = reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ReadPublic)?;
            Ok((app.joined()?.news(), app.stop()))
        })
        .await?;
    let listener = Listener { web: reading.web, actor, filter, news, stop, told: BTreeSet::new() };
    let events = stream::unfold(listener, |mut listener| async move { Some((Ok(listener.next().await?), listener)) });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// One open feed.
struct Listener {
    web: Arc<Web>,
    actor: Actor,
    filter: &'static str,
    news: Receiver<News>,
    stop: CancellationToken,
    told: BTreeSet<CaseId>,
}

impl Listener {
    /// The next event; none when the node stops or the person may read no more.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let news = tokio::select! {
                () = self.stop.cancelled() => return None,
                news = self.news.recv() => news,
            };
            let case = match news {
                Ok(News::Case(case)) => case,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return None,
            };
            if self.told.contains(&case) {
                continue;
            }
            let (actor, filter) = (self.actor, self.filter);
            match self.web.run(move |app| is_new_to(app, case, filter, &actor)).await {
                Ok(true) => {
                    self.told.insert(case);
                    return Some(Event::default().event("case").data("new"));
                }
                Ok(false) => {}
                Err(_) => return None,
            }
        }
    }
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
