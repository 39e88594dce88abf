//! The numbers that an operator may change, with safe defaults.

use crate::password::Cost;

/// The house's section of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A session that is not used for so long ends (ASVS 5.0, 7.3.1).
    pub session_idle_ms: u64,
    /// A session that was opened so long ago ends, used or not (ASVS 5.0, 7.3.2).
    pub session_absolute_ms: u64,
    /// Publishing, withdrawing and key use ask for a password given within this time (ASVS 5.0, 7.5.3).
    pub step_up_ms: u64,
    /// A one-time secret can be used for so long.
    pub one_time_secret_ms: u64,
    /// Whether people may sign themselves up to read public cases.
    pub is_sign_up_open: bool,
    /// The work of one password hash.
    pub password_cost: Cost,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_idle_ms: 15 * 60 * 1_000,
            session_absolute_ms: 10 * 60 * 60 * 1_000,
            step_up_ms: 5 * 60 * 1_000,
            one_time_secret_ms: 72 * 60 * 60 * 1_000,
            is_sign_up_open: true,
            password_cost: Cost::default(),
        }
    }
}
