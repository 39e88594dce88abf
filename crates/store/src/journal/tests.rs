//! What must hold of the journal, on real files: nothing acknowledged is lost, damage is told, erased is gone.

mod crash;
mod damage;
mod erasure;
mod faults;

use std::{
    fs,
    sync::{Mutex, atomic::AtomicUsize},
};

use proptest::prelude::*;

use super::*;
use crate::{fatal::Fatal, test_entropy::counting};

/// A directory with a journal in it, and what is needed to open it again and again.
struct Room {
    directory: tempfile::TempDir,
    options: JournalOptions,
    disk: Disk,
    losses: Arc<AtomicUsize>,
}

impl Room {
    fn new(segment_bytes: u32) -> Self {
        let losses = Arc::new(AtomicUsize::new(0));
        let counted = losses.clone();
        let options = JournalOptions {
            limits: Limits { segment_bytes, keys_ahead: 4 },
            check: Check::All,
            keyring: Keyring::new(WrappingKey::new([1; 32])),
            entropy: counting(1),
            on_fatal: OnFatal::new(move |fatal| {
                assert!(matches!(fatal, Fatal::Loss { .. }), "{fatal:?}");
                counted.fetch_add(1, Ordering::SeqCst);
            }),
        };
        Self { directory: tempfile::tempdir().unwrap(), options, disk: Disk::default(), losses }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("feeds")
    }

    fn open(&self) -> Journal {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<Journal, OpenError> {
        Journal::open_on(&self.path(), self.options.clone(), &self.disk)
    }

    /// The journal as a power cut now would leave it at best: all files as they are.
    fn copy_to(&self, name: &str) -> PathBuf {
        let copy = self.directory.path().join(name);
        copy_files(&self.path(), &copy);
        copy
    }

    fn open_at(&self, path: &Path) -> Journal {
        Journal::open_on(path, self.options.clone(), &self.disk).unwrap()
    }
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn record(number: usize, secret_bytes: usize) -> NewRecord {
    let secret = (secret_bytes > 0).then(|| vec![number as u8; secret_bytes].into());
    NewRecord { kind: number as u8, clear: format!("header {number}").into_bytes(), secret }
}

fn is_same(new: &NewRecord, read: &Record) -> bool {
    let secret = new.secret.clone().map_or(Secret::None, Secret::Held);
    (new.kind, &new.clear, &secret) == (read.kind, &read.clear, &read.secret)
}

fn flip(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn records_are_read_back_over_many_segments_and_restarts() {
    let room = Room::new(2_000);
    let records: Vec<_> = (0..60).map(|number| record(number, number * 7 % 300)).collect();
    let mut positions = Vec::new();
    for part in records.chunks(20) {
        let journal = room.open();
        for record in part {
            positions.extend(journal.append_blocking(vec![record.clone()]).unwrap());
        }
    }
    let journal = room.open();
    assert!(journal.end().segment() >= 5, "the segments are small");
    assert!(positions.is_sorted_by(|one, next| one < next));
    for (position, record) in positions.iter().zip(&records) {
        assert!(is_same(record, &journal.read(*position).unwrap()), "{position}");
    }
    assert_eq!((journal.damage(), journal.cut_bytes()), (&[][..], 0));
}

#[test]
fn a_scan_goes_on_behind_what_was_applied() {
    let room = Room::new(1_000);
    let journal = room.open();
    let positions: Vec<_> =
        (0..30).map(|number| journal.append_blocking(vec![record(number, 40)]).unwrap()[0]).collect();
    for (index, applied) in positions.iter().enumerate() {
        let after: Vec<_> = journal.scan_after(*applied).map(|scanned| scanned.unwrap().position).collect();
        assert_eq!(after, positions[index + 1..]);
        let from: Vec<_> = journal.scan(Some(*applied)).map(|scanned| scanned.unwrap().position).collect();
        assert_eq!(from, positions[index..]);
    }
}

#[test]
fn only_positions_of_acknowledged_records_can_be_read() {
    let room = Room::new(1 << 20);
    let journal = room.open();
    let position = journal.append_blocking(vec![record(1, 10)]).unwrap()[0];
    assert!(matches!(journal.read(journal.end()), Err(JournalError::NoRecord(_))));
    assert!(matches!(journal.read(Position::new(7, 200)), Err(JournalError::NoRecord(_))));
    assert!(matches!(journal.read(Position::new(1, 3)), Err(JournalError::NoRecord(_))));
    let inside = Position::new(1, position.offset() + 1);
    assert!(matches!(journal.read(inside), Err(JournalError::Damaged(_))));
}

#[test]
fn a_record_beyond_its_limit_is_refused_and_one_at_it_is_kept() {
    let room = Room::new(1 << 20);
    let journal = room.open();
    let at = NewRecord { kind: 1, clear: vec![1; RECORD_BYTES_MAX - 5], secret: Some(vec![2; 5].into()) };
    let beyond = NewRecord { clear: vec![1; RECORD_BYTES_MAX - 4], ..at.clone() };
    assert_eq!(journal.append_blocking(vec![beyond]), Err(AppendError::TooLarge { bytes: RECORD_BYTES_MAX + 1 }));
    let position = journal.append_blocking(vec![at.clone()]).unwrap()[0];
    assert!(is_same(&at, &journal.read(position).unwrap()));
    let many = vec![at; 17];
    assert!(matches!(journal.append_blocking(many), Err(AppendError::TooLarge { .. })));
}

#[test]
fn appends_of_many_callers_are_acknowledged_in_groups_and_all_kept() {
    let room = Room::new(100_000);
    let journal = room.open();
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let (journal, told) = (&journal, &told);
            scope.spawn(move || {
                for number in 0..20 {
                    let new = record(caller * 20 + number, 100);
                    let position = journal.append_blocking(vec![new.clone()]).unwrap()[0];
                    told.lock().unwrap().push((position, new));
                }
            });
        }
    });
    let told = told.into_inner().unwrap();
    assert_eq!(journal.scan(None).count(), 160);
    assert!(told.iter().all(|(position, new)| is_same(new, &journal.read(*position).unwrap())));
}

#[test]
fn positions_come_to_async_code_in_the_order_of_the_calls() {
    let room = Room::new(1 << 20);
    let journal = room.open();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let positions = runtime.block_on(async {
        let pending: Vec<_> =
            (0..40).map(|number| journal.append(vec![record(number, 9), record(number, 0)])).collect();
        futures::future::try_join_all(pending).await.unwrap()
    });
    let positions: Vec<_> = positions.into_iter().flatten().collect();
    assert!(positions.len() == 80 && positions.is_sorted());
}

#[test]
fn secrets_do_not_print() {
    let secret = "the patient of room four";
    let new = NewRecord { kind: 1, clear: Vec::new(), secret: Some(secret.as_bytes().to_vec().into()) };
    let room = Room::new(1 << 20);
    let journal = room.open();
    let position = journal.append_blocking(vec![new.clone()]).unwrap()[0];
    let shown = format!("{new:?} {:?} {journal:?}", journal.read(position).unwrap());
    assert!(shown.contains("[redacted]") && !shown.contains(&format!("{:?}", secret.as_bytes())[1..20]), "{shown}");
}

#[test]
fn a_newer_segment_is_refused_with_its_number() {
    let room = Room::new(1 << 20);
    drop(room.open());
    let newer = crate::format::Format { magic: *b"CNSLjrnl", number: 2, what: "" }.stamp();
    let path = segment::path(&room.path(), 1);
    let mut bytes = fs::read(&path).unwrap();
    bytes[..newer.len()].copy_from_slice(&newer);
    fs::write(&path, bytes).unwrap();
    let said = room.try_open().unwrap_err().to_string();
    assert!(said.contains("000001.log has format 2; this program knows up to 1"), "{said}");
}

#[test]
fn another_wrapping_key_is_refused() {
    let mut room = Room::new(1 << 20);
    drop(room.open());
    room.options.keyring = Keyring::new(WrappingKey::new([2; 32]));
    assert!(matches!(room.try_open(), Err(OpenError::Keys(KeyError::WrongWrappingKey { .. }))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_replay_equals_what_was_appended(
        requests in prop::collection::vec(prop::collection::vec((any::<u8>(), 0..200_usize, prop::option::of(0..200_usize)), 0..5), 1..25),
        segment_bytes in 300..3_000_u32,
        reopen_every in 1..9_usize,
    ) {
        let room = Room::new(segment_bytes);
        let mut journal = room.open();
        let mut appended = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            let records: Vec<_> = request
                .iter()
                .map(|(kind, clear, secret)| NewRecord {
                    kind: *kind,
                    clear: vec![*kind; *clear],
                    secret: secret.map(|bytes| vec![!*kind; bytes].into()),
                })
                .collect();
            let positions = journal.append_blocking(records.clone()).unwrap();
            appended.extend(positions.into_iter().zip(records));
            if index % reopen_every == 0 {
                drop(journal);
                journal = room.open();
            }
        }
        let replayed: Vec<_> = journal.scan(None).map(|scanned| scanned.unwrap()).collect();
        prop_assert_eq!(replayed.len(), appended.len());
        for (scanned, (position, new)) in replayed.iter().zip(&appended) {
            let read = Record { kind: scanned.kind, clear: scanned.clear.clone(), secret: journal.unseal(scanned).unwrap() };
            prop_assert!(scanned.position == *position && is_same(new, &read));
            prop_assert_eq!(scanned.has_secret(), new.secret.is_some());
        }
    }
}
