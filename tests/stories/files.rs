//! Files of a node, looked at and damaged from outside.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Every file below a directory.
pub(crate) fn files_in(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            match kind {
                kind if kind.is_dir() => open.push(entry.path()),
                kind if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// The files below a place that hold a word in clear, in whatever case.
pub(crate) fn files_that_say(place: &Path, word: &str) -> Vec<PathBuf> {
    let mut grep = Command::new("grep");
    grep.args(["--recursive", "--files-with-matches", "--text", "--ignore-case", "--no-messages", "--fixed-strings"]);
    // A node at work removes files while they are looked at, so its exit code says little.
    let output = grep.arg("--regexp").arg(word).arg(place).env("LC_ALL", "C").output().expect("grep runs");
    String::from_utf8(output.stdout).unwrap().lines().map(PathBuf::from).collect()
}

/// Bytes in all files below a directory.
pub(crate) fn bytes_in(directory: &Path) -> u64 {
    files_in(directory).iter().map(|path| fs::metadata(path).unwrap().len()).sum()
}

/// What may become of files.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Damage {
    /// The directory is gone.
    Deleted,
    /// Every file is empty.
    Truncated,
    /// Every byte is zero.
    Zeroed,
    /// Only the first half of every file was written.
    HalfWritten,
}

impl Damage {
    pub(crate) const ALL: [Self; 4] = [Self::Deleted, Self::Truncated, Self::Zeroed, Self::HalfWritten];

    /// Does it to a directory.
    pub(crate) fn to(self, directory: &Path) {
        let files = files_in(directory);
        assert!(!files.is_empty(), "{} holds files", directory.display());
        if matches!(self, Self::Deleted) {
            return fs::remove_dir_all(directory).unwrap();
        }
        for path in files {
            let len = fs::metadata(&path).unwrap().len();
            let file = fs::File::options().write(true).open(&path).unwrap();
            match self {
                Self::Deleted => {}
                Self::Truncated => file.set_len(0).unwrap(),
                Self::Zeroed => fs::write(&path, vec![0; usize::try_from(len).unwrap()]).unwrap(),
                Self::HalfWritten => file.set_len(len / 2).unwrap(),
            }
        }
    }
}
