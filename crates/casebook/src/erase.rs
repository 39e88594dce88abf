//! Erasing: rows of what is withdrawn go, tombstones stay, and nothing that comes later brings it back.

use protocol::{CaseId, EntryId, Kind};

use crate::{
    effect::Pictures,
    hanging::entries_under,
    row::{
        CaseRow, EntryRow, OtherRow, RevisionRow, StatementKey, StatementRow, TargetKey, UnderCase, WithdrawalRow,
        WithdrawnCase,
    },
    rows::{Read, Rows},
    sheet::Sheet,
};

impl<R: Rows> Sheet<'_, R> {
    /// Erases one entry and, with a comment, its revisions. Every repetition of its statement goes too.
    pub(crate) fn erase_entry(&mut self, entry: EntryId) -> Result<(), R::Error> {
        match self.erase_one(entry)? {
            Some((case, name)) => self.erase_statement(case, name),
            None => Ok(()),
        }
    }

    /// Erases what repeats an erased statement, and what revises it. Nothing revises a revision.
    pub(crate) fn erase_statement(&mut self, case: CaseId, name: [u8; 32]) -> Result<(), R::Error> {
        self.erase_copies(name)?;
        for (key, _) in self.rows.all::<RevisionRow>(&[&case, &name])? {
            if let Some((_, revision)) = self.erase_one(key.entry)? {
                self.erase_copies(revision)?;
            }
        }
        Ok(())
    }

    /// However many entries repeat a statement, they are looked through once, one behind the other.
    fn erase_copies(&mut self, name: [u8; 32]) -> Result<(), R::Error> {
        for (key, copy) in self.rows.all::<StatementRow>(&[&name])? {
            if !copy.is_erased {
                self.erase_one(key.entry)?;
            }
        }
        Ok(())
    }

    /// Erases one entry alone. Returns the case and the name of the statement that it carried, whose repetitions have to go.
    fn erase_one(&mut self, entry: EntryId) -> Result<Option<(CaseId, [u8; 32])>, R::Error> {
        let Some(row) = self.rows.read::<EntryRow>(&entry)?.filter(|row| !row.is_erased) else { return Ok(None) };
        let what = row.what.clone();
        self.rows.put(&entry, &EntryRow { is_erased: true, what: None, ..row.clone() });
        let case = what.as_ref().and_then(|what| what.case);
        self.destroy(entry, case);
        let Some(what) = what else { return Ok(None) };
        match case {
            None => self.erase_profile(entry, &row, &what),
            Some(case) if what.is_kept_only => self.rows.delete::<OtherRow>(&UnderCase { case, entry }),
            Some(case) => {
                self.unplace(entry, &row, &what)?;
                if matches!(what.kind, Kind::Case | Kind::CaseRevision) {
                    self.destroy_pictures(case, Pictures::Unlisted(case));
                }
            }
        }
        let (Some(case), Some(name)) = (case, what.statement) else { return Ok(None) };
        let key = StatementKey { statement: name, epoch: row.epoch, seq: row.seq, entry };
        self.rows.put(&key, &StatementRow { is_erased: true });
        Ok(Some((case, name)))
    }

    /// Erases a case with all that hangs on it, if a withdrawal of it is ours. Of several the first gives the reason.
    pub(crate) fn erase_case(&mut self, case: CaseId) -> Result<(), R::Error> {
        let withdrawals = self.rows.all::<WithdrawalRow>(&[&TargetKey::Case(case), &case.institution])?;
        let Some((key, first)) = withdrawals.iter().find(|(_, row)| row.is_ours) else { return Ok(()) };
        let withdrawn = WithdrawnCase {
            withdrawal: key.entry,
            ground: first.ground,
            time_ms: first.time_ms,
            is_everywhere: withdrawals.iter().any(|(_, row)| row.is_everywhere),
        };
        self.is_everywhere = withdrawn.is_everywhere;
        self.rows.put(&case, &CaseRow::Withdrawn(withdrawn));
        self.touch(case);
        self.index(case);
        self.destroy_pictures(case, Pictures::All(case));
        for entry in entries_under(&self.rows, case)? {
            self.erase_entry(entry)?;
        }
        Ok(())
    }
}
