//! The one door out: covers are burned in, a new file is written from pixels alone, a person answers for it.

use std::fmt;

use crate::{
    confirmation::{Concern, Confirmation, Dismissal},
    cover::{Cover, CoverError, check_covers},
    encode,
    finding::{Doubt, Finding},
    format::MediaType,
    grammar,
    inspect::Inspection,
    limits::Limits,
    manifest::{CoverRecord, FinderRecord, Manifest, Origin},
    mask::Mask,
    preview::preview,
};

/// A finding counts as covered if so many hundredths of its region are.
const COVERED_HUNDREDTHS: u64 = 85;

/// The bytes of a picture that a person confirmed. [`release`] is its only maker.
///
/// ```compile_fail
/// fn forge(clean: anonymizer::CleanImage) -> anonymizer::CleanImage {
///     anonymizer::CleanImage { bytes: Vec::new(), ..clean }
/// }
/// ```
///
/// ```compile_fail
/// fn forge(bytes: Vec<u8>) -> anonymizer::CleanImage {
///     bytes.into()
/// }
/// ```
///
/// ```compile_fail
/// let forged = anonymizer::CleanImage::default();
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CleanImage {
    bytes: Vec<u8>,
    media_type: MediaType,
    width: u32,
    height: u32,
    manifest: Manifest,
}

impl CleanImage {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How it is encoded.
    pub fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// In px.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// In px.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What was done, and who confirmed it. A preview has the manifest of its picture.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

impl fmt::Debug for CleanImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CleanImage({}, {} x {} px, {} bytes)", self.media_type, self.width, self.height, self.bytes.len())
    }
}

/// A clean picture and its preview; both come from the same covered pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// In full size.
    pub picture: CleanImage,
    /// At most 320 px on its long side, at most 24 KiB, always JPEG.
    pub preview: CleanImage,
}

/// Why a picture was not released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// A cover cannot be drawn.
    #[error(transparent)]
    Cover(#[from] CoverError),
    /// A finding is neither covered nor dismissed; its index counts from 0, the sentence from 1.
    #[error("finding {} is neither covered nor dismissed; cover it, or say why it may be seen", .0 + 1)]
    OpenFinding(usize),
    /// A dismissal names nothing that was found.
    #[error("dismissal {0} names no finding of this picture; look at the picture again")]
    UnknownDismissal(usize),
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

/// Burns the covers in and writes a new picture and its preview.
///
/// Every finding must be covered or dismissed, and a finder that did not search must have been told to the reviewer.
/// Under the covers every pixel of the decoded picture has the colour [`COVER_RGB`](crate::COVER_RGB).
///
/// # Errors
/// See [`ReleaseError`]; all but the last two are for the reviewer.
pub fn release(
    inspection: Inspection,
    covers: &[Cover],
    confirmation: Confirmation,
    limits: &Limits,
) -> Result<Released, ReleaseError> {
    let is_unsearched = inspection.has_unsearched();
    let Inspection { mut pixels, findings, searched, doubts, removed, notices: _ } = inspection;
    let (width, height) = (pixels.width(), pixels.height());
    check_covers(covers, width, height)?;
    if is_unsearched && !confirmation.has_seen_unsearched {
        return Err(ReleaseError::Unsearched);
    }
    if let Some(doubt) = doubts.difference(&confirmation.answered).next() {
        return Err(ReleaseError::OpenDoubt(*doubt));
    }
    if let Some(concern) = Concern::ALL.into_iter().find(|concern| !confirmation.looked_for.contains(concern)) {
        return Err(ReleaseError::NotLookedFor(concern));
    }
    let mask = Mask::of(covers, width, height);
    check_findings(&findings, &confirmation.dismissed, &mask)?;
    mask.burn(&mut pixels);

    let (bytes, media_type) = encode::encode(&pixels, limits.picture_bytes_max)?;
    let (preview_bytes, preview_width, preview_height) = preview(&pixels)?;
    for file in [&bytes, &preview_bytes] {
        grammar::check(file, limits).map_err(|_| ReleaseError::Encoder)?;
    }
    let record = |searched: crate::Searched| FinderRecord {
        finder: searched.finder,
        model_sha256: searched.finder.model_sha256(),
        search: searched.search,
    };
    let manifest = Manifest {
        reviewer: confirmation.reviewer,
        finders: searched.into_iter().map(record).collect(),
        covers: covers
            .iter()
            .map(|cover| CoverRecord { cover: cover.clone(), origin: origin(cover, &findings) })
            .collect(),
        dismissed: confirmation.dismissed,
        answered: doubts,
        looked_for: confirmation.looked_for,
        removed,
        width,
        height,
        media_type,
    };
    let preview = CleanImage {
        bytes: preview_bytes,
        media_type: MediaType::Jpeg,
        width: preview_width,
        height: preview_height,
        manifest: manifest.clone(),
    };
    Ok(Released { picture: CleanImage { bytes, media_type, width, height, manifest }, preview })
}

/// Each finding is answered, and each answer belongs to a finding.
fn check_findings(findings: &[Finding], dismissed: &[Dismissal], mask: &Mask) -> Result<(), ReleaseError> {
    let answers =
        |dismissal: &Dismissal, finding: &Finding| (dismissal.kind, dismissal.region) == (finding.kind, finding.region);
    let unknown = dismissed.iter().position(|dismissal| !findings.iter().any(|finding| answers(dismissal, finding)));
    if let Some(index) = unknown {
        return Err(ReleaseError::UnknownDismissal(index));
    }
    let is_open = |finding: &Finding| {
        !dismissed.iter().any(|dismissal| answers(dismissal, finding))
            && mask.share(finding.region) < COVERED_HUNDREDTHS
    };
    findings.iter().position(is_open).map_or(Ok(()), |index| Err(ReleaseError::OpenFinding(index)))
}

fn open_doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::SkinWithoutFace => {
            "no face was found and much of the picture looks like skin; look for faces, and say that you did"
        }
    }
}

fn origin(cover: &Cover, findings: &[Finding]) -> Origin {
    match findings.iter().any(|finding| finding.proposed_cover() == *cover) {
        true => Origin::Finder,
        false => Origin::Person,
    }
}
