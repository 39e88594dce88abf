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

const FORMAT: Format = Format { magic: *b"CNSLchkp", number: 1, what: "a checkpoint of tables" };

/// How far the tables were, and whether they were closed in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// Nothing was written after it.
    pub(super) is_orderly: bool,
    /// Per mark how far its journal was applied.
    pub(super) marks: BTreeMap<String, u64>,
    /// Per table how many rows, and their sum.
    pub(super) tallies: BTreeMap<String, Tally>,
}

/// How many rows a table has, and the sum of their hashes: the same in whatever order they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) sum: u128,
}

impl Tally {
    pub(super) const LEN: usize = 24;

    pub(super) fn add(&mut self, key: &[u8], row: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(row_hash(key, row));
    }

    pub(super) fn take(&mut self, key: &[u8], row: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(row_hash(key, row));
    }

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(&self.rows.to_be_bytes());
        bytes[8..].copy_from_slice(&self.sum.to_be_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rows, sum) = bytes.split_first_chunk()?;
        Some(Self { rows: u64::from_be_bytes(*rows), sum: u128::from_be_bytes(sum.try_into().ok()?) })
    }
}

impl Checkpoint {
    pub(super) fn write(&self, directory: &Path, disk: &Disk) -> io::Result<()> {
        let mut bytes = FORMAT.stamp().to_vec();
        bytes.push(u8::from(self.is_orderly));
        push_all(&mut bytes, &self.marks, |mark| mark.to_be_bytes());
        push_all(&mut bytes, &self.tallies, |tally| tally.to_bytes());
        let check = hash("checkpoint", &[&bytes]);
        bytes.extend_from_slice(&check);
        disk.replace(&path(directory), &bytes)
    }

    /// The checkpoint of a directory, if there is a sound one.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let path = path(directory);
        let bytes = std::fs::read(&path).ok()?;
        FORMAT.check(&path, &bytes).ok()?;
        let (stated, check) = bytes.split_at_checked(bytes.len().checked_sub(32)?)?;
        if hash("checkpoint", &[stated]) != check {
            return None;
        }
        let (is_orderly, rest) = stated.get(STAMP_LEN..)?.split_first()?;
        let (marks, rest) = pull_all(rest, 8, |bytes| Some(u64::from_be_bytes(bytes.try_into().ok()?)))?;
        let (tallies, _) = pull_all(rest, Tally::LEN, Tally::from_bytes)?;
        Some(Self { is_orderly: *is_orderly == 1, marks, tallies })
    }
}

fn push_all<T: Copy, const N: usize>(bytes: &mut Vec<u8>, all: &BTreeMap<String, T>, to_bytes: impl Fn(T) -> [u8; N]) {
    bytes.extend_from_slice(&(all.len() as u32).to_be_bytes());
    for (name, value) in all {
        bytes.extend_from_slice(&(name.len() as u32).to_be_bytes());
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&to_bytes(*value));
    }
}

type Pulled<'b, T> = Option<(BTreeMap<String, T>, &'b [u8])>;

fn pull_all<T>(bytes: &[u8], value_len: usize, from_bytes: impl Fn(&[u8]) -> Option<T>) -> Pulled<'_, T> {
    let (count, mut rest) = pull_number(bytes)?;
    let mut all = BTreeMap::new();
    for _ in 0..count {
        let (length, after) = pull_number(rest)?;
        let (name, after) = after.split_at_checked(length as usize)?;
        let (value, after) = after.split_at_checked(value_len)?;
        all.insert(String::from_utf8(name.to_vec()).ok()?, from_bytes(value)?);
        rest = after;
    }
    Some((all, rest))
}

fn pull_number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}

fn row_hash(key: &[u8], row: &[u8]) -> u128 {
    let full = hash("row", &[&(key.len() as u64).to_be_bytes(), key, row]);
    full.iter().take(16).fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

fn path(directory: &Path) -> PathBuf {
    directory.join("checkpoint")
}
