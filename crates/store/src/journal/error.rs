//! What can be wrong with a journal, sorted by what the caller does about it.

use std::{fmt, io, path::PathBuf};

use super::{Position, RECORD_BYTES_MAX, REQUEST_BYTES_MAX};
use crate::{format::FormatError, keys::KeyError};

/// The journal cannot be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file was written by a newer program.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A key file is under another wrapping key, or of a newer format.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// There are segments, but none says which journal this is.
    #[error("{} holds segments but none of them can be read", directory.display())]
    Unreadable {
        /// The journal's directory.
        directory: PathBuf,
    },
    /// Reading, or making the first files, failed.
    #[error("{} cannot be opened", directory.display())]
    Io {
        /// The journal's directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A record that was not appended. Nothing of the request was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The disk is full. Reading and erasing go on; nothing of this request is in the journal.
    #[error("the disk is full: nothing was written")]
    Full,
    /// A record, or a request, is beyond its limit.
    #[error("record or request has {bytes} bytes; the limits are {RECORD_BYTES_MAX} and {REQUEST_BYTES_MAX}")]
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// More requests wait than the queue holds.
    #[error("too many requests wait for the disk: try again")]
    Busy,
    /// The journal was opened with damage and is not written to.
    #[error("the journal is damaged and open for reading only")]
    ReadOnly,
    /// A write or sync failed; the process is about to end.
    #[error("the journal stopped: {why}")]
    Stopped {
        /// What failed.
        why: String,
    },
}

/// A record that cannot be read, or not be erased.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// No acknowledged record begins there.
    #[error("no record begins at {0}")]
    NoRecord(Position),
    /// The bytes there, or the sealed part, are damaged.
    #[error("the journal is damaged: {0}")]
    Damaged(Damage),
    /// The key cannot be had.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Reading failed.
    #[error("segment {segment} cannot be read")]
    Io {
        /// The segment.
        segment: u32,
        /// Why.
        source: io::Error,
    },
    /// A write or sync failed before; the process is about to end.
    #[error("the journal stopped: {why}")]
    Stopped {
        /// What failed.
        why: String,
    },
}

impl JournalError {
    /// Whether what was to be read is damaged. Journals say where when they are opened.
    pub const fn is_damage(&self) -> bool {
        use KeyError::{FileDamaged, SlotDamaged};
        matches!(self, Self::Damaged(_) | Self::Keys(FileDamaged { .. } | SlotDamaged { .. }))
    }
}

/// A place where the journal is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The segment.
    pub segment: u32,
    /// Where in it.
    pub offset: u32,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No sound frame begins there although one did.
    Frame,
    /// The header of the segment.
    Header,
    /// The segment does not continue the one before.
    Link,
    /// The file is not there.
    SegmentMissing,
    /// The file ends before what was acknowledged.
    EndMissing,
    /// The key file of the segment, or a slot of it, in both copies.
    Keys,
    /// A sealed part does not open although its key and frame are sound.
    Seal,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Frame => "no sound record",
            Why::Header => "its header is damaged",
            Why::Link => "it does not continue the segment before",
            Why::SegmentMissing => "the file is missing",
            Why::EndMissing => "acknowledged records are missing at its end",
            Why::Keys => "its keys are missing or damaged",
            Why::Seal => "a sealed part does not open",
        };
        write!(f, "segment {} at {}: {why}", self.segment, self.offset)
    }
}
