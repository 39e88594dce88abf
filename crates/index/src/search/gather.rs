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
    schema::{Fields, KEY_HIGH, KEY_LOW},
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
    pub(super) answered: Option<ByCase<Answered>>,
    pub(super) excluded: ByCase<()>,
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
        let answer = answer(searcher, fields, &clause.what)?;
        if clause.is_excluded {
            each(searcher, &*answer.query, |key, _, _| {
                excluded.insert(key, ());
            })?;
        } else {
            asked.push(answer);
        }
    }
    if asked.is_empty() {
        return Ok(Gathered { answered: None, excluded });
    }
    asked.sort_by_key(|answer| answer.documents);
    let expected = asked.first().map_or(0, |answer| answer.documents).min(searcher.num_docs());
    let mut answered = ByCase::with_capacity_and_hasher(usize::try_from(expected).unwrap_or(0), Default::default());
    for (before, answer) in asked.iter().enumerate() {
        hold_against(searcher, answer, before, &mut answered)?;
    }
    Ok(Gathered { answered: Some(answered), excluded })
}

/// Keeps of the cases that answered all clauses before those that answer this one too.
fn hold_against(
    searcher: &Searcher,
    answer: &Answer,
    before: usize,
    answered: &mut ByCase<Answered>,
) -> tantivy::Result<()> {
    each(searcher, &*answer.query, |key, at, score| {
        if before == 0 {
            let unknown = Answered { score: 0.0, best: at, best_score: 0.0, clauses: 0, last_score: 0.0 };
            answered.entry(key).or_insert(unknown).hear(before, at, score);
        } else if let Some(known) = answered.get_mut(&key) {
            known.hear(before, at, score);
        }
    })?;
    answered.retain(|_, known| known.clauses == before + 1);
    Ok(())
}

impl Answered {
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

/// Every living document that answers: its case's key, where it is, how well it answers.
fn each(searcher: &Searcher, query: &dyn Query, mut heard: impl FnMut(u128, DocAddress, f32)) -> tantivy::Result<()> {
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
        let keys = Keys::of(segment, segment_ord)?;
        let alive = segment.alive_bitset();
        weight.for_each(segment, &mut |doc, score| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                heard(keys.key(doc), keys.address(doc), score);
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
