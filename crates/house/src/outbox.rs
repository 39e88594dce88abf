//! The outbox: payloads that wait, in their order, until the node may sign entries again.
//!
//! Everything that leaves the house passes through here, also when there is nothing to wait for, so that a crash loses no word
//! of a person. The driver takes [`Outbox::next`], appends it to the feed and records [`Command::Sent`]. If it fell between the
//! two, the feed already holds the statement under its id, and only the record is made up for.

use std::collections::VecDeque;

use protocol::{
    Audience, Class, ClinicianId, EntryId, Kind, Payload,
    codec::{Bytes, Malformed},
    limits::PAYLOAD_BYTES_MAX,
    payload::control::Withdrawal,
    wire,
};

use crate::{
    audit::{Action, ObjectId},
    decision::{Actor, Decision, Deed},
    entry::HouseEntry,
    id::{AccountId, OutboxId},
    limits::OUTBOX_MAX,
    permission::Permission,
    refusal::{Refusal, at_most},
};

/// Kind and length that stand before a restricted payload inside its padding.
const RESTRICTED_HEAD_BYTES: usize = 6;

wire! {
    /// A payload waits to be sent.
    pub struct Queued {
        /// Its id in the outbox.
        1 => id: OutboxId,
        /// What it is.
        2 => kind: Kind,
        /// To whom it goes.
        3 => audience: Audience,
        /// Who wrote it; absent: the node.
        4 => account: Option<AccountId>,
        /// Since when it waits.
        5 => at_ms: u64,
    }

    /// The payload.
    pub struct Waiting {
        /// In its bytes.
        1 => payload: Bytes,
    }

    /// A payload stands in the feed.
    pub struct Sent {
        /// Its id in the outbox.
        1 => id: OutboxId,
        /// Its entry.
        2 => entry: EntryId,
    }

    /// A payload was taken back before it was sent.
    pub struct Cancelled {
        /// Its id in the outbox.
        1 => id: OutboxId,
    }
}

/// A payload that is not yet sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsent {
    /// Its id in the outbox.
    pub id: OutboxId,
    /// To whom it goes.
    pub audience: Audience,
    /// Who wrote it.
    pub account: Option<AccountId>,
    /// Since when it waits.
    pub since_ms: u64,
    kind: Kind,
    bytes: Bytes,
}

impl Unsent {
    /// What is to be sent.
    ///
    /// # Errors
    /// [`Malformed`] cannot happen to what [`House::decide`](crate::House::decide) let in.
    pub fn payload(&self) -> Result<Payload, Malformed> {
        Payload::decode(self.kind, &self.bytes.0)
    }
}

/// All payloads that wait, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    waiting: VecDeque<Unsent>,
}

impl Outbox {
    /// The one to send next.
    pub fn next(&self) -> Option<&Unsent> {
        self.waiting.front()
    }

    /// All of them, to be shown as not yet sent.
    pub fn iter(&self) -> impl Iterator<Item = &Unsent> {
        self.waiting.iter()
    }

    pub(crate) fn queue(&mut self, queued: &Queued, waiting: &Waiting) {
        let Queued { id, kind, audience, account, at_ms } = *queued;
        self.waiting.push_back(Unsent { id, audience, account, since_ms: at_ms, kind, bytes: waiting.payload.clone() });
    }

    pub(crate) fn remove(&mut self, id: OutboxId) {
        self.waiting.retain(|unsent| unsent.id != id);
    }
}

/// A command about the outbox. What people say about cases comes in through [`crate::speech`].
#[derive(Debug)]
pub enum Command {
    /// Lets a payload wait for its turn.
    Enqueue {
        /// An attestation, revocation, profile, withdrawal, receipt, witness, or the node's keys.
        payload: Box<Payload>,
        /// Of a withdrawal: who wrote what is withdrawn.
        author: Option<ClinicianId>,
    },
    /// The oldest payloads stand in the feed: each with its entry, in their order.
    Sent(Vec<(OutboxId, EntryId)>),
    /// Takes an own payload back before it is sent.
    Cancel(OutboxId),
}

impl Command {
    pub(crate) fn action(&self) -> Option<Action> {
        match self {
            Self::Enqueue { payload, .. } => match **payload {
                Payload::Attestation(_) | Payload::Profile(_) => Some(Action::Attest),
                Payload::Revocation(_) => Some(Action::Revoke),
                Payload::Withdrawal(_) => Some(Action::Withdraw),
                Payload::NodeKeys(_) => Some(Action::ManageMembership),
                _ => None,
            },
            Self::Sent(_) => None,
            Self::Cancel(_) => Some(Action::CancelUnsent),
        }
    }
}

impl Decision<'_> {
    pub(crate) fn on_outbox(&self, command: &Command) -> Result<Deed, Refusal> {
        match command {
            Command::Enqueue { payload, author } => self.enqueue_control(payload, *author),
            Command::Sent(sent) => self.sent(sent),
            Command::Cancel(id) => self.cancel(*id),
        }
    }

    /// The entry for a payload, if every node would accept it.
    pub(crate) fn enqueue(&self, payload: &Payload, audience: Audience) -> Result<(OutboxId, HouseEntry), Refusal> {
        at_most("outbox", self.house.state.outbox.waiting.len() + 1, "payloads", OUTBOX_MAX)?;
        let bytes = payload.encode();
        at_most("payload", bytes.len(), "bytes", PAYLOAD_BYTES_MAX - RESTRICTED_HEAD_BYTES)?;
        Payload::decode(payload.kind(), &bytes)?;
        let id = OutboxId(self.seed.draw_id("outbox"));
        let queued = Queued { id, kind: payload.kind(), audience, account: self.actor.account(), at_ms: self.now_ms };
        Ok((id, HouseEntry::Queued(queued, Waiting { payload: Bytes(bytes) })))
    }

    fn enqueue_control(&self, payload: &Payload, author: Option<ClinicianId>) -> Result<Deed, Refusal> {
        let object = match payload {
            Payload::Attestation(attestation) => self.as_duty(Permission::Attest, attestation.clinician)?,
            Payload::Profile(profile) => self.as_duty(Permission::Attest, profile.clinician)?,
            Payload::Revocation(revocation) => self.as_duty(Permission::Revoke, revocation.attestation)?,
            Payload::Withdrawal(withdrawal) => self.may_withdraw(withdrawal, author)?,
            Payload::NodeKeys(_) => {
                self.permit(Permission::ManageMembership)?;
                None
            }
            Payload::ErasureReceipt(_) | Payload::Witness(_) if *self.actor == Actor::System => None,
            other if other.class() == Class::Root => {
                return Err(Refusal::Conflict("root entry does not wait in the outbox"));
            }
            _ => return Err(Refusal::Conflict("payload comes into the outbox by another way")),
        };
        let (id, entry) = self.enqueue(payload, Audience::Network)?;
        let deed = Deed::of(vec![entry]).on(id);
        Ok(match object {
            Some(object) => deed.on(object),
            None => deed,
        })
    }

    fn as_duty(&self, permission: Permission, object: impl Into<ObjectId>) -> Result<Option<ObjectId>, Refusal> {
        self.permit(permission)?;
        self.step_up()?;
        Ok(Some(object.into()))
    }

    fn may_withdraw(&self, withdrawal: &Withdrawal, author: Option<ClinicianId>) -> Result<Option<ObjectId>, Refusal> {
        use protocol::payload::control::Target;
        let owner = author.and_then(|clinician| self.house.state.custody.owner_of(clinician));
        let is_own = owner.is_some() && owner == self.actor.account();
        self.permit(if is_own { Permission::WithdrawOwn } else { Permission::WithdrawAny })?;
        self.step_up()?;
        Ok(Some(match &withdrawal.target {
            Target::Case(case) => case.number.into(),
            Target::Entry(entry) => (*entry).into(),
        }))
    }

    fn sent(&self, sent: &[(OutboxId, EntryId)]) -> Result<Deed, Refusal> {
        if *self.actor != Actor::System {
            return Err(Refusal::NotFound("command"));
        }
        let mut waiting = self.house.state.outbox.iter();
        let mut entries = Vec::new();
        for (id, entry) in sent.iter().copied().filter(|(id, _)| self.unsent(*id).is_some()) {
            if waiting.next().is_none_or(|next| next.id != id) {
                return Err(Refusal::Conflict("payload is not the next one of the outbox"));
            }
            entries.push(HouseEntry::Sent(Sent { id, entry }));
        }
        Ok(Deed::of(entries))
    }

    fn cancel(&self, id: OutboxId) -> Result<Deed, Refusal> {
        let account = self.account()?;
        let is_own = self.unsent(id).is_some_and(|unsent| unsent.account == Some(account.id));
        if !is_own {
            return Err(Refusal::NotFound("unsent payload"));
        }
        self.permit(Permission::WithdrawOwn)?;
        Ok(Deed::of(vec![HouseEntry::Cancelled(Cancelled { id })]).on(id))
    }

    fn unsent(&self, id: OutboxId) -> Option<&Unsent> {
        self.house.state.outbox.iter().find(|unsent| unsent.id == id)
    }
}
