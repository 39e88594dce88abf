//! Sessions: opened by a password, found by the hash of a token, ended by idleness, age, a change of rights, or the person.
//!
//! When a session was last used is kept in memory alone: after a restart it counts as unused since it was opened. A step-up
//! gives a session another token. The one before opens it a little longer, for requests that are on their way with it, and
//! until the new one is shown, because an answer that is lost takes the new token with it.

mod command;

use std::collections::{BTreeMap, BTreeSet};

use protocol::{codec::Text, codes, wire};

pub use command::Command;

use crate::{
    entry::HouseEntry,
    id::{AccountId, SessionId},
    limits::{REPLACED_TOKEN_MS, REPLACED_TOKENS_MAX},
    secret::SessionToken,
    settings::Settings,
};

codes! {
    /// Why a session ended.
    pub enum EndReason {
        1 => SignedOut,
        2 => Expired,
        /// Another took its place: at sign-in, or because there were too many.
        3 => Replaced,
        4 => EndedByPerson,
        5 => CredentialChanged,
        6 => PrivilegeChanged,
        7 => Disabled,
    }
}

wire! {
    /// A session is open. If it was before, it has another token from now on.
    pub struct Opened {
        /// Its id.
        1 => session: SessionId,
        /// Whose.
        2 => account: AccountId,
        /// The digest of its token.
        3 => token: [u8; 32],
        /// When the person signed in; a step-up keeps it.
        4 => since_ms: u64,
        /// When the password was given last.
        5 => authenticated_ms: u64,
    }

    /// What it was opened with.
    pub struct Agent {
        /// A coarse label, as "Firefox on Linux".
        1 => label: Text,
    }

    /// A session has ended.
    pub struct Ended {
        /// Which.
        1 => session: SessionId,
        /// Why.
        2 => reason: EndReason,
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// When the person signed in.
    pub since_ms: u64,
    /// When the password was given last.
    pub authenticated_ms: u64,
    /// What it was opened with.
    pub agent: Text,
    token: [u8; 32],
    /// Digests of tokens that it had before, oldest first.
    replaced: Vec<[u8; 32]>,
}

/// All sessions that have not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    rows: BTreeMap<SessionId, Session>,
    by_token: BTreeMap<[u8; 32], SessionId>,
}

impl Sessions {
    pub(crate) fn get(&self, id: SessionId) -> Option<&Session> {
        self.rows.get(&id)
    }

    pub(crate) fn by_token(&self, token: &SessionToken) -> Option<&Session> {
        self.by_token.get(&token.digest()).and_then(|id| self.rows.get(id))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.rows.values()
    }

    /// The sessions of an account, oldest first.
    pub(crate) fn of(&self, account: AccountId) -> Vec<&Session> {
        let mut sessions: Vec<&Session> = self.iter().filter(|session| session.account == account).collect();
        sessions.sort_by_key(|session| (session.since_ms, session.authenticated_ms, session.id));
        sessions
    }

    pub(crate) fn end_all(&self, account: AccountId, reason: EndReason) -> Vec<HouseEntry> {
        self.of(account).into_iter().map(|session| end(session.id, reason)).collect()
    }

    pub(crate) fn end_others(&self, account: AccountId, but: SessionId, reason: EndReason) -> Vec<HouseEntry> {
        self.of(account)
            .into_iter()
            .filter(|session| session.id != but)
            .map(|session| end(session.id, reason))
            .collect()
    }

    pub(crate) fn open(&mut self, opened: &Opened, agent: &Agent) {
        let replaced = self.rows.remove(&opened.session).map(|before| self.replace(before, opened));
        let session = Session {
            id: opened.session,
            account: opened.account,
            since_ms: opened.since_ms,
            authenticated_ms: opened.authenticated_ms,
            agent: agent.label.clone(),
            token: opened.token,
            replaced: replaced.unwrap_or_default(),
        };
        self.by_token.insert(opened.token, opened.session);
        self.rows.insert(opened.session, session);
    }

    pub(crate) fn end(&mut self, ended: &Ended) {
        if let Some(session) = self.rows.remove(&ended.session) {
            for token in session.replaced.iter().chain([&session.token]) {
                self.by_token.remove(token);
            }
        }
    }

    /// The tokens that may still open a session after it got another one.
    fn replace(&mut self, before: Session, opened: &Opened) -> Vec<[u8; 32]> {
        let age_ms = opened.authenticated_ms.saturating_sub(before.authenticated_ms);
        let (mut forgotten, mut kept) = (before.replaced, vec![before.token]);
        if age_ms < REPLACED_TOKEN_MS {
            let surplus = (forgotten.len() + 1).saturating_sub(REPLACED_TOKENS_MAX);
            let recent = forgotten.split_off(surplus);
            kept.splice(..0, recent);
        }
        for token in forgotten {
            self.by_token.remove(&token);
        }
        kept
    }
}

pub(crate) fn end(session: SessionId, reason: EndReason) -> HouseEntry {
    HouseEntry::SessionEnded(Ended { session, reason })
}

/// When each session was last used, in memory alone.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    last_used_ms: BTreeMap<SessionId, u64>,
    /// Sessions whose newest token somebody has shown.
    shown: BTreeSet<SessionId>,
}

impl Presence {
    pub(crate) fn touch(&mut self, id: SessionId, now_ms: u64) {
        let last_used_ms = self.last_used_ms.entry(id).or_insert(now_ms);
        *last_used_ms = now_ms.max(*last_used_ms);
    }

    pub(crate) fn forget(&mut self, id: SessionId) {
        self.last_used_ms.remove(&id);
        self.shown.remove(&id);
    }

    /// A session has a new token.
    pub(crate) fn renew(&mut self, id: SessionId) {
        self.shown.remove(&id);
    }

    /// Whether a token still opens its session; one that was replaced does so for a short time.
    pub(crate) fn takes(&mut self, token: &SessionToken, session: &Session, settings: &Settings, now_ms: u64) -> bool {
        if session.token == token.digest() {
            self.shown.insert(session.id);
            return true;
        }
        let patience_ms = if self.shown.contains(&session.id) { REPLACED_TOKEN_MS } else { settings.session_idle_ms };
        now_ms.saturating_sub(session.authenticated_ms) < patience_ms
    }

    pub(crate) fn last_used_ms(&self, session: &Session) -> u64 {
        self.last_used_ms.get(&session.id).copied().unwrap_or(0).max(session.authenticated_ms)
    }

    /// Whether a session is neither idle nor old.
    pub(crate) fn is_live(&self, session: &Session, settings: &Settings, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.last_used_ms(session)) < settings.session_idle_ms
            && now_ms.saturating_sub(session.since_ms) < settings.session_absolute_ms
    }
}
