//! What ends the process.

use std::{fmt, sync::Arc};

/// Told when the process has to end: acknowledged bytes may be lost, or the tables broke under it. The node ends there, with
/// exit code 74, and reads everything anew at its next start.
#[derive(Clone)]
pub struct OnFatal(Arc<dyn Fn(&str) + Send + Sync>);

impl OnFatal {
    /// Calls `tell` with a sentence on what failed.
    pub fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, why: &str) {
        (self.0)(why);
    }
}

impl fmt::Debug for OnFatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnFatal")
    }
}
