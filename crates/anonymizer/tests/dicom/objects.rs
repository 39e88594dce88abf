//! Objects to test with: files of pydicom (see `objects/SOURCES`), and edited ones.

use std::io::Cursor;

use anonymizer::dicom::{Deidentified, Object, ObjectLimits, Secret};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR, value::Value};
use dicom_object::{FileDicomObject, InMemDicomObject, mem::InMemElement};

/// One slice of an MR scanner, Explicit VR Little Endian.
pub(crate) const MR: &[u8] = include_bytes!("objects/MR_small.dcm");
pub(crate) const MR_BIG_ENDIAN: &[u8] = include_bytes!("objects/MR_small_bigendian.dcm");
pub(crate) const MR_IMPLICIT: &[u8] = include_bytes!("objects/MR_small_implicit.dcm");
pub(crate) const MR_RLE: &[u8] = include_bytes!("objects/MR_small_RLE.dcm");
pub(crate) const MR_JPEG_2000: &[u8] = include_bytes!("objects/MR_small_jp2klossless.dcm");
/// Two frames in colour.
pub(crate) const TWO_FRAMES: &[u8] = include_bytes!("objects/SC_rgb_rle_16bit_2frame.dcm");
pub(crate) const JPEG: &[u8] = include_bytes!("objects/SC_rgb_jpeg.dcm");
pub(crate) const DEFLATED: &[u8] = include_bytes!("objects/image_dfl.dcm");

pub(crate) type Parsed = FileDicomObject<InMemDicomObject>;

pub(crate) fn parsed(bytes: &[u8]) -> Parsed {
    FileDicomObject::from_reader(Cursor::new(bytes)).unwrap()
}

pub(crate) fn written(object: &Parsed) -> Vec<u8> {
    let mut bytes = Vec::new();
    object.write_all(&mut bytes).unwrap();
    bytes
}

/// The MR slice, changed.
pub(crate) fn edited(edit: impl FnOnce(&mut Parsed)) -> Vec<u8> {
    let mut object = parsed(MR);
    edit(&mut object);
    written(&object)
}

pub(crate) fn read(bytes: &[u8]) -> Object {
    Object::read(bytes, &ObjectLimits::NETWORK).unwrap()
}

pub(crate) fn secret() -> Secret {
    Secret::new([3; 32])
}

/// Cleaned without covers.
pub(crate) fn cleaned(bytes: &[u8]) -> Deidentified {
    read(bytes).deidentify(&secret(), &[]).unwrap()
}

/// Cleaned and parsed again.
pub(crate) fn clean(bytes: &[u8]) -> Parsed {
    parsed(&cleaned(bytes).bytes)
}

/// The value of an attribute as text; empty where it is not there.
pub(crate) fn text(object: &InMemDicomObject, tag: Tag) -> String {
    object
        .get(tag)
        .map(|element| element.value().to_str().unwrap().trim_matches(['\0', ' ']).to_owned())
        .unwrap_or_default()
}

pub(crate) fn number(object: &mut InMemDicomObject, tag: Tag, number: u16) {
    object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(number)));
}

pub(crate) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, Value::new_sequence(items, dicom_core::Length::UNDEFINED))
}

/// Numbers of this representation, as many as these bytes fill.
pub(crate) fn numbers(vr: VR, bytes: &[u8]) -> PrimitiveValue {
    let (twos, fours, eights) = (bytes.as_chunks::<2>().0, bytes.as_chunks::<4>().0, bytes.as_chunks::<8>().0);
    match vr {
        VR::US | VR::OW => PrimitiveValue::U16(twos.iter().map(|two| u16::from_le_bytes(*two)).collect()),
        VR::SS => PrimitiveValue::I16(twos.iter().map(|two| i16::from_le_bytes(*two)).collect()),
        VR::UL => PrimitiveValue::U32(fours.iter().map(|four| u32::from_le_bytes(*four)).collect()),
        VR::SL => PrimitiveValue::I32(fours.iter().map(|four| i32::from_le_bytes(*four)).collect()),
        VR::FL => PrimitiveValue::F32(fours.iter().map(|four| f32::from_le_bytes(*four)).collect()),
        VR::FD => PrimitiveValue::F64(eights.iter().map(|eight| f64::from_le_bytes(*eight)).collect()),
        VR::AT => PrimitiveValue::Tags(
            twos.as_chunks::<2>()
                .0
                .iter()
                .map(|[group, element]| Tag(u16::from_le_bytes(*group), u16::from_le_bytes(*element)))
                .collect(),
        ),
        _ => PrimitiveValue::U8(bytes.into()),
    }
}

/// Bytes of a number of this representation, where it has a size.
pub(crate) fn number_bytes(vr: VR) -> Option<usize> {
    match vr {
        VR::US | VR::SS | VR::OW => Some(2),
        VR::UL | VR::SL | VR::FL | VR::AT => Some(4),
        VR::FD => Some(8),
        _ => None,
    }
}

pub(crate) fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
