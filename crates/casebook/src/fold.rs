//! An entry finds its place. The order in which entries of different feeds arrive leaves no trace in the rows.

use std::ops::ControlFlow;

use protocol::{
    CaseId, EntryId, InstitutionId, Kind, Statement,
    codec::Wire,
    payload::content::{Comment, CommentRevision, Outcome, Star, Summary},
};
use trust::Standing;

use crate::{
    effect::{Answer, Folded, WhyKept},
    key::front,
    record::{Record, Said},
    row::{CaseRow, EntryRow, OtherRow, Row, StatementKey, StatementOf, StatementRow, UnderCase, What},
    rows::{Read, Rows, Span},
    sheet::Sheet,
};

/// The casebook of one house. It holds nothing: what is known stands in the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Casebook {
    /// The house whose it is: a withdrawal may name who loses something.
    pub me: InstitutionId,
}

impl Casebook {
    /// Folds one entry. `standing` is that of a statement's author at its place; for everything else it says nothing.
    ///
    /// The same entry may come again, with its payload or without: nothing changes but its standing. What is withdrawn is
    /// answered with [`Answer::Refused`], whenever it comes.
    ///
    /// # Errors
    /// If a table cannot be read; nothing is changed then.
    pub fn fold<R: Rows>(&self, record: &Record, standing: Standing, rows: &R) -> Result<Folded, R::Error> {
        let mut sheet = Sheet::new(rows, self.me);
        let answer = match &record.said {
            Said::Absent => sheet.fold_header(record)?,
            Said::Statement(kind, statement) => sheet.fold_statement(record, *kind, statement, standing)?,
            Said::Profile(profile) => sheet.fold_profile(record, profile)?,
            Said::Withdrawals { speaks_for, withdrawals } => {
                sheet.fold_withdrawals(record, *speaks_for, withdrawals)?
            }
            Said::Receipt(receipt) => sheet.fold_receipt(record, receipt)?,
        };
        sheet.finish(answer)
    }
}

/// The body of a statement that has a say in its case.
pub(crate) enum Body {
    Version(Summary),
    Outcome(Outcome),
    Comment(Comment),
    Revision(CommentRevision),
    /// What it says it saw, if that can be read: a star is one whatever its body says.
    Star(Option<Star>),
}

impl Body {
    fn of(kind: Kind, statement: &Statement, feed: InstitutionId) -> Result<Self, WhyKept> {
        let is_owner = feed == statement.case.institution;
        match kind {
            Kind::Case | Kind::CaseRevision | Kind::Outcome if !is_owner => Err(WhyKept::NotTheCasesInstitution),
            Kind::Case | Kind::CaseRevision => read(statement).map(Self::Version),
            Kind::Outcome => read(statement).map(Self::Outcome),
            Kind::Comment => read(statement).map(Self::Comment),
            Kind::CommentRevision => read(statement).map(Self::Revision),
            Kind::Star => Ok(Self::Star(read(statement).ok())),
            _ => Err(WhyKept::UnknownKind),
        }
    }
}

fn read<B: Wire>(statement: &Statement) -> Result<B, WhyKept> {
    statement.body().map_err(|_| WhyKept::Malformed)
}

/// A statement on its way to its place.
pub(crate) struct Arrival<'a> {
    pub(crate) record: &'a Record,
    pub(crate) kind: Kind,
    pub(crate) statement: &'a Statement,
    /// The name of the statement, if it has a say.
    pub(crate) name: Option<[u8; 32]>,
    /// The name of the comment's statement that it revises.
    pub(crate) revises: Option<[u8; 32]>,
}

impl<'a> Arrival<'a> {
    fn new(record: &'a Record, kind: Kind, statement: &'a Statement, body: Option<&Body>) -> Self {
        let of = StatementOf {
            is_shared: record.origin.is_shared(),
            feed: record.feed,
            kind,
            case: statement.case,
            author: statement.author,
            id: statement.id,
        };
        let revises = match body {
            Some(Body::Revision(revision)) => {
                Some(StatementOf { kind: Kind::Comment, id: revision.comment, ..of }.name())
            }
            _ => None,
        };
        Self { record, kind, statement, name: body.map(|_| of.name()), revises }
    }

    pub(crate) const fn case(&self) -> CaseId {
        self.statement.case
    }

    fn statement_key(&self, name: [u8; 32]) -> StatementKey {
        let Record { epoch, seq, id, .. } = *self.record;
        StatementKey { statement: name, epoch, seq, entry: id }
    }

    fn what(&self) -> What {
        What {
            kind: self.kind,
            case: Some(self.case()),
            author: Some(self.statement.author),
            statement: self.name,
            is_kept_only: self.name.is_none(),
            revises: self.revises,
        }
    }
}

impl<R: Rows> Sheet<'_, R> {
    fn fold_header(&mut self, record: &Record) -> Result<Answer, R::Error> {
        match self.rows.read::<EntryRow>(&record.id)? {
            Some(known) if known.is_erased => Ok(Answer::Refused),
            Some(_) => Ok(Answer::Duplicate),
            None if self.is_withdrawn(record)? => {
                self.refuse(record, None)?;
                Ok(Answer::Refused)
            }
            None => {
                self.rows.put(&record.id, &entry_row(record, None));
                Ok(Answer::Folded)
            }
        }
    }

    fn fold_statement(
        &mut self,
        record: &Record,
        kind: Kind,
        statement: &Statement,
        standing: Standing,
    ) -> Result<Answer, R::Error> {
        let body = Body::of(kind, statement, record.feed);
        let arrival = Arrival::new(record, kind, statement, body.as_ref().ok());
        let known = self.rows.read::<EntryRow>(&record.id)?;
        if known.as_ref().is_some_and(|known| known.what.is_some()) {
            self.restand(record.id, standing)?;
            return Ok(Answer::Duplicate);
        }
        if known.is_some_and(|known| known.is_erased) || self.is_refused(&arrival)? {
            self.refuse(record, Some(&arrival))?;
            return Ok(Answer::Refused);
        }
        self.rows.put(&record.id, &entry_row(record, Some(arrival.what())));
        match (body, arrival.name) {
            (Ok(body), Some(name)) => self.enter(&arrival, name, body, standing),
            (body, _) => {
                self.rows.put(&UnderCase { case: arrival.case(), entry: record.id }, &OtherRow { kind });
                Ok(Answer::KeptOnly(body.err().unwrap_or(WhyKept::UnknownKind)))
            }
        }
    }

    /// A statement counts once: in the first entry of its feed that carries it.
    fn enter(
        &mut self,
        arrival: &Arrival<'_>,
        name: [u8; 32],
        body: Body,
        standing: Standing,
    ) -> Result<Answer, R::Error> {
        self.rows.put(&arrival.statement_key(name), &StatementRow { is_erased: false });
        let entry = arrival.record.id;
        let first_other = self.first_copy_but(name, entry)?;
        match first_other {
            Some(other) if other < arrival.statement_key(name) => {
                self.keep_only(entry)?;
                return Ok(Answer::KeptOnly(WhyKept::Repeated));
            }
            Some(other) => self.keep_only(other.entry)?,
            None => {}
        }
        self.place(arrival, name, body, standing)?;
        Ok(Answer::Folded)
    }

    /// Takes an entry out of its case's life, but leaves it with the case.
    fn keep_only(&mut self, entry: EntryId) -> Result<(), R::Error> {
        let Some(mut row) = self.rows.read::<EntryRow>(&entry)? else { return Ok(()) };
        let Some(what) = row.what.clone().filter(|what| !what.is_kept_only) else { return Ok(()) };
        self.unplace(entry, &row, &what)?;
        if let Some(case) = what.case {
            self.rows.put(&UnderCase { case, entry }, &OtherRow { kind: what.kind });
        }
        row.what = Some(What { is_kept_only: true, ..what });
        self.rows.put(&entry, &row);
        Ok(())
    }

    fn is_refused(&self, arrival: &Arrival<'_>) -> Result<bool, R::Error> {
        let is_case_gone = matches!(self.rows.read(&arrival.case())?, Some(CaseRow::Withdrawn(_)));
        Ok(is_case_gone
            || self.is_withdrawn(arrival.record)?
            || self.is_statement_erased(arrival.name)?
            || self.is_statement_erased(arrival.revises)?)
    }

    /// All entries that carry a statement are erased together: one tells of all.
    fn is_statement_erased(&self, name: Option<[u8; 32]>) -> Result<bool, R::Error> {
        let Some(name) = name else { return Ok(false) };
        Ok(self.rows.first::<StatementRow>(&[&name])?.is_some_and(|(_, row)| row.is_erased))
    }

    fn first_copy_but(&self, name: [u8; 32], entry: EntryId) -> Result<Option<StatementKey>, R::Error> {
        let mut first = None;
        self.rows.each::<StatementRow>(&Span::under(StatementRow::TABLE, front(&[&name])), |key, _| {
            first = Some(key).filter(|key| key.entry != entry);
            if first.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(first)
    }

    /// Marks an entry as erased that was never let in.
    pub(crate) fn refuse(&mut self, record: &Record, arrival: Option<&Arrival<'_>>) -> Result<(), R::Error> {
        self.rows.put(&record.id, &EntryRow { is_erased: true, ..entry_row(record, None) });
        self.owe_for_entry(record.id, record.feed)?;
        self.is_everywhere = self.is_withdrawn_everywhere(record, arrival.map(Arrival::case))?;
        self.destroy(record.id, arrival.map(Arrival::case));
        if let Some((arrival, name)) = arrival.and_then(|arrival| Some((arrival, arrival.name?))) {
            let was_erased = self.is_statement_erased(Some(name))?;
            self.rows.put(&arrival.statement_key(name), &StatementRow { is_erased: true });
            if !was_erased {
                self.erase_statement(arrival.case(), name)?;
            }
        }
        Ok(())
    }
}

pub(crate) const fn entry_row(record: &Record, what: Option<What>) -> EntryRow {
    EntryRow {
        feed: record.feed,
        epoch: record.epoch,
        seq: record.seq,
        time_ms: record.time_ms,
        origin: record.origin.code(),
        is_erased: false,
        what,
    }
}
