//! Pictures that nothing lists: left where a node ended between two writes. They are erased behind its next start, and when the
//! store is checked.

use std::sync::{Arc, Weak};

use protocol::{CaseId, Payload};

use crate::{
    app::{App, AppError},
    network::{BEHIND_START, Joined},
};

/// Erases what nothing lists, once.
pub(in crate::app) async fn sweep(app: Weak<App>) {
    tokio::time::sleep(BEHIND_START).await;
    let Some(app) = app.upgrade() else { return };
    match app.erase_unlisted().await {
        Ok(0) | Err(AppError::NoNetwork) => {}
        Ok(count) => tracing::warn!(pictures.count = count, "Pictures that nothing listed were erased."),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "Pictures that nothing lists could not be looked for; the next start tries again."
        ),
    }
}

impl App {
    /// Erases pictures that no version of a case, no draft and nothing unsent lists. Returns how many there were.
    pub(crate) async fn erase_unlisted(&self) -> Result<usize, AppError> {
        let joined = self.joined()?;
        let mut erased = 0;
        for case in joined.shared().blobs.cases().await? {
            if self.leaving.is_cancelled() {
                break;
            }
            erased += self.erase_unlisted_of(&joined, case).await?;
        }
        Ok(erased)
    }

    async fn erase_unlisted_of(&self, joined: &Arc<Joined>, case: CaseId) -> Result<usize, AppError> {
        let shared = joined.shared();
        if shared.unlisted(case).await?.is_empty() {
            return Ok(0);
        }
        // Meanwhile nobody puts a picture into a draft, or makes one a case.
        let _trays = self.pictures.quarantine.open(&shared.blobs).await?;
        joined.settle_house().await;
        // What is sent while this looks stands in the journal by then, and shows that not all is folded.
        if self.is_still_ours(case) || !shared.has_folded_all()? {
            return Ok(0);
        }
        let unlisted = shared.unlisted(case).await?;
        for blob in &unlisted {
            shared.blobs.erase_blob(case, *blob).await?;
        }
        Ok(unlisted.len())
    }

    /// Whether a case is a draft, or waits to be sent.
    fn is_still_ours(&self, case: CaseId) -> bool {
        self.desk.look(|house| {
            let is_of_it = |payload| matches!(payload, Payload::Statement(_, statement) if statement.case == case);
            let mut unsent = house.outbox().iter().filter_map(|unsent| unsent.payload().ok());
            house.drafts().has(case.number) || unsent.any(is_of_it)
        })
    }
}
