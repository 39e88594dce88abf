//! What really happened, as nobody in the network knows it: what was promised, who may read what, what was taken back, and
//! what went wrong.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseId, Entry, EntryId, FeedId, InstitutionId, payload::control::Target};

/// A version of a case that somebody wrote.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) entry: EntryId,
    /// Whom it is for; absent: all.
    pub(crate) audience: Option<BTreeSet<InstitutionId>>,
}

impl Version {
    pub(crate) fn is_for(&self, institution: &InstitutionId) -> bool {
        self.audience.as_ref().is_none_or(|audience| audience.contains(institution))
    }
}

/// What an entry says, as its author meant it.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// A version of a case, for these or for all.
    Version(CaseId, Option<BTreeSet<InstitutionId>>),
    /// A word on a case under the version that its author knew.
    Word(CaseId, EntryId),
    /// Something is to be forgotten by these or by all.
    Withdrawal(Target, Option<BTreeSet<InstitutionId>>),
    /// Something else.
    Control,
}

/// Which case an entry hangs on, and how many versions were older than the one that its author knew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) case: CaseId,
    version: usize,
}

/// Something that is to be forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Withdrawn {
    /// The withdrawal, and in which feed it stands.
    pub(crate) entry: EntryId,
    pub(crate) by: FeedId,
    pub(crate) target: Target,
    /// Who loses it; absent: all.
    pub(crate) from: Option<BTreeSet<InstitutionId>>,
}

impl Withdrawn {
    pub(crate) fn is_from(&self, institution: &InstitutionId) -> bool {
        self.from.as_ref().is_none_or(|from| from.contains(institution))
    }
}

/// The record of a run.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// Cases with their versions in the order in which they were written. Some were lost before anybody heard of them.
    pub(crate) cases: BTreeMap<CaseId, Vec<Version>>,
    /// Entries that hang on cases.
    pub(crate) about: BTreeMap<EntryId, About>,
    pub(crate) withdrawn: Vec<Withdrawn>,
    /// What people were told is written, with its place.
    pub(crate) acknowledged: BTreeMap<EntryId, (InstitutionId, u64)>,
    /// What honest nodes showed to others at a place of their own feeds.
    shown: BTreeMap<(InstitutionId, u32, u64), EntryId>,
    pub(crate) violations: BTreeSet<String>,
}

impl Truth {
    /// Notes what an entry says that was just signed.
    pub(crate) fn note(&mut self, entry: EntryId, by: FeedId, meaning: Meaning) {
        match meaning {
            Meaning::Version(case, audience) => {
                let versions = self.cases.entry(case).or_default();
                self.about.insert(entry, About { case, version: versions.len() });
                versions.push(Version { entry, audience });
            }
            Meaning::Word(case, under) => {
                let known = self.cases.get(&case).and_then(|all| all.iter().position(|version| version.entry == under));
                self.about.insert(entry, About { case, version: known.unwrap_or_default() });
            }
            Meaning::Withdrawal(target, from) => self.withdrawn.push(Withdrawn { entry, by, target, from }),
            Meaning::Control => {}
        }
    }

    /// The versions under which the payload of an entry may have gone to others: the one that its author knew and all later
    /// ones. Absent: it hangs on no case.
    pub(crate) fn versions_from(&self, entry: &EntryId) -> Option<&[Version]> {
        let About { case, version } = self.about.get(entry)?;
        self.cases.get(case)?.get(*version..)
    }

    /// The withdrawals of an entry, or of the case on which it hangs.
    pub(crate) fn withdrawals_of(&self, entry: EntryId) -> impl Iterator<Item = &Withdrawn> {
        let case = self.about.get(&entry).map(|about| about.case);
        self.withdrawn.iter().filter(move |withdrawn| match &withdrawn.target {
            Target::Case(gone) => case == Some(*gone),
            Target::Entry(gone) => *gone == entry,
        })
    }

    /// Notes that an honest node showed an entry of its own.
    pub(crate) fn show(&mut self, name: &str, entry: &Entry) {
        let header = entry.header();
        let at = (header.feed, header.epoch, header.seq);
        let first = *self.shown.entry(at).or_insert_with(|| entry.id());
        if first != entry.id() {
            self.violate(format!("{name} wrote place {} twice", header.seq));
        }
    }

    pub(crate) fn violate(&mut self, what: String) {
        self.violations.insert(what);
    }
}
