//! The loop round the swarm: one thing happens, one thing is done about it.
//!
//! `links` keeps one session for each peer, `crowd` does gossip, `dialling` calls. Nothing here waits for the node or for a peer:
//! what takes time is a task that comes back with a [`Note`].

mod crowd;
mod dialling;
mod links;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use feed::{Peer, Verdict};
use futures::StreamExt;
use libp2p::{
    Multiaddr, Swarm,
    identity::Keypair,
    swarm::{ConnectionId, SwarmEvent},
};
use protocol::{InstitutionId, message::Gossip};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    address::with_chosen_port,
    behaviour::{Node, NodeEvent},
    config::Config,
    event::{Event, MessageToken, ToEvents},
    gossip::{Budget, Topics},
    peer::peer_of,
    shared::Shared,
    streams::Opened,
};
use links::Link;

/// How often deadlines are looked at.
const TICK: Duration = Duration::from_millis(250);
/// Notes of tasks that wait; tasks wait then.
const NOTES_MAX: usize = 256;
/// How long sessions may take to end before the swarm is let go.
const SESSIONS_END_TIMEOUT: Duration = Duration::from_secs(4);
/// How long connections may take to close after them.
const CONNECTIONS_CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Pictures that are served at once, to everybody.
const SERVED_MAX: usize = 32;
/// Between two lines about strangers that were turned away.
const STRANGERS_LOGGED: Duration = Duration::from_secs(60);

/// What the node asks for once.
#[derive(Debug)]
pub(crate) enum Command {
    Publish(Box<Gossip>),
    Verdict(MessageToken, Verdict),
    /// Answered with the stream to come; not answered if there is no session.
    OpenBlob(Peer, oneshot::Sender<oneshot::Receiver<Opened>>),
    #[cfg(test)]
    Fall,
}

/// What a task came to.
#[derive(Debug)]
pub(crate) enum Note {
    /// The stream for our frames, or why there is none.
    Opened { peer: Peer, connection: ConnectionId, opened: Opened },
    /// Whether the other side let us in.
    Introduced { peer: Peer, connection: ConnectionId, admitted: Result<bool, String> },
    /// A session is over.
    Ended { peer: Peer, number: u64, lasted: Duration },
    /// Names were looked up.
    LookedUp { peer: Peer, addresses: Vec<Multiaddr> },
}

/// Why the loop ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The network is to stop.
    Stopped,
    /// A task of a connection panicked.
    ConnectionFell,
}

/// All that outlives a swarm.
pub(crate) struct Driver {
    pub(crate) config: Config,
    pub(crate) key: Keypair,
    pub(crate) topics: Topics,
    /// Where to listen: as configured, later where we listened.
    pub(crate) listen: Vec<Multiaddr>,
    pub(crate) shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    to_events: ToEvents,
    notes: mpsc::Receiver<Note>,
    to_notes: mpsc::Sender<Note>,
    links: BTreeMap<Peer, Link>,
    budgets: BTreeMap<Peer, Budget>,
    /// Pictures that are being served, by institution.
    serving: BTreeMap<InstitutionId, Arc<Semaphore>>,
    serving_all: Arc<Semaphore>,
    session_number: u64,
    strangers_logged: (Instant, u64),
}

/// What wakes the loop.
enum Happened {
    Stop,
    Fall,
    Change,
    Tick,
    Note(Note),
    Command(Option<Command>),
    Swarm(Box<SwarmEvent<NodeEvent>>),
}

impl Driver {
    pub(crate) fn new(
        config: Config,
        key: Keypair,
        topics: Topics,
        listen: Vec<Multiaddr>,
        shared: Arc<Shared>,
        commands: mpsc::Receiver<Command>,
        to_events: ToEvents,
    ) -> Self {
        let (to_notes, notes) = mpsc::channel(NOTES_MAX);
        Self {
            config,
            key,
            topics,
            listen,
            shared,
            commands,
            to_events,
            notes,
            to_notes,
            links: BTreeMap::new(),
            budgets: BTreeMap::new(),
            serving: BTreeMap::new(),
            serving_all: Arc::new(Semaphore::new(SERVED_MAX)),
            session_number: 0,
            strangers_logged: (Instant::now(), 0),
        }
    }

    /// Drives a swarm until the network stops or a connection's task panics.
    pub(crate) async fn run(&mut self, mut swarm: Swarm<Node>) -> End {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let happened = tokio::select! {
                () = self.shared.stop.cancelled() => Happened::Stop,
                () = self.shared.fallen.notified() => Happened::Fall,
                () = self.shared.changed.notified() => Happened::Change,
                _ = ticks.tick() => Happened::Tick,
                Some(note) = self.notes.recv() => Happened::Note(note),
                command = self.commands.recv() => Happened::Command(command),
                event = swarm.select_next_some() => Happened::Swarm(Box::new(event)),
            };
            match happened {
                Happened::Stop | Happened::Command(None) => {
                    self.shared.stop.cancel();
                    self.let_go(&mut swarm).await;
                    return End::Stopped;
                }
                Happened::Fall => return End::ConnectionFell,
                Happened::Change => self.reconcile(&mut swarm),
                Happened::Tick => self.tick(&mut swarm),
                Happened::Note(note) => self.note(&mut swarm, note),
                Happened::Command(Some(command)) => self.command(&mut swarm, command),
                Happened::Swarm(event) => self.swarm_event(&mut swarm, *event),
            }
        }
    }

    /// Ends all sessions and waits for them, after a swarm fell.
    pub(crate) async fn bury(&mut self) {
        self.links.values_mut().for_each(Link::cancel);
        let ended = timeout(SESSIONS_END_TIMEOUT, async {
            while self.links.values().any(Link::has_session) {
                let Some(note) = self.notes.recv().await else { break };
                if let Note::Ended { peer, .. } = note {
                    self.links.remove(&peer);
                }
            }
        });
        if ended.await.is_err() {
            tracing::error!("sessions of a fallen swarm did not end in time");
        }
        self.links.clear();
        self.shared.dials().restart();
    }

    /// Spawns what takes time and comes back with a note, unless the network stops first.
    fn spawn_note(&self, work: impl Future<Output = Note> + Send + 'static) {
        let (notes, stop) = (self.to_notes.clone(), self.shared.stop.clone());
        self.shared.tasks.spawn(async move {
            if let Some(note) = stop.run_until_cancelled(work).await {
                // It errs where the loop has ended; then nothing is to be done about it.
                let _ = notes.send(note).await;
            }
        });
    }

    pub(crate) fn tell(&self, event: Event) {
        if self.to_events.notices.try_send(event).is_err() {
            tracing::warn!("the node does not listen; something was not told");
        }
    }

    /// Lets sessions send what they have queued, then closes connections, so that it goes before they do.
    async fn let_go(&mut self, swarm: &mut Swarm<Node>) {
        let ended = timeout(SESSIONS_END_TIMEOUT, async {
            while self.links.values().any(Link::has_session) {
                tokio::select! {
                    Some(note) = self.notes.recv() => if let Note::Ended { peer, .. } = note { self.links.remove(&peer); },
                    _ = swarm.select_next_some() => {}
                }
            }
        });
        let are_ended = ended.await.is_ok();
        let peers: Vec<_> = swarm.connected_peers().copied().collect();
        for peer in peers {
            // It errs where nothing is connected, which is what is wanted.
            let _ = swarm.disconnect_peer_id(peer);
        }
        let closed = timeout(CONNECTIONS_CLOSE_TIMEOUT, async {
            while swarm.connected_peers().next().is_some() {
                let _ = swarm.select_next_some().await;
            }
        });
        let are_closed = closed.await.is_ok();
        tracing::info!(sessions.ended = are_ended, connections.closed = are_closed, "the network has stopped");
    }

    fn tick(&mut self, swarm: &mut Swarm<Node>) {
        let now = Instant::now();
        swarm.behaviour_mut().streams.close_late(now);
        self.dial_due(swarm, now);
        self.log_strangers(now);
    }

    /// One line a minute, however many knock.
    fn log_strangers(&mut self, now: Instant) {
        let refused = self.shared.counters.look(0, 0).connections_refused;
        let (since, logged) = self.strangers_logged;
        if refused > logged && now.duration_since(since) >= STRANGERS_LOGGED {
            self.strangers_logged = (now, refused);
            tracing::info!(connections.refused = refused - logged, "connections were closed at the gate");
        }
    }

    fn note(&mut self, swarm: &mut Swarm<Node>, note: Note) {
        match note {
            Note::Opened { peer, connection, opened } => self.opened(swarm, peer, connection, opened),
            Note::Introduced { peer, connection, admitted } => self.introduced(swarm, peer, connection, admitted),
            Note::Ended { peer, number, lasted } => self.ended(swarm, peer, number, lasted),
            Note::LookedUp { peer, addresses } => self.dial_now(swarm, peer, addresses),
        }
    }

    fn command(&mut self, swarm: &mut Swarm<Node>, command: Command) {
        match command {
            Command::Publish(message) => self.publish(swarm, &message),
            Command::Verdict(token, verdict) => Self::judge(swarm, &token, verdict),
            Command::OpenBlob(peer, reply) => self.open_blob(swarm, &peer, reply),
            #[cfg(test)]
            Command::Fall => panic!("told to fall"),
        }
    }

    fn swarm_event(&mut self, swarm: &mut Swarm<Node>, event: SwarmEvent<NodeEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                if let Some(peer) = peer_of(&peer_id) {
                    self.established(swarm, peer, connection_id, endpoint.is_dialer());
                }
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } => {
                if let Some(peer) = peer_of(&peer_id) {
                    self.closed(swarm, peer, connection_id);
                }
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer_id), error, .. } => {
                if let Some(peer) = peer_of(&peer_id) {
                    self.not_reached(peer, &error);
                }
            }
            SwarmEvent::NewListenAddr { address, .. } => self.listening(address),
            SwarmEvent::ListenerClosed { reason: Err(error), .. } => {
                tracing::error!(reason = %error, "a listener closed");
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(reason = %error, "a listener had trouble"),
            SwarmEvent::Behaviour(NodeEvent::Streams(arrived)) => self.arrived(arrived),
            SwarmEvent::Behaviour(NodeEvent::Ping(ping)) => Self::pinged(swarm, &ping),
            SwarmEvent::Behaviour(NodeEvent::Gossip(event)) => self.gossiped(swarm, event),
            _ => {}
        }
    }

    fn listening(&mut self, address: Multiaddr) {
        tracing::info!(address = %address, "we can be reached");
        self.tell(Event::Listening { address: address.to_string() });
        // A port that the system chose is kept should the swarm be started anew.
        let became = |listen: &mut Multiaddr| with_chosen_port(listen, &address).map(|chosen| *listen = chosen);
        self.listen.iter_mut().find_map(became);
    }
}

#[cfg(test)]
mod tests;
