//! Values of a modality as grey: rescaling, lookup tables and windows, for all frames or for each (PS3.3 sections C.11.1 and
//! C.11.2, and the functional groups of C.7.6.16.2.9 and C.7.6.16.2.10).

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use crate::dicom::{
    value,
    window::{PRESETS_MAX, Window},
};

/// Lookup tables have no more entries than 16 bits can count.
const ENTRIES_MAX: usize = 1 << 16;

/// What turns stored values into grey.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Look {
    slope: f64,
    intercept: f64,
    modality: Option<Table>,
    /// Presets of the object, in its order.
    pub(crate) windows: Vec<Window>,
}

/// A lookup table: outputs from a first input on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    first: f64,
    outputs: Vec<u16>,
}

impl Table {
    fn read(item: &InMemDicomObject) -> Option<Self> {
        let descriptor = value::reals(item, tags::LUT_DESCRIPTOR);
        let outputs = value::words(item, tags::LUT_DATA);
        let first = *descriptor.get(1)?;
        (!outputs.is_empty() && outputs.len() <= ENTRIES_MAX).then_some(Self { first, outputs })
    }

    /// The output for an input; those outside take the nearest end.
    pub(crate) fn at(&self, input: f64) -> f64 {
        let last = self.outputs.len().saturating_sub(1) as f64;
        let index = (input - self.first).clamp(0.0, last) as usize;
        f64::from(self.outputs.get(index).copied().unwrap_or_default())
    }

    /// The largest output.
    pub(crate) fn top(&self) -> f64 {
        f64::from(self.outputs.iter().copied().max().unwrap_or_default())
    }
}

impl Look {
    /// One for all frames, or one for each where the object keeps them so.
    pub(crate) fn of_frames(data_set: &InMemDicomObject) -> Vec<Self> {
        let shared = items(data_set, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
        let of_frame = items(data_set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        if of_frame.is_empty() {
            return vec![Self::read(data_set, &[shared].into_iter().flatten().collect::<Vec<_>>())];
        }
        of_frame
            .iter()
            .map(|own| Self::read(data_set, &[Some(own), shared].into_iter().flatten().collect::<Vec<_>>()))
            .collect()
    }

    fn read(data_set: &InMemDicomObject, groups: &[&InMemDicomObject]) -> Self {
        let group = |sequence: Tag| groups.iter().find_map(|group| items(group, sequence).first()).unwrap_or(data_set);
        let rescale = group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        let first = |tag| value::reals(rescale, tag).first().copied();
        let voi = group(tags::FRAME_VOILUT_SEQUENCE);
        let tables = items(data_set, tags::VOILUT_SEQUENCE).iter().filter_map(Table::read).map(Window::of_table);
        Self {
            slope: first(tags::RESCALE_SLOPE).filter(|slope| *slope != 0.0).unwrap_or(1.0),
            intercept: first(tags::RESCALE_INTERCEPT).unwrap_or(0.0),
            modality: items(data_set, tags::MODALITY_LUT_SEQUENCE).first().and_then(Table::read),
            windows: Window::presets(voi).into_iter().chain(tables).take(PRESETS_MAX).collect(),
        }
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
