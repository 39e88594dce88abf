//! The acknowledged mark: up to where records were acknowledged, noted beside the journal after each sync.
//!
//! Without it a bit that rots in the very last records would look like a tear. It is written without waiting for the disk, so
//! after a power cut it may lag behind, which is safe; two places are used in turn, so a tear spoils at most the newer. A
//! backup leaves this file out: then the end of the journal is judged by its frames alone.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use protocol::hash;

use super::position::Position;
use crate::{
    disk::Disk,
    format::{Format, FormatError, STAMP_LEN},
};

const FORMAT: Format = Format { magic: *b"CNSLmark", number: 1, what: "an acknowledged mark" };
const PLACE_LEN: usize = 16 + 8 + 16;

pub(super) struct Mark {
    file: File,
    disk: Disk,
    journal: [u8; 16],
    turn: u64,
}

/// What a mark file said.
pub(super) struct Marked {
    pub(super) journal: [u8; 16],
    pub(super) acknowledged: Position,
}

impl Mark {
    /// Makes the file anew.
    pub(super) fn create(directory: &Path, journal: [u8; 16], acknowledged: Position, disk: &Disk) -> io::Result<Self> {
        let place = encode(&journal, acknowledged);
        disk.replace(&path(directory), &[FORMAT.stamp().as_slice(), &place, &place].concat())?;
        let file = File::options().write(true).open(path(directory))?;
        Ok(Self { file, disk: disk.clone(), journal, turn: 0 })
    }

    /// The file as it stands, for a start on a disk that has no room for a new one.
    pub(super) fn reuse(directory: &Path, journal: [u8; 16], disk: &Disk) -> io::Result<Self> {
        let file = File::options().write(true).open(path(directory))?;
        Ok(Self { file, disk: disk.clone(), journal, turn: 0 })
    }

    /// The newer of the two places, if the file is there and one of them is sound.
    pub(super) fn read(directory: &Path) -> Result<Option<Marked>, FormatError> {
        let path = path(directory);
        let bytes = std::fs::read(&path).unwrap_or_default();
        match FORMAT.check(&path, &bytes) {
            Err(newer @ FormatError::Newer { .. }) => return Err(newer),
            Err(FormatError::Unknown { .. }) => return Ok(None),
            Ok(()) => {}
        }
        Ok(bytes[STAMP_LEN..].chunks_exact(PLACE_LEN).filter_map(decode).max_by_key(|marked| marked.acknowledged))
    }

    /// Notes a new end. A failure is no harm: the mark then lags.
    pub(super) fn note(&mut self, acknowledged: Position) {
        self.turn ^= 1;
        let offset = STAMP_LEN as u64 + self.turn * PLACE_LEN as u64;
        let _ = self.disk.write_at(&self.file, &encode(&self.journal, acknowledged), offset);
    }

    /// Waits for the disk, at the end of an orderly stop.
    pub(super) fn close(&self) {
        let _ = self.disk.sync(&self.file);
    }
}

fn encode(journal: &[u8; 16], acknowledged: Position) -> Vec<u8> {
    let mut bytes = [journal.as_slice(), &acknowledged.to_u64().to_be_bytes()].concat();
    let check = hash("mark", &[&bytes]);
    bytes.extend_from_slice(&check[..16]);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Marked> {
    let (stated, check) = bytes.split_at_checked(24)?;
    if hash("mark", &[stated])[..16] != *check {
        return None;
    }
    let (journal, packed) = stated.split_first_chunk()?;
    let acknowledged = Position::from_u64(u64::from_be_bytes(*packed.first_chunk()?));
    Some(Marked { journal: *journal, acknowledged })
}

fn path(directory: &Path) -> PathBuf {
    directory.join("acknowledged")
}
