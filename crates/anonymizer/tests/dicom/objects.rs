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

pub(crate) fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
