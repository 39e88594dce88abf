//! All key files of one owner, by number.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use super::{Head, KeyError, KeyFile};
use crate::{
    disk::Disk,
    entropy::Entropy,
    seal::{ContentKey, Keyring, WrappingKey},
};

/// The key files of a journal or of the blobs.
pub(crate) struct KeySet {
    directory: PathBuf,
    owner: [u8; 16],
    disk: Disk,
    entropy: Entropy,
    state: RwLock<State>,
}

struct State {
    current: WrappingKey,
    files: BTreeMap<u32, Arc<KeyFile>>,
}

impl KeySet {
    /// A set with no file yet.
    pub(crate) fn new(directory: PathBuf, owner: [u8; 16], current: WrappingKey, entropy: Entropy, disk: Disk) -> Self {
        Self { directory, owner, disk, entropy, state: RwLock::new(State { current, files: BTreeMap::new() }) }
    }

    /// Takes in a file that is there.
    pub(crate) fn open(&self, number: u32, keyring: &Keyring) -> Result<Arc<KeyFile>, KeyError> {
        let file = Arc::new(KeyFile::open(&self.directory, self.head(number), keyring, &self.disk)?);
        self.write().files.insert(number, file.clone());
        Ok(file)
    }

    /// Makes a new file under the current wrapping key.
    pub(crate) fn create(&self, number: u32) -> Result<Arc<KeyFile>, KeyError> {
        let mut state = self.write();
        let file = KeyFile::create(&self.directory, self.head(number), &state.current, &self.entropy, &self.disk)?;
        let file = Arc::new(file);
        state.files.insert(number, file.clone());
        Ok(file)
    }

    /// Whether that file was taken in or made.
    pub(crate) fn has(&self, number: u32) -> bool {
        self.read().files.contains_key(&number)
    }

    /// The newest file.
    pub(crate) fn last(&self) -> Option<(u32, Arc<KeyFile>)> {
        self.read().files.last_key_value().map(|(number, file)| (*number, file.clone()))
    }

    /// The key in a slot, or nothing if it was erased.
    pub(crate) fn get(&self, number: u32, slot: u32) -> Result<Option<ContentKey>, KeyError> {
        self.file(number)?.get(slot)
    }

    /// Erases slots of one file. Returns how many of them were ever given out.
    pub(crate) fn erase(&self, number: u32, slots: &[u32]) -> Result<usize, KeyError> {
        self.file(number)?.erase(slots)
    }

    /// Rewrites every file under a new wrapping key; files made from now on are under it too.
    pub(crate) fn rewrite(&self, wrapping: &WrappingKey) -> Result<(), KeyError> {
        let files: Vec<_> = {
            let mut state = self.write();
            state.current = wrapping.clone();
            state.files.values().cloned().collect()
        };
        files.iter().try_for_each(|file| file.rewrite(wrapping, &self.entropy))
    }

    fn file(&self, number: u32) -> Result<Arc<KeyFile>, KeyError> {
        let damaged = || KeyError::FileDamaged { file: super::paths(&self.directory, number)[0].clone() };
        self.read().files.get(&number).cloned().ok_or_else(damaged)
    }

    fn head(&self, number: u32) -> Head {
        Head { owner: self.owner, number }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
