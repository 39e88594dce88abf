//! Drafts while they are written. Every page changes its own part of what stands there at that moment, so that nothing is
//! undone which another page, or another window of the same person, wrote meanwhile.

use house::{
    Actor, Command, Permission,
    draft::{self, Content, StepState},
};
use protocol::CaseNumber;

use super::{App, AppError, cases::account_of};

impl App {
    /// A draft of the actor's own; of everybody else's there is none.
    pub(crate) fn own_draft(&self, number: CaseNumber, actor: &Actor) -> Result<Content, AppError> {
        self.draft_for(Permission::PostCase, number, actor)
    }

    /// The same, for whoever may do at least so much.
    pub(super) fn draft_for(
        &self,
        permission: Permission,
        number: CaseNumber,
        actor: &Actor,
    ) -> Result<Content, AppError> {
        self.permit(actor, permission)?;
        let owner = account_of(actor)?;
        Ok(self.desk.look(|house| house.drafts().get(owner, number).map(|draft| draft.content.clone()))?)
    }

    /// Changes a draft as it stands now. What was checked and then changed is to be checked again. Returns what it reads now.
    pub(crate) fn change_draft(
        &self,
        number: CaseNumber,
        actor: &Actor,
        change: impl FnOnce(&mut Content) -> Result<(), AppError>,
    ) -> Result<Content, AppError> {
        let owner = account_of(actor)?;
        let mut changed = None;
        self.desk.perform_on(
            |house| {
                let before = &house.drafts().get(owner, number)?.content;
                let mut content = before.clone();
                change(&mut content)?;
                let was_checked = before.steps.check == StepState::Done;
                if was_checked && is_other(before, &content) {
                    content.steps.check = StepState::Begun;
                }
                changed = Some(content.clone());
                Ok::<_, AppError>(Command::Draft(draft::Command::Save { number, content: Box::new(content) }))
            },
            actor,
        )?;
        changed.ok_or(AppError::NotFound("draft"))
    }
}

/// Whether two drafts would become different cases, or what the patient agreed to differs.
fn is_other(before: &Content, after: &Content) -> bool {
    let readers = |content: &Content| (content.audience, content.consent);
    before.summary != after.summary
        || before.kept != after.kept
        || readers(before) != readers(after)
        || before.institutions != after.institutions
}
