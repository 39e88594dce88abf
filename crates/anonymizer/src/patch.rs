//! Cells of a grid that hang together, and the rectangle round them.

use crate::print::Line;

/// A grid of cells, row by row.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    /// Cells of a row.
    pub(crate) columns: usize,
    /// All cells, of whole rows.
    pub(crate) cells: usize,
}

impl Grid {
    /// Column and row of a cell.
    pub(crate) fn place(self, cell: usize) -> (usize, usize) {
        (cell % self.columns, cell / self.columns)
    }

    /// Collects into `patch` the cells that hang together with `start`: from one to the next no more than `reach` columns and
    /// rows lie, and the two join. No cell is taken that was seen before.
    pub(crate) fn flood(
        self,
        start: usize,
        reach: usize,
        joins: impl Fn(usize, usize) -> bool,
        is_seen: &mut [bool],
        patch: &mut Vec<usize>,
    ) {
        patch.clear();
        patch.push(start);
        is_seen[start] = true;
        let rows = self.cells / self.columns;
        let mut next = 0;
        while let Some(&cell) = patch.get(next) {
            next += 1;
            let (x, y) = self.place(cell);
            for row in y.saturating_sub(reach)..=(y + reach).min(rows - 1) {
                for column in x.saturating_sub(reach)..=(x + reach).min(self.columns - 1) {
                    let other = row * self.columns + column;
                    if !is_seen[other] && joins(cell, other) {
                        is_seen[other] = true;
                        patch.push(other);
                    }
                }
            }
        }
    }
}

/// The smallest rectangle at this angle round all places, each the middle of a square of this side that stands at the same
/// angle.
pub(crate) fn rectangle(places: impl Iterator<Item = (f32, f32)>, side: f32, angle: f32) -> Line {
    let (sin, cos) = angle.sin_cos();
    let mut span = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
    for (x, y) in places {
        let (along, across) = (x * cos + y * sin, y * cos - x * sin);
        span = [span[0].min(along), span[1].max(along), span[2].min(across), span[3].max(across)];
    }
    let [left, right, top, bottom] = span;
    let (along, across) = ((left + right) / 2.0, (top + bottom) / 2.0);
    Line {
        x: along * cos - across * sin,
        y: along * sin + across * cos,
        half_length: (right - left + side) / 2.0,
        half_height: (bottom - top + side) / 2.0,
        angle,
        score: 0.0,
    }
}
