//! One process a directory: an advisory lock that the kernel drops with the process, however it ends.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::fs::{FlockOperation, flock};

use crate::disk;

const FORMAT: u32 = 1;
/// The first line without its number.
const FIRST_LINE: &str = "consilium lock, format ";

/// How long is waited before a lock that another process holds is asked for again.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// A directory that is not ours to use.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{} is in use by another process{}", directory.display(), pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// The other process, if it left its number.
        pid: Option<u32>,
    },
    /// A newer program worked here; what it left is not for this one.
    #[error("{} has format {found}; this program knows up to {FORMAT}: use a newer one, or the data of before the upgrade", file.display())]
    Newer {
        /// The lock file.
        file: PathBuf,
        /// The number it carries.
        found: u32,
    },
    /// The lock file cannot be made or locked.
    #[error("{} cannot be locked", directory.display())]
    Io {
        /// The directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The right to a data directory, for as long as it lives.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Makes the directory if it is not there, and takes it.
    ///
    /// # Errors
    /// [`LockError::InUse`] at once if another process, or another lock of this one, holds it.
    pub fn acquire(directory: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Io { directory: directory.to_owned(), source };
        disk::make_directory(directory).map_err(failed)?;
        let path = directory.join("lock");
        let mut file = File::options().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(LockError::InUse { directory: directory.to_owned(), pid: pid_in(&path) });
            }
            result => result.map_err(|error| failed(error.into()))?,
        }
        if let Some((found, _)) = read(&path).filter(|(found, _)| *found > FORMAT) {
            return Err(LockError::Newer { file: path, found });
        }
        // The number only helps a person to find the process; a full disk must not keep the node from starting.
        let _ = file.set_len(0).and_then(|()| write!(file, "{FIRST_LINE}{FORMAT}\npid {}\n", std::process::id()));
        Ok(Self { _file: file })
    }

    /// The same, asked again for some time while another process holds it: a command holds it for a moment only. Blocks.
    ///
    /// # Errors
    /// [`LockError::InUse`] if it is held all that time; the others at once.
    pub fn acquire_within(directory: &Path, patience: Duration) -> Result<Self, LockError> {
        let until = Instant::now() + patience;
        loop {
            match Self::acquire(directory) {
                Err(LockError::InUse { .. }) if Instant::now() < until => thread::sleep(BETWEEN_TRIES),
                decided => return decided,
            }
        }
    }
}

/// The format of a lock file and what stands behind its first line.
fn read(path: &Path) -> Option<(u32, String)> {
    let text = fs::read_to_string(path).ok()?;
    let (format, rest) = text.strip_prefix(FIRST_LINE)?.split_once('\n')?;
    Some((format.parse().ok()?, rest.to_owned()))
}

fn pid_in(path: &Path) -> Option<u32> {
    read(path)?.1.trim().strip_prefix("pid ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_open_is_told_who_has_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let held = DirectoryLock::acquire(&data).unwrap();
        let said = DirectoryLock::acquire(&data).unwrap_err().to_string();
        assert_eq!(said, format!("{} is in use by another process (pid {})", data.display(), std::process::id()));
        drop(held);
        DirectoryLock::acquire(&data).unwrap();
    }

    #[test]
    fn who_can_wait_gets_a_directory_that_is_held_for_a_moment() {
        let directory = tempfile::tempdir().unwrap();
        let held = DirectoryLock::acquire(directory.path()).unwrap();
        let in_vain = DirectoryLock::acquire_within(directory.path(), Duration::from_millis(1));
        assert!(matches!(in_vain, Err(LockError::InUse { .. })));
        let data = directory.path().to_owned();
        let waiting = thread::spawn(move || DirectoryLock::acquire_within(&data, Duration::from_secs(60)));
        drop(held);
        waiting.join().unwrap().unwrap();
    }

    #[test]
    fn a_lock_file_without_a_readable_number_still_refuses() {
        let directory = tempfile::tempdir().unwrap();
        let _held = DirectoryLock::acquire(directory.path()).unwrap();
        fs::write(directory.path().join("lock"), "").unwrap();
        let said = DirectoryLock::acquire(directory.path()).unwrap_err().to_string();
        assert!(said.ends_with("is in use by another process"), "{said}");
    }
}
