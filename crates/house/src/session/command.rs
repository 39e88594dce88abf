//! Signing in and out.

use protocol::codec::Text;

use super::{Agent, EndReason, Opened, Session, end};
use crate::{
    account::Account,
    audit::Action,
    decision::{Actor, Decision, Deed},
    entry::HouseEntry,
    id::{AccountId, SessionId},
    limits::{AGENT_CHARS_MAX, SESSIONS_MAX},
    password::Proven,
    permission::Permission,
    refusal::Refusal,
    secret::SessionToken,
    shown::check_line,
};

/// A command about sessions.
#[derive(Debug)]
pub enum Command {
    /// Opens a session. A session that the same browser had before ends.
    SignIn {
        /// Proof of the password.
        proven: Proven,
        /// Drawn by the caller for this session alone.
        token: SessionToken,
        /// A coarse label of the browser.
        agent: Text,
        /// The session that the browser came with.
        before: Option<SessionId>,
    },
    /// Gives the password once more: the session gets a new token, and the one before ends soon.
    StepUp {
        /// Proof of the password.
        proven: Proven,
        /// Drawn by the caller for this step-up alone.
        token: SessionToken,
    },
    /// Ends the own session.
    SignOut,
    /// Ends one session of the same account, or of any for those who manage accounts.
    End(SessionId),
    /// Ends all sessions of the own account, or of any for those who manage accounts.
    EndAll(AccountId),
    /// Clears away sessions that are idle or old; the node does that from time to time.
    Sweep,
}

impl Command {
    pub(crate) const fn action(&self) -> Option<Action> {
        match self {
            Self::SignIn { .. } => Some(Action::SignIn),
            Self::StepUp { .. } => Some(Action::StepUp),
            Self::SignOut => Some(Action::SignOut),
            Self::End(_) | Self::EndAll(_) => Some(Action::EndSession),
            Self::Sweep => None,
        }
    }
}

impl Decision<'_> {
    pub(crate) fn on_session(&self, command: &Command) -> Result<Deed, Refusal> {
        match command {
            Command::SignIn { proven, token, agent, before } => self.sign_in(proven, token, agent, *before),
            Command::StepUp { proven, token } => self.give_password_again(proven, token),
            Command::SignOut => Ok(Deed::of(vec![end(self.session()?.id, EndReason::SignedOut)])),
            Command::End(session) => self.end_session(*session),
            Command::EndAll(account) => self.end_sessions(*account),
            Command::Sweep => self.sweep(),
        }
    }

    fn sign_in(
        &self,
        proven: &Proven,
        token: &SessionToken,
        agent: &Text,
        before: Option<SessionId>,
    ) -> Result<Deed, Refusal> {
        let account = self.proven(proven)?;
        check_line("browser label", agent, AGENT_CHARS_MAX)?;
        let sessions = &self.house.state.sessions;
        let mut entries: Vec<HouseEntry> = before
            .and_then(|id| sessions.get(id))
            .filter(|session| session.account == account.id)
            .map(|session| end(session.id, EndReason::Replaced))
            .into_iter()
            .collect();
        let own = sessions.of(account.id);
        let surplus = (own.len() + 1).saturating_sub(SESSIONS_MAX + entries.len());
        let oldest = own.into_iter().filter(|session| Some(session.id) != before).take(surplus);
        entries.extend(oldest.map(|session| end(session.id, EndReason::Replaced)));
        let id = SessionId(self.seed.draw_id("session"));
        entries.push(self.open_session(id, account.id, token, self.now_ms, agent));
        Ok(Deed::of(entries).on(id).by(account.id))
    }

    fn give_password_again(&self, proven: &Proven, token: &SessionToken) -> Result<Deed, Refusal> {
        let (account, old) = (self.account()?, self.session()?);
        if self.proven(proven)?.id != account.id {
            return Err(Refusal::SignIn);
        }
        let Session { id, since_ms, agent, .. } = old;
        let opened = self.open_session(*id, account.id, token, *since_ms, agent);
        Ok(Deed::of(vec![opened]).on(*id))
    }

    fn end_session(&self, id: SessionId) -> Result<Deed, Refusal> {
        let session = self.house.state.sessions.get(id).ok_or(Refusal::NotFound("session"))?;
        if self.actor.account() == Some(session.account) {
            self.permit(Permission::SignIn)?;
        } else if self.permit(Permission::ManageAccounts).is_err() {
            return Err(Refusal::NotFound("session"));
        }
        Ok(Deed::of(vec![end(id, EndReason::EndedByPerson)]).on(session.account).on(id))
    }

    fn end_sessions(&self, account: AccountId) -> Result<Deed, Refusal> {
        let is_own = self.actor.account() == Some(account);
        self.permit(if is_own { Permission::SignIn } else { Permission::ManageAccounts })?;
        let entries = self.house.state.sessions.end_all(account, EndReason::EndedByPerson);
        Ok(Deed::of(entries).on(account))
    }

    fn sweep(&self) -> Result<Deed, Refusal> {
        if *self.actor != Actor::System {
            return Err(Refusal::NotFound("command"));
        }
        let ended = |session: &&Session| self.house.live_session(session.id, self.now_ms).is_none();
        let expired = self.house.state.sessions.iter().filter(ended);
        Ok(Deed::of(expired.map(|session| end(session.id, EndReason::Expired)).collect()))
    }

    /// The account whose present password was proven.
    fn proven(&self, proven: &Proven) -> Result<&Account, Refusal> {
        let account = self.house.state.accounts.get(proven.account).ok_or(Refusal::SignIn)?;
        let is_current = account.version == proven.version && !account.is_disabled;
        if is_current { Ok(account) } else { Err(Refusal::SignIn) }
    }

    fn open_session(
        &self,
        session: SessionId,
        account: AccountId,
        token: &SessionToken,
        since_ms: u64,
        agent: &Text,
    ) -> HouseEntry {
        let opened = Opened { session, account, token: token.digest(), since_ms, authenticated_ms: self.now_ms };
        HouseEntry::SessionOpened(opened, Agent { label: agent.clone() })
    }
}
