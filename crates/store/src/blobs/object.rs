//! One object as bytes: a clear head, and the content sealed in chunks of 64 KiB.
//!
//! The chunks follow STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015): each is sealed with its number in the nonce and
//! "this is the last one" in what it is bound to, so chunks can be read by themselves but neither dropped, moved nor added.
//! The head is bound to every chunk too.

use std::{ops::Range, path::Path};

use anonymizer::MediaType;
use protocol::hash;
use zeroize::Zeroizing;

use super::{BlobError, slots::Place};
use crate::{
    format::{Format, FormatError, STAMP_LEN},
    seal::{ContentKey, TAG_LEN},
};

/// Plain bytes of a chunk.
pub(super) const CHUNK_BYTES: u64 = 64 * 1024;
const SEALED_CHUNK_BYTES: u64 = CHUNK_BYTES + TAG_LEN as u64;

/// Stamp, key file, slot, content, plain length, deadline, check.
pub(super) const HEAD_LEN: usize = STATED_LEN + 16;
const STATED_LEN: usize = STAMP_LEN + 4 + 4 + 8 + 8 + 8;

const FORMAT: Format = Format { magic: *b"CNSLblob", number: 1, what: "a blob" };

/// What a sealed object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Picture(MediaType),
    Original { deadline_ms: u64 },
}

/// What an object says of itself without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) place: Place,
    pub(super) content: Content,
    pub(super) plain_bytes: u64,
}

impl Head {
    fn encode(&self) -> Vec<u8> {
        let (kind, deadline_ms): (u64, u64) = match self.content {
            Content::Original { deadline_ms } => (0, deadline_ms),
            Content::Picture(MediaType::Jpeg) => (1, 0),
            Content::Picture(MediaType::Png) => (2, 0),
            Content::Picture(MediaType::Dicom) => (3, 0),
        };
        let mut bytes = FORMAT.stamp().to_vec();
        bytes.extend_from_slice(&self.place.file.to_be_bytes());
        bytes.extend_from_slice(&self.place.slot.to_be_bytes());
        for number in [kind, self.plain_bytes, deadline_ms] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        let check = hash("blob head", &[&bytes]);
        bytes.extend_from_slice(&check[..16]);
        bytes
    }

    pub(super) fn decode(bytes: &[u8], path: &Path) -> Result<Self, BlobError> {
        let damaged = || BlobError::Damaged { object: path.display().to_string() };
        match FORMAT.check(path, bytes) {
            Err(newer @ FormatError::Newer { .. }) => return Err(newer.into()),
            checked => checked.map_err(|_| damaged())?,
        }
        let (stated, check) = bytes.split_at_checked(STATED_LEN).ok_or_else(damaged)?;
        if hash("blob head", &[stated])[..16] != *check {
            return Err(damaged());
        }
        let number = |at: usize, length: usize| {
            stated[at..at + length].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
        };
        let content = match number(STAMP_LEN + 8, 8) {
            0 => Content::Original { deadline_ms: number(STAMP_LEN + 24, 8) },
            1 => Content::Picture(MediaType::Jpeg),
            2 => Content::Picture(MediaType::Png),
            3 => Content::Picture(MediaType::Dicom),
            _ => return Err(damaged()),
        };
        let place = Place { file: number(STAMP_LEN, 4) as u32, slot: number(STAMP_LEN + 4, 4) as u32 };
        Ok(Self { place, content, plain_bytes: number(STAMP_LEN + 16, 8) })
    }

    /// As what a picture is encoded; of an original nobody asks.
    pub(super) fn media_type(&self) -> MediaType {
        match self.content {
            Content::Picture(media_type) => media_type,
            Content::Original { .. } => MediaType::Jpeg,
        }
    }

    /// Where chunks lie in the object.
    pub(super) fn sealed_range(&self, chunks: &Range<u64>) -> Range<u64> {
        let end = HEAD_LEN as u64 + self.plain_bytes + self.chunks() * TAG_LEN as u64;
        let start = |chunk: u64| HEAD_LEN as u64 + chunk * SEALED_CHUNK_BYTES;
        start(chunks.start)..start(chunks.end).min(end)
    }

    fn chunks(&self) -> u64 {
        self.plain_bytes.div_ceil(CHUNK_BYTES).max(1)
    }

    fn chunk_aad(&self, subject: &[u8], chunk: u64) -> Vec<u8> {
        let is_last = u8::from(chunk + 1 == self.chunks());
        [subject, &self.encode()[..STATED_LEN], &[is_last]].concat()
    }
}

/// The whole object.
pub(super) fn seal(head: &Head, key: &ContentKey, subject: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut object = head.encode();
    object.reserve(plain.len() + plain.len() / CHUNK_BYTES as usize * TAG_LEN + TAG_LEN);
    for chunk in 0..head.chunks() {
        let start = (chunk * CHUNK_BYTES) as usize;
        let end = plain.len().min(start + CHUNK_BYTES as usize);
        object.extend_from_slice(&key.seal(chunk, &head.chunk_aad(subject, chunk), &plain[start..end]));
    }
    object
}

/// The plain bytes of consecutive chunks, or nothing if one of them does not open.
pub(super) fn unseal(
    head: &Head,
    key: &ContentKey,
    subject: &[u8],
    first: u64,
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    for (chunk, sealed) in (first..).zip(sealed.chunks(SEALED_CHUNK_BYTES as usize)) {
        plain.extend_from_slice(&key.unseal(chunk, &head.chunk_aad(subject, chunk), sealed)?);
    }
    Some(plain)
}
