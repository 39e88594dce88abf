//! Sealing: XChaCha20-Poly1305, named only here.
//!
//! A content key seals one thing once, so the nonce of its chunks may simply count. A wrapping key seals many content keys,
//! each under 24 random bytes of nonce, where chance does not repeat (Bernstein, "Extending the Salsa20 nonce", 2011).

use std::fmt;

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// What sealing adds to the bytes.
pub(crate) const TAG_LEN: usize = 16;
/// A wrapped content key: nonce, key and tag.
pub(crate) const WRAPPED_LEN: usize = 24 + 32 + TAG_LEN;

/// The key under which content keys lie on disk. It comes from outside, best from a place that is not the data disk; it
/// prints as `[redacted]` and is wiped when dropped.
#[derive(Clone)]
pub struct WrappingKey(Zeroizing<[u8; 32]>);

/// The wrapping key in use, and the one before it while a rewrite may not have reached every file.
#[derive(Clone, Debug)]
pub struct Keyring {
    /// What new key files are written under.
    pub current: WrappingKey,
    /// What some files may still be under after a rewrite that was cut short.
    pub previous: Option<WrappingKey>,
}

/// The key of one record or one blob.
#[derive(Clone)]
pub(crate) struct ContentKey(Zeroizing<[u8; 32]>);

impl WrappingKey {
    /// The key of 32 secret bytes; the caller drew or fetched them.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn wrap(&self, key: &ContentKey, entropy: &Entropy, aad: &[u8]) -> [u8; WRAPPED_LEN] {
        let nonce: [u8; 24] = entropy.draw();
        let sealed = seal(&self.0, &nonce, aad, key.0.as_ref());
        let mut wrapped = [0; WRAPPED_LEN];
        wrapped[..24].copy_from_slice(&nonce);
        wrapped[24..].copy_from_slice(&sealed);
        wrapped
    }

    pub(crate) fn unwrap(&self, wrapped: &[u8; WRAPPED_LEN], aad: &[u8]) -> Option<ContentKey> {
        let (nonce, sealed) = wrapped.split_first_chunk::<24>()?;
        let key = unseal(&self.0, nonce, aad, sealed)?;
        let mut content = Zeroizing::new([0; 32]);
        content.copy_from_slice(key.get(..32)?);
        Some(ContentKey(content))
    }

    /// Bytes that only this key can make for `aad`, and that say nothing about it.
    pub(crate) fn prove(&self, aad: &[u8], entropy: &Entropy) -> Vec<u8> {
        let nonce: [u8; 24] = entropy.draw();
        [nonce.as_slice(), &seal(&self.0, &nonce, aad, &[])].concat()
    }

    /// Whether [`WrappingKey::prove`] of this key made `proof` for `aad`.
    pub(crate) fn is_proven(&self, aad: &[u8], proof: &[u8]) -> bool {
        proof.split_first_chunk::<24>().is_some_and(|(nonce, tag)| unseal(&self.0, nonce, aad, tag).is_some())
    }
}

impl Keyring {
    /// One key and none before it.
    pub fn new(current: WrappingKey) -> Self {
        Self { current, previous: None }
    }

    /// The keys to try, the current one first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &WrappingKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl ContentKey {
    pub(crate) fn draw(entropy: &Entropy) -> Self {
        Self(entropy.draw_key())
    }

    /// Seals the `chunk`-th piece of the one thing that this key is for.
    pub(crate) fn seal(&self, chunk: u64, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        seal(&self.0, &counted(chunk), aad, plain)
    }

    /// The plain bytes, or nothing if key, place or a bit differs.
    pub(crate) fn unseal(&self, chunk: u64, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        unseal(&self.0, &counted(chunk), aad, sealed)
    }
}

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey([redacted])")
    }
}

fn counted(chunk: u64) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce[16..].copy_from_slice(&chunk.to_be_bytes());
    nonce
}

fn seal(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    XChaCha20Poly1305::new(&(*key).into())
        .encrypt(&XNonce::from(*nonce), Payload { msg, aad })
        .expect("the cipher refuses only messages beyond 256 GiB")
}

fn unseal(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], msg: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    XChaCha20Poly1305::new(&(*key).into()).decrypt(&XNonce::from(*nonce), Payload { msg, aad }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_only_at_its_place() {
        let entropy = Entropy::new(|bytes| bytes.fill(7));
        let wrapping = WrappingKey::new([1; 32]);
        let key = ContentKey::draw(&entropy);
        let wrapped = wrapping.wrap(&key, &entropy, b"slot 1");
        assert!(wrapping.unwrap(&wrapped, b"slot 1").is_some());
        assert!(wrapping.unwrap(&wrapped, b"slot 2").is_none());
        assert!(WrappingKey::new([2; 32]).unwrap(&wrapped, b"slot 1").is_none());
        assert_eq!(format!("{wrapping:?}"), "WrappingKey([redacted])");
    }

    #[test]
    fn chunks_do_not_change_places() {
        let key = ContentKey::draw(&Entropy::new(|bytes| bytes.fill(7)));
        let sealed = key.seal(1, b"", b"words");
        assert_eq!(key.unseal(1, b"", &sealed).unwrap().as_slice(), b"words");
        assert!(key.unseal(2, b"", &sealed).is_none());
        assert_ne!(key.seal(2, b"", b"words"), sealed);
    }
}
