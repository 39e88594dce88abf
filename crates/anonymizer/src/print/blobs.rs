//! From a map of "how likely is print here" to lines: connected places, a rectangle round each, grown back to full size.
//!
//! The detector is taught to see lines shrunk, so that neighbours do not touch (Liao et al., "Real-time Scene Text
//! Detection with Differentiable Binarization", AAAI 2020, section 3.5, from which growth by area over perimeter comes).

use crate::{
    finding::Search,
    patch::{Grid, rectangle},
    print::line::Line,
};

/// A place counts as print from here on.
const PRINT_MIN: f32 = 0.3;
/// A line is kept if its places are this likely on average.
const LINE_MIN: f32 = 0.5;
/// How far a line grows, in parts of its area over its perimeter.
const GROWTH: f32 = 1.6;
/// A shrunk line is at least this wide and high, in px of the map.
const SIDE_MIN: f32 = 2.0;
/// Below this length in heights, or this angle, a line is taken to be level: its slant would be guessed from a few pixels.
const SLANT_LENGTH_MIN: f32 = 2.0;
const SLANT_RADIANS_MIN: f32 = 0.05;
/// More lines than any picture of print has; a map with more shows a texture, and is not gone through to its end.
const LINES_MAX: usize = 1_000;

/// Lines in a map of `width` columns, in px of the map, and whether they are all. A line longer than high runs along its
/// longer side.
pub(super) fn lines(map: &[f32], width: usize) -> (Vec<Line>, Search) {
    let grid = Grid { columns: width, cells: map.len() };
    let mut is_seen = vec![false; map.len()];
    let mut lines = Vec::new();
    let mut blob = Vec::new();
    for start in 0..map.len() {
        if is_seen[start] || map[start] < PRINT_MIN {
            continue;
        }
        if lines.len() == LINES_MAX {
            return (lines, Search::BrokeOff);
        }
        grid.flood(start, 1, |_, place| map[place] >= PRINT_MIN, &mut is_seen, &mut blob);
        lines.extend(line_round(&blob, map, width));
    }
    (lines, Search::Finished)
}

/// The grown rectangle round a blob; `None` if it is too small or too unlikely.
fn line_round(blob: &[usize], map: &[f32], width: usize) -> Option<Line> {
    let count = blob.len() as f32;
    let score = blob.iter().map(|at| map[*at]).sum::<f32>() / count;
    if score < LINE_MIN {
        return None;
    }
    let places = || blob.iter().map(|at| ((at % width) as f32 + 0.5, (at / width) as f32 + 0.5));
    let level = rectangle(places(), 1.0, 0.0);
    let slanted = rectangle(places(), 1.0, slant(places(), count));
    let is_slanted = slanted.half_length > SLANT_LENGTH_MIN * slanted.half_height
        && (slanted.angle.rem_euclid(std::f32::consts::FRAC_PI_2) - std::f32::consts::FRAC_PI_4).abs()
            < std::f32::consts::FRAC_PI_4 - SLANT_RADIANS_MIN;
    let line = Line { score, ..if is_slanted { slanted } else { level } };
    if 2.0 * line.half_length.min(line.half_height) < SIDE_MIN {
        return None;
    }
    let (length, height) = (2.0 * line.half_length, 2.0 * line.half_height);
    Some(line.grown(GROWTH * length * height / (2.0 * (length + height))))
}

/// Direction in which the places spread most, in radians.
fn slant(places: impl Iterator<Item = (f32, f32)> + Clone, count: f32) -> f32 {
    let (x, y) = places.clone().fold((0.0, 0.0), |(sum_x, sum_y), (x, y)| (sum_x + x, sum_y + y));
    let (middle_x, middle_y) = (x / count, y / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in places {
        let (x, y) = (x - middle_x, y - middle_y);
        (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
    }
    f32::atan2(2.0 * xy, xx - yy) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of 100 x 60 px that is likely where it is told to be.
    fn map(is_print: impl Fn(f32, f32) -> bool) -> Vec<f32> {
        (0..100 * 60).map(|at| if is_print((at % 100) as f32, (at / 100) as f32) { 0.9 } else { 0.1 }).collect()
    }

    #[test]
    fn two_places_apart_are_two_lines_that_grow_by_area_over_perimeter() {
        let map = map(|x, y| (20.0..40.0).contains(&x) && ((10.0..14.0).contains(&y) || (40.0..44.0).contains(&y)));
        let (lines, search) = lines(&map, 100);
        assert_eq!(search, Search::Finished);
        let [upper, lower] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((upper.x, upper.y, lower.x, lower.y), (30.0, 12.0, 30.0, 42.0));
        let growth = GROWTH * 20.0 * 4.0 / 48.0;
        assert_eq!((upper.half_length, upper.half_height), (10.0 + growth, 2.0 + growth));
    }

    #[test]
    fn a_slanted_line_keeps_its_slant() {
        let (lines, _) = lines(&map(|x, y| (10.0..80.0).contains(&x) && (y - 10.0 - x / 2.0).abs() < 3.0), 100);
        assert!(matches!(lines.as_slice(), [line] if (line.angle - 0.5_f32.atan()).abs() < 0.05), "{lines:?}");
    }

    #[test]
    fn specks_and_unlikely_places_are_no_lines() {
        assert_eq!(lines(&map(|x, y| x == 5.0 && y == 5.0), 100), (Vec::new(), Search::Finished));
        assert_eq!(lines(&[0.4; 6_000], 100), (Vec::new(), Search::Finished));
    }

    #[test]
    fn a_map_with_more_lines_than_are_looked_at_is_not_searched_to_its_end() {
        let tiles = |count: usize| {
            let is_tile = |x: usize, y: usize| x % 5 < 3 && y % 5 < 3 && x / 5 + y / 5 * 50 < count;
            (0..250 * 125).map(|at| if is_tile(at % 250, at / 250) { 0.9 } else { 0.1 }).collect::<Vec<_>>()
        };
        let (all, search) = lines(&tiles(LINES_MAX), 250);
        assert_eq!((all.len(), search), (LINES_MAX, Search::Finished));
        let (some, search) = lines(&tiles(LINES_MAX + 1), 250);
        assert_eq!((some.len(), search), (LINES_MAX, Search::BrokeOff));
    }
}
