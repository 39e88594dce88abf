//! Photoshop's image resources, and the captions within them (IPTC-NAA Information Interchange Model, version 4): which kinds
//! of facts were in there. No value is kept.

use std::collections::BTreeSet;

use crate::{
    bytes::{ByteOrder, u16_at, u32_at},
    removed::Removed,
    xmp,
};

/// What stands before the resources in a JPEG segment.
const NAME: &[u8] = b"Photoshop 3.0\0";
/// Begins each resource.
const RESOURCE: &[u8] = b"8BIM";

/// A list of resources as it stands in a JPEG segment or in a TIFF tag. What cannot be read is a program's data.
pub(crate) fn resources(block: &[u8]) -> BTreeSet<Removed> {
    let mut rest = block.strip_prefix(NAME).unwrap_or(block);
    let mut removed = BTreeSet::new();
    while let Some((id, data, behind)) = resource(rest) {
        match id {
            0x0404 => removed.extend(captions(data)),
            0x0409 | 0x040c => drop(removed.insert(Removed::Thumbnail)),
            0x040f => drop(removed.insert(Removed::ColourProfile)),
            0x0424 => removed.extend(xmp::read(data)),
            _ => drop(removed.insert(Removed::ProgramData)),
        }
        rest = behind;
    }
    if removed.is_empty() {
        removed.insert(Removed::ProgramData);
    }
    removed
}

/// The first resource: its number, its data, and what stands behind it. Name and data are padded to even lengths.
fn resource(list: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let body = list.strip_prefix(RESOURCE)?;
    let id = u16_at(body, 0, ByteOrder::Big)?;
    let name = usize::from(*body.get(2)?) + 1;
    let data_at = 2 + name.next_multiple_of(2);
    let len = u32_at(body, data_at, ByteOrder::Big)? as usize;
    let data = body.get(data_at + 4..)?.get(..len)?;
    let end = data_at + 4 + len.next_multiple_of(2);
    Some((id, data, body.get(end..).unwrap_or_default()))
}

/// Data sets of record 2, each a mark, its numbers, a length and a value.
pub(crate) fn captions(block: &[u8]) -> BTreeSet<Removed> {
    let mut removed = BTreeSet::from([Removed::Caption]);
    let mut rest = block;
    while let [0x1c, record, set, high, low, behind @ ..] = rest {
        if *record == 2 {
            removed.extend(data_set(*set));
        }
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        rest = behind.get(len..).unwrap_or_default();
    }
    removed
}

/// What a data set tells beside being a caption.
fn data_set(number: u8) -> Option<Removed> {
    Some(match number {
        26 | 27 | 90 | 92 | 95 | 100 | 101 => Removed::Place,
        55 | 60 | 62 | 63 => Removed::Time,
        80 | 110 | 115 | 116 | 118 | 122 => Removed::Owner,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caption(set: u8, text: &[u8]) -> Vec<u8> {
        [&[0x1c, 2, set], (text.len() as u16).to_be_bytes().as_slice(), text].concat()
    }

    fn resource(id: u16, data: &[u8]) -> Vec<u8> {
        let padding = vec![0; data.len() % 2];
        [RESOURCE, &id.to_be_bytes(), &[0, 0], &(data.len() as u32).to_be_bytes(), data, &padding].concat()
    }

    #[test]
    fn captions_tell_of_place_time_and_author() {
        let list = [caption(90, b"Ulm"), caption(55, b"20260102"), caption(80, b"who"), caption(120, b"what")].concat();
        let told = resources(&[NAME, &resource(0x0404, &list)].concat());
        assert_eq!(told, BTreeSet::from([Removed::Place, Removed::Time, Removed::Owner, Removed::Caption]));
    }

    #[test]
    fn resources_behind_one_of_odd_length_are_found() {
        let told = resources(&[resource(0x0bb7, b"odd"), resource(0x040c, b"small")].concat());
        assert_eq!(told, BTreeSet::from([Removed::Thumbnail, Removed::ProgramData]));
    }

    #[test]
    fn what_cannot_be_read_is_data_of_a_program() {
        for block in [&b""[..], b"8BIM", b"Photoshop 3.0\08BIM\x04\x04\0\0\xff\xff\xff\xff", b"\x1c\x02"] {
            assert_eq!(resources(block), BTreeSet::from([Removed::ProgramData]));
        }
        assert_eq!(captions(&[0x1c, 2, 90, 0xff, 0xff, 1]), BTreeSet::from([Removed::Place, Removed::Caption]));
    }
}
