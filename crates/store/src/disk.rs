//! How bytes get onto the disk so that they stay: positioned writes, fdatasync, and whole files by rename.
//!
//! Everything that writes goes through [`Disk`], so that tests can let the n-th sync fail or the space run out at a chosen
//! byte. A process learns of a failed write exactly once; whoever gets an error from a sync here must not try again.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use crate::space::free_space;

/// The way to the disk.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub(crate) faults: faults::Faults,
}

impl Disk {
    /// Writes all of `bytes` at `offset`. On an error a part may have been written.
    pub(crate) fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        #[cfg(test)]
        self.faults.before_write(file, bytes, offset)?;
        file.write_all_at(bytes, offset)
    }

    /// Waits until the file's bytes and length are on the disk.
    pub(crate) fn sync(&self, file: &File) -> io::Result<()> {
        #[cfg(test)]
        self.faults.before_sync()?;
        file.sync_data()
    }

    /// Bytes that are free on the file system of a directory; nothing if it does not say.
    pub(crate) fn free_bytes(&self, directory: &Path) -> Option<u64> {
        #[cfg(test)]
        if let Some(said) = self.faults.free_bytes() {
            return said;
        }
        free_space(directory).ok().map(|space| space.free_bytes)
    }

    /// Makes or replaces a whole file: written beside it, synced, renamed, directory synced. After a crash the old file or
    /// the new one is there, never a part.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = beside(path);
        let written = self.write_whole(&beside, bytes).and_then(|()| fs::rename(&beside, path));
        if let Err(error) = written {
            // What was begun is removed so that a full disk does not fill further; the first error is the one to report.
            let _ = fs::remove_file(&beside);
            return Err(error);
        }
        sync_directory_of(path)
    }

    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let file = File::options().write(true).create(true).truncate(true).open(path)?;
        self.write_at(&file, bytes, 0)?;
        self.sync(&file)
    }
}

/// Whether an error means that the disk, or the quota on it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// Waits until the names in a directory are on the disk.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Makes a directory with its parents, and makes their names stay.
pub(crate) fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_directory(parent)?;
    }
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_directory_of(directory),
    }
}

/// Removes what [`Disk::replace`] left unfinished in a directory.
pub(crate) fn remove_unfinished(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "new") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
        _ => sync_directory(Path::new(".")),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".new");
    PathBuf::from(name)
}

#[cfg(test)]
pub(crate) mod faults {
    //! What a disk does on a bad day, on request.

    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    pub(crate) struct Faults(Arc<Mutex<Plan>>);

    #[derive(Default)]
    struct Plan {
        syncs_left: Option<u32>,
        bytes_left: Option<u64>,
        free_bytes: Option<Option<u64>>,
    }

    impl Faults {
        /// After `count` more syncs, every sync fails.
        pub(crate) fn fail_sync_after(&self, count: u32) {
            self.0.lock().unwrap().syncs_left = Some(count);
        }

        /// After `bytes` more bytes of growth, the disk is full; `None` frees it again.
        pub(crate) fn full_after(&self, bytes: Option<u64>) {
            self.0.lock().unwrap().bytes_left = bytes;
        }

        /// The file system says from now on that so much is free, or that it does not know.
        pub(crate) fn say_free(&self, bytes: Option<u64>) {
            self.0.lock().unwrap().free_bytes = Some(bytes);
        }

        pub(super) fn free_bytes(&self) -> Option<Option<u64>> {
            self.0.lock().unwrap().free_bytes
        }

        pub(super) fn before_sync(&self) -> io::Result<()> {
            match &mut self.0.lock().unwrap().syncs_left {
                None => Ok(()),
                Some(0) => Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error())),
                Some(left) => {
                    *left -= 1;
                    Ok(())
                }
            }
        }

        pub(super) fn before_write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
            let Some(left) = &mut self.0.lock().unwrap().bytes_left else { return Ok(()) };
            let grows = (offset + bytes.len() as u64).saturating_sub(file.metadata()?.len());
            if grows <= *left {
                *left -= grows;
                return Ok(());
            }
            let fits = bytes.len() - usize::try_from(grows - *left).unwrap();
            file.write_all_at(&bytes[..fits], offset)?;
            *left = 0;
            Err(io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()))
        }
    }
}
