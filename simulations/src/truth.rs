//! What really happened, as nobody in the network knows it: what was promised, who may read what, and what went wrong.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseId, Entry, EntryId, InstitutionId};

/// A case that somebody opened.
#[derive(Clone, Debug)]
pub(crate) struct CaseOf {
    pub(crate) id: CaseId,
    pub(crate) entry: EntryId,
    /// Who may read it; absent: all.
    pub(crate) audience: Option<BTreeSet<InstitutionId>>,
    pub(crate) is_withdrawn: bool,
}

/// The record of a run.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    pub(crate) cases: Vec<CaseOf>,
    /// Who may have the payload of a restricted entry.
    pub(crate) audiences: BTreeMap<EntryId, BTreeSet<InstitutionId>>,
    /// What people were told is written, with its place.
    pub(crate) acknowledged: BTreeMap<EntryId, (InstitutionId, u64)>,
    /// What honest nodes showed to others at a place of their own feeds.
    shown: BTreeMap<(InstitutionId, u32, u64), EntryId>,
    pub(crate) violations: BTreeSet<String>,
}

impl Truth {
    /// Notes that an honest node showed an entry of its own.
    pub(crate) fn show(&mut self, name: &str, entry: &Entry) {
        let header = entry.header();
        let at = (header.feed, header.epoch, header.seq);
        let first = *self.shown.entry(at).or_insert_with(|| entry.id());
        if first != entry.id() {
            self.violate(format!("{name} wrote place {} twice", header.seq));
        }
    }

    /// Whether an institution may have the payload of an entry.
    pub(crate) fn may_have(&self, institution: &InstitutionId, entry: &EntryId) -> bool {
        self.audiences.get(entry).is_none_or(|audience| audience.contains(institution))
    }

    pub(crate) fn violate(&mut self, what: String) {
        self.violations.insert(what);
    }
}
