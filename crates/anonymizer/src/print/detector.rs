//! Where lines of print are: PP-OCRv4's detector on the picture at one size.

use std::sync::OnceLock;

use rten::{Model, Value};

use crate::{
    finding::Search,
    pixels::Pixels,
    print::{blobs, line::Line},
};

static MODEL_BYTES: &[u8] = include_bytes!("../../models/ch_PP-OCRv4_det_infer.onnx");
static MODEL: OnceLock<Option<Model>> = OnceLock::new();

/// Sides of what the detector is shown are multiples of this.
const STEP: usize = 32;
/// A rim of repeated edge pixels, so that print at the edge of the picture has ground on all sides.
const RIM: usize = 16;

/// The detector; `None` if it cannot be loaded.
pub(super) fn model() -> Option<&'static Model> {
    MODEL.get_or_init(|| Model::load_static_slice(MODEL_BYTES).ok()).as_ref()
}

/// Lines in a picture, in its own px, and whether they are all; `None` if the detector fails.
pub(super) fn lines(picture: &Pixels) -> Option<(Vec<Line>, Search)> {
    let (wide, high) = (picture.width() as usize, picture.height() as usize);
    let (width, height) = [wide, high].map(|side| (side + 2 * RIM).next_multiple_of(STEP)).into();
    let shown = Value::from_shape([1, 3, height, width], planes(picture, width, height)).ok()?;
    let map = model()?.run_one(shown.into(), None).ok()?;
    let (shape, map) = map.into_shape_vec::<f32, 4>().ok()?;
    if shape != [1, 1, height, width] {
        return None;
    }
    let rim = RIM as f32;
    let (lines, search) = blobs::lines(&map, width);
    Some((lines.into_iter().map(|line| Line { x: line.x - rim, y: line.y - rim, ..line }).collect(), search))
}

/// Blue, green and red one behind the other, -1 to 1, with the rim: what the detector was taught on.
fn planes(picture: &Pixels, width: usize, height: usize) -> Vec<f32> {
    let (wide, high) = (picture.width() as usize, picture.height() as usize);
    let mut planes = Vec::with_capacity(3 * width * height);
    for channel in [2, 1, 0] {
        for y in 0..height {
            let row = y.saturating_sub(RIM).min(high - 1) * wide;
            planes.extend((0..width).map(|x| {
                let at = row + x.saturating_sub(RIM).min(wide - 1);
                f32::from(picture.rgb()[3 * at + channel]) / 127.5 - 1.0
            }));
        }
    }
    planes
}
