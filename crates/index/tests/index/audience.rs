//! Who finds which cases, and who does not.

use index::{Audience, CaseDocument, Viewer};

use super::{OURS, Shelf, THEIRS, comment, numbers, put, titled};

#[test]
fn everybody_finds_exactly_what_is_for_them() {
    let theirs_alone = Audience::Institutions(vec![THEIRS]);
    let others = Audience::Institutions(vec![protocol::FeedId([9; 32])]);
    let audiences = [Audience::Public, Audience::Network, theirs_alone, others, Audience::House];
    let cases = (1..).zip(audiences).map(|(number, audience)| CaseDocument { audience, ..titled(number, "rash") });
    let shelf = Shelf::of(cases.map(put).chain((1..=5).map(|case| comment(100 + case, case, "granuloma"))));
    for (viewer, expected) in [
        (Viewer::Unattested, vec![1]),
        (Viewer::Attested(THEIRS), vec![1, 2, 3]),
        (Viewer::Attested(OURS), vec![1, 2, 3, 4]),
        (Viewer::OfThisHouse(OURS), vec![1, 2, 3, 4, 5]),
    ] {
        for query in ["rash ", "granuloma ", "", "has:nothing -word rash", "rahs "] {
            let hits = shelf.search_as(query, viewer);
            let mut found = numbers(&hits);
            found.sort_unstable();
            let is_about_all = !query.contains("has:") && query != "rahs ";
            assert!(!is_about_all || found == expected, "{viewer:?} {query:?}: {found:?}");
            assert!(found.iter().all(|number| expected.contains(number)), "{viewer:?} {query:?}: {found:?}");
            assert_eq!(hits.searched, expected.len() as u64, "{viewer:?}");
            assert_eq!(hits.total, found.len() as u64, "counts tell no more than hits");
            assert_eq!(hits.facets.statuses.values().sum::<u64>(), hits.total);
        }
    }
}

#[test]
fn a_narrowed_audience_holds_for_the_comments_too() {
    let mut shelf = Shelf::of([put(titled(1, "rash")), comment(7, 1, "granuloma")]);
    assert_eq!(shelf.search_as("granuloma ", Viewer::Attested(THEIRS)).total, 1);
    shelf.index.apply([put(CaseDocument { audience: Audience::House, ..titled(1, "rash") })]).unwrap();
    shelf.index.commit(2).unwrap();
    assert_eq!(shelf.search_as("granuloma ", Viewer::Attested(THEIRS)).total, 0);
    assert_eq!(shelf.search_as("granuloma ", Viewer::OfThisHouse(OURS)).total, 1);
}
