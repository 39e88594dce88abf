//! A line of print as it lies in a picture: a rectangle that may be turned.

use std::f32::consts::FRAC_PI_2;

use crate::region::Region;

/// A rectangle this much higher than long holds writing that runs up or down.
const TALL: f32 = 1.2;

/// A rectangle round a line of print, in px of the picture it was found in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    /// Column of the centre.
    pub(crate) x: f32,
    /// Row of the centre.
    pub(crate) y: f32,
    /// Half of what it measures along the writing.
    pub(crate) half_length: f32,
    /// Half of what it measures across.
    pub(crate) half_height: f32,
    /// Where the writing runs, in radians clockwise from "to the right".
    pub(crate) angle: f32,
    /// How sure the detector is, 0 to 1.
    pub(crate) score: f32,
}

impl Line {
    /// Larger by so many px on each side.
    pub(crate) fn grown(self, by: f32) -> Self {
        Self { half_length: self.half_length + by, half_height: self.half_height + by, ..self }
    }

    /// The same line in px so much smaller.
    pub(crate) fn scaled(self, times: f32) -> Self {
        Self {
            x: self.x * times,
            y: self.y * times,
            half_length: self.half_length * times,
            half_height: self.half_height * times,
            ..self
        }
    }

    /// The same place, to be read in a direction so many quarters further clockwise.
    pub(crate) fn turned(self, quarters: u8) -> Self {
        let angle = self.angle + f32::from(quarters) * FRAC_PI_2;
        match quarters % 2 {
            0 => Self { angle, ..self },
            _ => Self { angle, half_length: self.half_height, half_height: self.half_length, ..self },
        }
    }

    /// The same place, to be read along its longer side.
    pub(crate) fn along(self) -> Self {
        if self.half_height > TALL * self.half_length { self.turned(1) } else { self }
    }

    /// Whether the writing runs rather up or down than to the side.
    pub(crate) fn runs_up_or_down(&self) -> bool {
        self.angle.sin().abs() > self.angle.cos().abs()
    }

    /// A line of a picture that was turned a quarter clockwise, as it lies in the picture before, which is so high.
    pub(crate) fn turned_back(self, height: u32) -> Self {
        Self { x: self.y, y: height as f32 - self.x, angle: self.angle - FRAC_PI_2, ..self }
    }

    /// A place in the line's own frame (`along` and `across` from the centre), in px of the picture.
    pub(crate) fn place(&self, along: f32, across: f32) -> (f32, f32) {
        let (sin, cos) = self.angle.sin_cos();
        (self.x + along * cos - across * sin, self.y + along * sin + across * cos)
    }

    /// The upright rectangle round it, within a picture of this size; `None` if no pixel of it lies there.
    pub(crate) fn bounds(&self, width: u32, height: u32) -> Option<Region> {
        let (sin, cos) = self.angle.sin_cos();
        let wide = (self.half_length * cos).abs() + (self.half_height * sin).abs();
        let high = (self.half_length * sin).abs() + (self.half_height * cos).abs();
        let (x, y) = ((self.x - wide).floor().max(0.0) as u32, (self.y - high).floor().max(0.0) as u32);
        let (right, bottom) = ((self.x + wide).ceil().max(0.0) as u32, (self.y + high).ceil().max(0.0) as u32);
        Region { x, y, width: right.checked_sub(x)?, height: bottom.checked_sub(y)? }.clipped(width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Line = Line { x: 50.0, y: 20.0, half_length: 30.0, half_height: 5.0, angle: 0.0, score: 1.0 };

    #[test]
    fn a_line_turned_by_a_quarter_lies_at_the_same_place_and_is_read_downwards() {
        let place = LINE.bounds(100, 40).unwrap();
        let turned = LINE.turned(1);
        assert_eq!(turned.bounds(100, 40).unwrap().union(&place), turned.bounds(100, 40).unwrap());
        let tall = Line { half_length: 5.0, half_height: 15.0, ..LINE };
        assert!(tall.along().runs_up_or_down() && !LINE.along().runs_up_or_down());
        let (x, y) = tall.along().place(10.0, 0.0);
        assert!((x - 50.0).abs() < 0.01 && (y - 30.0).abs() < 0.01);
    }

    #[test]
    fn a_line_of_the_turned_picture_is_found_where_it_was_and_reads_upwards() {
        // Of a picture of 100 x 40 px, turned clockwise to 40 x 100.
        let back = Line { x: 10.0, y: 70.0, ..LINE }.turned_back(40);
        assert_eq!((back.x, back.y), (70.0, 30.0));
        assert!(back.place(1.0, 0.0).1 < 30.0);
    }

    #[test]
    fn bounds_end_with_the_picture() {
        assert_eq!(LINE.bounds(60, 22), Some(Region { x: 20, y: 15, width: 40, height: 7 }));
        assert_eq!(LINE.bounds(10, 10), None);
    }
}
