//! Ids as types. Each is a fixed number of bytes, shown and parsed as lower-case hexadecimal.
//!
//! An id is made where its thing is made ([`FeedId::derive`], [`BlobId::of`] …) and parsed at the door; in between nobody
//! handles a bare array or a `String`.

use std::{fmt, str::FromStr};

use crate::{hash::hash, key::PublicKey};

/// Text that is no id: wrong length or not hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} has {digits} hexadecimal digits; this is not one")]
pub struct NotAnId {
    name: &'static str,
    digits: usize,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident[$len:literal];)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The first eight hexadecimal digits: enough to tell things apart in a log line, never to identify them.
            pub fn short(&self) -> String {
                hex::encode(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| NotAnId { name: stringify!($name), digits: 2 * $len })?;
                Ok(Self(bytes))
            }
        }
    )*};
}

ids! {
    /// A network: the hash of its founding charter.
    NetworkId[32];
    /// A feed, and so the institution that speaks in it.
    FeedId[32];
    /// An entry: the hash of its header and signature.
    EntryId[32];
    /// The salted hash of a payload, as the header carries it.
    PayloadHash[32];
    /// The bytes of a clean picture within one case.
    BlobId[32];
    /// A person: their Ed25519 public key.
    ClinicianId[32];
    /// A charter version: the hash of its bytes.
    CharterId[32];
    /// One statement of a person; it counts once.
    StatementId[16];
    /// The random half of a [`CaseId`].
    CaseNumber[16];
    /// The salt of a payload, or of the pictures of a case; erased with them.
    Salt[32];
}

/// An institution is named by its feed.
pub type InstitutionId = FeedId;

/// What everything about a case names: the institution that owns it and 16 random bytes drawn with the first draft.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    /// The only institution that may open, revise or withdraw it.
    pub institution: InstitutionId,
    /// Drawn with the first draft.
    pub number: CaseNumber,
}

impl NetworkId {
    /// `H("network", charter v0)`.
    pub fn of_charter(founding_charter: &[u8]) -> Self {
        Self(hash("network", &[founding_charter]))
    }
}

impl FeedId {
    /// `H("feed", network ‖ first root key ‖ H("next", next root key))`: known before the feed has an entry.
    pub fn derive(network: &NetworkId, root: &PublicKey, next_root: &[u8; 32]) -> Self {
        Self(hash("feed", &[&network.0, root.as_bytes(), next_root]))
    }
}

impl EntryId {
    /// What `prev` of a genesis names.
    pub const NONE: Self = Self([0; 32]);

    /// `H("entry", header ‖ signature)`.
    pub fn of(header: &[u8], signature: &[u8; 64]) -> Self {
        Self(hash("entry", &[header, signature]))
    }
}

impl PayloadHash {
    /// `H("payload", salt ‖ payload)`.
    pub fn of(salt: &Salt, payload: &[u8]) -> Self {
        Self(hash("payload", &[&salt.0, payload]))
    }
}

impl BlobId {
    /// `H("blob", the case's salt ‖ bytes)`: the same picture in two cases has two names.
    pub fn of(case_salt: &Salt, bytes: &[u8]) -> Self {
        Self(hash("blob", &[&case_salt.0, bytes]))
    }
}

impl CharterId {
    /// `H("charter", bytes)`.
    pub fn of(charter: &[u8]) -> Self {
        Self(hash("charter", &[charter]))
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.institution, self.number)
    }
}

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseId({}/{})", self.institution.short(), self.number.short())
    }
}

impl FromStr for CaseId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = NotAnId { name: "CaseId", digits: 96 };
        let (institution, number) = text.split_at_checked(64).ok_or(wrong.clone())?;
        Ok(Self {
            institution: institution.parse().map_err(|_| wrong.clone())?,
            number: number.parse().map_err(|_| wrong)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_its_text() {
        let case = CaseId { institution: FeedId([7; 32]), number: CaseNumber([9; 16]) };
        assert_eq!(case.to_string().parse(), Ok(case));
        assert_eq!(
            "zz".parse::<EntryId>().unwrap_err().to_string(),
            "EntryId has 64 hexadecimal digits; this is not one"
        );
        assert!("é".repeat(48).parse::<CaseId>().is_err(), "a boundary inside a character is no panic");
    }
}
