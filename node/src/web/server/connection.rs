//! One connection: its requests one after the other or side by side, until it is closed, told to end, or nothing has happened
//! on it for too long.

use std::time::Duration;

use axum::{
    Extension, Router,
    body::Body,
    http::{HeaderValue, Request, header},
};
use futures::TryFutureExt;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{
    Door, HEAD_SECONDS_MAX, HEADERS_MAX, Patience,
    answering::{Answering, Busy, Owed},
};

/// Of an answer so much is asked for beyond what goes out, and the head of a request may have so much.
const BUFFER_BYTES_MAX: usize = 64 << 10;

/// Serves a connection to its end. It ends when the node stops, after the requests that run, and when nothing has been asked on
/// it, or nothing of an answer been taken, for too long.
pub(super) async fn carry<S>(router: Router, stream: S, door: Door, patience: Patience, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (busy, seen) = watch::channel(Busy::default());
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let running = Owed::by_us(&busy);
        // Where a body ends is then told by its chunks, and whatever else is told of it must not make a second request of it
        // (RFC 9112 section 6.1).
        let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let answer = router.clone().layer(Extension(door)).oneshot(request.map(Body::new));
        answer.map_ok(move |mut response| {
            if is_last {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response.map(|body| Answering::new(body, running))
        })
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(60))
        .max_concurrent_streams(64)
        .max_send_buf_size(BUFFER_BYTES_MAX);
    let mut serving = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
        () = standing_still(seen, patience) => {
            serving.as_mut().graceful_shutdown();
            timeout(patience.farewell, serving).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = served {
        tracing::debug!(error.cause = %error, "A web connection broke off.");
    }
}

/// Waits until nothing has happened for too long.
async fn standing_still(mut busy: watch::Receiver<Busy>, patience: Patience) {
    loop {
        let now = *busy.borrow_and_update();
        let changed = match now {
            Busy { by_us: 1.., .. } => busy.changed().await,
            Busy { by_client, .. } => {
                let patience = if by_client > 0 { patience.untaken } else { patience.idle };
                match timeout(patience, busy.changed()).await {
                    Ok(changed) => changed,
                    Err(_) => return,
                }
            }
        };
        if changed.is_err() {
            // The connection is over; whoever serves it knows.
            return std::future::pending().await;
        }
    }
}
