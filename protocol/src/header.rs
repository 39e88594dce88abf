//! The header of an entry: signed and hash-linked for ever, while its payload can be erased.

use std::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
    ser::SerializeSeq,
};

use crate::{
    codec::{FromCbor, Malformed, ToCbor, Wire, decode, encode},
    codes,
    id::{EntryId, FeedId, NetworkId, PayloadHash},
    kind::Kind,
    limits,
    payload::at_most,
};

codes! {
    /// To whom an entry's payload may go.
    pub enum Audience {
        0 => Network,
        1 => Restricted,
    }
}

/// The version of headers that this software writes.
pub const VERSION: u16 = 1;

/// What stands in a header, in the order in which it stands there.
///
/// Later versions keep network, feed, epoch, seq, prev and payload hash at their places and may add items behind the twelve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The version of the header.
    pub version: u16,
    /// The network in which the entry counts.
    pub network: NetworkId,
    /// The feed.
    pub feed: FeedId,
    /// Rises by one with each `EpochStart`.
    pub epoch: u32,
    /// The number of the key that signs: 0 the root key, else a signing key.
    pub key: u32,
    /// The place in the feed; the genesis has 0.
    pub seq: u64,
    /// The entry at `seq - 1`; [`EntryId::NONE`] in a genesis.
    pub prev: EntryId,
    /// What the entry says; [`Kind::Sealed`] where the audience is restricted.
    pub kind: Kind,
    /// To whom the payload may go.
    pub audience: Audience,
    /// The author's clock in milliseconds since 1970. A claim, never part of validity.
    pub time_ms: u64,
    /// Salted hash of the payload.
    pub payload_hash: PayloadHash,
    /// Size of the payload in bytes, padding included.
    pub payload_size: u32,
}

impl Header {
    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a header and checks what can be checked without anything else: its form and its limits.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        at_most("header", bytes.len(), "bytes", limits::HEADER_BYTES_MAX)?;
        decode(bytes)
    }

    /// Whether the institution of the feed takes account of it: root and control, and whatever a later version says, which
    /// may be either.
    pub const fn is_applied(&self) -> bool {
        self.version != VERSION || self.kind.needs_payload()
    }

    /// Rules that hold between the items; [`Header::decode`] has checked them.
    fn contradiction(&self) -> Option<&'static str> {
        let is_genesis = self.seq == 0;
        let is_restricted = self.audience != Audience::Network;
        match () {
            () if self.version == 0 => Some("version 0"),
            () if self.seq > limits::SEQ_MAX => Some("seq beyond 2^48"),
            () if is_genesis != (self.prev == EntryId::NONE) => Some("prev is zero in a genesis and nowhere else"),
            () if self.payload_size as usize > limits::PAYLOAD_BYTES_MAX => Some("payload_size over the limit"),
            () if self.version == VERSION && is_genesis != (self.kind == Kind::Genesis) => Some("a genesis has seq 0"),
            () if self.version == VERSION && is_restricted != (self.kind == Kind::Sealed) => {
                Some("a restricted entry is sealed, and no other is")
            }
            () if self.version == VERSION && matches!(self.audience, Audience::Other(_)) => Some("an unknown audience"),
            () => None,
        }
    }
}

impl Wire for Header {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(12))?;
        list.serialize_element(&ToCbor(&self.version))?;
        list.serialize_element(&ToCbor(&self.network))?;
        list.serialize_element(&ToCbor(&self.feed))?;
        list.serialize_element(&ToCbor(&self.epoch))?;
        list.serialize_element(&ToCbor(&self.key))?;
        list.serialize_element(&ToCbor(&self.seq))?;
        list.serialize_element(&ToCbor(&self.prev))?;
        list.serialize_element(&ToCbor(&self.kind))?;
        list.serialize_element(&ToCbor(&self.audience))?;
        list.serialize_element(&ToCbor(&self.time_ms))?;
        list.serialize_element(&ToCbor(&self.payload_hash))?;
        list.serialize_element(&ToCbor(&self.payload_size))?;
        list.end()
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the twelve items of a header")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Header, A::Error> {
        let header = Header {
            version: next(&mut list)?,
            network: next(&mut list)?,
            feed: next(&mut list)?,
            epoch: next(&mut list)?,
            key: next(&mut list)?,
            seq: next(&mut list)?,
            prev: next(&mut list)?,
            kind: next(&mut list)?,
            audience: next(&mut list)?,
            time_ms: next(&mut list)?,
            payload_hash: next(&mut list)?,
            payload_size: next(&mut list)?,
        };
        while list.next_element::<IgnoredAny>()?.is_some() {
            if header.version == VERSION {
                return Err(A::Error::custom("more items than version 1 has"));
            }
        }
        match header.contradiction() {
            Some(what) => Err(A::Error::custom(what)),
            None => Ok(header),
        }
    }
}

fn next<'de, T: Wire, A: SeqAccess<'de>>(list: &mut A) -> Result<T, A::Error> {
    list.next_element::<FromCbor<T>>()?
        .map(|item| item.0)
        .ok_or_else(|| A::Error::custom("fewer items than a header has"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn genesis() -> Header {
        Header {
            version: VERSION,
            network: NetworkId([1; 32]),
            feed: FeedId([2; 32]),
            epoch: 0,
            key: 0,
            seq: 0,
            prev: EntryId::NONE,
            kind: Kind::Genesis,
            audience: Audience::Network,
            time_ms: 1_790_000_000_000,
            payload_hash: PayloadHash([4; 32]),
            payload_size: 100,
        }
    }

    #[test]
    fn a_header_is_read_back_from_its_bytes() {
        assert_eq!(Header::decode(&genesis().encode()), Ok(genesis()));
    }

    #[test]
    fn headers_that_contradict_themselves_are_refused() {
        let second = Header { seq: 1, prev: EntryId([3; 32]), kind: Kind::Case, key: 1, ..genesis() };
        assert_eq!(Header::decode(&second.encode()), Ok(second.clone()));
        let refused = [
            Header { version: 0, ..second.clone() },
            Header { seq: 0, ..second.clone() },
            Header { prev: EntryId::NONE, ..second.clone() },
            Header { seq: limits::SEQ_MAX + 1, ..second.clone() },
            Header { kind: Kind::Genesis, ..second.clone() },
            Header { audience: Audience::Restricted, ..second.clone() },
            Header { kind: Kind::Sealed, ..second.clone() },
            Header { audience: Audience::Other(2), kind: Kind::Sealed, ..second.clone() },
            Header { payload_size: 262_145, ..second.clone() },
        ];
        for header in refused {
            assert!(Header::decode(&header.encode()).is_err(), "{header:?}");
        }
    }

    #[test]
    fn a_later_version_may_add_items() {
        let mut bytes = Header { version: 2, ..genesis() }.encode();
        bytes[0] = 0x8d;
        bytes.push(0x07);
        assert_eq!(Header::decode(&bytes).map(|header| header.version), Ok(2));
        bytes[1] = 1;
        assert!(Header::decode(&bytes).is_err(), "version 1 has twelve items");
    }
}
