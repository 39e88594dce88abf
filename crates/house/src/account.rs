//! Accounts: who works here, and who only reads.

mod command;

use std::collections::BTreeMap;

use protocol::{EntryId, choice, codec::Text, payload::control::Profession, wire};

pub use command::Command;

use crate::{
    id::AccountId,
    login::Login,
    password::{Check, Cost, PasswordHash},
    permission::{AccountKind, Role, Roles},
    secret::{OneTimeSecret, Secret32},
};

wire! {
    /// There is an account.
    pub struct Opened {
        /// Its id.
        1 => account: AccountId,
        /// What it is for.
        2 => kind: AccountKind,
        /// The first roles.
        3 => roles: Roles,
        /// When.
        4 => at_ms: u64,
    }

    /// Who it belongs to.
    pub struct Person {
        /// The folded login name.
        1 => login: Text,
        /// What others read.
        2 => name: Text,
    }

    /// The person is called otherwise.
    pub struct Renamed {
        /// The account.
        1 => account: AccountId,
    }

    /// How.
    pub struct ShownName {
        /// What others read.
        1 => name: Text,
    }

    /// Other roles.
    pub struct RolesSet {
        /// The account.
        1 => account: AccountId,
        /// All of them.
        2 => roles: Roles,
    }

    /// Disabled or enabled.
    pub struct StateSet {
        /// The account.
        1 => account: AccountId,
        /// Whether it opens nothing now.
        2 => is_disabled: bool,
    }

    /// Another password or one-time secret; the one before it is worth nothing.
    pub struct CredentialSet {
        /// The account.
        1 => account: AccountId,
        /// Goes up by one, so that proof of an older password is refused.
        2 => version: u32,
        /// When a one-time secret ends.
        3 => until_ms: Option<u64>,
        /// Which administrator handed out the one-time secret that it goes back to; absent: the node itself.
        4 => let_in_by: Option<AccountId>,
    }

    /// An attestation of the person stands in the feed, or (absent) no longer. The feed decides; this is for lists.
    pub struct AttestationNoted {
        /// The account.
        1 => account: AccountId,
        /// The attestation.
        2 => attestation: Option<Attested>,
    }

    /// What the house vouches for.
    pub struct Attested {
        /// The attestation's entry.
        1 => entry: EntryId,
        /// In which profession.
        2 => profession: Profession,
        /// MeSH descriptor numbers.
        3 => specialties: Vec<u32>,
        /// Until when.
        4 => until_ms: u64,
    }
}

choice! {
    /// What opens an account.
    pub enum Credential {
        /// Nothing but a secret that is good once: its digest.
        1 => OneTime(Secret32),
        /// A password: its hash as a PHC string.
        2 => Password(Text),
    }
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Waits for its person to choose a password.
    Invited,
    /// In use.
    Active,
    /// Opens nothing.
    Disabled,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The folded login name.
    pub login: Login,
    /// What others read.
    pub name: Text,
    /// What it is for.
    pub kind: AccountKind,
    /// Its duties.
    pub roles: Roles,
    /// Since when.
    pub opened_ms: u64,
    /// Whether it opens nothing now.
    pub is_disabled: bool,
    /// What the house vouches for, as last noted.
    pub attestation: Option<Attested>,
    pub(crate) credential: Option<Credential>,
    pub(crate) version: u32,
    pub(crate) until_ms: u64,
    /// Who once held the secret to it, and so may be the one who uses it.
    pub(crate) let_in_by: Option<AccountId>,
}

impl Account {
    /// Where it stands.
    pub const fn standing(&self) -> Standing {
        match self.credential {
            _ if self.is_disabled => Standing::Disabled,
            Some(Credential::Password(_)) => Standing::Active,
            _ => Standing::Invited,
        }
    }

    /// Whether a one-time secret lets somebody choose its password now.
    pub(crate) fn is_opened_by(&self, secret: &OneTimeSecret, now_ms: u64) -> bool {
        let is_kept = matches!(&self.credential, Some(Credential::OneTime(kept)) if *kept.expose() == secret.digest());
        is_kept && !self.is_disabled && now_ms <= self.until_ms
    }
}

/// All accounts of the house.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    rows: BTreeMap<AccountId, Account>,
    by_login: BTreeMap<Login, AccountId>,
}

impl Accounts {
    /// An account.
    pub fn get(&self, id: AccountId) -> Option<&Account> {
        self.rows.get(&id)
    }

    /// The account of a login name.
    pub fn by_login(&self, login: &Login) -> Option<&Account> {
        self.by_login.get(login).and_then(|id| self.rows.get(id))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Account> {
        self.rows.values()
    }

    /// How to check a password for a login name, as it was typed. Names that nobody has get a check that takes as long.
    pub(crate) fn check(&self, login: &str, cost: Cost) -> Check {
        let account = Login::parse(login).ok().and_then(|login| self.by_login(&login));
        match account {
            Some(Account { id, version, credential: Some(Credential::Password(phc)), is_disabled: false, .. }) => {
                Check::of(*id, *version, PasswordHash::from_phc(phc.clone()))
            }
            _ => Check::of_nobody(cost),
        }
    }

    /// Administrators who can act: they have a password.
    pub(crate) fn administrators(&self) -> impl Iterator<Item = &Account> {
        self.iter().filter(|account| account.standing() == Standing::Active && account.roles.has(Role::Administrator))
    }

    pub(crate) fn count(&self, kind: AccountKind) -> usize {
        self.iter().filter(|account| account.kind == kind).count()
    }

    pub(crate) fn open(&mut self, opened: &Opened, person: &Person) {
        let Ok(login) = Login::parse(person.login.as_str()) else { return };
        self.by_login.insert(login.clone(), opened.account);
        let account = Account {
            id: opened.account,
            login,
            name: person.name.clone(),
            kind: opened.kind,
            roles: opened.roles.clone(),
            opened_ms: opened.at_ms,
            is_disabled: false,
            attestation: None,
            credential: None,
            version: 0,
            until_ms: 0,
            let_in_by: None,
        };
        self.rows.insert(opened.account, account);
    }

    pub(crate) fn rename(&mut self, renamed: &Renamed, name: &ShownName) {
        self.change(renamed.account, |account| account.name = name.name.clone());
    }

    pub(crate) fn set_roles(&mut self, set: &RolesSet) {
        self.change(set.account, |account| account.roles = set.roles.clone());
    }

    pub(crate) fn set_state(&mut self, set: &StateSet) {
        self.change(set.account, |account| account.is_disabled = set.is_disabled);
    }

    pub(crate) fn set_credential(&mut self, set: &CredentialSet, credential: &Credential) {
        self.change(set.account, |account| {
            account.credential = Some(credential.clone());
            account.version = set.version;
            account.until_ms = set.until_ms.unwrap_or(0);
            account.let_in_by = set.let_in_by;
        });
    }

    pub(crate) fn note_attestation(&mut self, noted: &AttestationNoted) {
        self.change(noted.account, |account| account.attestation = noted.attestation.clone());
    }

    fn change(&mut self, id: AccountId, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.rows.get_mut(&id) {
            change(account);
        }
    }
}
