//! Folds what stands in the journals into the casebook and tells the index, on a thread of its own.
//!
//! What arrives is durable, linked and passed on by then; nobody waits for this but who wrote something and wants to see it.
//! The thread reads the journal and has no queue of entries, so however far it is behind, it takes no memory.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use index::{Change, Index, State};
use protocol::{CaseId, certificate::ForcedWithdrawal};
use store::{Batch, JournalError, Position, Scanned, Secret};
use tokio::sync::oneshot;
use trust::Standing;

use super::{
    News, Shared,
    folding::{Consequences, Folding, Judge, judge, rejudge},
    forgetting::{self, Owing},
    heard::{read_all, up_to_error},
    indexer::{Feed, Indexer, Report},
    rows::{FILED, FOLDED, HOUSE_FILED, OWED},
    shelf::{Shelf, ShelfError},
    words,
};
use crate::app::AppError;

/// Records that are folded in one batch.
const RECORDS_AT_ONCE: usize = 512;
/// Of these so many are held with their payloads, which may be long.
const RECORDS_IN_MEMORY: usize = 64;
/// Who wrote something waits so long to find it in its place. It is durable before; while much else arrives it shows later.
const SETTLED_WITHIN: Duration = Duration::from_secs(2);
/// Jobs that wait. Each is of somebody who waits for it, but for one wake-up and what the index says.
const JOBS_MAX: usize = 1_024;
/// After a failure it is tried again in so long.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

enum Job {
    /// The journal of the shared feeds has grown.
    Fold,
    /// Answer when everything that stands there now is folded.
    Settle(oneshot::Sender<()>),
    /// Fold the house journal too, then answer.
    SettleHouse(oneshot::Sender<()>),
    /// The index says what became of what it was told.
    Index(Report),
    Stop,
}

/// The thread and the way to it.
pub(crate) struct Bookkeeper {
    jobs: SyncSender<Job>,
    /// The journal has grown, and nobody has looked since.
    has_grown: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Bookkeeper {
    /// Starts, with an index that is told first what it did not forget before.
    pub(crate) fn start(shared: Arc<Shared>, index: Index, state: State) -> Result<Self, AppError> {
        let folded = shared.shelf.tables.applied(FOLDED).map_err(ShelfError::from)?;
        let to_follow = vec![forgetting::owed(&shared.shelf)?];
        let (jobs, receiver) = sync_channel(JOBS_MAX);
        let has_grown = Arc::new(AtomicBool::new(false));
        let reports = jobs.clone();
        // What a bookkeeper that ended or is far behind does not hear of, it reads among what is owed at its next start.
        let report = Box::new(move |report| drop(reports.try_send(Job::Index(report))));
        let indexer = Indexer::start(index, state, shared.shelf.clone(), report)?;
        let (owing, waiting) = (Owing::default(), Vec::new());
        let mut work =
            Work { shared, has_grown: has_grown.clone(), indexer, owing, folded, forced: 0, to_follow, waiting };
        let thread = std::thread::Builder::new().name("bookkeeper".into()).spawn(move || {
            while let Err(error) = work.run(&receiver) {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "The casebook cannot be written; it is tried again in a moment."
                );
                std::thread::sleep(BETWEEN_TRIES);
            }
            work.end(&receiver);
        })?;
        Ok(Self { jobs, has_grown, thread: Mutex::new(Some(thread)) })
    }

    /// There is something new in the journal.
    pub(crate) fn wake(&self) {
        if !self.has_grown.swap(true, Ordering::AcqRel) {
            // A thread that has so many jobs looks after each of them; one that failed has said so.
            let _ = self.jobs.try_send(Job::Fold);
        }
    }

    /// Waits until what stands in the journal of the shared feeds now shows, or for a while.
    pub(crate) async fn settled(&self) {
        self.told(Job::Settle).await;
    }

    /// Waits until what stands in the house journal now shows, or for a while.
    pub(crate) async fn house_settled(&self) {
        self.told(Job::SettleHouse).await;
    }

    async fn told(&self, job: impl FnOnce(oneshot::Sender<()>) -> Job) {
        let (reply, settled) = oneshot::channel();
        if self.jobs.try_send(job(reply)).is_ok() {
            // What does not show in time shows later, and what cannot be folded was logged.
            let _ = tokio::time::timeout(SETTLED_WITHIN, settled).await;
        }
    }

    /// Ends the thread; what is not folded yet is folded after the next start. Blocks.
    pub(crate) fn stop(&self) {
        // A thread that failed has ended already.
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A panic was logged where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Bookkeeper {
    fn drop(&mut self) {
        // The indexer holds a way to the thread too, which would wait for it for ever. One that ended needs no telling.
        let _ = self.jobs.send(Job::Stop);
    }
}

struct Work {
    shared: Arc<Shared>,
    has_grown: Arc<AtomicBool>,
    indexer: Indexer,
    owing: Owing,
    /// The last record that was folded.
    folded: Option<Position>,
    /// How many withdrawals of the governors were folded since the start; there are never fewer of them.
    forced: usize,
    /// What follows from folded records and is not done yet.
    to_follow: Vec<Consequences>,
    /// Who waits until everything is folded up to a record.
    waiting: Vec<(Position, oneshot::Sender<()>)>,
}

impl Work {
    fn run(&mut self, jobs: &Receiver<Job>) -> Result<(), ShelfError> {
        self.follow()?;
        let mut is_behind = true;
        loop {
            let job =
                if is_behind { jobs.try_recv() } else { jobs.recv().map_err(|RecvError| TryRecvError::Disconnected) };
            is_behind |= self.has_grown.swap(false, Ordering::AcqRel);
            match job {
                Ok(Job::Fold) => is_behind = true,
                Ok(Job::Settle(reply)) => {
                    is_behind = true;
                    match self.shared.shelf.tables.applied(FILED)? {
                        Some(filed) => self.waiting.push((filed, reply)),
                        None => drop(reply.send(())),
                    }
                }
                Ok(Job::SettleHouse(reply)) => {
                    self.to_follow.push(fold_house(&self.shared.shelf)?);
                    self.follow()?;
                    // Who asked may have gone away, here and below.
                    let _ = reply.send(());
                }
                Ok(Job::Index(Report::Forgotten(told))) => self.pay(told)?,
                Ok(Job::Index(Report::BeganAgain)) => {
                    self.to_follow.push(forgetting::owed(&self.shared.shelf)?);
                    self.follow()?;
                }
                Ok(Job::Stop) | Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => is_behind = self.fold()?,
            }
        }
    }

    /// Folds a batch and answers who waited for it. Returns whether there may be more.
    fn fold(&mut self) -> Result<bool, ShelfError> {
        let shared = self.shared.clone();
        if !shared.unread.is_empty() {
            // Nobody could say whose word counts, and nothing arrives.
            for (_, reply) in self.waiting.drain(..) {
                let _ = reply.send(());
            }
            return Ok(false);
        }
        let by = |feed: &_, question: &_| judge(&shared.exchange(), feed, question);
        let folded = fold_feeds(&shared.shelf, self.folded, &by)?;
        let is_all = folded.is_none();
        if is_all {
            self.fold_forced()?;
        }
        if let Some((last, consequences)) = folded {
            self.folded = Some(last);
            self.to_follow.push(consequences);
            self.follow()?;
        }
        let rejudged = self.folded.map(|folded| rejudge(&shared.shelf, &by, folded)).transpose()?.flatten();
        let is_all = is_all && rejudged.is_none();
        if let Some(consequences) = rejudged {
            self.to_follow.push(consequences);
            self.follow()?;
        }
        let is_told = |end: &Position| is_all || self.folded.is_some_and(|folded| folded >= *end);
        for (_, reply) in self.waiting.extract_if(.., |(end, _)| is_told(end)) {
            let _ = reply.send(());
        }
        Ok(!is_all)
    }

    /// Folds what the governors withdrew for others, as far as it is new. The feeds it speaks for are folded before.
    fn fold_forced(&mut self) -> Result<(), ShelfError> {
        let all = self.shared.exchange().roster().withdrawals().to_vec();
        let Some(behind) = self.folded.filter(|_| all.len() > self.forced) else { return Ok(()) };
        let consequences = fold_forced(&self.shared.shelf, &all, behind)?;
        self.forced = all.len();
        self.to_follow.push(consequences);
        self.follow()
    }

    /// Does what follows from folded records outside the tables. What fails is done again.
    fn follow(&mut self) -> Result<(), ShelfError> {
        while let Some(consequences) = self.to_follow.first() {
            let changes = changes_of(&self.shared.shelf, consequences)?;
            let offered = self.shared.shelf.sealed_of(&consequences.audiences)?;
            let consequences = self.to_follow.remove(0);
            self.tell_index(changes, &consequences);
            self.shared.want_pictures(&consequences.cases);
            if !(offered.is_empty() && consequences.placed.is_empty()) {
                self.shared.write_exchange(|exchange| exchange.placed(consequences.placed.into_iter().chain(offered)));
            }
            for case in consequences.cases.union(&consequences.stirred) {
                self.shared.tell(News::Case(*case));
            }
        }
        self.erase_owed()
    }

    fn tell_index(&mut self, changes: Vec<Change>, consequences: &Consequences) {
        let forgetting = self.owing.tell(consequences);
        if !changes.is_empty() || forgetting.is_some() {
            let filed = self.folded.unwrap_or(Position::from_u64(0));
            self.indexer.feed(Feed { changes, filed, forgetting });
        }
    }

    /// Strikes off what the index has forgotten.
    fn pay(&mut self, told: u64) -> Result<(), ShelfError> {
        let paid = self.owing.paid(told)?;
        if let Some(folded) = self.folded {
            self.shared.shelf.tables.apply(&paid, FOLDED, folded)?;
        }
        Ok(())
    }

    /// Ends the indexer, and strikes off what it forgot last.
    fn end(mut self, jobs: &Receiver<Job>) {
        self.indexer.stop();
        for job in jobs.try_iter() {
            if let Job::Index(Report::Forgotten(told)) = job
                && let Err(error) = self.pay(told)
            {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "What the index has forgotten could not be noted; it is told again at the next start."
                );
            }
        }
    }

    /// Erases pictures whose case let go of them. The debt stands in the tables until it is paid.
    fn erase_owed(&self) -> Result<(), ShelfError> {
        let tables = &self.shared.shelf.tables;
        let owed: Vec<CaseId> =
            tables.range(OWED, ..)?.map(|row| row.map(|(case, ())| case)).collect::<Result<_, _>>()?;
        for case in owed {
            if let Err(error) = self.shared.erase_unlisted(case) {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "Pictures of a withdrawn case could not be erased; it is tried again."
                );
                continue;
            }
            let mut paid = Batch::new();
            paid.remove(OWED, &case)?;
            if let Some(folded) = self.folded {
                tables.apply(&paid, FOLDED, folded)?;
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Whether all that stands in the journals shows in the casebook.
    pub(crate) fn has_folded_all(&self) -> Result<bool, ShelfError> {
        let (shelf, house) = (&self.shelf, self.desk.journal());
        let feeds = match shelf.tables.applied(FOLDED)? {
            Some(folded) => shelf.journal.scan_after(folded).next(),
            None => shelf.journal.scan(None).next(),
        };
        let house = match shelf.tables.applied(HOUSE_FILED)? {
            Some(filed) => house.scan_after(filed).next(),
            None => house.scan(None).next(),
        };
        Ok(feeds.is_none() && house.is_none())
    }
}

/// What the index is told.
fn changes_of(shelf: &Shelf, consequences: &Consequences) -> Result<Vec<Change>, ShelfError> {
    let mut changes: Vec<Change> = consequences.erased.iter().map(|entry| Change::EraseComment(*entry)).collect();
    for (comment, (case, text)) in &consequences.comments {
        changes.push(words::of_comment(*case, *comment, text.clone()));
    }
    for case in &consequences.revised {
        changes.extend(words::of_thread(shelf, *case)?);
    }
    for case in &consequences.cases {
        changes.push(words::of_case(shelf, *case)?);
    }
    Ok(changes)
}

/// Folds the records of the shared feeds that stand behind one, a batch of them, but none that is not filed yet and none behind
/// one that cannot be read. Returns the last of them; none if there were none.
pub(crate) fn fold_feeds(
    shelf: &Shelf,
    behind: Option<Position>,
    judge: Judge<'_>,
) -> Result<Option<(Position, Consequences)>, ShelfError> {
    let Some(filed) = shelf.tables.applied(FILED)? else { return Ok(None) };
    let scan = match behind {
        Some(behind) => shelf.journal.scan_after(behind),
        None => shelf.journal.scan(None),
    };
    let is_filed =
        |scanned: &Result<Scanned, JournalError>| scanned.as_ref().map_or(true, |scanned| scanned.position <= filed);
    let mut scan = scan.take_while(is_filed).take(RECORDS_AT_ONCE);
    let mut folding = Folding::of_feeds(shelf, judge);
    let (mut last, mut error) = (None, None);
    while error.is_none() {
        let (scanned, unscanned) = up_to_error(scan.by_ref().take(RECORDS_IN_MEMORY));
        if scanned.is_empty() {
            error = unscanned.map(ShelfError::from);
            break;
        }
        let (read, unread) = read_all(shelf, &scanned);
        for read in read {
            last = Some(read.at);
            folding.fold(read)?;
        }
        error = unread.or(unscanned.map(ShelfError::from));
    }
    match (last, error) {
        (Some(last), _) => Ok(Some((last, folding.finish()?))),
        (None, Some(error)) => Err(error),
        (None, None) => Ok(None),
    }
}

fn fold_forced(shelf: &Shelf, all: &[ForcedWithdrawal], behind: Position) -> Result<Consequences, ShelfError> {
    let mut folding = Folding::of_feeds(shelf, &|_, _| Standing::Unknown);
    for forced in all {
        folding.fold_forced(forced, behind)?;
    }
    folding.finish()
}

/// Folds what stands in the house journal behind what was folded before.
pub(crate) fn fold_house(shelf: &Shelf) -> Result<Consequences, ShelfError> {
    let journal = shelf.desk.journal();
    let scan = match shelf.tables.applied(HOUSE_FILED)? {
        Some(filed) => journal.scan_after(filed),
        None => journal.scan(None),
    };
    let mut folding = Folding::of_house(shelf);
    for scanned in scan {
        let scanned = scanned?;
        let secret = match journal.unseal(&scanned)? {
            Secret::Held(secret) => Some(secret),
            Secret::Erased | Secret::None => None,
        };
        let secret = secret.as_ref().map(|secret| secret.as_slice());
        if let Some(entry) = house::HouseEntry::decode(scanned.kind, &scanned.clear, secret)? {
            folding.fold_house(entry, scanned.position)?;
        }
    }
    folding.finish()
}
