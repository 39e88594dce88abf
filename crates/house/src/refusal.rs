//! What the house answers when it does not do what it was told. Each text names the thing and its limit; none tells a
//! stranger more than that they are a stranger.

use protocol::codec::Malformed;

use crate::permission::Permission;

/// A command that is not carried out; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No session, or one that has ended.
    #[error("session has ended; sign in again")]
    SignedOut,
    /// The same for an unknown login, a wrong password and a disabled account.
    #[error("login name or password is wrong")]
    SignIn,
    /// The same for a wrong, used, replaced and expired one.
    #[error("one-time secret is wrong, used or expired")]
    OneTimeSecret,
    /// The same for a wrong, revoked and expired one.
    #[error("API token is wrong, revoked or expired")]
    ApiToken,
    /// The rate limit of sign-in.
    #[error("too many attempts to sign in; the next is possible in {wait_s} s")]
    TooManyAttempts {
        /// Seconds to wait.
        wait_s: u64,
    },
    /// The act asks for a password given a short time ago.
    #[error("password must have been given within the last {limit_s} s; give it again")]
    StepUp {
        /// The window in seconds.
        limit_s: u64,
    },
    /// The account may not do that.
    #[error("may not {permission}: that needs {needs}")]
    NotAllowed {
        /// What was asked for.
        permission: Permission,
        /// Who may.
        needs: &'static str,
    },
    /// The token may not do that, though its owner might.
    #[error("API token has no scope to {0}")]
    OutOfScope(Permission),
    /// There is none, or it is somebody else's.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The state of things does not allow it.
    #[error("{0}")]
    Conflict(&'static str),
    /// Somebody else has that login name.
    #[error("login name is taken")]
    LoginTaken,
    /// Only those who work here get accounts.
    #[error("this house does not let people sign themselves up")]
    SignUpClosed,
    /// All the numbers that the house puts behind a name are given away.
    #[error("too many people have signed up with this name; begin it otherwise")]
    NameTooCommon,
    /// Whoever watches the others does nothing besides.
    #[error("auditor holds no other role")]
    AuditorAlone,
    /// A viewer gets no role and no attestation.
    #[error("viewer is no member of the house")]
    NotOfTheHouse,
    /// Who hands out the secret of an account could use it.
    #[error(
        "administrators and attesters are made by another administrator than the one who let them in, or on the machine itself"
    )]
    GuardedRole,
    /// Nobody raises themselves.
    #[error("own roles are set by another administrator")]
    OwnRoles,
    /// Without one nobody could let anybody in.
    #[error("this is the last administrator")]
    LastAdministrator,
    /// Too many, too long or too large.
    #[error("{what} has {found} {unit}; the limit is {limit}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How many.
        found: usize,
        /// Of what.
        unit: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Too short.
    #[error("{what} has {found} characters; the least is {least}")]
    TooShort {
        /// What.
        what: &'static str,
        /// How many.
        found: usize,
        /// The least.
        least: usize,
    },
    /// Text with characters that have no place in it.
    #[error("{what} may hold {allowed}")]
    Characters {
        /// What.
        what: &'static str,
        /// What it may hold.
        allowed: &'static str,
    },
    /// A number of the configuration that cannot be used.
    #[error("password cost is out of the range of Argon2id")]
    Cost,
    /// A payload that no node would accept.
    #[error("this cannot be published")]
    Unpublishable(#[from] Malformed),
}

/// Who can do something about a refusal, so that a page or an API chooses its answer without reading the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Sign in, again or at all.
    SignIn,
    /// Give the password once more.
    StepUp,
    /// Wait.
    Wait,
    /// Somebody else must do it.
    AskAnother,
    /// There is nothing here.
    Nothing,
    /// Look at the present state and decide anew.
    LookAgain,
    /// Change what was written.
    Rewrite,
}

impl Refusal {
    /// What helps.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::SignedOut | Self::SignIn | Self::OneTimeSecret | Self::ApiToken => Remedy::SignIn,
            Self::TooManyAttempts { .. } => Remedy::Wait,
            Self::StepUp { .. } => Remedy::StepUp,
            Self::NotAllowed { .. } | Self::OutOfScope(_) | Self::Cost => Remedy::AskAnother,
            Self::NotFound(_) => Remedy::Nothing,
            Self::Conflict(_)
            | Self::LoginTaken
            | Self::SignUpClosed
            | Self::NameTooCommon
            | Self::AuditorAlone
            | Self::NotOfTheHouse
            | Self::GuardedRole
            | Self::OwnRoles
            | Self::LastAdministrator => Remedy::LookAgain,
            Self::TooLarge { .. } | Self::TooShort { .. } | Self::Characters { .. } | Self::Unpublishable(_) => {
                Remedy::Rewrite
            }
        }
    }
}

/// Refuses a number beyond its limit.
pub(crate) fn at_most(what: &'static str, found: usize, unit: &'static str, limit: usize) -> Result<(), Refusal> {
    if found > limit {
        return Err(Refusal::TooLarge { what, found, unit, limit });
    }
    Ok(())
}
