//! Terms of the dictionaries that a word begins, or that it may have been meant to be.

use std::collections::HashMap;

use tantivy::{Searcher, Term, query::FuzzyTermQuery, schema::Field};

/// The most frequent terms of an expansion are taken.
const EXPANSIONS_MAX: usize = 32;

/// Terms of one segment that are looked at for an expansion.
const TERMS_SEEN_MAX: usize = 5_000;

/// In how many documents each term stands.
#[derive(Default)]
struct Counts(HashMap<Vec<u8>, u32>);

/// Terms that begin so, the most frequent first.
pub(super) fn beginnings(searcher: &Searcher, fields: [Field; 2], start: &str) -> tantivy::Result<Vec<String>> {
    let end = [start.as_bytes(), &[0xff]].concat();
    let mut counts = Counts::default();
    for segment in searcher.segment_readers() {
        for field in fields {
            let inverted = segment.inverted_index(field)?;
            let mut terms = inverted.terms().range().ge(start).lt(&end).into_stream()?;
            let mut seen = 0;
            while seen < TERMS_SEEN_MAX && terms.advance() {
                counts.add(terms.key(), terms.value().doc_freq);
                seen += 1;
            }
        }
    }
    Ok(counts.most_frequent())
}

/// Terms one edit away, or that begin one edit away, the most frequent first.
pub(super) fn neighbours(
    searcher: &Searcher,
    fields: [Field; 2],
    word: &str,
    is_prefix: bool,
) -> tantivy::Result<Vec<String>> {
    let fuzzy = if is_prefix { FuzzyTermQuery::new_prefix } else { FuzzyTermQuery::new };
    let mut counts = Counts::default();
    for field in fields {
        let automaton = fuzzy(Term::from_field_text(field, word), 1, true).automaton()?;
        for segment in searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let mut terms = inverted.terms().search(&automaton).into_stream()?;
            let mut seen = 0;
            while seen < TERMS_SEEN_MAX && terms.advance() {
                counts.add(terms.key(), terms.value().doc_freq);
                seen += 1;
            }
        }
    }
    Ok(counts.most_frequent())
}

impl Counts {
    fn add(&mut self, term: &[u8], documents: u32) {
        match self.0.get_mut(term) {
            Some(count) => *count += documents,
            None => {
                self.0.insert(term.to_vec(), documents);
            }
        }
    }

    fn most_frequent(self) -> Vec<String> {
        let mut counts: Vec<(Vec<u8>, u32)> = self.0.into_iter().collect();
        let order = |(one, more): &(Vec<u8>, u32), (other, less): &(Vec<u8>, u32)| less.cmp(more).then(one.cmp(other));
        if counts.len() > EXPANSIONS_MAX {
            counts.select_nth_unstable_by(EXPANSIONS_MAX, order);
            counts.truncate(EXPANSIONS_MAX);
        }
        counts.sort_unstable_by(order);
        counts.into_iter().filter_map(|(term, _)| String::from_utf8(term).ok()).collect()
    }
}
