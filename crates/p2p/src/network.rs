//! The handle that the node has.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use feed::{Effect, Peer, Verdict};
use protocol::{
    InstitutionId, NetworkId, SecretKey, limits,
    message::{Introduction, WantBlob, encode_versioned},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    address::read_own,
    behaviour,
    blob::{self, FetchError, Haste, Permits},
    config::{Config, StartError},
    count::{Counts, count},
    event::{Events, MessageToken},
    frame::FrameError,
    gossip::Topics,
    peer::{keypair, short},
    shared::Shared,
    supervise::supervise,
    task::{Command, Driver},
};

/// Publications, verdicts and fetches that wait for the swarm; the first two are dropped beyond, as gossip may be.
const COMMANDS_MAX: usize = 1_024;
/// Pictures that are fetched at once.
const FETCHES_MAX: usize = 16;
/// So many of them at most for which nobody waits.
const FETCHES_AHEAD_MAX: usize = 12;

/// A running network. Cheap to clone; it stops with [`Network::stop`], or when the last handle goes.
#[derive(Clone, Debug)]
pub struct Network {
    local: Peer,
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    fetches: Permits,
}

impl Network {
    /// Listens and dials from now on; lets in nobody before [`Network::members`].
    ///
    /// # Errors
    /// [`StartError`]: an address of the configuration cannot be read or listened on.
    pub async fn start(config: Config, identity: &SecretKey, network: NetworkId) -> Result<(Self, Events), StartError> {
        let key = keypair(identity)?;
        let topics = Topics::of(&network);
        let shared = Arc::new(Shared::new(config.seed));
        let mut swarm = behaviour::swarm(&config, &key, &topics, &shared)?;
        let mut listen = Vec::new();
        for address in &config.listen {
            let parsed = read_own(address)?;
            swarm
                .listen_on(parsed.clone())
                .map_err(|error| StartError::Listen { address: address.clone(), reason: innermost(&error) })?;
            listen.push(parsed);
        }
        let (commands, wanted) = mpsc::channel(COMMANDS_MAX);
        let (to_events, events) = Events::channels();
        let driver = Driver::new(config, key, topics, listen, shared.clone(), wanted, to_events);
        shared.tasks.spawn(supervise(driver, swarm));
        let fetches = Permits::new(FETCHES_MAX, FETCHES_AHEAD_MAX);
        Ok((Self { local: identity.public(), shared, commands, fetches }, events))
    }

    /// Our own transport key.
    pub const fn local_peer(&self) -> Peer {
        self.local
    }

    /// Performs `Send`, `Publish`, `Penalise` and `Charge`; all other effects are none of its business.
    pub fn perform(&self, effect: Effect) {
        match effect {
            Effect::Send(peer, framed) => self.send(&peer, framed.encode()),
            Effect::Publish(message) => {
                if self.commands.try_send(Command::Publish(Box::new(message))).is_err() {
                    count(&self.shared.counters.publishes_unsent);
                }
            }
            Effect::Penalise(peer, blame) => self.shared.blame(&peer, blame),
            Effect::Charge(peer, bytes) => self.shared.charge(&peer, bytes),
            Effect::Journal(_)
            | Effect::Verdict(_)
            | Effect::RosterChanged
            | Effect::Frozen(..)
            | Effect::Started { .. }
            | Effect::Halted => {}
        }
    }

    /// Says what gossip does with a message. One that gets no verdict goes no further.
    pub fn verdict(&self, message: MessageToken, verdict: Verdict) {
        if self.commands.try_send(Command::Verdict(message, verdict)).is_err() {
            count(&self.shared.counters.gossip_dropped);
        }
    }

    /// Replaces the whole list of members. Connections of others are closed.
    pub fn members(&self, peers: BTreeMap<Peer, InstitutionId>) {
        self.shared.roll().replace(peers, Instant::now());
        self.shared.changed.notify_one();
    }

    /// Keeps dialling a member at these addresses, with growing waits, until it is connected, and again when it is not.
    /// Replaces its former addresses. A peer that is not on the list of members is not dialled before it is.
    pub fn dial(&self, peer: Peer, addresses: Vec<String>) {
        self.shared.dials().want(peer, &addresses, Instant::now());
        self.shared.changed.notify_one();
    }

    /// No longer dials a peer. A connection that stands is kept.
    pub fn forget(&self, peer: Peer) {
        self.shared.dials().forget(&peer);
    }

    /// What is shown where a node that we dial does not know us.
    pub async fn introduce_with(&self, shown: Introduction) {
        let bytes = encode_versioned(&shown);
        if bytes.len() > limits::INTRODUCTION_BYTES_MAX {
            tracing::error!(
                introduction.bytes = bytes.len(),
                introduction.bytes_max = limits::INTRODUCTION_BYTES_MAX,
                "our introduction is too long to be shown",
            );
            return;
        }
        self.shared.set_introduction(bytes);
    }

    /// Fetches a picture from a connected peer. Whether the bytes are the picture is for the caller to verify.
    ///
    /// # Errors
    /// [`FetchError`]; `size_max` holds before memory is taken.
    pub async fn fetch_blob(
        &self,
        peer: Peer,
        want: WantBlob,
        size_max: u64,
        haste: Haste,
    ) -> Result<Vec<u8>, FetchError> {
        let within = blob::time_for(size_max);
        let in_turn = async {
            let route = self.shared.route(&peer).ok_or(FetchError::NotConnected)?;
            // Its own first: who waits for a slow peer keeps nobody else waiting.
            let _of_peer = route.fetches.take(haste).await?;
            let _of_all = self.fetches.take(haste).await?;
            self.fetch_now(peer, want, size_max).await
        };
        let fetched = tokio::select! {
            () = self.shared.stop.cancelled() => Err(FetchError::NotConnected),
            fetched = timeout(within, in_turn) => {
                fetched.unwrap_or_else(|_| Err(FetchError::from(FrameError::TooSlow(within))))
            }
        };
        if matches!(fetched, Err(FetchError::Malformed)) {
            self.shared.blame(&peer, feed::Blame::Malformed);
        }
        fetched
    }

    async fn fetch_now(&self, peer: Peer, want: WantBlob, size_max: u64) -> Result<Vec<u8>, FetchError> {
        let (reply, opening) = oneshot::channel();
        let is_asked = self.commands.send(Command::OpenBlob(peer, reply)).await;
        is_asked.map_err(|_| FetchError::NotConnected)?;
        let opened = opening.await.map_err(|_| FetchError::NotConnected)?;
        let stream = opened.await.map_err(|_| FetchError::NotConnected)?;
        let stream = stream.map_err(|error| FetchError::Broken(error.to_string()))?;
        blob::fetch(stream, &want, size_max).await
    }

    /// How often an institution was blamed of late, and whether it is refused for that. Both pass within the hour.
    pub fn standing(&self, institution: &InstitutionId) -> (u32, bool) {
        self.shared.roll().standing(institution, Instant::now())
    }

    /// A look at the counters.
    pub fn counts(&self) -> Counts {
        self.shared.counters.look(self.shared.routes(), self.shared.tasks.len())
    }

    /// Stops: what is queued is sent, streams are closed, tasks are joined; a few seconds at most. Other handles are of no use
    /// afterwards. The node may go on receiving events, or drop them first.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    /// Lets the swarm panic.
    #[cfg(test)]
    pub(crate) async fn fall(&self) {
        self.commands.send(Command::Fall).await.unwrap();
    }

    fn send(&self, peer: &Peer, frame: Vec<u8>) {
        if frame.len() > limits::FRAME_BYTES_MAX {
            tracing::error!(
                peer = short(peer),
                frame.bytes = frame.len(),
                frame.bytes_max = limits::FRAME_BYTES_MAX,
                "a frame of ours is too long to be sent",
            );
            return;
        }
        // Without a route the peer has just gone, and the node is about to hear it.
        if let Some(route) = self.shared.route(peer)
            && route.overflows_with(frame)
        {
            count(&self.shared.counters.outboxes_overflowed);
            tracing::warn!(peer = short(peer), "a peer does not take what we send and is disconnected");
        }
    }
}

/// What the system said, below what everybody above made of it.
fn innermost(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_is_refused_says_why() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("/ip4/127.0.0.1/tcp/{}", taken.local_addr().unwrap().port());
        let config = Config { listen: vec![address.clone()], ..Config::default() };
        let started = Network::start(config, &SecretKey::from_seed(&[7; 32]), NetworkId([1; 32])).await;
        let Err(StartError::Listen { address: named, reason }) = started else { panic!("the port is taken") };
        assert_eq!(named, address);
        assert!(reason.contains("in use"), "{reason}");
    }
}
