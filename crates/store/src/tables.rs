//! Tables: what was folded from the journal, to be looked up quickly, and to be thrown away whenever in doubt.
//!
//! The engine below may lose, refuse, panic or hang; this room is built so that none of it matters. Opening has a deadline
//! and never fails: what does not open is set aside and the caller is told to apply the journal from its beginning. How far
//! the journal was applied travels in the same atomic batch as the rows. A checkpoint file outside the engine knows how far
//! it must at least have come, and rows are counted and summed, so that an engine which silently went back is caught at the
//! next open. An engine that breaks or panics at use makes the tables unusable, and so does a call that does not come back: the
//! caller's process has to end then, and its next start opens what is sound or fresh tables.

mod batch;
mod checkpoint;
mod engine;
mod opening;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod watch;

use std::{
    fmt,
    ops::{Bound, RangeBounds},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use crate::{disk::Disk, fatal::OnFatal, journal::Position};

pub use batch::Batch;
pub use rows::Rows;
pub use table::{FixedKey, Key, Mark, Row, Table};

use engine::{Engine, EngineError};
use watch::Watch;

/// The most bytes of a row. Sixteen such rows stay below where the engine would put them into files that it never syncs.
pub const ROW_BYTES_MAX: usize = 4096;
/// The most bytes of a row's key.
pub const KEY_BYTES_MAX: usize = 512;

/// A checkpoint is due after so many batches, or so long.
const CHECKPOINT_BATCHES: u32 = 1_000;
const CHECKPOINT_AFTER: Duration = Duration::from_secs(60);

/// What tables need from outside.
#[derive(Clone, Debug)]
pub struct TableOptions {
    /// The caller's number for what its rows mean. Tables of another number are set aside.
    pub schema: u32,
    /// How long opening may take, beside one second for each 100 MB.
    pub open_max: Duration,
    /// How long one call into the engine may take. A process with one that does not come back has to end.
    pub call_max: Duration,
    /// Memory for rows.
    pub cache_bytes: u64,
    /// Who is told when the tables broke.
    pub on_fatal: OnFatal,
}

/// A row that cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The engine broke, for instance because a write failed. The next start opens fresh tables or checks these row by row.
    #[error("the tables are unusable until the next start: {why}")]
    Unusable {
        /// What it said.
        why: String,
    },
    /// The disk is full. Nothing was changed; it can be done again once there is room.
    #[error("the tables cannot be written on a full disk: {why}")]
    Failed {
        /// How full.
        why: String,
    },
    /// A row beyond its limit.
    #[error("a row of {table} has {bytes} bytes; the limit is {ROW_BYTES_MAX}")]
    RowTooLarge {
        /// The table.
        table: &'static str,
        /// Its bytes.
        bytes: usize,
    },
    /// A key beyond its limit.
    #[error("a key of {table} has {bytes} bytes; the limit is {KEY_BYTES_MAX}")]
    KeyTooLarge {
        /// The table.
        table: &'static str,
        /// Its bytes.
        bytes: usize,
    },
    /// Bytes that are no row or key of this table: it was written by other code under the same schema number.
    #[error("a row of {table} cannot be understood")]
    NotARow {
        /// The table.
        table: &'static str,
    },
}

/// All tables of a node.
pub struct Tables {
    engine: Option<Engine>,
    watch: Option<Watch>,
    options: TableOptions,
    unusable: Arc<OnceLock<String>>,
    set_aside: Vec<String>,
    due: Mutex<Due>,
    close_by: OnceLock<Instant>,
}

struct Due {
    batches: u32,
    since: Instant,
}

impl Tables {
    /// Opens the tables in `directory`, or fresh ones. What does not open in time, or is not what the checkpoint says, is
    /// renamed to `….bad-<n>` (two are kept) and named in [`Tables::set_aside`].
    pub fn open(directory: &Path, options: TableOptions) -> Self {
        Self::open_on(directory, options, &Disk::default())
    }

    fn open_on(directory: &Path, options: TableOptions, disk: &Disk) -> Self {
        let opened = opening::open(directory, &options, disk);
        let unusable = Arc::<OnceLock<String>>::default();
        if let Err(why) = &opened.engine {
            let _ = unusable.set(why.clone());
        }
        let watch = Watch::start(options.call_max, late(directory, &options, unusable.clone()));
        if let Err(error) = &watch {
            let _ = unusable.set(format!("no thread can watch the engine: {error}"));
        }
        // The first batch makes a checkpoint, for opening on a full disk could not.
        let due = Mutex::new(Due { batches: CHECKPOINT_BATCHES, since: Instant::now() });
        Self {
            engine: opened.engine.ok(),
            watch: watch.ok(),
            options,
            unusable,
            set_aside: opened.set_aside,
            due,
            close_by: OnceLock::new(),
        }
    }

    /// Why tables were set aside at open, in sentences for the log and the health page. Empty on an ordinary start.
    pub fn set_aside(&self) -> &[String] {
        &self.set_aside
    }

    /// Why nothing can be read or written, once that is so.
    pub fn unusable(&self) -> Option<&str> {
        self.unusable.get().map(String::as_str)
    }

    /// The last record of a journal that was applied. None: apply it from the beginning.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn applied(&self, mark: Mark) -> Result<Option<Position>, TableError> {
        self.guarded(|engine| engine.applied(mark))
    }

    /// The row of a key.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn get<K: Key, V: Row>(&self, table: Table<K, V>, key: &K) -> Result<Option<V>, TableError> {
        let bytes = self.guarded(|engine| engine.get(table.name(), &key.to_bytes()))?;
        bytes.map(|bytes| V::from_bytes(&bytes).ok_or(TableError::NotARow { table: table.name() })).transpose()
    }

    /// The rows of a range of keys, in order from both ends.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn range<K: Key, V: Row>(
        &self,
        table: Table<K, V>,
        range: impl RangeBounds<K>,
    ) -> Result<Rows<'_, K, V>, TableError> {
        let bound = |bound: Bound<&K>| bound.map(Key::to_bytes);
        let bounds = (bound(range.start_bound()), bound(range.end_bound()));
        Ok(Rows::new(self, table, self.guarded(|engine| engine.range(table.name(), bounds))?))
    }

    /// The rows whose keys begin with another, in order from both ends: all comments of a case.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn prefix<K: Key, V: Row>(&self, table: Table<K, V>, prefix: &impl Key) -> Result<Rows<'_, K, V>, TableError> {
        let start = prefix.to_bytes();
        Ok(Rows::new(self, table, self.guarded(|engine| engine.prefix(table.name(), &start))?))
    }

    /// Applies all changes of a batch together with how far they bring the tables, or nothing. A checkpoint follows when
    /// one is due; one that cannot be made stays due, for what was applied is applied.
    ///
    /// # Errors
    /// [`TableError`]; then nothing was applied.
    pub fn apply(&self, batch: &Batch, mark: Mark, applied: Position) -> Result<(), TableError> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        self.guarded(|engine| engine.apply(batch, mark, applied))?;
        due.batches = due.batches.saturating_add(1);
        let is_due = due.batches >= CHECKPOINT_BATCHES || due.since.elapsed() >= CHECKPOINT_AFTER;
        if is_due && self.guarded(|engine| engine.checkpoint(false)).is_ok() {
            *due = Due { batches: 0, since: Instant::now() };
        }
        Ok(())
    }

    /// Brings everything applied so far onto the disk.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn checkpoint(&self) -> Result<(), TableError> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        self.guarded(|engine| engine.checkpoint(false))?;
        *due = Due { batches: 0, since: Instant::now() };
        Ok(())
    }

    /// Has closing take no longer than until then: what is left undone by then the next start does. The first one told counts.
    pub fn close_by(&self, deadline: Instant) {
        // It was told already.
        let _ = self.close_by.set(deadline);
    }

    /// Runs one call into the engine. What it does to us ends here.
    fn guarded<T>(&self, call: impl FnOnce(&Engine) -> Result<T, EngineError>) -> Result<T, TableError> {
        let unusable = || TableError::Unusable { why: self.unusable().unwrap_or_default().to_owned() };
        let engine = self.engine.as_ref().filter(|_| self.unusable.get().is_none()).ok_or_else(unusable)?;
        let _call = self.watch.as_ref().map(Watch::enter);
        let why = match catch_unwind(AssertUnwindSafe(|| call(engine))) {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(EngineError::Failed(why))) => return Err(TableError::Failed { why }),
            Ok(Err(EngineError::Broken(why))) => why,
            Err(panic) => engine::panic_text(panic.as_ref()),
        };
        if self.unusable.set(why.clone()).is_ok() {
            self.options.on_fatal.tables(&why);
        }
        Err(unusable())
    }
}

impl Drop for Tables {
    /// A last checkpoint that says the stop was orderly; then the engine is given up, which may hang, so not for ever.
    fn drop(&mut self) {
        let Some(engine) = self.engine.take() else { return };
        let is_orderly = self.unusable.get().is_none();
        let deadline = self.close_by.get().copied().unwrap_or_else(|| Instant::now() + self.options.open_max);
        let cache_bytes = self.options.cache_bytes;
        let (done, wait) = mpsc::channel();
        let closing = thread::Builder::new().name("tables-close".into()).spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                // Without the note the next open checks every row: slower, never wrong.
                if is_orderly && engine.checkpoint(true).is_ok() {
                    let _ = engine.close(cache_bytes, deadline);
                }
            }));
            let _ = done.send(());
        });
        if closing.is_ok() {
            let _ = wait.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        }
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").field("unusable", &self.unusable()).finish_non_exhaustive()
    }
}

impl TableOptions {
    /// A minute to open, five for a call (a checkpoint on a slow disk is one), and 64 MiB of memory.
    pub fn new(schema: u32, on_fatal: OnFatal) -> Self {
        let (open_max, call_max) = (Duration::from_secs(60), Duration::from_secs(300));
        Self { schema, open_max, call_max, cache_bytes: 64 << 20, on_fatal }
    }
}

/// What happens when a call into the engine does not come back.
fn late(directory: &Path, options: &TableOptions, unusable: Arc<OnceLock<String>>) -> impl FnOnce() + use<> {
    let (directory, options) = (directory.to_owned(), options.clone());
    move || {
        let why = format!("a call took more than {:?}", options.call_max);
        opening::distrust(&directory, &why);
        if unusable.set(why.clone()).is_ok() {
            options.on_fatal.tables(&why);
        }
    }
}
