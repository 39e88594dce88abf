//! What a worker does before its limits are set: models loaded, threads started.

use crate::{faces, finding::Finder, print};

/// A finder of this build whose model does not load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("model of {0} does not load")]
pub struct ModelError(pub Finder);

/// Loads all models and starts the threads that run them, so that neither happens while a picture is looked at.
///
/// # Errors
/// [`ModelError`] names the first finder that could never look.
pub fn warm() -> Result<(), ModelError> {
    faces::warm()?;
    print::warm()
}
