//! How well each document answers one word or phrase: of every segment all documents at once, list after list.
//!
//! Totals and facets are exact, so every document that answers is visited, and none can be passed over because its score is
//! low. What is left is to visit it cheaply: lists are decoded by blocks into one number a document, without a call for each.

use tantivy::{
    DocId, Searcher, SegmentReader,
    query::{DisjunctionMaxQuery, EnableScoring, Query},
    schema::IndexRecordOption,
};

use super::expand::{Listed, Said, TIE_BREAKER};

/// The scores of the documents of each segment. Who answers has more than zero; what is erased may have any.
pub(super) struct Scores(Vec<Vec<f32>>);

impl Scores {
    pub(super) fn of_all(searcher: &Searcher, said: &Said) -> tantivy::Result<Self> {
        let segments = searcher.segment_readers().iter().enumerate();
        match said {
            Said::Terms(terms) => segments.map(|(at, segment)| any_of(segment, at, terms)).collect(),
            Said::Phrase(phrase) => phrase_of(searcher, phrase),
        }
        .map(Self)
    }

    pub(super) fn of(&self, segment: usize, doc: DocId) -> f32 {
        self.0[segment][doc as usize]
    }

    pub(super) fn of_segment(&self, segment: usize) -> &[f32] {
        &self.0[segment]
    }

    /// Whether no document answers.
    pub(super) fn are_none(&self) -> bool {
        self.0.iter().flatten().all(|score| *score <= 0.0)
    }
}

/// The best and the sum of what a document has for its terms.
#[derive(Clone, Copy, Default)]
struct Combined {
    best: f32,
    sum: f32,
}

fn any_of(segment: &SegmentReader, at: usize, terms: &[Listed]) -> tantivy::Result<Vec<f32>> {
    let documents = segment.max_doc() as usize;
    let here: Vec<&Listed> = terms.iter().filter(|term| term.lists[at].is_some()).collect();
    if let [only] = here[..] {
        let mut scores = vec![0.0; documents];
        each(segment, at, only, |doc, score| scores[doc as usize] = answered(score))?;
        return Ok(scores);
    }
    if here.is_empty() {
        return Ok(vec![0.0; documents]);
    }
    let mut combined = vec![Combined::default(); documents];
    for term in here {
        each(segment, at, term, |doc, score| {
            let known = &mut combined[doc as usize];
            known.best = known.best.max(answered(score));
            known.sum += score;
        })?;
    }
    Ok(combined.into_iter().map(|known| known.best + (known.sum - known.best) * TIE_BREAKER).collect())
}

/// Every document of a list, with what its term is worth there.
fn each(segment: &SegmentReader, at: usize, term: &Listed, mut heard: impl FnMut(DocId, f32)) -> tantivy::Result<()> {
    let Some(list) = &term.lists[at] else { return Ok(()) };
    let lengths = segment.get_fieldnorms_reader(term.field)?;
    let inverted = segment.inverted_index(term.field)?;
    let mut blocks = inverted.read_block_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?;
    while !blocks.docs().is_empty() {
        for (doc, times) in blocks.docs().iter().zip(blocks.freqs()) {
            heard(*doc, term.weight.score(lengths.fieldnorm_id(*doc), *times));
        }
        blocks.advance();
    }
    Ok(())
}

fn phrase_of(searcher: &Searcher, phrase: &DisjunctionMaxQuery) -> tantivy::Result<Vec<Vec<f32>>> {
    let weight = phrase.weight(EnableScoring::enabled_from_searcher(searcher))?;
    let of_segment = |segment: &SegmentReader| -> tantivy::Result<Vec<f32>> {
        let mut scores = vec![0.0; segment.max_doc() as usize];
        weight.for_each(segment, &mut |doc, score| scores[doc as usize] = answered(score))?;
        Ok(scores)
    };
    searcher.segment_readers().iter().map(of_segment).collect()
}

/// A word that stands everywhere may be worth nothing, and is an answer all the same.
const fn answered(score: f32) -> f32 {
    score.max(f32::MIN_POSITIVE)
}
