//! What the operator sets, and why a network does not start.

use crate::address::read_own;

/// Settings of the network; the defaults are safe.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen, as multiaddr text: `/ip4/0.0.0.0/tcp/7400`, and with the feature `quic` also
    /// `/ip4/0.0.0.0/udp/7400/quic-v1`. Empty by default: such a node only dials.
    pub listen: Vec<String>,
    /// Connections of members at once; a member has one, for moments two.
    pub connections_max: u32,
    /// Whether to gossip. Without it everything still arrives, by sync, only later.
    pub gossip: bool,
    /// While the process holds more memory than this, no connection is taken.
    pub memory_bytes_max: usize,
    /// Spreads the times of dialling, so that nodes that fell together do not rise together. Drawn by the node.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { listen: Vec::new(), connections_max: 128, gossip: true, memory_bytes_max: 2 << 30, seed: 0 }
    }
}

impl Config {
    /// Whether the addresses can be used; for a node that starts no network yet.
    ///
    /// # Errors
    /// [`StartError::Address`] or [`StartError::NotBuilt`] names the first that cannot.
    pub fn check(&self) -> Result<(), StartError> {
        self.listen.iter().try_for_each(|address| read_own(address).map(drop))
    }
}

/// Why a network does not start. All of it is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be read.
    #[error("address `{address}` is not a multiaddr such as /ip4/0.0.0.0/tcp/7400")]
    Address {
        /// As configured.
        address: String,
    },
    /// The address is QUIC, and this program knows none.
    #[error(
        "address `{address}` is QUIC, which this program was built without; build it with `--features quic`, or name a TCP address"
    )]
    NotBuilt {
        /// As configured.
        address: String,
    },
    /// Others would call nobody there.
    #[error("others cannot call `{address}`: it names no machine or no port; name one such as /ip4/192.0.2.7/tcp/7400")]
    Nowhere {
        /// As configured.
        address: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`: {reason}")]
    Listen {
        /// As configured.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// A part of the transport refuses its settings.
    #[error("cannot set up {part}: {reason}")]
    Setup {
        /// Which part.
        part: &'static str,
        /// What it says.
        reason: String,
    },
}
