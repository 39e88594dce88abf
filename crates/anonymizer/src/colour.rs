//! Colour profiles (ICC.1) applied, so that skin keeps its colour when the profile is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use crate::{notice::Notice, pixels::Pixels};

/// A profile that moves no colour by more than this is taken for sRGB itself.
const SAME_COLOUR_MAX: u8 = 1;

/// Converts all pixels or none; `None` if the profile says sRGB, or so nearly that nobody sees it.
pub(crate) fn to_srgb(pixels: &mut Pixels, profile: &[u8]) -> Option<Notice> {
    match catch_unwind(AssertUnwindSafe(|| convert(pixels, profile))) {
        Ok(Some(Converted::To(converted))) => {
            *pixels = converted;
            Some(Notice::ColoursConverted)
        }
        Ok(Some(Converted::Nothing)) => None,
        Ok(None) | Err(_) => Some(Notice::ColoursMayDiffer),
    }
}

/// What a profile does to a picture.
enum Converted {
    /// Nothing that anybody sees.
    Nothing,
    /// All of its pixels are these.
    To(Pixels),
}

/// What was converted; `None` if the profile cannot be read or does not fit the pixels.
fn convert(pixels: &Pixels, profile: &[u8]) -> Option<Converted> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    match profile.color_space {
        DataColorSpace::Rgb => convert_rgb(pixels, &profile),
        DataColorSpace::Gray => convert_grey(pixels, &profile),
        _ => None,
    }
}

fn convert_rgb(pixels: &Pixels, profile: &ColorProfile) -> Option<Converted> {
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let samples: Vec<u8> = colour_cube();
    let mut moved = vec![0; samples.len()];
    transform.transform(&samples, &mut moved).ok()?;
    if samples.iter().zip(&moved).all(|(before, after)| before.abs_diff(*after) <= SAME_COLOUR_MAX) {
        return Some(Converted::Nothing);
    }
    let mut converted = pixels.clone();
    for (y, source) in (0..pixels.height()).zip(pixels.rgb().chunks_exact(pixels.width() as usize * 3)) {
        transform.transform(source, converted.row_mut(y)).ok()?;
    }
    Some(Converted::To(converted))
}

/// A grey profile is one curve; it is applied through a table of all 256 greys. Coloured pixels are left alone.
fn convert_grey(pixels: &Pixels, profile: &ColorProfile) -> Option<Converted> {
    if pixels.rgb().as_chunks::<3>().0.iter().any(|[r, g, b]| r != g || g != b) {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let transform =
        profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let greys: Vec<u8> = (0..=255).collect();
    let mut table = vec![0; 256 * 3];
    transform.transform(&greys, &mut table).ok()?;
    let table: Vec<u8> = table.into_iter().step_by(3).collect();
    if greys.iter().zip(&table).all(|(before, after)| before.abs_diff(*after) <= SAME_COLOUR_MAX) {
        return Some(Converted::Nothing);
    }
    let mut converted = pixels.clone();
    for y in 0..converted.height() {
        for channel in converted.row_mut(y) {
            *channel = table.get(usize::from(*channel)).copied().unwrap_or_default();
        }
    }
    Some(Converted::To(converted))
}

/// Nine steps along each channel.
fn colour_cube() -> Vec<u8> {
    let step = |n: usize| (n * 255 / 8) as u8;
    (0..729).flat_map(|n| [step(n / 81), step(n / 9 % 9), step(n % 9)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_pixel(rgb: [u8; 3]) -> Pixels {
        Pixels::new(1, 1, rgb.to_vec()).unwrap()
    }

    #[test]
    fn a_display_p3_red_becomes_a_stronger_srgb_red() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let mut pixels = one_pixel([200, 80, 80]);
        assert_eq!(to_srgb(&mut pixels, &profile), Some(Notice::ColoursConverted));
        let [r, g, b] = pixels.at(0, 0).unwrap();
        assert!(r > 205 && g < 80 && b < 82, "{r} {g} {b}");
    }

    #[test]
    fn an_srgb_profile_changes_nothing() {
        let profile = ColorProfile::new_srgb().encode().unwrap();
        let mut pixels = one_pixel([12, 200, 99]);
        assert_eq!(to_srgb(&mut pixels, &profile), None);
        assert_eq!(pixels.at(0, 0), Some([12, 200, 99]));
    }

    #[test]
    fn a_profile_that_cannot_be_read_is_told_and_changes_nothing() {
        for profile in [&b""[..], b"no profile at all", &[0xff; 300]] {
            let mut pixels = one_pixel([1, 2, 3]);
            assert_eq!(to_srgb(&mut pixels, profile), Some(Notice::ColoursMayDiffer));
            assert_eq!(pixels.at(0, 0), Some([1, 2, 3]));
        }
    }
}
