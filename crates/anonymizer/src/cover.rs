//! Shapes that hide a part of the picture, as a person draws them.

use serde::{Deserialize, Serialize};

use crate::region::Region;

/// Covers of one picture.
pub const COVERS_MAX: usize = 256;
/// Points of one cover.
pub const POINTS_MAX: usize = 512;
/// Points of all covers of a picture together.
pub const POINTS_TOTAL_MAX: usize = 8_192;
/// Radius of a brush.
pub const RADIUS_PX_MAX: u32 = 4_096;
/// Rows of pixels that all brush strokes of a picture pass over, each point of them counted for itself.
pub const BRUSH_ROWS_MAX: u64 = 4_000_000;
/// No point of a cover and no corner of a box lies beyond this.
pub const PLACE_PX_MAX: u32 = 65_535;

/// The one colour under every cover of a photograph, and of every preview; an object's frames have their darkest value there.
/// It is the grey whose JPEG coefficients are all zero, so that every decoder shows exactly this, whatever the quality. It
/// differs from black, which on a radiograph could be taken for the picture.
pub const COVER_RGB: [u8; 3] = [128, 128, 128];

/// A place in the upright picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Point {
    /// Column.
    pub x: u32,
    /// Row.
    pub y: u32,
}

/// An opaque shape, in pixels of the upright picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cover {
    /// A rectangle.
    Box(Region),
    /// The ellipse that touches the sides of a rectangle.
    Ellipse(Region),
    /// The inside of a closed line, including all that it encloses more than once.
    Polygon(Vec<Point>),
    /// What a round brush passed over.
    Brush {
        /// Where it went.
        points: Vec<Point>,
        /// Half of its width, in px.
        radius: u32,
    },
}

/// A cover that cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverError {
    /// More shapes than a picture may have.
    #[error("picture has {0} covers; the limit is {COVERS_MAX}")]
    TooMany(usize),
    /// More points than a shape may have.
    #[error("cover has {0} points; the limit is {POINTS_MAX}")]
    TooManyPoints(usize),
    /// More points than all shapes may have together.
    #[error("covers have {0} points together; the limit is {POINTS_TOTAL_MAX}")]
    TooManyPointsTogether(usize),
    /// Not enough points for a shape.
    #[error("cover has {points} points and needs {points_min}")]
    TooFewPoints {
        /// As drawn.
        points: usize,
        /// As needed.
        points_min: usize,
    },
    /// A brush wider than any picture needs.
    #[error("brush has a radius of {0} px; the limit is {RADIUS_PX_MAX} px")]
    TooWide(u32),
    /// Brush strokes that take longer to fill than any picture needs.
    #[error("brush strokes pass over {0} rows of pixels; the limit is {BRUSH_ROWS_MAX}")]
    TooMuchBrush(u64),
    /// A point where no picture is.
    #[error("cover has a point at {0} px; the limit is {PLACE_PX_MAX} px")]
    TooFar(u32),
    /// It lies beside the picture, so the person hid nothing and may believe otherwise.
    #[error("cover {} hides no part of the picture", .0 + 1)]
    HidesNothing(usize),
}

impl Cover {
    /// The shape's own points; a box has none.
    pub(crate) fn points(&self) -> &[Point] {
        match self {
            Self::Box(_) | Self::Ellipse(_) => &[],
            Self::Polygon(points) | Self::Brush { points, .. } => points,
        }
    }

    fn check(&self) -> Result<(), CoverError> {
        let points = self.points().len();
        let points_min = match self {
            Self::Box(_) | Self::Ellipse(_) => 0,
            Self::Polygon(_) => 3,
            Self::Brush { radius, .. } if *radius > RADIUS_PX_MAX => return Err(CoverError::TooWide(*radius)),
            Self::Brush { .. } => 1,
        };
        if points < points_min {
            return Err(CoverError::TooFewPoints { points, points_min });
        }
        if points > POINTS_MAX {
            return Err(CoverError::TooManyPoints(points));
        }
        let places = self.points().iter().flat_map(|point| [point.x, point.y]);
        match places.max().filter(|place| *place > PLACE_PX_MAX) {
            Some(place) => Err(CoverError::TooFar(place)),
            None => Ok(()),
        }
    }

    /// Rows that have to be filled for a brush.
    fn brush_rows(&self) -> u64 {
        match self {
            Self::Brush { points, radius } => points.len() as u64 * (2 * u64::from(*radius) + 1),
            Self::Box(_) | Self::Ellipse(_) | Self::Polygon(_) => 0,
        }
    }

    /// Whether it touches the picture, judged by the rectangle round it.
    fn hides(&self, width: u32, height: u32) -> bool {
        let (region, rim) = match self {
            Self::Box(region) | Self::Ellipse(region) => (*region, 0),
            Self::Polygon(points) => (bounds(points), 0),
            Self::Brush { points, radius } => (bounds(points), *radius),
        };
        let region = Region {
            x: region.x.saturating_sub(rim),
            y: region.y.saturating_sub(rim),
            width: region.width.saturating_add(2 * rim),
            height: region.height.saturating_add(2 * rim),
        };
        region.x <= PLACE_PX_MAX && region.y <= PLACE_PX_MAX && region.clipped(width, height).is_some()
    }
}

fn bounds(points: &[Point]) -> Region {
    let x = points.iter().map(|point| point.x).min().unwrap_or(0);
    let y = points.iter().map(|point| point.y).min().unwrap_or(0);
    let right = points.iter().map(|point| point.x).max().unwrap_or(0);
    let bottom = points.iter().map(|point| point.y).max().unwrap_or(0);
    Region { x, y, width: (right - x).saturating_add(1), height: (bottom - y).saturating_add(1) }
}

/// Checks all covers of a picture of this size.
///
/// # Errors
/// See [`CoverError`]; the index in [`CoverError::HidesNothing`] counts from 0.
pub fn check_covers(covers: &[Cover], width: u32, height: u32) -> Result<(), CoverError> {
    if covers.len() > COVERS_MAX {
        return Err(CoverError::TooMany(covers.len()));
    }
    covers.iter().try_for_each(Cover::check)?;
    let together = covers.iter().map(|cover| cover.points().len()).sum();
    if together > POINTS_TOTAL_MAX {
        return Err(CoverError::TooManyPointsTogether(together));
    }
    let rows = covers.iter().map(Cover::brush_rows).sum();
    if rows > BRUSH_ROWS_MAX {
        return Err(CoverError::TooMuchBrush(rows));
    }
    match covers.iter().position(|cover| !cover.hides(width, height)) {
        Some(index) => Err(CoverError::HidesNothing(index)),
        None => Ok(()),
    }
}
