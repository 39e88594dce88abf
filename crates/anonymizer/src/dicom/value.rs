//! Values of single attributes, read without fuss.

use std::str::FromStr;

use dicom_core::Tag;
use dicom_object::InMemDicomObject;

use crate::dicom::numbers;

/// The first value as text, without padding; `None` for sequences and where there is none.
pub(crate) fn text(data_set: &InMemDicomObject, tag: Tag) -> Option<String> {
    texts(data_set, tag).into_iter().next()
}

/// All values as text, without padding.
pub(crate) fn texts(data_set: &InMemDicomObject, tag: Tag) -> Vec<String> {
    let Some(primitive) = data_set.get(tag).and_then(|element| element.value().primitive()) else { return Vec::new() };
    let clean = |text: &String| text.trim_matches(['\0', ' ']).to_owned();
    primitive
        .to_multi_str()
        .iter()
        .flat_map(|text| text.split('\\').map(str::to_owned).collect::<Vec<_>>())
        .map(|text| clean(&text))
        .collect()
}

/// A number stored as 16 bits.
pub(crate) fn number(data_set: &InMemDicomObject, tag: Tag) -> Option<u16> {
    data_set.get(tag)?.value().to_int().ok()
}

/// A number stored as text.
pub(crate) fn whole(data_set: &InMemDicomObject, tag: Tag) -> Option<u32> {
    parsed(data_set, tag).into_iter().next()
}

/// All numbers of an attribute, however they are stored.
pub(crate) fn reals(data_set: &InMemDicomObject, tag: Tag) -> Vec<f64> {
    parsed::<f64>(data_set, tag).into_iter().filter(|number| number.is_finite()).collect()
}

fn parsed<Number: FromStr>(data_set: &InMemDicomObject, tag: Tag) -> Vec<Number> {
    texts(data_set, tag).iter().filter_map(|text| text.parse().ok()).collect()
}

/// Words of 16 bits, as lookup tables hold them.
pub(crate) fn words(data_set: &InMemDicomObject, tag: Tag) -> Vec<u16> {
    let Some(primitive) = data_set.get(tag).and_then(|element| element.value().primitive()) else { return Vec::new() };
    numbers::words(&primitive.to_bytes())
}
