//! IHDR, PLTE, tRNS, IDAT, IEND, each with its checksum (W3C PNG, third edition).

use super::{GrammarError, check_size};
use crate::{
    bytes::{ByteOrder, u32_at},
    limits::Limits,
};

pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(u32, u32), GrammarError> {
    let mut at = 8;
    let mut size = None;
    let mut colour = 0;
    let mut seen = Seen::Header;
    loop {
        let (name, data, next) = chunk(bytes, at)?;
        let malformed = |what| GrammarError::Malformed { at, what };
        seen = match (name, seen) {
            (b"IHDR", Seen::Header) => {
                let header = header(data).ok_or(malformed("header"))?;
                check_size(header.0, header.1, limits)?;
                size = Some((header.0, header.1));
                colour = header.2;
                Seen::Start
            }
            (b"PLTE", Seen::Start) if is_palette(data, colour) => Seen::Palette,
            (b"tRNS", Seen::Start | Seen::Palette) if is_transparency(data, colour) => Seen::Transparency,
            (b"IDAT", Seen::Start | Seen::Palette | Seen::Transparency | Seen::Pixels) => Seen::Pixels,
            (b"IEND", Seen::Pixels) if data.is_empty() => match bytes.len() - next {
                0 => return size.ok_or(malformed("no header")),
                behind => return Err(GrammarError::BehindTheEnd(behind)),
            },
            (b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND", _) => {
                return Err(malformed("chunk out of place or misshapen"));
            }
            (name, _) => return Err(GrammarError::Forbidden(format!("chunk {}", name.escape_ascii()))),
        };
        at = next;
    }
}

/// What came so far.
#[derive(Clone, Copy)]
enum Seen {
    Header,
    Start,
    Palette,
    Transparency,
    Pixels,
}

/// Name, data, and where the next chunk begins.
fn chunk(bytes: &[u8], at: usize) -> Result<(&[u8; 4], &[u8], usize), GrammarError> {
    let rest = bytes.get(at..).unwrap_or_default();
    let len = u32_at(rest, 0, ByteOrder::Big).ok_or(GrammarError::Incomplete)? as usize;
    let (named, checksum) = rest
        .get(4..)
        .and_then(|rest| rest.split_at_checked(len.checked_add(4)?))
        .and_then(|(named, rest)| Some((named, rest.first_chunk::<4>()?)))
        .ok_or(GrammarError::Incomplete)?;
    if crc32(named) != u32::from_be_bytes(*checksum) {
        return Err(GrammarError::Malformed { at, what: "checksum of a chunk" });
    }
    let (name, data) = named.split_first_chunk::<4>().ok_or(GrammarError::Incomplete)?;
    Ok((name, data, at + len + 12))
}

/// Width, height and colour type, where depth and colour type go together.
fn header(data: &[u8]) -> Option<(u32, u32, u8)> {
    let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, 0, 0, 0 | 1] = *data else { return None };
    let go_together = match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    };
    go_together.then_some((u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]), colour))
}

fn is_palette(data: &[u8], colour: u8) -> bool {
    matches!(colour, 2 | 3 | 6) && (3..=768).contains(&data.len()) && data.len().is_multiple_of(3)
}

fn is_transparency(data: &[u8], colour: u8) -> bool {
    match colour {
        0 => data.len() == 2,
        2 => data.len() == 6,
        3 => (1..=256).contains(&data.len()),
        _ => false,
    }
}

/// The checksum of ISO 3309, as PNG uses it.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| (crc >> 8) ^ CRC_TABLE[usize::from(crc as u8 ^ byte)])
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut crc = n as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[n] = crc;
        n += 1;
    }
    table
};
