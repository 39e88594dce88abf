//! Print in a picture: names and dates burned into ultrasound frames, labels, wristbands, screens and papers that were
//! photographed.
//!
//! ```text
//! picture ─ capture   drawn by a machine, or seen by a camera?
//!         ─ detector  lines at two sizes, and once more turned if writing runs up or down
//!         ─ reader    reads each; where it reads nothing, a camera saw hair, vessels or bone
//!         ─ kind      what the line seems to be; the text itself is dropped here
//! ```
//!
//! The detector alone takes most clinical photographs for print; the reader alone would miss small and coarse letters.
//! So a camera's picture is believed only what can be read, and a machine's picture is believed all. `models/README.md`
//! has the figures behind each constant.
//!
//! Deliberately absent: keeping, giving out or comparing what was read.

mod blobs;
mod capture;
mod detector;
mod kind;
mod level;
mod line;
mod reader;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use capture::Capture;
pub(crate) use line::Line;

use crate::{
    finding::{Finder, Finding, FindingKind, Print, Search, Sureness, Voice},
    pixels::Pixels,
    print::{
        level::Level,
        reader::{Reader, Reading},
    },
    pyramid,
    region::Region,
    warm::ModelError,
};

/// SHA-256 of the detector's file with the reader's behind it.
pub(crate) const MODELS_SHA256: [u8; 32] = [
    0x6f, 0x73, 0xed, 0x25, 0x18, 0x3f, 0x00, 0xd1, 0xb5, 0xf2, 0x69, 0xbd, 0xdf, 0x13, 0xfb, 0x3d, 0xb7, 0x8b, 0x15,
    0x82, 0x39, 0x6e, 0xb2, 0xcb, 0x03, 0x47, 0xb1, 0xff, 0x0b, 0x7a, 0x6f, 0xf4,
];

/// A picture with fewer rows or columns is a strip in which no letter has room.
const SIDE_PX_MIN: u32 = 5;
/// Lines that are read, the surest first, as each takes its time; a picture with more was not searched to its end.
const READ_MAX: usize = 64;
/// Two lines that overlap this much were found twice.
const SAME_RECTANGLE: f64 = 0.6;
/// Two lines that share this much of the smaller are parts of one, if neither is this much higher than the other.
const SAME_LINE: f64 = 0.5;
const SAME_LINE_TIMES_HIGHER: f64 = 1.6;
/// A line adds nothing if this much of it is hidden; one that nobody could read, if this much is.
const HIDDEN: f64 = 0.85;
const HIDDEN_UNREAD: f64 = 0.5;
/// How far a cover reaches beyond a line, in parts of its height, and at least in px.
const COVER_BEYOND: f32 = 0.1;
const COVER_BEYOND_PX: f32 = 2.0;

/// Loads the models.
pub(crate) fn warm() -> Result<(), ModelError> {
    detector::model().ok_or(ModelError(Finder::Lines))?;
    reader::reader().ok_or(ModelError(Finder::Lines))?;
    Ok(())
}

/// All print in a picture of which the large level is known, see [`find_print()`].
pub(crate) fn find(pixels: &Pixels, large: &Pixels, capture: Capture) -> (Vec<Finding>, Search) {
    guarded(|| search(pixels, large, capture))
}

/// All lines of print, the surest first, and whether the search came to an end.
///
/// In a picture of [`Capture::Screen`] every line is sure. In one of [`Capture::Camera`] a line is sure if it can be
/// read, and unsure if it is half read, or a scale bar or a side marker, which may well stay. Where hair, tiles or cloth look
/// like more lines than there is time to read, the search did not come to its end.
pub fn find_print(pixels: &Pixels, capture: Capture) -> (Vec<Finding>, Search) {
    guarded(|| search(pixels, &*pyramid::large(pixels)?, capture))
}

/// What was found; nothing, and not searched, if that failed or panicked.
fn guarded(search: impl FnOnce() -> Option<(Vec<Finding>, Search)>) -> (Vec<Finding>, Search) {
    match catch_unwind(AssertUnwindSafe(search)) {
        Ok(Some(found)) => found,
        Ok(None) | Err(_) => (Vec::new(), Search::NotSearched),
    }
}

fn search(pixels: &Pixels, large: &Pixels, capture: Capture) -> Option<(Vec<Finding>, Search)> {
    if pixels.width().min(pixels.height()) < SIDE_PX_MIN {
        return None;
    }
    let reader = reader::reader()?;
    let fine = Level::fine(pixels, large)?;
    let (mut lines, mut search) = fine.lines()?;
    let (coarse, of_coarse) = Level::coarse(pixels, large)?.lines()?;
    lines.extend(coarse);
    search = search.and(of_coarse);
    let mut seen = read(distinct(lines, &[], pixels), pixels, reader)?;
    if seen.iter().any(|seen| seen.is_read() && seen.line.runs_up_or_down()) {
        let (turned, of_turned) = fine.turned()?.lines()?;
        let turned = turned.into_iter().map(|line| line.turned_back(pixels.height()));
        let more = distinct(turned.collect(), &seen, pixels);
        seen.extend(read(more, pixels, reader)?);
        search = search.and(of_turned);
    }
    let is_all_print = capture.is_all_print(seen.iter().filter(|seen| seen.is_read()).count());
    seen.sort_by(|a, b| b.rank().total_cmp(&a.rank()));
    let mut findings = Vec::new();
    for seen in &seen {
        if let Some((print, sureness)) = seen.judged(is_all_print) {
            add(&mut findings, seen, print, sureness, pixels);
        }
    }
    // Where all is print, what nobody read is covered as well.
    if !is_all_print && has_unread(&seen, &findings) {
        search = Search::NotSearched;
    }
    findings.sort_by_key(|finding| finding.sureness);
    Some((findings, search))
}

/// Whether a line that nobody read lies open.
fn has_unread(seen: &[Seen], findings: &[Finding]) -> bool {
    seen.iter().any(|seen| seen.reading.is_none() && hidden(findings, &seen.region) < HIDDEN_UNREAD)
}

/// The lines that are not found twice, nor already read.
fn distinct(lines: Vec<Line>, seen: &[Seen], pixels: &Pixels) -> Vec<(Line, Region)> {
    let mut distinct: Vec<(Line, Region)> = Vec::new();
    for line in lines {
        let Some(region) = line.bounds(pixels.width(), pixels.height()) else { continue };
        let is_known = |other: &Region| other.overlap(&region) >= SAME_RECTANGLE;
        let is_read = seen.iter().any(|seen| seen.is_read() && is_known(&seen.region));
        if !is_read && !distinct.iter().any(|(_, other)| is_known(other)) {
            distinct.push((line, region));
        }
    }
    distinct
}

/// Reads the surest lines along their longer side, and once more the other way round what makes no sense so.
fn read(mut lines: Vec<(Line, Region)>, pixels: &Pixels, reader: &Reader) -> Option<Vec<Seen>> {
    lines.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
    let mut seen: Vec<Seen> =
        lines.into_iter().map(|(line, region)| Seen { line: line.along(), region, reading: None }).collect();
    let count = seen.len().min(READ_MAX);
    let first = seen.iter().take(count).map(|seen| seen.line).collect::<Vec<_>>();
    for (seen, reading) in seen.iter_mut().zip(reader.read(pixels, &first)?) {
        seen.reading = Some(reading);
    }
    let mut unread: Vec<&mut Seen> = seen.iter_mut().take(count).filter(|seen| !seen.is_read()).collect();
    let back = unread.iter().map(|seen| seen.line.turned(2)).collect::<Vec<_>>();
    for ((seen, line), reading) in unread.iter_mut().zip(&back).zip(reader.read(pixels, &back)?) {
        if seen.reading.as_ref().is_none_or(|other| reading.score > other.score) {
            (seen.line, seen.reading) = (*line, Some(reading));
        }
    }
    Some(seen)
}

/// A line, in px of the whole picture, and what was read there.
struct Seen {
    line: Line,
    region: Region,
    /// `None` if nobody read it.
    reading: Option<Reading>,
}

impl Seen {
    fn is_read(&self) -> bool {
        self.reading.as_ref().is_some_and(Reading::is_print)
    }

    /// What is read comes first, then what is surest.
    fn rank(&self) -> f32 {
        match &self.reading {
            Some(reading) if reading.is_print() => 1.0 + reading.score,
            _ => self.line.score,
        }
    }

    /// What it is taken for; `None` for what is no print.
    fn judged(&self, is_all_print: bool) -> Option<(Print, Sureness)> {
        let print = match &self.reading {
            Some(reading) if reading.is_print() || reading.is_letter() => kind::of(&reading.text),
            _ => Print::Words,
        };
        let may_stay = matches!(print, Print::ScaleBar | Print::SideMarker);
        let is_half_read = self.reading.as_ref().is_some_and(Reading::is_half_print);
        if is_all_print || self.is_read() && !may_stay {
            Some((print, Sureness::Sure))
        } else if may_stay || is_half_read {
            Some((print, Sureness::Unsure))
        } else {
            None
        }
    }
}

/// Adds a line, or lets the finding grow that it is a part of.
fn add(findings: &mut Vec<Finding>, seen: &Seen, print: Print, sureness: Sureness, pixels: &Pixels) {
    let beyond = COVER_BEYOND_PX.max(2.0 * COVER_BEYOND * seen.line.half_height);
    let Some(proposal) = seen.line.grown(beyond).bounds(pixels.width(), pixels.height()) else { return };
    let area = seen.region.area() as f64;
    let hidden = hidden(findings, &seen.region);
    if hidden >= HIDDEN || hidden >= HIDDEN_UNREAD && !seen.is_read() {
        return;
    }
    let is_part = |other: &Region| {
        let higher = across(other).max(across(&seen.region)) / across(other).min(across(&seen.region));
        let shared = other.shared(&seen.region) as f64 / area.min(other.area() as f64);
        shared >= SAME_LINE && higher <= SAME_LINE_TIMES_HIGHER
    };
    if let Some(finding) = findings.iter_mut().find(|finding| is_part(&finding.region)) {
        finding.proposal = finding.proposal.union(&proposal);
        return;
    }
    let score = seen.reading.as_ref().map_or(seen.line.score, |reading| reading.score.max(0.0));
    findings.push(Finding {
        kind: FindingKind::Text(print),
        region: seen.region,
        proposal,
        frame: 0,
        sureness,
        voices: vec![Voice { finder: Finder::Lines, score_thousandths: (1_000.0 * score) as u32 }],
    });
}

/// How much of a region the proposals hide, places under two of them counted twice.
fn hidden(findings: &[Finding], region: &Region) -> f64 {
    findings.iter().map(|finding| finding.proposal.shared(region)).sum::<u64>() as f64 / region.area() as f64
}

/// About how high the letters of a line are, in px.
fn across(region: &Region) -> f64 {
    f64::from(region.width.min(region.height).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many lines on an even ground, the last the least sure.
    fn lines(count: u32) -> Vec<(Line, Region)> {
        let line = |at: u32| {
            let (x, y) = (10.0 + 20.0 * (at % 20) as f32, 10.0 + 10.0 * (at / 20) as f32);
            Line { x, y, half_length: 8.0, half_height: 4.0, angle: 0.0, score: 1.0 - at as f32 / 1_000.0 }
        };
        (0..count).map(line).filter_map(|line| Some((line, line.bounds(400, 100)?))).collect()
    }

    #[test]
    fn a_line_for_which_there_is_no_time_leaves_the_search_open_unless_it_is_hidden() {
        let ground = Pixels::new(400, 100, vec![140; 3 * 400 * 100]).unwrap();
        let read = |count: usize| read(lines(count as u32), &ground, reader::reader().unwrap()).unwrap();
        assert!(!has_unread(&read(READ_MAX), &[]));
        let seen = read(READ_MAX + 1);
        assert!(has_unread(&seen, &[]));
        let last = seen.last().unwrap();
        let mut findings = Vec::new();
        add(&mut findings, last, Print::Words, Sureness::Sure, &ground);
        assert!(findings.len() == 1 && !has_unread(&seen, &findings));
    }
}
