//! Covers as whole blocks of 8 x 8 pixels.
//!
//! JPEG codes each block of 8 x 8 by itself. A block that holds an edge of a cover rings: after decoding its covered
//! pixels differ a little, and say something about what was beside them. So every block that a cover touches is covered
//! whole; there is no half-covered pixel and no half-covered block.

use std::ops::Range;

use crate::{
    cover::{COVER_RGB, Cover, Point},
    pixels::Pixels,
    region::Region,
};

/// Side of a block.
pub(crate) const BLOCK_PX: u32 = 8;

/// Which blocks of a picture are covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    width: u32,
    height: u32,
    columns: usize,
    blocks: Vec<bool>,
}

impl Mask {
    /// The blocks that any of these covers touches.
    pub(crate) fn of(covers: &[Cover], width: u32, height: u32) -> Self {
        let columns = width.div_ceil(BLOCK_PX) as usize;
        let blocks = vec![false; columns * height.div_ceil(BLOCK_PX) as usize];
        let mut mask = Self { width, height, columns, blocks };
        for cover in covers {
            match cover {
                Cover::Box(region) => mask.add_box(*region),
                Cover::Ellipse(region) => mask.add_ellipse(*region),
                Cover::Polygon(points) => mask.add_polygon(&corners(points)),
                Cover::Brush { points, radius } => mask.add_brush(points, *radius),
            }
        }
        mask
    }

    pub(crate) fn covers(&self, x: u32, y: u32) -> bool {
        let block = (y / BLOCK_PX) as usize * self.columns + (x / BLOCK_PX) as usize;
        x < self.width && y < self.height && self.blocks.get(block).copied().unwrap_or(false)
    }

    /// The covered stretches of a row, from left to right, in px.
    pub(crate) fn spans(&self, y: u32) -> impl Iterator<Item = Range<u32>> {
        let start = (y / BLOCK_PX) as usize * self.columns;
        let blocks = self.blocks.get(start..start + self.columns).unwrap_or_default();
        let mut column = 0;
        blocks.chunk_by(|block, next| block == next).filter_map(move |run| {
            let first = column;
            column += run.len() as u32;
            let is_covered = run.first() == Some(&true);
            is_covered.then(|| first * BLOCK_PX..(column * BLOCK_PX).min(self.width))
        })
    }

    /// The covered blocks as rectangles, a run of a row of blocks each.
    pub(crate) fn regions(&self) -> Vec<Region> {
        let tops = (0..self.height).step_by(BLOCK_PX as usize);
        let region = |top: u32, span: Range<u32>| Region {
            x: span.start,
            y: top,
            width: span.end - span.start,
            height: BLOCK_PX.min(self.height - top),
        };
        tops.flat_map(|top| self.spans(top).map(move |span| region(top, span))).collect()
    }

    /// Which share of a region is covered, in hundredths, rounded down.
    pub(crate) fn share(&self, region: Region) -> u64 {
        let Some(region) = region.clipped(self.width, self.height) else { return 100 };
        let rows = region.y..region.bottom();
        let covered = rows.flat_map(|y| (region.x..region.right()).map(move |x| (x, y)));
        covered.filter(|(x, y)| self.covers(*x, *y)).count() as u64 * 100 / region.area()
    }

    /// Paints the covered blocks.
    pub(crate) fn burn(&self, pixels: &mut Pixels) {
        let block_bytes = BLOCK_PX as usize * 3;
        for y in 0..pixels.height() {
            let start = (y / BLOCK_PX) as usize * self.columns;
            let covered = self.blocks.get(start..start + self.columns).unwrap_or_default();
            for (block, _) in pixels.row_mut(y).chunks_mut(block_bytes).zip(covered).filter(|(_, covered)| **covered) {
                block.as_chunks_mut::<3>().0.fill(COVER_RGB);
            }
        }
    }

    fn add_box(&mut self, region: Region) {
        for y in region.y..region.bottom().min(self.height) {
            self.add_span(y, f64::from(region.x), f64::from(region.right()));
        }
    }

    /// Each row is as wide as the ellipse is anywhere within that row.
    fn add_ellipse(&mut self, region: Region) {
        let (half_wide, half_high) = (f64::from(region.width) / 2.0, f64::from(region.height) / 2.0);
        let (middle_x, middle_y) = (f64::from(region.x) + half_wide, f64::from(region.y) + half_high);
        for y in region.y..region.bottom().min(self.height) {
            let away = distance(f64::from(y), middle_y) / half_high;
            let reach = half_wide * (1.0 - away * away).max(0.0).sqrt();
            self.add_span(y, middle_x - reach, middle_x + reach);
        }
    }

    /// The capsule round each piece of the way: two discs and the rectangle between them.
    fn add_brush(&mut self, points: &[Point], radius: u32) {
        let reach = f64::from(radius) + 0.5;
        let way = middles(points);
        for &(x, y) in &way {
            self.add_disc(x, y, reach);
        }
        for pair in way.windows(2) {
            let &[(ax, ay), (bx, by)] = pair else { continue };
            let length = (bx - ax).hypot(by - ay);
            if length > 0.0 {
                let (dx, dy) = ((by - ay) / length * reach, (ax - bx) / length * reach);
                self.add_polygon(&[(ax + dx, ay + dy), (bx + dx, by + dy), (bx - dx, by - dy), (ax - dx, ay - dy)]);
            }
        }
    }

    fn add_disc(&mut self, x: f64, y: f64, radius: f64) {
        for row in self.rows(y - radius, y + radius) {
            let away = distance(f64::from(row), y);
            let reach = (radius * radius - away * away).max(0.0).sqrt();
            self.add_span(row, x - reach, x + reach);
        }
    }

    /// The line itself and everything with a winding number other than zero.
    fn add_polygon(&mut self, points: &[(f64, f64)]) {
        let edges = || points.iter().copied().zip(points.iter().copied().cycle().skip(1));
        for (from, to) in edges() {
            self.add_line(from, to);
        }
        let top = points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
        let bottom = points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
        for row in self.rows(top, bottom) {
            let y = f64::from(row) + 0.5;
            let mut crossings: Vec<(f64, i32)> = edges().filter_map(|(from, to)| crossing(from, to, y)).collect();
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut winding = 0;
            for pair in crossings.windows(2) {
                let &[(left, turn), (right, _)] = pair else { continue };
                winding += turn;
                if winding != 0 {
                    self.add_span(row, left, right);
                }
            }
        }
    }

    /// Every block that a line passes through, so that a thin shape hides something too.
    fn add_line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let (from, to) = if from.1 <= to.1 { (from, to) } else { (to, from) };
        let slope = if to.1 > from.1 { (to.0 - from.0) / (to.1 - from.1) } else { 0.0 };
        for row in self.rows(from.1, to.1) {
            let upper = f64::from(row).clamp(from.1, to.1);
            let lower = (f64::from(row) + 1.0).clamp(from.1, to.1);
            let (a, b) = match to.1 > from.1 {
                true => (from.0 + (upper - from.1) * slope, from.0 + (lower - from.1) * slope),
                false => (from.0, to.0),
            };
            self.add_span(row, a.min(b), a.max(b));
        }
    }

    /// The rows of the picture between two heights, both included.
    fn rows(&self, top: f64, bottom: f64) -> std::ops::Range<u32> {
        let last = f64::from(self.height);
        let first = top.floor().clamp(0.0, last) as u32;
        first..((bottom.floor() + 1.0).clamp(0.0, last) as u32)
    }

    /// Covers the blocks of a row from one place to another.
    fn add_span(&mut self, y: u32, left: f64, right: f64) {
        let width = f64::from(self.width);
        if y >= self.height || right < 0.0 || left >= width {
            return;
        }
        let first = left.max(0.0) as u32;
        let last = (right.ceil().min(width) as u32).max(first + 1);
        let start = (y / BLOCK_PX) as usize * self.columns;
        let span = start + (first / BLOCK_PX) as usize..start + last.div_ceil(BLOCK_PX) as usize;
        self.blocks.get_mut(span).unwrap_or_default().fill(true);
    }
}

/// How far a row of pixels is from a height: 0 if that height lies within the row.
fn distance(row: f64, height: f64) -> f64 {
    (row - height).max(height - row - 1.0).max(0.0)
}

/// Where an edge crosses a height, and in which direction.
fn crossing(from: (f64, f64), to: (f64, f64), y: f64) -> Option<(f64, i32)> {
    let turn = if from.1 <= y && to.1 > y {
        1
    } else if to.1 <= y && from.1 > y {
        -1
    } else {
        return None;
    };
    Some((from.0 + (y - from.1) / (to.1 - from.1) * (to.0 - from.0), turn))
}

/// Points of a brush are the middles of their pixels.
fn middles(points: &[Point]) -> Vec<(f64, f64)> {
    points.iter().map(|point| (f64::from(point.x) + 0.5, f64::from(point.y) + 0.5)).collect()
}

/// Points of a polygon are the upper left corners of their pixels.
fn corners(points: &[Point]) -> Vec<(f64, f64)> {
    points.iter().map(|point| (f64::from(point.x), f64::from(point.y))).collect()
}

#[cfg(test)]
mod tests;
