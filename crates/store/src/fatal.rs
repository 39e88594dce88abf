//! What ends the process.

use std::{fmt, sync::Arc};

/// Why the process has to end. Its next start reads everything anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fatal {
    /// What was to last did not come to the disk for sure: acknowledged bytes may be lost.
    Loss {
        /// What failed.
        why: String,
    },
    /// The tables broke, panicked or hung. Nothing is lost, for they are made from the journal.
    Tables {
        /// What they said.
        why: String,
    },
}

/// Told when the process has to end.
#[derive(Clone)]
pub struct OnFatal(Arc<dyn Fn(Fatal) + Send + Sync>);

impl OnFatal {
    /// Calls `tell` with what happened.
    pub fn new(tell: impl Fn(Fatal) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn loss(&self, why: &str) {
        (self.0)(Fatal::Loss { why: why.to_owned() });
    }

    pub(crate) fn tables(&self, why: &str) {
        (self.0)(Fatal::Tables { why: why.to_owned() });
    }
}

impl fmt::Debug for OnFatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnFatal")
    }
}
