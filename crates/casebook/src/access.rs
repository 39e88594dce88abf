//! Who may read a case, and to which institution an entry's payload may go.
//!
//! The owner's newest verified version is the only truth about an audience; what keeps others from opening what it closed
//! stands in `narrow`. What hangs on a case has no audience of its own.

use protocol::{CaseId, EntryId, InstitutionId};
use trust::Standing;

use crate::{
    fold::Casebook,
    narrow::{is_ahead, is_named, is_narrowed},
    record::Origin,
    row::{AudienceKey, AudienceRow, CaseRow, EntryRow, ExceptKey, ExceptRow, OpenCase, Reach, SharedKey, TargetKey},
    rows::{Read, Rows},
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// This house itself: its index, its counts.
    House,
    /// A person of this house with an attestation. What the house keeps from some of its people is for the house to say.
    Attested,
    /// A person of this house without one.
    Viewer,
    /// Another institution's node.
    Peer(InstitutionId),
}

/// Whether the reader may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Yes.
    Allowed,
    /// No. Peers are told the same in every case: not held.
    Refused(WhyNot),
}

/// Why a reader may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// It is not here.
    NotHere,
    /// It is withdrawn.
    Withdrawn,
    /// It was taken back from this institution.
    TakenBack,
    /// It never leaves the house.
    HouseOnly,
    /// The reader's institution is not in the audience.
    NotInAudience,
    /// It is for attested people.
    NotPublic,
}

impl Access {
    /// Whether it is allowed.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }
}

impl Casebook {
    /// Whether a reader may read a case with all that hangs on it. What stands in the house journal is for the house alone,
    /// whatever case it hangs on.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn may_read<R: Rows>(&self, case: CaseId, reader: Reader, rows: &R) -> Result<Access, R::Error> {
        match rows.read::<CaseRow>(&case)? {
            None => Ok(Access::Refused(WhyNot::NotHere)),
            Some(CaseRow::Withdrawn(_)) => Ok(Access::Refused(WhyNot::Withdrawn)),
            Some(CaseRow::Open(open)) => self.may_read_open(case, &open, reader, rows),
        }
    }

    pub(crate) fn may_read_open<R: Rows>(
        &self,
        case: CaseId,
        open: &OpenCase,
        reader: Reader,
        rows: &R,
    ) -> Result<Access, R::Error> {
        let is_public = open.reach == Reach::Public && open.standing() == Standing::Verified;
        match reader {
            Reader::House => Ok(Access::Allowed),
            Reader::Viewer if !is_public => Ok(Access::Refused(WhyNot::NotPublic)),
            Reader::Attested | Reader::Viewer => Self::is_in_audience(case, open, self.me, rows),
            Reader::Peer(peer) => Self::is_in_audience(case, open, peer, rows),
        }
    }

    /// Whether the payload of an entry may be offered and served to a peer. To the author's own institution it may, so that
    /// a house gets back what it lost, unless it is withdrawn.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn may_have<R: Rows>(&self, entry: EntryId, peer: InstitutionId, rows: &R) -> Result<Access, R::Error> {
        let Some(row) = rows.read::<EntryRow>(&entry)? else { return Ok(Access::Refused(WhyNot::NotHere)) };
        let case = row.what.as_ref().and_then(|what| what.case);
        let taken_back = ExceptKey { target: TargetKey::Entry(entry), feed: row.feed, institution: peer };
        match () {
            () if row.is_erased => Ok(Access::Refused(WhyNot::Withdrawn)),
            () if !row.origin().is_shared() => Ok(Access::Refused(WhyNot::HouseOnly)),
            () if row.what.is_none() => Ok(Access::Refused(WhyNot::NotHere)),
            () if rows.read::<ExceptRow>(&taken_back)?.is_some() => Ok(Access::Refused(WhyNot::TakenBack)),
            () => match case {
                Some(case) => self.may_have_of(case, entry, &row, peer, rows),
                None => Ok(Access::Allowed),
            },
        }
    }

    /// Whether an entry that every member may have is kept from one: it was taken back from it, or the newest version of its
    /// case names others.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn is_kept_from<R: Rows>(&self, entry: EntryId, peer: InstitutionId, rows: &R) -> Result<bool, R::Error> {
        let access = self.may_have(entry, peer, rows)?;
        Ok(matches!(access, Access::Refused(WhyNot::TakenBack | WhyNot::NotInAudience)))
    }

    fn may_have_of<R: Rows>(
        &self,
        case: CaseId,
        entry: EntryId,
        row: &EntryRow,
        peer: InstitutionId,
        rows: &R,
    ) -> Result<Access, R::Error> {
        if is_taken_back(case, peer, rows)? {
            return Ok(Access::Refused(WhyNot::TakenBack));
        }
        match rows.read::<CaseRow>(&case)? {
            _ if row.feed == peer => Ok(Access::Allowed),
            Some(CaseRow::Withdrawn(_)) => Ok(Access::Refused(WhyNot::Withdrawn)),
            Some(CaseRow::Open(open)) if is_ahead(case, entry, row, &open, rows)? => {
                Ok(Access::Refused(WhyNot::NotInAudience))
            }
            Some(CaseRow::Open(open)) => Self::is_addressed(case, &open, peer, rows),
            None if row.origin() == Origin::Network => Ok(Access::Allowed),
            None => Ok(Access::Refused(WhyNot::NotInAudience)),
        }
    }

    fn is_in_audience<R: Rows>(
        case: CaseId,
        open: &OpenCase,
        institution: InstitutionId,
        rows: &R,
    ) -> Result<Access, R::Error> {
        if is_taken_back(case, institution, rows)? {
            return Ok(Access::Refused(WhyNot::TakenBack));
        }
        Self::is_addressed(case, open, institution, rows)
    }

    /// The same for one from which the case was not taken back.
    fn is_addressed<R: Rows>(
        case: CaseId,
        open: &OpenCase,
        institution: InstitutionId,
        rows: &R,
    ) -> Result<Access, R::Error> {
        let is_in = match open.reach {
            _ if institution == case.institution => true,
            Reach::House => return Ok(Access::Refused(WhyNot::HouseOnly)),
            Reach::Network | Reach::Public => !is_narrowed(case, open, institution, rows)?,
            _ => is_named(case, open.current, institution, rows)? && !is_narrowed(case, open, institution, rows)?,
        };
        Ok(if is_in { Access::Allowed } else { Access::Refused(WhyNot::NotInAudience) })
    }
}

fn is_taken_back<R: Rows>(case: CaseId, institution: InstitutionId, rows: &R) -> Result<bool, R::Error> {
    let key = ExceptKey { target: TargetKey::Case(case), feed: case.institution, institution };
    Ok(rows.read::<ExceptRow>(&key)?.is_some())
}

/// The other institutions that the current version of a restricted case names and from which it was not taken back: to them
/// its entries are offered. Empty for every other case.
///
/// # Errors
/// If a table cannot be read.
pub fn named_audience<R: Rows>(case: CaseId, rows: &R) -> Result<Vec<InstitutionId>, R::Error> {
    let Some(CaseRow::Open(open)) = rows.read(&case)? else { return Ok(Vec::new()) };
    let mut named = Vec::new();
    for (AudienceKey { institution, .. }, AudienceRow) in rows.all(&[&case, &open.current])? {
        if institution != SharedKey::EVERYBODY && !is_taken_back(case, institution, rows)? {
            named.push(institution);
        }
    }
    Ok(named)
}
