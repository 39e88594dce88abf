//! Which entry says what a person is called. An institution speaks for its own people; another's word stands beside it.

use protocol::{ClinicianId, EntryId, InstitutionId, Kind, payload::content::Profile};

use crate::{
    effect::Answer,
    fold::entry_row,
    record::Record,
    row::{EntryRow, ProfileKey, ProfileRow, What},
    rows::{Read, Rows},
    sheet::Sheet,
};

/// The entry of the newest living profile of a person by an institution.
///
/// # Errors
/// If a table cannot be read.
pub fn profile_of<R: Rows>(
    clinician: ClinicianId,
    institution: InstitutionId,
    rows: &R,
) -> Result<Option<EntryId>, R::Error> {
    Ok(rows.last::<ProfileRow>(&[&clinician, &institution])?.map(|(key, _)| key.entry))
}

/// All living ones, oldest first: to take a name back, each has to be withdrawn.
///
/// # Errors
/// If a table cannot be read.
pub fn profiles_of<R: Rows>(
    clinician: ClinicianId,
    institution: InstitutionId,
    rows: &R,
) -> Result<Vec<EntryId>, R::Error> {
    Ok(rows.all::<ProfileRow>(&[&clinician, &institution])?.into_iter().map(|(key, _)| key.entry).collect())
}

impl<R: Rows> Sheet<'_, R> {
    pub(crate) fn fold_profile(&mut self, record: &Record, profile: &Profile) -> Result<Answer, R::Error> {
        let known = self.rows.read::<EntryRow>(&record.id)?;
        if known.as_ref().is_some_and(|known| known.what.is_some()) {
            return Ok(Answer::Duplicate);
        }
        if known.is_some_and(|known| known.is_erased) || self.is_withdrawn(record)? {
            self.refuse(record, None)?;
            return Ok(Answer::Refused);
        }
        let author = Some(profile.clinician);
        let what =
            What { kind: Kind::Profile, case: None, author, statement: None, is_kept_only: false, revises: None };
        self.rows.put(&record.id, &entry_row(record, Some(what)));
        let Record { feed, epoch, seq, id, .. } = *record;
        self.rows.put(&ProfileKey { clinician: profile.clinician, feed, epoch, seq, entry: id }, &ProfileRow);
        Ok(Answer::Folded)
    }

    pub(crate) fn erase_profile(&mut self, entry: EntryId, row: &EntryRow, what: &What) {
        let EntryRow { feed, epoch, seq, .. } = *row;
        if let Some(clinician) = what.author {
            self.rows.delete::<ProfileRow>(&ProfileKey { clinician, feed, epoch, seq, entry });
        }
    }
}
