//! The signed account of what was done to a picture before it left its hospital, in words.

use askama::Template;
use axum::{extract::Path, response::Response};
use casebook::row::Reach;
use house::audit::{Action, Outcome};
use protocol::{
    CaseId,
    payload::manifest::{
        Concern, Cover, Dismissal, DismissalReason, Doubt, Finder, FindingKind, Manifest, Origin, Removed, Shape,
    },
};

use super::case::readable;
use crate::{
    app::AppError,
    sentences::Sentences,
    web::{
        extract::id,
        frame::{Frame, Reading, html},
        pieces::{Badge, plain},
        problem::Problem,
    },
};

#[derive(Template)]
#[template(path = "case/manifest.html")]
struct ManifestPage {
    t: &'static Sentences,
    frame: Frame,
    case: String,
    number: usize,
    lead_key: &'static str,
    reviewer: Reviewer,
    finders: Vec<FinderShown>,
    covers: Vec<CoverShown>,
    dismissed: Vec<DismissedShown>,
    answered: Vec<&'static str>,
    looked_for: Vec<&'static str>,
    removed: Vec<&'static str>,
    methods: Vec<u32>,
}

/// Who looked, as their hospital names them. Their word stands under the signature of the case; of a standing of their own it
/// says nothing.
struct Reviewer {
    name: String,
    institution: String,
}

/// A program that looked.
struct FinderShown {
    name: String,
    /// SHA-256 of its model; empty if it has none.
    model: String,
    has_finished: bool,
}

/// What hides a part of the picture.
struct CoverShown {
    shape_key: &'static str,
    origin_key: &'static str,
    /// Its size and place; empty: the shape has no box.
    place: String,
}

/// What was found and left open.
struct DismissedShown {
    kind_key: &'static str,
    place: String,
    reason_key: &'static str,
}

pub(super) async fn show(reading: Reading, Path((case, number)): Path<(String, String)>) -> Result<Response, Problem> {
    let (case, number): (CaseId, usize) = (id("case", &case)?, id("picture", &number)?);
    let actor = reading.visitor.actor;
    let (manifest, reviewer, lead_key) = reading
        .web
        .run(move |app| {
            let view = readable(app, case, &actor)?;
            let picture = number.checked_sub(1).and_then(|index| view.summary.pictures.get(index));
            let picture = picture.ok_or(AppError::NotFound("picture"))?;
            let objects = vec![case.number.into(), picture.blob.into()];
            app.desk.note(&actor, Action::ViewPicture, objects, Outcome::Done)?;
            let joined = app.joined()?;
            let (reviewer, standing) = (picture.manifest.reviewer, view.open.standing());
            let badge = joined.shared().badge_of(reviewer, case.institution, view.open.current, standing)?;
            let Badge { name, institution, .. } = Badge::of(&badge);
            let lead_key = if view.open.reach == Reach::House { "manifest-lead-house" } else { "manifest-lead" };
            Ok((picture.manifest.clone(), Reviewer { name, institution }, lead_key))
        })
        .await?;
    let Manifest { finders, covers, dismissed, answered, looked_for, removed, methods, .. } = manifest;
    html(&ManifestPage {
        t: Sentences::english(),
        frame: reading.frame(""),
        case: format!("/cases/{case}"),
        number,
        lead_key,
        reviewer,
        finders: finders.iter().map(finder).collect(),
        covers: covers.iter().map(cover).collect(),
        dismissed: dismissed.iter().map(left_open).collect(),
        answered: answered.into_iter().map(doubt_key).collect(),
        looked_for: looked_for.into_iter().map(concern_key).collect(),
        removed: removed.into_iter().map(removed_key).collect(),
        methods,
    })
}

fn finder(finder: &Finder) -> FinderShown {
    let name = format!("{} {}", plain(finder.name.as_str()), plain(finder.version.as_str()));
    FinderShown { name, model: finder.model.map(hex::encode).unwrap_or_default(), has_finished: finder.has_finished }
}

fn cover(cover: &Cover) -> CoverShown {
    let shape_key = match cover.shape {
        Shape::Ellipse => "shape-ellipse",
        Shape::Polygon => "shape-polygon",
        Shape::Brush => "shape-brush",
        Shape::Box => "shape-box",
        Shape::Other(_) => "shape-other",
    };
    let has_box = matches!(cover.shape, Shape::Box | Shape::Ellipse);
    let place = if has_box { place_of(&cover.numbers) } else { String::new() };
    let origin_key = match cover.origin {
        Origin::Finder => "manifest-by-program",
        Origin::Person => "manifest-by-person",
        Origin::Other(_) => "manifest-by-other",
    };
    CoverShown { shape_key, origin_key, place }
}

fn left_open(dismissed: &Dismissal) -> DismissedShown {
    let reason_key = match dismissed.reason {
        DismissalReason::NotIdentifying => "reason-not-identifying",
        DismissalReason::CoveredOtherwise => "reason-wrong-place",
        DismissalReason::NotThere => "reason-not-a-finding",
        DismissalReason::Other(_) => "reason-other",
    };
    DismissedShown { kind_key: kind_key(dismissed.kind), place: place_of(&dismissed.area), reason_key }
}

const fn kind_key(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Face => "kind-face",
        FindingKind::Name => "kind-name",
        FindingKind::Date => "kind-date",
        FindingKind::Number => "kind-number",
        FindingKind::ScaleBar => "kind-scale-bar",
        FindingKind::SideMarker => "kind-side-marker",
        FindingKind::Words => "kind-words",
        FindingKind::Code => "kind-code",
        FindingKind::Other(_) => "kind-other",
    }
}

const fn doubt_key(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::SkinWithoutFace => "manifest-doubt-skin",
        Doubt::Head => "manifest-doubt-head",
        Doubt::Frames => "manifest-doubt-frames",
        Doubt::Other(_) => "kind-other",
    }
}

const fn concern_key(concern: Concern) -> &'static str {
    match concern {
        Concern::Faces => "manifest-concern-faces",
        Concern::Print => "manifest-concern-print",
        Concern::SkinMarks => "manifest-concern-skin",
        Concern::Belongings => "manifest-concern-belongings",
        Concern::Surroundings => "manifest-concern-surroundings",
        Concern::Rarity => "manifest-concern-rarity",
        Concern::Other(_) => "kind-other",
    }
}

/// Size and place of a box that says left, top, width, height.
fn place_of(numbers: &[u32]) -> String {
    let [x, y, width, height] = numbers else { return String::new() };
    let at = Sentences::english().with2("manifest-at", "x", x.to_string(), "y", y.to_string());
    format!("{width} × {height} px {at}")
}

const fn removed_key(removed: Removed) -> &'static str {
    match removed {
        Removed::Place => "removed-place",
        Removed::Time => "removed-time",
        Removed::Device => "removed-device",
        Removed::Person => "removed-person",
        Removed::Comment => "removed-comment",
        Removed::EmbeddedPicture => "removed-picture",
        Removed::ColourProfile => "removed-profile",
        Removed::TrailingData => "removed-trailing",
        Removed::OtherMetadata | Removed::Other(_) => "removed-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::payload::manifest::FindingKind;

    #[test]
    fn what_a_newer_node_may_say_is_called_nothing_that_it_is_not() {
        let shown = cover(&Cover { shape: Shape::Other(9), origin: Origin::Other(9), numbers: vec![1, 2, 3, 4] });
        assert_eq!((shown.shape_key, shown.origin_key, shown.place.as_str()), ("shape-other", "manifest-by-other", ""));
        let left = left_open(&Dismissal {
            kind: FindingKind::Face,
            area: vec![1, 2, 3, 4],
            reason: DismissalReason::Other(9),
        });
        assert_eq!((left.reason_key, left.place.as_str()), ("reason-other", "3 × 4 px at 1, 2"));
    }
}
