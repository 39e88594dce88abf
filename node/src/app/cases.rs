//! What people do with cases: post, comment, star, resolve, withdraw.

use casebook::{
    Reader, ThreadWhat,
    row::{CaseRow, OpenCase, Reach},
};
use house::{
    AccountId, Actor, Command, HouseEntry, OutboxId, Permission, Refusal,
    draft::{AudienceChoice, KeptWords, Published},
    house_case, is_seen, outbox,
    speech::{self, Place, Words},
};
use protocol::{
    Audience as Reached, CaseId, ClinicianId, EntryId, InstitutionId, Kind, Payload,
    codec::Text,
    limits,
    payload::{
        content::{Comment, Outcome, Region, Star, Summary},
        control::{Ground, Target, Withdrawal},
    },
};
use serde::Serialize;

use super::{App, AppError, Unusable, Waiting, identifying, unfit_line};
use crate::network::{Joined, Sent};

/// Who is to read a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Attested people of this house.
    House,
    /// Attested people of these institutions, and of this one.
    Named(Vec<InstitutionId>),
    /// Attested people of the network.
    Network,
    /// Everybody with an account.
    Public,
}

impl Audience {
    /// `house`, `network`, `public`, or feeds separated by commas.
    pub(crate) fn parse(text: &str) -> Result<Self, AppError> {
        Ok(match text {
            "house" => Self::House,
            "network" => Self::Network,
            "public" => Self::Public,
            feeds => Self::Named(feeds.split(',').map(|feed| feed.trim().parse()).collect::<Result<_, _>>().map_err(
                |_| {
                    AppError::invalid(
                        "audience",
                        "it is house, network, public, or feeds of institutions separated by commas",
                    )
                },
            )?),
        })
    }

    pub(super) const fn choice(&self) -> AudienceChoice {
        match self {
            Self::House => AudienceChoice::House,
            Self::Named(_) => AudienceChoice::Named,
            Self::Network => AudienceChoice::Network,
            Self::Public => AudienceChoice::Public,
        }
    }
}

/// A case without its pictures, as the command line and programs post it.
#[derive(Clone, Debug)]
pub(crate) struct NewCase {
    pub(crate) title: String,
    pub(crate) question: String,
    pub(crate) text: String,
    pub(crate) specialty: Option<String>,
    pub(crate) tags: Vec<String>,
    /// The pictures, from 1, that show before what the next one shows after.
    pub(crate) before_after: Vec<usize>,
    pub(crate) audience: Audience,
    /// Marked words that stay.
    pub(crate) kept: Vec<KeptWords>,
}

/// What a comment points at.
#[derive(Clone, Debug)]
pub(crate) struct PlaceInPicture {
    /// Counted from 0.
    pub(crate) picture: u8,
    pub(crate) region: Option<Region>,
}

impl PlaceInPicture {
    /// The picture with a number, counted from 1.
    pub(crate) fn numbered(number: usize, region: Option<Region>) -> Result<Self, Unusable> {
        let picture = number.checked_sub(1).and_then(|picture| u8::try_from(picture).ok());
        Ok(Self { picture: picture.ok_or(Unusable::NoSuchPicture)?, region })
    }
}

/// What became of something that was said.
#[derive(Debug, Serialize)]
pub(crate) struct Said {
    /// The case it is about.
    pub(crate) case: String,
    /// Its entry, once it stands in the feed.
    pub(crate) entry: Option<String>,
    /// Why it waits in the outbox, if it does.
    pub(crate) waits_for: Option<String>,
}

impl App {
    /// Makes a draft a case, once however often it is asked for.
    pub(crate) async fn publish(&self, number: protocol::CaseNumber, actor: &Actor) -> Result<Said, AppError> {
        let joined = self.joined()?;
        let place = place(&joined);
        let publish = async {
            // One that is shared already is no draft any more.
            if let Ok(draft) = self.own_draft(number, actor) {
                identifying::refuse_open_in(&draft)?;
            }
            self.say_to_house(speech::Command::Publish { number, place }, actor).await
        };
        let waiting = self.with_its_originals_destroyed(number, publish).await?;
        self.said(CaseId { institution: place.institution, number }, waiting).await
    }

    /// What became of a draft that an actor has shared.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] if they have not.
    pub(crate) async fn shared_before(&self, number: protocol::CaseNumber, actor: &Actor) -> Result<Said, AppError> {
        let owner = super::account_of(actor)?;
        let is_of = |published: &Published| published.is_of(owner);
        if !self.desk.look(|house| house.drafts().published(number).is_some_and(is_of)) {
            return Err(Refusal::NotFound("draft").into());
        }
        self.said(CaseId { institution: self.joined()?.me(), number }, None).await
    }

    /// Comments on a case. Marked words that are not among those that are `kept` hold it back.
    pub(crate) async fn comment(
        &self,
        case: CaseId,
        text: &str,
        replies_to: Option<EntryId>,
        place: Option<PlaceInPicture>,
        kept: &[KeptWords],
        actor: &Actor,
    ) -> Result<Said, AppError> {
        let seen = self.seen(case)?;
        if !is_seen(text) {
            return Err(Unusable::NoWords.into());
        }
        if let Some(place) = &place {
            self.check_place(case, place)?;
        }
        if let Some(answered) = replies_to {
            let thread = casebook::thread(case, &self.joined()?.shared().shelf)?;
            thread.iter().find(|item| item.entry == answered).ok_or(AppError::NotFound("comment"))?;
        }
        let (picture, region) = place.map(|place| (place.picture, place.region)).unzip();
        let region = region.flatten();
        let comment = Comment { text: Text::from(text.trim()), replies_to, seen, picture, region };
        comment.check().map_err(Unusable::Comment)?;
        identifying::refuse_open(&[("comment", comment.text.as_str())], kept)?;
        self.say(case, Words::Comment(comment), actor).await
    }

    /// Stars a case; a second star changes nothing.
    pub(crate) async fn star(&self, case: CaseId, actor: &Actor) -> Result<Said, AppError> {
        let waiting = self.waiting(actor);
        if self.has_starred(case, &waiting, actor)? {
            return self.said(case, None).await;
        }
        if let Some(star) = self.own_star(case, actor)?
            && let Some(withdrawal) = waiting.withdrawal(star)
        {
            self.take_back_unsent(withdrawal, actor).await?;
            return self.said(case, None).await;
        }
        let open = self.open_case(case)?;
        self.say(case, Words::Star(Star { seen: open.current }), actor).await
    }

    /// Takes an own star back.
    pub(crate) async fn take_star_back(&self, case: CaseId, actor: &Actor) -> Result<Said, AppError> {
        if let Some(star) = self.waiting(actor).star(case) {
            self.take_back_unsent(star, actor).await?;
            return self.said(case, None).await;
        }
        let star = self.own_star(case, actor)?.ok_or(AppError::NotFound("star"))?;
        self.withdraw_entry(case, star, Ground::AuthorWish, actor).await
    }

    /// Says where a case stands. Marked words that are not among those that are `kept` hold it back.
    pub(crate) async fn resolve(
        &self,
        case: CaseId,
        outcome: Outcome,
        kept: &[KeptWords],
        actor: &Actor,
    ) -> Result<Said, AppError> {
        self.permit(actor, Permission::PostCase)?;
        let diagnosis = outcome.diagnosis.as_ref().map(Text::as_str);
        if let Some(unfit) = diagnosis.and_then(|diagnosis| unfit_line("diagnosis", diagnosis)) {
            return Err(unfit.into());
        }
        outcome.check().map_err(Unusable::Outcome)?;
        let fields = [("diagnosis", diagnosis.unwrap_or_default()), ("outcome", outcome.text.as_str())];
        identifying::refuse_open(&fields, kept)?;
        self.say(case, Words::Outcome(outcome), actor).await
    }

    /// Withdraws a case with all that hangs on it, everywhere; also one of which no version is left, only what others said. Of one
    /// that is withdrawn already it says what became of that.
    pub(crate) async fn withdraw_case(&self, case: CaseId, ground: Ground, actor: &Actor) -> Result<Said, AppError> {
        let joined = self.joined()?;
        let shelf = &joined.shared().shelf;
        let row = casebook::case_row(case, shelf)?;
        let has_remains = row.is_none() && !casebook::shared_entries(case, shelf)?.is_empty();
        let open = match row {
            Some(CaseRow::Open(open)) => Some(open),
            Some(CaseRow::Withdrawn(gone)) => return self.withdrawn_before(case, gone.withdrawal, actor).await,
            None if has_remains => None,
            _ => return Err(AppError::NotFound("case")),
        };
        if case.institution != joined.me() {
            self.check_may_withdraw(actor)?;
            return Err(AppError::conflict("a case is withdrawn by its own institution; ask it there"));
        }
        if open.as_ref().is_some_and(|open| open.reach == Reach::House) {
            let withdraw = house_case::Withdraw { case: case.number, statement: None, ground };
            let waiting = self.say_to_house(Command::HouseCase(withdraw), actor).await?;
            return self.said(case, waiting).await;
        }
        let withdrawal = Withdrawal { target: Target::Case(case), ground, from: None };
        let waiting = self.enqueue_withdrawal(withdrawal, open.map(|open| open.opener), actor)?;
        self.said(case, waiting).await
    }

    /// What became of a withdrawal, for those who see that the case is withdrawn and might have done it.
    async fn withdrawn_before(&self, case: CaseId, withdrawal: EntryId, actor: &Actor) -> Result<Said, AppError> {
        self.case(case, actor)?;
        self.check_may_withdraw(actor)?;
        let entry = self.joined()?.shared().shelf.entry_by_id(&withdrawal)?.map(|_| withdrawal.to_string());
        Ok(Said { entry, ..self.said(case, None).await? })
    }

    fn check_may_withdraw(&self, actor: &Actor) -> Result<(), AppError> {
        self.permit(actor, Permission::WithdrawAny).or_else(|_| self.permit(actor, Permission::WithdrawOwn))
    }

    /// Withdraws one comment or star that this institution's feed or its house journal holds. Who withdraws what opened a case
    /// withdraws the case.
    pub(crate) async fn withdraw_entry(
        &self,
        case: CaseId,
        entry: EntryId,
        ground: Ground,
        actor: &Actor,
    ) -> Result<Said, AppError> {
        let joined = self.joined()?;
        if self.withdraw_house_statement(case, entry, ground, actor).await? {
            return self.said(case, None).await;
        }
        let held = joined.shared().shelf.entry_by_id(&entry)?.ok_or(AppError::NotFound("comment"))?;
        if held.entry.header().feed != joined.me() {
            self.check_may_withdraw(actor)?;
            return Err(AppError::conflict("a comment is withdrawn by its author's institution; ask it there"));
        }
        let (kind, author) = match held.payload() {
            Some(Payload::Statement(kind, statement)) if statement.case == case => (kind, statement.author),
            _ => return Err(AppError::NotFound("comment")),
        };
        match kind {
            // Without it nothing would say that the case is gone, and what others said of it would stay.
            Kind::Case => return self.withdraw_case(case, ground, actor).await,
            Kind::CaseRevision if casebook::versions_of(case, &joined.shared().shelf)?.len() < 2 => {
                return Err(AppError::conflict("it is the only version of the case; withdraw the case"));
            }
            _ => {}
        }
        if self.waiting(actor).withdrawal(entry).is_some() {
            return self.said(case, None).await;
        }
        let mut waiting = None;
        for entry in casebook::entries_with(entry, &joined.shared().shelf)? {
            let withdrawal = Withdrawal { target: Target::Entry(entry), ground, from: None };
            waiting = self.enqueue_withdrawal(withdrawal, Some(author), actor)?;
        }
        self.said(case, waiting).await
    }

    /// Withdraws what was said for the own house, each version of it. Returns whether it was such a thing.
    async fn withdraw_house_statement(
        &self,
        case: CaseId,
        entry: EntryId,
        ground: Ground,
        actor: &Actor,
    ) -> Result<bool, AppError> {
        let joined = self.joined()?;
        let shelf = &joined.shared().shelf;
        if shelf.house_statement(&entry)?.is_none() {
            return Ok(false);
        }
        let mut statements = Vec::new();
        for entry in casebook::entries_with(entry, shelf)? {
            statements.extend(shelf.house_statement(&entry)?);
        }
        for statement in statements {
            let withdraw = house_case::Withdraw { case: case.number, statement: Some(statement), ground };
            self.say_to_house(withdraw, actor).await?;
        }
        Ok(true)
    }

    /// Refuses to share with whoever is not here.
    pub(crate) fn check_members(&self, institutions: &[InstitutionId]) -> Result<(), AppError> {
        let stranger = self.joined()?.exchange(|exchange| {
            institutions.iter().find(|institution| exchange.roster().member(institution).is_none()).copied()
        });
        stranger.map_or(Ok(()), |stranger| Err(Unusable::NoMember(stranger).into()))
    }

    /// A case that is here and was not withdrawn.
    pub(crate) fn open_case(&self, case: CaseId) -> Result<OpenCase, AppError> {
        self.joined()?.shared().shelf.open_case(case)?.ok_or(AppError::NotFound("case"))
    }

    /// Whether a case has the star of an actor's person, as they left it: what waits to be sent counts.
    pub(crate) fn has_starred(&self, case: CaseId, waiting: &Waiting, actor: &Actor) -> Result<bool, AppError> {
        let stands = self.own_star(case, actor)?.is_some_and(|star| waiting.withdrawal(star).is_none());
        Ok(stands || waiting.star(case).is_some())
    }

    /// The star that an actor's person gave and that stands.
    fn own_star(&self, case: CaseId, actor: &Actor) -> Result<Option<EntryId>, AppError> {
        let Actor::Account(acting) = actor else { return Ok(None) };
        let Some(clinician) = self.desk.look(|house| house.custody().clinician_of(acting.account)) else {
            return Ok(None);
        };
        Ok(casebook::stars_by(clinician, case, &self.joined()?.shared().shelf)?.into_iter().next())
    }

    /// Whether an actor's words are signed with a person's key.
    pub(crate) fn speaks_as(&self, clinician: ClinicianId, actor: &Actor) -> bool {
        let Actor::Account(acting) = actor else { return false };
        self.desk.look(|house| house.custody().clinician_of(acting.account)) == Some(clinician)
    }

    async fn say(&self, case: CaseId, words: Words, actor: &Actor) -> Result<Said, AppError> {
        let joined = self.joined()?;
        let open = self.open_case(case)?;
        let access = joined.shared().shelf.book.may_read(case, Reader::Attested, &joined.shared().shelf)?;
        if !access.is_allowed() {
            return Err(AppError::NotFound("case"));
        }
        if matches!(words, Words::Revision(_) | Words::Outcome(_)) {
            if case.institution != joined.me() {
                return Err(AppError::conflict("only the case's own institution revises and resolves it"));
            }
            if !self.speaks_as(open.opener, actor) {
                let needs = "the account of the person who opened it";
                return Err(Refusal::NotAllowed { permission: Permission::PostCase, needs }.into());
            }
        }
        let audience = if open.reach == Reach::Named { Reached::Restricted } else { Reached::Network };
        let say = speech::Command::Say { case, words, audience, place: place(&joined) };
        let waiting = self.say_to_house(say, actor).await?;
        self.said(case, waiting).await
    }

    /// Lets the house decide and write, and takes account of what stays in the house. Returns what waits to be sent.
    async fn say_to_house(&self, command: impl Into<Command>, actor: &Actor) -> Result<Option<OutboxId>, AppError> {
        let entries = self.desk.perform(command, actor)?;
        let stays = |entry: &HouseEntry| matches!(entry, HouseEntry::HouseStated(..) | HouseEntry::HouseWithdrawn(_));
        if entries.iter().any(stays) {
            self.joined()?.settle_house().await;
        }
        Ok(queued_in(&entries))
    }

    fn enqueue_withdrawal(
        &self,
        withdrawal: Withdrawal,
        author: Option<ClinicianId>,
        actor: &Actor,
    ) -> Result<Option<OutboxId>, AppError> {
        let payload = Box::new(Payload::Withdrawal(withdrawal));
        let account = account_of(actor).ok();
        // A form that was sent twice is one withdrawal, also while that waits.
        let waiting = self.desk.look(|house| {
            let own = house.outbox().iter().filter(|unsent| unsent.account == account);
            own.filter(|unsent| unsent.payload().as_ref() == Ok(&*payload)).map(|unsent| unsent.id).next()
        });
        if waiting.is_some() {
            return Ok(waiting);
        }
        Ok(queued_in(&self.desk.perform(Command::Outbox(outbox::Command::Enqueue { payload, author }), actor)?))
    }

    /// Sends what waits, and says what became of one of it.
    async fn said(&self, case: CaseId, waiting: Option<OutboxId>) -> Result<Said, AppError> {
        let joined = self.joined()?;
        let waits_for = match joined.send().await? {
            Sent::All => None,
            Sent::Waiting(refusal) => Some(refusal.to_string()),
        };
        let entry = waiting.and_then(|id| joined.shared().entry_of(id));
        Ok(Said { case: case.to_string(), entry: entry.map(|entry| entry.to_string()), waits_for })
    }

    /// Whether a case as it stands has the picture that somebody points at.
    fn check_place(&self, case: CaseId, place: &PlaceInPicture) -> Result<(), AppError> {
        let current = self.open_case(case)?.current;
        let summary = self.joined()?.shared().shelf.body::<Summary>(&current)?.ok_or(AppError::NotFound("case"))?;
        match usize::from(place.picture) < summary.pictures.len() {
            true => Ok(()),
            false => Err(Unusable::NoSuchPicture.into()),
        }
    }

    /// The version of a case and the last comments of its thread: what the next author has seen.
    fn seen(&self, case: CaseId) -> Result<Vec<EntryId>, AppError> {
        let open = self.open_case(case)?;
        let version = open.is_shared.then_some(open.current);
        let thread = casebook::thread(case, &self.joined()?.shared().shelf)?;
        let shared = thread.iter().rev().filter(|item| matches!(item.what, ThreadWhat::Remark { is_house: false, .. }));
        Ok(version.into_iter().chain(shared.map(|item| item.entry)).take(limits::SEEN_MAX).collect())
    }
}

fn place(joined: &Joined) -> Place {
    Place { network: joined.id(), institution: joined.me() }
}

/// What of some house entries waits to be sent; the last, if there are several.
fn queued_in(entries: &[HouseEntry]) -> Option<OutboxId> {
    let queued = entries
        .iter()
        .rev()
        .filter_map(|entry| if let HouseEntry::Queued(queued, _) = entry { Some(queued.id) } else { None });
    queued.into_iter().next()
}

/// The account that an actor acts for.
pub(crate) fn account_of(actor: &Actor) -> Result<AccountId, AppError> {
    match actor {
        Actor::Account(acting) => Ok(acting.account),
        Actor::System => Err(AppError::invalid("as", "name the account in whose name this is said")),
        Actor::Stranger => Err(Refusal::SignedOut.into()),
    }
}

/// A ground of withdrawal by its name.
pub(crate) fn ground(name: &str) -> Result<Ground, AppError> {
    Ok(match name {
        "patient-wish" => Ground::PatientWish,
        "author-wish" => Ground::AuthorWish,
        "identifies-patient" => Ground::IdentifiesPatient,
        "moderation" => Ground::Moderation,
        "legal-order" => Ground::LegalOrder,
        _ => {
            return Err(AppError::invalid(
                "ground",
                "it is patient-wish, author-wish, identifies-patient, moderation or legal-order",
            ));
        }
    })
}

/// Whether a permission is what reading a case of this reach asks for.
pub(crate) const fn permission_to_read(reach: Reach) -> Permission {
    match reach {
        Reach::Public => Permission::ReadPublic,
        Reach::House => Permission::ReadHouse,
        _ => Permission::ReadNetwork,
    }
}
