//! Every limit of the house, in one place.

/// Accounts of people who work here.
pub const STAFF_MAX: usize = 100_000;
/// Accounts of people who signed themselves up; however many try, those who work here are still invited.
pub const VIEWERS_MAX: usize = 20_000;
/// Characters of a login name, at least.
pub const LOGIN_CHARS_MIN: usize = 3;
/// Characters of a login name.
pub const LOGIN_CHARS_MAX: usize = 64;
/// Characters of a password, at least.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Characters of a password.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Sessions of one account; the oldest ends when one more is opened.
pub const SESSIONS_MAX: usize = 16;
/// Characters of the label that tells a session's browser.
pub const AGENT_CHARS_MAX: usize = 80;
/// API tokens of one account.
pub const TOKENS_MAX: usize = 32;
/// Days that an API token is good for.
pub const TOKEN_DAYS_MAX: u64 = 366;
/// Drafts of one account.
pub const DRAFTS_MAX: usize = 200;
/// Words of one draft that stay although they were marked.
pub const KEPT_WORDS_MAX: usize = 200;
/// Cases that one account saves for later.
pub const SAVED_MAX: usize = 5_000;
/// Specialties and institutions that one account follows.
pub const FOLLOWED_MAX: usize = 500;
/// Payloads in the outbox.
pub const OUTBOX_MAX: usize = 100_000;
/// Milliseconds for which a token that a step-up replaced still opens its session after the new one was shown.
pub const REPLACED_TOKEN_MS: u64 = 30_000;
/// Replaced tokens that a session remembers.
pub const REPLACED_TOKENS_MAX: usize = 4;
/// Login names and clients that the rate limit of sign-in remembers, and as many from which somebody signed in.
pub const ATTEMPT_KEYS_MAX: usize = 10_000;
/// Objects that an audit line names.
pub const AUDIT_OBJECTS_MAX: usize = 4;
/// Lines after which the audit chain is due for a signed checkpoint.
pub const CHECKPOINT_LINES: u64 = 100;
/// Time after which it is due.
pub const CHECKPOINT_MS: u64 = 60 * 60 * 1_000;
