//! Which key speaks at which place of a feed.
//!
//! The root key (number 0) signs root entries and nothing else does; its successor is committed beforehand. Signing keys
//! are numbered from 1 in the order in which root entries name them, and the newest signs all other entries.

use protocol::{
    Class, FeedId, Header, KeyError, Kind, NetworkId, Payload, PublicKey, Unverified,
    payload::control::{EpochStart, Genesis, KeyRotation, Place, RootChange},
};

/// A key that cannot be the one for this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// Another key number than the place asks for: malformed, whoever signed.
    #[error("entry names key {named}; at this place it is key {expected}")]
    WrongNumber {
        /// In the header.
        named: u32,
        /// By the feed.
        expected: u32,
    },
    /// The feed's id is not the hash of these keys.
    #[error("genesis is not the one that the feed is named after")]
    OtherGenesis,
    /// The new root key is not the one that was committed.
    #[error("root key is not the one that was committed")]
    NotCommitted,
    /// The key is right and the signature is not.
    #[error("entry is not signed by its key")]
    Signature(#[from] KeyError),
}

/// The keys of one feed, as its entries named them so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Root keys, oldest first, each from the place where it took over.
    roots: Vec<(u64, PublicKey)>,
    next_root: [u8; 32],
    /// The key behind that commitment, once somebody showed it: it may have signed on another branch than ours.
    shown_root: Option<PublicKey>,
    /// Signing keys, number 1 first.
    signing: Vec<SigningKey>,
    disputes: Vec<Dispute>,
    /// Rotations behind this place dispute nothing: the governors said that the feed ends there.
    last: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SigningKey {
    key: PublicKey,
    /// It signs what stands behind this place.
    named_at: u64,
}

/// A rotation that says since when the keys before it may have been in other hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dispute {
    at: u64,
    since: u64,
}

impl Keys {
    /// The keys of a feed, from its genesis.
    ///
    /// # Errors
    /// [`KeyRefusal::OtherGenesis`] if the feed's id is not derived from these keys.
    pub fn of_genesis(network: &NetworkId, feed: &FeedId, genesis: &Genesis) -> Result<Self, KeyRefusal> {
        if FeedId::derive(network, &genesis.root, &genesis.next_root) != *feed {
            return Err(KeyRefusal::OtherGenesis);
        }
        Ok(Self {
            roots: vec![(0, genesis.root)],
            next_root: genesis.next_root,
            shown_root: None,
            signing: vec![SigningKey { key: genesis.signing, named_at: 0 }],
            disputes: Vec::new(),
            last: None,
        })
    }

    /// The root key that holds now.
    pub fn root(&self) -> PublicKey {
        self.roots.last().map_or(PublicKey([0; 32]), |(_, key)| *key)
    }

    /// What the next root key is committed to.
    pub const fn next_root(&self) -> &[u8; 32] {
        &self.next_root
    }

    /// The number and key that sign now.
    pub fn signing(&self) -> (u32, PublicKey) {
        let number = u32::try_from(self.signing.len()).unwrap_or(u32::MAX);
        (number, self.signing.last().map_or(PublicKey([0; 32]), |signing| signing.key))
    }

    /// The key that signs a header of this class at this place.
    ///
    /// # Errors
    /// [`KeyRefusal::WrongNumber`] if the header names another.
    pub fn signer_of(&self, header: &Header) -> Result<PublicKey, KeyRefusal> {
        let (expected, key) = match header.kind.class() {
            Class::Root => (0, self.root_at(header.seq)),
            _ => self.signing_at(header.seq),
        };
        if header.key != expected {
            return Err(KeyRefusal::WrongNumber { named: header.key, expected });
        }
        Ok(key)
    }

    /// The keys of which one signed a header at a place that may be contested. A key rotation may bring the next root key
    /// and be signed with it, on one branch and not on the other, so there are two for it as soon as that key was seen.
    ///
    /// # Errors
    /// [`KeyRefusal::WrongNumber`] if the header names another.
    pub fn signers_of(&self, header: &Header) -> Result<Vec<PublicKey>, KeyRefusal> {
        if header.kind.class() != Class::Root || header.seq == 0 {
            return Ok(vec![self.signer_of(header)?]);
        }
        if header.key != 0 {
            return Err(KeyRefusal::WrongNumber { named: header.key, expected: 0 });
        }
        let first_after = self.roots.partition_point(|(from, _)| *from < header.seq);
        let before = first_after.checked_sub(1).and_then(|index| self.roots.get(index)).map(|(_, key)| *key);
        let after = self.roots.get(first_after).map(|(_, key)| *key).or(self.shown_root);
        Ok(before.into_iter().chain(after.filter(|_| header.kind == Kind::KeyRotation)).collect())
    }

    /// Keeps the committed root key that somebody shows. That it is the one, its hash says; who shows it is nothing.
    pub(crate) fn see_root(&mut self, change: &RootChange) {
        if change.root.commitment() == self.next_root {
            self.shown_root = Some(change.root);
        }
    }

    /// The signing key of a number, to verify what is said outside the feed.
    pub fn numbered(&self, number: u32) -> Option<PublicKey> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.signing.get(index).map(|signing| signing.key)
    }

    /// Whether what stands at this place was signed by a key that may have been in other hands.
    pub fn is_disputed_at(&self, seq: u64) -> bool {
        let counts = |dispute: &&Dispute| !self.is_behind_end(dispute.at);
        self.disputes.iter().filter(counts).any(|dispute| (dispute.since..=dispute.at).contains(&seq))
    }

    /// Who must have signed a root entry: the current root key, or the committed one that takes over with it.
    ///
    /// # Errors
    /// [`KeyRefusal::NotCommitted`] if the entry brings another root key.
    pub fn root_signer(&self, payload: &Payload) -> Result<PublicKey, KeyRefusal> {
        match payload {
            Payload::KeyRotation(KeyRotation { root: Some(change), .. }) => {
                if change.root.commitment() != self.next_root {
                    return Err(KeyRefusal::NotCommitted);
                }
                Ok(change.root)
            }
            _ => Ok(self.root()),
        }
    }

    /// Takes account of a verified key rotation at a place.
    pub(crate) fn rotate(&mut self, seq: u64, rotation: &KeyRotation) {
        if let Some(change) = &rotation.root {
            self.roots.push((seq, change.root));
            self.next_root = change.next_root;
            self.shown_root = None;
        }
        if let Some(key) = rotation.signing {
            self.replace_signing(seq, key, rotation.since.as_ref());
        }
    }

    /// Takes account of a verified epoch start at a place.
    pub(crate) fn start_epoch(&mut self, seq: u64, start: &EpochStart) {
        self.replace_signing(seq, start.signing, None);
    }

    /// What was said behind a place counts no more, or does again.
    pub(crate) const fn end_at(&mut self, last: Option<u64>) {
        self.last = last;
    }

    pub(crate) fn is_behind_end(&self, seq: u64) -> bool {
        self.last.is_some_and(|last| seq > last)
    }

    fn replace_signing(&mut self, seq: u64, key: PublicKey, since: Option<&Place>) {
        self.disputes.extend(since.map(|since| Dispute { at: seq, since: since.seq }));
        self.signing.push(SigningKey { key, named_at: seq });
    }

    fn root_at(&self, seq: u64) -> PublicKey {
        let holder = self.roots.iter().rev().find(|(from, _)| *from <= seq);
        holder.map_or(PublicKey([0; 32]), |(_, key)| *key)
    }

    fn signing_at(&self, seq: u64) -> (u32, PublicKey) {
        let position = self.signing.iter().rposition(|signing| signing.named_at < seq);
        match position.and_then(|index| self.signing.get(index).map(|signing| (index, signing.key))) {
            Some((index, key)) => (u32::try_from(index + 1).unwrap_or(u32::MAX), key),
            None => (0, PublicKey([0; 32])),
        }
    }
}

/// The key that a genesis must be signed with, once its feed's id is found to be made of it.
pub(crate) fn genesis_signer(claimed: &Unverified, genesis: &Genesis) -> Result<PublicKey, KeyRefusal> {
    let header = claimed.claimed();
    if header.key != 0 {
        return Err(KeyRefusal::WrongNumber { named: header.key, expected: 0 });
    }
    Keys::of_genesis(&header.network, &header.feed, genesis)?;
    Ok(genesis.root)
}

#[cfg(test)]
mod tests;
