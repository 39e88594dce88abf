//! What never leaves the hospital: accounts, sessions, tokens, keys in custody, drafts, the outbox, cases for the own house,
//! private lists, and the audit chain.
//!
//! The question this crate answers: *who works here, what may they do, what are they writing, and what was done?* It folds
//! house entries, which are no entries of a feed: no type of the wire can name them. [`House::decide`] turns a command into
//! entries or a [`Refusal`]; a driver journals them and hands each to [`House::apply`]; replaying the journal gives the same
//! house. No IO, no clock, no randomness: the time and a [`Seed`] are arguments, and so are salts and tokens.
//!
//! What is absent on purpose: whether a person is attested, which the feed decides and the caller says; what cases say, which
//! `casebook` folds; and single sign-on, which ends in the same sessions.

pub mod account;
pub mod attempt;
pub mod audit;
mod command;
pub mod custody;
mod decision;
pub mod draft;
mod entry;
mod house;
pub mod house_case;
mod id;
pub mod limits;
pub mod list;
mod login;
pub mod outbox;
pub mod password;
pub mod permission;
mod refusal;
mod secret;
pub mod session;
mod settings;
mod shown;
pub mod speech;
pub mod token;

pub use command::Command;
pub use decision::{Acting, Actor, Via};
pub use entry::{HouseEntry, Record, Subject};
pub use house::{House, Recognized};
pub use id::{AccountId, NotAnId, OutboxId, Seed, SessionId, TokenId};
pub use login::Login;
pub use permission::{AccountKind, Permission, Role, Roles, allows};
pub use refusal::{Refusal, Remedy};
pub use secret::{OneTimeSecret, Secret32, SessionToken, TokenSecret};
pub use settings::Settings;
pub use shown::{is_seen, steers};

#[cfg(test)]
mod tests;
