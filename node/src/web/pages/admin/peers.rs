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
    entries: u64,
    /// Why nothing is sent, if so.
    caution: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "admin/card.html")]
struct Card {
    t: &'static Sentences,
    frame: Frame,
    rooms: Vec<Room>,
    card: String,
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
        address: view.addresses.first().map(|address| host_and_port(address)).unwrap_or_default(),
    });
    let ours = Ours {
        name: status.institution,
        entries: status.entries,
        caution: match status.state {
            "waiting" => Some("peers-not-ready"),
            "halted" => Some("peers-halted"),
            "expelled" => Some("peers-expelled"),
            _ => None,
        },
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

/// The institution's own card, to be sent to a member of a network.
pub(super) async fn card(reading: Reading) -> Result<Response, Problem> {
    let actor = reading.visitor.actor;
    let card = reading.web.run(move |app| {
        app.permit(&actor, Permission::ManagePeers)?;
        app.permit(&actor, Permission::ManageMembership)?;
        match app.card() {
            Err(AppError::Conflict(_)) => Ok(String::new()),
            card => card,
        }
    });
    let card = card.await?;
    let (frame, rooms) = (reading.frame("admin"), rooms(&reading, "admin-peers"));
    html(&Card { t: Sentences::english(), frame, rooms, card })
}

/// An address as people write it; one of another kind as it stands.
fn host_and_port(address: &str) -> String {
    match address.split('/').collect::<Vec<_>>()[..] {
        ["", "ip6", host, "tcp" | "udp", port, ..] => format!("[{host}]:{port}"),
        ["", "ip4" | "dns" | "dns4" | "dns6", host, "tcp" | "udp", port, ..] => format!("{host}:{port}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_as_host_and_port() {
        for (address, shown) in [
            ("/ip4/192.0.2.7/tcp/4001", "192.0.2.7:4001"),
            ("/ip6/2001:db8::1/udp/4001/quic-v1", "[2001:db8::1]:4001"),
            ("/dns4/node.hospital.example/tcp/4001", "node.hospital.example:4001"),
            ("/memory/7", "/memory/7"),
        ] {
            assert_eq!(host_and_port(address), shown);
        }
    }
}
