//! The picture in a few working sizes, made in one pass: levels for the finders of faces, and a large one that the finders of
//! print and codes share.
//!
//! A finder knows things of a certain size. So the picture is brought to fixed numbers of pixels: large ones down, small ones
//! up, tiny ones to fewer levels. Sizes are counted in pixels, not in sides, so that a narrow strip is seen as finely as a
//! square. Deliberately absent: turning and rims, which are the finders' own.

use std::borrow::Cow;

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image, images::ImageRef};

use crate::pixels::Pixels;

/// Pixels of each level, the finest first: of 4:3 they have 1280 x 960, 640 x 480, 320 x 240 and 160 x 120 px.
pub(crate) const LEVEL_PIXELS: [u32; 4] = [1_228_800, 307_200, 76_800, 19_200];

/// A picture is enlarged to so many times its pixels at most: more shows a finder nothing that it could not see before.
const ENLARGED_TIMES: u32 = 12;
/// Though to so many in any case, since finders look through windows of 40 px.
const ENLARGED_PIXELS_MIN: u32 = 64 * 64;

/// Beyond this a strip would be all length; no level is longer.
const SIDE_PX_MAX: f64 = 8_192.0;

/// Pixels of the large level at most, and its longer side.
const LARGE_PIXELS: f64 = 2_400_000.0;
const LARGE_SIDE_MAX: f64 = 6_000.0;

/// A picture in its working sizes.
pub(crate) struct Pyramid<'a> {
    whole: &'a Pixels,
    levels: Vec<Level>,
}

/// The whole picture in one size.
pub(crate) struct Level {
    pixels: Pixels,
    /// Pixels of the whole picture a pixel of the level, along and down.
    steps: (f64, f64),
}

impl<'a> Pyramid<'a> {
    /// All levels; `None` if the picture cannot be resized.
    pub(crate) fn of(whole: &'a Pixels) -> Option<Self> {
        let enlarged = whole.width().saturating_mul(whole.height()).saturating_mul(ENLARGED_TIMES);
        let mut levels: Vec<Level> = Vec::with_capacity(LEVEL_PIXELS.len());
        for pixels in LEVEL_PIXELS {
            let (width, height) = size(whole, pixels.min(enlarged.max(ENLARGED_PIXELS_MIN)));
            let above = levels.last().map(|level| &level.pixels);
            if above.is_some_and(|above| above.width() == width) {
                continue;
            }
            let pixels = resized(above.filter(|above| above.width() <= whole.width()).unwrap_or(whole), width, height)?;
            let step = |whole: u32, part: u32| f64::from(whole) / f64::from(part);
            levels.push(Level { pixels, steps: (step(whole.width(), width), step(whole.height(), height)) });
        }
        Some(Self { whole, levels })
    }

    /// The picture that all levels show.
    pub(crate) fn whole(&self) -> &'a Pixels {
        self.whole
    }

    /// All levels, the finest first; at least one.
    pub(crate) fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The levels that are no finer than this, the finest first.
    pub(crate) fn levels_up_to(&self, pixels: u32) -> impl Iterator<Item = &Level> {
        let is_coarse = move |level: &&Level| level.pixels.width() * level.pixels.height() <= pixels + pixels / 100;
        self.levels.iter().filter(is_coarse)
    }
}

impl Level {
    /// The picture in this size.
    pub(crate) fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Pixels of the whole picture a pixel of this level, along and down.
    pub(crate) fn steps(&self) -> (f64, f64) {
        self.steps
    }
}

/// Whether a picture of so many pixels along and down is looked at in a smaller size by every finder, so that print in it may
/// be too small for them and not for a person who enlarges it.
pub fn is_looked_at_smaller(width: u32, height: u32) -> bool {
    times_large(width, height) < 1.0
}

/// How many times as long as a picture its large level is; one or more if it is the picture itself.
fn times_large(width: u32, height: u32) -> f64 {
    let (width, height) = (f64::from(width), f64::from(height));
    (LARGE_PIXELS / (width * height)).sqrt().min(LARGE_SIDE_MAX / width.max(height))
}

/// The picture in the size in which small print and codes are looked for: itself, unless it is larger than that. `None` if it
/// cannot be resized.
pub(crate) fn large(whole: &Pixels) -> Option<Cow<'_, Pixels>> {
    let times = times_large(whole.width(), whole.height());
    if times >= 1.0 {
        return Some(Cow::Borrowed(whole));
    }
    let [wide, high] = [whole.width(), whole.height()].map(|side| ((f64::from(side) * times).round() as u32).max(1));
    resized(whole, wide, high).map(Cow::Owned)
}

fn size(whole: &Pixels, pixels: u32) -> (u32, u32) {
    let (width, height) = (f64::from(whole.width()), f64::from(whole.height()));
    let scale = (f64::from(pixels) / (width * height)).sqrt().min(SIDE_PX_MAX / width.max(height));
    let side = |side: f64| ((side * scale).round() as u32).max(1);
    (side(width), side(height))
}

/// The picture in another size, as finders see it; `None` if it cannot be resized.
pub(crate) fn resized(pixels: &Pixels, width: u32, height: u32) -> Option<Pixels> {
    resized_by(FilterType::Bilinear, pixels, width, height)
}

/// The picture in another size by a filter; `None` if it cannot be resized.
pub(crate) fn resized_by(filter: FilterType, pixels: &Pixels, width: u32, height: u32) -> Option<Pixels> {
    let whole = ImageRef::new(pixels.width(), pixels.height(), pixels.rgb(), PixelType::U8x3).ok()?;
    let mut level = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&whole, &mut level, &options).ok()?;
    Pixels::new(width, height, level.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(width: u32, height: u32) -> Vec<(u32, u32)> {
        let whole = Pixels::new(width, height, vec![90; (width * height * 3) as usize]).expect("a buffer of that size");
        let pyramid = Pyramid::of(&whole).expect("a pyramid");
        pyramid.levels().iter().map(|level| (level.pixels().width(), level.pixels().height())).collect()
    }

    #[test]
    fn small_pictures_and_large_ones_come_to_the_same_sizes() {
        let sizes = [(1_280, 960), (640, 480), (320, 240), (160, 120)];
        assert_eq!(levels(400, 300), sizes);
        assert_eq!(levels(2_000, 1_500), sizes);
    }

    #[test]
    fn tiny_pictures_are_enlarged_a_little_and_have_fewer_levels() {
        assert_eq!(levels(80, 60), [(277, 208), (160, 120)]);
        assert_eq!(levels(8, 8), [(64, 64)]);
    }

    #[test]
    fn the_large_level_is_the_picture_itself_or_no_larger_than_the_finders_of_print_and_codes_need() {
        let large = |width: u32, height: u32| {
            let whole = Pixels::new(width, height, vec![90; (width * height * 3) as usize]).expect("of that size");
            let large = large(&whole).expect("a level");
            (large.width(), large.height(), matches!(large, Cow::Borrowed(_)))
        };
        assert_eq!(large(1_600, 1_200), (1_600, 1_200, true));
        assert_eq!(large(4_000, 3_000), (1_789, 1_342, false));
        assert_eq!(large(12_000, 10), (6_000, 5, false));
        let smaller =
            [(1_600, 1_200), (4_000, 3_000), (12_000, 10)].map(|(width, height)| is_looked_at_smaller(width, height));
        assert_eq!(smaller, [false, true, true]);
    }

    #[test]
    fn a_strip_has_as_many_pixels_as_a_square_up_to_a_length() {
        assert_eq!(levels(6_000, 100)[1], (4_293, 72));
        assert_eq!(levels(20_000, 20)[0], (8_192, 8));
    }
}
