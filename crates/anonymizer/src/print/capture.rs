//! Whether a picture was drawn by a machine or seen by a camera.

use crate::{cover::COVER_RGB, pixels::Pixels};

/// Where the pixels of a picture come from, as far as it matters for print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capture {
    /// A sensor saw a scene: only what can be read is print.
    Camera,
    /// A machine drew it: an ultrasound frame, a secondary capture, a screenshot. All that looks like print is.
    Screen,
    /// A file of which only its pixels are known, with much even ground, as machines draw it and X-ray films have it too.
    Even,
}

/// Much even ground: this share of the pixels equal their left and their upper neighbour to the bit. The noise of a sensor
/// does not leave that, but for what is black or white throughout.
const EVEN_MIN: f64 = 0.4;
/// Lines that can be read and that make a picture with much even ground one of print; and any other.
const READ_MIN_EVEN: usize = 1;
const READ_MIN_CAMERA: usize = 8;

impl Capture {
    /// What a picture is taken for of which only its pixels are known: [`Capture::Camera`] or [`Capture::Even`].
    pub fn of(pixels: &Pixels) -> Self {
        if even_share(pixels) >= EVEN_MIN { Self::Even } else { Self::Camera }
    }

    /// Whether all that looks like print is taken for print, when so many lines of it could be read.
    pub(super) fn is_all_print(self, read: usize) -> bool {
        match self {
            Self::Screen => true,
            Self::Even => read >= READ_MIN_EVEN,
            Self::Camera => read >= READ_MIN_CAMERA,
        }
    }
}

/// The share of pixels that equal their left and their upper neighbour, among those that no cover hides: a cover is even, and
/// makes no photograph a drawing when it is looked at again.
fn even_share(pixels: &Pixels) -> f64 {
    let bytes = pixels.width() as usize * 3;
    let rows = pixels.rgb().chunks_exact(bytes);
    let even: usize = rows
        .clone()
        .zip(rows.skip(1))
        .map(|(above, row)| {
            let (above, left, row) = (above.as_chunks::<3>().0, row.as_chunks::<3>().0, &row[3..]);
            let triples = row.as_chunks::<3>().0.iter().zip(left).zip(above.iter().skip(1));
            let is_even = |pixel: &[u8; 3], left, above| pixel != &COVER_RGB && pixel == left && pixel == above;
            triples.filter(|((pixel, left), above)| is_even(pixel, *left, *above)).count()
        })
        .sum();
    let open = pixels.rgb().as_chunks::<3>().0.iter().filter(|pixel| **pixel != COVER_RGB).count();
    even as f64 / open.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(colour: impl Fn(usize) -> u8) -> Pixels {
        Pixels::new(40, 30, (0..40 * 30 * 3).map(|at| colour(at / 3)).collect()).unwrap()
    }

    #[test]
    fn noise_is_a_cameras_and_even_ground_is_not() {
        let noise = picture(|at| (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0]);
        assert_eq!(Capture::of(&noise), Capture::Camera);
        assert_eq!(Capture::of(&picture(|_| 0)), Capture::Even);
        let covered =
            |at: usize| if at < 900 { 128 } else { (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0] };
        assert_eq!(Capture::of(&picture(covered)), Capture::Camera, "three quarters of it lie under a cover");
    }

    #[test]
    fn only_print_that_can_be_read_makes_even_ground_a_drawn_picture() {
        assert!(Capture::Screen.is_all_print(0));
        assert!(!Capture::Even.is_all_print(0) && Capture::Even.is_all_print(READ_MIN_EVEN));
        assert!(!Capture::Camera.is_all_print(READ_MIN_EVEN) && Capture::Camera.is_all_print(READ_MIN_CAMERA));
    }
}
