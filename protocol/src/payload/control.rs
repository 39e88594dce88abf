//! Control: what decides who speaks, who is vouched for and what is forgotten.
//!
//! These payloads always travel with their header and are never withdrawn, so they hold no name and no free text about a
//! person. All kinds are complete here: older software can skip content that it does not know, but not these.

use super::{at_most, chars_at_most};
use crate::{
    certificate::Certificate,
    choice,
    codec::{Malformed, Text},
    codes,
    id::{CaseId, ClinicianId, EntryId, FeedId, InstitutionId, NetworkId},
    key::{PublicKey, Purpose, SecretKey, Signature},
    limits, wire,
};

codes! {
    /// The profession in which a person is attested.
    pub enum Profession {
        1 => Physician,
        2 => Resident,
        3 => Nurse,
        4 => Midwife,
        5 => Paramedic,
        6 => Radiographer,
        7 => LaboratoryTechnician,
        8 => Pharmacist,
        9 => Dentist,
        10 => Physiotherapist,
        11 => Psychologist,
        12 => Dietitian,
        13 => PhysicianAssistant,
        14 => MedicalStudent,
        15 => NursingStudent,
        16 => Researcher,
    }

    /// Why an attestation ended.
    pub enum RevocationReason {
        1 => LeftInstitution,
        2 => RoleChanged,
        3 => KeyLost,
        4 => KeyStolen,
        5 => Misuse,
    }

    /// Why something is withdrawn.
    pub enum Ground {
        1 => PatientWish,
        2 => AuthorWish,
        3 => IdentifiesPatient,
        4 => Moderation,
        5 => AudienceNarrowed,
        6 => LegalOrder,
    }

    /// Why a feed ended.
    pub enum EndReason {
        1 => Left,
        2 => Merged,
        3 => KeysLost,
    }

    /// What an erasure destroyed for good.
    pub enum Destruction {
        1 => KeysDestroyed,
        2 => Logical,
    }
}

wire! {
    /// A place in a feed, with what stands there.
    pub struct Place {
        /// The feed's epoch.
        1 => epoch: u32,
        /// The number.
        2 => seq: u64,
        /// The entry.
        3 => entry: EntryId,
    }

    /// The head of a feed, as somebody holds it.
    pub struct Head {
        /// The feed.
        1 => feed: FeedId,
        /// Its newest entry.
        2 => place: Place,
    }

    /// The first entry of a feed. The feed's id is the hash of network, root key and commitment, so it proves itself.
    pub struct Genesis {
        /// Key 0.
        1 => root: PublicKey,
        /// `H("next", next root key)`.
        2 => next_root: [u8; 32],
        /// Key 1, which signs what follows.
        3 => signing: PublicKey,
        /// What the institution is called.
        4 => name: Text,
        /// ISO 3166-1 alpha-2.
        5 => country: Text,
    }

    /// A root key that takes over: it signs its own entry, because it was committed beforehand.
    pub struct RootChange {
        /// The key whose hash was committed.
        1 => root: PublicKey,
        /// The commitment to the one after it.
        2 => next_root: [u8; 32],
    }

    /// Names the next signing key, a new root key, or both.
    pub struct KeyRotation {
        /// The next in number; from here on it signs.
        1 => signing: Option<PublicKey>,
        /// Present if the entry is signed by the committed next root key.
        2 => root: Option<RootChange>,
        /// What the replaced signing key signed from here on is disputed.
        3 => since: Option<Place>,
    }

    /// Goes on after a fork: `prev` is the tip that continues.
    pub struct EpochStart {
        /// The signing key of the new epoch, next in number.
        1 => signing: PublicKey,
        /// Withdrawals that stand on branches which do not continue.
        2 => withdrawals: Vec<Withdrawal>,
        /// Revocations that stand on branches which do not continue.
        3 => revocations: Vec<Revocation>,
        /// Where root entries contradict each other: the governors' decision for this tip.
        4 => certificate: Option<Certificate>,
    }

    /// The last entry of a feed.
    pub struct EndOfFeed {
        /// Why.
        1 => reason: EndReason,
        /// The feed that goes on, if one does.
        2 => successor: Option<FeedId>,
    }

    /// A transport key and where it listens.
    pub struct NodeKey {
        /// The libp2p identity key.
        1 => transport: PublicKey,
        /// Multiaddresses.
        2 => addresses: Vec<Text>,
        /// By the transport key itself, over the institution that names it. Where several name one key, it is whose it proves.
        3 => proof: Option<Signature>,
    }

    /// All transport keys of the institution; the newest entry replaces those before.
    pub struct NodeKeys {
        /// At most eight.
        1 => keys: Vec<NodeKey>,
    }

    /// The institution vouches for a person. The entry's id names the attestation.
    pub struct Attestation {
        /// The person.
        1 => clinician: ClinicianId,
        /// In which profession they speak.
        2 => profession: Profession,
        /// MeSH descriptor numbers of specialties, as `D003880` is 3880.
        3 => specialties: Vec<u32>,
        /// What they may do.
        4 => scope: Scope,
        /// Milliseconds since 1970, compared with an entry's own time.
        5 => until_ms: u64,
        /// A pseudonym speaks in this case only.
        6 => pseudonym_in: Option<CaseId>,
    }

    /// What an attested person may do.
    pub struct Scope {
        /// Open, revise and resolve cases.
        1 => cases: bool,
        /// Comment and annotate.
        2 => comments: bool,
        /// Star, vote and report.
        3 => stars: bool,
        /// Call and answer specialists.
        4 => consults: bool,
    }

    /// The institution vouches no longer.
    pub struct Revocation {
        /// The entry of the attestation.
        1 => attestation: EntryId,
        /// Why.
        2 => reason: RevocationReason,
        /// What the person signed from here on is disputed.
        3 => since: Option<Place>,
    }

    /// Something is to be forgotten, by every node, for ever. Counts in the feed of what it withdraws.
    pub struct Withdrawal {
        /// What.
        1 => target: Target,
        /// Why.
        2 => ground: Ground,
        /// Only these institutions lose it; absent: all.
        3 => from: Option<Vec<InstitutionId>>,
    }

    /// Withdrawals done since the last receipt.
    pub struct ErasureReceipt {
        /// The withdrawal entries.
        1 => withdrawals: Vec<EntryId>,
        /// Whether the keys are gone or only the data.
        2 => destruction: Destruction,
        /// The day on which the last backup with a key ends, in milliseconds since 1970.
        3 => backups_until_ms: Option<u64>,
        /// The software that erased.
        4 => software: Text,
    }

    /// Heads of other feeds as this institution holds them.
    pub struct Witness {
        /// Those that moved since the last witness.
        1 => heads: Vec<Head>,
    }
}

choice! {
    /// What a withdrawal withdraws.
    pub enum Target {
        /// A case with its pictures and all that hangs on it.
        1 => Case(CaseId),
        /// One entry.
        2 => Entry(EntryId),
    }
}

impl Scope {
    /// All of it.
    pub const FULL: Self = Self { cases: true, comments: true, stars: true, consults: true };
}

impl Genesis {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        chars_at_most("institution name", &self.name, limits::NAME_CHARS_MAX)?;
        if self.country.0.len() != 2 || !self.country.0.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Malformed::Form { at: 0, what: "a country that is not two capital letters" });
        }
        Ok(())
    }
}

impl KeyRotation {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        if self.signing.is_none() && self.root.is_none() {
            return Err(Malformed::Form { at: 0, what: "a key rotation that names no key" });
        }
        if self.signing.is_none() && self.since.is_some() {
            return Err(Malformed::Form {
                at: 0,
                what: "a key rotation that disputes signing keys and names no new one",
            });
        }
        Ok(())
    }
}

impl EpochStart {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        self.withdrawals.iter().try_for_each(Withdrawal::check)
    }
}

impl NodeKeys {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        at_most("institution", self.keys.len(), "node keys", limits::NODE_KEYS_MAX)?;
        self.keys.iter().try_for_each(NodeKey::check)
    }
}

impl NodeKey {
    /// A transport key with its proof that it is an institution's.
    pub fn prove(transport: &SecretKey, addresses: Vec<Text>, network: &NetworkId, feed: &FeedId) -> Self {
        let proof = transport.sign(Purpose::NodeKey, network, &feed.0);
        Self { transport: transport.public(), addresses, proof: Some(proof) }
    }

    /// Whether the key itself says whose it is.
    pub fn is_proven(&self, network: &NetworkId, feed: &FeedId) -> bool {
        let proof = self.proof.as_ref();
        proof.is_some_and(|proof| self.transport.verify(Purpose::NodeKey, network, &feed.0, proof).is_ok())
    }

    pub(crate) fn check(&self) -> Result<(), Malformed> {
        at_most("node key", self.addresses.len(), "addresses", limits::ADDRESSES_MAX)?;
        self.addresses.iter().try_for_each(|address| chars_at_most("address", address, limits::ADDRESS_CHARS_MAX))
    }
}

impl Attestation {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        at_most("attestation", self.specialties.len(), "specialties", limits::SPECIALTIES_MAX)?;
        if self.pseudonym_in.is_some() && self.scope.stars {
            return Err(Malformed::Form { at: 0, what: "a pseudonym that may star, vote and report" });
        }
        Ok(())
    }
}

impl Withdrawal {
    pub(super) fn check(&self) -> Result<(), Malformed> {
        at_most("withdrawal", self.from.as_ref().map_or(0, Vec::len), "institutions", limits::AUDIENCE_MAX)
    }
}
