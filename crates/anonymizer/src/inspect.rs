//! Intake: bytes as they were sent, in; upright pixels, findings, and what was taken off, out.

use std::collections::BTreeSet;

use crate::{
    decode::decode,
    error::IntakeError,
    faces,
    finding::{Doubt, Finder, Finding, Search, Searched},
    limits::Limits,
    notice::Notice,
    pixels::Pixels,
    removed::Removed,
    scan::scan,
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
    /// Whether any finder did not come to an end, so that "nothing found" says nothing.
    pub fn has_unsearched(&self) -> bool {
        self.searched.iter().any(|searched| searched.search == Search::NotSearched)
    }
}

/// Takes a picture in: recognizes, scans, decodes, turns upright, and lets every finder look.
///
/// Total on arbitrary bytes. A decoder that panics makes the file a damaged one; a finder that panics counts as not
/// having searched. A decoder that never ends is the caller's to stop, which is why this runs in a worker process.
///
/// # Errors
/// In words for the person who sent the file; see [`IntakeError`].
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Inspection, IntakeError> {
    let mut scanned = scan(bytes, limits)?;
    let pixels = decode(&mut scanned, limits)?;
    let mut findings = Vec::new();
    let mut searched = Vec::new();
    for (finder, find) in FINDERS {
        let (mut found, mut search) = find(&pixels);
        if found.len() > FINDINGS_MAX {
            found.truncate(FINDINGS_MAX);
            search = Search::NotSearched;
        }
        findings.extend(found);
        searched.push(Searched { finder: *finder, search });
    }
    let doubts = BTreeSet::new();
    Ok(Inspection { pixels, findings, searched, doubts, removed: scanned.removed, notices: scanned.notices })
}

type Find = fn(&Pixels) -> (Vec<Finding>, Search);

/// Findings of one finder. Nobody answers more of them one by one, so beyond it the finder counts as not having searched.
const FINDINGS_MAX: usize = 256;

/// Every finder looks at every picture, and what any of them sees is a finding.
const FINDERS: &[(Finder, Find)] = &[(Finder::Rustface, faces::find)];
