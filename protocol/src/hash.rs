//! The one hash of the protocol, with a tag in front so that a hash of one thing is never a hash of another.

use sha2::{Digest, Sha256};

/// `SHA-256(tag ‖ 0x00 ‖ part ‖ part …)`, the `H(tag, bytes)` of docs/PROTOCOL.md.
pub fn hash(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(tag.as_bytes());
    sha.update([0]);
    for part in parts {
        sha.update(part);
    }
    sha.finalize().into()
}
