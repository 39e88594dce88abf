//! Ids of the house, 16 bytes each, and the seed that a decision draws them from. None of them is ever sent to a peer.

use std::{fmt, str::FromStr};

use protocol::{
    codec::{
        Wire,
        serde::{Deserializer, Serializer},
    },
    hash,
};
use zeroize::Zeroizing;

/// Text that is no id of the house.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} has 32 hexadecimal digits; this is not one")]
pub struct NotAnId {
    name: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(&self.0[..4]))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let mut bytes = [0; 16];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAnId { name: stringify!($name) })?;
                Ok(Self(bytes))
            }
        }

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

ids! {
    /// An account.
    AccountId;
    /// A session, for lists and for the audit chain; it opens nothing.
    SessionId;
    /// An API token, for lists and for the audit chain; it opens nothing.
    TokenId;
    /// A payload in the outbox.
    OutboxId;
}

/// 32 random bytes that the caller drew for one decision and for no other.
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// Takes the bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// 32 bytes for one purpose; another purpose gets others.
    pub(crate) fn draw(&self, purpose: &str) -> [u8; 32] {
        hash("house seed", &[purpose.as_bytes(), &[0], &self.0[..]])
    }

    /// 16 bytes for one purpose.
    pub(crate) fn draw_id(&self, purpose: &str) -> [u8; 16] {
        first_half(&self.draw(purpose))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed([redacted])")
    }
}

/// The first 16 of 32 bytes.
pub(crate) fn first_half(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_its_text() {
        let id = AccountId([0xA7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            "a7".parse::<TokenId>().unwrap_err().to_string(),
            "TokenId has 32 hexadecimal digits; this is not one"
        );
    }

    #[test]
    fn each_purpose_draws_other_bytes() {
        let seed = Seed::new([1; 32]);
        assert_ne!(seed.draw("account"), seed.draw("session"));
        assert_eq!(seed.draw("account"), Seed::new([1; 32]).draw("account"));
    }
}
