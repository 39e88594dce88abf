//! What can be done with accounts, and when it is refused.

use protocol::codec::Text;

use super::{
    Account, AttestationNoted, Attested, Credential, CredentialSet, Opened, Person, Renamed, RolesSet, ShownName,
    StateSet,
};
use crate::{
    audit::Action,
    decision::{Actor, Decision, Deed},
    entry::HouseEntry,
    id::AccountId,
    limits::{STAFF_MAX, VIEWERS_MAX},
    login::{Login, check_shown_name},
    password::{PasswordHash, Proven},
    permission::{AccountKind, Permission, Role, Roles},
    refusal::{Refusal, at_most},
    secret::{OneTimeSecret, Secret32},
    session::EndReason,
};

/// Numbers that are tried before a name counts as used up.
const NUMBERS_DRAWN: u32 = 32;

/// A command about accounts.
#[derive(Debug)]
pub enum Command {
    /// Invites somebody who works here. The node itself invites the first administrator.
    Invite {
        /// The login name.
        login: Login,
        /// What others read.
        name: Text,
        /// The first roles; [`Role::is_guarded`] ones only if the node itself invites.
        roles: Roles,
        /// Drawn by the caller and shown once.
        secret: OneTimeSecret,
    },
    /// Opens an account for reading public cases.
    SignUp {
        /// How the login name begins; the house ends it with a number.
        wish: Login,
        /// What others read.
        name: Text,
        /// The password.
        password: PasswordHash,
    },
    /// Chooses a password with a one-time secret.
    Redeem {
        /// The login name as typed.
        login: Login,
        /// The secret as shown.
        secret: OneTimeSecret,
        /// The password from now on.
        password: PasswordHash,
    },
    /// Chooses another password, knowing the old one.
    ChangePassword {
        /// Proof of the old one.
        old: Proven,
        /// The password from now on.
        new: PasswordHash,
    },
    /// Replaces a forgotten password by a one-time secret. Guarded roles end with it, unless the node itself does it.
    ResetPassword {
        /// Whose.
        account: AccountId,
        /// Drawn by the caller and shown once.
        secret: OneTimeSecret,
    },
    /// Changes what others read.
    Rename {
        /// Whose.
        account: AccountId,
        /// What others read.
        name: Text,
    },
    /// Gives and takes roles.
    SetRoles {
        /// Whose.
        account: AccountId,
        /// All of them.
        roles: Roles,
    },
    /// Ends all sessions and tokens of an account, and opens no more.
    Disable(AccountId),
    /// Opens a disabled account again.
    Enable(AccountId),
    /// Notes what the feed says of a person.
    NoteAttestation {
        /// Whose.
        account: AccountId,
        /// The attestation; absent: none any more.
        attestation: Option<Attested>,
    },
}

impl Command {
    pub(crate) const fn action(&self) -> Option<Action> {
        match self {
            Self::Invite { .. } => Some(Action::InviteAccount),
            Self::SignUp { .. } => Some(Action::SignUp),
            Self::Redeem { .. } => Some(Action::RedeemOneTimeSecret),
            Self::ChangePassword { .. } => Some(Action::ChangePassword),
            Self::ResetPassword { .. } => Some(Action::ResetPassword),
            Self::Rename { .. } => Some(Action::RenameAccount),
            Self::SetRoles { .. } => Some(Action::SetRoles),
            Self::Disable(_) => Some(Action::DisableAccount),
            Self::Enable(_) => Some(Action::EnableAccount),
            Self::NoteAttestation { .. } => None,
        }
    }
}

impl Decision<'_> {
    pub(crate) fn on_account(&self, command: &Command) -> Result<Deed, Refusal> {
        match command {
            Command::Invite { login, name, roles, secret } => self.invite(login, name, roles, secret),
            Command::SignUp { wish, name, password } => self.sign_up(wish, name, password),
            Command::Redeem { login, secret, password } => self.redeem(login, secret, password),
            Command::ChangePassword { old, new } => self.change_password(old, new),
            Command::ResetPassword { account, secret } => self.reset_password(*account, secret),
            Command::Rename { account, name } => self.rename(*account, name),
            Command::SetRoles { account, roles } => self.set_roles(*account, roles),
            Command::Disable(account) => self.disable(*account),
            Command::Enable(account) => self.enable(*account),
            Command::NoteAttestation { account, attestation } => self.note_attestation(*account, attestation),
        }
    }

    fn invite(&self, login: &Login, name: &Text, roles: &Roles, secret: &OneTimeSecret) -> Result<Deed, Refusal> {
        self.manage()?;
        if *self.actor != Actor::System && roles.iter().any(Role::is_guarded) {
            return Err(Refusal::GuardedRole);
        }
        let (account, opened) = self.open(login, name, AccountKind::Staff, roles)?;
        Ok(Deed::of(vec![opened, self.one_time(account, 1, secret)]).on(account))
    }

    fn sign_up(&self, wish: &Login, name: &Text, password: &PasswordHash) -> Result<Deed, Refusal> {
        if !self.house.settings.is_sign_up_open {
            return Err(Refusal::SignUpClosed);
        }
        let login = self.numbered(wish)?;
        let (account, opened) = self.open(&login, name, AccountKind::Viewer, &Roles::default())?;
        Ok(Deed::of(vec![opened, password_set(account, 1, password, None)]).on(account).by(account))
    }

    /// A name that begins as somebody wishes and ends with a drawn number, whether or not the wish was free: what is answered
    /// tells nobody whom the house knows.
    fn numbered(&self, wish: &Login) -> Result<Login, Refusal> {
        let accounts = &self.house.state.accounts;
        let names = (0..NUMBERS_DRAWN).map(|draw| {
            let [high, low, ..] = self.seed.draw(&format!("login number {draw}"));
            wish.numbered(u16::from_be_bytes([high, low]))
        });
        let mut free = names.filter(|name| name.as_ref().map_or(true, |name| accounts.by_login(name).is_none()));
        free.next().unwrap_or(Err(Refusal::NameTooCommon))
    }

    fn redeem(&self, login: &Login, secret: &OneTimeSecret, password: &PasswordHash) -> Result<Deed, Refusal> {
        let account = self.house.state.accounts.by_login(login).ok_or(Refusal::OneTimeSecret)?;
        if !account.is_opened_by(secret, self.now_ms) {
            return Err(Refusal::OneTimeSecret);
        }
        let mut entries =
            vec![password_set(account.id, account.version.saturating_add(1), password, account.let_in_by)];
        entries.extend(self.house.state.sessions.end_all(account.id, EndReason::CredentialChanged));
        entries.extend(self.house.state.tokens.revoke_all(account.id));
        Ok(Deed::of(entries).on(account.id).by(account.id))
    }

    /// All sessions but the one that changes the password end, and all tokens: whoever knew the old one may have made them.
    fn change_password(&self, old: &Proven, new: &PasswordHash) -> Result<Deed, Refusal> {
        let (account, session) = (self.account()?, self.session()?);
        if old.account != account.id || old.version != account.version {
            return Err(Refusal::SignIn);
        }
        let mut entries = vec![password_set(account.id, account.version.saturating_add(1), new, account.let_in_by)];
        entries.extend(self.house.state.sessions.end_others(account.id, session.id, EndReason::CredentialChanged));
        entries.extend(self.house.state.tokens.revoke_all(account.id));
        Ok(Deed::of(entries).on(account.id))
    }

    /// Who hands out the secret could use it, so guarded roles are given anew by somebody else.
    fn reset_password(&self, id: AccountId, secret: &OneTimeSecret) -> Result<Deed, Refusal> {
        self.manage()?;
        let account = self.other(id)?;
        let mut entries = vec![self.one_time(id, account.version.saturating_add(1), secret)];
        let is_by_another = self.actor.account().is_some_and(|actor| actor != id);
        if is_by_another && account.roles.iter().any(Role::is_guarded) {
            self.keep_an_administrator(account)?;
            let roles = Roles::new(account.roles.iter().filter(|role| !role.is_guarded()))?;
            entries.push(HouseEntry::RolesSet(RolesSet { account: id, roles }));
        }
        entries.extend(self.house.state.sessions.end_all(id, EndReason::CredentialChanged));
        entries.extend(self.house.state.tokens.revoke_all(id));
        Ok(Deed::of(entries).on(id))
    }

    fn rename(&self, id: AccountId, name: &Text) -> Result<Deed, Refusal> {
        if self.actor.account() == Some(id) {
            self.permit(Permission::SignIn)?;
        } else {
            self.permit(Permission::ManageAccounts)?;
        }
        check_shown_name(name)?;
        if self.other(id)?.name == *name {
            return Ok(Deed::default());
        }
        let entry = HouseEntry::Renamed(Renamed { account: id }, ShownName { name: name.clone() });
        Ok(Deed::of(vec![entry]).on(id))
    }

    /// Sessions end with the roles they were opened under. Nobody sets their own roles, and nobody gives guarded ones to an
    /// account whose secret they held: no administrator gets at another guarded role without a second administrator. The
    /// exception is whoever owns the machine; they make the first administrator, who attests too, for there is nobody else.
    fn set_roles(&self, id: AccountId, roles: &Roles) -> Result<Deed, Refusal> {
        self.manage()?;
        let account = self.staff(id)?;
        if self.actor.account() == Some(id) {
            return Err(Refusal::OwnRoles);
        }
        if account.roles == *roles {
            return Ok(Deed::default());
        }
        let gains = roles.iter().any(|role| role.is_guarded() && !account.roles.has(role));
        if gains && self.actor.account().is_some_and(|giver| account.let_in_by == Some(giver)) {
            return Err(Refusal::GuardedRole);
        }
        if !roles.has(Role::Administrator) {
            self.keep_an_administrator(account)?;
        }
        let mut entries = vec![HouseEntry::RolesSet(RolesSet { account: id, roles: roles.clone() })];
        entries.extend(self.house.state.sessions.end_all(id, EndReason::PrivilegeChanged));
        Ok(Deed::of(entries).on(id))
    }

    fn disable(&self, id: AccountId) -> Result<Deed, Refusal> {
        self.permit(Permission::ManageAccounts)?;
        let account = self.other(id)?;
        if account.is_disabled {
            return Ok(Deed::default());
        }
        self.keep_an_administrator(account)?;
        let mut entries = vec![HouseEntry::StateSet(StateSet { account: id, is_disabled: true })];
        entries.extend(self.house.state.sessions.end_all(id, EndReason::Disabled));
        entries.extend(self.house.state.tokens.revoke_all(id));
        Ok(Deed::of(entries).on(id))
    }

    fn enable(&self, id: AccountId) -> Result<Deed, Refusal> {
        self.permit(Permission::ManageAccounts)?;
        if !self.other(id)?.is_disabled {
            return Ok(Deed::default());
        }
        Ok(Deed::of(vec![HouseEntry::StateSet(StateSet { account: id, is_disabled: false })]).on(id))
    }

    fn note_attestation(&self, id: AccountId, attestation: &Option<Attested>) -> Result<Deed, Refusal> {
        if *self.actor != Actor::System {
            return Err(Refusal::NotFound("command"));
        }
        if self.staff(id)?.attestation == *attestation {
            return Ok(Deed::default());
        }
        let noted = AttestationNoted { account: id, attestation: attestation.clone() };
        Ok(Deed::of(vec![HouseEntry::AttestationNoted(noted)]))
    }

    fn open(
        &self,
        login: &Login,
        name: &Text,
        kind: AccountKind,
        roles: &Roles,
    ) -> Result<(AccountId, HouseEntry), Refusal> {
        check_shown_name(name)?;
        let accounts = &self.house.state.accounts;
        let (unit, limit) = match kind {
            AccountKind::Viewer => ("accounts of readers", VIEWERS_MAX),
            _ => ("accounts", STAFF_MAX),
        };
        at_most("house", accounts.count(kind) + 1, unit, limit)?;
        if accounts.by_login(login).is_some() {
            return Err(Refusal::LoginTaken);
        }
        let account = AccountId(self.seed.draw_id("account"));
        let opened = Opened { account, kind, roles: roles.clone(), at_ms: self.now_ms };
        let person = Person { login: Text::from(login.as_str()), name: name.clone() };
        Ok((account, HouseEntry::AccountOpened(opened, person)))
    }

    fn one_time(&self, account: AccountId, version: u32, secret: &OneTimeSecret) -> HouseEntry {
        let until_ms = self.now_ms.saturating_add(self.house.settings.one_time_secret_ms);
        let set = CredentialSet { account, version, until_ms: Some(until_ms), let_in_by: self.actor.account() };
        HouseEntry::CredentialSet(set, Credential::OneTime(Secret32::new(secret.digest())))
    }

    /// Managing accounts opens everything else, so it asks for the password.
    fn manage(&self) -> Result<(), Refusal> {
        self.permit(Permission::ManageAccounts)?;
        self.step_up()
    }

    /// Refuses to take the role from the last one who can act. Whoever was invited and never came is none.
    fn keep_an_administrator(&self, leaving: &Account) -> Result<(), Refusal> {
        let is_one = leaving.roles.has(Role::Administrator);
        if is_one && self.house.state.accounts.administrators().all(|account| account.id == leaving.id) {
            return Err(Refusal::LastAdministrator);
        }
        Ok(())
    }
}

fn password_set(account: AccountId, version: u32, password: &PasswordHash, let_in_by: Option<AccountId>) -> HouseEntry {
    let set = CredentialSet { account, version, until_ms: None, let_in_by };
    HouseEntry::CredentialSet(set, Credential::Password(password.phc().clone()))
}
