//! What requests bring with them: how much, how quickly, and how many may bring much at once.
//!
//! A body that is too large or comes too slowly ends with an error for whoever reads it, and its request with a problem that
//! says so, whatever the handler made of the error. What is left of a body is then read and forgotten up to a limit: a browser
//! that still sends when the connection closes shows its person no answer.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{
        Request,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use house::{AccountId, Actor, Refusal};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use protocol::limits::BLOB_BYTES_MAX;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep_until},
};

use super::{BODY_BYTES_MAX, actor::Visitor, problem::Problem};

/// A body may be waited for so long, and longer the more of it has come.
const GRACE: Duration = Duration::from_secs(15);
const BYTES_PER_SECOND_MIN: u64 = 4_096;
/// Requests that bring much at once: all of them, those of one person, and MiB of all of them.
const LARGE_MAX: usize = 16;
const LARGE_OF_ONE_MAX: usize = 4;
const LARGE_MIB_MAX: usize = 256;
/// Bytes of a refused body that are read and forgotten.
const FORGOTTEN_BYTES_MAX: u64 = 128 << 20;

/// How many places people have.
type People = Arc<Mutex<BTreeMap<AccountId, usize>>>;

/// Who brings much just now.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    mebibytes: Arc<Semaphore>,
    people: People,
}

/// A place for one request that brings much; it is given back when this is dropped.
struct Place {
    _place: OwnedSemaphorePermit,
    _mebibytes: OwnedSemaphorePermit,
    person: Option<(People, AccountId)>,
}

impl Default for Gate {
    fn default() -> Self {
        let semaphore = |most| Arc::new(Semaphore::new(most));
        Self { places: semaphore(LARGE_MAX), mebibytes: semaphore(LARGE_MIB_MAX), people: Arc::default() }
    }
}

impl Gate {
    /// A place for so many bytes of somebody.
    fn enter(&self, actor: &Actor, bytes: u64) -> Result<Place, Problem> {
        let account = match actor {
            Actor::Stranger => return Err(Refusal::SignedOut.into()),
            Actor::System => None,
            Actor::Account(acting) => Some(acting.account),
        };
        let crowded = |_| Problem::too_many_uploads();
        let mib = u32::try_from(bytes >> 20).unwrap_or(u32::MAX).saturating_add(1);
        let mut place = Place {
            _place: self.places.clone().try_acquire_owned().map_err(crowded)?,
            _mebibytes: self.mebibytes.clone().try_acquire_many_owned(mib).map_err(crowded)?,
            person: None,
        };
        if let Some(account) = account {
            let mut people = lock(&self.people);
            let held = people.entry(account).or_default();
            if *held >= LARGE_OF_ONE_MAX {
                return Err(Problem::too_many_uploads());
            }
            *held += 1;
            place.person = Some((self.people.clone(), account));
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((people, account)) = &self.person else { return };
        let mut people = lock(people);
        match people.get_mut(account) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(people.remove(account)),
        }
    }
}

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
        incoming.forget_the_rest().await;
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
            incoming.forget_the_rest().await;
            Err(problem)
        }
    }
}

/// The file in a part of a form; of one that is larger than a picture may be one byte more than that, for whoever says so.
pub(super) async fn file_of(mut part: Field<'_>) -> Result<Vec<u8>, MultipartError> {
    let mut file = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        let room = (BLOB_BYTES_MAX + 1).saturating_sub(file.len());
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

/// A body on its way; whoever holds a copy may go on reading where another stopped.
#[derive(Clone)]
struct Incoming(Arc<Mutex<Reading>>);

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
enum Fate {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body came too slowly")]
    TooSlow,
}

impl Fate {
    fn problem(self, bytes_max: u64) -> Problem {
        match self {
            Self::TooLarge => Problem::too_large(bytes_max),
            Self::TooSlow => Problem::too_slow(),
        }
    }
}

impl Incoming {
    fn new(body: Body, bytes_max: u64) -> Self {
        let patience = Box::pin(sleep_until(Instant::now() + GRACE));
        let (waited, waits_since) = (Duration::ZERO, None);
        Self(Arc::new(Mutex::new(Reading { body, came: 0, bytes_max, waited, waits_since, patience, fate: None })))
    }

    fn fate(&self) -> Option<Fate> {
        lock(&self.0).fate
    }

    /// Reads on as long as it comes quickly enough, and keeps nothing.
    async fn forget_the_rest(mut self) {
        {
            let mut reading = lock(&self.0);
            if reading.fate == Some(Fate::TooSlow) {
                return;
            }
            reading.fate = None;
            reading.bytes_max = FORGOTTEN_BYTES_MAX;
        }
        while let Some(Ok(_)) = self.frame().await {}
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

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
        incoming.clone().forget_the_rest().await;
        assert_eq!(lock(&incoming.0).came, 6, "read to its end");
    }

    #[test]
    fn places_are_few_and_are_given_back() {
        let gate = Gate::default();
        let places: Vec<Place> =
            (0..LARGE_MAX).map(|_| gate.enter(&Actor::System, 1).unwrap_or_else(|_| panic!())).collect();
        assert!(gate.enter(&Actor::System, 1).is_err_and(|problem| problem.wait_s.is_some()));
        drop(places);
        let large = (LARGE_MIB_MAX as u64 / 2) << 20;
        let _one = gate.enter(&Actor::System, large).unwrap_or_else(|_| panic!());
        assert!(gate.enter(&Actor::System, large).is_err(), "the bytes are counted too");
        assert!(gate.enter(&Actor::Stranger, 1).is_err_and(|problem| problem.kind == "sign-in"));
    }
}
