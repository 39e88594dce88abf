//! Pictures: a question on a stream of its own, an answer in chunks. Whether they are what they claim to be, and who may have
//! them, the node decides.

use std::{sync::Arc, time::Duration};

use feed::{Blame, Peer};
use futures::AsyncWriteExt;
use libp2p::Stream;
use protocol::{
    InstitutionId, limits,
    message::{BlobHead, WantBlob, decode_versioned, encode_versioned},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};

use crate::{
    event::{BlobAnswer, Event},
    frame::{self, FrameError},
    shared::Shared,
};

/// A question, and the head of an answer; both have less than a hundred bytes.
const QUESTION_BYTES_MAX: usize = 1_024;
/// Until the node has found a picture.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Until the other side's head is here: its node's time and the way.
const HEAD_TIMEOUT: Duration = Duration::from_secs(45);
/// Until a picture is sent whole: the largest one over a line of a megabit a second. So long it stays in memory.
const SEND_TIMEOUT: Duration = Duration::from_secs(600);
/// The slowest line over which a picture comes whole, a megabit a second.
const BYTES_A_SECOND_MIN: u64 = 125_000;

/// Whether somebody waits for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// A person looks at the place where it will be.
    SomebodyWaits,
    /// It is fetched ahead; whoever waits goes first.
    NobodyWaits,
}

/// Permits to fetch so many pictures at once. What is fetched ahead never takes the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Permits {
    all: Arc<Semaphore>,
    ahead: Arc<Semaphore>,
}

/// One of them, given back when it goes.
pub(crate) struct Permit {
    _all: OwnedSemaphorePermit,
    _ahead: Option<OwnedSemaphorePermit>,
}

impl Permits {
    pub(crate) fn new(count: usize, ahead: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(count)), ahead: Arc::new(Semaphore::new(ahead)) }
    }

    /// Waits for one.
    pub(crate) async fn take(&self, haste: Haste) -> Result<Permit, FetchError> {
        let _ahead = match haste {
            Haste::SomebodyWaits => None,
            Haste::NobodyWaits => Some(acquire(&self.ahead).await?),
        };
        Ok(Permit { _all: acquire(&self.all).await?, _ahead })
    }
}

async fn acquire(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, FetchError> {
    permits.clone().acquire_owned().await.map_err(|_| FetchError::NotConnected)
}

/// Why a picture was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is no session with the peer.
    #[error("peer is not connected")]
    NotConnected,
    /// The peer does not have it, or not for us.
    #[error("peer does not have the picture for us")]
    NotHad,
    /// It is larger than it may be; nothing of it was taken.
    #[error("picture has {size} bytes; the limit is {size_max}")]
    TooLarge {
        /// What the peer announced.
        size: u64,
        /// What was allowed.
        size_max: u64,
    },
    /// The peer did not keep to the form; it was blamed.
    #[error("peer answered in another form")]
    Malformed,
    /// The stream broke, was refused because there are too many, or was too slow.
    #[error("stream broke: {0}")]
    Broken(String),
}

impl From<FrameError> for FetchError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLong { .. } => Self::Malformed,
            FrameError::TooSlow(_) | FrameError::Broken(_) => Self::Broken(error.to_string()),
        }
    }
}

/// How long fetching so many bytes may take, with the wait for a permit.
pub(crate) fn time_for(size_max: u64) -> Duration {
    HEAD_TIMEOUT + Duration::from_secs(size_max.div_ceil(BYTES_A_SECOND_MIN))
}

/// Asks for a picture on a stream of ours.
pub(crate) async fn fetch(mut stream: Stream, want: &WantBlob, size_max: u64) -> Result<Vec<u8>, FetchError> {
    frame::write(&mut stream, &encode_versioned(want)).await?;
    let head = read(&mut stream, QUESTION_BYTES_MAX, HEAD_TIMEOUT).await?;
    let head: BlobHead = decode_versioned(&head).map_err(|_| FetchError::Malformed)?;
    if head.size == 0 {
        return Err(FetchError::NotHad);
    }
    let size = usize::try_from(head.size).unwrap_or(usize::MAX);
    if head.size > size_max || size > limits::BLOB_BYTES_MAX {
        return Err(FetchError::TooLarge { size: head.size, size_max });
    }
    let mut bytes = Vec::new();
    while bytes.len() < size {
        let chunk = read(&mut stream, limits::BLOB_CHUNK_BYTES, frame::READ_TIMEOUT).await?;
        if chunk.len() != limits::BLOB_CHUNK_BYTES.min(size - bytes.len()) {
            return Err(FetchError::Malformed);
        }
        bytes.extend(chunk);
    }
    Ok(bytes)
}

async fn read(stream: &mut Stream, bytes_max: usize, wait: Duration) -> Result<Vec<u8>, FetchError> {
    let read = timeout(wait, frame::read(stream, bytes_max)).await;
    let frame = read.map_err(|_| FrameError::TooSlow(wait))??;
    frame.ok_or_else(|| FetchError::Broken("it ended early".to_owned()))
}

/// Answers one question of a member.
pub(crate) async fn serve(
    mut stream: Stream,
    peer: Peer,
    institution: InstitutionId,
    events: mpsc::Sender<Event>,
    shared: Arc<Shared>,
) {
    let question = read(&mut stream, QUESTION_BYTES_MAX, frame::READ_TIMEOUT).await;
    let want = match question.and_then(|bytes| decode_versioned(&bytes).map_err(|_| FetchError::Malformed)) {
        Ok(want) => want,
        Err(FetchError::Malformed) => return shared.blame(&peer, Blame::Malformed),
        Err(_) => return,
    };
    let (sender, answer) = oneshot::channel();
    let event = Event::BlobWanted { peer, institution, want, answer: BlobAnswer(sender) };
    let answered = timeout(ANSWER_TIMEOUT, async {
        events.send(event).await.ok()?;
        answer.await.ok()
    });
    let bytes = answered.await.ok().flatten().unwrap_or_default();
    let sent = timeout(SEND_TIMEOUT, send(&mut stream, &bytes, &institution, &shared)).await;
    if let Err(error) = sent.unwrap_or(Err(FrameError::TooSlow(SEND_TIMEOUT))) {
        tracing::debug!(reason = %error, "a picture was not sent whole");
    }
}

async fn send(
    stream: &mut Stream,
    bytes: &[u8],
    institution: &InstitutionId,
    shared: &Shared,
) -> Result<(), FrameError> {
    let head = BlobHead { size: u64::try_from(bytes.len()).unwrap_or(u64::MAX) };
    frame::write(stream, &encode_versioned(&head)).await?;
    for chunk in bytes.chunks(limits::BLOB_CHUNK_BYTES) {
        shared.grant(institution, chunk.len()).await;
        frame::write(stream, chunk).await?;
    }
    Ok(stream.close().await?)
}
