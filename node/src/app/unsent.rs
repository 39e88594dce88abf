//! What somebody said and the network has not yet: it waits in the outbox, its author sees that it does, and may take it back.

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
    /// What of the actor's own waits to be sent, the first one first.
    pub(crate) fn unsent(&self, actor: &Actor) -> Vec<Unsent> {
        let Actor::Account(acting) = actor else { return Vec::new() };
        self.desk.look(|house| {
            let own = house.outbox().iter().filter(|unsent| unsent.account == Some(acting.account));
            let read = own.filter_map(|unsent| {
                let what = UnsentWhat::of(unsent.payload().ok()?)?;
                Some(Unsent { id: unsent.id, what, since_ms: unsent.since_ms })
            });
            read.collect()
        })
    }

    /// The actor's own star of a case, if it waits to be sent.
    pub(crate) fn unsent_star(&self, case: CaseId, actor: &Actor) -> Option<OutboxId> {
        let is_star = |what: &UnsentWhat| matches!(what, UnsentWhat::Star(starred) if *starred == case);
        self.unsent_that(actor, is_star)
    }

    /// That the actor takes an entry back, if that waits to be sent.
    pub(crate) fn unsent_withdrawal(&self, entry: EntryId, actor: &Actor) -> Option<OutboxId> {
        let is_of_it = |what: &UnsentWhat| matches!(what, UnsentWhat::Withdrawal(gone) if *gone == entry);
        self.unsent_that(actor, is_of_it)
    }

    /// Takes back something of the actor's own that waits to be sent; nothing of it is left. Returns the case that it was said of,
    /// if there still is one.
    pub(crate) async fn take_back_unsent(&self, id: OutboxId, actor: &Actor) -> Result<Option<CaseId>, AppError> {
        let unsent = self.unsent(actor).into_iter().find(|unsent| unsent.id == id);
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

    fn unsent_that(&self, actor: &Actor, is_wanted: impl Fn(&UnsentWhat) -> bool) -> Option<OutboxId> {
        self.unsent(actor).into_iter().find(|unsent| is_wanted(&unsent.what)).map(|unsent| unsent.id)
    }
}
