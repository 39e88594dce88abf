//! One file of the journal: its header, and reading frames from it.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use protocol::hash;

use super::frame::{Bad, Frame, HEAD_LEN, Head, MARKER, Place};
use crate::format::{Format, FormatError, STAMP_LEN};

/// Stamp, journal, segment, link, check.
pub(super) const HEADER_LEN: usize = STAMP_LEN + 16 + 4 + 32 + 32;
/// How much is looked at in one go for the next sound frame.
const SEARCH_BYTES: usize = 256 * 1024;

const FORMAT: Format = Format { magic: *b"CNSLjrnl", number: 1, what: "a journal segment" };

/// What a segment file begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) journal: [u8; 16],
    pub(super) segment: u32,
    /// [`link`] of the segment before; zeros in the first.
    pub(super) link: [u8; 32],
}

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = FORMAT.stamp().to_vec();
        bytes.extend_from_slice(&self.journal);
        bytes.extend_from_slice(&self.segment.to_be_bytes());
        bytes.extend_from_slice(&self.link);
        let check = hash("segment", &[&bytes]);
        bytes.extend_from_slice(&check);
        bytes
    }

    /// The header of a file, or nothing if it is damaged or names another segment.
    ///
    /// # Errors
    /// [`FormatError::Newer`] only.
    pub(super) fn decode(bytes: &[u8], path: &Path, segment: u32) -> Result<Option<Self>, FormatError> {
        match FORMAT.check(path, bytes) {
            Err(newer @ FormatError::Newer { .. }) => return Err(newer),
            Err(FormatError::Unknown { .. }) => return Ok(None),
            Ok(()) => {}
        }
        let Some(bytes) = bytes.get(..HEADER_LEN) else { return Ok(None) };
        let (stated, check) = bytes.split_at(HEADER_LEN - 32);
        if hash("segment", &[stated]) != check {
            return Ok(None);
        }
        let mut header = Self { journal: [0; 16], segment, link: [0; 32] };
        header.journal.copy_from_slice(&stated[STAMP_LEN..STAMP_LEN + 16]);
        header.link.copy_from_slice(&stated[STAMP_LEN + 20..]);
        Ok(Some(header).filter(|_| stated[STAMP_LEN + 16..STAMP_LEN + 20] == segment.to_be_bytes()))
    }
}

/// What ties a segment to the one before: its number, where it ends and the check of its last frame.
pub(super) fn link(journal: &[u8; 16], segment: u32, end: u32, last_check: &[u8; 16]) -> [u8; 32] {
    hash("segment end", &[journal, &segment.to_be_bytes(), &end.to_be_bytes(), last_check])
}

/// `000001.log`
pub(super) fn path(directory: &Path, segment: u32) -> PathBuf {
    directory.join(format!("{segment:06}.log"))
}

/// The first bytes of a file, at most a header's.
pub(super) fn read_header_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(HEADER_LEN).min(HEADER_LEN);
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// How far to read ahead.
#[derive(Clone, Copy)]
pub(super) enum Window {
    /// For one record.
    Record,
    /// For one after the other.
    Many,
}

/// A segment read through a window that slides forward, up to an end that is fixed at the start.
pub(super) struct Reader {
    file: File,
    journal: [u8; 16],
    segment: u32,
    end: u64,
    ahead: u64,
    window_start: u64,
    window: Vec<u8>,
}

impl Reader {
    /// Reads up to `end`, or to the end of the file if that comes first.
    pub(super) fn open(
        directory: &Path,
        journal: [u8; 16],
        segment: u32,
        end: u64,
        window: Window,
    ) -> io::Result<Self> {
        let file = File::open(path(directory, segment))?;
        let end = file.metadata()?.len().min(end);
        let ahead = match window {
            Window::Record => 4 * 1024,
            Window::Many => 256 * 1024,
        };
        Ok(Self { file, journal, segment, end, ahead, window_start: 0, window: Vec::new() })
    }

    /// Where reading ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The frame at `offset` with all its bytes, or why there is none.
    pub(super) fn frame(&mut self, offset: u64) -> io::Result<Result<(Frame<'_>, &[u8]), Bad>> {
        let Ok(place) = u32::try_from(offset).map(|offset| self.place(offset)) else { return Ok(Err(Bad::Short)) };
        let Some(head) = self.bytes(offset, HEAD_LEN)? else { return Ok(Err(Bad::Short)) };
        let head = match head.first_chunk().ok_or(Bad::Short).and_then(|head| Head::decode(head, place)) {
            Ok(head) => head,
            Err(bad) => return Ok(Err(bad)),
        };
        let Some(bytes) = self.bytes(offset, head.length)? else { return Ok(Err(Bad::Short)) };
        Ok(Frame::decode(&head, bytes, place).map(|frame| (frame, bytes)))
    }

    /// The first offset from `from` on where a sound frame stands.
    pub(super) fn next_sound(&mut self, from: u64) -> io::Result<Option<u64>> {
        let mut offset = from;
        while offset < self.end {
            let ahead = usize::try_from(self.end - offset).unwrap_or(SEARCH_BYTES).min(SEARCH_BYTES);
            let Some(bytes) = self.bytes(offset, ahead)? else { return Ok(None) };
            match bytes.windows(MARKER.len()).position(|bytes| bytes == MARKER) {
                Some(at) => {
                    offset += at as u64;
                    if self.frame(offset)?.is_ok() {
                        return Ok(Some(offset));
                    }
                    offset += 1;
                }
                // The last three bytes may begin a marker that the next window ends.
                None if ahead > MARKER.len() => offset += (ahead - MARKER.len() + 1) as u64,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    pub(super) fn place(&self, offset: u32) -> Place {
        Place { journal: self.journal, segment: self.segment, offset }
    }

    /// `length` bytes at `offset`, or nothing if the segment ends before.
    fn bytes(&mut self, offset: u64, length: usize) -> io::Result<Option<&[u8]>> {
        if offset + length as u64 > self.end {
            return Ok(None);
        }
        let window_end = self.window_start + self.window.len() as u64;
        if offset < self.window_start || offset + length as u64 > window_end {
            let ahead = (self.end - offset).min(self.ahead.max(length as u64));
            self.window.resize(usize::try_from(ahead).unwrap_or(length), 0);
            self.window_start = offset;
            self.file.read_exact_at(&mut self.window, offset)?;
        }
        let start = usize::try_from(offset - self.window_start).unwrap_or(usize::MAX);
        Ok(self.window.get(start..start + length))
    }
}
