//! Which pictures are being confirmed, and which words for a picture came to nothing. The running node alone knows that.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use protocol::CaseNumber;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Drawn, PictureId};
use crate::app::{AppError, Unusable};

/// MiB of written pictures that wait for the second look.
const WAITING_MIB_MAX: usize = 256;

/// A picture with its draft.
pub(super) type Place = (CaseNumber, PictureId);

/// What became of the last word for a picture, as far as the draft does not say it.
#[derive(Clone, Debug)]
pub(crate) enum Confirming {
    /// Nothing that its owner would have to know.
    Rests,
    /// What was written is looked at once more.
    Underway,
    /// It came to nothing.
    Refused(Arc<NotConfirmed>),
}

/// Why a picture was not confirmed once it had been written.
#[derive(Debug)]
pub(crate) struct NotConfirmed {
    pub(crate) why: AppError,
    /// The covers that the word was given for.
    pub(crate) drawn: Drawn,
    /// What joins the sentence on the page with the line in the log.
    pub(crate) code: String,
}

/// Pictures that are being confirmed, and those that could not be.
#[derive(Clone, Debug)]
pub(super) struct Confirmations {
    all: Arc<Mutex<BTreeMap<Place, State>>>,
    room: Arc<Semaphore>,
}

#[derive(Debug)]
enum State {
    Underway { drawn: Drawn, end: CancellationToken },
    Refused(Arc<NotConfirmed>),
}

/// That a picture is being confirmed; it ends with this.
pub(super) struct Underway {
    all: Confirmations,
    place: Place,
    /// Cancelled when nobody needs it any more.
    pub(super) end: CancellationToken,
}

impl Default for Confirmations {
    fn default() -> Self {
        Self { all: Arc::default(), room: Arc::new(Semaphore::new(WAITING_MIB_MAX)) }
    }
}

impl Confirmations {
    /// What there is to tell of a picture.
    pub(super) fn of(&self, place: Place) -> Confirming {
        match self.all().get(&place) {
            None => Confirming::Rests,
            Some(State::Underway { .. }) => Confirming::Underway,
            Some(State::Refused(not)) => Confirming::Refused(not.clone()),
        }
    }

    /// Whether a picture is being confirmed with these very covers: a word that was given twice is one.
    pub(super) fn is_underway(&self, place: Place, covers: &Drawn) -> bool {
        matches!(self.all().get(&place), Some(State::Underway { drawn, .. }) if drawn == covers)
    }

    /// One at a time for a picture. What there was to tell of it is told.
    pub(super) fn begin(&self, place: Place, drawn: Drawn, end: CancellationToken) -> Result<Underway, Unusable> {
        let mut all = self.all();
        if matches!(all.get(&place), Some(State::Underway { .. })) {
            return Err(Unusable::BeingConfirmed);
        }
        all.insert(place, State::Underway { drawn, end: end.clone() });
        Ok(Underway { all: self.clone(), place, end })
    }

    /// Room for a file that waits to be looked at.
    pub(super) fn room(&self, file: &[u8]) -> Result<OwnedSemaphorePermit, AppError> {
        let mib = u32::try_from(file.len() >> 20).unwrap_or(u32::MAX).saturating_add(1);
        self.room.clone().try_acquire_many_owned(mib).map_err(|_| {
            let why = "too many pictures are being confirmed just now; confirm this one again in a moment";
            AppError::Busy(why.to_owned())
        })
    }

    /// Forgets why a picture was not confirmed: its person goes on with it.
    pub(super) fn forget_refusal(&self, place: Place) {
        let mut all = self.all();
        if matches!(all.get(&place), Some(State::Refused(_))) {
            all.remove(&place);
        }
    }

    /// Ends what is under way for pictures of a draft that are gone, and forgets what there was to tell of them.
    pub(super) fn end(&self, draft: CaseNumber, gone: &[PictureId]) {
        let mut all = self.all();
        for id in gone {
            if let Some(State::Underway { end, .. }) = all.remove(&(draft, *id)) {
                end.cancel();
            }
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Place, State>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Underway {
    /// It came to nothing, and its person has to be told. A picture that is gone needs no words.
    pub(super) fn refuse(self, not: NotConfirmed) {
        if let Some(state) = self.all.all().get_mut(&self.place) {
            *state = State::Refused(Arc::new(not));
        }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut all = self.all.all();
        if matches!(all.get(&self.place), Some(State::Underway { .. })) {
            all.remove(&self.place);
        }
    }
}
