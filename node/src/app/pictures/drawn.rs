//! Covers as the editor draws them: JSON with numbers that may lie outside the picture, and the shapes that are burnt in.
//!
//! ```text
//! { "covers": [Cover], "dismissed": [{ "finding": 3, "reason": "not-a-finding", "cover": Cover }] }
//! Cover = { "shape": "box" | "ellipse", "x", "y", "width", "height", "finding" }
//!       | { "shape": "polygon", "points": [[x, y], …], "finding" }
//!       | { "shape": "brush", "points": [[x, y], …], "width", "finding" }
//! ```

use std::collections::BTreeSet;

use anonymizer::{Cover, Dismissal, DismissalReason, Finding, Region, Sureness};
use serde::{Deserialize, Serialize};

use super::clip::{Corner, PLACE_MAX, clipped_line, clipped_polygon, ellipse};
use crate::app::{AppError, Unusable};

/// All covers of one picture as drawn, and the findings that were left open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Drawn {
    #[serde(default)]
    pub(crate) covers: Vec<DrawnCover>,
    #[serde(default)]
    pub(crate) dismissed: Vec<Dismissed>,
}

/// A cover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DrawnCover {
    #[serde(flatten)]
    pub(crate) shape: Shape,
    /// The finding that it hides, by its place among the findings; none if a person added it.
    #[serde(default)]
    pub(crate) finding: Option<usize>,
}

/// A shape, in pixels of the upright picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "lowercase")]
pub(crate) enum Shape {
    Box {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    Ellipse {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    Polygon {
        points: Vec<Corner>,
    },
    /// A round pen of that width.
    Brush {
        points: Vec<Corner>,
        width: f64,
    },
}

/// A finding without a cover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dismissed {
    pub(crate) finding: usize,
    /// Absent: not said yet.
    #[serde(default)]
    pub(crate) reason: Option<Reason>,
    /// The cover that was taken away, so that it can be put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cover: Option<DrawnCover>,
}

/// Why a finding is left without a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    NotAFinding,
    NotIdentifying,
    WrongPlace,
}

impl Drawn {
    /// What the editor posted. No finding is left open twice.
    pub(crate) fn parse(text: &str) -> Result<Self, AppError> {
        let drawn: Self = serde_json::from_str(text).map_err(|_| Unusable::CoversUnreadable)?;
        let findings: BTreeSet<_> = drawn.dismissed.iter().map(|dismissed| dismissed.finding).collect();
        if findings.len() == drawn.dismissed.len() { Ok(drawn) } else { Err(Unusable::CoversUnreadable.into()) }
    }

    /// A cover on every finding that is sure; one that is not is left open until its person says something of it.
    pub(crate) fn proposed(findings: &[Finding]) -> Self {
        Self::default().with_findings(findings, 0)
    }

    /// The same for those from a place on, beside what is drawn already.
    pub(crate) fn with_findings(mut self, findings: &[Finding], from: usize) -> Self {
        for (index, finding) in findings.iter().enumerate().skip(from) {
            let Region { x, y, width, height } = finding.proposal;
            let [x, y, width, height] = [x, y, width, height].map(f64::from);
            let cover = DrawnCover { shape: Shape::Box { x, y, width, height }, finding: Some(index) };
            match finding.sureness {
                Sureness::Sure => self.covers.push(cover),
                Sureness::Unsure => {
                    self.dismissed.push(Dismissed { finding: index, reason: None, cover: Some(cover) });
                }
            }
        }
        self
    }

    /// With every finding covered that nobody has said anything of.
    pub(crate) fn all_covered(mut self) -> Self {
        let open = self.dismissed.extract_if(.., |dismissed| dismissed.reason.is_none());
        self.covers.extend(open.filter_map(|dismissed| dismissed.cover));
        self
    }

    /// Without one cover. A finding that nothing hides any more is dismissed; why, the person says.
    pub(crate) fn without(mut self, index: usize) -> Self {
        if index >= self.covers.len() {
            return self;
        }
        let cover = self.covers.remove(index);
        if let Some(finding) = cover.finding
            && !self.covers.iter().any(|other| other.finding == Some(finding))
        {
            self.dismissed.push(Dismissed { finding, reason: None, cover: Some(cover) });
        }
        self
    }

    /// With what a person says of a finding that was left open; none: it is not said yet.
    pub(crate) fn excused(mut self, finding: usize, reason: Option<Reason>) -> Self {
        for dismissed in self.dismissed.iter_mut().filter(|dismissed| dismissed.finding == finding) {
            dismissed.reason = reason;
        }
        self
    }

    /// With a finding left open in one step: whatever was drawn for it goes, and this is why.
    pub(crate) fn stays(mut self, finding: usize, reason: Reason) -> Self {
        let is_its = |cover: &mut DrawnCover| cover.finding == Some(finding);
        let cover = self.covers.extract_if(.., is_its).last();
        let before = self.dismissed.extract_if(.., |dismissed| dismissed.finding == finding).last();
        if cover.is_some() || before.is_some() {
            let cover = cover.or(before.and_then(|before| before.cover));
            self.dismissed.push(Dismissed { finding, reason: Some(reason), cover });
        }
        self
    }

    /// With the cover on a finding that was taken off, or that nobody had put there.
    pub(crate) fn put_back(mut self, finding: usize) -> Self {
        let put_back = self.dismissed.extract_if(.., |dismissed| dismissed.finding == finding);
        self.covers.extend(put_back.filter_map(|dismissed| dismissed.cover));
        self
    }

    /// How many findings a cover hides that was drawn for them.
    pub(crate) fn covered(&self) -> usize {
        self.covers.iter().filter_map(|cover| cover.finding).collect::<BTreeSet<_>>().len()
    }

    /// With one more box.
    pub(crate) fn with_box(mut self, x: i32, y: i32, width: i32, height: i32) -> Self {
        let [x, y, width, height] = [x, y, width, height].map(f64::from);
        self.covers.push(DrawnCover { shape: Shape::Box { x, y, width, height }, finding: None });
        self
    }

    /// As they are burnt in. What reaches over the left or upper edge of the picture is cut off there.
    ///
    /// # Errors
    /// A cover that lies beside the picture hides nothing, and its person may believe otherwise.
    pub(crate) fn covers(&self) -> Result<Vec<Cover>, AppError> {
        let cover = |(index, drawn): (usize, &DrawnCover)| {
            drawn.shape.cover().ok_or_else(|| Unusable::HidesNothing(index + 1).into())
        };
        self.covers.iter().enumerate().map(cover).collect()
    }

    /// Whether each finding that was left open is one of these.
    pub(crate) fn check_dismissed(&self, findings: &[Finding]) -> Result<(), AppError> {
        let is_known = |dismissed: &Dismissed| dismissed.finding < findings.len();
        if self.dismissed.iter().all(is_known) { Ok(()) } else { Err(Unusable::UnknownFinding.into()) }
    }

    /// The findings that were left open, each with its reason.
    pub(crate) fn dismissals(&self, findings: &[Finding]) -> Result<Vec<Dismissal>, AppError> {
        let dismissal = |dismissed: &Dismissed| {
            let finding = findings.get(dismissed.finding);
            let finding = finding.ok_or(Unusable::UnknownFinding)?;
            let reason = dismissed.reason.ok_or(Unusable::NoReason(dismissed.finding + 1))?;
            let reason = match reason {
                Reason::NotAFinding => DismissalReason::NotThere,
                Reason::NotIdentifying => DismissalReason::NotIdentifying,
                Reason::WrongPlace => DismissalReason::CoveredOtherwise,
            };
            Ok(Dismissal { kind: finding.kind, region: finding.region, reason })
        };
        self.dismissed.iter().map(dismissal).collect()
    }
}

impl Shape {
    /// The shape that is burnt in; none if it lies beside the picture on its left or above it.
    fn cover(&self) -> Option<Cover> {
        match self {
            Self::Box { x, y, width, height } => region(*x, *y, *width, *height).map(Cover::Box),
            Self::Ellipse { x, y, width, height } if *x >= 0.0 && *y >= 0.0 => {
                region(*x, *y, *width, *height).map(Cover::Ellipse)
            }
            Self::Ellipse { x, y, width, height } => {
                let points = clipped_polygon(&ellipse(*x, *y, *width, *height));
                (points.len() >= 3).then_some(Cover::Polygon(points))
            }
            Self::Polygon { points } => {
                let points = clipped_polygon(points);
                (points.len() >= 3).then_some(Cover::Polygon(points))
            }
            Self::Brush { points, width } => {
                let radius = (width / 2.0).ceil().clamp(0.0, PLACE_MAX) as u32;
                let reaches = |[x, y]: &Corner| *x >= -f64::from(radius) && *y >= -f64::from(radius);
                let points = points.iter().any(reaches).then(|| clipped_line(points))?;
                Some(Cover::Brush { points, radius })
            }
        }
    }
}

fn region(x: f64, y: f64, width: f64, height: f64) -> Option<Region> {
    let edge = |at: f64| at.round().clamp(0.0, PLACE_MAX) as u32;
    let (left, top, right, bottom) = (edge(x), edge(y), edge(x + width), edge(y + height));
    (left < right && top < bottom).then(|| Region { x: left, y: top, width: right - left, height: bottom - top })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymizer::{Finder, FindingKind, Point, Voice};

    fn face(x: u32) -> Finding {
        let region = Region { x, y: 20, width: 30, height: 40 };
        let proposal = Region { x: x - 5, y: 10, width: 40, height: 60 };
        let voices = vec![Voice { finder: Finder::Rustface, score_thousandths: 900 }];
        Finding { kind: FindingKind::Face, region, proposal, frame: 0, sureness: Sureness::Sure, voices }
    }

    #[test]
    fn every_finding_is_covered_before_anybody_looked() {
        let drawn = Drawn::proposed(&[face(50), face(200)]);
        assert_eq!(drawn.covers().unwrap(), [face(50), face(200)].map(|face| face.proposed_cover()));
    }

    #[test]
    fn what_is_not_sure_waits_for_a_word_and_is_covered_where_nobody_can_say_one() {
        let unsure = Finding { sureness: Sureness::Unsure, ..face(200) };
        let drawn = Drawn::proposed(&[face(50), unsure.clone()]);
        assert_eq!((drawn.covers.len(), drawn.dismissed[0].finding), (1, 1));
        assert!(drawn.dismissals(&[face(50), unsure]).is_err(), "nothing is signed before");
        let all = drawn.all_covered();
        assert_eq!((all.covers[1].finding, all.dismissed.len()), (Some(1), 0));
    }

    #[test]
    fn one_step_leaves_a_finding_open_and_one_covers_it_again() {
        let stays = Drawn::proposed(&[face(50), face(200)]).stays(0, Reason::NotIdentifying);
        assert_eq!((stays.covers.len(), stays.dismissed[0].reason), (1, Some(Reason::NotIdentifying)));
        assert_eq!(stays.dismissals(&[face(50), face(200)]).unwrap()[0].region, face(50).region);
        let again = stays.put_back(0);
        assert_eq!((again.covered(), again.dismissed.len()), (2, 0));
    }

    #[test]
    fn what_the_editor_posts_is_read() {
        let text = r#"{ "covers": [
            { "shape": "box", "x": 1, "y": 2, "width": 3, "height": 4, "finding": null },
            { "shape": "ellipse", "x": 1, "y": 2, "width": 3, "height": 4, "finding": 0 },
            { "shape": "polygon", "points": [[0, 0], [9, 0], [9, 9]], "finding": null },
            { "shape": "brush", "points": [[5, 5]], "width": 7, "finding": null } ],
          "dismissed": [{ "finding": 1, "reason": "not-identifying" }] }"#;
        let drawn = Drawn::parse(text).unwrap();
        let point = |x, y| Point { x, y };
        let region = Region { x: 1, y: 2, width: 3, height: 4 };
        assert_eq!(
            drawn.covers().unwrap(),
            [
                Cover::Box(region),
                Cover::Ellipse(region),
                Cover::Polygon(vec![point(0, 0), point(9, 0), point(9, 9)]),
                Cover::Brush { points: vec![point(5, 5)], radius: 4 },
            ]
        );
        let dismissals = drawn.dismissals(&[face(50), face(200)]).unwrap();
        assert_eq!(dismissals[0].region, face(200).region);
        assert_eq!(dismissals[0].reason, DismissalReason::NotIdentifying);
        assert_eq!(Drawn::parse(&serde_json::to_string(&drawn).unwrap()).unwrap(), drawn);
        assert!(drawn.dismissals(&[face(50)]).is_err());
    }

    #[test]
    fn no_finding_is_left_open_twice() {
        let one = r#"{ "finding": 0, "reason": "wrong-place" }"#;
        let both = format!(
            r#"{{ "covers": [{{ "shape": "box", "x": 1, "y": 2, "width": 3, "height": 4, "finding": 0 }}], "dismissed": [{one}] }}"#
        );
        let stays = Drawn::parse(&both).unwrap().stays(0, Reason::NotIdentifying);
        assert_eq!((stays.covers.len(), stays.dismissed.len()), (0, 1));
        assert_eq!(stays.dismissed[0].reason, Some(Reason::NotIdentifying));
        assert!(stays.put_back(0).covered() == 1, "its cover is kept");
        let twice = Drawn::parse(&format!(r#"{{ "covers": [], "dismissed": [{one}, {one}] }}"#));
        assert!(twice.unwrap_err().to_string().contains("cannot be read"));
    }

    #[test]
    fn what_is_left_uncovered_without_a_reason_is_kept_and_not_signed() {
        let drawn = Drawn::parse(r#"{ "covers": [], "dismissed": [{ "finding": 0, "reason": null }] }"#).unwrap();
        drawn.check_dismissed(&[face(50)]).unwrap();
        let refused = drawn.dismissals(&[face(50)]).unwrap_err();
        assert!(refused.to_string().contains("finding 1 is left uncovered without a reason"), "{refused}");
        assert!(drawn.check_dismissed(&[]).is_err());
    }

    #[test]
    fn a_box_over_the_edge_is_cut_off_there_and_one_beside_the_picture_is_refused() {
        let over = Drawn::default().with_box(-10, -5, 30, 15);
        assert_eq!(over.covers().unwrap(), [Cover::Box(Region { x: 0, y: 0, width: 20, height: 10 })]);
        let beside = Drawn::default().with_box(-30, 0, 20, 10);
        assert!(beside.covers().unwrap_err().to_string().contains("cover 1 hides no part"));
    }

    #[test]
    fn taking_a_cover_off_a_finding_dismisses_it_only_if_nothing_else_hides_it() {
        let twice = Drawn::proposed(&[face(50)]);
        let mut twice = twice.with_box(0, 0, 90, 90);
        twice.covers[1].finding = Some(0);
        let once = twice.without(0);
        assert!(once.dismissed.is_empty());
        let bare = once.without(0);
        assert_eq!((bare.dismissed[0].finding, bare.dismissed[0].reason), (0, None), "nobody has said why");
        assert_eq!(bare.clone().without(7), bare);
    }
}
