//! People: accounts, tokens, attestations and their end.

use house::{
    AccountId, Actor, Command, Login, OneTimeSecret, Permission, Role, Roles, TokenId, TokenSecret,
    account::{self, Account},
    custody::HoldKey,
    outbox, token,
};
use protocol::{
    ClinicianId, Payload,
    codec::Text,
    payload::{
        content::Profile,
        control::{Attestation, Profession, Revocation, RevocationReason, Scope},
    },
};
use serde::{Deserialize, Serialize};

use super::{App, AppError};
use crate::{
    clock::now_ms,
    entropy,
    network::{Joined, Sent},
};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Days for which an attestation holds; five years.
pub(crate) const ATTESTATION_DAYS_MAX: u32 = 1_827;

/// An account to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    pub(crate) login: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
}

/// A one-time sign-in, shown once.
#[derive(Debug, Serialize)]
pub(crate) struct OneTimeSignIn {
    pub(crate) login: String,
    pub(crate) secret: String,
    /// The path of the page that takes it.
    pub(crate) path: String,
}

/// An account in a list.
#[derive(Debug, Serialize)]
pub(crate) struct AccountView {
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) roles: Vec<&'static str>,
    pub(crate) is_disabled: bool,
    pub(crate) profession: Option<&'static str>,
    pub(crate) attested_until_ms: Option<u64>,
}

/// A person to be attested.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAttestation {
    pub(crate) login: String,
    pub(crate) profession: String,
    #[serde(default)]
    pub(crate) specialties: Vec<String>,
    /// Days after today; it holds to the end of the last of them, in UTC.
    pub(crate) days: u32,
}

/// Somebody vouched for.
#[derive(Debug, Serialize)]
pub(crate) struct Vouched {
    /// The name of the person's key.
    pub(crate) clinician: String,
    /// Why the attestation waits in the outbox, if it does; the person is attested when it stands in the feed.
    pub(crate) waits_for: Option<String>,
}

/// A token, shown once.
#[derive(Debug, Serialize)]
pub(crate) struct NewToken {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl App {
    /// Makes an account. Returns its one-time sign-in.
    pub(crate) fn add_account(&self, new: &NewAccount, actor: &Actor) -> Result<OneTimeSignIn, AppError> {
        let secret = OneTimeSecret::new(*entropy::seed());
        let login = Login::parse(&new.login)?;
        let roles: Vec<Role> = new.roles.iter().map(|name| role(name)).collect::<Result<_, _>>()?;
        let command = account::Command::Invite {
            login: login.clone(),
            name: Text::from(new.name.as_str()),
            roles: Roles::new(roles)?,
            secret: secret.clone(),
        };
        self.desk.perform(Command::Account(command), actor)?;
        Ok(one_time(&login, &secret))
    }

    /// Replaces a password by a one-time sign-in.
    pub(crate) fn reset_account(&self, login: &str, actor: &Actor) -> Result<OneTimeSignIn, AppError> {
        let secret = OneTimeSecret::new(*entropy::seed());
        let account = self.enabled_account(login)?;
        let command = account::Command::ResetPassword { account: account.id, secret: secret.clone() };
        self.desk.perform(Command::Account(command), actor)?;
        Ok(one_time(&account.login, &secret))
    }

    /// The account of a login, if it is not disabled.
    fn enabled_account(&self, login: &str) -> Result<Account, AppError> {
        let account = self.account(login)?;
        if account.is_disabled {
            return Err(AppError::conflict("the account is disabled, for good; make another one for the person"));
        }
        Ok(account)
    }

    /// Ends an account's sessions and lets it in no more, for good.
    pub(crate) fn disable_account(&self, login: &str, actor: &Actor) -> Result<(), AppError> {
        let account = self.account(login)?;
        self.desk.perform(Command::Account(account::Command::Disable(account.id)), actor)?;
        Ok(())
    }

    /// All accounts.
    pub(crate) fn accounts(&self) -> Vec<AccountView> {
        self.desk.look(|house| house.accounts().iter().map(view).collect())
    }

    /// Makes a token for an account.
    pub(crate) fn make_token(
        &self,
        login: &str,
        scopes: &[String],
        days: u32,
        label: &str,
        actor: &Actor,
    ) -> Result<NewToken, AppError> {
        let secret = TokenSecret::new(*entropy::seed());
        let scopes: Vec<token::Scope> = scopes.iter().map(|name| scope(name)).collect::<Result<_, _>>()?;
        let account = self.account(login)?.id;
        let command = token::Command::Mint {
            secret: secret.clone(),
            scopes,
            until_ms: now_ms() + u64::from(days) * DAY_MS,
            label: Text::from(label),
        };
        self.desk.perform(Command::Token(command), &self.acting_for(account, actor))?;
        let recognized = self.desk.look(|house| house.recognize(&secret, now_ms()))?;
        let house::Via::Token(id) = recognized.via else { return Err(AppError::NotFound("token")) };
        Ok(NewToken { id: id.to_string(), token: secret.text().to_string() })
    }

    /// Ends a token.
    pub(crate) fn revoke_token(&self, id: &str, actor: &Actor) -> Result<(), AppError> {
        let id: TokenId = id.parse().map_err(|_| AppError::NotFound("token"))?;
        self.desk.perform(Command::Token(token::Command::Revoke(id)), actor)?;
        Ok(())
    }

    /// Vouches for a person. The house notes it when it stands in the feed; asked again before that, it is the same.
    pub(crate) async fn attest(&self, new: &NewAttestation, actor: &Actor) -> Result<Vouched, AppError> {
        self.permit(actor, Permission::Attest)?;
        let joined = self.joined()?;
        if !(1..=ATTESTATION_DAYS_MAX).contains(&new.days) {
            let why = format!("an attestation holds from 1 to {ATTESTATION_DAYS_MAX} days, not {}", new.days);
            return Err(AppError::Invalid { what: "days", why });
        }
        let account = self.enabled_account(&new.login)?;
        let profession = profession(&new.profession)?;
        let specialties: Vec<u32> = new.specialties.iter().map(|text| specialty(text)).collect::<Result<_, _>>()?;
        let clinician = self.clinician_of(account.id, actor)?;
        let attestation = Attestation {
            clinician,
            profession,
            specialties,
            scope: scope_of(profession),
            until_ms: end_of_today_ms() + u64::from(new.days) * DAY_MS,
            pseudonym_in: None,
        };
        if !self.waits_to_be_sent(&attestation) {
            self.enqueue(Payload::Profile(Profile { clinician, name: account.name.clone() }), actor)?;
            self.enqueue(Payload::Attestation(attestation), actor)?;
        }
        Ok(Vouched { clinician: clinician.to_string(), waits_for: waits_for(&joined).await? })
    }

    /// Vouches no longer for a person, with whatever attestation. In the house that holds at once, also where the network
    /// hears of it later. Returns why the network does not hear of it yet.
    pub(crate) async fn revoke(&self, login: &str, reason: &str, actor: &Actor) -> Result<Option<String>, AppError> {
        let joined = self.joined()?;
        let account = self.account(login)?;
        let reason = revocation_reason(reason)?;
        let clinician = self.desk.look(|house| house.custody().clinician_of(account.id));
        let standing = clinician.map(|clinician| joined.shared().standing_attestations(&clinician)).unwrap_or_default();
        if standing.is_empty() {
            return Err(AppError::NotFound("attestation"));
        }
        for attestation in standing {
            self.enqueue(Payload::Revocation(Revocation { attestation, reason, since: None }), actor)?;
        }
        self.desk
            .perform(account::Command::NoteAttestation { account: account.id, attestation: None }, &Actor::System)?;
        waits_for(&joined).await
    }

    /// An account by its login name.
    pub(crate) fn account(&self, login: &str) -> Result<Account, AppError> {
        let login = Login::parse(login)?;
        let found = self.desk.look(|house| house.accounts().by_login(&login).cloned());
        found.ok_or(AppError::NotFound("account"))
    }

    /// Whether the house vouches for an account's person now.
    pub(crate) fn is_attested(&self, account: AccountId) -> bool {
        let now_ms = now_ms();
        let attested =
            self.desk.look(|house| house.accounts().get(account).and_then(|account| account.attestation.clone()));
        attested.is_some_and(|attested| attested.until_ms > now_ms)
    }

    /// An actor as the house vouches for them by now.
    pub(crate) fn as_of_now(&self, actor: &Actor) -> Actor {
        match actor {
            Actor::Account(acting) => {
                Actor::Account(house::Acting { is_attested: self.is_attested(acting.account), ..*acting })
            }
            other => *other,
        }
    }

    /// The actor that a command line speaks as, when it speaks for an account.
    pub(crate) fn acting_for(&self, account: AccountId, actor: &Actor) -> Actor {
        match actor {
            Actor::System => Actor::Account(house::Acting {
                account,
                via: house::Via::Owner,
                is_attested: self.is_attested(account),
            }),
            other => *other,
        }
    }

    fn clinician_of(&self, account: AccountId, actor: &Actor) -> Result<ClinicianId, AppError> {
        if let Some(clinician) = self.desk.look(|house| house.custody().clinician_of(account)) {
            return Ok(clinician);
        }
        self.desk.perform(Command::Custody(HoldKey { account, is_replacement: false }), actor)?;
        self.desk.look(|house| house.custody().clinician_of(account)).ok_or(AppError::NotFound("signing key"))
    }

    fn enqueue(&self, payload: Payload, actor: &Actor) -> Result<(), AppError> {
        let command = outbox::Command::Enqueue { payload: Box::new(payload), author: None };
        self.desk.perform(Command::Outbox(command), actor)?;
        Ok(())
    }

    /// Whether the outbox holds an attestation that says as much of the same person.
    fn waits_to_be_sent(&self, wanted: &Attestation) -> bool {
        let is_same = |payload: Payload| match payload {
            Payload::Attestation(waiting) => Attestation { until_ms: wanted.until_ms, ..waiting } == *wanted,
            _ => false,
        };
        self.desk.look(|house| house.outbox().iter().filter_map(|unsent| unsent.payload().ok()).any(is_same))
    }
}

/// Sends what is signed; if that waits, why.
async fn waits_for(joined: &Joined) -> Result<Option<String>, AppError> {
    Ok(match joined.send().await? {
        Sent::All => None,
        Sent::Waiting(refusal) => Some(refusal.to_string()),
    })
}

/// The last second of this day, in UTC.
fn end_of_today_ms() -> u64 {
    (now_ms() / DAY_MS + 1) * DAY_MS - 1_000
}

fn one_time(login: &Login, secret: &OneTimeSecret) -> OneTimeSignIn {
    let secret = secret.text().to_string();
    OneTimeSignIn { login: login.as_str().to_owned(), path: format!("/first/{}/{secret}", login.as_str()), secret }
}

fn view(account: &Account) -> AccountView {
    let now_ms = now_ms();
    let attested = account.attestation.as_ref().filter(|attested| attested.until_ms > now_ms);
    AccountView {
        id: account.id.to_string(),
        login: account.login.as_str().to_owned(),
        name: account.name.0.clone(),
        kind: if account.kind == house::AccountKind::Viewer { "viewer" } else { "staff" },
        roles: account.roles.iter().map(role_name).collect(),
        is_disabled: account.is_disabled,
        profession: attested.map(|attested| profession_name(attested.profession)),
        attested_until_ms: attested.map(|attested| attested.until_ms),
    }
}

macro_rules! names {
    ($to_name:ident, $from_name:ident, $type:ty, $what:literal, $fallback:literal: $($name:literal => $value:path,)*) => {
        /// The name under which it is written in requests.
        pub(crate) fn $to_name(value: $type) -> &'static str {
            match value {
                $($value => $name,)*
                _ => $fallback,
            }
        }

        /// What a name means.
        pub(crate) fn $from_name(name: &str) -> Result<$type, AppError> {
            match name {
                $($name => Ok($value),)*
                _ => Err(AppError::Invalid { what: $what, why: format!("there is no {name:?}; there are: {}", [$($name),*].join(", ")) }),
            }
        }
    };
}

names! { role_name, role, Role, "role", "other":
    "administrator" => Role::Administrator,
    "moderator" => Role::Moderator,
    "attester" => Role::Attester,
    "data-protection-officer" => Role::DataProtectionOfficer,
    "data-steward" => Role::DataSteward,
    "auditor" => Role::Auditor,
}

names! { profession_name, profession, Profession, "profession", "other":
    "physician" => Profession::Physician,
    "resident" => Profession::Resident,
    "nurse" => Profession::Nurse,
    "midwife" => Profession::Midwife,
    "paramedic" => Profession::Paramedic,
    "radiographer" => Profession::Radiographer,
    "laboratory-technician" => Profession::LaboratoryTechnician,
    "pharmacist" => Profession::Pharmacist,
    "dentist" => Profession::Dentist,
    "physiotherapist" => Profession::Physiotherapist,
    "psychologist" => Profession::Psychologist,
    "dietitian" => Profession::Dietitian,
    "physician-assistant" => Profession::PhysicianAssistant,
    "medical-student" => Profession::MedicalStudent,
    "nursing-student" => Profession::NursingStudent,
    "researcher" => Profession::Researcher,
}

/// What an attestation lets somebody of a profession do. Who still learns calls no specialist and answers for none.
const fn scope_of(profession: Profession) -> Scope {
    match profession {
        Profession::MedicalStudent | Profession::NursingStudent | Profession::Other(_) => {
            Scope { consults: false, ..Scope::FULL }
        }
        Profession::Physician
        | Profession::Resident
        | Profession::Nurse
        | Profession::Midwife
        | Profession::Paramedic
        | Profession::Radiographer
        | Profession::LaboratoryTechnician
        | Profession::Pharmacist
        | Profession::Dentist
        | Profession::Physiotherapist
        | Profession::Psychologist
        | Profession::Dietitian
        | Profession::PhysicianAssistant
        | Profession::Researcher => Scope::FULL,
    }
}

/// A reason of revocation by its name.
fn revocation_reason(name: &str) -> Result<RevocationReason, AppError> {
    Ok(match name {
        "left-institution" => RevocationReason::LeftInstitution,
        "role-changed" => RevocationReason::RoleChanged,
        "key-lost" => RevocationReason::KeyLost,
        "key-stolen" => RevocationReason::KeyStolen,
        "misuse" => RevocationReason::Misuse,
        _ => {
            return Err(AppError::invalid(
                "reason",
                "it is left-institution, role-changed, key-lost, key-stolen or misuse",
            ));
        }
    })
}

/// Digits of a MeSH descriptor number: six of the older ones, nine of the newer.
const DESCRIPTOR_DIGITS_MAX: usize = 9;

/// A MeSH descriptor, `D003880` or `3880`.
pub(crate) fn specialty(text: &str) -> Result<u32, AppError> {
    let digits = text.strip_prefix(['D', 'd']).unwrap_or(text);
    let is_of_the_form = digits.len() <= DESCRIPTOR_DIGITS_MAX && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_of_the_form);
    number.ok_or_else(|| AppError::Invalid {
        what: "specialty",
        why: format!("{text:?} is no MeSH descriptor such as D003880"),
    })
}

/// A MeSH descriptor as it is written.
pub(crate) fn specialty_name(descriptor: u32) -> String {
    format!("D{descriptor:06}")
}

fn scope(name: &str) -> Result<token::Scope, AppError> {
    token::Scope::from_name(name).ok_or_else(|| AppError::Invalid {
        what: "scope",
        why: format!("there is no {name:?}; there are: cases:read, cases:write, admin, dicom, audit:read, export"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specialty_has_the_form_of_a_descriptor_number() {
        for (text, number) in [("D003880", 3_880), ("d003880", 3_880), ("3880", 3_880), ("D000086382", 86_382)] {
            assert_eq!(specialty(text).unwrap(), number, "{text}");
        }
        for text in ["", "D", "+3880", "D4294967295", "X1", "DD3880", "D-1", "D0000000000001"] {
            assert!(specialty(text).is_err(), "{text}");
        }
    }

    #[test]
    fn who_still_learns_does_not_page_specialists_and_everybody_else_does() {
        for profession in Profession::ALL.iter().copied() {
            let name = profession_name(profession);
            assert_eq!(scope_of(profession).consults, !name.ends_with("student"), "{name}");
            assert_eq!(Scope { consults: true, ..scope_of(profession) }, Scope::FULL, "{name}");
        }
    }
}
