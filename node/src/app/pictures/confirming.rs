//! A person's word for a picture. What can be refused is refused while they wait, and the file is written as it would leave;
//! then finders look at what was written, behind the answer, and only what is clean there is taken into the draft.
//!
//! That a picture is being confirmed is known to the running node alone, and so is why it came to nothing, until the person
//! does something else with the picture. A node that stops meanwhile leaves it unconfirmed, with the covers that were drawn on
//! it. Whoever posts a whole case waits for the same work. Deliberately absent: what a release asks for.

use std::sync::{Arc, Weak};

use anonymizer::{
    Candidate, Confirmation, Inspection, Limits, Looked, Opened, ReleaseError, View, check_covers,
    dicom::{Written, is_object},
    prepare, prepare_object,
};
use house::Actor;
use protocol::{CaseNumber, ClinicianId};

use super::{
    Drawn, PictureId, Review,
    confirmations::{NotConfirmed, Place, Underway},
    tray::Laid,
};
use crate::{
    app::{App, AppError, Unusable, cases::account_of},
    entropy,
    worker::{Pool, Turn},
};

/// A picture as it would leave, and what its person saw of it.
struct Signed {
    place: Place,
    reviewed: Laid,
    review: Review,
    candidate: Candidate,
    frames: u32,
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
        let _underway = self.begin_to_confirm((draft, id), &review.drawn)?;
        // Nothing of it is in memory before that.
        let turn = self.pictures.pool.last_turn().await?;
        let signed = self.sign_picture((draft, id), review, actor).await?;
        let looked = look_again(&self.pictures.pool, turn, &signed).await?;
        self.take_clean(signed, &looked, actor).await
    }

    /// The same for somebody who does not wait for the second look: what it comes to is told with the picture. A word that
    /// is given twice counts once.
    pub(crate) async fn confirm_behind(
        self: &Arc<Self>,
        draft: CaseNumber,
        id: PictureId,
        review: Review,
        actor: &Actor,
    ) -> Result<(), AppError> {
        if self.pictures.confirmations.is_underway((draft, id), &review.drawn) {
            return Ok(());
        }
        let underway = self.begin_to_confirm((draft, id), &review.drawn)?;
        let signed = self.sign_picture((draft, id), review, actor).await?;
        let room = self.pictures.confirmations.room(signed.candidate.file())?;
        let (app, pool, actor) = (Arc::downgrade(self), self.pictures.pool.clone(), *actor);
        tokio::spawn(async move {
            let _room = room;
            let drawn = signed.review.drawn.clone();
            let look = async { look_again(&pool, pool.last_turn().await?, &signed).await };
            let Some(looked) = underway.end.run_until_cancelled(look).await else { return };
            if let Err(why) = taken(app, signed, looked, &actor).await {
                let not = NotConfirmed { why, drawn, code: hex::encode(entropy::draw::<4>()) };
                tell(&not);
                underway.refuse(not);
            }
        });
        Ok(())
    }

    fn begin_to_confirm(&self, place: Place, drawn: &Drawn) -> Result<Underway, AppError> {
        Ok(self.pictures.confirmations.begin(place, drawn.clone(), self.leaving.child_token())?)
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
        check_covers(&covers, look.width, look.height).map_err(Unusable::Cover)?;
        let confirmation = Confirmation {
            reviewer: self.reviewer(actor)?,
            dismissed: review.drawn.dismissals(&look.findings)?,
            has_seen_unsearched: review.has_seen_unsearched,
            answered: review.answered.intersection(&look.doubts).copied().collect(),
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
    app.take_clean(signed, &looked, &app.as_of_now(actor)).await
}

/// What the person cannot mend is for whoever looks after the node, too.
fn tell(not: &NotConfirmed) {
    if !matches!(not.why, AppError::Unusable(_) | AppError::Refused(_) | AppError::NotFound(_)) {
        let (code, why) = (&not.code, &not.why as &dyn std::error::Error);
        tracing::warn!(
            request.code = code,
            error = why,
            "A picture that a person confirmed could not be taken into its draft."
        );
    }
}

fn not_released(error: ReleaseError) -> AppError {
    match error {
        ReleaseError::Encoder | ReleaseError::OtherFile => AppError::Io(std::io::Error::other(error)),
        _ => Unusable::Release(error).into(),
    }
}
