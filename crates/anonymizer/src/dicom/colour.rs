//! Stored colours as red, green and blue.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::dicom::value;

/// Full-range Rec. 601 luma and chroma as red, green and blue (PS3.3 section C.7.6.3.1.2).
pub(crate) fn rgb_of_ybr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|channel| channel.round() as u8)
}

/// What is unpacked by rules of its own, and not here (PS3.3 section C.7.9.2).
const SEGMENTED: [Tag; 3] = [
    tags::SEGMENTED_RED_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
    tags::SEGMENTED_BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA,
];

/// The palette of an object (PS3.3 section C.7.9): colours from a first value on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    first: i32,
    colours: Vec<[u8; 3]>,
}

impl Palette {
    /// The palette, if there is one, whole, and none is given in segments, which viewers may prefer.
    pub(crate) fn read(data_set: &InMemDicomObject) -> Option<Self> {
        if SEGMENTED.iter().any(|tag| data_set.get(*tag).is_some()) {
            return None;
        }
        let channel = |descriptor: Tag, data: Tag| {
            let [entries, _, bits] = *value::words(data_set, descriptor).first_chunk::<3>()?;
            let entries = if entries == 0 { 65_536 } else { usize::from(entries) };
            let words = value::words(data_set, data);
            // Eight-bit entries may be packed two to a word.
            let words: Vec<u16> = if bits == 8 && words.len() * 2 <= entries + 1 {
                words.iter().flat_map(|word| word.to_le_bytes()).map(u16::from).collect()
            } else {
                words
            };
            let is_wide = words.iter().any(|word| *word > 255);
            Some(
                words
                    .into_iter()
                    .take(entries)
                    .map(|word| if is_wide { (word >> 8) as u8 } else { word as u8 })
                    .collect(),
            )
        };
        let red: Vec<u8> =
            channel(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA)?;
        let green: Vec<u8> =
            channel(tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA)?;
        let blue: Vec<u8> =
            channel(tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA)?;
        let first = *value::words(data_set, tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR).get(1)?;
        let is_signed = value::number(data_set, tags::PIXEL_REPRESENTATION) == Some(1);
        let first = if is_signed { i32::from(first as i16) } else { i32::from(first) };
        if red.len() != green.len() || green.len() != blue.len() {
            return None;
        }
        let colours: Vec<_> =
            red.into_iter().zip(green).zip(blue).map(|((red, green), blue)| [red, green, blue]).collect();
        (!colours.is_empty()).then_some(Self { first, colours })
    }

    /// The colour of a value; those outside take the nearest end.
    pub(crate) fn colour(&self, value: i32) -> [u8; 3] {
        let last = self.colours.len().saturating_sub(1);
        let index = usize::try_from(value.saturating_sub(self.first)).unwrap_or(0).min(last);
        self.colours.get(index).copied().unwrap_or_default()
    }
}
