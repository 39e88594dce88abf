//! What must hold of tables: all of a batch or nothing, and whatever becomes of the directory, they open.

use std::{collections::BTreeMap as Model, fs, path::PathBuf};

use proptest::prelude::*;
use protocol::{CaseId, CaseNumber, EntryId, FeedId};

use super::*;
use crate::fatal::Fatal;

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
fn whatever_becomes_of_the_directory_fresh_tables_open() {
    type Harm = fn(&Path);
    fn files(directory: &Path) -> Vec<PathBuf> {
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
    }
    let harms: [(&str, Harm); 7] = [
        ("deleted engine files", |path| fs::remove_dir_all(blocks_in(path)).unwrap()),
        ("zeroed", |path| {
            for file in files(&blocks_in(path)) {
                let length = fs::metadata(&file).unwrap().len() as usize;
                fs::write(file, vec![0; length]).unwrap();
            }
        }),
        ("cut to nothing", |path| files(&blocks_in(path)).into_iter().for_each(|file| fs::write(file, b"").unwrap())),
        ("cut in half", |path| {
            // The file is longer than what was written to it.
            let log = fs::read(blocks_in(path).join("db")).unwrap();
            let written = log.iter().rposition(|byte| *byte != 0).unwrap();
            fs::write(blocks_in(path).join("db"), &log[..written / 2]).unwrap();
            files(&blocks_in(path))
                .iter()
                .filter(|file| file.to_string_lossy().contains("snap"))
                .for_each(|file| fs::remove_file(file).unwrap());
        }),
        ("no checkpoint", |path| fs::remove_file(path.join("checkpoint")).unwrap()),
        ("half a format file", |path| fs::write(path.join("format"), b"CNSLt").unwrap()),
        ("a newer format", |path| {
            let newer = crate::format::Format { magic: *b"CNSLtbls", number: 3, what: "" }.stamp();
            fs::write(path.join("format"), [&newer[..], &[0, 0, 0, 1]].concat()).unwrap();
        }),
    ];
    for (name, harm) in harms {
        let room = Room::with_rows(20);
        harm(&room.path());
        let tables = room.open();
        assert_eq!(tables.set_aside().len(), 1, "{name}: {:?}", tables.set_aside());
        assert_eq!(tables.applied(FEEDS).unwrap(), None, "{name}");
        assert_eq!(tables.get(CASES, &case(1)).unwrap(), None, "{name}");
        tables.apply(&batch(1), FEEDS, at(1)).unwrap();
        assert!(room.directory.path().join("tables.bad-1").is_dir(), "{name}");
    }
}

#[test]
fn a_removed_directory_is_a_fresh_start_without_a_word() {
    let room = Room::with_rows(5);
    fs::remove_dir_all(room.path()).unwrap();
    let tables = room.open();
    assert!(tables.set_aside().is_empty() && tables.applied(FEEDS).unwrap().is_none());
}

#[test]
fn an_engine_that_hangs_at_open_is_left_behind() {
    let mut room = Room::with_rows(5);
    // Whoever opens a pipe that nobody writes to waits for ever.
    fs::remove_file(room.blocks().join("conf")).unwrap();
    let database = fs::File::open(room.blocks()).unwrap();
    rustix::fs::mknodat(&database, "conf", rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    room.options.open_max = Duration::from_millis(1_500);
    let tables = room.open();
    assert!(tables.set_aside()[0].contains("opening took more than 1 s"), "{:?}", tables.set_aside());
    tables.apply(&batch(1), FEEDS, at(1)).unwrap();
}

#[test]
fn two_directories_that_were_set_aside_are_kept() {
    let room = Room::with_rows(3);
    for _ in 0..4 {
        fs::remove_file(room.path().join("checkpoint")).unwrap();
        assert_eq!(room.open().set_aside().len(), 1);
    }
    let mut names: Vec<_> =
        fs::read_dir(room.directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["tables", "tables.bad-3", "tables.bad-4"]);
}

#[test]
fn another_schema_starts_afresh() {
    let mut room = Room::with_rows(3);
    room.options.schema = 2;
    let tables = room.open();
    assert!(tables.set_aside()[0].contains("schema"), "{:?}", tables.set_aside());
    assert_eq!(tables.applied(FEEDS).unwrap(), None);
}

#[test]
fn an_engine_that_silently_went_back_is_caught() {
    let room = Room::with_rows(10);
    let (older, newer) = (room.directory.path().join("older"), room.path().join("checkpoint"));
    copy_tree(&room.path(), &older);
    let tables = room.open();
    for number in 10..20 {
        tables.apply(&batch(number), FEEDS, at(number)).unwrap();
    }
    tables.checkpoint().unwrap();
    let checkpoint = fs::read(&newer).unwrap();
    drop(tables);
    fs::remove_dir_all(room.path()).unwrap();
    copy_tree(&older, &room.path());
    fs::write(&newer, checkpoint).unwrap();
    let tables = room.open();
    assert!(tables.set_aside()[0].contains("went back behind the checkpoint of feeds"), "{:?}", tables.set_aside());
    assert_eq!(tables.applied(FEEDS).unwrap(), None);
}

#[test]
fn blocks_that_vanished_without_a_trace_are_caught_after_a_crash() {
    let room = Room::with_rows(10);
    let tables = room.open();
    let crashed = room.directory.path().join("crashed");
    tables.layers.as_ref().unwrap().lose_a_block();
    tables.checkpoint().unwrap();
    copy_tree(&room.path(), &crashed);
    drop(tables);
    let tables = Tables::open(&crashed, room.options.clone());
    assert!(tables.set_aside()[0].contains("has 0 blocks or other ones; it had 1"), "{:?}", tables.set_aside());
}

#[test]
fn a_copy_of_running_tables_opens_at_a_checkpoint_or_later() {
    let room = Room::with_rows(10);
    let tables = room.open();
    tables.apply(&batch(10), FEEDS, at(10)).unwrap();
    tables.checkpoint().unwrap();
    let crashed = room.directory.path().join("crashed");
    copy_tree(&room.path(), &crashed);
    let copy = Tables::open(&crashed, room.options.clone());
    assert!(room.is_intact(&copy, 11));
}

#[test]
fn a_panic_inside_the_engine_makes_the_tables_unusable_and_nothing_else() {
    let room = Room::with_rows(3);
    let tables = room.open();
    let panicked: Result<(), _> = tables.run(|_| panic!("index out of bounds"));
    let why = "the engine panicked: index out of bounds".to_owned();
    assert_eq!(panicked, Err(TableError::Unusable { why: why.clone() }));
    assert_eq!(tables.get(CASES, &case(1)), Err(TableError::Unusable { why: why.clone() }));
    assert_eq!(tables.unusable(), Some(why.as_str()));
    assert_eq!(room.told.get(), Some(&why));
    drop(tables);
    assert!(room.is_intact(&room.open(), 3), "the rows were sound, which the next open has checked");
}

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

/// Set for a process whose files cannot grow: where its tables are.
const LIMITED: &str = "CONSILIUM_TABLES_LIMITED";

/// Applies batches of large rows until the engine cannot write them.
fn apply_until_told(directory: PathBuf) {
    let told = Arc::<OnceLock<String>>::default();
    let tell = told.clone();
    let on_fatal = OnFatal::new(move |fatal| tell.set(broken_tables(fatal)).unwrap());
    let tables = Tables::open(&directory, TableOptions { recent_bytes: 1 << 20, ..TableOptions::new(1, on_fatal) });
    let failed = (1..=u8::MAX).find_map(|number| {
        let mut large = batch(number);
        for row in 0..100 {
            let key = CaseId { institution: FeedId([row; 32]), number: CaseNumber([number; 16]) };
            large.put(CASES, &key, &noise(4_000, u64::from(number) << 8 | u64::from(row))).unwrap();
        }
        tables.apply(&large, FEEDS, at(number)).err()
    });
    assert!(matches!(failed, Some(TableError::Unusable { .. })), "{failed:?}");
    assert!(told.get().is_some_and(|why| why.contains("IO error")), "{told:?}");
    assert!(tables.get(CASES, &case(1)).is_err());
}

#[test]
fn an_engine_whose_write_failed_ends_the_process_and_the_next_start_is_sound() {
    if let Some(directory) = std::env::var_os(LIMITED) {
        return apply_until_told(directory.into());
    }
    let room = Room::with_rows(1);
    let limited = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\"";
    let name = "tables::tests::an_engine_whose_write_failed_ends_the_process_and_the_next_start_is_sound";
    let mut child = std::process::Command::new("sh");
    child.args(["-c", limited]).arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
    let output = child.env(LIMITED, room.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tables = room.open();
    assert_eq!(tables.set_aside(), [] as [String; 0]);
    let applied = tables.applied(FEEDS).unwrap().unwrap();
    assert!(applied >= at(0));
    tables.apply(&batch(200), FEEDS, at(255)).unwrap();
    assert_eq!((tables.get(CASES, &case(200)).unwrap(), room.told.get()), (Some(vec![200; 100]), None));
}

#[test]
fn a_call_that_does_not_come_back_ends_the_process_and_the_next_start_has_fresh_tables() {
    let mut room = Room::with_rows(3);
    room.options.call_max = Duration::from_millis(50);
    let (told, wait) = mpsc::channel();
    let (release, held) = mpsc::channel::<()>();
    room.options.on_fatal = OnFatal::new(move |fatal| told.send(broken_tables(fatal)).unwrap());
    let tables = room.open();
    thread::scope(|scope| {
        let hung = scope.spawn(|| tables.run(move |_| Ok(held.recv().unwrap_err())));
        assert_eq!(wait.recv().unwrap(), "a call took more than 50ms");
        assert!(matches!(tables.get(CASES, &case(1)), Err(TableError::Unusable { .. })));
        drop(release);
        hung.join().unwrap().unwrap();
    });
    drop(tables);
    room.options.call_max = Duration::from_secs(60);
    let tables = room.open();
    assert!(tables.set_aside()[0].ends_with("a call took more than 50ms"), "{:?}", tables.set_aside());
    assert_eq!(tables.applied(FEEDS).unwrap(), None);
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
