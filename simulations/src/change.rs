//! What moves audiences, keys and who may speak: revisions, words taken back, rotations, attestations and revocations.

use feed::Chain;
use protocol::{
    Kind, Payload, SecretKey,
    payload::control::{KeyRotation, Place, Revocation, RevocationReason, RootChange, Target},
};

use crate::{
    member::attested,
    truth::Meaning,
    words::{for_whom, from_whom},
    world::World,
    writing::Act,
};

/// The first three entries of a feed found it; what disputes them would dispute everything.
const FOUNDED_SEQ: u64 = 3;

impl World {
    /// Somebody changes who reads, who speaks or what is there, if there is anything to change.
    pub(crate) fn change(&mut self, node: usize) -> Option<Act> {
        match self.chance.below(100) {
            0..45 => self.revision(node),
            45..65 => self.word_taken_back(node),
            65..78 => self.rotation(node),
            _ => self.change_of_people(node),
        }
    }

    /// A case gets other readers: from all to some, from some to others or to all.
    fn revision(&mut self, node: usize) -> Option<Act> {
        let case = self.own_case(node)?;
        let is_open = self.nodes[node].shelf.named(case).is_empty();
        let readers = if is_open || self.chance.is(50) { Some(self.some_readers(node)) } else { None };
        let payload = self.version(node, Kind::CaseRevision, case, &readers, 40);
        let what = format!("has case {} {} from now on.", case.number.short(), for_whom(&readers));
        Some(Act::of(vec![(self.draft(payload, readers.is_some()), Meaning::Version(case, readers))], what))
    }

    /// A comment or star is withdrawn, with all that repeats it.
    fn word_taken_back(&mut self, node: usize) -> Option<Act> {
        let writer = &self.nodes[node];
        let words = writer
            .shelf
            .memory
            .of(&writer.member.feed)
            .iter()
            .filter(|held| matches!(held.payload(), Some(Payload::Statement(Kind::Comment | Kind::Star, _))));
        let words: Vec<_> = words.map(|held| held.entry.id()).collect();
        let word = *self.chance.pick(&words)?;
        let together = casebook::entries_with(word, &self.nodes[node].shelf.rows).ok()?;
        let from = self.losers(node);
        let said = together.into_iter().map(|entry| self.taken_back(Target::Entry(entry), &from)).collect();
        Some(Act::of(said, format!("takes back word {}{}.", word.short(), from_whom(&from))))
    }

    /// The house changes its signing key, now and then its root key, and may say that the old one was in other hands.
    fn rotation(&mut self, node: usize) -> Option<Act> {
        let (signing, next) = (SecretKey::from_seed(&self.chance.bytes()), SecretKey::from_seed(&self.chance.bytes()));
        let since = if self.chance.is(30) { self.some_place(node, FOUNDED_SEQ) } else { None };
        let has_new_root = self.chance.is(30);
        let member = &mut self.nodes[node].member;
        let feed = member.feed;
        let public = signing.public();
        member.signing.push(signing);
        let chain = self.nodes[node].chain(&feed)?;
        let keys = chain.institution()?.keys();
        let (root, committed) = (keys.root(), *keys.next_root());
        let member = &mut self.nodes[node].member;
        let is_signer = |key: &&SecretKey| {
            if has_new_root { key.public().commitment() == committed } else { key.public() == root }
        };
        let signer = SecretKey::from_seed(&member.roots.iter().find(is_signer)?.seed());
        let change = RootChange { root: signer.public(), next_root: next.public().commitment() };
        if has_new_root {
            member.roots.push(next);
        }
        let mut what = "changes its signing key".to_owned();
        what.push_str(if has_new_root { " and its root key" } else { "" });
        if let Some(since) = &since {
            what.push_str(&format!(" and disputes what it signed from place {} on", since.seq));
        }
        let rotation = KeyRotation { signing: Some(public), root: has_new_root.then_some(change), since };
        let draft = self.draft(Payload::KeyRotation(rotation), false);
        Some(Act { said: vec![(draft, Meaning::Control)], root: Some(signer), what: format!("{what}.") })
    }

    /// Somebody leaves and somebody else comes; what who leaves said last may be disputed.
    fn change_of_people(&mut self, node: usize) -> Option<Act> {
        let feed = self.nodes[node].member.feed;
        let institution = self.nodes[node].chain(&feed).and_then(Chain::institution)?;
        let known: Vec<_> = institution.attestations().iter().map(|attested| (attested.entry, attested.seq)).collect();
        let (attestation, seq) = *self.chance.pick(&known)?;
        let since = if self.chance.is(50) { self.some_place(node, seq.max(FOUNDED_SEQ)) } else { None };
        let mut what = format!("vouches no longer for attestation {}", attestation.short());
        if let Some(since) = &since {
            what.push_str(&format!(" since place {}", since.seq));
        }
        let revocation = Payload::Revocation(Revocation { attestation, reason: RevocationReason::KeyStolen, since });
        let clinician = SecretKey::from_seed(&self.chance.bytes());
        let payloads = [revocation, attested(&clinician)];
        self.nodes[node].member.clinicians.push(clinician);
        let said = payloads.map(|payload| (self.draft(payload, false), Meaning::Control)).into();
        Some(Act::of(said, format!("{what}, and vouches for somebody new.")))
    }

    /// A place of a house's own feed, from one on.
    fn some_place(&mut self, node: usize, from: u64) -> Option<Place> {
        let writer = &self.nodes[node];
        let own = writer.shelf.memory.of(&writer.member.feed);
        let own: Vec<_> = own.iter().skip(usize::try_from(from).ok()?).collect();
        let header = self.chance.pick(&own)?.entry.header();
        let (epoch, seq) = (header.epoch, header.seq);
        let entry = writer.shelf.memory.at(&writer.member.feed, seq)?.entry.id();
        Some(Place { epoch, seq, entry })
    }
}
