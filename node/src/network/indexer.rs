//! Feeds the search index on a thread of its own: commits take long, and nobody should wait for them.

use std::{
    collections::BTreeSet,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use index::{Change, Index, Purge, State};
use protocol::{
    CaseId, EntryId, Kind, Payload,
    payload::{content::Comment, control::Target},
};
use store::Position;

use super::{
    record::{self, Kept},
    rows::HOUSE,
    shelf::{Shelf, ShelfError},
    words,
};

/// A commit waits for this long without news, so that what comes together is one.
const GATHER: Duration = Duration::from_millis(300);
/// Where news never end, what came is found at the latest after this time.
const COMMIT_WITHIN: Duration = Duration::from_secs(10);
/// Erased words leave the disk at the latest after this time; sooner once nothing else arrives.
const PURGE_WITHIN: Duration = Duration::from_secs(600);
/// Records of the journal that are read for one commit while the index catches up.
const RECORDS_AT_ONCE: usize = 2_000;
/// Changes that wait; who has more waits too.
const JOBS_MAX: usize = 16;
/// A purge waits for this long without news.
const QUIET: Duration = Duration::from_secs(5);

enum Job {
    Feed { changes: Vec<Change>, filed: Position, must_purge: bool },
    Stop,
}

/// The thread and the way to it.
pub(crate) struct Indexer {
    jobs: SyncSender<Job>,
    thread: Option<JoinHandle<()>>,
}

impl Indexer {
    pub(crate) fn start(index: Index) -> std::io::Result<Self> {
        let (jobs, receiver) = sync_channel(JOBS_MAX);
        let thread =
            std::thread::Builder::new().name("indexer".into()).spawn(move || Work::new(index).run(&receiver))?;
        Ok(Self { jobs, thread: Some(thread) })
    }

    /// Hands over changes, with the journal position up to which they tell everything.
    pub(crate) fn feed(&self, changes: Vec<Change>, filed: Position, must_purge: bool) {
        if self.jobs.send(Job::Feed { changes, filed, must_purge }).is_err() {
            tracing::error!("The search index has stopped; it is built again at the next start.");
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        // A thread that ended before has nobody to tell.
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    index: Index,
    filed: Option<Position>,
    is_dirty: bool,
    commit_by: Instant,
    purge_by: Option<Instant>,
}

impl Work {
    fn new(index: Index) -> Self {
        Self { index, filed: None, is_dirty: false, commit_by: Instant::now(), purge_by: None }
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            let wait = if self.is_dirty { GATHER } else { QUIET };
            let outcome = match jobs.recv_timeout(wait) {
                Ok(Job::Feed { changes, filed, must_purge }) => self.take(changes, filed, must_purge),
                Err(RecvTimeoutError::Timeout) => self.settle(),
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    if let Err(error) = self.commit() {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "The search index could not be closed in order."
                        );
                    }
                    return;
                }
            };
            if let Err(error) = outcome {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "The search index cannot be written; it is built again at the next start."
                );
                return;
            }
        }
    }

    fn take(&mut self, changes: Vec<Change>, filed: Position, must_purge: bool) -> Result<(), index::Error> {
        self.index.apply(changes)?;
        self.filed = Some(filed);
        if !self.is_dirty {
            self.commit_by = Instant::now() + COMMIT_WITHIN;
        }
        self.is_dirty = true;
        if must_purge && self.purge_by.is_none() {
            self.purge_by = Some(Instant::now() + PURGE_WITHIN);
        }
        match self.purge_by {
            Some(due) if due <= Instant::now() => self.purge(),
            _ if self.commit_by <= Instant::now() => self.commit(),
            _ => Ok(()),
        }
    }

    fn settle(&mut self) -> Result<(), index::Error> {
        if self.is_dirty {
            return self.commit();
        }
        if self.purge_by.is_some() { self.purge() } else { Ok(()) }
    }

    fn commit(&mut self) -> Result<(), index::Error> {
        if let Some(filed) = self.filed.filter(|_| self.is_dirty) {
            self.index.commit(filed.to_u64())?;
            self.is_dirty = false;
        }
        Ok(())
    }

    fn purge(&mut self) -> Result<(), index::Error> {
        let Some(filed) = self.filed else { return Ok(()) };
        if self.index.purge(filed.to_u64())? == Purge::Done {
            self.purge_by = None;
        }
        self.is_dirty = false;
        Ok(())
    }
}

/// Feeds the index with what the journal holds behind its watermark; all of it, if it is fresh.
pub(crate) fn catch_up(indexer: &Indexer, state: State, shelf: &Shelf) -> Result<(), ShelfError> {
    let mut scan = match state {
        State::Kept { applied } => shelf.journal.scan_after(Position::from_u64(applied)),
        State::Fresh => shelf.journal.scan(None),
    };
    loop {
        let (mut cases, mut changes, mut count) = (BTreeSet::new(), Vec::new(), 0);
        for scanned in scan.by_ref().take(RECORDS_AT_ONCE) {
            let scanned = scanned?;
            count += 1;
            if let Kept::Entry { entry, .. } = record::from_journal(scanned.kind, &scanned.clear)? {
                note(shelf, &entry.id(), &mut cases, &mut changes)?;
            } else if let Kept::Payload { entry, .. } = record::from_journal(scanned.kind, &scanned.clear)? {
                note(shelf, &entry, &mut cases, &mut changes)?;
            }
        }
        let is_at_end = count == 0;
        if is_at_end {
            note_house(shelf, &mut cases, &mut changes)?;
        }
        for case in cases {
            changes.push(words::of_case(shelf, case)?);
        }
        if !changes.is_empty() || !is_at_end {
            let must_purge = changes.iter().any(|change| matches!(change, Change::Erase(_) | Change::EraseComment(_)));
            indexer.feed(changes, shelf.journal.end(), must_purge);
        }
        if is_at_end {
            return Ok(());
        }
    }
}

/// Cases for the own house stand in another journal, behind which the index has no watermark: all are told again.
fn note_house(shelf: &Shelf, cases: &mut BTreeSet<CaseId>, changes: &mut Vec<Change>) -> Result<(), ShelfError> {
    for row in shelf.tables.range(HOUSE, ..)? {
        let (statement, _) = row?;
        note(shelf, &statement, cases, changes)?;
    }
    Ok(())
}

/// What an entry of the journal means for the index, as things stand now.
fn note(
    shelf: &Shelf,
    entry: &EntryId,
    cases: &mut BTreeSet<CaseId>,
    changes: &mut Vec<Change>,
) -> Result<(), ShelfError> {
    match shelf.payload(entry)? {
        Some(Payload::Statement(Kind::Comment, statement)) => {
            let comment = statement.body::<Comment>().ok();
            changes.extend(comment.map(|comment| words::of_comment(statement.case, *entry, comment.text.0)));
        }
        Some(Payload::Statement(Kind::CommentRevision, statement)) => {
            changes.extend(words::of_thread(shelf, statement.case)?)
        }
        Some(Payload::Statement(_, statement)) => {
            cases.insert(statement.case);
        }
        Some(Payload::Withdrawal(withdrawal)) => match withdrawal.target {
            Target::Case(case) => {
                cases.insert(case);
            }
            Target::Entry(entry) => changes.push(Change::EraseComment(entry)),
        },
        _ => {}
    }
    Ok(())
}
