//! Checkpoints: the institution's signed word on how long the chain is and how it ends, for others to keep.

use protocol::{
    KeyError, NetworkId, PublicKey, Purpose, SecretKey, Signature,
    codec::{Bytes, Malformed, decode, encode},
    wire,
};

wire! {
    /// How long the chain is and how it ends.
    pub struct Checkpoint {
        /// The number of lines.
        1 => count: u64,
        /// The hash of the last of them.
        2 => head: [u8; 32],
        /// The house's clock.
        3 => time_ms: u64,
    }

    /// A checkpoint with its signature.
    pub struct SignedCheckpoint {
        /// The encoded [`Checkpoint`].
        1 => checkpoint: Bytes,
        /// By a signing key of the institution.
        2 => signature: Signature,
    }
}

impl SignedCheckpoint {
    /// Signs a checkpoint.
    pub fn sign(network: &NetworkId, checkpoint: &Checkpoint, key: &SecretKey) -> Self {
        let checkpoint = encode(checkpoint);
        let signature = key.sign(Purpose::AuditCheckpoint, network, &checkpoint);
        Self { checkpoint: Bytes(checkpoint), signature }
    }

    /// What is claimed; nothing is verified.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn claimed(&self) -> Result<Checkpoint, Malformed> {
        decode(&self.checkpoint.0)
    }

    /// Verifies the checkpoint under the institution's key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, network: &NetworkId, key: &PublicKey) -> Result<(), KeyError> {
        key.verify(Purpose::AuditCheckpoint, network, &self.checkpoint.0, &self.signature)
    }
}
