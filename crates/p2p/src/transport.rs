//! How bytes travel: over TCP, and over QUIC too where the program was built with the feature `quic`.
//!
//! Both end in the same: a peer whose transport key is proved, and streams. What stands behind that, limits and the gate first,
//! does not know by which of them a connection came.

#[cfg(feature = "quic")]
mod quic;

use std::time::Duration;

use libp2p::{
    PeerId, Transport,
    core::{muxing::StreamMuxerBox, transport::Boxed, upgrade::Version},
    identity::Keypair,
    noise, tcp, yamux,
};

use crate::config::StartError;

/// All that comes before a proved key.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Streams on a connection: sync, gossip, ping and a few pictures, both ways; the defaults are memory for nothing.
const STREAMS_MAX: u16 = 64;

type Connections = Boxed<(PeerId, StreamMuxerBox)>;

/// All transports of this program.
pub(crate) fn transport(key: &Keypair) -> Result<Connections, StartError> {
    let transport = over_tcp(key)?;
    #[cfg(feature = "quic")]
    let transport = quic::beside(transport, key)?;
    Ok(transport)
}

/// TCP, Noise, Yamux.
fn over_tcp(key: &Keypair) -> Result<Connections, StartError> {
    let noise =
        noise::Config::new(key).map_err(|error| StartError::Setup { part: "noise", reason: error.to_string() })?;
    let mut yamux = yamux::Config::default();
    yamux.set_max_num_streams(STREAMS_MAX.into());
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1)
        .authenticate(noise)
        .multiplex(yamux)
        .timeout(HANDSHAKE_TIMEOUT)
        .boxed())
}
