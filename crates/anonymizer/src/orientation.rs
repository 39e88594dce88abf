//! How the camera was held, as Exif tells it (CIPA DC-008, tag 0x0112), and how to stand the picture upright.

use crate::pixels::Pixels;

/// One of the eight ways in which rows and columns can lie. The number is the one in Exif.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Orientation {
    /// As stored.
    #[default]
    Upright = 1,
    /// Left and right are swapped.
    Mirrored = 2,
    /// Turned by half.
    UpsideDown = 3,
    /// Top and bottom are swapped.
    Flipped = 4,
    /// Rows and columns are swapped.
    Transposed = 5,
    /// Must be turned a quarter clockwise.
    QuarterLeft = 6,
    /// Rows and columns are swapped along the other diagonal.
    Transversed = 7,
    /// Must be turned a quarter counter-clockwise.
    QuarterRight = 8,
}

impl Orientation {
    /// By the number in Exif; `None` for any other.
    pub(crate) fn from_exif(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Upright,
            2 => Self::Mirrored,
            3 => Self::UpsideDown,
            4 => Self::Flipped,
            5 => Self::Transposed,
            6 => Self::QuarterLeft,
            7 => Self::Transversed,
            8 => Self::QuarterRight,
            _ => return None,
        })
    }

    fn swaps_sides(self) -> bool {
        self as u8 >= 5
    }

    /// The picture as it was seen by the person who took it.
    pub(crate) fn apply(self, stored: Pixels) -> Pixels {
        if self == Self::Upright {
            return stored;
        }
        let (wide, high) = (stored.width() as usize, stored.height() as usize);
        let (width, height) = if self.swaps_sides() { (high, wide) } else { (wide, high) };
        let source = stored.rgb().as_chunks::<3>().0;
        let mut rgb = Vec::with_capacity(stored.rgb().len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match self {
                    Self::Upright => (x, y),
                    Self::Mirrored => (wide - 1 - x, y),
                    Self::UpsideDown => (wide - 1 - x, high - 1 - y),
                    Self::Flipped => (x, high - 1 - y),
                    Self::Transposed => (y, x),
                    Self::QuarterLeft => (y, high - 1 - x),
                    Self::Transversed => (wide - 1 - y, high - 1 - x),
                    Self::QuarterRight => (wide - 1 - y, x),
                };
                rgb.extend_from_slice(&source[from_y * wide + from_x]);
            }
        }
        Pixels::new(width as u32, height as u32, rgb).unwrap_or(stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of three columns and two rows whose pixels are numbered `1 2 3 / 4 5 6`.
    fn numbered() -> Pixels {
        Pixels::new(3, 2, (1..=6u8).flat_map(|n| [n; 3]).collect()).unwrap()
    }

    #[test]
    fn each_of_the_eight_orientations_stands_upright() {
        let golden: [(u32, u32, [u8; 6]); 8] = [
            (1, 3, [1, 2, 3, 4, 5, 6]),
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [4, 1, 5, 2, 6, 3]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [3, 6, 2, 5, 1, 4]),
        ];
        for (number, width, expected) in golden {
            let upright = Orientation::from_exif(number).unwrap().apply(numbered());
            let numbers: Vec<u8> = upright.rgb().iter().step_by(3).copied().collect();
            assert_eq!((upright.width(), numbers.as_slice()), (width, expected.as_slice()), "orientation {number}");
        }
        assert_eq!(Orientation::from_exif(0), None);
        assert_eq!(Orientation::from_exif(9), None);
    }
}
