//! What entries say. One file for each group of kinds; this one gathers them.

pub mod content;
pub mod control;
pub mod manifest;
pub mod pairs;
pub(crate) mod sealed;

use crate::{
    codec::{Bytes, Malformed, Text, decode, encode},
    kind::{Class, Kind},
    statement::Statement,
};
use content::Profile;
use control::{
    Attestation, EndOfFeed, EpochStart, ErasureReceipt, Genesis, KeyRotation, NodeKeys, Revocation, Withdrawal, Witness,
};

/// The payload of an entry, decoded by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The first entry of a feed.
    Genesis(Genesis),
    /// Names a new signing key, a new root key, or both.
    KeyRotation(KeyRotation),
    /// Goes on after a fork.
    EpochStart(EpochStart),
    /// The last entry of a feed.
    EndOfFeed(EndOfFeed),
    /// The transport keys of the institution.
    NodeKeys(NodeKeys),
    /// The institution vouches for a person.
    Attestation(Attestation),
    /// The institution vouches no longer.
    Revocation(Revocation),
    /// What a person is called; it can be erased.
    Profile(Profile),
    /// A case, entry or person's word is to be forgotten.
    Withdrawal(Withdrawal),
    /// Withdrawals done since the last receipt.
    ErasureReceipt(ErasureReceipt),
    /// Heads of other feeds, as this institution holds them.
    Witness(Witness),
    /// What a person says about a case. Kinds: case, revision, outcome, comment, comment revision, star.
    Statement(Kind, Statement),
    /// A kind of newer software; kept, not understood.
    Unknown(Kind, Bytes),
}

impl Payload {
    /// The kind that stands in the header, or inside the padding where the audience is restricted.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Genesis(_) => Kind::Genesis,
            Self::KeyRotation(_) => Kind::KeyRotation,
            Self::EpochStart(_) => Kind::EpochStart,
            Self::EndOfFeed(_) => Kind::EndOfFeed,
            Self::NodeKeys(_) => Kind::NodeKeys,
            Self::Attestation(_) => Kind::Attestation,
            Self::Revocation(_) => Kind::Revocation,
            Self::Profile(_) => Kind::Profile,
            Self::Withdrawal(_) => Kind::Withdrawal,
            Self::ErasureReceipt(_) => Kind::ErasureReceipt,
            Self::Witness(_) => Kind::Witness,
            Self::Statement(kind, _) | Self::Unknown(kind, _) => *kind,
        }
    }

    /// The bytes that are salted and hashed.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Genesis(payload) => encode(payload),
            Self::KeyRotation(payload) => encode(payload),
            Self::EpochStart(payload) => encode(payload),
            Self::EndOfFeed(payload) => encode(payload),
            Self::NodeKeys(payload) => encode(payload),
            Self::Attestation(payload) => encode(payload),
            Self::Revocation(payload) => encode(payload),
            Self::Profile(payload) => encode(payload),
            Self::Withdrawal(payload) => encode(payload),
            Self::ErasureReceipt(payload) => encode(payload),
            Self::Witness(payload) => encode(payload),
            Self::Statement(_, payload) => encode(payload),
            Self::Unknown(_, bytes) => bytes.0.clone(),
        }
    }

    /// Reads a payload of a kind.
    ///
    /// # Errors
    /// [`Malformed`] if the bytes are not of that kind or out of its limits.
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, Malformed> {
        let payload = match kind {
            Kind::Genesis => Self::Genesis(decode(bytes)?),
            Kind::KeyRotation => Self::KeyRotation(decode(bytes)?),
            Kind::EpochStart => Self::EpochStart(decode(bytes)?),
            Kind::EndOfFeed => Self::EndOfFeed(decode(bytes)?),
            Kind::NodeKeys => Self::NodeKeys(decode(bytes)?),
            Kind::Attestation => Self::Attestation(decode(bytes)?),
            Kind::Revocation => Self::Revocation(decode(bytes)?),
            Kind::Profile => Self::Profile(decode(bytes)?),
            Kind::Withdrawal => Self::Withdrawal(decode(bytes)?),
            Kind::ErasureReceipt => Self::ErasureReceipt(decode(bytes)?),
            Kind::Witness => Self::Witness(decode(bytes)?),
            Kind::Case | Kind::CaseRevision | Kind::Outcome | Kind::Comment | Kind::CommentRevision | Kind::Star => {
                Self::Statement(kind, decode(bytes)?)
            }
            Kind::Sealed | Kind::Other(_) => Self::Unknown(kind, Bytes(bytes.to_vec())),
        };
        payload.check()?;
        Ok(payload)
    }

    /// Limits that the shape alone does not give.
    fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Genesis(payload) => payload.check(),
            Self::KeyRotation(payload) => payload.check(),
            Self::EpochStart(payload) => payload.check(),
            Self::NodeKeys(payload) => payload.check(),
            Self::Attestation(payload) => payload.check(),
            Self::Profile(payload) => payload.check(),
            Self::Withdrawal(payload) => payload.check(),
            Self::Statement(kind, statement) => content::check(*kind, statement),
            _ => Ok(()),
        }
    }

    /// Whether the payload is control, which counts only in an entry for the whole network.
    pub const fn class(&self) -> Class {
        self.kind().class()
    }
}

/// Refuses what has more of something than its limit.
pub(crate) fn at_most(what: &'static str, found: usize, unit: &'static str, limit: usize) -> Result<(), Malformed> {
    if found > limit {
        return Err(Malformed::TooLarge { what, found, unit, limit });
    }
    Ok(())
}

/// Refuses a text that has more characters than its limit.
pub(crate) fn chars_at_most(what: &'static str, text: &Text, limit: usize) -> Result<(), Malformed> {
    at_most(what, text.0.chars().count(), "characters", limit)
}
