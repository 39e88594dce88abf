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
    let is_all_print = capture.is_all_print(places_read(&seen));
    seen.sort_by(|a, b| b.rank().total_cmp(&a.rank()));
    let mut findings = Vec::new();
    for seen in &seen {
        if let Some((print, sureness)) = seen.judged(is_all_print) {
            add(&mut findings, seen, print, sureness, pixels);
        }
    }
    // Where all is print, what nobody read is covered as well.
    if !is_all_print && has_unread(&seen, &findings) {
        search = Search::BrokeOff;
    }
    findings.sort_by_key(|finding| finding.sureness);
    Some((findings, search))
}

/// Whether a line that nobody read lies open. It may be a name, so what is shown as a mark does not hide it.
fn has_unread(seen: &[Seen], findings: &[Finding]) -> bool {
    let hiding = || findings.iter().filter(|finding| may_hold(finding, Print::Words));
    seen.iter().any(|seen| seen.reading.is_none() && hidden(hiding(), &seen.region) < HIDDEN_UNREAD)
}

/// Lines that can be read, those that were read twice counted once.
fn places_read(seen: &[Seen]) -> usize {
    let mut places: Vec<&Region> = Vec::new();
    for seen in seen.iter().filter(|seen| seen.is_read()) {
        if !places.iter().any(|place| place.overlap(&seen.region) >= SAME_RECTANGLE) {
            places.push(&seen.region);
        }
    }
    places.len()
}

/// The lines that are not found twice, nor already read. What reads as a mark one way may be a name the other way.
fn distinct(lines: Vec<Line>, seen: &[Seen], pixels: &Pixels) -> Vec<(Line, Region)> {
    let mut distinct: Vec<(Line, Region)> = Vec::new();
    for line in lines {
        let Some(region) = line.bounds(pixels.width(), pixels.height()) else { continue };
        let is_known = |other: &Region| other.overlap(&region) >= SAME_RECTANGLE;
        let is_read = seen.iter().any(|seen| seen.is_read() && !seen.print().is_mark() && is_known(&seen.region));
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

    /// What it seems to say.
    fn print(&self) -> Print {
        match &self.reading {
            Some(reading) if reading.is_print() || reading.is_letter() => kind::of(&reading.text),
            _ => Print::Words,
        }
    }

    /// What it is taken for; `None` for what is no print.
    fn judged(&self, is_all_print: bool) -> Option<(Print, Sureness)> {
        let print = self.print();
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

/// Adds a line, or lets the finding grow that it is a part of. A line that adds nothing still tells what is there.
fn add(findings: &mut Vec<Finding>, seen: &Seen, print: Print, sureness: Sureness, pixels: &Pixels) {
    let beyond = COVER_BEYOND_PX.max(2.0 * COVER_BEYOND * seen.line.half_height);
    let Some(proposal) = seen.line.grown(beyond).bounds(pixels.width(), pixels.height()) else { return };
    let area = seen.region.area() as f64;
    let hides = |finding: &Finding| may_hold(finding, print) && finding.sureness <= sureness;
    let hidden = hidden(findings.iter().filter(|finding| hides(finding)), &seen.region);
    if hidden >= HIDDEN || hidden >= HIDDEN_UNREAD && !seen.is_read() {
        let hiding = findings.iter_mut().filter(|finding| hides(finding));
        if let Some(most) = hiding.max_by_key(|finding| finding.proposal.shared(&seen.region)) {
            most.take_print(print);
        }
        return;
    }
    let is_part = |other: &Region| {
        let higher = across(other).max(across(&seen.region)) / across(other).min(across(&seen.region));
        let shared = other.shared(&seen.region) as f64 / area.min(other.area() as f64);
        shared >= SAME_LINE && higher <= SAME_LINE_TIMES_HIGHER
    };
    if let Some(finding) = findings.iter_mut().find(|finding| may_hold(finding, print) && is_part(&finding.region)) {
        finding.region = finding.region.union(&seen.region);
        finding.proposal = finding.proposal.union(&proposal);
        finding.sureness = finding.sureness.min(sureness);
        finding.take_print(print);
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

/// Whether a line that says this may lie within a finding. A scale bar and a side marker stay with a click, and nothing else
/// may stay with them.
fn may_hold(finding: &Finding, print: Print) -> bool {
    matches!(finding.kind, FindingKind::Text(said) if print.is_mark() || !said.is_mark())
}

/// How much of a region the proposals hide together.
fn hidden<'a>(findings: impl Iterator<Item = &'a Finding>, region: &Region) -> f64 {
    region.shared_with_all(findings.map(|finding| &finding.proposal)) as f64 / region.area() as f64
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

    /// A line of 80 x 20 px that says this, from a place on.
    fn saying(text: &str, x: f32, score: f32) -> Seen {
        let line = Line { x: x + 40.0, y: 40.0, half_length: 40.0, half_height: 10.0, angle: 0.0, score };
        let region = line.bounds(400, 100).unwrap();
        Seen { line, region, reading: Some(Reading { text: text.to_owned(), score }) }
    }

    /// What lines become one after the other, each as sure as said.
    fn added(lines: &[(&Seen, Sureness)]) -> Vec<Finding> {
        let ground = Pixels::new(400, 100, vec![140; 3 * 400 * 100]).unwrap();
        let mut findings = Vec::new();
        for (seen, sureness) in lines {
            add(&mut findings, seen, seen.print(), *sureness, &ground);
        }
        findings
    }

    #[test]
    fn a_name_is_never_part_of_a_mark_nor_hidden_by_one() {
        use Sureness::{Sure, Unsure};
        for text in ["DOE^JANE", "7 Oct 2016", "0001128201", "Adv Breast"] {
            let (mark, print) = (saying("5 cm", 50.0, 0.9), saying(text, 50.0, 0.8));
            let found = added(&[(&mark, Sure), (&print, Sure)]);
            assert_eq!(found.len(), 2, "{text}");
            assert_eq!(found[1].kind, FindingKind::Text(print.print()));
            let found = added(&[(&mark, Unsure), (&saying(text, 60.0, 0.8), Sure)]);
            assert_eq!(found.len(), 2, "{text}");
            let found = added(&[(&print, Sure), (&mark, Unsure)]);
            assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [found[0].kind], "{text}");
        }
        let unread = Seen { reading: None, ..saying("", 50.0, 0.1) };
        let of = |text: &str| has_unread(std::slice::from_ref(&unread), &added(&[(&saying(text, 50.0, 0.9), Sure)]));
        assert!(of("5 cm") && !of("DOE^JANE"), "what nobody read may be more than a mark");
    }

    #[test]
    fn what_grows_tells_the_most_that_its_lines_tell_and_is_as_sure_as_the_surest() {
        let (words, name) = (saying("Adv Breast", 50.0, 0.9), saying("DOE^JANE", 80.0, 0.8));
        for (one, other) in [(&words, &name), (&name, &words)] {
            let found = added(&[(one, Sureness::Unsure), (other, Sureness::Sure)]);
            let [finding] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!((finding.kind, finding.sureness), (FindingKind::Text(Print::Name), Sureness::Sure));
            assert_eq!(finding.region, one.region.union(&other.region));
        }
        let within = added(&[(&words, Sureness::Sure), (&saying("DOE^JANE", 51.0, 0.8), Sureness::Sure)]);
        let [finding] = within.as_slice() else { panic!("{within:?}") };
        assert_eq!((finding.kind, finding.region), (FindingKind::Text(Print::Name), words.region));
        let surer = added(&[(&words, Sureness::Unsure), (&saying("DOE^JANE", 50.0, 0.8), Sureness::Sure)]);
        assert_eq!(surer[0].sureness, Sureness::Sure, "what is unsure hides nothing that is sure");
    }

    #[test]
    fn a_place_under_two_covers_is_hidden_once() {
        let line = saying("DOE^JANE", 50.0, 0.9);
        let twice = [added(&[(&line, Sureness::Sure)]), added(&[(&line, Sureness::Sure)])].concat();
        let beside = Region { x: line.region.x + 60, ..line.region };
        let once = hidden(twice.iter().take(1), &beside);
        assert!(once > 0.2 && once < 0.4, "{once}");
        assert!((hidden(twice.iter(), &beside) - once).abs() < 1e-9);
    }

    #[test]
    fn a_mark_is_read_again_the_other_way_and_counts_once() {
        let ground = Pixels::new(400, 100, vec![140; 3 * 400 * 100]).unwrap();
        let again = |seen: &Seen| distinct(vec![seen.line], std::slice::from_ref(seen), &ground).len();
        assert_eq!((again(&saying("5 cm", 50.0, 0.9)), again(&saying("DOE^JANE", 50.0, 0.9))), (1, 0));
        assert_eq!(
            places_read(&[saying("5 cm", 50.0, 0.9), saying("DOE^JANE", 51.0, 0.9), saying("R1", 200.0, 0.9)]),
            2
        );
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
