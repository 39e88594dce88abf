//! Many hits become one finding a face.
//!
//! A face is seen at several sizes and, askew, in several orientations. The surest hit says that it is there; which way up
//! it is, and so which box is right and where the hair is, is said by the orientation for which most score speaks: a
//! turned look at an upright face is often sure and seldom tight.

use std::cmp::{Ordering, Reverse};

use crate::{
    faces::hit::Hit,
    finding::{Finding, FindingKind, Sureness, Voice},
    pixels::Pixels,
};

/// Two hits that share this much of their area together are one face.
const SAME_FACE: f64 = 0.3;
/// A hit that shares this much of the smaller of both is a part of the face, or the face and what is round it.
const PART_OF_FACE: f64 = 0.6;

/// A hit that sees a face in another orientation is the same face, askew, from this share of the smaller of both on.
const ASKEW_FACE: f64 = 0.3;

/// One finding a face: what is covered before anybody looked first, then the surest.
pub(crate) fn merged(hits: &[Hit], whole: &Pixels) -> Vec<Finding> {
    let mut sorted: Vec<&Hit> = hits.iter().collect();
    sorted.sort_by(|a, b| certainty(b, a));
    let mut faces: Vec<Face<'_>> = Vec::new();
    for hit in sorted {
        match faces.iter_mut().find(|face| face.has(hit)) {
            Some(face) => face.others.push(hit),
            None => faces.push(Face { surest: hit, others: Vec::new() }),
        }
    }
    let mut findings: Vec<Finding> = faces.iter().filter_map(|face| face.finding(whole)).collect();
    findings.sort_by(|a, b| a.sureness.cmp(&b.sureness).then(b.voices.cmp(&a.voices)));
    findings
}

/// Scores of different finders cannot be compared; CenterFace finds more and goes first.
fn certainty(a: &Hit, b: &Hit) -> Ordering {
    a.finder.cmp(&b.finder).then(a.score.total_cmp(&b.score))
}

/// The hits of one face.
struct Face<'a> {
    surest: &'a Hit,
    /// From sure to unsure.
    others: Vec<&'a Hit>,
}

impl<'a> Face<'a> {
    fn has(&self, hit: &Hit) -> bool {
        let (ours, theirs) = (&self.surest.face, &hit.face);
        let part = if hit.quarters == self.surest.quarters { PART_OF_FACE } else { ASKEW_FACE };
        ours.overlap(theirs) >= SAME_FACE || ours.inclusion(theirs) >= part
    }

    fn hits(&self) -> impl Iterator<Item = &'a Hit> {
        std::iter::once(self.surest).chain(self.others.iter().copied())
    }

    fn finding(&self, whole: &Pixels) -> Option<Finding> {
        let truest = self.truest();
        let sureness = if self.hits().any(Hit::is_sure) { Sureness::Sure } else { Sureness::Unsure };
        Some(Finding {
            kind: FindingKind::Face,
            region: truest.face.rounded(whole)?,
            proposal: truest.head().outer(whole)?,
            frame: 0,
            sureness,
            voices: self.voices(),
        })
    }

    /// The surest hit of the orientation for which most score speaks.
    fn truest(&self) -> &'a Hit {
        let speaks = |hit: &&Hit| hit.finder == self.surest.finder && self.surest.face.overlap(&hit.face) >= SAME_FACE;
        let mut scores = [0.0; 4];
        for hit in self.hits().filter(speaks) {
            if let Some(score) = scores.get_mut(hit.quarters as usize) {
                *score += hit.score;
            }
        }
        let best = (0..4).zip(scores).max_by(|(a, ours), (b, theirs)| ours.total_cmp(theirs).then(b.cmp(a)));
        let quarters = best.map_or(0, |(quarters, _)| quarters);
        self.hits().filter(speaks).find(|hit| hit.quarters == quarters).unwrap_or(self.surest)
    }

    /// The surest of each finder, the one that sees more first.
    fn voices(&self) -> Vec<Voice> {
        let mut voices: Vec<Voice> = Vec::new();
        for hit in self.hits() {
            if voices.iter().all(|voice| voice.finder != hit.finder) {
                voices.push(Voice { finder: hit.finder, score_thousandths: hit.score_thousandths() });
            }
        }
        voices.sort_by_key(|voice| Reverse(voice.finder));
        voices
    }
}
