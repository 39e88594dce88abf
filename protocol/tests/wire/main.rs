//! The wire, seen from outside: golden vectors, hostile bytes, forged signatures, and the document that describes it all.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod documentation;
mod entries;
mod mutations;
mod papers;
mod shapes;
mod signatures;
mod statements;
mod types;
mod vectors;

/// The values behind the golden vectors.
#[path = "../../examples/vectors"]
mod golden {
    pub(crate) mod entries;
    pub(crate) mod messages;
    pub(crate) mod papers;
    pub(crate) mod payloads;
    pub(crate) mod samples;
}
