//! What was erased is gone: from answers with the commit, from the disk with the purge.
//!
//! A dictionary of terms is an automaton, so a word's letters never stand in a file one after the other. Two views are taken:
//! every term of every segment is listed, and a word of letters that the automaton writes as they are is looked for byte by byte.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use index::{CaseDocument, Change, NoNames, Purge, Query};
use protocol::EntryId;

use super::{COLLEAGUE, Shelf, case_id, comment, put, titled};

/// Words that nobody else says. The second is of letters rare enough to be written as they are.
const CANARY: &str = "xylocanary";
const RARE_CANARY: &str = "жщюѣѳѵ";

/// A case that says the canaries in every part.
fn canary() -> CaseDocument {
    let said = format!("{CANARY} {RARE_CANARY}");
    CaseDocument {
        question: said.clone(),
        body: said.clone(),
        tags: vec![said.clone()],
        synonyms: vec![said.clone()],
        ..titled(77, &said)
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder.join("index")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// How many files hold the bytes.
fn files_with(folder: &Path, bytes: &[u8]) -> usize {
    let holds = |path: &PathBuf| fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes);
    files(folder).iter().filter(|path| holds(path)).count()
}

/// How many files hold the middle of the rare canary as an automaton has it: last byte first, a node's mark after each.
fn automata_with_rare_canary(folder: &Path) -> usize {
    const ONE_WAY_ON: u8 = 0b1100_0000;
    let bytes = RARE_CANARY.as_bytes();
    let middle = &bytes[bytes.len() - 6..bytes.len() - 1];
    files_with(folder, &middle.iter().rev().flat_map(|byte| [*byte, ONE_WAY_ON]).collect::<Vec<_>>())
}

/// Every term of every segment in the folder, as the dictionaries have them.
fn terms(folder: &Path) -> BTreeSet<Vec<u8>> {
    let index = tantivy::Index::open_in_dir(folder.join("index")).unwrap();
    let reader = index.reader().unwrap();
    let mut terms = BTreeSet::new();
    for segment in reader.searcher().segment_readers() {
        for (field, _) in index.schema().fields().filter(|(_, entry)| entry.is_indexed()) {
            let inverted = segment.inverted_index(field).unwrap();
            let mut stream = inverted.terms().stream().unwrap();
            while let Some((term, _)) = stream.next() {
                terms.insert(term.to_vec());
            }
        }
    }
    terms
}

fn says(terms: &BTreeSet<Vec<u8>>, word: &str) -> bool {
    terms.iter().any(|term| term.windows(word.len()).any(|window| window == word.as_bytes()))
}

fn neighbours() -> impl Iterator<Item = Change> {
    (1..40).map(|number| put(titled(number, "a rash that stays")))
}

#[test]
fn an_erased_case_is_found_no_more_and_its_words_leave_the_disk() {
    let mut shelf = Shelf::of(neighbours().chain([put(canary()), comment(7, 77, "zweicanary spoken here")]));
    let folder = shelf.folder.path().to_owned();
    let before = terms(&folder);
    assert!(says(&before, CANARY) && says(&before, RARE_CANARY) && says(&before, "zweicanary"));
    assert!(automata_with_rare_canary(&folder) > 0, "the search for bytes can find");
    assert!(files_with(&folder, &[77; 16]) > 0 && files_with(&folder, &[7; 32]) > 0, "ids stand there too");
    assert!(shelf.search("xylocanary ").total == 1 && shelf.index.reader().holds_word(CANARY).unwrap());

    shelf.index.apply([Change::Erase(case_id(77))]).unwrap();
    shelf.index.commit(2).unwrap();
    assert_eq!(shelf.search("xylocanary ").total + shelf.search("zweicanary ").total, 0);
    assert!(shelf.index.reader().holds_word(CANARY).unwrap(), "marked is not gone");
    assert!(automata_with_rare_canary(&folder) > 0);

    assert_eq!(shelf.index.purge(2).unwrap(), Purge::Done);
    assert!(!says(&terms(&folder), "canary") && !says(&terms(&folder), RARE_CANARY));
    assert_eq!(automata_with_rare_canary(&folder), 0);
    assert_eq!(files_with(&folder, &[77; 16]) + files_with(&folder, &[7; 32]), 0);
    assert!(!shelf.index.reader().holds_word(CANARY).unwrap());
    assert_eq!(shelf.search("rash ").total, 39, "the others stay");
}

#[test]
fn an_erased_comment_and_a_revised_case_leave_the_disk_too() {
    let said = [put(canary()), comment(7, 77, "zweicanary"), comment(8, 77, "kept")];
    let mut shelf = Shelf::of(neighbours().chain(said));
    assert!(says(&terms(shelf.folder.path()), "canary"));
    shelf.index.apply([Change::EraseComment(EntryId([7; 32])), put(titled(77, "revised"))]).unwrap();
    assert_eq!(shelf.index.purge(2).unwrap(), Purge::Done);
    assert!(!says(&terms(shelf.folder.path()), "canary"));
    assert_eq!(automata_with_rare_canary(shelf.folder.path()), 0);
    assert_eq!(shelf.search("revised kept ").total, 1);
}

#[test]
fn an_inventory_holds_every_term_and_every_stored_id() {
    let shelf = Shelf::of(neighbours().chain([put(canary()), comment(7, 77, "zweicanary spoken here")]));
    let inventory = shelf.index.reader().inventory().unwrap();
    assert!(says(&inventory, CANARY) && says(&inventory, RARE_CANARY) && says(&inventory, "zweicanary"));
    assert!(terms(shelf.folder.path()).is_subset(&inventory));
    let stored = inventory.iter().filter(|kept| kept.len() > 32 && kept.windows(32).any(|window| window == [7; 32]));
    assert_eq!(stored.count(), 1, "the id of the comment stands there as a document too");
}

#[test]
fn an_index_of_nothing_but_erased_cases_is_empty_on_the_disk() {
    let mut shelf = Shelf::of([put(canary())]);
    assert!(automata_with_rare_canary(shelf.folder.path()) > 0);
    shelf.index.apply([Change::Erase(case_id(77))]).unwrap();
    assert_eq!(shelf.index.purge(2).unwrap(), Purge::Done);
    assert!(terms(shelf.folder.path()).is_empty());
    assert_eq!(automata_with_rare_canary(shelf.folder.path()), 0);
}

#[test]
fn words_that_many_commits_merged_are_purged_as_well() {
    let mut shelf = Shelf::of([put(canary())]);
    for commit in 2..40 {
        shelf.index.apply([put(titled(200, "again and again")), comment(commit, 77, "zweicanary")]).unwrap();
        shelf.index.commit(commit.into()).unwrap();
    }
    assert!(automata_with_rare_canary(shelf.folder.path()) > 0);
    shelf.index.apply([Change::Erase(case_id(77))]).unwrap();
    assert_eq!(shelf.index.purge(40).unwrap(), Purge::Done);
    assert!(!says(&terms(shelf.folder.path()), "canary"));
    assert_eq!(automata_with_rare_canary(shelf.folder.path()), 0);
}

#[test]
fn a_purge_forgets_nothing_that_was_fed() {
    let mut shelf = Shelf::of(neighbours());
    shelf.index.apply([put(canary())]).unwrap();
    assert_eq!(shelf.index.purge(9).unwrap(), Purge::Done);
    assert_eq!(shelf.search("xylocanary ").total, 1, "what was applied before the purge is committed with it");
    let path = shelf.folder.path().join("index");
    drop(shelf.index);
    let (index, state) = index::Index::open(path).unwrap();
    assert_eq!(state, index::State::Kept { applied: 9 });
    let hits = index.reader().search(&Query::parse("xylocanary ", &NoNames), COLLEAGUE, 1, 0).unwrap();
    assert_eq!(hits.total, 1);
}

#[test]
fn searches_that_go_on_meanwhile_only_delay_a_purge() {
    let mut shelf = Shelf::of(neighbours().chain([put(canary())]));
    let reader = shelf.index.reader();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..200 {
                let hits = reader.search(&Query::parse("rash ", &NoNames), COLLEAGUE, 10, 0).unwrap();
                assert_eq!(hits.total, 39);
            }
        });
        shelf.index.apply([Change::Erase(case_id(77))]).unwrap();
        shelf.index.purge(2).unwrap();
    });
    assert_eq!(shelf.index.purge(2).unwrap(), Purge::Done);
    assert_eq!(automata_with_rare_canary(shelf.folder.path()), 0);
}
