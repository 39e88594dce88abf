//! Which documents of cases the viewer may find, and which of those pass the filters.

use protocol::InstitutionId;
use tantivy::{
    Searcher, Term,
    query::{EnableScoring, Query, RegexQuery},
    schema::IndexRecordOption,
};

use crate::{
    document::Viewer,
    query::{Filters, folded},
    schema::{Fields, OUTCOME, PICTURES, code, specialty_code},
};

/// A mark for each document, by segment.
type Marks = Vec<Vec<bool>>;

/// A mark for each document that is left, by segment. Only documents of cases have an audience, so comments never are.
pub(super) struct Findable {
    marks: Marks,
    /// How many cases the viewer may find, whatever the filters leave of them.
    pub(super) searched: u64,
}

impl Findable {
    pub(super) fn by(searcher: &Searcher, fields: &Fields, filters: &Filters, viewer: Viewer) -> tantivy::Result<Self> {
        let mut marks = marked_by_any(searcher, &fields.audience_of(viewer))?;
        for (of_segment, segment) in marks.iter_mut().zip(searcher.segment_readers()) {
            if let Some(alive) = segment.alive_bitset() {
                (0..).zip(of_segment).for_each(|(doc, mark)| *mark &= alive.is_alive(doc));
            }
        }
        let searched = marks.iter().flatten().filter(|mark| **mark).count() as u64;
        for passed in passed(searcher, fields, filters)? {
            for (mark, passed) in marks.iter_mut().flatten().zip(passed.iter().flatten()) {
                *mark &= passed;
            }
        }
        Ok(Self { marks, searched })
    }

    pub(super) fn of_segment(&self, segment: usize) -> &[bool] {
        &self.marks[segment]
    }
}

/// What passes each filter; a case has to pass all of them.
fn passed(searcher: &Searcher, fields: &Fields, filters: &Filters) -> tantivy::Result<Vec<Marks>> {
    let number = |field, value: u64| Term::from_field_u64(field, value);
    let has =
        |name: &str, is_asked: bool| is_asked.then(|| Term::from_field_text(fields.has, name)).into_iter().collect();
    let lists: [Vec<Term>; 5] = [
        filters.statuses.iter().map(|status| number(fields.status, code(*status))).collect(),
        filters
            .specialties
            .iter()
            .map(|specialty| number(fields.specialty, specialty_code(Some(*specialty))))
            .collect(),
        filters.tags.iter().map(|tag| Term::from_field_text(fields.tag, &folded(tag))).collect(),
        has(OUTCOME, filters.with_outcome),
        has(PICTURES, filters.with_pictures),
    ];
    let mut passed = Vec::new();
    for list in lists.iter().filter(|list| !list.is_empty()) {
        passed.push(marked_by_any(searcher, list)?);
    }
    if !(filters.institutions.is_empty() && filters.institution_prefixes.is_empty()) {
        passed.push(owned(searcher, fields, filters)?);
    }
    Ok(passed)
}

/// What one of the institutions owns.
fn owned(searcher: &Searcher, fields: &Fields, filters: &Filters) -> tantivy::Result<Marks> {
    let owner = |id: &InstitutionId| Term::from_field_text(fields.institution, &id.to_string());
    let mut marks = marked_by_any(searcher, &filters.institutions.iter().map(owner).collect::<Vec<_>>())?;
    for digits in &filters.institution_prefixes {
        let query = RegexQuery::from_pattern(&format!("{digits}.*"), fields.institution)?;
        let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
        for (of_segment, segment) in marks.iter_mut().zip(searcher.segment_readers()) {
            weight
                .for_each_no_score(segment, &mut |docs| docs.iter().for_each(|doc| of_segment[*doc as usize] = true))?;
        }
    }
    Ok(marks)
}

/// The documents that one of the terms lists; what is erased may be marked too.
fn marked_by_any(searcher: &Searcher, terms: &[Term]) -> tantivy::Result<Marks> {
    let mut marks = Vec::new();
    for segment in searcher.segment_readers() {
        let mut of_segment = vec![false; segment.max_doc() as usize];
        for term in terms {
            let inverted = segment.inverted_index(term.field())?;
            let Some(mut blocks) = inverted.read_block_postings(term, IndexRecordOption::Basic)? else { continue };
            while !blocks.docs().is_empty() {
                blocks.docs().iter().for_each(|doc| of_segment[*doc as usize] = true);
                blocks.advance();
            }
        }
        marks.push(of_segment);
    }
    Ok(marks)
}
