//! One decision: who asks, when, with which seed, against which state. The nouns add to it what they decide.

use crate::{
    account::Account,
    audit::ObjectId,
    entry::HouseEntry,
    house::House,
    id::{AccountId, Seed, SessionId, TokenId},
    permission::{AccountKind, Permission, allows},
    refusal::Refusal,
    session::Session,
};

/// Who gives a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The node itself, and whoever operates its command line.
    System,
    /// Somebody who has not signed in.
    Stranger,
    /// Somebody who has.
    Account(Acting),
}

/// An account that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Which.
    pub account: AccountId,
    /// How it was recognized.
    pub via: Via,
    /// Whether the house vouches for its person now; the feed decides that, so the caller says it.
    pub is_attested: bool,
}

/// How an account was recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// In a session.
    Session(SessionId),
    /// By an API token.
    Token(TokenId),
    /// By whoever owns the machine, at its command line; the audit line names no session.
    Owner,
}

impl Actor {
    pub(crate) const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(acting) => Some(acting.account),
            Self::System | Self::Stranger => None,
        }
    }

    pub(crate) const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Account(Acting { via: Via::Session(session), .. }) => Some(*session),
            _ => None,
        }
    }
}

/// What a command comes to: the entries, and which objects its audit line names.
#[derive(Debug, Default)]
pub(crate) struct Deed {
    pub(crate) entries: Vec<HouseEntry>,
    pub(crate) objects: Vec<ObjectId>,
    /// Whose deed it is, where the actor was a stranger before it.
    pub(crate) account: Option<AccountId>,
}

impl Deed {
    pub(crate) fn of(entries: Vec<HouseEntry>) -> Self {
        Self { entries, ..Self::default() }
    }

    pub(crate) fn on(mut self, object: impl Into<ObjectId>) -> Self {
        self.objects.push(object.into());
        self
    }

    pub(crate) fn by(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }
}

pub(crate) struct Decision<'a> {
    pub(crate) house: &'a House,
    pub(crate) actor: &'a Actor,
    pub(crate) now_ms: u64,
    pub(crate) seed: &'a Seed,
}

impl<'a> Decision<'a> {
    /// The account that acts, if it is active and its session or token is alive.
    pub(crate) fn account(&self) -> Result<&'a Account, Refusal> {
        let Actor::Account(acting) = self.actor else { return Err(Refusal::SignedOut) };
        let account = self.house.state.accounts.get(acting.account).ok_or(Refusal::SignedOut)?;
        let is_recognized = match acting.via {
            Via::Session(id) => self.house.live_session(id, self.now_ms).is_some_and(|s| s.account == account.id),
            Via::Token(id) => self.house.state.tokens.live(id, self.now_ms).is_some_and(|t| t.account == account.id),
            Via::Owner => true,
        };
        if account.is_disabled || !is_recognized { Err(Refusal::SignedOut) } else { Ok(account) }
    }

    /// Whether the actor may do something: kind, roles and attestation of the account, then the scopes of a token.
    pub(crate) fn permit(&self, permission: Permission) -> Result<(), Refusal> {
        match self.actor {
            Actor::System => Ok(()),
            Actor::Stranger => Err(Refusal::SignedOut),
            Actor::Account(acting) => {
                let account = self.account()?;
                allows(account.kind, &account.roles, acting.is_attested, permission)?;
                match acting.via {
                    Via::Token(id) => self.house.state.tokens.permit(id, permission),
                    Via::Session(_) | Via::Owner => Ok(()),
                }
            }
        }
    }

    /// Permission for something that only a person of this house can do, and that person.
    pub(crate) fn person(&self, permission: Permission) -> Result<&'a Account, Refusal> {
        let account = self.account()?;
        self.permit(permission)?;
        Ok(account)
    }

    /// The session that acts.
    pub(crate) fn session(&self) -> Result<&'a Session, Refusal> {
        self.account()?;
        let id = self.actor.session().ok_or(Refusal::SignedOut)?;
        self.house.live_session(id, self.now_ms).ok_or(Refusal::SignedOut)
    }

    /// That the password was given a short time ago. A token was made with a fresh password, for this very use.
    pub(crate) fn step_up(&self) -> Result<(), Refusal> {
        let Actor::Account(Acting { via: Via::Session(_), .. }) = self.actor else { return Ok(()) };
        let limit_ms = self.house.settings.step_up_ms;
        match self.now_ms.saturating_sub(self.session()?.authenticated_ms) <= limit_ms {
            true => Ok(()),
            false => Err(Refusal::StepUp { limit_s: limit_ms / 1_000 }),
        }
    }

    /// An account by its id, for those who may look.
    pub(crate) fn other(&self, id: AccountId) -> Result<&'a Account, Refusal> {
        self.house.state.accounts.get(id).ok_or(Refusal::NotFound("account"))
    }

    /// An account of somebody who works here.
    pub(crate) fn staff(&self, id: AccountId) -> Result<&'a Account, Refusal> {
        let account = self.other(id)?;
        if account.kind != AccountKind::Staff {
            return Err(Refusal::NotOfTheHouse);
        }
        Ok(account)
    }
}
