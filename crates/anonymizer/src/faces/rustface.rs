//! rustface: the SeetaFace frontal detector, a second opinion on upright faces.
//!
//! It sees grey and searches only windows of 40 px and more, whatever minimum it is told. Its hits rarely stand alone, but
//! they come from another make of detector: where both say face, a weak hit is believed.

use std::{io::Cursor, sync::OnceLock};

use rustface::{ImageData, Model};

use crate::{
    faces::{
        hit::{Area, Hit},
        view::View,
    },
    finding::Finder,
    pixels::{Pixels, luma},
};

/// SHA-256 of the model.
pub(crate) const MODEL_SHA256: [u8; 32] = [
    0xc4, 0x61, 0x9d, 0x06, 0x6e, 0xd3, 0x5e, 0x84, 0xd9, 0xa8, 0xe8, 0x42, 0x86, 0x0b, 0x0d, 0xff, 0x56, 0x7a, 0xba,
    0x0c, 0xbb, 0x13, 0x98, 0x81, 0x07, 0x55, 0x38, 0x76, 0x1d, 0xb3, 0xff, 0x5d,
];

static MODEL_BYTES: &[u8] = include_bytes!("../../models/seeta_fd_frontal_v1.0.bin");
static MODEL: OnceLock<Option<Model>> = OnceLock::new();

/// The narrowest view in which it can find a face: one window.
const SIDE_MIN: u32 = 44;
const WINDOW_STEP_PX: u32 = 2;
const PYRAMID_FACTOR: f32 = 0.8;

/// The model of this process, read at the first call; `None` if it cannot be read.
pub(crate) fn loaded() -> Option<&'static Model> {
    MODEL.get_or_init(|| rustface::read_model(Cursor::new(MODEL_BYTES)).ok()).as_ref()
}

/// All faces of one view with at least this score, in pixels of the whole picture; `None` if the model cannot be read or
/// the view is a strip in which no window fits.
pub(crate) fn look(view: &View<'_>, score_min: f64, whole: &Pixels) -> Option<Vec<Hit>> {
    let (width, height) = view.size();
    if width.min(height) < SIDE_MIN {
        return None;
    }
    let mut detector = rustface::create_detector_with_model(loaded()?.clone());
    detector.set_slide_window_step(WINDOW_STEP_PX, WINDOW_STEP_PX);
    detector.set_pyramid_scale_factor(PYRAMID_FACTOR);
    detector.set_score_thresh(score_min);
    let grey: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| luma(view.at(x, y)))).collect();
    let faces = detector.detect(&ImageData::new(&grey, width, height));
    let hit = |face: rustface::FaceInfo| {
        let bbox = face.bbox();
        let [x, y] = [bbox.x(), bbox.y()].map(f64::from);
        let [width, height] = [bbox.width(), bbox.height()].map(f64::from);
        let face_at = view.placed(Area { x, y, width, height }, whole)?;
        Some(Hit { finder: Finder::Rustface, score: face.score(), face: face_at, quarters: view.quarters() })
    };
    Some(faces.into_iter().filter_map(hit).collect())
}
