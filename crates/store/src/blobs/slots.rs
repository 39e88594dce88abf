//! The keys of blobs: key files of the journal's make, one after another.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::BlobError;
use crate::{
    disk::{self, Disk},
    entropy::Entropy,
    keys::{KeyError, KeySet},
    seal::{ContentKey, Keyring, WrappingKey},
};

/// Whose keys these are, in the head of each file.
const OWNER: [u8; 16] = *b"consilium blobs\0";
/// A file of about 1.8 MB; then the next begins.
const SLOTS_MAX: u32 = 16_384;
/// Keys written ahead with one sync.
const KEYS_AHEAD: u32 = 16;

/// Which key an object is sealed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: u32,
    pub(super) slot: u32,
}

pub(super) struct Slots {
    keys: KeySet,
    entropy: Entropy,
    ahead: Mutex<Ahead>,
}

#[derive(Default)]
struct Ahead {
    keys: VecDeque<(Place, ContentKey)>,
    /// The highest number of a file that is or was there, readable or not: no number comes twice.
    last_file: u32,
}

impl Slots {
    pub(super) fn open(directory: &Path, keyring: &Keyring, entropy: &Entropy, disk: &Disk) -> Result<Self, BlobError> {
        let io = |source| BlobError::Directory { directory: directory.to_owned(), source };
        disk::make_directory(directory).and_then(|()| disk::remove_unfinished(directory)).map_err(io)?;
        let keys = KeySet::new(directory.to_owned(), OWNER, keyring.current.clone(), entropy.clone(), disk.clone());
        let mut last_file = 0;
        for entry in fs::read_dir(directory).map_err(io)? {
            let name = entry.map_err(io)?.file_name();
            // The second copy counts too: a lost first one must not hide a file.
            let number = Path::new(&name).file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            let Some(number) = number.filter(|number| !keys.has(*number)) else { continue };
            last_file = last_file.max(number);
            match keys.open(number, keyring) {
                // What it sealed is lost and says so when it is read; the rest is not.
                Ok(_) | Err(KeyError::FileDamaged { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let ahead = Mutex::new(Ahead { keys: VecDeque::new(), last_file });
        Ok(Self { keys, entropy: entropy.clone(), ahead })
    }

    /// A key that was never used, already on the disk.
    pub(super) fn take(&self) -> Result<(Place, ContentKey), KeyError> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = ahead.keys.pop_front() {
            return Ok(next);
        }
        let (file, keys) = match self.keys.last() {
            Some((number, file)) if number == ahead.last_file && file.used() < SLOTS_MAX => (number, file),
            _ => (ahead.last_file + 1, self.keys.create(ahead.last_file + 1)?),
        };
        ahead.last_file = file;
        let reserved = keys.reserve(KEYS_AHEAD, &self.entropy)?;
        ahead.keys.extend(reserved.into_iter().map(|(slot, key)| (Place { file, slot }, key)));
        Ok(ahead.keys.pop_front().expect("a reservation has at least one key"))
    }

    /// The key of a place, or nothing if it was erased.
    pub(super) fn get(&self, place: Place) -> Result<Option<ContentKey>, KeyError> {
        self.keys.get(place.file, place.slot)
    }

    /// Erases slots, by file; how many of them were lost with their file, or with its end.
    pub(super) fn erase(&self, slots: &BTreeMap<u32, Vec<u32>>) -> Result<usize, KeyError> {
        let mut lost = 0;
        for (file, slots) in slots {
            match self.keys.erase(*file, slots) {
                Err(KeyError::FileDamaged { .. }) => lost += slots.len(),
                erased => lost += slots.len() - erased?,
            }
        }
        Ok(lost)
    }

    pub(super) fn rewrite(&self, wrapping: &WrappingKey) -> Result<(), KeyError> {
        self.keys.rewrite(wrapping)
    }
}
