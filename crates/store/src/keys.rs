//! Key files: where the keys of sealed payloads and blobs lie, so that one can be destroyed without touching what it sealed.
//!
//! One file a journal segment (and one after another for blobs), each in two copies of equal bytes, `000001.keys` and
//! `000001.keys2`. After a head of [`HEAD_LEN`] bytes stand slots of fixed size, each with a checksum of its own. A slot is
//! used once: numbers only grow, and a crash skips what was reserved. No file is kept open, so a rewrite needs no care for
//! readers; slots that were read ahead are forgotten before any is written.

mod head;
mod set;
mod slot;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    disk::{Disk, is_full},
    entropy::Entropy,
    format::FormatError,
    seal::{ContentKey, Keyring, WrappingKey},
};

use head::{HEAD_LEN, Head};
pub(crate) use set::KeySet;
use slot::{SLOT_LEN, Slot};

/// A key that cannot be had, for another reason than that it was erased.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file was written under a wrapping key that was not given.
    #[error("{} is under another wrapping key", file.display())]
    WrongWrappingKey {
        /// The key file.
        file: PathBuf,
    },
    /// Neither copy of the file can be read.
    #[error("{} and its second copy are missing or damaged", file.display())]
    FileDamaged {
        /// The first copy.
        file: PathBuf,
    },
    /// Neither copy of the slot passes its checksum.
    #[error("slot {slot} of {} is damaged in both copies", file.display())]
    SlotDamaged {
        /// The first copy.
        file: PathBuf,
        /// The slot.
        slot: u32,
    },
    /// Written by a newer program.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Reading or writing failed; nothing that was there is lost.
    #[error("{} cannot be read or written", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Waiting for the disk failed: what was written may be gone without another word.
    #[error("{} may not be on the disk", file.display())]
    Lost {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// One key file, both copies.
pub(crate) struct KeyFile {
    paths: [PathBuf; 2],
    head: Head,
    disk: Disk,
    state: Mutex<State>,
}

struct State {
    /// Goes up with each rewrite; of two copies with different ones the higher is the newer.
    generation: u64,
    wrapping: WrappingKey,
    /// Slots below this are never given out again.
    used: u32,
    ahead: Ahead,
}

/// Slots of the first copy that were read with one that was asked for: records are often read one after the other.
#[derive(Default)]
struct Ahead {
    first: u32,
    bytes: Vec<u8>,
}

impl KeyFile {
    /// Makes both copies, empty. What stood under these names had no used slot: see the callers.
    pub(crate) fn create(
        directory: &Path,
        head: Head,
        wrapping: &WrappingKey,
        entropy: &Entropy,
        disk: &Disk,
    ) -> Result<Self, KeyError> {
        let paths = paths(directory, head.number);
        let bytes = head.encode(1, wrapping, entropy);
        for path in &paths {
            disk.replace(path, &bytes).map_err(|source| KeyError::Io { file: path.clone(), source })?;
        }
        let state = Mutex::new(State { generation: 1, wrapping: wrapping.clone(), used: 0, ahead: Ahead::default() });
        Ok(Self { paths, head, disk: disk.clone(), state })
    }

    /// Reads both copies and lets each repair the other.
    pub(crate) fn open(directory: &Path, head: Head, keyring: &Keyring, disk: &Disk) -> Result<Self, KeyError> {
        let paths = paths(directory, head.number);
        let [first, second] = [read_copy(&paths[0], &head)?, read_copy(&paths[1], &head)?];
        let (generation, bytes) = match (first, second) {
            (None, None) => return Err(KeyError::FileDamaged { file: paths[0].clone() }),
            (Some(first), Some(second)) if first.0 == second.0 => (first.0, head.reconcile(&first.1, &second.1)),
            (Some(first), Some(second)) => std::cmp::max_by_key(first, second, |copy| copy.0),
            (Some(only), None) | (None, Some(only)) => only,
        };
        let wrapping = keyring
            .keys()
            .find(|key| head.is_under(&bytes, generation, key))
            .ok_or_else(|| KeyError::WrongWrappingKey { file: paths[0].clone() })?;
        let used = (bytes.len() - HEAD_LEN).div_ceil(SLOT_LEN);
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        let state = State { generation, wrapping: wrapping.clone(), used, ahead: Ahead::default() };
        let opened = Self { paths, head, disk: disk.clone(), state: Mutex::new(state) };
        opened.write_where_different(&bytes)?;
        Ok(opened)
    }

    /// Slots that were ever given out.
    pub(crate) fn used(&self) -> u32 {
        self.state().used
    }

    /// Draws `count` keys into new slots of both copies and waits for the disk. On a full disk nothing was given out.
    pub(crate) fn reserve(&self, count: u32, entropy: &Entropy) -> Result<Vec<(u32, ContentKey)>, KeyError> {
        let mut state = self.state();
        state.ahead = Ahead::default();
        let first = state.used;
        let keys: Vec<_> = (first..first.saturating_add(count)).map(|slot| (slot, ContentKey::draw(entropy))).collect();
        let mut bytes = Vec::with_capacity(keys.len() * SLOT_LEN);
        for (slot, key) in &keys {
            let wrapped = state.wrapping.wrap(key, entropy, &self.head.slot_aad(*slot));
            bytes.extend_from_slice(&Slot::Held(wrapped).encode(&self.head, *slot));
        }
        for path in &self.paths {
            if let Err(error) = self.write_slots(path, first, &bytes) {
                self.take_back(first);
                return Err(error);
            }
        }
        state.used = first.saturating_add(count);
        Ok(keys)
    }

    /// The key in a slot, or nothing if it was erased.
    pub(crate) fn get(&self, slot: u32) -> Result<Option<ContentKey>, KeyError> {
        let mut state = self.state();
        let damaged = || KeyError::SlotDamaged { file: self.paths[0].clone(), slot };
        match self.slot(&mut state.ahead, slot)?.ok_or_else(damaged)? {
            Slot::Erased => Ok(None),
            Slot::Held(wrapped) => {
                state.wrapping.unwrap(&wrapped, &self.head.slot_aad(slot)).map(Some).ok_or_else(damaged)
            }
        }
    }

    /// The first copy's slot, or the second's where the first is damaged or cannot be read.
    fn slot(&self, ahead: &mut Ahead, slot: u32) -> Result<Option<Slot>, KeyError> {
        if ahead.slot(slot).is_none() {
            *ahead = Ahead::read(&self.paths[0], slot).unwrap_or_default();
        }
        if let Some(sound) = ahead.slot(slot).and_then(|bytes| Slot::decode(bytes, &self.head, slot)) {
            return Ok(Some(sound));
        }
        let mut unread = Ok(None);
        for path in &self.paths {
            match read_slot(path, slot) {
                Ok(bytes) => {
                    if let Some(sound) = bytes.and_then(|bytes| Slot::decode(&bytes, &self.head, slot)) {
                        return Ok(Some(sound));
                    }
                }
                Err(source) => unread = unread.and(Err(KeyError::Io { file: path.clone(), source })),
            }
        }
        unread
    }

    /// Overwrites slots in both copies and waits for the disk. Needs no room, and again does no harm. Returns how many of them
    /// were ever given out.
    pub(crate) fn erase(&self, slots: &[u32]) -> Result<usize, KeyError> {
        let mut state = self.state();
        state.ahead = Ahead::default();
        let used: Vec<u32> = slots.iter().copied().filter(|slot| *slot < state.used).collect();
        for path in &self.paths {
            let io = |source| KeyError::Io { file: path.clone(), source };
            let file = File::options().write(true).open(path).map_err(io)?;
            for slot in &used {
                let erased = Slot::Erased.encode(&self.head, *slot);
                self.disk.write_at(&file, &erased, slot_offset(*slot)).map_err(io)?;
            }
            self.disk.sync(&file).map_err(|source| KeyError::Lost { file: path.clone(), source })?;
        }
        Ok(used.len())
    }

    /// Writes both copies anew under another wrapping key. A file that is under it already stays as it is.
    pub(crate) fn rewrite(&self, wrapping: &WrappingKey, entropy: &Entropy) -> Result<(), KeyError> {
        let mut state = self.state();
        let [old, second] = [0, 1].map(|copy| std::fs::read(&self.paths[copy]).unwrap_or_default());
        if [&old, &second].iter().all(|copy| self.head.is_under(copy, state.generation, wrapping)) {
            return Ok(());
        }
        state.ahead = Ahead::default();
        let generation = state.generation + 1;
        let mut bytes = self.head.encode(generation, wrapping, entropy);
        for slot in 0..state.used {
            bytes.extend_from_slice(&self.rewrapped([&old, &second], slot, &state.wrapping, wrapping, entropy));
        }
        for path in &self.paths {
            self.disk.replace(path, &bytes).map_err(|source| KeyError::Io { file: path.clone(), source })?;
            // From the first copy on readers need the new key; the second copy is repaired at open if this ends here.
            state.generation = generation;
            state.wrapping = wrapping.clone();
        }
        Ok(())
    }

    /// A slot under the new key; one that is damaged in both copies stays damaged.
    fn rewrapped(
        &self,
        copies: [&[u8]; 2],
        slot: u32,
        from: &WrappingKey,
        to: &WrappingKey,
        entropy: &Entropy,
    ) -> [u8; SLOT_LEN] {
        let read = |copy: &[u8]| Slot::decode(copy.get(slot_range(slot))?.try_into().ok()?, &self.head, slot);
        let aad = self.head.slot_aad(slot);
        match copies.into_iter().find_map(read) {
            Some(Slot::Erased) => Slot::Erased.encode(&self.head, slot),
            Some(Slot::Held(wrapped)) => from
                .unwrap(&wrapped, &aad)
                .map_or([0; SLOT_LEN], |key| Slot::Held(to.wrap(&key, entropy, &aad)).encode(&self.head, slot)),
            None => [0; SLOT_LEN],
        }
    }

    fn write_slots(&self, path: &Path, first: u32, bytes: &[u8]) -> Result<(), KeyError> {
        let io = |source| KeyError::Io { file: path.to_owned(), source };
        let file = File::options().write(true).open(path).map_err(io)?;
        self.disk.write_at(&file, bytes, slot_offset(first)).map_err(io)?;
        self.disk.sync(&file).map_err(|source| KeyError::Lost { file: path.to_owned(), source })
    }

    /// Cuts off a reservation that did not fit. If even that fails the slots stay behind unused; the next open skips them.
    fn take_back(&self, first: u32) {
        for path in &self.paths {
            let _ = File::options().write(true).open(path).and_then(|file| file.set_len(slot_offset(first)));
        }
    }

    /// Repairs what differs: as a whole new file, or in place where the disk has no room for one.
    fn write_where_different(&self, bytes: &[u8]) -> Result<(), KeyError> {
        for path in self.paths.iter().filter(|path| std::fs::read(path).ok().as_deref() != Some(bytes)) {
            let repaired = match self.disk.replace(path, bytes) {
                Err(error) if is_full(&error) => File::options().write(true).open(path).and_then(|file| {
                    self.disk.write_at(&file, bytes, 0)?;
                    self.disk.sync(&file)
                }),
                result => result,
            };
            repaired.map_err(|source| KeyError::Io { file: path.clone(), source })?;
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ahead {
    /// Slots that are read at once.
    const SLOTS: usize = 64;

    /// Reads a copy from a slot on. Where one of them cannot be read, none is: the one that is wanted may be sound.
    fn read(path: &Path, slot: u32) -> io::Result<Self> {
        let (mut file, mut bytes) = (File::open(path)?, Vec::new());
        file.seek(SeekFrom::Start(slot_offset(slot)))?;
        file.take((Self::SLOTS * SLOT_LEN) as u64).read_to_end(&mut bytes)?;
        Ok(Self { first: slot, bytes })
    }

    fn slot(&self, slot: u32) -> Option<&[u8; SLOT_LEN]> {
        let start = slot.checked_sub(self.first)? as usize * SLOT_LEN;
        self.bytes.get(start..)?.first_chunk()
    }
}

impl Head {
    /// The better slot of each pair: an erased one beats a held one, a sound one beats a damaged one.
    fn reconcile(&self, first: &[u8], second: &[u8]) -> Vec<u8> {
        if first == second {
            return first.to_vec();
        }
        let mut bytes = first[..HEAD_LEN].to_vec();
        let used = (first.len().max(second.len()) - HEAD_LEN).div_ceil(SLOT_LEN);
        for slot in 0..u32::try_from(used).unwrap_or(u32::MAX) {
            let read = |copy: &[u8]| {
                let bytes: [u8; SLOT_LEN] = copy.get(slot_range(slot))?.try_into().ok()?;
                Some((Slot::decode(&bytes, self, slot)?.is_erased(), bytes))
            };
            let best = read(first).into_iter().chain(read(second)).max_by_key(|(is_erased, _)| *is_erased);
            bytes.extend_from_slice(&best.map_or([0; SLOT_LEN], |(_, bytes)| bytes));
        }
        bytes
    }
}

/// One copy with its generation, if its head is sound.
fn read_copy(path: &Path, head: &Head) -> Result<Option<(u64, Vec<u8>)>, KeyError> {
    match std::fs::read(path) {
        Ok(bytes) => match head.generation_of(path, &bytes) {
            Ok(generation) => Ok(Some((generation, bytes))),
            Err(newer @ FormatError::Newer { .. }) => Err(newer.into()),
            Err(FormatError::Unknown { .. }) => Ok(None),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyError::Io { file: path.to_owned(), source }),
    }
}

fn read_slot(path: &Path, slot: u32) -> io::Result<Option<[u8; SLOT_LEN]>> {
    let mut bytes = [0; SLOT_LEN];
    match File::open(path).and_then(|file| file.read_exact_at(&mut bytes, slot_offset(slot))) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => Ok(None),
        Err(error) => Err(error),
    }
}

fn slot_offset(slot: u32) -> u64 {
    HEAD_LEN as u64 + u64::from(slot) * SLOT_LEN as u64
}

fn slot_range(slot: u32) -> std::ops::Range<usize> {
    let start = HEAD_LEN + slot as usize * SLOT_LEN;
    start..start + SLOT_LEN
}

fn paths(directory: &Path, number: u32) -> [PathBuf; 2] {
    ["keys", "keys2"].map(|extension| directory.join(format!("{number:06}.{extension}")))
}
