//! What becomes of tables on a disk that is full, or nearly so.

use super::*;

#[test]
fn a_checkpoint_that_cannot_be_made_stays_due_and_is_no_failure_of_the_batch_before_it() {
    let room = Room::with_rows(1);
    let disk = Disk::default();
    let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
    let known = || checkpoint::Checkpoint::read(&room.path()).unwrap().stated.marks[FEEDS.name()];
    disk.faults.full_after(Some(0));
    tables.apply(&batch(1), FEEDS, at(1)).unwrap();
    assert!(matches!(tables.checkpoint(), Err(TableError::Failed { .. })), "who asks for one is told");
    tables.apply(&batch(2), FEEDS, at(2)).unwrap();
    assert_eq!((tables.applied(FEEDS).unwrap(), known()), (Some(at(2)), at(0).to_u64()));
    disk.faults.full_after(None);
    tables.apply(&batch(3), FEEDS, at(3)).unwrap();
    tables.checkpoint().unwrap();
    assert_eq!((known(), room.told.get()), (at(3).to_u64(), None));
    drop(tables);
    assert!(room.is_intact(&room.open(), 4));
}

#[test]
fn a_batch_for_which_memory_has_no_place_is_refused_until_rows_can_be_written() {
    let (mut room, disk) = (Room::with_rows(1), Disk::default());
    room.options.recent_bytes = 1_000;
    let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
    disk.faults.full_after(Some(0));
    let refused = (1..20).find(|number| tables.apply(&batch(*number), FEEDS, at(*number)).is_err()).unwrap();
    assert!((4..15).contains(&refused), "{refused} batches of some 300 bytes were taken into twice 1,000");
    assert_eq!(tables.applied(FEEDS).unwrap(), Some(at(refused - 1)));
    assert!(room.is_intact(&tables, refused), "what was taken is read");
    disk.faults.full_after(None);
    tables.apply(&batch(refused), FEEDS, at(refused)).unwrap();
    assert_eq!(room.told.get(), None);
    drop(tables);
    assert!(room.is_intact(&room.open(), refused + 1));
}

#[test]
fn rows_that_cannot_be_written_take_no_more_memory_than_twice_their_place() {
    let (mut room, disk) = (Room::new(), Disk::default());
    room.options.recent_bytes = 4_000;
    let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
    disk.faults.say_free(Some(1 << 20));
    let refused = (0..100).find(|number| tables.apply(&batch(*number), FEEDS, at(*number)).is_err()).unwrap();
    assert!((18..22).contains(&refused), "{refused} batches of some 400 bytes were taken into twice 4,000");
    disk.faults.say_free(Some(2 << 20));
    tables.apply(&batch(refused), FEEDS, at(refused)).unwrap();
    assert!(room.is_intact(&tables, refused + 1));
}

#[test]
fn fresh_tables_lose_no_row_on_a_disk_that_does_not_say_what_is_free() {
    let (room, disk) = (Room::new(), Disk::default());
    disk.faults.say_free(None);
    let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
    for number in 0..100 {
        tables.apply(&batch(number), FEEDS, at(number)).unwrap();
    }
    tables.checkpoint().unwrap();
    drop(tables);
    assert!(room.is_intact(&room.open(), 100));
}

#[test]
fn rows_wait_in_memory_where_the_disk_has_little_room_for_them() {
    for written_before in [0, 50] {
        let (room, disk) = (Room::new(), Disk::default());
        let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
        let apply = |numbers: std::ops::Range<u8>| {
            numbers.for_each(|number| tables.apply(&batch(number), FEEDS, at(number)).unwrap());
            tables.checkpoint()
        };
        let layers = tables.layers.as_ref().unwrap();
        apply(0..written_before).unwrap();
        let before = (layers.bytes(), room.blocks());
        disk.faults.say_free(Some((1 << 20) + 50_000));
        let said = apply(written_before..100).unwrap_err();
        assert!(matches!(&said, TableError::Failed { why } if why.contains("1098576 bytes are free")), "{said}");
        assert_eq!((layers.bytes(), room.blocks()), before, "nothing is written");
        assert!(room.is_intact(&tables, 100), "and all is read");
        disk.faults.say_free(Some(2 << 20));
        tables.checkpoint().unwrap();
        drop(tables);
        assert!(room.is_intact(&room.open(), 100));
        assert_eq!(room.told.get(), None);
    }
}

#[test]
fn what_is_written_takes_no_more_than_the_room_that_was_asked_for() {
    const NOTES: Table<[u8; 8], Vec<u8>> = Table::new("notes");
    for (row_bytes, rows) in [(100, 8_000), (1_000, 3_000), (ROW_BYTES_MAX, 500)] {
        let (room, disk) = (Room::new(), Disk::default());
        let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
        let layers = tables.layers.as_ref().unwrap();
        for round in 0..5_u64 {
            let mut batch = Batch::new();
            for row in 0..rows {
                let key = (row * 5 + round).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
                batch.put(NOTES, &key, &noise(row_bytes, row << 8 | round)).unwrap();
            }
            tables.apply(&batch, FEEDS, Position::from_u64(round)).unwrap();
            disk.faults.say_free(Some(0));
            let (before, blocks, mut free) = (layers.bytes().1, room.blocks(), 0);
            while tables.checkpoint().is_err() {
                free += 1 << 19;
                disk.faults.say_free(Some(free));
            }
            // Written anew, the old files were there until the end.
            let before = if room.blocks() == blocks { before } else { 0 };
            let taken = layers.bytes().1;
            assert!(taken < before + free, "{rows} rows of {row_bytes}, {round}: {before} + {free}, then {taken}");
        }
    }
}

#[test]
fn tables_that_were_opened_on_a_full_disk_are_sound_after_a_crash() {
    let (room, disk) = (Room::with_rows(1), Disk::default());
    disk.faults.full_after(Some(0));
    let tables = Tables::open_on(&room.path(), room.options.clone(), &disk);
    assert!(room.is_intact(&tables, 1), "reading goes on");
    tables.apply(&batch(1), FEEDS, at(1)).unwrap();
    disk.faults.full_after(None);
    tables.checkpoint().unwrap();
    let crashed = room.directory.path().join("crashed");
    copy_tree(&room.path(), &crashed);
    let copy = Tables::open(&crashed, room.options.clone());
    assert!(room.is_intact(&copy, 2), "{:?}", copy.set_aside());
}
