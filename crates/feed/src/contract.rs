//! What the exchange relies on of an [`Archive`], said once. Whoever has one puts it to this test with the journal before it:
//! the one in memory, the one of the simulation, the one on a disk.
//!
//! Only tests call it. A promise that is not kept is a panic, as in any test.

mod hand;

use protocol::{
    EntryId, InstitutionId, Kind,
    message::{Absence, Body},
    payload::control::Target,
};

use crate::{
    archive::{Archive, Held},
    effect::Record,
};
use hand::{HOUSES, Hand, OWNER, READER, STRANGER};

/// An archive with the journal before it.
pub trait Shelved {
    /// What the machines read.
    type Archive: Archive;

    /// Journals a record, as the driver does before the next input.
    fn journal(&mut self, record: &Record);

    /// What is there then.
    fn archive(&self) -> &Self::Archive;
}

/// What was journaled is there at its place and under its id; what was not is not.
///
/// # Panics
/// If the promise is not kept.
pub fn keeps_what_was_journaled(shelved: &mut impl Shelved) {
    let mut owner = Hand::of(OWNER);
    assert_absent(shelved.archive(), owner.feed, 0, EntryId([9; 32]));
    let (open, sealed) = (Audience::Open, Audience::Sealed);
    let late = [owner.name(open), owner.name(sealed)];
    let bare = [(&late[0], Absence::NotHeld), (&late[1], Absence::Restricted)];
    let mut story: Vec<Held> = bare.map(|(held, absence)| Held { body: Body::Absent(absence), ..held.clone() }).into();
    story.insert(0, owner.genesis.clone());
    story.extend([open, sealed, sealed, sealed, sealed].map(|audience| owner.name(audience)));
    for held in &story {
        journal(shelved, held);
        let (id, seq) = (held.entry.id(), held.entry.header().seq);
        assert_there(shelved.archive(), held);
        assert_absent(shelved.archive(), owner.feed, seq + 1, EntryId([9; 32]));
        assert_absent(shelved.archive(), STRANGER, seq, EntryId([8; 32]));
        assert_eq!(shelved.archive().place_of(&id), Some((owner.feed, seq)));
    }
    assert_sealed(shelved.archive(), story.iter());
    for held in &late {
        shelved.journal(&payload_of(held));
        assert_there(shelved.archive(), held);
    }
    assert_sealed(shelved.archive(), story.iter().skip(3).chain(&late));
}

/// Restricted payloads go to those they are for now; what is for all is kept from those for whom it is no longer; and what is
/// withdrawn is gone for good, whatever comes later.
///
/// # Panics
/// If the promise is not kept.
pub fn gives_payloads_to_their_readers(shelved: &mut impl Shelved) {
    let (mut owner, mut reader) = (Hand::of(OWNER), Hand::of(READER));
    journal(shelved, &owner.genesis);
    journal(shelved, &reader.genesis);
    widened_and_withdrawn(shelved, &mut owner, &mut reader);
    narrowed(shelved, &mut owner);
    withdrawn_before_it_came(shelved, &mut reader);
}

/// A case for one reader becomes one for all, and is withdrawn.
fn widened_and_withdrawn(shelved: &mut impl Shelved, owner: &mut Hand, reader: &mut Hand) {
    let (named, case) = owner.open_case(Some(READER));
    let said = reader.comment(case, named.entry.id(), Audience::Sealed);
    journal(shelved, &said);
    assert_eq!(readers_of(shelved, &said), [false, true, false], "whose case it is is not known yet");
    journal(shelved, &named);
    assert_eq!((readers_of(shelved, &named), readers_of(shelved, &said)), ([true, true, false], [true, true, false]));
    assert_sealed(shelved.archive(), [&named, &said].into_iter());
    assert_eq!(readers_of(shelved, &Hand::of(STRANGER).genesis), [false; 3], "it was never journaled");

    let wider = owner.revise(case, None);
    journal(shelved, &wider);
    assert_eq!((readers_of(shelved, &named), readers_of(shelved, &said)), ([true; 3], [true; 3]));

    journal(shelved, &reader.withdraw(Target::Entry(said.entry.id()), None));
    assert_erased(shelved, &said);
    shelved.journal(&payload_of(&said));
    assert_erased(shelved, &said);
    assert_there(shelved.archive(), &named);
    journal(shelved, &owner.withdraw(Target::Case(case), None));
    assert_erased(shelved, &named);
    assert_erased(shelved, &wider);
    assert_sealed(shelved.archive(), std::iter::empty());
}

/// A case for all becomes one for one reader; another is taken back from one institution.
fn narrowed(shelved: &mut impl Shelved, owner: &mut Hand) {
    let ((first, case), (second, taken_back)) = (owner.open_case(None), owner.open_case(None));
    journal(shelved, &first);
    journal(shelved, &second);
    assert_eq!((kept_from(shelved, &first), kept_from(shelved, &second)), ([false; 3], [false; 3]));
    journal(shelved, &owner.revise(case, Some(READER)));
    journal(shelved, &owner.withdraw(Target::Case(taken_back), Some(STRANGER)));
    assert_eq!(kept_from(shelved, &first), [false, false, true]);
    assert_eq!(kept_from(shelved, &second), [false, false, true]);
    assert_there(shelved.archive(), &second);
}

/// What is withdrawn before its payload came stays away.
fn withdrawn_before_it_came(shelved: &mut impl Shelved, reader: &mut Hand) {
    let held = reader.name(Audience::Open);
    journal(shelved, &Held { body: Body::Absent(Absence::NotHeld), ..held.clone() });
    journal(shelved, &reader.withdraw(Target::Entry(held.entry.id()), None));
    assert_erased(shelved, &held);
    shelved.journal(&payload_of(&held));
    assert_erased(shelved, &held);
}

/// For whom an entry of a story is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    Open,
    Sealed,
}

fn journal(shelved: &mut impl Shelved, held: &Held) {
    shelved.journal(&Record::Entry(held.clone()));
}

fn payload_of(held: &Held) -> Record {
    let (header, entry) = (held.entry.header(), held.entry.id());
    let salted = held.salted().expect("it was written with its payload").clone();
    Record::Payload { feed: header.feed, seq: header.seq, entry, salted }
}

/// Whether owner, reader and stranger may have a restricted payload.
fn readers_of(shelved: &impl Shelved, held: &Held) -> [bool; 3] {
    HOUSES.map(|house| shelved.archive().may_have(&house, &held.entry.id()))
}

/// Whether an open payload is kept from owner, reader and stranger.
fn kept_from(shelved: &impl Shelved, held: &Held) -> [bool; 3] {
    HOUSES.map(|house| shelved.archive().is_kept_from(&house, &held.entry.id()))
}

fn assert_there(archive: &impl Archive, held: &Held) {
    let (header, id) = (held.entry.header(), held.entry.id());
    assert_eq!(archive.held(&header.feed, header.seq).as_ref(), Some(held), "the entry as it was journaled");
    assert_eq!(archive.id_at(&header.feed, header.seq), Some(id), "its id");
    assert_eq!(archive.place_of(&id), Some((header.feed, header.seq)), "its place");
}

fn assert_absent(archive: &impl Archive, feed: InstitutionId, seq: u64, entry: EntryId) {
    assert_eq!((archive.held(&feed, seq), archive.id_at(&feed, seq)), (None, None), "nothing stands at place {seq}");
    assert_eq!(archive.place_of(&entry), None, "what was never journaled stands nowhere");
}

fn assert_erased(shelved: &impl Shelved, held: &Held) {
    assert_there(shelved.archive(), &Held { body: Body::Absent(Absence::Erased), ..held.clone() });
    assert_eq!(readers_of(shelved, held), [false; 3], "nobody may have what is withdrawn");
    assert!(!shelved.archive().sealed_behind(None, usize::MAX).contains(&held.entry.id()), "nor is it offered");
}

/// The restricted entries whose payloads are here are told by their ids, whole and in parts.
fn assert_sealed<'a>(archive: &impl Archive, story: impl Iterator<Item = &'a Held>) {
    let is_sealed = |held: &&Held| held.entry.header().kind == Kind::Sealed && held.salted().is_some();
    let mut expected: Vec<EntryId> = story.filter(is_sealed).map(|held| held.entry.id()).collect();
    expected.sort_unstable();
    assert_eq!(archive.sealed_behind(None, usize::MAX), expected);
    let mut parts = Vec::new();
    loop {
        let part = archive.sealed_behind(parts.last(), 2);
        assert!(part.len() <= 2, "no more than was asked for");
        if part.is_empty() {
            break;
        }
        parts.extend(part);
    }
    assert_eq!(parts, expected);
}
