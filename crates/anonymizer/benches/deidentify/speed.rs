//! Seconds a photograph takes, by size: decoding, the first covers, all finders; deface beside them.
//!
//! `… -- speed FOLDER [PYTHON]`: one labelled photograph of the folder is enlarged to each size and encoded as JPEG of
//! quality 90. Enlarging adds no detail, which matters to decoders a little and to finders not at all: they see working
//! sizes.

#![expect(clippy::print_stdout, reason = "a benchmark prints tables")]

use std::{env, error::Error, fs, io::Cursor, path::Path, time::Instant};

use anonymizer::{Limits, look_at, warm};
use image::{DynamicImage, codecs::jpeg::JpegEncoder, imageops::FilterType};

use crate::faces::{labels::labelled, peers};

const SIZES: [(u32, u32); 4] = [(640, 480), (1_280, 960), (2_048, 1_536), (4_000, 3_000)];
/// The quickest of so many rounds counts, since others may use the machine.
const ROUNDS: usize = 5;

/// Prints the table.
pub(crate) fn run(folder: &Path, python: &str) -> Result<(), Box<dyn Error>> {
    warm()?;
    let pictures = labelled(folder)?;
    let picture = pictures.iter().find(|picture| picture.width > picture.height).ok_or("no photograph lies wide")?;
    let picture = image::load_from_memory(&picture.bytes)?;
    println!("Seconds, the quickest of {ROUNDS} rounds.\n");
    println!("| px | decode | first covers shown | all finders done | deface: read and find |");
    println!("|---|---|---|---|---|");
    for (width, height) in SIZES {
        let photograph = jpeg(&picture, width, height)?;
        let mut rounds = (0..ROUNDS).map(|_| round(&photograph)).collect::<Result<Vec<_>, _>>()?;
        let [decode, first, all] = [0, 1, 2].map(|part| {
            rounds.sort_by(|a, b| a[part].total_cmp(&b[part]));
            rounds[0][part]
        });
        let deface = deface_seconds(&photograph, python).map_or_else(|| "not run".to_owned(), |it| format!("{it:.2}"));
        println!("| {width} x {height} | {decode:.2} | {first:.2} | {all:.2} | {deface} |");
    }
    Ok(())
}

fn jpeg(picture: &DynamicImage, width: u32, height: u32) -> Result<Vec<u8>, Box<dyn Error>> {
    let picture = picture.resize_exact(width, height, FilterType::Triangle).to_rgb8();
    let mut photograph = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut photograph, 90).encode_image(&picture)?;
    Ok(photograph.into_inner())
}

/// Seconds to decode alone, until the first covers, and until all is done.
fn round(photograph: &[u8]) -> Result<[f64; 3], Box<dyn Error>> {
    let begun = Instant::now();
    image::load_from_memory(photograph)?;
    let decode = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let mut first = 0.0;
    look_at(photograph, &Limits::NETWORK, &mut |_, _| first = begun.elapsed().as_secs_f64())?;
    Ok([decode, first, begun.elapsed().as_secs_f64()])
}

fn deface_seconds(photograph: &[u8], python: &str) -> Option<f64> {
    let path = env::temp_dir().join("deidentify-speed.jpg");
    fs::write(&path, photograph).ok()?;
    let paths: Vec<_> = std::iter::repeat_n(path.to_str()?, ROUNDS).collect();
    let rounds = peers::deface(python, &paths);
    fs::remove_file(&path).ok()?;
    rounds.ok()?.iter().map(|seen| seen.seconds).min_by(f64::total_cmp)
}
