//! Which documents are of one case: each case has a number, and so have its comments, in whatever segments they stand.
//!
//! Documents name their case by its key. To match keys while searching would take longer than all the rest, so each segment
//! is read once, when a commit brings it, and its documents are numbered in memory: eight bytes a document and about forty a case.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use tantivy::{
    DocId, Searcher, SegmentReader,
    columnar::{Column, ColumnValues},
    index::SegmentId,
};

use crate::schema::{KEY_HIGH, KEY_LOW, STATUS};

/// Numbers of cases that are gone are forgotten once there are so many times as many as documents.
const NUMBERS_PER_DOCUMENT_MAX: usize = 2;

/// A document, and the number of its case.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) doc: DocId,
    thread: u32,
}

impl Member {
    pub(super) const fn thread(self) -> usize {
        self.thread as usize
    }
}

/// What the documents of a segment are, in their order.
#[derive(Default)]
pub(super) struct Members {
    pub(super) cases: Vec<Member>,
    pub(super) comments: Vec<Member>,
}

/// What the documents of all segments of a commit are.
pub(super) struct Threads {
    segments: Vec<Arc<Members>>,
    /// Every number is lower.
    pub(super) count: usize,
}

impl Threads {
    pub(super) fn of_segment(&self, segment: usize) -> &Members {
        &self.segments[segment]
    }
}

/// Gives the numbers, and keeps what it found of each segment.
#[derive(Default)]
pub(super) struct Numbering {
    by_key: HashMap<u128, u32, BuildHasherDefault<KeyHasher>>,
    segments: HashMap<SegmentId, Arc<Members>>,
}

impl Numbering {
    /// The threads of a commit; reads the segments that the last one had not.
    pub(super) fn threads(&mut self, searcher: &Searcher) -> tantivy::Result<Threads> {
        let documents: u32 = searcher.segment_readers().iter().map(SegmentReader::max_doc).sum();
        if self.by_key.len() > NUMBERS_PER_DOCUMENT_MAX * documents as usize {
            *self = Self::default();
        }
        let mut known = std::mem::take(&mut self.segments);
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let members = match known.remove(&segment.segment_id()) {
                Some(members) => members,
                None => self.members(segment)?,
            };
            self.segments.insert(segment.segment_id(), members.clone());
            segments.push(members);
        }
        Ok(Threads { segments, count: self.by_key.len() })
    }

    fn members(&mut self, segment: &SegmentReader) -> tantivy::Result<Arc<Members>> {
        let columns = segment.fast_fields();
        let high: Arc<dyn ColumnValues<u64>> = columns.column_first_or_default(KEY_HIGH)?;
        let low: Arc<dyn ColumnValues<u64>> = columns.column_first_or_default(KEY_LOW)?;
        let status: Option<Column<u64>> = columns.column_opt(STATUS)?;
        let mut members = Members::default();
        for doc in 0..segment.max_doc() {
            let key = u128::from(high.get_val(doc)) << 64 | u128::from(low.get_val(doc));
            // There are fewer numbers than documents, and those have numbers of 32 bits.
            let next = u32::try_from(self.by_key.len()).unwrap_or(u32::MAX);
            let member = Member { doc, thread: *self.by_key.entry(key).or_insert(next) };
            // Only cases have a status.
            match status.as_ref().is_some_and(|status| status.index.has_value(doc)) {
                true => members.cases.push(member),
                false => members.comments.push(member),
            }
        }
        Ok(Arc::new(members))
    }
}

/// Takes the last eight bytes of a key for its hash: keys are hashes already.
#[derive(Default)]
struct KeyHasher(u64);

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
