//! The covers of a picture in words and outlines, and the findings that were left uncovered, as the page shows them before and
//! without scripts.

use anonymizer::{Finding, FindingKind, Region};

use crate::{
    app::{Dismissed, DrawnCover, Reason, Shape},
    sentences::Sentences,
    web::{pieces::Choice, seen::told},
};

/// A cover as the page shows it before and without scripts.
pub(super) struct CoverRow {
    pub(super) index: usize,
    /// What it hides.
    pub(super) name: String,
    /// The finding that it hides and that may stay with one click.
    pub(super) may_stay: Option<usize>,
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) outline: String,
    pub(super) pen: i64,
}

/// A finding that was left uncovered, as the page shows it without scripts.
pub(super) struct LeftRow {
    pub(super) finding: usize,
    pub(super) name: String,
    /// The cover that it had or should have, as SVG path data; empty if there is none.
    pub(super) outline: String,
    pub(super) may_stay: bool,
    pub(super) is_answered: bool,
    pub(super) place: String,
    pub(super) reasons: Vec<Choice>,
}

/// Why a finding may be left uncovered, as forms say it.
const REASONS: [(&str, &str, Reason); 3] = [
    ("not-a-finding", "reason-not-a-finding", Reason::NotAFinding),
    ("not-identifying", "reason-not-identifying", Reason::NotIdentifying),
    ("wrong-place", "reason-wrong-place", Reason::WrongPlace),
];

/// What a form says; none for what nobody could choose, as for nothing.
pub(super) fn reason_of(value: &str) -> Option<Reason> {
    REASONS.iter().find(|(known, ..)| *known == value).map(|(.., reason)| *reason)
}

/// Whether it shows nothing of a person if it is what it seems to be, so that one click leaves it open.
pub(super) const fn may_stay(kind: FindingKind) -> bool {
    matches!(kind, FindingKind::Text(print) if print.is_mark())
}

/// None for a finding that the picture has not.
pub(super) fn left_row(dismissed: &Dismissed, findings: &[Finding]) -> Option<LeftRow> {
    let finding = findings.get(dismissed.finding)?;
    let Region { x, y, width, height } = finding.region;
    let reason = |(value, key, reason): &(&str, &'static str, Reason)| Choice {
        value: (*value).to_owned(),
        key,
        is_chosen: dismissed.reason == Some(*reason),
    };
    let reasons = REASONS.iter().map(reason).collect();
    Some(LeftRow {
        finding: dismissed.finding,
        name: told(finding),
        outline: dismissed.cover.as_ref().map(|cover| cover_row(0, cover, findings).outline).unwrap_or_default(),
        may_stay: may_stay(finding.kind) && dismissed.reason.is_none(),
        is_answered: dismissed.reason.is_some(),
        place: format!("{x}, {y}, {width} × {height}"),
        reasons,
    })
}

pub(super) fn cover_row(index: usize, cover: &DrawnCover, findings: &[Finding]) -> CoverRow {
    let finding = cover.finding.and_then(|at| Some((at, findings.get(at)?)));
    let (corners, outline, pen) = match &cover.shape {
        Shape::Box { x, y, width, height } => {
            (vec![[*x, *y], [x + width, y + height]], format!("M {x} {y} h {width} v {height} h {} z", -width), 0.0)
        }
        Shape::Ellipse { x, y, width, height } => {
            let (rx, ry) = (width / 2.0, height / 2.0);
            let middle = y + ry;
            let arcs = format!("M {x} {middle} a {rx} {ry} 0 1 0 {width} 0 a {rx} {ry} 0 1 0 {} 0 z", -width);
            (vec![[*x, *y], [x + width, y + height]], arcs, 0.0)
        }
        Shape::Polygon { points } => (points.clone(), format!("{} z", line(points)), 0.0),
        Shape::Brush { points, width } if points.len() == 1 => {
            (points.clone(), format!("{} l 0.01 0", line(points)), *width)
        }
        Shape::Brush { points, width } => (points.clone(), line(points), *width),
    };
    let least = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::INFINITY, f64::min) - pen / 2.0;
    let most = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f64::NEG_INFINITY, f64::max) + pen / 2.0;
    let whole = |number: f64| number.round() as i64;
    CoverRow {
        index,
        name: finding.map_or_else(|| Sentences::english().get("cover-own"), |(_, finding)| told(finding)),
        may_stay: finding.filter(|(_, finding)| may_stay(finding.kind)).map(|(at, _)| at),
        x: whole(least(0)),
        y: whole(least(1)),
        width: whole(most(0) - least(0)),
        height: whole(most(1) - least(1)),
        outline,
        pen: whole(pen),
    }
}

fn line(points: &[[f64; 2]]) -> String {
    let step = |(index, [x, y]): (usize, &[f64; 2])| format!("{} {x} {y}", if index == 0 { "M" } else { "L" });
    points.iter().enumerate().map(step).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_outlined_as_it_is_burnt_in() {
        let outline = |shape: Shape| {
            let row = cover_row(0, &DrawnCover { shape, finding: None }, &[]);
            (row.outline, [row.x, row.y, row.width, row.height, row.pen])
        };
        let boxed = Shape::Box { x: -5.0, y: 2.0, width: 30.0, height: 40.0 };
        assert_eq!(outline(boxed), ("M -5 2 h 30 v 40 h -30 z".to_owned(), [-5, 2, 30, 40, 0]));
        let round = Shape::Ellipse { x: 0.0, y: 0.0, width: 10.0, height: 4.0 };
        assert_eq!(outline(round).0, "M 0 2 a 5 2 0 1 0 10 0 a 5 2 0 1 0 -10 0 z");
        let corners = Shape::Polygon { points: vec![[0.0, 0.0], [9.0, 0.0], [9.0, 9.0]] };
        assert_eq!(outline(corners), ("M 0 0 L 9 0 L 9 9 z".to_owned(), [0, 0, 9, 9, 0]));
        let dot = Shape::Brush { points: vec![[5.0, 5.0]], width: 6.0 };
        assert_eq!(outline(dot), ("M 5 5 l 0.01 0".to_owned(), [2, 2, 6, 6, 6]));
    }
}
