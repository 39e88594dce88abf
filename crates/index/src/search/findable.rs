//! Which documents of cases the viewer may find, and which of those pass the filters.

use tantivy::{
    Searcher, Term,
    query::{BooleanQuery, EnableScoring, Query, RegexQuery, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    document::Viewer,
    query::{Filters, folded},
    schema::{Fields, OUTCOME, PICTURES, code, specialty_code},
};

/// A mark for each document that is left, by segment. Only documents of cases have an audience, so comments never are.
pub(super) struct Findable {
    marks: Vec<Vec<bool>>,
    /// How many cases the viewer may find, whatever the filters leave of them.
    pub(super) searched: u64,
}

impl Findable {
    pub(super) fn by(searcher: &Searcher, fields: &Fields, filters: &Filters, viewer: Viewer) -> tantivy::Result<Self> {
        let mut marks = marked(searcher, &any_of(fields.audience_of(viewer)))?;
        for (of_segment, segment) in marks.iter_mut().zip(searcher.segment_readers()) {
            if let Some(alive) = segment.alive_bitset() {
                (0..).zip(of_segment).for_each(|(doc, mark)| *mark &= alive.is_alive(doc));
            }
        }
        let searched = marks.iter().flatten().filter(|mark| **mark).count() as u64;
        for filter in filter_queries(fields, filters)? {
            let passed = marked(searcher, &*filter)?;
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

/// Each filter as a query; a case has to pass all of them.
fn filter_queries(fields: &Fields, filters: &Filters) -> tantivy::Result<Vec<Box<dyn Query>>> {
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
    let lists = lists.into_iter().filter(|list| !list.is_empty());
    let mut all: Vec<Box<dyn Query>> = lists.map(|list| Box::new(any_of(list)) as Box<dyn Query>).collect();
    let owner = |id: &protocol::InstitutionId| Term::from_field_text(fields.institution, &id.to_string());
    let mut owners: Vec<Box<dyn Query>> = filters.institutions.iter().map(|id| one(owner(id))).collect();
    for digits in &filters.institution_prefixes {
        owners.push(Box::new(RegexQuery::from_pattern(&format!("{digits}.*"), fields.institution)?));
    }
    if !owners.is_empty() {
        all.push(Box::new(BooleanQuery::union(owners)));
    }
    Ok(all)
}

fn marked(searcher: &Searcher, query: &dyn Query) -> tantivy::Result<Vec<Vec<bool>>> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut marks = Vec::new();
    for segment in searcher.segment_readers() {
        let mut of_segment = vec![false; segment.max_doc() as usize];
        weight.for_each_no_score(segment, &mut |docs| docs.iter().for_each(|doc| of_segment[*doc as usize] = true))?;
        marks.push(of_segment);
    }
    Ok(marks)
}

fn any_of(terms: Vec<Term>) -> BooleanQuery {
    BooleanQuery::union(terms.into_iter().map(one).collect())
}

fn one(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}
