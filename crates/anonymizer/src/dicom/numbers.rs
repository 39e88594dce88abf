//! Numbers of a fixed size as they may stay: whole, finite, and none of them a pointer to what does not stay.

use dicom_core::{PrimitiveValue, Tag, VR};

use crate::dicom::lists;

/// Bytes of a value whose length is written in 16 bits (PS3.5 section 7.1.2), the largest even number of them.
pub(crate) const SHORT_BYTES_MAX: usize = 65_534;
/// Bytes of a table with an entry for each value of 16 bits.
pub(crate) const TABLE_BYTES_MAX: usize = 1 << 17;

/// How many numbers of this representation fill these bytes; `None` if they do not, are too many bytes for it, or are none that
/// may stay: floats are finite, and a tag is one of the allow-list.
pub(crate) fn count(vr: VR, bytes: &[u8]) -> Option<usize> {
    let size = match vr {
        VR::US | VR::SS | VR::OW => 2,
        VR::UL | VR::SL | VR::FL | VR::AT => 4,
        VR::FD => 8,
        _ => return None,
    };
    let bytes_max = if vr == VR::OW { TABLE_BYTES_MAX } else { SHORT_BYTES_MAX };
    if bytes.len() > bytes_max || !bytes.len().is_multiple_of(size) {
        return None;
    }
    let (fours, eights) = (bytes.as_chunks::<4>().0, bytes.as_chunks::<8>().0);
    let may_stay = match vr {
        VR::FL => fours.iter().all(|number| f32::from_le_bytes(*number).is_finite()),
        VR::FD => eights.iter().all(|number| f64::from_le_bytes(*number).is_finite()),
        VR::AT => fours.iter().all(|tag| lists::allowed(pointer(*tag)).is_some()),
        _ => true,
    };
    may_stay.then_some(bytes.len() / size)
}

/// The bytes of a value as they stand in a file; `None` for what is written in letters, or is longer than any that may stay.
pub(crate) fn bytes(primitive: &PrimitiveValue) -> Option<Vec<u8>> {
    if primitive.calculate_byte_len() > TABLE_BYTES_MAX {
        return None;
    }
    match primitive {
        PrimitiveValue::Tags(tags) => {
            Some(tags.iter().flat_map(|tag| [tag.0, tag.1]).flat_map(u16::to_le_bytes).collect())
        }
        PrimitiveValue::Str(_)
        | PrimitiveValue::Strs(_)
        | PrimitiveValue::Date(_)
        | PrimitiveValue::DateTime(_)
        | PrimitiveValue::Time(_) => None,
        numbers => Some(numbers.to_bytes().into_owned()),
    }
}

/// These bytes as words of 16 bits.
pub(crate) fn words(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|word| u16::from_le_bytes(*word)).collect()
}

/// Whether a lookup table has as many entries as its descriptor says, and none beyond the bits that it says (PS3.3 sections
/// C.11.1.1.1 and C.11.2.1.1).
pub(crate) fn is_table(descriptor: &[u16], entries: &[u16]) -> bool {
    let [count, _first, bits] = *descriptor else { return false };
    let count = if count == 0 { 1 << 16 } else { usize::from(count) };
    entries.len() == count && (8..=16).contains(&bits) && entries.iter().all(|entry| u32::from(*entry) >> bits == 0)
}

fn pointer([a, b, c, d]: [u8; 4]) -> Tag {
    Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fill_their_bytes_and_are_finite() {
        assert_eq!(count(VR::US, b"CANARY12"), Some(4));
        assert_eq!(count(VR::FD, &1.5_f64.to_le_bytes()), Some(1));
        assert_eq!(count(VR::FD, b"CANARY"), None);
        assert_eq!(count(VR::FD, &f64::NAN.to_le_bytes()), None);
        assert_eq!(count(VR::FL, &f32::INFINITY.to_le_bytes()), None);
        assert_eq!(count(VR::US, &[0; SHORT_BYTES_MAX + 2]), None);
        assert_eq!(count(VR::OB, b"CANARY"), None);
    }

    #[test]
    fn a_pointer_leads_to_what_may_stay() {
        assert_eq!(count(VR::AT, &[0x18, 0, 0x65, 0x10]), Some(1));
        assert_eq!(count(VR::AT, b"ANNA"), None);
        assert_eq!(bytes(&PrimitiveValue::from(Tag(0x18, 0x1065))).as_deref(), Some(&[0x18, 0, 0x65, 0x10][..]));
    }

    #[test]
    fn a_table_is_as_long_and_as_wide_as_its_descriptor_says() {
        assert!(is_table(&[3, 0, 16], &[0, 7, 0xffff]));
        assert!(is_table(&[0, 0, 16], &vec![1; 1 << 16]));
        for (descriptor, entries) in [
            (&[3, 0, 16][..], &[0, 7][..]),
            (&[2, 0, 16], &[0, 7, 9]),
            (&[2, 0, 8], &[0, 256]),
            (&[2, 0, 32], &[0, 1]),
            (&[2, 0], &[0, 1]),
        ] {
            assert!(!is_table(descriptor, entries), "{descriptor:?}");
        }
    }
}
