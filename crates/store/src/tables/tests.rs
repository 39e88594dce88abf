//! What must hold of tables: all of a batch or nothing, and whatever becomes of the directory, they open.

use std::{collections::BTreeMap as Model, fs, path::PathBuf};

use proptest::prelude::*;
use protocol::{CaseId, CaseNumber, EntryId, FeedId};

use super::*;
use crate::fatal::Fatal;

mod full;
mod harm;

const CASES: Table<CaseId, Vec<u8>> = Table::new("cases");
const COMMENTS: Table<(CaseId, u64), ()> = Table::new("comments");
const STARS: Table<EntryId, u64> = Table::new("stars");
const FEEDS: Mark = Mark::new("feeds");
const HOUSE: Mark = Mark::new("house");

struct Room {
    directory: tempfile::TempDir,
    options: TableOptions,
    /// Why the process would have to end.
    told: Arc<OnceLock<String>>,
}

impl Room {
    fn new() -> Self {
        let told = Arc::<OnceLock<String>>::default();
        let tell = told.clone();
        let on_fatal = OnFatal::new(move |fatal| tell.set(broken_tables(fatal)).unwrap());
        let open_max = Duration::from_secs(20);
        let options = TableOptions { open_max, cache_bytes: 1 << 20, ..TableOptions::new(1, on_fatal) };
        Self { directory: tempfile::tempdir().unwrap(), options, told }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("tables")
    }

    /// Where the engine keeps what was written.
    fn blocks(&self) -> PathBuf {
        blocks_in(&self.path())
    }

    fn open(&self) -> Tables {
        Tables::open(&self.path(), self.options.clone())
    }

    fn with_rows(count: u8) -> Self {
        let room = Self::new();
        let tables = room.open();
        for number in 0..count {
            tables.apply(&batch(number), FEEDS, at(number)).unwrap();
        }
        room
    }

    fn is_intact(&self, tables: &Tables, count: u8) -> bool {
        tables.set_aside().is_empty()
            && tables.applied(FEEDS).unwrap() == Some(at(count - 1))
            && (0..count).all(|number| tables.get(CASES, &case(number)).unwrap() == Some(vec![number; 100]))
    }
}

fn blocks_in(tables: &Path) -> PathBuf {
    let mut paths = fs::read_dir(tables).unwrap().map(|entry| entry.unwrap().path());
    paths.find(|path| path.file_name().unwrap().to_string_lossy().starts_with("db-")).unwrap()
}

/// Why tables broke; nothing else may be told of them.
fn broken_tables(fatal: Fatal) -> String {
    match fatal {
        Fatal::Tables { why } => why,
        loss @ Fatal::Loss { .. } => panic!("tables lose nothing: {loss:?}"),
    }
}

/// The newest state set back to an older one, as after a loss that nobody was told of.
fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn case(number: u8) -> CaseId {
    CaseId { institution: FeedId([number % 3; 32]), number: CaseNumber([number; 16]) }
}

fn at(number: u8) -> Position {
    Position::new(1, 100 + u32::from(number))
}

fn batch(number: u8) -> Batch {
    let mut batch = Batch::new();
    batch.put(CASES, &case(number), &vec![number; 100]).unwrap();
    batch.put(COMMENTS, &(case(1), u64::from(number)), &()).unwrap();
    batch
}

/// Bytes that cannot be compressed.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1 << 40;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn rows_and_marks_are_there_after_a_restart() {
    let room = Room::with_rows(30);
    let tables = room.open();
    assert!(room.is_intact(&tables, 30));
    assert_eq!(tables.applied(HOUSE).unwrap(), None);
}

#[test]
fn an_engine_notes_where_its_pages_are_when_there_is_time_for_it() {
    let notes = |room: &Room| {
        let files = fs::read_dir(room.blocks()).unwrap().map(|entry| entry.unwrap().file_name());
        files.filter(|name| name.to_string_lossy().starts_with("snap")).collect::<Vec<_>>()
    };
    for (time, is_noted) in [(Duration::from_millis(300), false), (Duration::from_secs(60 * 60), true)] {
        let room = Room::with_rows(30);
        let layers = Layers::open(&room.path(), &room.options, Disk::default(), false).unwrap();
        layers.apply(&batch(30), FEEDS, at(30)).unwrap();
        layers.write().unwrap();
        let before = notes(&room);
        layers.close(Instant::now() + time).unwrap();
        assert_eq!(notes(&room) != before, is_noted, "with {time:?}");
        assert!(room.is_intact(&room.open(), 31), "with {time:?}");
    }
}

#[test]
fn what_a_stop_has_no_time_to_write_is_applied_again() {
    let room = Room::with_rows(5);
    let layers = Layers::open(&room.path(), &room.options, Disk::default(), false).unwrap();
    layers.apply(&batch(5), FEEDS, at(5)).unwrap();
    layers.close(Instant::now()).unwrap();
    assert!(room.is_intact(&room.open(), 5));
}

#[test]
fn rows_that_stand_in_memory_for_long_are_written_without_another_batch() {
    let mut room = Room::new();
    let tables = room.open();
    let is_written_if_due = |tables: &Tables| {
        let layers = tables.layers.as_ref().unwrap();
        layers.apply(&batch(1), FEEDS, at(1)).unwrap();
        tables.write_if_due();
        tables.writer.lock().unwrap().take().is_some_and(|writer| writer.join().is_ok()) && layers.bytes().0 > 0
    };
    assert!(!is_written_if_due(&tables), "ten minutes have not passed");
    drop(tables);
    room.options.written_within = Duration::ZERO;
    let tables = room.open();
    tables.write_if_due();
    assert!(tables.writer.lock().unwrap().is_none(), "nothing has to be written");
    assert!(is_written_if_due(&tables));
}

#[test]
fn rows_come_in_the_order_of_their_keys_from_both_ends() {
    let room = Room::with_rows(30);
    let tables = room.open();
    let keys = |rows: Rows<'_, (CaseId, u64), ()>| rows.map(|row| row.unwrap().0.1).collect::<Vec<_>>();
    assert_eq!(keys(tables.prefix(COMMENTS, &case(1)).unwrap()), (0..30).collect::<Vec<_>>());
    assert!(keys(tables.prefix(COMMENTS, &case(2)).unwrap()).is_empty());
    assert_eq!(keys(tables.range(COMMENTS, (case(1), 10)..(case(1), 13)).unwrap()), [10, 11, 12]);
    assert!(keys(tables.range(COMMENTS, (case(1), 13)..(case(1), 10)).unwrap()).is_empty());
    assert!(keys(tables.range(COMMENTS, (case(1), 13)..(case(1), 13)).unwrap()).is_empty());
    let newest: Vec<_> = tables.prefix(COMMENTS, &case(1)).unwrap().rev().take(2).map(|row| row.unwrap().0.1).collect();
    assert_eq!(newest, [29, 28]);
}

#[test]
fn a_row_or_key_beyond_its_limit_is_refused() {
    let mut batch = Batch::new();
    let too_large = TableError::RowTooLarge { table: "cases", bytes: ROW_BYTES_MAX + 1 };
    assert_eq!(batch.put(CASES, &case(1), &vec![0; ROW_BYTES_MAX + 1]), Err(too_large));
    batch.put(CASES, &case(1), &vec![0; ROW_BYTES_MAX]).unwrap();
    const TEXTS: Table<Vec<u8>, ()> = Table::new("texts");
    assert!(matches!(
        batch.put(TEXTS, &vec![0; KEY_BYTES_MAX + 1], &()),
        Err(TableError::KeyTooLarge { bytes: 513, .. })
    ));
}

#[test]
fn bytes_that_are_no_row_are_told_and_end_a_walk() {
    let room = Room::new();
    let tables = room.open();
    const AS_NUMBERS: Table<EntryId, u64> = Table::new("mixed");
    const AS_BYTES: Table<EntryId, Vec<u8>> = Table::new("mixed");
    let mut batch = Batch::new();
    batch.put(AS_BYTES, &EntryId([1; 32]), &vec![1, 2, 3]).unwrap();
    tables.apply(&batch, FEEDS, at(1)).unwrap();
    assert_eq!(tables.get(AS_NUMBERS, &EntryId([1; 32])), Err(TableError::NotARow { table: "mixed" }));
    assert_eq!(tables.range(AS_NUMBERS, ..).unwrap().count(), 1);
}

#[test]
fn rows_are_written_while_others_are_read_and_changed() {
    let mut room = Room::new();
    room.options.recent_bytes = 64 << 10;
    let tables = room.open();
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut seen = 0;
            while seen < 3_000 {
                let rows: Vec<u64> = tables.prefix(COMMENTS, &case(1)).unwrap().map(|row| row.unwrap().0.1).collect();
                assert!(rows.iter().copied().eq(0..rows.len() as u64), "rows come once and in order: {rows:?}");
                assert!(rows.len() >= seen, "none goes");
                seen = rows.len();
            }
        });
        for number in 0..3_000_u64 {
            let mut batch = Batch::new();
            batch.put(COMMENTS, &(case(1), number), &()).unwrap();
            batch.put(STARS, &EntryId([(number % 200) as u8; 32]), &number).unwrap();
            tables.apply(&batch, FEEDS, Position::from_u64(number)).unwrap();
        }
        reading.join().unwrap();
    });
    drop(tables);
    let tables = room.open();
    assert_eq!(tables.applied(FEEDS).unwrap(), Some(Position::from_u64(2_999)));
    assert_eq!(tables.range(COMMENTS, ..).unwrap().rev().count(), 3_000);
}

#[test]
fn keys_with_the_highest_bytes_are_walked_back() {
    let room = Room::new();
    let tables = room.open();
    let institution = |number: u8| {
        let mut bytes = [0xff; 32];
        bytes[0] = number;
        FeedId(bytes)
    };
    let mut batch = Batch::new();
    for number in 0..30 {
        for row in 0..41 {
            let key = CaseId { institution: institution(number), number: CaseNumber([row; 16]) };
            batch.put(CASES, &key, &noise(4_000, number.into())).unwrap();
        }
    }
    tables.apply(&batch, FEEDS, at(1)).unwrap();
    tables.checkpoint().unwrap();
    for number in 0..30 {
        let rows = tables.prefix(CASES, &institution(number)).unwrap().rev();
        let rows: Vec<u8> = rows.map(|row| row.unwrap().0.number.0[0]).collect();
        assert!(rows.iter().copied().eq((0..41).rev()), "{number}: {rows:?}");
    }
}

#[test]
fn rows_that_change_again_and_again_take_no_more_of_the_disk() {
    let mut room = Room::new();
    room.options.recent_bytes = 0;
    let tables = room.open();
    for round in 0..400_u64 {
        let mut batch = Batch::new();
        for row in 0..20 {
            let key = CaseId { institution: FeedId([(round * 7 % 20) as u8; 32]), number: CaseNumber([row; 16]) };
            batch.put(CASES, &key, &noise(1_000, round << 8 | u64::from(row))).unwrap();
        }
        tables.apply(&batch, FEEDS, Position::from_u64(round)).unwrap();
    }
    let layers = tables.layers.as_ref().unwrap();
    let (written, taken) = layers.bytes();
    assert!((300_000..600_000).contains(&written), "{written} bytes are written");
    assert!(taken < 2 * written + (5 << 20), "{taken} bytes of the disk for {written}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn tables_hold_what_a_map_would(
        steps in prop::collection::vec(
            prop::collection::vec((any::<u8>(), prop::option::of(0..900_usize)), 0..40),
            1..20,
        ),
        reopen_every in 2..8_usize,
        recent_bytes in prop::sample::select(vec![0, 10_000, 1 << 20]),
        walk in (any::<u8>(), any::<u8>(), prop::collection::vec(any::<bool>(), 0..300)),
    ) {
        let mut room = Room::new();
        room.options.recent_bytes = recent_bytes;
        let mut tables = room.open();
        let mut model = Model::new();
        for (index, step) in steps.iter().enumerate() {
            let mut batch = Batch::new();
            for (number, row) in step {
                let key = case(*number);
                match row {
                    Some(length) => {
                        let row = noise(*length, index as u64);
                        batch.put(CASES, &key, &row).unwrap();
                        model.insert(key.to_bytes(), row);
                    }
                    None => {
                        batch.remove(CASES, &key).unwrap();
                        model.remove(&key.to_bytes());
                    }
                }
            }
            tables.apply(&batch, HOUSE, at(index as u8)).unwrap();
            if index % reopen_every == 0 {
                drop(tables);
                tables = room.open();
                prop_assert!(tables.set_aside().is_empty(), "{:?}", tables.set_aside());
            }
            prop_assert_eq!(tables.applied(HOUSE).unwrap(), Some(at(index as u8)));
            for number in (0..=u8::MAX).step_by(5) {
                prop_assert_eq!(tables.get(CASES, &case(number)).unwrap(), model.get(&case(number).to_bytes()).cloned());
            }
        }
        // From both ends, in whatever turns, between two keys.
        let mut keys = [case(walk.0), case(walk.1)];
        keys.sort_by_key(Key::to_bytes);
        let mut expected = model.range(keys[0].to_bytes()..keys[1].to_bytes());
        let mut rows = tables.range(CASES, keys[0]..keys[1]).unwrap().map(Result::unwrap);
        for is_backward in walk.2.into_iter().chain([false; 257]) {
            let (row, expected) =
                if is_backward { (rows.next_back(), expected.next_back()) } else { (rows.next(), expected.next()) };
            prop_assert_eq!(row.map(|(key, row)| (key.to_bytes(), row)), expected.map(|(key, row)| (key.clone(), row.clone())));
        }
    }
}
