//! The base: rows as they are written, in blocks of one generation.
//!
//! Where few blocks change they are written in their place; where many do, or the engine has not cleaned up behind itself, all rows
//! are written anew into a fresh directory, which is the next generation.

use std::{
    fs, io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    block::{BLOCK_BYTES_MAX, Packed, Packer},
    checkpoint::{Checkpoint, Stated, Tally},
    engine::{Engine, EngineError, RawRow},
    merged::Merged,
    recent::Recent,
    watch::Calls,
};
use crate::disk::Disk;

/// The engine is asked to write nothing that leaves less free: a write that fails is the last one that it tries.
const ROOM_BYTES_MIN: u64 = 1 << 20;
/// Blocks that are written at once into a fresh directory. Others read meanwhile, and wait for each of these writes.
const BLOCKS_AT_ONCE: usize = 64;
/// What a changed block costs in its place: its bytes, then those of its neighbours that the engine writes with it.
const IN_PLACE_COST: u64 = 3;
/// The engine's files grow by at most so many times what is written, be it in place or anew: 2.7 times were seen.
const WRITE_COST: u64 = 3;
/// The engine may take so many bytes more than twice what its blocks have, before they are written anew.
const SLACK_BYTES: u64 = 4 << 20;

/// What is written.
#[derive(Clone)]
pub(super) struct Base {
    pub(super) generation: u64,
    pub(super) engine: Arc<Engine>,
    pub(super) stated: Stated,
}

/// Where blocks go, and what the engine may keep of them in memory.
pub(super) struct Ground<'a> {
    pub(super) directory: &'a Path,
    pub(super) disk: &'a Disk,
    pub(super) cache_bytes: u64,
    /// Is told of each part that is written.
    pub(super) calls: &'a Calls,
}

/// What there is to do to write changes down.
pub(super) struct Plan {
    /// Blocks that change or come to be, each with the key of the next. None: no row changes.
    touched: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    is_anew: bool,
    /// The bytes of these blocks with what changes, and of all rows.
    changed_bytes: u64,
    all_bytes: u64,
    /// What is read and written, about.
    pub(super) bytes: u64,
}

impl Base {
    /// Opens what the checkpoint names, unless it is not what the checkpoint says. Other generations go.
    pub(super) fn open(directory: &Path, known: &Checkpoint, cache_bytes: u64) -> Result<Self, EngineError> {
        remove_others(directory, known.generation)?;
        let engine = Engine::open(&generation_path(directory, known.generation), cache_bytes)?;
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
        Ok(Self { generation: known.generation, engine: Arc::new(engine), stated })
    }

    /// The base with these changes.
    pub(super) fn with(&self, recent: &Recent, plan: Plan, ground: &Ground<'_>) -> Result<Self, EngineError> {
        let mut stated = self.stated.clone();
        stated.marks.extend(recent.marks.iter().map(|(name, applied)| ((*name).to_owned(), *applied)));
        if plan.is_anew && ground.has_room_for_copy(plan.all_bytes) {
            return self.write_anew(recent, stated, ground);
        }
        ground.check_room(plan.changed_bytes)?;
        self.write_in_place(recent, stated, plan.touched, ground)
    }

    /// All rows into a fresh directory.
    fn write_anew(&self, recent: &Recent, mut stated: Stated, ground: &Ground<'_>) -> Result<Self, EngineError> {
        let generation = self.generation + 1;
        stated.tally = Tally::default();
        let engine = Engine::open(&generation_path(ground.directory, generation), ground.cache_bytes)?;
        let (mut packer, mut blocks) = (Packer::new(Vec::new(), BLOCK_BYTES_MAX), Vec::new());
        for row in Merged::new(&self.engine, [recent], (Bound::Unbounded, Bound::Unbounded), false) {
            blocks.extend(packer.add(row?));
            if blocks.len() >= BLOCKS_AT_ONCE {
                put(&engine, std::mem::take(&mut blocks), &mut stated)?;
                engine.flush()?;
                ground.calls.beat();
            }
        }
        blocks.push(packer.end());
        put(&engine, blocks, &mut stated)?;
        Ok(Self { generation, engine: Arc::new(engine), stated })
    }

    /// Changed blocks where they are.
    fn write_in_place(
        &self,
        recent: &Recent,
        mut stated: Stated,
        touched: Vec<(Vec<u8>, Option<Vec<u8>>)>,
        ground: &Ground<'_>,
    ) -> Result<Self, EngineError> {
        let mut blocks = Vec::new();
        for (at, next) in touched {
            let range = (Bound::Included(at.as_slice()), next.as_deref().map_or(Bound::Unbounded, Bound::Excluded));
            let rows = Merged::new(&self.engine, [recent], range, false).collect::<Result<Vec<_>, _>>()?;
            if let Some(before) = self.engine.block_at(&at)? {
                before.take_from(&mut stated.tally);
            }
            blocks.append(&mut split(at, rows));
            ground.calls.beat();
        }
        put(&self.engine, blocks, &mut stated)?;
        Ok(Self { stated, ..self.clone() })
    }
}

impl Plan {
    pub(super) fn of(base: &Base, recent: &Recent) -> Result<Self, EngineError> {
        let (mut touched, mut touched_bytes) = (Vec::new(), 0);
        let mut from = Some(Vec::new());
        while let Some(start) = from {
            let Some((key, _)) = recent.range((Bound::Included(&start), Bound::Unbounded)).next() else { break };
            // Where there is no block yet, one comes to be under the key before all others.
            let (bytes, at) =
                base.engine.block_at(key)?.map_or_else(Default::default, |block| (block.bytes(), block.at));
            let next = base.engine.block_after(&at)?.map(|next| next.at);
            touched_bytes += bytes as u64;
            from = next.clone();
            touched.push((at, next));
        }
        let (all, added) = (base.stated.tally.bytes, recent.bytes() as u64);
        let in_place = IN_PLACE_COST * touched_bytes + added;
        let is_worn =
            || base.stated.tally.blocks == 0 || base.engine.bytes_on_disk() + in_place > 2 * all + SLACK_BYTES;
        let is_anew = !touched.is_empty() && is_worn();
        let bytes = if is_anew { all + added } else { in_place };
        Ok(Self { touched, is_anew, changed_bytes: touched_bytes + added, all_bytes: all + added, bytes })
    }
}

/// Rows as one block, or as several that have room for more.
fn split(at: Vec<u8>, rows: Vec<RawRow>) -> Vec<Packed> {
    let pack = |limit| Packer::new(at.clone(), limit).pack(rows.iter().cloned());
    let blocks = pack(BLOCK_BYTES_MAX);
    if blocks.len() == 1 { blocks } else { pack(BLOCK_BYTES_MAX / 4 * 3) }
}

/// Writes blocks with what is then stated.
fn put(engine: &Engine, blocks: Vec<Packed>, stated: &mut Stated) -> Result<(), EngineError> {
    for block in &blocks {
        stated.tally.add(&block.at, &block.bytes);
    }
    engine.write(blocks, stated)
}

/// Whether there is room to write so many bytes of blocks. A file system that does not say is asked by writing.
pub(super) fn check_room(directory: &Path, disk: &Disk, bytes: u64) -> Result<(), EngineError> {
    let needed_bytes = WRITE_COST * bytes + ROOM_BYTES_MIN;
    match disk.free_bytes(directory) {
        Some(free_bytes) if free_bytes < needed_bytes => {
            Err(EngineError::Failed(format!("{free_bytes} bytes are free on the disk; {needed_bytes} are needed")))
        }
        _ => Ok(()),
    }
}

impl Ground<'_> {
    /// Whether there is room for blocks in their place.
    fn check_room(&self, bytes: u64) -> Result<(), EngineError> {
        check_room(self.directory, self.disk, bytes)
    }

    /// Whether a second copy fits onto the disk.
    fn has_room_for_copy(&self, bytes: u64) -> bool {
        self.disk.free_bytes(self.directory).is_some() && self.check_room(bytes).is_ok()
    }
}

const GENERATION: &str = "db-";

/// Where the blocks of a generation are.
pub(super) fn generation_path(directory: &Path, generation: u64) -> PathBuf {
    directory.join(format!("{GENERATION}{generation}"))
}

/// Removes the blocks of all other generations.
pub(super) fn remove_others(directory: &Path, generation: u64) -> io::Result<()> {
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
