//! Whom an institution vouches for, and whether a person's word counts where it stands.

use std::collections::BTreeMap;

use protocol::{
    CaseId, ClinicianId, EntryId, Kind,
    payload::control::{Attestation, Profession, Revocation, RevocationReason, Scope},
};

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
    /// Where and why it ended.
    pub revoked: Option<(u64, RevocationReason)>,
    /// What the person said from here on is disputed.
    pub disputed_from: Option<u64>,
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

    /// Whether a word counts, judged by the attestation that speaks most for it. An attestation at a disputed place may be
    /// the thief's, so what rests on it is disputed too.
    pub(crate) fn judge(&self, question: &Question, is_disputed_at: impl Fn(u64) -> bool) -> Word {
        let nobody = Word { standing: Standing::Unknown, attestation: None };
        let words = self.of(&question.author).iter().filter(|attested| attested.seq < question.seq).map(|attested| {
            let standing = match attested.standing(question) {
                better if better > Standing::Disputed && is_disputed_at(attested.seq) => Standing::Disputed,
                other => other,
            };
            Word { standing, attestation: Some(attested.entry) }
        });
        words.max_by_key(|word| word.standing).unwrap_or(nobody)
    }

    pub(crate) fn attest(&mut self, entry: EntryId, seq: u64, attestation: &Attestation) {
        self.person_of.insert(entry, attestation.clinician);
        let attested = Attested { entry, seq, attestation: attestation.clone(), revoked: None, disputed_from: None };
        self.by_person.entry(attestation.clinician).or_default().push(attested);
    }

    /// A revocation of something that was never attested here says nothing.
    pub(crate) fn revoke(&mut self, seq: u64, revocation: &Revocation) {
        let Some(person) = self.person_of.get(&revocation.attestation) else { return };
        let attestations = self.by_person.get_mut(person).into_iter().flatten();
        for attested in attestations.filter(|attested| attested.entry == revocation.attestation) {
            attested.revoked.get_or_insert((seq, revocation.reason));
            if let Some(since) = &revocation.since {
                let earliest = attested.disputed_from.map_or(since.seq, |from| from.min(since.seq));
                attested.disputed_from = Some(earliest);
            }
        }
    }
}

impl Attested {
    /// In which profession the person speaks.
    pub const fn profession(&self) -> Profession {
        self.attestation.profession
    }

    fn standing(&self, question: &Question) -> Standing {
        let is_elsewhere = self.attestation.pseudonym_in.is_some_and(|case| case != question.case);
        match () {
            () if is_elsewhere || !allows(&self.attestation.scope, question.kind) => Standing::Unknown,
            () if self.revoked.is_some_and(|(seq, _)| seq < question.seq) => Standing::Revoked,
            () if self.disputed_from.is_some_and(|from| from <= question.seq) => Standing::Disputed,
            () if question.time_ms > self.attestation.until_ms => Standing::Lapsed,
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
