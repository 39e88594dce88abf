//! Pages of cases for the lists people read, and how many there are.

use std::ops::ControlFlow;

use protocol::{CaseId, InstitutionId, payload::content::Status};

use crate::{
    access::Reader,
    fold::Casebook,
    key::{Key, Newest, front},
    row::{CaseRow, CountRow, OpenCase, Row, Shelf, ShelfKey, ShelfRow, Table},
    rows::{Read, Rows, Span},
};

/// Rows that one page looks at before it says where to go on: a page that shows little is still answered at once.
const PAGE_ROWS_MAX: usize = 1_000;

/// Which cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The list.
    pub shelf: Shelf,
    /// Only those that stand there.
    pub status: Option<Status>,
}

/// The last case that a page has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When something last happened in it that counts.
    pub activity_ms: u64,
    /// The case.
    pub case: CaseId,
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The case.
    pub case: CaseId,
    /// How it stands.
    pub open: OpenCase,
}

/// Part of a list, the most lately active first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most as many as were asked for.
    pub cases: Vec<Listed>,
    /// Where to go on; absent at the end of the list.
    pub next: Option<Cursor>,
}

impl Casebook {
    /// A page of the cases that a reader may read.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn recent<R: Rows>(
        &self,
        reader: Reader,
        filter: Filter,
        after: Option<Cursor>,
        limit: usize,
        rows: &R,
    ) -> Result<Page, R::Error> {
        let mut page = Page { cases: Vec::new(), next: after };
        let mut looked_at = 0;
        while looked_at < PAGE_ROWS_MAX {
            let keys = shelf_keys(filter.shelf, page.next, limit.clamp(1, PAGE_ROWS_MAX), rows)?;
            if keys.is_empty() {
                page.next = None;
                break;
            }
            for key in keys {
                if page.cases.len() >= limit {
                    return Ok(page);
                }
                looked_at += 1;
                page.next = Some(Cursor { activity_ms: key.newest.0, case: key.case });
                page.cases.extend(self.listed(key.case, reader, filter, rows)?);
            }
        }
        Ok(page)
    }

    fn listed<R: Rows>(
        &self,
        case: CaseId,
        reader: Reader,
        filter: Filter,
        rows: &R,
    ) -> Result<Option<Listed>, R::Error> {
        let Some(CaseRow::Open(open)) = rows.read::<CaseRow>(&case)? else { return Ok(None) };
        let is_wanted = filter.status.is_none_or(|status| status == open.status);
        let is_shown = is_wanted && self.may_read_open(case, &open, reader, rows)?.is_allowed();
        Ok(is_shown.then_some(Listed { case, open }))
    }
}

/// The cases that stand behind one in the order of their ids, so many of those that were not withdrawn: to look through all of
/// them, whatever happens in them meanwhile.
///
/// # Errors
/// If a table cannot be read.
pub fn cases_behind<R: Rows>(after: Option<CaseId>, limit: usize, rows: &R) -> Result<Vec<CaseId>, R::Error> {
    let all = Span::under(CaseRow::TABLE, Vec::new());
    let span = match after {
        Some(case) => all.after(&case.to_bytes()),
        None => all,
    };
    let mut cases = Vec::new();
    rows.each::<CaseRow>(&span, |case, row| {
        if matches!(row, CaseRow::Open(_)) {
            cases.push(case);
        }
        if cases.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(cases)
}

fn shelf_keys<R: Rows>(shelf: Shelf, after: Option<Cursor>, limit: usize, rows: &R) -> Result<Vec<ShelfKey>, R::Error> {
    let mut span = Span::under(ShelfRow::TABLE, front(&[&shelf]));
    if let Some(Cursor { activity_ms, case }) = after {
        span = span.after(&ShelfKey { shelf, newest: Newest(activity_ms), case }.to_bytes());
    }
    let mut keys = Vec::new();
    rows.each::<ShelfRow>(&span, |key, _| {
        keys.push(key);
        if keys.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(keys)
}

/// How many cases stand on a shelf.
///
/// # Errors
/// If a table cannot be read.
pub fn count<R: Rows>(shelf: Shelf, rows: &R) -> Result<u64, R::Error> {
    Ok(rows.read::<CountRow>(&shelf)?.map_or(0, |row| row.cases))
}

/// The institutions of which cases are here, and how many.
///
/// # Errors
/// If a table cannot be read.
pub fn institutions<R: Rows>(rows: &R) -> Result<Vec<(InstitutionId, u64)>, R::Error> {
    let mut institutions = Vec::new();
    rows.each::<CountRow>(&Span::under(Table::Count, Vec::new()), |shelf, row| {
        if let Shelf::Institution(institution) = shelf {
            institutions.push((institution, row.cases));
        }
        ControlFlow::Continue(())
    })?;
    Ok(institutions)
}
