//! What people type, and what is read from it.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Query {
    Query::parse(text, &NoNames)
}

/// Clauses as text: `word`, `word*` for a beginning, `"a b"` exact, `(a b)` as stems, `-` in front of what is excluded.
fn shown(query: &Query) -> Vec<String> {
    let joined = |words: &[Word]| words.iter().map(|word| word.surface.as_str()).collect::<Vec<_>>().join(" ");
    let shown = query.clauses.iter().map(|clause| {
        let what = match &clause.what {
            What::Word { word, is_prefix } => format!("{}{}", word.surface, if *is_prefix { "*" } else { "" }),
            What::Phrase { words, is_exact: true } => format!("\"{}\"", joined(words)),
            What::Phrase { words, is_exact: false } => format!("({})", joined(words)),
        };
        format!("{}{what}", if clause.is_excluded { "-" } else { "" })
    });
    shown.collect()
}

#[test]
fn words_phrases_and_exclusions_are_told_apart() {
    for (text, expected) in [
        ("rash Fever", vec!["rash", "fever*"]),
        ("rash fever ", vec!["rash", "fever"]),
        ("\"target lesion\" hand ", vec!["\"target lesion\"", "hand"]),
        ("covid-19 -mask ", vec!["(covid 19)", "-mask"]),
        ("-\"after surgery\" x ", vec!["-\"after surgery\"", "x"]),
        ("the rash of the knee ", vec!["rash", "knee"]),
        ("the of ", vec!["the", "of"]),
        ("\"unfinished phrase", vec!["\"unfinished phrase\""]),
        ("a\"b c\"d ", vec!["\"b c\"", "d"]),
        ("", vec![]),
        ("- \" \"\" : -- :: ()&&||*^~", vec![]),
    ] {
        assert_eq!(shown(&parse(text)), expected, "{text}");
    }
}

#[test]
fn filters_are_read_and_what_means_nothing_is_words() {
    let query = parse("status:open status:resolved specialty:D003880 tag:\"Drug Éruption\" has:outcome rash ");
    assert_eq!(query.filters.statuses, [Status::Open, Status::Resolved]);
    assert_eq!(query.filters.specialties, [3880]);
    assert_eq!(query.filters.tags, ["drug eruption"]);
    assert!(query.filters.with_outcome && !query.filters.with_pictures);
    assert_eq!(shown(&query), ["rash"]);
    let query = parse("status:nonsense has:outcome has:outcome colour:red ");
    assert_eq!(shown(&query), ["status", "nonsense", "(colour red)"]);
    assert_eq!(parse("institution:ABCDEF0123 ").filters.institution_prefixes, ["abcdef0123"]);
}

#[test]
fn names_are_asked_for_what_they_mean() {
    struct Roster;
    impl Names for Roster {
        fn specialties(&self, name: &str) -> Vec<u32> {
            if name == "dermatology" { vec![3880] } else { Vec::new() }
        }
        fn institutions(&self, name: &str) -> Vec<InstitutionId> {
            if name == "St Mary" { vec![protocol::FeedId([7; 32])] } else { Vec::new() }
        }
    }
    let query = Query::parse("specialty:dermatology institution:\"St Mary\" specialty:alchemy ", &Roster);
    assert_eq!(query.filters.specialties, [3880]);
    assert_eq!(query.filters.institutions, [protocol::FeedId([7; 32])]);
    assert_eq!(shown(&query), ["specialty", "alchemy"]);
}

#[test]
fn what_is_too_long_is_cut() {
    assert_eq!(parse(&"word ".repeat(1_000)).clauses.len(), CLAUSES_MAX);
    assert_eq!(parse(&format!("{} late", "é".repeat(QUERY_CHARS_MAX))).clauses.len(), 1);
}

proptest! {
    #[test]
    fn every_text_is_a_query(text in "\\PC{0,600}", marks in "[-\":*()a ]{0,200}") {
        prop_assert!(parse(&text).clauses.len() <= CLAUSES_MAX);
        prop_assert!(parse(&marks).clauses.len() <= CLAUSES_MAX);
        let both = [marks, text].concat();
        prop_assert!(parse(&both).clauses.len() <= CLAUSES_MAX);
    }
}
