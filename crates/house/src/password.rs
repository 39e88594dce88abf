//! Passwords: Argon2id hashes as PHC strings, and proof that somebody knew one.
//!
//! Hashing takes tens of milliseconds, so it is not part of a decision: a caller asks the house for a [`Check`], lets it work
//! where work belongs, and hands the [`Proven`] back inside a command. An unknown login gets a check of the same work that
//! cannot succeed. Salts are arguments. Parameters: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use protocol::codec::Text;

use crate::{
    id::AccountId,
    limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
    refusal::{Refusal, at_most},
};

/// The work of one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

impl Cost {
    fn argon2(self) -> Result<Argon2<'static>, Refusal> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| Refusal::Cost)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// A hashed password; it prints as `[redacted]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHash(Text);

impl PasswordHash {
    /// Hashes a new password with a salt that the caller drew for it alone.
    ///
    /// # Errors
    /// [`Refusal`] if it is too short or too long, or the cost is out of range.
    pub fn of(password: &str, salt: &[u8; 16], cost: Cost) -> Result<Self, Refusal> {
        let chars = password.chars().count();
        at_most("password", chars, "characters", PASSWORD_CHARS_MAX)?;
        // Spaces at the ends protect nothing.
        let found = password.trim().chars().count();
        if found < PASSWORD_CHARS_MIN {
            return Err(Refusal::TooShort { what: "password", found, least: PASSWORD_CHARS_MIN });
        }
        let hash = cost.argon2()?.hash_password_with_salt(password.as_bytes(), salt).map_err(|_| Refusal::Cost)?;
        Ok(Self(Text(hash.to_string())))
    }

    /// A hash that no password has, of the same work.
    fn of_nobody(cost: Cost) -> Self {
        let Cost { memory_kib, passes, lanes } = cost;
        let (salt, output) = ("A".repeat(22), "A".repeat(43));
        Self(Text(format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}")))
    }

    pub(crate) fn from_phc(phc: Text) -> Self {
        Self(phc)
    }

    pub(crate) fn phc(&self) -> &Text {
        &self.0
    }

    fn is_of(&self, password: &str) -> bool {
        phc::PasswordHash::new(self.0.as_str())
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

/// The question whether a password is right, with all that is needed to answer it elsewhere.
#[derive(Debug)]
pub struct Check {
    whose: Option<(AccountId, u32)>,
    hash: PasswordHash,
}

/// Somebody knew the password of this account, as it was at that version.
#[derive(Debug, PartialEq, Eq)]
pub struct Proven {
    pub(crate) account: AccountId,
    pub(crate) version: u32,
}

impl Check {
    pub(crate) fn of(account: AccountId, version: u32, hash: PasswordHash) -> Self {
        Self { whose: Some((account, version)), hash }
    }

    pub(crate) fn of_nobody(cost: Cost) -> Self {
        Self { whose: None, hash: PasswordHash::of_nobody(cost) }
    }

    /// Works as long for nobody as for somebody.
    ///
    /// # Errors
    /// [`Refusal::SignIn`], whatever was wrong.
    pub fn verify(self, password: &str) -> Result<Proven, Refusal> {
        let is_right = password.chars().count() <= PASSWORD_CHARS_MAX && self.hash.is_of(password);
        match self.whose {
            Some((account, version)) if is_right => Ok(Proven { account, version }),
            _ => Err(Refusal::SignIn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    #[test]
    fn a_password_is_proven_by_itself_alone() {
        let hash = PasswordHash::of("correct horse battery", &[7; 16], CHEAP).unwrap();
        let check = || Check::of(AccountId([1; 16]), 3, hash.clone());
        assert_eq!(check().verify("correct horse battery"), Ok(Proven { account: AccountId([1; 16]), version: 3 }));
        assert_eq!(check().verify("correct horse batterz"), Err(Refusal::SignIn));
        assert_eq!(check().verify(&"x".repeat(129)), Err(Refusal::SignIn));
    }

    #[test]
    fn nobody_costs_as_much_as_somebody_and_is_refused_in_the_same_words() {
        let somebody = PasswordHash::of("correct horse battery", &[7; 16], Cost::default()).unwrap();
        let nobody = PasswordHash::of_nobody(Cost::default());
        let params = |hash: &PasswordHash| {
            let parsed = phc::PasswordHash::new(hash.0.as_str()).unwrap();
            (Params::try_from(&parsed).unwrap(), parsed.salt.unwrap().len(), parsed.hash.unwrap().len())
        };
        assert_eq!(params(&somebody), params(&nobody));
        assert_eq!(Check::of_nobody(CHEAP).verify("correct horse battery"), Err(Refusal::SignIn));
    }

    #[test]
    fn the_default_is_argon2id_with_19_mib_two_passes_and_one_lane() {
        let hash = PasswordHash::of("correct horse battery", &[7; 16], Cost::default()).unwrap();
        assert!(hash.0.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn a_password_out_of_its_limits_is_refused_with_the_limit() {
        let refusal = |password: &str| PasswordHash::of(password, &[7; 16], CHEAP).unwrap_err().to_string();
        assert_eq!(refusal("short"), "password has 5 characters; the least is 12");
        assert_eq!(refusal(&"x".repeat(129)), "password has 129 characters; the limit is 128");
    }
}
