//! Withdrawals and receipts. A withdrawal counts in the feed of what it withdraws, in whatever order both arrive.
//!
//! Whoever withdraws an entry withdraws that entry alone, also if it is the only version of a case: which case an entry opened is
//! known to nobody who never held it, and what nodes hold must not depend on that. What others said about such a case is shown
//! nowhere, and goes when they take it back, or when the case is withdrawn: by its institution, or by the governors for it.

use protocol::{
    CaseId, EntryId, InstitutionId,
    payload::control::{ErasureReceipt, Withdrawal},
};

use crate::{
    effect::Answer,
    record::Record,
    row::{
        CaseRow, EntryRow, ExceptKey, ExceptRow, OwedRow, ReceiptKey, ReceiptRow, TargetKey, WithdrawalKey,
        WithdrawalRow,
    },
    rows::{Read, Rows},
    sheet::Sheet,
};

impl<R: Rows> Sheet<'_, R> {
    pub(crate) fn fold_withdrawals(
        &mut self,
        record: &Record,
        speaks_for: InstitutionId,
        withdrawals: &[Withdrawal],
    ) -> Result<Answer, R::Error> {
        let mut answer = Answer::NotTheirs;
        for (number, withdrawal) in (0_u16..).zip(withdrawals) {
            let Record { epoch, seq, id: entry, .. } = *record;
            let target = TargetKey::from(&withdrawal.target);
            let key = WithdrawalKey { target, feed: speaks_for, epoch, seq, entry, number };
            match self.withdraw(&key, record, withdrawal)? {
                Answer::NotTheirs => {}
                Answer::Duplicate if answer != Answer::NotTheirs => {}
                told => answer = told,
            }
        }
        Ok(answer)
    }

    fn withdraw(&mut self, key: &WithdrawalKey, record: &Record, withdrawal: &Withdrawal) -> Result<Answer, R::Error> {
        let WithdrawalKey { target, feed, .. } = *key;
        if matches!(target, TargetKey::Case(case) if case.institution != feed) {
            return Ok(Answer::NotTheirs);
        }
        if self.rows.read::<WithdrawalRow>(key)?.is_some() {
            return Ok(Answer::Duplicate);
        }
        let row = WithdrawalRow {
            ground: withdrawal.ground,
            time_ms: record.time_ms,
            is_everywhere: withdrawal.from.is_none(),
            is_ours: withdrawal.from.as_ref().is_none_or(|from| from.contains(&self.me)),
            is_shared: record.origin.is_shared(),
        };
        self.rows.put(key, &row);
        for institution in withdrawal.from.iter().flatten().copied() {
            self.rows.put(&ExceptKey { target, feed, institution }, &ExceptRow);
        }
        match target {
            TargetKey::Case(case) => {
                self.owe(key, &row)?;
                self.erase_case(case)?;
            }
            TargetKey::Entry(entry) => match self.rows.read::<EntryRow>(&entry)? {
                Some(known) if known.feed != feed => return Ok(Answer::NotTheirs),
                Some(_) => {
                    self.owe(key, &row)?;
                    if row.is_ours {
                        self.is_everywhere = row.is_everywhere;
                        self.erase_entry(entry)?;
                    }
                }
                None => {}
            },
        }
        Ok(Answer::Folded)
    }

    /// Whether an entry was withdrawn from this house, perhaps before it came.
    pub(crate) fn is_withdrawn(&self, record: &Record) -> Result<bool, R::Error> {
        let withdrawals = self.rows.all::<WithdrawalRow>(&[&TargetKey::Entry(record.id), &record.feed])?;
        Ok(withdrawals.iter().any(|(_, row)| row.is_ours))
    }

    /// Whether an entry, or its case, was withdrawn from everybody. What repeats or revises an erased statement may have been.
    pub(crate) fn is_withdrawn_everywhere(&self, record: &Record, case: Option<CaseId>) -> Result<bool, R::Error> {
        let withdrawals = self.rows.all::<WithdrawalRow>(&[&TargetKey::Entry(record.id), &record.feed])?;
        if withdrawals.iter().any(|(_, row)| row.is_everywhere) {
            return Ok(true);
        }
        let Some(case) = case else { return Ok(false) };
        Ok(matches!(self.rows.read(&case)?, Some(CaseRow::Withdrawn(gone)) if gone.is_everywhere))
    }

    /// Withdrawals that waited for an entry are done, so receipts are due.
    pub(crate) fn owe_for_entry(&mut self, entry: EntryId, feed: InstitutionId) -> Result<(), R::Error> {
        for (key, row) in self.rows.all::<WithdrawalRow>(&[&TargetKey::Entry(entry), &feed])? {
            self.owe(&key, &row)?;
        }
        Ok(())
    }

    fn owe(&mut self, key: &WithdrawalKey, row: &WithdrawalRow) -> Result<(), R::Error> {
        let receipt = ReceiptKey { withdrawal: key.entry, institution: self.me };
        if row.is_ours && row.is_shared && self.rows.read::<ReceiptRow>(&receipt)?.is_none() {
            self.rows.put(&key.entry, &OwedRow);
        }
        Ok(())
    }

    pub(crate) fn fold_receipt(&mut self, record: &Record, receipt: &ErasureReceipt) -> Result<Answer, R::Error> {
        let place = |row: &ReceiptRow| (row.epoch, row.seq, row.entry);
        let row = ReceiptRow {
            entry: record.id,
            epoch: record.epoch,
            seq: record.seq,
            time_ms: record.time_ms,
            destruction: receipt.destruction,
            backups_until_ms: receipt.backups_until_ms,
        };
        for withdrawal in receipt.withdrawals.iter().copied() {
            let key = ReceiptKey { withdrawal, institution: record.feed };
            if self.rows.read::<ReceiptRow>(&key)?.is_none_or(|known| place(&row) < place(&known)) {
                self.rows.put(&key, &row);
            }
            if record.feed == self.me {
                self.rows.delete::<OwedRow>(&withdrawal);
            }
        }
        Ok(Answer::Folded)
    }
}
