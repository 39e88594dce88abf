//! A word as the terms that answer it: itself, its stem, what it begins, and what it may have been meant to be.

use tantivy::{
    Searcher, Term,
    postings::TermInfo,
    query::{Bm25StatisticsProvider, Bm25Weight},
    schema::Field,
};

use super::terms::{beginnings, neighbours};
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

/// How much the other terms of a clause add to the best.
pub(super) const TIE_BREAKER: f32 = 0.2;

/// What answers a clause: one of these is enough, the best counts and the others by [`TIE_BREAKER`].
pub(super) struct Answer {
    pub(super) one_of: Vec<Listed>,
    /// About how many documents answer: erased ones and repetitions count too.
    pub(super) documents: u64,
}

/// A term of a field, or several one after the other: what they are worth, and where each segment lists their documents.
pub(super) struct Listed {
    pub(super) field: Field,
    pub(super) weight: Bm25Weight,
    pub(super) words: Vec<Lists>,
}

/// Where the documents of a term are listed, by segment.
pub(super) type Lists = Vec<Option<TermInfo>>;

/// Both fields of words, with what a word in each counts.
pub(super) struct Expander<'a> {
    searcher: &'a Searcher,
    documents: u64,
    fields: [WordField; 2],
}

struct WordField {
    field: Field,
    boost: f32,
    average_length: f32,
}

/// A term that answers, with its lists in each field.
struct Candidate {
    text: String,
    boost: f32,
    lists: [Lists; 2],
}

impl<'a> Expander<'a> {
    pub(super) fn of(searcher: &'a Searcher, fields: &Fields) -> tantivy::Result<Self> {
        let documents = searcher.total_num_docs()?;
        let of_words = |field: Field, boost: f32| -> tantivy::Result<WordField> {
            let average_length = searcher.total_num_tokens(field)? as f32 / documents as f32;
            Ok(WordField { field, boost, average_length })
        };
        Ok(Self { searcher, documents, fields: [of_words(fields.head, HEAD_BOOST)?, of_words(fields.text, 1.0)?] })
    }

    /// What answers a word or phrase. What must not be said is taken as it is written: nobody wants to lose what they may have
    /// meant.
    pub(super) fn answer(&self, clause: &Clause) -> tantivy::Result<Answer> {
        match &clause.what {
            What::Word { word, .. } if clause.is_excluded => Ok(self.any_of(self.forms(word)?)),
            What::Word { word, is_prefix } => self.word(word, *is_prefix),
            What::Phrase { words, is_exact } => {
                let text = |word: &Word| if *is_exact { word.surface.clone() } else { word.stem.clone() };
                self.phrase(words.iter().map(text).collect())
            }
        }
    }

    fn word(&self, word: &Word, is_prefix: bool) -> tantivy::Result<Answer> {
        let mut candidates = self.forms(word)?;
        if is_prefix {
            self.add(&mut candidates, beginnings(self.searcher, self.words(), &word.surface)?, PREFIX_BOOST)?;
        }
        let is_long = word.surface.chars().count() >= TYPO_CHARS_MIN;
        if is_long && documents(&candidates) < FEW_DOCUMENTS {
            let near = neighbours(self.searcher, self.words(), &word.surface, is_prefix)?;
            self.add(&mut candidates, near, TYPO_BOOST)?;
        }
        Ok(self.any_of(candidates))
    }

    fn phrase(&self, texts: Vec<String>) -> tantivy::Result<Answer> {
        let mut words = Vec::new();
        for text in &texts {
            words.push(self.candidate(text.clone(), 1.0)?);
        }
        if words.len() == 1 {
            return Ok(self.any_of(words));
        }
        let documents = words.chunks(1).map(documents).min().unwrap_or_default();
        let mut one_of = Vec::new();
        for (at, WordField { field, boost, .. }) in self.fields.iter().enumerate() {
            let terms: Vec<Term> = texts.iter().map(|text| Term::from_field_text(*field, text)).collect();
            let weight = Bm25Weight::for_terms(self.searcher, &terms)?.boost_by(*boost);
            one_of.push(Listed {
                field: *field,
                weight,
                words: words.iter().map(|word| word.lists[at].clone()).collect(),
            });
        }
        Ok(Answer { one_of, documents })
    }

    /// The word itself and its stem.
    fn forms(&self, word: &Word) -> tantivy::Result<Vec<Candidate>> {
        let mut forms = vec![self.candidate(word.surface.clone(), 1.0)?];
        if word.stem != word.surface {
            forms.push(self.candidate(word.stem.clone(), 1.0)?);
        }
        Ok(forms)
    }

    fn add(&self, candidates: &mut Vec<Candidate>, more: Vec<String>, boost: f32) -> tantivy::Result<()> {
        for text in more {
            if !candidates.iter().any(|known| known.text == text) {
                candidates.push(self.candidate(text, boost)?);
            }
        }
        Ok(())
    }

    fn candidate(&self, text: String, boost: f32) -> tantivy::Result<Candidate> {
        let lists = |of_words: &WordField| -> tantivy::Result<Lists> {
            let term = Term::from_field_text(of_words.field, &text);
            let in_segment = |segment: &tantivy::SegmentReader| -> tantivy::Result<Option<TermInfo>> {
                Ok(segment.inverted_index(of_words.field)?.get_term_info(&term)?)
            };
            self.searcher.segment_readers().iter().map(in_segment).collect()
        };
        let lists = [lists(&self.fields[0])?, lists(&self.fields[1])?];
        Ok(Candidate { text, boost, lists })
    }

    /// Any of the terms in any of the fields, each by how rare it is in all segments.
    fn any_of(&self, candidates: Vec<Candidate>) -> Answer {
        let documents = documents(&candidates);
        let mut by_field = [Vec::new(), Vec::new()];
        for Candidate { boost, lists, .. } in candidates {
            for ((of_words, listed), lists) in self.fields.iter().zip(&mut by_field).zip(lists) {
                let weight = Bm25Weight::for_one_term_without_explain(
                    listed_documents(&lists),
                    self.documents,
                    of_words.average_length,
                );
                let weight = weight.boost_by(of_words.boost * boost);
                listed.push(Listed { field: of_words.field, weight, words: vec![lists] });
            }
        }
        Answer { one_of: by_field.into_iter().flatten().collect(), documents }
    }

    fn words(&self) -> [Field; 2] {
        [self.fields[0].field, self.fields[1].field]
    }
}

fn documents(candidates: &[Candidate]) -> u64 {
    candidates.iter().flat_map(|candidate| &candidate.lists).map(listed_documents).sum()
}

fn listed_documents(lists: &Lists) -> u64 {
    lists.iter().flatten().map(|list| u64::from(list.doc_freq)).sum()
}
