//! Who has confirmed an erasure, and which confirmations this house owes.

use std::ops::ControlFlow;

use protocol::{EntryId, InstitutionId};

use crate::{
    row::{OwedRow, ReceiptRow, Table},
    rows::{Read, Rows, Span},
};

/// The receipts for a withdrawal, by institution.
///
/// # Errors
/// If a table cannot be read.
pub fn receipts_of<R: Rows>(withdrawal: EntryId, rows: &R) -> Result<Vec<(InstitutionId, ReceiptRow)>, R::Error> {
    Ok(rows.all::<ReceiptRow>(&[&withdrawal])?.into_iter().map(|(key, row)| (key.institution, row)).collect())
}

/// Withdrawals that are done here and stand in no receipt of this house yet: at most so many, for the next receipt.
///
/// # Errors
/// If a table cannot be read.
pub fn owed_receipts<R: Rows>(limit: usize, rows: &R) -> Result<Vec<EntryId>, R::Error> {
    let mut owed = Vec::new();
    rows.each(&Span::under(Table::Owed, Vec::new()), |withdrawal, OwedRow| {
        if owed.len() == limit {
            return ControlFlow::Break(());
        }
        owed.push(withdrawal);
        ControlFlow::Continue(())
    })?;
    Ok(owed)
}
