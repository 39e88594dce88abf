//! The folder of covered pictures: numbered files, whole or not there, never over another.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anonymizer::MediaType;
use rustix::fs::{CWD, RenameFlags, renameat_with};

/// The folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// What became of a file that was to be put there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It is there now.
    Written,
    /// It was there already, byte for byte.
    There,
    /// Another file has its name, and keeps it.
    Taken,
}

/// What a picture is called: its number, and the ending of its kind. A number tells nothing of whom it shows, as the name of
/// its original might.
pub(super) fn name(number: u32, media_type: MediaType) -> String {
    let ending = match media_type {
        MediaType::Jpeg => "jpg",
        MediaType::Png => "png",
        MediaType::Dicom => "dcm",
    };
    format!("{number:04}.{ending}")
}

/// The number in a name of ours.
fn number(name: &str) -> Option<u32> {
    let (digits, ending) = name.rsplit_once('.')?;
    let is_ours = digits.len() >= 4
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && ["jpg", "png", "dcm"].contains(&ending);
    digits.parse().ok().filter(|_| is_ours)
}

impl Folder {
    /// At this path, whether it is there or not.
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The highest number that a file in it has; 0 if there is none, or no folder.
    pub(super) fn highest_number(&self) -> io::Result<u32> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let names: io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
        Ok(names?.iter().filter_map(|name| number(name.to_str()?)).max().unwrap_or(0))
    }

    /// Makes it for its owner alone, if it is not there.
    pub(super) fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)
    }

    /// Puts a file there under a name: written beside it, on the disk, and only then under its name.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> io::Result<Put> {
        let path = self.path.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            return same(&path, bytes);
        }
        let part = self.path.join(format!(".consilium-{name}.part"));
        let put = write(&part, bytes).and_then(|()| rename(&part, &path));
        match put {
            Ok(()) => {
                File::open(&self.path)?.sync_all()?;
                Ok(Put::Written)
            }
            Err(error) => {
                // It may not have been made.
                let _ = fs::remove_file(&part);
                if error.kind() == io::ErrorKind::AlreadyExists { same(&path, bytes) } else { Err(error) }
            }
        }
    }
}

fn write(part: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        // Left over where the command was killed.
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Never over another file. Where the file system cannot promise that, it is looked whether there is one.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            if fs::symlink_metadata(to).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        renamed => Ok(renamed?),
    }
}

fn same(path: &Path, bytes: &[u8]) -> io::Result<Put> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(Put::Taken);
    }
    let mut found = Vec::new();
    File::open(path)?.take(bytes.len() as u64 + 1).read_to_end(&mut found)?;
    Ok(if found == bytes { Put::There } else { Put::Taken })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn names_are_numbers_that_are_read_back() {
        assert_eq!(name(7, MediaType::Jpeg), "0007.jpg");
        assert_eq!(name(12_345, MediaType::Png), "12345.png");
        for (text, found) in [
            ("0007.jpg", Some(7)),
            ("12345.png", Some(12_345)),
            ("7.jpg", None),
            ("0007.tif", None),
            ("+007.jpg", None),
            ("Anna 0007.jpg", None),
            ("99999999999.jpg", None),
            (".consilium-0007.jpg.part", None),
        ] {
            assert_eq!(number(text), found, "{text}");
        }
    }

    #[test]
    fn a_file_is_put_for_its_owner_alone_and_never_over_another() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("far/clean");
        let folder = Folder::at(&path);
        assert_eq!(folder.highest_number().unwrap(), 0, "before there is any");
        folder.make().unwrap();
        folder.make().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        fs::write(path.join(".consilium-0003.jpg.part"), "left over").unwrap();
        assert_eq!(folder.put("0003.jpg", b"one").unwrap(), Put::Written);
        assert_eq!(mode(&path.join("0003.jpg")), 0o600);
        assert_eq!(folder.put("0003.jpg", b"one").unwrap(), Put::There);
        assert_eq!(folder.put("0003.jpg", b"two").unwrap(), Put::Taken);
        assert_eq!(folder.put("0003.jpg", b"one and more").unwrap(), Put::Taken);
        std::os::unix::fs::symlink("nowhere", path.join("0004.jpg")).unwrap();
        assert_eq!(folder.put("0004.jpg", b"one").unwrap(), Put::Taken, "a link is no file of ours");
        assert_eq!(fs::read(path.join("0003.jpg")).unwrap(), b"one");
        assert_eq!(folder.highest_number().unwrap(), 4);
        let names = fs::read_dir(&path).unwrap().count();
        assert_eq!(names, 2, "nothing half is left");
    }

    #[test]
    fn a_rename_says_so_if_somebody_was_quicker() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::write(&from, "ours").unwrap();
        fs::write(&to, "theirs").unwrap();
        assert_eq!(rename(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&to).unwrap(), b"theirs");
    }
}
