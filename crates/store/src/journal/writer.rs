//! The one thread that writes: it takes what waits in the queue, writes it in one piece, syncs once, and answers.
//!
//! While a sync runs the next group gathers by itself, so nobody waits for company: a lone append costs one sync.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, Receiver, SyncSender, TrySendError},
    },
    task::{Context, Poll},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use futures::channel::oneshot;

use super::{
    AppendError, Limits, NewRecord, Position, RECORD_BYTES_MAX, REQUEST_BYTES_MAX, Shared,
    frame::{Frame, OVERHEAD, Place},
    mark::Mark,
    segment::{self, HEADER_LEN, Header},
};
use crate::{
    disk::{Disk, is_full},
    entropy::Entropy,
    keys::{KeyError, KeyFile},
    seal::{ContentKey, TAG_LEN},
};

/// Requests that may wait; one more is told to come again.
const QUEUE_MAX: usize = 1024;
/// A group is closed at this size, or this long after its first request was taken.
const GROUP_BYTES_MAX: usize = 4 << 20;
const GROUP_WAIT: Duration = Duration::from_millis(5);

/// Positions to come. A future, for async code; [`Pending::wait`] for a thread.
#[must_use = "an append is acknowledged only by its positions"]
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Answer>);

type Answer = Result<Vec<Position>, AppendError>;

/// The way to the writer.
pub(super) struct Queue(SyncSender<Request>);

/// Where writing goes on.
pub(super) struct Tail {
    pub(super) segment: u32,
    pub(super) offset: u32,
    pub(super) last_check: [u8; 16],
    pub(super) keys: Arc<KeyFile>,
    /// None if a full disk has no room for one.
    pub(super) mark: Option<Mark>,
}

struct Request {
    records: Vec<NewRecord>,
    bytes: usize,
    reply: oneshot::Sender<Answer>,
}

struct Writer {
    shared: Arc<Shared>,
    limits: Limits,
    entropy: Entropy,
    disk: Disk,
    file: File,
    tail: Tail,
    /// Keys of slots that are on the disk and belong to no record yet.
    ahead: VecDeque<(u32, ContentKey)>,
}

/// Frames that go to the disk together.
#[derive(Default)]
struct Group {
    bytes: Vec<u8>,
    last_check: [u8; 16],
    waiting: Vec<(oneshot::Sender<Answer>, Vec<Position>)>,
}

/// Starts the thread.
pub(super) fn start(
    shared: Arc<Shared>,
    tail: Tail,
    limits: Limits,
    entropy: Entropy,
    disk: Disk,
) -> io::Result<(Queue, JoinHandle<()>)> {
    let file = File::options().write(true).open(segment::path(&shared.directory, tail.segment))?;
    let (sender, queue) = mpsc::sync_channel(QUEUE_MAX);
    let writer = Writer { shared, limits, entropy, disk, file, tail, ahead: VecDeque::new() };
    let thread = thread::Builder::new().name("journal".into()).spawn(move || writer.run(&queue))?;
    Ok((Queue(sender), thread))
}

impl Queue {
    pub(super) fn push(&self, records: Vec<NewRecord>) -> Pending {
        let too_large = records.iter().map(NewRecord::bytes).find(|bytes| *bytes > RECORD_BYTES_MAX);
        let bytes = records.iter().map(|record| record.bytes() + OVERHEAD + TAG_LEN).sum();
        if let Some(bytes) = too_large.or(Some(bytes).filter(|bytes| *bytes > REQUEST_BYTES_MAX)) {
            return Pending::refused(AppendError::TooLarge { bytes });
        }
        let (reply, pending) = oneshot::channel();
        match self.0.try_send(Request { records, bytes, reply }) {
            Ok(()) => Pending(pending),
            Err(TrySendError::Full(_)) => Pending::refused(AppendError::Busy),
            Err(TrySendError::Disconnected(_)) => Pending::refused(gone()),
        }
    }
}

impl Pending {
    pub(super) fn refused(error: AppendError) -> Self {
        let (reply, pending) = oneshot::channel();
        let _ = reply.send(Err(error));
        Self(pending)
    }

    /// Blocks until the records are on the disk, whatever thread this is: a channel of the runtime would go by its turns and, waited
    /// for in a task whose turn is over, never answer.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn wait(self) -> Result<Vec<Position>, AppendError> {
        futures::executor::block_on(self)
    }
}

impl Future for Pending {
    type Output = Result<Vec<Position>, AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(gone())))
    }
}

impl Writer {
    fn run(mut self, queue: &Receiver<Request>) {
        while let Ok(first) = queue.recv() {
            self.commit(gather(first, queue));
        }
        if let Some(mark) = &self.tail.mark {
            mark.close();
        }
    }

    fn commit(&mut self, requests: Vec<Request>) {
        let mut group = Group::default();
        for request in requests {
            if self.is_full_for(&group, &request) {
                self.write(std::mem::take(&mut group));
            }
            let Request { records, bytes, reply } = request;
            match self.make_room(&group, bytes).and_then(|()| self.encode(records, &mut group)) {
                Ok(positions) => group.waiting.push((reply, positions)),
                // Who gave up waiting needs no answer, here and below.
                Err(error) => drop(reply.send(Err(error))),
            }
        }
        self.write(group);
    }

    fn is_full_for(&self, group: &Group, request: &Request) -> bool {
        let after = self.tail.offset as usize + group.bytes.len() + request.bytes;
        !group.bytes.is_empty() && after > self.limits.segment_bytes as usize
    }

    /// Rolls to the next segment if the request does not fit into this one. A request is never split between two.
    fn make_room(&mut self, group: &Group, bytes: usize) -> Result<(), AppendError> {
        if let Some(why) = self.shared.stopped.get() {
            return Err(AppendError::Stopped { why: why.clone() });
        }
        let is_fresh = self.tail.offset as usize == HEADER_LEN;
        if !group.bytes.is_empty()
            || is_fresh
            || self.tail.offset as usize + bytes <= self.limits.segment_bytes as usize
        {
            return Ok(());
        }
        self.roll().map_err(|error| self.refusal(error))
    }

    fn roll(&mut self) -> Result<(), KeyError> {
        let tail = &self.tail;
        let link = segment::link(&self.shared.id, tail.segment, tail.offset, &tail.last_check);
        let header = Header { journal: self.shared.id, segment: tail.segment + 1, link };
        let keys = self.shared.keys.create(header.segment)?;
        let path = segment::path(&self.shared.directory, header.segment);
        let io = |source| KeyError::Io { file: path.clone(), source };
        self.disk.replace(&path, &header.encode()).map_err(io)?;
        self.file = File::options().write(true).open(&path).map_err(io)?;
        self.ahead.clear();
        self.tail.keys = keys;
        self.tail.segment = header.segment;
        self.tail.offset = HEADER_LEN as u32;
        self.tail.last_check = [0; 16];
        Ok(())
    }

    fn encode(&mut self, records: Vec<NewRecord>, group: &mut Group) -> Result<Vec<Position>, AppendError> {
        self.reserve(records.iter().filter(|record| record.secret.is_some()).count())?;
        let mut positions = Vec::with_capacity(records.len());
        for record in records {
            let offset = self.tail.offset as usize + group.bytes.len();
            let offset = u32::try_from(offset).expect("segments end long before 4 GiB");
            let place = Place { journal: self.shared.id, segment: self.tail.segment, offset };
            let (slot, sealed) = self.seal(&record, place);
            let frame =
                Frame { batch: self.tail.offset, kind: record.kind, slot, clear: &record.clear, sealed: &sealed };
            group.last_check = frame.encode(place, &mut group.bytes);
            positions.push(Position::new(self.tail.segment, offset));
        }
        Ok(positions)
    }

    fn seal(&mut self, record: &NewRecord, place: Place) -> (Option<u32>, Vec<u8>) {
        let Some(secret) = &record.secret else { return (None, Vec::new()) };
        let (slot, key) = self.ahead.pop_front().expect("as many keys were reserved as there are secrets");
        let aad = place.secret_aad(record.kind, slot, &record.clear);
        (Some(slot), key.seal(0, &aad, secret))
    }

    /// Sees to it that `count` keys lie on the disk before a frame that uses them is written.
    fn reserve(&mut self, count: usize) -> Result<(), AppendError> {
        if self.ahead.len() >= count {
            return Ok(());
        }
        let missing = u32::try_from(count - self.ahead.len()).unwrap_or(u32::MAX);
        let keys = self.tail.keys.reserve(missing.max(self.limits.keys_ahead), &self.entropy);
        self.ahead.extend(keys.map_err(|error| self.refusal(error))?);
        Ok(())
    }

    /// A full disk is told to the caller; anything else ends the journal.
    fn refusal(&self, error: KeyError) -> AppendError {
        match &error {
            KeyError::Io { source, .. } if is_full(source) => AppendError::Full,
            _ => self.shared.stop(&error.to_string()),
        }
    }

    fn write(&mut self, group: Group) {
        let result = if group.bytes.is_empty() { Ok(()) } else { self.write_and_sync(&group) };
        for (reply, positions) in group.waiting {
            let _ = reply.send(result.clone().map(|()| positions));
        }
    }

    fn write_and_sync(&mut self, group: &Group) -> Result<(), AppendError> {
        let offset = u64::from(self.tail.offset);
        match self.disk.write_at(&self.file, &group.bytes, offset) {
            Ok(()) => {}
            // The part that was written is taken off again; keys that it used are not used again.
            Err(error) if is_full(&error) && self.file.set_len(offset).is_ok() => return Err(AppendError::Full),
            Err(error) => return Err(self.shared.stop(&format!("segment {}: {error}", self.tail.segment))),
        }
        self.disk.sync(&self.file).map_err(|error| {
            self.shared.stop(&format!("segment {} may not be on the disk: {error}", self.tail.segment))
        })?;
        self.tail.offset += u32::try_from(group.bytes.len()).expect("a group is smaller than a segment can be");
        self.tail.last_check = group.last_check;
        let end = Position::new(self.tail.segment, self.tail.offset);
        if let Some(mark) = &mut self.tail.mark {
            mark.note(end);
        }
        self.shared.end.store(end.to_u64(), Ordering::Release);
        Ok(())
    }
}

fn gather(first: Request, queue: &Receiver<Request>) -> Vec<Request> {
    let started = Instant::now();
    let mut bytes = first.bytes;
    let mut requests = vec![first];
    while bytes < GROUP_BYTES_MAX && started.elapsed() < GROUP_WAIT {
        let Ok(next) = queue.try_recv() else { break };
        bytes += next.bytes;
        requests.push(next);
    }
    requests
}

fn gone() -> AppendError {
    AppendError::Stopped { why: "its writer has ended".into() }
}
