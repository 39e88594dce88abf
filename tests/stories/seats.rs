//! Seats for nodes: stories run beside each other, but only so many nodes at once.

use std::sync::{Condvar, Mutex, PoisonError};

/// Nodes that live at once.
const SEATS: usize = 6;

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// Seats that are held until this is dropped.
pub(crate) struct Seats(usize);

impl Seats {
    /// Takes all seats of a story at once, so that two stories never wait for each other.
    pub(crate) fn take(count: usize) -> Self {
        assert!(count <= SEATS, "a story of {count} nodes; there are {SEATS} seats");
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = FREED.wait_while(taken, |taken| *taken + count > SEATS).unwrap_or_else(PoisonError::into_inner);
        *taken += count;
        Self(count)
    }
}

impl Drop for Seats {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= self.0;
        FREED.notify_all();
    }
}
