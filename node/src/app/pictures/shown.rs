//! Pictures for the eyes of their owner alone: the upright picture while it is being covered, and a small one with its covers
//! on. They are made of decoded pixels, never of the bytes that came in, and are no pictures that could be published.

use anonymizer::{COVER_RGB, Cover, Pixels, Point, Region};

use super::png;

/// A larger picture is shown in a smaller size; its covers are in its own pixels all the same.
const SHOWN_PIXELS_MAX: u64 = 24_000_000;
/// The long side of a small picture.
const SMALL_PX_MAX: u32 = 320;
/// How a sealed small picture begins: no file that a decoder takes begins so.
const SMALL_HEAD: &[u8] = b"consilium small picture 1\n";

/// A PNG of the upright picture, nothing covered.
pub(super) fn upright(pixels: &Pixels) -> Vec<u8> {
    let (width, height) = (pixels.width(), pixels.height());
    let count = u64::from(width) * u64::from(height);
    if count <= SHOWN_PIXELS_MAX {
        return png::encode(width, height, pixels.rgb());
    }
    let shrink = (count as f64 / SHOWN_PIXELS_MAX as f64).sqrt();
    let long = (f64::from(width.max(height)) / shrink) as u32;
    let small = Small::of(pixels, long);
    png::encode(small.width, small.height, &small.rgb)
}

/// The picture in small, nothing covered; sealed with the original.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Small {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Small {
    pub(super) fn new(pixels: &Pixels) -> Self {
        Self::of(pixels, SMALL_PX_MAX)
    }

    /// Each pixel is the mean of those that it stands for. Never enlarged.
    fn of(pixels: &Pixels, long_side_max: u32) -> Self {
        let (wide, high) = (pixels.width(), pixels.height());
        let long = wide.max(high);
        let side = |side: u32| match long > long_side_max {
            true => ((u64::from(side) * u64::from(long_side_max) / u64::from(long)) as u32).max(1),
            false => side,
        };
        let (width, height) = (side(wide), side(high));
        let starts =
            |many: u32, of: u32| (0..=many).map(move |at| (u64::from(at) * u64::from(of) / u64::from(many)) as usize);
        let columns: Vec<usize> = starts(width, wide).collect();
        let rows: Vec<usize> = starts(height, high).collect();
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for row in rows.windows(2) {
            for column in columns.windows(2) {
                rgb.extend(mean(pixels, row[0]..row[1], column[0]..column[1]));
            }
        }
        Self { width, height, rgb }
    }

    /// As it is sealed.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        [SMALL_HEAD, &self.width.to_be_bytes(), &self.height.to_be_bytes(), &self.rgb].concat()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sides, rgb) = bytes.strip_prefix(SMALL_HEAD)?.split_at_checked(8)?;
        let side = |at: usize| Some(u32::from_be_bytes(sides.get(at..at + 4)?.try_into().ok()?));
        let (width, height) = (side(0)?, side(4)?);
        (rgb.len() as u64 == u64::from(width) * u64::from(height) * 3).then(|| Self {
            width,
            height,
            rgb: rgb.to_vec(),
        })
    }

    /// A PNG with the box round every cover hidden: at this size it hides at least what the cover will.
    pub(super) fn covered(mut self, covers: &[Cover], width: u32, height: u32) -> Vec<u8> {
        for cover in covers {
            let (left, top, right, bottom) = bounds(cover);
            let (left, right) = (scaled_down(left, self.width, width), scaled_up(right, self.width, width));
            let (top, bottom) = (scaled_down(top, self.height, height), scaled_up(bottom, self.height, height));
            for y in top..bottom.min(self.height) {
                let start = y as usize * self.width as usize;
                let (from, to) = (start + left.min(self.width) as usize, start + right.min(self.width) as usize);
                let row = self.rgb.get_mut(from * 3..to * 3).unwrap_or_default();
                row.as_chunks_mut::<3>().0.fill(COVER_RGB);
            }
        }
        png::encode(self.width, self.height, &self.rgb)
    }
}

fn mean(pixels: &Pixels, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> [u8; 3] {
    let count = (rows.len() * columns.len()).max(1) as u64;
    let stride = pixels.width() as usize * 3;
    let mut sums = [0u64; 3];
    for y in rows {
        let row = pixels.rgb().get(y * stride + columns.start * 3..y * stride + columns.end * 3).unwrap_or_default();
        for [r, g, b] in row.as_chunks::<3>().0 {
            sums[0] += u64::from(*r);
            sums[1] += u64::from(*g);
            sums[2] += u64::from(*b);
        }
    }
    sums.map(|sum| (sum / count) as u8)
}

/// Left, top, and one behind right and bottom.
fn bounds(cover: &Cover) -> (u32, u32, u32, u32) {
    let of_region = |region: &Region| {
        (region.x, region.y, region.x.saturating_add(region.width), region.y.saturating_add(region.height))
    };
    let of_points = |points: &[Point], rim: u32| {
        let least = |of: fn(&Point) -> u32| points.iter().map(of).min().unwrap_or(0).saturating_sub(rim);
        let most = |of: fn(&Point) -> u32| points.iter().map(of).max().unwrap_or(0).saturating_add(rim + 1);
        (least(|point| point.x), least(|point| point.y), most(|point| point.x), most(|point| point.y))
    };
    match cover {
        Cover::Box(region) | Cover::Ellipse(region) => of_region(region),
        Cover::Polygon(points) => of_points(points, 0),
        Cover::Brush { points, radius } => of_points(points, *radius),
    }
}

fn scaled_down(at: u32, small: u32, whole: u32) -> u32 {
    (u64::from(at) * u64::from(small) / u64::from(whole.max(1))) as u32
}

fn scaled_up(at: u32, small: u32, whole: u32) -> u32 {
    (u64::from(at) * u64::from(small)).div_ceil(u64::from(whole.max(1))) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn white(width: u32, height: u32) -> Pixels {
        Pixels::new(width, height, vec![255; (width * height * 3) as usize]).unwrap()
    }

    #[test]
    fn a_small_picture_is_read_back_and_no_file_is_taken_for_one() {
        let small = Small::new(&white(640, 480));
        assert_eq!((small.width, small.height), (320, 240));
        assert!(Small::from_bytes(&small.to_bytes()) == Some(small));
        assert!(Small::from_bytes(b"\x89PNG\r\n\x1a\n").is_none());
    }

    #[test]
    fn a_narrow_picture_keeps_a_pixel_a_side() {
        let small = Small::new(&white(20_000, 1));
        assert_eq!((small.width, small.height), (320, 1));
        assert!(small.rgb.iter().all(|channel| *channel == 255));
    }

    #[test]
    fn covers_hide_in_small_at_least_what_they_hide_in_large() {
        let cover = Cover::Box(Region { x: 100, y: 100, width: 101, height: 50 });
        let file = Small::new(&white(640, 480)).covered(&[cover], 640, 480);
        let seen = anonymizer::inspect(&file, &anonymizer::Limits::NETWORK).unwrap().pixels;
        assert_eq!(seen.at(50, 50), Some(COVER_RGB));
        assert_eq!(seen.at(100, 74), Some(COVER_RGB), "the pixel that the cover only touches too");
        assert_eq!(seen.at(49, 50), Some([255; 3]));
        assert_eq!(seen.at(50, 75), Some([255; 3]));
    }

    #[test]
    fn the_upright_picture_is_shown_without_loss() {
        let rgb: Vec<u8> = (0..300u32 * 200 * 3).map(|at| ((at * 7919) >> 5) as u8).collect();
        let pixels = Pixels::new(300, 200, rgb).unwrap();
        let seen = anonymizer::inspect(&upright(&pixels), &anonymizer::Limits::NETWORK).unwrap();
        assert_eq!(seen.pixels, pixels);
    }
}
