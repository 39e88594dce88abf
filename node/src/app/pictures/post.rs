//! A whole case with its pictures in one step, as the command line and programs post it.

use std::sync::Arc;

use anonymizer::{Concern, ReleaseError};
use house::{
    Actor, Command, HouseEntry, Permission,
    draft::{self, Content, StepState},
};
use protocol::{CaseNumber, codec::Text};

use super::{PictureId, Review};
use crate::app::{
    App, AppError, Unusable,
    cases::{Audience, NewCase, Said, account_of},
    identifying,
    people::specialty,
    unfit,
};

/// How often what was written of a picture is looked at, and what is found in it covered.
const LOOKS_MAX: u32 = 3;

/// What the actor's person says of the pictures of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Nothing.
    None,
    /// Beside what is found and covered, nothing identifying is left to see: they looked for every concern.
    Confirmed,
    /// The same; and what programs could not settle or search they have looked at themselves.
    Looked,
}

impl App {
    /// Posts a case with pictures, in their order. Each is looked at to the end, and all that is found is covered, sure or not.
    /// If anything is refused, nothing is left.
    pub(crate) async fn post_case(
        self: &Arc<Self>,
        new: &NewCase,
        files: Vec<Vec<u8>>,
        word: Word,
        actor: &Actor,
    ) -> Result<Said, AppError> {
        account_of(actor)?;
        if let Audience::Named(institutions) = &new.audience {
            self.check_members(institutions)?;
        }
        check_pairs(&new.before_after, files.len())?;
        if !files.is_empty() && word == Word::None {
            let why = "a person must look at every picture and confirm that it shows nothing identifying";
            return Err(AppError::conflict(why));
        }
        // Each keeps a request waiting until its last picture was looked at twice.
        let _turn = match files.is_empty() {
            true => None,
            false => Some(self.pictures.posts.clone().try_acquire_owned().map_err(|_| busy())?),
        };
        let number = self.begin_draft(actor)?;
        let written = self.write_case(number, new, files, word, actor).await;
        let said = match written {
            Ok(()) => self.publish(number, actor).await,
            Err(error) => Err(error),
        };
        if said.is_err() {
            self.throw_away(number, actor).await;
        }
        said
    }

    pub(super) fn begin_draft(&self, actor: &Actor) -> Result<CaseNumber, AppError> {
        let begun = self.desk.perform(Command::Draft(draft::Command::Begin), actor)?;
        let number = begun.into_iter().find_map(|entry| match entry {
            HouseEntry::DraftSaved(saved, _) => Some(saved.number),
            _ => None,
        });
        number.ok_or(AppError::NotFound("draft"))
    }

    async fn write_case(
        self: &Arc<Self>,
        number: CaseNumber,
        new: &NewCase,
        files: Vec<Vec<u8>>,
        word: Word,
        actor: &Actor,
    ) -> Result<(), AppError> {
        // Words are cheaper to refuse than pictures.
        write(&mut self.own_draft(number, actor)?, new)?;
        let mut ids = Vec::new();
        for file in files {
            let id = self.lay_picture(number, file, actor).await?.id;
            self.look_now(number, id).await?;
            self.confirm_as_found(number, id, word, actor).await?;
            ids.push(id);
        }
        for before in new.before_after.iter().filter_map(|before| ids.get(before.checked_sub(1)?)) {
            self.pair_pictures(number, *before, true, actor).await?;
        }
        self.settle_pictures(number, actor).await?;
        self.change_draft(number, actor, |content| write(content, new))?;
        Ok(())
    }

    /// Confirms a picture with all covered that is found in it, and then in what is written of it.
    async fn confirm_as_found(
        self: &Arc<Self>,
        number: CaseNumber,
        id: PictureId,
        word: Word,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let has_looked = word == Word::Looked;
        let mut looks_left = LOOKS_MAX;
        loop {
            let pictures = self.draft_pictures(number, actor).await?;
            let picture = pictures.into_iter().find(|picture| picture.id == id).ok_or(AppError::NotFound("picture"))?;
            let review = Review {
                drawn: picture.drawn.all_covered(),
                alt: String::new(),
                has_seen_unsearched: has_looked,
                answered: picture.doubts.into_iter().filter(|_| has_looked).collect(),
                looked_for: Concern::ALL.into(),
            };
            looks_left -= 1;
            match self.confirm_picture(number, id, review, actor).await {
                Err(AppError::Unusable(Unusable::Release(ReleaseError::StillThere(_)))) if looks_left > 0 => {}
                confirmed => return confirmed,
            }
        }
    }

    /// A draft that was published meanwhile stays.
    pub(super) async fn throw_away(&self, number: CaseNumber, actor: &Actor) {
        if self.draft_for(Permission::PrepareDraft, number, actor).is_err() {
            return;
        }
        if let Err(error) = self.destroy_draft(number, actor).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "A draft that could not be published could not be thrown away; its owner finds it among the drafts."
            );
        }
    }
}

fn busy() -> AppError {
    AppError::Busy("too many cases with pictures are being posted just now; post this one again in a moment".to_owned())
}

/// Each number, from 1, is that of a picture which another follows, and no picture belongs to two pairs.
fn check_pairs(befores: &[usize], pictures: usize) -> Result<(), AppError> {
    let is_pair = |before: &usize| (1..pictures).contains(before);
    let is_doubled = |before: &usize| befores.iter().filter(|other| other.abs_diff(*before) <= 1).count() > 1;
    match befores.iter().all(|before| is_pair(before) && !is_doubled(before)) {
        true => Ok(()),
        false => Err(AppError::invalid(
            "before_after",
            "each is the number, from 1, of a picture that another one follows, and no picture belongs to two pairs",
        )),
    }
}

/// Writes the words of a case that may be shared as they are.
fn write(content: &mut Content, new: &NewCase) -> Result<(), AppError> {
    fill(content, new)?;
    unfit(&content.summary).map_or(Ok(()), Err)?;
    content.summary.check().map_err(|cause| AppError::invalid("case", &cause.to_string()))?;
    identifying::refuse_open_in(content)
}

fn fill(content: &mut Content, new: &NewCase) -> Result<(), AppError> {
    content.summary.title = Text::from(new.title.trim());
    content.summary.question = Text::from(new.question.trim());
    content.summary.body = Text::from(new.text.trim());
    content.summary.specialty = new.specialty.as_deref().map(specialty).transpose()?;
    content.summary.tags = new.tags.iter().map(|tag| Text::from(tag.trim())).collect();
    content.audience = new.audience.choice();
    if let Audience::Named(institutions) = &new.audience {
        content.institutions.clone_from(institutions);
    }
    content.kept = Some(new.kept.clone()).filter(|kept| !kept.is_empty());
    let done = StepState::Done;
    content.steps = draft::Steps { words: done, audience: done, check: done, ..content.steps };
    Ok(())
}
