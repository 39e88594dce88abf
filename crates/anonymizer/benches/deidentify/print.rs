//! Print: which of the labelled lines are covered, how often something is covered where there is no print, and how long it
//! takes.
//!
//! `FOLDER/text/manifest.json` labels lines; a line counts as covered if 85 % of its box lie under the covers that are there
//! before anybody looked. `FOLDER/negatives` holds clinical pictures without identifying text.

use std::{
    error::Error,
    fs,
    io::{Cursor, Write},
    path::Path,
    time::Instant,
};

use anonymizer::{Capture, Finding, Pixels, Search, Sureness, find_print};
use image::{ImageFormat, RgbImage, codecs::jpeg::JpegEncoder, imageops};
use serde::Deserialize;

type Answer<T> = Result<T, Box<dyn Error>>;

/// A line counts as covered from here on, in hundredths of its box.
const COVERED_MIN: u64 = 85;

/// A picture and its labels.
#[derive(Deserialize)]
struct Labelled {
    file: String,
    boxes: Vec<Label>,
}

#[derive(Clone, Deserialize)]
struct Label {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
    text: String,
    phi: bool,
}

/// Prints all tables.
pub(crate) fn run(folder: &Path) -> Answer<()> {
    let mut out = std::io::stdout().lock();
    let labelled: Vec<Labelled> = serde_json::from_slice(&fs::read(folder.join("text/manifest.json"))?)?;
    let pictures = labelled
        .into_iter()
        .map(|labelled| Ok((image::open(folder.join("text").join(&labelled.file))?.to_rgb8(), labelled)))
        .collect::<Answer<Vec<_>>>()?;
    writeln!(
        out,
        "| {} pictures with print | lines | identifying lines | unsure | of the picture under covers, median |",
        pictures.len()
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    let mut missed = Vec::new();
    for (name, change, capture) in VARIANTS {
        let mut row = Row::default();
        for (picture, labelled) in &pictures {
            let (picture, labels) = change(picture, &labelled.boxes)?;
            row.add(&labelled.file, &picture, &labels, *capture)?;
        }
        row.shares.sort_by(f64::total_cmp);
        let median = row.shares.get(row.shares.len() / 2).copied().unwrap_or_default();
        let Row { lines, covered, phi, phi_covered, unsure, .. } = row;
        writeln!(
            out,
            "| {name} | {covered} of {lines} | {phi_covered} of {phi} | {unsure} | {:.0} % |",
            100.0 * median
        )?;
        missed.extend(row.missed.into_iter().map(|line| format!("{name}: {line}")));
    }
    writeln!(out, "\nNot covered: {}\n", missed.join("; "))?;
    negatives(&mut out, &folder.join("negatives"))?;
    speed(&mut out, folder, &pictures)
}

type Change = fn(&RgbImage, &[Label]) -> Answer<(RgbImage, Vec<Label>)>;

/// Each way in which the pictures are shown; what it does to them; and what is said of where they come from.
const VARIANTS: &[(&str, Change, Option<Capture>)] = &[
    (
        "as they are, known to be ultrasound",
        |picture, labels| Ok((picture.clone(), labels.to_vec())),
        Some(Capture::Screen),
    ),
    ("as they are, nothing known", |picture, labels| Ok((picture.clone(), labels.to_vec())), None),
    ("turned by 90 degrees", |picture, labels| Ok(turned(picture, labels)), None),
    ("turned by 180 degrees", |picture, labels| Ok(turned_times(picture, labels, 2)), None),
    ("turned by 270 degrees", |picture, labels| Ok(turned_times(picture, labels, 3)), None),
    ("as JPEG of quality 50", |picture, labels| Ok((as_jpeg(picture, 50)?, labels.to_vec())), None),
    ("light and dark exchanged", |picture, labels| Ok((inverted(picture), labels.to_vec())), None),
    ("filmed off a screen: 3 of 4 px left, blurred, noisy", |picture, labels| Ok(filmed(picture, labels)), None),
];

fn turned(picture: &RgbImage, labels: &[Label]) -> (RgbImage, Vec<Label>) {
    let high = f64::from(picture.height());
    let labels = labels.iter().cloned();
    let turned = labels.map(|label| Label { x: high - label.y - label.h, y: label.x, w: label.h, h: label.w, ..label });
    (imageops::rotate90(picture), turned.collect())
}

fn turned_times(picture: &RgbImage, labels: &[Label], quarters: u32) -> (RgbImage, Vec<Label>) {
    (0..quarters).fold((picture.clone(), labels.to_vec()), |(picture, labels), _| turned(&picture, &labels))
}

fn as_jpeg(picture: &RgbImage, quality: u8) -> Answer<RgbImage> {
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture)?;
    Ok(image::load_from_memory_with_format(bytes.get_ref(), ImageFormat::Jpeg)?.to_rgb8())
}

fn inverted(picture: &RgbImage) -> RgbImage {
    let mut picture = picture.clone();
    imageops::invert(&mut picture);
    picture
}

/// Smaller, softer and with the noise of a sensor, whose seed is the place of the pixel, so that it is the same each time.
fn filmed(picture: &RgbImage, labels: &[Label]) -> (RgbImage, Vec<Label>) {
    let (wide, high) = (picture.width() * 3 / 4, picture.height() * 3 / 4);
    let small = imageops::resize(picture, wide, high, imageops::FilterType::Triangle);
    let mut soft = imageops::blur(&small, 0.6);
    for (at, byte) in soft.iter_mut().enumerate() {
        let noise = (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60;
        *byte = byte.saturating_add(noise as u8).saturating_sub(8);
    }
    let times = 0.75;
    let labels = labels.iter().cloned();
    let labels = labels.map(|label| Label {
        x: label.x * times,
        y: label.y * times,
        w: label.w * times,
        h: label.h * times,
        ..label
    });
    (soft, labels.collect())
}

/// What became of the lines of all pictures.
#[derive(Default)]
struct Row {
    lines: usize,
    covered: usize,
    phi: usize,
    phi_covered: usize,
    unsure: usize,
    shares: Vec<f64>,
    missed: Vec<String>,
}

impl Row {
    fn add(&mut self, file: &str, picture: &RgbImage, labels: &[Label], capture: Option<Capture>) -> Answer<()> {
        let pixels = pixels(picture)?;
        let findings = found(&pixels, capture)?;
        let sure: Vec<&Finding> = findings.iter().filter(|finding| finding.sureness == Sureness::Sure).collect();
        let covers = mask(&sure, picture.width(), picture.height());
        self.unsure += findings.len() - sure.len();
        self.shares.push(covers.iter().filter(|is_covered| **is_covered).count() as f64 / covers.len() as f64);
        for label in labels {
            let columns = label.x as usize..((label.x + label.w) as usize).min(picture.width() as usize);
            let rows = label.y as usize..((label.y + label.h) as usize).min(picture.height() as usize);
            let all = (columns.len() * rows.len()) as u64;
            let places = rows.flat_map(|y| columns.clone().map(move |x| y * picture.width() as usize + x));
            let hidden = places.filter(|place| covers[*place]).count() as u64;
            let is_covered = 100 * hidden >= COVERED_MIN * all;
            self.lines += 1;
            self.covered += usize::from(is_covered);
            self.phi += usize::from(label.phi);
            self.phi_covered += usize::from(label.phi && is_covered);
            if !is_covered {
                let mark = if label.phi { " (identifying)" } else { "" };
                self.missed.push(format!("{file} {:?}{mark}", label.text));
            }
        }
        Ok(())
    }
}

fn mask(findings: &[&Finding], width: u32, height: u32) -> Vec<bool> {
    let mut mask = vec![false; width as usize * height as usize];
    for finding in findings {
        let cover = finding.proposal;
        for y in cover.y..(cover.y + cover.height).min(height) {
            let row = y as usize * width as usize;
            mask[row + cover.x as usize..row + (cover.x + cover.width).min(width) as usize].fill(true);
        }
    }
    mask
}

fn pixels(picture: &RgbImage) -> Answer<Pixels> {
    Ok(Pixels::new(picture.width(), picture.height(), picture.as_raw().clone()).ok_or("picture without pixels")?)
}

fn found(pixels: &Pixels, capture: Option<Capture>) -> Answer<Vec<Finding>> {
    match find_print(pixels, capture.unwrap_or_else(|| Capture::of(pixels))) {
        (findings, Search::Finished) => Ok(findings),
        (_, Search::BrokeOff | Search::NotSearched) => Err("a picture was not searched".into()),
    }
}

/// What is covered or outlined where there is no identifying text.
fn negatives(out: &mut impl Write, folder: &Path) -> Answer<()> {
    let (mut count, mut sure_pictures, mut unsure_pictures, mut told) = (0, 0, 0, Vec::new());
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Answer<_>>()?;
    files.sort();
    for file in files {
        let picture = image::open(&file)?.to_rgb8();
        let findings = found(&pixels(&picture)?, None)?;
        let sure = findings.iter().filter(|finding| finding.sureness == Sureness::Sure).count();
        count += 1;
        sure_pictures += usize::from(sure > 0);
        unsure_pictures += usize::from(findings.len() > sure);
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        told.extend(
            findings
                .iter()
                .map(|finding| format!("{name} {:?} {:?} {:?}", finding.sureness, finding.kind, finding.region)),
        );
    }
    writeln!(
        out,
        "Of {count} pictures without identifying text, {sure_pictures} with something covered before anybody looked, {unsure_pictures} with something outlined: {}\n",
        told.join("; ")
    )?;
    Ok(())
}

/// Seconds a picture by size, for a frame with much print and for a photograph with none.
fn speed(out: &mut impl Write, folder: &Path, pictures: &[(RgbImage, Labelled)]) -> Answer<()> {
    let plain = fs::read_dir(folder.join("negatives"))?.map(|entry| Ok(entry?.path())).collect::<Answer<Vec<_>>>()?;
    let plain = plain.iter().filter(|file| file.extension().is_some_and(|ending| ending == "jpg")).min();
    let plain = image::open(plain.ok_or("no photograph among the negatives")?)?.to_rgb8();
    let (frame, _) = pictures.iter().max_by_key(|(_, labelled)| labelled.boxes.len()).ok_or("no picture with print")?;
    writeln!(out, "| size | a frame with much print | a photograph without |\n|---|---|---|")?;
    for (width, height) in [(1_000, 750), (2_000, 1_500), (4_000, 3_000)] {
        write!(out, "| {width} x {height} |")?;
        for picture in [frame, &plain] {
            let pixels = pixels(&imageops::resize(picture, width, height, imageops::FilterType::Triangle))?;
            let seconds = (0..3).map(|_| {
                let started = Instant::now();
                found(&pixels, None).map(|_| started.elapsed().as_secs_f64())
            });
            let best = seconds.collect::<Answer<Vec<_>>>()?.into_iter().fold(f64::INFINITY, f64::min);
            write!(out, " {best:.2} s |")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
