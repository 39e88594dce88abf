//! A word as the terms that answer it: itself, its stem, what it begins, and what it may have been meant to be.

use std::collections::HashMap;

use tantivy::{
    Searcher, Term,
    query::{BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, PhraseQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use crate::{
    query::{Clause, What},
    schema::Fields,
    words::{TYPO_CHARS_MIN, Word},
};

/// A word of title, question or tags counts this many times one of the body.
const HEAD_BOOST: f32 = 3.0;

/// What a beginning may stand for, and what a typing error may have meant, counts less than the word itself.
const PREFIX_BOOST: f32 = 0.6;
const TYPO_BOOST: f32 = 0.4;

/// Documents that need no help: with fewer a typing error is thought of.
const FEW_DOCUMENTS: u64 = 3;

/// The most frequent terms of an expansion are taken.
const EXPANSIONS_MAX: usize = 32;

/// Terms of one segment that are looked at for an expansion.
const TERMS_SEEN_MAX: usize = 5_000;

/// How much the other terms of a clause add to the best.
const TIE_BREAKER: f32 = 0.2;

/// What answers a clause, and about how many documents do.
pub(super) struct Answer {
    pub(super) query: Box<dyn Query>,
    pub(super) documents: u64,
}

/// The query behind a word or phrase, over both fields of words. What must not be said is taken as it is written: nobody wants to
/// lose what they may have meant.
pub(super) fn answer(searcher: &Searcher, fields: &Fields, clause: &Clause) -> tantivy::Result<Answer> {
    let fields = [(fields.head, HEAD_BOOST), (fields.text, 1.0)];
    match &clause.what {
        What::Word { word, .. } if clause.is_excluded => word_as_written(searcher, &fields, word),
        What::Word { word, is_prefix } => word_answer(searcher, &fields, word, *is_prefix),
        What::Phrase { words, is_exact } => phrase_answer(searcher, &fields, words, *is_exact),
    }
}

fn word_answer(searcher: &Searcher, fields: &[(Field, f32)], word: &Word, is_prefix: bool) -> tantivy::Result<Answer> {
    let mut terms = terms_of(word);
    if is_prefix {
        add(&mut terms, beginnings(searcher, fields, &word.surface)?, PREFIX_BOOST);
    }
    let is_long = word.surface.chars().count() >= TYPO_CHARS_MIN;
    if is_long && documents(searcher, fields, &terms)? < FEW_DOCUMENTS {
        add(&mut terms, neighbours(searcher, fields, &word.surface, is_prefix)?, TYPO_BOOST);
    }
    any_of(searcher, fields, &terms)
}

fn word_as_written(searcher: &Searcher, fields: &[(Field, f32)], word: &Word) -> tantivy::Result<Answer> {
    any_of(searcher, fields, &terms_of(word))
}

/// The word itself and its stem.
fn terms_of(word: &Word) -> Vec<(String, f32)> {
    let mut terms = vec![(word.surface.clone(), 1.0)];
    if word.stem != word.surface {
        terms.push((word.stem.clone(), 1.0));
    }
    terms
}

fn any_of(searcher: &Searcher, fields: &[(Field, f32)], terms: &[(String, f32)]) -> tantivy::Result<Answer> {
    let mut disjuncts: Vec<Box<dyn Query>> = Vec::new();
    for (field, field_boost) in fields {
        for (term, boost) in terms {
            let query = TermQuery::new(Term::from_field_text(*field, term), IndexRecordOption::WithFreqs);
            disjuncts.push(Box::new(BoostQuery::new(Box::new(query), field_boost * boost)));
        }
    }
    let documents = documents(searcher, fields, terms)?;
    Ok(Answer { query: Box::new(DisjunctionMaxQuery::with_tie_breaker(disjuncts, TIE_BREAKER)), documents })
}

fn phrase_answer(
    searcher: &Searcher,
    fields: &[(Field, f32)],
    words: &[Word],
    is_exact: bool,
) -> tantivy::Result<Answer> {
    let text = |word: &Word| if is_exact { word.surface.clone() } else { word.stem.clone() };
    let mut disjuncts: Vec<Box<dyn Query>> = Vec::new();
    for (field, boost) in fields {
        let mut terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(*field, &text(word))).collect();
        let query: Box<dyn Query> = match terms.len() {
            1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs)),
            _ => Box::new(PhraseQuery::new(terms)),
        };
        disjuncts.push(Box::new(BoostQuery::new(query, *boost)));
    }
    let mut rarest = u64::MAX;
    for word in words {
        rarest = rarest.min(documents(searcher, fields, &[(text(word), 1.0)])?);
    }
    Ok(Answer { query: Box::new(DisjunctionMaxQuery::with_tie_breaker(disjuncts, TIE_BREAKER)), documents: rarest })
}

fn add(terms: &mut Vec<(String, f32)>, more: Vec<String>, boost: f32) {
    for term in more {
        if !terms.iter().any(|(known, _)| *known == term) {
            terms.push((term, boost));
        }
    }
}

/// How many documents hold one of the terms, at most: erased ones and repetitions count too.
fn documents(searcher: &Searcher, fields: &[(Field, f32)], terms: &[(String, f32)]) -> tantivy::Result<u64> {
    let mut documents = 0;
    for (field, _) in fields {
        for (term, _) in terms {
            documents += searcher.doc_freq(&Term::from_field_text(*field, term))?;
        }
    }
    Ok(documents)
}

/// Terms that begin so, the most frequent first.
fn beginnings(searcher: &Searcher, fields: &[(Field, f32)], start: &str) -> tantivy::Result<Vec<String>> {
    let end = [start.as_bytes(), &[0xff]].concat();
    let mut counts = HashMap::new();
    for segment in searcher.segment_readers() {
        for (field, _) in fields {
            let inverted = segment.inverted_index(*field)?;
            let mut terms = inverted.terms().range().ge(start).lt(&end).into_stream()?;
            count(|| terms.next().map(|(term, info)| (term.to_vec(), info.doc_freq)), &mut counts);
        }
    }
    Ok(most_frequent(counts))
}

/// Terms one edit away, or that begin one edit away, the most frequent first.
fn neighbours(
    searcher: &Searcher,
    fields: &[(Field, f32)],
    word: &str,
    is_prefix: bool,
) -> tantivy::Result<Vec<String>> {
    let fuzzy = if is_prefix { FuzzyTermQuery::new_prefix } else { FuzzyTermQuery::new };
    let mut counts = HashMap::new();
    for segment in searcher.segment_readers() {
        for (field, _) in fields {
            let automaton = fuzzy(Term::from_field_text(*field, word), 1, true).automaton()?;
            let inverted = segment.inverted_index(*field)?;
            let mut terms = inverted.terms().search(automaton).into_stream()?;
            count(|| terms.next().map(|(term, info)| (term.to_vec(), info.doc_freq)), &mut counts);
        }
    }
    Ok(most_frequent(counts))
}

/// Counts the documents of each term that a stream still has.
fn count(mut next: impl FnMut() -> Option<(Vec<u8>, u32)>, counts: &mut HashMap<String, u32>) {
    for _ in 0..TERMS_SEEN_MAX {
        let Some((term, documents)) = next() else { return };
        if let Ok(term) = String::from_utf8(term) {
            *counts.entry(term).or_default() += documents;
        }
    }
}

fn most_frequent(counts: HashMap<String, u32>) -> Vec<String> {
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    counts.sort_by(|(one, more), (other, less)| less.cmp(more).then_with(|| one.cmp(other)));
    counts.into_iter().take(EXPANSIONS_MAX).map(|(term, _)| term).collect()
}
