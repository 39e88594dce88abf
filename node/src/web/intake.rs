//! What requests bring with them: how much, how quickly, and how many may bring much at once.
//!
//! A body that is too large or comes too slowly ends with an error for whoever reads it, and its request with a problem that
//! says so, whatever the handler made of the error. What is left of a body is then read and forgotten up to a limit: a browser
//! that still sends when the connection closes shows its person no answer.

mod gate;
mod incoming;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use http_body_util::BodyExt;
use protocol::limits::BLOB_BYTES_MAX;

use super::{BODY_BYTES_MAX, actor::Visitor, problem::Problem};
pub(super) use gate::Gate;
use incoming::{FORGETTING, Fate, Incoming};

/// A file that has more gets room for the largest.
const SMALL_FILE_BYTES: usize = 1 << 20;

/// Answers a request whose body has at most so many bytes.
pub(super) async fn bounded(bytes_max: usize, request: Request, next: Next) -> Response {
    let bytes_max = bytes_max as u64;
    let declared = declared(request.headers());
    let waits_for_word = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let incoming = Incoming::new(body, bytes_max);
    let mut response = match declared {
        Some(bytes) if bytes > bytes_max => Problem::too_large(bytes_max).into_response(),
        _ => next.run(Request::from_parts(parts, Body::new(incoming.clone()))).await,
    };
    if let Some(fate) = incoming.fate() {
        response = fate.problem(bytes_max).into_response();
    }
    if response.extensions().get::<Problem>().is_some() && !waits_for_word {
        incoming.forget_the_rest(FORGETTING).await;
    }
    response
}

/// A body that is wanted whole before anybody answers, within the same bounds.
pub(super) async fn whole(bytes_max: usize, body: Body) -> Result<Bytes, Problem> {
    let incoming = Incoming::new(body, bytes_max as u64);
    match incoming.clone().collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(_) => {
            let problem = incoming.fate().unwrap_or(Fate::TooSlow).problem(bytes_max as u64);
            incoming.forget_the_rest(FORGETTING).await;
            Err(problem)
        }
    }
}

/// The file in a part of a request; of one that is larger than a picture may be one byte more than that, for whoever says so.
pub(super) async fn file_of<E>(mut part: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Result<Vec<u8>, E> {
    let mut file = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk?;
        let room = (BLOB_BYTES_MAX + 1).saturating_sub(file.len());
        if file.len() > SMALL_FILE_BYTES {
            // Only addresses: of a file that grew by doubling, there would be a copy beside it.
            file.reserve_exact(room);
        }
        file.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(file)
}

/// The same for a request that may bring much: who does that is known, and only so many do at once. One that says that it
/// brings little is like others.
pub(super) async fn bounded_large(bytes_max: usize, request: Request, next: Next) -> Response {
    let gate = request.extensions().get::<Gate>().cloned();
    let actor = request.extensions().get::<Visitor>().map(|visitor| visitor.actor);
    let Some((gate, actor)) = gate.zip(actor) else {
        return Problem::defect("a route answers before its asker is recognized").into_response();
    };
    let declared = declared(request.headers());
    if declared.is_some_and(|bytes| bytes <= BODY_BYTES_MAX as u64) {
        return bounded(BODY_BYTES_MAX, request, next).await;
    }
    let bytes = declared.unwrap_or(bytes_max as u64).min(bytes_max as u64);
    match gate.enter(&actor, bytes) {
        Ok(_place) => bounded(bytes_max, request, next).await,
        Err(problem) => problem.into_response(),
    }
}

/// How long a body says that it is.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
