//! The picture at the sizes in which print is looked for.

use std::borrow::Cow;

use crate::{
    finding::Search,
    pixels::Pixels,
    print::{detector, line::Line},
    pyramid::resized,
};

/// Pixels of the picture in which small print is looked for, at least: smaller ones are enlarged.
const FINE_PIXELS_MIN: f64 = 1_000_000.0;
/// Pixels of the picture in which large print is looked for.
const COARSE_PIXELS: f64 = 300_000.0;
/// No picture is enlarged more than this; print in it is coarse as it is.
const ENLARGED_MAX: f64 = 4.0;
/// No level is longer than this, however narrow.
const SIDE_MAX: f64 = 6_000.0;

/// The picture at one size.
pub(super) struct Level<'a> {
    picture: Cow<'a, Pixels>,
    /// Px of the whole picture for each of these.
    scale: f32,
}

impl<'a> Level<'a> {
    /// For small print: the large level of the picture, or the picture enlarged. `None` if it cannot be made.
    pub(super) fn fine(pixels: &Pixels, large: &'a Pixels) -> Option<Self> {
        if f64::from(pixels.width()) * f64::from(pixels.height()) < FINE_PIXELS_MIN {
            return Self::of(pixels, FINE_PIXELS_MIN);
        }
        Some(Self { picture: Cow::Borrowed(large), scale: pixels.width() as f32 / large.width() as f32 })
    }

    /// For large print, of the same large level; `None` if it cannot be made.
    pub(super) fn coarse(pixels: &Pixels, large: &Pixels) -> Option<Self> {
        let level = Self::of(large, COARSE_PIXELS)?;
        Some(Self { scale: level.scale * pixels.width() as f32 / large.width() as f32, ..level })
    }

    /// The picture with about so many pixels.
    fn of(pixels: &Pixels, count: f64) -> Option<Self> {
        let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
        let times = (count / (width * height)).sqrt().min(ENLARGED_MAX).min(SIDE_MAX / width.max(height));
        let [wide, high] = [width, height].map(|side| (side * times).round().max(1.0) as u32);
        Some(Self { picture: Cow::Owned(resized(pixels, wide, high)?), scale: (1.0 / times) as f32 })
    }

    /// Lines in it, in px of the whole picture, and whether they are all; `None` if the detector fails.
    pub(super) fn lines(&self) -> Option<(Vec<Line>, Search)> {
        let (lines, search) = detector::lines(&self.picture)?;
        Some((lines.into_iter().map(|line| line.scaled(self.scale)).collect(), search))
    }

    /// Turned a quarter clockwise.
    pub(super) fn turned(&self) -> Option<Level<'static>> {
        let (wide, high) = (self.picture.width(), self.picture.height());
        let mut rgb = Vec::with_capacity(self.picture.rgb().len());
        for x in 0..wide {
            rgb.extend((0..high).rev().filter_map(|y| self.picture.at(x, y)).flatten());
        }
        Some(Level { picture: Cow::Owned(Pixels::new(high, wide, rgb)?), scale: self.scale })
    }
}
