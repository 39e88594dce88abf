//! One session for each peer, over whichever of its connections.
//!
//! A connection of a member opens the stream for our frames; where the other side refuses it, we are strangers there and
//! introduce ourselves. A second stream for its frames means that the peer began anew, so we do too.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use feed::Peer;
use libp2p::{Stream, Swarm, swarm::ConnectionId};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Driver, Note};
use crate::{
    behaviour::Node,
    blob,
    count::count,
    join,
    peer::{peer_id_of, peer_of},
    shared::Route,
    streams::{Arrived, BLOB, JOIN, OpenError, Opened, SYNC},
    sync::Session,
};

/// Pictures that one institution is served at once: with its sync stream four streams.
const SERVED_PER_INSTITUTION: usize = 3;

/// Connections of a peer and what they have come to.
pub(super) struct Link {
    /// And whether we dialled.
    connections: BTreeMap<ConnectionId, bool>,
    state: State,
    /// A stream for frames of the peer that waits for a session.
    parked: Option<(ConnectionId, Stream)>,
}

enum State {
    Idle,
    Opening(ConnectionId),
    Introducing(ConnectionId),
    Up(Up),
}

struct Up {
    number: u64,
    connection: ConnectionId,
    /// Takes the stream of the peer, until it came.
    inbound: Option<oneshot::Sender<Stream>>,
    inbound_connection: Option<ConnectionId>,
    cancel: CancellationToken,
}

impl Link {
    fn new() -> Self {
        Self { connections: BTreeMap::new(), state: State::Idle, parked: None }
    }

    pub(super) fn has_session(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    pub(super) fn cancel(&mut self) {
        if let State::Up(up) = &self.state {
            up.cancel.cancel();
        }
    }

    /// Hands the parked stream to the session.
    fn join(&mut self) {
        if let State::Up(up) = &mut self.state
            && let Some((connection, stream)) = self.parked.take()
        {
            match up.inbound.take() {
                // A session that just ended drops it; its next one gets another.
                Some(inbound) => {
                    up.inbound_connection = Some(connection);
                    let _ = inbound.send(stream);
                }
                None => {
                    self.parked = Some((connection, stream));
                    up.cancel.cancel();
                }
            }
        }
    }
}

impl Driver {
    pub(super) fn established(
        &mut self,
        swarm: &mut Swarm<Node>,
        peer: Peer,
        connection: ConnectionId,
        is_dialer: bool,
    ) {
        if is_dialer {
            self.shared.dials().reached(&peer);
        }
        if swarm.behaviour().streams.is_stranger(connection) {
            return;
        }
        let link = self.links.entry(peer).or_insert_with(Link::new);
        link.connections.insert(connection, is_dialer);
        if matches!(link.state, State::Idle) {
            self.open(swarm, peer, connection);
        }
    }

    fn open(&mut self, swarm: &mut Swarm<Node>, peer: Peer, connection: ConnectionId) {
        let (Some(link), Some(peer_id)) = (self.links.get_mut(&peer), peer_id_of(&peer)) else { return };
        link.state = State::Opening(connection);
        let opening = swarm.behaviour_mut().streams.open(peer_id, connection, SYNC);
        self.spawn_note(async move {
            let opened = opening.await.unwrap_or_else(|_| Err(OpenError::Broken("connection closed".to_owned())));
            Note::Opened { peer, connection, opened }
        });
    }

    pub(super) fn opened(&mut self, swarm: &mut Swarm<Node>, peer: Peer, connection: ConnectionId, opened: Opened) {
        let Some(link) = self.links.get(&peer) else { return };
        if !matches!(link.state, State::Opening(opening) if opening == connection) {
            return;
        }
        let is_dialer = link.connections.get(&connection).copied();
        match opened {
            Ok(stream) if is_dialer.is_some() => self.begin(swarm, peer, connection, stream),
            Err(OpenError::Unsupported) if is_dialer == Some(true) => self.introduce(swarm, peer, connection),
            Ok(_) => self.give_up(swarm, peer, connection, "connection closed"),
            Err(error) => self.give_up(swarm, peer, connection, &error.to_string()),
        }
    }

    /// Begins a session, unless the peer has lost its place meanwhile.
    fn begin(&mut self, swarm: &mut Swarm<Node>, peer: Peer, connection: ConnectionId, outbound: Stream) {
        let Some(institution) = self.shared.roll().member(&peer, Instant::now()) else {
            return self.disconnect(swarm, &peer);
        };
        let Some(link) = self.links.get_mut(&peer) else { return };
        self.session_number += 1;
        let number = self.session_number;
        let cancel = CancellationToken::new();
        let (route, outbox) = Route::new(number, cancel.clone());
        let (to_inbound, inbound) = oneshot::channel();
        let up = Up { number, connection, inbound: Some(to_inbound), inbound_connection: None, cancel: cancel.clone() };
        link.state = State::Up(up);
        link.join();
        self.shared.add_route(peer, route);
        let session = Session {
            peer,
            institution,
            number,
            outbound,
            inbound,
            outbox,
            events: self.to_events.sessions.clone(),
            notes: self.to_notes.clone(),
            cancel,
            shared: self.shared.clone(),
        };
        self.shared.tasks.spawn(session.run());
    }

    /// The other side does not know us: shows what we have.
    fn introduce(&mut self, swarm: &mut Swarm<Node>, peer: Peer, connection: ConnectionId) {
        let Some(introduction) = self.shared.introduction() else {
            return self.give_up(swarm, peer, connection, "it does not know us, and we have no introduction");
        };
        let (Some(link), Some(peer_id)) = (self.links.get_mut(&peer), peer_id_of(&peer)) else { return };
        link.state = State::Introducing(connection);
        let opening = swarm.behaviour_mut().streams.open(peer_id, connection, JOIN);
        self.spawn_note(async move {
            let admitted = match opening.await {
                Ok(Ok(stream)) => join::show(stream, &introduction).await,
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("connection closed".to_owned()),
            };
            Note::Introduced { peer, connection, admitted }
        });
    }

    pub(super) fn introduced(
        &mut self,
        swarm: &mut Swarm<Node>,
        peer: Peer,
        connection: ConnectionId,
        admitted: Result<bool, String>,
    ) {
        let Some(link) = self.links.get(&peer) else { return };
        if !matches!(link.state, State::Introducing(introducing) if introducing == connection) {
            return;
        }
        match admitted {
            Ok(true) => {
                swarm.close_connection(connection);
                self.unlink(peer, connection);
                self.shared.dials().admitted(&peer, Instant::now());
                match self.links.get(&peer).and_then(|link| link.connections.keys().next().copied()) {
                    Some(other) => self.open(swarm, peer, other),
                    None => self.shared.changed.notify_one(),
                }
            }
            Ok(false) => self.give_up(swarm, peer, connection, "it does not let us in"),
            Err(reason) => self.give_up(swarm, peer, connection, &reason),
        }
    }

    /// A connection came to nothing; tries the other one, if there is one.
    fn give_up(&mut self, swarm: &mut Swarm<Node>, peer: Peer, connection: ConnectionId, reason: &str) {
        swarm.close_connection(connection);
        self.unlink(peer, connection);
        match self.links.get(&peer).and_then(|link| link.connections.keys().next().copied()) {
            Some(other) => self.open(swarm, peer, other),
            None => self.dial_failed(peer, reason),
        }
    }

    pub(super) fn closed(&mut self, swarm: &mut Swarm<Node>, peer: Peer, connection: ConnectionId) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        if link.parked.as_ref().is_some_and(|(parked, _)| *parked == connection) {
            link.parked = None;
        }
        match &link.state {
            State::Up(up) => {
                if up.connection == connection || up.inbound_connection == Some(connection) {
                    up.cancel.cancel();
                }
                link.connections.remove(&connection);
            }
            State::Opening(waiting) | State::Introducing(waiting) if *waiting == connection => {
                self.give_up(swarm, peer, connection, "it closed the connection");
            }
            State::Idle | State::Opening(_) | State::Introducing(_) => self.unlink(peer, connection),
        }
    }

    /// Removes a connection, and the link with the last one. A session stays until it has said that it ended.
    fn unlink(&mut self, peer: Peer, connection: ConnectionId) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        link.connections.remove(&connection);
        if matches!(link.state, State::Opening(waiting) | State::Introducing(waiting) if waiting == connection) {
            link.state = State::Idle;
        }
        if link.connections.is_empty() && matches!(link.state, State::Idle) {
            self.links.remove(&peer);
        }
    }

    pub(super) fn ended(&mut self, swarm: &mut Swarm<Node>, peer: Peer, number: u64, lasted: Duration) {
        let Some(link) = self.links.get_mut(&peer) else { return };
        if !matches!(&link.state, State::Up(up) if up.number == number) {
            return;
        }
        link.state = State::Idle;
        self.shared.dials().lost(&peer, Instant::now(), lasted);
        let began_anew = link.parked.as_ref().map(|(connection, _)| *connection);
        let kept = began_anew.filter(|connection| link.connections.contains_key(connection));
        let closed: Vec<_> = link.connections.keys().copied().filter(|connection| Some(*connection) != kept).collect();
        for connection in closed {
            swarm.close_connection(connection);
            self.unlink(peer, connection);
        }
        match kept {
            Some(connection) => self.open(swarm, peer, connection),
            None => {
                self.links.remove(&peer);
            }
        }
    }

    fn disconnect(&mut self, swarm: &mut Swarm<Node>, peer: &Peer) {
        if let Some(link) = self.links.get_mut(peer) {
            link.cancel();
            link.parked = None;
        }
        if let Some(peer_id) = peer_id_of(peer) {
            // It errs where nothing is connected, which is what is wanted.
            let _ = swarm.disconnect_peer_id(peer_id);
        }
    }

    /// Closes connections of those that are no longer on the roll, and calls those that now are.
    pub(super) fn reconcile(&mut self, swarm: &mut Swarm<Node>) {
        let now = Instant::now();
        let (lost, gone): (Vec<Peer>, Vec<Peer>) = {
            let roll = self.shared.roll();
            let is_out = |peer: &&Peer| roll.member(peer, now).is_none();
            (self.links.keys().filter(is_out).copied().collect(), self.budgets.keys().filter(is_out).copied().collect())
        };
        lost.iter().for_each(|peer| self.disconnect(swarm, peer));
        gone.iter().for_each(|peer| {
            self.budgets.remove(peer);
        });
        self.dial_due(swarm, now);
    }

    /// A peer opened a stream.
    pub(super) fn arrived(&mut self, arrived: Arrived) {
        let Some(peer) = peer_of(&arrived.peer_id) else { return };
        if arrived.protocol == JOIN {
            let heard = join::receive(arrived.stream, peer, self.to_events.sessions.clone(), self.shared.clone());
            self.shared.tasks.spawn(heard);
        } else if arrived.protocol == BLOB {
            self.serve(peer, arrived.stream);
        } else if let Some(link) = self.links.get_mut(&peer) {
            link.parked = Some((arrived.connection, arrived.stream));
            link.join();
        }
    }

    /// Serves a picture, if the institution and all together have not too many under way.
    fn serve(&mut self, peer: Peer, stream: Stream) {
        let Some(institution) = self.shared.roll().member(&peer, Instant::now()) else { return };
        self.serving.retain(|_, permits| permits.available_permits() < SERVED_PER_INSTITUTION);
        let permits =
            self.serving.entry(institution).or_insert_with(|| Arc::new(Semaphore::new(SERVED_PER_INSTITUTION)));
        let of_one = permits.clone().try_acquire_owned();
        let of_all = self.serving_all.clone().try_acquire_owned();
        let (Ok(of_one), Ok(of_all)) = (of_one, of_all) else { return count(&self.shared.counters.streams_refused) };
        let served = blob::serve(stream, peer, institution, self.to_events.sessions.clone(), self.shared.clone());
        let stop = self.shared.stop.clone();
        self.shared.tasks.spawn(async move {
            stop.run_until_cancelled(served).await;
            drop((of_one, of_all));
        });
    }

    pub(super) fn open_blob(
        &mut self,
        swarm: &mut Swarm<Node>,
        peer: &Peer,
        reply: oneshot::Sender<oneshot::Receiver<Opened>>,
    ) {
        let (Some(link), Some(peer_id)) = (self.links.get(peer), peer_id_of(peer)) else { return };
        if let State::Up(up) = &link.state {
            // Who asked may have given up.
            let _ = reply.send(swarm.behaviour_mut().streams.open(peer_id, up.connection, BLOB));
        }
    }
}
