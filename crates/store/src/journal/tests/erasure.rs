//! Erasing: afterwards no holder of all files and of the wrapping key gets the words back.

use super::*;
use crate::seal::ContentKey;

const CANARY: &[u8] = b"canary: the words of one patient";

/// Tries every key that any slot-sized run of bytes in any file unwraps to on every run of bytes that may be the sealed canary.
fn can_be_had(room: &Room, position: Position, wrapping: &WrappingKey) -> bool {
    let files: Vec<_> =
        fs::read_dir(room.path()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    if files.iter().any(|bytes| bytes.windows(CANARY.len()).any(|run| run == CANARY)) {
        return true;
    }
    let journal = room.open();
    let scanned = journal.shared.read(position).unwrap();
    let slot = scanned.slot.unwrap();
    let place = journal.shared.place(position);
    let slot_aad = [&place.journal[..], &place.segment.to_be_bytes(), &slot.to_be_bytes()].concat();
    let keys = files.iter().flat_map(|bytes| bytes.windows(crate::seal::WRAPPED_LEN));
    let keys = keys.filter_map(|run| wrapping.unwrap(run.try_into().unwrap(), &slot_aad));
    let aad = place.secret_aad(scanned.kind, slot, &scanned.clear);
    let opens = |key: ContentKey| key.unseal(0, &aad, &scanned.sealed).is_some_and(|plain| plain.as_slice() == CANARY);
    keys.into_iter().any(opens)
}

fn with_canary(room: &Room) -> Position {
    let journal = room.open();
    let canary = NewRecord { secret: Some(CANARY.to_vec().into()), ..record(1, 0) };
    journal.append_blocking(vec![record(0, 20), canary, record(2, 20)]).unwrap()[1]
}

#[test]
fn an_erased_secret_cannot_be_had_from_the_files_with_the_wrapping_key() {
    let room = Room::new(1 << 20);
    let position = with_canary(&room);
    let wrapping = WrappingKey::new([1; 32]);
    assert!(can_be_had(&room, position, &wrapping), "before the erasure the search finds it");
    room.open().erase(&[position]).unwrap();
    assert!(!can_be_had(&room, position, &wrapping));
    let read = room.open().read(position).unwrap();
    assert_eq!((read.clear, read.secret), (b"header 1".to_vec(), Secret::Erased));
}

#[test]
fn erasing_one_leaves_the_others_and_can_be_repeated() {
    let room = Room::new(600);
    let journal = room.open();
    let positions: Vec<_> =
        (0..20).map(|number| journal.append_blocking(vec![record(number, number % 3 * 30)]).unwrap()[0]).collect();
    let erased: Vec<_> = positions.iter().copied().step_by(2).collect();
    journal.erase(&erased).unwrap();
    journal.erase(&erased).unwrap();
    drop(journal);
    let journal = room.open();
    for (number, position) in positions.iter().enumerate() {
        let expected = match (number % 3, number % 2) {
            (0, _) => Secret::None,
            (_, 0) => Secret::Erased,
            (bytes, _) => Secret::Held(vec![number as u8; bytes * 30].into()),
        };
        assert_eq!(journal.read(*position).unwrap().secret, expected, "record {number}");
    }
}

#[test]
fn after_a_rewrite_the_old_wrapping_key_opens_nothing_and_appending_goes_on() {
    let mut room = Room::new(600);
    let position = with_canary(&room);
    let (old, new) = (WrappingKey::new([1; 32]), WrappingKey::new([2; 32]));
    let journal = room.open();
    journal.rewrite_key_files(&new).unwrap();
    let later: Vec<_> = (0..12).map(|number| journal.append_blocking(vec![record(number, 40)]).unwrap()[0]).collect();
    assert!(journal.end().segment() > 1);
    drop(journal);
    assert!(matches!(room.try_open(), Err(OpenError::Keys(KeyError::WrongWrappingKey { .. }))));
    room.options.keyring = Keyring::new(new.clone());
    assert!(can_be_had(&room, position, &new) && !can_be_had(&room, position, &old));
    assert!(later.iter().all(|position| matches!(room.open().read(*position).unwrap().secret, Secret::Held(_))));
}

#[test]
fn a_rewrite_that_reached_some_files_opens_with_both_keys_and_is_finished_by_another() {
    let mut room = Room::new(600);
    let journal = room.open();
    let positions: Vec<_> =
        (0..12).map(|number| journal.append_blocking(vec![record(number, 40)]).unwrap()[0]).collect();
    drop(journal);
    let before = room.copy_to("before");
    let new = WrappingKey::new([2; 32]);
    room.open().rewrite_key_files(&new).unwrap();
    for copy in ["keys", "keys2"] {
        let name = format!("000002.{copy}");
        fs::copy(before.join(&name), room.path().join(&name)).unwrap();
    }
    room.options.keyring = Keyring { current: new.clone(), previous: Some(WrappingKey::new([1; 32])) };
    let journal = room.open();
    assert!(positions.iter().all(|position| journal.read(*position).is_ok()));
    journal.rewrite_key_files(&new).unwrap();
    drop(journal);
    room.options.keyring = Keyring::new(new);
    let journal = room.open();
    assert!(positions.iter().all(|position| journal.read(*position).is_ok()));
}
