//! What the casebook is told of an entry: its header, where it came from, and what it says.

use protocol::{
    Class, EntryId, InstitutionId, Kind, Payload, Statement,
    codec::decode,
    payload::{
        content::Profile,
        control::{ErasureReceipt, Withdrawal},
    },
};

/// An entry whose signatures were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The entry.
    pub id: EntryId,
    /// The feed it stands in; for the house journal, the house.
    pub feed: InstitutionId,
    /// The feed's epoch.
    pub epoch: u32,
    /// The place.
    pub seq: u64,
    /// The author's clock in milliseconds since 1970: a claim, shown and never trusted.
    pub time_ms: u64,
    /// When it came to this node. Lists are ordered by the earlier of both, so nobody stands on top by a clock that runs ahead.
    pub received_ms: u64,
    /// Where it came from.
    pub origin: Origin,
    /// What it says.
    pub said: Said,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In the house journal: it never leaves.
    House,
    /// In a feed, for the network.
    Network,
    /// In a feed, sealed for the audience of its case.
    Restricted,
}

/// What an entry says, as far as it concerns cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A person's word about a case, also of a kind that only newer software knows.
    Statement(Kind, Statement),
    /// What a person is called.
    Profile(Profile),
    /// Something is to be forgotten.
    Withdrawals {
        /// The feed for which it is said: the entry's own; where a certificate or a successor speaks, the silent one.
        speaks_for: InstitutionId,
        /// What.
        withdrawals: Vec<Withdrawal>,
    },
    /// What another house, or this one, has erased.
    Receipt(ErasureReceipt),
    /// A header of content whose payload is not here.
    Absent,
}

impl Origin {
    /// Whether it stands in a feed.
    pub const fn is_shared(self) -> bool {
        !matches!(self, Self::House)
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::House => 0,
            Self::Network => 1,
            Self::Restricted => 2,
        }
    }

    /// What is not known is kept closest.
    pub(crate) const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Network,
            2 => Self::Restricted,
            _ => Self::House,
        }
    }
}

impl Said {
    /// What a payload in a feed says about cases; `None` if it concerns others only.
    ///
    /// Content of newer software that has the form of a statement is taken as one, so that it is erased with its case. What
    /// is control is never withdrawn, whoever knows the kind: without it the feed would end for those who come later.
    pub fn of(payload: Payload, feed: InstitutionId) -> Option<Self> {
        match payload {
            Payload::Statement(kind, statement) => Some(Self::Statement(kind, statement)),
            Payload::Unknown(kind, bytes) if kind.class() == Class::Content => {
                Some(decode(&bytes.0).map_or(Self::Absent, |statement| Self::Statement(kind, statement)))
            }
            Payload::Profile(profile) => Some(Self::Profile(profile)),
            Payload::Withdrawal(withdrawal) => {
                Some(Self::Withdrawals { speaks_for: feed, withdrawals: vec![withdrawal] })
            }
            Payload::EpochStart(start) => Some(Self::Withdrawals { speaks_for: feed, withdrawals: start.withdrawals }),
            Payload::ErasureReceipt(receipt) => Some(Self::Receipt(receipt)),
            _ => None,
        }
    }
}
