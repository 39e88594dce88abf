//! Opening again: after an end, after a crash, after damage.

use std::{
    fs,
    path::{Path, PathBuf},
};

use index::{Change, Error, Hits, Index, NoNames, Purge, Query, State};

use super::{COLLEAGUE, case_id, comment, numbers, put, titled};

fn feed() -> Vec<Change> {
    let cases = (1..30).map(|number| put(titled(number, if number % 3 == 0 { "rash and fever" } else { "rash" })));
    let comments = (100..120).map(|number| comment(number, number % 7 + 1, "fever again"));
    cases
        .chain(comments)
        .chain([put(titled(3, "ulcer")), Change::Erase(case_id(6)), put(titled(31, "fever"))])
        .collect()
}

fn ask(index: &Index, query: &str) -> Hits {
    index.reader().search(&Query::parse(query, &NoNames), COLLEAGUE, 100, 0).unwrap()
}

fn segment_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|kind| kind != "json" && kind != "lock")).collect()
}

#[test]
fn what_was_not_committed_is_fed_again_with_the_same_result() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let (mut index, _) = Index::open(&whole).unwrap();
    index.apply(feed()).unwrap();
    index.commit(feed().len() as u64).unwrap();

    let cut = folder.path().join("cut");
    let (mut broken, _) = Index::open(&cut).unwrap();
    broken.apply(feed().into_iter().take(25)).unwrap();
    broken.commit(25).unwrap();
    broken.apply(feed().into_iter().skip(25).take(20)).unwrap();
    drop(broken);
    let (mut again, state) = Index::open(&cut).unwrap();
    assert_eq!(state, State::Kept { applied: 25 });
    again.apply(feed().into_iter().skip(20)).unwrap();
    again.commit(feed().len() as u64).unwrap();

    for query in ["rash ", "fever ", "ulcer ", "rash fever ", ""] {
        let (mut one, mut other) = (numbers(&ask(&index, query)), numbers(&ask(&again, query)));
        one.sort_unstable();
        other.sort_unstable();
        assert!(!one.is_empty());
        assert_eq!(one, other, "{query}");
        assert_eq!(ask(&index, query).facets, ask(&again, query).facets, "{query}");
    }
}

#[test]
fn after_a_failed_write_the_index_goes_on_from_its_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut index, _) = Index::open(folder.path().join("index")).unwrap();
    assert_eq!(index.recover().unwrap(), None);
    index.apply([put(titled(1, "rash"))]).unwrap();
    index.commit(7).unwrap();
    index.apply([put(titled(2, "rash")), Change::Erase(case_id(1))]).unwrap();
    assert_eq!(index.recover().unwrap(), Some(7));
    index.apply([put(titled(3, "rash"))]).unwrap();
    index.commit(8).unwrap();
    let mut found = numbers(&ask(&index, "rash "));
    found.sort_unstable();
    assert_eq!(found, [1, 3]);
}

#[test]
fn a_commit_without_changes_moves_the_watermark() {
    let folder = tempfile::tempdir().unwrap();
    let (mut index, state) = Index::open(folder.path()).unwrap();
    assert_eq!(state, State::Fresh);
    index.commit(41).unwrap();
    drop(index);
    assert_eq!(Index::open(folder.path()).unwrap().1, State::Kept { applied: 41 });
}

#[test]
fn a_second_writer_is_refused_and_nothing_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let (mut index, _) = Index::open(&path).unwrap();
    index.commit(1).unwrap();
    assert!(matches!(Index::open(&path), Err(Error::InUse(refused)) if refused == path));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn every_kind_of_damage_sets_the_folder_aside_and_begins_anew() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 6] = [
        ("a flipped byte in each file", |folder| {
            for file in segment_files(folder) {
                let mut bytes = fs::read(&file).unwrap();
                bytes[0] ^= 1;
                fs::write(&file, bytes).unwrap();
            }
        }),
        ("a file cut short", |folder| {
            let file = segment_files(folder).into_iter().find(|path| path.extension().unwrap() == "idx").unwrap();
            let bytes = fs::read(&file).unwrap();
            fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("a file lost", |folder| {
            let file = segment_files(folder).into_iter().find(|path| path.extension().unwrap() == "term").unwrap();
            fs::remove_file(file).unwrap();
        }),
        ("meta.json of zeros", |folder| fs::write(folder.join("meta.json"), [0; 100]).unwrap()),
        ("no meta.json", |folder| fs::remove_file(folder.join("meta.json")).unwrap()),
        ("another format", |folder| fs::write(folder.join("FORMAT"), "consilium index 0\n").unwrap()),
    ];
    for (name, damage) in damages {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let (mut index, _) = Index::open(&path).unwrap();
        index.apply(feed()).unwrap();
        index.commit(5).unwrap();
        drop(index);
        assert_eq!(Index::open(&path).unwrap().1, State::Kept { applied: 5 }, "the control is kept");
        damage(&path);
        let (mut index, state) = Index::open(&path).unwrap();
        assert_eq!(state, State::Fresh, "{name}");
        assert!(folder.path().join("index.bad-1").is_dir(), "{name}");
        index.apply(feed()).unwrap();
        index.commit(5).unwrap();
        assert_eq!(ask(&index, "ulcer ").total, 1, "{name}");
    }
}

#[test]
fn two_folders_are_kept_aside_and_none_after_a_purge() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    for _ in 0..4 {
        drop(Index::open(&path).unwrap());
        fs::write(path.join("FORMAT"), "something else").unwrap();
    }
    let (mut index, _) = Index::open(&path).unwrap();
    let aside = |number: u8| folder.path().join(format!("index.bad-{number}")).exists();
    assert_eq!([aside(1), aside(2), aside(3), aside(4)], [false, false, true, true]);
    assert_eq!(index.purge(1).unwrap(), Purge::Done);
    assert_eq!([aside(3), aside(4)], [false, false], "what cannot be purged goes as a whole");
}
