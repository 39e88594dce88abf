//! The watch: finds a call into the engine that does not come back.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Watches calls on a thread of its own, until it is dropped.
pub(super) struct Watch {
    calls: Arc<Calls>,
    thread: Option<JoinHandle<()>>,
}

/// A call under way. It has come back when this is dropped.
pub(super) struct Call<'w> {
    calls: &'w Calls,
    number: u64,
}

#[derive(Default)]
struct Calls {
    under_way: Mutex<UnderWay>,
    over: Condvar,
}

#[derive(Default)]
struct UnderWay {
    since: BTreeMap<u64, Instant>,
    next: u64,
    is_over: bool,
}

impl Watch {
    /// Tells of the first call that takes longer than `call_max`, and then watches no more.
    pub(super) fn start(call_max: Duration, tell: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let calls = Arc::<Calls>::default();
        let watched = calls.clone();
        let thread = thread::Builder::new().name("tables-watch".into()).spawn(move || {
            if watched.wait_for_late(call_max) {
                tell();
            }
        })?;
        Ok(Self { calls, thread: Some(thread) })
    }

    pub(super) fn enter(&self) -> Call<'_> {
        let mut under_way = self.calls.lock();
        let number = under_way.next;
        under_way.next += 1;
        under_way.since.insert(number, Instant::now());
        Call { calls: &self.calls, number }
    }
}

impl Calls {
    /// Whether a call is late; not, if the watch is over before.
    fn wait_for_late(&self, call_max: Duration) -> bool {
        let mut under_way = self.lock();
        while !under_way.is_over {
            // Numbers rise with time: the first is the oldest.
            let oldest = under_way.since.first_key_value().map_or(Duration::ZERO, |(_, since)| since.elapsed());
            let Some(left) = call_max.checked_sub(oldest).filter(|left| !left.is_zero()) else { return true };
            under_way = self.over.wait_timeout(under_way, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.calls.lock().since.remove(&self.number);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.calls.lock().is_over = true;
        self.calls.over.notify_all();
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            // What it tells may have panicked; that was said where it happened.
            let _ = thread.join();
        }
    }
}
