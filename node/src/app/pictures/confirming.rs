//! A person's word for a picture. What can be refused is refused while they wait, and the file is written as it would leave;
//! then finders look at what was written, behind the answer, and only what is clean there is taken into the draft.
//!
//! That a picture is being confirmed is known to the running node alone, and so is why it came to nothing, until the person
//! does something else with the picture. A node that stops meanwhile leaves it unconfirmed, with the covers that were drawn on
//! it. Whoever posts a whole case waits for the same work. Deliberately absent: what a release asks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use anonymizer::{
    Candidate, Confirmation, Inspection, Limits, Looked, Opened, ReleaseError, View,
    dicom::{Written, is_object},
    prepare, prepare_object,
};
use house::Actor;
use protocol::{CaseNumber, ClinicianId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Drawn, PictureId, Review, tray::Laid};
use crate::{
    app::{App, AppError, Unusable, cases::account_of},
    entropy,
    worker::{Pool, Turn},
};

/// MiB of written pictures that wait for the second look.
const WAITING_MIB_MAX: usize = 256;

/// A picture with its draft.
type Place = (CaseNumber, PictureId);

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
}

/// Pictures that are being confirmed, and those that could not be.
#[derive(Clone, Debug)]
pub(super) struct Confirmations {
    all: Arc<Mutex<BTreeMap<Place, State>>>,
    room: Arc<Semaphore>,
}

#[derive(Debug)]
enum State {
    Underway(CancellationToken),
    Refused(Arc<NotConfirmed>),
}

/// That a picture is being confirmed; it ends with this.
struct Underway {
    all: Confirmations,
    place: Place,
    /// Cancelled when nobody needs it any more.
    end: CancellationToken,
}

/// A picture as it would leave, and what its person saw of it.
struct Signed {
    place: Place,
    reviewed: Laid,
    review: Review,
    candidate: Candidate,
    frames: u32,
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
            Some(State::Underway(_)) => Confirming::Underway,
            Some(State::Refused(why)) => Confirming::Refused(why.clone()),
        }
    }

    /// Forgets why a picture was not confirmed: its person goes on with it.
    pub(super) fn forget_refusal(&self, place: Place) {
        let mut all = self.all();
        if matches!(all.get(&place), Some(State::Refused(_))) {
            all.remove(&place);
        }
    }

    /// Ends what is under way for a picture that is gone.
    pub(super) fn end(&self, place: Place) {
        if let Some(State::Underway(end)) = self.all().remove(&place) {
            end.cancel();
        }
    }

    /// The same for all pictures of a draft.
    pub(super) fn end_all(&self, draft: CaseNumber) {
        self.all().retain(|(of, _), state| {
            if *of == draft
                && let State::Underway(end) = state
            {
                end.cancel();
            }
            *of != draft
        });
    }

    /// One at a time for a picture. What there was to tell of it is told.
    fn begin(&self, place: Place, end: CancellationToken) -> Result<Underway, Unusable> {
        let mut all = self.all();
        if matches!(all.get(&place), Some(State::Underway(_))) {
            return Err(Unusable::BeingConfirmed);
        }
        all.insert(place, State::Underway(end.clone()));
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

    fn all(&self) -> MutexGuard<'_, BTreeMap<Place, State>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Underway {
    /// It came to nothing, and its person has to be told. A picture that is gone needs no words.
    fn refuse(self, why: AppError, drawn: Drawn) {
        let mut all = self.all.all();
        if let Some(state) = all.get_mut(&self.place) {
            *state = State::Refused(Arc::new(NotConfirmed { why, drawn }));
        }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut all = self.all.all();
        if matches!(all.get(&self.place), Some(State::Underway(_))) {
            all.remove(&self.place);
        }
    }
}

impl App {
    /// Burns the covers in, has the finders look at what was written, and takes the clean picture into the draft, under the
    /// name of the person who confirms it. What the finders still see is covered, and the picture waits for another word.
    pub(crate) async fn confirm_picture(
        self: &Arc<Self>,
        draft: CaseNumber,
        id: PictureId,
        review: Review,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let _underway = self.begin_to_confirm((draft, id))?;
        // Nothing of it is in memory before that.
        let turn = self.pictures.pool.last_turn().await?;
        let signed = self.sign_picture((draft, id), review, actor).await?;
        let looked = look_again(&self.pictures.pool, turn, &signed).await?;
        self.take_clean(signed, &looked, actor).await
    }

    /// The same for somebody who does not wait for the second look: what it comes to is told with the picture.
    pub(crate) async fn confirm_behind(
        self: &Arc<Self>,
        draft: CaseNumber,
        id: PictureId,
        review: Review,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let underway = self.begin_to_confirm((draft, id))?;
        let signed = self.sign_picture((draft, id), review, actor).await?;
        let room = self.pictures.confirmations.room(signed.candidate.file())?;
        let (app, pool, actor) = (Arc::downgrade(self), self.pictures.pool.clone(), *actor);
        tokio::spawn(async move {
            let _room = room;
            let drawn = signed.review.drawn.clone();
            let look = async { look_again(&pool, pool.last_turn().await?, &signed).await };
            let Some(looked) = underway.end.run_until_cancelled(look).await else { return };
            if let Err(why) = taken(app, signed, looked, &actor).await {
                tell(&why);
                underway.refuse(why, drawn);
            }
        });
        Ok(())
    }

    fn begin_to_confirm(&self, place: Place) -> Result<Underway, AppError> {
        Ok(self.pictures.confirmations.begin(place, self.leaving.child_token())?)
    }

    /// Writes the picture as it would leave, and keeps the covers that are burnt in there.
    async fn sign_picture(&self, place: Place, review: Review, actor: &Actor) -> Result<Signed, AppError> {
        let (draft, id) = place;
        let (file, seen) = self.open_draft(draft, actor).await?.original(id).await?;
        let (candidate, frames) = self.candidate(file, &seen, &review, actor).await?;
        let mut opened = self.open_draft(draft, actor).await?;
        opened.check_same(&seen)?;
        if seen.drawn != review.drawn {
            opened.redraw(id, review.drawn.clone()).await?;
        }
        let reviewed = opened.laid(id)?.clone();
        Ok(Signed { place, reviewed, review, candidate, frames })
    }

    /// The file as it would leave, and how many frames it has.
    async fn candidate(
        &self,
        file: Vec<u8>,
        reviewed: &Laid,
        review: &Review,
        actor: &Actor,
    ) -> Result<(Candidate, u32), AppError> {
        let look = reviewed.look.clone();
        self.pictures.check_room(file.len())?;
        let covers = review.drawn.covers()?;
        let confirmation = Confirmation {
            reviewer: self.reviewer(actor)?,
            dismissed: review.drawn.dismissals(&look.findings)?,
            has_seen_unsearched: review.has_seen_unsearched,
            answered: if review.has_answered { look.doubts.clone() } else { BTreeSet::new() },
            looked_for: review.looked_for.clone(),
        };
        let (pool, frames) = (&self.pictures.pool, look.series.frames);
        let prepared = if is_object(&file) {
            let secret = self.keys.pseudonyms(entropy::seed)?;
            let make = {
                let covers = covers.clone();
                move |Written { file, opened }| {
                    prepare_object(file, Inspection::of(opened, look.sight()), &covers, confirmation, &Limits::NETWORK)
                }
            };
            pool.write(file, secret, covers, make).await?
        } else {
            let make = move |opened: Opened| {
                prepare(Inspection::of(opened, look.sight()), &covers, confirmation, &Limits::NETWORK)
            };
            pool.decode(file, View::FIRST, make).await?
        };
        Ok((prepared.map_err(not_released)?, frames))
    }

    /// Takes the clean picture into the draft, unless the finders saw something there, or somebody drew something else.
    async fn take_clean(&self, signed: Signed, looked: &Looked, actor: &Actor) -> Result<(), AppError> {
        let Signed { place: (draft, id), reviewed, review, candidate, .. } = signed;
        let mut opened = self.open_draft(draft, actor).await?;
        opened.check_same(&reviewed)?;
        match candidate.release(looked) {
            Ok(released) => opened.confirm(id, review, &released).await,
            Err(error) => {
                opened
                    .waits_again(id, |laid| match &error {
                        ReleaseError::StillThere(found) => laid.saw_again(review.drawn, found),
                        ReleaseError::OpenDoubt(doubt) => drop(laid.look.doubts.insert(*doubt)),
                        ReleaseError::Unsearched => laid.searched_again(&looked.sight().searched),
                        _ => {}
                    })
                    .await?;
                Err(not_released(error))
            }
        }
    }

    /// The person behind an actor, as other institutions know them.
    fn reviewer(&self, actor: &Actor) -> Result<ClinicianId, AppError> {
        let account = account_of(actor)?;
        self.desk.look(|house| house.custody().clinician_of(account)).ok_or(AppError::NotFound("signing key"))
    }
}

async fn look_again(pool: &Pool, turn: Turn, signed: &Signed) -> Result<Looked, AppError> {
    Ok(pool.look(turn, signed.candidate.file().to_vec(), signed.frames, |_| ()).await?)
}

/// Holds the node only now: what waits does not.
async fn taken(
    app: Weak<App>,
    signed: Signed,
    looked: Result<Looked, AppError>,
    actor: &Actor,
) -> Result<(), AppError> {
    let looked = looked?;
    let app = app.upgrade().ok_or(AppError::Stopping)?;
    app.take_clean(signed, &looked, actor).await
}

/// What the person cannot mend is for whoever looks after the node, too.
fn tell(why: &AppError) {
    if !matches!(why, AppError::Unusable(_) | AppError::Refused(_) | AppError::NotFound(_)) {
        let why = why as &dyn std::error::Error;
        tracing::warn!(error = why, "A picture that a person confirmed could not be taken into its draft.");
    }
}

fn not_released(error: ReleaseError) -> AppError {
    match error {
        ReleaseError::Encoder | ReleaseError::OtherFile => AppError::Io(std::io::Error::other(error)),
        _ => Unusable::Release(error).into(),
    }
}
