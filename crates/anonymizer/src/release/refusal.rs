//! Why a picture does not leave, in words for the person who confirms it.

use crate::{
    confirmation::Concern,
    cover::CoverError,
    finding::{Doubt, Finding},
};

/// Why a picture was not released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// A cover cannot be drawn.
    #[error(transparent)]
    Cover(#[from] CoverError),
    /// A finding is neither covered nor dismissed; its index counts from 0, the sentence from 1.
    #[error("finding {} is neither covered nor dismissed; cover it, or say why it may be seen", .0 + 1)]
    OpenFinding(usize),
    /// A finding is said to be hidden by another cover, and none lies there; its index counts from 0, the sentence from 1.
    #[error("finding {} is said to be hidden by another cover, and none lies there; cover it, or say why it may be seen", .0 + 1)]
    NotHidden(usize),
    /// A dismissal names nothing that was found.
    #[error("dismissal {0} names no finding of this picture; look at the picture again")]
    UnknownDismissal(usize),
    /// The finders looked again at the file as it was written, and see what neither covers nor dismissals answer.
    #[error("the written picture still shows {} found places; cover them, or say why they may be seen", .0.len())]
    StillThere(Vec<Finding>),
    /// The finders looked again, but not at this file.
    #[error("the finders looked at another file")]
    OtherFile,
    /// A finder did not search, and the reviewer was not told.
    #[error("a finder could not search this picture; look for faces yourself and say that you did")]
    Unsearched,
    /// The finders left something to the reviewer, who did not answer it.
    #[error("{}", open_doubt(*.0))]
    OpenDoubt(Doubt),
    /// The reviewer did not say that they looked for everything that finders cannot see.
    #[error("the picture was not looked over for {}; look at it again and say that you did", .0)]
    NotLookedFor(Concern),
    /// Even at the lowest quality.
    #[error("the clean picture has more than {bytes_max} bytes; send it in a smaller size")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// Our own encoder failed, or wrote what our own grammar does not allow.
    #[error("the clean picture could not be written")]
    Encoder,
}

fn open_doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::SkinWithoutFace => {
            "no face was found for sure and much of the picture looks like skin; look for faces, and say that you did"
        }
        Doubt::Head => {
            "slices of a head can be put together into a face; leave out what shows one, and say that you looked"
        }
        Doubt::Frames => "the covers lie on every frame; look at each of them in each window, and say that you did",
    }
}
