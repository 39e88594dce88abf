//! The checkpoint: what the engine had at least on the disk, known outside of it.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use protocol::hash;

use crate::{
    disk::Disk,
    format::{Format, STAMP_LEN},
};

const FORMAT: Format = Format { magic: *b"CNSLchkp", number: 2, what: "a checkpoint of tables" };

/// What was written, and whether the tables were closed in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// In which directory the blocks are.
    pub(super) generation: u64,
    /// Nothing was written after it.
    pub(super) is_orderly: bool,
    /// What was there.
    pub(super) stated: Stated,
}

/// How far the rows that are written go, and what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stated {
    /// Per mark how far its journal was applied.
    pub(super) marks: BTreeMap<String, u64>,
    pub(super) tally: Tally,
}

/// How many blocks there are, their bytes, and the sum of their hashes: the same in whatever order they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) blocks: u64,
    pub(super) bytes: u64,
    sum: u128,
}

impl Tally {
    const LEN: usize = 32;

    pub(super) fn add(&mut self, at: &[u8], block: &[u8]) {
        self.blocks = self.blocks.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add((at.len() + block.len()) as u64);
        self.sum = self.sum.wrapping_add(block_hash(at, block));
    }

    pub(super) fn take(&mut self, at: &[u8], block: &[u8]) {
        self.blocks = self.blocks.wrapping_sub(1);
        self.bytes = self.bytes.wrapping_sub((at.len() + block.len()) as u64);
        self.sum = self.sum.wrapping_sub(block_hash(at, block));
    }

    fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(&self.blocks.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.bytes.to_be_bytes());
        bytes[16..].copy_from_slice(&self.sum.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (blocks, rest) = bytes.split_first_chunk()?;
        let (bytes, sum) = rest.split_first_chunk()?;
        let (blocks, bytes) = (u64::from_be_bytes(*blocks), u64::from_be_bytes(*bytes));
        Some(Self { blocks, bytes, sum: u128::from_be_bytes(sum.try_into().ok()?) })
    }
}

impl Stated {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.tally.to_bytes().to_vec();
        for (name, mark) in &self.marks {
            bytes.push(name.len() as u8);
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&mark.to_be_bytes());
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tally, mut rest) = bytes.split_at_checked(Tally::LEN)?;
        let mut marks = BTreeMap::new();
        while let Some((length, after)) = rest.split_first() {
            let (name, after) = after.split_at_checked(usize::from(*length))?;
            let (mark, after) = after.split_first_chunk()?;
            marks.insert(String::from_utf8(name.to_vec()).ok()?, u64::from_be_bytes(*mark));
            rest = after;
        }
        Some(Self { marks, tally: Tally::from_bytes(tally)? })
    }
}

impl Checkpoint {
    pub(super) fn write(&self, directory: &Path, disk: &Disk) -> io::Result<()> {
        let mut bytes = FORMAT.stamp().to_vec();
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.push(u8::from(self.is_orderly));
        bytes.extend_from_slice(&self.stated.to_bytes());
        let check = hash("checkpoint", &[&bytes]);
        bytes.extend_from_slice(&check);
        disk.replace(&path(directory), &bytes)
    }

    /// The checkpoint of a directory, if there is a sound one.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let path = path(directory);
        let bytes = std::fs::read(&path).ok()?;
        FORMAT.check(&path, &bytes).ok()?;
        let (known, check) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
        if hash("checkpoint", &[known]) != check {
            return None;
        }
        let (generation, rest) = known.get(STAMP_LEN..)?.split_first_chunk()?;
        let (is_orderly, stated) = rest.split_first()?;
        Some(Self {
            generation: u64::from_be_bytes(*generation),
            is_orderly: *is_orderly == 1,
            stated: Stated::from_bytes(stated)?,
        })
    }
}

fn block_hash(at: &[u8], block: &[u8]) -> u128 {
    let full = hash("block", &[&(at.len() as u64).to_be_bytes(), at, block]);
    full.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

fn path(directory: &Path) -> PathBuf {
    directory.join("checkpoint")
}
