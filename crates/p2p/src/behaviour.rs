//! What the swarm runs: limits first, then the gate, then what members have.

use std::{num::NonZeroUsize, panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use futures::FutureExt;
use libp2p::{
    PeerId, Swarm,
    connection_limits::{self, ConnectionLimits},
    identity::Keypair,
    memory_connection_limits, ping,
    swarm::{self, NetworkBehaviour, behaviour::toggle::Toggle},
};

use crate::{
    config::{Config, StartError},
    gate::{Admissions, Gated},
    gossip::{self, Gossipsub, Topics},
    shared::Shared,
    streams::{STRANGERS_MAX, Streams},
    transport::transport,
};

/// Handshakes that others may leave half open with us.
const PENDING_INCOMING_MAX: u32 = 16;
/// Dials of ours that may be under way.
const PENDING_OUTGOING_MAX: u32 = 16;
/// Connections of one peer: with one, two nodes that dial each other at the same moment both lose.
const CONNECTIONS_PER_PEER_MAX: u32 = 2;
/// Streams on a connection whose protocol is not agreed on yet.
const STREAMS_NEGOTIATING_MAX: usize = 16;
/// Connections are kept by the gate's handler; this only delays the end of what no handler keeps.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);
/// A peer that fell without a word is noticed within these two.
const PING_INTERVAL: Duration = Duration::from_secs(15);
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// Events of a connection that wait for the swarm, and the other way round.
const CONNECTION_EVENTS_MAX: usize = 32;
const HANDLER_EVENTS_MAX: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// All behaviours; each may refuse a connection before those below hear of it.
#[derive(NetworkBehaviour)]
pub(crate) struct Node {
    limits: connection_limits::Behaviour,
    memory: memory_connection_limits::Behaviour,
    pub(crate) streams: Streams,
    ping: Gated<ping::Behaviour>,
    pub(crate) gossip: Toggle<Gated<Gossipsub>>,
}

/// A swarm that does nothing yet.
pub(crate) fn swarm(
    config: &Config,
    key: &Keypair,
    topics: &Topics,
    shared: &Arc<Shared>,
) -> Result<Swarm<Node>, StartError> {
    let admissions = Admissions::default();
    let gossip = if config.gossip { Some(gossip::behaviour(topics)?) } else { None };
    let ping = ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT);
    let node = Node {
        limits: connection_limits::Behaviour::new(limits(config)),
        memory: memory_connection_limits::Behaviour::with_max_bytes(config.memory_bytes_max),
        streams: Streams::new(shared.clone(), admissions.clone()),
        ping: Gated::new(ping::Behaviour::new(ping), admissions.clone()),
        gossip: gossip.map(|gossip| Gated::new(gossip, admissions)).into(),
    };
    let swarm_config = swarm::Config::with_executor(executor(shared.clone()))
        .with_idle_connection_timeout(IDLE_TIMEOUT)
        .with_max_negotiating_inbound_streams(STREAMS_NEGOTIATING_MAX)
        .with_per_connection_event_buffer_size(CONNECTION_EVENTS_MAX)
        .with_notify_handler_buffer_size(HANDLER_EVENTS_MAX);
    Ok(Swarm::new(transport(key)?, node, PeerId::from(key.public()), swarm_config))
}

/// Strangers have places of their own, so that they cannot take those of members.
fn limits(config: &Config) -> ConnectionLimits {
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(PENDING_INCOMING_MAX))
        .with_max_pending_outgoing(Some(PENDING_OUTGOING_MAX))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX))
        .with_max_established(Some(config.connections_max.saturating_add(STRANGERS_MAX)))
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs the tasks of connections, counted. One that panics would leave its connection in the swarm's books for ever, so the
/// swarm is then started anew.
fn executor(shared: Arc<Shared>) -> impl Fn(Task) + Send + 'static {
    move |task| {
        let fallen = shared.clone();
        shared.tasks.spawn(async move {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                fallen.fallen.notify_one();
            }
        });
    }
}
