//! Accepting connections: TLS or plain HTTP on loopback, and the Unix socket of the command line.
//!
//! Our own loop, because limits belong here: connections at once, time for the handshake and for the head of a request, and an
//! end that lets running requests finish.

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    Extension, Router,
    body::Body,
    http::{HeaderValue, Request, header},
};
use futures::TryFutureExt;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, rustls};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Connections at once, over all addresses.
const CONNECTIONS_MAX: usize = 512;
/// For the TLS handshake, and for the head of a request.
const HEAD_SECONDS_MAX: u64 = 10;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// Requests that are running get this long to finish.
const DRAIN_SECONDS: u64 = 10;

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

/// A web server that runs until its token is cancelled.
pub(crate) struct Server {
    router: Router,
    permits: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Server {
    pub(crate) fn new(router: Router, stop: CancellationToken) -> Self {
        Self { router, permits: Arc::new(Semaphore::new(CONNECTIONS_MAX)), stop }
    }

    /// Binds the address of pages and API.
    pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
        TcpListener::bind(address).await.map_err(|source| ListenError::Address { address, source })
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
        let graceful = GracefulShutdown::new();
        while let Some(permit) = self.next_permit().await {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let (router, watcher, tls) = (self.router.clone(), graceful.watcher(), tls.clone());
            tokio::spawn(async move {
                let _permit: OwnedSemaphorePermit = permit;
                match tls {
                    None => connection(router, stream, Door::Network(peer), watcher).await,
                    Some(tls) => {
                        let handshake = timeout(Duration::from_secs(HEAD_SECONDS_MAX), tls.accept(stream)).await;
                        if let Ok(Ok(stream)) = handshake {
                            connection(router, stream, Door::Network(peer), watcher).await;
                        }
                    }
                }
            });
        }
        drain(graceful).await;
    }

    /// Serves the command line.
    pub(crate) async fn serve_socket(&self, listener: UnixListener) {
        let graceful = GracefulShutdown::new();
        while let Some(permit) = self.next_permit().await {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else { continue };
            let (router, watcher) = (self.router.clone(), graceful.watcher());
            tokio::spawn(async move {
                let _permit: OwnedSemaphorePermit = permit;
                connection(router, stream, Door::Owner, watcher).await;
            });
        }
        drain(graceful).await;
    }

    async fn next_permit(&self) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            permit = self.permits.clone().acquire_owned() => permit.ok(),
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

async fn connection<S>(router: Router, stream: S, door: Door, watcher: hyper_util::server::graceful::Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        // Where a body ends is then told by its chunks, and whatever else is told of it must not make a second request of it
        // (RFC 9112 section 6.1).
        let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let answer = router.clone().layer(Extension(door)).oneshot(request.map(Body::new));
        answer.map_ok(move |mut response| {
            if is_last {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response
        })
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .max_headers(HEADERS_MAX);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(60)).max_concurrent_streams(64);
    let served = watcher.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned()).await;
    if let Err(error) = served {
        tracing::debug!(error.cause = %error, "A web connection broke off.");
    }
}

async fn drain(graceful: GracefulShutdown) {
    if timeout(Duration::from_secs(DRAIN_SECONDS), graceful.shutdown()).await.is_err() {
        tracing::warn!(drain.seconds = DRAIN_SECONDS, "Requests were still running and are broken off.");
    }
}
