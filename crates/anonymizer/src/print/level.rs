//! The picture at the sizes in which print is looked for.

use crate::{
    finding::Search,
    pixels::Pixels,
    print::{detector, line::Line},
    pyramid::resized,
};

/// Pixels of the picture in which small print is looked for: small pictures are enlarged, large ones made smaller.
const FINE_PIXELS: [f64; 2] = [1_000_000.0, 2_400_000.0];
/// Pixels of the picture in which large print is looked for.
const COARSE_PIXELS: f64 = 300_000.0;
/// No picture is enlarged more than this; print in it is coarse as it is.
const ENLARGED_MAX: f64 = 4.0;
/// No level is longer than this, however narrow.
const SIDE_MAX: f64 = 6_000.0;

/// The picture at one size.
pub(super) struct Level {
    picture: Pixels,
    /// Px of the whole picture for each of these.
    scale: f32,
}

impl Level {
    /// For small print; `None` if it cannot be made.
    pub(super) fn fine(pixels: &Pixels) -> Option<Self> {
        let [least, most] = FINE_PIXELS;
        Self::of(pixels, (f64::from(pixels.width()) * f64::from(pixels.height())).clamp(least, most))
    }

    /// For large print; `None` if it cannot be made.
    pub(super) fn coarse(pixels: &Pixels) -> Option<Self> {
        Self::of(pixels, COARSE_PIXELS)
    }

    /// The picture with about so many pixels.
    fn of(pixels: &Pixels, count: f64) -> Option<Self> {
        let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
        let times = (count / (width * height)).sqrt().min(ENLARGED_MAX).min(SIDE_MAX / width.max(height));
        let [wide, high] = [width, height].map(|side| (side * times).round().max(1.0) as u32);
        Some(Self { picture: resized(pixels, wide, high)?, scale: (1.0 / times) as f32 })
    }

    /// Lines in it, in px of the whole picture, and whether they are all; `None` if the detector fails.
    pub(super) fn lines(&self) -> Option<(Vec<Line>, Search)> {
        let (lines, search) = detector::lines(&self.picture)?;
        Some((lines.into_iter().map(|line| line.scaled(self.scale)).collect(), search))
    }

    /// Turned a quarter clockwise.
    pub(super) fn turned(&self) -> Option<Self> {
        let (wide, high) = (self.picture.width(), self.picture.height());
        let mut rgb = Vec::with_capacity(self.picture.rgb().len());
        for x in 0..wide {
            rgb.extend((0..high).rev().filter_map(|y| self.picture.at(x, y)).flatten());
        }
        Some(Self { picture: Pixels::new(high, wide, rgb)?, scale: self.scale })
    }
}
