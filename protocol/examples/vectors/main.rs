//! Writes the golden vectors: `cargo run -p protocol --example vectors` from anywhere, then look at what changed.
//!
//! A vector that changes is a change of the protocol. Files are only added to once a version is out; `tests/wire` compares
//! the code with them, and `vectors/verify.py` reads them with other people's CBOR and Ed25519.

#![expect(clippy::disallowed_methods, reason = "writes files for people, not for a node")]

use std::path::Path;

mod entries;
mod messages;
mod papers;
mod payloads;
mod samples;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    for (name, cases) in samples::files() {
        std::fs::write(folder.join(name), samples::text(&cases))?;
    }
    Ok(())
}
