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
use store::{Journal, JournalError, JournalOptions, NewRecord, Position, Scanned, Secret, TableOptions, Tables};
use trust::{PaperError, Papers};

use super::{
    bookkeeper::{fold_feeds, fold_house},
    filing::Filing,
    folding::judge,
    heard::up_to_error,
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
    /// Without it nothing says whose network it is.
    #[error("the record with the founding charter cannot be read: {why}; restore it from a backup")]
    CharterUnread { why: String },
    #[error("{} cannot be read as far as is needed", directory.display())]
    Unread { directory: PathBuf, source: Box<OpenError> },
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
    /// Whether the machines know all that stands in the journal. Not so on a full disk, where it is not all in the tables, and
    /// where records are unread: the tables can be read then, and nothing else.
    pub(crate) is_whole: bool,
    /// Damaged records of those that the machines and the casebook need: which, and what is wrong.
    pub(crate) unread: Vec<String>,
    /// Whether what was filed can be judged: no record that says who may speak is among the damaged ones.
    can_judge: bool,
}

impl Machines {
    /// Notes a damaged record.
    fn lacks(&mut self, damage: &JournalError) {
        let why = damage.to_string();
        if !self.unread.contains(&why) {
            self.unread.push(why);
        }
        self.is_whole = false;
    }
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
    let unread = |source: OpenError| OpenError::Unread { directory: layout.feeds(), source: Box::new(source) };
    let mut machines = machines(&shelf, me).map_err(unread)?;
    if machines.can_judge {
        match fold(&shelf, &machines.exchange) {
            // The bookkeeper goes on with it.
            Err(error) if error.is_full() => {}
            Err(ShelfError::Journal(error)) if error.is_damage() => machines.lacks(&error),
            folded => folded.map_err(|error| unread(error.into()))?,
        }
    }
    for why in &machines.unread {
        tracing::error!(
            journal.why = why,
            "A record of the journal cannot be read. What stands before it can be read; nothing is sent, received or judged until \
             it is restored from a backup."
        );
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
    let can_judge = state.unread.is_empty();
    let is_whole = match state.replay(shelf, filed) {
        Err(OpenError::Shelf(error)) if error.is_full() => false,
        replayed => replayed.map(|()| true)?,
    };
    let papers = state.papers.take().ok_or_else(|| state.no_charter())?;
    let State { chains, addresses, unread, .. } = state;
    let restored = Restored { me, papers, chains: chains.into_values().collect(), missing: missing(shelf)? };
    let is_whole = is_whole && unread.is_empty();
    Ok(Machines { exchange: Exchange::new(restored, now_ms()), addresses, is_whole, unread, can_judge })
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
    unread: Vec<String>,
}

impl State {
    /// Reads what the tables point at.
    fn load(&mut self, shelf: &Shelf) -> Result<(), OpenError> {
        for row in shelf.tables.range(PAPERS, ..).map_err(ShelfError::from)? {
            let (position, ()) = row.map_err(ShelfError::from)?;
            self.recall_at(shelf, position)?;
        }
        for row in shelf.tables.range(ADDRESSES, ..).map_err(ShelfError::from)? {
            let (position, ()) = row.map_err(ShelfError::from)?;
            self.recall_at(shelf, position)?;
        }
        let network = self.papers.as_ref().map(Papers::network).ok_or_else(|| self.no_charter())?;
        for row in shelf.tables.range(HEADS, ..).map_err(ShelfError::from)? {
            let (feed, head): (FeedId, HeadRow) = row.map_err(ShelfError::from)?;
            let chain = self.load_chain(shelf, network, feed, head)?;
            self.chains.insert(feed, chain);
        }
        Ok(())
    }

    fn load_chain(
        &mut self,
        shelf: &Shelf,
        network: NetworkId,
        feed: FeedId,
        head: HeadRow,
    ) -> Result<Chain, ShelfError> {
        let mut control = Vec::new();
        for row in shelf.tables.prefix(CONTROL, &feed)? {
            let ((_, seq), ()) = row?;
            control.extend(self.unless_damaged(shelf.entry(&feed, seq))?.flatten());
        }
        let freeze = match shelf.tables.get(FREEZES, &feed)? {
            Some(position) => match self.unless_damaged(read(shelf, position))? {
                Some(Kept::Freeze(_, freeze)) => Some(freeze),
                _ => None,
            },
            None => None,
        };
        let chain = Chain::restore(network, Head { feed, place: head.place }, head.verified_to, freeze, control.iter());
        Ok(chain.with_payload_bytes(head.payload_bytes))
    }

    /// Takes account of the record at a position; of one that is damaged, that it is.
    fn recall_at(&mut self, shelf: &Shelf, position: u64) -> Result<(), OpenError> {
        match self.unless_damaged(read(shelf, position))? {
            Some(kept) => self.recall(&kept, None),
            None => Ok(()),
        }
    }

    /// What was read; nothing if it is damaged, which is noted.
    fn unless_damaged<T>(&mut self, read: Result<T, ShelfError>) -> Result<Option<T>, ShelfError> {
        match read {
            Err(ShelfError::Journal(error)) if error.is_damage() => {
                self.unread.push(error.to_string());
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    /// Why there is no founding charter: it is in the first papers.
    fn no_charter(&self) -> OpenError {
        self.unread.first().map_or(OpenError::NoCharter, |why| OpenError::CharterUnread { why: why.clone() })
    }

    /// Files what stands in the journal behind a record, or all of it; but nothing behind one that is damaged: it may be restored.
    fn replay(&mut self, shelf: &Shelf, filed: Option<Position>) -> Result<(), OpenError> {
        let mut scan = match filed {
            Some(filed) => shelf.journal.scan_after(filed),
            None => shelf.journal.scan(None),
        };
        let progress = Progress::along(&shelf.journal, filed, "entries");
        let mut is_sound = true;
        while is_sound {
            let read = scan.by_ref().take(RECORDS_AT_ONCE).map(|scanned| unseal(shelf, scanned?));
            let (batch, error) = up_to_error(read);
            if let Some(error) = error {
                self.unless_damaged::<()>(Err(error))?;
                is_sound = false;
            }
            let Some(last) = batch.last().map(|(_, _, position)| *position) else { break };
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
            None if !self.unread.is_empty() => return Err(self.no_charter()),
            None => {
                let founding: &Bytes = shown.charters.first().ok_or(OpenError::NoCharter)?;
                self.papers.insert(Papers::found(founding)?)
            }
        };
        Ok(papers.take(shown).1?)
    }
}

fn read(shelf: &Shelf, position: u64) -> Result<Kept, ShelfError> {
    let read = shelf.journal.read(Position::from_u64(position))?;
    Ok(record::from_journal(read.kind, &read.clear)?)
}

/// A record, its payload and where it stands.
fn unseal(shelf: &Shelf, scanned: Scanned) -> Result<(Kept, Option<Salted>, Position), ShelfError> {
    let kept = record::from_journal(scanned.kind, &scanned.clear)?;
    let salted = match shelf.journal.unseal(&scanned)? {
        Secret::Held(secret) => record::salted(&secret),
        Secret::Erased | Secret::None => None,
    };
    Ok((kept, salted, scanned.position))
}
