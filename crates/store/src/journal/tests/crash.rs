//! Power cuts: the files as they were after an acknowledgement, with any beginning of what came after.

use super::*;

/// The bytes of the last segment behind `keep`, cut to every length in turn, with the mark as it was before they were written.
fn each_cut(room: &Room, before: &Path, keep: Position, mut check: impl FnMut(u64, Journal)) {
    let whole = segment::path(&room.path(), keep.segment());
    let length = fs::metadata(&whole).unwrap().len();
    for cut in u64::from(keep.offset())..=length {
        let copy = room.directory.path().join(format!("cut {cut}"));
        copy_files(&room.path(), &copy);
        fs::copy(before.join("acknowledged"), copy.join("acknowledged")).unwrap();
        let file = fs::File::options().write(true).open(segment::path(&copy, keep.segment())).unwrap();
        file.set_len(cut).unwrap();
        check(cut, room.open_at(&copy));
        fs::remove_dir_all(copy).unwrap();
    }
}

#[test]
fn a_torn_last_frame_is_cut_at_every_length() {
    let room = Room::new(1 << 20);
    let journal = room.open();
    journal.append_blocking((0..3).map(|number| record(number, 50)).collect()).unwrap();
    let (end, before) = (journal.end(), room.copy_to("before"));
    journal.append_blocking(vec![record(9, 30)]).unwrap();
    let whole = u64::from(journal.end().offset());
    each_cut(&room, &before, end, |cut, reopened| {
        let kept = if cut == whole { 4 } else { 3 };
        assert_eq!(reopened.scan(None).filter_map(Result::ok).count(), kept, "cut at {cut}");
        assert_eq!(reopened.cut_bytes(), if cut == whole { 0 } else { cut - u64::from(end.offset()) });
        assert!(reopened.damage().is_empty());
        let position = reopened.append_blocking(vec![record(5, 20)]).unwrap()[0];
        assert!(is_same(&record(5, 20), &reopened.read(position).unwrap()), "writing goes on");
    });
}

#[test]
fn nothing_acknowledged_is_lost_whatever_reached_the_disk_behind_it() {
    let room = Room::new(4_000);
    let journal = room.open();
    let mut told = Vec::new();
    for number in 0..12 {
        told.push(journal.append_blocking(vec![record(number, 60)]).unwrap()[0]);
    }
    let (end, before) = (journal.end(), room.copy_to("before"));
    journal.append_blocking((20..23).map(|number| record(number, 15)).collect()).unwrap();
    assert_eq!(journal.end().segment(), end.segment());
    each_cut(&room, &before, end, |cut, reopened| {
        assert!(reopened.damage().is_empty(), "cut at {cut}");
        for (number, position) in told.iter().enumerate() {
            assert!(is_same(&record(number, 60), &reopened.read(*position).unwrap()), "cut at {cut}, {position}");
        }
    });
}

#[test]
fn a_group_whose_pages_came_out_of_order_is_a_tear_and_no_damage() {
    let room = Room::new(1 << 20);
    let journal = room.open();
    journal.append_blocking(vec![record(0, 50)]).unwrap();
    let (end, before) = (journal.end(), room.copy_to("before"));
    let group = journal.append_blocking((1..5).map(|number| record(number, 50)).collect()).unwrap();
    drop(journal);
    let path = segment::path(&room.path(), 1);
    let mut bytes = fs::read(&path).unwrap();
    bytes[group[1].offset() as usize..group[2].offset() as usize].fill(0);
    fs::write(&path, bytes).unwrap();
    assert_eq!(room.open_at(&room.copy_to("acknowledged")).damage().len(), 1, "with the newer mark it is damage");
    fs::copy(before.join("acknowledged"), room.path().join("acknowledged")).unwrap();
    let journal = room.open();
    assert!(journal.damage().is_empty());
    assert_eq!(journal.end(), group[1]);
    assert!(journal.read(group[0]).is_ok(), "what came before the gap may stay");
    assert!(end < group[1]);
}

#[test]
fn a_key_of_a_lost_frame_is_never_used_for_another() {
    let room = Room::new(1 << 20);
    let journal = room.open();
    journal.append_blocking(vec![record(0, 50)]).unwrap();
    let before = room.copy_to("before");
    let lost = journal.append_blocking(vec![record(1, 50)]).unwrap()[0];
    let lost_slot = journal.shared.read(lost).unwrap().slot;
    drop(journal);
    // The keys reached the disk, the frame did not.
    for file in ["000001.log", "acknowledged"] {
        fs::copy(before.join(file), room.path().join(file)).unwrap();
    }
    let journal = room.open();
    let next = journal.append_blocking(vec![record(2, 50)]).unwrap()[0];
    assert_eq!(next, lost, "it stands where the lost one stood");
    assert!(journal.shared.read(next).unwrap().slot > lost_slot);
}

#[test]
fn a_slot_is_used_once_over_any_number_of_restarts() {
    let room = Room::new(600);
    let mut used = std::collections::BTreeSet::new();
    for number in 0..25 {
        let journal = room.open();
        for position in journal.append_blocking(vec![record(number, 20), record(number, 21)]).unwrap() {
            assert!(used.insert((position.segment(), journal.shared.read(position).unwrap().slot)));
        }
    }
}

#[test]
fn a_crash_while_a_segment_is_made_leaves_a_journal_that_opens() {
    let room = Room::new(700);
    let journal = room.open();
    let mut told = Vec::new();
    while journal.end().segment() < 3 {
        told.push(journal.append_blocking(vec![record(told.len(), 40)]).unwrap()[0]);
    }
    let made = journal.end().segment();
    told.retain(|position| position.segment() < made);
    drop(journal);
    fs::copy(room.path().join("acknowledged"), room.directory.path().join("mark")).unwrap();
    for (step, leave) in [vec![], vec!["000003.keys"], vec!["000003.keys", "000003.keys2"]].into_iter().enumerate() {
        let copy = room.copy_to(&format!("step {step}"));
        for file in ["000003.log", "000003.keys", "000003.keys2", "acknowledged"] {
            if !leave.contains(&file) {
                fs::remove_file(copy.join(file)).unwrap();
            }
        }
        fs::write(copy.join("000003.log.new"), b"CNSL").unwrap();
        let reopened = room.open_at(&copy);
        assert!(reopened.damage().is_empty());
        let position = reopened.append_blocking(vec![record(1, 200), record(2, 200)]).unwrap()[1];
        assert!(told.iter().chain([&position]).all(|position| reopened.read(*position).is_ok()));
    }
}
