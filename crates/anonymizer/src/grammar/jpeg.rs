//! SOI, one JFIF header, tables, one frame, scans, EOI (ISO/IEC 10918-1 annex B, 10918-5).

use super::{GrammarError, check_size};
use crate::{
    bytes::{ByteOrder, u16_at},
    limits::Limits,
};

/// Redefinitions of one table beyond this are a place to hide bytes, not to code pixels.
const TABLES_MAX: usize = 128;

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    size: Option<(u32, u32)>,
    components: usize,
    scans: usize,
    tables: usize,
}

pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), GrammarError> {
    let mut walk = Walk { bytes, at: 2, size: None, components: 0, scans: 0, tables: 0 };
    while walk.step(limits)? {}
    if walk.at < bytes.len() {
        return Err(GrammarError::BehindTheEnd(bytes.len() - walk.at));
    }
    match (walk.size, walk.scans) {
        (Some(size), 1..) => Ok(size),
        _ => Err(walk.malformed("no pixels")),
    }
}

impl<'a> Walk<'a> {
    /// Takes one segment; false at the end of the picture.
    fn step(&mut self, limits: &Limits) -> Result<bool, GrammarError> {
        let is_first = self.at == 2;
        let marker = self.marker()?;
        match marker {
            0xd9 => return Ok(false),
            0xd8 => return Err(GrammarError::Forbidden("second start of image".to_owned())),
            0 | 1 | 0xd0..=0xd7 => return Err(self.malformed("marker out of place")),
            _ => {}
        }
        let start = self.at;
        let segment = self.segment()?;
        let is_sound = match marker {
            0xe0 if is_first => is_jfif(segment),
            0xc0 | 0xc2 => return self.frame(segment, limits).map(|()| true),
            0xdb => self.count_table() && is_quantization(segment),
            0xc4 => self.count_table() && is_huffman(segment),
            0xdd => self.count_table() && segment.len() == 2,
            0xda => {
                let is_sound = self.is_scan(segment, limits);
                self.entropy()?;
                is_sound
            }
            0xe0..=0xef => return Err(GrammarError::Forbidden(format!("segment APP{}", marker - 0xe0))),
            0xfe => return Err(GrammarError::Forbidden("comment".to_owned())),
            _ => return Err(GrammarError::Forbidden(format!("segment {marker:02x}"))),
        };
        if is_sound { Ok(true) } else { Err(GrammarError::Malformed { at: start, what: name(marker) }) }
    }

    fn malformed(&self, what: &'static str) -> GrammarError {
        GrammarError::Malformed { at: self.at, what }
    }

    /// No fill bytes: our encoder writes none, and they would be room for nothing good.
    fn marker(&mut self) -> Result<u8, GrammarError> {
        match self.bytes.get(self.at..self.at + 2) {
            None => Err(GrammarError::Incomplete),
            Some([0xff, marker]) if *marker != 0xff => {
                self.at += 2;
                Ok(*marker)
            }
            Some(_) => Err(self.malformed("no marker")),
        }
    }

    fn segment(&mut self) -> Result<&'a [u8], GrammarError> {
        let len = usize::from(u16_at(self.bytes, self.at, ByteOrder::Big).ok_or(GrammarError::Incomplete)?);
        if len < 2 {
            return Err(self.malformed("length"));
        }
        let segment = self.bytes.get(self.at + 2..self.at + len).ok_or(GrammarError::Incomplete)?;
        self.at += len;
        Ok(segment)
    }

    fn frame(&mut self, segment: &[u8], limits: &Limits) -> Result<(), GrammarError> {
        let [8, high, low, wide, narrow, components @ (1 | 3), list @ ..] = segment else {
            return Err(self.malformed("frame header"));
        };
        let are_sound = list.len() == usize::from(*components) * 3
            && list.chunks_exact(3).all(|part| matches!(part, [_, sampling, 0..=3] if is_sampling(*sampling)));
        if !are_sound {
            return Err(self.malformed("components of the frame"));
        }
        if self.size.is_some() {
            return Err(GrammarError::Forbidden("second frame".to_owned()));
        }
        let height = u32::from(u16::from_be_bytes([*high, *low]));
        let width = u32::from(u16::from_be_bytes([*wide, *narrow]));
        check_size(width, height, limits)?;
        self.size = Some((width, height));
        self.components = usize::from(*components);
        Ok(())
    }

    fn count_table(&mut self) -> bool {
        self.tables += 1;
        self.tables <= TABLES_MAX
    }

    fn is_scan(&mut self, segment: &[u8], limits: &Limits) -> bool {
        self.scans += 1;
        let Some((count, rest)) = segment.split_first() else { return false };
        let count = usize::from(*count);
        self.size.is_some()
            && self.scans <= limits.scans_max
            && (1..=self.components).contains(&count)
            && rest.len() == count * 2 + 3
    }

    /// Steps over entropy-coded data up to the next marker that is neither a stuffed zero nor a restart.
    fn entropy(&mut self) -> Result<(), GrammarError> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let mark = rest.iter().position(|byte| *byte == 0xff).ok_or(GrammarError::Incomplete)?;
            match rest.get(mark + 1) {
                None => return Err(GrammarError::Incomplete),
                Some(0 | 0xd0..=0xd7) => self.at += mark + 2,
                Some(_) => {
                    self.at += mark;
                    return Ok(());
                }
            }
        }
    }
}

fn name(marker: u8) -> &'static str {
    match marker {
        0xe0 => "JFIF header",
        0xdb => "quantization tables",
        0xc4 => "Huffman tables",
        0xdd => "restart interval",
        _ => "scan header",
    }
}

/// Sixteen bytes with their length: name, version 1, density, and no thumbnail.
fn is_jfif(segment: &[u8]) -> bool {
    matches!(segment, [b'J', b'F', b'I', b'F', 0, 1, _, 0..=2, _, _, _, _, 0, 0])
}

fn is_sampling(factors: u8) -> bool {
    (1..=4).contains(&(factors >> 4)) && (1..=4).contains(&(factors & 15))
}

/// Tables of 64 numbers, none of them zero.
fn is_quantization(mut segment: &[u8]) -> bool {
    while let Some((head, rest)) = segment.split_first() {
        let unit = match head {
            0..=3 => 1,
            0x10..=0x13 => 2,
            _ => return false,
        };
        let Some((table, rest)) = rest.split_at_checked(64 * unit) else { return false };
        if table.chunks_exact(unit).any(|number| number.iter().all(|byte| *byte == 0)) {
            return false;
        }
        segment = rest;
    }
    true
}

/// Tables of sixteen counts and as many symbols as they say.
fn is_huffman(mut segment: &[u8]) -> bool {
    while let Some((head, rest)) = segment.split_first() {
        let Some((counts, rest)) = rest.split_at_checked(16) else { return false };
        let symbols = counts.iter().map(|count| usize::from(*count)).sum::<usize>();
        let Some((_, rest)) = rest.split_at_checked(symbols) else { return false };
        if !matches!(head, 0..=3 | 0x10..=0x13) || symbols > 256 {
            return false;
        }
        segment = rest;
    }
    true
}
