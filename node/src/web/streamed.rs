//! Long answers: parts are made as fast as they are read, and only a few stand in memory.

use std::io;

use axum::body::Body;
use futures::stream;
use tokio::{sync::mpsc, task::spawn_blocking};

use crate::app::AppError;

/// Parts that are made ahead of who reads them.
const PARTS_AHEAD: usize = 2;

/// A body of parts, made on a thread that may wait for the disk. Where one cannot be made the body breaks off, so that nobody
/// takes it for whole.
pub(crate) fn streamed(parts: impl Iterator<Item = Result<Vec<u8>, AppError>> + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel::<io::Result<Vec<u8>>>(PARTS_AHEAD);
    spawn_blocking(move || {
        for part in parts {
            let part = part.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "A long answer broke off.");
                io::Error::other(error.to_string())
            });
            let is_end = part.is_err();
            if sender.blocking_send(part).is_err() || is_end {
                return;
            }
        }
    });
    Body::from_stream(stream::unfold(receiver, |mut parts| async move { Some((parts.recv().await?, parts)) }))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_long_answer_is_made_no_faster_than_it_is_read() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = made.clone();
        let mut body = streamed((0..1_000_u32).map(move |number| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(number.to_be_bytes().to_vec())
        }));
        for number in 0..1_000_u32 {
            let part = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!(part, number.to_be_bytes().as_slice());
            // Those that were read, those in the channel, and the one that waits to get in.
            assert!(made.load(Ordering::SeqCst) <= number as usize + PARTS_AHEAD + 2, "part {number}");
        }
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_finished_breaks_off() {
        let mut body = streamed([Ok(vec![1]), Err(AppError::NotFound("entry")), Ok(vec![2])].into_iter());
        assert!(body.frame().await.unwrap().is_ok());
        assert!(body.frame().await.unwrap().is_err());
    }
}
