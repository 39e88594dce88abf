//! What is said about a feed from outside of it: its newest entry, and that it contradicts itself.

use crate::{
    codec::{Bytes, Malformed, decode, encode},
    entry::{EntryBytes, Unverified},
    id::{EntryId, FeedId, NetworkId},
    key::{KeyError, PublicKey, Purpose, SecretKey, Signature},
    payload::control::Place,
    wire,
};

wire! {
    /// An institution's word on its own newest entry.
    pub struct HeadClaim {
        /// The feed.
        1 => feed: FeedId,
        /// Its newest entry.
        2 => place: Place,
        /// The institution's clock in milliseconds since 1970.
        3 => time_ms: u64,
        /// The number of the key that signs.
        4 => key: u32,
    }

    /// A head claim with its signature.
    pub struct SignedHeadClaim {
        /// The encoded [`HeadClaim`], signed as it stands.
        1 => claim: Bytes,
        /// By the signing key that the claim names.
        2 => signature: Signature,
    }

    /// Two entries at one place of one feed, both signed: evidence that needs no witness.
    pub struct ForkProof {
        /// One of them.
        1 => one: EntryBytes,
        /// The other.
        2 => other: EntryBytes,
    }
}

impl SignedHeadClaim {
    /// Signs a claim.
    pub fn sign(network: &NetworkId, claim: &HeadClaim, key: &SecretKey) -> Self {
        let claim = encode(claim);
        let signature = key.sign(Purpose::HeadClaim, network, &claim);
        Self { claim: Bytes(claim), signature }
    }

    /// What is claimed, to find the key; nothing is verified.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn claimed(&self) -> Result<HeadClaim, Malformed> {
        decode(&self.claim.0)
    }

    /// Verifies the claim under the key that the feed names for it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, network: &NetworkId, key: &PublicKey) -> Result<(), KeyError> {
        key.verify(Purpose::HeadClaim, network, &self.claim.0, &self.signature)
    }
}

/// The two sides of a fork, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The entry with the smaller id.
    pub one: Unverified,
    /// The entry with the larger id.
    pub other: Unverified,
}

impl ForkProof {
    /// The proof of two entries, the same whichever is seen first.
    pub fn of(a: &Unverified, b: &Unverified) -> Self {
        let (one, other) = if a.id() < b.id() { (a, b) } else { (b, a) };
        Self { one: one.bytes().clone(), other: other.bytes().clone() }
    }

    /// The two sides, if they contradict each other: same network, feed and seq, other ids.
    ///
    /// They may be of two epochs: one that ends a contest stands beside an entry that it ends.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn open(&self) -> Result<Fork, Malformed> {
        let (one, other) = (Unverified::parse(self.one.clone())?, Unverified::parse(self.other.clone())?);
        let place = |side: &Unverified| {
            let header = side.claimed();
            (header.network, header.feed, header.seq)
        };
        if place(&one) != place(&other) || one.id() >= other.id() {
            return Err(Malformed::Form { at: 0, what: "two entries that do not contradict each other" });
        }
        Ok(Fork { one, other })
    }

    /// A name for the proof, the same on every node.
    pub fn id(&self) -> EntryId {
        EntryId(crate::hash::hash("fork", &[&encode(self)]))
    }
}
