//! What cleaning a photograph costs beside merely decoding and encoding it.
//!
//! `cargo run --release -p anonymizer --example timing -- PICTURE [WIDTH HEIGHT]` enlarges the picture to that size
//! (4000 x 3000 if none is given), encodes it as JPEG of quality 90, and times both ways three times.

#![expect(clippy::disallowed_methods, reason = "an example reads files and the clock")]

use std::{collections::BTreeSet, env, error::Error, fs, io::Cursor, io::Write, time::Instant};

use anonymizer::{Concern, Confirmation, Limits, inspect, release};
use image::{ImageFormat, codecs::jpeg::JpegEncoder, imageops::FilterType};
use protocol::ClinicianId;

const ROUNDS: u32 = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let file = fs::read(arguments.next().ok_or("name a picture")?)?;
    let mut side = |default: u32| arguments.next().map_or(Ok(default), |side| side.parse());
    let (width, height) = (side(4000)?, side(3000)?);
    let picture = image::load_from_memory(&file)?.resize_exact(width, height, FilterType::Triangle).to_rgb8();
    let mut photograph = Vec::new();
    JpegEncoder::new_with_quality(&mut photograph, 90).encode_image(&picture)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{width} x {height} px, {} KB as it comes in", photograph.len() / 1000)?;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let plain = image::load_from_memory_with_format(&photograph, ImageFormat::Jpeg)?.to_rgb8();
        let mut again = Cursor::new(Vec::new());
        JpegEncoder::new_with_quality(&mut again, 92).encode_image(&plain)?;
        let plain = started.elapsed();

        let started = Instant::now();
        let seen = inspect(&photograph, &Limits::NETWORK)?;
        let inspected = started.elapsed();
        let covers: Vec<_> = seen.findings.iter().map(anonymizer::Finding::proposed_cover).collect();
        let confirmation = Confirmation {
            reviewer: ClinicianId([0; 32]),
            dismissed: Vec::new(),
            has_seen_unsearched: false,
            answered: BTreeSet::new(),
            looked_for: Concern::ALL.into(),
        };
        let started = Instant::now();
        let clean = release(seen, &covers, confirmation, &Limits::NETWORK)?;
        let released = started.elapsed();
        writeln!(
            out,
            "decode and encode {plain:.2?}; inspect {inspected:.2?} + release {released:.2?} = {:.1} times; \
             {} covers, {} KB {}, preview {} KB",
            (inspected + released).as_secs_f64() / plain.as_secs_f64(),
            covers.len(),
            clean.picture.bytes().len() / 1000,
            clean.picture.media_type(),
            clean.preview.bytes().len() / 1000,
        )?;
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let started = Instant::now();
        let mut lossless = Cursor::new(Vec::new());
        picture.write_to(&mut lossless, format)?;
        let lossless = lossless.into_inner().len() / 1000;
        writeln!(out, "without loss as {format:?}: {lossless} KB in {:.2?}", started.elapsed())?;
    }
    Ok(())
}
