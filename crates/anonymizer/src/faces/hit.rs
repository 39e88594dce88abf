//! One sight of a face: where, how sure, by whom, and which way up.

use crate::{finding::Finder, pixels::Pixels, region::Region};

/// How far the head reaches beyond the box of a face, in parts of the box: the box ends at the hairline and the chin, and hair
/// stands up and out.
const HEAD_ABOVE: f64 = 0.5;
const HEAD_ASIDE: f64 = 0.4;
const HEAD_BELOW: f64 = 0.3;

/// A rectangle, not bound to whole pixels nor to the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A face as one finder saw it once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hit {
    pub(crate) finder: Finder,
    /// In the finder's own measure.
    pub(crate) score: f64,
    /// In pixels of the whole picture.
    pub(crate) face: Area,
    /// How many quarters clockwise the picture must be turned for the face to stand upright.
    pub(crate) quarters: u32,
}

/// From these scores of CenterFace on a face is covered before anybody looked. A turned look errs more often.
const SURE_UPRIGHT: f64 = 0.2;
const SURE_TURNED: f64 = 0.25;

impl Hit {
    /// Whether this hit alone is enough to cover what it shows. rustface says nothing of which it is not sure.
    pub(crate) fn is_sure(&self) -> bool {
        let sure = if self.quarters == 0 { SURE_UPRIGHT } else { SURE_TURNED };
        self.finder == Finder::Rustface || self.score >= sure
    }

    pub(crate) fn score_thousandths(&self) -> u32 {
        (self.score * 1000.0).clamp(0.0, 1e9) as u32
    }

    /// The whole head: hair and neck too.
    pub(crate) fn head(&self) -> Area {
        let Area { x, y, width, height } = self.face;
        // In the picture as it stands, the crown of a face that needs a quarter clockwise lies to the left.
        let (left, above, right, below) = match self.quarters % 4 {
            0 => (HEAD_ASIDE, HEAD_ABOVE, HEAD_ASIDE, HEAD_BELOW),
            1 => (HEAD_ABOVE, HEAD_ASIDE, HEAD_BELOW, HEAD_ASIDE),
            2 => (HEAD_ASIDE, HEAD_BELOW, HEAD_ASIDE, HEAD_ABOVE),
            _ => (HEAD_BELOW, HEAD_ASIDE, HEAD_ABOVE, HEAD_ASIDE),
        };
        Area {
            x: x - left * width,
            y: y - above * height,
            width: width * (1.0 + left + right),
            height: height * (1.0 + above + below),
        }
    }
}

impl Area {
    /// Shared area over the area of both together.
    pub(crate) fn overlap(&self, other: &Self) -> f64 {
        let shared = self.shared(other);
        shared / (self.size() + other.size() - shared)
    }

    /// Shared area over the smaller of the two: 1 if one lies within the other.
    pub(crate) fn inclusion(&self, other: &Self) -> f64 {
        self.shared(other) / self.size().min(other.size())
    }

    fn size(&self) -> f64 {
        self.width * self.height
    }

    fn shared(&self, other: &Self) -> f64 {
        let wide = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let high = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        wide.max(0.0) * high.max(0.0)
    }

    /// As it lies in the picture before that was turned so many quarters clockwise and became `width` by `height`.
    pub(crate) fn unturned(self, quarters: u32, width: f64, height: f64) -> Self {
        let (mut area, mut wide, mut high) = (self, width, height);
        for _ in 0..quarters {
            area = Self { x: area.y, y: wide - area.x - area.width, width: area.height, height: area.width };
            (wide, high) = (high, wide);
        }
        area
    }

    /// In whole pixels of the picture, to the nearest; `None` if nothing of it lies there.
    pub(crate) fn rounded(&self, pixels: &Pixels) -> Option<Region> {
        self.region(f64::round, f64::round, pixels)
    }

    /// The whole pixels of the picture that hold all of it; `None` if nothing of it lies there.
    pub(crate) fn outer(&self, pixels: &Pixels) -> Option<Region> {
        self.region(f64::floor, f64::ceil, pixels)
    }

    fn region(&self, begin: fn(f64) -> f64, end: fn(f64) -> f64, pixels: &Pixels) -> Option<Region> {
        let (x, y) = (begin(self.x).max(0.0) as u32, begin(self.y).max(0.0) as u32);
        let (right, bottom) = (end(self.x + self.width).max(0.0) as u32, end(self.y + self.height).max(0.0) as u32);
        Region { x, y, width: right.checked_sub(x)?, height: bottom.checked_sub(y)? }
            .clipped(pixels.width(), pixels.height())
    }
}
