//! How single fields stand in CBOR: numbers, truth values, text, bytes, ids, lists, and what may be left out.

use std::fmt;

use serde::{
    Deserializer, Serializer,
    de::{Error, SeqAccess, Visitor},
    ser::SerializeSeq,
};

use super::{FromCbor, ToCbor, Wire};
use crate::{
    id::{
        BlobId, CaseId, CaseNumber, CharterId, ClinicianId, EntryId, FeedId, NetworkId, PayloadHash, Salt, StatementId,
    },
    key::{PublicKey, Signature},
    limits,
};

/// What a person wrote or is called. It prints as `[redacted]`, so that it cannot reach a log by accident.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

/// Opaque bytes; they print as their length.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Wire for $number {
            fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u64(u64::from(*self))
            }

            fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = deserializer.deserialize_u64(NumberVisitor)?;
                Self::try_from(number).map_err(|_| D::Error::custom(concat!("a number beyond ", stringify!($number))))
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64);

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }
}

impl Wire for bool {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Self as serde::Deserialize>::deserialize(deserializer)
    }
}

impl Wire for Text {
    /// An empty text is one byte on the wire and 24 in memory.
    const LIST_MAX: usize = limits::TEXTS_MAX;

    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }
}

impl Wire for Bytes {
    /// As for [`Text`].
    const LIST_MAX: usize = limits::CHARTERS_MAX;

    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(BytesVisitor).map(Self)
    }
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}

/// Bytes of a fixed number.
struct FixedVisitor<const N: usize>;

impl<const N: usize> Visitor<'_> for FixedVisitor<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self)
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(FixedVisitor)
    }
}

macro_rules! fixed {
    ($($name:ident),*) => {$(
        impl Wire for $name {
            fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.to_cbor(serializer)
            }

            fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Wire::from_cbor(deserializer).map(Self)
            }
        }
    )*};
}

fixed!(
    NetworkId,
    FeedId,
    EntryId,
    PayloadHash,
    BlobId,
    ClinicianId,
    CharterId,
    StatementId,
    CaseNumber,
    Salt,
    PublicKey,
    Signature
);

/// 48 bytes: the institution, then the number.
impl Wire for CaseId {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&[&self.institution.0[..], &self.number.0].concat())
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <[u8; 48]>::from_cbor(deserializer)?;
        let (mut institution, mut number) = ([0; 32], [0; 16]);
        institution.copy_from_slice(&bytes[..32]);
        number.copy_from_slice(&bytes[32..]);
        Ok(Self { institution: FeedId(institution), number: CaseNumber(number) })
    }
}

impl<T: Wire> Wire for Option<T> {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.to_cbor(serializer),
            None => serializer.serialize_none(),
        }
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_cbor(deserializer).map(Some)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for item in self {
            list.serialize_element(&ToCbor(item))?;
        }
        list.end()
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(std::marker::PhantomData))
    }
}

struct ListVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    /// Grows as items arrive: a length is only somebody's claim, and memory is not reserved for claims.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(FromCbor(item)) = list.next_element()? {
            if items.len() == T::LIST_MAX {
                return Err(A::Error::custom("more items than such a list may have"));
            }
            items.push(item);
        }
        Ok(items)
    }
}
