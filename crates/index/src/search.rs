//! Searching: from a query and a viewer to ranked cases, exact counts and exact facets.
//!
//! First the cases are marked that the viewer may find and that pass the filters ([`findable`]). Then each word or phrase is
//! looked up ([`expand`], [`terms`]) and every document has a score ([`scores`], [`phrase`]); what comments answer is gathered
//! by thread ([`threads`], [`gather`]), for a case that answers everything stays, wherever in its thread it does. At last what
//! is marked is run through: all that stays is counted ([`pass`]), and the best is ranked ([`best`]).

mod best;
mod expand;
mod findable;
mod gather;
mod pass;
mod phrase;
mod scores;
mod terms;
mod threads;
mod view;

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use protocol::{CaseId, CaseNumber, EntryId, InstitutionId, payload::content::Status};
use tantivy::{
    DocAddress, DocId, IndexReader, Searcher, TantivyDocument, Term,
    schema::{IndexRecordOption, Value},
};

use self::{
    best::Ranked,
    findable::Findable,
    gather::Gathered,
    view::{View, Views},
};
use crate::{
    document::Viewer,
    error::Error,
    query::Query,
    schema::{Fields, INSTITUTION},
    words::words,
};

/// No more hits are returned at once.
pub const LIMIT_MAX: usize = 100;

/// Nobody leafs further.
pub const OFFSET_MAX: usize = 10_000;

/// Searches what is committed. Clones share one view and may search at the same time.
#[derive(Clone)]
pub struct Reader {
    views: Arc<Views>,
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
#[derive(Clone, Debug, Default, PartialEq)]
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

impl Reader {
    pub(crate) fn of(reader: IndexReader, fields: Fields) -> tantivy::Result<Self> {
        Ok(Self { views: Arc::new(Views::of(reader, fields)?), fields })
    }

    /// The last commit.
    pub(crate) fn searcher(&self) -> Searcher {
        self.views.last().searcher.clone()
    }

    /// Looks at the last commit from now on, with all clones.
    pub(crate) fn reload(&self) -> tantivy::Result<()> {
        self.views.reload()
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
        let usage = self.searcher().space_usage().map_err(|error| Error::Read(Box::new(error)))?;
        Ok(usage.total().get_bytes())
    }

    /// Whether a file of the last commit still holds a word, be it only of something erased that no search finds any more.
    /// The files themselves cannot be asked by looking for its letters: their dictionaries are automata.
    ///
    /// # Errors
    /// [`Error::Read`] if the disk fails.
    pub fn holds_word(&self, word: &str) -> Result<bool, Error> {
        let searcher = self.searcher();
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
        let view = self.views.last();
        let findable = Findable::by(&view.searcher, &self.fields, &query.filters, viewer)?;
        let mut found = Hits { searched: findable.searched, ..Hits::default() };
        let Some(gathered) = Gathered::of(&view, &self.fields, &query.clauses)? else { return Ok(found) };
        let count = if limit > 0 { offset + limit } else { 0 };
        let passed = pass::pass(&view, &findable, &gathered, count)?;
        for ranked in passed.best.from(offset) {
            found.hits.extend(self.hit(&view, &gathered, &ranked)?);
        }
        (found.total, found.facets) = (passed.total, passed.facets);
        Ok(found)
    }

    /// The ids behind a case that passed.
    fn hit(&self, view: &View, gathered: &Gathered, ranked: &Ranked) -> tantivy::Result<Option<Hit>> {
        let Ranked { score, segment, member, .. } = *ranked;
        let doc = member.doc;
        let Some(case) = self.case(&view.searcher, segment, doc)? else { return Ok(None) };
        let mut comment = None;
        if gathered.has_better_remark(segment, member) {
            let mut thread = vec![(segment, doc)];
            thread.extend(self.comments(&view.searcher, &case)?);
            if let Some((segment, doc)) = gathered.best_of(&thread).filter(|best| *best != (segment, doc)) {
                comment = self.own(&view.searcher, segment, doc)?.try_into().ok().map(EntryId);
            }
        }
        Ok(Some(Hit { case, comment, score }))
    }

    /// The living comments of a case.
    fn comments(&self, searcher: &Searcher, case: &CaseId) -> tantivy::Result<Vec<(usize, DocId)>> {
        let term = self.fields.comments_of(case);
        let mut comments = Vec::new();
        for (at, segment) in searcher.segment_readers().iter().enumerate() {
            let inverted = segment.inverted_index(term.field())?;
            let Some(mut blocks) = inverted.read_block_postings(&term, IndexRecordOption::Basic)? else { continue };
            while !blocks.docs().is_empty() {
                comments.extend(blocks.docs().iter().filter(|doc| !segment.is_deleted(**doc)).map(|doc| (at, *doc)));
                blocks.advance();
            }
        }
        Ok(comments)
    }

    fn case(&self, searcher: &Searcher, segment: usize, doc: DocId) -> tantivy::Result<Option<CaseId>> {
        let Ok(number) = self.own(searcher, segment, doc)?.try_into() else { return Ok(None) };
        let columns = searcher.segment_readers()[segment].fast_fields();
        let Some(institutions) = columns.str(INSTITUTION)? else { return Ok(None) };
        let Some(ord) = institutions.ords().first(doc) else { return Ok(None) };
        let mut institution = String::new();
        institutions.ord_to_str(ord, &mut institution)?;
        let institution: Option<InstitutionId> = institution.parse().ok();
        Ok(institution.map(|institution| CaseId { institution, number: CaseNumber(number) }))
    }

    /// What is stored of a document: the number of a case, the id of a comment.
    fn own(&self, searcher: &Searcher, segment: usize, doc: DocId) -> tantivy::Result<Vec<u8>> {
        let address = DocAddress::new(u32::try_from(segment).unwrap_or(u32::MAX), doc);
        let document: TantivyDocument = searcher.doc(address)?;
        let value = document.get_first(self.fields.own).and_then(|value| value.as_bytes().map(<[u8]>::to_vec));
        Ok(value.unwrap_or_default())
    }
}
