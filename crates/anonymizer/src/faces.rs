//! Faces, found by rustface on a grey working picture in four orientations.
//!
//! rustface searches only windows of 40 px and more, whatever minimum it is told, so a small picture is enlarged to the
//! working size first. It sees frontal faces: what it does not find is the reviewer's to find.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image};
use rustface::{ImageData, Model};

use crate::{
    finding::{Finder, Finding, FindingKind, Search, Sureness, Voice},
    pixels::Pixels,
    region::Region,
};

/// SHA-256 of the model.
pub(crate) const MODEL_SHA256: [u8; 32] = [
    0xc4, 0x61, 0x9d, 0x06, 0x6e, 0xd3, 0x5e, 0x84, 0xd9, 0xa8, 0xe8, 0x42, 0x86, 0x0b, 0x0d, 0xff, 0x56, 0x7a, 0xba,
    0x0c, 0xbb, 0x13, 0x98, 0x81, 0x07, 0x55, 0x38, 0x76, 0x1d, 0xb3, 0xff, 0x5d,
];

static MODEL_BYTES: &[u8] = include_bytes!("../models/seeta_fd_frontal_v1.0.bin");
static MODEL: OnceLock<Option<Model>> = OnceLock::new();

/// Pixels of the working picture.
const WORKING_PIXELS: f64 = 500_000.0;
/// Beyond this the working picture of a narrow strip would be all length and no width.
const WORKING_SIDE_MAX: f64 = 6_000.0;
/// The narrowest working picture in which a face can be found: one window.
const WORKING_SIDE_MIN: u32 = 44;
/// A rim of repeated edge pixels, as a share of the shorter side: faces that touch the edge become whole windows.
const RIM: f64 = 0.25;
const WINDOW_STEP_PX: u32 = 2;
const PYRAMID_FACTOR: f32 = 0.8;
/// Scores that make a finding; `models/README.md` has the figures behind them. Most photographs stand upright once Exif
/// is applied, so a weak hit is believed only there.
const SCORE_MIN_UPRIGHT: f64 = 0.5;
const SCORE_MIN_TURNED: f64 = 1.0;
/// Two boxes that share this much of their area are one face.
const SAME_FACE: f64 = 0.3;
/// How far the head reaches beyond the box of a face, in parts of the box: the box ends at the hairline, and hair stands up.
const HEAD_ABOVE: f64 = 0.6;
const HEAD_ELSEWHERE: f64 = 0.4;

/// All faces, the surest first, and whether the search came to an end.
pub(crate) fn find(pixels: &Pixels) -> (Vec<Finding>, Search) {
    match catch_unwind(AssertUnwindSafe(|| search(pixels))) {
        Ok(Some(findings)) => (findings, Search::Finished),
        Ok(None) | Err(_) => (Vec::new(), Search::NotSearched),
    }
}

/// A box around a face in the working picture with its rim.
#[derive(Clone, Copy)]
struct Hit {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    score: f64,
}

impl Hit {
    /// The whole head of an upright face, hair and neck too.
    fn head(&self) -> Self {
        let (above, aside) = (self.height * HEAD_ABOVE, self.width * HEAD_ELSEWHERE);
        let height = self.height * (1.0 + HEAD_ABOVE + HEAD_ELSEWHERE);
        Self { x: self.x - aside, y: self.y - above, width: self.width + 2.0 * aside, height, ..*self }
    }
}

fn search(pixels: &Pixels) -> Option<Vec<Finding>> {
    let model = MODEL.get_or_init(|| rustface::read_model(Cursor::new(MODEL_BYTES)).ok()).clone()?;
    let working = Working::of(pixels)?;
    let mut detector = rustface::create_detector_with_model(model);
    detector.set_slide_window_step(WINDOW_STEP_PX, WINDOW_STEP_PX);
    detector.set_pyramid_scale_factor(PYRAMID_FACTOR);
    let mut turned = working.grey.clone();
    let mut findings = Vec::new();
    for quarters in 0..4 {
        if quarters > 0 {
            turned = turned.turned();
        }
        detector.set_score_thresh(if quarters == 0 { SCORE_MIN_UPRIGHT } else { SCORE_MIN_TURNED });
        for face in detector.detect(&ImageData::new(&turned.luma, turned.width, turned.height)) {
            let bbox = face.bbox();
            let hit = Hit {
                x: f64::from(bbox.x()),
                y: f64::from(bbox.y()),
                width: f64::from(bbox.width()),
                height: f64::from(bbox.height()),
                score: face.score(),
            };
            let [face, head] = [hit, hit.head()].map(|hit| turned.unturn(hit, quarters));
            findings.extend(working.finding(face, head, pixels));
        }
    }
    Some(merged(findings, pixels))
}

/// A grey picture.
#[derive(Clone)]
struct Grey {
    width: u32,
    height: u32,
    luma: Vec<u8>,
}

impl Grey {
    /// Turned a quarter clockwise.
    fn turned(&self) -> Self {
        let (wide, high) = (self.width as usize, self.height as usize);
        let mut luma = Vec::with_capacity(self.luma.len());
        for x in 0..wide {
            luma.extend((0..high).rev().map(|y| self.luma[y * wide + x]));
        }
        Self { width: self.height, height: self.width, luma }
    }

    /// A hit in this picture, which was turned so many quarters clockwise, as it lies in the picture before.
    fn unturn(&self, mut hit: Hit, quarters: u32) -> Hit {
        let (mut wide, mut high) = (f64::from(self.width), f64::from(self.height));
        for _ in 0..quarters {
            hit = Hit { x: hit.y, y: wide - hit.x - hit.width, width: hit.height, height: hit.width, ..hit };
            (wide, high) = (high, wide);
        }
        hit
    }

    /// With a rim of repeated edge pixels.
    fn rimmed(&self, rim: u32) -> Self {
        let (wide, high, rim) = (self.width as usize, self.height as usize, rim as usize);
        let mut luma = Vec::with_capacity((wide + 2 * rim) * (high + 2 * rim));
        for y in 0..high + 2 * rim {
            let row = y.saturating_sub(rim).min(high - 1) * wide;
            let row = &self.luma[row..row + wide];
            luma.extend(std::iter::repeat_n(row[0], rim));
            luma.extend_from_slice(row);
            luma.extend(std::iter::repeat_n(row[wide - 1], rim));
        }
        Self { width: self.width + 2 * rim as u32, height: self.height + 2 * rim as u32, luma }
    }
}

/// The working picture and how it relates to the whole one.
struct Working {
    grey: Grey,
    /// Working pixels a pixel.
    scale: f64,
    rim: f64,
}

impl Working {
    /// `None` for a strip so narrow that no window fits.
    fn of(pixels: &Pixels) -> Option<Self> {
        let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
        let scale = (WORKING_PIXELS / (width * height)).sqrt().min(WORKING_SIDE_MAX / width.max(height));
        let (wide, high) = ((width * scale).round() as u32, (height * scale).round() as u32);
        if wide.min(high) < WORKING_SIDE_MIN {
            return None;
        }
        let whole = Image::from_vec_u8(pixels.width(), pixels.height(), pixels.luma(), PixelType::U8).ok()?;
        let mut small = Image::new(wide, high, PixelType::U8);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        Resizer::new().resize(&whole, &mut small, &options).ok()?;
        let rim = (RIM * f64::from(wide.min(high))) as u32;
        let grey = Grey { width: wide, height: high, luma: small.into_vec() }.rimmed(rim);
        Some(Self { grey, scale, rim: f64::from(rim) })
    }

    /// A face and its head in pixels of the whole picture; `None` if the face lies in the rim alone.
    fn finding(&self, face: Hit, head: Hit, pixels: &Pixels) -> Option<Finding> {
        Some(Finding {
            kind: FindingKind::Face,
            region: self.region(face, f64::round, f64::round, pixels)?,
            proposal: self.region(head, f64::floor, f64::ceil, pixels)?,
            sureness: Sureness::Sure,
            voices: vec![Voice {
                finder: Finder::Rustface,
                score_thousandths: (face.score * 1000.0).clamp(0.0, 1e9) as u32,
            }],
        })
    }

    fn region(&self, hit: Hit, begin: fn(f64) -> f64, end: fn(f64) -> f64, pixels: &Pixels) -> Option<Region> {
        let place = |at: f64, fit: fn(f64) -> f64| fit((at - self.rim) / self.scale).max(0.0) as u32;
        let (x, y) = (place(hit.x, begin), place(hit.y, begin));
        let (right, bottom) = (place(hit.x + hit.width, end), place(hit.y + hit.height, end));
        Region { x, y, width: right.checked_sub(x)?, height: bottom.checked_sub(y)? }
            .clipped(pixels.width(), pixels.height())
    }
}

/// One finding a face: the surest keeps its region, and its proposal grows to hold those of the others.
fn merged(mut found: Vec<Finding>, pixels: &Pixels) -> Vec<Finding> {
    found.sort_by(|a, b| b.voices.cmp(&a.voices).then(a.region.cmp(&b.region)));
    let mut faces: Vec<Finding> = Vec::new();
    for finding in found {
        match faces.iter_mut().find(|face| face.region.overlap(&finding.region) >= SAME_FACE) {
            Some(face) => face.proposal = union(face.proposal, finding.proposal, pixels),
            None => faces.push(finding),
        }
    }
    faces
}

fn union(a: Region, b: Region, pixels: &Pixels) -> Region {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let both = Region { x, y, width: a.right().max(b.right()) - x, height: a.bottom().max(b.bottom()) - y };
    both.clipped(pixels.width(), pixels.height()).unwrap_or(both)
}
