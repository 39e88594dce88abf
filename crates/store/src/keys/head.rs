//! The head of a key file: whose keys these are, which rewrite this is, and a proof of the wrapping key.

use std::path::Path;

use protocol::hash;

use crate::{
    entropy::Entropy,
    format::{Format, FormatError, STAMP_LEN},
    seal::{TAG_LEN, WrappingKey},
};

/// Stamp, owner, number, generation, proof, check.
pub(crate) const HEAD_LEN: usize = PROOF_END + 16;
const PROOF_START: usize = STAMP_LEN + 16 + 4 + 8;
const PROOF_END: usize = PROOF_START + 24 + TAG_LEN;

const FORMAT: Format = Format { magic: *b"CNSLkeys", number: 1, what: "a key file" };

/// What stays the same in a key file for ever: the journal or blob store it belongs to, and its number there.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) owner: [u8; 16],
    pub(crate) number: u32,
}

impl Head {
    pub(super) fn encode(&self, generation: u64, wrapping: &WrappingKey, entropy: &Entropy) -> Vec<u8> {
        let mut bytes = FORMAT.stamp().to_vec();
        bytes.extend_from_slice(&self.owner);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&generation.to_be_bytes());
        let proof = wrapping.prove(&bytes, entropy);
        bytes.extend_from_slice(&proof);
        let check = hash("key file", &[&bytes]);
        bytes.extend_from_slice(&check[..16]);
        bytes
    }

    /// The generation, if these bytes begin with a sound head of this file.
    pub(super) fn generation_of(&self, path: &Path, bytes: &[u8]) -> Result<u64, FormatError> {
        FORMAT.check(path, bytes)?;
        let unknown = || FormatError::Unknown { file: path.to_owned(), what: FORMAT.what };
        let head = bytes.get(..HEAD_LEN).ok_or_else(unknown)?;
        let sound = hash("key file", &[&head[..PROOF_END]])[..16] == head[PROOF_END..]
            && head[STAMP_LEN..STAMP_LEN + 16] == self.owner
            && head[STAMP_LEN + 16..STAMP_LEN + 20] == self.number.to_be_bytes();
        let generation = head[STAMP_LEN + 20..].first_chunk().filter(|_| sound).ok_or_else(unknown)?;
        Ok(u64::from_be_bytes(*generation))
    }

    /// Whether these bytes, of that generation, were written under this wrapping key.
    pub(super) fn is_under(&self, bytes: &[u8], generation: u64, wrapping: &WrappingKey) -> bool {
        let stated = self.generation_of(Path::new(""), bytes).is_ok_and(|stated| stated == generation);
        stated && wrapping.is_proven(&bytes[..PROOF_START], &bytes[PROOF_START..PROOF_END])
    }

    /// What a wrapped key is bound to, so that slots cannot be swapped.
    pub(super) fn slot_aad(&self, slot: u32) -> Vec<u8> {
        [self.owner.as_slice(), &self.number.to_be_bytes(), &slot.to_be_bytes()].concat()
    }
}
