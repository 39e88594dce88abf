//! The door in and the door out, seen from outside: what is refused, what is found, what is hidden, what is gone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod canaries;
mod colours;
mod covers;
mod faces;
mod heic;
mod orientation;
mod pipe;
mod print;
mod refusals;
mod release;
mod total;
mod unsigned;
mod writers;
