//! Pictures of a draft: taken in, shown to their owner, covered, confirmed by name, put in order; and originals that must go.
//!
//! | file | holds |
//! |---|---|
//! | `tray` | the pictures of one draft on their way |
//! | `quarantine` | where originals, what is shown of them, and trays wait, sealed, with a deadline |
//! | `drawn`, `clip` | covers as the editor draws them, and the shapes that are burnt in |
//! | `shown`, `png` | what the owner sees while covering |
//! | `looking` | finders at work behind the answer, and what they say noted in the tray |
//! | `confirming` | a person's word for a picture, and the second look behind the answer to it |
//! | `open_draft` | what is done with a draft and its tray at hand |
//! | `pairs` | which of them are looked at together, before and after |
//! | `manifest` | the account of a released picture, as it travels |
//! | `post` | a whole case with pictures in one step |
//! | `sent` | DICOM objects that an archive sends, each a picture of a new draft |
//!
//! A write of the draft always comes before what it promises and after what it needs: a draft never says that its pictures
//! are done while one of them waits. Deliberately absent: who may read a case.

mod clip;
mod confirmations;
mod confirming;
mod drawn;
mod looking;
mod manifest;
mod open_draft;
mod pairs;
mod png;
mod post;
mod quarantine;
mod sent;
mod shown;
#[cfg(test)]
pub(super) mod tests;
mod tray;
mod unlisted;

use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
    time::Duration,
};

use anonymizer::{Concern, Doubt, Finding, MediaType, Notice, Removed, Searched, Series, View};
use house::{
    Actor, Command, Permission,
    audit::{Action, Outcome},
    draft,
};
use protocol::{BlobId, CaseId, CaseNumber, payload::pairs::Side};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::{App, AppError, Unusable};
use crate::{
    clock::now_ms,
    network::Joined,
    reserve::Reserve,
    worker::{Pool, PoolError},
};

pub(crate) use confirmations::Confirming;
pub(crate) use drawn::{Dismissed, Drawn, DrawnCover, Reason, Shape};
pub(crate) use post::Word;
pub(crate) use sent::Delivery;
pub(crate) use tray::{PictureId, Progress};
pub(super) use unlisted::sweep;

use confirmations::Confirmations;
use looking::Looking;
use open_draft::Made;
use quarantine::{Quarantine, Trays};
use tray::Tray;

/// How often originals that are due are looked for.
const ROUND: Duration = Duration::from_secs(60);
/// Cases with pictures that are posted whole at once.
const POSTS_MAX: usize = 16;
/// Workers that decode pictures, and as many that look at them.
const WORKERS: usize = 2;

/// What pictures need of the node besides the network's blobs.
#[derive(Debug)]
pub(crate) struct Room {
    pool: Pool,
    quarantine: Quarantine,
    looking: Looking,
    confirmations: Confirmations,
    posts: Arc<Semaphore>,
    reserve: Arc<Reserve>,
}

/// A picture of a draft, as its owner sees it.
#[derive(Clone, Debug)]
pub(crate) struct DraftPicture {
    pub(crate) id: PictureId,
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) is_confirmed: bool,
    /// The clean picture, if it is confirmed.
    pub(crate) blob: Option<BlobId>,
    pub(crate) confirming: Confirming,
    pub(crate) side: Option<Side>,
    pub(crate) alt: String,
    pub(crate) progress: Progress,
    pub(crate) findings: Vec<Finding>,
    pub(crate) searched: Vec<Searched>,
    pub(crate) doubts: BTreeSet<Doubt>,
    pub(crate) removed: BTreeSet<Removed>,
    pub(crate) notices: BTreeSet<Notice>,
    pub(crate) series: Series,
    pub(crate) drawn: Drawn,
}

impl DraftPicture {
    /// Whether a finder broke off, so that only the person's eyes have seen all of it.
    pub(crate) fn has_unsearched(&self) -> bool {
        self.searched.iter().any(|searched| !searched.search.is_finished())
    }

    /// Whether it waits for its person.
    pub(crate) const fn is_open(&self) -> bool {
        !self.is_confirmed && !matches!(self.confirming, Confirming::Underway)
    }
}

/// What a person decided about a picture that they looked at.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) drawn: Drawn,
    /// What one who cannot see it is told.
    pub(crate) alt: String,
    /// They were told that a finder broke off, and looked themselves.
    pub(crate) has_seen_unsearched: bool,
    /// What the finders could not settle, of which they were told, and because of which they looked.
    pub(crate) answered: BTreeSet<Doubt>,
    /// What they looked for.
    pub(crate) looked_for: BTreeSet<Concern>,
}

/// A file for the screen of the picture's owner.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ShownPicture {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl ShownPicture {
    /// A file that screens show as it is.
    fn as_held(held: store::Picture) -> Self {
        Self { content_type: held.media_type.as_str(), bytes: held.bytes }
    }
}

impl Room {
    pub(super) fn open(reserve: Arc<Reserve>) -> Result<Self, AppError> {
        Ok(Self {
            pool: Pool::start(WORKERS)?,
            quarantine: Quarantine::default(),
            looking: Looking::default(),
            confirmations: Confirmations::default(),
            posts: Arc::new(Semaphore::new(POSTS_MAX)),
            reserve,
        })
    }

    /// Ends what is under way for pictures of a draft that are gone.
    fn end(&self, draft: CaseNumber, gone: &[PictureId]) {
        self.looking.end(gone);
        self.confirmations.end(draft, gone);
    }

    /// Whether a picture of so many bytes can be taken in and the rest of the node goes on.
    fn check_room(&self, file_bytes: usize) -> Result<(), AppError> {
        self.reserve.check_picture(file_bytes)
    }
}

/// Destroys what is due, lays ballast that can be spared, and has what still waits looked at, once a minute, for as long as
/// the node runs.
pub(super) async fn keep_quarantine(app: Weak<App>, stop: CancellationToken) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = rounds.tick() => {}
        }
        let Some(app) = app.upgrade() else { return };
        app.reserve.refill();
        app.look_at_waiting().await;
        match app.destroy_due_originals(now_ms()).await {
            Ok(0) | Err(AppError::NoNetwork) => {}
            Ok(count) => tracing::info!(originals.count = count, "Originals whose time was over were destroyed."),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "Originals that are due could not be destroyed; the next round tries again."
                );
            }
        }
    }
}

impl App {
    /// Takes a picture in: a worker decodes it, it waits in quarantine, and is looked at behind the answer.
    pub(crate) async fn add_picture(
        self: &Arc<Self>,
        draft: CaseNumber,
        file: Vec<u8>,
        actor: &Actor,
    ) -> Result<DraftPicture, AppError> {
        let place = self.pictures.pool.line_up()?;
        let laid = self.lay_picture(draft, file, actor).await?;
        self.look_behind(place, draft, laid.id);
        Ok(laid)
    }

    /// Has a picture decoded and lays it into quarantine.
    async fn lay_picture(&self, draft: CaseNumber, file: Vec<u8>, actor: &Actor) -> Result<DraftPicture, AppError> {
        // What is laid there waits for a person, so a program may do it that may do nothing else.
        let open = || self.open_draft_for(Permission::PrepareDraft, draft, actor);
        open().await?.check_place()?;
        self.pictures.pool.check_size(file.len())?;
        self.pictures.check_room(file.len())?;
        let made = self.pictures.pool.decode(file.clone(), View::FIRST, Made::of).await?;
        self.pictures.check_room(file.len() + made.upright.len())?;
        open().await?.take_in(file.into(), made).await
    }

    /// The pictures of a draft in their order.
    pub(crate) async fn draft_pictures(&self, draft: CaseNumber, actor: &Actor) -> Result<Vec<DraftPicture>, AppError> {
        Ok(self.open_draft(draft, actor).await?.shown())
    }

    /// A picture of a draft in small, with its covers on.
    pub(crate) async fn picture_in_small(
        &self,
        draft: CaseNumber,
        id: PictureId,
        actor: &Actor,
    ) -> Result<ShownPicture, AppError> {
        let opened = self.open_draft(draft, actor).await?;
        if opened.is_half_covered(id)? {
            self.desk.note(actor, Action::ViewOriginal, vec![draft.into()], Outcome::Done)?;
        }
        opened.in_small(id).await
    }

    /// A confirmed picture of a draft as it will leave, its covers burnt in.
    pub(crate) async fn picture_as_it_leaves(
        &self,
        draft: CaseNumber,
        id: PictureId,
        actor: &Actor,
    ) -> Result<ShownPicture, AppError> {
        let held = self.open_draft(draft, actor).await?.clean(id).await?;
        self.rendered(held, View::FIRST).await
    }

    /// The upright picture, or a view of an object, with nothing covered: for the editor of its owner and for nobody else.
    pub(crate) async fn picture_to_cover(
        &self,
        draft: CaseNumber,
        id: PictureId,
        view: View,
        actor: &Actor,
    ) -> Result<ShownPicture, AppError> {
        let open = self.open_draft(draft, actor).await?;
        if view == View::FIRST {
            return open.upright(id).await;
        }
        let file = open.file(id).await?;
        drop(open);
        self.view_of(file, view).await
    }

    /// A clean picture for a screen: as it is, and of an object a view.
    pub(crate) async fn rendered(&self, held: store::Picture, view: View) -> Result<ShownPicture, AppError> {
        match held.media_type {
            MediaType::Jpeg | MediaType::Png => Ok(ShownPicture::as_held(held)),
            MediaType::Dicom => self.view_of(held.bytes.to_vec(), view).await,
        }
    }

    /// The frames and windows of a clean object.
    pub(crate) async fn series_of(&self, held: store::Picture) -> Result<Series, AppError> {
        Ok(self.pictures.pool.decode(held.bytes.to_vec(), View::FIRST, |opened| opened.series).await?)
    }

    async fn view_of(&self, file: Vec<u8>, view: View) -> Result<ShownPicture, AppError> {
        let bytes = self.pictures.pool.decode(file, view, |opened| shown::upright(&opened.pixels)).await?;
        Ok(ShownPicture { content_type: "image/png", bytes: bytes.into() })
    }

    /// Keeps covers as they are drawn so far. A confirmed picture whose covers changed must be confirmed again.
    pub(crate) async fn keep_covers(
        &self,
        draft: CaseNumber,
        id: PictureId,
        drawn: Drawn,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let mut opened = self.open_draft(draft, actor).await?;
        // Before: what is refused because of this is to be told.
        self.pictures.confirmations.forget_refusal((draft, id));
        opened.redraw(id, drawn).await
    }

    /// Takes a picture out of a draft; nothing of it is left.
    pub(crate) async fn remove_picture(&self, draft: CaseNumber, id: PictureId, actor: &Actor) -> Result<(), AppError> {
        self.open_draft(draft, actor).await?.remove(id).await?;
        self.pictures.end(draft, &[id]);
        Ok(())
    }

    /// Puts the pictures of a draft into another order.
    pub(crate) async fn reorder_pictures(
        &self,
        draft: CaseNumber,
        order: &[PictureId],
        actor: &Actor,
    ) -> Result<(), AppError> {
        self.open_draft(draft, actor).await?.reorder(order).await
    }

    /// Makes a picture and the one behind it a pair, before and after, or ends the pair that it is in.
    pub(crate) async fn pair_pictures(
        &self,
        draft: CaseNumber,
        id: PictureId,
        is_pair: bool,
        actor: &Actor,
    ) -> Result<(), AppError> {
        self.open_draft(draft, actor).await?.pair(id, is_pair).await
    }

    /// Says in the draft whether its pictures are done: they are if none waits to be confirmed, so also if there are none.
    pub(crate) async fn settle_pictures(&self, draft: CaseNumber, actor: &Actor) -> Result<(), AppError> {
        self.open_draft(draft, actor).await?.settle()
    }

    /// Throws a draft away with all its pictures.
    pub(crate) async fn discard_draft(&self, draft: CaseNumber, actor: &Actor) -> Result<(), AppError> {
        self.permit(actor, Permission::PostCase)?;
        self.destroy_draft(draft, actor).await
    }

    /// The same for who began it and could not finish.
    pub(super) async fn destroy_draft(&self, draft: CaseNumber, actor: &Actor) -> Result<(), AppError> {
        let discard = || self.desk.perform(Command::Draft(draft::Command::Discard(draft)), actor);
        let Some(joined) = self.network() else {
            discard()?;
            return Ok(());
        };
        let blobs = &joined.shared().blobs;
        let mut trays = self.pictures.quarantine.open(blobs).await?;
        // Only now: while this waited for its turn the draft may have become a case, whose pictures these are.
        self.draft_for(Permission::PrepareDraft, draft, actor)?;
        let gone = trays.get(draft).map(Tray::ids).unwrap_or_default();
        trays.clear(blobs, draft).await?;
        blobs.erase_case(CaseId { institution: joined.me(), number: draft }).await?;
        discard()?;
        self.pictures.end(draft, &gone);
        Ok(())
    }

    /// Publishes a draft while nobody else touches its pictures, and destroys the originals of what is published then.
    pub(super) async fn with_its_originals_destroyed<T>(
        &self,
        draft: CaseNumber,
        publish: impl Future<Output = Result<T, AppError>>,
    ) -> Result<T, AppError> {
        let joined = self.joined()?;
        let blobs = &joined.shared().blobs;
        let mut trays = self.pictures.quarantine.open(blobs).await?;
        let published = publish.await?;
        self.pictures.end(draft, &trays.get(draft).map(Tray::ids).unwrap_or_default());
        if let Err(error) = trays.clear(blobs, draft).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "Originals of a published case could not be destroyed; the next round tries again."
            );
        }
        Ok(published)
    }

    /// Destroys originals whose time is over or whose draft is no more. How many there were. One draft for which that fails
    /// keeps none of the others waiting.
    pub(crate) async fn destroy_due_originals(&self, now_ms: u64) -> Result<usize, AppError> {
        let joined = self.joined()?;
        let blobs = &joined.shared().blobs;
        let mut trays = self.pictures.quarantine.open(blobs).await?;
        let (mut count, mut failed) = (0, Ok(()));
        for tray in trays.all() {
            match self.destroy_due_of(&mut trays, &tray, &joined, now_ms).await {
                Ok(destroyed) => count += destroyed,
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        for id in blobs.originals_due(now_ms).await? {
            count += blobs.destroy_original(id).await?.erased;
        }
        failed.map(|()| count)
    }

    async fn destroy_due_of(
        &self,
        trays: &mut Trays,
        tray: &Tray,
        joined: &Joined,
        now_ms: u64,
    ) -> Result<usize, AppError> {
        let (blobs, draft) = (&joined.shared().blobs, tray.draft());
        let (is_draft, is_published) = self
            .desk
            .look(|house| (house.drafts().get(tray.owner(), draft).is_ok(), house.drafts().published(draft).is_some()));
        let count = match is_draft {
            true => trays.clear_due(blobs, draft, now_ms).await?,
            false => trays.clear(blobs, draft).await?,
        };
        let left = trays.get(draft);
        let is_gone = |id: &PictureId| left.and_then(|left| left.picture(*id)?.raw).is_none();
        self.pictures.end(draft, &tray.ids().into_iter().filter(is_gone).collect::<Vec<_>>());
        if !is_draft && !is_published {
            blobs.erase_case(CaseId { institution: joined.me(), number: draft }).await?;
        }
        Ok(count)
    }
}

impl From<PoolError> for AppError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy => Self::Busy(error.to_string()),
            PoolError::Start(cause) => Self::Io(cause),
            PoolError::Stopping => Self::Stopping,
            PoolError::Intake(cause) => Unusable::Picture(cause).into(),
            PoolError::Unreadable => Unusable::PictureUnreadable.into(),
            PoolError::Late(patience) => Unusable::PictureLate(patience).into(),
            PoolError::ObjectLate(patience) => Unusable::ObjectLate(patience).into(),
        }
    }
}
