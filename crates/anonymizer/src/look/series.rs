//! A look at all frames of an object, each as it is shown first and in its full range.
//!
//! One set of covers hides parts of every frame, so what is seen in one frame is said of all, and once. What looks like a
//! picture before it is not looked at again.

use std::collections::HashSet;

use super::{FINDINGS_MAX, Looked, Sight, Stage, hash, look_as};
use crate::{
    dicom::{DicomError, Frames, Modality, Object, ObjectLimits},
    error::IntakeError,
    finding::{Doubt, Finding, FindingKind, Search},
    limits::Limits,
    pixels::Pixels,
    print::Capture,
};

/// A finding adds nothing if so many hundredths of it lie under the cover of one like it.
const HIDDEN_HUNDREDTHS: u64 = 85;

/// Every finder looks at every frame; tells once what there is after the upright faces of the first.
pub(super) fn look_at(
    file: &[u8],
    limits: &Limits,
    told: &mut dyn FnMut((u32, u32), &Sight),
) -> Result<Looked, IntakeError> {
    let object = Object::read(file, &ObjectLimits::of(limits))?;
    let capture = capture(object.modality());
    let frames = object.frames();
    let (width, height) = (frames.width(), frames.height());
    let mut sight: Option<Sight> = None;
    for shown in shown(frames) {
        let (frame, pixels) = shown?;
        sight = Some(match sight {
            None => look_as(&pixels, capture, &mut |sight| told((width, height), sight)),
            Some(so_far) => so_far.joined(look_as(&pixels, capture, &mut |_| ()).in_frame(frame)),
        });
    }
    let mut sight = sight.ok_or(IntakeError::NoPixels)?;
    sight.doubts.extend(doubts(&object));
    Ok(Looked { file_sha256: hash(file), width, height, sight })
}

/// Every frame, with its number from 0, as it is shown first and in its full range; what looks like a picture before it is
/// left out.
fn shown(frames: &Frames) -> impl Iterator<Item = Result<(u32, Pixels), DicomError>> {
    let mut seen = HashSet::new();
    let each = (0..frames.count()).flat_map(|frame| {
        let windows = frames.windows(frame);
        let full = windows.into_iter().skip(1).last();
        std::iter::once((frame, None)).chain(full.map(|full| (frame, Some(full))))
    });
    each.map(|(frame, window)| Ok((frame, frames.render(frame, window.as_ref())?)))
        .filter(move |shown| shown.as_ref().map_or(true, |(_, pixels)| seen.insert(hash(pixels.rgb()))))
}

/// What only a person who goes through all of it can settle.
fn doubts(object: &Object) -> impl Iterator<Item = Doubt> {
    let frames = object.frames();
    let has_more = frames.count() > 1 || frames.windows(0).len() > 2;
    let head = object.may_show_a_head().then_some(Doubt::Head);
    head.into_iter().chain(has_more.then_some(Doubt::Frames))
}

/// What an object says of its making is believed for what it adds; nothing is looked for less than in a photograph.
fn capture(modality: Modality) -> Capture {
    match modality {
        Modality::Printed => Capture::Screen,
        Modality::Light => Capture::Camera,
        Modality::Slices | Modality::Projection => Capture::Even,
    }
}

impl Sight {
    /// The same, seen in that frame.
    fn in_frame(mut self, frame: u32) -> Self {
        self.findings.iter_mut().for_each(|finding| finding.frame = frame);
        self
    }

    /// What is said of two frames, as it is said of both.
    fn joined(mut self, other: Self) -> Self {
        for finding in other.findings {
            self.join(finding);
        }
        for searched in &mut self.searched {
            for again in other.searched.iter().filter(|again| again.finder == searched.finder) {
                searched.search = searched.search.and(again.search);
            }
        }
        self.doubts.extend(other.doubts);
        self.findings.sort_by_key(|finding| finding.sureness);
        self.stage = Stage::Whole;
        self
    }

    /// Takes a finding of another frame, alone or as a part of one that is there.
    fn join(&mut self, finding: Finding) {
        let area = finding.region.area();
        let is_hidden = |other: &Finding| {
            other.sureness <= finding.sureness
                && other.proposal.shared(&finding.region) * 100 >= area * HIDDEN_HUNDREDTHS
        };
        let is_part = |other: &Finding| other.region.shared(&finding.region) * 2 >= area.min(other.region.area());
        let mut like = self.findings.iter_mut().filter(|other| is_like(other.kind, finding.kind));
        if let Some(other) = like.find(|other| is_hidden(other) || is_part(other)) {
            if !is_hidden(other) {
                other.region = other.region.union(&finding.region);
                other.proposal = other.proposal.union(&finding.proposal);
                other.sureness = other.sureness.min(finding.sureness);
            }
            other.hear(&finding);
        } else if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            let lost = |finder| finding.voices.iter().any(|voice| voice.finder == finder);
            for searched in self.searched.iter_mut().filter(|searched| lost(searched.finder)) {
                searched.search = searched.search.max(Search::BrokeOff);
            }
        }
    }
}

impl Finding {
    /// Takes what another frame says of the same place: what tells more, with the frame that shows it, and the surest voice of
    /// each finder.
    fn hear(&mut self, other: &Self) {
        if let FindingKind::Text(print) = other.kind
            && self.take_print(print)
        {
            self.frame = other.frame;
        }
        for voice in &other.voices {
            match self.voices.iter_mut().find(|ours| ours.finder == voice.finder) {
                Some(ours) => ours.score_thousandths = ours.score_thousandths.max(voice.score_thousandths),
                None => self.voices.push(*voice),
            }
        }
    }
}

/// Whether findings of two frames may be one. A scale bar and a side marker stay with a click, so they are no other print.
fn is_like(one: FindingKind, other: FindingKind) -> bool {
    match (one, other) {
        (FindingKind::Text(one), FindingKind::Text(other)) => one.is_mark() == other.is_mark(),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finder, Print, Region, Searched, Sureness, Voice};

    fn finding(kind: FindingKind, x: u32, sureness: Sureness) -> Finding {
        let region = Region { x, y: 10, width: 20, height: 10 };
        let proposal = Region { x: x.saturating_sub(2), y: 8, width: 24, height: 14 };
        let voices = vec![Voice { finder: Finder::Lines, score_thousandths: 900 }];
        Finding { kind, region, proposal, frame: 0, sureness, voices }
    }

    fn sight(findings: Vec<Finding>) -> Sight {
        let searched = Finder::ALL.map(|finder| Searched { finder, search: Search::Finished });
        Sight { stage: Stage::Whole, findings, searched: searched.to_vec(), doubts: Default::default() }
    }

    #[test]
    fn a_slice_is_looked_at_in_its_preset_and_in_its_full_range() {
        let frames = |file: &[u8]| Object::read(file, &ObjectLimits::NETWORK).unwrap().frames().clone();
        let slice = frames(include_bytes!("../../tests/dicom/objects/MR_small.dcm"));
        let looks: Vec<_> = shown(&slice).map(Result::unwrap).collect();
        let windows = slice.windows(0);
        let expected = [windows.first(), windows.last()].map(|window| (0, slice.render(0, window).unwrap()));
        assert_eq!(looks, expected);
        let film = frames(include_bytes!("../../tests/dicom/objects/SC_rgb_rle_16bit_2frame.dcm"));
        let numbers: Vec<_> = shown(&film).map(|look| look.unwrap().0).collect();
        assert_eq!(numbers, [0, 1]);
    }

    #[test]
    fn what_stands_in_several_frames_is_said_once_and_what_moves_is_covered_on_its_way() {
        let name = FindingKind::Text(Print::Name);
        let one = sight(vec![finding(name, 10, Sureness::Unsure), finding(FindingKind::Face, 200, Sureness::Sure)]);
        let same = sight(vec![finding(FindingKind::Text(Print::Words), 11, Sureness::Unsure)]);
        let joined = one.joined(same).joined(sight(vec![finding(name, 18, Sureness::Sure)]));
        assert_eq!(joined.findings.len(), 2);
        let text = joined.findings.iter().find(|finding| finding.kind == name).unwrap();
        assert_eq!((text.region, text.sureness), (Region { x: 10, y: 10, width: 28, height: 10 }, Sureness::Sure));
        assert_eq!(text.proposal, Region { x: 8, y: 8, width: 32, height: 14 });
        let face_there = joined.joined(sight(vec![finding(FindingKind::Face, 10, Sureness::Sure)]));
        assert_eq!(face_there.findings.len(), 3, "a face is no print");
    }

    #[test]
    fn a_mark_in_one_frame_is_no_name_in_another_and_the_surest_voice_is_heard() {
        let mark = finding(FindingKind::Text(Print::SideMarker), 10, Sureness::Unsure);
        let words = finding(FindingKind::Text(Print::Words), 10, Sureness::Unsure);
        let mut name = finding(FindingKind::Text(Print::Name), 11, Sureness::Unsure);
        name.voices[0].score_thousandths = 950;
        let joined = sight(vec![mark.clone()]).joined(sight(vec![words])).joined(sight(vec![name.clone()]));
        let [one, other] = joined.findings.as_slice() else { panic!("{:?}", joined.findings) };
        assert_eq!((one, other.kind), (&mark, name.kind));
        assert_eq!(other.voices, name.voices);
    }

    #[test]
    fn what_tells_more_says_what_is_there_and_in_which_frame() {
        let of = |print, x| sight(vec![finding(FindingKind::Text(print), x, Sureness::Sure)]);
        let order = [Print::Words, Print::Date, Print::Number, Print::Name];
        for (at, more) in order.into_iter().enumerate() {
            for x in [10, 18] {
                for less in order.into_iter().take(at) {
                    let joined = of(less, 10).joined(of(more, x).in_frame(7));
                    let told: Vec<_> = joined.findings.iter().map(|finding| (finding.kind, finding.frame)).collect();
                    assert_eq!(told, [(FindingKind::Text(more), 7)], "{less:?}");
                    let joined = of(more, 10).joined(of(less, x).in_frame(7));
                    let told: Vec<_> = joined.findings.iter().map(|finding| (finding.kind, finding.frame)).collect();
                    assert_eq!(told, [(FindingKind::Text(more), 0)], "{less:?}");
                }
            }
        }
    }

    #[test]
    fn a_finder_that_broke_off_in_one_frame_has_not_searched_the_object() {
        let mut broken = sight(Vec::new());
        broken.searched[1].search = Search::NotSearched;
        let joined = sight(Vec::new()).joined(broken.clone()).joined(sight(Vec::new()));
        let searched: Vec<_> = joined.searched.iter().map(|searched| searched.search).collect();
        assert_eq!(searched, [Search::Finished, Search::BrokeOff, Search::Finished, Search::Finished]);
        assert_eq!(broken.clone().joined(broken).searched[1].search, Search::NotSearched, "it failed in every frame");
    }

    #[test]
    fn more_places_than_anybody_answers_count_as_a_search_that_broke_off() {
        let crowd = |from: u32| (0..200).map(|at| finding(FindingKind::Code, from + 30 * at, Sureness::Sure)).collect();
        let joined = sight(crowd(0)).joined(sight(crowd(10_000)));
        assert_eq!(joined.findings.len(), FINDINGS_MAX);
        let lines = joined.searched.iter().find(|searched| searched.finder == Finder::Lines).unwrap();
        assert_eq!(lines.search, Search::BrokeOff);
    }
}
