//! Labelled pictures: which faces count, in which strata, and what is under a cover.

use std::{error::Error, fs, path::Path};

use serde_json::Value;

/// A face counts from this shorter side on.
const FACE_PX_MIN: f64 = 20.0;
/// Points along each side of a face at which it is tested for being covered.
const GRID: u32 = 24;
/// Columns and rows in which the covered share of a picture is counted.
const RASTER: u32 = 200;
/// A picture covered beyond this share hides no face, it hides the picture.
const COVERED_SHARE_MAX: f64 = 0.6;
/// Unless faces fill it: with hair and neck, faces of this share together have more than half of it.
const FILLING_SHARE: f64 = 0.2;

/// A rectangle in px.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// What hides a face.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Box(Place),
    /// The ellipse within it.
    Ellipse(Place),
}

/// A labelled face and the strata it counts in.
pub(crate) struct Face {
    pub(crate) place: Place,
    pub(crate) counts: bool,
    pub(crate) strata: Vec<String>,
}

/// A picture with its faces.
pub(crate) struct Labelled {
    pub(crate) bytes: Vec<u8>,
    pub(crate) path: String,
    /// Not cut or turned for a stress stratum.
    pub(crate) is_plain: bool,
    pub(crate) faces: Vec<Face>,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Place {
    fn of(label: &Value) -> Option<Self> {
        let number = |name: &str| label[name].as_f64();
        Some(Self { x: number("x")?, y: number("y")?, width: number("w")?, height: number("h")? })
    }

    fn shorter(&self) -> f64 {
        self.width.min(self.height)
    }

    /// Shared area over the area of both together.
    pub(crate) fn overlap(&self, other: &Self) -> f64 {
        let wide = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let high = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        let shared = wide.max(0.0) * high.max(0.0);
        shared / (self.width * self.height + other.width * other.height - shared)
    }

    fn has(&self, (x, y): (f64, f64)) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }
}

impl Shape {
    fn has(&self, (x, y): (f64, f64)) -> bool {
        match self {
            Self::Box(place) => place.has((x, y)),
            Self::Ellipse(place) => {
                let aside = (x - place.x) / place.width * 2.0 - 1.0;
                let down = (y - place.y) / place.height * 2.0 - 1.0;
                aside * aside + down * down <= 1.0
            }
        }
    }
}

impl Labelled {
    /// The share of a face that is hidden; what lies outside the picture needs no cover.
    pub(crate) fn hidden_share(&self, face: &Place, covers: &[Shape]) -> f64 {
        let step = |n: u32, from: f64, side: f64| from + (f64::from(n) + 0.5) / f64::from(GRID) * side;
        let points =
            (0..GRID * GRID).map(|n| (step(n % GRID, face.x, face.width), step(n / GRID, face.y, face.height)));
        let is_hidden = |point: &(f64, f64)| {
            let picture = Place { x: 0.0, y: 0.0, width: self.width, height: self.height };
            !picture.has(*point) || covers.iter().any(|cover| cover.has(*point))
        };
        points.filter(is_hidden).count() as f64 / f64::from(GRID * GRID)
    }

    /// The covered shares of the picture: all of it, and what shows no labelled face.
    pub(crate) fn covered_shares(&self, covers: &[Shape]) -> (f64, f64) {
        let (mut all, mut beside) = (0u32, 0u32);
        for n in 0..RASTER * RASTER {
            let at = |n: u32, side: f64| (f64::from(n) + 0.5) / f64::from(RASTER) * side;
            let point = (at(n % RASTER, self.width), at(n / RASTER, self.height));
            if covers.iter().any(|cover| cover.has(point)) {
                all += 1;
                beside += u32::from(!self.faces.iter().any(|face| face.place.has(point)));
            }
        }
        let share = |points: u32| f64::from(points) / f64::from(RASTER * RASTER);
        (share(all), share(beside))
    }

    /// Whether so much is covered that nothing is shown, though no faces fill the picture.
    pub(crate) fn is_overcovered(&self, covered_share: f64) -> bool {
        let faces: f64 = self.faces.iter().map(|face| face.place.width * face.place.height).sum();
        covered_share > COVERED_SHARE_MAX && faces < FILLING_SHARE * self.width * self.height
    }
}

/// All labelled pictures of a folder.
pub(crate) fn labelled(folder: &Path) -> Result<Vec<Labelled>, Box<dyn Error>> {
    let mut pictures = Vec::new();
    for list in ["manifest.json", "stress.json"] {
        let items: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("faces").join(list))?)?;
        for item in items {
            let file = item["file"].as_str().ok_or("an item without a file")?;
            let path = folder.join("faces/images").join(file);
            let side = |name: &str| item[name].as_f64().ok_or("an item without its size");
            let labels = item["boxes"].as_array().map(Vec::as_slice).unwrap_or_default();
            pictures.push(Labelled {
                bytes: fs::read(&path)?,
                path: path.display().to_string(),
                is_plain: item["kind"].is_null(),
                faces: labels.iter().filter_map(|label| face(&item, label)).collect(),
                width: side("width")?,
                height: side("height")?,
            });
        }
    }
    Ok(pictures)
}

fn face(item: &Value, label: &Value) -> Option<Face> {
    let place = Place::of(label)?;
    let counts = label["ignore"] != Value::Bool(true) && place.shorter() >= FACE_PX_MIN;
    Some(Face { counts, strata: strata(item, label, place.shorter()), place })
}

/// Names that sort as they should stand in a table.
fn strata(item: &Value, label: &Value, shorter: f64) -> Vec<String> {
    if let Some(kind) = item["kind"].as_str() {
        return vec![format!("stress: {kind}")];
    }
    let mut strata = vec!["all, 20 px and more".to_owned()];
    for px in [40.0, 80.0] {
        if shorter >= px {
            strata.push(format!("all, {px} px and more"));
        }
    }
    let text = |name: &str| label[name].as_str();
    strata.extend(text("mask").map(|mask| format!("phone: {mask}")));
    if let (Some(pose), Some(occlusion)) = (text("pose"), text("occlusion")) {
        strata.push(format!("wild: pose {pose}"));
        strata.push(format!("wild: occlusion {occlusion}"));
    }
    strata.extend(text("perceived_age").map(|age| format!("wild: age {age}")));
    if let Some(skin) = text("perceived_skin") {
        strata.push(format!("wild: skin {skin}"));
        if ["IV", "V", "VI"].contains(&skin) {
            strata.push("wild: skin IV to VI together".to_owned());
        }
    }
    strata
}
