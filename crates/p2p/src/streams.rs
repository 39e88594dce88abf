//! The gate, and behind it plain streams: the behaviour that asks the roll about every connection.
//!
//! A member gets the protocols of members, a stranger the one of strangers, all others nothing. It stands before the other
//! behaviours, so what it refuses they never see. `libp2p-stream` is not used: it takes one inbound stream at a time and
//! drops what comes beside it, opens on any connection of a peer, and knows no strangers.

mod handler;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{Endpoint, transport::PortUse},
    swarm::{
        CloseConnection, ConnectionClosed, ConnectionDenied, ConnectionId, DialFailure, FromSwarm, ListenFailure,
        NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    },
};
use tokio::sync::oneshot;

pub(crate) use handler::OpenError;
use handler::{Handler, Open};

use crate::{
    count::count,
    gate::Admissions,
    peer::{peer_of, short},
    roll::Pass,
    shared::Shared,
};

/// Frames of members.
pub(crate) const SYNC: StreamProtocol = StreamProtocol::new("/consilium/sync/1");
/// Pictures.
pub(crate) const BLOB: StreamProtocol = StreamProtocol::new("/consilium/blob/1");
/// Introductions of strangers.
pub(crate) const JOIN: StreamProtocol = StreamProtocol::new("/consilium/join/1");

/// Strangers at once. Joining is rare; sixteen are a network's founding day.
pub(crate) const STRANGERS_MAX: u32 = 16;
/// How long a stranger may stay, its introduction and our answer included.
pub(crate) const STRANGER_TIMEOUT: Duration = Duration::from_secs(10);

/// The connection was closed at the gate.
#[derive(Debug, thiserror::Error)]
#[error("closed at the gate")]
struct Closed;

/// A stream that a peer opened.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) peer_id: PeerId,
    pub(crate) connection: ConnectionId,
    pub(crate) protocol: StreamProtocol,
    pub(crate) stream: Stream,
}

/// What came of opening a stream.
pub(crate) type Opened = Result<Stream, OpenError>;

/// The gate and the streams.
pub(crate) struct Streams {
    shared: Arc<Shared>,
    admissions: Admissions,
    /// Connections of strangers, and when they are closed.
    strangers: BTreeMap<ConnectionId, (PeerId, Instant)>,
    pending: VecDeque<ToSwarm<Arrived, Open>>,
    waker: Option<Waker>,
}

impl Streams {
    pub(crate) fn new(shared: Arc<Shared>, admissions: Admissions) -> Self {
        Self { shared, admissions, strangers: BTreeMap::new(), pending: VecDeque::new(), waker: None }
    }

    /// Whether a connection is a stranger's.
    pub(crate) fn is_stranger(&self, connection: ConnectionId) -> bool {
        self.strangers.contains_key(&connection)
    }

    /// Opens a stream on a connection; the receiver errs if the connection goes first.
    pub(crate) fn open(
        &mut self,
        peer_id: PeerId,
        connection: ConnectionId,
        protocol: StreamProtocol,
    ) -> oneshot::Receiver<Opened> {
        let (reply, opened) = oneshot::channel();
        let event = Open { protocol, reply };
        self.push(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::One(connection), event });
        opened
    }

    /// Closes strangers that have been here long enough.
    pub(crate) fn close_late(&mut self, now: Instant) {
        let late: Vec<_> =
            self.strangers.iter().filter(|(_, (_, until))| *until <= now).map(|(id, (peer, _))| (*id, *peer)).collect();
        for (connection, peer_id) in late {
            self.strangers.remove(&connection);
            self.push(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::One(connection) });
        }
        self.count_strangers();
    }

    fn push(&mut self, event: ToSwarm<Arrived, Open>) {
        self.pending.push_back(event);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn count_strangers(&self) {
        self.shared.counters.strangers_connected.store(self.strangers.len(), Relaxed);
    }

    fn admit(
        &mut self,
        connection: ConnectionId,
        peer_id: PeerId,
        is_dialer: bool,
    ) -> Result<Handler, ConnectionDenied> {
        let now = Instant::now();
        let peer = peer_of(&peer_id);
        let pass = peer.map_or(Pass::Refused, |peer| self.shared.roll().pass(&peer, now));
        match pass {
            Pass::Member(_) => {
                self.admissions.insert(connection);
                Ok(Handler::new(vec![SYNC, BLOB]))
            }
            Pass::Stranger if !is_dialer && self.has_room() => {
                self.strangers.insert(connection, (peer_id, now + STRANGER_TIMEOUT));
                self.count_strangers();
                Ok(Handler::new(vec![JOIN]))
            }
            Pass::Stranger | Pass::Refused => {
                count(&self.shared.counters.connections_refused);
                tracing::debug!(peer = peer.as_ref().map(short), "a connection was closed at the gate");
                Err(ConnectionDenied::new(Closed))
            }
        }
    }

    fn has_room(&self) -> bool {
        u32::try_from(self.strangers.len()).is_ok_and(|strangers| strangers < STRANGERS_MAX)
    }

    fn forget(&mut self, connection: ConnectionId) {
        self.admissions.remove(connection);
        if self.strangers.remove(&connection).is_some() {
            self.count_strangers();
        }
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = Arrived;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer_id: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(connection, peer_id, false)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer_id: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        let peer = peer_id.as_ref().and_then(peer_of);
        let is_member = peer.is_some_and(|peer| self.shared.roll().member(&peer, Instant::now()).is_some());
        if is_member { Ok(Vec::new()) } else { Err(ConnectionDenied::new(Closed)) }
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer_id: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(connection, peer_id, true)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::DialFailure(DialFailure { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => self.forget(connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer_id: PeerId,
        connection: ConnectionId,
        (protocol, stream): THandlerOutEvent<Self>,
    ) {
        self.push(ToSwarm::GenerateEvent(Arrived { peer_id, connection, protocol, stream }));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(event) = self.pending.pop_front() {
            return Poll::Ready(event);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
