//! Custody of clinicians' signing keys. A seed stands in the sealed part of its entry and in memory, and prints nowhere.

use std::collections::BTreeMap;

use protocol::{ClinicianId, SecretKey, wire};

use crate::{
    audit::Action,
    decision::{Decision, Deed},
    entry::HouseEntry,
    id::AccountId,
    permission::Permission,
    refusal::Refusal,
    secret::Secret32,
};

wire! {
    /// A signing key is in custody.
    pub struct KeyHeld {
        /// Whose.
        1 => account: AccountId,
        /// Its public half.
        2 => clinician: ClinicianId,
        /// The public halves of keys that it replaces: their words stay the person's own.
        3 => former: Vec<ClinicianId>,
    }

    /// The key.
    pub struct KeySeed {
        /// 32 bytes of which the key is made.
        1 => seed: Secret32,
    }
}

/// All keys in custody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Custody {
    rows: BTreeMap<AccountId, (KeyHeld, KeySeed)>,
    owners: BTreeMap<ClinicianId, AccountId>,
}

impl Custody {
    /// The key of an account.
    pub fn key_of(&self, account: AccountId) -> Option<SecretKey> {
        self.rows.get(&account).map(|(_, seed)| SecretKey::from_seed(seed.seed.expose()))
    }

    /// The public half of the key of an account.
    pub fn clinician_of(&self, account: AccountId) -> Option<ClinicianId> {
        self.rows.get(&account).map(|(held, _)| held.clinician)
    }

    /// Whose key it is or was.
    pub fn owner_of(&self, clinician: ClinicianId) -> Option<AccountId> {
        self.owners.get(&clinician).copied()
    }

    pub(crate) fn hold(&mut self, held: &KeyHeld, seed: &KeySeed) {
        let clinicians = held.former.iter().chain([&held.clinician]);
        self.owners.extend(clinicians.map(|clinician| (*clinician, held.account)));
        self.rows.insert(held.account, (held.clone(), seed.clone()));
    }
}

/// Draws a key for an account and takes it into custody.
#[derive(Debug)]
pub struct HoldKey {
    /// Whose.
    pub account: AccountId,
    /// Whether the key that is there is lost or stolen; its attestation is then revoked by the attester.
    pub is_replacement: bool,
}

impl HoldKey {
    pub(crate) const fn action(&self) -> Action {
        Action::HoldKey
    }
}

impl Decision<'_> {
    pub(crate) fn on_custody(&self, command: &HoldKey) -> Result<Deed, Refusal> {
        self.permit(Permission::Attest)?;
        let account = self.staff(command.account)?.id;
        let present = self.house.state.custody.rows.get(&account);
        if present.is_some() && !command.is_replacement {
            return Ok(Deed::default());
        }
        let former = present.map_or(vec![], |(held, _)| [&held.former[..], &[held.clinician]].concat());
        let seed = Secret32::new(self.seed.draw("clinician key"));
        let clinician = SecretKey::from_seed(seed.expose()).clinician();
        let entry = HouseEntry::KeyHeld(KeyHeld { account, clinician, former }, KeySeed { seed });
        Ok(Deed::of(vec![entry]).on(account).on(clinician))
    }
}
