//! Which of the cases that answer may be found and pass the filters, with exact counts by kind.

use std::{collections::HashMap, hash::BuildHasherDefault};

use protocol::{InstitutionId, payload::content::Status};
use tantivy::{
    DocId, Searcher, SegmentReader, Term,
    columnar::{Column, StrColumn},
    query::{BooleanQuery, EnableScoring, Query, RegexQuery, TermQuery},
    schema::IndexRecordOption,
};

use super::{
    Facets, Ranked, any_of, audience,
    gather::{Answers, Gathered, KeyHasher, Keys},
};
use crate::{
    document::Viewer,
    query::{Filters, folded},
    schema::{Fields, INSTITUTION, OUTCOME, PICTURES, SPECIALTY, STATUS, TIME, code},
};

/// What is left.
#[derive(Default)]
pub(super) struct Passed {
    pub(super) ranked: Vec<Ranked>,
    pub(super) facets: Facets,
}

/// Runs through the documents of all cases that the viewer may find and that pass the filters.
pub(super) fn pass(
    searcher: &Searcher,
    fields: &Fields,
    filters: &Filters,
    viewer: Viewer,
    gathered: Gathered,
) -> tantivy::Result<Passed> {
    let mut passed = Passed::default();
    if gathered.answered.as_ref().is_some_and(Answers::is_empty) {
        return Ok(passed);
    }
    let query = filter_query(fields, filters, viewer)?;
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
        let keys = Keys::of(segment, segment_ord)?;
        let mut kinds = Kinds::of(segment)?;
        let alive = segment.alive_bitset();
        weight.for_each_no_score(segment, &mut |docs| {
            for doc in docs.iter().copied().filter(|doc| alive.is_none_or(|alive| alive.is_alive(*doc))) {
                if let Some(ranked) = rank(&gathered, &keys, &kinds, doc) {
                    kinds.count(doc);
                    passed.ranked.push(ranked);
                }
            }
        })?;
        kinds.into_facets(&mut passed.facets)?;
    }
    Ok(passed)
}

fn rank(gathered: &Gathered, keys: &Keys, kinds: &Kinds, doc: DocId) -> Option<Ranked> {
    let key = keys.key(doc);
    if gathered.excluded.contains_key(&key) {
        return None;
    }
    let case = keys.address(doc);
    let (score, best) = match &gathered.answered {
        None => (0.0, case),
        Some(answers) => answers.of(case, key)?,
    };
    Some(Ranked { score, time_ms: kinds.time.first(doc).unwrap_or_default(), key, case, best })
}

/// Audience and filters as one query; only documents of cases have an audience.
fn filter_query(fields: &Fields, filters: &Filters, viewer: Viewer) -> tantivy::Result<BooleanQuery> {
    let mut all: Vec<Box<dyn Query>> = vec![Box::new(audience(fields, viewer))];
    let number = |field, value: u64| Term::from_field_u64(field, value);
    let lists: [Vec<Term>; 3] = [
        filters.statuses.iter().map(|status| number(fields.status, code(*status))).collect(),
        filters.specialties.iter().map(|specialty| number(fields.specialty, (*specialty).into())).collect(),
        filters.tags.iter().map(|tag| Term::from_field_text(fields.tag, &folded(tag))).collect(),
    ];
    all.extend(lists.into_iter().filter(|list| !list.is_empty()).map(|list| Box::new(any_of(list)) as Box<dyn Query>));
    for (name, is_asked) in [(OUTCOME, filters.with_outcome), (PICTURES, filters.with_pictures)] {
        if is_asked {
            let term = Term::from_field_text(fields.has, name);
            all.push(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
        }
    }
    let mut owners: Vec<Box<dyn Query>> = Vec::new();
    for institution in &filters.institutions {
        let term = Term::from_field_text(fields.institution, &institution.to_string());
        owners.push(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
    }
    for digits in &filters.institution_prefixes {
        owners.push(Box::new(RegexQuery::from_pattern(&format!("{digits}.*"), fields.institution)?));
    }
    if !owners.is_empty() {
        all.push(Box::new(BooleanQuery::union(owners)));
    }
    Ok(BooleanQuery::intersection(all))
}

/// The columns of one segment that say what a case is, and how many hits were of each kind.
struct Kinds {
    time: Column<u64>,
    status: Column<u64>,
    specialty: Column<u64>,
    institution: Option<StrColumn>,
    statuses: Counts,
    specialties: Counts,
    institutions: Vec<u64>,
}

/// How often each number came.
type Counts = HashMap<u64, u64, BuildHasherDefault<KeyHasher>>;

impl Kinds {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let institution = columns.str(INSTITUTION)?;
        let known = institution.as_ref().map_or(0, |column| column.num_terms());
        let column = |name: &str| -> tantivy::Result<Column<u64>> {
            Ok(columns.column_opt(name)?.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
        };
        Ok(Self {
            time: column(TIME)?,
            status: column(STATUS)?,
            specialty: column(SPECIALTY)?,
            institution,
            statuses: Counts::default(),
            specialties: Counts::default(),
            institutions: vec![0; known],
        })
    }

    fn count(&mut self, doc: DocId) {
        if let Some(status) = self.status.first(doc) {
            *self.statuses.entry(status).or_default() += 1;
        }
        if let Some(specialty) = self.specialty.first(doc) {
            *self.specialties.entry(specialty).or_default() += 1;
        }
        let ord = self.institution.as_ref().and_then(|column| column.ords().first(doc));
        if let Some(count) = ord.and_then(|ord| self.institutions.get_mut(usize::try_from(ord).ok()?)) {
            *count += 1;
        }
    }

    /// Adds what was counted to the facets of all segments.
    fn into_facets(self, facets: &mut Facets) -> tantivy::Result<()> {
        for (status, count) in self.statuses {
            *facets.statuses.entry(Status::from_code(status.try_into().unwrap_or(u16::MAX))).or_default() += count;
        }
        for (specialty, count) in self.specialties {
            *facets.specialties.entry(specialty.try_into().unwrap_or(u32::MAX)).or_default() += count;
        }
        let Some(column) = &self.institution else { return Ok(()) };
        let mut name = String::new();
        for (ord, count) in (0..).zip(self.institutions).filter(|(_, count)| *count > 0) {
            name.clear();
            if column.ord_to_str(ord, &mut name)? {
                let institution: Result<InstitutionId, _> = name.parse();
                institution.map(|institution| *facets.institutions.entry(institution).or_default() += count).ok();
            }
        }
        Ok(())
    }
}
