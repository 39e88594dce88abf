//! Sentences beside fields.

use std::time::Duration;

use anonymizer::Format;

use super::*;

/// A sentence is one if it begins and ends as one, and every place in it is filled.
fn is_sentence(text: &str) -> bool {
    text.starts_with(|first: char| first.is_uppercase())
        && text.ends_with('.')
        && !["refused-", "{", "$"].iter().any(|left| text.contains(left))
}

#[test]
fn whatever_is_not_accepted_is_said_in_a_whole_sentence() {
    let (found, limit) = (13, 12);
    let refusals = [
        Refusal::SignIn,
        Refusal::LoginTaken,
        Refusal::SignUpClosed,
        Refusal::NameTooCommon,
        Refusal::AuditorAlone,
        Refusal::NotOfTheHouse,
        Refusal::GuardedRole,
        Refusal::OwnRoles,
        Refusal::LastAdministrator,
        Refusal::Conflict("x"),
        Refusal::TooLarge { what: "x", found, unit: "x", limit },
        Refusal::TooShort { what: "x", found, least: limit },
        Refusal::TooShort { what: "x", found: 0, least: limit },
        Refusal::Characters { what: "login name", allowed: "x" },
        Refusal::Characters { what: "x", allowed: "x" },
        Refusal::Unpublishable(Malformed::Form { at: 0, what: "x" }),
        Refusal::Unpublishable(Malformed::TooLarge { what: "x", found, unit: "characters", limit }),
    ];
    let format = Format::Jpeg;
    let files = [
        IntakeError::Empty,
        IntakeError::TooManyBytes { bytes: found << 20, bytes_max: limit << 20 },
        IntakeError::Unknown,
        IntakeError::Animated(format),
        IntakeError::SeveralPictures(2),
        IntakeError::Incomplete(format),
        IntakeError::Damaged { format, what: "x".to_owned() },
        IntakeError::Unsupported { format, what: "x".to_owned() },
        IntakeError::NoPixels,
        IntakeError::TooLong { width: 1, height: 2, side_px_max: 1 },
        IntakeError::TooManyPixels { pixels: 2, pixels_max: 1 },
        IntakeError::TooMuchBeside { bytes_max: 1 << 20 },
        IntakeError::TooMuchMemory(format),
    ];
    let objects = [
        DicomError::NotDicom,
        DicomError::TooManyBytes { bytes: found << 20, bytes_max: limit << 20 },
        DicomError::Damaged("x".to_owned()),
        DicomError::TooManyAttributes(limit),
        DicomError::TooDeep(limit),
        DicomError::TransferSyntax("x".to_owned()),
        DicomError::NotAnImage { what: "x".to_owned(), advice: "y".to_owned() },
        DicomError::NoPixels,
        DicomError::TooManyPixels { frames: 1, columns: 2, rows: 3, bytes_max: limit << 20 },
        DicomError::Unsupported("x".to_owned()),
        DicomError::NoSuchFrame { frame: 2, frames: 1 },
    ];
    let kinds = [
        Refused::Avif,
        Refused::Gif,
        Refused::Svg,
        Refused::Pdf,
        Refused::Bmp,
        Refused::JpegXl,
        Refused::Jpeg2000,
        Refused::BigTiff,
        Refused::Photoshop,
        Refused::Icon,
        Refused::Video,
        Refused::Archive,
        Refused::Html,
    ];
    let covers = [
        CoverError::TooMany(found),
        CoverError::TooManyPoints(found),
        CoverError::TooManyPointsTogether(found),
        CoverError::TooFewPoints { points: 1, points_min: 3 },
        CoverError::TooWide(5),
        CoverError::TooMuchBrush(5),
        CoverError::TooFar(5),
        CoverError::HidesNothing(1),
    ];
    let releases = [
        ReleaseError::OpenFinding(1),
        ReleaseError::NotHidden(1),
        ReleaseError::UnknownDismissal(1),
        ReleaseError::Unsearched,
        ReleaseError::TooLarge { bytes_max: 1 << 20 },
    ];
    let others = [
        Unusable::NoWords,
        Unusable::NoSuchPicture,
        Unusable::OutsidePicture,
        Unusable::TooManyPictures,
        Unusable::PictureUnreadable,
        Unusable::PictureLate(Duration::from_secs(20)),
        Unusable::ObjectLate(Duration::from_secs(600)),
        Unusable::PicturesChanged,
        Unusable::OriginalGone,
        Unusable::CoversUnreadable,
        Unusable::BoxNumbers,
        Unusable::UnknownFinding,
    ];
    let errors = refusals.into_iter().map(AppError::Refused);
    let unusable = files.into_iter().chain(kinds.map(IntakeError::Refused)).chain(objects.map(IntakeError::Dicom));
    let unusable = unusable.map(Unusable::Picture);
    let unusable = unusable.chain(covers.map(Unusable::Cover)).chain(releases.map(Unusable::Release)).chain(others);
    for error in errors.chain(unusable.map(AppError::Unusable)) {
        let text = error.to_string();
        let said = beside_the_field(error).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
        assert!(is_sentence(&said), "{text}: {said}");
    }
}

#[test]
fn what_is_not_mended_at_a_form_is_a_page_of_its_own() {
    for error in [AppError::Stopping, AppError::Refused(Refusal::SignedOut), AppError::conflict("x")] {
        beside_the_field(error).unwrap_err();
    }
}
