//! How many labelled faces are found and covered, and how often a face is proposed where there is none.
//!
//! `cargo run --release -p anonymizer --example recall -- FOLDER [N]` looks at every Nth picture, without N at all of
//! them. The folder holds `faces/manifest.json`, `faces/stress.json`, `faces/images/` and `negatives/`. A face counts if
//! its shorter side has 20 px; it is found if a region overlaps it by 0.35 (intersection over union), covered if 85 % of
//! its box lie under the proposals.

#![expect(clippy::disallowed_methods, reason = "an example reads files and the clock")]

use std::{collections::BTreeMap, env, error::Error, fs, io::Write, path::Path, time::Instant};

use anonymizer::{Inspection, Limits, Region, inspect};
use serde_json::Value;

const FACE_PX_MIN: f64 = 20.0;
const FOUND_OVERLAP_MIN: f64 = 0.35;
const COVERED_SHARE_MIN: f64 = 0.85;
/// Points along each side of a face at which it is tested for being covered.
const GRID: u32 = 24;

#[derive(Default)]
struct Tally {
    faces: u32,
    found: u32,
    covered: u32,
}

struct Face {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Face {
    /// `None` for a box that does not count.
    fn of(label: &Value) -> Option<Self> {
        let number = |name: &str| label[name].as_f64();
        let face = Self { x: number("x")?, y: number("y")?, width: number("w")?, height: number("h")? };
        let counts = label["ignore"] != Value::Bool(true) && face.width.min(face.height) >= FACE_PX_MIN;
        counts.then_some(face)
    }

    fn overlap(&self, region: &Region) -> f64 {
        let (x, y) = (f64::from(region.x), f64::from(region.y));
        let (width, height) = (f64::from(region.width), f64::from(region.height));
        let wide = ((self.x + self.width).min(x + width) - self.x.max(x)).max(0.0);
        let high = ((self.y + self.height).min(y + height) - self.y.max(y)).max(0.0);
        wide * high / (self.width * self.height + width * height - wide * high)
    }

    /// The share of its grid points under a proposal; points outside the picture need no cover.
    fn covered(&self, seen: &Inspection) -> f64 {
        let step = |n: u32, from: f64, len: f64| from + (f64::from(n) + 0.5) / f64::from(GRID) * len;
        let points =
            (0..GRID * GRID).map(|n| (step(n % GRID, self.x, self.width), step(n / GRID, self.y, self.height)));
        let (wide, high) = (f64::from(seen.pixels.width()), f64::from(seen.pixels.height()));
        let is_hidden = |(x, y): &(f64, f64)| {
            !(0.0..wide).contains(x)
                || !(0.0..high).contains(y)
                || seen.findings.iter().any(|finding| {
                    let Region { x: left, y: top, width, height } = finding.proposal;
                    (f64::from(left)..f64::from(left + width)).contains(x)
                        && (f64::from(top)..f64::from(top + height)).contains(y)
                })
        };
        points.filter(is_hidden).count() as f64 / f64::from(GRID * GRID)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("name the folder of the data set")?;
    let folder = Path::new(&folder);
    let nth = env::args().nth(2).map_or(Ok(1), |nth| nth.parse())?;
    let mut out = std::io::stdout().lock();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let started = Instant::now();
    let mut pictures = 0;
    for list in ["manifest.json", "stress.json"] {
        let list: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("faces").join(list))?)?;
        for item in list.into_iter().step_by(nth) {
            let file = item["file"].as_str().ok_or("an item without a file")?;
            let Ok(bytes) = fs::read(folder.join("faces/images").join(file)) else {
                writeln!(out, "missing: {file}")?;
                continue;
            };
            let seen = inspect(&bytes, &Limits::NETWORK)?;
            if seen.has_unsearched() {
                writeln!(out, "not searched: {file}")?;
            }
            pictures += 1;
            count(&mut tallies, &item, &seen);
        }
    }
    for (stratum, tally) in &tallies {
        let share = |part: u32| 100.0 * f64::from(part) / f64::from(tally.faces);
        let (found, covered) = (share(tally.found), share(tally.covered));
        writeln!(out, "{stratum:<28} {:>4} faces  found {found:>5.1} %  covered {covered:>5.1} %", tally.faces)?;
    }
    let (pictures_without, with_proposals, proposals) = false_proposals(&folder.join("negatives"), nth)?;
    writeln!(out, "without faces: {pictures_without} pictures, proposals on {with_proposals}, {proposals} in all")?;
    let per_picture = started.elapsed().as_secs_f64() / f64::from(pictures + pictures_without);
    writeln!(out, "{per_picture:.2} s a picture")?;
    Ok(())
}

fn count(tallies: &mut BTreeMap<String, Tally>, item: &Value, seen: &Inspection) {
    for label in item["boxes"].as_array().into_iter().flatten() {
        let Some(face) = Face::of(label) else { continue };
        let found = seen.findings.iter().any(|finding| face.overlap(&finding.region) >= FOUND_OVERLAP_MIN);
        let covered = face.covered(seen) >= COVERED_SHARE_MIN;
        for stratum in strata(item, label, &face) {
            let tally = tallies.entry(stratum).or_default();
            tally.faces += 1;
            tally.found += u32::from(found);
            tally.covered += u32::from(covered);
        }
    }
}

fn strata(item: &Value, label: &Value, face: &Face) -> Vec<String> {
    if let Some(kind) = item["kind"].as_str() {
        return vec![format!("stress: {kind}")];
    }
    let mut strata = vec!["all".to_owned()];
    if let Some(mask) = label["mask"].as_str() {
        strata.push(format!("phone: {mask}"));
    }
    if let Some(skin) = label["perceived_skin"].as_str() {
        strata.push(format!("skin: {skin}"));
    }
    let is = |name: &str, value: &str| label[name].as_str() == Some(value);
    let is_large = face.width.min(face.height) >= 40.0;
    if label["pose"].is_string() {
        strata.push(format!("wild: pose {}", label["pose"].as_str().unwrap_or_default()));
        strata.push(format!("wild: occlusion {}", label["occlusion"].as_str().unwrap_or_default()));
        if is_large {
            strata.push("wild: 40 px and more".to_owned());
        }
        if is_large && is("pose", "typical") && is("occlusion", "none") && !is("blur", "heavy") {
            strata.push("wild: upright, free, sharp".to_owned());
        }
    }
    strata
}

fn false_proposals(folder: &Path, nth: usize) -> Result<(u32, u32, usize), Box<dyn Error>> {
    let (mut pictures, mut with_proposals, mut proposals) = (0, 0, 0);
    let mut files = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.sort();
    for file in files.into_iter().step_by(nth) {
        let seen = inspect(&fs::read(file)?, &Limits::NETWORK)?;
        pictures += 1;
        with_proposals += u32::from(!seen.findings.is_empty());
        proposals += seen.findings.len();
    }
    Ok((pictures, with_proposals, proposals))
}
