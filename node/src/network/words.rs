//! The words of cases and comments, read from payloads, as the index is fed with them.

use casebook::{
    Reader, ThreadWhat,
    row::{CaseRow, OpenCase, Reach},
};
use index::{Audience, CaseDocument, Change, CommentDocument};
use protocol::{
    CaseId, EntryId, Payload,
    codec::Wire,
    payload::content::{Comment, CommentRevision, Outcome, Summary},
};

use super::shelf::{Shelf, ShelfError};

/// What the index is told about a case; that it is gone if it is.
pub(crate) fn of_case(shelf: &Shelf, case: CaseId) -> Result<Change, ShelfError> {
    let Some(open) = shelf.open_case(case)? else { return Ok(Change::Erase(case)) };
    let Some(summary) = shelf.body::<Summary>(&open.current)? else { return Ok(Change::Erase(case)) };
    let outcome = match &open.outcome {
        Some(entry) => shelf.body::<Outcome>(entry)?,
        None => None,
    };
    let mut body = summary.body.0.clone();
    for picture in &summary.pictures {
        body.push('\n');
        body.push_str(picture.alt.as_str());
    }
    if let Some(outcome) = &outcome {
        body.push('\n');
        body.push_str(outcome.diagnosis.as_ref().map_or("", |diagnosis| diagnosis.as_str()));
        body.push('\n');
        body.push_str(outcome.text.as_str());
    }
    Ok(Change::Put(Box::new(CaseDocument {
        case,
        title: summary.title.0.clone(),
        question: summary.question.0.clone(),
        body,
        tags: summary.tags.iter().map(|tag| tag.0.clone()).collect(),
        synonyms: Vec::new(),
        specialty: summary.specialty,
        status: open.status,
        has_outcome: outcome.is_some(),
        pictures: summary.pictures.len(),
        audience: match open.reach {
            Reach::Public if open.standing() == trust::Standing::Verified => Audience::Public,
            Reach::Public | Reach::Network => Audience::Network,
            Reach::Named => Audience::Institutions(summary.audience.clone().unwrap_or_default()),
            Reach::House | Reach::Other(_) => Audience::House,
        },
        time_ms: open.opened_ms,
    })))
}

/// What the index is told about a comment.
pub(crate) fn of_comment(case: CaseId, comment: EntryId, text: String) -> Change {
    Change::PutComment(CommentDocument { comment, case, text })
}

/// The words of a whole thread, each comment as it reads now.
pub(crate) fn of_thread(shelf: &Shelf, case: CaseId) -> Result<Vec<Change>, ShelfError> {
    let mut changes = Vec::new();
    for item in casebook::thread(case, shelf)? {
        let ThreadWhat::Remark { current, .. } = item.what else { continue };
        if let Some(text) = shelf.remark_text(&current)? {
            changes.push(of_comment(case, item.entry, text));
        }
    }
    Ok(changes)
}

impl Shelf {
    /// A case that is here and not withdrawn.
    pub(crate) fn open_case(&self, case: CaseId) -> Result<Option<OpenCase>, ShelfError> {
        let is_here = self.book.may_read(case, Reader::House, self)?.is_allowed();
        if !is_here {
            return Ok(None);
        }
        match self.case_row(case)? {
            Some(CaseRow::Open(open)) => Ok(Some(open)),
            _ => Ok(None),
        }
    }

    /// How a case stands, withdrawn ones included.
    pub(crate) fn case_row(&self, case: CaseId) -> Result<Option<CaseRow>, ShelfError> {
        casebook::case_row(case, self)
    }

    /// The body of a statement, if it is here.
    pub(crate) fn body<B: Wire>(&self, entry: &EntryId) -> Result<Option<B>, ShelfError> {
        match self.payload(entry)? {
            Some(Payload::Statement(_, statement)) => Ok(statement.body().ok()),
            _ => Ok(None),
        }
    }

    /// The text of a comment or of its revision.
    pub(crate) fn remark_text(&self, entry: &EntryId) -> Result<Option<String>, ShelfError> {
        match self.payload(entry)? {
            Some(Payload::Statement(protocol::Kind::CommentRevision, statement)) => {
                Ok(statement.body::<CommentRevision>().ok().map(|revision| revision.text.0))
            }
            Some(Payload::Statement(_, statement)) => {
                Ok(statement.body::<Comment>().ok().map(|comment| comment.text.0))
            }
            _ => Ok(None),
        }
    }
}
