//! Intake: bytes as they were sent, in; upright pixels, findings, and what was taken off, out.

use std::collections::BTreeSet;

use crate::{
    decode::{Opened, open},
    error::IntakeError,
    finding::{Doubt, Finding, Searched},
    limits::Limits,
    look::{Sight, look},
    notice::Notice,
    pixels::Pixels,
    removed::Removed,
};

/// A picture that was taken in, and all that a reviewer must see before confirming it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The upright picture.
    pub pixels: Pixels,
    /// What may have to be hidden, the surest first.
    pub findings: Vec<Finding>,
    /// Who looked, and how far they came.
    pub searched: Vec<Searched>,
    /// What the finders cannot settle.
    pub doubts: BTreeSet<Doubt>,
    /// What the file carried beside its pixels.
    pub removed: BTreeSet<Removed>,
    /// What the reviewer should know about the pixels.
    pub notices: BTreeSet<Notice>,
}

impl Inspection {
    /// A picture with what the finders say of it.
    pub fn of(opened: Opened, sight: Sight) -> Self {
        let Opened { pixels, removed, notices, series: _ } = opened;
        let Sight { findings, searched, doubts, stage: _ } = sight;
        Self { pixels, findings, searched, doubts, removed, notices }
    }

    /// Whether any finder did not come to an end, so that "nothing found" says nothing.
    pub fn has_unsearched(&self) -> bool {
        self.searched.iter().any(|searched| !searched.search.is_finished())
    }
}

/// Takes a picture in: [opens](open) the file, and lets every finder [`look`].
///
/// Total on arbitrary bytes. A finder that panics counts as not having searched. A decoder that never ends is the caller's to
/// stop, which is why this runs in a worker process.
///
/// # Errors
/// In words for the person who sent the file; see [`IntakeError`].
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Inspection, IntakeError> {
    let opened = open(bytes, limits)?;
    let sight = look(&opened.pixels, &mut |_| ());
    Ok(Inspection::of(opened, sight))
}
