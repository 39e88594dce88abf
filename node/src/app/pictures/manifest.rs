//! The account of a released picture, as it travels in the summary.

use anonymizer::{
    CleanImage, Concern, Cover, CoverRecord, Dismissal, DismissalReason, Doubt, FinderRecord, FindingKind, Point,
    Print, Region, Released,
};
use protocol::{
    BlobId,
    codec::Text,
    payload::{
        content::{MediaType, Picture},
        manifest::{self, Manifest, Shape},
    },
};

/// A released picture as a summary lists it.
pub(super) fn picture(released: &Released, blob: BlobId, preview: BlobId, alt: &str) -> Picture {
    let size = |image: &CleanImage| u32::try_from(image.bytes().len()).unwrap_or(u32::MAX);
    Picture {
        blob,
        blob_size: size(&released.picture),
        media_type: match released.picture.media_type() {
            anonymizer::MediaType::Jpeg => MediaType::Jpeg,
            anonymizer::MediaType::Png => MediaType::Png,
            anonymizer::MediaType::Dicom => MediaType::Dicom,
        },
        width: released.picture.width(),
        height: released.picture.height(),
        preview,
        preview_size: size(&released.preview),
        alt: Text::from(alt.trim()),
        manifest: to_wire(released.picture.manifest()),
        pairing: None,
    }
}

fn to_wire(account: &anonymizer::Manifest) -> Manifest {
    let mut removed: Vec<manifest::Removed> = Vec::new();
    for kind in account.removed.iter().map(|kind| removed_to_wire(*kind)) {
        if !removed.contains(&kind) {
            removed.push(kind);
        }
    }
    Manifest {
        reviewer: account.reviewer,
        finders: account.finders.iter().map(finder).collect(),
        covers: account.covers.iter().map(cover).collect(),
        dismissed: account.dismissed.iter().map(dismissal).collect(),
        removed,
        answered: account.answered.iter().map(|doubt| doubt_to_wire(*doubt)).collect(),
        looked_for: account.looked_for.iter().map(|concern| concern_to_wire(*concern)).collect(),
        methods: account.methods.clone(),
    }
}

fn finder(record: &FinderRecord) -> manifest::Finder {
    manifest::Finder {
        name: Text::from(record.finder.name()),
        version: Text::from(record.finder.version()),
        model: record.model_sha256,
        has_finished: record.search.is_finished(),
    }
}

fn cover(record: &CoverRecord) -> manifest::Cover {
    let places = |points: &[Point]| points.iter().flat_map(|point| [point.x, point.y]).collect::<Vec<u32>>();
    let (shape, numbers) = match &record.cover {
        Cover::Box(region) => (Shape::Box, sides(region)),
        Cover::Ellipse(region) => (Shape::Ellipse, sides(region)),
        Cover::Polygon(points) => (Shape::Polygon, places(points)),
        Cover::Brush { points, radius } => (Shape::Brush, [vec![*radius], places(points)].concat()),
    };
    let origin = match record.origin {
        anonymizer::Origin::Finder => manifest::Origin::Finder,
        anonymizer::Origin::Person => manifest::Origin::Person,
    };
    manifest::Cover { shape, origin, numbers }
}

fn dismissal(dismissal: &Dismissal) -> manifest::Dismissal {
    let reason = match dismissal.reason {
        DismissalReason::NotThere => manifest::DismissalReason::NotThere,
        DismissalReason::NotIdentifying => manifest::DismissalReason::NotIdentifying,
        DismissalReason::CoveredOtherwise => manifest::DismissalReason::CoveredOtherwise,
    };
    manifest::Dismissal { kind: kind(dismissal.kind), area: sides(&dismissal.region), reason }
}

fn kind(kind: FindingKind) -> manifest::FindingKind {
    match kind {
        FindingKind::Face => manifest::FindingKind::Face,
        FindingKind::Text(Print::Name) => manifest::FindingKind::Name,
        FindingKind::Text(Print::Date) => manifest::FindingKind::Date,
        FindingKind::Text(Print::Number) => manifest::FindingKind::Number,
        FindingKind::Text(Print::ScaleBar) => manifest::FindingKind::ScaleBar,
        FindingKind::Text(Print::SideMarker) => manifest::FindingKind::SideMarker,
        FindingKind::Text(Print::Words) => manifest::FindingKind::Words,
        FindingKind::Code => manifest::FindingKind::Code,
    }
}

fn doubt_to_wire(doubt: Doubt) -> manifest::Doubt {
    match doubt {
        Doubt::SkinWithoutFace => manifest::Doubt::SkinWithoutFace,
        Doubt::Head => manifest::Doubt::Head,
        Doubt::Frames => manifest::Doubt::Frames,
    }
}

fn concern_to_wire(concern: Concern) -> manifest::Concern {
    match concern {
        Concern::Faces => manifest::Concern::Faces,
        Concern::Print => manifest::Concern::Print,
        Concern::SkinMarks => manifest::Concern::SkinMarks,
        Concern::Belongings => manifest::Concern::Belongings,
        Concern::Surroundings => manifest::Concern::Surroundings,
        Concern::Rarity => manifest::Concern::Rarity,
    }
}

fn sides(region: &Region) -> Vec<u32> {
    vec![region.x, region.y, region.width, region.height]
}

fn removed_to_wire(kind: anonymizer::Removed) -> manifest::Removed {
    use anonymizer::Removed as There;
    use manifest::Removed;
    match kind {
        There::Place => Removed::Place,
        There::Time => Removed::Time,
        There::Camera | There::SerialNumber | There::MakerNotes => Removed::Device,
        There::Owner | There::People | There::Identity => Removed::Person,
        There::Comment | There::Caption | There::Overlay => Removed::Comment,
        There::Thumbnail | There::FurtherPictures | There::Film => Removed::EmbeddedPicture,
        There::ColourProfile => Removed::ColourProfile,
        There::BehindTheEnd => Removed::TrailingData,
        There::EditingHistory | There::ProgramData | There::PrivateAttributes | There::OtherAttributes => {
            Removed::OtherMetadata
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anonymizer::Search;
    use protocol::ClinicianId;

    #[test]
    fn the_account_says_who_looked_what_hides_and_what_was_taken_off() {
        let record = |cover, origin| CoverRecord { cover, origin };
        let region = Region { x: 1, y: 2, width: 3, height: 4 };
        let point = |x, y| Point { x, y };
        let account = anonymizer::Manifest {
            reviewer: ClinicianId([7; 32]),
            finders: vec![FinderRecord {
                finder: anonymizer::Finder::Rustface,
                model_sha256: Some([9; 32]),
                search: Search::NotSearched,
            }],
            covers: vec![
                record(Cover::Ellipse(region), anonymizer::Origin::Finder),
                record(Cover::Brush { points: vec![point(5, 6), point(7, 8)], radius: 3 }, anonymizer::Origin::Person),
            ],
            dismissed: Vec::new(),
            answered: [anonymizer::Doubt::SkinWithoutFace].into(),
            looked_for: Concern::ALL.into(),
            removed: anonymizer::Removed::ALL.into_iter().collect(),
            width: 10,
            height: 10,
            media_type: anonymizer::MediaType::Dicom,
            methods: vec![113_100, 113_101],
        };
        let wire = to_wire(&account);
        assert_eq!(wire.reviewer, account.reviewer);
        assert!(!wire.finders[0].has_finished);
        assert_eq!((wire.covers[0].shape, &wire.covers[0].numbers[..]), (Shape::Ellipse, &[1, 2, 3, 4][..]));
        assert_eq!(wire.covers[1].numbers, [3, 5, 6, 7, 8]);
        assert_eq!(wire.methods, account.methods);
        assert_eq!(wire.removed.len(), 9, "every kind of the wire, each once");
    }
}
