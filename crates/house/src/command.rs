//! What the house can be told.

use crate::{account, audit::Action, custody, draft, house_case, list, outbox, session, speech, token};

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($command:ty),)*) => {
        /// A command, by the noun it is about.
        #[derive(Debug)]
        pub enum Command {
            $($(#[$doc])* $name($command),)*
        }

        $(impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$name(command)
            }
        })*
    };
}

commands! {
    /// Accounts.
    Account(account::Command),
    /// Sessions.
    Session(session::Command),
    /// API tokens.
    Token(token::Command),
    /// Keys in custody.
    Custody(custody::HoldKey),
    /// Drafts.
    Draft(draft::Command),
    /// What people say.
    Speech(speech::Command),
    /// The outbox.
    Outbox(outbox::Command),
    /// Withdrawing what is for the own house.
    HouseCase(house_case::Withdraw),
    /// Private lists.
    List(list::Command),
}

impl Command {
    /// Under which name the audit chain records it; absent: it does not.
    pub fn action(&self) -> Option<Action> {
        match self {
            Self::Account(command) => command.action(),
            Self::Session(command) => command.action(),
            Self::Token(command) => Some(command.action()),
            Self::Custody(command) => Some(command.action()),
            Self::Draft(command) => command.action(),
            Self::Speech(command) => Some(command.action()),
            Self::Outbox(command) => command.action(),
            Self::HouseCase(command) => Some(command.action()),
            Self::List(_) => None,
        }
    }
}
