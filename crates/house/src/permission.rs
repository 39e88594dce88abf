//! Who may do what: one closed list of permissions and one function that decides.
//!
//! Roles give what the table says and nothing besides: an administrator does not attest, an attester withdraws nothing of others,
//! and an auditor, who watches the others, opens no case.

use std::{collections::BTreeSet, fmt};

use protocol::{
    codec::{
        Wire,
        serde::{Deserializer, Serializer},
    },
    codes,
};

use crate::refusal::Refusal;

codes! {
    /// What an account is for.
    pub enum AccountKind {
        /// Somebody who works here.
        1 => Staff,
        /// Somebody who signed themselves up to read public cases. Never attested, never with a role.
        2 => Viewer,
    }

    /// A duty of an account besides medicine.
    pub enum Role {
        1 => Administrator,
        2 => Moderator,
        3 => Attester,
        4 => DataProtectionOfficer,
        5 => DataSteward,
        6 => Auditor,
    }
}

impl Role {
    /// Whether it lets others in or speaks for the house about them, so that one administrator alone does not give it.
    pub const fn is_guarded(self) -> bool {
        matches!(self, Self::Administrator | Self::Attester)
    }
}

/// The duties of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// A set of roles.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] if the auditor is not alone: nobody audits themselves.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Result<Self, Refusal> {
        let roles = Self(roles.into_iter().collect());
        if roles.has(Role::Auditor) && roles.0.len() > 1 {
            return Err(Refusal::AuditorAlone);
        }
        Ok(roles)
    }

    /// Whether the role is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// The roles in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Wire for Roles {
    fn to_cbor<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.iter().collect::<Vec<_>>().to_cbor(serializer)
    }

    fn from_cbor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::from_cbor(deserializer).map(|roles| Self(roles.into_iter().collect()))
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident, $words:literal, $grant:expr, $opens_content:literal;)*) => {
        /// Something that an account may or may not do. What is not listed nobody does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Permission {
            $($(#[$doc])* $name,)*
        }

        impl Permission {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            const fn grant(self) -> Grant {
                match self { $(Self::$name => $grant,)* }
            }

            /// Whether it shows what stands in a case.
            const fn opens_content(self) -> bool {
                match self { $(Self::$name => $opens_content,)* }
            }
        }
    };
}

/// Who gets a permission.
#[derive(Clone, Copy)]
enum Grant {
    Everybody,
    Staff,
    Attested,
    AttestedOr(&'static [Role]),
    Only(&'static [Role]),
}

permissions! {
    /// Have a session at all.
    SignIn, "sign in", Grant::Everybody, false;
    /// Cases that their authors made public.
    ReadPublic, "read public cases", Grant::Everybody, true;
    /// Cases for the own house only.
    ReadHouse, "read cases of the house", Grant::AttestedOr(&[Role::Moderator, Role::DataProtectionOfficer]), true;
    /// Cases of the network.
    ReadNetwork, "read cases of the network",
        Grant::AttestedOr(&[Role::Moderator, Role::DataProtectionOfficer, Role::DataSteward]), true;
    /// Write drafts; nobody else sees them.
    PrepareDraft, "prepare drafts", Grant::Attested, true;
    /// Send DICOM objects, which become pictures of a new draft.
    SendObjects, "send DICOM objects", Grant::Attested, true;
    /// Publish, revise and resolve cases.
    PostCase, "post cases", Grant::Attested, true;
    /// Comment and revise comments.
    Comment, "comment", Grant::Attested, true;
    /// Star cases.
    Star, "star cases", Grant::Attested, true;
    /// Save cases for later, follow specialties and institutions.
    KeepLists, "keep lists", Grant::Everybody, true;
    /// Take back one's own word; it stays when the attestation has ended.
    WithdrawOwn, "withdraw own cases", Grant::Staff, false;
    /// Take back anything of the house.
    WithdrawAny, "withdraw any case of the house", Grant::Only(&[Role::Moderator, Role::DataProtectionOfficer]), false;
    /// Vouch for a person.
    Attest, "attest", Grant::Only(&[Role::Attester]), false;
    /// Vouch no longer.
    Revoke, "revoke attestations", Grant::Only(&[Role::Attester]), false;
    /// Invite, disable, give roles, reset passwords.
    ManageAccounts, "manage accounts", Grant::Only(&[Role::Administrator]), false;
    /// Make and revoke API tokens of one's own.
    MakeTokens, "make API tokens", Grant::Staff, false;
    /// Block or limit peers.
    ManagePeers, "manage peers", Grant::Only(&[Role::Administrator]), false;
    /// Institution card, admission, certificates, invitations, joining and leaving.
    ManageMembership, "manage membership", Grant::Only(&[Role::Administrator]), false;
    /// Read audit lines.
    ViewAudit, "view the audit chain", Grant::Only(&[Role::Auditor, Role::DataProtectionOfficer]), false;
    /// Have the audit chain verified, without reading it.
    VerifyAudit, "verify the audit chain",
        Grant::Only(&[Role::Auditor, Role::DataProtectionOfficer, Role::Administrator]), false;
    /// Take data out for research.
    Export, "export", Grant::Only(&[Role::DataSteward]), true;
    /// Check the store and rebuild its tables.
    CheckStore, "check the store", Grant::Only(&[Role::Administrator]), false;
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Whether an account may do something. `is_attested` says whether the house vouches for its person now.
///
/// # Errors
/// [`Refusal::NotAllowed`] says who may.
pub fn allows(kind: AccountKind, roles: &Roles, is_attested: bool, permission: Permission) -> Result<(), Refusal> {
    let refuse = |needs| Err(Refusal::NotAllowed { permission, needs });
    let is_staff = kind == AccountKind::Staff;
    let is_attested = is_staff && is_attested;
    let has_one = |wanted: &[Role]| is_staff && wanted.iter().any(|role| roles.has(*role));
    if permission.opens_content() && roles.has(Role::Auditor) {
        return refuse("an account that does not audit");
    }
    match permission.grant() {
        Grant::Everybody => Ok(()),
        Grant::Staff if is_staff => Ok(()),
        Grant::Attested if is_attested => Ok(()),
        Grant::AttestedOr(wanted) if is_attested || has_one(wanted) => Ok(()),
        Grant::Only(wanted) if has_one(wanted) => Ok(()),
        Grant::Staff => refuse("an account of the house"),
        Grant::Attested => refuse("an attestation"),
        Grant::AttestedOr(_) => refuse("an attestation or a role that the permission belongs to"),
        Grant::Only(_) => refuse("a role that the permission belongs to"),
    }
}

#[cfg(test)]
mod tests;
