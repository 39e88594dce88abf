//! The child's side. It loads its models and starts its threads, and then gives up what it does not need, before it reads a
//! byte.

use std::io;

use rustix::{
    process::{Resource, Rlimit, setrlimit},
    thread::set_no_new_privs,
};

/// What a child may never have more of. It keeps the pipes that it was born with; it opens no file, writes none, leaves no
/// core behind and starts no other process.
const LIMITS: [(Resource, u64); 5] =
    [(Resource::As, 2 << 30), (Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, 3), (Resource::Nproc, 0)];

/// A child that could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    #[error("the worker cannot look at pictures")]
    NotReady(#[source] anonymizer::ModelError),
    #[error("the worker's limits cannot be set")]
    Limits(#[source] io::Error),
    #[error("the worker broke off")]
    Wire(#[source] anonymizer::worker::WireError),
}

/// Answers requests until the input ends.
pub(crate) fn run_child() -> Result<(), ChildError> {
    anonymizer::warm().map_err(ChildError::NotReady)?;
    let refused = |error: rustix::io::Errno| ChildError::Limits(error.into());
    set_no_new_privs(true).map_err(refused)?;
    for (resource, most) in LIMITS {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).map_err(refused)?;
    }
    anonymizer::worker::run(io::stdin().lock(), io::stdout().lock()).map_err(ChildError::Wire)
}
