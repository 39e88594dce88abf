//! Those we are measured beside: rustface alone, and deface with a Python that has it.

#![expect(clippy::disallowed_types, reason = "a peer is a process of its own")]

use std::{
    error::Error,
    io::{BufRead, BufReader, Cursor, Write},
    process::{Command, Stdio},
    time::Instant,
};

use rustface::ImageData;
use serde_json::Value;

use super::{
    Seen,
    labels::{Place, Shape},
};

const SCRIPT: &str = include_str!("../deface_boxes.py");
const SEETA: &[u8] = include_bytes!("../../../models/seeta_fd_frontal_v1.0.bin");

/// rustface as its README sets it, on the picture as it is; its boxes are the covers.
pub(crate) fn rustface(bytes: &[u8]) -> Result<Seen, Box<dyn Error>> {
    let grey = image::load_from_memory(bytes)?.to_luma8();
    let begun = Instant::now();
    let mut detector = rustface::create_detector_with_model(rustface::read_model(Cursor::new(SEETA))?);
    detector.set_min_face_size(20);
    detector.set_score_thresh(2.0);
    detector.set_pyramid_scale_factor(0.8);
    detector.set_slide_window_step(4, 4);
    let place = |face: &rustface::FaceInfo| {
        let [x, y] = [face.bbox().x(), face.bbox().y()].map(f64::from);
        let [width, height] = [face.bbox().width(), face.bbox().height()].map(f64::from);
        Place { x, y, width, height }
    };
    let faces = detector.detect(&ImageData::new(grey.as_raw(), grey.width(), grey.height()));
    let regions: Vec<Place> = faces.iter().map(place).collect();
    let covers = regions.iter().copied().map(Shape::Box).collect();
    Ok(Seen { regions, covers, seconds: begun.elapsed().as_secs_f64() })
}

/// deface at its defaults, asked for many pictures at once so that its model loads once.
pub(crate) fn deface(python: &str, paths: &[&str]) -> Result<Vec<Seen>, Box<dyn Error>> {
    let mut command = Command::new(python);
    command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn()?;
    let (stdin, stdout) = (process.stdin.take(), process.stdout.take());
    let (mut stdin, stdout) = (stdin.ok_or("no pipe to it")?, BufReader::new(stdout.ok_or("no pipe from it")?));
    let mut lines = stdout.lines();
    let mut seen = Vec::with_capacity(paths.len());
    for path in paths {
        writeln!(stdin, "{path}")?;
        let line = lines.next().ok_or("it ended early")??;
        let answer: Value = serde_json::from_str(&line)?;
        let covers = places(&answer["covers"]).into_iter().map(Shape::Ellipse).collect();
        let seconds = answer["seconds"].as_f64().unwrap_or_default();
        seen.push(Seen { regions: places(&answer["boxes"]), covers, seconds });
    }
    drop(stdin);
    process.wait()?;
    Ok(seen)
}

fn places(boxes: &Value) -> Vec<Place> {
    let place = |numbers: &Value| {
        let number = |at: usize| numbers[at].as_f64();
        Some(Place { x: number(0)?, y: number(1)?, width: number(2)?, height: number(3)? })
    };
    boxes.as_array().into_iter().flatten().filter_map(place).collect()
}
