//! What the house notes of its people's attestations: read off the own feed, whenever and however an entry came to stand
//! there, so that nothing is lost between sending and noting.

use std::collections::BTreeSet;

use feed::Chain;
use house::{
    AccountId, Actor,
    account::{self, Attested},
};
use protocol::{ClinicianId, EntryId, Payload};

use super::Shared;
use crate::desk::DeskError;

impl Shared {
    /// Has the house note what the own feed says of each person who has a key.
    pub(super) fn note_attestations(&self) -> Result<(), DeskError> {
        let ending = self.ending();
        let people: Vec<(AccountId, ClinicianId, Option<Attested>)> = self.desk.look(|house| {
            let accounts = house.accounts().iter();
            let with_key = accounts.filter_map(|account| Some((account, house.custody().clinician_of(account.id)?)));
            with_key.map(|(account, clinician)| (account.id, clinician, account.attestation.clone())).collect()
        });
        for (account, clinician, noted) in people {
            let attestation = self.vouched_for(&clinician, &ending);
            if attestation != noted {
                self.desk.perform(account::Command::NoteAttestation { account, attestation }, &Actor::System)?;
            }
        }
        Ok(())
    }

    /// All attestations of a person that hold in the house: one that is renewed does not end the one before it.
    pub(crate) fn standing_attestations(&self, clinician: &ClinicianId) -> Vec<EntryId> {
        let ending = self.ending();
        let exchange = self.exchange();
        let Some(institution) = exchange.chain(&self.me).and_then(Chain::institution) else { return Vec::new() };
        let entries = institution.attestations().of(clinician).iter().map(|held| held.entry);
        entries.filter(|entry| !ending.contains(entry) && !institution.is_revoked(entry)).collect()
    }

    /// Attestations whose revocation waits in the outbox: in the house they have ended.
    fn ending(&self) -> BTreeSet<EntryId> {
        self.desk.look(|house| {
            let payloads = house.outbox().iter().filter_map(|unsent| unsent.payload().ok());
            payloads
                .filter_map(|payload| match payload {
                    Payload::Revocation(revocation) => Some(revocation.attestation),
                    _ => None,
                })
                .collect()
        })
    }

    /// The newest attestation of a person that was not revoked.
    fn vouched_for(&self, clinician: &ClinicianId, ending: &BTreeSet<EntryId>) -> Option<Attested> {
        let exchange = self.exchange();
        let institution = exchange.chain(&self.me).and_then(Chain::institution)?;
        let has_ended = |entry| ending.contains(entry) || institution.is_revoked(entry);
        let newest_first = institution.attestations().of(clinician).iter().rev();
        let mut standing = newest_first.filter(|held| !has_ended(&held.entry));
        let held = standing.find(|held| held.attestation.pseudonym_in.is_none())?;
        Some(Attested {
            entry: held.entry,
            profession: held.attestation.profession,
            specialties: held.attestation.specialties.clone(),
            until_ms: held.attestation.until_ms,
        })
    }
}
