//! A body on its way: how much of it came, and whether it comes quickly enough.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::lock;
use crate::web::problem::Problem;

/// A body may be waited for so long, and longer the more of it has come.
const GRACE: Duration = Duration::from_secs(15);
const BYTES_PER_SECOND_MIN: u64 = 4_096;
/// Bytes of a refused body that are read and forgotten.
const FORGOTTEN_BYTES_MAX: u64 = 128 << 20;
/// And for how long.
pub(super) const FORGETTING: Duration = Duration::from_secs(30);

/// A body on its way; whoever holds a copy may go on reading where another stopped.
#[derive(Clone)]
pub(super) struct Incoming(Arc<Mutex<Reading>>);

struct Reading {
    body: Body,
    came: u64,
    bytes_max: u64,
    /// How long it was waited for, while a reader wanted more.
    waited: Duration,
    waits_since: Option<Instant>,
    patience: Pin<Box<Sleep>>,
    fate: Option<Fate>,
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fate {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body came too slowly")]
    TooSlow,
}

impl Fate {
    pub(super) fn problem(self, bytes_max: u64) -> Problem {
        match self {
            Self::TooLarge => Problem::too_large(bytes_max),
            Self::TooSlow => Problem::too_slow(),
        }
    }
}

impl Incoming {
    pub(super) fn new(body: Body, bytes_max: u64) -> Self {
        let patience = Box::pin(sleep_until(Instant::now() + GRACE));
        let (waited, waits_since) = (Duration::ZERO, None);
        Self(Arc::new(Mutex::new(Reading { body, came: 0, bytes_max, waited, waits_since, patience, fate: None })))
    }

    pub(super) fn fate(&self) -> Option<Fate> {
        lock(&self.0).fate
    }

    /// Reads on as long as it comes quickly enough, for so long at most, and keeps nothing.
    pub(super) async fn forget_the_rest(mut self, within: Duration) {
        {
            let mut reading = lock(&self.0);
            if reading.fate == Some(Fate::TooSlow) {
                return;
            }
            reading.fate = None;
            reading.bytes_max = FORGOTTEN_BYTES_MAX;
        }
        let read = async { while let Some(Ok(_)) = self.frame().await {} };
        // Whoever sends no longer than that hears the answer.
        let _ = timeout(within, read).await;
    }
}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        lock(&self.0).poll(context)
    }

    fn is_end_stream(&self) -> bool {
        lock(&self.0).body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        lock(&self.0).body.size_hint()
    }
}

impl Reading {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(fate) = self.fate {
            return Poll::Ready(Some(Err(axum::Error::new(fate))));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            self.wait();
            ready!(self.patience.as_mut().poll(context));
            return self.end(Fate::TooSlow);
        };
        self.waited += self.waits_since.take().map_or(Duration::ZERO, |since| since.elapsed());
        let Some(Ok(frame)) = frame else { return Poll::Ready(frame) };
        self.came += frame.data_ref().map_or(0, |data| data.len() as u64);
        if self.came > self.bytes_max {
            return self.end(Fate::TooLarge);
        }
        Poll::Ready(Some(Ok(frame)))
    }

    /// Begins to wait for its sender, for as long as is left.
    fn wait(&mut self) {
        if self.waits_since.is_some() {
            return;
        }
        let now = Instant::now();
        let patience = GRACE + Duration::from_secs(self.came / BYTES_PER_SECOND_MIN);
        self.waits_since = Some(now);
        self.patience.as_mut().reset(now + patience.saturating_sub(self.waited));
    }

    fn end(&mut self, fate: Fate) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.fate = Some(fate);
        Poll::Ready(Some(Err(axum::Error::new(fate))))
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;

    const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

    fn incoming(pieces: Vec<&'static [u8]>, bytes_max: u64) -> Incoming {
        Incoming::new(Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>))), bytes_max)
    }

    #[tokio::test]
    async fn a_body_within_its_limit_comes_whole() {
        let incoming = incoming(vec![b"ab", b"c"], 3);
        assert_eq!(incoming.clone().collect().await.unwrap().to_bytes(), "abc");
        assert_eq!(incoming.fate(), None);
    }

    #[tokio::test]
    async fn a_body_beyond_its_limit_ends_there_and_its_rest_is_forgotten() {
        let incoming = incoming(vec![b"ab", b"cd", b"ef"], 3);
        assert!(incoming.clone().collect().await.is_err());
        assert_eq!(incoming.fate(), Some(Fate::TooLarge));
        incoming.clone().forget_the_rest(NEVER).await;
        assert_eq!(lock(&incoming.0).came, 6, "read to its end");
    }
    #[tokio::test]
    async fn a_refused_body_that_comes_without_end_is_not_read_for_ever() {
        let endless = stream::iter(std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::new())));
        let slow = Incoming::new(
            Body::from_stream(endless.then(|piece| async {
                tokio::task::yield_now().await;
                piece
            })),
            3,
        );
        let ended = timeout(NEVER, slow.forget_the_rest(Duration::from_millis(50))).await;
        assert!(ended.is_ok(), "its sender would go on");
    }
}
