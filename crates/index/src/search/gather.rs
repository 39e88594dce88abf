//! Which cases answer all words and phrases, anywhere in their thread, and how well.

use tantivy::DocId;

use super::{
    expand::{Answer, Expander},
    scores::Scores,
    threads::Member,
    view::View,
};
use crate::{query::Clause, schema::Fields};

/// What answers a query. Documents of cases stand for themselves; what comments add is gathered by thread.
#[derive(Default)]
pub(super) struct Gathered {
    /// One for each thing that is asked, the rarest first.
    asked: Vec<Heard>,
    excluded: Vec<Heard>,
}

/// What answers one clause.
struct Heard {
    scores: Scores,
    /// The best of each thread's comments; empty if no comment answers.
    remarks: Vec<f32>,
}

impl Gathered {
    /// Looks every clause up. None if one of the things that are asked is said nowhere.
    pub(super) fn of(view: &View, fields: &Fields, clauses: &[Clause]) -> tantivy::Result<Option<Self>> {
        let expander = Expander::of(&view.searcher, fields)?;
        let (mut asked, mut gathered): (Vec<Answer>, Self) = Default::default();
        for clause in clauses {
            let answer = expander.answer(clause)?;
            if clause.is_excluded {
                gathered.excluded.push(Heard::of(view, &answer)?);
            } else {
                asked.push(answer);
            }
        }
        asked.sort_by_key(|answer| answer.documents);
        for answer in asked {
            let heard = Heard::of(view, &answer)?;
            if heard.scores.are_none() {
                return Ok(None);
            }
            gathered.asked.push(heard);
        }
        Ok(Some(gathered))
    }

    /// How well a case answers; nothing if it leaves anything unanswered or says what must not be said.
    pub(super) fn score_of(&self, segment: usize, member: Member) -> Option<f32> {
        let mut score = 0.0;
        for asked in &self.asked {
            let best = asked.scores.of(segment, member.doc).max(asked.remark(member));
            if best <= 0.0 {
                return None;
            }
            score += best;
        }
        let is_said = |heard: &Heard| heard.scores.of(segment, member.doc) > 0.0 || heard.remark(member) > 0.0;
        (!self.excluded.iter().any(is_said)).then_some(score)
    }

    /// Whether a comment answers something better than the case does itself.
    pub(super) fn has_better_remark(&self, segment: usize, member: Member) -> bool {
        self.asked.iter().any(|asked| asked.remark(member) > asked.scores.of(segment, member.doc))
    }

    /// Which document of a thread answers one thing best of all; the first of equals.
    pub(super) fn best_of(&self, documents: &[(usize, DocId)]) -> Option<(usize, DocId)> {
        let (mut best, mut best_score) = (None, 0.0);
        for asked in &self.asked {
            for (segment, doc) in documents {
                let score = asked.scores.of(*segment, *doc);
                if score > best_score {
                    (best, best_score) = (Some((*segment, *doc)), score);
                }
            }
        }
        best
    }
}

impl Heard {
    fn of(view: &View, answer: &Answer) -> tantivy::Result<Self> {
        let scores = Scores::of_all(view, &answer.one_of)?;
        let mut remarks = Vec::new();
        for (at, segment) in view.searcher.segment_readers().iter().enumerate() {
            let (of_segment, alive) = (scores.of_segment(at), segment.alive_bitset());
            for member in &view.threads.of_segment(at).comments {
                let score = of_segment[member.doc as usize];
                if score <= 0.0 || alive.is_some_and(|alive| alive.is_deleted(member.doc)) {
                    continue;
                }
                if remarks.is_empty() {
                    remarks = vec![0.0; view.threads.count];
                }
                let known: &mut f32 = &mut remarks[member.thread()];
                *known = known.max(score);
            }
        }
        Ok(Self { scores, remarks })
    }

    fn remark(&self, member: Member) -> f32 {
        self.remarks.get(member.thread()).copied().unwrap_or_default()
    }
}
