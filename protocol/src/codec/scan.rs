//! The scanner: one pass over the bytes, no allocation, no recursion.

use super::Malformed;
use crate::limits;

/// The length in bytes of the first item.
///
/// # Errors
/// [`Malformed::Form`] if the item is cut off, of a form that this protocol does not speak, deeper than
/// [`limits::CBOR_DEPTH_MAX`] or of more than [`limits::CBOR_ITEMS_MAX`] items.
pub fn item_len(bytes: &[u8]) -> Result<usize, Malformed> {
    let mut scanner = Scanner { bytes, at: 0 };
    let mut open: [Open; limits::CBOR_DEPTH_MAX] = [Open::CLOSED; limits::CBOR_DEPTH_MAX];
    let mut depth = 0_usize;
    for _ in 0..limits::CBOR_ITEMS_MAX {
        let start = scanner.at;
        let item = scanner.item()?;
        if let Some(parent) = depth.checked_sub(1).and_then(|parent| open.get_mut(parent)) {
            parent.admit(&item, start)?;
        }
        if let Item::Array(len @ 1..) | Item::Map(len @ 1..) = item {
            let slot = open.get_mut(depth).ok_or(Malformed::Form { at: start, what: "nested too deep" })?;
            *slot = Open { left: len, map: matches!(item, Item::Map(_)), last_key: None };
            depth += 1;
        }
        while let Some(parent) = depth.checked_sub(1)
            && open.get(parent).is_some_and(|open| open.left == 0)
        {
            depth = parent;
        }
        if depth == 0 {
            return Ok(scanner.at);
        }
    }
    Err(Malformed::Form { at: scanner.at, what: "too many items" })
}

/// A container whose items are being read.
#[derive(Clone, Copy)]
struct Open {
    /// Items still to come; a map counts its keys and its values.
    left: u64,
    map: bool,
    /// Order of the last key: non-negative before negative, each ascending in its bytes.
    last_key: Option<(u8, u64)>,
}

impl Open {
    const CLOSED: Self = Self { left: 0, map: false, last_key: None };

    /// Takes account of one more item inside this container.
    fn admit(&mut self, item: &Item, at: usize) -> Result<(), Malformed> {
        if self.map && self.left.is_multiple_of(2) {
            let Item::Integer(sign, value) = *item else {
                return Err(Malformed::Form { at, what: "a map key that is no integer" });
            };
            if self.last_key.is_some_and(|last| last >= (sign, value)) {
                return Err(Malformed::Form { at, what: "map keys that do not ascend" });
            }
            self.last_key = Some((sign, value));
        }
        self.left -= 1;
        Ok(())
    }
}

enum Item {
    Integer(u8, u64),
    Array(u64),
    /// Keys and values together.
    Map(u64),
    Other,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn item(&mut self) -> Result<Item, Malformed> {
        let start = self.at;
        let head = self.byte()?;
        let (major, info) = (head >> 5, head & 0x1f);
        if major == 7 {
            return match info {
                20..=22 => Ok(Item::Other),
                _ => Err(Malformed::Form {
                    at: start,
                    what: "a float or a simple value other than false, true and null",
                }),
            };
        }
        let value = self.argument(info, start)?;
        match major {
            0 | 1 => Ok(Item::Integer(major, value)),
            2 => self.skip(value).map(|_| Item::Other),
            3 => {
                let text = self.skip(value)?;
                std::str::from_utf8(text).map_err(|_| Malformed::Form { at: start, what: "text that is no UTF-8" })?;
                Ok(Item::Other)
            }
            4 => Ok(Item::Array(value)),
            5 => {
                let items = value.checked_mul(2).ok_or(Malformed::Form { at: start, what: "a length out of range" })?;
                Ok(Item::Map(items))
            }
            _ => Err(Malformed::Form { at: start, what: "a tag" }),
        }
    }

    /// The number in or behind a head, which must stand in the fewest bytes.
    fn argument(&mut self, info: u8, start: usize) -> Result<u64, Malformed> {
        let (value, least) = match info {
            0..=23 => return Ok(u64::from(info)),
            24 => (u64::from(self.byte()?), 24),
            25 => (u64::from(u16::from_be_bytes(self.array()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(self.array()?)), 1 << 16),
            27 => (u64::from_be_bytes(self.array()?), 1 << 32),
            _ => return Err(Malformed::Form { at: start, what: "an indefinite length or a reserved head" }),
        };
        if value < least {
            return Err(Malformed::Form { at: start, what: "a number in more bytes than it needs" });
        }
        Ok(value)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let bytes = *self.rest().first_chunk::<N>().ok_or(self.cut_off())?;
        self.at += N;
        Ok(bytes)
    }

    fn skip(&mut self, len: u64) -> Result<&[u8], Malformed> {
        let len = usize::try_from(len).map_err(|_| self.cut_off())?;
        let start = self.at;
        let end = start.checked_add(len).filter(|end| *end <= self.bytes.len()).ok_or(self.cut_off())?;
        self.at = end;
        Ok(self.bytes.get(start..end).unwrap_or_default())
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn cut_off(&self) -> Malformed {
        Malformed::Form { at: self.bytes.len(), what: "cut off" }
    }
}
