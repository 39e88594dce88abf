//! A rectangle in pixels of the upright picture.

use serde::{Deserialize, Serialize};

/// A rectangle in pixels of the upright picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// In px.
    pub width: u32,
    /// In px.
    pub height: u32,
}

impl Region {
    /// The column behind the right edge.
    pub(crate) fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// The row below the lower edge.
    pub(crate) fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    pub(crate) fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The part that lies in a picture of this size; `None` if there is none.
    pub(crate) fn clipped(&self, width: u32, height: u32) -> Option<Self> {
        let (right, bottom) = (self.right().min(width), self.bottom().min(height));
        (self.x < right && self.y < bottom).then(|| Self { width: right - self.x, height: bottom - self.y, ..*self })
    }

    /// The area that both hold, in px.
    pub(crate) fn shared(&self, other: &Self) -> u64 {
        let width = self.right().min(other.right()).saturating_sub(self.x.max(other.x));
        let height = self.bottom().min(other.bottom()).saturating_sub(self.y.max(other.y));
        u64::from(width) * u64::from(height)
    }

    /// The smallest region that holds both.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self { x, y, width: self.right().max(other.right()) - x, height: self.bottom().max(other.bottom()) - y }
    }

    /// Shared area over the area of both together: 1 for the same region, 0 for regions apart.
    pub(crate) fn overlap(&self, other: &Self) -> f64 {
        let shared = self.shared(other);
        let both = self.area() + other.area() - shared;
        if both == 0 { 0.0 } else { shared as f64 / both as f64 }
    }
}
