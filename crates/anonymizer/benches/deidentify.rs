//! How well what identifies is found, by subject, on labelled data.
//!
//! `cargo bench -p anonymizer --bench deidentify -- SUBJECT [FOLDER]` prints tables in Markdown. The folder is of the form
//! of `../shared/data` beside the repository, which is looked at where none is named.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads files and the clock")]

#[path = "deidentify/again.rs"]
mod again;
#[path = "deidentify/captions.rs"]
mod captions;
#[path = "deidentify/dicom.rs"]
mod dicom;
#[path = "deidentify/faces.rs"]
mod faces;
#[path = "deidentify/print.rs"]
mod print;
#[path = "deidentify/speed.rs"]
mod speed;

use std::{env, error::Error, path::PathBuf};

/// Where the data lie beside a clone of the repository.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` passes "--bench" on.
    let mut arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let subject = arguments.next().unwrap_or_default();
    let folder = arguments.next().map_or_else(|| PathBuf::from(DATA), PathBuf::from);
    let python = arguments.next().unwrap_or_else(|| "python3".to_owned());
    match subject.as_str() {
        "again" => again::run(&folder),
        "captions" => captions::run(&folder),
        "dicom" => dicom::run(&folder),
        "faces" => faces::run(&folder, &python),
        "print" => print::run(&folder),
        "speed" => speed::run(&folder, &python),
        _ => Err("name a subject: again, captions, dicom, faces, print, speed".into()),
    }
}
