//! Opening: an index that is whole and of this format is kept, any other is set aside and begun anew.
//!
//! A derived thing may fail in every way when it is opened: with an error, a panic, or not at all. So it is opened on a thread
//! of its own with a deadline, and every file's checksum is read. What is set aside stands beside the folder as
//! `<name>.bad-<n>` for whoever wants to know why, at most [`KEPT_ASIDE`] of them, and until the next purge: it cannot be purged
//! itself.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use tantivy::{IndexWriter, ReloadPolicy, TantivyError, indexer::IndexWriterOptions, merge_policy::NoMergePolicy};

use crate::{
    error::Error,
    schema::{Fields, schema},
    search::Reader,
};

/// How many folders that could not be used are kept.
pub(crate) const KEPT_ASIDE: usize = 2;

/// What the writer may hold in memory.
const HEAP_BYTES: usize = 50_000_000;

/// The folder's format; another number is another format, and is built again.
const FORMAT: &str = "consilium index 2\n";

/// How long opening may take, and how much longer for each 100 MB.
const PATIENCE: Duration = Duration::from_secs(60);
const PATIENCE_PER_100_MB: Duration = Duration::from_secs(1);

/// What the index holds when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing: feed everything.
    Fresh,
    /// Everything up to the watermark of the last commit: feed what follows it.
    Kept {
        /// The watermark.
        applied: u64,
    },
}

/// An index that opened.
pub(crate) struct Opened {
    pub(crate) index: tantivy::Index,
    pub(crate) writer: IndexWriter,
    pub(crate) reader: Reader,
    pub(crate) fields: Fields,
    pub(crate) state: State,
}

/// Why an index did not open.
enum Refusal {
    InUse,
    /// Damaged, of another format, too slow; the words are for the log.
    Unusable(String),
}

impl From<TantivyError> for Refusal {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::LockFailure(..) => Self::InUse,
            other => Self::Unusable(other.to_string()),
        }
    }
}

/// Opens what is there, or sets it aside and begins anew.
pub(crate) fn open(folder: &Path) -> Result<Opened, Error> {
    let is_new = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(Error::folder(folder)(error)),
    };
    if !is_new {
        match watched(folder) {
            Ok(opened) => return Ok(opened),
            Err(Refusal::InUse) => return Err(Error::InUse(folder.into())),
            Err(Refusal::Unusable(reason)) => {
                let aside = set_aside(folder)?;
                tracing::warn!(index.reason = reason, index.aside = %aside.display(), "index is not usable; it is built again");
            }
        }
    }
    fs::create_dir_all(folder).map_err(Error::folder(folder))?;
    fs::write(folder.join("FORMAT"), FORMAT).map_err(Error::folder(folder))?;
    let index = tantivy::Index::create_in_dir(folder, schema().0).map_err(Error::write)?;
    take(index).map_err(|refusal| match refusal {
        Refusal::InUse => Error::InUse(folder.into()),
        Refusal::Unusable(reason) => Error::Write(reason.into()),
    })
}

/// Opens on a thread of its own; a panic and a missed deadline are refusals.
fn watched(folder: &Path) -> Result<Opened, Refusal> {
    let (sender, receiver) = mpsc::channel();
    let path = folder.to_path_buf();
    let patience = PATIENCE + PATIENCE_PER_100_MB * u32::try_from(bytes_in(folder) / 100_000_000).unwrap_or(u32::MAX);
    let opening = move || {
        let opened = catch_unwind(AssertUnwindSafe(|| whole(&path)));
        // Nobody listens any more after the deadline.
        let _ = sender.send(opened.unwrap_or_else(|_| Err(Refusal::Unusable("opening panicked".into()))));
    };
    thread::Builder::new()
        .name("index-open".into())
        .spawn(opening)
        .map_err(|error| Refusal::Unusable(error.to_string()))?;
    receiver.recv_timeout(patience).unwrap_or_else(|_| Err(Refusal::Unusable("opening took too long".into())))
}

/// Opens a folder whose every file is as it was written.
fn whole(folder: &Path) -> Result<Opened, Refusal> {
    let format = fs::read_to_string(folder.join("FORMAT")).unwrap_or_default();
    if format != FORMAT {
        return Err(Refusal::Unusable(format!(
            "format is {:?}, not {FORMAT:?}",
            format.chars().take(40).collect::<String>()
        )));
    }
    let index = tantivy::Index::open_in_dir(folder)?;
    if index.schema() != schema().0 {
        return Err(Refusal::Unusable("the schema is another".into()));
    }
    let damaged = index.validate_checksum()?;
    if !damaged.is_empty() {
        return Err(Refusal::Unusable(format!("{} files are damaged", damaged.len())));
    }
    take(index)
}

/// Takes the writer's lock and a first view.
fn take(index: tantivy::Index) -> Result<Opened, Refusal> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .memory_budget_per_thread(HEAP_BYTES)
        .num_merge_threads(1)
        .build();
    let writer: IndexWriter = index.writer_with_options(options)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let fields = schema().1;
    let reader = Reader::of(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?, fields)?;
    let metas = index.load_metas()?;
    let state = match metas.payload {
        None => State::Fresh,
        Some(payload) => match payload.parse() {
            Ok(applied) => State::Kept { applied },
            Err(_) => return Err(Refusal::Unusable(format!("the watermark is {payload:?}"))),
        },
    };
    Ok(Opened { index, writer, reader, fields, state })
}

/// Moves the folder beside itself and lets the oldest of those before go.
fn set_aside(folder: &Path) -> Result<PathBuf, Error> {
    let mut before = aside(folder)?;
    let number = before.last().map_or(1, |(number, _)| number + 1);
    let to = PathBuf::from(format!("{}.bad-{number}", folder.display()));
    fs::rename(folder, &to).map_err(Error::folder(folder))?;
    before.push((number, to.clone()));
    for (_, old) in &before[..before.len().saturating_sub(KEPT_ASIDE)] {
        fs::remove_dir_all(old).map_err(Error::folder(old))?;
    }
    Ok(to)
}

/// The folders set aside so far, oldest first.
pub(crate) fn aside(folder: &Path) -> Result<Vec<(u64, PathBuf)>, Error> {
    let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(Vec::new()) };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let start = format!("{}.bad-", name.to_string_lossy());
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).map_err(Error::folder(parent))? {
        let entry = entry.map_err(Error::folder(parent))?;
        let number = entry.file_name().to_string_lossy().strip_prefix(&start).and_then(|number| number.parse().ok());
        found.extend(number.map(|number| (number, entry.path())));
    }
    found.sort();
    Ok(found)
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}
