//! Searching: from a query and a viewer to ranked cases, exact counts and exact facets.
//!
//! First each word or phrase is looked up in all documents and the hits are gathered by case ([`gather`]); a case that answers
//! all of them stays, wherever in its thread they stand. Then the documents of cases that the viewer may find and that pass
//! the filters are run through ([`pass`]), and only what is in both is counted and ranked.

mod expand;
mod gather;
mod pass;

use std::{cmp::Ordering, collections::BTreeMap, time::Instant};

use protocol::{CaseId, CaseNumber, EntryId, InstitutionId, payload::content::Status};
use tantivy::{
    DocAddress, IndexReader, Searcher, TantivyDocument, Term,
    query::{BooleanQuery, Query as _, TermQuery},
    schema::{IndexRecordOption, Value},
};

use crate::{document::Viewer, error::Error, query::Query, schema::Fields, words::words};

/// No more hits are returned at once.
pub const LIMIT_MAX: usize = 100;

/// Nobody leafs further.
pub const OFFSET_MAX: usize = 10_000;

/// Searches what is committed. Clones share one view and may search at the same time.
#[derive(Clone)]
pub struct Reader {
    reader: IndexReader,
    fields: Fields,
}

/// A case that answers the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The case.
    pub case: CaseId,
    /// The comment that answers best, where that is not the case itself: cut the snippet from it.
    pub comment: Option<EntryId>,
    /// Higher is better; comparable within one answer only. Zero for all if the query has no words.
    pub score: f32,
}

/// How many of all hits there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By where they stand.
    pub statuses: BTreeMap<Status, u64>,
    /// By MeSH descriptor number; cases without a specialty are in none.
    pub specialties: BTreeMap<u32, u64>,
    /// By who owns them.
    pub institutions: BTreeMap<InstitutionId, u64>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Hits {
    /// The best, or the newest if the query has no words; equals by time, then always in the same order.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: u64,
    /// What they are, all of them.
    pub facets: Facets,
    /// Among how many cases was searched: all that the viewer may find.
    pub searched: u64,
    /// How long it took.
    pub micros: u64,
}

/// A case that passed, before it is fetched.
struct Ranked {
    score: f32,
    time_ms: u64,
    key: u128,
    case: DocAddress,
    best: DocAddress,
}

impl Reader {
    pub(crate) const fn new(reader: IndexReader, fields: Fields) -> Self {
        Self { reader, fields }
    }

    /// The last commit.
    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// The hits from `offset` on, `limit` of them and at most [`LIMIT_MAX`]; none from behind [`OFFSET_MAX`] on.
    ///
    /// # Errors
    /// [`Error::Read`] if the disk fails; never because of the query.
    pub fn search(&self, query: &Query, viewer: Viewer, limit: usize, offset: usize) -> Result<Hits, Error> {
        let start = Instant::now();
        let limit = if offset > OFFSET_MAX { 0 } else { limit.min(LIMIT_MAX) };
        let found = self.found(query, viewer, limit, offset).map_err(Error::read)?;
        Ok(Hits { micros: u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX), ..found })
    }

    /// How many bytes the index takes on disk, by what it was at the last commit.
    ///
    /// # Errors
    /// [`Error::Read`] if the disk fails.
    pub fn bytes(&self) -> Result<u64, Error> {
        let usage = self.reader.searcher().space_usage().map_err(|error| Error::Read(Box::new(error)))?;
        Ok(usage.total().get_bytes())
    }

    /// Whether a file of the last commit still holds a word, be it only of something erased that no search finds any more.
    /// The files themselves cannot be asked by looking for its letters: their dictionaries are automata.
    ///
    /// # Errors
    /// [`Error::Read`] if the disk fails.
    pub fn holds_word(&self, word: &str) -> Result<bool, Error> {
        let searcher = self.reader.searcher();
        let holds = |text: &str| -> tantivy::Result<bool> {
            let in_head = searcher.doc_freq(&Term::from_field_text(self.fields.head, text))?;
            let in_text = searcher.doc_freq(&Term::from_field_text(self.fields.text, text))?;
            Ok(in_head + in_text + searcher.doc_freq(&Term::from_field_text(self.fields.tag, text))? > 0)
        };
        for word in words(word) {
            if holds(&word.surface).map_err(Error::read)? || holds(&word.stem).map_err(Error::read)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn found(&self, query: &Query, viewer: Viewer, limit: usize, offset: usize) -> tantivy::Result<Hits> {
        let searcher = self.reader.searcher();
        let gathered = gather::gather(&searcher, &self.fields, &query.clauses)?;
        let passed = pass::pass(&searcher, &self.fields, &query.filters, viewer, gathered)?;
        let total = passed.ranked.len() as u64;
        let mut hits = Vec::new();
        for ranked in page(passed.ranked, limit, offset) {
            hits.extend(self.hit(&searcher, &ranked)?);
        }
        let searched = self.visible(&searcher, viewer)?;
        Ok(Hits { hits, total, facets: passed.facets, searched, micros: 0 })
    }

    fn visible(&self, searcher: &Searcher, viewer: Viewer) -> tantivy::Result<u64> {
        let count = audience(&self.fields, viewer).count(searcher)?;
        Ok(count as u64)
    }

    /// The ids behind a case that passed.
    fn hit(&self, searcher: &Searcher, ranked: &Ranked) -> tantivy::Result<Option<Hit>> {
        let own = |at: DocAddress| -> tantivy::Result<Vec<u8>> {
            let document: TantivyDocument = searcher.doc(at)?;
            let value = document.get_first(self.fields.own).and_then(|value| value.as_bytes().map(<[u8]>::to_vec));
            Ok(value.unwrap_or_default())
        };
        let Some(case) = case_id(&own(ranked.case)?) else { return Ok(None) };
        let comment = if ranked.best == ranked.case { None } else { own(ranked.best)?.try_into().ok().map(EntryId) };
        Ok(Some(Hit { case, comment, score: ranked.score }))
    }
}

/// Cases that the viewer may find.
fn audience(fields: &Fields, viewer: Viewer) -> BooleanQuery {
    any_of(fields.audience_of(viewer))
}

fn any_of(terms: Vec<Term>) -> BooleanQuery {
    BooleanQuery::union(
        terms.into_iter().map(|term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<_>).collect(),
    )
}

/// The hits of one page, in order; the others are never sorted.
fn page(mut ranked: Vec<Ranked>, limit: usize, offset: usize) -> Vec<Ranked> {
    let order = |a: &Ranked, b: &Ranked| -> Ordering {
        let better = b.score.total_cmp(&a.score).then_with(|| b.time_ms.cmp(&a.time_ms));
        better.then_with(|| a.key.cmp(&b.key))
    };
    let end = offset.saturating_add(limit);
    if end < ranked.len() {
        ranked.select_nth_unstable_by(end, order);
        ranked.truncate(end);
    }
    ranked.sort_unstable_by(order);
    ranked.drain(..offset.min(ranked.len()));
    ranked
}

fn case_id(bytes: &[u8]) -> Option<CaseId> {
    let (institution, number) = bytes.split_at_checked(InstitutionId::LEN)?;
    Some(CaseId {
        institution: protocol::FeedId(institution.try_into().ok()?),
        number: CaseNumber(number.try_into().ok()?),
    })
}
