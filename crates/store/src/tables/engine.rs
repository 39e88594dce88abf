//! The engine: sled, named only here.
//!
//! Its own `flush` does not call fsync, and without one a power cut loses what it acknowledged; so a checkpoint flushes and
//! then syncs its files by name. Its background flusher stays off: that one drops errors.

use std::{
    any::Any,
    collections::BTreeMap,
    fs::{self, File},
    io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional, TransactionalTree};

use super::{
    Batch, Mark,
    batch::Changes,
    checkpoint::{Checkpoint, Tally},
};
use crate::{
    disk::{self, Disk},
    journal::Position,
    space::free_space,
};

/// The engine is asked to write nothing while less is free: a write that fails is the last one that it tries.
const ROOM_BYTES_MIN: u64 = 1 << 20;

/// What opening takes however little there is.
const OPENING_MIN: Duration = Duration::from_millis(500);

/// The tree of marks and tallies; tables of callers have names without a dot in front.
const OWN_TREE: &str = ".own";
const MARK: &str = "mark/";
const TALLY: &str = "tally/";

/// What the engine answers instead of what was asked.
#[derive(Debug)]
pub(super) enum EngineError {
    /// Not now: the disk is full. Nothing was changed.
    Failed(String),
    /// Never again. The engine remembers a write that failed until it is opened anew, and what it took in since its last one
    /// that did not fail may be lost.
    Broken(String),
}

pub(super) struct Engine {
    directory: PathBuf,
    disk: Disk,
    db: sled::Db,
    own: sled::Tree,
    trees: Mutex<BTreeMap<&'static str, sled::Tree>>,
}

/// Keys and rows as bytes.
pub(super) struct RawRows(sled::Iter);

type RawRow = (Vec<u8>, Vec<u8>);

impl Engine {
    /// Opens or makes the database in `directory/db`. May panic and may hang.
    pub(super) fn open(directory: &Path, cache_bytes: u64, disk: Disk) -> Result<Self, EngineError> {
        let config = sled::Config::new().path(directory.join("db")).cache_capacity(cache_bytes).flush_every_ms(None);
        let db = config.open()?;
        let own = db.open_tree(OWN_TREE)?;
        Ok(Self { directory: directory.to_owned(), disk, db, own, trees: Mutex::default() })
    }

    pub(super) fn applied(&self, mark: Mark) -> Result<Option<Position>, EngineError> {
        let bytes = self.own.get(format!("{MARK}{}", mark.name()))?;
        bytes.map(|bytes| number(&bytes).map(Position::from_u64)).transpose()
    }

    pub(super) fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.tree(table)?.get(key)?.map(|row| row.to_vec()))
    }

    pub(super) fn range(
        &self,
        table: &'static str,
        bounds: (Bound<Vec<u8>>, Bound<Vec<u8>>),
    ) -> Result<RawRows, EngineError> {
        let tree = self.tree(table)?;
        Ok(RawRows(if is_empty(&bounds) { tree.range::<&[u8], _>(&[0_u8][..]..&[0]) } else { tree.range(bounds) }))
    }

    pub(super) fn prefix(&self, table: &'static str, prefix: &[u8]) -> Result<RawRows, EngineError> {
        Ok(RawRows(self.tree(table)?.scan_prefix(prefix)))
    }

    /// All changes, the tallies they make and the mark, in one transaction.
    pub(super) fn apply(&self, batch: &Batch, mark: Mark, applied: Position) -> Result<(), EngineError> {
        check_room(&self.directory)?;
        let mut trees = vec![self.own.clone()];
        for table in batch.changes.keys() {
            trees.push(self.tree(table)?);
        }
        let done = trees.as_slice().transaction(|views: &Vec<TransactionalTree>| {
            let (own, views) = views.split_first().ok_or(ConflictableTransactionError::Abort(()))?;
            for (view, (table, changes)) in views.iter().zip(&batch.changes) {
                let name = format!("{TALLY}{table}");
                let tally = own.get(&name)?.and_then(|bytes| Tally::from_bytes(&bytes)).unwrap_or_default();
                own.insert(name.as_bytes(), &change(view, changes, tally)?.to_bytes())?;
            }
            own.insert(format!("{MARK}{}", mark.name()).as_bytes(), &applied.to_u64().to_be_bytes())?;
            Ok(())
        });
        done.map_err(|error| match error {
            TransactionError::Storage(error) => error.into(),
            TransactionError::Abort(()) => EngineError::Broken("a transaction had no trees".into()),
        })
    }

    /// Brings all to the disk, then says outside what must be there from now on.
    pub(super) fn checkpoint(&self, is_orderly: bool) -> Result<(), EngineError> {
        check_room(&self.directory)?;
        let checkpoint = Checkpoint { is_orderly, ..self.stated()? };
        self.db.flush()?;
        sync_all(&self.directory.join("db")).map_err(|error| EngineError::Broken(error.to_string()))?;
        checkpoint.write(&self.directory, &self.disk)?;
        Ok(())
    }

    /// Closes the database and, if there is time, opens it for a moment once more: that notes where its pages are, and the next
    /// start then reads nothing of its log, which is seconds for a gigabyte.
    pub(super) fn close(self, cache_bytes: u64, deadline: Instant) -> Result<(), EngineError> {
        let Self { directory, disk, db, own, trees } = self;
        drop((db, own, trees));
        // What was just written is read again, which is faster than a disk that wakes up.
        if Instant::now() + OPENING_MIN + opening_takes(&directory) / 4 > deadline {
            return Ok(());
        }
        drop(Self::open(&directory, cache_bytes, disk)?);
        Ok(sync_all(&directory.join("db"))?)
    }

    /// The marks and tallies that the engine has.
    pub(super) fn stated(&self) -> Result<Checkpoint, EngineError> {
        let mut stated = Checkpoint::default();
        for row in self.own.iter() {
            let (key, bytes) = row?;
            let name = String::from_utf8_lossy(&key);
            if let Some(mark) = name.strip_prefix(MARK) {
                stated.marks.insert(mark.to_owned(), number(&bytes)?);
            } else if let Some(table) = name.strip_prefix(TALLY) {
                let tally = Tally::from_bytes(&bytes).ok_or_else(|| broken("a tally cannot be read"))?;
                stated.tallies.insert(table.to_owned(), tally);
            }
        }
        Ok(stated)
    }

    /// Whether every table has the rows that its tally says. Reads all of them.
    pub(super) fn verify(&self, stated: &Checkpoint) -> Result<(), EngineError> {
        for (table, tally) in &stated.tallies {
            let mut counted = Tally::default();
            for row in self.db.open_tree(table)?.iter() {
                let (key, row) = row?;
                counted.add(&key, &row);
            }
            if counted != *tally {
                let (found, known) = (counted.rows, tally.rows);
                return Err(EngineError::Broken(format!(
                    "table {table} has {found} rows or other ones; it had {known}"
                )));
            }
        }
        Ok(())
    }

    /// What a lying engine does.
    #[cfg(test)]
    pub(super) fn lose_a_row(&self, table: &'static str, key: &[u8]) {
        self.tree(table).unwrap().remove(key).unwrap().unwrap();
    }

    fn tree(&self, table: &'static str) -> Result<sled::Tree, EngineError> {
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tree) = trees.get(table) {
            return Ok(tree.clone());
        }
        let tree = self.db.open_tree(table)?;
        trees.insert(table, tree.clone());
        Ok(tree)
    }
}

impl RawRows {
    pub(super) fn next(&mut self) -> Result<Option<RawRow>, EngineError> {
        owned(self.0.next())
    }

    pub(super) fn next_back(&mut self) -> Result<Option<RawRow>, EngineError> {
        owned(self.0.next_back())
    }
}

impl From<sled::Error> for EngineError {
    fn from(error: sled::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<io::Error> for EngineError {
    fn from(error: io::Error) -> Self {
        // Here an error costs nothing but a rebuild; what is not on the disk is in the journal.
        if disk::is_full(&error) { Self::Failed(error.to_string()) } else { Self::Broken(error.to_string()) }
    }
}

/// Whether there is room for what a batch or a checkpoint writes. A file system that does not say is asked by writing.
pub(super) fn check_room(directory: &Path) -> Result<(), EngineError> {
    match free_space(directory) {
        Ok(space) if space.free_bytes < ROOM_BYTES_MIN => {
            let free_bytes = space.free_bytes;
            Err(EngineError::Failed(format!("{free_bytes} bytes are free on the disk; {ROOM_BYTES_MIN} are needed")))
        }
        _ => Ok(()),
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the engine panicked: {}", text.unwrap_or("without a word"))
}

type Changed = Result<Tally, ConflictableTransactionError<()>>;

fn change(view: &TransactionalTree, changes: &Changes, mut tally: Tally) -> Changed {
    for (key, row) in changes {
        let before = view.get(key)?;
        if before.as_deref() == row.as_deref() {
            continue;
        }
        match row {
            Some(row) => {
                tally.add(key, row);
                view.insert(key.as_slice(), row.as_slice())?;
            }
            None => drop(view.remove(key.as_slice())?),
        }
        if let Some(before) = before {
            tally.take(key, &before);
        }
    }
    Ok(tally)
}

fn owned(row: Option<sled::Result<(sled::IVec, sled::IVec)>>) -> Result<Option<RawRow>, EngineError> {
    Ok(row.transpose()?.map(|(key, row)| (key.to_vec(), row.to_vec())))
}

/// Whether no key can lie between; the engine panics on such a range.
fn is_empty(bounds: &(Bound<Vec<u8>>, Bound<Vec<u8>>)) -> bool {
    match bounds {
        (Bound::Included(start), Bound::Included(end)) => start > end,
        (Bound::Included(start) | Bound::Excluded(start), Bound::Included(end) | Bound::Excluded(end)) => start >= end,
        _ => false,
    }
}

/// How long reading the log may take on a slow disk, beside what opening takes anyway.
pub(super) fn opening_takes(directory: &Path) -> Duration {
    Duration::from_millis(bytes_in(directory) / 100_000)
}

fn bytes_in(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => bytes_in(&entry.path()),
            _ => entry.metadata().map_or(0, |metadata| metadata.len()),
        })
        .sum()
}

fn sync_all(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    disk::sync_directory(directory)
}

fn number(bytes: &[u8]) -> Result<u64, EngineError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| broken("a mark cannot be read"))
}

fn broken(why: &str) -> EngineError {
    EngineError::Broken(why.to_owned())
}
