//! The audit chain: who did what, when, to what, and how it ended.
//!
//! A line names accounts, sessions and objects by 16-byte ids and everything else by codes: no text, so nothing about a patient.
//! Each line holds the hash of the line before it and of itself, so an edit, a removal or another order shows; what is cut off
//! at the end shows against a signed [`Checkpoint`] that somebody else keeps. Reading lines is not audited here: whoever
//! shows them notes [`Action::ReadAudit`].

mod chain;
mod checkpoint;
mod line;
mod verify;

pub use chain::Chain;
pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use line::{Line, ObjectId};
pub use verify::{Broken, Fault, Summary, verify};

use protocol::codes;

use crate::{
    id::{AccountId, SessionId},
    refusal::{Refusal, Remedy},
};

codes! {
    /// What was done, or tried.
    pub enum Action {
        1 => SignIn,
        2 => SignOut,
        3 => StepUp,
        4 => EndSession,
        5 => SignUp,
        10 => ViewCase,
        11 => ViewPicture,
        12 => Search,
        /// A peer's reader was given a picture of this house.
        13 => PullAtSource,
        /// A reader of this house was given a picture of a peer.
        14 => PullAtRecipient,
        15 => Export,
        /// A page of a list of cases was shown, with their previews; one line for the page.
        16 => ViewCases,
        /// The list of what somebody saved was shown.
        17 => ViewSaved,
        /// The accounts of this house were shown.
        18 => ViewPeople,
        /// A picture was shown to its owner as it came in, with nothing covered.
        19 => ViewOriginal,
        20 => Publish,
        21 => Revise,
        22 => Say,
        23 => Withdraw,
        24 => CancelUnsent,
        25 => DiscardDraft,
        30 => Attest,
        31 => Revoke,
        32 => HoldKey,
        40 => InviteAccount,
        41 => RenameAccount,
        42 => SetRoles,
        43 => DisableAccount,
        44 => EnableAccount,
        45 => ResetPassword,
        46 => ChangePassword,
        47 => RedeemOneTimeSecret,
        50 => MintToken,
        51 => RevokeToken,
        62 => ManageMembership,
        63 => CheckStore,
        64 => VouchForStore,
        70 => ReadAudit,
        71 => VerifyAudit,
        72 => ExportAudit,
    }

    /// How it ended.
    pub enum Outcome {
        1 => Done,
        2 => Refused,
        3 => Failed,
    }

    /// Why it ended so.
    pub enum Reason {
        0 => None,
        1 => NotSignedIn,
        2 => StepUpNeeded,
        3 => TooManyAttempts,
        4 => NotPermitted,
        5 => NotFound,
        6 => Conflict,
        7 => NotAcceptable,
        8 => StorageFailed,
        9 => Emergency,
    }
}

/// An act as the chain records it; time, place and hashes are the chain's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Who; absent: the node itself, or nobody who is known.
    pub account: Option<AccountId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// What.
    pub action: Action,
    /// To what, at most [`crate::limits::AUDIT_OBJECTS_MAX`]; what is beyond is left out.
    pub objects: Vec<ObjectId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Self {
        match refusal.remedy() {
            Remedy::SignIn => Self::NotSignedIn,
            Remedy::StepUp => Self::StepUpNeeded,
            Remedy::Wait => Self::TooManyAttempts,
            Remedy::AskAnother => Self::NotPermitted,
            Remedy::Nothing => Self::NotFound,
            Remedy::LookAgain => Self::Conflict,
            Remedy::Rewrite => Self::NotAcceptable,
        }
    }
}

#[cfg(test)]
mod tests;
