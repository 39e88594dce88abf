//! Looking after what is stored: reading all of it, and having made anew what can be. What cannot be read is named, and the
//! check goes on: it is made for a store that is damaged.

use std::collections::BTreeSet;

use casebook::{Filter, Listed, Reader, row::Shelf};
use house::{
    Actor, Permission,
    audit::{Action, Outcome},
};
use protocol::{BlobId, CaseId, payload::content::Summary};
use serde::Serialize;
use store::{Found, Journal, Secret};

use super::{App, AppError, with_causes};
use crate::network::Shared;

/// Cases that a check looks at before it asks for more.
const CASES_AT_ONCE: usize = 100;

/// What a check of the store came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct StoreCheck {
    pub(crate) records: u64,
    pub(crate) erased: u64,
    /// Pictures and previews that are held whole.
    pub(crate) pictures: u64,
    /// Those that nothing listed, and that were erased now.
    pub(crate) unlisted: usize,
    pub(crate) cases: u64,
    /// Fewer than there are cases: the index is behind, or was damaged; a rebuild makes it anew.
    pub(crate) cases_in_index: u64,
    /// What cannot be read, and what could not be looked at.
    pub(crate) damaged: Vec<String>,
    pub(crate) tables: Option<String>,
}

impl App {
    /// Has tables and index thrown away at the next start, which builds them from the journal. Who wished it stands in the audit
    /// before that.
    pub(crate) fn rebuild_store(&self, actor: &Actor) -> Result<(), AppError> {
        self.permit(actor, Permission::CheckStore)?;
        let joined = self.joined()?;
        if !joined.shared().shelf.journal.damage().is_empty() {
            let why = "the journal is damaged, and what stands in the tables could not all be made anew from it; repair it first";
            return Err(AppError::conflict(why));
        }
        self.desk.note(actor, Action::CheckStore, Vec::new(), Outcome::Done)?;
        Ok(crate::network::ask_to_rebuild(&self.layout.network(&joined.id()))?)
    }

    /// Reads every record of the journals and every picture of a case, and counts what the index holds. Pictures that nothing lists
    /// are erased.
    pub(crate) async fn check_store(&self, actor: &Actor) -> Result<StoreCheck, AppError> {
        self.permit(actor, Permission::CheckStore)?;
        let mut check = StoreCheck::default();
        check.read(self.desk.journal());
        if let Some(joined) = self.network() {
            let shared = joined.shared();
            check.read(&shared.shelf.journal);
            check.tables = shared.shelf.tables.unusable().map(ToOwned::to_owned);
            check.cases_in_index = check.unless_damaged("the search index", self.cases_in_index()).unwrap_or_default();
            let unlisted = self.erase_unlisted().await;
            check.unlisted = check.unless_damaged("pictures that nothing lists", unlisted).unwrap_or_default();
            check.read_cases(shared).await;
        }
        let noted = self.desk.note(actor, Action::CheckStore, Vec::new(), Outcome::Done);
        check.unless_damaged("the audit", noted.map_err(AppError::from));
        Ok(check)
    }
}

impl StoreCheck {
    /// What was found; else what cannot be read, and why.
    fn unless_damaged<T, E: std::error::Error>(&mut self, what: &str, found: Result<T, E>) -> Option<T> {
        found.map_err(|error| self.damaged.push(format!("{what}: {}", with_causes(&error)))).ok()
    }

    /// Unseals every record of a journal.
    fn read(&mut self, journal: &Journal) {
        for scanned in journal.scan(None) {
            match scanned.and_then(|scanned| journal.unseal(&scanned)) {
                Ok(secret) => {
                    self.records += 1;
                    self.erased += u64::from(secret == Secret::Erased);
                }
                Err(error) => self.damaged.push(error.to_string()),
            }
        }
    }

    /// Looks at every case, as far as the tables tell which there are.
    async fn read_cases(&mut self, shared: &Shared) {
        let everything = Filter { shelf: Shelf::All, status: None };
        let mut after = None;
        loop {
            let page = shared.shelf.book.recent(Reader::House, everything, after, CASES_AT_ONCE, &shared.shelf);
            let Some(page) = self.unless_damaged("the list of cases", page) else { return };
            for Listed { case, open } in page.cases {
                self.cases += 1;
                let what = format!("case {case}");
                let summary = self.unless_damaged(&what, shared.shelf.body::<Summary>(&open.current)).flatten();
                self.read_pictures(shared, case, summary).await;
            }
            after = page.next;
            if after.is_none() {
                return;
            }
        }
    }

    /// Unseals every picture of a case. What others own and was not fetched yet is not missed.
    async fn read_pictures(&mut self, shared: &Shared, case: CaseId, summary: Option<Summary>) {
        let listed = summary.iter().flat_map(|summary| &summary.pictures);
        let mut blobs: BTreeSet<BlobId> = listed.flat_map(|picture| [picture.blob, picture.preview]).collect();
        let held = self.unless_damaged(&format!("pictures of case {case}"), shared.blobs.list(case).await);
        blobs.extend(held.unwrap_or_default());
        for blob in blobs {
            match shared.blobs.get(case, blob).await {
                Ok(Found::Held(_)) => self.pictures += 1,
                Ok(Found::NotHeld) if case.institution == shared.me => {
                    self.damaged.push(format!("picture {blob} of case {case} is missing"));
                }
                Ok(_) => {}
                Err(error) => self.damaged.push(format!("picture {blob} of case {case}: {error}")),
            }
        }
    }
}
