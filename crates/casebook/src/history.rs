//! What a page about one case asks: how it stands, its versions, its outcomes, and whether the reader has starred it.

use protocol::{CaseId, ClinicianId, EntryId};

use crate::{
    row::{CaseRow, EntryRow, OutcomeRow, StarRow, VersionKey, VersionRow},
    rows::{Read, Rows},
};

/// How a case stands; `None` if no version of it is here.
///
/// # Errors
/// If a table cannot be read.
pub fn case_row<R: Rows>(case: CaseId, rows: &R) -> Result<Option<CaseRow>, R::Error> {
    rows.read(&case)
}

/// What is known of an entry; `None` if its header was never folded.
///
/// # Errors
/// If a table cannot be read.
pub fn entry_row<R: Rows>(entry: EntryId, rows: &R) -> Result<Option<EntryRow>, R::Error> {
    rows.read(&entry)
}

/// The living versions of a case, oldest first; those in the house journal before those in the feed.
///
/// # Errors
/// If a table cannot be read.
pub fn versions_of<R: Rows>(case: CaseId, rows: &R) -> Result<Vec<(VersionKey, VersionRow)>, R::Error> {
    let mut versions = rows.all::<VersionRow>(&[&case])?;
    versions.sort_unstable_by_key(|(key, _)| in_time(key));
    Ok(versions)
}

/// The outcomes of a case, oldest first: the history of its status.
///
/// # Errors
/// If a table cannot be read.
pub fn outcomes_of<R: Rows>(case: CaseId, rows: &R) -> Result<Vec<(VersionKey, OutcomeRow)>, R::Error> {
    let mut outcomes = rows.all::<OutcomeRow>(&[&case])?;
    outcomes.sort_unstable_by_key(|(key, _)| in_time(key));
    Ok(outcomes)
}

const fn in_time(key: &VersionKey) -> (bool, u32, u64, EntryId) {
    (key.is_shared, key.epoch, key.seq, key.entry)
}

/// The entries by which a person starred a case: what is withdrawn to take the star back.
///
/// # Errors
/// If a table cannot be read.
pub fn stars_by<R: Rows>(clinician: ClinicianId, case: CaseId, rows: &R) -> Result<Vec<EntryId>, R::Error> {
    Ok(rows.all::<StarRow>(&[&case, &clinician])?.into_iter().map(|(key, _)| key.entry).collect())
}
