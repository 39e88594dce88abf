//! Everything that hangs on a case, whatever it is.

use protocol::{CaseId, EntryId};

use crate::{
    row::{EntryRow, OtherRow, OutcomeRow, RemarkRow, RevisionRow, StarRow, VersionRow},
    rows::{Read, Rows},
};

/// The living entries of a case, those included that are only kept.
pub(crate) fn entries_under<R: Rows>(rows: &R, case: CaseId) -> Result<Vec<EntryId>, R::Error> {
    let mut entries = Vec::new();
    entries.extend(rows.all::<VersionRow>(&[&case])?.into_iter().map(|(key, _)| key.entry));
    entries.extend(rows.all::<OutcomeRow>(&[&case])?.into_iter().map(|(key, _)| key.entry));
    entries.extend(rows.all::<RemarkRow>(&[&case])?.into_iter().map(|(key, _)| key.entry));
    entries.extend(rows.all::<RevisionRow>(&[&case])?.into_iter().map(|(key, _)| key.entry));
    entries.extend(rows.all::<StarRow>(&[&case])?.into_iter().map(|(key, _)| key.entry));
    entries.extend(rows.all::<OtherRow>(&[&case])?.into_iter().map(|(key, _)| key.entry));
    Ok(entries)
}

/// The living shared entries of a case: what is offered to an institution that comes into its audience.
///
/// # Errors
/// If a table cannot be read.
pub fn shared_entries<R: Rows>(case: CaseId, rows: &R) -> Result<Vec<EntryId>, R::Error> {
    let mut shared = Vec::new();
    for entry in entries_under(rows, case)? {
        if rows.read::<EntryRow>(&entry)?.is_some_and(|row| row.origin().is_shared()) {
            shared.push(entry);
        }
    }
    Ok(shared)
}

/// What has to be withdrawn together with an entry: itself, every repetition of its statement, and a comment's revisions.
///
/// Nodes that never held the entry's payload cannot know these; so a withdrawal names each.
///
/// # Errors
/// If a table cannot be read.
pub fn entries_with<R: Rows>(entry: EntryId, rows: &R) -> Result<Vec<EntryId>, R::Error> {
    let what = rows.read::<EntryRow>(&entry)?.and_then(|row| row.what);
    let mut entries = vec![entry];
    if let Some((case, name)) = what.and_then(|what| Some((what.case?, what.statement?))) {
        let copies = rows.all::<crate::row::StatementRow>(&[&name])?;
        entries.extend(copies.into_iter().map(|(key, _)| key.entry).filter(|copy| *copy != entry));
        entries.extend(rows.all::<RevisionRow>(&[&case, &name])?.into_iter().map(|(key, _)| key.entry));
    }
    Ok(entries)
}
