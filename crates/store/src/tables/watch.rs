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

/// Calls under way.
#[derive(Default)]
pub(super) struct Calls {
    under_way: Mutex<UnderWay>,
    over: Condvar,
}

#[derive(Default)]
struct UnderWay {
    since: BTreeMap<u64, Instant>,
    next: u64,
    /// When the last part of a long call was done.
    beat: Option<Instant>,
    is_over: bool,
}

impl Watch {
    /// Tells of the first call that takes longer than `call_max` while no part of any was done, and then watches no more.
    pub(super) fn start(
        calls: Arc<Calls>,
        call_max: Duration,
        tell: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
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
    /// A part of a call that may rightly take long is done: it has come back from the engine, and others may have waited for it.
    pub(super) fn beat(&self) {
        self.lock().beat = Some(Instant::now());
    }

    /// Whether a call is late; not, if the watch is over before.
    fn wait_for_late(&self, call_max: Duration) -> bool {
        let mut under_way = self.lock();
        while !under_way.is_over {
            let silence = under_way.silence(Instant::now());
            let Some(left) = call_max.checked_sub(silence).filter(|left| !left.is_zero()) else { return true };
            under_way = self.over.wait_timeout(under_way, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    /// How long the oldest call has gone on with nothing done.
    fn silence(&self, now: Instant) -> Duration {
        // Numbers rise with time: the first is the oldest.
        let since = self.since.first_key_value().map(|(_, since)| self.beat.map_or(*since, |beat| beat.max(*since)));
        since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_call_that_goes_on_is_not_silent_and_neither_are_those_that_wait_for_it() {
        let (began, second) = (Instant::now(), Duration::from_secs(1));
        let mut under_way = UnderWay::default();
        assert_eq!(under_way.silence(began), Duration::ZERO);
        under_way.since = [(0, began), (1, began + second)].into();
        assert_eq!(under_way.silence(began + 400 * second), 400 * second);
        under_way.beat = Some(began + 390 * second);
        assert_eq!(under_way.silence(began + 400 * second), 10 * second);
        under_way.since = [(2, began + 395 * second)].into();
        assert_eq!(under_way.silence(began + 400 * second), 5 * second, "what was done before it began does not count");
    }
}
