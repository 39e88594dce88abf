//! The first sixteen bytes of every file: a magic, a format number and a check of both.
//!
//! The check tells a flipped bit from a newer program: only a number that was really written is called newer. All future
//! formats keep these sixteen bytes.

use std::path::{Path, PathBuf};

use protocol::hash;

/// Length of what every file begins with.
pub(crate) const STAMP_LEN: usize = 16;

/// A file that this program must not, or cannot, read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Written by a newer program.
    #[error("{} has format {found}; this program knows up to {known}: use a newer one, or the data of before the upgrade", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// The number it carries.
        found: u32,
        /// The newest number known here.
        known: u32,
    },
    /// Not a file of this kind, or its first bytes are damaged.
    #[error("{} does not begin like {what}", file.display())]
    Unknown {
        /// The file.
        file: PathBuf,
        /// What it should be.
        what: &'static str,
    },
}

/// One kind of file and the newest format of it that this program writes and reads.
pub(crate) struct Format {
    pub(crate) magic: [u8; 8],
    pub(crate) number: u32,
    pub(crate) what: &'static str,
}

impl Format {
    /// The sixteen bytes.
    pub(crate) fn stamp(&self) -> [u8; STAMP_LEN] {
        self.stamp_of(self.number)
    }

    fn stamp_of(&self, number: u32) -> [u8; STAMP_LEN] {
        let mut stamp = [0; STAMP_LEN];
        stamp[..8].copy_from_slice(&self.magic);
        stamp[8..12].copy_from_slice(&number.to_be_bytes());
        let check = hash("format", &[&stamp[..12]]);
        stamp[12..].copy_from_slice(&check[..4]);
        stamp
    }

    /// Whether `bytes`, read from `file`, begin like a file that can be read here.
    ///
    /// # Errors
    /// [`FormatError`].
    pub(crate) fn check(&self, file: &Path, bytes: &[u8]) -> Result<(), FormatError> {
        let unknown = || FormatError::Unknown { file: file.to_owned(), what: self.what };
        let stamp: [u8; STAMP_LEN] = bytes.first_chunk().copied().ok_or_else(unknown)?;
        let found = stamp.iter().skip(8).take(4).fold(0, |number, byte| number << 8 | u32::from(*byte));
        if stamp != self.stamp_of(found) || found == 0 {
            return Err(unknown());
        }
        if found > self.number {
            return Err(FormatError::Newer { file: file.to_owned(), found, known: self.number });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: Format = Format { magic: *b"CNSLtest", number: 3, what: "a letter" };

    #[test]
    fn a_newer_format_is_named_with_both_numbers() {
        let newer = Format { number: 4, ..LETTER }.stamp();
        let said = LETTER.check(Path::new("post/a.letter"), &newer).unwrap_err().to_string();
        assert!(said.starts_with("post/a.letter has format 4; this program knows up to 3"), "{said}");
        assert!(LETTER.check(Path::new("a"), &LETTER.stamp_of(2)).is_ok(), "an older one is read");
    }

    #[test]
    fn a_flipped_bit_is_not_taken_for_a_newer_format() {
        for bit in 0..STAMP_LEN * 8 {
            let mut stamp = LETTER.stamp();
            stamp[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(LETTER.check(Path::new("a"), &stamp), Err(FormatError::Unknown { .. })), "bit {bit}");
        }
        assert!(LETTER.check(Path::new("a"), b"CNSL").is_err(), "a short file is none");
    }
}
