//! A full disk is survived; a failed sync is the end.

use super::*;

#[test]
fn a_full_disk_refuses_appends_at_any_byte_and_keeps_reading_erasing_and_what_was_told() {
    for room_left in (0..1_500).step_by(37) {
        let room = Room::new(900);
        let journal = room.open();
        let mut told = vec![journal.append_blocking(vec![record(0, 30)]).unwrap()[0]];
        room.disk.faults.full_after(Some(room_left));
        let refused =
            (1..40).find_map(|number| match journal.append_blocking(vec![record(number, 30), record(number, 3)]) {
                Ok(positions) => {
                    told.extend(positions);
                    None
                }
                Err(error) => Some(error),
            });
        assert_eq!(refused, Some(AppendError::Full), "{room_left} bytes left");
        assert!(told.iter().all(|position| journal.read(*position).is_ok()));
        journal.erase(&told[..1]).unwrap();
        assert_eq!(journal.read(told[0]).unwrap().secret, Secret::Erased);
        drop(journal);
        let journal = room.open();
        assert!(journal.damage().is_empty(), "it opens on the full disk: {:?}", journal.damage());
        room.disk.faults.full_after(None);
        let next = journal.append_blocking(vec![record(9, 30)]).unwrap()[0];
        assert!(journal.read(next).is_ok());
        let there = journal.scan(None).filter_map(Result::ok).count();
        assert_eq!(there, told.len() + 1, "nothing of what was refused came back");
        assert_eq!(room.losses.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn a_failed_sync_is_told_once_and_everything_is_refused_afterwards() {
    for syncs in 0..12 {
        let room = Room::new(700);
        let journal = room.open();
        let first = journal.append_blocking(vec![record(0, 30)]).unwrap()[0];
        room.disk.faults.fail_sync_after(syncs);
        let mut told = vec![first];
        let stopped = (1..40).find_map(|number| match journal.append_blocking(vec![record(number, 30)]) {
            Ok(positions) => {
                told.extend(positions);
                None
            }
            Err(error) => Some(error),
        });
        assert!(matches!(stopped, Some(AppendError::Stopped { .. })), "{stopped:?}");
        assert_eq!(room.losses.load(Ordering::SeqCst), 1);
        assert!(matches!(journal.append_blocking(vec![record(1, 1)]), Err(AppendError::Stopped { .. })));
        assert!(matches!(journal.read(first), Err(JournalError::Stopped { .. })));
        assert!(matches!(journal.erase(&[first]), Err(JournalError::Stopped { .. })));
        assert!(matches!(journal.scan(None).next(), Some(Err(JournalError::Stopped { .. }))));
        assert_eq!(journal.scan(None).count(), 1, "a scan ends after saying so");
        assert_eq!(room.losses.load(Ordering::SeqCst), 1, "told once");
        drop(journal);
        let healthy = Room { disk: Disk::default(), ..room };
        let journal = healthy.open();
        assert!(told.iter().all(|position| journal.read(*position).is_ok()), "what was acknowledged is there");
    }
}

#[test]
fn a_sync_that_fails_while_erasing_is_told_too() {
    let room = Room::new(700);
    let journal = room.open();
    let position = journal.append_blocking(vec![record(0, 30)]).unwrap()[0];
    room.disk.faults.fail_sync_after(1);
    assert!(matches!(journal.erase(&[position]), Err(JournalError::Keys(KeyError::Lost { .. }))));
    assert_eq!(room.losses.load(Ordering::SeqCst), 1);
    assert!(journal.append_blocking(vec![record(1, 0)]).is_err());
}
