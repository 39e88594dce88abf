//! DICOM objects that an archive sends in the name of a person: each becomes a picture of one new draft of theirs, which
//! waits in quarantine until they have looked at it.

use std::sync::Arc;

use anonymizer::dicom::{DicomError, is_object};
use house::{Actor, Permission};
use protocol::CaseNumber;

use crate::app::{App, AppError, Unusable, cases::account_of};

/// Objects on their way into one draft.
pub(crate) struct Delivery {
    app: Arc<App>,
    actor: Actor,
    draft: Option<CaseNumber>,
    taken: usize,
}

impl App {
    /// Begins to take objects in; there is no draft before the first of them.
    pub(crate) fn receive(self: &Arc<Self>, actor: &Actor) -> Result<Delivery, AppError> {
        account_of(actor)?;
        self.permit(actor, Permission::SendObjects)?;
        self.joined()?;
        Ok(Delivery { app: self.clone(), actor: *actor, draft: None, taken: 0 })
    }
}

impl Delivery {
    /// Takes one object in; what is no object is refused, whatever else it is.
    pub(crate) async fn take(&mut self, file: Vec<u8>) -> Result<(), AppError> {
        if !is_object(&file) {
            return Err(Unusable::Picture(DicomError::NotDicom.into()).into());
        }
        let draft = match self.draft {
            Some(draft) => draft,
            None => *self.draft.insert(self.app.begin_draft(&self.actor)?),
        };
        self.app.add_picture(draft, file, &self.actor).await?;
        self.taken += 1;
        Ok(())
    }

    /// Ends it. Where nothing was taken there is no draft.
    pub(crate) async fn end(self) {
        if let Some(draft) = self.draft.filter(|_| self.taken == 0) {
            self.app.throw_away(draft, &self.actor).await;
        }
    }
}
