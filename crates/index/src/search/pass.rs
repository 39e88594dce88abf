//! What the cases are that answer: counted by kind, and the best of them ranked.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use protocol::{InstitutionId, payload::content::Status};
use tantivy::{
    DocId, SegmentReader,
    columnar::{ColumnValues, StrColumn},
};

use super::{
    Facets,
    best::{Best, Ranked},
    findable::Findable,
    gather::Gathered,
    view::View,
};
use crate::schema::{INSTITUTION, KEY_HIGH, KEY_LOW, SPECIALTY, STATUS, TIME, specialty_of};

/// All that answer, and the best of them.
pub(super) struct Passed {
    pub(super) best: Best,
    pub(super) total: u64,
    pub(super) facets: Facets,
}

/// Runs through the documents of all cases that the viewer may find and that pass the filters; ranks `count` of them.
pub(super) fn pass(view: &View, findable: &Findable, gathered: &Gathered, count: usize) -> tantivy::Result<Passed> {
    let mut passed = Passed { best: Best::of(count), total: 0, facets: Facets::default() };
    for (at, segment) in view.searcher.segment_readers().iter().enumerate() {
        let Some(mut kinds) = Kinds::of(segment)? else { continue };
        let marks = findable.of_segment(at);
        for (row, member) in (0..).zip(&view.threads.of_segment(at).cases) {
            let answered = if marks[member.doc as usize] { gathered.score_of(at, *member) } else { None };
            let Some(score) = answered else { continue };
            kinds.count(row);
            passed.total += 1;
            if passed.best.may_take(score, || kinds.time.get_val(row)) {
                let (time_ms, key) = (kinds.time.get_val(row), kinds.key(member.doc));
                passed.best.take(Ranked { score, time_ms, key, segment: at, member: *member });
            }
        }
        kinds.into_facets(&mut passed.facets)?;
    }
    Ok(passed)
}

/// The columns of one segment that say what a case is, and how many hits were of each kind. Every case has a value in each and
/// no comment has, so that the values of the segment's n-th case are the n-th.
struct Kinds {
    time: Arc<dyn ColumnValues<u64>>,
    status: Arc<dyn ColumnValues<u64>>,
    specialty: Arc<dyn ColumnValues<u64>>,
    institution: StrColumn,
    key_high: Arc<dyn ColumnValues<u64>>,
    key_low: Arc<dyn ColumnValues<u64>>,
    statuses: Counts,
    specialties: Counts,
    institutions: Vec<u64>,
}

/// How often each number came.
type Counts = HashMap<u64, u64, BuildHasherDefault<NumberHasher>>;

/// Spreads small numbers (Fibonacci hashing, Knuth, volume 3, section 6.4).
#[derive(Default)]
struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Kinds {
    /// None if the segment holds no cases.
    fn of(segment: &SegmentReader) -> tantivy::Result<Option<Self>> {
        let columns = segment.fast_fields();
        let values = |name: &str| -> tantivy::Result<Option<Arc<dyn ColumnValues<u64>>>> {
            Ok(columns.column_opt(name)?.map(|column| column.values))
        };
        let (time, status, specialty) = (values(TIME)?, values(STATUS)?, values(SPECIALTY)?);
        let (Some(time), Some(status), Some(specialty)) = (time, status, specialty) else { return Ok(None) };
        let Some(institution) = columns.str(INSTITUTION)? else { return Ok(None) };
        Ok(Some(Self {
            time,
            status,
            specialty,
            key_high: columns.column_first_or_default(KEY_HIGH)?,
            key_low: columns.column_first_or_default(KEY_LOW)?,
            statuses: Counts::default(),
            specialties: Counts::default(),
            institutions: vec![0; institution.num_terms()],
            institution,
        }))
    }

    fn key(&self, doc: DocId) -> u128 {
        u128::from(self.key_high.get_val(doc)) << 64 | u128::from(self.key_low.get_val(doc))
    }

    fn count(&mut self, row: u32) {
        *self.statuses.entry(self.status.get_val(row)).or_default() += 1;
        *self.specialties.entry(self.specialty.get_val(row)).or_default() += 1;
        let ord = usize::try_from(self.institution.ords().values.get_val(row));
        if let Some(count) = ord.ok().and_then(|ord| self.institutions.get_mut(ord)) {
            *count += 1;
        }
    }

    /// Adds what was counted to the facets of all segments.
    fn into_facets(self, facets: &mut Facets) -> tantivy::Result<()> {
        for (status, count) in self.statuses {
            *facets.statuses.entry(Status::from_code(status.try_into().unwrap_or(u16::MAX))).or_default() += count;
        }
        for (specialty, count) in self.specialties {
            if let Some(specialty) = specialty_of(specialty) {
                *facets.specialties.entry(specialty).or_default() += count;
            }
        }
        let mut name = String::new();
        for (ord, count) in (0..).zip(self.institutions).filter(|(_, count)| *count > 0) {
            name.clear();
            if self.institution.ord_to_str(ord, &mut name)? {
                let institution: Result<InstitutionId, _> = name.parse();
                institution.map(|institution| *facets.institutions.entry(institution).or_default() += count).ok();
            }
        }
        Ok(())
    }
}
