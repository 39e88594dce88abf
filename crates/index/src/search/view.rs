//! What is searched: the last commit, and which of its documents belong together.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::{
    IndexReader, Searcher,
    directory::{CompositeFile, FileSlice},
    index::SegmentComponent,
    schema::Field,
};

use super::threads::{Numbering, Threads};
use crate::schema::Fields;

/// One commit. Searches that began with it end with it.
pub(super) struct View {
    pub(super) searcher: Searcher,
    pub(super) threads: Threads,
    /// Where the words stand, by segment, in title and text.
    positions: Vec<[(Field, FileSlice); 2]>,
}

/// The last commit that was looked at, and what it takes to look at the next.
pub(super) struct Views {
    reader: IndexReader,
    fields: Fields,
    numbering: Mutex<Numbering>,
    last: RwLock<Arc<View>>,
}

impl Views {
    pub(super) fn of(reader: IndexReader, fields: Fields) -> tantivy::Result<Self> {
        let mut numbering = Numbering::default();
        let last = RwLock::new(Arc::new(View::of(&reader, &fields, &mut numbering)?));
        Ok(Self { reader, fields, numbering: Mutex::new(numbering), last })
    }

    /// Looks at the last commit.
    pub(super) fn reload(&self) -> tantivy::Result<()> {
        // A panic leaves numbers that nobody has: they harm nothing.
        let mut numbering = self.numbering.lock().unwrap_or_else(PoisonError::into_inner);
        self.reader.reload()?;
        let view = Arc::new(View::of(&self.reader, &self.fields, &mut numbering)?);
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = view;
        Ok(())
    }

    pub(super) fn last(&self) -> Arc<View> {
        self.last.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl View {
    fn of(reader: &IndexReader, fields: &Fields, numbering: &mut Numbering) -> tantivy::Result<Self> {
        let searcher = reader.searcher();
        let threads = numbering.threads(&searcher)?;
        let mut positions = Vec::new();
        for segment in searcher.segment_readers() {
            let file = CompositeFile::open(&segment.open_read(SegmentComponent::Positions)?)?;
            let of_field = |field| (field, file.open_read(field).unwrap_or_else(FileSlice::empty));
            positions.push([of_field(fields.head), of_field(fields.text)]);
        }
        Ok(Self { searcher, threads, positions })
    }

    /// Where the words of a field stand.
    pub(super) fn positions(&self, segment: usize, field: Field) -> &FileSlice {
        let [head, text] = &self.positions[segment];
        if head.0 == field { &head.1 } else { &text.1 }
    }
}
