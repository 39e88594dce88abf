//! Finders at work behind the answer: a picture that was laid into quarantine waits for its turn, is looked at, and its tray
//! says how far that is.
//!
//! What is under way holds no node open: it asks for it again with each step. What a node that stopped left undone waits in
//! quarantine with the original, and the next round begins it anew. Deliberately absent: what a finding means.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use anonymizer::Sight;
use protocol::CaseNumber;
use store::Found;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    PictureId,
    tray::{Laid, Progress},
};
use crate::{
    app::{App, AppError},
    worker::{Place, PoolError},
};

/// Words of a worker on their way to the tray; it says one before its last.
const WORDS_MAX: usize = 1;

/// Pictures that are being looked at, or wait for their turn, each with what ends that.
#[derive(Clone, Debug, Default)]
pub(super) struct Looking {
    all: Arc<Mutex<BTreeMap<PictureId, CancellationToken>>>,
    /// Told whenever one is through.
    ended: Arc<Notify>,
}

/// That a picture is being looked at; it ends with this.
struct Underway {
    all: Looking,
    id: PictureId,
    /// Cancelled when nobody needs it any more.
    end: CancellationToken,
}

impl Looking {
    /// Ends what is under way for pictures that are gone.
    pub(super) fn end(&self, gone: &[PictureId]) {
        let all = self.all();
        gone.iter().filter_map(|id| all.get(id)).for_each(CancellationToken::cancel);
    }

    /// None if it is under way already.
    fn begin(&self, id: PictureId, end: CancellationToken) -> Option<Underway> {
        match self.all().entry(id) {
            Entry::Occupied(_) => None,
            Entry::Vacant(place) => {
                place.insert(end.clone());
                Some(Underway { all: self.clone(), id, end })
            }
        }
    }

    /// Waits for whoever looks at it already.
    async fn begin_in_turn(&self, id: PictureId, end: CancellationToken) -> Underway {
        loop {
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            if let Some(underway) = self.begin(id, end.clone()) {
                return underway;
            }
            ended.await;
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<PictureId, CancellationToken>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.all.all().remove(&self.id);
        self.all.ended.notify_waiters();
    }
}

impl App {
    /// Has a picture looked at while nobody waits for it.
    pub(super) fn look_behind(self: &Arc<Self>, place: Place, draft: CaseNumber, id: PictureId) {
        let Some(underway) = self.pictures.looking.begin(id, self.leaving.child_token()) else { return };
        let app = Arc::downgrade(self);
        tokio::spawn(async move {
            let looked = underway.end.run_until_cancelled(look_at(app.clone(), place, draft, id)).await;
            let Err(error) = looked.unwrap_or(Err(AppError::Stopping)) else { return };
            // The picture is not to blame, if it is still there.
            if matches!(error, AppError::Stopping | AppError::Io(_))
                && let Some(app) = app.upgrade()
            {
                drop(app.note_look(draft, id, Laid::takes_its_try_back).await);
            }
            if !matches!(error, AppError::Stopping) {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error = error, "A picture could not be looked at to the end.");
            }
        });
    }

    /// Has a picture looked at for somebody who waits for it.
    pub(super) async fn look_now(self: &Arc<Self>, draft: CaseNumber, id: PictureId) -> Result<(), AppError> {
        let place = self.pictures.pool.line_up()?;
        let underway = self.pictures.looking.begin_in_turn(id, self.leaving.child_token()).await;
        let looking = look_at(Arc::downgrade(self), place, draft, id);
        underway.end.run_until_cancelled(looking).await.unwrap_or(Err(AppError::Stopping))
    }

    /// Begins to look at what waits in quarantine and nobody looks at: a node that stopped left it so, or no worker could be
    /// started.
    pub(super) async fn look_at_waiting(self: &Arc<Self>) {
        let Some(joined) = self.network() else { return };
        let trays = match self.pictures.quarantine.open(&joined.shared().blobs).await {
            Ok(trays) => trays.all(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "The quarantine cannot be opened.");
                return;
            }
        };
        for tray in trays {
            for laid in tray.pictures.iter().filter(|laid| laid.is_looked_at()) {
                let Ok(place) = self.pictures.pool.line_up() else { return };
                self.look_behind(place, tray.draft(), laid.id);
            }
        }
    }

    /// The file of a picture that waits to be looked at, and how many frames it has, and that one more try is made; none if it
    /// was removed.
    async fn waiting_file(&self, draft: CaseNumber, id: PictureId) -> Result<Option<(Vec<u8>, u32)>, AppError> {
        // Before the try: a picture that stops the whole node is not looked at for ever.
        self.note_look(draft, id, Laid::tries_again).await?;
        let joined = self.joined()?;
        let blobs = &joined.shared().blobs;
        let trays = self.pictures.quarantine.open(blobs).await?;
        let laid = trays.get(draft).and_then(|tray| tray.picture(id)).filter(|laid| laid.is_looked_at());
        let Some((raw, frames)) = laid.and_then(|laid| Some((laid.raw?, laid.look.series.frames))) else {
            return Ok(None);
        };
        match blobs.get_original(raw.original()).await? {
            Found::Held(mut file) => Ok(Some((std::mem::take(&mut *file), frames))),
            Found::Erased | Found::NotHeld => Ok(None),
        }
    }

    /// Notes in the tray how far it is; a picture that was removed meanwhile stays so.
    pub(super) async fn note_look(
        &self,
        draft: CaseNumber,
        id: PictureId,
        note: impl FnOnce(&mut Laid),
    ) -> Result<(), AppError> {
        let joined = self.joined()?;
        let blobs = &joined.shared().blobs;
        let mut trays = self.pictures.quarantine.open(blobs).await?;
        let Some(mut tray) = trays.get(draft).cloned() else { return Ok(()) };
        let Some(laid) = tray.picture_mut(id).filter(|laid| laid.is_looked_at()) else { return Ok(()) };
        note(laid);
        Ok(trays.keep(blobs, tray).await?)
    }
}

async fn look_at(app: Weak<App>, place: Place, draft: CaseNumber, id: PictureId) -> Result<(), AppError> {
    let pool = strong(&app)?.pictures.pool.clone();
    let turn = pool.turn(place).await?;
    let Some((file, frames)) = strong(&app)?.waiting_file(draft, id).await? else { return Ok(()) };
    let (says, mut words) = mpsc::channel(WORDS_MAX);
    // Nobody hears it any more where the node stops.
    let looking = pool.look(turn, file, frames, move |sight| drop(says.blocking_send(sight)));
    let noting = async {
        while let Some(sight) = words.recv().await {
            note(&app, draft, id, sight).await?;
        }
        Ok(())
    };
    let (looked, noted): (_, Result<(), AppError>) = tokio::join!(looking, noting);
    noted?;
    match looked {
        Ok(looked) => note(&app, draft, id, looked.sight().clone()).await,
        Err(error) => {
            // One that was late may find a quieter house in a minute.
            if matches!(error, PoolError::Intake(_) | PoolError::Unreadable) {
                let failed = |laid: &mut Laid| laid.look.progress = Progress::Failed;
                strong(&app)?.note_look(draft, id, failed).await?;
            }
            Err(error.into())
        }
    }
}

async fn note(app: &Weak<App>, draft: CaseNumber, id: PictureId, sight: Sight) -> Result<(), AppError> {
    strong(app)?.note_look(draft, id, |laid| laid.saw(sight)).await
}

fn strong(app: &Weak<App>) -> Result<Arc<App>, AppError> {
    app.upgrade().ok_or(AppError::Stopping)
}
