//! Blocks: consecutive rows as one value of the engine. What keys next to each other begin with alike stands once, and the whole
//! is compressed; the engine spends some hundred bytes on a value of its own, which is more than most rows have.

use std::{cmp::Ordering, ops::Bound};

use super::{
    engine::RawRow,
    merged::{Range, key_of},
};

/// The most bytes of a block before it is compressed. Sixteen blocks of bytes that cannot be compressed stay below 128 KiB, above
/// which the engine would put them into files that it never syncs.
pub(super) const BLOCK_BYTES_MAX: usize = 7 << 10;

/// The longest row with its key, the name of its table and three lengths fits into a block.
const _: () = assert!(super::ROW_BYTES_MAX + super::KEY_BYTES_MAX + 64 <= BLOCK_BYTES_MAX);

/// Rows on their way into blocks, in the order of their keys.
pub(super) struct Packer {
    limit: usize,
    at: Vec<u8>,
    bytes: Vec<u8>,
    last: Vec<u8>,
}

/// A block as the engine has it: the first key that may stand in it, and its rows packed.
pub(super) struct Packed {
    pub(super) at: Vec<u8>,
    pub(super) bytes: Vec<u8>,
}

/// A block to read.
pub(super) struct Block(Vec<u8>);

/// Where reading a block begins.
struct Seek<'b> {
    /// There are rows before.
    has_passed: bool,
    first: Option<(Vec<u8>, &'b [u8])>,
    rest: &'b [u8],
}

/// Rows of a block that lie in a range.
#[derive(Default)]
pub(super) struct RowsIn {
    pub(super) rows: Vec<RawRow>,
    /// It has rows before the range.
    pub(super) begins_before: bool,
    /// It has rows behind the range.
    pub(super) ends_behind: bool,
}

impl Packer {
    /// The first block stands under that key. None has more than `limit` bytes, which is room for a row and at most
    /// [`BLOCK_BYTES_MAX`].
    pub(super) const fn new(at: Vec<u8>, limit: usize) -> Self {
        Self { limit, at, bytes: Vec::new(), last: Vec::new() }
    }

    /// Adds the next row. A block that has no room left for it comes out, and the row begins another.
    pub(super) fn add(&mut self, (key, row): RawRow) -> Option<Packed> {
        let mut bytes = pack_row(&self.last, &key, &row);
        let mut full = None;
        if self.bytes.len() + bytes.len() > self.limit {
            let next = Self::new(key.clone(), self.limit);
            full = Some(std::mem::replace(self, next).end());
            bytes = pack_row(&[], &key, &row);
        }
        self.bytes.append(&mut bytes);
        self.last = key;
        full
    }

    /// All blocks of these rows.
    pub(super) fn pack(mut self, rows: impl IntoIterator<Item = RawRow>) -> Vec<Packed> {
        let mut blocks: Vec<_> = rows.into_iter().filter_map(|row| self.add(row)).collect();
        blocks.push(self.end());
        blocks
    }

    /// The block of the rows added last, be there none.
    pub(super) fn end(self) -> Packed {
        Packed { at: self.at, bytes: lz4_flex::block::compress_prepend_size(&self.bytes) }
    }
}

impl Block {
    /// The block of the engine's bytes, or nothing if they are none.
    pub(super) fn unpack(packed: &[u8]) -> Option<Self> {
        let (length, compressed) = packed.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= BLOCK_BYTES_MAX)?;
        lz4_flex::block::decompress(compressed, length).ok().filter(|bytes| bytes.len() == length).map(Self)
    }

    /// The row of a key. Nothing if what is read on the way there are no rows.
    pub(super) fn find(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let first = self.seek(key)?.first;
        Some(first.filter(|(found, _)| found == key).map(|(_, row)| row.to_vec()))
    }

    /// Its rows that lie in a range; nothing if the bytes are none.
    pub(super) fn rows_in(&self, range: Range<'_>) -> Option<RowsIn> {
        let Seek { has_passed, mut first, mut rest } = self.seek(key_of(range.0).unwrap_or_default())?;
        let mut found = RowsIn { begins_before: has_passed, ..RowsIn::default() };
        while let Some((mut key, row)) = first {
            match place_in(range, &key) {
                Ordering::Less => found.begins_before = true,
                Ordering::Equal => found.rows.push((key.clone(), row.to_vec())),
                Ordering::Greater => {
                    found.ends_behind = true;
                    break;
                }
            }
            first = if rest.is_empty() { None } else { Some(unpack_row(&mut rest, &mut key).map(|row| (key, row))?) };
        }
        Some(found)
    }

    /// Goes to the first row whose key is not before another. Keys on the way are not put together: one that shares more with
    /// the key before it than that one does with the key wanted lies before it too.
    fn seek(&self, wanted: &[u8]) -> Option<Seek<'_>> {
        let (mut rest, mut has_passed, mut common, mut length) = (self.0.as_slice(), false, 0, 0);
        while !rest.is_empty() {
            let (shared, own, row) = split_row(&mut rest)?;
            if shared > length {
                return None;
            }
            length = shared + own.len();
            if shared <= common {
                let (alike, left) = wanted.split_at(shared);
                if own >= left {
                    return Some(Seek { has_passed, first: Some(([alike, own].concat(), row)), rest });
                }
                common = shared + own.iter().zip(left).take_while(|(one, other)| one == other).count();
            }
            has_passed = true;
        }
        Some(Seek { has_passed, first: None, rest })
    }
}

/// Where a key lies: before a range, in it or behind it.
fn place_in((start, end): Range<'_>, key: &[u8]) -> Ordering {
    let is_before = match start {
        Bound::Included(start) => key < start,
        Bound::Excluded(start) => key <= start,
        Bound::Unbounded => false,
    };
    let is_behind = match end {
        Bound::Included(end) => key > end,
        Bound::Excluded(end) => key >= end,
        Bound::Unbounded => false,
    };
    match (is_before, is_behind) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => Ordering::Equal,
    }
}

/// How many bytes the key shares with the one before it, how many of its own follow, how many the row has; then both.
fn pack_row(before: &[u8], key: &[u8], row: &[u8]) -> Vec<u8> {
    let shared = key.iter().zip(before).take_while(|(one, other)| one == other).count();
    let mut bytes = Vec::with_capacity(6 + key.len() - shared + row.len());
    for length in [shared, key.len() - shared, row.len()] {
        push_length(&mut bytes, length);
    }
    bytes.extend_from_slice(&key[shared..]);
    bytes.extend_from_slice(row);
    bytes
}

/// Turns the key before into the key of the next row, and returns the row.
fn unpack_row<'b>(bytes: &mut &'b [u8], key: &mut Vec<u8>) -> Option<&'b [u8]> {
    let (shared, own, row) = split_row(bytes)?;
    if shared > key.len() {
        return None;
    }
    key.truncate(shared);
    key.extend_from_slice(own);
    Some(row)
}

/// How many bytes the key of the next row shares with the one before it, those of its own, and the row.
fn split_row<'b>(bytes: &mut &'b [u8]) -> Option<(usize, &'b [u8], &'b [u8])> {
    let (shared, own, row) = (pull_length(bytes)?, pull_length(bytes)?, pull_length(bytes)?);
    let (own, rest) = bytes.split_at_checked(own)?;
    let (row, rest) = rest.split_at_checked(row)?;
    *bytes = rest;
    Some((shared, own, row))
}

/// Seven bits a byte, the low ones first; the high bit says that more follow.
fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        bytes.push(0x80 | (length & 0x7f) as u8);
        length >>= 7;
    }
    bytes.push(length as u8);
}

fn pull_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    for shift in [0, 7, 14] {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const ALL: Range<'static> = (Bound::Unbounded, Bound::Unbounded);

    fn pack(rows: impl IntoIterator<Item = RawRow>) -> Vec<Packed> {
        Packer::new(Vec::new(), BLOCK_BYTES_MAX).pack(rows)
    }

    /// Bytes that cannot be compressed.
    fn noise(length: usize, seed: u64) -> Vec<u8> {
        let mut state = seed | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn sixteen_full_blocks_stay_out_of_files_of_their_own() {
        let rows = (0..100_u8).map(|number| (vec![number; super::super::KEY_BYTES_MAX], noise(2_000, number.into())));
        let blocks = pack(rows);
        let largest = blocks.iter().map(|block| block.at.len() + block.bytes.len()).max().unwrap();
        assert!(blocks.len() > 30 && 16 * (largest + 16) < 128 << 10, "{} blocks, {largest} bytes", blocks.len());
    }

    #[test]
    fn bytes_that_are_no_block_are_told() {
        for bytes in [&b""[..], &[1, 2, 3], &[0xff; 100], &[9, 0, 0, 0, 0x10, 1]] {
            assert!(Block::unpack(bytes).is_none(), "{bytes:?}");
        }
        for rows in [&[1, 1, 0, 7][..], &[0, 5, 0, 1], &[0x80, 0x80, 0x80, 1], &[0, 1]] {
            let block = Block(rows.to_vec());
            assert!(block.rows_in(ALL).is_none() && block.find(&[1, 2]).is_none(), "{rows:?}");
        }
    }

    proptest! {
        #[test]
        fn packed_rows_are_found_and_come_back(
            rows in prop::collection::btree_map(
                prop::collection::vec(0..4_u8, 0..40),
                prop::collection::vec(any::<u8>(), 0..900),
                0..60,
            ),
            absent in prop::collection::vec(0..5_u8, 0..40),
        ) {
            let blocks = pack(rows.clone());
            let mut back = BTreeMap::new();
            for (number, Packed { at, bytes }) in blocks.iter().enumerate() {
                let block = Block::unpack(bytes).unwrap();
                let its = block.rows_in(ALL).unwrap().rows;
                prop_assert!(number == 0 && at.is_empty() || its[0].0 == *at);
                for (key, row) in &its {
                    prop_assert_eq!(block.find(key), Some(Some(row.clone())));
                }
                if !rows.contains_key(&absent) {
                    prop_assert_eq!(block.find(&absent), Some(None));
                }
                for (from, first) in [(Bound::Included(absent.as_slice()), false), (Bound::Excluded(absent.as_slice()), true)] {
                    let found = block.rows_in((from, Bound::Unbounded)).unwrap();
                    let is_before = |key: &Vec<u8>| *key < absent || first && *key == absent;
                    prop_assert_eq!(found.begins_before, its.iter().any(|(key, _)| is_before(key)));
                    prop_assert!(found.rows.iter().eq(its.iter().filter(|(key, _)| !is_before(key))));
                }
                back.extend(its);
            }
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn no_bytes_make_reading_a_block_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Block::unpack(&bytes).map(|block| block.rows_in(ALL));
            let block = Block(bytes);
            let _ = (block.rows_in(ALL), block.find(&[3]));
        }
    }
}
