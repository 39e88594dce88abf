//! Where a statement stands in the life of its case, and how it is taken out of it again.

use std::collections::BTreeSet;

use protocol::{CaseId, EntryId, InstitutionId, Kind, payload::content::Summary};
use trust::Standing;

use crate::{
    fold::{Arrival, Body},
    record::{Origin, Record},
    row::{
        AudienceKey, AudienceRow, EntryRow, OutcomeRow, PendingKey, PendingRow, Reach, RemarkRow, RevisionKey,
        RevisionRow, Row, SharedKey, SharedRow, StarKey, StarRow, UnderCase, VersionKey, VersionRow, What,
    },
    rows::{Read, Rows},
    sheet::Sheet,
    standing,
};

impl<R: Rows> Sheet<'_, R> {
    /// Gives a statement its rows.
    pub(crate) fn place(
        &mut self,
        arrival: &Arrival<'_>,
        name: [u8; 32],
        body: Body,
        standing: Standing,
    ) -> Result<(), R::Error> {
        let Record { id: entry, feed, epoch, seq, time_ms, received_ms, origin, .. } = *arrival.record;
        let (case, author) = (arrival.case(), arrival.statement.author);
        let (code, is_verified) = (standing::code(standing), standing == Standing::Verified);
        let (is_shared, shown_ms) = (origin.is_shared(), time_ms.min(received_ms));
        self.note_pending(feed, entry, standing);
        let version_key = VersionKey { case, is_shared, is_verified, epoch, seq, entry };
        match body {
            Body::Version(summary) => {
                let (reach, audience) = audience_of(&summary, origin, case.institution);
                let pictures = u32::try_from(summary.pictures.len()).unwrap_or(u32::MAX);
                let specialty = summary.specialty;
                let row = VersionRow { author, standing: code, time_ms, shown_ms, reach, specialty, pictures };
                self.place_version(version_key, &row, &audience)
            }
            Body::Outcome(outcome) => {
                let (status, certainty) = (outcome.status, outcome.certainty);
                let row = OutcomeRow { author, standing: code, time_ms, shown_ms, status, certainty };
                self.rows.put(&version_key, &row);
                self.index(case);
                self.settle(case)
            }
            Body::Comment(comment) => self.place_remark(
                UnderCase { case, entry },
                &RemarkRow {
                    feed,
                    author,
                    statement: name,
                    standing: code,
                    is_shared,
                    time_ms,
                    shown_ms,
                    replies_to: comment.replies_to,
                    seen: comment.seen,
                    picture: comment.picture,
                },
            ),
            Body::Revision(_) => {
                let comment = arrival.revises.unwrap_or(name);
                let key = RevisionKey { case, comment, is_verified, epoch, seq, entry };
                self.rows.put(&key, &RevisionRow { author, standing: code, time_ms });
                self.index(case);
                Ok(())
            }
            Body::Star(star) => {
                let row = StarRow { feed, standing: code, is_shared, seen: star.map(|star| star.seen) };
                self.change_stars(case, author, |sheet| {
                    sheet.rows.put(&StarKey { case, clinician: author, entry }, &row);
                })
            }
        }
    }

    /// Takes the rows of a statement away.
    pub(crate) fn unplace(&mut self, entry: EntryId, row: &EntryRow, what: &What) -> Result<(), R::Error> {
        let (Some(case), Some(author)) = (what.case, what.author) else { return Ok(()) };
        let feed = row.feed;
        self.rows.delete::<PendingRow>(&PendingKey { feed, entry });
        match what.kind {
            Kind::Case | Kind::CaseRevision => self.unplace_version(case, entry, row),
            Kind::Outcome => {
                version_keys(case, entry, row).iter().for_each(|key| self.rows.delete::<OutcomeRow>(key));
                self.index(case);
                self.settle(case)
            }
            Kind::Comment => self.unplace_remark(UnderCase { case, entry }),
            Kind::CommentRevision => {
                let keys = revision_keys(case, entry, row, what);
                keys.iter().for_each(|key| self.rows.delete::<RevisionRow>(key));
                self.index(case);
                Ok(())
            }
            _ => self.change_stars(case, author, |sheet| {
                sheet.rows.delete::<StarRow>(&StarKey { case, clinician: author, entry });
            }),
        }
    }

    pub(crate) fn note_pending(&mut self, feed: InstitutionId, entry: EntryId, standing: Standing) {
        let key = PendingKey { feed, entry };
        match standing {
            Standing::Pending => self.rows.put(&key, &PendingRow),
            _ => self.rows.delete::<PendingRow>(&key),
        }
    }

    fn place_version(
        &mut self,
        key: VersionKey,
        row: &VersionRow,
        audience: &BTreeSet<InstitutionId>,
    ) -> Result<(), R::Error> {
        let VersionKey { case, entry, .. } = key;
        self.change_versions(case, audience, |sheet| {
            sheet.rows.put(&key, row);
            for institution in audience.iter().copied() {
                sheet.rows.put(&AudienceKey { case, entry, institution }, &AudienceRow);
                sheet.rows.put(&SharedKey { institution, case, entry }, &SharedRow);
            }
        })
    }

    fn unplace_version(&mut self, case: CaseId, entry: EntryId, row: &EntryRow) -> Result<(), R::Error> {
        let audience = self.rows.all::<AudienceRow>(&[&case, &entry])?;
        let audience: BTreeSet<_> = audience.into_iter().map(|(key, _)| key.institution).collect();
        self.change_versions(case, &audience, |sheet| {
            version_keys(case, entry, row).iter().for_each(|key| sheet.rows.delete::<VersionRow>(key));
            for institution in audience.iter().copied() {
                sheet.rows.delete::<AudienceRow>(&AudienceKey { case, entry, institution });
                sheet.rows.delete::<SharedRow>(&SharedKey { institution, case, entry });
            }
        })
    }

    fn place_remark(&mut self, key: UnderCase, remark: &RemarkRow) -> Result<(), R::Error> {
        self.rows.put(&key, remark);
        self.count_remark(key, remark, true)?;
        self.index(key.case);
        Ok(())
    }

    fn unplace_remark(&mut self, key: UnderCase) -> Result<(), R::Error> {
        let Some(remark) = self.rows.read::<RemarkRow>(&key)? else { return Ok(()) };
        self.count_remark(key, &remark, false)?;
        self.rows.delete::<RemarkRow>(&key);
        self.index(key.case);
        self.settle(key.case)
    }
}

/// The two keys under which a version or outcome may stand.
pub(crate) fn version_keys(case: CaseId, entry: EntryId, row: &EntryRow) -> [VersionKey; 2] {
    let is_shared = row.origin().is_shared();
    let key = VersionKey { case, is_shared, is_verified: true, epoch: row.epoch, seq: row.seq, entry };
    [key, VersionKey { is_verified: false, ..key }]
}

/// The two keys under which a revision may stand.
pub(crate) fn revision_keys(case: CaseId, entry: EntryId, row: &EntryRow, what: &What) -> [RevisionKey; 2] {
    let comment = what.revises.or(what.statement).unwrap_or_default();
    let key = RevisionKey { case, comment, is_verified: true, epoch: row.epoch, seq: row.seq, entry };
    [key, RevisionKey { is_verified: false, ..key }]
}

/// For whom a version is. Where header and summary disagree, the narrower holds.
fn audience_of(summary: &Summary, origin: Origin, owner: InstitutionId) -> (Reach, BTreeSet<InstitutionId>) {
    let everybody = || BTreeSet::from([SharedKey::EVERYBODY]);
    match (origin, &summary.audience) {
        (Origin::House, _) => (Reach::House, BTreeSet::new()),
        (Origin::Network, None) if summary.is_public => (Reach::Public, everybody()),
        (Origin::Network, None) => (Reach::Network, everybody()),
        (_, named) => {
            let named = named.iter().flatten().copied();
            (Reach::Named, named.filter(|id| *id != owner && *id != SharedKey::EVERYBODY).collect())
        }
    }
}

/// Finds the one of several keys under which a row stands.
pub(crate) fn standing_under<T: Row, R: Rows>(rows: &R, keys: &[T::Key]) -> Result<Option<(T::Key, T)>, R::Error> {
    for key in keys {
        if let Some(row) = rows.read::<T>(key)? {
            return Ok(Some((*key, row)));
        }
    }
    Ok(None)
}
