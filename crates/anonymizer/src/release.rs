//! The one door out, in two moves: covers are burned in and a new file is written from pixels alone, for which a person
//! answers; then the finders look again at that file, and only if they see nothing that nobody answered, it leaves.

mod refusal;

use std::fmt;

use crate::{
    confirmation::{Concern, Confirmation, Dismissal, DismissalReason},
    cover::{Cover, check_covers},
    dicom, encode,
    finding::{Doubt, Finding, FindingKind, Print, Searched, Sureness},
    format::MediaType,
    grammar,
    inspect::Inspection,
    limits::Limits,
    look::{Looked, Stage, look_at},
    manifest::{CoverRecord, FinderRecord, Manifest, Origin},
    mask::Mask,
    pixels::Pixels,
    preview::preview,
};

pub use refusal::ReleaseError;

/// A finding counts as covered if so many hundredths of its region are.
pub(crate) const COVERED_HUNDREDTHS: u64 = 85;
/// Whoever says of a finding that another cover hides it has so many hundredths of its region covered: a place that was found
/// may be much larger than what is to be hidden there.
const HIDDEN_HUNDREDTHS: u64 = 30;
/// Two looks saw the same thing if what both regions hold is so much of what either holds: a face within a larger one, or a
/// line that says more than it did, is another.
const SAME_OVERLAP: f64 = 0.5;
/// Faces that only the second look saw are asked for from this score of CenterFace on, in thousandths; 200 would cover one.
/// Writing the file anew moves scores a little, and what is barely seen would be asked about without end (`cargo bench -p
/// anonymizer --bench deidentify -- again` counts how often that is).
const NEAR_SURE_THOUSANDTHS: u32 = 180;

/// The bytes of a picture that a person confirmed and the finders saw again. [`Candidate::release`] is its only maker.
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

/// A file with its covers burned in, which the finders have not seen again yet. It is no clean picture.
///
/// ```compile_fail
/// fn skip(candidate: anonymizer::Candidate) -> anonymizer::CleanImage {
///     candidate.picture
/// }
/// ```
///
/// ```compile_fail
/// fn look_away(candidate: anonymizer::Candidate) -> Option<anonymizer::Released> {
///     candidate.release().ok()
/// }
/// ```
///
/// ```compile_fail
/// fn forge(sight: anonymizer::Sight) -> anonymizer::Looked {
///     anonymizer::Looked { file_sha256: [0; 32], sight }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    picture: CleanImage,
    preview: CleanImage,
    mask: Mask,
    left: Vec<Left>,
    /// Finders of which the reviewer was told that they had not come to an end, and how far they came.
    unsearched: Vec<Searched>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Candidate({:?})", self.picture)
    }
}

impl Candidate {
    /// The file that the finders have to see.
    pub fn file(&self) -> &[u8] {
        &self.picture.bytes
    }

    /// The clean picture and its preview, if the finders looked at this very file and see nothing but what is covered or
    /// dismissed. What they are unsure of counts, too, if it is nearly a face, or print that is more than a mark.
    ///
    /// # Errors
    /// [`ReleaseError::StillThere`] with what else they see; [`ReleaseError::Unsearched`] if one of them did not come as far
    /// as the reviewer was told; [`ReleaseError::OpenDoubt`] of an object as a whole that was not answered;
    /// [`ReleaseError::OtherFile`].
    pub fn release(mut self, looked: &Looked) -> Result<Released, ReleaseError> {
        let sight = looked.sight();
        if !looked.is_of(&self.picture.bytes) || sight.stage != Stage::Whole {
            return Err(ReleaseError::OtherFile);
        }
        if unsearched(&sight.searched).any(|again| !self.is_told(again)) {
            return Err(ReleaseError::Unsearched);
        }
        // Older looks did not ask them.
        let answered = &self.picture.manifest.answered;
        let is_asked = |doubt: &&Doubt| matches!(doubt, Doubt::Head | Doubt::Frames) && !answered.contains(doubt);
        if let Some(doubt) = sight.doubts.iter().find(is_asked) {
            return Err(ReleaseError::OpenDoubt(*doubt));
        }
        let open: Vec<Finding> =
            sight.findings.iter().filter(|finding| counts(finding) && !self.answers(finding)).cloned().collect();
        if !open.is_empty() {
            return Err(ReleaseError::StillThere(open));
        }
        self.picture.manifest.note(&sight.searched);
        self.preview.manifest.note(&sight.searched);
        Ok(Released { picture: self.picture, preview: self.preview })
    }

    /// Whether the reviewer was told that this finder came no farther: one that broke off had seen a part, and one that failed
    /// has seen nothing.
    fn is_told(&self, again: Searched) -> bool {
        self.unsearched.iter().any(|told| told.finder == again.finder && told.search >= again.search)
    }

    /// Whether the covers hide it, or it is what somebody dismissed, seen a little differently.
    fn answers(&self, finding: &Finding) -> bool {
        self.mask.share(finding.region) >= COVERED_HUNDREDTHS || self.left.iter().any(|left| left.answers(finding))
    }
}

/// Whether a finding of the second look is asked for.
pub(crate) fn counts(finding: &Finding) -> bool {
    let is_near_sure = || finding.voices.iter().any(|voice| voice.score_thousandths >= NEAR_SURE_THOUSANDTHS);
    finding.sureness == Sureness::Sure
        || match finding.kind {
            FindingKind::Face => is_near_sure(),
            FindingKind::Text(print) => !print.is_mark(),
            FindingKind::Code => true,
        }
}

/// What a reviewer left open, and how sure the finders were of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Left {
    dismissal: Dismissal,
    sureness: Sureness,
}

impl Left {
    /// What was dismissed, as the reviewer saw it.
    fn of(dismissal: Dismissal, findings: &[Finding]) -> Self {
        let seen = findings.iter().filter(|finding| is_of(&dismissal, finding)).map(|finding| finding.sureness);
        Self { sureness: seen.min().unwrap_or(Sureness::Unsure), dismissal }
    }

    /// Whether a finding is what was dismissed, seen a little differently: no surer, and telling no more. What is said to be
    /// hidden is not to be seen.
    fn answers(&self, finding: &Finding) -> bool {
        self.dismissal.reason != DismissalReason::CoveredOtherwise
            && self.sureness <= finding.sureness
            && self.tells_as_much_as(finding.kind)
            && self.dismissal.region.overlap(&finding.region) >= SAME_OVERLAP
    }

    /// Print is read a little differently each time; but a scale bar and a side marker are dismissed for what they are, so they
    /// answer nothing else, and who said that there are no words was not asked for a name, a date or a number.
    fn tells_as_much_as(&self, seen: FindingKind) -> bool {
        match (seen, self.dismissal.kind) {
            (FindingKind::Face, FindingKind::Face) | (FindingKind::Code, FindingKind::Code) => true,
            (FindingKind::Text(seen), FindingKind::Text(Print::Words))
                if self.dismissal.reason == DismissalReason::NotThere =>
            {
                !seen.tells_more_than(Print::Words)
            }
            (FindingKind::Text(seen), FindingKind::Text(dismissed)) => seen.is_mark() || !dismissed.is_mark(),
            _ => false,
        }
    }
}

/// Whether a dismissal is the answer to this finding.
fn is_of(dismissal: &Dismissal, finding: &Finding) -> bool {
    (dismissal.kind, dismissal.region) == (finding.kind, finding.region)
}

/// The finders that did not come to an end.
fn unsearched(searched: &[Searched]) -> impl Iterator<Item = Searched> {
    searched.iter().filter(|said| !said.search.is_finished()).copied()
}

/// Burns the covers in and writes a new picture and its preview, which leave once the finders have seen them again.
///
/// Every finding must be covered or dismissed, every doubt answered, every concern looked for, and a finder that did not
/// search must have been told to the reviewer. Under the covers every pixel of the decoded picture has the colour
/// [`COVER_RGB`](crate::COVER_RGB).
///
/// # Errors
/// See [`ReleaseError`]; all but the last two are for the reviewer.
pub fn prepare(
    inspection: Inspection,
    covers: &[Cover],
    confirmation: Confirmation,
    limits: &Limits,
) -> Result<Candidate, ReleaseError> {
    let reviewed = Reviewed::check(inspection, covers, confirmation)?;
    let (bytes, media_type) = encode::encode(&reviewed.pixels, limits.picture_bytes_max)?;
    reviewed.candidate(bytes, media_type, limits)
}

/// The same for a DICOM object that was [written](crate::dicom::write) under these covers: `inspection` has a picture of that
/// file.
///
/// The file is what others wrote, so it is read here by our own strict reader: it consists of nothing but what a clean object
/// may have, and under the covers all pixels of a frame are the same, in every frame.
///
/// # Errors
/// See [`ReleaseError`]; [`ReleaseError::Encoder`] also for a file that is not as it should be.
pub fn prepare_object(
    file: Vec<u8>,
    inspection: Inspection,
    covers: &[Cover],
    confirmation: Confirmation,
    limits: &Limits,
) -> Result<Candidate, ReleaseError> {
    if file.len() > limits.picture_bytes_max {
        return Err(ReleaseError::TooLarge { bytes_max: limits.picture_bytes_max });
    }
    let mut reviewed = Reviewed::check(inspection, covers, confirmation)?;
    let size = (reviewed.pixels.width(), reviewed.pixels.height());
    let method = dicom::is_written(&file, size, &reviewed.mask, limits).ok_or(ReleaseError::Encoder)?;
    reviewed.manifest.methods = method.numbers();
    reviewed.candidate(file, MediaType::Dicom, limits)
}

/// What a person answers for: covered pixels, and an answer to all that was found.
struct Reviewed {
    pixels: Pixels,
    mask: Mask,
    manifest: Manifest,
    left: Vec<Left>,
    unsearched: Vec<Searched>,
}

impl Reviewed {
    fn check(inspection: Inspection, covers: &[Cover], confirmation: Confirmation) -> Result<Self, ReleaseError> {
        let (width, height) = (inspection.pixels.width(), inspection.pixels.height());
        check_covers(covers, width, height)?;
        check_answers(&inspection, &confirmation)?;
        let Inspection { mut pixels, findings, searched, doubts, removed, notices: _ } = inspection;
        let unsearched = unsearched(&searched).collect();
        let mask = Mask::of(covers, width, height);
        check_findings(&findings, &confirmation.dismissed, &mask)?;
        mask.burn(&mut pixels);
        let left = confirmation.dismissed.iter().map(|dismissal| Left::of(*dismissal, &findings)).collect();
        let record = |cover: &Cover| CoverRecord { cover: cover.clone(), origin: origin(cover, &findings) };
        let manifest = Manifest {
            reviewer: confirmation.reviewer,
            finders: searched.into_iter().map(FinderRecord::of).collect(),
            covers: covers.iter().map(record).collect(),
            dismissed: confirmation.dismissed,
            answered: doubts,
            looked_for: confirmation.looked_for,
            removed,
            width,
            height,
            media_type: MediaType::Jpeg,
            methods: Vec::new(),
        };
        Ok(Self { pixels, mask, manifest, left, unsearched })
    }

    /// The written file and its preview, each with nothing in it but a picture.
    fn candidate(self, bytes: Vec<u8>, media_type: MediaType, limits: &Limits) -> Result<Candidate, ReleaseError> {
        let Self { pixels, mask, mut manifest, left, unsearched } = self;
        let (preview_bytes, preview_width, preview_height) = preview(&pixels)?;
        for file in [&bytes, &preview_bytes] {
            grammar::check(file, limits).map_err(|_| ReleaseError::Encoder)?;
        }
        manifest.media_type = media_type;
        let preview = CleanImage {
            bytes: preview_bytes,
            media_type: MediaType::Jpeg,
            width: preview_width,
            height: preview_height,
            manifest: manifest.clone(),
        };
        let (width, height) = (manifest.width, manifest.height);
        let picture = CleanImage { bytes, media_type, width, height, manifest };
        Ok(Candidate { picture, preview, mask, left, unsearched })
    }
}

/// Both moves in one process: [`prepare`], the finders look at what was written, [`Candidate::release`].
///
/// # Errors
/// See [`ReleaseError`].
pub fn release(
    inspection: Inspection,
    covers: &[Cover],
    confirmation: Confirmation,
    limits: &Limits,
) -> Result<Released, ReleaseError> {
    let candidate = prepare(inspection, covers, confirmation, limits)?;
    let looked = look_at(candidate.file(), limits, &mut |_, _| ()).map_err(|_| ReleaseError::Encoder)?;
    candidate.release(&looked)
}

/// What the finders could not settle was told to the reviewer, who looked.
fn check_answers(inspection: &Inspection, confirmation: &Confirmation) -> Result<(), ReleaseError> {
    if inspection.has_unsearched() && !confirmation.has_seen_unsearched {
        return Err(ReleaseError::Unsearched);
    }
    if let Some(doubt) = inspection.doubts.difference(&confirmation.answered).next() {
        return Err(ReleaseError::OpenDoubt(*doubt));
    }
    let missing = Concern::ALL.into_iter().find(|concern| !confirmation.looked_for.contains(concern));
    missing.map_or(Ok(()), |concern| Err(ReleaseError::NotLookedFor(concern)))
}

/// Each finding is answered, and each answer belongs to a finding.
fn check_findings(findings: &[Finding], dismissed: &[Dismissal], mask: &Mask) -> Result<(), ReleaseError> {
    let unknown = dismissed.iter().position(|dismissal| !findings.iter().any(|finding| is_of(dismissal, finding)));
    if let Some(index) = unknown {
        return Err(ReleaseError::UnknownDismissal(index));
    }
    let is_bare = |finding: &Finding| {
        let is_it = |said: &Dismissal| said.reason == DismissalReason::CoveredOtherwise && is_of(said, finding);
        dismissed.iter().any(is_it) && mask.share(finding.region) < HIDDEN_HUNDREDTHS
    };
    if let Some(index) = findings.iter().position(is_bare) {
        return Err(ReleaseError::NotHidden(index));
    }
    let is_open = |finding: &Finding| {
        !dismissed.iter().any(|dismissal| is_of(dismissal, finding)) && mask.share(finding.region) < COVERED_HUNDREDTHS
    };
    findings.iter().position(is_open).map_or(Ok(()), |index| Err(ReleaseError::OpenFinding(index)))
}

fn origin(cover: &Cover, findings: &[Finding]) -> Origin {
    match findings.iter().any(|finding| finding.proposed_cover() == *cover) {
        true => Origin::Finder,
        false => Origin::Person,
    }
}
