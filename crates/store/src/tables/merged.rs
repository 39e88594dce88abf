//! Rows as they are: what was changed lately in front of the blocks of the engine.

use std::{iter::Peekable, ops::Bound, vec};

use super::{
    block::RowsIn,
    engine::{Engine, EngineError, RawRow, no_block},
    recent::Recent,
};

/// Full keys from one to another.
pub(super) type Range<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// A row, or that it is gone.
type Changed = (Vec<u8>, Option<Vec<u8>>);
type Source<'a> = Peekable<Box<dyn Iterator<Item = Result<Changed, EngineError>> + 'a>>;

/// The rows of a range, in the order of their keys or against it. An error ends it.
pub(super) struct Merged<'a> {
    /// The newest first.
    sources: Vec<Source<'a>>,
    is_backward: bool,
}

impl<'a> Merged<'a> {
    /// Lays changes, the newest first, in front of an engine's blocks.
    pub(super) fn new(
        engine: &'a Engine,
        recent: impl IntoIterator<Item = &'a Recent>,
        range: Range<'a>,
        is_backward: bool,
    ) -> Self {
        let mut sources = Vec::new();
        if !is_empty(range) {
            for recent in recent {
                let rows = recent.range(range).map(|(key, row)| Ok((key.clone(), row.clone())));
                sources.push(source(rows, is_backward));
            }
            let blocks: Box<dyn Iterator<Item = _>> = Box::new(Blocks::new(engine, range, is_backward));
            sources.push(blocks.peekable());
        }
        Self { sources, is_backward }
    }

    /// The next row of the sources, be it gone.
    fn step(&mut self) -> Result<Option<Changed>, EngineError> {
        let mut next: Option<Vec<u8>> = None;
        for source in &mut self.sources {
            match source.peek() {
                Some(Ok((key, _))) if next.as_ref().is_none_or(|next| is_before(key, next, self.is_backward)) => {
                    next = Some(key.clone());
                }
                Some(Err(_)) => drop(source.next().transpose()?),
                _ => {}
            }
        }
        let Some(next) = next else { return Ok(None) };
        let mut newest = None;
        for source in &mut self.sources {
            let found = source.next_if(|row| row.as_ref().is_ok_and(|(key, _)| *key == next));
            newest = newest.or(found.transpose()?);
        }
        Ok(newest)
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<RawRow, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.step() {
                Ok(None) => return None,
                Ok(Some((_, None))) => {}
                Ok(Some((key, Some(row)))) => return Some(Ok((key, row))),
                Err(error) => {
                    self.sources.clear();
                    return Some(Err(error));
                }
            }
        }
    }
}

fn source<'a>(
    rows: impl DoubleEndedIterator<Item = Result<Changed, EngineError>> + 'a,
    is_backward: bool,
) -> Source<'a> {
    let rows: Box<dyn Iterator<Item = _>> = if is_backward { Box::new(rows.rev()) } else { Box::new(rows) };
    rows.peekable()
}

fn is_before(one: &[u8], other: &[u8], is_backward: bool) -> bool {
    if is_backward { one > other } else { one < other }
}

/// The rows of an engine's blocks.
struct Blocks<'a> {
    engine: &'a Engine,
    range: Range<'a>,
    is_backward: bool,
    /// The block read last.
    at: Option<Vec<u8>>,
    /// The last row that was read. Blocks are written meanwhile: behind one that was split stands what was read of it before.
    last: Option<Vec<u8>>,
    /// No further block has rows of the range.
    is_last: bool,
    rows: vec::IntoIter<RawRow>,
}

impl<'a> Blocks<'a> {
    fn new(engine: &'a Engine, range: Range<'a>, is_backward: bool) -> Self {
        Self { engine, range, is_backward, at: None, last: None, is_last: false, rows: Vec::new().into_iter() }
    }

    /// Reads the next block; whether there is one that may have rows of the range.
    fn advance(&mut self) -> Result<bool, EngineError> {
        let (start, end) = self.range;
        let block = match (&self.at, self.is_backward) {
            _ if self.is_last => None,
            (None, false) => self.engine.block_at(key_of(start).unwrap_or_default())?,
            (None, true) => match key_of(end) {
                Some(end) => self.engine.block_at(end)?,
                None => self.engine.last_block()?,
            },
            (Some(at), false) => self.engine.block_after(at)?,
            (Some(at), true) => self.engine.block_before(at)?,
        };
        let Some(block) = block else { return Ok(false) };
        self.at = Some(block.at.clone());
        let block = self.engine.open_block(block)?;
        let left = match &self.last {
            Some(last) if !self.is_backward => (Bound::Excluded(last.as_slice()), end),
            _ => self.range,
        };
        let RowsIn { mut rows, begins_before, ends_behind } = block.rows_in(left).ok_or_else(no_block)?;
        if self.is_backward {
            rows.reverse();
        }
        if let Some((key, _)) = rows.last() {
            self.last = Some(key.clone());
        }
        self.rows = rows.into_iter();
        self.is_last = if self.is_backward { begins_before } else { ends_behind };
        Ok(true)
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Changed, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, row)) = self.rows.next() {
                return Some(Ok((key, Some(row))));
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

pub(super) const fn key_of(bound: Bound<&[u8]>) -> Option<&[u8]> {
    match bound {
        Bound::Included(key) | Bound::Excluded(key) => Some(key),
        Bound::Unbounded => None,
    }
}

/// Whether no key can lie between.
fn is_empty(range: Range<'_>) -> bool {
    match range {
        (Bound::Included(start), Bound::Included(end)) => start > end,
        (Bound::Included(start) | Bound::Excluded(start), Bound::Included(end) | Bound::Excluded(end)) => start >= end,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{
        block::{BLOCK_BYTES_MAX, Packer},
        checkpoint::Stated,
    };

    #[test]
    fn a_block_that_is_split_under_a_walk_gives_each_row_once() {
        let rows: Vec<RawRow> = (0..100).map(|number| (vec![number], vec![number; 50])).collect();
        for is_backward in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let engine = Engine::open(directory.path(), 1 << 20).unwrap();
            let blocks = |limit| Packer::new(Vec::new(), limit).pack(rows.iter().cloned());
            engine.write(blocks(BLOCK_BYTES_MAX), &Stated::default()).unwrap();
            let mut walk = Merged::new(&engine, [], (Bound::Unbounded, Bound::Unbounded), is_backward);
            let mut walked = vec![walk.next().unwrap().unwrap()];
            engine.write(blocks(1_000), &Stated::default()).unwrap();
            walked.extend(walk.map(Result::unwrap));
            if is_backward {
                walked.reverse();
            }
            assert_eq!(walked, rows);
        }
    }
}
