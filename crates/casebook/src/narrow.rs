//! What keeps closed what was narrowed: when the word that narrowed it does not count, and when it is not here yet.

use protocol::{CaseId, EntryId, InstitutionId, Kind};

use crate::{
    record::Origin,
    row::{EntryRow, OpenCase, Reach, RemarkRow, SharedKey, SharedRow, StarKey, StarRow, UnderCase, VersionRow},
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

/// Whether a restricted word was said under a later version than the one that holds here. Whom that one names is not known
/// until it comes.
pub(crate) fn is_ahead<R: Rows>(
    case: CaseId,
    entry: EntryId,
    row: &EntryRow,
    open: &OpenCase,
    rows: &R,
) -> Result<bool, R::Error> {
    let Some(what) = row.what.as_ref().filter(|_| row.origin() == Origin::Restricted) else { return Ok(false) };
    let Some(current) = rows.read::<EntryRow>(&open.current)? else { return Ok(false) };
    let seen = match (what.kind, what.author) {
        (Kind::Comment, _) => {
            rows.read::<RemarkRow>(&UnderCase { case, entry })?.and_then(|it| it.seen.first().copied())
        }
        (Kind::Star, Some(clinician)) => {
            rows.read::<StarRow>(&StarKey { case, clinician, entry })?.and_then(|star| star.seen)
        }
        // Under a version for all the house itself seals nothing, so one is missing in between.
        (Kind::Outcome, _) => return Ok(open.reach != Reach::Named && place(row) > place(&current)),
        _ => None,
    };
    let Some(seen) = seen else { return Ok(false) };
    Ok(match rows.read::<EntryRow>(&seen)? {
        None => true,
        Some(seen) if seen.feed != case.institution || seen.is_erased => false,
        Some(seen) => seen.what.is_none() && place(&seen) > place(&current),
    })
}

const fn place(row: &EntryRow) -> (u32, u64) {
    (row.epoch, row.seq)
}
