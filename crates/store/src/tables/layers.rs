//! Layers: rows changed lately in memory, in front of blocks in the engine.
//!
//! What is in memory is lost with the process, and applied once more from the journal: no row is anybody's truth. So rows are
//! written rarely and many at a time, which is what the engine can do in little space.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use super::{
    Batch, Mark, TableOptions,
    base::{Base, Ground, Plan, check_room, generation_path, remove_others},
    checkpoint::Checkpoint,
    engine::{EngineError, RawRow, no_block, note_pages, opening_takes},
    merged::{Merged, Range},
    recent::Recent,
    watch::Calls,
};
use crate::{disk::Disk, journal::Position};

/// How much is written in a second at the least, as far as a stop has to know.
const BYTES_A_SECOND: u64 = 10 << 20;
/// What opening takes however little there is.
const OPENING_MIN: Duration = Duration::from_millis(500);

pub(super) struct Layers {
    directory: PathBuf,
    disk: Disk,
    cache_bytes: u64,
    recent_bytes: usize,
    written_within: Duration,
    calls: Arc<Calls>,
    state: RwLock<State>,
    /// Held by who writes.
    writing: Mutex<()>,
}

struct State {
    recent: Recent,
    /// What is being written.
    frozen: Option<Arc<Recent>>,
    base: Base,
}

impl Layers {
    /// Opens what the checkpoint names, and nothing if it is not what the checkpoint says.
    pub(super) fn open(
        directory: &Path,
        options: &TableOptions,
        disk: Disk,
        is_fresh: bool,
    ) -> Result<Self, EngineError> {
        let known = if is_fresh { Some(Checkpoint::default()) } else { Checkpoint::read(directory) };
        let known = known.ok_or_else(|| EngineError::Broken("there is no sound checkpoint".into()))?;
        let base = Base::open(directory, &known, options.cache_bytes)?;
        let state = State { recent: Recent::default(), frozen: None, base };
        Ok(Self {
            directory: directory.to_owned(),
            disk,
            cache_bytes: options.cache_bytes,
            recent_bytes: options.recent_bytes,
            written_within: options.written_within,
            calls: Arc::default(),
            state: RwLock::new(state),
            writing: Mutex::new(()),
        })
    }

    pub(super) fn applied(&self, mark: Mark) -> Option<Position> {
        let state = self.read();
        let recent = state.recents().find_map(|recent| recent.marks.get(mark.name()));
        recent.or_else(|| state.base.stated.marks.get(mark.name())).copied().map(Position::from_u64)
    }

    /// The row of a full key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let state = self.read();
        if let Some(row) = state.recents().find_map(|recent| recent.get(key)) {
            return Ok(row.clone());
        }
        match state.base.engine.block_at(key)? {
            Some(block) => state.base.engine.open_block(block)?.find(key).ok_or_else(no_block),
            None => Ok(None),
        }
    }

    /// The first rows of a range of full keys, or the last ones.
    pub(super) fn rows(&self, range: Range<'_>, is_backward: bool, count: usize) -> Result<Vec<RawRow>, EngineError> {
        let state = self.read();
        Merged::new(&state.base.engine, state.recents(), range, is_backward).take(count).collect()
    }

    /// Takes a batch in, unless so much waits to be written that some of it has to be first. Whether it is time to write.
    pub(super) fn apply(&self, batch: &Batch, mark: Mark, applied: Position) -> Result<bool, EngineError> {
        if self.has_no_place() {
            let writing = self.lock_writing();
            // Who wrote meanwhile may have made some.
            if self.has_no_place() {
                self.write_under(&writing)?;
            }
        }
        let mut state = self.write_state();
        state.recent.take(batch, mark, applied);
        Ok(state.recent.bytes() >= self.recent_bytes || state.recent.is_older_than(self.written_within))
    }

    /// Whether rows stand in memory for so long that they are to be written even if they are few.
    pub(super) fn is_due(&self) -> bool {
        let state = self.read();
        state.recents().any(|recent| recent.is_older_than(self.written_within))
    }

    /// Calls under way, to be told of what is done.
    pub(super) fn calls(&self) -> Arc<Calls> {
        self.calls.clone()
    }

    /// Writes what is in memory, and says outside what must be there from now on.
    pub(super) fn write(&self) -> Result<(), EngineError> {
        self.write_under(&self.lock_writing())
    }

    fn write_under(&self, _: &MutexGuard<'_, ()>) -> Result<(), EngineError> {
        let Self { directory, disk, cache_bytes, calls, .. } = self;
        check_room(directory, disk, 0)?;
        let ground = Ground { directory, disk, cache_bytes: *cache_bytes, calls };
        if let Some((base, frozen)) = self.freeze() {
            let plan = Plan::of(&base, &frozen)?;
            let base = base.with(&frozen, plan, &ground)?;
            let mut state = self.write_state();
            (state.base, state.frozen) = (base, None);
        }
        self.calls.beat();
        self.note(false)
    }

    /// Writes what is in memory if there is time, notes that the stop is orderly, and where the engine's pages are.
    pub(super) fn close(self, deadline: Instant) -> Result<(), EngineError> {
        let has_time_for = |takes: Duration| Instant::now() + takes <= deadline;
        while let Some(bytes) = self.bytes_to_write()? {
            if !has_time_for(Duration::from_millis(bytes.saturating_mul(1_000) / BYTES_A_SECOND)) {
                break;
            }
            self.write()?;
        }
        self.note(true)?;
        let (directory, cache_bytes) = (self.base_path(), self.cache_bytes);
        drop(self);
        // What was just written is read again, which is faster than a disk that wakes up.
        if has_time_for(OPENING_MIN + opening_takes(&directory) / 4) {
            note_pages(&directory, cache_bytes)?;
        }
        Ok(())
    }

    /// Says outside what is written; other generations are of no more use then.
    pub(super) fn note(&self, is_orderly: bool) -> Result<(), EngineError> {
        let Base { generation, engine, stated } = self.read().base.clone();
        engine.sync()?;
        Checkpoint { generation, is_orderly, stated }.write(&self.directory, &self.disk)?;
        Ok(remove_others(&self.directory, generation)?)
    }

    /// Whether what waits in memory has taken all of its place.
    fn has_no_place(&self) -> bool {
        let bytes: usize = self.read().recents().map(Recent::bytes).sum();
        bytes >= 2 * self.recent_bytes && bytes > 0
    }

    /// Puts aside what is to be written. None: nothing is.
    fn freeze(&self) -> Option<(Base, Arc<Recent>)> {
        let mut state = self.write_state();
        if state.frozen.is_none() && !state.recent.is_empty() {
            state.frozen = Some(Arc::new(std::mem::take(&mut state.recent)));
        }
        state.frozen.clone().map(|frozen| (state.base.clone(), frozen))
    }

    /// How much writing what is in memory reads and writes, about. None: nothing is.
    fn bytes_to_write(&self) -> Result<Option<u64>, EngineError> {
        self.freeze().map(|(base, frozen)| Ok(Plan::of(&base, &frozen)?.bytes)).transpose()
    }

    fn base_path(&self) -> PathBuf {
        generation_path(&self.directory, self.read().base.generation)
    }

    fn lock_writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_state(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of all blocks, and what they take on the disk.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> (u64, u64) {
        let state = self.read();
        (state.base.stated.tally.bytes, state.base.engine.bytes_on_disk())
    }

    /// What a lying engine does.
    #[cfg(test)]
    pub(super) fn lose_a_block(&self) {
        self.read().base.engine.lose_a_block();
    }
}

impl State {
    /// What is in memory, the newest first.
    fn recents(&self) -> impl Iterator<Item = &Recent> {
        std::iter::once(&self.recent).chain(self.frozen.as_deref())
    }
}
