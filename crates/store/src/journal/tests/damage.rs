//! Rot: whatever bit of whatever file flips, it is told and never answered wrongly.

use super::*;

/// Three segments; some records and where they stand.
fn written(room: &Room) -> Vec<(Position, NewRecord)> {
    let journal = room.open();
    let append = |number| {
        let new = record(number, 50);
        (journal.append_blocking(vec![new.clone()]).unwrap()[0], new)
    };
    (0..24).map(append).collect()
}

#[test]
fn a_flipped_bit_anywhere_in_a_segment_opens_it_for_reading_only() {
    let room = Room::new(1_400);
    let all = written(&room);
    let last = all.last().unwrap().0.segment();
    assert!(last >= 3);
    for segment in 1..=last {
        let length = fs::metadata(segment::path(&room.path(), segment)).unwrap().len() as usize;
        for byte in (crate::format::STAMP_LEN..length).step_by(13) {
            let copy = room.copy_to("flipped");
            flip(&segment::path(&copy, segment), byte);
            let journal = room.open_at(&copy);
            assert_eq!(journal.damage().len(), 1, "segment {segment}, byte {byte}: {:?}", journal.damage());
            assert_eq!(journal.damage()[0].segment, segment);
            assert_eq!(journal.append_blocking(vec![record(1, 1)]), Err(AppendError::ReadOnly));
            let hit = journal.damage()[0].clone();
            for (position, new) in &all {
                let read = journal.read(*position);
                if hit.why == Why::Frame && *position == Position::new(hit.segment, hit.offset) {
                    assert!(matches!(read, Err(JournalError::Damaged(_))));
                } else {
                    assert!(is_same(new, &read.unwrap()), "segment {segment}, byte {byte}, {position}");
                }
            }
            let sound = journal.scan(None).filter_map(Result::ok).count();
            assert_eq!(sound, all.len() - usize::from(hit.why == Why::Frame));
            drop(journal);
            fs::remove_dir_all(copy).unwrap();
        }
    }
}

#[test]
fn acknowledged_records_that_are_gone_are_told() {
    let room = Room::new(1_400);
    let all = written(&room);
    let (last, _) = all.last().unwrap();
    let copy = room.copy_to("shorter");
    let file = fs::File::options().write(true).open(segment::path(&copy, last.segment())).unwrap();
    file.set_len(u64::from(last.offset())).unwrap();
    let why = |journal: Journal| journal.damage().iter().map(|damage| damage.why).collect::<Vec<_>>();
    assert_eq!(why(room.open_at(&copy)), [Why::EndMissing]);
    fs::remove_file(segment::path(&copy, last.segment())).unwrap();
    assert_eq!(why(room.open_at(&copy)), [Why::SegmentMissing]);
    let copy = room.copy_to("hole");
    fs::remove_file(segment::path(&copy, 2)).unwrap();
    let journal = room.open_at(&copy);
    assert_eq!(journal.scan(None).filter(Result::is_err).count(), 1);
    assert_eq!(why(journal), [Why::SegmentMissing]);
}

#[test]
fn a_segment_that_lost_its_last_whole_record_does_not_pass_for_complete() {
    let room = Room::new(1_400);
    let all = written(&room);
    let last_of_first = all.iter().rev().find(|(position, _)| position.segment() == 1).unwrap().0;
    let file = fs::File::options().write(true).open(segment::path(&room.path(), 1)).unwrap();
    file.set_len(u64::from(last_of_first.offset())).unwrap();
    let damage = room.open().damage().to_vec();
    assert_eq!(damage, [Damage { segment: 1, offset: last_of_first.offset(), why: Why::Link }]);
}

#[test]
fn a_backup_without_the_mark_opens_and_goes_on() {
    let room = Room::new(1_400);
    let all = written(&room);
    fs::remove_file(room.path().join("acknowledged")).unwrap();
    let journal = room.open();
    assert!(journal.damage().is_empty());
    assert_eq!(journal.scan(None).count(), all.len());
    journal.append_blocking(vec![record(1, 1)]).unwrap();
}

#[test]
fn without_the_mark_the_frames_themselves_tell_rot_from_a_tear() {
    let room = Room::new(1 << 20);
    let all = written(&room);
    fs::remove_file(room.path().join("acknowledged")).unwrap();
    for (number, (position, _)) in all.iter().enumerate() {
        let copy = room.copy_to("flipped");
        flip(&segment::path(&copy, 1), position.offset() as usize + 30);
        let journal = room.open_at(&copy);
        let is_last = number + 1 == all.len();
        assert_eq!(journal.damage().is_empty(), is_last, "record {number}");
        assert_eq!(journal.cut_bytes() > 0, is_last, "record {number}");
        drop(journal);
        fs::remove_dir_all(copy).unwrap();
    }
}

#[test]
fn lost_keys_are_told_and_the_clear_bytes_stay() {
    let room = Room::new(1_400);
    let all = written(&room);
    for copy in ["keys", "keys2"] {
        fs::remove_file(room.path().join(format!("000002.{copy}"))).unwrap();
    }
    let journal = room.open();
    assert_eq!(journal.damage(), [Damage { segment: 2, offset: 0, why: Why::Keys }]);
    for (position, new) in &all {
        let read = journal.read(*position);
        assert_eq!(read.is_err(), position.segment() == 2);
        let scanned = journal.scan(Some(*position)).next().unwrap().unwrap();
        assert_eq!(scanned.clear, new.clear);
    }
}

#[test]
fn a_quick_open_sees_damage_in_the_last_segment_and_meets_the_rest_on_reading() {
    let mut room = Room::new(1_400);
    let all = written(&room);
    room.options.check = Check::Last;
    flip(&segment::path(&room.path(), 1), all[2].0.offset() as usize + 40);
    let journal = room.open();
    assert!(journal.damage().is_empty());
    assert!(matches!(journal.read(all[2].0), Err(JournalError::Damaged(_))));
    assert_eq!(journal.scan(None).filter(Result::is_err).count(), 1);
    drop(journal);
    flip(&segment::path(&room.path(), all[23].0.segment()), all[23].0.offset() as usize + 40);
    assert_eq!(room.open().damage().len(), 1);
}

#[test]
fn keys_can_be_erased_in_a_damaged_journal() {
    let room = Room::new(1_400);
    let all = written(&room);
    flip(&segment::path(&room.path(), 1), all[2].0.offset() as usize + 40);
    let journal = room.open();
    assert_eq!(journal.damage().len(), 1);
    assert!(matches!(journal.erase(&[all[2].0, all[3].0]), Err(JournalError::Damaged(_))), "one of the two is told");
    assert_eq!(journal.read(all[3].0).unwrap().secret, Secret::Erased);
}
