//! Behaviours of others, for members only.
//!
//! [`Streams`](crate::streams::Streams) stands first and notes what it admits; a [`Gated`] behaviour hears of nothing else. On
//! all other connections it has no handler, so a stranger cannot speak its protocol, and does not count the peers there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use either::Either;
use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent,
        THandlerOutEvent, ToSwarm, dummy,
    },
};

/// Connections that passed the gate. Decided once a connection, however the roll changes meanwhile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Admissions(Arc<Mutex<BTreeSet<ConnectionId>>>);

impl Admissions {
    pub(crate) fn insert(&self, connection: ConnectionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(connection);
    }

    pub(crate) fn remove(&self, connection: ConnectionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&connection);
    }

    fn contains(&self, connection: ConnectionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&connection)
    }
}

/// A behaviour behind the gate.
pub(crate) struct Gated<B> {
    /// The behaviour.
    pub(crate) inner: B,
    admissions: Admissions,
    /// Established connections that it knows.
    known: BTreeMap<ConnectionId, PeerId>,
}

impl<B> Gated<B> {
    pub(crate) fn new(inner: B, admissions: Admissions) -> Self {
        Self { inner, admissions, known: BTreeMap::new() }
    }

    fn connections_of(&self, peer_id: &PeerId) -> usize {
        self.known.values().filter(|known| *known == peer_id).count()
    }

    /// A connection of a peer on which the behaviour has a handler.
    fn handler_of(&self, peer_id: &PeerId, wanted: &NotifyHandler) -> Option<ConnectionId> {
        match wanted {
            NotifyHandler::One(connection) => self.known.contains_key(connection).then_some(*connection),
            NotifyHandler::Any => self.known.iter().find(|(_, known)| *known == peer_id).map(|(id, _)| *id),
        }
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for Gated<B> {
    type ConnectionHandler = Either<THandler<B>, dummy::ConnectionHandler>;
    type ToSwarm = B::ToSwarm;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer_id: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.admissions.contains(connection) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner.handle_established_inbound_connection(connection, peer_id, local, remote).map(Either::Left)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer_id: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port_use: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.admissions.contains(connection) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        let handler = self.inner.handle_established_outbound_connection(connection, peer_id, address, role, port_use);
        handler.map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(mut established) => {
                if self.admissions.contains(established.connection_id) {
                    established.other_established = self.connections_of(&established.peer_id);
                    self.known.insert(established.connection_id, established.peer_id);
                    self.inner.on_swarm_event(FromSwarm::ConnectionEstablished(established));
                }
            }
            FromSwarm::ConnectionClosed(mut closed) => {
                if self.known.remove(&closed.connection_id).is_some() {
                    closed.remaining_established = self.connections_of(&closed.peer_id);
                    self.inner.on_swarm_event(FromSwarm::ConnectionClosed(closed));
                }
            }
            FromSwarm::AddressChange(change) => {
                if self.known.contains_key(&change.connection_id) {
                    self.inner.on_swarm_event(event);
                }
            }
            _ => self.inner.on_swarm_event(event),
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer_id: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {
            Either::Left(event) => self.inner.on_connection_handler_event(peer_id, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        loop {
            let Poll::Ready(event) = self.inner.poll(cx) else { return Poll::Pending };
            match event {
                // Whom to call is the node's to say.
                ToSwarm::Dial { .. } => {}
                ToSwarm::NotifyHandler { peer_id, handler, event } => {
                    if let Some(connection) = self.handler_of(&peer_id, &handler) {
                        let handler = NotifyHandler::One(connection);
                        return Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler, event: Either::Left(event) });
                    }
                }
                event => return Poll::Ready(event.map_in(Either::Left)),
            }
        }
    }
}
