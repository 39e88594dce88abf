//! What the index has to forget. It follows the tables on a thread of its own, and a crash may come between: so whatever is
//! erased stands in the tables as a debt, from the batch that erased it until a commit of the index has paid.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseId, EntryId};
use store::Batch;

use super::{
    folding::Consequences,
    rows::{REMARKS_OWED, WORDS_OWED},
    shelf::{Shelf, ShelfError},
};

/// Debts of which the index was told, each by the number of the last telling.
#[derive(Debug, Default)]
pub(crate) struct Owing {
    told: u64,
    cases: BTreeMap<CaseId, u64>,
    entries: BTreeMap<EntryId, u64>,
}

impl Owing {
    /// Takes down that the index is told now. Returns the number of this telling; none if it has nothing to forget.
    pub(crate) fn tell(&mut self, consequences: &Consequences) -> Option<u64> {
        if !consequences.is_erasing() {
            return None;
        }
        self.told += 1;
        self.cases.extend(consequences.forgotten.iter().map(|case| (*case, self.told)));
        self.entries.extend(consequences.erased.iter().map(|entry| (*entry, self.told)));
        Some(self.told)
    }

    /// What can be struck off once a telling and all before it are committed.
    pub(crate) fn paid(&mut self, told: u64) -> Result<Batch, ShelfError> {
        let mut paid = Batch::new();
        for (case, _) in self.cases.extract_if(.., |_, last| *last <= told) {
            paid.remove(WORDS_OWED, &case)?;
        }
        for (entry, _) in self.entries.extract_if(.., |_, last| *last <= told) {
            paid.remove(REMARKS_OWED, &entry)?;
        }
        Ok(paid)
    }
}

/// Everything that is owed, to be told again.
pub(crate) fn owed(shelf: &Shelf) -> Result<Consequences, ShelfError> {
    let cases: BTreeSet<CaseId> =
        shelf.tables.range(WORDS_OWED, ..)?.map(|row| row.map(|(case, ())| case)).collect::<Result<_, _>>()?;
    let erased = shelf.tables.range(REMARKS_OWED, ..)?.map(|row| row.map(|(entry, ())| entry));
    Ok(Consequences {
        erased: erased.collect::<Result<_, _>>()?,
        cases: cases.clone(),
        revised: cases.clone(),
        forgotten: cases,
        ..Consequences::default()
    })
}
