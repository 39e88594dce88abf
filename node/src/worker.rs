//! Decoding pictures in processes of their own: what a hostile picture can do ends there.
//!
//! | file | holds |
//! |---|---|
//! | `child` | the child's side: its limits, then one request after the other |
//! | `seat` | one child process as its parent sees it, and a conversation with a deadline |
//! | `pool` | who waits, who works, when a new child is started |
//!
//! What is said between parent and child stands in `anonymizer::worker`. Deliberately absent: what a picture is for.

mod child;
mod pool;
mod seat;

pub(crate) use child::{ChildError, run_child};
pub(crate) use pool::{Place, Pool, PoolError, Turn};
