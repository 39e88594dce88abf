//! Tables: what was folded from the journal, to be looked up quickly, and to be thrown away whenever in doubt.
//!
//! The engine below may lose, refuse, panic or hang; this room is built so that none of it matters. Opening has a deadline
//! and never fails: what does not open is set aside and the caller is told to apply the journal from its beginning. What was
//! changed lately is in memory (`layers`), and is written many rows at a time, in blocks (`block`), with how far the journal was
//! applied in the same atomic batch. A checkpoint file outside the engine knows how far it must at least have come, and blocks are
//! counted and summed, so that an engine which silently went back is caught at the next open. An engine that breaks or panics at
//! use makes the tables unusable, and so does a call that does not come back: the caller's process has to end then, and its next
//! start opens what is sound or fresh tables.

mod base;
mod batch;
mod block;
mod checkpoint;
mod engine;
mod guard;
mod layers;
mod merged;
mod opening;
mod recent;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod unpacked;
mod watch;

use std::{
    fmt,
    ops::{Bound, RangeBounds},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{disk::Disk, fatal::OnFatal, journal::Position};

pub use batch::Batch;
pub use rows::Rows;
pub use table::{FixedKey, Key, Mark, Row, Table};

use engine::EngineError;
use guard::Guard;
use layers::Layers;
use opening::Opened;
use recent::full_key;

/// The most bytes of a row.
pub const ROW_BYTES_MAX: usize = 4096;
/// The most bytes of a row's key.
pub const KEY_BYTES_MAX: usize = 512;

/// What tables need from outside.
#[derive(Clone, Debug)]
pub struct TableOptions {
    /// The caller's number for what its rows mean. Tables of another number are set aside.
    pub schema: u32,
    /// How long opening may take, beside one second for each 100 MB.
    pub open_max: Duration,
    /// How long one call into the engine, or one part of a long one, may take. A process with one that does not come back has to end.
    pub call_max: Duration,
    /// Memory for rows that are read.
    pub cache_bytes: u64,
    /// Memory for rows that were changed, until they are written; while they are, others take as much again, and no more.
    pub recent_bytes: usize,
    /// Rows that stand in memory so long are written even if they are few, at the next batch or [`Tables::write_if_due`].
    pub written_within: Duration,
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
    layers: Option<Arc<Layers>>,
    guard: Arc<Guard>,
    set_aside: Vec<String>,
    open_max: Duration,
    close_by: OnceLock<Instant>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Tables {
    /// Opens the tables in `directory`, or fresh ones. What does not open in time, or is not what the checkpoint says, is
    /// renamed to `….bad-<n>` (two are kept) and named in [`Tables::set_aside`].
    pub fn open(directory: &Path, options: TableOptions) -> Self {
        Self::open_on(directory, options, &Disk::default())
    }

    fn open_on(directory: &Path, options: TableOptions, disk: &Disk) -> Self {
        let Opened { layers, set_aside } = opening::open(directory, &options, disk);
        let guard = Guard::new(directory, &options, &layers);
        Self {
            layers: layers.ok().map(Arc::new),
            guard: Arc::new(guard),
            set_aside,
            open_max: options.open_max,
            close_by: OnceLock::new(),
            writer: Mutex::default(),
        }
    }

    /// Why tables were set aside at open, in sentences for the log and the health page. Empty on an ordinary start.
    pub fn set_aside(&self) -> &[String] {
        &self.set_aside
    }

    /// Why nothing can be read or written, once that is so.
    pub fn unusable(&self) -> Option<&str> {
        self.guard.unusable()
    }

    /// The last record of a journal that was applied. None: apply it from the beginning.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn applied(&self, mark: Mark) -> Result<Option<Position>, TableError> {
        self.run(|layers| Ok(layers.applied(mark)))
    }

    /// The row of a key.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn get<K: Key, V: Row>(&self, table: Table<K, V>, key: &K) -> Result<Option<V>, TableError> {
        let bytes = self.run(|layers| layers.get(&full_key(table.name(), &key.to_bytes())))?;
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
        let full = |key: &K| full_key(table.name(), &key.to_bytes());
        let all = (Bound::Included(full_key(table.name(), &[])), Bound::Excluded(behind(full_key(table.name(), &[]))));
        let start = range.start_bound().map(full);
        let end = range.end_bound().map(full);
        let is_bounded = |bound: &Bound<Vec<u8>>| *bound != Bound::Unbounded;
        let range = (Some(start).filter(is_bounded).unwrap_or(all.0), Some(end).filter(is_bounded).unwrap_or(all.1));
        Ok(Rows::new(self, table, range))
    }

    /// The rows whose keys begin with another, in order from both ends: all comments of a case.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn prefix<K: Key, V: Row>(&self, table: Table<K, V>, prefix: &impl Key) -> Result<Rows<'_, K, V>, TableError> {
        let start = full_key(table.name(), &prefix.to_bytes());
        let end = Bound::Excluded(behind(start.clone()));
        Ok(Rows::new(self, table, (Bound::Included(start), end)))
    }

    /// Applies all changes of a batch together with how far they bring the tables, or nothing. They are in memory then, and
    /// written with others later: what is lost with the process is applied once more from the journal.
    ///
    /// # Errors
    /// [`TableError`]; then nothing was applied.
    pub fn apply(&self, batch: &Batch, mark: Mark, applied: Position) -> Result<(), TableError> {
        if self.run(|layers| layers.apply(batch, mark, applied))? {
            self.begin_writing();
        }
        Ok(())
    }

    /// Brings everything applied so far onto the disk.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn checkpoint(&self) -> Result<(), TableError> {
        self.run(Layers::write)
    }

    /// Begins to write what has stood in memory for long, if there is such. To be asked now and then.
    pub fn write_if_due(&self) {
        if self.layers.as_ref().is_some_and(|layers| layers.is_due()) {
            self.begin_writing();
        }
    }

    /// Has closing take no longer than until then: what is left undone by then the next start does. The first one told counts.
    pub fn close_by(&self, deadline: Instant) {
        // It was told already.
        let _ = self.close_by.set(deadline);
    }

    /// Writes what is in memory on a thread of its own, if none does so.
    fn begin_writing(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(layers) = self.layers.clone().filter(|_| writer.as_ref().is_none_or(JoinHandle::is_finished)) else {
            return;
        };
        let guard = self.guard.clone();
        // On a full disk it is tried again with the next batch, and so it is where no thread can be had.
        let write = move || drop(guard.run(|| layers.write()));
        *writer = thread::Builder::new().name("tables-write".into()).spawn(write).ok();
    }

    fn run<T>(&self, call: impl FnOnce(&Layers) -> Result<T, EngineError>) -> Result<T, TableError> {
        let layers = self.layers.as_ref().ok_or_else(|| self.guard.is_over())?;
        self.guard.run(|| call(layers))
    }
}

impl Drop for Tables {
    /// What is in memory is written, if there is time, and noted that the stop was orderly; then the engine is given up, which may
    /// hang, so not for ever.
    fn drop(&mut self) {
        let Some(layers) = self.layers.take() else { return };
        let is_orderly = self.unusable().is_none();
        let deadline = self.close_by.get().copied().unwrap_or_else(|| Instant::now() + self.open_max);
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let (done, wait) = mpsc::channel();
        let closing = thread::Builder::new().name("tables-close".into()).spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                // What it came to is known by now.
                let _ = writer.map(JoinHandle::join);
                // Without the note the next open checks every block: slower, never wrong.
                let _ = Arc::into_inner(layers).filter(|_| is_orderly).map(|layers| layers.close(deadline));
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
    /// A minute to open, five for a call (writing to a slow disk is one), 64 and 16 MiB of memory, and rows written within ten minutes.
    pub fn new(schema: u32, on_fatal: OnFatal) -> Self {
        let (open_max, call_max) = (Duration::from_secs(60), Duration::from_secs(300));
        let written_within = Duration::from_secs(600);
        Self { schema, open_max, call_max, cache_bytes: 64 << 20, recent_bytes: 16 << 20, written_within, on_fatal }
    }
}

/// The first key behind all that begin so. They begin with the name of a table, which never is at its end.
fn behind(mut front: Vec<u8>) -> Vec<u8> {
    while front.pop_if(|last| *last == 0xff).is_some() {}
    if let Some(last) = front.last_mut() {
        *last += 1;
    }
    front
}
