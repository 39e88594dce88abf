//! A standing changes: control entries arrived that were missing, or a `since` disputes what was said.

use protocol::{CaseId, ClinicianId, EntryId, InstitutionId, Kind};
use trust::Standing;

use crate::{
    effect::{Answer, Folded},
    fold::Casebook,
    place::{revision_keys, standing_under, version_keys},
    row::{EntryRow, OutcomeRow, PendingRow, RemarkRow, RevisionRow, StarKey, StarRow, UnderCase, VersionRow, What},
    rows::{Read, Rows},
    sheet::Sheet,
    standing,
};

impl Casebook {
    /// Takes over another standing of who says an entry. For entries that are no statement, or not here, nothing changes.
    ///
    /// # Errors
    /// If a table cannot be read; nothing is changed then.
    pub fn restand<R: Rows>(&self, entry: EntryId, standing: Standing, rows: &R) -> Result<Folded, R::Error> {
        let mut sheet = Sheet::new(rows, self.me);
        sheet.restand(entry, standing)?;
        sheet.finish(Answer::Duplicate)
    }
}

impl<R: Rows> Sheet<'_, R> {
    pub(crate) fn restand(&mut self, entry: EntryId, standing: Standing) -> Result<(), R::Error> {
        let Some(row) = self.rows.read::<EntryRow>(&entry)? else { return Ok(()) };
        let Some(what) = row.what.clone().filter(|what| !what.is_kept_only) else { return Ok(()) };
        let (Some(case), Some(author)) = (what.case, what.author) else { return Ok(()) };
        if self.set_standing(entry, &row, &what, (case, author), standing)? {
            self.note_pending(row.feed, entry, standing);
            self.index(case);
            self.settle(case)?;
        }
        Ok(())
    }

    /// Whether there was another standing.
    fn set_standing(
        &mut self,
        entry: EntryId,
        row: &EntryRow,
        what: &What,
        (case, author): (CaseId, ClinicianId),
        standing: Standing,
    ) -> Result<bool, R::Error> {
        let (code, is_verified) = (standing::code(standing), standing == Standing::Verified);
        macro_rules! move_row {
            ($row:ident, $keys:expr) => {{
                let found = standing_under::<$row, _>(&self.rows, &$keys)?;
                let Some((key, row)) = found.filter(|(_, row)| row.standing != code) else { return Ok(false) };
                self.rows.delete::<$row>(&key);
                let mut key = key;
                key.is_verified = is_verified;
                self.rows.put(&key, &$row { standing: code, ..row });
            }};
        }
        match what.kind {
            Kind::Case | Kind::CaseRevision => move_row!(VersionRow, version_keys(case, entry, row)),
            Kind::Outcome => move_row!(OutcomeRow, version_keys(case, entry, row)),
            Kind::CommentRevision => move_row!(RevisionRow, revision_keys(case, entry, row, what)),
            Kind::Comment => {
                let key = UnderCase { case, entry };
                let known = self.rows.read::<RemarkRow>(&key)?.filter(|row| row.standing != code);
                let Some(remark) = known else { return Ok(false) };
                self.count_remark(key, &remark, false)?;
                let remark = RemarkRow { standing: code, ..remark };
                self.rows.put(&key, &remark);
                self.count_remark(key, &remark, true)?;
            }
            _ => {
                let key = StarKey { case, clinician: author, entry };
                let known = self.rows.read::<StarRow>(&key)?.filter(|row| row.standing != code);
                let Some(star) = known else { return Ok(false) };
                self.change_stars(case, author, |sheet| sheet.rows.put(&key, &StarRow { standing: code, ..star }))?;
            }
        }
        Ok(true)
    }
}

/// What waits for control entries of a feed.
///
/// # Errors
/// If a table cannot be read.
pub fn pending_in<R: Rows>(feed: InstitutionId, rows: &R) -> Result<Vec<EntryId>, R::Error> {
    Ok(rows.all::<PendingRow>(&[&feed])?.into_iter().map(|(key, _)| key.entry).collect())
}
