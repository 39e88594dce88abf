//! Intake: bytes as they were sent, in; upright pixels, findings, and what was taken off, out.

use std::collections::BTreeSet;

use crate::{
    codes,
    decode::{Opened, open},
    error::IntakeError,
    faces,
    finding::{Doubt, Finder, Finding, Search, Searched},
    limits::Limits,
    notice::Notice,
    pixels::Pixels,
    print,
    pyramid::Pyramid,
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
    /// Whether any finder did not come to an end, so that "nothing found" says nothing.
    pub fn has_unsearched(&self) -> bool {
        self.searched.iter().any(|searched| searched.search == Search::NotSearched)
    }
}

/// Takes a picture in: [opens](open) the file, and lets every finder look.
///
/// Total on arbitrary bytes. A finder that panics counts as not having searched. A decoder that never ends is the caller's to
/// stop, which is why this runs in a worker process.
///
/// # Errors
/// In words for the person who sent the file; see [`IntakeError`].
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Inspection, IntakeError> {
    inspect_telling(bytes, limits, &mut |_, _| {})
}

/// Like [`inspect`], and tells the pixels and the findings of the first look as soon as they are there, in a fraction of
/// the whole time. What is told may still move and grow: only what is returned is to be reviewed.
///
/// # Errors
/// As [`inspect`]; nothing was told of a picture that is refused.
pub fn inspect_telling(
    bytes: &[u8],
    limits: &Limits,
    tell: &mut dyn FnMut(&Pixels, &[Finding]),
) -> Result<Inspection, IntakeError> {
    let Opened { pixels, removed, notices } = open(bytes, limits)?;
    let Found { findings, searched, doubts } = found(&pixels, tell);
    Ok(Inspection { pixels, findings, searched, doubts, removed, notices })
}

/// Findings of one kind. Nobody answers more of them one by one, so beyond it the finders count as not having searched.
const FINDINGS_MAX: usize = 256;

struct Found {
    findings: Vec<Finding>,
    searched: Vec<Searched>,
    doubts: BTreeSet<Doubt>,
}

/// Every finder looks at every picture, and what any of them sees is a finding.
fn found(pixels: &Pixels, tell: &mut dyn FnMut(&Pixels, &[Finding])) -> Found {
    let mut found = faces_in(pixels, tell);
    for (finder, find) in [(Finder::Lines, print::find as Find), (Finder::Codes, codes::find)] {
        let (findings, search) = find(pixels);
        found.add(findings, vec![Searched { finder, search }]);
    }
    found.findings.sort_by_key(|finding| finding.sureness);
    found
}

type Find = fn(&Pixels) -> (Vec<Finding>, Search);

fn faces_in(pixels: &Pixels, tell: &mut dyn FnMut(&Pixels, &[Finding])) -> Found {
    let mut found = Found { findings: Vec::new(), searched: Vec::new(), doubts: BTreeSet::new() };
    let Some(pyramid) = Pyramid::of(pixels) else {
        found.searched = faces::unseen().searched().to_vec();
        return found;
    };
    let upright = faces::upright(&pyramid);
    tell(pixels, &upright.findings(pixels));
    let sight = upright.joined(faces::turned(&pyramid));
    found.add(sight.findings(pixels), sight.searched().to_vec());
    if found.findings.is_empty() && faces::has_skin(&pyramid) {
        found.doubts.insert(Doubt::SkinWithoutFace);
    }
    found
}

impl Found {
    fn add(&mut self, mut findings: Vec<Finding>, mut searched: Vec<Searched>) {
        if findings.len() > FINDINGS_MAX {
            findings.truncate(FINDINGS_MAX);
            searched.iter_mut().for_each(|searched| searched.search = Search::NotSearched);
        }
        self.findings.append(&mut findings);
        self.searched.append(&mut searched);
    }
}
