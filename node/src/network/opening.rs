//! Opening what a node holds of a network: from the tables as far as they go, and from the journal for the rest.

use std::{
    collections::BTreeMap,
    io::Write,
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use casebook::Casebook;
use feed::{Chain, Exchange, Held, Restored};
use protocol::{
    FeedId, InstitutionId, NetworkId, Salted,
    certificate::NodeOf,
    codec::Bytes,
    message::{self, Absence, Body},
    payload::control::Head,
};
use store::{Journal, JournalOptions, NewRecord, Position, Secret, TableOptions, Tables};
use trust::{PaperError, Papers};

use super::{
    bookkeeper::{fold_feeds, fold_house},
    filing::Filing,
    folding::judge,
    progress::Progress,
    record::{self, Kept},
    rows::{ADDRESSES, CONTROL, FILED, FOLDED, FREEZES, HEADS, HeadRow, MISSING, PAPERS, SCHEMA},
    shelf::{Shelf, ShelfError},
};
use crate::{card::sync_directory, clock::now_ms, desk::Desk, layout::NetworkLayout};

/// Records that are filed in one batch while tables are built.
const RECORDS_AT_ONCE: usize = 512;

/// The line of the file that asks for tables and index to be built anew, and its format.
const REBUILD_LINE: &str = "consilium rebuild, format ";
const REBUILD_FORMAT: u32 = 1;

/// A network whose state cannot be opened. The operator is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the journal of the network cannot be opened")]
    Journal(#[from] store::OpenError),
    #[error("the journal of the network cannot be written")]
    Append(#[from] store::AppendError),
    #[error("what stands in the journal cannot be read")]
    Shelf(#[from] ShelfError),
    #[error("the journal holds no founding charter")]
    NoCharter,
    #[error("tables and index cannot be thrown away")]
    Forget(#[from] std::io::Error),
    #[error("{} has format {found}; this program knows up to {REBUILD_FORMAT}: use a newer one", file.display())]
    NewerMark { file: PathBuf, found: u32 },
    #[error("the papers of the network cannot be taken")]
    Papers(#[from] PaperError),
}

/// What was opened.
pub(crate) struct Opened {
    pub(crate) shelf: Shelf,
    pub(crate) machines: Machines,
}

/// The machines, and addresses that operators brought.
pub(crate) struct Machines {
    pub(crate) exchange: Exchange,
    pub(crate) addresses: Vec<NodeOf>,
    /// Whether all that stands in the journal is in the tables. Not so on a full disk: they can be read, and nothing else.
    pub(crate) is_whole: bool,
}

/// Writes the first records of a network that this node joins.
pub(crate) fn create(
    layout: &NetworkLayout,
    options: JournalOptions,
    papers: &Papers,
    nodes: Vec<NodeOf>,
) -> Result<(), OpenError> {
    let journal = Journal::open(&layout.feeds(), options)?;
    let papers = record::to_journal(&feed::Record::Papers(papers.to_message()), now_ms());
    let records: Vec<NewRecord> = vec![papers, record::addresses(nodes)];
    journal.append_blocking(records)?;
    Ok(())
}

/// Opens journal and tables and brings the tables up to the journal.
pub(crate) fn open(
    layout: &NetworkLayout,
    options: JournalOptions,
    me: InstitutionId,
    desk: Arc<Desk>,
) -> Result<Opened, OpenError> {
    forget_if_asked(layout)?;
    let table_options = TableOptions::new(SCHEMA, options.on_fatal.clone());
    // Both read much, and neither asks the other.
    let (journal, tables) = thread::scope(|scope| {
        let tables = scope.spawn(|| open_tables(&layout.tables(), table_options));
        let journal = Journal::open(&layout.feeds(), options);
        (journal, tables.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let (journal, tables) = (Arc::new(journal?), Arc::new(tables));
    log_recovery(&journal, "feeds");
    let shelf = Shelf { journal, tables, book: Casebook { me }, desk, uncounted: Arc::default() };
    if shelf.tables.applied(FOLDED).map_err(ShelfError::from)?.is_none() {
        // What it had to forget stood in the tables that are gone.
        remove(&layout.index())?;
    }
    let machines = machines(&shelf, me)?;
    match fold(&shelf, &machines.exchange) {
        // The bookkeeper goes on with it.
        Err(error) if error.is_full() => {}
        folded => folded?,
    }
    Ok(Opened { machines, shelf })
}

/// The machines as the tables say they were, with what stands in the journal behind that filed too if there is room for it.
pub(super) fn machines(shelf: &Shelf, me: InstitutionId) -> Result<Machines, OpenError> {
    let filed = shelf.tables.applied(FILED).map_err(ShelfError::from)?;
    let mut state = State::default();
    if filed.is_some() {
        state.load(shelf)?;
    }
    let is_whole = match state.replay(shelf, filed) {
        Err(OpenError::Shelf(error)) if error.is_full() => false,
        replayed => replayed.map(|()| true)?,
    };
    let papers = state.papers.ok_or(OpenError::NoCharter)?;
    let restored = Restored { me, papers, chains: state.chains.into_values().collect(), missing: missing(shelf)? };
    Ok(Machines { exchange: Exchange::new(restored, now_ms()), addresses: state.addresses, is_whole })
}

/// Folds what stands in the journals behind what was folded before. What the index has to forget then stands in the tables.
fn fold(shelf: &Shelf, exchange: &Exchange) -> Result<(), ShelfError> {
    let by = |feed: &FeedId, question: &_| judge(exchange, feed, question);
    let mut folded = shelf.tables.applied(FOLDED)?;
    let progress = Progress::along(&shelf.journal, folded, "casebook");
    while let Some((last, _)) = fold_feeds(shelf, folded, &by)? {
        folded = Some(last);
        progress.reach(last);
    }
    progress.end();
    fold_house(shelf)?;
    Ok(())
}

/// Asks the next start to throw tables and index away, also if the power goes before it.
pub(crate) fn ask_to_rebuild(layout: &NetworkLayout) -> Result<(), std::io::Error> {
    let mut mark = std::fs::File::create(layout.rebuild_mark())?;
    mark.write_all(format!("{REBUILD_LINE}{REBUILD_FORMAT}\n").as_bytes())?;
    mark.sync_all()?;
    sync_directory(layout.root())
}

/// Throws tables and index away if an operator asked for it.
fn forget_if_asked(layout: &NetworkLayout) -> Result<(), OpenError> {
    let file = layout.rebuild_mark();
    let text = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        text => text?,
    };
    // A crash may have left the file without its line; that it is there says enough.
    let found = text.strip_prefix(REBUILD_LINE).and_then(|number| number.trim().parse().ok()).unwrap_or(REBUILD_FORMAT);
    if found > REBUILD_FORMAT {
        return Err(OpenError::NewerMark { file, found });
    }
    remove(&layout.tables())?;
    remove(&layout.index())?;
    Ok(std::fs::remove_file(file)?)
}

/// Removes a directory with everything in it, if it is there.
fn remove(directory: &Path) -> Result<(), OpenError> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says what opening a journal found that is not as it should be.
pub(crate) fn log_recovery(journal: &Journal, which: &str) {
    if journal.cut_bytes() > 0 {
        tracing::warn!(
            journal.name = which,
            journal.cut_bytes = journal.cut_bytes(),
            "An unacknowledged end of a journal was cut off."
        );
    }
    for damage in journal.damage() {
        tracing::error!(
            journal.name = which,
            journal.segment = damage.segment,
            journal.offset = damage.offset,
            "A journal is damaged and is read only; repair it from peers or from a backup."
        );
    }
}

fn open_tables(directory: &Path, options: TableOptions) -> Tables {
    let tables = Tables::open(directory, options);
    for why in tables.set_aside() {
        tracing::warn!(tables.why = why, "Tables were set aside and are built again from the journal.");
    }
    tables
}

fn missing(shelf: &Shelf) -> Result<Vec<protocol::EntryId>, OpenError> {
    let rows = shelf.tables.range(MISSING, ..).map_err(ShelfError::from)?;
    let entries: Result<Vec<_>, _> = rows.map(|row| row.map(|(entry, ())| entry)).collect();
    Ok(entries.map_err(ShelfError::from)?)
}

/// What the machines need to know at their start.
#[derive(Default)]
struct State {
    papers: Option<Papers>,
    chains: BTreeMap<FeedId, Chain>,
    addresses: Vec<NodeOf>,
}

impl State {
    /// Reads what the tables point at.
    fn load(&mut self, shelf: &Shelf) -> Result<(), OpenError> {
        for row in shelf.tables.range(PAPERS, ..).map_err(ShelfError::from)? {
            let (position, ()) = row.map_err(ShelfError::from)?;
            self.recall(&read(shelf, position)?, None)?;
        }
        for row in shelf.tables.range(ADDRESSES, ..).map_err(ShelfError::from)? {
            let (position, ()) = row.map_err(ShelfError::from)?;
            self.recall(&read(shelf, position)?, None)?;
        }
        let network = self.papers.as_ref().map(Papers::network).ok_or(OpenError::NoCharter)?;
        for row in shelf.tables.range(HEADS, ..).map_err(ShelfError::from)? {
            let (feed, head): (FeedId, HeadRow) = row.map_err(ShelfError::from)?;
            self.chains.insert(feed, load_chain(shelf, network, feed, head)?);
        }
        Ok(())
    }

    /// Files what stands in the journal behind a record, or all of it.
    fn replay(&mut self, shelf: &Shelf, filed: Option<Position>) -> Result<(), OpenError> {
        let mut scan = match filed {
            Some(filed) => shelf.journal.scan_after(filed),
            None => shelf.journal.scan(None),
        };
        let progress = Progress::along(&shelf.journal, filed, "entries");
        loop {
            let mut batch = Vec::new();
            for scanned in scan.by_ref().take(RECORDS_AT_ONCE) {
                let scanned = scanned.map_err(ShelfError::from)?;
                let kept = record::from_journal(scanned.kind, &scanned.clear).map_err(ShelfError::from)?;
                let salted = match shelf.journal.unseal(&scanned).map_err(ShelfError::from)? {
                    Secret::Held(secret) => record::salted(&secret),
                    Secret::Erased | Secret::None => None,
                };
                batch.push((kept, salted, scanned.position));
            }
            let Some((_, _, last)) = batch.last() else { break };
            let last = *last;
            self.file(shelf, batch)?;
            progress.reach(last);
        }
        progress.end();
        Ok(())
    }

    fn file(&mut self, shelf: &Shelf, batch: Vec<(Kept, Option<Salted>, Position)>) -> Result<(), OpenError> {
        for (kept, salted, _) in &batch {
            self.recall(kept, salted.as_ref())?;
        }
        let chains = &self.chains;
        let find = |feed: &FeedId| chains.get(feed);
        let mut filing = Filing::new(shelf, &find);
        for (kept, salted, position) in batch {
            filing.file(&kept, salted.is_some(), position)?;
        }
        Ok(filing.finish()?)
    }

    /// Takes account of a record, as the machines did when it was written.
    fn recall(&mut self, kept: &Kept, salted: Option<&Salted>) -> Result<(), OpenError> {
        match kept {
            Kept::Papers(papers) => self.recall_papers(papers)?,
            Kept::Addresses(nodes) => super::take_newer(&mut self.addresses, nodes),
            Kept::Entry { entry, absence, .. } => {
                let network = self.papers.as_ref().map(Papers::network).ok_or(OpenError::NoCharter)?;
                let feed = entry.header().feed;
                let body = match salted {
                    Some(salted) => Body::Held(salted.clone()),
                    None => Body::Absent(absence.unwrap_or(Absence::ErasedHere)),
                };
                let chain = self.chains.entry(feed).or_insert_with(|| Chain::new(network, feed));
                chain.recall(&Held { entry: entry.clone(), body });
            }
            Kept::Freeze(feed, freeze) => {
                if let Some(chain) = self.chains.get_mut(feed) {
                    chain.recall_freeze(freeze.clone());
                }
            }
            Kept::Payload { .. } => {}
        }
        Ok(())
    }

    fn recall_papers(&mut self, shown: &message::Papers) -> Result<(), OpenError> {
        let papers = match &mut self.papers {
            Some(papers) => papers,
            None => {
                let founding: &Bytes = shown.charters.first().ok_or(OpenError::NoCharter)?;
                self.papers.insert(Papers::found(founding)?)
            }
        };
        Ok(papers.take(shown).1?)
    }
}

fn read(shelf: &Shelf, position: u64) -> Result<Kept, OpenError> {
    let read = shelf.journal.read(Position::from_u64(position)).map_err(ShelfError::from)?;
    Ok(record::from_journal(read.kind, &read.clear).map_err(ShelfError::from)?)
}

fn load_chain(shelf: &Shelf, network: NetworkId, feed: FeedId, head: HeadRow) -> Result<Chain, OpenError> {
    let mut control = Vec::new();
    for row in shelf.tables.prefix(CONTROL, &feed).map_err(ShelfError::from)? {
        let ((_, seq), ()) = row.map_err(ShelfError::from)?;
        control.extend(shelf.entry(&feed, seq)?);
    }
    let freeze = match shelf.tables.get(FREEZES, &feed).map_err(ShelfError::from)? {
        Some(position) => match read(shelf, position)? {
            Kept::Freeze(_, freeze) => Some(freeze),
            _ => None,
        },
        None => None,
    };
    let chain = Chain::restore(network, Head { feed, place: head.place }, head.verified_to, freeze, control.iter());
    Ok(chain.with_payload_bytes(head.payload_bytes))
}
