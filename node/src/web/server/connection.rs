//! One connection: its requests one after the other or side by side, until it is closed, told to end, or idle for too long.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    http::{HeaderValue, Request, header},
};
use futures::TryFutureExt;
use http_body::{Frame, SizeHint};
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

use super::{Door, HEAD_SECONDS_MAX, HEADERS_MAX};

/// A client that was told that its connection ends gets this long to agree.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves a connection to its end. It ends when the node stops, after the requests that run, and without a request for so long.
pub(super) async fn carry<S>(router: Router, stream: S, door: Door, idle: Duration, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (running, seen) = watch::channel(0);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let running = Running::begin(&running);
        // Where a body ends is then told by its chunks, and whatever else is told of it must not make a second request of it
        // (RFC 9112 section 6.1).
        let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let answer = router.clone().layer(Extension(door)).oneshot(request.map(Body::new));
        answer.map_ok(move |mut response| {
            if is_last {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response.map(|body| Answering { body, _running: running })
        })
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .max_headers(HEADERS_MAX);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(60)).max_concurrent_streams(64);
    let mut serving = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let served = tokio::select! {
        served = serving.as_mut() => served,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
        () = standing_idle(seen, idle) => {
            serving.as_mut().graceful_shutdown();
            timeout(FAREWELL, serving).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = served {
        tracing::debug!(error.cause = %error, "A web connection broke off.");
    }
}

/// Waits until no request has run for so long.
async fn standing_idle(mut running: watch::Receiver<usize>, idle: Duration) {
    loop {
        let is_idle = *running.borrow_and_update() == 0;
        let changed = match is_idle {
            true => match timeout(idle, running.changed()).await {
                Ok(changed) => changed,
                Err(_) => return,
            },
            false => running.changed().await,
        };
        if changed.is_err() {
            // The connection is over; whoever serves it knows.
            return std::future::pending().await;
        }
    }
}

/// A request that runs until the last of its answer is sent.
struct Running(watch::Sender<usize>);

impl Running {
    fn begin(running: &watch::Sender<usize>) -> Self {
        running.send_modify(|count| *count += 1);
        Self(running.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// The body of an answer whose request runs as long as it is sent.
struct Answering {
    body: Body,
    _running: Running,
}

impl http_body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
