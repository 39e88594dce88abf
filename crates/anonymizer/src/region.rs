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

    /// The part that both hold; `None` if there is none.
    fn part_in(&self, other: &Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = self.right().min(other.right()).checked_sub(x)?;
        let height = self.bottom().min(other.bottom()).checked_sub(y)?;
        Some(Self { x, y, width, height })
    }

    /// The area of it that others hold together, in px, each place once.
    pub(crate) fn shared_with_all<'a>(&self, others: impl Iterator<Item = &'a Self>) -> u64 {
        let parts: Vec<Self> = others.filter_map(|other| self.part_in(other)).collect();
        let mut edges: Vec<u32> = parts.iter().flat_map(|part| [part.x, part.right()]).collect();
        edges.sort_unstable();
        edges.dedup();
        let columns = edges.iter().zip(edges.iter().skip(1));
        columns.map(|(left, right)| u64::from(right - left) * rows_at(&parts, *left)).sum()
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

/// Rows that the regions hold in one column, each row once.
fn rows_at(parts: &[Region], column: u32) -> u64 {
    let holds = |part: &&Region| part.x <= column && column < part.right();
    let mut spans: Vec<(u32, u32)> = parts.iter().filter(holds).map(|part| (part.y, part.bottom())).collect();
    spans.sort_unstable();
    let (mut rows, mut counted) = (0, 0);
    for (top, bottom) in spans {
        rows += u64::from(bottom.saturating_sub(top.max(counted)));
        counted = counted.max(bottom);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn region(x: u32, y: u32, width: u32, height: u32) -> Region {
        Region { x, y, width, height }
    }

    #[test]
    fn a_place_that_several_hold_counts_once() {
        let whole = region(10, 10, 10, 10);
        for (others, expected) in [
            (vec![], 0),
            (vec![region(0, 0, 10, 40), region(20, 0, 5, 40)], 0),
            (vec![region(10, 10, 5, 10); 3], 50),
            (vec![region(0, 0, 16, 40), region(14, 0, 40, 40)], 100),
            (vec![region(10, 10, 6, 6), region(13, 13, 6, 6), region(12, 5, 1, 40)], 36 + 36 - 9 + 4),
            (vec![region(10, 10, 2, 2), region(18, 18, 9, 9), region(10, 10, 1, 1)], 8),
        ] {
            assert_eq!(whole.shared_with_all(others.iter()), expected, "{others:?}");
        }
    }
}
