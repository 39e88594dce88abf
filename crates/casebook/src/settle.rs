//! The row of a case and its places on the shelves, brought up to date with what hangs on it.

use std::collections::BTreeSet;

use protocol::{CaseId, payload::content::Status};

use crate::{
    hear::opening,
    key::Newest,
    row::{ActivityRow, CaseRow, CountRow, OpenCase, OutcomeRow, Reach, Shelf, ShelfKey, ShelfRow, Tally, VersionRow},
    rows::{Read, Rows},
    sheet::Sheet,
};

impl<R: Rows> Sheet<'_, R> {
    /// Writes what the versions, outcomes and comments make of a case. What is withdrawn stays so.
    pub(crate) fn settle(&mut self, case: CaseId) -> Result<(), R::Error> {
        let old = match self.rows.read(&case)? {
            Some(CaseRow::Withdrawn(_)) => return Ok(()),
            Some(CaseRow::Open(open)) => Some(open),
            None => None,
        };
        let tally = old.as_ref().map_or(Tally::NONE, |open| open.tally.clone());
        let new = self.as_it_stands(case, tally)?;
        let version = |open: &Option<OpenCase>| open.as_ref().map(|open| open.current);
        let is_named = |open: &Option<OpenCase>| open.as_ref().is_some_and(|open| open.reach == Reach::Named);
        // What was said while it was for some stays sealed when it is for all: nobody looks for it, so it is offered.
        if version(&old) != version(&new) && new.is_some() && (is_named(&old) || is_named(&new)) {
            self.offer(case);
        }
        self.touch(case);
        match &new {
            Some(open) => self.rows.put(&case, &CaseRow::Open(open.clone())),
            None => self.rows.delete::<CaseRow>(&case),
        }
        Ok(())
    }

    /// Moves a case between the shelves on which it stood before this entry and those on which it stands now.
    pub(crate) fn shelve(&mut self, case: CaseId, old: Option<&CaseRow>) -> Result<(), R::Error> {
        let new = self.rows.read::<CaseRow>(&case)?;
        let (left, taken) = (shelves(&case, old), shelves(&case, new.as_ref()));
        let key = |shelf, open: &OpenCase| ShelfKey { shelf, newest: Newest(open.activity_ms), case };
        if let Some(CaseRow::Open(open)) = old {
            left.iter().for_each(|shelf| self.rows.delete::<ShelfRow>(&key(*shelf, open)));
        }
        if let Some(CaseRow::Open(open)) = &new {
            let row = ShelfRow { opened_ms: open.opened_ms };
            taken.iter().for_each(|shelf| self.rows.put(&key(*shelf, open), &row));
        }
        for shelf in left.symmetric_difference(&taken) {
            self.count_shelf(*shelf, taken.contains(shelf))?;
        }
        Ok(())
    }

    fn count_shelf(&mut self, shelf: Shelf, is_added: bool) -> Result<(), R::Error> {
        let cases = self.rows.read::<CountRow>(&shelf)?.map_or(0, |row| row.cases);
        match if is_added { cases.saturating_add(1) } else { cases.saturating_sub(1) } {
            0 => self.rows.delete::<CountRow>(&shelf),
            cases => self.rows.put(&shelf, &CountRow { cases }),
        }
        Ok(())
    }

    fn as_it_stands(&self, case: CaseId, tally: Tally) -> Result<Option<OpenCase>, R::Error> {
        let Some((key, version)) = self.rows.last::<VersionRow>(&[&case])? else { return Ok(None) };
        let Some((_, first)) = opening(&self.rows, case, key.is_shared)? else { return Ok(None) };
        let outcome = self.rows.last::<OutcomeRow>(&[&case, &key.is_shared, &true])?;
        let newest = self.rows.first::<ActivityRow>(&[&case])?.map_or(0, |(key, _)| key.newest.0);
        let outcome_ms = outcome.as_ref().map_or(0, |(_, outcome)| outcome.shown_ms);
        Ok(Some(OpenCase {
            current: key.entry,
            author: version.author,
            standing: version.standing,
            reach: version.reach,
            is_shared: key.is_shared,
            specialty: version.specialty,
            opener: first.author,
            opened_ms: first.shown_ms,
            outcome: outcome.as_ref().map(|(key, _)| key.entry),
            status: outcome.as_ref().map_or(Status::Open, |(_, outcome)| outcome.status),
            tally,
            activity_ms: version.shown_ms.max(outcome_ms).max(newest),
        }))
    }
}

fn shelves(case: &CaseId, row: Option<&CaseRow>) -> BTreeSet<Shelf> {
    match row {
        Some(CaseRow::Open(open)) => Shelf::of(case, open).into_iter().collect(),
        _ => BTreeSet::new(),
    }
}
