//! Secrets: 32 bytes that print as `[redacted]` and leave memory when dropped, and what is kept of those shown to people.

use std::fmt;

use protocol::{
    codec::{
        Wire,
        serde::{Deserializer, Serializer},
    },
    hash,
};
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// 32 secret bytes inside the sealed part of an entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret32(Zeroizing<[u8; 32]>);

impl Secret32 {
    /// Takes the bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Wire for Secret32 {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_cbor(serializer)
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <[u8; 32]>::from_cbor(deserializer).map(Self::new)
    }
}

macro_rules! shown_once {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal, $tag:literal, $refusal:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Secret32);

        impl $name {
            /// Takes 32 bytes that the caller drew.
            pub fn new(bytes: [u8; 32]) -> Self {
                Self(Secret32::new(bytes))
            }

            /// The text that the person is shown, once: prefix, bytes and a checksum of 4 bytes in hexadecimal.
            pub fn text(&self) -> Zeroizing<String> {
                let bytes = Zeroizing::new(hex::encode(self.0.expose()));
                Zeroizing::new(format!("{}{}{}", $prefix, bytes.as_str(), hex::encode(self.checksum())))
            }

            /// Reads the text back; the checksum tells a slip of the hand, or another secret, without a look-up.
            ///
            /// # Errors
            /// The refusal that a wrong secret gets too.
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                let digits = text.trim().strip_prefix($prefix).ok_or($refusal)?;
                let mut bytes = Zeroizing::new([0; 36]);
                hex::decode_to_slice(digits, &mut bytes[..]).map_err(|_| $refusal)?;
                let mut secret = Zeroizing::new([0; 32]);
                secret.copy_from_slice(&bytes[..32]);
                let parsed = Self::new(*secret);
                if bytes[32..] != parsed.checksum() { Err($refusal) } else { Ok(parsed) }
            }

            /// What the house keeps of it.
            pub(crate) fn digest(&self) -> [u8; 32] {
                hash($tag, &[self.0.expose()])
            }

            fn checksum(&self) -> [u8; 4] {
                let full = hash(concat!($tag, " checksum"), &[self.0.expose()]);
                [full[0], full[1], full[2], full[3]]
            }
        }
    )*};
}

shown_once! {
    /// Opens an account once: the first sign-in of an invited person, or a forgotten password.
    OneTimeSecret, "csl1_", "one-time secret", Refusal::OneTimeSecret;
    /// Opens the API. The prefix is there for programs that look for leaked secrets.
    TokenSecret, "csl_", "api token", Refusal::ApiToken;
    /// Opens a session; it lives in the browser's cookie.
    SessionToken, "csls_", "session", Refusal::SignedOut;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_from_its_text_and_no_digit_may_differ() {
        let secret = TokenSecret::new([0xC5; 32]);
        let text = secret.text();
        assert!(text.starts_with("csl_c5c5") && text.len() == 4 + 64 + 8);
        assert_eq!(TokenSecret::parse(&text).unwrap().digest(), secret.digest());
        let slipped = text.replacen("c5", "c6", 1);
        assert_eq!(TokenSecret::parse(&slipped).unwrap_err(), Refusal::ApiToken);
        assert_eq!(TokenSecret::parse(&text[..70]).unwrap_err(), Refusal::ApiToken);
    }

    #[test]
    fn a_secret_of_one_use_is_none_of_another() {
        let text = OneTimeSecret::new([7; 32]).text();
        assert_eq!(TokenSecret::parse(&text).unwrap_err(), Refusal::ApiToken);
        assert_ne!(OneTimeSecret::new([7; 32]).digest(), SessionToken::new([7; 32]).digest());
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = SessionToken::new([0xC5; 32]);
        let printed = format!("{secret:?} {:?}", Secret32::new([0xC5; 32]));
        assert!(!printed.contains("c5") && !printed.contains("197"), "{printed}");
    }
}
