//! Whom an institution vouches for, and whether a person's word counts where it stands.

use std::collections::BTreeMap;

use protocol::{
    CaseId, ClinicianId, EntryId, Header, Kind, Statement,
    payload::control::{Attestation, Profession, Revocation, Scope},
};

use crate::keys::Keys;

/// Whether a person's word counts. Decided by the order of the feed it stands in, the same on every node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// No attestation stands before it that allows it.
    Unknown,
    /// The attestation had been revoked.
    Revoked,
    /// The key or the person may have been somebody else at that place.
    Disputed,
    /// The attestation had run out by the entry's own time.
    Lapsed,
    /// Part of the feed before it is not here yet.
    Pending,
    /// Attested, and nothing speaks against it.
    Verified,
}

impl Standing {
    /// What programs call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Disputed => "disputed",
            Self::Lapsed => "lapsed",
            Self::Pending => "pending",
            Self::Verified => "verified",
        }
    }
}

/// A person's word: who says what, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Who.
    pub author: ClinicianId,
    /// What kind of entry.
    pub kind: Kind,
    /// About which case.
    pub case: CaseId,
    /// The place in the feed.
    pub seq: u64,
    /// The entry's own time.
    pub time_ms: u64,
}

impl Question {
    /// About a statement in the entry with this header.
    pub const fn of(header: &Header, kind: Kind, statement: &Statement) -> Self {
        Self { author: statement.author, kind, case: statement.case, seq: header.seq, time_ms: header.time_ms }
    }
}

/// The answer, with the attestation it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Whether it counts.
    pub standing: Standing,
    /// The entry of the attestation.
    pub attestation: Option<EntryId>,
}

/// An attestation and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attested {
    /// Its entry.
    pub entry: EntryId,
    /// Its place.
    pub seq: u64,
    /// What the institution said.
    pub attestation: Attestation,
    /// Where it was revoked, in the order of the feed.
    revocations: Vec<Revoked>,
}

/// A revocation of one attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Revoked {
    seq: u64,
    /// Whether the root key said so, which no thief of a signing key holds.
    is_by_root: bool,
    /// What the person said from here on is disputed.
    since: Option<u64>,
}

/// All attestations of one feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attestations {
    by_person: BTreeMap<ClinicianId, Vec<Attested>>,
    person_of: BTreeMap<EntryId, ClinicianId>,
}

impl Attestations {
    /// All attestations of a person, oldest first.
    pub fn of(&self, person: &ClinicianId) -> &[Attested] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }

    /// One attestation.
    pub fn get(&self, entry: &EntryId) -> Option<&Attested> {
        let person = self.person_of.get(entry)?;
        self.of(person).iter().find(|attested| attested.entry == *entry)
    }

    /// Every attestation, by person.
    pub fn iter(&self) -> impl Iterator<Item = &Attested> {
        self.by_person.values().flatten()
    }

    /// Whether a word counts, judged by the attestation that speaks most for it. What rests on a disputed attestation is
    /// disputed too. A revocation at such a place does not count.
    pub(crate) fn judge(&self, question: &Question, keys: &Keys) -> Word {
        let nobody = Word { standing: Standing::Unknown, attestation: None };
        let words = self
            .of(&question.author)
            .iter()
            .filter(|attested| attested.seq < question.seq)
            .map(|attested| Word { standing: attested.standing(question, keys), attestation: Some(attested.entry) });
        words.max_by_key(|word| word.standing).unwrap_or(nobody)
    }

    pub(crate) fn attest(&mut self, entry: EntryId, seq: u64, attestation: &Attestation) {
        self.person_of.insert(entry, attestation.clinician);
        let attested = Attested { entry, seq, attestation: attestation.clone(), revocations: Vec::new() };
        self.by_person.entry(attestation.clinician).or_default().push(attested);
    }

    /// A revocation of something that was never attested here says nothing.
    pub(crate) fn revoke(&mut self, seq: u64, is_by_root: bool, revocation: &Revocation) {
        let Some(person) = self.person_of.get(&revocation.attestation) else { return };
        let attestations = self.by_person.get_mut(person).into_iter().flatten();
        for attested in attestations.filter(|attested| attested.entry == revocation.attestation) {
            let since = revocation.since.as_ref().map(|since| since.seq);
            attested.revocations.push(Revoked { seq, is_by_root, since });
        }
    }
}

impl Attested {
    /// In which profession the person speaks.
    pub const fn profession(&self) -> Profession {
        self.attestation.profession
    }

    /// The revocations that count: what was said with a key in other hands does not, nor what stands behind the end.
    fn revocations(&self, keys: &Keys) -> impl Iterator<Item = &Revoked> {
        let counts = |revoked: &&Revoked| revoked.is_by_root || !keys.is_disputed_at(revoked.seq);
        self.revocations.iter().filter(|revoked| !keys.is_behind_end(revoked.seq)).filter(counts)
    }

    /// The first place that revokes it.
    pub(crate) fn revoked_at(&self, keys: &Keys) -> Option<u64> {
        self.revocations(keys).map(|revoked| revoked.seq).min()
    }

    fn standing(&self, question: &Question, keys: &Keys) -> Standing {
        let is_elsewhere = self.attestation.pseudonym_in.is_some_and(|case| case != question.case);
        if is_elsewhere || !allows(&self.attestation.scope, question.kind) {
            return Standing::Unknown;
        }
        self.standing_at(question.seq, question.time_ms, keys)
    }

    /// How it stands for what is said at a place and a time, whatever that is. An attestation at a disputed place may be the thief's.
    pub(crate) fn standing_at(&self, seq: u64, time_ms: u64, keys: &Keys) -> Standing {
        let is_revoked = self.revocations(keys).any(|revoked| revoked.seq < seq);
        let mut since = self.revocations(keys).filter_map(|revoked| revoked.since);
        match () {
            () if is_revoked => Standing::Revoked,
            () if since.any(|from| from <= seq) || keys.is_disputed_at(self.seq) => Standing::Disputed,
            () if time_ms > self.attestation.until_ms => Standing::Lapsed,
            () => Standing::Verified,
        }
    }
}

/// Whether a scope allows a kind. A kind that this version does not know is allowed to nobody.
const fn allows(scope: &Scope, kind: Kind) -> bool {
    match kind {
        Kind::Case | Kind::CaseRevision | Kind::Outcome => scope.cases,
        Kind::Comment | Kind::CommentRevision => scope.comments,
        Kind::Star => scope.stars,
        _ => false,
    }
}
