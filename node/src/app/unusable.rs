//! What somebody wrote, drew or sent and can mend at the form before them. Pages say it in the words of `locales`; programs and
//! the command line read the texts that stand here.

use std::{fmt, time::Duration};

use anonymizer::{CoverError, IntakeError, ReleaseError};
use protocol::{
    InstitutionId,
    codec::{Malformed, Text},
    limits::PICTURES_MAX,
};

use super::MarkedWords;

/// Why it is not taken as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("comment: it has no words")]
    NoWords,
    #[error("these words could show who the patient is; change them, or say why each stays: {}", Listed(.0))]
    Identifying(Vec<MarkedWords>),
    #[error("comment: {0}")]
    Comment(Malformed),
    #[error("outcome: {0}")]
    Outcome(Malformed),
    #[error("picture: the case has no picture with this number")]
    NoSuchPicture,
    #[error("region: the box lies outside of the picture")]
    OutsidePicture,
    #[error("{0}: it holds control characters")]
    Steers(&'static str),
    #[error("{0}: nothing of it can be seen")]
    Unseen(&'static str),
    #[error("audience: {0} is not a member of this network")]
    NoMember(InstitutionId),
    #[error("pictures: a case has at most {PICTURES_MAX} pictures")]
    TooManyPictures,
    #[error("picture: {0}")]
    Picture(IntakeError),
    #[error(
        "picture: the picture could not be read safely; send it again, and if that fails, save it anew as JPEG and send that"
    )]
    PictureUnreadable,
    #[error("picture: the picture could not be read within {} seconds; save it anew as JPEG or in a smaller size, and send that", .0.as_secs())]
    PictureLate(Duration),
    #[error("picture: the DICOM object could not be read within {} seconds; send fewer frames", .0.as_secs())]
    ObjectLate(Duration),
    #[error("the picture is still being looked at; wait until the programs are through with it")]
    StillLooking,
    #[error("the picture is being confirmed already; wait until the programs are through with what was written")]
    BeingConfirmed,
    #[error(
        "the picture could not be looked at safely; remove it, save it anew as JPEG or in a smaller size, and send that"
    )]
    LookFailed,
    #[error("the pictures of the draft are others by now; look at them again")]
    PicturesChanged,
    #[error("the original of this picture is gone; remove the picture and send it again")]
    OriginalGone,
    #[error("covers: they cannot be read; look at the picture again")]
    CoversUnreadable,
    #[error("covers: a box needs four whole numbers")]
    BoxNumbers,
    #[error("covers: cover {0} hides no part of the picture; move it or remove it")]
    HidesNothing(usize),
    #[error("covers: a finding is named that this picture has not")]
    UnknownFinding,
    #[error("covers: finding {0} is left uncovered without a reason; say why it may be seen")]
    NoReason(usize),
    #[error("covers: {0}")]
    Cover(CoverError),
    #[error("covers: {0}")]
    Release(ReleaseError),
}

impl Unusable {
    /// Whether it was right when the person saw it, and is not any more.
    pub(crate) const fn is_late(&self) -> bool {
        matches!(self, Self::PicturesChanged | Self::OriginalGone | Self::StillLooking | Self::BeingConfirmed)
    }
}

/// Marked words with their fields and what to write instead, in one line.
struct Listed<'a>(&'a [MarkedWords]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, MarkedWords { field, words: Text(words), advice, .. }) in self.0.iter().enumerate() {
            let between = if at == 0 { "" } else { "; " };
            write!(f, "{between}{field}: \"{words}\" ({advice})")?;
        }
        Ok(())
    }
}
