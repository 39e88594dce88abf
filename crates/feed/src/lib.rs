//! Feeds as machines: append, verify, reconcile, freeze on a fork.
//!
//! The question this crate answers: *something arrived, or time passed: what do we write, what do we say, and to whom?*
//! [`Exchange`] is told what happened and returns what to do; a driver performs the effects in their order, the journal
//! first, and shows what was journaled through [`Archive`]. No IO, no clock, no randomness: `now` and seeds are arguments.
//! Gossip is only for speed here; heads and ranges alone bring everything everywhere.

mod archive;
mod chain;
mod clock;
pub mod contract;
mod effect;
mod exchange;
mod holders;
mod memory;
mod session;
mod start;
mod throttle;

pub use archive::{Archive, Arrival, Held};
pub use chain::{Answer, Chain, Freeze};
pub use effect::{Blame, Effect, Input, Peer, Record, Verdict};
pub use exchange::{AppendRefusal, Draft, Exchange, Restored};
pub use holders::holders;
pub use memory::Memory;
pub use start::Start;

#[cfg(test)]
mod tests;
