//! How well each document answers one word or phrase: of every segment all documents at once, list after list.
//!
//! Totals and facets are exact, so every document that answers is visited, and none can be passed over because its score is
//! low. What is left is to visit it cheaply: lists are decoded by blocks into one number a document, without a call for each.

use tantivy::{DocId, SegmentReader, postings::TermInfo, schema::IndexRecordOption};

use super::{
    expand::{Listed, TIE_BREAKER},
    phrase::each_with_phrase,
    view::View,
};

/// The scores of the documents of each segment. Who answers has more than zero; what is erased may have any.
pub(super) struct Scores(Vec<Vec<f32>>);

impl Scores {
    pub(super) fn of_all(view: &View, one_of: &[Listed]) -> tantivy::Result<Self> {
        let segments = 0..view.searcher.segment_readers().len();
        segments.map(|at| any_of(view, at, one_of)).collect::<tantivy::Result<_>>().map(Self)
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

/// What one segment lists of a term, or of each word of a phrase.
struct Here<'a> {
    listed: &'a Listed,
    words: Vec<&'a TermInfo>,
}

impl<'a> Here<'a> {
    /// None if the segment lists nothing of one of the words.
    fn of(listed: &'a Listed, at: usize) -> Option<Self> {
        let words: Option<Vec<&TermInfo>> = listed.words.iter().map(|lists| lists[at].as_ref()).collect();
        words.map(|words| Self { listed, words })
    }
}

fn any_of(view: &View, at: usize, one_of: &[Listed]) -> tantivy::Result<Vec<f32>> {
    let documents = view.searcher.segment_readers()[at].max_doc() as usize;
    let here: Vec<Here<'_>> = one_of.iter().filter_map(|listed| Here::of(listed, at)).collect();
    let mut scores = vec![0.0; documents];
    if let [only] = &here[..] {
        each(view, at, only, |doc, score| scores[doc as usize] = answered(score))?;
    } else if !here.is_empty() {
        let mut combined = vec![Combined::default(); documents];
        for here in here {
            each(view, at, &here, |doc, score| {
                let known = &mut combined[doc as usize];
                known.best = known.best.max(answered(score));
                known.sum += score;
            })?;
        }
        for (score, known) in scores.iter_mut().zip(combined) {
            *score = known.best + (known.sum - known.best) * TIE_BREAKER;
        }
    }
    Ok(scores)
}

/// Every document that says it, with what it is worth there.
fn each(view: &View, at: usize, here: &Here<'_>, mut heard: impl FnMut(DocId, f32)) -> tantivy::Result<()> {
    let segment: &SegmentReader = &view.searcher.segment_readers()[at];
    let Listed { field, weight, .. } = here.listed;
    let lengths = segment.get_fieldnorms_reader(*field)?;
    let inverted = segment.inverted_index(*field)?;
    let [word] = here.words[..] else {
        return each_with_phrase(&inverted, view.positions(at, *field), &here.words, |doc, times| {
            heard(doc, weight.score(lengths.fieldnorm_id(doc), times));
        });
    };
    let mut blocks = inverted.read_block_postings_from_terminfo(word, IndexRecordOption::WithFreqs)?;
    while !blocks.docs().is_empty() {
        for (doc, times) in blocks.docs().iter().zip(blocks.freqs()) {
            heard(*doc, weight.score(lengths.fieldnorm_id(*doc), *times));
        }
        blocks.advance();
    }
    Ok(())
}

/// A word that stands everywhere may be worth nothing, and is an answer all the same.
const fn answered(score: f32) -> f32 {
    score.max(f32::MIN_POSITIVE)
}
