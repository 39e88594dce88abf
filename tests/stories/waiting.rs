//! The one wait of all stories: for a state that has a name, with one deadline.

use std::time::{Duration, Instant};

/// Long enough for a loaded machine; what takes longer does not happen.
const DEADLINE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// Looks until there is something to see, and returns it. The houses print their last log lines when the story fails.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited {} s for this: {what}", DEADLINE.as_secs());
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Looks until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}
