//! Documents that say words one after the other.
//!
//! Lists are walked from their beginning, so that it is known at each document how many positions were passed.

use tantivy::{
    DocId, InvertedIndexReader, TERMINATED,
    directory::FileSlice,
    positions::PositionReader,
    postings::{BlockSegmentPostings, TermInfo},
    schema::IndexRecordOption,
};

/// A word of the phrase, on its way through the documents of a segment.
struct Walk {
    blocks: BlockSegmentPostings,
    /// Which document of the block.
    at: usize,
    /// How many positions the documents before have.
    passed: u64,
    positions: PositionReader,
}

impl Walk {
    fn of(inverted: &InvertedIndexReader, positions: &FileSlice, word: &TermInfo) -> tantivy::Result<Self> {
        let blocks = inverted.read_block_postings_from_terminfo(word, IndexRecordOption::WithFreqsAndPositions)?;
        let positions = PositionReader::open(positions.read_bytes_slice(word.positions_range.clone())?)?;
        Ok(Self { blocks, at: 0, passed: 0, positions })
    }

    /// Goes to a document, or to the first behind it. Returns where it is.
    fn go_to(&mut self, target: DocId) -> DocId {
        loop {
            let Some(doc) = self.blocks.docs().get(self.at).copied() else { return TERMINATED };
            if doc >= target {
                return doc;
            }
            self.passed += u64::from(self.blocks.freq(self.at));
            self.at += 1;
            if self.at == self.blocks.block_len() {
                self.blocks.advance();
                self.at = 0;
            }
        }
    }

    /// Where the word stands in the document.
    fn places(&mut self, places: &mut Vec<u32>) {
        places.clear();
        places.resize(self.blocks.freq(self.at) as usize, 0);
        self.positions.read(self.passed, places);
        let mut place = 0;
        for step in places {
            place += *step;
            *step = place;
        }
    }
}

/// Every document that says the words in this order, with how often it does.
pub(super) fn each_with_phrase(
    inverted: &InvertedIndexReader,
    positions: &FileSlice,
    words: &[&TermInfo],
    mut heard: impl FnMut(DocId, u32),
) -> tantivy::Result<()> {
    let walks: tantivy::Result<Vec<Walk>> = words.iter().map(|word| Walk::of(inverted, positions, word)).collect();
    let mut walks = walks?;
    let (mut starts, mut places) = (Vec::new(), Vec::new());
    let mut doc = 0;
    while let Some(found) = next_with_all(&mut walks, doc) {
        for (distance, walk) in (0..).zip(&mut walks) {
            if distance == 0 {
                walk.places(&mut starts);
            } else if !starts.is_empty() {
                walk.places(&mut places);
                keep_followed(&mut starts, &places, distance);
            }
        }
        if !starts.is_empty() {
            heard(found, u32::try_from(starts.len()).unwrap_or(u32::MAX));
        }
        doc = found + 1;
    }
    Ok(())
}

/// The first document from `doc` on that holds all words.
fn next_with_all(walks: &mut [Walk], mut doc: DocId) -> Option<DocId> {
    let mut agreed = 0;
    while agreed < walks.len() {
        agreed = 0;
        for walk in &mut *walks {
            let there = walk.go_to(doc);
            if there == doc {
                agreed += 1;
            }
            doc = there;
        }
        if doc == TERMINATED {
            return None;
        }
    }
    Some(doc)
}

/// Keeps the places that have one of the others so far behind them. Both are in order.
fn keep_followed(starts: &mut Vec<u32>, places: &[u32], distance: u32) {
    let mut places = places.iter().copied().peekable();
    starts.retain(|start| {
        while places.next_if(|place| *place < start + distance).is_some() {}
        places.peek() == Some(&(start + distance))
    });
}
