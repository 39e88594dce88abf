//! One institution, folded from the control entries of its feed in their order.

use protocol::{
    Class, Entry, EntryId, FeedId, KeyError, NetworkId, Payload, PublicKey, Salted, Unverified, VERSION,
    payload::control::{EndOfFeed, Genesis, KeyRotation, NodeKeys, Revocation},
};

use crate::{
    attestations::{Attestations, Question, Standing, Word},
    keys::{KeyRefusal, Keys, genesis_signer},
};

/// Where this software no longer understands a feed. What follows is kept and relayed, not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The entry that needs newer software.
    pub seq: u64,
}

/// What the control entries of a feed say, up to its head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    feed: FeedId,
    genesis: Genesis,
    keys: Keys,
    attestations: Attestations,
    node_keys: NodeKeys,
    ended: Option<EndOfFeed>,
    stop: Option<Stop>,
}

impl Institution {
    /// Verifies a genesis by itself: the feed is named after its keys, and the root key signed it.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub fn found(genesis: &Genesis, claimed: Unverified) -> Result<(Self, Entry), KeyRefusal> {
        let root = genesis_signer(&claimed, genesis)?;
        let entry = claimed.verify(&root)?;
        let (network, feed) = (entry.header().network, entry.header().feed);
        Ok((Self::of_genesis(&network, &feed, genesis)?, entry))
    }

    /// The institution of a genesis that was verified before.
    ///
    /// # Errors
    /// [`KeyRefusal::OtherGenesis`].
    pub fn of_genesis(network: &NetworkId, feed: &FeedId, genesis: &Genesis) -> Result<Self, KeyRefusal> {
        Ok(Self {
            feed: *feed,
            genesis: genesis.clone(),
            keys: Keys::of_genesis(network, feed, genesis)?,
            attestations: Attestations::default(),
            node_keys: NodeKeys { keys: Vec::new() },
            ended: None,
            stop: None,
        })
    }

    /// The feed.
    pub const fn feed(&self) -> FeedId {
        self.feed
    }

    /// What the institution is called.
    pub fn name(&self) -> &str {
        self.genesis.name.as_str()
    }

    /// ISO 3166-1 alpha-2.
    pub fn country(&self) -> &str {
        self.genesis.country.as_str()
    }

    /// The keys that speak.
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whom it vouches for.
    pub const fn attestations(&self) -> &Attestations {
        &self.attestations
    }

    /// Where its nodes listen.
    pub const fn node_keys(&self) -> &NodeKeys {
        &self.node_keys
    }

    /// Whether the feed has ended, and why.
    pub const fn ended(&self) -> Option<&EndOfFeed> {
        self.ended.as_ref()
    }

    /// Where this software stopped understanding the feed.
    pub const fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// Whether one of its transport keys is this one.
    pub fn has_transport(&self, key: &PublicKey) -> bool {
        self.node_keys.keys.iter().any(|node| node.transport == *key)
    }

    /// Verifies a root entry behind the genesis, which may bring the key it is signed with.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub fn verify_root(&self, claimed: Unverified, payload: &Payload) -> Result<Entry, KeyRefusal> {
        let header = claimed.claimed();
        if header.kind.class() != Class::Root {
            return Err(KeyRefusal::WrongNumber { named: header.key, expected: self.keys.signing().0 });
        }
        if header.key != 0 {
            return Err(KeyRefusal::WrongNumber { named: header.key, expected: 0 });
        }
        Ok(claimed.verify(&self.keys.root_signer(payload)?)?)
    }

    /// Verifies an entry at a place that was reached, on whichever branch it stands.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub fn verify_at(&self, claimed: &Unverified) -> Result<Entry, KeyRefusal> {
        let mut refusal = KeyError::BadSignature;
        for key in self.keys.signers_of(claimed.claimed())? {
            match claimed.clone().verify(&key) {
                Ok(entry) => return Ok(entry),
                Err(error) => refusal = error,
            }
        }
        Err(refusal.into())
    }

    /// Takes account of a key rotation that may stand on another branch: the root key that it brings may have signed there.
    pub fn see_rotation(&mut self, payload: &Payload) {
        if let Payload::KeyRotation(KeyRotation { root: Some(change), .. }) = payload {
            self.keys.see_root(change);
        }
    }

    /// Takes account of the next entry. Content of this version changes nothing here.
    ///
    /// An entry of a later version, of a control kind that is not known, or whose payload cannot be read stops the
    /// institution: what it says from there on is kept but not applied.
    pub fn apply(&mut self, entry: &Entry, payload: Option<&Salted>) {
        let header = entry.header();
        if self.stop.is_some() || !header.is_applied() {
            return;
        }
        let said = payload.and_then(|payload| entry.open(payload).ok());
        match said {
            Some(payload) if header.version == VERSION => self.take(entry.id(), header.seq, &payload),
            _ => self.stop = Some(Stop { seq: header.seq }),
        }
    }

    /// What control entries behind a place say about older words counts no more, or does again.
    pub const fn end_at(&mut self, last: Option<u64>) {
        self.keys.end_at(last);
    }

    /// Whether a person's word at a place counts.
    pub fn judge(&self, question: &Question) -> Word {
        if self.stop.is_some_and(|stop| question.seq >= stop.seq) {
            return Word { standing: Standing::Pending, attestation: None };
        }
        let word = self.attestations.judge(question, &self.keys);
        if word.standing > Standing::Disputed && self.keys.is_disputed_at(question.seq) {
            return Word { standing: Standing::Disputed, ..word };
        }
        word
    }

    /// Whether an attestation was revoked, as far as the feed is here.
    pub fn is_revoked(&self, attestation: &EntryId) -> bool {
        self.revoked_at(attestation).is_some()
    }

    /// The place from which on an attestation is revoked, as far as the feed is here.
    pub fn revoked_at(&self, attestation: &EntryId) -> Option<u64> {
        self.attestations.get(attestation)?.revoked_at(&self.keys)
    }

    /// How an attestation stands for what is said at a place and a time, as far as the feed is here.
    pub fn standing_of(&self, attestation: &EntryId, seq: u64, time_ms: u64) -> Option<Standing> {
        Some(self.attestations.get(attestation)?.standing_at(seq, time_ms, &self.keys))
    }

    fn take(&mut self, id: EntryId, seq: u64, payload: &Payload) {
        match payload {
            Payload::KeyRotation(rotation) => self.keys.rotate(seq, rotation),
            Payload::EpochStart(start) => {
                self.keys.start_epoch(seq, start);
                start.revocations.iter().for_each(|revocation| self.attestations.revoke(seq, true, revocation));
            }
            Payload::EndOfFeed(end) => self.ended = Some(end.clone()),
            Payload::NodeKeys(keys) => self.node_keys = keys.clone(),
            Payload::Attestation(attestation) => self.attestations.attest(id, seq, attestation),
            Payload::Revocation(revocation) => self.attestations.revoke(seq, false, revocation),
            Payload::Unknown(..) => self.stop = Some(Stop { seq }),
            _ => {}
        }
    }
}

/// The first place whose words are to be judged again because of a control entry; absent: what was said before it counts as
/// it did. A rotation that disputes old keys takes revocations back too, and those may have reached further.
pub fn judged_again_from(payload: &Payload) -> Option<u64> {
    let since = |revocation: &Revocation| revocation.since.as_ref().map(|since| since.seq);
    match payload {
        Payload::KeyRotation(rotation) => rotation.since.as_ref().map(|_| 0),
        Payload::Revocation(revocation) => since(revocation),
        Payload::EpochStart(start) => start.revocations.iter().filter_map(since).min(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
