//! Connections that ask nothing, too many of them, and the owner's way in beside them.

use axum::routing;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpSocket, TcpStream, UnixStream},
};

use super::*;

/// Whoever was not answered by then is never answered.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
const SOON: Duration = Duration::from_millis(50);

const PATIENT: Patience = Patience { idle: NEVER, untaken: NEVER, farewell: NEVER };
const NOT_IDLE: Patience = Patience { idle: SOON, farewell: SOON, ..PATIENT };
const NOT_UNTAKEN: Patience = Patience { untaken: SOON, farewell: SOON, ..PATIENT };

fn limits(connections_max: usize, address_connections_max: usize, patience: Patience) -> Limits {
    Limits { connections_max, address_connections_max, patience, accept_again: SOON }
}

/// A server that runs, and its two doors.
struct Running {
    address: SocketAddr,
    socket: PathBuf,
    _directory: tempfile::TempDir,
    _stop: tokio_util::sync::DropGuard,
}

impl Running {
    async fn with(limits: Limits) -> Self {
        let router = Router::new().route("/", routing::get(|| async { "here" }));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let (listener, socket) =
            (Server::bind("127.0.0.1:0".parse().unwrap()).unwrap(), Server::bind_socket(&path).unwrap());
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let server = Server::new(router, limits, stop.clone());
        tokio::spawn(async move { tokio::join!(server.serve(listener, None), server.serve_socket(socket)) });
        Self { address, socket: path, _directory: directory, _stop: stop.drop_guard() }
    }

    async fn connected(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn connected_from(&self, address: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }
}

/// What a server answers on a connection; nothing if it closes it.
async fn asked<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S) -> Option<Bytes> {
    let answered = async {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let request = Request::builder().uri("/").header("host", "localhost").body(Empty::<Bytes>::new()).unwrap();
        let response = sender.send_request(request).await.ok()?;
        Some(response.into_body().collect().await.ok()?.to_bytes())
    };
    timeout(ANSWERED_WITHIN, answered).await.expect("an answer, or that there is none")
}

async fn is_closed(mut stream: TcpStream) -> bool {
    let end = timeout(ANSWERED_WITHIN, stream.read(&mut [0])).await.expect("an end of an idle connection");
    !matches!(end, Ok(1..))
}

#[tokio::test]
async fn whoever_holds_all_connections_of_the_network_does_not_keep_the_owner_out() {
    let limits = limits(2, 2, PATIENT);
    let running = Running::with(limits).await;
    let _held = [running.connected().await, running.connected().await];
    let owner = UnixStream::connect(&running.socket).await.unwrap();
    assert_eq!(asked(owner).await.unwrap(), "here");
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_makes_room() {
    let limits = limits(1, 1, NOT_IDLE);
    let running = Running::with(limits).await;
    let silent = running.connected().await;
    assert_eq!(asked(running.connected().await).await.unwrap(), "here");
    assert!(is_closed(silent).await);
}

#[tokio::test]
async fn a_connection_of_http_2_on_which_nothing_is_asked_any_more_makes_room() {
    let limits = limits(1, 1, NOT_IDLE);
    let running = Running::with(limits).await;
    let stream = TokioIo::new(running.connected().await);
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    let ended = tokio::spawn(connection);
    let address = format!("http://{}/", running.address);
    let request = Request::builder().uri(address).body(Empty::<Bytes>::new()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
    let _end = timeout(ANSWERED_WITHIN, ended).await.expect("it is closed while its client would keep it");
    assert_eq!(asked(running.connected().await).await.unwrap(), "here");
}

#[tokio::test]
async fn whoever_takes_nothing_of_an_answer_makes_room() {
    let limits = limits(1, 1, NOT_UNTAKEN);
    let running = Running::with(limits).await;
    let stream = TokioIo::new(running.connected().await);
    let mut client = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (mut sender, connection) = client.initial_stream_window_size(0).handshake(stream).await.unwrap();
    let ended = tokio::spawn(connection);
    let address = format!("http://{}/", running.address);
    let request = Request::builder().uri(address).body(Empty::<Bytes>::new()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let _end = timeout(ANSWERED_WITHIN, ended).await.expect("it is closed while its client takes nothing");
    assert!(answer.into_body().collect().await.is_err(), "nothing of it was taken");
    assert_eq!(asked(running.connected().await).await.unwrap(), "here");
}

#[tokio::test]
async fn one_address_does_not_take_the_places_of_others() {
    let limits = limits(3, 2, PATIENT);
    let running = Running::with(limits).await;
    let held = [running.connected().await, running.connected().await];
    assert!(is_closed(running.connected().await).await, "a third one of the same address");
    assert_eq!(asked(running.connected_from("127.0.0.2").await).await.unwrap(), "here");
    let [one, _other] = held;
    assert_eq!(asked(one).await.unwrap(), "here", "those that were there stay");
}

#[tokio::test]
async fn a_listener_that_cannot_accept_is_asked_again_after_a_moment_until_it_can_or_the_server_stops() {
    let is_full = || Err::<(), _>(io::Error::from(io::ErrorKind::QuotaExceeded));
    let stop = CancellationToken::new();
    let limits = Limits { accept_again: NEVER, ..limits(1, 1, PATIENT) };
    let server = Server::new(Router::new(), limits, stop.clone());
    let asked = std::cell::Cell::new(0);
    let waiting = server.accepted(|| async {
        asked.set(asked.get() + 1);
        is_full()
    });
    tokio::pin!(waiting);
    for _ in 0..3 {
        assert!(futures::poll!(&mut waiting).is_pending());
        assert_eq!(asked.get(), 1, "nobody asks while the moment has not passed");
    }
    stop.cancel();
    assert_eq!(waiting.await, None);
    let server = Server::new(Router::new(), Limits { accept_again: SOON, ..limits }, CancellationToken::new());
    let tries = std::cell::Cell::new(0);
    let accepted = server.accepted(|| async {
        tries.set(tries.get() + 1);
        if tries.get() < 3 { is_full().map(|()| 0) } else { Ok(7) }
    });
    assert_eq!((accepted.await, tries.get()), (Some(7), 3));
}
