//! What somebody said and the network has not yet: it waits in the outbox, its author sees that it does, and may take it back.

use std::collections::BTreeSet;

use house::{Actor, OutboxId};
use protocol::{
    CaseId, EntryId, Kind, Payload,
    payload::{
        content::{Comment, Summary},
        control::Target,
    },
};

use super::{App, AppError};

/// Something of somebody's that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Unsent {
    pub(crate) id: OutboxId,
    pub(crate) what: UnsentWhat,
    /// Since when it waits.
    pub(crate) since_ms: u64,
}

/// All of somebody's own that waits to be sent.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// The first one first.
    pub(crate) unsent: Vec<Unsent>,
    /// About which cases something waits, whatever it is.
    cases: BTreeSet<CaseId>,
}

impl Waiting {
    /// Whether something waits that was said about a case.
    pub(crate) fn is_about(&self, case: CaseId) -> bool {
        self.cases.contains(&case)
    }

    /// The star of a case.
    pub(crate) fn star(&self, case: CaseId) -> Option<OutboxId> {
        self.that(|what| matches!(what, UnsentWhat::Star(starred) if *starred == case))
    }

    /// That an entry is taken back.
    pub(crate) fn withdrawal(&self, entry: EntryId) -> Option<OutboxId> {
        self.that(|what| matches!(what, UnsentWhat::Withdrawal(gone) if *gone == entry))
    }

    fn that(&self, is_wanted: impl Fn(&UnsentWhat) -> bool) -> Option<OutboxId> {
        self.unsent.iter().find(|unsent| is_wanted(&unsent.what)).map(|unsent| unsent.id)
    }
}

/// What waits.
#[derive(Clone, Debug)]
pub(crate) enum UnsentWhat {
    Case(CaseId, Box<Summary>),
    Comment(CaseId, Box<Comment>),
    Star(CaseId),
    /// That an entry is taken back.
    Withdrawal(EntryId),
}

impl UnsentWhat {
    fn of(payload: Payload) -> Option<Self> {
        Some(match payload {
            Payload::Statement(kind, statement) => match kind {
                Kind::Case => Self::Case(statement.case, Box::new(statement.body().ok()?)),
                Kind::Comment => Self::Comment(statement.case, Box::new(statement.body().ok()?)),
                Kind::Star => Self::Star(statement.case),
                _ => return None,
            },
            Payload::Withdrawal(withdrawal) => match withdrawal.target {
                Target::Entry(entry) => Self::Withdrawal(entry),
                Target::Case(_) => return None,
            },
            _ => return None,
        })
    }
}

impl App {
    /// What of the actor's own waits to be sent. It is read anew each time: a page does it once.
    pub(crate) fn waiting(&self, actor: &Actor) -> Waiting {
        let Actor::Account(acting) = actor else { return Waiting::default() };
        let own: Vec<_> = self.desk.look(|house| {
            house.outbox().iter().filter(|unsent| unsent.account == Some(acting.account)).cloned().collect()
        });
        // The house is not held up while it is understood.
        let mut waiting = Waiting::default();
        for unsent in own {
            let Ok(payload) = unsent.payload() else { continue };
            if let Payload::Statement(_, statement) = &payload {
                waiting.cases.insert(statement.case);
            }
            let what = UnsentWhat::of(payload);
            waiting.unsent.extend(what.map(|what| Unsent { id: unsent.id, what, since_ms: unsent.since_ms }));
        }
        waiting
    }

    /// Takes back something of the actor's own that waits to be sent; nothing of it is left. Returns the case that it was said of,
    /// if there still is one.
    pub(crate) async fn take_back_unsent(&self, id: OutboxId, actor: &Actor) -> Result<Option<CaseId>, AppError> {
        let unsent = self.waiting(actor).unsent.into_iter().find(|unsent| unsent.id == id);
        let what = unsent.ok_or(AppError::NotFound("unsent payload"))?.what;
        let joined = self.joined()?;
        joined.take_back(id, *actor).await?;
        match what {
            UnsentWhat::Case(case, _) => {
                // What a crash leaves of them here no draft and no case lists, so the next start erases it.
                joined.shared().blobs.erase_case(case).await?;
                Ok(None)
            }
            UnsentWhat::Comment(case, _) | UnsentWhat::Star(case) => Ok(Some(case)),
            UnsentWhat::Withdrawal(entry) => {
                let row = casebook::entry_row(entry, &joined.shared().shelf)?;
                Ok(row.and_then(|row| row.what).and_then(|what| what.case))
            }
        }
    }
}
