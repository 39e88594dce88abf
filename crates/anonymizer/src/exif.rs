//! Exif (CIPA DC-008) and its TIFF directories, read only as far as needed: how the camera was held, and which kinds of
//! facts were in there. No value is kept.

use std::collections::BTreeSet;

use crate::{
    bytes::{ByteOrder, u16_at, u32_at},
    iptc,
    orientation::Orientation,
    removed::Removed,
    xmp,
};

/// Entries of one directory that are looked at.
const ENTRIES_MAX: usize = 1024;
/// Entries whose values are gone through from end to end, the first of each kind alone.
const XMP: u16 = 0x02bc;
const CAPTIONS: u16 = 0x83bb;
const RESOURCES: u16 = 0x8649;
const WALKED: [u16; 3] = [XMP, CAPTIONS, RESOURCES];

/// What was learned from a block of Exif.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    pub(crate) orientation: Option<Orientation>,
    pub(crate) removed: BTreeSet<Removed>,
}

/// One entry of a directory: its tag, and the twelve bytes it is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) tag: u16,
    pub(crate) bytes: &'a [u8],
    order: ByteOrder,
}

impl Entry<'_> {
    /// The number that stands in the entry itself, if it is one SHORT or LONG.
    pub(crate) fn number(&self) -> Option<u32> {
        if u32_at(self.bytes, 4, self.order)? != 1 {
            return None;
        }
        match u16_at(self.bytes, 2, self.order)? {
            3 => u16_at(self.bytes, 8, self.order).map(u32::from),
            4 | 13 => u32_at(self.bytes, 8, self.order),
            _ => None,
        }
    }

    /// Where the value stands and how many bytes it has; `None` for an unknown type or a size beyond 32 bits.
    pub(crate) fn extent(&self) -> Option<(u32, u32)> {
        let unit = match u16_at(self.bytes, 2, self.order)? {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let len = u32_at(self.bytes, 4, self.order)?.checked_mul(unit)?;
        Some((u32_at(self.bytes, 8, self.order)?, len))
    }

    /// The value where it stands behind the directory; nothing for one that is not there or so short that it stands in the entry.
    fn value<'b>(&self, tiff: &'b [u8]) -> &'b [u8] {
        let Some((at, len)) = self.extent().filter(|(_, len)| *len > 4) else { return &[] };
        tiff.get(at as usize..).and_then(|rest| rest.get(..len as usize)).unwrap_or_default()
    }

    /// Whether it holds text or bytes that only a program understands, and more of them than a version has.
    fn is_opaque(&self) -> bool {
        let kind = u16_at(self.bytes, 2, self.order);
        matches!(kind, Some(1 | 2 | 7)) && self.extent().is_some_and(|(_, len)| len > 4)
    }
}

/// A directory and where the next one starts (0: there is none).
pub(crate) struct Directory<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) next: u32,
}

/// The byte order of a TIFF structure and the place of its first directory.
pub(crate) fn header(tiff: &[u8]) -> Option<(ByteOrder, u32)> {
    let order = match tiff.get(..4)? {
        [b'I', b'I', 42, 0] => ByteOrder::Little,
        [b'M', b'M', 0, 42] => ByteOrder::Big,
        _ => return None,
    };
    Some((order, u32_at(tiff, 4, order)?))
}

/// The directory at a place; `None` if it does not lie within the bytes or has too many entries.
pub(crate) fn directory(tiff: &[u8], at: u32, order: ByteOrder) -> Option<Directory<'_>> {
    let at = at as usize;
    let count = usize::from(u16_at(tiff, at, order)?);
    if count > ENTRIES_MAX {
        return None;
    }
    let start = at.checked_add(2)?;
    let end = start.checked_add(count * 12)?;
    let entries = tiff
        .get(start..end)?
        .chunks_exact(12)
        .filter_map(|bytes| Some(Entry { tag: u16_at(bytes, 0, order)?, bytes, order }))
        .collect();
    Some(Directory { entries, next: u32_at(tiff, end, order).unwrap_or(0) })
}

/// Reads a TIFF structure, with or without the `Exif\0\0` before it. What cannot be read is not there.
pub(crate) fn read(block: &[u8]) -> Exif {
    let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let mut exif = Exif::default();
    let Some((order, first)) = header(tiff) else { return exif };
    let Some(main) = directory(tiff, first, order) else { return exif };
    // All entries may point at the same bytes, and these are gone through from end to end: once each.
    let mut walked = BTreeSet::new();
    for entry in main.entries.iter().filter(|entry| !WALKED.contains(&entry.tag) || walked.insert(entry.tag)) {
        match entry.tag {
            0x0112 => exif.orientation = entry.number().and_then(Orientation::from_exif),
            0x8769 => {
                let detail = entry.number().and_then(|at| directory(tiff, at, order));
                let entries = detail.iter().flat_map(|directory| &directory.entries);
                exif.removed.extend(entries.filter_map(kind));
            }
            XMP => exif.removed.extend(xmp::read(entry.value(tiff))),
            CAPTIONS => exif.removed.extend(iptc::captions(entry.value(tiff))),
            RESOURCES => exif.removed.extend(iptc::resources(entry.value(tiff))),
            _ => exif.removed.extend(kind(entry)),
        }
    }
    if main.next != 0 && directory(tiff, main.next, order).is_some() {
        exif.removed.insert(Removed::Thumbnail);
    }
    exif
}

/// What an entry of the main or the Exif directory tells about the picture or its maker.
fn kind(entry: &Entry<'_>) -> Option<Removed> {
    Some(match entry.tag {
        0x8825 => Removed::Place,
        0x0132 | 0x9003 | 0x9004 | 0x9010..=0x9012 | 0x9290..=0x9292 => Removed::Time,
        0x010f | 0x0110 | 0x0131 | 0x000b | 0xa433 | 0xa434 | 0xc614 | 0xc615 => Removed::Camera,
        0xa420 | 0xa431 | 0xa435 | 0xc62f => Removed::SerialNumber,
        0x013b | 0x013c | 0x8298 | 0x9c9d | 0xa430 => Removed::Owner,
        0x927c => Removed::MakerNotes,
        0x010d | 0x010e | 0x011d | 0x9286 | 0x9c9b | 0x9c9c | 0x9c9e | 0x9c9f => Removed::Comment,
        0x014a | 0x0201 => Removed::Thumbnail,
        0x8773 => Removed::ColourProfile,
        // Tables of JPEG, ink and colour, which say nothing that the pixels do not.
        0x0102 | 0x0111 | 0x0117 | 0x0140 | 0x015b | 0x0214 => return None,
        _ if entry.is_opaque() => Removed::ProgramData,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A TIFF structure whose entries are bytes that stand one behind the other.
    fn structure(entries: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = [b"MM\0\x2a\0\0\0\x08".as_slice(), &(entries.len() as u16).to_be_bytes()].concat();
        let mut at = 8 + 2 + 12 * entries.len() as u32 + 4;
        for (tag, value) in entries {
            bytes.extend([tag.to_be_bytes(), 7_u16.to_be_bytes()].concat());
            bytes.extend([(value.len() as u32).to_be_bytes(), at.to_be_bytes()].concat());
            at += value.len() as u32;
        }
        bytes.extend([0; 4]);
        bytes.extend(entries.iter().flat_map(|(_, value)| *value));
        bytes
    }

    #[test]
    fn of_what_is_gone_through_from_end_to_end_the_first_entry_is_read_alone() {
        let first = structure(&[(XMP, b"exif:GPSLatitude"), (XMP, b"aux:SerialNumber"), (XMP, b"dc:creator")]);
        assert_eq!(read(&first).removed, BTreeSet::from([Removed::EditingHistory, Removed::Place]));
        let captions = structure(&[(CAPTIONS, b"\x1c\x02\x5a\0\x03Ulm"), (CAPTIONS, b"\x1c\x02\x50\0\x03who")]);
        assert_eq!(read(&captions).removed, BTreeSet::from([Removed::Caption, Removed::Place]));
    }
}
