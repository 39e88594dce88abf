//! Accepting connections: TLS or plain HTTP on loopback, and the Unix socket of the command line.
//!
//! Our own loop, because limits belong here: connections at once, time for the handshake and for the head of a request, time
//! without a request or without taking more of an answer, and an end that lets running requests finish. The owner's socket has
//! places of its own: whatever happens on the network, the command line gets in.

mod answering;
mod connection;
mod places;
#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpSocket, UnixListener},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use places::{Free, Places};

/// Connections at once over the owner's socket.
const OWNER_CONNECTIONS_MAX: usize = 64;
/// For the TLS handshake, and for the head of a request.
const HEAD_SECONDS_MAX: u64 = 10;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// Of an answer the system keeps at most twice so much that a client has not taken. A slow one would else take nothing for
/// minutes.
const SEND_BUFFER_BYTES: u32 = 256 << 10;
/// Requests that are running get this long to finish; a stop takes 10 s in all.
const DRAIN_SECONDS: u64 = 6;

/// Where a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// Over the network, from an address.
    Network(SocketAddr),
    /// Over the Unix socket, which only the node's owner can open, or inside the owner's own process.
    Owner,
}

/// A listener that cannot be had. The operator is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    #[error("cannot listen on {address}")]
    Address { address: SocketAddr, source: io::Error },
    #[error("cannot listen on {}", path.display())]
    Socket { path: PathBuf, source: io::Error },
}

/// How many connections from the network there may be, and how long one may stand on which nothing happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// At once, over all addresses.
    connections_max: usize,
    /// At once from one address: behind one may stand a whole house, and yet it leaves room.
    address_connections_max: usize,
    patience: Patience,
    /// Between one that could not be accepted and the next try.
    accept_again: Duration,
}

/// How long a connection may stand on which nothing happens.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// Without a request.
    idle: Duration,
    /// With an answer of which nothing more is taken.
    untaken: Duration,
    /// For a client that was told that its connection ends, to agree.
    farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let patience = Patience {
            idle: Duration::from_secs(30),
            // About 4 KiB a second, by what stands in buffers before more is asked for.
            untaken: Duration::from_secs(90),
            farewell: Duration::from_secs(10),
        };
        Self { connections_max: 512, address_connections_max: 256, patience, accept_again: Duration::from_millis(50) }
    }
}

/// A web server that runs until its token is cancelled.
pub(crate) struct Server {
    router: Router,
    limits: Limits,
    places: Arc<Places>,
    owner_places: Arc<Places>,
    stop: CancellationToken,
}

impl Server {
    pub(crate) fn new(router: Router, limits: Limits, stop: CancellationToken) -> Self {
        let places = Places::new(limits.connections_max, limits.address_connections_max);
        let owner_places = Places::new(OWNER_CONNECTIONS_MAX, OWNER_CONNECTIONS_MAX);
        Self { router, limits, places, owner_places, stop }
    }

    /// Binds the address of pages and API.
    pub(crate) fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
        let bound = || {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            socket.set_reuseaddr(true)?;
            // Those that are accepted inherit it.
            socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        bound().map_err(|source| ListenError::Address { address, source })
    }

    /// Binds the Unix socket and keeps everybody but its owner out: it is bound where nobody else can reach it, and comes to
    /// its place when its mode is set.
    pub(crate) fn bind_socket(path: &Path) -> Result<UnixListener, ListenError> {
        let refused = |source| ListenError::Socket { path: path.to_owned(), source };
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(error)),
            _ => {}
        }
        let private = path.with_extension("new");
        match std::fs::remove_dir_all(&private) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(error)),
            _ => {}
        }
        std::fs::DirBuilder::new().mode(0o700).create(&private).map_err(refused)?;
        let bound = private.join("s");
        let listener = UnixListener::bind(&bound).map_err(refused)?;
        std::fs::set_permissions(&bound, std::fs::Permissions::from_mode(0o600)).map_err(refused)?;
        std::fs::rename(&bound, path).and_then(|()| std::fs::remove_dir(&private)).map_err(refused)?;
        Ok(listener)
    }

    /// Serves pages and API; with TLS if an acceptor is given.
    pub(crate) async fn serve(&self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let connections = TaskTracker::new();
        while let Some(free) = self.next(&self.places).await {
            let Some((stream, peer)) = self.accepted(|| listener.accept()).await else { break };
            let Some(place) = self.places.give(free, peer.ip()) else { continue };
            let (router, patience, stop) = (self.router.clone(), self.limits.patience, self.stop.clone());
            let tls = tls.clone();
            connections.spawn(async move {
                let _place = place;
                let Some(tls) = tls else {
                    return connection::carry(router, stream, Door::Network(peer), patience, stop).await;
                };
                let handshake = timeout(Duration::from_secs(HEAD_SECONDS_MAX), tls.accept(stream));
                if let Some(Ok(Ok(stream))) = stop.run_until_cancelled(handshake).await {
                    connection::carry(router, stream, Door::Network(peer), patience, stop).await;
                }
            });
        }
        // Whoever comes now is refused at once and need not wait for what cannot be answered any more.
        drop(listener);
        drain(connections).await;
    }

    /// Serves the command line.
    pub(crate) async fn serve_socket(&self, listener: UnixListener) {
        let connections = TaskTracker::new();
        while let Some(free) = self.next(&self.owner_places).await {
            let Some((stream, _)) = self.accepted(|| listener.accept()).await else { break };
            let (router, patience, stop) = (self.router.clone(), self.limits.patience, self.stop.clone());
            connections.spawn(async move {
                let _free = free;
                connection::carry(router, stream, Door::Owner, patience, stop).await;
            });
        }
        drop(listener);
        drain(connections).await;
    }

    /// The next connection; nothing if the server stops. What keeps one from being accepted, such as that no more files can be
    /// opened, may pass: it is asked again after a moment.
    async fn accepted<T, F: Future<Output = io::Result<T>>>(&self, accept: impl Fn() -> F) -> Option<T> {
        let accepting = async {
            let mut is_told = false;
            loop {
                match accept().await {
                    Ok(accepted) => return accepted,
                    Err(error) if !is_told => {
                        is_told = true;
                        tracing::warn!(error.cause = %error, "A connection cannot be accepted; it is tried again until it can be.");
                    }
                    Err(_) => {}
                }
                tokio::time::sleep(self.limits.accept_again).await;
            }
        };
        self.stop.run_until_cancelled(accepting).await
    }

    async fn next(&self, places: &Places) -> Option<Free> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            free = places.free() => free,
        }
    }
}

/// The acceptor for a certificate chain and its key, both in PEM.
///
/// # Errors
/// [`TlsError`] names the file.
pub(crate) fn tls_acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let unreadable = |path: &Path| TlsError::Unreadable { path: path.to_owned() };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(|_| unreadable(certificate))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|_| unreadable(key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|source| TlsError::Unusable { path: certificate.to_owned(), source })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A certificate that cannot be used. The operator is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{} cannot be read as PEM", path.display())]
    Unreadable { path: PathBuf },
    #[error("certificate {} and its key cannot be used together", path.display())]
    Unusable { path: PathBuf, source: rustls::Error },
}

async fn drain(connections: TaskTracker) {
    connections.close();
    if timeout(Duration::from_secs(DRAIN_SECONDS), connections.wait()).await.is_err() {
        tracing::warn!(drain.seconds = DRAIN_SECONDS, "Requests were still running and are broken off.");
    }
}
