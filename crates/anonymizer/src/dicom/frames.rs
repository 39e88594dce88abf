//! The frames of an object, and each of them as a picture for pages and finders.

use std::fmt;

use dicom_object::InMemDicomObject;

use crate::{
    dicom::{
        error::DicomError,
        lookup::Look,
        stored::{Colours, Stored},
        window::Window,
    },
    pixels::Pixels,
};

/// The frames of an object.
#[derive(Clone)]
pub struct Frames {
    pub(crate) stored: Stored,
    looks: Vec<Look>,
    /// The names of the presets that every frame has.
    presets: Vec<String>,
}

impl Frames {
    /// Frames with what their object says of showing them.
    pub(crate) fn read(data_set: &InMemDicomObject, stored: Stored) -> Self {
        let looks = Look::of_frames(data_set, stored.frames as usize);
        Self { presets: Look::presets_in_common(&looks), looks, stored }
    }

    /// How many there are; at least one.
    pub fn count(&self) -> u32 {
        self.stored.frames
    }

    /// Width of each, in px.
    pub fn width(&self) -> u32 {
        self.stored.columns.into()
    }

    /// Height of each, in px.
    pub fn height(&self) -> u32 {
        self.stored.rows.into()
    }

    /// The windows of a frame: the object's presets first, the full range last, in every frame as many and under the same names.
    /// Pictures in colour have none.
    pub fn windows(&self, frame: u32) -> Vec<Window> {
        if self.stored.colours == Colours::Rgb {
            return Vec::new();
        }
        let windows = self.look(frame).map(|look| look.windows.as_slice()).unwrap_or_default();
        let presets = windows.iter().zip(&self.presets).map(|(window, name)| window.clone().named(name));
        presets.chain(self.full_range(frame)).collect()
    }

    /// One frame, counted from 0, as sRGB pixels; `None` shows the first preset, or the full range where there is none.
    ///
    /// # Errors
    /// [`DicomError::NoSuchFrame`] beyond the last frame.
    pub fn render(&self, frame: u32, window: Option<&Window>) -> Result<Pixels, DicomError> {
        let missing = DicomError::NoSuchFrame { frame, frames: self.count() };
        let bytes = self.stored.frame(frame).ok_or(missing.clone())?;
        let rgb = match self.stored.colours {
            Colours::Rgb => bytes.to_vec(),
            Colours::Monochrome1 | Colours::Monochrome2 => {
                let first = self.windows(frame).into_iter().next();
                let window = window.or(first.as_ref()).ok_or(missing)?;
                self.greys(frame, bytes, window)
            }
        };
        Pixels::new(self.width(), self.height(), rgb).ok_or(DicomError::NoPixels)
    }

    fn look(&self, frame: u32) -> Option<&Look> {
        self.looks.get(frame as usize).or(self.looks.first())
    }

    fn full_range(&self, frame: u32) -> Option<Window> {
        let look = self.look(frame)?;
        let (low, high) = extent(self.stored.values(self.stored.frame(frame)?))?;
        let (low, high) = (look.modality_value(low), look.modality_value(high));
        Some(Window::full(low.min(high), low.max(high)))
    }

    /// Each value is windowed once, however many pixels have it.
    fn greys(&self, frame: u32, bytes: &[u8], window: &Window) -> Vec<u8> {
        let Some((low, high)) = extent(self.stored.values(bytes)) else { return Vec::new() };
        let is_inverse = self.stored.colours == Colours::Monochrome1;
        let grey = |stored| {
            let grey = self.look(frame).map_or(0, |look| window.grey(look.modality_value(stored)));
            if is_inverse { 255 - grey } else { grey }
        };
        let greys: Vec<u8> = (low..=high).map(grey).collect();
        let at = |value: i32| greys.get((value - low) as usize).copied().unwrap_or_default();
        self.stored.values(bytes).flat_map(|value| [at(value); 3]).collect()
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frames({} of {} x {} px, [redacted])", self.count(), self.width(), self.height())
    }
}

/// The smallest and the largest value.
pub(crate) fn extent(mut values: impl Iterator<Item = i32>) -> Option<(i32, i32)> {
    let first = values.next()?;
    Some(values.fold((first, first), |(low, high), value| (low.min(value), high.max(value))))
}
