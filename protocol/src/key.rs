//! Ed25519 keys and signatures: the only place that names `ed25519-dalek`.
//!
//! Verification is `verify_strict` and nothing else, weak keys are refused, and there is no batch verification: it accepts
//! other sets of signatures, and nodes must agree (RFC 8032; Chalkias et al., "Taming the many EdDSAs", 2020).

use std::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::{
    hash::hash,
    id::{ClinicianId, NetworkId},
};

/// What a signature is for. It stands in front of the signed bytes, so that no signature can be shown as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An entry's header.
    Entry,
    /// A person's statement.
    Statement,
    /// The newest entry of a feed, claimed outside the feed.
    HeadClaim,
    /// A vote of a governor.
    Certificate,
    /// An institution's card.
    Card,
    /// The institution whose transport key it is.
    NodeKey,
    /// The head of an audit chain, for those who keep it apart.
    AuditCheckpoint,
}

impl Purpose {
    const fn tag(self) -> &'static str {
        match self {
            Self::Entry => "sign entry",
            Self::Statement => "sign statement",
            Self::HeadClaim => "sign head claim",
            Self::Certificate => "sign certificate",
            Self::Card => "sign card",
            Self::NodeKey => "sign node key",
            Self::AuditCheckpoint => "sign audit checkpoint",
        }
    }
}

/// A signature that does not verify, or a key that cannot verify anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no point of the curve in its canonical form, or one of small order.
    #[error("public key is not a usable Ed25519 key")]
    Weak,
    /// The signature is not by this key over these bytes.
    #[error("signature does not verify")]
    BadSignature,
}

/// 32 bytes that may be an Ed25519 public key; whether they are shows when a signature is verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

/// 64 bytes of signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature(pub [u8; 64]);

impl PublicKey {
    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `H("next", key)`: the commitment to a root key that is not yet in use.
    pub fn commitment(&self) -> [u8; 32] {
        hash("next", &[&self.0])
    }

    /// The key, unless it is weak or not written in the one way (RFC 8032 section 5.1.3): then libraries differ about it.
    fn usable(&self) -> Option<VerifyingKey> {
        let [first, middle @ .., last] = &self.0;
        let is_reduced = last & 0x7F != 0x7F || middle.iter().any(|byte| *byte != 0xFF) || *first < 0xED;
        VerifyingKey::from_bytes(&self.0).ok().filter(|key| is_reduced && !key.is_weak())
    }

    /// Checks a signature over `purpose ‖ network ‖ bytes`.
    ///
    /// # Errors
    /// [`KeyError::Weak`] or [`KeyError::BadSignature`].
    pub fn verify(
        &self,
        purpose: Purpose,
        network: &NetworkId,
        bytes: &[u8],
        signature: &Signature,
    ) -> Result<(), KeyError> {
        let key = self.usable().ok_or(KeyError::Weak)?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(&message(purpose, network, bytes), &signature).map_err(|_| KeyError::BadSignature)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(&self.0[..4]))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(&self.0[..4]))
    }
}

impl From<ClinicianId> for PublicKey {
    fn from(id: ClinicianId) -> Self {
        Self(id.0)
    }
}

/// A secret key. It prints as `[redacted]` and is wiped when dropped.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of 32 secret bytes; the caller draws them.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The secret bytes, for sealing them on disk.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The public half as the name of a person.
    pub fn clinician(&self) -> ClinicianId {
        ClinicianId(self.public().0)
    }

    /// Signs `purpose ‖ network ‖ bytes`.
    pub fn sign(&self, purpose: Purpose, network: &NetworkId, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(&message(purpose, network, bytes)).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([redacted])")
    }
}

/// What is signed: a tag, the network and the exact bytes.
fn message(purpose: Purpose, network: &NetworkId, bytes: &[u8]) -> Vec<u8> {
    let tag = purpose.tag();
    let mut message = Vec::with_capacity(tag.len() + 1 + 32 + bytes.len());
    message.extend_from_slice(tag.as_bytes());
    message.push(0);
    message.extend_from_slice(&network.0);
    message.extend_from_slice(bytes);
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: NetworkId = NetworkId([1; 32]);

    #[test]
    fn a_signature_holds_for_its_purpose_and_network_only() {
        let key = SecretKey::from_seed(&[2; 32]);
        let signature = key.sign(Purpose::Entry, &NETWORK, b"bytes");
        let verify = |purpose, network, bytes: &[u8]| key.public().verify(purpose, &network, bytes, &signature);
        assert_eq!(verify(Purpose::Entry, NETWORK, b"bytes"), Ok(()));
        assert_eq!(verify(Purpose::Statement, NETWORK, b"bytes"), Err(KeyError::BadSignature));
        assert_eq!(verify(Purpose::Entry, NetworkId([9; 32]), b"bytes"), Err(KeyError::BadSignature));
        assert_eq!(verify(Purpose::Entry, NETWORK, b"bytez"), Err(KeyError::BadSignature));
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let forged = Signature([0; 64]);
        assert_eq!(PublicKey(identity).verify(Purpose::Entry, &NETWORK, b"any", &forged), Err(KeyError::Weak));
    }

    #[test]
    fn a_secret_key_does_not_print() {
        assert_eq!(format!("{:?}", SecretKey::from_seed(&[3; 32])), "SecretKey([redacted])");
    }
}
