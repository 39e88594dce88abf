//! The body of an answer on its way, and whose turn it is: ours as long as we make the next part of it, the client's as long as
//! it has not taken the last one.
//!
//! It goes out in small parts, so that who reads slowly is seen to read.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::{Body, Bytes};
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::watch;

/// The most bytes of a part.
const PART_BYTES_MAX: usize = 16 << 10;

/// How many requests of a connection wait for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Busy {
    /// For us: they are worked on.
    pub(super) by_us: usize,
    /// For the client: it has an answer, or part of one, to take.
    pub(super) by_client: usize,
}

/// A request that waits for somebody until this is dropped.
pub(super) struct Owed {
    busy: watch::Sender<Busy>,
    who: fn(&mut Busy) -> &mut usize,
}

impl Owed {
    pub(super) fn by_us(busy: &watch::Sender<Busy>) -> Self {
        Self::begin(busy.clone(), |busy| &mut busy.by_us)
    }

    fn by_client(busy: &watch::Sender<Busy>) -> Self {
        Self::begin(busy.clone(), |busy| &mut busy.by_client)
    }

    fn begin(busy: watch::Sender<Busy>, who: fn(&mut Busy) -> &mut usize) -> Self {
        busy.send_modify(|busy| *who(busy) += 1);
        Self { busy, who }
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        self.busy.send_modify(|busy| *(self.who)(busy) -= 1);
    }
}

/// The body of an answer. It is over when this is dropped.
pub(super) struct Answering {
    body: Body,
    /// What is left of a part that was too large.
    rest: Bytes,
    owed: Owed,
}

impl Answering {
    /// An answer that was made and not yet taken.
    pub(super) fn new(body: Body, made: Owed) -> Self {
        Self { body, rest: Bytes::new(), owed: Owed::by_client(&made.busy) }
    }

    fn make(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)?) else { return Poll::Ready(None) };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(other) => return Poll::Ready(Some(Ok(other))),
            }
        }
        let part = self.rest.split_to(self.rest.len().min(PART_BYTES_MAX));
        Poll::Ready(Some(Ok(Frame::data(part))))
    }
}

impl http_body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.owed = Owed::by_us(&self.owed.busy);
        let frame = ready!(self.make(context));
        self.owed = Owed::by_client(&self.owed.busy);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, of_body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(of_body.lower().saturating_add(rest));
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn each_part_of_a_large_answer_that_is_taken_is_seen() {
        let (busy, mut seen) = watch::channel(Busy::default());
        let large: Vec<u8> = (0..PART_BYTES_MAX * 5 / 2).map(|number| number.to_be_bytes()[7]).collect();
        let mut answering = Answering::new(Body::from(large.clone()), Owed::by_us(&busy));
        let (ours, the_clients) = (Busy { by_us: 1, by_client: 0 }, Busy { by_us: 0, by_client: 1 });
        assert_eq!(*seen.borrow_and_update(), the_clients);
        let mut taken = Vec::new();
        for left in [3, 2, 1] {
            assert_eq!(answering.size_hint().exact(), Some((large.len() - taken.len()) as u64));
            assert!(!answering.is_end_stream(), "{left} parts are left");
            taken.extend(answering.frame().await.unwrap().unwrap().into_data().unwrap());
            assert!(seen.has_changed().unwrap(), "{left} parts were left");
            assert_eq!(*seen.borrow_and_update(), the_clients);
        }
        assert!(answering.is_end_stream());
        assert_eq!(taken, large);
        drop(answering);
        assert_eq!(*seen.borrow_and_update(), Busy::default());
        let mut waiting =
            Answering::new(Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>()), {
                Owed::by_us(&busy)
            });
        assert!(futures::poll!(waiting.frame()).is_pending());
        assert_eq!(*seen.borrow_and_update(), ours, "we have nothing to give yet");
    }
}
