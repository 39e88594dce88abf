//! The folded state of the house, what is decided against it, and what is folded into it.
//!
//! A driver decides, journals the entries, applies each, and only then decides anew: an audit line names the line before it.
//! Replaying the journal gives the same state, also when the keys of superseded entries are destroyed.

use protocol::{NetworkId, SecretKey};

use crate::{
    account::Accounts,
    audit::{Action, Chain, Event, ObjectId, Outcome, Reason, SignedCheckpoint},
    command::Command,
    custody::Custody,
    decision::{Acting, Actor, Decision, Deed, Via},
    draft::Drafts,
    entry::HouseEntry,
    house_case::HouseCases,
    id::{AccountId, Seed, SessionId},
    list::Lists,
    login::Login,
    outbox::Outbox,
    password::Check,
    permission::{Permission, allows},
    refusal::Refusal,
    secret::{OneTimeSecret, SessionToken, TokenSecret},
    session::{Presence, Session, Sessions},
    settings::Settings,
    token::Tokens,
};

/// What the journal says, folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) accounts: Accounts,
    pub(crate) sessions: Sessions,
    pub(crate) tokens: Tokens,
    pub(crate) custody: Custody,
    pub(crate) drafts: Drafts,
    pub(crate) outbox: Outbox,
    pub(crate) house_cases: HouseCases,
    pub(crate) lists: Lists,
    pub(crate) audit: Chain,
}

/// The house.
#[derive(Debug, Default)]
pub struct House {
    pub(crate) settings: Settings,
    pub(crate) state: State,
    presence: Presence,
}

/// Two houses are equal if the same happened in them; settings, and when sessions were last used, are not compared.
impl PartialEq for House {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

/// Whom a session or token belongs to. The caller adds whether the feed attests the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognized {
    /// The account.
    pub account: AccountId,
    /// How.
    pub via: Via,
}

impl Recognized {
    /// The actor of commands.
    pub const fn acting(self, is_attested: bool) -> Actor {
        Actor::Account(Acting { account: self.account, via: self.via, is_attested })
    }
}

impl House {
    /// An empty house, into which a journal is then folded.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Decides a command. No entries: it is so already. The last entry of an audited command is its audit line.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed, and [`House::note_refused`] gives the line that says so.
    pub fn decide(
        &self,
        command: &Command,
        actor: &Actor,
        now_ms: u64,
        seed: &Seed,
    ) -> Result<Vec<HouseEntry>, Refusal> {
        let decision = Decision { house: self, actor, now_ms, seed };
        let Deed { mut entries, objects, account } = match command {
            Command::Account(command) => decision.on_account(command),
            Command::Session(command) => decision.on_session(command),
            Command::Token(command) => decision.on_token(command),
            Command::Custody(command) => decision.on_custody(command),
            Command::Draft(command) => decision.on_draft(command),
            Command::Speech(command) => decision.on_speech(command),
            Command::Outbox(command) => decision.on_outbox(command),
            Command::HouseCase(command) => decision.on_house_case(command),
            Command::List(command) => decision.on_list(command),
        }?;
        if let Some(action) = command.action().filter(|_| !entries.is_empty()) {
            let (account, session) = (actor.account().or(account), actor.session());
            let event = Event { account, session, action, objects, outcome: Outcome::Done, reason: Reason::None };
            entries.push(self.line(event, now_ms));
        }
        Ok(entries)
    }

    /// The audit line for something that is decided elsewhere: a view, a picture pulled, a failed sign-in, an export.
    pub fn note(
        &self,
        actor: &Actor,
        action: Action,
        objects: Vec<ObjectId>,
        outcome: Outcome,
        reason: Reason,
        now_ms: u64,
    ) -> HouseEntry {
        let event = Event { account: actor.account(), session: actor.session(), action, objects, outcome, reason };
        self.line(event, now_ms)
    }

    /// The audit line for a command that was refused, if its kind is audited.
    pub fn note_refused(&self, command: &Command, actor: &Actor, refusal: &Refusal, now_ms: u64) -> Option<HouseEntry> {
        let action = command.action()?;
        Some(self.note(actor, action, vec![], Outcome::Refused, Reason::from(refusal), now_ms))
    }

    /// The signed checkpoint of the audit chain, if one is due.
    pub fn checkpoint(&self, now_ms: u64, network: &NetworkId, key: &SecretKey) -> Option<HouseEntry> {
        let checkpoint = self.state.audit.due_checkpoint(now_ms)?;
        Some(HouseEntry::Sealed(SignedCheckpoint::sign(network, &checkpoint, key)))
    }

    /// Folds an entry.
    pub fn apply(&mut self, entry: &HouseEntry) {
        let State { accounts, sessions, tokens, custody, drafts, outbox, house_cases, lists, audit } = &mut self.state;
        match entry {
            HouseEntry::AccountOpened(opened, person) => accounts.open(opened, person),
            HouseEntry::Renamed(renamed, name) => accounts.rename(renamed, name),
            HouseEntry::RolesSet(set) => accounts.set_roles(set),
            HouseEntry::StateSet(set) => accounts.set_state(set),
            HouseEntry::CredentialSet(set, credential) => accounts.set_credential(set, credential),
            HouseEntry::AttestationNoted(noted) => accounts.note_attestation(noted),
            HouseEntry::SessionOpened(opened, agent) => {
                sessions.open(opened, agent);
                self.presence.renew(opened.session);
            }
            HouseEntry::SessionEnded(ended) => {
                sessions.end(ended);
                self.presence.forget(ended.session);
            }
            HouseEntry::TokenMinted(minted, label) => tokens.mint(minted, label),
            HouseEntry::TokenRevoked(revoked) => tokens.revoke(revoked),
            HouseEntry::KeyHeld(held, seed) => custody.hold(held, seed),
            HouseEntry::DraftSaved(saved, content) => drafts.save(saved, content),
            HouseEntry::DraftDiscarded(discarded) => drafts.discard(discarded),
            HouseEntry::DraftPublished(published) => drafts.publish(published),
            HouseEntry::HouseStated(stated, _) => house_cases.state(stated),
            HouseEntry::HouseWithdrawn(withdrawn) => house_cases.withdraw(withdrawn),
            HouseEntry::Queued(queued, waiting) => outbox.queue(queued, waiting),
            HouseEntry::Sent(sent) => outbox.remove(sent.id),
            HouseEntry::Cancelled(cancelled) => outbox.remove(cancelled.id),
            HouseEntry::Saved(saved) => lists.save(saved),
            HouseEntry::Followed(followed) => lists.follow(followed),
            HouseEntry::Audited(line) => audit.follow(line),
            HouseEntry::Sealed(signed) => audit.seal(signed),
        }
    }

    /// Recognizes a session by its token and marks it as used.
    ///
    /// # Errors
    /// [`Refusal::SignedOut`], whatever is wrong.
    pub fn visit(&mut self, token: &SessionToken, now_ms: u64) -> Result<Recognized, Refusal> {
        let session = self.state.sessions.by_token(token).ok_or(Refusal::SignedOut)?;
        let Session { id, account, .. } = *session;
        self.active(account).filter(|_| self.live_session(id, now_ms).is_some()).ok_or(Refusal::SignedOut)?;
        if !self.presence.takes(token, session, &self.settings, now_ms) {
            return Err(Refusal::SignedOut);
        }
        self.presence.touch(id, now_ms);
        Ok(Recognized { account, via: Via::Session(id) })
    }

    /// Recognizes an API token.
    ///
    /// # Errors
    /// [`Refusal::ApiToken`], whatever is wrong.
    pub fn recognize(&self, secret: &TokenSecret, now_ms: u64) -> Result<Recognized, Refusal> {
        let token = self.state.tokens.by_secret(secret, now_ms).ok_or(Refusal::ApiToken)?;
        self.active(token.account).ok_or(Refusal::ApiToken)?;
        Ok(Recognized { account: token.account, via: Via::Token(token.id) })
    }

    /// Whether an actor may do something that is not a command: read a case, view the audit chain, change the configuration.
    ///
    /// # Errors
    /// [`Refusal`] says what is missing.
    pub fn permit(&self, actor: &Actor, permission: Permission, now_ms: u64) -> Result<(), Refusal> {
        let seed = Seed::new([0; 32]);
        Decision { house: self, actor, now_ms, seed: &seed }.permit(permission)
    }

    /// Whether an account, in whatever session, might do something: what a page shows as possible.
    pub fn may(&self, account: AccountId, is_attested: bool, permission: Permission) -> bool {
        self.active(account)
            .is_some_and(|account| allows(account.kind, &account.roles, is_attested, permission).is_ok())
    }

    /// Whether a one-time secret lets somebody choose the password of a login name now. Looking spends nothing.
    pub fn is_opened_by(&self, login: &Login, secret: &OneTimeSecret, now_ms: u64) -> bool {
        self.state.accounts.by_login(login).is_some_and(|account| account.is_opened_by(secret, now_ms))
    }

    /// How to check a password for a login name, as typed. Names that nobody has get a check that takes as long.
    pub fn password_check(&self, login: &str) -> Check {
        self.state.accounts.check(login, self.settings.password_cost)
    }

    /// The live sessions of an account, oldest first, each with the time it was last used.
    pub fn sessions_of(&self, account: AccountId, now_ms: u64) -> Vec<(&Session, u64)> {
        let live = |session: &&Session| self.presence.is_live(session, &self.settings, now_ms);
        let sessions = self.state.sessions.of(account).into_iter().filter(live);
        sessions.map(|session| (session, self.presence.last_used_ms(session))).collect()
    }

    /// The accounts.
    pub const fn accounts(&self) -> &Accounts {
        &self.state.accounts
    }

    /// The API tokens.
    pub const fn tokens(&self) -> &Tokens {
        &self.state.tokens
    }

    /// The keys in custody.
    pub const fn custody(&self) -> &Custody {
        &self.state.custody
    }

    /// The drafts.
    pub const fn drafts(&self) -> &Drafts {
        &self.state.drafts
    }

    /// The outbox.
    pub const fn outbox(&self) -> &Outbox {
        &self.state.outbox
    }

    /// The cases for the own house.
    pub const fn house_cases(&self) -> &HouseCases {
        &self.state.house_cases
    }

    /// The private lists.
    pub const fn lists(&self) -> &Lists {
        &self.state.lists
    }

    /// The head of the audit chain.
    pub const fn audit(&self) -> &Chain {
        &self.state.audit
    }

    pub(crate) fn live_session(&self, id: SessionId, now_ms: u64) -> Option<&Session> {
        self.state.sessions.get(id).filter(|session| self.presence.is_live(session, &self.settings, now_ms))
    }

    fn active(&self, account: AccountId) -> Option<&crate::account::Account> {
        self.state.accounts.get(account).filter(|account| !account.is_disabled)
    }

    fn line(&self, event: Event, now_ms: u64) -> HouseEntry {
        HouseEntry::Audited(self.state.audit.next(event, now_ms))
    }
}
