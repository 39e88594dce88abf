//! What people say: a draft that becomes a case, and words about a case. Each is signed with the person's key in custody, then
//! goes to the house journal if the case is for the own house, and to the outbox if it is for others.

use protocol::{
    Audience, CaseId, CaseNumber, Context, InstitutionId, Kind, NetworkId, Payload, Statement, StatementId,
    codec::Wire,
    payload::content::{Comment, CommentRevision, Outcome, Star, Summary},
};

use crate::{
    audit::Action,
    decision::{Decision, Deed},
    draft::{AudienceChoice, Published},
    entry::HouseEntry,
    house_case::{Said, Stated},
    id::AccountId,
    permission::Permission,
    refusal::Refusal,
};

/// Where this house speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The network.
    pub network: NetworkId,
    /// The house's own feed.
    pub institution: InstitutionId,
}

/// Words about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// The case as it reads from now on.
    Revision(Box<Summary>),
    /// Where the case stands.
    Outcome(Outcome),
    /// A comment.
    Comment(Comment),
    /// A comment as it reads from now on.
    CommentRevision(CommentRevision),
    /// The case is worth the attention of others.
    Star(Star),
}

impl Words {
    const fn kind(&self) -> Kind {
        match self {
            Self::Revision(_) => Kind::CaseRevision,
            Self::Outcome(_) => Kind::Outcome,
            Self::Comment(_) => Kind::Comment,
            Self::CommentRevision(_) => Kind::CommentRevision,
            Self::Star(_) => Kind::Star,
        }
    }

    const fn permission(&self) -> Permission {
        match self {
            Self::Revision(_) | Self::Outcome(_) => Permission::PostCase,
            Self::Comment(_) | Self::CommentRevision(_) => Permission::Comment,
            Self::Star(_) => Permission::Star,
        }
    }

    const fn revised_comment(&self) -> Option<StatementId> {
        match self {
            Self::CommentRevision(revision) => Some(revision.comment),
            _ => None,
        }
    }
}

/// A command to speak.
#[derive(Debug)]
pub enum Command {
    /// Makes a draft a case, once however often it is asked for.
    Publish {
        /// The draft.
        number: CaseNumber,
        /// Where.
        place: Place,
    },
    /// Says something about a case. Whether a case of the network is there, and whether this person opened what they revise or
    /// resolve, the caller has asked the casebook.
    Say {
        /// The case.
        case: CaseId,
        /// What.
        words: Words,
        /// To whom a case of the network goes; one of the house goes to the house.
        audience: Audience,
        /// Where.
        place: Place,
    },
}

impl Command {
    pub(crate) const fn action(&self) -> Action {
        match self {
            Self::Publish { .. } => Action::Publish,
            Self::Say { words: Words::Revision(_) | Words::Outcome(_), .. } => Action::Revise,
            Self::Say { .. } => Action::Say,
        }
    }
}

impl Decision<'_> {
    pub(crate) fn on_speech(&self, command: &Command) -> Result<Deed, Refusal> {
        match command {
            Command::Publish { number, place } => self.publish(*number, place),
            Command::Say { case, words, audience, place } => self.say(*case, words, *audience, place),
        }
    }

    fn publish(&self, number: CaseNumber, place: &Place) -> Result<Deed, Refusal> {
        let owner = self.person(Permission::PostCase)?.id;
        if self.house.state.drafts.published(number).is_some_and(|published| published.is_of(owner)) {
            return Ok(Deed::default());
        }
        self.step_up()?;
        let content = &self.ready_draft(owner, number)?.content;
        let case = CaseId { institution: place.institution, number };
        let statement = self.sign(owner, place, Kind::Case, case, &content.published())?;
        let id = statement.id;
        let said = match content.audience {
            AudienceChoice::House => self.stated(case.number, Kind::Case, owner, statement),
            AudienceChoice::Named => self.queued(Kind::Case, statement, Audience::Restricted)?,
            _ => self.queued(Kind::Case, statement, Audience::Network)?,
        };
        let (audience, consent) = (content.audience, content.consent);
        let published = Published { number, owner, audience, statement: id, at_ms: self.now_ms, consent };
        Ok(Deed::of(vec![said, HouseEntry::DraftPublished(published)]).on(number).on(id))
    }

    fn say(&self, case: CaseId, words: &Words, audience: Audience, place: &Place) -> Result<Deed, Refusal> {
        let account = self.person(words.permission())?.id;
        let cases = &self.house.state.house_cases;
        let is_of_house = case.institution == place.institution && cases.knows(case.number);
        if is_of_house {
            let row = cases.get(case.number).ok_or(Refusal::NotFound("case"))?;
            self.permit(Permission::ReadHouse)?;
            if !self.may_state(row, words.kind(), account, words.revised_comment())? {
                return Ok(Deed::default());
            }
        }
        let kind = words.kind();
        let statement = match words {
            Words::Revision(summary) => self.sign(account, place, kind, case, &**summary),
            Words::Outcome(outcome) => self.sign(account, place, kind, case, outcome),
            Words::Comment(comment) => self.sign(account, place, kind, case, comment),
            Words::CommentRevision(revision) => self.sign(account, place, kind, case, revision),
            Words::Star(star) => self.sign(account, place, kind, case, star),
        }?;
        let id = statement.id;
        let said = match is_of_house {
            true => self.stated(case.number, kind, account, statement),
            false => self.queued(kind, statement, audience)?,
        };
        Ok(Deed::of(vec![said]).on(case.number).on(id))
    }

    /// Signs a statement, if every node would accept it.
    fn sign<B: Wire>(
        &self,
        account: AccountId,
        place: &Place,
        kind: Kind,
        case: CaseId,
        body: &B,
    ) -> Result<Statement, Refusal> {
        let key =
            self.house.state.custody.key_of(account).ok_or(Refusal::Conflict("account has no signing key yet"))?;
        let context = Context { network: place.network, feed: place.institution, kind };
        let statement = Statement::sign(&context, case, StatementId(self.seed.draw_id("statement")), body, &key);
        Payload::decode(kind, &Payload::Statement(kind, statement.clone()).encode())?;
        Ok(statement)
    }

    fn stated(&self, case: CaseNumber, kind: Kind, account: AccountId, statement: Statement) -> HouseEntry {
        let stated = Stated { case, statement: statement.id, kind, account, at_ms: self.now_ms };
        HouseEntry::HouseStated(stated, Said { statement })
    }

    fn queued(&self, kind: Kind, statement: Statement, audience: Audience) -> Result<HouseEntry, Refusal> {
        self.enqueue(&Payload::Statement(kind, statement), audience).map(|(_, entry)| entry)
    }
}
