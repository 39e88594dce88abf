//! All that an index keeps of words, for whoever looks for what must not be there. Its files cannot be asked by looking for
//! letters: their dictionaries are automata, and what is stored may be packed.

use std::collections::BTreeSet;

use crate::{error::Error, search::Reader};

/// Documents are read once, from the first to the last.
const DOCUMENT_BLOCKS_CACHED: usize = 1;

impl Reader {
    /// Every term of every field and every stored document as bytes, as the last commit has them, be they only of something
    /// erased that no search finds any more. Reads the whole index.
    ///
    /// # Errors
    /// [`Error::Read`] if the disk fails.
    pub fn inventory(&self) -> Result<BTreeSet<Vec<u8>>, Error> {
        self.kept().map_err(Error::read)
    }

    fn kept(&self) -> tantivy::Result<BTreeSet<Vec<u8>>> {
        let searcher = self.searcher();
        let mut kept = BTreeSet::new();
        for segment in searcher.segment_readers() {
            for (field, _) in searcher.schema().fields().filter(|(_, entry)| entry.is_indexed()) {
                let inverted = segment.inverted_index(field)?;
                let mut terms = inverted.terms().stream()?;
                while let Some((term, _)) = terms.next() {
                    kept.insert(term.to_vec());
                }
            }
            let stored = segment.get_store_reader(DOCUMENT_BLOCKS_CACHED)?;
            for document in 0..segment.max_doc() {
                kept.insert(stored.get_document_bytes(document)?.to_vec());
            }
        }
        Ok(kept)
    }
}
