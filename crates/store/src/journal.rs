//! The journal: every record as it was received, in order, acknowledged only when it is on the disk.
//!
//! A directory of segments (`000001.log` …), one key file a segment, and the acknowledged mark. A record is a kind, clear
//! bytes that stay for ever, and perhaps a secret sealed under a key of its own, which can be erased while the record stays.
//! What records mean is not known here.
//!
//! **Invariants.** A position that was returned by an append can be read after any crash. Only an unacknowledged end is ever
//! cut. Damage anywhere else is listed, the sound records stay readable, keys can still be erased, and nothing is appended.
//! A slot of a key file is used once. After a failed sync the journal refuses everything.

mod error;
mod frame;
mod mark;
mod position;
mod record;
mod recovery;
mod scan;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use crate::{
    disk::Disk,
    entropy::Entropy,
    fatal::OnFatal,
    keys::{KeyError, KeySet},
    seal::{Keyring, WrappingKey},
};

pub use error::{AppendError, Damage, JournalError, OpenError, Why};
pub use position::Position;
pub use record::{NewRecord, Record, Secret};
pub use scan::{Scan, Scanned};
pub use writer::Pending;

use segment::Reader;

/// The most bytes of one record, clear and secret together.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// The most bytes of the records of one append.
pub const REQUEST_BYTES_MAX: usize = 16 << 20;

/// Offsets are 32 bits, and one request may go beyond the size at which a segment is followed by the next.
const SEGMENT_BYTES_MAX: u32 = 1 << 30;

/// Sizes that a test may want small.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A segment is followed by the next when an append would make it longer than this;
    /// at most 1 GiB.
    pub segment_bytes: u32,
    /// How many key slots are written ahead with one sync.
    pub keys_ahead: u32,
}

/// How much is read at open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Every byte of every segment, about a gigabyte in some seconds.
    All,
    /// The last segment, and of the others that they are there. Damage elsewhere shows when it is read.
    Last,
}

/// What a journal needs from outside.
#[derive(Clone, Debug)]
pub struct JournalOptions {
    /// Sizes.
    pub limits: Limits,
    /// What is read at open.
    pub check: Check,
    /// The wrapping keys of its key files.
    pub keyring: Keyring,
    /// Where keys come from.
    pub entropy: Entropy,
    /// Who is told of a failed write or sync.
    pub on_fatal: OnFatal,
}

/// An open journal. Reading blocks the calling thread for a short read of a file; so does erasing, for two syncs.
pub struct Journal {
    shared: Arc<Shared>,
    damage: Vec<Damage>,
    cut_bytes: u64,
    queue: Option<writer::Queue>,
    thread: Option<JoinHandle<()>>,
}

/// What readers and the writer have in common.
struct Shared {
    directory: PathBuf,
    id: [u8; 16],
    keys: KeySet,
    /// Up to here everything is on the disk.
    end: AtomicU64,
    stopped: OnceLock<String>,
    on_fatal: OnFatal,
}

impl Journal {
    /// Opens the journal in `directory`, or begins one. An unacknowledged end is cut; damage opens it for reading only.
    ///
    /// # Errors
    /// [`OpenError`]: a newer format, another wrapping key, nothing readable, or no access.
    pub fn open(directory: &Path, options: JournalOptions) -> Result<Self, OpenError> {
        Self::open_on(directory, options, &Disk::default())
    }

    fn open_on(directory: &Path, mut options: JournalOptions, disk: &Disk) -> Result<Self, OpenError> {
        options.limits.segment_bytes = options.limits.segment_bytes.min(SEGMENT_BYTES_MAX);
        let recovered = recovery::recover(directory, &options, disk)?;
        let shared = Arc::new(Shared {
            directory: directory.to_owned(),
            id: recovered.id,
            keys: recovered.keys,
            end: AtomicU64::new(recovered.end.to_u64()),
            stopped: OnceLock::new(),
            on_fatal: options.on_fatal,
        });
        let (queue, thread) = match recovered.tail.filter(|_| recovered.damage.is_empty()) {
            Some(tail) => writer::start(shared.clone(), tail, options.limits, options.entropy, disk.clone())
                .map(|(queue, thread)| (Some(queue), Some(thread)))
                .map_err(|source| OpenError::Io { directory: directory.to_owned(), source })?,
            None => (None, None),
        };
        Ok(Self { shared, damage: recovered.damage, cut_bytes: recovered.cut_bytes, queue, thread })
    }

    /// Appends records in one request. The order of calls is the order in the journal; the positions come when all of them
    /// are on the disk. After a crash in between, the first of them may be there without the others.
    pub fn append(&self, records: Vec<NewRecord>) -> Pending {
        match &self.queue {
            Some(queue) => queue.push(records),
            None => Pending::refused(AppendError::ReadOnly),
        }
    }

    /// Appends records and waits for the disk. Not for async code: it blocks the thread.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append_blocking(&self, records: Vec<NewRecord>) -> Result<Vec<Position>, AppendError> {
        self.append(records).wait()
    }

    /// The record at a position.
    ///
    /// # Errors
    /// [`JournalError`]; an erased secret is no error.
    pub fn read(&self, position: Position) -> Result<Record, JournalError> {
        let scanned = self.shared.read(position)?;
        let secret = self.unseal(&scanned)?;
        Ok(Record { kind: scanned.kind, clear: scanned.clear, secret })
    }

    /// All records from a position on (that one included), up to what is acknowledged now, secrets sealed.
    /// Damage is an item; the sound records behind it follow.
    pub fn scan(&self, from: Option<Position>) -> Scan {
        Scan::new(self.shared.clone(), from.unwrap_or(Position::new(1, 0)))
    }

    /// All records behind one, as [`Journal::scan`]: what is still to be applied after that one was.
    pub fn scan_after(&self, applied: Position) -> Scan {
        let mut scan = self.scan(Some(applied));
        scan.pass(applied);
        scan
    }

    /// The secret of a scanned record.
    ///
    /// # Errors
    /// [`JournalError`]; an erased secret is no error.
    pub fn unseal(&self, scanned: &Scanned) -> Result<Secret, JournalError> {
        self.shared.refuse_if_stopped()?;
        let Some(slot) = scanned.slot else { return Ok(Secret::None) };
        let position = scanned.position;
        let Some(key) = self.shared.keys.get(position.segment(), slot)? else { return Ok(Secret::Erased) };
        let aad = self.shared.place(position).secret_aad(scanned.kind, slot, &scanned.clear);
        key.unseal(0, &aad, &scanned.sealed)
            .map(Secret::Held)
            .ok_or_else(|| JournalError::Damaged(damage_at(position, Why::Seal)))
    }

    /// Behind the last acknowledged record.
    pub fn end(&self) -> Position {
        self.shared.end()
    }

    /// How many bytes of segments stand before a position, as far as they are there.
    pub fn bytes_before(&self, position: Position) -> u64 {
        let files = (1..position.segment()).map(|segment| segment::path(&self.shared.directory, segment));
        let lengths = files.filter_map(|file| Some(file.metadata().ok()?.len()));
        lengths.sum::<u64>() + u64::from(position.offset())
    }

    /// Destroys the keys of records and waits for the disk. Records without a secret are passed over; doing it again does no
    /// harm; it works on a full disk and on a damaged journal.
    ///
    /// # Errors
    /// The first [`JournalError`]; the keys that could be destroyed are, and doing it again does the rest.
    pub fn erase(&self, positions: &[Position]) -> Result<(), JournalError> {
        let mut slots: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut result = Ok(());
        for position in positions {
            match self.shared.read(*position) {
                Ok(Scanned { slot: Some(slot), .. }) => slots.entry(position.segment()).or_default().push(slot),
                Ok(_) => {}
                Err(error) => result = result.and(Err(error)),
            }
        }
        for (segment, slots) in slots {
            let erased = self.shared.keys.erase(segment, &slots);
            result = result.and(erased.map(drop).map_err(|error| self.shared.stop_if_lost(error)));
        }
        result
    }

    /// Writes every key file anew under another wrapping key, after which the old one can be destroyed: overwriting alone
    /// does not erase on flash, copy-on-write disks and snapshots. Cut short, it is finished by another call; until then
    /// the journal opens with a [`Keyring`] of both.
    ///
    /// # Errors
    /// [`JournalError::Keys`]: some files may still be under the old key.
    pub fn rewrite_key_files(&self, wrapping: &WrappingKey) -> Result<(), JournalError> {
        self.shared.refuse_if_stopped()?;
        self.shared.keys.rewrite(wrapping).map_err(|error| self.shared.stop_if_lost(error))
    }

    /// What was found damaged at open. Not empty: nothing is appended.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// How many unacknowledged bytes were cut off at open.
    pub fn cut_bytes(&self) -> u64 {
        self.cut_bytes
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has dropped its replies, which told everybody who waits.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn end(&self) -> Position {
        Position::from_u64(self.end.load(Ordering::Acquire))
    }

    fn place(&self, position: Position) -> frame::Place {
        frame::Place { journal: self.id, segment: position.segment(), offset: position.offset() }
    }

    fn read(&self, position: Position) -> Result<Scanned, JournalError> {
        self.refuse_if_stopped()?;
        let end = self.end();
        if position >= end || (position.offset() as usize) < segment::HEADER_LEN {
            return Err(JournalError::NoRecord(position));
        }
        let io = |source| JournalError::Io { segment: position.segment(), source };
        let mut reader = self.reader(position.segment(), end, segment::Window::Record).map_err(io)?;
        match reader.frame(u64::from(position.offset())).map_err(io)? {
            Ok((frame, _)) => Ok(Scanned::of(position, frame)),
            Err(_) => Err(JournalError::Damaged(damage_at(position, Why::Frame))),
        }
    }

    fn reader(&self, segment: u32, end: Position, window: segment::Window) -> std::io::Result<Reader> {
        let until = if segment == end.segment() { u64::from(end.offset()) } else { u64::MAX };
        Reader::open(&self.directory, self.id, segment, until, window)
    }

    fn refuse_if_stopped(&self) -> Result<(), JournalError> {
        self.stopped.get().map_or(Ok(()), |why| Err(JournalError::Stopped { why: why.clone() }))
    }

    fn stop_if_lost(&self, error: KeyError) -> JournalError {
        if matches!(error, KeyError::Lost { .. }) {
            self.stop(&error.to_string());
        }
        error.into()
    }

    /// From here on everything is refused; the first time the owner of the process is told.
    fn stop(&self, why: &str) -> AppendError {
        if self.stopped.set(why.to_owned()).is_ok() {
            self.on_fatal.loss(why);
        }
        AppendError::Stopped { why: self.stopped.get().cloned().unwrap_or_default() }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("directory", &self.shared.directory)
            .field("end", &self.end())
            .finish_non_exhaustive()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, keys_ahead: 64 }
    }
}

fn damage_at(position: Position, why: Why) -> Damage {
    Damage { segment: position.segment(), offset: position.offset(), why }
}
