//! The golden vectors are what the code writes, and other people's CBOR and Ed25519 read them the same way.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the vectors and starts their verifier")]

use std::{path::Path, process::Command};

use crate::golden::samples;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

#[test]
fn the_code_writes_the_golden_vectors() {
    for (name, cases) in samples::files() {
        let golden = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
        let at = golden.lines().zip(samples::text(&cases).lines()).position(|(golden, ours)| golden != ours);
        let hint =
            "what decides ids and signatures must not change; if it is meant: cargo run -p protocol --example vectors";
        assert!(golden == samples::text(&cases), "{name} differs from line {:?}; {hint}", at.map(|line| line + 1));
    }
}

#[test]
fn every_file_of_vectors_is_compared() {
    let compared: Vec<&str> = samples::files().into_iter().map(|(name, _)| name).collect();
    let names = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    for name in names.filter(|name| name.ends_with(".json")) {
        assert!(compared.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn an_independent_reader_agrees_with_every_vector() {
    let python = std::env::var("CONSILIUM_PYTHON").unwrap_or_else(|_| "python3".into());
    let modules = Command::new(&python).args(["-c", "import cbor2, cryptography"]).output();
    let has_modules = modules.is_ok_and(|output| output.status.success());
    assert!(
        has_modules,
        "{python} lacks cbor2 or cryptography: install both (pip install cbor2 cryptography) and name that python in \
         CONSILIUM_PYTHON"
    );
    let output = Command::new(&python).arg(folder().join("verify.py")).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{complained}");
    let cases: usize = samples::files().iter().map(|(_, cases)| cases.len()).sum();
    assert!(said.contains(&format!("{cases} vectors")), "it read all of them: {said}");
}
