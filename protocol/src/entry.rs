//! Entries: what came from somebody ([`Unverified`]) and what is known to be its author's ([`Entry`]) are different types.
//!
//! An [`Entry`] comes from a signature that verified, from a link to such an entry, or from this node's own journal, where
//! nothing else was ever written. A payload is opened only by the entry whose hash it matches.

use crate::{
    codec::{Bytes, Malformed},
    header::{Audience, Header, VERSION},
    id::{EntryId, FeedId, NetworkId, PayloadHash, Salt},
    key::{KeyError, PublicKey, Purpose, SecretKey, Signature},
    kind::Kind,
    limits,
    payload::{Payload, at_most, sealed},
    wire,
};

/// How it is known that the author wrote an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Its own signature was verified.
    Signature,
    /// An entry with a verified signature names it, directly or through others. Not gossiped, nor used as evidence.
    Link,
}

wire! {
    /// Header and signature exactly as they travel and are stored.
    pub struct EntryBytes {
        /// The bytes that are signed.
        1 => header: Bytes,
        /// The signature over them.
        2 => signature: Signature,
    }

    /// A payload with the salt that stands in its hash; both are erased together.
    pub struct Salted {
        /// 32 bytes drawn for this payload alone.
        1 => salt: Salt,
        /// The payload as it was hashed.
        2 => bytes: Bytes,
    }
}

/// An entry as somebody sent it. What it claims serves to find its key and its place, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    bytes: EntryBytes,
    header: Header,
    id: EntryId,
}

/// An entry that its author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    bytes: EntryBytes,
    header: Header,
    id: EntryId,
    proof: Proof,
}

/// A payload that cannot be opened by this entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Another payload, or a spoiled one: the sender is to blame.
    #[error("payload does not match the hash in its header")]
    Mismatch,
    /// The author signed something that is not of its kind.
    #[error("payload is not of its kind")]
    Malformed(#[from] Malformed),
}

/// What the author of an entry decides; the rest follows from the feed.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// Where it counts.
    pub network: NetworkId,
    /// In which feed it stands.
    pub feed: FeedId,
    /// The feed's epoch.
    pub epoch: u32,
    /// Its place.
    pub seq: u64,
    /// The entry before it.
    pub prev: EntryId,
    /// The author's clock.
    pub time_ms: u64,
    /// What it says.
    pub payload: &'a Payload,
    /// To whom the payload may go.
    pub audience: Audience,
    /// Drawn for this entry alone.
    pub salt: Salt,
}

impl Unverified {
    /// Reads header and signature; nothing is verified.
    ///
    /// # Errors
    /// [`Malformed`]: the sender is to blame.
    pub fn parse(bytes: EntryBytes) -> Result<Self, Malformed> {
        let header = Header::decode(&bytes.header.0)?;
        let id = EntryId::of(&bytes.header.0, &bytes.signature.0);
        Ok(Self { bytes, header, id })
    }

    /// What the bytes claim.
    pub const fn claimed(&self) -> &Header {
        &self.header
    }

    /// The id that the entry has if it is genuine.
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// The bytes as they came.
    pub const fn bytes(&self) -> &EntryBytes {
        &self.bytes
    }

    /// Whether this is the payload that the header names.
    pub fn matches(&self, payload: &Salted) -> bool {
        matches(&self.header, payload)
    }

    /// Verifies the signature under the key that the feed names for it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(self, key: &PublicKey) -> Result<Entry, KeyError> {
        key.verify(Purpose::Entry, &self.header.network, &self.bytes.header.0, &self.bytes.signature)?;
        Ok(Entry { bytes: self.bytes, header: self.header, id: self.id, proof: Proof::Signature })
    }

    /// Takes the word of the entry that follows: it names this one by a hash over header and signature.
    ///
    /// # Errors
    /// The entry itself, if the next one names another, or stands at another place than behind it.
    pub fn link(self, next: &Entry) -> Result<Entry, Box<Self>> {
        let place = |header: &Header| (header.network, header.feed, header.seq);
        let (network, feed, seq) = place(&self.header);
        if next.header.prev != self.id || place(&next.header) != (network, feed, seq + 1) {
            return Err(Box::new(self));
        }
        Ok(Entry { bytes: self.bytes, header: self.header, id: self.id, proof: Proof::Link })
    }

    /// The entry, taken at the word of this node's own journal: it was verified before it was written there. A law of the
    /// project lets nobody call this but the one file that reads the journal.
    pub fn as_journaled(self, proof: Proof) -> Entry {
        Entry { bytes: self.bytes, header: self.header, id: self.id, proof }
    }
}

impl Entry {
    /// Signs a new entry. Returns it with its salted payload.
    ///
    /// # Errors
    /// [`Malformed`] if a receiver would refuse the header or could not open the payload: what is signed stands for ever.
    pub fn sign(new: &NewEntry<'_>, key_number: u32, key: &SecretKey) -> Result<(Self, Salted), Malformed> {
        let body = new.payload.encode();
        let (kind, bytes) = match new.audience {
            Audience::Network => (new.payload.kind(), body),
            _ => (Kind::Sealed, sealed::pad(new.payload.kind(), &body)?),
        };
        at_most("payload", bytes.len(), "bytes", limits::PAYLOAD_BYTES_MAX)?;
        let header = Header {
            version: VERSION,
            network: new.network,
            feed: new.feed,
            epoch: new.epoch,
            key: key_number,
            seq: new.seq,
            prev: new.prev,
            kind,
            audience: new.audience,
            time_ms: new.time_ms,
            payload_hash: PayloadHash::of(&new.salt, &bytes),
            payload_size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        };
        let header_bytes = header.encode();
        Header::decode(&header_bytes)?;
        open(&header, &bytes)?;
        let signature = key.sign(Purpose::Entry, &new.network, &header_bytes);
        let id = EntryId::of(&header_bytes, &signature.0);
        let entry =
            Self { bytes: EntryBytes { header: Bytes(header_bytes), signature }, header, id, proof: Proof::Signature };
        Ok((entry, Salted { salt: new.salt, bytes: Bytes(bytes) }))
    }

    /// The header.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The id: hash of header and signature.
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// The bytes as they travel.
    pub const fn bytes(&self) -> &EntryBytes {
        &self.bytes
    }

    /// How it is known to be its author's.
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// Whether this is the payload that the header names.
    pub fn matches(&self, payload: &Salted) -> bool {
        matches(&self.header, payload)
    }

    /// What the entry says.
    ///
    /// # Errors
    /// [`PayloadError::Mismatch`] if it is another payload, [`PayloadError::Malformed`] if the author's bytes are not of
    /// the kind they are said to be.
    pub fn open(&self, payload: &Salted) -> Result<Payload, PayloadError> {
        if !self.matches(payload) {
            return Err(PayloadError::Mismatch);
        }
        Ok(open(&self.header, &payload.bytes.0)?)
    }

    /// The entry as somebody else would receive it.
    pub fn to_unverified(&self) -> Unverified {
        Unverified { bytes: self.bytes.clone(), header: self.header.clone(), id: self.id }
    }
}

fn open(header: &Header, payload: &[u8]) -> Result<Payload, Malformed> {
    match header.audience {
        Audience::Network => Payload::decode(header.kind, payload),
        _ => {
            let (kind, body) = sealed::unpad(payload)?;
            Payload::decode(kind, body)
        }
    }
}

fn matches(header: &Header, payload: &Salted) -> bool {
    payload.bytes.0.len() == header.payload_size as usize
        && PayloadHash::of(&payload.salt, &payload.bytes.0) == header.payload_hash
}
