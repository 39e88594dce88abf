//! From the outbox of the house into the feed: a group at a time, each noted as sent once it stands there.

use std::collections::BTreeMap;

use feed::{Chain, Draft, Effect, Record};
use house::{Actor, Command as HouseCommand, OutboxId, outbox};
use protocol::{EntryId, Payload};

use super::{Engine, Sent, WaitsFor};
use crate::{app::AppError, clock::now_ms, entropy};

/// Payloads that leave the outbox in one group.
const SENT_AT_ONCE: usize = 64;
/// Own entries that are looked at when a crash may have come between sending and noting it.
const LOOK_BACK: u64 = 256;

impl Engine {
    /// Sends what waits in the outbox. What cannot be kept now waits there: it was taken in, and must not be said again.
    pub(super) fn send_or_wait(&mut self) -> Result<Sent, AppError> {
        let waits_for = if self.is_damaged() { WaitsFor::Repair } else { WaitsFor::Disk };
        if self.is_paused {
            return Ok(Sent::Waiting(waits_for));
        }
        match self.send() {
            Err(error) if self.is_paused => {
                tracing::warn!(error = &error as &dyn std::error::Error, "What was written is {waits_for}.");
                Ok(Sent::Waiting(waits_for))
            }
            sent => sent,
        }
    }

    /// Sends what waits in the outbox.
    pub(super) fn send(&mut self) -> Result<Sent, AppError> {
        loop {
            let waiting = self.waiting();
            if waiting.is_empty() {
                return Ok(Sent::All);
            }
            let (ids, drafts): (Vec<OutboxId>, Vec<Draft>) = waiting.into_iter().unzip();
            let is_about_people = drafts.iter().any(|draft| concerns_people(&draft.payload));
            let effects = match self.shared.write_exchange(|exchange| exchange.append(drafts, now_ms())) {
                Ok(effects) => effects,
                Err(refusal) => return Ok(Sent::Waiting(refusal.into())),
            };
            let entries = written(&effects);
            self.perform(effects, None)?;
            let sent: Vec<_> = ids.into_iter().zip(entries).collect();
            // What stands in the feed and is not noted would be sent again; a pause looks for it first.
            self.desk
                .perform(HouseCommand::Outbox(outbox::Command::Sent(sent.clone())), &Actor::System)
                .inspect_err(|_| self.pause())?;
            for (id, entry) in sent {
                self.shared.note_sent(id, entry);
            }
            if is_about_people {
                self.shared.note_attestations()?;
            }
        }
    }

    /// Takes something of somebody's out of the outbox.
    pub(super) fn take_back(&self, id: OutboxId, actor: &Actor) -> Result<(), AppError> {
        self.desk.perform(HouseCommand::Outbox(outbox::Command::Cancel(id)), actor)?;
        Ok(())
    }

    fn waiting(&self) -> Vec<(OutboxId, Draft)> {
        self.desk.look(|house| {
            let unsent = house.outbox().iter().take(SENT_AT_ONCE);
            let drafts = unsent.filter_map(|unsent| {
                let payload = unsent.payload().ok()?;
                Some((unsent.id, Draft { payload, audience: unsent.audience, salt: entropy::salt() }))
            });
            drafts.collect()
        })
    }

    /// After a crash between sending and noting it: what stands in the feed already is noted now.
    pub(super) fn note_sent(&mut self) -> Result<(), AppError> {
        let me = self.shared.me;
        let next = self.shared.exchange().chain(&me).map_or(0, Chain::next_seq);
        let mut recent: BTreeMap<Vec<u8>, EntryId> = BTreeMap::new();
        for seq in next.saturating_sub(LOOK_BACK)..next {
            if let Some(held) = self.shared.shelf.entry(&me, seq)?
                && let Some(payload) = held.payload()
            {
                recent.insert(payload.encode(), held.entry.id());
            }
        }
        while let Some((id, draft)) = self.waiting().into_iter().next()
            && let Some(entry) = recent.get(&draft.payload.encode())
        {
            self.desk.perform(HouseCommand::Outbox(outbox::Command::Sent(vec![(id, *entry)])), &Actor::System)?;
        }
        Ok(())
    }
}

fn concerns_people(payload: &Payload) -> bool {
    matches!(payload, Payload::Attestation(_) | Payload::Revocation(_))
}

fn written(effects: &[Effect]) -> Vec<EntryId> {
    let records =
        effects.iter().filter_map(|effect| if let Effect::Journal(records) = effect { Some(records) } else { None });
    records
        .flatten()
        .filter_map(|record| if let Record::Entry(held) = record { Some(held.entry.id()) } else { None })
        .collect()
}
