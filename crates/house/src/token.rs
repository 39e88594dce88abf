//! API tokens: scoped, with an end, made by a person for a program.

use std::collections::BTreeMap;

use protocol::{codec::Text, codes, wire};

use crate::{
    audit::Action,
    decision::{Decision, Deed},
    entry::HouseEntry,
    id::{AccountId, TokenId},
    limits::{AGENT_CHARS_MAX, TOKEN_DAYS_MAX, TOKENS_MAX},
    permission::Permission,
    refusal::{Refusal, at_most},
    secret::TokenSecret,
    shown::check_line,
};

codes! {
    /// What a token may be used for; its owner must be allowed it too.
    pub enum Scope {
        1 => CasesRead,
        2 => CasesWrite,
        3 => Admin,
        4 => Dicom,
        5 => AuditRead,
        6 => Export,
    }
}

impl Scope {
    /// As it is written in requests and pages; absent for a scope of a newer version.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::CasesRead => Some("cases:read"),
            Self::CasesWrite => Some("cases:write"),
            Self::Admin => Some("admin"),
            Self::Dicom => Some("dicom"),
            Self::AuditRead => Some("audit:read"),
            Self::Export => Some("export"),
            Self::Other(_) => None,
        }
    }

    /// The scope of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.name() == Some(name))
    }

    /// What it covers. Making tokens, attesting and withdrawing for others need a person at a screen and are in no scope.
    const fn covers(self, permission: Permission) -> bool {
        match self {
            Self::CasesRead => matches!(
                permission,
                Permission::ReadPublic | Permission::ReadHouse | Permission::ReadNetwork | Permission::KeepLists
            ),
            Self::CasesWrite => matches!(
                permission,
                Permission::PrepareDraft
                    | Permission::PostCase
                    | Permission::Comment
                    | Permission::Star
                    | Permission::WithdrawOwn
            ),
            Self::Admin => matches!(
                permission,
                Permission::ManageAccounts
                    | Permission::ManagePeers
                    | Permission::ManageMembership
                    | Permission::CheckStore
                    | Permission::VerifyAudit
            ),
            // What came so waits for a person, who publishes it or does not.
            Self::Dicom => matches!(permission, Permission::PrepareDraft | Permission::SendObjects),
            Self::AuditRead => matches!(permission, Permission::ViewAudit | Permission::VerifyAudit),
            Self::Export => matches!(permission, Permission::Export),
            Self::Other(_) => false,
        }
    }
}

wire! {
    /// A token is good.
    pub struct Minted {
        /// Its id.
        1 => token: TokenId,
        /// Whose.
        2 => account: AccountId,
        /// The digest of the secret.
        3 => digest: [u8; 32],
        /// What for.
        4 => scopes: Vec<Scope>,
        /// Since when.
        5 => at_ms: u64,
        /// Until when.
        6 => until_ms: u64,
    }

    /// What its owner calls it.
    pub struct Label {
        /// One line.
        1 => label: Text,
    }

    /// A token is good no more.
    pub struct Revoked {
        /// Which.
        1 => token: TokenId,
    }
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose.
    pub account: AccountId,
    /// What for.
    pub scopes: Vec<Scope>,
    /// Since when.
    pub minted_ms: u64,
    /// Until when.
    pub until_ms: u64,
    /// What its owner calls it.
    pub label: Text,
    digest: [u8; 32],
}

/// All tokens that were not revoked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    rows: BTreeMap<TokenId, Token>,
    by_digest: BTreeMap<[u8; 32], TokenId>,
}

impl Tokens {
    /// The tokens of an account.
    pub fn of(&self, account: AccountId) -> impl Iterator<Item = &Token> {
        self.rows.values().filter(move |token| token.account == account)
    }

    pub(crate) fn live(&self, id: TokenId, now_ms: u64) -> Option<&Token> {
        self.rows.get(&id).filter(|token| now_ms < token.until_ms)
    }

    pub(crate) fn by_secret(&self, secret: &TokenSecret, now_ms: u64) -> Option<&Token> {
        self.by_digest.get(&secret.digest()).and_then(|id| self.live(*id, now_ms))
    }

    pub(crate) fn permit(&self, id: TokenId, permission: Permission) -> Result<(), Refusal> {
        let is_covered =
            self.rows.get(&id).is_some_and(|token| token.scopes.iter().any(|scope| scope.covers(permission)));
        if is_covered { Ok(()) } else { Err(Refusal::OutOfScope(permission)) }
    }

    pub(crate) fn revoke_all(&self, account: AccountId) -> Vec<HouseEntry> {
        self.of(account).map(|token| HouseEntry::TokenRevoked(Revoked { token: token.id })).collect()
    }

    pub(crate) fn mint(&mut self, minted: &Minted, label: &Label) {
        let token = Token {
            id: minted.token,
            account: minted.account,
            scopes: minted.scopes.clone(),
            minted_ms: minted.at_ms,
            until_ms: minted.until_ms,
            label: label.label.clone(),
            digest: minted.digest,
        };
        self.by_digest.insert(minted.digest, minted.token);
        self.rows.insert(minted.token, token);
    }

    pub(crate) fn revoke(&mut self, revoked: &Revoked) {
        if let Some(token) = self.rows.remove(&revoked.token) {
            self.by_digest.remove(&token.digest);
        }
    }
}

/// A command about tokens.
#[derive(Debug)]
pub enum Command {
    /// Makes a token for the own account.
    Mint {
        /// Drawn by the caller and shown once.
        secret: TokenSecret,
        /// What its owner calls it.
        label: Text,
        /// What for.
        scopes: Vec<Scope>,
        /// Until when.
        until_ms: u64,
    },
    /// Ends a token of the own account, or of any for those who manage accounts.
    Revoke(TokenId),
}

impl Command {
    pub(crate) const fn action(&self) -> Action {
        match self {
            Self::Mint { .. } => Action::MintToken,
            Self::Revoke(_) => Action::RevokeToken,
        }
    }
}

impl Decision<'_> {
    pub(crate) fn on_token(&self, command: &Command) -> Result<Deed, Refusal> {
        match command {
            Command::Mint { secret, label, scopes, until_ms } => self.mint(secret, label, scopes, *until_ms),
            Command::Revoke(token) => self.revoke_token(*token),
        }
    }

    fn mint(&self, secret: &TokenSecret, label: &Text, scopes: &[Scope], until_ms: u64) -> Result<Deed, Refusal> {
        let account = self.person(Permission::MakeTokens)?;
        self.step_up()?;
        check_line("token label", label, AGENT_CHARS_MAX)?;
        if scopes.is_empty() || scopes.iter().any(|scope| scope.name().is_none()) {
            return Err(Refusal::Conflict("token needs at least one scope, and none that is unknown"));
        }
        let days = until_ms.saturating_sub(self.now_ms).div_ceil(24 * 60 * 60 * 1_000);
        at_most("token life", usize::try_from(days).unwrap_or(usize::MAX), "days", TOKEN_DAYS_MAX as usize)?;
        if until_ms <= self.now_ms {
            return Err(Refusal::Conflict("token ends before it begins"));
        }
        at_most("account", self.house.state.tokens.of(account.id).count() + 1, "tokens", TOKENS_MAX)?;
        let token = TokenId(self.seed.draw_id("token"));
        let minted = Minted {
            token,
            account: account.id,
            digest: secret.digest(),
            scopes: scopes.to_vec(),
            at_ms: self.now_ms,
            until_ms,
        };
        Ok(Deed::of(vec![HouseEntry::TokenMinted(minted, Label { label: label.clone() })]).on(token))
    }

    fn revoke_token(&self, id: TokenId) -> Result<Deed, Refusal> {
        let token = self.house.state.tokens.rows.get(&id).ok_or(Refusal::NotFound("token"))?;
        if self.actor.account() == Some(token.account) {
            self.permit(Permission::MakeTokens)?;
        } else if self.permit(Permission::ManageAccounts).is_err() {
            return Err(Refusal::NotFound("token"));
        }
        Ok(Deed::of(vec![HouseEntry::TokenRevoked(Revoked { token: id })]).on(id).on(token.account))
    }
}
