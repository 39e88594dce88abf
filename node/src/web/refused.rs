//! What stands beside a field that was not accepted, in the words of `locales`. Each match names every error there is, so
//! that one without a sentence does not compile.

use anonymizer::{CoverError, Doubt, IntakeError, Refused, ReleaseError, dicom::DicomError};
use house::Refusal;
use protocol::{codec::Malformed, limits::PICTURES_MAX};

use super::{pages, problem::Problem};
use crate::{
    app::{AppError, Unusable},
    sentences::Sentences,
};

/// The sentence for what a person can mend at the form before them; what is nothing of that kind, as a problem.
pub(crate) fn beside_the_field(error: AppError) -> Result<String, Problem> {
    sentence(&error).ok_or_else(|| error.into())
}

/// The same for what was refused behind an answer: it is told on the page of the form, whatever it is, with the code under
/// which it stands in the log.
pub(crate) fn told_later(error: &AppError, code: &str) -> String {
    match error {
        AppError::Refused(Refusal::SignedOut) => get("refused-signed-out-meanwhile"),
        error => sentence(error).unwrap_or_else(|| pages::error::words(&Problem::from(error), code)),
    }
}

fn sentence(error: &AppError) -> Option<String> {
    match error {
        AppError::Refused(refusal) => of_refusal(refusal),
        AppError::Unusable(unusable) => Some(of_unusable(unusable)),
        _ => None,
    }
}

/// The same where the password alone was asked for.
pub(crate) fn beside_the_password(error: AppError) -> Result<String, Problem> {
    match error {
        AppError::Refused(Refusal::SignIn) => Ok(get("refused-password")),
        error => beside_the_field(error),
    }
}

/// What is wrong with words that no node would take.
pub(crate) fn of_malformed(malformed: &Malformed) -> String {
    match malformed {
        Malformed::TooLarge { found, unit, limit, .. } => counted(too_many_key(unit), *found, "limit", *limit),
        Malformed::Form { .. } | Malformed::Type { .. } => get("refused-unpublishable"),
    }
}

/// The sentence with the unit of what there is too much of.
fn too_many_key(unit: &str) -> &'static str {
    match unit {
        "characters" => "refused-too-many-characters",
        "bytes" => "refused-too-many-bytes",
        "tags" => "refused-too-many-tags",
        "institutions" => "refused-too-many-institutions",
        "drafts" => "refused-too-many-drafts",
        _ => "refused-too-many",
    }
}

fn of_refusal(refusal: &Refusal) -> Option<String> {
    Some(match refusal {
        Refusal::SignIn => get("refused-sign-in"),
        Refusal::LoginTaken => get("refused-login-taken"),
        Refusal::SignUpClosed => get("refused-sign-up-closed"),
        Refusal::NameTooCommon => get("refused-name-too-common"),
        Refusal::AuditorAlone => get("refused-auditor-alone"),
        Refusal::NotOfTheHouse => get("refused-not-of-the-house"),
        Refusal::GuardedRole => get("refused-guarded-role"),
        Refusal::OwnRoles => get("refused-own-roles"),
        Refusal::LastAdministrator => get("refused-last-administrator"),
        Refusal::Conflict(_) => get("refused-conflict"),
        Refusal::TooLarge { found, unit, limit, .. } => counted(too_many_key(unit), *found, "limit", *limit),
        Refusal::TooShort { found: 0, .. } => get("field-missing"),
        Refusal::TooShort { found, least, .. } => counted("refused-too-short", *found, "least", *least),
        Refusal::Characters { what: "login name", .. } => get("refused-login-characters"),
        Refusal::Characters { .. } => get("refused-characters"),
        Refusal::Unpublishable(malformed) => of_malformed(malformed),
        // Nothing of that is mended at a form.
        Refusal::SignedOut
        | Refusal::OneTimeSecret
        | Refusal::ApiToken
        | Refusal::TooManyAttempts { .. }
        | Refusal::StepUp { .. }
        | Refusal::NotAllowed { .. }
        | Refusal::OutOfScope(_)
        | Refusal::NotFound(_)
        | Refusal::Cost => return None,
    })
}

fn of_unusable(unusable: &Unusable) -> String {
    match unusable {
        Unusable::NoWords => get("field-missing"),
        Unusable::Identifying(_) => get("refused-identifying"),
        Unusable::Comment(malformed) | Unusable::Outcome(malformed) => of_malformed(malformed),
        Unusable::NoSuchPicture => get("refused-no-such-picture"),
        Unusable::OutsidePicture => get("refused-outside-picture"),
        Unusable::Steers(_) => get("refused-characters"),
        Unusable::Unseen(_) => get("field-missing"),
        Unusable::NoMember(_) => get("audience-no-member"),
        Unusable::TooManyPictures => with("refused-too-many-pictures", "limit", PICTURES_MAX),
        Unusable::Picture(cause) => of_intake(cause),
        Unusable::PictureUnreadable => get("refused-picture-unreadable"),
        Unusable::PictureLate(patience) => with("refused-picture-late", "seconds", patience.as_secs()),
        Unusable::ObjectLate(patience) => with("refused-object-late", "seconds", patience.as_secs()),
        Unusable::StillLooking => get("refused-still-looking"),
        Unusable::BeingConfirmed => get("refused-being-confirmed"),
        Unusable::LookFailed => get("refused-look-failed"),
        Unusable::PicturesChanged => get("refused-pictures-changed"),
        Unusable::OriginalGone => get("refused-original-gone"),
        Unusable::CoversUnreadable => get("refused-covers-unreadable"),
        Unusable::BoxNumbers => get("refused-box-numbers"),
        Unusable::HidesNothing(number) => with("refused-hides-nothing", "number", number),
        Unusable::UnknownFinding => get("refused-unknown-finding"),
        Unusable::NoReason(_) => get("refused-no-reason"),
        Unusable::Cover(cause) => of_cover(cause),
        Unusable::Release(cause) => of_release(cause),
    }
}

fn of_cover(error: &CoverError) -> String {
    match error {
        CoverError::TooMany(found) => with("refused-too-many-covers", "found", found),
        CoverError::TooManyPoints(found) | CoverError::TooManyPointsTogether(found) => {
            with("refused-too-many-points", "found", found)
        }
        CoverError::TooFewPoints { points_min, .. } => with("refused-too-few-points", "least", points_min),
        CoverError::TooWide(radius) => with("refused-brush-too-wide", "found", radius),
        CoverError::TooMuchBrush(_) => get("refused-too-much-brush"),
        CoverError::TooFar(place) => with("refused-too-far", "found", place),
        CoverError::HidesNothing(index) => with("refused-hides-nothing", "number", index + 1),
    }
}

fn of_release(error: &ReleaseError) -> String {
    match error {
        ReleaseError::Cover(cause) => of_cover(cause),
        ReleaseError::OpenFinding(index) => with("refused-open-finding", "number", index + 1),
        ReleaseError::NotHidden(index) => with("refused-not-hidden", "number", index + 1),
        ReleaseError::UnknownDismissal(_) => get("refused-unknown-finding"),
        ReleaseError::StillThere(found) => with("refused-still-there", "count", found.len()),
        ReleaseError::Unsearched => get("refused-unsearched"),
        ReleaseError::OpenDoubt(Doubt::SkinWithoutFace) => get("refused-skin-without-face"),
        ReleaseError::OpenDoubt(Doubt::Head) => get("refused-head"),
        ReleaseError::OpenDoubt(Doubt::Frames) => get("refused-frames"),
        ReleaseError::NotLookedFor(concern) => with("refused-not-looked-for", "what", concern),
        ReleaseError::TooLarge { bytes_max } => with("refused-clean-too-large", "limit", bytes_max >> 20),
        ReleaseError::OtherFile | ReleaseError::Encoder => get("error-500"),
    }
}

fn of_intake(error: &IntakeError) -> String {
    match error {
        IntakeError::Empty => get("refused-file-empty"),
        IntakeError::TooManyBytes { bytes, bytes_max } => {
            counted("refused-file-too-large", bytes.div_ceil(1 << 20), "limit", bytes_max >> 20)
        }
        IntakeError::Refused(kind) => get(refused_key(*kind)),
        IntakeError::Unknown => get("refused-file-unknown"),
        IntakeError::Dicom(cause) => of_dicom(cause),
        IntakeError::Animated(format) => with("refused-file-animated", "format", format),
        IntakeError::SeveralPictures(count) => with("refused-file-several", "count", count),
        IntakeError::Incomplete(format) => with("refused-file-incomplete", "format", format),
        IntakeError::Damaged { format, what } => {
            Sentences::english().with2("refused-file-damaged", "format", format.to_string(), "what", what)
        }
        IntakeError::Unsupported { format, what } => {
            Sentences::english().with2("refused-file-rare", "format", format.to_string(), "what", what)
        }
        IntakeError::NoPixels => get("refused-file-no-pixels"),
        IntakeError::TooLong { width, height, side_px_max } => {
            let size = format!("{width} x {height}");
            Sentences::english().with2("refused-file-too-long", "size", size, "limit", side_px_max.to_string())
        }
        IntakeError::TooManyPixels { pixels, pixels_max } => {
            let (found, limit) = (pixels.div_ceil(1_000_000), pixels_max / 1_000_000);
            counted("refused-file-too-many-pixels", found, "limit", limit)
        }
        IntakeError::TooMuchBeside { bytes_max } => with("refused-file-beside", "limit", bytes_max >> 20),
        IntakeError::TooMuchMemory(format) => with("refused-file-memory", "format", format),
    }
}

fn of_dicom(error: &DicomError) -> String {
    let t = Sentences::english();
    match error {
        DicomError::NotDicom => get("refused-dicom-letters"),
        DicomError::TooManyBytes { bytes, bytes_max } => {
            counted("refused-dicom-too-large", bytes.div_ceil(1 << 20), "limit", bytes_max >> 20)
        }
        DicomError::Damaged(what) => with("refused-dicom-damaged", "what", what),
        DicomError::TooManyAttributes(limit) => with("refused-dicom-attributes", "limit", limit),
        DicomError::TooDeep(limit) => with("refused-dicom-deep", "limit", limit),
        DicomError::TransferSyntax(name) => with("refused-dicom-syntax", "name", name),
        DicomError::NotAnImage { what, advice } => t.with2("refused-dicom-no-image", "what", what, "advice", advice),
        DicomError::NoPixels => get("refused-dicom-no-pixels"),
        DicomError::TooManyPixels { frames, columns, rows, bytes_max } => {
            let size = format!("{frames} × {columns} × {rows}");
            t.with2("refused-dicom-too-many-pixels", "size", size, "limit", (bytes_max >> 20).to_string())
        }
        DicomError::Unsupported(what) => with("refused-dicom-rare", "what", what),
        DicomError::NoSuchFrame { frames, .. } => with("refused-dicom-no-frame", "frames", frames),
    }
}

const fn refused_key(kind: Refused) -> &'static str {
    match kind {
        Refused::Avif => "refused-avif",
        Refused::Gif => "refused-gif",
        Refused::Svg => "refused-svg",
        Refused::Pdf => "refused-pdf",
        Refused::Bmp => "refused-bmp",
        Refused::JpegXl => "refused-jpeg-xl",
        Refused::Jpeg2000 => "refused-jpeg-2000",
        Refused::BigTiff => "refused-big-tiff",
        Refused::Photoshop => "refused-photoshop",
        Refused::Icon => "refused-icon",
        Refused::Video => "refused-video",
        Refused::Archive => "refused-archive",
        Refused::Html => "refused-html",
    }
}

fn get(key: &str) -> String {
    Sentences::english().get(key)
}

fn with(key: &str, name: &str, value: impl ToString) -> String {
    Sentences::english().with(key, name, value.to_string())
}

fn counted(key: &str, found: impl ToString, name: &str, limit: impl ToString) -> String {
    Sentences::english().with2(key, "found", found.to_string(), name, limit.to_string())
}

#[cfg(test)]
mod tests;
