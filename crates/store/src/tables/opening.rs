//! Opening tables that may not want to be opened: on a thread of its own, with a deadline, and another try with fresh ones.

use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
};

use super::{
    TableOptions,
    base::check_room,
    engine::{EngineError, opening_takes},
    guard::panic_text,
    layers::Layers,
};
use crate::{
    disk::{self, Disk},
    format::{Format, STAMP_LEN},
};

const FORMAT: Format = Format { magic: *b"CNSLtbls", number: 2, what: "a directory of tables" };
/// A file that says why the next start must not open these tables. Its only content is that sentence, so it has no format.
const DISTRUST: &str = "distrust";
/// Directories set aside that are kept for whoever wants to know what happened.
const KEPT_MAX: usize = 2;

/// What came of it: tables, or why there are none.
pub(super) struct Opened {
    pub(super) layers: Result<Layers, String>,
    pub(super) set_aside: Vec<String>,
}

/// Opens what is there; if that fails, sets it aside and opens anew. On a full disk what is there may be sound and nothing could be
/// built anew, so it stays where it is.
pub(super) fn open(directory: &Path, options: &TableOptions, disk: &Disk) -> Opened {
    let mut set_aside = Vec::new();
    for _ in 0..2 {
        match open_in_time(directory, options, disk) {
            Ok(layers) => return Opened { layers: Ok(layers), set_aside },
            Err(why) if check_room(directory, disk, 0).is_err() => {
                return Opened { layers: Err(format!("they do not open on a full disk: {why}")), set_aside };
            }
            Err(why) => match self::set_aside(directory) {
                Ok(to) => set_aside.push(format!("tables were set aside as {}: {why}", to.display())),
                Err(error) => set_aside.push(format!("tables cannot be set aside ({error}): {why}")),
            },
        }
    }
    Opened { layers: Err(set_aside.join("; ")), set_aside }
}

/// Has the next start set the tables aside, for an engine that hung once is not asked again.
pub(super) fn distrust(directory: &Path, why: &str) {
    // If this cannot be written, the next start checks every row, as after any crash.
    let _ = fs::write(directory.join(DISTRUST), why);
}

fn open_in_time(directory: &Path, options: &TableOptions, disk: &Disk) -> Result<Layers, String> {
    let deadline = options.open_max + opening_takes(directory);
    let (directory, options, disk) = (directory.to_owned(), options.clone(), disk.clone());
    let (done, wait) = mpsc::sync_channel(1);
    let opening = move || {
        let opened = catch_unwind(AssertUnwindSafe(|| open_and_check(&directory, &options, disk)));
        // Who comes after the deadline finds nobody; its engine closes here.
        let _ = done.send(opened.unwrap_or_else(|panic| Err(panic_text(panic.as_ref()))));
    };
    thread::Builder::new().name("tables-open".into()).spawn(opening).map_err(|error| error.to_string())?;
    match wait.recv_timeout(deadline) {
        Ok(opened) => opened,
        Err(RecvTimeoutError::Timeout) => Err(format!("opening took more than {} s", deadline.as_secs())),
        Err(RecvTimeoutError::Disconnected) => Err("the opening thread ended without a word".into()),
    }
}

fn open_and_check(directory: &Path, options: &TableOptions, disk: Disk) -> Result<Layers, String> {
    if let Ok(why) = fs::read_to_string(directory.join(DISTRUST)) {
        return Err(why);
    }
    let is_fresh = prepare(directory, options.schema)?;
    let layers = Layers::open(directory, options, disk, is_fresh).map_err(text)?;
    match layers.note(false) {
        Err(EngineError::Failed(_)) if !is_fresh => Ok(layers),
        done => done.map(|()| layers).map_err(text),
    }
}

/// Sees to a directory of our format and the caller's schema; whether it is new.
fn prepare(directory: &Path, schema: u32) -> Result<bool, String> {
    let path = directory.join("format");
    let expected = [FORMAT.stamp().as_slice(), &schema.to_be_bytes()].concat();
    if !directory.exists() {
        disk::make_directory(directory)
            .and_then(|()| Disk::default().replace(&path, &expected))
            .map_err(|e| e.to_string())?;
        return Ok(true);
    }
    let found = fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    FORMAT.check(&path, &found).map_err(|error| error.to_string())?;
    match found == expected {
        true => Ok(false),
        false => {
            Err(format!("their schema is another: {:?}, not {schema}", found.get(STAMP_LEN..).unwrap_or_default()))
        }
    }
}

/// Renames the directory to `….bad-<n>` and removes all but the newest of those.
fn set_aside(directory: &Path) -> io::Result<PathBuf> {
    let mut bad = bad_directories(directory)?;
    let number = bad.last().map_or(1, |(number, _)| number + 1);
    let mut name = directory.as_os_str().to_owned();
    name.push(format!(".bad-{number}"));
    let to = PathBuf::from(name);
    fs::rename(directory, &to)?;
    bad.push((number, to.clone()));
    for (_, old) in bad.iter().rev().skip(KEPT_MAX) {
        fs::remove_dir_all(old)?;
    }
    Ok(to)
}

/// What was set aside before, the newest last.
fn bad_directories(directory: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) else { return Ok(Vec::new()) };
    let prefix = format!("{}.bad-", name.to_string_lossy());
    let mut bad = Vec::new();
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        let number = path.file_name().and_then(|name| name.to_str()?.strip_prefix(&prefix)?.parse().ok());
        bad.extend(number.map(|number| (number, path.clone())));
    }
    bad.sort();
    Ok(bad)
}

fn text(error: EngineError) -> String {
    match error {
        EngineError::Failed(why) | EngineError::Broken(why) => why,
    }
}
