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
use store::{JournalError, Position, Scanned};

use super::{
    record::{self, Kept},
    rows::{FOLDED, HOUSE},
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
/// After a failure it is tried again in so long.
const BETWEEN_TRIES: Duration = Duration::from_secs(5);

/// Why the index is not fed. The operator is told; searches go on with what it holds.
#[derive(Debug, thiserror::Error)]
enum IndexerError {
    #[error("the index cannot be written")]
    Index(#[from] index::Error),
    #[error("what it is to hold cannot be read")]
    Shelf(#[from] ShelfError),
}

enum Job {
    Feed(Feed),
    Stop,
}

/// Changes, with the journal position up to which they tell everything.
pub(crate) struct Feed {
    pub(crate) changes: Vec<Change>,
    pub(crate) filed: Position,
    /// The number of this telling, if words have to leave the disk with it.
    pub(crate) forgetting: Option<u64>,
}

/// What became of what was fed.
pub(crate) enum Report {
    /// Everything up to this telling is committed.
    Forgotten(u64),
    /// It began again from its last commit, and what it had to forget since has to be told again.
    BeganAgain,
}

/// Hears what became of what was fed.
pub(crate) type Reports = Box<dyn Fn(Report) + Send>;

/// The thread and the way to it.
pub(crate) struct Indexer {
    jobs: SyncSender<Job>,
    thread: Option<JoinHandle<()>>,
}

impl Indexer {
    /// Starts with what the index has missed since its last commit.
    pub(crate) fn start(index: Index, state: State, shelf: Shelf, reports: Reports) -> std::io::Result<Self> {
        let (jobs, receiver) = sync_channel(JOBS_MAX);
        let work = Work::new(index, state, shelf, reports);
        let thread = std::thread::Builder::new().name("indexer".into()).spawn(move || work.run(&receiver))?;
        Ok(Self { jobs, thread: Some(thread) })
    }

    /// Hands over changes.
    pub(crate) fn feed(&self, feed: Feed) {
        if self.jobs.send(Job::Feed(feed)).is_err() {
            tracing::error!("The search index has stopped; it is built again at the next start.");
        }
    }

    /// Commits what was handed over and ends the thread.
    pub(crate) fn stop(&mut self) {
        // A thread that ended before has nobody to tell.
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Work {
    index: Index,
    shelf: Shelf,
    reports: Reports,
    /// Up to where the index was told everything.
    filed: Option<Position>,
    is_dirty: bool,
    commit_by: Instant,
    purge_by: Option<Instant>,
    /// The last telling with something to forget, until it is committed.
    forgetting: Option<u64>,
    /// Set while the disk refuses: what comes is not taken, and read from the journal when it can be.
    broken_until: Option<Instant>,
}

impl Work {
    /// What was erased before the last stop may not have left the disk, so a purge is due.
    fn new(index: Index, state: State, shelf: Shelf, reports: Reports) -> Self {
        let filed = match state {
            State::Kept { applied } => Some(Position::from_u64(applied)),
            State::Fresh => None,
        };
        Self {
            index,
            shelf,
            reports,
            filed,
            is_dirty: false,
            commit_by: Instant::now(),
            purge_by: Some(Instant::now() + PURGE_WITHIN),
            forgetting: None,
            broken_until: None,
        }
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        let mut outcome = self.catch_up();
        loop {
            if let Err(error) = outcome {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The search index cannot be written; it is tried again in a moment."
                );
                self.broken_until = Some(Instant::now() + BETWEEN_TRIES);
            }
            let wait = if self.is_dirty { GATHER } else { QUIET };
            outcome = match jobs.recv_timeout(wait) {
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                _ if self.broken_until.is_some() => self.mend(),
                Ok(Job::Feed(feed)) => {
                    self.forgetting = feed.forgetting.or(self.forgetting);
                    self.take(feed.changes, feed.filed, feed.forgetting.is_some())
                }
                Err(RecvTimeoutError::Timeout) => self.settle(),
            };
        }
        if self.broken_until.is_none()
            && let Err(error) = self.commit()
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "The search index could not be closed in order.");
        }
    }

    /// Begins again from the last commit, once it is time to try.
    fn mend(&mut self) -> Result<(), IndexerError> {
        if self.broken_until.is_some_and(|until| Instant::now() < until) {
            return Ok(());
        }
        let applied = self.index.recover()?;
        self.filed = applied.map(Position::from_u64);
        self.is_dirty = false;
        self.forgetting = None;
        self.catch_up()?;
        self.broken_until = None;
        (self.reports)(Report::BeganAgain);
        Ok(())
    }

    fn take(&mut self, changes: Vec<Change>, filed: Position, must_purge: bool) -> Result<(), IndexerError> {
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

    fn settle(&mut self) -> Result<(), IndexerError> {
        if self.is_dirty {
            return self.commit();
        }
        if self.purge_by.is_some() { self.purge() } else { Ok(()) }
    }

    fn commit(&mut self) -> Result<(), IndexerError> {
        if let Some(filed) = self.filed.filter(|_| self.is_dirty) {
            self.index.commit(filed.to_u64())?;
            self.committed();
        }
        Ok(())
    }

    fn committed(&mut self) {
        self.is_dirty = false;
        if let Some(told) = self.forgetting.take() {
            (self.reports)(Report::Forgotten(told));
        }
    }

    fn purge(&mut self) -> Result<(), IndexerError> {
        let Some(filed) = self.filed else { return Ok(()) };
        if self.index.purge(filed.to_u64())? == Purge::Done {
            self.purge_by = None;
            tracing::info!("Nothing that was erased is in the search index.");
        }
        self.committed();
        Ok(())
    }

    /// Takes in what was folded behind the watermark; all of it, if the index is fresh.
    fn catch_up(&mut self) -> Result<(), IndexerError> {
        let shelf = self.shelf.clone();
        let folded = shelf.tables.applied(FOLDED).map_err(ShelfError::from)?;
        let scan = match self.filed {
            Some(filed) => shelf.journal.scan_after(filed),
            None => shelf.journal.scan(None),
        };
        let is_folded = |scanned: &Result<Scanned, JournalError>| {
            scanned.as_ref().is_ok_and(|scanned| folded.is_some_and(|folded| scanned.position <= folded))
        };
        let mut scan = scan.take_while(is_folded);
        loop {
            let (mut cases, mut changes, mut last) = (BTreeSet::new(), Vec::new(), None);
            for scanned in scan.by_ref().take(RECORDS_AT_ONCE) {
                let scanned = scanned.map_err(ShelfError::from)?;
                last = Some(scanned.position);
                match record::from_journal(scanned.kind, &scanned.clear).map_err(ShelfError::from)? {
                    Kept::Entry { entry, .. } => note(&shelf, &entry.id(), &mut cases, &mut changes)?,
                    Kept::Payload { entry, .. } => note(&shelf, &entry, &mut cases, &mut changes)?,
                    _ => {}
                }
            }
            if last.is_none() {
                note_house(&shelf, &mut cases, &mut changes)?;
            }
            for case in cases {
                changes.push(words::of_case(&shelf, case)?);
            }
            let must_purge = changes.iter().any(|change| matches!(change, Change::Erase(_) | Change::EraseComment(_)));
            if let Some(filed) = last.or(self.filed) {
                self.take(changes, filed, must_purge)?;
            }
            if last.is_none() {
                return Ok(());
            }
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
