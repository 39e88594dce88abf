//! What becomes of tables when their directory, their disk or their engine comes to harm.

use super::*;

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
fn how_far_a_journal_was_applied_is_written_without_the_rows_that_did_not_change() {
    let room = Room::with_rows(30);
    let (tables, before) = (room.open(), room.blocks());
    tables.apply(&Batch::new(), HOUSE, at(7)).unwrap();
    tables.checkpoint().unwrap();
    assert_eq!((room.blocks(), tables.applied(HOUSE).unwrap()), (before, Some(at(7))));
    drop(tables);
    assert!(room.is_intact(&room.open(), 30));
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
    let name = "tables::tests::harm::an_engine_whose_write_failed_ends_the_process_and_the_next_start_is_sound";
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
