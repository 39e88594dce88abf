//! Which cases answer all words and phrases, anywhere in their thread, and how well.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use tantivy::{
    DocAddress, DocId, Searcher, SegmentOrdinal, SegmentReader,
    query::{EnableScoring, Query},
};

use super::expand::{Answer, answer};
use crate::{
    query::Clause,
    schema::{Fields, KEY_HIGH, KEY_LOW, STATUS},
};

/// Cases by key. Keys are hashes already.
pub(super) type ByCase<T> = HashMap<u128, T, BuildHasherDefault<KeyHasher>>;

/// What is known of a case that answers so far.
pub(super) struct Answered {
    /// Sum over the clauses of the best document's score.
    pub(super) score: f32,
    /// The document that answers one clause best of all.
    pub(super) best: DocAddress,
    best_score: f32,
    /// How many clauses are answered, and the best score of the last of them.
    clauses: usize,
    last_score: f32,
}

/// Cases that answer everything that was asked; `None` if nothing was.
pub(super) struct Gathered {
    pub(super) answered: Option<Answers>,
    pub(super) excluded: ByCase<()>,
}

/// What answers, by case. Where one thing is asked, the documents of cases themselves are held apart, each by its number in
/// its segment: a common word stands in most of them, and to look each up by its key takes longer than all the rest.
#[derive(Default)]
pub(super) struct Answers {
    own: Vec<Vec<f32>>,
    own_count: usize,
    by_case: ByCase<Answered>,
}

impl Answers {
    pub(super) fn is_empty(&self) -> bool {
        self.own_count == 0 && self.by_case.is_empty()
    }

    /// How well a case answers, and which of its documents does so best.
    pub(super) fn of(&self, case: DocAddress, key: u128) -> Option<(f32, DocAddress)> {
        let own = self.own.get(case.segment_ord as usize).and_then(|own| own.get(case.doc_id as usize)).copied();
        let own = own.filter(|score| *score > 0.0).map(|score| (score, case));
        let other = self.by_case.get(&key).map(|known| (known.score, known.best));
        match (own, other) {
            (Some(own), Some(other)) => Some(if own.0 >= other.0 { own } else { other }),
            (own, other) => own.or(other),
        }
    }
}

/// Takes the first eight bytes of a key for its hash.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte));
    }

    fn write_u128(&mut self, key: u128) {
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        let low = key as u64;
        self.0 = low;
    }
}

/// Looks every clause up, the rarest first, so that the others only have to be held against what is left.
pub(super) fn gather(searcher: &Searcher, fields: &Fields, clauses: &[Clause]) -> tantivy::Result<Gathered> {
    let mut asked = Vec::new();
    let mut excluded = ByCase::default();
    for clause in clauses {
        let answer = answer(searcher, fields, clause)?;
        if clause.is_excluded {
            each(searcher, &*answer.query, |_, _, key| {
                excluded.insert(key(), ());
            })?;
        } else {
            asked.push(answer);
        }
    }
    if asked.is_empty() {
        return Ok(Gathered { answered: None, excluded });
    }
    if let [only] = &asked[..] {
        return Ok(Gathered { answered: Some(hear_only(searcher, only)?), excluded });
    }
    asked.sort_by_key(|answer| answer.documents);
    let expected = asked.first().map_or(0, |answer| answer.documents).min(searcher.num_docs());
    let mut answered = ByCase::with_capacity_and_hasher(usize::try_from(expected).unwrap_or(0), Default::default());
    for (before, answer) in asked.iter().enumerate() {
        hold_against(searcher, answer, before, &mut answered)?;
    }
    Ok(Gathered { answered: Some(Answers { by_case: answered, ..Answers::default() }), excluded })
}

/// Hears every document that answers the one thing that is asked.
fn hear_only(searcher: &Searcher, answer: &Answer) -> tantivy::Result<Answers> {
    let mut answers = Answers::default();
    let mut statuses = Vec::new();
    for segment in searcher.segment_readers() {
        answers.own.push(vec![0.0; segment.max_doc() as usize]);
        statuses.push(segment.fast_fields().column_opt::<u64>(STATUS)?);
    }
    each(searcher, &*answer.query, |at, score, key| {
        let (segment, doc) = (at.segment_ord as usize, at.doc_id as usize);
        // Only cases have a status.
        let is_case =
            statuses.get(segment).and_then(Option::as_ref).is_some_and(|status| status.index.has_value(at.doc_id));
        match answers.own.get_mut(segment).and_then(|own| own.get_mut(doc)).filter(|_| is_case) {
            Some(own) => {
                *own = score.max(f32::MIN_POSITIVE);
                answers.own_count += 1;
            }
            None => answers.by_case.entry(key()).or_insert_with(|| Answered::new(at)).hear(0, at, score),
        }
    })?;
    Ok(answers)
}

/// Keeps of the cases that answered all clauses before those that answer this one too.
fn hold_against(
    searcher: &Searcher,
    answer: &Answer,
    before: usize,
    answered: &mut ByCase<Answered>,
) -> tantivy::Result<()> {
    each(searcher, &*answer.query, |at, score, key| {
        if before == 0 {
            answered.entry(key()).or_insert_with(|| Answered::new(at)).hear(before, at, score);
        } else if let Some(known) = answered.get_mut(&key()) {
            known.hear(before, at, score);
        }
    })?;
    answered.retain(|_, known| known.clauses == before + 1);
    Ok(())
}

impl Answered {
    const fn new(at: DocAddress) -> Self {
        Self { score: 0.0, best: at, best_score: 0.0, clauses: 0, last_score: 0.0 }
    }

    /// One document of the case answers the clause that follows `before` others.
    fn hear(&mut self, before: usize, at: DocAddress, score: f32) {
        if self.clauses == before {
            self.clauses += 1;
            self.last_score = 0.0;
        }
        if score > self.last_score {
            self.score += score - self.last_score;
            self.last_score = score;
        }
        if score > self.best_score {
            (self.best, self.best_score) = (at, score);
        }
    }
}

/// Every living document that answers: where it is, how well it answers, and its case's key for whoever wants it.
fn each(
    searcher: &Searcher,
    query: &dyn Query,
    mut heard: impl FnMut(DocAddress, f32, &dyn Fn() -> u128),
) -> tantivy::Result<()> {
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
        let keys = Keys::of(segment, segment_ord)?;
        let alive = segment.alive_bitset();
        weight.for_each(segment, &mut |doc, score| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                heard(keys.address(doc), score, &|| keys.key(doc));
            }
        })?;
    }
    Ok(())
}

/// The keys of the documents of one segment.
pub(super) struct Keys {
    high: std::sync::Arc<dyn tantivy::columnar::ColumnValues<u64>>,
    low: std::sync::Arc<dyn tantivy::columnar::ColumnValues<u64>>,
    segment_ord: SegmentOrdinal,
}

impl Keys {
    pub(super) fn of(segment: &SegmentReader, segment_ord: SegmentOrdinal) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            high: columns.column_first_or_default(KEY_HIGH)?,
            low: columns.column_first_or_default(KEY_LOW)?,
            segment_ord,
        })
    }

    pub(super) fn key(&self, doc: DocId) -> u128 {
        u128::from(self.high.get_val(doc)) << 64 | u128::from(self.low.get_val(doc))
    }

    pub(super) const fn address(&self, doc: DocId) -> DocAddress {
        DocAddress { segment_ord: self.segment_ord, doc_id: doc }
    }
}
