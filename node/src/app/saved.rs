//! The private list of cases that somebody saved for later. No peer learns of it, and it lends nobody a right: what may no
//! longer be read is not shown.

use house::{Actor, Command, Permission, list};
use protocol::CaseId;

use super::{App, AppError, CaseOrPlate, CaseView, cases::account_of};

impl App {
    /// Saves a case that the actor may read, or takes it off the list; asked for twice it changes nothing.
    pub(crate) fn save_case(&self, case: CaseId, is_saved: bool, actor: &Actor) -> Result<(), AppError> {
        if is_saved {
            self.case(case, actor)?;
        }
        self.desk.perform(Command::List(list::Command::Save { case, is_saved }), actor)?;
        Ok(())
    }

    /// Whether the actor saved a case.
    pub(crate) fn has_saved(&self, case: CaseId, actor: &Actor) -> bool {
        let Actor::Account(acting) = actor else { return false };
        self.desk.look(|house| house.lists().saved_by(acting.account).contains(&case))
    }

    /// The cases that the actor saved and may still read, the last one first.
    pub(crate) fn saved_cases(&self, actor: &Actor) -> Result<Vec<CaseView>, AppError> {
        self.permit(actor, Permission::KeepLists)?;
        let account = account_of(actor)?;
        let saved = self.desk.look(|house| house.lists().saved_by(account).to_vec());
        let mut views = Vec::new();
        for case in saved.into_iter().rev() {
            match self.case(case, actor) {
                Ok(CaseOrPlate::Case(view)) => views.push(*view),
                Ok(CaseOrPlate::Withdrawn { .. }) | Err(AppError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(views)
    }
}
