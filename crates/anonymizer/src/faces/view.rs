//! A level as a finder looks at it: turned by quarters.
//!
//! Deliberately absent: a rim of repeated edge pixels round close pictures. It was measured and costs more faces than it
//! brings (`models/README.md`).

use crate::{faces::hit::Area, pixels::Pixels, pyramid::Level};

/// A way to look at a level; it holds no pixels of its own.
pub(crate) struct View<'a> {
    level: &'a Level,
    quarters: u32,
}

impl<'a> View<'a> {
    /// The level turned so many quarters clockwise.
    pub(crate) fn new(level: &'a Level, quarters: u32) -> Self {
        Self { level, quarters: quarters % 4 }
    }

    /// Width and height.
    pub(crate) fn size(&self) -> (u32, u32) {
        let (width, height) = (self.level.pixels().width(), self.level.pixels().height());
        if self.quarters.is_multiple_of(2) { (width, height) } else { (height, width) }
    }

    /// How many quarters clockwise it is turned.
    pub(crate) fn quarters(&self) -> u32 {
        self.quarters
    }

    /// Red, green and blue at a place; beyond the level, those of the nearest pixel of its edge.
    pub(crate) fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let (width, height) = self.size();
        let (x, y) = (x.min(width - 1), y.min(height - 1));
        let (x, y) = match self.quarters {
            0 => (x, y),
            1 => (y, width - 1 - x),
            2 => (width - 1 - x, height - 1 - y),
            _ => (height - 1 - y, x),
        };
        self.level.pixels().at(x, y).unwrap_or_default()
    }

    /// An area of this view as it lies in the whole picture; `None` if it lies outside.
    pub(crate) fn placed(&self, seen: Area, whole: &Pixels) -> Option<Area> {
        let (width, height) = self.size();
        let Area { x, y, width, height } = seen.unturned(self.quarters, f64::from(width), f64::from(height));
        let (along, down) = self.level.steps();
        let area = Area { x: x * along, y: y * down, width: width * along, height: height * down };
        area.rounded(whole).map(|_| area)
    }
}
