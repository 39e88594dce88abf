//! A peer that is not ours: plain libp2p with streams of another make, which does as it is told.

use futures::StreamExt;
use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol, Swarm, SwarmBuilder,
    identity::Keypair,
    noise,
    swarm::{DialError, SwarmEvent, dial_opts::DialOpts},
    tcp, yamux,
};
use libp2p_stream::{Behaviour, Control, IncomingStreams, OpenStreamError};
use protocol::SecretKey;
use tokio::task::AbortHandle;

pub(crate) const SYNC: StreamProtocol = StreamProtocol::new("/consilium/sync/1");
pub(crate) const BLOB: StreamProtocol = StreamProtocol::new("/consilium/blob/1");
pub(crate) const JOIN: StreamProtocol = StreamProtocol::new("/consilium/join/1");

pub(crate) struct Outsider {
    control: Control,
    pub(crate) inbound: IncomingStreams,
    house: PeerId,
    task: AbortHandle,
    closed: tokio::sync::oneshot::Receiver<()>,
}

impl Drop for Outsider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn swarm(identity: &SecretKey) -> Swarm<Behaviour> {
    let key = Keypair::ed25519_from_bytes(*identity.seed()).unwrap();
    let builder = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap();
    #[cfg(feature = "quic")]
    let builder = builder.with_quic();
    builder
        .with_behaviour(|_| Behaviour::new())
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(std::time::Duration::from_secs(600)))
        .build()
}

impl Outsider {
    /// Connects with a key; an error if it is turned away at once.
    pub(crate) async fn connect(identity: &SecretKey, address: &str, house: &SecretKey) -> Result<Self, DialError> {
        let mut swarm = swarm(identity);
        let control = swarm.behaviour().new_control();
        let inbound = control.clone().accept(SYNC).unwrap();
        let house = Keypair::ed25519_from_bytes(*house.seed()).unwrap().public().to_peer_id();
        let address: Multiaddr = address.parse().unwrap();
        swarm.dial(DialOpts::peer_id(house).addresses(vec![address]).build())?;
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::ConnectionEstablished { .. } => break,
                SwarmEvent::OutgoingConnectionError { error, .. } => return Err(error),
                _ => {}
            }
        }
        let (ended, closed) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            let mut ended = Some(ended);
            loop {
                if let SwarmEvent::ConnectionClosed { .. } = swarm.select_next_some().await
                    && let Some(ended) = ended.take()
                {
                    let _ = ended.send(());
                }
            }
        });
        Ok(Self { control, inbound, house, task: task.abort_handle(), closed })
    }

    pub(crate) async fn open(&self, protocol: StreamProtocol) -> Result<Stream, OpenStreamError> {
        self.control.clone().open_stream(self.house, protocol).await
    }

    /// Whether the house refuses to speak a protocol.
    pub(crate) async fn is_refused(&self, protocol: StreamProtocol) -> bool {
        matches!(self.open(protocol).await, Err(OpenStreamError::UnsupportedProtocol(_)))
    }

    /// Until the house closes the connection.
    pub(crate) async fn closed(&mut self) {
        (&mut self.closed).await.unwrap();
    }
}
