//! Counts, facets and pages, against counting by hand.

use std::collections::BTreeMap;

use index::{CaseDocument, Index, LIMIT_MAX, NoNames, OFFSET_MAX, Query};
use proptest::prelude::*;
use protocol::{CaseId, CaseNumber, FeedId, payload::content::Status};

use super::{COLLEAGUE, Shelf, blank, put};

const WORDS: [&str; 4] = ["rash", "fever", "cough", "ulcer"];

/// A case drawn from small numbers: words, specialty, status, institution.
fn drawn(number: u8, (words, specialty, status, institution): (u8, u8, u8, u8)) -> CaseDocument {
    let said = WORDS.iter().enumerate().filter(|(bit, _)| words & (1 << bit) != 0).map(|(_, word)| *word);
    CaseDocument {
        case: CaseId { institution: FeedId([institution; 32]), number: CaseNumber([number; 16]) },
        body: said.collect::<Vec<_>>().join(" "),
        specialty: (specialty > 0).then_some(specialty.into()),
        status: Status::from_code(status.into()),
        ..blank(number)
    }
}

fn tally<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    keys.fold(BTreeMap::new(), |mut counts, key| {
        *counts.entry(key).or_default() += 1;
        counts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn totals_and_facets_are_what_counting_by_hand_gives(
        kinds in prop::collection::vec((0u8..16, 0u8..4, 1u8..5, 1u8..4), 1..60),
        asked in 0usize..4,
        erased in prop::collection::vec(0usize..60, 0..6),
        commits in 1usize..5,
    ) {
        let mut cases: Vec<CaseDocument> = (0..).zip(&kinds).map(|(number, kind)| drawn(number, *kind)).collect();
        let mut shelf = Shelf::of([]);
        for part in cases.chunks(kinds.len().div_ceil(commits)) {
            shelf.index.apply(part.iter().cloned().map(put)).unwrap();
            shelf.index.commit(2).unwrap();
        }
        let gone: Vec<CaseId> = erased.iter().filter_map(|at| cases.get(*at)).map(|case| case.case).collect();
        shelf.index.apply(gone.iter().map(|case| index::Change::Erase(*case))).unwrap();
        shelf.index.commit(3).unwrap();
        cases.retain(|case| !gone.contains(&case.case));
        let searched = cases.len() as u64;
        cases.retain(|case| case.body.contains(WORDS[asked]));

        let hits = shelf.search(&format!("{} ", WORDS[asked]));
        prop_assert_eq!(hits.total, cases.len() as u64);
        prop_assert_eq!(hits.searched, searched);
        prop_assert_eq!(hits.facets.statuses, tally(cases.iter().map(|case| case.status)));
        prop_assert_eq!(hits.facets.specialties, tally(cases.iter().filter_map(|case| case.specialty)));
        prop_assert_eq!(hits.facets.institutions, tally(cases.iter().map(|case| case.case.institution)));
    }
}

fn page(index: &Index, limit: usize, offset: usize) -> Vec<CaseId> {
    let hits = index.reader().search(&Query::parse("rash ", &NoNames), COLLEAGUE, limit, offset).unwrap();
    hits.hits.into_iter().map(|hit| hit.case).collect()
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let shelf = Shelf::of((0..150).map(|number| put(drawn(number, (1 + number % 15, 0, 1, 1)))));
    let all = [page(&shelf.index, 100, 0), page(&shelf.index, 100, 100)].concat();
    let by_sevens: Vec<CaseId> = (0..22).flat_map(|turn| page(&shelf.index, 7, 7 * turn)).collect();
    assert_eq!(all.len(), 80);
    assert_eq!(by_sevens, all);
    assert_eq!(page(&shelf.index, usize::MAX, 0).len(), all.len().min(LIMIT_MAX));
    assert!(page(&shelf.index, 10, OFFSET_MAX).is_empty() && page(&shelf.index, 10, usize::MAX).is_empty());
}
