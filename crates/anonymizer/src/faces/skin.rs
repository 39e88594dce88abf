//! How much of a picture looks like skin: enough of it without any face, and a person has to look.
//!
//! Source of the measure: D. Chai and K. N. Ngan, "Face segmentation using skin-color map in videophone applications",
//! IEEE Transactions on Circuits and Systems for Video Technology 9(4), 1999: skin of all shades lies close together in
//! the two colour differences of Rec. 601, whatever its brightness.

use crate::pyramid::Level;

/// Blue difference of skin.
const CB: std::ops::RangeInclusive<i32> = 77..=127;
/// Red difference of skin.
const CR: std::ops::RangeInclusive<i32> = 133..=173;
/// From so many hundredths of a picture on, a face may have been missed in it.
const SKIN_HUNDREDTHS: usize = 10;

/// Whether so much of a picture looks like skin that it may show a face.
pub(crate) fn has_skin(level: &Level) -> bool {
    let (pixels, _) = level.pixels().rgb().as_chunks::<3>();
    let skin = pixels.iter().filter(|pixel| is_skin(**pixel)).count();
    skin * 100 >= pixels.len() * SKIN_HUNDREDTHS
}

fn is_skin([r, g, b]: [u8; 3]) -> bool {
    let [r, g, b] = [r, g, b].map(i32::from);
    let blue = 128 + (-169 * r - 331 * g + 500 * b) / 1000;
    let red = 128 + (500 * r - 419 * g - 81 * b) / 1000;
    CB.contains(&blue) && CR.contains(&red)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skin_of_all_shades_is_skin_and_grey_cloth_and_sky_are_not() {
        for skin in [[255, 224, 196], [224, 172, 138], [198, 134, 96], [141, 85, 54], [90, 56, 37], [60, 38, 28]] {
            assert!(is_skin(skin), "{skin:?}");
        }
        for other in [[0, 0, 0], [255, 255, 255], [128, 128, 128], [0, 110, 80], [90, 150, 220], [30, 60, 140]] {
            assert!(!is_skin(other), "{other:?}");
        }
    }
}
