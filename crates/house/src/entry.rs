//! House entries and how they stand in the house journal: a kind, a clear part, and a sealed part where there is one.
//!
//! The clear part holds ids, numbers, codes and times. All that names a person, all text, every hash of a password and every
//! seed of a key stands in the sealed part, whose key can be destroyed: an entry whose sealed part is gone is skipped, and each
//! entry says which earlier ones it makes worthless ([`HouseEntry::supersedes`]).

use std::fmt;

use protocol::{
    CaseNumber, StatementId,
    codec::{Malformed, Wire, decode, encode},
};
use zeroize::Zeroizing;

use crate::{
    account, audit, custody, draft, house_case,
    id::{AccountId, OutboxId, SessionId, TokenId},
    list, outbox, session, token,
};

/// An entry as the journal keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Which entry.
    pub kind: u8,
    /// What may stand in the clear.
    pub clear: Vec<u8>,
    /// What is sealed under a key of its own.
    pub secret: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = if self.secret.is_some() { "[redacted]" } else { "none" };
        write!(f, "Record(kind {}, {} clear bytes, secret: {secret})", self.kind, self.clear.len())
    }
}

/// What the sealed part of an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The password or one-time secret of an account.
    Credential(AccountId),
    /// The signing key of an account.
    Key(AccountId),
    /// A session's browser.
    Session(SessionId),
    /// A token's label.
    Token(TokenId),
    /// A draft.
    Draft(CaseNumber),
    /// A payload that waits to be sent.
    Outbox(OutboxId),
    /// A case for the own house, with what was said about it.
    HouseCase(CaseNumber),
    /// One statement about such a case.
    HouseStatement(StatementId),
}

macro_rules! entries {
    (
        plain { $($(#[$plain_doc:meta])* $plain_kind:literal => $plain:ident($plain_clear:ty),)* }
        open { $($(#[$open_doc:meta])* $open_kind:literal => $open:ident($open_clear:ty),)* }
        sealed { $($(#[$doc:meta])* $kind:literal => $name:ident($clear:ty, $secret:ty),)* }
    ) => {
        /// One thing that happened in the house.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum HouseEntry {
            $($(#[$plain_doc])* $plain($plain_clear),)*
            $($(#[$open_doc])* $open($open_clear),)*
            $($(#[$doc])* $name($clear, $secret),)*
        }

        impl HouseEntry {
            /// The entry as the journal keeps it.
            pub fn encode(&self) -> Record {
                match self {
                    $(Self::$plain(clear) => Record { kind: $plain_kind, clear: clear.to_bytes(), secret: None },)*
                    $(Self::$open(clear) => Record { kind: $open_kind, clear: encode(clear), secret: None },)*
                    $(Self::$name(clear, secret) => {
                        Record { kind: $kind, clear: encode(clear), secret: Some(Zeroizing::new(encode(secret))) }
                    })*
                }
            }

            /// Reads an entry; `None` if its sealed part was destroyed.
            ///
            /// # Errors
            /// [`Malformed`] if it is not what the kind says, or of a kind that this version does not know.
            pub fn decode(kind: u8, clear: &[u8], secret: Option<&[u8]>) -> Result<Option<Self>, Malformed> {
                Ok(match kind {
                    $($plain_kind => Some(Self::$plain(<$plain_clear>::from_bytes(clear)?)),)*
                    $($open_kind => Some(Self::$open(decode(clear)?)),)*
                    $($kind => match sealed_part(secret)? {
                        Some(secret) => Some(Self::$name(decode(clear)?, secret)),
                        None => None,
                    },)*
                    _ => return Err(Malformed::Form { at: 0, what: "a kind of house entry that this version does not know" }),
                })
            }
        }
    };
}

fn sealed_part<T: Wire>(secret: Option<&[u8]>) -> Result<Option<T>, Malformed> {
    secret.map(decode).transpose()
}

entries! {
    plain {
        /// An act is recorded. The clear part is the line itself, as [`audit::verify`] takes it.
        70 => Audited(audit::Line),
    }
    open {
        /// An account has other roles.
        2 => RolesSet(account::RolesSet),
        /// An account is disabled or enabled.
        3 => StateSet(account::StateSet),
        /// An attestation of an account's person stands in the feed, or no longer.
        4 => AttestationNoted(account::AttestationNoted),
        /// A case is saved for later, or no longer.
        60 => Saved(list::Saved),
        /// A specialty or institution is followed, or no longer.
        61 => Followed(list::Followed),
        /// The audit chain is signed so far.
        71 => Sealed(audit::SignedCheckpoint),
        /// A session has ended.
        11 => SessionEnded(session::Ended),
        /// A token is good no more.
        21 => TokenRevoked(token::Revoked),
        /// A draft is gone.
        41 => DraftDiscarded(draft::Discarded),
        /// A draft has become a case.
        42 => DraftPublished(draft::Published),
        /// A payload stands in the feed.
        51 => Sent(outbox::Sent),
        /// A payload was taken back before it was sent.
        52 => Cancelled(outbox::Cancelled),
        /// A case of the house is withdrawn, or one statement.
        46 => HouseWithdrawn(house_case::Withdrawn),
    }
    sealed {
        /// There is an account.
        1 => AccountOpened(account::Opened, account::Person),
        /// An account's person is called otherwise.
        5 => Renamed(account::Renamed, account::ShownName),
        /// An account is opened by another password or one-time secret.
        6 => CredentialSet(account::CredentialSet, account::Credential),
        /// A session is open.
        10 => SessionOpened(session::Opened, session::Agent),
        /// A token is good.
        20 => TokenMinted(token::Minted, token::Label),
        /// A signing key is in custody.
        30 => KeyHeld(custody::KeyHeld, custody::KeySeed),
        /// A draft reads as it does.
        40 => DraftSaved(draft::Saved, draft::Content),
        /// Somebody said something about a case of the house.
        45 => HouseStated(house_case::Stated, house_case::Said),
        /// A payload waits to be sent.
        50 => Queued(outbox::Queued, outbox::Waiting),
    }
}

impl HouseEntry {
    /// What its sealed part is about.
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            Self::CredentialSet(set, _) => vec![Subject::Credential(set.account)],
            Self::KeyHeld(held, _) => vec![Subject::Key(held.account)],
            Self::SessionOpened(opened, _) => vec![Subject::Session(opened.session)],
            Self::TokenMinted(minted, _) => vec![Subject::Token(minted.token)],
            Self::DraftSaved(saved, _) => vec![Subject::Draft(saved.number)],
            Self::Queued(queued, _) => vec![Subject::Outbox(queued.id)],
            Self::HouseStated(stated, _) => {
                vec![Subject::HouseCase(stated.case), Subject::HouseStatement(stated.statement)]
            }
            _ => vec![],
        }
    }

    /// The subject of which no earlier entry is needed: the keys of their sealed parts may, and should, be destroyed.
    pub fn supersedes(&self) -> Option<Subject> {
        match self {
            Self::CredentialSet(set, _) => Some(Subject::Credential(set.account)),
            Self::KeyHeld(held, _) => Some(Subject::Key(held.account)),
            Self::SessionEnded(ended) => Some(Subject::Session(ended.session)),
            Self::TokenRevoked(revoked) => Some(Subject::Token(revoked.token)),
            Self::DraftSaved(saved, _) => Some(Subject::Draft(saved.number)),
            Self::DraftDiscarded(discarded) => Some(Subject::Draft(discarded.number)),
            Self::DraftPublished(published) => Some(Subject::Draft(published.number)),
            Self::Sent(sent) => Some(Subject::Outbox(sent.id)),
            Self::Cancelled(cancelled) => Some(Subject::Outbox(cancelled.id)),
            Self::HouseWithdrawn(house_case::Withdrawn { statement: Some(statement), .. }) => {
                Some(Subject::HouseStatement(*statement))
            }
            Self::HouseWithdrawn(withdrawn) => Some(Subject::HouseCase(withdrawn.case)),
            _ => None,
        }
    }
}
