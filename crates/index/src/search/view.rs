//! What is searched: the last commit, and which of its documents belong together.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::{IndexReader, Searcher};

use super::threads::{Numbering, Threads};

/// One commit. Searches that began with it end with it.
pub(super) struct View {
    pub(super) searcher: Searcher,
    pub(super) threads: Threads,
}

/// The last commit that was looked at, and what it takes to look at the next.
pub(super) struct Views {
    reader: IndexReader,
    numbering: Mutex<Numbering>,
    last: RwLock<Arc<View>>,
}

impl Views {
    pub(super) fn of(reader: IndexReader) -> tantivy::Result<Self> {
        let mut numbering = Numbering::default();
        let last = RwLock::new(Arc::new(View::of(&reader, &mut numbering)?));
        Ok(Self { reader, numbering: Mutex::new(numbering), last })
    }

    /// Looks at the last commit.
    pub(super) fn reload(&self) -> tantivy::Result<()> {
        // A panic leaves numbers that nobody has: they harm nothing.
        let mut numbering = self.numbering.lock().unwrap_or_else(PoisonError::into_inner);
        self.reader.reload()?;
        let view = Arc::new(View::of(&self.reader, &mut numbering)?);
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = view;
        Ok(())
    }

    pub(super) fn last(&self) -> Arc<View> {
        self.last.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl View {
    fn of(reader: &IndexReader, numbering: &mut Numbering) -> tantivy::Result<Self> {
        let searcher = reader.searcher();
        let threads = numbering.threads(&searcher)?;
        Ok(Self { searcher, threads })
    }
}
