//! Login names and shown names.
//!
//! A login name is folded to lower case and holds few ASCII characters, which have one Unicode normal form and no look-alikes
//! (Unicode TR 39). Names that people see may hold any letter; there control and direction characters are refused.

use std::fmt;

use protocol::{codec::Text, limits::NAME_CHARS_MAX};

use crate::{
    limits::{LOGIN_CHARS_MAX, LOGIN_CHARS_MIN},
    refusal::{Refusal, at_most},
    shown::{check_line, is_seen},
};

/// A login name in its one form; it prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login(String);

impl Login {
    /// Folds what a person typed.
    ///
    /// # Errors
    /// [`Refusal`] names the limit or the characters that a login name may hold.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let login = typed.trim().to_ascii_lowercase();
        let chars = login.chars().count();
        at_most("login name", chars, "characters", LOGIN_CHARS_MAX)?;
        if chars < LOGIN_CHARS_MIN {
            return Err(Refusal::TooShort { what: "login name", found: chars, least: LOGIN_CHARS_MIN });
        }
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if !login.starts_with(is_plain) || !login.chars().all(|c| is_plain(c) || ".-_@+".contains(c)) {
            let allowed = "a-z, 0-9 and .-_@+, and begins with a letter or digit";
            return Err(Refusal::Characters { what: "login name", allowed });
        }
        Ok(Self(login))
    }

    /// The name with four digits behind it.
    ///
    /// # Errors
    /// [`Refusal`] if it becomes too long.
    pub(crate) fn numbered(&self, number: u16) -> Result<Self, Refusal> {
        Self::parse(&format!("{}-{:04}", self.0, number % 10_000))
    }

    /// The folded name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Checks the name that others see.
///
/// # Errors
/// [`Refusal`] if it is empty, too long, or holds control or direction characters.
pub(crate) fn check_shown_name(name: &Text) -> Result<(), Refusal> {
    check_line("name", name, NAME_CHARS_MAX)?;
    if !is_seen(name.as_str()) {
        return Err(Refusal::TooShort { what: "name", found: 0, least: 1 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_has_one_form() {
        assert_eq!(Login::parse("  Ada.Byron@Ward-3 ").unwrap().as_str(), "ada.byron@ward-3");
        assert_eq!(Login::parse("ADA"), Login::parse("ada"));
    }

    #[test]
    fn a_login_name_out_of_its_limits_is_refused_with_the_limit() {
        let refusal = |typed: &str| Login::parse(typed).unwrap_err().to_string();
        assert_eq!(refusal("ab"), "login name has 2 characters; the least is 3");
        assert_eq!(refusal(&"a".repeat(65)), "login name has 65 characters; the limit is 64");
        for typed in ["аda", "a b c", ".ada", "ada\0", "ＡＤＡ", "müller"] {
            let text = refusal(typed);
            assert!(text.starts_with("login name may hold a-z, 0-9"), "{typed}: {text}");
        }
    }

    #[test]
    fn a_shown_name_may_hold_any_letter_but_does_not_turn_the_line() {
        assert_eq!(check_shown_name(&Text::from("Dr. Müller-Łukasz 王")), Ok(()));
        assert!(check_shown_name(&Text::from("Ada \u{202E}norya")).is_err());
        assert!(check_shown_name(&Text::from("  ")).is_err());
        assert!(check_shown_name(&Text::from("\u{200B}")).is_err());
        assert!(check_shown_name(&Text::from("a".repeat(121))).is_err());
    }
}
