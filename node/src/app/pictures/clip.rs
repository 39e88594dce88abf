//! Shapes that reach over the left or upper edge of a picture, cut off there.

use anonymizer::Point;

/// A place in the picture or beside it: column and row.
pub(super) type Corner = [f64; 2];

/// No coordinate that is burnt in lies beyond this.
pub(super) const PLACE_MAX: f64 = 65_535.0;
/// Corners of the polygon that stands for an ellipse over the edge.
const ELLIPSE_CORNERS: usize = 64;

/// The part of a polygon that lies right of and below the upper left corner (Sutherland and Hodgman, 1974).
pub(super) fn clipped_polygon(corners: &[Corner]) -> Vec<Point> {
    [0, 1].iter().fold(corners.to_vec(), |corners, axis| cut(&corners, *axis)).iter().map(point).collect()
}

/// A line whose parts beyond the edge run along it: a brush there covers at least what it would have covered.
pub(super) fn clipped_line(corners: &[Corner]) -> Vec<Point> {
    let mut line = corners.to_vec();
    for axis in [0, 1] {
        let mut crossed: Vec<Corner> = Vec::with_capacity(line.len());
        for corner in line {
            if let Some(last) = crossed.last()
                && (last[axis] < 0.0) != (corner[axis] < 0.0)
            {
                crossed.push(crossing(*last, corner, axis));
            }
            crossed.push(corner);
        }
        line = crossed;
    }
    line.iter().map(point).collect()
}

/// A polygon round the ellipse that touches the sides of a box.
pub(super) fn ellipse(x: f64, y: f64, width: f64, height: f64) -> Vec<Corner> {
    let turn = std::f64::consts::TAU / ELLIPSE_CORNERS as f64;
    let outside = 1.0 / (turn / 2.0).cos();
    let (half_width, half_height) = (width / 2.0, height / 2.0);
    let corner = |index: usize| {
        let (sin, cos) = (index as f64 * turn).sin_cos();
        [x + half_width * (1.0 + cos * outside), y + half_height * (1.0 + sin * outside)]
    };
    (0..ELLIPSE_CORNERS).map(corner).collect()
}

fn cut(corners: &[Corner], axis: usize) -> Vec<Corner> {
    let mut kept = Vec::with_capacity(corners.len() + 4);
    for (index, corner) in corners.iter().enumerate() {
        let before = corners[(index + corners.len() - 1) % corners.len()];
        if (before[axis] < 0.0) != (corner[axis] < 0.0) {
            kept.push(crossing(before, *corner, axis));
        }
        if corner[axis] >= 0.0 {
            kept.push(*corner);
        }
    }
    kept
}

/// Where the line between two places meets the edge.
fn crossing(from: Corner, to: Corner, axis: usize) -> Corner {
    let share = from[axis] / (from[axis] - to[axis]);
    let mut place = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    place[axis] = 0.0;
    place
}

fn point(corner: &Corner) -> Point {
    let [x, y] = corner.map(|at| at.round().clamp(0.0, PLACE_MAX) as u32);
    Point { x, y }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(pairs: &[(u32, u32)]) -> Vec<Point> {
        pairs.iter().map(|(x, y)| Point { x: *x, y: *y }).collect()
    }

    #[test]
    fn a_polygon_inside_stays_as_it_is() {
        let triangle = [[1.0, 1.0], [9.0, 1.0], [5.0, 8.0]];
        assert_eq!(clipped_polygon(&triangle), points(&[(1, 1), (9, 1), (5, 8)]));
    }

    #[test]
    fn a_polygon_over_both_edges_keeps_its_part_in_the_picture() {
        let diamond = [[0.0, -10.0], [10.0, 0.0], [0.0, 10.0], [-10.0, 0.0]];
        let kept = clipped_polygon(&diamond);
        assert!(points(&[(0, 0), (10, 0), (0, 10)]).iter().all(|corner| kept.contains(corner)), "{kept:?}");
        assert!(kept.iter().all(|corner| corner.x + corner.y <= 10));
        assert_eq!(clipped_polygon(&[[-9.0, 1.0], [-1.0, 1.0], [-5.0, 8.0]]), []);
        assert_eq!(clipped_polygon(&[]), []);
    }

    #[test]
    fn a_stroke_over_the_edge_meets_it_where_it_did_before() {
        let line = clipped_line(&[[-10.0, 0.0], [10.0, 20.0]]);
        assert_eq!(line, points(&[(0, 0), (0, 10), (10, 20)]));
    }

    #[test]
    fn the_polygon_of_an_ellipse_holds_the_ellipse() {
        for [x, y] in ellipse(-20.0, 0.0, 40.0, 20.0) {
            let (across, down) = (x / 20.0, (y - 10.0) / 10.0);
            assert!(across * across + down * down >= 1.0);
        }
    }
}
