//! Layers: rows changed lately in memory, in front of blocks in the engine.
//!
//! What is in memory is lost with the process, and applied once more from the journal: no row is anybody's truth. So rows are
//! written rarely and many at a time, which is what the engine can do in little space. Where few blocks change they are written in
//! their place; where many do, or the engine has not cleaned up behind itself, all rows are written anew into a fresh directory.

use std::{
    fs, io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use super::{
    Batch, Mark, TableOptions,
    block::{BLOCK_BYTES_MAX, Packed, Packer},
    checkpoint::{Checkpoint, Stated, Tally},
    engine::{Engine, EngineError, RawRow, no_block, note_pages, opening_takes},
    merged::{Merged, Range},
    recent::Recent,
};
use crate::{disk::Disk, journal::Position, space::free_space};

/// The engine is asked to write nothing while less is free: a write that fails is the last one that it tries.
const ROOM_BYTES_MIN: u64 = 1 << 20;
/// Blocks that are written at once into a fresh directory. Others read meanwhile, and wait for each of these writes.
const BLOCKS_AT_ONCE: usize = 64;
/// What a changed block costs in its place: its bytes, then those of its neighbours that the engine writes with it.
const IN_PLACE_COST: u64 = 3;
/// The engine may take so many bytes more than twice what its blocks have, before they are written anew.
const SLACK_BYTES: u64 = 4 << 20;
/// How much is written in a second at the least, as far as a stop has to know.
const BYTES_A_SECOND: u64 = 10 << 20;
/// What opening takes however little there is.
const OPENING_MIN: Duration = Duration::from_millis(500);
/// Rows that stand in memory so long are written even if they are few.
const WRITTEN_WITHIN: Duration = Duration::from_secs(600);

pub(super) struct Layers {
    directory: PathBuf,
    disk: Disk,
    cache_bytes: u64,
    recent_bytes: usize,
    state: RwLock<State>,
    /// Held by who writes.
    writing: Mutex<()>,
}

struct State {
    recent: Recent,
    /// What is being written.
    frozen: Option<Arc<Recent>>,
    base: Base,
    written: Instant,
}

/// What is written.
#[derive(Clone)]
struct Base {
    generation: u64,
    engine: Arc<Engine>,
    stated: Stated,
}

/// What there is to do to write changes down.
struct Plan {
    /// Blocks that change, each with the key of the next.
    touched: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    is_anew: bool,
    /// What is read and written, about.
    bytes: u64,
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
        remove_others(directory, known.generation)?;
        let engine = Engine::open(&generation_path(directory, known.generation), options.cache_bytes)?;
        let stated = engine.stated()?;
        for (mark, applied) in &known.stated.marks {
            if stated.marks.get(mark).is_none_or(|stated| stated < applied) {
                return Err(EngineError::Broken(format!("the engine went back behind the checkpoint of {mark}")));
            }
        }
        if !known.is_orderly {
            engine.verify(&stated)?;
        } else if known.stated != stated {
            return Err(EngineError::Broken("the engine has not what it had when it was closed".into()));
        }
        let base = Base { generation: known.generation, engine: Arc::new(engine), stated };
        let state = State { recent: Recent::default(), frozen: None, base, written: Instant::now() };
        Ok(Self {
            directory: directory.to_owned(),
            disk,
            cache_bytes: options.cache_bytes,
            recent_bytes: options.recent_bytes,
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
            Some(block) => block.open()?.find(key).ok_or_else(no_block),
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
        if self.read().recent.bytes() >= 2 * self.recent_bytes {
            self.write()?;
        }
        let mut state = self.write_state();
        state.recent.take(batch, mark, applied);
        Ok(state.recent.bytes() >= self.recent_bytes || state.written.elapsed() >= WRITTEN_WITHIN)
    }

    /// Writes what is in memory, and says outside what must be there from now on.
    pub(super) fn write(&self) -> Result<(), EngineError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        check_room(&self.directory)?;
        if let Some((base, frozen)) = self.freeze() {
            let plan = Plan::of(&base, &frozen)?;
            let stated = base.stated_with(&frozen);
            let base = if plan.is_anew && self.has_room_for(plan.bytes) {
                self.write_anew(&base, &frozen, stated)?
            } else {
                write_in_place(&base, &frozen, stated, plan.touched)?
            };
            let mut state = self.write_state();
            (state.base, state.frozen, state.written) = (base, None, Instant::now());
        }
        self.note(false)
    }

    /// Writes what is in memory if there is time, notes that the stop is orderly, and where the engine's pages are.
    pub(super) fn close(self, deadline: Instant) -> Result<(), EngineError> {
        let has_time_for = |takes: Duration| Instant::now() + takes <= deadline;
        while let Some((base, frozen)) = self.freeze() {
            let takes = Plan::of(&base, &frozen)?.bytes.saturating_mul(1_000) / BYTES_A_SECOND;
            if !has_time_for(Duration::from_millis(takes)) {
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

    /// Puts aside what is to be written. None: nothing is.
    fn freeze(&self) -> Option<(Base, Arc<Recent>)> {
        let mut state = self.write_state();
        if state.frozen.is_none() && !state.recent.is_empty() {
            state.frozen = Some(Arc::new(std::mem::take(&mut state.recent)));
        }
        state.frozen.clone().map(|frozen| (state.base.clone(), frozen))
    }

    /// All rows into a fresh directory.
    fn write_anew(&self, base: &Base, frozen: &Recent, mut stated: Stated) -> Result<Base, EngineError> {
        let generation = base.generation + 1;
        let path = generation_path(&self.directory, generation);
        stated.tally = Tally::default();
        let engine = Engine::open(&path, self.cache_bytes)?;
        let (mut packer, mut blocks) = (Packer::new(Vec::new(), BLOCK_BYTES_MAX), Vec::new());
        for row in Merged::new(&base.engine, [frozen], (Bound::Unbounded, Bound::Unbounded), false) {
            blocks.extend(packer.add(row?));
            if blocks.len() >= BLOCKS_AT_ONCE {
                place(&engine, std::mem::take(&mut blocks), &mut stated)?;
                engine.flush()?;
            }
        }
        blocks.push(packer.end());
        place(&engine, blocks, &mut stated)?;
        Ok(Base { generation, engine: Arc::new(engine), stated })
    }

    /// Whether a second copy fits onto the disk.
    fn has_room_for(&self, bytes: u64) -> bool {
        free_space(&self.directory).is_ok_and(|space| space.free_bytes > IN_PLACE_COST * bytes + ROOM_BYTES_MIN)
    }

    fn base_path(&self) -> PathBuf {
        generation_path(&self.directory, self.read().base.generation)
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

impl Base {
    /// What is stated once these changes are written.
    fn stated_with(&self, recent: &Recent) -> Stated {
        let mut stated = self.stated.clone();
        stated.marks.extend(recent.marks.iter().map(|(name, applied)| ((*name).to_owned(), *applied)));
        stated
    }
}

impl Plan {
    fn of(base: &Base, recent: &Recent) -> Result<Self, EngineError> {
        let (mut touched, mut touched_bytes) = (Vec::new(), 0);
        let mut from = Some(Vec::new());
        while let Some(start) = from {
            let Some((key, _)) = recent.range((Bound::Included(&start), Bound::Unbounded)).next() else { break };
            let Some(block) = base.engine.block_at(key)? else { break };
            let next = base.engine.block_after(&block.at)?.map(|next| next.at);
            touched_bytes += block.bytes() as u64;
            from = next.clone();
            touched.push((block.at, next));
        }
        let (all, added) = (base.stated.tally.bytes, recent.bytes() as u64);
        let in_place = IN_PLACE_COST * touched_bytes + added;
        let is_anew = touched.is_empty() || base.engine.bytes_on_disk() + in_place > 2 * all + SLACK_BYTES;
        Ok(Self { touched, is_anew, bytes: if is_anew { all + added } else { in_place } })
    }
}

/// Changed blocks where they are.
fn write_in_place(
    base: &Base,
    recent: &Recent,
    mut stated: Stated,
    touched: Vec<(Vec<u8>, Option<Vec<u8>>)>,
) -> Result<Base, EngineError> {
    let mut blocks = Vec::new();
    for (at, next) in touched {
        let range = (Bound::Included(at.as_slice()), next.as_deref().map_or(Bound::Unbounded, Bound::Excluded));
        let rows = Merged::new(&base.engine, [recent], range, false).collect::<Result<Vec<_>, _>>()?;
        if let Some(before) = base.engine.block_at(&at)? {
            before.take_from(&mut stated.tally);
        }
        blocks.append(&mut split(at, rows));
    }
    place(&base.engine, blocks, &mut stated)?;
    Ok(Base { stated, ..base.clone() })
}

/// Rows as one block, or as several that have room for more.
fn split(at: Vec<u8>, rows: Vec<RawRow>) -> Vec<Packed> {
    let pack = |limit| {
        let mut packer = Packer::new(at.clone(), limit);
        let mut blocks: Vec<_> = rows.iter().cloned().filter_map(|row| packer.add(row)).collect();
        blocks.push(packer.end());
        blocks
    };
    let blocks = pack(BLOCK_BYTES_MAX);
    if blocks.len() == 1 { blocks } else { pack(BLOCK_BYTES_MAX / 4 * 3) }
}

/// Writes blocks with what is then stated.
fn place(engine: &Engine, blocks: Vec<Packed>, stated: &mut Stated) -> Result<(), EngineError> {
    for block in &blocks {
        stated.tally.add(&block.at, &block.bytes);
    }
    engine.write(blocks, stated)
}

/// Whether there is room for what is written. A file system that does not say is asked by writing.
pub(super) fn check_room(directory: &Path) -> Result<(), EngineError> {
    match free_space(directory) {
        Ok(space) if space.free_bytes < ROOM_BYTES_MIN => {
            let free_bytes = space.free_bytes;
            Err(EngineError::Failed(format!("{free_bytes} bytes are free on the disk; {ROOM_BYTES_MIN} are needed")))
        }
        _ => Ok(()),
    }
}

const GENERATION: &str = "db-";

fn generation_path(directory: &Path, generation: u64) -> PathBuf {
    directory.join(format!("{GENERATION}{generation}"))
}

/// Removes the blocks of all other generations.
fn remove_others(directory: &Path, generation: u64) -> io::Result<()> {
    let kept = generation_path(directory, generation);
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_generation = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(GENERATION));
        if is_generation && path != kept {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}
