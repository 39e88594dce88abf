//! What keeps closed what was narrowed, though the word that narrowed it does not count.

use protocol::{CaseId, EntryId, InstitutionId};

use crate::{
    row::{EntryRow, OpenCase, Reach, SharedKey, SharedRow, VersionRow},
    rows::{Read, Rows},
};

/// Whether a version names an institution.
pub(crate) fn is_named<R: Rows>(
    case: CaseId,
    entry: EntryId,
    institution: InstitutionId,
    rows: &R,
) -> Result<bool, R::Error> {
    Ok(rows.read::<SharedRow>(&SharedKey { institution, case, entry })?.is_some())
}

/// Whether a version behind the one that holds leaves an institution out, though its author's word does not count. Such a
/// version widens nothing, but what it narrows stays narrow until somebody says otherwise whose word counts: else a dispute
/// would open what was sealed.
pub(crate) fn is_narrowed<R: Rows>(
    case: CaseId,
    open: &OpenCase,
    institution: InstitutionId,
    rows: &R,
) -> Result<bool, R::Error> {
    let doubtful = rows.all::<VersionRow>(&[&case, &open.is_shared, &false])?;
    let Some(current) = rows.read::<EntryRow>(&open.current)? else { return Ok(false) };
    let later = doubtful.into_iter().filter(|(key, _)| (key.epoch, key.seq) > place(&current));
    for (key, _) in later.filter(|(_, version)| version.reach == Reach::Named) {
        if !is_named(case, key.entry, institution, rows)? {
            return Ok(true);
        }
    }
    Ok(false)
}

const fn place(row: &EntryRow) -> (u32, u64) {
    (row.epoch, row.seq)
}
