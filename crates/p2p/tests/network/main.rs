//! Networks on loopback: what members, strangers and ill-behaved peers get from each other.
//!
//! Nothing sleeps to let things happen: tests wait for what they expect, and one deadline says what was waited for in vain.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![expect(clippy::result_large_err, reason = "events that are not picked are given back")]

mod blobs;
mod crowd;
mod frames;
mod gate;
mod house;
mod outsider;
#[cfg(feature = "quic")]
mod quic;
mod reconnecting;
