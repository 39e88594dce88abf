//! What the handle, the swarm and the tasks of streams all see.
//!
//! What the node wants is kept here as a state, not sent as commands: it cannot overflow a queue, and a swarm that is
//! started anew finds it as it is.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

use feed::{Blame, Peer};
use protocol::InstitutionId;
use tokio::{
    sync::{
        Notify,
        mpsc::{self, error::TrySendError},
    },
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    blob::Permits,
    count::{Counters, count},
    dial::Dials,
    pace::Pace,
    peer::short,
    roll::Roll,
};

/// Frames that may wait for a peer, and their bytes. A peer may have 64 payloads of 256 KiB and a range of a mebibyte under way,
/// answered at once; who lets more pile up is disconnected, and asks again when it can.
const OUTBOX_FRAMES_MAX: usize = 512;
const OUTBOX_BYTES_MAX: usize = 32 << 20;
/// Pictures that are fetched from one peer at once: with the sync stream, as many streams as it takes from us.
const FETCHES_PER_PEER: usize = 3;
/// So many of them at most for which nobody waits.
const FETCHES_AHEAD_PER_PEER: usize = 2;

/// How frames reach a connected peer.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    number: u64,
    outbox: mpsc::Sender<Vec<u8>>,
    queued_bytes: Arc<AtomicUsize>,
    cancel: CancellationToken,
    /// Permits for fetching pictures.
    pub(crate) fetches: Permits,
}

/// The other end of a [`Route`].
#[derive(Debug)]
pub(crate) struct Outbox {
    frames: mpsc::Receiver<Vec<u8>>,
    queued_bytes: Arc<AtomicUsize>,
}

impl Route {
    /// A route for one session, which `cancel` ends.
    pub(crate) fn new(number: u64, cancel: CancellationToken) -> (Self, Outbox) {
        let (outbox, frames) = mpsc::channel(OUTBOX_FRAMES_MAX);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let fetches = Permits::new(FETCHES_PER_PEER, FETCHES_AHEAD_PER_PEER);
        (Self { number, outbox, queued_bytes: queued_bytes.clone(), cancel, fetches }, Outbox { frames, queued_bytes })
    }

    /// Queues a frame. Returns whether that was too much, which is said once and ends the session.
    pub(crate) fn overflows_with(&self, frame: Vec<u8>) -> bool {
        if self.cancel.is_cancelled() {
            return false;
        }
        let bytes = frame.len();
        let queued = self.queued_bytes.fetch_add(bytes, Relaxed) + bytes;
        let sent =
            if queued <= OUTBOX_BYTES_MAX { self.outbox.try_send(frame) } else { Err(TrySendError::Full(frame)) };
        // A closed outbox is one whose session has just ended.
        let is_over = matches!(sent, Err(TrySendError::Full(_)));
        if is_over {
            self.cancel.cancel();
        }
        is_over
    }
}

impl Outbox {
    /// The next frame; none when the route is gone.
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        let frame = self.frames.recv().await?;
        self.queued_bytes.fetch_sub(frame.len(), Relaxed);
        Some(frame)
    }

    /// The next frame, if one waits.
    pub(crate) fn next_waiting(&mut self) -> Option<Vec<u8>> {
        self.frames.try_recv().ok()
    }
}

/// The state.
#[derive(Debug)]
pub(crate) struct Shared {
    roll: Mutex<Roll>,
    dials: Mutex<Dials>,
    routes: Mutex<BTreeMap<Peer, Route>>,
    introduction: Mutex<Option<Arc<[u8]>>>,
    /// What institutions take, and what of it they had before.
    sent: Mutex<Pace>,
    repeated: Mutex<Pace>,
    /// The roll or the dials changed.
    pub(crate) changed: Notify,
    /// A task of a connection panicked.
    pub(crate) fallen: Notify,
    /// The network is to stop.
    pub(crate) stop: CancellationToken,
    /// Tasks of connections and streams.
    pub(crate) tasks: TaskTracker,
    pub(crate) counters: Counters,
}

impl Shared {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            roll: Mutex::default(),
            dials: Mutex::new(Dials::new(seed)),
            routes: Mutex::default(),
            introduction: Mutex::default(),
            sent: Mutex::new(Pace::of_bytes()),
            repeated: Mutex::new(Pace::of_repeats()),
            changed: Notify::new(),
            fallen: Notify::new(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            counters: Counters::default(),
        }
    }

    pub(crate) fn roll(&self) -> MutexGuard<'_, Roll> {
        lock(&self.roll)
    }

    pub(crate) fn dials(&self) -> MutexGuard<'_, Dials> {
        lock(&self.dials)
    }

    /// What we show where we are strangers.
    pub(crate) fn introduction(&self) -> Option<Arc<[u8]>> {
        lock(&self.introduction).clone()
    }

    pub(crate) fn set_introduction(&self, bytes: Vec<u8>) {
        *lock(&self.introduction) = Some(bytes.into());
    }

    pub(crate) fn route(&self, peer: &Peer) -> Option<Route> {
        lock(&self.routes).get(peer).cloned()
    }

    pub(crate) fn routes(&self) -> usize {
        lock(&self.routes).len()
    }

    pub(crate) fn add_route(&self, peer: Peer, route: Route) {
        lock(&self.routes).insert(peer, route);
    }

    /// Removes the route of a session, not that of a later one.
    pub(crate) fn remove_route(&self, peer: &Peer, number: u64) {
        let mut routes = lock(&self.routes);
        if routes.get(peer).is_some_and(|route| route.number == number) {
            routes.remove(peer);
        }
    }

    /// Waits until an institution may take so many bytes more.
    pub(crate) async fn grant(&self, institution: &InstitutionId, bytes: usize) {
        let wait = lock(&self.sent).take(institution, bytes, Instant::now());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    /// Writes down that an institution's node was given once more what it had.
    pub(crate) fn charge(&self, peer: &Peer, bytes: usize) {
        let now = Instant::now();
        if let Some(institution) = self.roll().member(peer, now) {
            lock(&self.repeated).take(&institution, bytes, now);
        }
    }

    /// Waits until an institution may ask once more for what has to be read from the disk.
    pub(crate) async fn hear_question(&self, institution: &InstitutionId) {
        let wait = lock(&self.repeated).take(institution, 0, Instant::now());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }

    /// Counts what a peer answers for.
    pub(crate) fn blame(&self, peer: &Peer, blame: Blame) {
        tracing::debug!(peer = short(peer), blame = ?blame, "a peer sent what it answers for");
        count(self.counters.of_blame(blame));
        let is_refused = self.roll().blame(peer, Instant::now());
        if is_refused {
            count(&self.counters.peers_refused);
            tracing::warn!(peer = short(peer), blame.last = ?blame, "a peer is refused for an hour because of what it sent");
            self.changed.notify_one();
        }
    }
}

/// A panic elsewhere leaves nothing half done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_that_takes_nothing_is_given_up_by_bytes() {
        let cancel = CancellationToken::new();
        let (route, mut outbox) = Route::new(1, cancel.clone());
        let frame = vec![0; 1 << 20];
        assert!((0..32).all(|_| !route.overflows_with(frame.clone())));
        assert_eq!(outbox.next().await.unwrap().len(), frame.len());
        assert!(!route.overflows_with(frame.clone()), "what went makes room");
        assert!(route.overflows_with(frame.clone()) && cancel.is_cancelled());
        assert!(!route.overflows_with(frame), "it is said once");
    }

    #[tokio::test]
    async fn a_peer_that_takes_nothing_is_given_up_by_frames() {
        let cancel = CancellationToken::new();
        let (route, _outbox) = Route::new(1, cancel.clone());
        assert!((0..OUTBOX_FRAMES_MAX).all(|_| !route.overflows_with(vec![1])));
        assert!(!cancel.is_cancelled());
        assert!(route.overflows_with(vec![1]) && cancel.is_cancelled());
    }
}
