//! The other institutions as this node sees them.

use askama::Template;
use axum::response::Response;
use house::Permission;

use super::{Room, rooms};
use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        frame::{Frame, Reading, html},
        pieces::plain,
        problem::Problem,
        when::When,
    },
};

#[derive(Template)]
#[template(path = "admin/peers.html")]
struct Peers {
    t: &'static Sentences,
    frame: Frame,
    rooms: Vec<Room>,
    peers: Vec<PeerRow>,
    ours: Ours,
    is_contested: bool,
}

struct PeerRow {
    name: String,
    state_key: &'static str,
    is_clock_suspect: bool,
    contact: Option<When>,
    ahead: String,
    entries: u64,
    address: String,
}

struct Ours {
    name: String,
    card: &'static str,
    entries: u64,
    is_ready: bool,
}

pub(super) async fn show(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let (status, views, suspect) = reading
        .web
        .run(move |app| {
            app.permit(&actor, Permission::ManagePeers)?;
            let (views, suspect) = match app.peers() {
                Err(AppError::NoNetwork) => Default::default(),
                views => (views?, app.suspect_clocks()?),
            };
            Ok((app.status(), views, suspect))
        })
        .await?;
    let peers = views.into_iter().map(|view| PeerRow {
        name: plain(&view.name),
        state_key: match view.state {
            "connected" => "peer-connected",
            "frozen" => "peer-frozen",
            "away" => "peer-away",
            _ => "peer-pending",
        },
        is_clock_suspect: suspect.contains(&view.feed),
        contact: view.last_contact_ms.map(When::at),
        ahead: view.ahead.map_or_else(|| "–".to_owned(), |ahead| ahead.to_string()),
        entries: view.entries,
        address: view.addresses.into_iter().next().unwrap_or_default(),
    });
    let ours = Ours {
        name: status.institution,
        card: "/api/v1/card",
        entries: status.entries,
        is_ready: matches!(status.state, "ready" | "no network"),
    };
    html(&Peers {
        t: Sentences::english(),
        frame: reading.frame("admin"),
        rooms: rooms(&reading, "admin-peers"),
        peers: peers.collect(),
        ours,
        is_contested: status.is_contested,
    })
}
