//! Which key may sign where: rotation, a change of root, theft.

use protocol::{
    codec::Text,
    payload::control::{EndOfFeed, EndReason, NodeKeys},
};

use super::*;
use crate::samples::{Author, key};

fn rotation(signing: Option<u8>, root: Option<(u8, u8)>, since: Option<&Place>) -> Payload {
    Payload::KeyRotation(KeyRotation {
        signing: signing.map(|seed| key(seed).public()),
        root: root
            .map(|(root, next)| RootChange { root: key(root).public(), next_root: key(next).public().commitment() }),
        since: since.cloned(),
    })
}

fn nothing() -> Payload {
    Payload::NodeKeys(NodeKeys { keys: Vec::new() })
}

#[test]
fn a_genesis_founds_the_feed_that_is_named_after_it_only() {
    let (author, institution) = Author::founded();
    assert_eq!(institution.feed(), author.feed);
    let genesis = Genesis {
        root: key(10).public(),
        next_root: key(11).public().commitment(),
        signing: key(20).public(),
        name: Text::from("House"),
        country: Text::from("CH"),
    };
    let first = |feed, seed| {
        let author = Author { feed, root: seed, head: None, ..Author::founded().0 };
        author.forged(&Payload::Genesis(genesis.clone()), 0, seed)
    };
    let found = |claimed| crate::Institution::found(&genesis, claimed).map(|_| ());
    assert_eq!(found(first(author.feed, 10)), Ok(()));
    assert_eq!(found(first(FeedId([9; 32]), 10)), Err(KeyRefusal::OtherGenesis));
    assert_eq!(found(first(author.feed, 13)), Err(KeyRefusal::Signature(KeyError::BadSignature)));
    let other_root = Genesis { root: key(13).public(), ..genesis.clone() };
    let claimed = first(author.feed, 13);
    assert_eq!(crate::Institution::found(&other_root, claimed).map(|_| ()), Err(KeyRefusal::OtherGenesis));
}

#[test]
fn the_newest_signing_key_signs_and_a_retired_one_is_refused() {
    let (mut author, mut institution) = Author::founded();
    let old = author.write(&nothing()).0;
    author.tell(&mut institution, &rotation(Some(21), None, None));
    author.signing = (2, 21);
    assert_eq!(institution.keys().signing(), (2, key(21).public()));

    let signer = |number, seed| {
        let claimed = author.forged(&nothing(), number, seed);
        let key = institution.keys().signer_of(claimed.claimed())?;
        Ok::<_, KeyRefusal>(claimed.verify(&key).map(|_| ())?)
    };
    assert_eq!(signer(2, 21), Ok(()));
    assert_eq!(signer(1, 20), Err(KeyRefusal::WrongNumber { named: 1, expected: 2 }));
    assert_eq!(signer(3, 21), Err(KeyRefusal::WrongNumber { named: 3, expected: 2 }));
    assert_eq!(signer(2, 20), Err(KeyRefusal::Signature(KeyError::BadSignature)), "the old key under the new number");
    assert_eq!(signer(0, 10), Err(KeyRefusal::WrongNumber { named: 0, expected: 2 }), "the root key signs no control");
    assert_eq!(institution.keys().signer_of(old.header()), Ok(key(20).public()), "what it signed before stands");
    assert_eq!(institution.keys().numbered(1), Some(key(20).public()));
    assert_eq!((institution.keys().numbered(0), institution.keys().numbered(3)), (None, None));
}

#[test]
fn an_entry_that_contradicts_a_rotation_is_judged_by_the_key_before_it() {
    let (mut author, mut institution) = Author::founded();
    let rival = author.draft(&nothing(), 1, 20).0;
    author.tell(&mut institution, &rotation(Some(21), None, None));
    assert_eq!(institution.keys().signer_of(rival.header()), Ok(key(20).public()));
}

#[test]
fn root_entries_are_signed_by_the_root_key_and_nothing_else_is() {
    let (author, institution) = Author::founded();
    let rotate = rotation(Some(21), None, None);
    let verify = |payload: &Payload, number, seed| {
        institution.verify_root(author.forged(payload, number, seed), payload).map(|_| ())
    };
    assert_eq!(verify(&rotate, 0, 10), Ok(()));
    assert_eq!(verify(&rotate, 1, 20), Err(KeyRefusal::WrongNumber { named: 1, expected: 0 }), "a stolen signing key");
    assert_eq!(verify(&rotate, 0, 20), Err(KeyRefusal::Signature(KeyError::BadSignature)));
    assert_eq!(verify(&nothing(), 0, 10), Err(KeyRefusal::WrongNumber { named: 0, expected: 1 }), "no root entry");
}

#[test]
fn only_the_committed_root_key_takes_over() {
    let (mut author, mut institution) = Author::founded();
    let verify = |author: &Author, institution: &crate::Institution, payload: &Payload, seed| {
        institution.verify_root(author.forged(payload, 0, seed), payload).map(|_| ())
    };
    let change = rotation(None, Some((11, 12)), None);
    let theft = rotation(None, Some((13, 14)), None);
    assert_eq!(verify(&author, &institution, &theft, 13), Err(KeyRefusal::NotCommitted));
    assert_eq!(
        verify(&author, &institution, &theft, 10),
        Err(KeyRefusal::NotCommitted),
        "not even the root key names it"
    );
    assert_eq!(verify(&author, &institution, &change, 10), Err(KeyRefusal::Signature(KeyError::BadSignature)));
    assert_eq!(verify(&author, &institution, &change, 11), Ok(()), "the successor signs its own entry");

    author.root = 11;
    author.tell(&mut institution, &change);
    assert_eq!(institution.keys().root(), key(11).public());
    assert_eq!(institution.keys().next_root(), &key(12).public().commitment());
    let rotate = rotation(Some(21), None, None);
    assert_eq!(verify(&author, &institution, &rotate, 10), Err(KeyRefusal::Signature(KeyError::BadSignature)));
    assert_eq!(verify(&author, &institution, &rotate, 11), Ok(()));
    assert_eq!(verify(&author, &institution, &change, 11), Err(KeyRefusal::NotCommitted), "a change happens once");
}

#[test]
fn root_entries_are_verified_by_the_root_key_of_their_place() {
    let (mut author, mut institution) = Author::founded();
    let before = author.write(&rotation(Some(21), None, None)).0;
    author.root = 11;
    let change = author.write(&rotation(None, Some((11, 12)), None));
    institution.apply(&change.0, Some(&change.1));
    assert_eq!(institution.keys().signer_of(before.header()), Ok(key(10).public()));
    assert_eq!(institution.keys().signer_of(change.0.header()), Ok(key(11).public()));
}

#[test]
fn what_a_stolen_key_signed_is_disputed_from_the_theft_to_the_rotation() {
    let (mut author, mut institution) = Author::founded();
    author.tell(&mut institution, &nothing());
    let theft = author.tell(&mut institution, &nothing());
    author.tell(&mut institution, &nothing());
    author.tell(&mut institution, &rotation(Some(21), None, Some(&theft)));
    author.signing = (2, 21);
    author.tell(&mut institution, &nothing());
    let disputed: Vec<bool> = (0..=5).map(|seq| institution.keys().is_disputed_at(seq)).collect();
    assert_eq!(disputed, [false, false, true, true, true, false]);
}

#[test]
fn a_theft_that_shows_late_disputes_what_keys_in_between_signed_too() {
    let (mut author, mut institution) = Author::founded();
    let theft = author.tell(&mut institution, &nothing());
    author.tell(&mut institution, &rotation(Some(21), None, None));
    author.signing = (2, 21);
    author.tell(&mut institution, &nothing());
    author.tell(&mut institution, &rotation(Some(22), None, Some(&theft)));
    let disputed: Vec<bool> = (0..=5).map(|seq| institution.keys().is_disputed_at(seq)).collect();
    assert_eq!(disputed, [false, true, true, true, true, false]);
}

#[test]
fn a_change_of_root_and_another_root_entry_at_its_place_are_judged_by_the_keys_of_both() {
    let (author, institution) = Author::founded();
    let end = Payload::EndOfFeed(EndOfFeed { reason: EndReason::Left, successor: None });
    let change = rotation(None, Some((11, 12)), None);
    let (ended, changed) = (author.draft(&end, 0, 10), author.draft(&change, 0, 11));
    for (ours, theirs) in [(&ended, &changed), (&changed, &ended)] {
        let mut holder = institution.clone();
        holder.apply(&ours.0, Some(&ours.1));
        assert!(holder.verify_at(&ours.0.to_unverified()).is_ok());
        holder.see_rotation(&change);
        assert!(holder.verify_at(&theirs.0.to_unverified()).is_ok());
    }
    let mut holder = institution;
    let uncommitted = rotation(None, Some((13, 12)), None);
    holder.see_rotation(&uncommitted);
    assert!(holder.verify_at(&author.forged(&uncommitted, 0, 13)).is_err(), "not the committed key");
    holder.see_rotation(&change);
    assert!(holder.verify_at(&author.forged(&end, 0, 11)).is_err(), "it signs nothing before it takes over");
}
