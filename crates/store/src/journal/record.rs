//! What goes in and what comes out. Secrets print as `[redacted]` and are wiped when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// A record to append.
#[derive(Clone)]
pub struct NewRecord {
    /// What it is; the caller's own numbering.
    pub kind: u8,
    /// Stays for ever and can be read without a key.
    pub clear: Vec<u8>,
    /// Sealed under a key of its own; can be erased.
    pub secret: Option<Zeroizing<Vec<u8>>>,
}

/// A record that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub kind: u8,
    /// Its clear bytes.
    pub clear: Vec<u8>,
    /// Its secret, as far as there is one.
    pub secret: Secret,
}

/// The sealed half of a record.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The record was appended without one.
    None,
    /// The plain bytes.
    Held(Zeroizing<Vec<u8>>),
    /// Its key was destroyed.
    Erased,
}

impl NewRecord {
    /// Bytes that count against the limits.
    pub(super) fn bytes(&self) -> usize {
        self.clear.len() + self.secret.as_ref().map_or(0, |secret| secret.len())
    }
}

impl fmt::Debug for NewRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("NewRecord");
        record.field("kind", &self.kind).field("clear_bytes", &self.clear.len());
        record.field("secret", &self.secret.as_ref().map(|_| "[redacted]")).finish()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Held(_) => "Held([redacted])",
            Self::Erased => "Erased",
        })
    }
}
