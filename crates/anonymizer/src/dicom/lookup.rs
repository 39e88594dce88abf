//! Values of a modality as grey: rescaling, lookup tables and windows, for all frames or for each (PS3.3 sections C.11.1 and
//! C.11.2, and the functional groups of C.7.6.16.2.9 and C.7.6.16.2.10).

use std::sync::Arc;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::dicom::{
    numbers, value,
    window::{PRESETS_MAX, Window, numbered},
};

/// What turns stored values into grey.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Look {
    slope: f64,
    intercept: f64,
    modality: Option<Table>,
    /// Presets of the object, in its order.
    pub(crate) windows: Vec<Window>,
}

/// A lookup table: outputs from a first input on. Frames have it in common, however many they are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    first: f64,
    outputs: Arc<[u16]>,
    /// The largest output.
    pub(crate) top: f64,
}

impl Table {
    /// The table of an item, if it is whole: another would not leave, and so is not shown.
    fn read(item: &InMemDicomObject) -> Option<Self> {
        let outputs = value::words(item, tags::LUT_DATA);
        if !numbers::is_table(&value::words(item, tags::LUT_DESCRIPTOR), &outputs) {
            return None;
        }
        let first = *value::reals(item, tags::LUT_DESCRIPTOR).get(1)?;
        let top = outputs.iter().copied().max().map_or(0.0, f64::from);
        Some(Self { first, outputs: outputs.into(), top })
    }

    /// The output for an input; those outside take the nearest end.
    pub(crate) fn at(&self, input: f64) -> f64 {
        let last = self.outputs.len().saturating_sub(1) as f64;
        let index = (input - self.first).clamp(0.0, last) as usize;
        f64::from(self.outputs.get(index).copied().unwrap_or_default())
    }
}

/// The tables of an object, which no functional group has.
struct Tables {
    modality: Option<Table>,
    windows: Vec<Window>,
}

impl Tables {
    fn read(data_set: &InMemDicomObject) -> Self {
        let windows = items(data_set, tags::VOILUT_SEQUENCE).iter().filter_map(Table::read).map(Window::of_table);
        Self {
            modality: items(data_set, tags::MODALITY_LUT_SEQUENCE).first().and_then(Table::read),
            windows: windows.take(PRESETS_MAX).collect(),
        }
    }
}

impl Look {
    /// One for all frames, or one for each of so many where the object keeps them so.
    pub(crate) fn of_frames(data_set: &InMemDicomObject, frames: usize) -> Vec<Self> {
        let shared = items(data_set, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
        let of_frame = items(data_set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        let tables = Tables::read(data_set);
        if of_frame.is_empty() {
            return vec![Self::read(data_set, &tables, &[shared].into_iter().flatten().collect::<Vec<_>>())];
        }
        let groups = |own| [Some(own), shared].into_iter().flatten().collect::<Vec<_>>();
        of_frame.iter().take(frames).map(|own| Self::read(data_set, &tables, &groups(own))).collect()
    }

    fn read(data_set: &InMemDicomObject, tables: &Tables, groups: &[&InMemDicomObject]) -> Self {
        let group = |sequence: Tag| groups.iter().find_map(|group| items(group, sequence).first()).unwrap_or(data_set);
        let rescale = group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        let first = |tag| value::reals(rescale, tag).first().copied();
        let voi = group(tags::FRAME_VOILUT_SEQUENCE);
        Self {
            slope: first(tags::RESCALE_SLOPE).filter(|slope| *slope != 0.0).unwrap_or(1.0),
            intercept: first(tags::RESCALE_INTERCEPT).unwrap_or(0.0),
            modality: tables.modality.clone(),
            windows: Window::presets(voi).into_iter().chain(tables.windows.iter().cloned()).take(PRESETS_MAX).collect(),
        }
    }

    /// The names of the presets that all frames have, by their places; one that frames call differently goes by its number.
    pub(crate) fn presets_in_common(looks: &[Self]) -> Vec<String> {
        let count = looks.iter().map(|look| look.windows.len()).min().unwrap_or(0);
        let name = |index: usize| {
            let mut names = looks.iter().filter_map(|look| look.windows.get(index)).map(Window::name);
            let first = names.next().unwrap_or_default();
            if names.all(|name| name == first) { first.to_owned() } else { numbered(index) }
        };
        (0..count).map(name).collect()
    }

    /// The value of the modality (Hounsfield units and the like) for a stored value.
    pub(crate) fn modality_value(&self, stored: i32) -> f64 {
        match &self.modality {
            Some(table) => table.at(f64::from(stored)),
            None => f64::from(stored) * self.slope + self.intercept,
        }
    }
}

fn items(data_set: &InMemDicomObject, sequence: Tag) -> &[InMemDicomObject] {
    data_set.get(sequence).and_then(|element| element.value().items()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use dicom_core::{DataElement, PrimitiveValue, VR};

    use super::*;
    use crate::dicom::clean::sequence;

    #[test]
    fn windows_are_as_many_in_every_frame_and_under_the_same_names() {
        let look = |names: &[&str]| {
            let windows = names.iter().map(|name| Window::new(40.0, 80.0).named(name)).collect();
            Look { slope: 1.0, intercept: 0.0, modality: None, windows }
        };
        let looks = [look(&["brain", "bone", "lung"]), look(&["brain", "liver"])];
        assert_eq!(Look::presets_in_common(&looks), ["brain", "preset 2"]);
        assert!(Look::presets_in_common(&[looks[0].clone(), look(&[])]).is_empty());
    }

    #[test]
    fn frames_have_a_table_in_common_and_no_more_looks_than_there_are_frames() {
        let mut table = InMemDicomObject::new_empty();
        table.put(DataElement::new(tags::LUT_DESCRIPTOR, VR::US, PrimitiveValue::U16([3, 0, 16].as_slice().into())));
        table.put(DataElement::new(tags::LUT_DATA, VR::US, PrimitiveValue::U16([0, 7, 9].as_slice().into())));
        let mut object = InMemDicomObject::new_empty();
        object.put(sequence(tags::MODALITY_LUT_SEQUENCE, vec![table]));
        let groups = vec![InMemDicomObject::new_empty(); 5];
        object.put(sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups));
        let looks = Look::of_frames(&object, 2);
        let [Some(one), Some(other)] = [0, 1].map(|at: usize| looks[at].modality.as_ref()) else { panic!("{looks:?}") };
        assert_eq!((looks.len(), looks[1].modality_value(1)), (2, 7.0));
        assert!(Arc::ptr_eq(&one.outputs, &other.outputs));
    }
}
