//! DICOM objects from outside: what is refused, what is shown, what is gone, what stays the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod consistency;
mod gone;
mod grammar;
mod leaving;
mod objects;
mod refusals;
mod shown;
mod total;
