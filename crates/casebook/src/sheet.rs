//! The sheet on which one entry is worked out: rows as they will be, and what is to be done besides.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseId, EntryId, InstitutionId};

use crate::{
    effect::{Answer, Effect, Erasure, Folded, Pictures},
    overlay::Overlay,
    row::CaseRow,
    rows::{Read, Rows},
};

/// Is filled while an entry is folded. Its verbs stand in the files of this crate that are named after what they do.
pub(crate) struct Sheet<'a, R> {
    pub(crate) rows: Overlay<'a, R>,
    pub(crate) me: InstitutionId,
    below: &'a R,
    /// Whether what is erased now is withdrawn from everybody.
    pub(crate) is_everywhere: bool,
    touched: BTreeSet<CaseId>,
    /// By the case, and by whether it is withdrawn from everybody.
    erasures: BTreeMap<(Option<CaseId>, bool), (BTreeSet<EntryId>, Pictures)>,
    indexed: BTreeSet<CaseId>,
    offered: BTreeSet<CaseId>,
}

impl<'a, R: Rows> Sheet<'a, R> {
    pub(crate) const fn new(rows: &'a R, me: InstitutionId) -> Self {
        Self {
            rows: Overlay::over(rows),
            me,
            below: rows,
            is_everywhere: false,
            touched: BTreeSet::new(),
            erasures: BTreeMap::new(),
            indexed: BTreeSet::new(),
            offered: BTreeSet::new(),
        }
    }

    /// The payload of an entry has to go.
    pub(crate) fn destroy(&mut self, entry: EntryId, case: Option<CaseId>) {
        self.erasure(case).0.insert(entry);
    }

    /// Pictures have to go. What is once to go wholly is not kept in part.
    pub(crate) fn destroy_pictures(&mut self, case: CaseId, pictures: Pictures) {
        let erasure = self.erasure(Some(case));
        if !matches!(erasure.1, Pictures::All(_)) {
            erasure.1 = pictures;
        }
    }

    fn erasure(&mut self, case: Option<CaseId>) -> &mut (BTreeSet<EntryId>, Pictures) {
        self.erasures.entry((case, self.is_everywhere)).or_insert_with(|| (BTreeSet::new(), Pictures::Stay))
    }

    /// The row of a case may have changed.
    pub(crate) fn touch(&mut self, case: CaseId) {
        self.touched.insert(case);
    }

    /// What is searchable of a case has changed.
    pub(crate) fn index(&mut self, case: CaseId) {
        self.indexed.insert(case);
    }

    /// A restricted case has another version or audience.
    pub(crate) fn offer(&mut self, case: CaseId) {
        self.offered.insert(case);
    }

    /// The shelves follow last, from how each case stood before this entry to how it stands now.
    pub(crate) fn finish(mut self, answer: Answer) -> Result<Folded, R::Error> {
        for case in std::mem::take(&mut self.touched) {
            let before = self.below.read::<CaseRow>(&case)?;
            self.shelve(case, before.as_ref())?;
        }
        let erasures = self.erasures.into_iter().map(|((case, is_everywhere), (entries, pictures))| {
            Effect::Erase(Erasure { entries: entries.into_iter().collect(), is_everywhere, pictures, index: case })
        });
        let effects = erasures
            .chain(self.indexed.into_iter().map(Effect::Index))
            .chain(self.offered.into_iter().map(Effect::Offer))
            .collect();
        Ok(Folded { answer, changes: self.rows.into_changes(), effects })
    }
}
