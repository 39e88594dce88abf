//! A peer's picture whose grammar was checked.

use std::fmt;

use crate::{
    grammar::{self, Checked, GrammarError},
    limits::Limits,
};

/// A peer's bytes that consist only of what a clean picture needs. [`Replica::checked`] is its only maker.
///
/// That they are the bytes a payload lists is for the caller to check, by their id.
///
/// ```compile_fail
/// fn forge(replica: anonymizer::Replica) -> anonymizer::Replica {
///     anonymizer::Replica { bytes: Vec::new(), ..replica }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Replica {
    bytes: Vec<u8>,
    checked: Checked,
}

impl Replica {
    /// Checks the grammar of a peer's file against the limits of the network.
    ///
    /// # Errors
    /// See [`GrammarError`]; each is the peer's fault.
    pub fn checked(bytes: Vec<u8>) -> Result<Self, GrammarError> {
        let checked = grammar::check(&bytes, &Limits::NETWORK)?;
        Ok(Self { bytes, checked })
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file, given away.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What the file says of itself.
    pub fn facts(&self) -> Checked {
        self.checked
    }
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Checked { media_type, width, height } = self.checked;
        write!(f, "Replica({media_type}, {width} x {height} px, {} bytes)", self.bytes.len())
    }
}
