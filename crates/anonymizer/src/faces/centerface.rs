//! CenterFace: an anchor-free face detector that sees masks, profiles and faces partly hidden.
//!
//! Source of the method: Y. Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point", 2019
//! (arXiv 1911.03599). The model takes red, green and blue of 0 to 255 without any mean, in sides that are multiples of
//! 32, and answers for each 4 x 4 px how sure it is that a face has its middle there, and how large that face is.

use std::sync::OnceLock;

use rten::{Model, NodeId, ValueView};

use crate::{
    faces::{
        hit::{Area, Hit},
        view::View,
    },
    finding::Finder,
    pixels::Pixels,
};

/// SHA-256 of the model.
pub(crate) const MODEL_SHA256: [u8; 32] = [
    0x8b, 0x94, 0x1e, 0x8e, 0x72, 0x2f, 0x43, 0xe1, 0x7b, 0x53, 0xa3, 0xdd, 0x46, 0x9f, 0xd4, 0x4e, 0x2c, 0x37, 0x93,
    0x2b, 0x8e, 0x45, 0x3c, 0x93, 0x65, 0x18, 0xb0, 0xba, 0x51, 0x02, 0xd9, 0x35,
];

static MODEL_BYTES: &[u8] = include_bytes!("../../models/centerface_dyn.onnx");
static CENTERFACE: OnceLock<Option<CenterFace>> = OnceLock::new();

/// The model's sides are multiples of this.
const SIDE_MULTIPLE: u32 = 32;
/// Pixels of the view along a cell of the answer.
const CELL_PX: f64 = 4.0;
/// A longer face is for a coarser level: on clinical pictures most false hits are larger, and no true ones are lost.
const FACE_PX_MAX: f64 = 256.0;
/// Two hits of one look that overlap by this are one face.
const SAME_FACE: f64 = 0.3;
/// Beyond this many cells that see a face the picture is noise to the detector: the surest are kept.
const CELLS_MAX: usize = 4_096;

/// The model, ready to look.
pub(crate) struct CenterFace {
    model: Model,
    input: NodeId,
    heat: NodeId,
    size: NodeId,
    offset: NodeId,
}

/// The answers for one view, each a plane or two of `width * height` cells.
struct Cells {
    width: usize,
    heat: Vec<f32>,
    size: Vec<f32>,
    offset: Vec<f32>,
}

impl CenterFace {
    /// The one of this process, loaded at the first call; `None` if the model does not load.
    pub(crate) fn loaded() -> Option<&'static Self> {
        CENTERFACE.get_or_init(Self::load).as_ref()
    }

    fn load() -> Option<Self> {
        let model = Model::load_static_slice(MODEL_BYTES).ok()?;
        let node = |name: &str| model.node_id(name).ok();
        let (input, heat, size, offset) = (node("input.1")?, node("537")?, node("538")?, node("539")?);
        Some(Self { model, input, heat, size, offset })
    }

    /// All faces of one view with at least this score, in pixels of the whole picture; `None` if the model fails.
    pub(crate) fn look(&self, view: &View<'_>, score_min: f64, whole: &Pixels) -> Option<Vec<Hit>> {
        let cells = self.answer(view)?;
        let hit = |(score, area)| {
            let face = view.placed(area, whole)?;
            Some(Hit { finder: Finder::CenterFace, score, face, quarters: view.quarters() })
        };
        Some(distinct(cells.faces(score_min)).into_iter().filter_map(hit).collect())
    }

    fn answer(&self, view: &View<'_>) -> Option<Cells> {
        let (width, height) = view.size();
        let [wide, high] = [width, height].map(|side| side.next_multiple_of(SIDE_MULTIPLE));
        let planes = planes(view, wide, high);
        let input = ValueView::from_shape([1, 3, high as usize, wide as usize], planes.as_slice()).ok()?;
        let outputs = [self.heat, self.size, self.offset];
        let [heat, size, offset] = self.model.run_n(vec![(self.input, input.into())], outputs, None).ok()?;
        let ([_, _, _, cells], heat) = heat.into_shape_vec::<f32, 4>().ok()?;
        let (_, size) = size.into_shape_vec::<f32, 4>().ok()?;
        let (_, offset) = offset.into_shape_vec::<f32, 4>().ok()?;
        Some(Cells { width: cells, heat, size, offset })
    }
}

/// Red, green and blue as three planes.
fn planes(view: &View<'_>, wide: u32, high: u32) -> Vec<f32> {
    let plane = wide as usize * high as usize;
    let mut planes = vec![0.0; 3 * plane];
    let (red, others) = planes.split_at_mut(plane);
    let (green, blue) = others.split_at_mut(plane);
    let places = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y)));
    for ((((x, y), red), green), blue) in places.zip(red).zip(green).zip(blue) {
        [*red, *green, *blue] = view.at(x, y).map(f32::from);
    }
    planes
}

impl Cells {
    /// Score and area of each cell that sees a face, the surest first.
    fn faces(&self, score_min: f64) -> Vec<(f64, Area)> {
        let scored = self.heat.iter().enumerate().map(|(cell, score)| (cell, f64::from(*score)));
        let mut faces: Vec<(f64, Area)> = scored
            .filter(|(_, score)| *score >= score_min)
            .filter_map(|(cell, score)| Some((score, self.area(cell)?)))
            .collect();
        faces.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        faces.truncate(CELLS_MAX);
        faces
    }

    /// Heights come before widths, and offsets down before offsets along.
    fn area(&self, cell: usize) -> Option<Area> {
        let plane = self.heat.len();
        let number = |of: &[f32], at: usize| of.get(at).map(|number| f64::from(*number));
        let side = |at: usize| Some(number(&self.size, at)?.exp() * CELL_PX);
        let (height, width) = (side(cell)?, side(plane + cell)?);
        let middle = |cell: usize, offset: f64| (cell as f64 + offset + 0.5) * CELL_PX;
        let (column, row) = (cell % self.width, cell / self.width);
        let x = middle(column, number(&self.offset, plane + cell)?) - width / 2.0;
        let y = middle(row, number(&self.offset, cell)?) - height / 2.0;
        let is_sound = x.is_finite() && y.is_finite() && width.max(height) <= FACE_PX_MAX;
        is_sound.then_some(Area { x, y, width, height })
    }
}

/// The surest of each heap of hits that overlap.
fn distinct(hits: Vec<(f64, Area)>) -> Vec<(f64, Area)> {
    let mut kept: Vec<(f64, Area)> = Vec::new();
    for (score, area) in hits {
        if kept.iter().all(|(_, other)| area.overlap(other) < SAME_FACE) {
            kept.push((score, area));
        }
    }
    kept
}
