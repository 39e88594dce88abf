//! The pictures of one draft on their way: in their order, each with what was found, how it is covered so far, and whether it
//! is confirmed. Pure; where a tray is kept is told in `quarantine`.
//!
//! What counts is the draft: a picture is confirmed if the draft's summary lists it, whatever a tray remembers.

use std::{collections::BTreeSet, fmt, str::FromStr};

use anonymizer::{COVERS_MAX, Doubt, Finding, Notice, Opened, Removed, Searched, Series, Sight, Stage};
use house::{AccountId, draft::StepState};
use protocol::{BlobId, CaseNumber, payload::content::Picture};
use serde::{Deserialize, Serialize};
use store::OriginalId;

use super::{drawn::Drawn, pairs::Pair};

/// How often finders begin with a picture that they do not get through.
const TRIES_MAX: u8 = 3;

/// A picture of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct PictureId([u8; 16]);

/// The pictures of a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tray {
    draft: [u8; 16],
    owner: [u8; 16],
    /// Counts the times that it was kept; the highest is the one that counts.
    pub(super) revision: u64,
    pub(super) pictures: Vec<Laid>,
    #[serde(default)]
    pub(super) pairs: Vec<Pair>,
}

/// A picture in a tray.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Laid {
    pub(super) id: PictureId,
    /// As long as it is in quarantine.
    pub(super) raw: Option<Raw>,
    /// The clean picture, if it is confirmed.
    blob: Option<[u8; 32]>,
    pub(super) look: Look,
    pub(super) drawn: Drawn,
    /// What one who cannot see it is told, while the draft does not list it: it was confirmed and has to be so again.
    #[serde(default)]
    pub(super) alt: String,
}

/// How far the finders came with a picture. Only one that was looked at to the end can be covered and confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// It waits for its turn, or the finders have just begun.
    Waiting,
    /// Upright faces were looked for.
    Upright,
    /// They are through with it.
    #[default]
    Done,
    /// It brought its worker down, or took too long several times.
    Failed,
}

/// What workers said of a picture, without its pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    pub(super) progress: Progress,
    /// How often finders began with it.
    #[serde(default)]
    tries: u8,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) findings: Vec<Finding>,
    pub(super) searched: Vec<Searched>,
    #[serde(default)]
    pub(super) doubts: BTreeSet<Doubt>,
    pub(super) removed: BTreeSet<Removed>,
    pub(super) notices: BTreeSet<Notice>,
    #[serde(default)]
    pub(super) series: Series,
}

/// What lies in quarantine, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Raw {
    original: [u8; 16],
    /// What its owner sees: as large as it is, and in small.
    upright: [u8; 16],
    small: [u8; 16],
    pub(super) until_ms: u64,
}

impl Tray {
    pub(super) fn new(draft: CaseNumber, owner: AccountId) -> Self {
        Self { draft: draft.0, owner: owner.0, revision: 0, pictures: Vec::new(), pairs: Vec::new() }
    }

    pub(super) fn draft(&self) -> CaseNumber {
        CaseNumber(self.draft)
    }

    pub(super) fn owner(&self) -> AccountId {
        AccountId(self.owner)
    }

    /// Takes account of what the draft lists. A picture that is neither in quarantine nor listed is gone.
    pub(super) fn agree(&mut self, listed: &[Picture]) {
        for laid in &mut self.pictures {
            laid.blob = laid.blob.filter(|blob| listed.iter().any(|picture| picture.blob.0 == *blob));
        }
        self.drop_empty();
        let known: BTreeSet<PictureId> = self.pictures.iter().map(|laid| laid.id).collect();
        for picture in listed {
            if !self.pictures.iter().any(|laid| laid.blob == Some(picture.blob.0)) {
                self.pictures.push(Laid::confirmed_before(picture));
            }
        }
        self.recall_pairs(listed, |id| !known.contains(&id));
        self.keep_pairs();
    }

    /// The confirmed pictures in the order of the tray, with their pairs.
    pub(super) fn arranged(&self, listed: &[Picture]) -> Vec<Picture> {
        let of = |laid: &Laid| listed.iter().find(|picture| laid.blob == Some(picture.blob.0)).cloned();
        let mut pictures: Vec<_> = self.pictures.iter().filter_map(|laid| Some((laid, of(laid)?))).collect();
        self.mark_pairs(&mut pictures);
        pictures.into_iter().map(|(_, picture)| picture).collect()
    }

    /// How far the step of the pictures has come: it is done when each of them is confirmed.
    pub(super) fn state(&self) -> StepState {
        if self.pictures.iter().all(Laid::is_confirmed) { StepState::Done } else { StepState::Begun }
    }

    pub(super) fn ids(&self) -> Vec<PictureId> {
        self.pictures.iter().map(|laid| laid.id).collect()
    }

    pub(super) fn picture(&self, id: PictureId) -> Option<&Laid> {
        self.pictures.iter().find(|laid| laid.id == id)
    }

    pub(super) fn picture_mut(&mut self, id: PictureId) -> Option<&mut Laid> {
        self.pictures.iter_mut().find(|laid| laid.id == id)
    }

    /// Puts the pictures into another order; false if these are not the same pictures.
    pub(super) fn reorder(&mut self, order: &[PictureId]) -> bool {
        let wanted: BTreeSet<_> = order.iter().copied().collect();
        let present: BTreeSet<_> = self.pictures.iter().map(|laid| laid.id).collect();
        if wanted != present || order.len() != self.pictures.len() {
            return false;
        }
        self.pictures.sort_by_key(|laid| order.iter().position(|id| *id == laid.id));
        self.keep_pairs();
        true
    }

    /// Takes out of the pictures what must leave the quarantine.
    pub(super) fn take_due(&mut self, now_ms: u64) -> Vec<Raw> {
        self.pictures.iter_mut().filter_map(|laid| laid.raw.take_if(|raw| raw.until_ms <= now_ms)).collect()
    }

    /// Drops pictures of which nothing is left.
    pub(super) fn drop_empty(&mut self) {
        self.pictures.retain(|laid| laid.raw.is_some() || laid.blob.is_some());
    }

    /// What lies in quarantine.
    pub(super) fn quarantined(&self) -> impl Iterator<Item = &Raw> {
        self.pictures.iter().filter_map(|laid| laid.raw.as_ref())
    }
}

impl Laid {
    /// A picture that was just taken in: nobody has looked at it yet.
    pub(super) fn fresh(raw: Raw, look: Look) -> Self {
        Self {
            id: PictureId(raw.original),
            raw: Some(raw),
            blob: None,
            look,
            drawn: Drawn::default(),
            alt: String::new(),
        }
    }

    /// A picture of which only the clean one is left.
    fn confirmed_before(picture: &Picture) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&picture.blob.0[..16]);
        let look = Look {
            progress: Progress::Done,
            tries: 0,
            width: picture.width,
            height: picture.height,
            findings: Vec::new(),
            searched: Vec::new(),
            doubts: BTreeSet::new(),
            removed: BTreeSet::new(),
            notices: BTreeSet::new(),
            series: Series::ONE,
        };
        Self {
            id: PictureId(id),
            raw: None,
            blob: Some(picture.blob.0),
            look,
            drawn: Drawn::default(),
            alt: String::new(),
        }
    }

    pub(super) fn blob(&self) -> Option<BlobId> {
        self.blob.map(BlobId)
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.blob.is_some()
    }

    /// Whether finders still have to look at it.
    pub(super) fn is_looked_at(&self) -> bool {
        self.raw.is_some() && matches!(self.look.progress, Progress::Waiting | Progress::Upright)
    }

    /// Counts one more try, and gives the picture up where there were too many.
    pub(super) fn tries_again(&mut self) {
        self.look.tries = self.look.tries.saturating_add(1);
        if self.look.tries > TRIES_MAX {
            self.look.progress = Progress::Failed;
        }
    }

    /// One try was the house's own fault and does not count.
    pub(super) fn takes_its_try_back(&mut self) {
        self.look.tries = self.look.tries.saturating_sub(1);
    }

    /// Takes what the finders say so far, or in the end; what is sure of it is covered before anybody looked.
    pub(super) fn saw(&mut self, sight: Sight) {
        self.drawn = Drawn::proposed(&sight.findings);
        self.look.progress = if sight.stage == Stage::Whole { Progress::Done } else { Progress::Upright };
        Sight { findings: self.look.findings, searched: self.look.searched, doubts: self.look.doubts, .. } = sight;
    }

    /// Waits for its person's word again.
    pub(super) fn wait_again(&mut self) {
        self.blob = None;
    }

    /// Takes what the finders saw in the file as it would leave, and what was drawn until then. It is covered.
    pub(super) fn saw_again(&mut self, drawn: Drawn, found: &[Finding]) {
        let from = self.look.findings.len();
        self.look.findings.extend(found.iter().take(COVERS_MAX.saturating_sub(from)).cloned());
        self.redraw(drawn.with_findings(&self.look.findings, from));
    }

    /// Takes which finders did not get as far through the file as it would leave as they did before.
    pub(super) fn searched_again(&mut self, searched: &[Searched]) {
        for theirs in searched {
            let ours = self.look.searched.iter_mut().filter(|ours| ours.finder == theirs.finder);
            ours.for_each(|ours| ours.search = ours.search.max(theirs.search));
        }
    }

    /// Takes a clean picture for it.
    pub(super) fn confirm(&mut self, blob: BlobId, drawn: Drawn) {
        (self.blob, self.drawn) = (Some(blob.0), drawn);
    }

    /// Draws other covers. A picture whose covers changed must be confirmed again.
    pub(super) fn redraw(&mut self, drawn: Drawn) {
        if self.drawn != drawn {
            (self.blob, self.drawn) = (None, drawn);
        }
    }
}

impl Look {
    /// A picture that was decoded, and nothing more.
    pub(super) fn waiting(decoded: &Opened) -> Self {
        Self {
            progress: Progress::Waiting,
            tries: 0,
            width: decoded.pixels.width(),
            height: decoded.pixels.height(),
            findings: Vec::new(),
            searched: Vec::new(),
            doubts: BTreeSet::new(),
            removed: decoded.removed.clone(),
            notices: decoded.notices.clone(),
            series: decoded.series.clone(),
        }
    }

    /// The whole word of the finders.
    pub(super) fn sight(&self) -> Sight {
        let Self { findings, searched, doubts, .. } = self.clone();
        Sight { stage: Stage::Whole, findings, searched, doubts }
    }
}

impl Raw {
    pub(super) fn new(original: OriginalId, upright: OriginalId, small: OriginalId, until_ms: u64) -> Self {
        Self { original: original.0, upright: upright.0, small: small.0, until_ms }
    }

    pub(super) fn original(&self) -> OriginalId {
        OriginalId(self.original)
    }

    pub(super) fn upright(&self) -> OriginalId {
        OriginalId(self.upright)
    }

    pub(super) fn small(&self) -> OriginalId {
        OriginalId(self.small)
    }

    pub(super) fn ids(self) -> [OriginalId; 3] {
        [self.original(), self.upright(), self.small()]
    }
}

impl fmt::Display for PictureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for PictureId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map(|()| Self(bytes))
    }
}

#[cfg(test)]
mod tests;
