//! Rows of parallel bars, whether or not anybody can read them: bar codes that are blurred, torn, or of a rare kind.
//!
//! Bars are where brightness changes strongly, in one direction only, and up as often as down (the coherence of the structure
//! tensor: Bigün and Granlund, "Optimal orientation detection of linear symmetry", ICCV 1987). Hair and the ticks of a
//! ruler are like that too, so lines are drawn across: in a code they all show the same pattern, of which about half is dark,
//! and its steps differ.

use crate::{
    patch::{Grid, rectangle},
    print::Line,
};

/// Side of a cell, in px.
const CELL: usize = 12;
/// A cell of bars: brightness changes by this much from px to px on average, this much of it in one direction, and ups and
/// downs differ by this part at most.
const CHANGE_MIN: f32 = 8.0;
const COHERENCE_MIN: f32 = 0.8;
const IMBALANCE_MAX: f32 = 0.5;
/// Neighbouring cells, one between them at most, belong together if their directions differ by no more than this, in radians.
const REACH: usize = 2;
const BEND_MAX: f32 = 0.2;
/// Cells of a code, at least.
const CELLS_MIN: usize = 6;
/// How much of the rectangle round them its cells fill, at least.
const FILLED_MIN: f32 = 0.5;
/// Lines drawn across a code, and places on each for every px.
const LINES: usize = 7;
const PLACES_A_PX: f32 = 1.0;
/// How much of a code's height the lines take: its cells do not end where it does.
const INNER: f32 = 0.8;
/// Steps from dark to light on such a line: the shortest codes have twenty bars.
const BARS_MIN: usize = 14;
/// How alike the lines are, as a correlation.
const ALIKE_MIN: f32 = 0.6;
/// How much the distances between bars vary, as deviation over mean: those of a ruler do not.
const VARIETY_MIN: f32 = 0.25;
/// How much of such a line is dark, and how much light, at least: the ticks of a ruler are thin.
const DARK_MIN: f32 = 0.25;

/// A grey picture, rows from the top.
#[derive(Clone, Copy)]
pub(super) struct Grey<'a> {
    /// Of the picture, in px.
    pub(super) width: usize,
    /// One byte a pixel.
    pub(super) luma: &'a [u8],
}

impl Grey<'_> {
    fn height(&self) -> usize {
        self.luma.len() / self.width
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.max(0.0) as usize, y.max(0.0) as usize);
        f32::from(self.luma[y.min(self.height() - 1) * self.width + x.min(self.width - 1)])
    }
}

/// All rows of bars; each runs across its bars.
pub(super) fn rows(grey: Grey<'_>) -> Vec<Line> {
    let (columns, lines) = (grey.width / CELL, grey.height() / CELL);
    let grid = Grid { columns, cells: columns * lines };
    let cells: Vec<Option<f32>> =
        (0..grid.cells).map(|cell| grid.place(cell)).map(|(column, row)| direction(grey, column, row)).collect();
    let joins = |one: usize, other: usize| matches!((cells[one], cells[other]), (Some(one), Some(other)) if bend(one, other) <= BEND_MAX);
    let mut is_seen = vec![false; cells.len()];
    let (mut rows, mut together) = (Vec::new(), Vec::new());
    for start in 0..cells.len() {
        let Some(angle) = cells[start].filter(|_| !is_seen[start]) else { continue };
        grid.flood(start, REACH, joins, &mut is_seen, &mut together);
        if together.len() < CELLS_MIN {
            continue;
        }
        let middle = |cell: usize| (cell as f32 + 0.5) * CELL as f32;
        let middles = together.iter().map(|cell| grid.place(*cell)).map(|(column, row)| (middle(column), middle(row)));
        let row = rectangle(middles, CELL as f32, mean_angle(&together, &cells, angle));
        let filled = together.len() as f32 * (CELL * CELL) as f32 / (4.0 * row.half_length * row.half_height);
        if filled >= FILLED_MIN && is_code(grey, &row) {
            rows.push(row);
        }
    }
    rows
}

/// The row of bars of which one line across is known: as high as the lines beside it show the same pattern.
pub(super) fn stretched(grey: Grey<'_>, first: (f32, f32), last: (f32, f32)) -> Line {
    let (dx, dy) = (last.0 - first.0, last.1 - first.1);
    let half_length = (dx.hypot(dy) / 2.0).max(1.0);
    let (x, y) = ((first.0 + last.0) / 2.0, (first.1 + last.1) / 2.0);
    let line = Line { x, y, half_length, half_height: 0.0, angle: dy.atan2(dx), score: 1.0 };
    let here = pattern(grey, &line, 0.0);
    let reach = |side: f32| {
        let steps = (1..=(2.0 * half_length) as usize).map(|step| step as f32 * side);
        steps.take_while(|across| correlation(&here, &pattern(grey, &line, *across)) >= ALIKE_MIN).last().unwrap_or(0.0)
    };
    let (above, below) = (reach(-1.0), reach(1.0));
    let (x, y) = line.place(0.0, (above + below) / 2.0);
    Line { x, y, half_height: (below - above) / 2.0 + 1.0, ..line }
}

/// What a line across the bars shows, so far from the middle.
fn pattern(grey: Grey<'_>, row: &Line, across: f32) -> Vec<f32> {
    let count = (2.0 * row.half_length * PLACES_A_PX) as usize;
    let place = |step: usize| row.place(step as f32 / PLACES_A_PX - row.half_length, across);
    centred((0..count).map(place).map(|(x, y)| grey.at(x, y)).collect())
}

/// The direction across the bars of a cell, in radians from 0 to pi; `None` if there are none.
fn direction(grey: Grey<'_>, column: usize, row: usize) -> Option<f32> {
    let (mut xx, mut xy, mut yy, mut ups) = (0.0, 0.0, 0.0, [0.0, 0.0]);
    for y in row * CELL..(row + 1) * CELL {
        for x in column * CELL..(column + 1) * CELL {
            let here = grey.at(x as f32, y as f32);
            let (dx, dy) = (grey.at(x as f32 + 1.0, y as f32) - here, grey.at(x as f32, y as f32 + 1.0) - here);
            (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
            ups = [ups[0] + dx, ups[1] + dy];
        }
    }
    let all = xx + yy;
    let count = (CELL * CELL) as f32;
    if (all / count).sqrt() < CHANGE_MIN || (xx - yy).hypot(2.0 * xy) < COHERENCE_MIN * all {
        return None;
    }
    // A single edge goes up all the way; bars come back down.
    let up = ups[0].hypot(ups[1]) / (all * count).sqrt();
    (up <= IMBALANCE_MAX).then(|| (f32::atan2(2.0 * xy, xx - yy) / 2.0).rem_euclid(std::f32::consts::PI))
}

/// Difference of two directions without a head, in radians.
fn bend(one: f32, other: f32) -> f32 {
    let difference = (one - other).rem_euclid(std::f32::consts::PI);
    difference.min(std::f32::consts::PI - difference)
}

/// The mean of directions that lie round `angle`.
fn mean_angle(together: &[usize], cells: &[Option<f32>], angle: f32) -> f32 {
    let (sin, cos) = together
        .iter()
        .filter_map(|cell| cells[*cell])
        .fold((0.0, 0.0), |(sin, cos), other| (sin + (2.0 * other).sin(), cos + (2.0 * other).cos()));
    if sin == 0.0 && cos == 0.0 { angle } else { f32::atan2(sin, cos) / 2.0 }
}

/// Whether lines across the bars all show one pattern with enough bars at distances that differ.
fn is_code(grey: Grey<'_>, row: &Line) -> bool {
    let lines: Vec<Vec<f32>> = (0..LINES)
        .map(|line| 2.0 * (line as f32 + 0.5) / LINES as f32 - 1.0)
        .map(|part| pattern(grey, row, INNER * part * row.half_height))
        .collect();
    let alike = lines.windows(2).map(|two| correlation(&two[0], &two[1])).sum::<f32>() / (LINES - 1) as f32;
    let Some(middle) = lines.get(LINES / 2) else { return false };
    let bars: Vec<usize> =
        middle.windows(2).enumerate().filter(|(_, two)| two[0] < 0.0 && two[1] >= 0.0).map(|(at, _)| at).collect();
    alike >= ALIKE_MIN
        && bars.len() >= BARS_MIN
        && variety(&bars) >= VARIETY_MIN
        && (DARK_MIN..=1.0 - DARK_MIN).contains(&dark_share(middle))
}

/// The share of a line that is nearer to its darkest twentieth than to its lightest.
fn dark_share(line: &[f32]) -> f32 {
    let mut sorted = line.to_vec();
    sorted.sort_by(f32::total_cmp);
    let twentieth = sorted.len() / 20;
    let middle = match (sorted.get(twentieth), sorted.iter().rev().nth(twentieth)) {
        (Some(dark), Some(light)) => (dark + light) / 2.0,
        _ => return 0.0,
    };
    line.iter().filter(|place| **place < middle).count() as f32 / line.len() as f32
}

/// Brightness less its mean round about, so that shade across the code does not count.
fn centred(line: Vec<f32>) -> Vec<f32> {
    let reach = CELL;
    (0..line.len())
        .map(|at| {
            let round = &line[at.saturating_sub(reach)..(at + reach + 1).min(line.len())];
            line[at] - round.iter().sum::<f32>() / round.len() as f32
        })
        .collect()
}

fn correlation(one: &[f32], other: &[f32]) -> f32 {
    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let both = (sum(one, one) * sum(other, other)).sqrt();
    if both == 0.0 { 0.0 } else { sum(one, other) / both }
}

/// Deviation over mean of the distances between bars.
fn variety(bars: &[usize]) -> f32 {
    let steps: Vec<f32> = bars.windows(2).map(|two| (two[1] - two[0]) as f32).collect();
    let mean = steps.iter().sum::<f32>() / steps.len().max(1) as f32;
    let square = steps.iter().map(|step| (step - mean) * (step - mean)).sum::<f32>() / steps.len().max(1) as f32;
    if mean == 0.0 { 0.0 } else { square.sqrt() / mean }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 x 100 px, light, with a column dark where it is told to be, from row 20 to 80.
    fn picture(is_dark: impl Fn(usize) -> bool) -> Vec<u8> {
        let at = |place: usize| (place % 300, place / 300);
        let colour = |(x, y)| if (20..80).contains(&y) && is_dark(x) { 30 } else { 220 };
        (0..300 * 100).map(at).map(colour).collect()
    }

    fn found(luma: &[u8]) -> Vec<Line> {
        rows(Grey { width: 300, luma })
    }

    /// Bars of two to six px at distances that differ, from column 50 to 250.
    fn is_bar(x: usize) -> bool {
        const WIDTHS: [usize; 10] = [2, 3, 4, 2, 6, 3, 2, 5, 3, 4];
        let mut end = 50;
        (0..56).any(|bar| {
            end += WIDTHS[bar * 7 % 10];
            bar % 2 == 0 && x < end && x + WIDTHS[bar * 7 % 10] >= end
        })
    }

    #[test]
    fn bars_of_many_widths_are_a_row() {
        let rows = found(&picture(is_bar));
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        let region = row.bounds(300, 100).unwrap();
        assert!(region.x <= 60 && region.right() >= 225 && region.y <= 30 && region.bottom() >= 70, "{region:?}");
    }

    #[test]
    fn a_ruler_a_grid_and_an_edge_are_no_codes() {
        assert_eq!(found(&picture(|x| x % 8 == 0)), []);
        assert_eq!(found(&picture(|x| x % 8 < 4)), []);
        assert_eq!(found(&picture(|x| x > 150)), []);
    }

    #[test]
    fn a_line_across_is_stretched_to_the_height_of_its_bars() {
        let luma = picture(is_bar);
        let row = stretched(Grey { width: 300, luma: &luma }, (50.0, 30.0), (230.0, 30.0));
        let region = row.bounds(300, 100).unwrap();
        assert!((19..=22).contains(&region.y) && (78..=82).contains(&region.bottom()), "{region:?}");
    }
}
