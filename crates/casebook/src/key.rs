//! Keys of rows as exact bytes: parts of a fixed length one behind the other, numbers big-endian, so that the order of the
//! bytes is the order of the keys and a range of bytes is a page.

use protocol::{CaseId, CaseNumber, ClinicianId, EntryId, FeedId};

use crate::row::BadRow;

/// A key with one form in bytes, which sorts as the key does.
pub trait Key: Copy + Ord {
    /// The bytes.
    fn to_bytes(&self) -> Vec<u8>;

    /// The key of these bytes.
    ///
    /// # Errors
    /// [`BadRow::Key`] if they are no such key.
    fn from_bytes(bytes: &[u8]) -> Result<Self, BadRow>;
}

/// A time that sorts the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Newest(pub u64);

impl Ord for Newest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.cmp(&self.0)
    }
}

impl PartialOrd for Newest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A part of a key. It always takes the same number of bytes.
pub(crate) trait Part: Copy + Ord {
    fn put(&self, bytes: &mut Vec<u8>);

    /// Takes itself off the front.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

fn split<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (part, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*part)
}

impl<const N: usize> Part for [u8; N] {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        split(bytes)
    }
}

macro_rules! number_parts {
    ($($number:ty),*) => {$(
        impl Part for $number {
            fn put(&self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_be_bytes());
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                split(bytes).map(Self::from_be_bytes)
            }
        }
    )*};
}

number_parts!(u8, u16, u32, u64);

macro_rules! id_parts {
    ($($id:ident),*) => {$(
        impl Part for $id {
            fn put(&self, bytes: &mut Vec<u8>) {
                self.0.put(bytes);
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                split(bytes).map(Self)
            }
        }
    )*};
}

id_parts!(FeedId, EntryId, ClinicianId, CaseNumber);

impl Part for CaseId {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.institution.put(bytes);
        self.number.put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self { institution: Part::take(bytes)?, number: Part::take(bytes)? })
    }
}

impl Part for bool {
    fn put(&self, bytes: &mut Vec<u8>) {
        u8::from(*self).put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        match u8::take(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Part for Newest {
    fn put(&self, bytes: &mut Vec<u8>) {
        (!self.0).put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u64::take(bytes).map(|inverted| Self(!inverted))
    }
}

/// The front of a key: all keys that begin with these parts stand together.
pub(crate) fn front(parts: &[&dyn FrontPart]) -> Vec<u8> {
    let mut bytes = Vec::new();
    parts.iter().for_each(|part| part.put_front(&mut bytes));
    bytes
}

/// A [`Part`] of any type.
pub(crate) trait FrontPart {
    fn put_front(&self, bytes: &mut Vec<u8>);
}

impl<P: Part> FrontPart for P {
    fn put_front(&self, bytes: &mut Vec<u8>) {
        self.put(bytes);
    }
}

/// Structs that are keys: their fields in order.
macro_rules! keys {
    ($($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::key::Key for $name {
            fn to_bytes(&self) -> Vec<u8> {
                let mut bytes = Vec::new();
                $($crate::key::Part::put(&self.$field, &mut bytes);)*
                bytes
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, $crate::row::BadRow> {
                let mut rest = bytes;
                let key = (|| Some(Self { $($field: $crate::key::Part::take(&mut rest)?,)* }))();
                key.filter(|_| rest.is_empty()).ok_or($crate::row::BadRow::Key(stringify!($name)))
            }
        }
    )*};
}

pub(crate) use keys;

impl Key for EntryId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, BadRow> {
        bytes.try_into().map(Self).map_err(|_| BadRow::Key("EntryId"))
    }
}

impl Key for CaseId {
    fn to_bytes(&self) -> Vec<u8> {
        front(&[self])
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, BadRow> {
        let mut rest = bytes;
        Self::take(&mut rest).filter(|_| rest.is_empty()).ok_or(BadRow::Key("CaseId"))
    }
}
