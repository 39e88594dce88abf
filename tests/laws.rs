//! The laws of the house, kept by looking at its plan: which crate may know which, what a machine must not know, which
//! versions may be in the program, and what no file may say. Nothing of ours is run here.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

#[path = "laws/arrows.rs"]
mod arrows;
#[path = "laws/doors.rs"]
mod doors;
#[path = "laws/files.rs"]
mod files;
#[path = "laws/lockfile.rs"]
mod lockfile;
#[path = "laws/signatures.rs"]
mod signatures;
#[path = "laws/vendor.rs"]
mod vendor;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The folder that holds the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("node lies in the workspace").to_path_buf()
}

/// What a program prints that must succeed, run in the root.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().expect("the program starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("the output is text")
}

/// What `cargo` says of the workspace; it is the cargo that runs this test.
fn cargo(arguments: &[&str]) -> String {
    said(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), arguments)
}

/// A file of the root as text.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
