//! A draft of the actor's with its tray at hand, for one use case at a time.

use std::{collections::BTreeSet, sync::Arc};

use anonymizer::{Opened, Released, check_covers};
use house::{
    Actor, Permission,
    draft::{Content, StepState},
};
use protocol::{BlobId, CaseId, CaseNumber, limits::PICTURES_MAX, payload::content::Picture};
use store::{BlobError, Blobs, Found, Original, Picture as Held};
use tokio::sync::MappedMutexGuard;
use zeroize::Zeroizing;

use super::{
    App, DraftPicture, PictureId, Review, ShownPicture,
    drawn::Drawn,
    manifest::picture,
    quarantine::Trays,
    shown::{self, Small},
    tray::{Laid, Look, Progress, Raw, Tray},
};
use crate::{
    app::{AppError, Unusable, cases::account_of},
    clock::now_ms,
    network::Joined,
};

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// What is made of a picture's pixels when it is taken in.
pub(super) struct Made {
    pub(super) look: Look,
    /// The picture for its owner's screen.
    pub(super) upright: Vec<u8>,
    pub(super) small: Small,
}

impl Made {
    pub(super) fn of(decoded: Opened) -> Self {
        Self {
            look: Look::waiting(&decoded),
            upright: shown::upright(&decoded.pixels),
            small: Small::new(&decoded.pixels),
        }
    }
}

/// A draft with its tray. Nobody else touches a tray meanwhile.
pub(super) struct OpenDraft<'app> {
    app: &'app App,
    actor: &'app Actor,
    number: CaseNumber,
    joined: Arc<Joined>,
    trays: MappedMutexGuard<'app, Trays>,
    content: Content,
    tray: Tray,
}

impl App {
    /// Opens a draft; for everybody but its owner there is none.
    pub(super) async fn open_draft<'app>(
        &'app self,
        number: CaseNumber,
        actor: &'app Actor,
    ) -> Result<OpenDraft<'app>, AppError> {
        self.open_draft_for(Permission::PostCase, number, actor).await
    }

    /// The same, for whoever may do at least so much.
    pub(super) async fn open_draft_for<'app>(
        &'app self,
        permission: Permission,
        number: CaseNumber,
        actor: &'app Actor,
    ) -> Result<OpenDraft<'app>, AppError> {
        let joined = self.joined()?;
        let trays = self.pictures.quarantine.open(&joined.shared().blobs).await?;
        let content = self.draft_for(permission, number, actor)?;
        let mut tray = match trays.get(number) {
            Some(tray) => tray.clone(),
            None => Tray::new(number, account_of(actor)?),
        };
        tray.agree(&content.summary.pictures);
        Ok(OpenDraft { app: self, actor, number, joined, trays, content, tray })
    }
}

impl OpenDraft<'_> {
    /// Whether one more picture has room.
    pub(super) fn check_place(&self) -> Result<(), AppError> {
        match self.tray.pictures.len() < PICTURES_MAX {
            true => Ok(()),
            false => Err(Unusable::TooManyPictures.into()),
        }
    }

    /// Lays a picture that was decoded into quarantine. Nobody has looked at it yet.
    pub(super) async fn take_in(mut self, file: Zeroizing<Vec<u8>>, made: Made) -> Result<DraftPicture, AppError> {
        self.check_place()?;
        // The draft says that a picture waits before one does.
        self.save(StepState::Begun)?;
        let deadline_ms = now_ms() + self.app.config.storage.quarantine_hours * HOUR_MS;
        let seal = |bytes| Original { bytes, deadline_ms };
        let original = self.blobs().put_original(seal(file)).await.map_err(not_kept)?;
        let upright = self.blobs().put_original(seal(made.upright.into())).await.map_err(not_kept)?;
        let small = self.blobs().put_original(seal(made.small.to_bytes().into())).await.map_err(not_kept)?;
        self.tray.pictures.push(Laid::fresh(Raw::new(original, upright, small, deadline_ms), made.look));
        self.keep().await?;
        self.shown().pop().ok_or(AppError::NotFound("picture"))
    }

    /// What the owner sees.
    pub(super) fn shown(&self) -> Vec<DraftPicture> {
        self.tray.pictures.iter().enumerate().map(|(index, laid)| self.shown_one(index + 1, laid)).collect()
    }

    /// The file as it came in, and its picture, in which everything was seen that will be.
    pub(super) async fn original(&self, id: PictureId) -> Result<(Vec<u8>, Laid), AppError> {
        let laid = self.laid(id)?;
        check_progress(laid)?;
        Ok((self.file(id).await?, laid.clone()))
    }

    /// The file as it came in.
    pub(super) async fn file(&self, id: PictureId) -> Result<Vec<u8>, AppError> {
        let raw = self.laid(id)?.raw.ok_or_else(gone)?;
        match self.blobs().get_original(raw.original()).await? {
            Found::Held(mut file) => Ok(std::mem::take(&mut *file)),
            Found::Erased | Found::NotHeld => Err(gone()),
        }
    }

    /// The upright picture with nothing covered.
    pub(super) async fn upright(&self, id: PictureId) -> Result<ShownPicture, AppError> {
        let raw = self.laid(id)?.raw.ok_or_else(gone)?;
        match self.blobs().get_original(raw.upright()).await? {
            Found::Held(bytes) => Ok(ShownPicture { content_type: "image/png", bytes }),
            Found::Erased | Found::NotHeld => Err(gone()),
        }
    }

    /// The clean picture whole, once it is confirmed.
    pub(super) async fn clean(&self, id: PictureId) -> Result<Held, AppError> {
        let picture = self.listed(self.laid(id)?).ok_or(AppError::NotFound("picture"))?;
        self.held(picture.blob).await
    }

    /// The clean preview of a confirmed picture, else a small one with its covers on.
    pub(super) async fn in_small(&self, id: PictureId) -> Result<ShownPicture, AppError> {
        let laid = self.laid(id)?;
        if let Some(picture) = self.listed(laid) {
            return self.held(picture.preview).await.map(ShownPicture::as_held);
        }
        let raw = laid.raw.ok_or_else(gone)?;
        match laid.look.progress {
            Progress::Done | Progress::Upright => {}
            Progress::Waiting => return Err(Unusable::StillLooking.into()),
            Progress::Failed => return Err(Unusable::LookFailed.into()),
        }
        let Found::Held(sealed) = self.blobs().get_original(raw.small()).await? else { return Err(gone()) };
        let small = Small::from_bytes(&sealed).ok_or_else(gone)?;
        let bytes = small.covered(&laid.drawn.covers()?, laid.look.width, laid.look.height);
        Ok(ShownPicture { content_type: "image/png", bytes: bytes.into() })
    }

    /// Whether a picture in small still shows what other finders may cover.
    pub(super) fn is_half_covered(&self, id: PictureId) -> Result<bool, AppError> {
        Ok(self.laid(id)?.look.progress == Progress::Upright)
    }

    /// Refuses to go on with a picture that somebody changed in another window meanwhile.
    pub(super) fn check_same(&self, reviewed: &Laid) -> Result<(), AppError> {
        let laid = self.laid(reviewed.id)?;
        match (&laid.drawn, &laid.look) == (&reviewed.drawn, &reviewed.look) {
            true => Ok(()),
            false => Err(Unusable::PicturesChanged.into()),
        }
    }

    /// Keeps other covers.
    pub(super) async fn redraw(&mut self, id: PictureId, drawn: Drawn) -> Result<(), AppError> {
        self.keep_alt(id)?;
        let laid = self.tray.picture_mut(id).ok_or(AppError::NotFound("picture"))?;
        if laid.raw.is_none() {
            return Err(gone());
        }
        check_progress(laid)?;
        check_covers(&drawn.covers()?, laid.look.width, laid.look.height).map_err(Unusable::Cover)?;
        drawn.check_dismissed(&laid.look.findings)?;
        laid.redraw(drawn);
        self.settle()?;
        self.erase_unlisted().await?;
        self.keep().await
    }

    /// Notes what the finders say of the file as it would leave. The picture waits for another word, also if it was confirmed before.
    pub(super) async fn waits_again(&mut self, id: PictureId, note: impl FnOnce(&mut Laid)) -> Result<(), AppError> {
        self.keep_alt(id)?;
        let laid = self.tray.picture_mut(id).ok_or(AppError::NotFound("picture"))?;
        note(laid);
        laid.wait_again();
        self.settle()?;
        self.erase_unlisted().await?;
        self.keep().await
    }

    /// Keeps what one who cannot see a picture is told, for the time that it is not listed.
    fn keep_alt(&mut self, id: PictureId) -> Result<(), AppError> {
        let listed = self.listed(self.laid(id)?).map(|picture| picture.alt.0.clone());
        if let (Some(laid), Some(alt)) = (self.tray.picture_mut(id), listed) {
            laid.alt = alt;
        }
        Ok(())
    }

    /// Takes a clean picture into the draft, in the place of the one before.
    pub(super) async fn confirm(mut self, id: PictureId, review: Review, released: &Released) -> Result<(), AppError> {
        self.laid(id)?;
        let (case, salt) = (self.case(), self.content.summary.blob_salt);
        let blob = self.blobs().put_clean(case, &salt, &released.picture).await.map_err(not_kept)?;
        let preview = self.blobs().put_clean(case, &salt, &released.preview).await.map_err(not_kept)?;
        let clean = picture(released, blob, preview, &review.alt);
        self.content.summary.pictures.retain(|picture| picture.blob != blob);
        self.content.summary.pictures.push(clean);
        if let Some(laid) = self.tray.picture_mut(id) {
            laid.confirm(blob, review.drawn);
        }
        let settled = self.settle();
        // The picture before; or this one, if the draft does not take it.
        self.erase_unlisted().await?;
        settled?;
        self.keep().await
    }

    /// Takes a picture out.
    pub(super) async fn remove(mut self, id: PictureId) -> Result<(), AppError> {
        let raw = self.laid(id)?.raw;
        self.tray.pictures.retain(|laid| laid.id != id);
        self.tray.keep_pairs();
        self.settle()?;
        self.erase_unlisted().await?;
        for raw in raw.into_iter().flat_map(Raw::ids) {
            self.blobs().destroy_original(raw).await?;
        }
        self.keep().await
    }

    /// Puts the pictures into another order.
    pub(super) async fn reorder(mut self, order: &[PictureId]) -> Result<(), AppError> {
        if !self.tray.reorder(order) {
            return Err(Unusable::PicturesChanged.into());
        }
        self.settle()?;
        self.keep().await
    }

    /// Makes a picture and the one behind it a pair, or ends the pair that it is in.
    pub(super) async fn pair(mut self, id: PictureId, is_pair: bool) -> Result<(), AppError> {
        let is_done = if is_pair { self.tray.pair(id) } else { self.tray.part(id) };
        if !is_done {
            return Err(Unusable::PicturesChanged.into());
        }
        self.settle()?;
        self.keep().await
    }

    /// Writes into the draft what the tray says of its pictures.
    pub(super) fn settle(&mut self) -> Result<(), AppError> {
        self.save(self.tray.state())
    }

    /// Words may have been saved since the draft was opened, also those about its pictures.
    fn save(&mut self, state: StepState) -> Result<(), AppError> {
        let mut pictures = self.tray.arranged(&self.content.summary.pictures);
        self.content = self.app.change_draft(self.number, self.actor, |content| {
            for picture in &mut pictures {
                let written = content.summary.pictures.iter().find(|written| written.blob == picture.blob);
                picture.alt = written.map_or_else(|| picture.alt.clone(), |written| written.alt.clone());
            }
            content.summary.pictures = pictures;
            content.steps.pictures = state;
            Ok(())
        })?;
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), AppError> {
        let blobs = self.blobs().clone();
        self.trays.keep(&blobs, self.tray.clone()).await.map_err(not_kept)
    }

    /// Erases clean pictures that the draft does not list.
    async fn erase_unlisted(&self) -> Result<(), AppError> {
        let listed = self.app.own_draft(self.number, self.actor)?.summary.pictures;
        let listed: BTreeSet<_> = listed.iter().flat_map(|picture| [picture.blob, picture.preview]).collect();
        for blob in self.blobs().list(self.case()).await?.into_iter().filter(|blob| !listed.contains(blob)) {
            self.blobs().erase_blob(self.case(), blob).await?;
        }
        Ok(())
    }

    fn shown_one(&self, number: usize, laid: &Laid) -> DraftPicture {
        let listed = self.listed(laid);
        let look = laid.look.clone();
        DraftPicture {
            id: laid.id,
            number,
            width: look.width,
            height: look.height,
            is_confirmed: laid.is_confirmed(),
            confirming: self.app.pictures.confirmations.of((self.number, laid.id)),
            side: self.tray.side_of(laid.id),
            alt: listed.map_or_else(|| laid.alt.clone(), |picture| picture.alt.0.clone()),
            blob: laid.blob(),
            progress: look.progress,
            findings: look.findings,
            searched: look.searched,
            doubts: look.doubts,
            removed: look.removed,
            notices: look.notices,
            series: look.series,
            drawn: laid.drawn.clone(),
        }
    }

    /// What the draft lists of a picture that is confirmed.
    fn listed(&self, laid: &Laid) -> Option<&Picture> {
        self.content.summary.pictures.iter().find(|picture| laid.blob() == Some(picture.blob))
    }

    /// A clean picture, or its preview.
    async fn held(&self, blob: BlobId) -> Result<Held, AppError> {
        let Found::Held(held) = self.blobs().get(self.case(), blob).await? else { return Err(gone()) };
        Ok(held)
    }

    pub(super) fn laid(&self, id: PictureId) -> Result<&Laid, AppError> {
        self.tray.picture(id).ok_or(AppError::NotFound("picture"))
    }

    fn case(&self) -> CaseId {
        CaseId { institution: self.joined.me(), number: self.number }
    }

    fn blobs(&self) -> &Blobs {
        &self.joined.shared().blobs
    }
}

/// Nothing is drawn or signed on half a look.
fn check_progress(laid: &Laid) -> Result<(), AppError> {
    match laid.look.progress {
        Progress::Done => Ok(()),
        Progress::Failed => Err(Unusable::LookFailed.into()),
        Progress::Waiting | Progress::Upright => Err(Unusable::StillLooking.into()),
    }
}

fn gone() -> AppError {
    Unusable::OriginalGone.into()
}

/// A full disk is told as such: the person can wait or ask, and what they erase still goes.
fn not_kept(error: BlobError) -> AppError {
    match error {
        BlobError::Full => AppError::Full,
        error => AppError::Blobs(error),
    }
}
