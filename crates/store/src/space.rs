//! Room on the disk: a floor below which nothing new is taken in, and ballast to throw off so that a full node still starts,
//! erases and exports.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use crate::{
    disk,
    format::{Format, FormatError, STAMP_LEN},
};

const BALLAST: Format = Format { magic: *b"CNSLblst", number: 1, what: "ballast" };

/// With less than this part of the ballast's weight free, the ballast is thrown off.
const AFLOAT_SHARE: u64 = 4;

/// What is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that this process may still use.
    pub free_bytes: u64,
    /// Bytes of the whole file system.
    pub total_bytes: u64,
}

/// Where the floor lies and how heavy the ballast is.
#[derive(Clone, Copy, Debug)]
pub struct GuardLimits {
    /// The floor is at least this.
    pub floor_bytes: u64,
    /// And at least so many hundredths of the file system.
    pub floor_percent: u8,
    /// Bytes of the ballast file.
    pub ballast_bytes: u64,
}

/// Not enough room, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum SpaceError {
    /// Writing so much would go below the floor.
    #[error("{free_bytes} bytes are free; {asked_bytes} more would leave less than the floor of {floor_bytes}")]
    NoRoom {
        /// What is left.
        free_bytes: u64,
        /// What was to be written.
        asked_bytes: u64,
        /// What must stay free.
        floor_bytes: u64,
    },
    /// The ballast was laid by a newer program, or is none.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The file system does not say, or the ballast cannot be laid or removed.
    #[error("the room in {} cannot be told or changed", directory.display())]
    Io {
        /// The data directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Watches over the file system of a data directory.
#[derive(Debug)]
pub struct Guard {
    directory: PathBuf,
    limits: GuardLimits,
}

/// The room on the file system of `directory`.
///
/// # Errors
/// If the directory is not there.
pub fn free_space(directory: &Path) -> Result<Space, SpaceError> {
    let stat =
        statvfs(directory).map_err(|error| SpaceError::Io { directory: directory.to_owned(), source: error.into() })?;
    Ok(Space { free_bytes: stat.f_bavail * stat.f_frsize, total_bytes: stat.f_blocks * stat.f_frsize })
}

impl Guard {
    /// Watches over `directory`; lays the ballast if it is not there and its weight can be spared.
    ///
    /// # Errors
    /// [`SpaceError::Io`], [`SpaceError::Format`]. That there is no room for ballast is no error.
    pub fn open(directory: &Path, limits: GuardLimits) -> Result<Self, SpaceError> {
        let guard = Self { directory: directory.to_owned(), limits };
        if guard.has_ballast() {
            guard.check_ballast()?;
        }
        guard.refill()?;
        Ok(guard)
    }

    /// What must stay free.
    ///
    /// # Errors
    /// [`SpaceError::Io`].
    pub fn floor_bytes(&self) -> Result<u64, SpaceError> {
        let share = free_space(&self.directory)?.total_bytes / 100 * u64::from(self.limits.floor_percent);
        Ok(self.limits.floor_bytes.max(share))
    }

    /// Bytes that can be written until only the floor is free.
    ///
    /// # Errors
    /// [`SpaceError::Io`].
    pub fn free_above_floor(&self) -> Result<u64, SpaceError> {
        Ok(free_space(&self.directory)?.free_bytes.saturating_sub(self.floor_bytes()?))
    }

    /// Whether so many bytes can be written and the floor stays free. Asked before anything new is taken in; never before
    /// an erasure.
    ///
    /// # Errors
    /// [`SpaceError`].
    pub fn check_room(&self, asked_bytes: u64) -> Result<(), SpaceError> {
        let free_bytes = free_space(&self.directory)?.free_bytes;
        let floor_bytes = self.floor_bytes()?;
        if free_bytes >= floor_bytes.saturating_add(asked_bytes) {
            return Ok(());
        }
        Err(SpaceError::NoRoom { free_bytes, asked_bytes, floor_bytes })
    }

    /// Whether words can be taken in and enough stays free for what must always be written: erasures, and who read what.
    ///
    /// # Errors
    /// [`SpaceError`].
    pub fn check_room_for_words(&self) -> Result<(), SpaceError> {
        let free_bytes = free_space(&self.directory)?.free_bytes;
        let ballast = self.limits.ballast_bytes;
        let floor_bytes = self.floor_bytes()?.min(ballast + ballast / AFLOAT_SHARE);
        if free_bytes >= floor_bytes {
            return Ok(());
        }
        Err(SpaceError::NoRoom { free_bytes, asked_bytes: 0, floor_bytes })
    }

    /// Throws the ballast off if so little is free that nothing could be written soon. The bytes that it weighed, if it was
    /// thrown off now.
    ///
    /// # Errors
    /// [`SpaceError::Io`].
    pub fn keep_afloat(&self) -> Result<Option<u64>, SpaceError> {
        if self.is_afloat()? {
            return Ok(None);
        }
        Ok(Some(self.release_ballast()?).filter(|bytes| *bytes > 0))
    }

    /// Whether enough is free that small things can be written.
    fn is_afloat(&self) -> Result<bool, SpaceError> {
        Ok(free_space(&self.directory)?.free_bytes >= self.limits.ballast_bytes / AFLOAT_SHARE)
    }

    /// Lays ballast again once its weight can be spared; whether it was laid now.
    ///
    /// # Errors
    /// [`SpaceError::Io`].
    pub fn refill(&self) -> Result<bool, SpaceError> {
        if self.has_ballast() || self.check_room(self.limits.ballast_bytes).is_err() {
            return Ok(false);
        }
        self.lay_ballast().map_err(|source| self.io(source))?;
        Ok(self.has_ballast())
    }

    /// Whether there is ballast to throw off.
    pub fn has_ballast(&self) -> bool {
        self.ballast().is_file()
    }

    /// Throws the ballast off; the bytes that it weighed.
    ///
    /// # Errors
    /// [`SpaceError::Io`] if it is there and cannot be removed.
    pub fn release_ballast(&self) -> Result<u64, SpaceError> {
        self.remove_ballast().map_err(|source| self.io(source))
    }

    /// Bytes that a crash kept from being ballast are none; of a newer program's, nobody knows what they are for.
    fn check_ballast(&self) -> Result<(), SpaceError> {
        let mut stamp = Vec::with_capacity(STAMP_LEN);
        let read = File::open(self.ballast()).and_then(|file| file.take(STAMP_LEN as u64).read_to_end(&mut stamp));
        read.map_err(|source| self.io(source))?;
        match BALLAST.check(&self.ballast(), &stamp) {
            Err(newer @ FormatError::Newer { .. }) => Err(newer.into()),
            _ => Ok(()),
        }
    }

    fn remove_ballast(&self) -> io::Result<u64> {
        match fs::metadata(self.ballast()) {
            Ok(metadata) => fs::remove_file(self.ballast()).map(|()| metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    fn io(&self, source: io::Error) -> SpaceError {
        SpaceError::Io { directory: self.directory.clone(), source }
    }

    fn lay_ballast(&self) -> io::Result<()> {
        let laid = self.write_ballast();
        match laid {
            Err(error) if disk::is_full(&error) => self.remove_ballast().map(|_| ()),
            laid => laid,
        }
    }

    /// Real blocks: where the file system cannot promise them, bytes that do not compress well enough to vanish.
    fn write_ballast(&self) -> io::Result<()> {
        let file = File::create(self.ballast())?;
        disk::Disk::default().write_at(&file, &BALLAST.stamp(), 0)?;
        if fallocate(&file, FallocateFlags::empty(), 0, self.limits.ballast_bytes).is_err() {
            for (number, offset) in (0..self.limits.ballast_bytes).step_by(1 << 16).enumerate() {
                let block = ballast_block(number as u64);
                let rest = (self.limits.ballast_bytes - offset).min(block.len() as u64);
                let start = if offset == 0 { BALLAST.stamp().len() } else { 0 };
                let part = block.get(start..usize::try_from(rest).unwrap_or(block.len())).unwrap_or_default();
                disk::Disk::default().write_at(&file, part, offset + start as u64)?;
            }
        }
        file.sync_all()
    }

    fn ballast(&self) -> PathBuf {
        self.directory.join("ballast")
    }
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self { floor_bytes: 1 << 30, floor_percent: 5, ballast_bytes: 64 << 20 }
    }
}

fn ballast_block(number: u64) -> Vec<u8> {
    let hashed = |count: u64| protocol::hash("ballast", &[&number.to_be_bytes(), &count.to_be_bytes()]);
    (0..(1 << 16) / 32).flat_map(hashed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: GuardLimits = GuardLimits { floor_bytes: 4096, floor_percent: 0, ballast_bytes: 200_000 };

    #[test]
    fn ballast_is_laid_once_and_can_be_thrown_off() {
        let directory = tempfile::tempdir().unwrap();
        let guard = Guard::open(directory.path(), SMALL).unwrap();
        assert!(guard.has_ballast());
        let bytes = fs::read(directory.path().join("ballast")).unwrap();
        BALLAST.check(Path::new("ballast"), &bytes).unwrap();
        assert_eq!(bytes.len(), 200_000);
        assert_eq!(guard.release_ballast().unwrap(), 200_000);
        assert_eq!(guard.release_ballast().unwrap(), 0);
        assert!(Guard::open(directory.path(), SMALL).unwrap().has_ballast());
    }

    #[test]
    fn below_the_floor_nothing_is_taken_in_and_no_ballast_laid() {
        let directory = tempfile::tempdir().unwrap();
        let full = GuardLimits { floor_bytes: u64::MAX / 2, ..SMALL };
        let guard = Guard::open(directory.path(), full).unwrap();
        assert!(!guard.has_ballast());
        let said = guard.check_room(7).unwrap_err().to_string();
        assert!(said.contains("7 more would leave less than the floor"), "{said}");
        assert!(Guard::open(directory.path(), SMALL).unwrap().check_room(7).is_ok());
    }

    #[test]
    fn ballast_goes_when_nothing_could_be_written_and_comes_back_when_it_can_be_spared() {
        let directory = tempfile::tempdir().unwrap();
        let mut guard = Guard::open(directory.path(), SMALL).unwrap();
        assert_eq!((guard.keep_afloat().unwrap(), guard.has_ballast()), (None, true));
        assert!(guard.check_room_for_words().is_ok());
        guard.limits.ballast_bytes = u64::MAX / 2;
        guard.limits.floor_bytes = u64::MAX / 2;
        assert!(guard.check_room_for_words().is_err());
        assert_eq!((guard.keep_afloat().unwrap(), guard.has_ballast()), (Some(200_000), false));
        assert_eq!((guard.keep_afloat().unwrap(), guard.refill().unwrap()), (None, false));
        guard.limits = SMALL;
        assert!(guard.refill().unwrap() && guard.has_ballast());
    }

    #[test]
    fn the_floor_is_the_larger_of_bytes_and_share() {
        let directory = tempfile::tempdir().unwrap();
        let total = free_space(directory.path()).unwrap().total_bytes;
        let guard = Guard { directory: directory.path().to_owned(), limits: GuardLimits { floor_percent: 5, ..SMALL } };
        assert_eq!(guard.floor_bytes().unwrap(), (total / 100 * 5).max(4096));
    }

    #[test]
    fn blocks_of_ballast_differ() {
        assert_ne!(ballast_block(1), ballast_block(2));
        assert_eq!(ballast_block(0).len(), 1 << 16);
    }
}
