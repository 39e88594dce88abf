//! The engine: sled, named only here. It keeps blocks of rows, each under the first key that may stand in it.
//!
//! Its own `flush` does not call fsync, and without one a power cut loses what it acknowledged; so syncing flushes and then
//! syncs its files by name. Its background flusher stays off: that one drops errors.

use std::{
    fs::{self, File},
    io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    block::{Block, Packed},
    checkpoint::{Stated, Tally},
    unpacked::Unpacked,
};
use crate::disk;

/// Under which the engine states what it has, behind all blocks.
const STATED: &[u8] = &[0xff];

/// What the engine answers instead of what was asked.
#[derive(Debug)]
pub(super) enum EngineError {
    /// Not now: the disk is full. Nothing was changed.
    Failed(String),
    /// Never again. The engine remembers a write that failed until it is opened anew, and what it took in since its last one
    /// that did not fail may be lost.
    Broken(String),
}

/// A key of a row behind the name of its table, and the row.
pub(super) type RawRow = (Vec<u8>, Vec<u8>);

/// Blocks of one generation, in a directory of their own.
pub(super) struct Engine {
    directory: PathBuf,
    db: sled::Db,
    unpacked: Unpacked,
}

/// A block and the key it stands under.
#[derive(PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) at: Vec<u8>,
    bytes: sled::IVec,
}

impl Placed {
    /// Its rows, packed.
    pub(super) fn packed(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes it out of a tally.
    pub(super) fn take_from(&self, tally: &mut Tally) {
        tally.take(&self.at, &self.bytes);
    }

    /// Its bytes with the key.
    pub(super) fn bytes(&self) -> usize {
        self.at.len() + self.bytes.len()
    }
}

impl Engine {
    /// Opens or makes the database in a directory. May panic and may hang.
    pub(super) fn open(directory: &Path, cache_bytes: u64) -> Result<Self, EngineError> {
        let config = sled::Config::new().path(directory).cache_capacity(cache_bytes).flush_every_ms(None);
        Ok(Self { directory: directory.to_owned(), db: config.open()?, unpacked: Unpacked::new() })
    }

    /// The block in which a key stands if it stands anywhere. None: there are no blocks.
    pub(super) fn block_at(&self, key: &[u8]) -> Result<Option<Placed>, EngineError> {
        placed(self.db.range(..=escaped(key)).next_back())
    }

    /// The block behind the one under a key.
    pub(super) fn block_after(&self, at: &[u8]) -> Result<Option<Placed>, EngineError> {
        placed(self.db.range((Bound::Excluded(escaped(at)), Bound::Excluded(STATED.to_vec()))).next())
    }

    /// The block before the one under a key.
    pub(super) fn block_before(&self, at: &[u8]) -> Result<Option<Placed>, EngineError> {
        placed(self.db.range(..escaped(at)).next_back())
    }

    /// The last block.
    pub(super) fn last_block(&self) -> Result<Option<Placed>, EngineError> {
        placed(self.db.range(..STATED).next_back())
    }

    /// The rows of a block.
    pub(super) fn open_block(&self, placed: Placed) -> Result<Arc<Block>, EngineError> {
        self.unpacked.open(placed).ok_or_else(no_block)
    }

    /// Writes blocks together with what the engine then states, or nothing.
    pub(super) fn write(&self, blocks: Vec<Packed>, stated: &Stated) -> Result<(), EngineError> {
        let mut batch = sled::Batch::default();
        for Packed { at, bytes } in blocks {
            batch.insert(escaped(&at), bytes);
        }
        batch.insert(STATED, stated.to_bytes());
        Ok(self.db.apply_batch(batch)?)
    }

    /// Hands to the operating system what was written.
    pub(super) fn flush(&self) -> Result<(), EngineError> {
        self.db.flush()?;
        Ok(())
    }

    /// Brings all that was written onto the disk.
    pub(super) fn sync(&self) -> Result<(), EngineError> {
        self.flush()?;
        Ok(sync_all(&self.directory)?)
    }

    /// What the engine states.
    pub(super) fn stated(&self) -> Result<Stated, EngineError> {
        match self.db.get(STATED)? {
            Some(bytes) => Stated::from_bytes(&bytes).ok_or_else(|| broken("what the engine states cannot be read")),
            None => Ok(Stated::default()),
        }
    }

    /// Whether it has the blocks that it states. Reads all of them.
    pub(super) fn verify(&self, stated: &Stated) -> Result<(), EngineError> {
        let mut counted = Tally::default();
        for block in self.db.range(..STATED) {
            let (at, bytes) = block?;
            counted.add(&unescaped(&at), &bytes);
        }
        if counted != stated.tally {
            let (found, known) = (counted.blocks, stated.tally.blocks);
            return Err(EngineError::Broken(format!("the engine has {found} blocks or other ones; it had {known}")));
        }
        Ok(())
    }

    /// What its files take on the disk.
    pub(super) fn bytes_on_disk(&self) -> u64 {
        bytes_in(&self.directory)
    }

    /// What a lying engine does.
    #[cfg(test)]
    pub(super) fn lose_a_block(&self) {
        let (at, _) = self.db.first().unwrap().unwrap();
        self.db.remove(at).unwrap().unwrap();
    }
}

/// Opens the database for a moment once more: that notes where its pages are, and the next start then reads nothing of its log,
/// which is seconds for a gigabyte.
pub(super) fn note_pages(directory: &Path, cache_bytes: u64) -> Result<(), EngineError> {
    drop(Engine::open(directory, cache_bytes)?);
    Ok(sync_all(directory)?)
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

/// How long reading the log may take on a slow disk, beside what opening takes anyway.
pub(super) fn opening_takes(directory: &Path) -> Duration {
    Duration::from_millis(bytes_in(directory) / 100_000)
}

/// A block's rows are not what was written.
pub(super) fn no_block() -> EngineError {
    broken("a block of rows cannot be read")
}

fn placed(block: Option<sled::Result<(sled::IVec, sled::IVec)>>) -> Result<Option<Placed>, EngineError> {
    Ok(block.transpose()?.map(|(at, bytes)| Placed { at: unescaped(&at), bytes }))
}

/// A key without 0xff, in the same order. Walking back, the engine looks for the key before another at 0xff four times behind a
/// smaller byte, and panics if there is one behind that.
fn escaped(key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.len());
    for byte in key {
        match byte {
            0xfe => bytes.extend([0xfe, 0]),
            0xff => bytes.extend([0xfe, 1]),
            byte => bytes.push(*byte),
        }
    }
    bytes
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let (mut key, mut bytes) = (Vec::with_capacity(bytes.len()), bytes.iter());
    while let Some(byte) = bytes.next() {
        key.push(if *byte == 0xfe { bytes.next().map_or(0xfe, |escaped| 0xfe + escaped.min(&1)) } else { *byte });
    }
    key
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

fn broken(why: &str) -> EngineError {
    EngineError::Broken(why.to_owned())
}
