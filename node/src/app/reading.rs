//! What readers see: cases, threads and the names behind them, unsealed for those who may read.

use casebook::{
    Access, Cursor, Filter, Reader, ThreadWhat, WhyNot,
    row::{CaseRow, OpenCase, Reach, Shelf},
};
use house::{Actor, Permission};
use protocol::{
    CaseId, ClinicianId, EntryId, InstitutionId, Kind, Payload, Statement,
    payload::{
        content::{Comment, Outcome, Profile, Region, Status, Summary},
        control::{Ground, Profession},
    },
};
use trust::{Question, Standing};

use super::{App, AppError, cases::permission_to_read};
use crate::network::{Shared, ShelfError};

/// Who said something, and whether it counts.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    pub(crate) clinician: ClinicianId,
    pub(crate) institution: InstitutionId,
    /// What the institution says the person is called; empty if that was taken back.
    pub(crate) name: String,
    pub(crate) institution_name: String,
    pub(crate) profession: Option<Profession>,
    pub(crate) specialty: Option<u32>,
    pub(crate) standing: Standing,
    /// The entry that says it.
    pub(crate) entry: EntryId,
    /// The attestation that it rests on.
    pub(crate) attestation: Option<EntryId>,
}

/// A case as a reader sees it.
#[derive(Clone, Debug)]
pub(crate) struct CaseView {
    pub(crate) case: CaseId,
    pub(crate) open: OpenCase,
    pub(crate) summary: Summary,
    pub(crate) author: Badge,
    pub(crate) written_ms: u64,
    /// When its first version came here.
    pub(crate) received_ms: Option<u64>,
    pub(crate) outcome: Option<(Outcome, Badge)>,
}

/// What a reader gets to see where a case is asked for.
#[derive(Clone, Debug)]
pub(crate) enum CaseOrPlate {
    /// The case.
    Case(Box<CaseView>),
    /// It was withdrawn.
    Withdrawn { ground: Ground, withdrawn_ms: u64 },
}

/// A comment as a reader sees it.
#[derive(Clone, Debug)]
pub(crate) struct RemarkView {
    pub(crate) entry: EntryId,
    pub(crate) depth: u32,
    pub(crate) answers: Option<EntryId>,
    pub(crate) written_ms: u64,
    /// When it came here.
    pub(crate) received_ms: Option<u64>,
    pub(crate) what: RemarkWhat,
}

/// What stands there.
#[derive(Clone, Debug)]
pub(crate) enum RemarkWhat {
    /// Words.
    Said { author: Box<Badge>, text: String, edited_ms: Option<u64>, picture: Option<u8>, region: Option<Region> },
    /// A comment that was withdrawn.
    Withdrawn { withdrawn_ms: u64 },
}

/// Part of a list of cases.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub(crate) cases: Vec<CaseView>,
    pub(crate) next: Option<Cursor>,
}

impl App {
    /// What an actor reads as.
    pub(crate) fn reader(&self, actor: &Actor) -> Result<Reader, AppError> {
        if *actor == Actor::System {
            return Ok(Reader::House);
        }
        self.permit(actor, Permission::ReadPublic)?;
        Ok(if self.permit(actor, Permission::ReadNetwork).is_ok() { Reader::Attested } else { Reader::Viewer })
    }

    /// Whether an actor may read a case: whoever shows words of it asks here.
    pub(super) fn access(&self, case: CaseId, actor: &Actor) -> Result<Access, AppError> {
        let joined = self.joined()?;
        let shelf = &joined.shared().shelf;
        let access = shelf.book.may_read(case, self.reader(actor)?, shelf)?;
        if !access.is_allowed() || *actor == Actor::System {
            return Ok(access);
        }
        Ok(match shelf.case_row(case)? {
            Some(CaseRow::Open(open)) if self.permit(actor, permission_to_read(open.reach)).is_ok() => access,
            _ => Access::Refused(WhyNot::NotHere),
        })
    }

    /// A case, for those who may read it; to others it is not there.
    pub(crate) fn case(&self, case: CaseId, actor: &Actor) -> Result<CaseOrPlate, AppError> {
        let joined = self.joined()?;
        let shelf = &joined.shared().shelf;
        match self.access(case, actor)? {
            Access::Allowed => {}
            Access::Refused(WhyNot::Withdrawn) => {
                let Some(CaseRow::Withdrawn(gone)) = shelf.case_row(case)? else {
                    return Err(AppError::NotFound("case"));
                };
                return Ok(CaseOrPlate::Withdrawn { ground: gone.ground, withdrawn_ms: gone.time_ms });
            }
            Access::Refused(_) => return Err(AppError::NotFound("case")),
        }
        let open = shelf.open_case(case)?.ok_or(AppError::NotFound("case"))?;
        let view = joined.shared().view(case, open)?.ok_or(AppError::NotFound("case"))?;
        Ok(CaseOrPlate::Case(Box::new(view)))
    }

    /// The thread of a case; the caller has shown that the actor may read the case.
    pub(crate) fn thread(&self, case: CaseId) -> Result<Vec<RemarkView>, AppError> {
        let joined = self.joined()?;
        let shared = joined.shared();
        let mut remarks = Vec::new();
        for item in casebook::thread(case, &shared.shelf)? {
            let what = match item.what {
                ThreadWhat::Withdrawn { withdrawn_ms, .. } => RemarkWhat::Withdrawn { withdrawn_ms },
                ThreadWhat::Remark { author, standing, picture, current, revisions, .. } => RemarkWhat::Said {
                    author: Box::new(shared.badge_of(author, item.feed, item.entry, standing)?),
                    text: shared.shelf.remark_text(&current)?.unwrap_or_default(),
                    edited_ms: revisions.last().map(|revision| revision.time_ms),
                    region: match picture {
                        Some(_) => shared.shelf.body::<Comment>(&item.entry)?.and_then(|comment| comment.region),
                        None => None,
                    },
                    picture,
                },
            };
            remarks.push(RemarkView {
                entry: item.entry,
                depth: item.depth,
                answers: item.answers,
                written_ms: item.time_ms,
                received_ms: shared.shelf.received_ms(&item.entry)?,
                what,
            });
        }
        Ok(remarks)
    }

    /// How many remarks an actor finds under a case, counted once for all who ask; none under one that was withdrawn.
    ///
    /// # Errors
    /// If the actor may not read the case.
    pub(crate) fn thread_length(&self, case: CaseId, actor: &Actor) -> Result<usize, AppError> {
        match self.access(case, actor)? {
            Access::Allowed => {
                let joined = self.joined()?;
                let shared = joined.shared();
                Ok(shared.lengths.of(case, || casebook::thread(case, &shared.shelf).map(|thread| thread.len()))?)
            }
            Access::Refused(WhyNot::Withdrawn) => Ok(0),
            Access::Refused(_) => Err(AppError::NotFound("case")),
        }
    }

    /// A digest over a thread: equal on all nodes that hold the same.
    pub(crate) fn thread_digest(&self, case: CaseId) -> Result<String, AppError> {
        Ok(hex::encode(casebook::thread_digest(case, &self.joined()?.shared().shelf)?))
    }

    /// A page of a list: `network`, `house`, `unanswered`, `open` or `public`.
    pub(crate) fn list(
        &self,
        filter: &str,
        after: Option<Cursor>,
        limit: usize,
        actor: &Actor,
    ) -> Result<Listing, AppError> {
        let joined = self.joined()?;
        let shared = joined.shared();
        let (shelf, status) = match filter {
            "network" => (Shelf::All, None),
            "house" => (Shelf::Institution(joined.me()), None),
            "unanswered" => (Shelf::Unanswered, None),
            "open" => (Shelf::All, Some(Status::Open)),
            "public" => (Shelf::Public, None),
            _ => return Err(AppError::invalid("filter", "it is network, house, unanswered, open or public")),
        };
        let reader = self.reader(actor)?;
        let page =
            shared.shelf.book.recent(reader, Filter { shelf, status }, after, limit.clamp(1, 100), &shared.shelf)?;
        let may_read_house = *actor == Actor::System || self.permit(actor, Permission::ReadHouse).is_ok();
        let mut cases = Vec::new();
        for listed in page.cases {
            if listed.open.reach == Reach::House && !may_read_house {
                continue;
            }
            cases.extend(shared.view_if_sound(listed.case, listed.open)?);
        }
        Ok(Listing { cases, next: page.next })
    }
}

impl Shared {
    /// A case with its words, if they are here.
    pub(crate) fn view(&self, case: CaseId, open: OpenCase) -> Result<Option<CaseView>, ShelfError> {
        let Some(Payload::Statement(_, statement)) = self.shelf.payload(&open.current)? else { return Ok(None) };
        let Ok(summary) = statement.body::<Summary>() else { return Ok(None) };
        let author = self.badge_of(open.author, case.institution, open.current, open.standing())?;
        let written_ms = self.time_of(&open.current)?.unwrap_or(open.opened_ms);
        let outcome = match open.outcome {
            Some(entry) => self.outcome(case, entry)?,
            None => None,
        };
        let first = casebook::versions_of(case, &self.shelf)?.first().map_or(open.current, |(key, _)| key.entry);
        let received_ms = self.shelf.received_ms(&first)?;
        Ok(Some(CaseView { case, open, summary, author, written_ms, received_ms, outcome }))
    }

    /// The same for a list; nothing too of a case whose words are damaged. The status of the node names the place.
    pub(crate) fn view_if_sound(&self, case: CaseId, open: OpenCase) -> Result<Option<CaseView>, ShelfError> {
        match self.view(case, open) {
            Err(error) if error.is_damage() => Ok(None),
            view => view,
        }
    }

    /// What an institution is called; its short id as long as that is not known.
    pub(crate) fn institution_name(&self, feed: &InstitutionId) -> String {
        let exchange = self.exchange();
        let institution = exchange.chain(feed).and_then(feed::Chain::institution);
        institution.map_or_else(|| feed.short(), |institution| institution.name().to_owned())
    }

    /// Who said an entry.
    pub(crate) fn badge_of(
        &self,
        clinician: ClinicianId,
        institution: InstitutionId,
        entry: EntryId,
        standing: Standing,
    ) -> Result<Badge, ShelfError> {
        let profile = match casebook::profile_of(clinician, institution, &self.shelf)? {
            Some(entry) => self.shelf.payload(&entry)?,
            None => None,
        };
        let name = if let Some(Payload::Profile(Profile { name, .. })) = profile { name.0 } else { String::new() };
        let attested = self.attestation_behind(clinician, institution, entry)?;
        Ok(Badge {
            clinician,
            institution,
            name,
            institution_name: self.institution_name(&institution),
            profession: attested.as_ref().map(|(_, profession, _)| *profession),
            specialty: attested.as_ref().and_then(|(_, _, specialty)| *specialty),
            standing,
            entry,
            attestation: attested.map(|(attestation, ..)| attestation),
        })
    }

    /// The attestation that speaks most for a word.
    fn attestation_behind(
        &self,
        clinician: ClinicianId,
        feed: InstitutionId,
        entry: EntryId,
    ) -> Result<Option<(EntryId, Profession, Option<u32>)>, ShelfError> {
        let place = self.shelf.entry_by_id(&entry)?.and_then(|held| {
            let Some(Payload::Statement(kind, Statement { case, .. })) = held.payload() else { return None };
            Some((kind, case, held.entry.header().seq, held.entry.header().time_ms))
        });
        let exchange = self.exchange();
        let Some(institution) = exchange.chain(&feed).and_then(feed::Chain::institution) else { return Ok(None) };
        let attestations = institution.attestations();
        let found = match place {
            Some((kind, case, seq, time_ms)) => {
                let word = institution.judge(&Question { author: clinician, kind, case, seq, time_ms });
                word.attestation.and_then(|attestation| attestations.get(&attestation))
            }
            None => attestations.of(&clinician).last(),
        };
        Ok(found
            .map(|attested| (attested.entry, attested.profession(), attested.attestation.specialties.first().copied())))
    }

    fn outcome(&self, case: CaseId, entry: EntryId) -> Result<Option<(Outcome, Badge)>, ShelfError> {
        let Some(Payload::Statement(Kind::Outcome, statement)) = self.shelf.payload(&entry)? else { return Ok(None) };
        let Ok(outcome) = statement.body::<Outcome>() else { return Ok(None) };
        Ok(Some((outcome, self.badge_of(statement.author, case.institution, entry, Standing::Verified)?)))
    }

    fn time_of(&self, entry: &EntryId) -> Result<Option<u64>, ShelfError> {
        Ok(self.shelf.entry_by_id(entry)?.map(|held| held.entry.header().time_ms))
    }
}
