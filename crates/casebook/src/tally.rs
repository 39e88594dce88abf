//! Counting what was said in a case: one by one as it comes and goes, and from the beginning where others are heard.

use protocol::{CaseId, ClinicianId};
use trust::Standing;

use crate::{
    hear::Ears,
    key::Newest,
    row::{ActivityKey, ActivityRow, CaseRow, OpenCase, RemarkRow, StarRow, Tally, UnderCase},
    rows::{Read, Rows},
    sheet::Sheet,
};

impl<R: Rows> Sheet<'_, R> {
    /// Adds a comment to what counts, or takes it away, if it is one that counts.
    pub(crate) fn count_remark(&mut self, key: UnderCase, remark: &RemarkRow, is_added: bool) -> Result<(), R::Error> {
        let activity = activity_key(key, remark);
        let Some(CaseRow::Open(mut open)) = self.rows.read(&key.case)? else {
            self.rows.delete::<ActivityRow>(&activity);
            return Ok(());
        };
        let is_heard = Ears::of(key.case, &open).hear(remark.feed, remark.is_shared, &self.rows)?;
        if remark.standing() != Standing::Verified || !is_heard {
            return Ok(());
        }
        let answers = u32::from(remark.author != open.opener);
        if is_added {
            self.rows.put(&activity, &ActivityRow);
            open.tally.comments = open.tally.comments.saturating_add(1);
            open.tally.answers = open.tally.answers.saturating_add(answers);
            open.activity_ms = open.activity_ms.max(remark.shown_ms);
        } else {
            self.rows.delete::<ActivityRow>(&activity);
            open.tally.comments = open.tally.comments.saturating_sub(1);
            open.tally.answers = open.tally.answers.saturating_sub(answers);
        }
        self.touch(key.case);
        self.rows.put(&key.case, &CaseRow::Open(open));
        Ok(())
    }

    /// Changes the stars that one person gave to a case. However many entries say so, a person counts once.
    pub(crate) fn change_stars(
        &mut self,
        case: CaseId,
        clinician: ClinicianId,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), R::Error> {
        let had_starred = self.has_starred(case, clinician)?;
        change(self);
        let has_starred = self.has_starred(case, clinician)?;
        if let Some(CaseRow::Open(mut open)) = self.rows.read(&case)? {
            let stars = open.tally.stars.saturating_add(u32::from(has_starred));
            open.tally.stars = stars.saturating_sub(u32::from(had_starred));
            self.rows.put(&case, &CaseRow::Open(open));
        }
        Ok(())
    }

    fn has_starred(&self, case: CaseId, clinician: ClinicianId) -> Result<bool, R::Error> {
        let Some(CaseRow::Open(open)) = self.rows.read(&case)? else { return Ok(false) };
        let mut ears = Ears::of(case, &open);
        for (_, star) in self.rows.all::<StarRow>(&[&case, &clinician])? {
            if star.standing() == Standing::Verified && ears.hear(star.feed, star.is_shared, &self.rows)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts all that was said in a case from the beginning.
    pub(crate) fn recount(&mut self, case: CaseId) -> Result<(), R::Error> {
        let open = match self.rows.read(&case)? {
            Some(CaseRow::Open(open)) => Some(open),
            Some(CaseRow::Withdrawn(_)) => return Ok(()),
            None => None,
        };
        let remarks = self.rows.all::<RemarkRow>(&[&case])?;
        let Some(open) = open else {
            remarks.iter().for_each(|(key, remark)| self.rows.delete::<ActivityRow>(&activity_key(*key, remark)));
            return Ok(());
        };
        let (mut ears, mut tally) = (Ears::of(case, &open), Tally::NONE);
        for (key, remark) in remarks {
            let activity = activity_key(key, &remark);
            if remark.standing() != Standing::Verified || !ears.hear(remark.feed, remark.is_shared, &self.rows)? {
                self.rows.delete::<ActivityRow>(&activity);
                continue;
            }
            self.rows.put(&activity, &ActivityRow);
            tally.comments = tally.comments.saturating_add(1);
            tally.answers = tally.answers.saturating_add(u32::from(remark.author != open.opener));
        }
        tally.stars = self.count_stars(case, &mut ears)?;
        self.rows.put(&case, &CaseRow::Open(OpenCase { tally, ..open }));
        self.settle(case)
    }

    /// How many people starred a case; the stars of one person stand together.
    fn count_stars(&self, case: CaseId, ears: &mut Ears) -> Result<u32, R::Error> {
        let (mut stars, mut last) = (0_u32, None);
        for (key, star) in self.rows.all::<StarRow>(&[&case])? {
            let is_new = last != Some(key.clinician) && star.standing() == Standing::Verified;
            if is_new && ears.hear(star.feed, star.is_shared, &self.rows)? {
                last = Some(key.clinician);
                stars = stars.saturating_add(1);
            }
        }
        Ok(stars)
    }
}

const fn activity_key(key: UnderCase, remark: &RemarkRow) -> ActivityKey {
    ActivityKey { case: key.case, newest: Newest(remark.shown_ms), entry: key.entry }
}
