//! What a table is to those who use it: a name, a type of key, a type of row.

use std::{fmt, marker::PhantomData};

use protocol::{BlobId, CaseId, CaseNumber, ClinicianId, EntryId, FeedId, StatementId};

/// A table by its name. Declared as a constant where its rows are defined; the name stands for these two types for ever,
/// or the schema number changes.
pub struct Table<K, V> {
    name: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

/// How far one journal was applied, by a name for the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(&'static str);

/// A key: bytes that order as the keys do.
pub trait Key: Sized {
    /// The bytes, at most [`KEY_BYTES_MAX`](crate::KEY_BYTES_MAX).
    fn to_bytes(&self) -> Vec<u8>;
    /// The key of the bytes, or nothing if they are none.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// A key whose bytes are always so many, so that another can follow.
pub trait FixedKey: Key {
    /// How many.
    const LEN: usize;
}

/// A row: ids, numbers, flags, times; never what a person wrote.
pub trait Row: Sized {
    /// The bytes, at most [`ROW_BYTES_MAX`](crate::ROW_BYTES_MAX).
    fn to_bytes(&self) -> Vec<u8>;
    /// The row of the bytes, or nothing if they are none.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl<K, V> Table<K, V> {
    /// The table of that name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, types: PhantomData }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Table<K, V> {}

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.name)
    }
}

impl Mark {
    /// The mark of that name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    pub(super) const fn name(self) -> &'static str {
        self.0
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Key for $number {
            fn to_bytes(&self) -> Vec<u8> {
                self.to_be_bytes().to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_be_bytes(bytes.try_into().ok()?))
            }
        }

        impl FixedKey for $number {
            const LEN: usize = size_of::<$number>();
        }
    )*};
}

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl Key for $id {
            fn to_bytes(&self) -> Vec<u8> {
                self.0.to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Some(Self(bytes.try_into().ok()?))
            }
        }

        impl FixedKey for $id {
            const LEN: usize = <$id>::LEN;
        }
    )*};
}

numbers!(u8, u16, u32, u64);
ids!(FeedId, EntryId, ClinicianId, BlobId, StatementId, CaseNumber);

impl<const N: usize> Key for [u8; N] {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

impl<const N: usize> FixedKey for [u8; N] {
    const LEN: usize = N;
}

impl Key for CaseId {
    fn to_bytes(&self) -> Vec<u8> {
        (self.institution, self.number).to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (institution, number) = Key::from_bytes(bytes)?;
        Some(Self { institution, number })
    }
}

impl FixedKey for CaseId {
    const LEN: usize = FeedId::LEN + CaseNumber::LEN;
}

/// Bytes of any length order as bytes; as a part of a longer key they come last.
impl Key for Vec<u8> {
    fn to_bytes(&self) -> Vec<u8> {
        self.clone()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}

impl<A: FixedKey, B: Key> Key for (A, B) {
    fn to_bytes(&self) -> Vec<u8> {
        [self.0.to_bytes(), self.1.to_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(A::LEN)?;
        Some((A::from_bytes(first)?, B::from_bytes(second)?))
    }
}

impl<A: FixedKey, B: FixedKey> FixedKey for (A, B) {
    const LEN: usize = A::LEN + B::LEN;
}

impl<A: FixedKey, B: FixedKey, C: Key> Key for (A, B, C) {
    fn to_bytes(&self) -> Vec<u8> {
        [self.0.to_bytes(), self.1.to_bytes(), self.2.to_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_at_checked(A::LEN)?;
        let (second, third) = Key::from_bytes(rest)?;
        Some((A::from_bytes(first)?, second, third))
    }
}

/// A set: the key says it all.
impl Row for () {
    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.is_empty().then_some(())
    }
}

impl Row for u64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Row for Vec<u8> {
    fn to_bytes(&self) -> Vec<u8> {
        self.clone()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}
