//! Bar codes and codes of squares: labels, wristbands, packages, screens.
//!
//! What a decoder can read is a code for sure. Rows of bars are found without it too, since a blurred label is read by a
//! better lens tomorrow. What a code says is never looked at.
//!
//! Deliberately absent: codes of squares that cannot be decoded; they look like too many other things.

mod bars;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::{
    BarcodeFormat, DecodeHints, RXingResult, RXingResultMetadataType, RXingResultMetadataValue,
    helpers::detect_multiple_in_luma_with_hints,
};

use crate::{
    codes::bars::Grey,
    finding::{Finder, Finding, FindingKind, Search, Sureness, Voice},
    pixels::{Pixels, luma},
    print::Line,
    region::Region,
};

/// A picture with fewer rows or columns is a strip in which no code has room.
const SIDE_PX_MIN: u32 = 16;
/// Kinds that are looked for. Those left out (ITF, Codabar, GS1 DataBar and rarer ones) have so little to check them by that
/// texture reads as one now and then; as rows of bars they are found all the same.
const KINDS: [BarcodeFormat; 12] = [
    BarcodeFormat::AZTEC,
    BarcodeFormat::CODE_39,
    BarcodeFormat::CODE_93,
    BarcodeFormat::CODE_128,
    BarcodeFormat::DATA_MATRIX,
    BarcodeFormat::EAN_8,
    BarcodeFormat::EAN_13,
    BarcodeFormat::MICRO_QR_CODE,
    BarcodeFormat::PDF_417,
    BarcodeFormat::QR_CODE,
    BarcodeFormat::UPC_A,
    BarcodeFormat::UPC_E,
];
/// How far a code reaches beyond the places that the decoder names, in parts of its longer side: those of a QR code are the
/// middles of its three large squares, 14 of the smallest code's 21 modules apart.
const BEYOND_SQUARES: f32 = 0.3;
const BEYOND_BARS: f32 = 0.08;
/// Two findings that share this much of the smaller are one code.
const SAME_CODE: f64 = 0.3;
/// What is said of a code that was read, and of one that was only seen.
const SCORE_READ: u32 = 1_000;
const SCORE_SEEN: u32 = 500;

/// All codes of a picture, of which the large level is looked at, and whether the search came to an end.
pub(crate) fn find(pixels: &Pixels, large: &Pixels) -> (Vec<Finding>, Search) {
    find_with(pixels, large, read)
}

/// The same with a decoder, which may fail: what was seen without it stands.
fn find_with(
    pixels: &Pixels,
    large: &Pixels,
    read: impl FnOnce(Grey<'_>) -> Option<Vec<Line>>,
) -> (Vec<Finding>, Search) {
    match catch_unwind(AssertUnwindSafe(|| search(pixels, large, read))) {
        Ok(Some(found)) => found,
        Ok(None) | Err(_) => (Vec::new(), Search::NotSearched),
    }
}

fn search(
    pixels: &Pixels,
    large: &Pixels,
    read: impl FnOnce(Grey<'_>) -> Option<Vec<Line>>,
) -> Option<(Vec<Finding>, Search)> {
    if pixels.width().min(pixels.height()) < SIDE_PX_MIN {
        return None;
    }
    let luma: Vec<u8> = large.rgb().as_chunks::<3>().0.iter().map(|pixel| luma(*pixel)).collect();
    let scale = pixels.width() as f32 / large.width() as f32;
    let searched = Grey { width: large.width() as usize, luma: &luma };
    let rows = bars::rows(searched);
    let (read, search) = match catch_unwind(AssertUnwindSafe(|| read(searched))) {
        Ok(Some(read)) => (read, Search::Finished),
        Ok(None) | Err(_) => (Vec::new(), Search::BrokeOff),
    };
    let mut findings = Vec::new();
    let read = read.into_iter().map(|code| (code, SCORE_READ));
    let rows = rows.into_iter().map(|row| (row.grown(BEYOND_BARS * row.half_length), SCORE_SEEN));
    for (line, score) in read.chain(rows) {
        if let Some(region) = line.scaled(scale).bounds(pixels.width(), pixels.height()) {
            add(&mut findings, region, score);
        }
    }
    Some((findings, search))
}

/// Where codes are that can be decoded; `None` if the decoder does not take the picture.
fn read(grey: Grey<'_>) -> Option<Vec<Line>> {
    let [width, height] = [grey.width, grey.luma.len() / grey.width].map(|side| u32::try_from(side).ok());
    let mut hints = DecodeHints {
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        PossibleFormats: Some(KINDS.into()),
        ..DecodeHints::default()
    };
    match detect_multiple_in_luma_with_hints(grey.luma.to_vec(), width?, height?, &mut hints) {
        Ok(codes) => Some(codes.iter().filter_map(|code| place(code, grey)).collect()),
        Err(rxing::Exceptions::NotFoundException(_)) => Some(Vec::new()),
        Err(_) => None,
    }
}

/// The rectangle round a code.
fn place(code: &RXingResult, grey: Grey<'_>) -> Option<Line> {
    let points: Vec<(f32, f32)> = code.getPoints().iter().map(|point| unturned(point.x, point.y, code, grey)).collect();
    let [first, .., last] = *points.as_slice() else { return None };
    let is_squares = matches!(
        code.getBarcodeFormat(),
        BarcodeFormat::AZTEC
            | BarcodeFormat::DATA_MATRIX
            | BarcodeFormat::MICRO_QR_CODE
            | BarcodeFormat::PDF_417
            | BarcodeFormat::QR_CODE
    );
    if !is_squares {
        let row = bars::stretched(grey, first, last);
        return Some(row.grown(BEYOND_BARS * row.half_length));
    }
    let mut span = [f32::MAX, f32::MIN, f32::MAX, f32::MIN];
    // Three squares of a QR code tell where its fourth corner is.
    let fourth = match *points.as_slice() {
        [one, two, three] => Some((one.0 + three.0 - two.0, one.1 + three.1 - two.1)),
        _ => None,
    };
    for (x, y) in points.iter().copied().chain(fourth) {
        span = [span[0].min(x), span[1].max(x), span[2].min(y), span[3].max(y)];
    }
    let [left, right, top, bottom] = span;
    let (half_length, half_height) = ((right - left) / 2.0, (bottom - top) / 2.0);
    let line =
        Line { x: (left + right) / 2.0, y: (top + bottom) / 2.0, half_length, half_height, angle: 0.0, score: 1.0 };
    Some(line.grown(2.0 * BEYOND_SQUARES * half_length.max(half_height)))
}

/// A point of a code as it lies in the picture. The decoder turns the picture until it can read a PDF417, counterclockwise, and
/// leaves the points as they lay there.
fn unturned(x: f32, y: f32, code: &RXingResult, grey: Grey<'_>) -> (f32, f32) {
    let turned = match code.getRXingResultMetadata().get(&RXingResultMetadataType::ORIENTATION) {
        Some(RXingResultMetadataValue::Orientation(degrees)) if *code.getBarcodeFormat() == BarcodeFormat::PDF_417 => {
            *degrees
        }
        _ => 0,
    };
    let (wide, high) = (grey.width as f32 - 1.0, (grey.luma.len() / grey.width) as f32 - 1.0);
    match turned {
        90 => (wide - y, x),
        180 => (wide - x, high - y),
        270 => (y, high - x),
        _ => (x, y),
    }
}

/// Adds a code, or lets the finding grow that it is a part of.
fn add(findings: &mut Vec<Finding>, region: Region, score_thousandths: u32) {
    let is_same = |other: &Region| other.shared(&region) as f64 >= SAME_CODE * other.area().min(region.area()) as f64;
    match findings.iter_mut().find(|finding| is_same(&finding.region)) {
        Some(finding) => {
            finding.region = finding.region.union(&region);
            finding.proposal = finding.region;
        }
        None => findings.push(Finding {
            kind: FindingKind::Code,
            region,
            proposal: region,
            frame: 0,
            sureness: Sureness::Sure,
            voices: vec![Voice { finder: Finder::Codes, score_thousandths }],
        }),
    }
}
