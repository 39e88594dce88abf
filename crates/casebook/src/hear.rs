//! Who is heard in a case, and when all has to be counted again because others are.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CaseId, ClinicianId, InstitutionId};

use crate::{
    row::{OpenCase, SharedKey, SharedRow, VersionKey, VersionRow},
    rows::{Read, Rows},
    sheet::Sheet,
};

/// Who is heard in a case: the owner, and whoever a living version is for or was.
///
/// Whoever was once in the audience stays heard when it is narrowed, for between feeds there is no order that could tell what
/// was said before. Once a case is shared, what stands in the house journal is no part of what others see, and does not count.
pub(crate) struct Ears {
    case: CaseId,
    is_shared: bool,
    known: BTreeMap<InstitutionId, bool>,
}

impl Ears {
    pub(crate) const fn of(case: CaseId, open: &OpenCase) -> Self {
        Self { case, is_shared: open.is_shared, known: BTreeMap::new() }
    }

    /// Whether what stands in a feed, or in the house journal, is heard. The rows are asked once for each feed.
    pub(crate) fn hear<R: Rows>(&mut self, feed: InstitutionId, is_shared: bool, rows: &R) -> Result<bool, R::Error> {
        let case = self.case;
        if is_shared != self.is_shared || feed == case.institution {
            return Ok(is_shared == self.is_shared);
        }
        if let Some(known) = self.known.get(&feed) {
            return Ok(*known);
        }
        let is_heard = rows.has_any::<SharedRow>(&[&SharedKey::EVERYBODY, &case])?
            || rows.has_any::<SharedRow>(&[&feed, &case])?;
        self.known.insert(feed, is_heard);
        Ok(is_heard)
    }
}

/// The version that opened the case.
pub(crate) fn opening<R: Rows>(
    rows: &R,
    case: CaseId,
    is_shared: bool,
) -> Result<Option<(VersionKey, VersionRow)>, R::Error> {
    let verified = rows.first::<VersionRow>(&[&case, &is_shared, &true])?;
    let others = rows.first::<VersionRow>(&[&case, &is_shared, &false])?;
    let place = |key: &VersionKey| (key.epoch, key.seq, key.entry);
    Ok(verified.into_iter().chain(others).min_by_key(|(key, _)| place(key)))
}

/// What decides whether a comment counts, as far as a change of versions can touch it.
#[derive(PartialEq, Eq)]
struct Gate {
    opener: Option<ClinicianId>,
    is_shared: bool,
    heard: Vec<bool>,
}

impl<R: Rows> Sheet<'_, R> {
    /// Changes the versions of a case, and counts again if others are heard now.
    pub(crate) fn change_versions(
        &mut self,
        case: CaseId,
        audience: &BTreeSet<InstitutionId>,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), R::Error> {
        let before = self.gate(case, audience)?;
        change(self);
        let after = self.gate(case, audience)?;
        self.settle(case)?;
        if before != after {
            self.recount(case)?;
        }
        self.index(case);
        Ok(())
    }

    fn gate(&self, case: CaseId, audience: &BTreeSet<InstitutionId>) -> Result<Gate, R::Error> {
        let is_shared = self.rows.last::<VersionRow>(&[&case])?.is_some_and(|(key, _)| key.is_shared);
        let opener = opening(&self.rows, case, is_shared)?.map(|(_, version)| version.author);
        let heard = audience.iter().map(|institution| self.rows.has_any::<SharedRow>(&[institution, &case]));
        Ok(Gate { opener, is_shared, heard: heard.collect::<Result<_, _>>()? })
    }
}
