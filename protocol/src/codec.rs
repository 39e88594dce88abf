//! The exact bytes: a scanner that accepts one form of CBOR only, and the encoding of our types through `serde_cbor`.
//!
//! Every decoder first scans the bytes received ([`item_len`]): definite lengths, shortest heads, no tags, no floats, integer
//! map keys strictly ascending, nothing behind the item (RFC 8949 section 4.2.1, and less). What `serde_cbor` would read
//! leniently is then unreachable, and every value has one encoding: `encode(decode(x)) == x` where all keys are known.
//!
//! Types are written with [`wire!`](crate::wire), [`choice!`](crate::choice) and [`codes!`](crate::codes), which give each
//! field an explicit number. Serde's derive is absent on purpose: it writes names in declaration order, and `[u8; 32]` as 32
//! integers. `serde_cbor` is archived upstream, so this is the only file that names it.

mod fields;
mod scan;
mod shapes;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits;

pub use fields::{Bytes, Text};
pub use scan::item_len;
#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use shapes::{Key, missing};

/// Bytes that are not what they should be. The text says what is wrong, never what the bytes held.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The form is not the one this protocol speaks.
    #[error("CBOR at byte {at}: {what}")]
    Form {
        /// Where.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// The form is right, but it is not the expected type.
    #[error("not a {expected}: {cause}")]
    Type {
        /// The type that was expected.
        expected: &'static str,
        /// What the decoder says: it names fields and types, and never quotes a value.
        cause: String,
    },
    /// More of something than its limit.
    #[error("{what} has {found} {unit}; the limit is {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// How many.
        found: usize,
        /// Of what.
        unit: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// A value with exactly one encoding.
pub trait Wire: Sized {
    /// Most items in a list of these. Lower for what takes far more memory than it takes bytes on the wire.
    const LIST_MAX: usize = limits::CBOR_ITEMS_MAX;

    /// Writes the value.
    ///
    /// # Errors
    /// As the serializer.
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads the value.
    ///
    /// # Errors
    /// As the deserializer, and where the value is out of its limits.
    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Whether the field that holds this value is left out.
    fn is_absent(&self) -> bool {
        false
    }

    /// The value of a field that is left out, where it may be.
    fn absent() -> Option<Self> {
        None
    }
}

/// Adapts a [`Wire`] value to serde for writing.
#[doc(hidden)]
pub struct ToCbor<'a, T>(pub &'a T);

/// Adapts a [`Wire`] value to serde for reading.
#[doc(hidden)]
pub struct FromCbor<T>(pub T);

impl<T: Wire> Serialize for ToCbor<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_cbor(serializer)
    }
}

impl<'de, T: Wire> Deserialize<'de> for FromCbor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_cbor(deserializer).map(Self)
    }
}

/// The bytes of a value.
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    serde_cbor::to_vec(&ToCbor(value)).expect("writing to memory cannot fail, and our types write no unsized maps")
}

/// The one value that these bytes are.
///
/// # Errors
/// [`Malformed`] if the form is wrong, something follows the item, or it is not a `T`.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, Malformed> {
    let len = item_len(bytes)?;
    if len != bytes.len() {
        return Err(Malformed::Form { at: len, what: "bytes behind the end" });
    }
    decode_scanned(bytes)
}

/// The first value of a sequence, and the bytes behind it.
///
/// # Errors
/// As [`decode`].
pub fn decode_first<T: Wire>(bytes: &[u8]) -> Result<(T, &[u8]), Malformed> {
    let (item, rest) = bytes.split_at(item_len(bytes)?);
    Ok((decode_scanned(item)?, rest))
}

fn decode_scanned<T: Wire>(bytes: &[u8]) -> Result<T, Malformed> {
    serde_cbor::from_slice::<FromCbor<T>>(bytes)
        .map(|value| value.0)
        .map_err(|cause| Malformed::Type { expected: short_name::<T>(), cause: unquoted(&cause.to_string()) })
}

/// What the decoder says, without the value that it quotes where one does not fit: that may be somebody's words.
fn unquoted(said: &str) -> String {
    match ["invalid type", "invalid value"].into_iter().find(|kind| said.starts_with(kind)) {
        Some(kind) => {
            let expected = said.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
            format!("{kind}, expected {expected}")
        }
        None => said.to_owned(),
    }
}

fn short_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.rsplit("::").next().unwrap_or(name)
}

#[cfg(test)]
mod tests;
