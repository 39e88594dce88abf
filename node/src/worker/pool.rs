//! Who waits and who works. A few children are kept; a new one is started when it is needed, more slowly the more often
//! they broke.
//!
//! A picture is decoded before its sender is answered, and looked at behind that, which takes longer; so the two have queues
//! of their own, and so has what a person confirms. Bounded are how many wait in the first two, how many bytes wait to be
//! decoded, and how many pictures are unpacked at once: what is done with the pixels of a picture is therefore done here,
//! before the next one gets its turn. How many are confirmed at once is for those who ask.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anonymizer::{
    Cover, IntakeError, Limits, Looked, Opened, Sight, View,
    dicom::{Secret, Written, is_object},
    worker::{Request, Task, WireError, read_decoded, read_looked, read_written},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use super::seat::{Broken, Output, Program, Seat};

/// Pictures that wait to be decoded.
const WAITING_MAX: usize = 16;
/// Pictures that wait to be looked at; they wait on the disk.
const LOOKS_WAITING_MAX: usize = 256;
/// MiB of pictures that wait or are being decoded.
const WAITING_MIB_MAX: usize = 256;
/// How long a child may decode one picture, and how long it may take until it is ready for the first.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many times as long it may unpack an object with all its frames.
const OBJECT_PATIENCE: u32 = 3;
/// How many times as long it may look at one.
const LOOK_PATIENCE: u32 = 3;
/// How many further frames are given as long again, and the most that all of them together are given.
const FRAMES_EACH_PATIENCE: u32 = 2;
const LOOK_PATIENCE_MAX: u32 = 30;
/// How long nobody is started after a first failure; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest such time.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Why a picture was not looked at. The texts are meant for the page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PoolError {
    /// The picture is to blame, and its sender is told what to change.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// Too many pictures wait.
    #[error("too many pictures are being read just now; send this one again in a moment")]
    Busy,
    /// It brought its worker down.
    #[error(
        "the picture could not be read safely; send it again, and if that fails, save it anew as JPEG and send that"
    )]
    Unreadable,
    /// Reading it took too long.
    #[error("the picture could not be read within {} seconds; save it anew as JPEG or in a smaller size, and send that", .0.as_secs())]
    Late(Duration),
    /// The same, of an object with its frames.
    #[error("the DICOM object could not be read within {} seconds; send fewer frames", .0.as_secs())]
    ObjectLate(Duration),
    /// No worker can be started; the operator must see to it.
    #[error("no worker can be started to read pictures")]
    Start(#[source] std::io::Error),
    /// The node stops.
    #[error("the node is stopping")]
    Stopping,
}

/// How the answer of a worker is read.
type Read<Answer> = fn(&mut Output, &Limits) -> Result<Result<Answer, IntakeError>, WireError>;

/// The workers of a node.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: Program,
    patience: Duration,
    limits: Limits,
    places: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    decodes: Arc<Semaphore>,
    looks_places: Arc<Semaphore>,
    looks: Arc<Semaphore>,
    last_looks: Arc<Semaphore>,
    bench: Mutex<Bench>,
}

/// A place among the pictures that wait to be looked at.
#[derive(Debug)]
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
}

/// The turn of one picture to be looked at.
#[derive(Debug)]
pub(crate) struct Turn {
    _place: Option<Place>,
    _turn: OwnedSemaphorePermit,
}

/// Children that wait for work, and what is remembered of those that broke.
#[derive(Debug, Default)]
struct Bench {
    idle: Vec<Seat>,
    failures: u32,
    not_before: Option<Instant>,
}

impl Pool {
    /// So many workers that decode, as many that look, and one for what is confirmed; none is started before there is a
    /// picture.
    pub(crate) fn start(workers: usize) -> std::io::Result<Self> {
        Ok(Self::of(program()?, workers, PATIENCE))
    }

    fn of(program: Program, workers: usize, patience: Duration) -> Self {
        let semaphore = |most| Arc::new(Semaphore::new(most));
        Self {
            inner: Arc::new(Inner {
                program,
                patience,
                limits: Limits::NETWORK,
                places: semaphore(WAITING_MAX + workers),
                bytes: semaphore(WAITING_MIB_MAX),
                decodes: semaphore(workers),
                looks_places: semaphore(LOOKS_WAITING_MAX + workers),
                looks: semaphore(workers),
                last_looks: semaphore(1),
                bench: Mutex::default(),
            }),
        }
    }

    /// Whether a picture of so many bytes is looked at, before anything is done with it.
    ///
    /// # Errors
    /// That it has too many, as a [`PoolError`].
    pub(crate) fn check_size(&self, bytes: usize) -> Result<(), PoolError> {
        let bytes_max = self.inner.limits.picture_bytes_max;
        if bytes > bytes_max { Err(IntakeError::TooManyBytes { bytes, bytes_max }.into()) } else { Ok(()) }
    }

    /// Has a view of a picture decoded, and makes of its pixels what `make` makes of them. Goes on to its end even if the
    /// caller does not wait for it.
    ///
    /// # Errors
    /// [`PoolError`]; none of them harms the node or the next picture.
    pub(crate) async fn decode<T: Send + 'static>(
        &self,
        file: Vec<u8>,
        view: View,
        make: impl FnOnce(Opened) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.unpack(Task::Decode(view), file, read_decoded, make).await
    }

    /// Has a DICOM object written as it would leave, and makes of that what `make` makes of it; otherwise as [`Self::decode`].
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        file: Vec<u8>,
        secret: Secret,
        covers: Vec<Cover>,
        make: impl FnOnce(Written) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.unpack(Task::Deidentify { secret, covers }, file, read_written, make).await
    }

    async fn unpack<Answer: Send + 'static, T: Send + 'static>(
        &self,
        task: Task,
        file: Vec<u8>,
        read: Read<Answer>,
        make: impl FnOnce(Answer) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.check_size(file.len())?;
        let inner = &self.inner;
        let mib = u32::try_from(file.len() >> 20).unwrap_or(u32::MAX).saturating_add(1);
        let place = inner.places.clone().try_acquire_owned().map_err(|_| PoolError::Busy)?;
        let bytes = inner.bytes.clone().try_acquire_many_owned(mib).map_err(|_| PoolError::Busy)?;
        let work = inner.clone().unpack(task, file, read, make, (place, bytes));
        tokio::spawn(work).await.unwrap_or(Err(PoolError::Stopping))
    }

    /// A place among the pictures that wait to be looked at.
    ///
    /// # Errors
    /// [`PoolError::Busy`] if there is none.
    pub(crate) fn line_up(&self) -> Result<Place, PoolError> {
        self.inner.looks_places.clone().try_acquire_owned().map(|_place| Place { _place }).map_err(|_| PoolError::Busy)
    }

    /// Waits until it is a picture's turn. Only then its file need be in memory.
    ///
    /// # Errors
    /// [`PoolError::Stopping`].
    pub(crate) async fn turn(&self, place: Place) -> Result<Turn, PoolError> {
        let turn = self.inner.looks.clone().acquire_owned().await.map_err(|_| PoolError::Stopping)?;
        Ok(Turn { _place: Some(place), _turn: turn })
    }

    /// Waits until it is the turn of a picture that a person confirms; what others sent in is not before it.
    ///
    /// # Errors
    /// [`PoolError::Stopping`].
    pub(crate) async fn last_turn(&self) -> Result<Turn, PoolError> {
        let turn = self.inner.last_looks.clone().acquire_owned().await.map_err(|_| PoolError::Stopping)?;
        Ok(Turn { _place: None, _turn: turn })
    }

    /// Has a file of so many frames looked at to the end; tells what there is so far once the upright faces are found. A
    /// caller that is dropped meanwhile ends the worker.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub(crate) async fn look(
        &self,
        _turn: Turn,
        file: Vec<u8>,
        frames: u32,
        mut told: impl FnMut(Sight) + Send + 'static,
    ) -> Result<Looked, PoolError> {
        self.check_size(file.len())?;
        let inner = &self.inner;
        let times = LOOK_PATIENCE.saturating_add(frames.saturating_sub(1).div_ceil(FRAMES_EACH_PATIENCE));
        let patience = inner.patience.saturating_mul(times.min(LOOK_PATIENCE_MAX));
        inner
            .ask(Task::Look, file, patience, move |output, limits| read_looked(output, limits, &mut told))
            .await?
            .map_err(PoolError::Intake)
    }
}

impl Inner {
    async fn unpack<Answer: Send + 'static, T: Send + 'static>(
        self: Arc<Self>,
        task: Task,
        file: Vec<u8>,
        read: Read<Answer>,
        make: impl FnOnce(Answer) -> T + Send + 'static,
        _room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
    ) -> Result<T, PoolError> {
        let _turn = self.decodes.acquire().await.map_err(|_| PoolError::Stopping)?;
        let times = if is_object(&file) { OBJECT_PATIENCE } else { 1 };
        let answer = self.ask(task, file, self.patience.saturating_mul(times), read).await??;
        tokio::task::spawn_blocking(move || make(answer)).await.map_err(|_| PoolError::Unreadable)
    }

    async fn ask<T: Send + 'static>(
        &self,
        task: Task,
        file: Vec<u8>,
        patience: Duration,
        read: impl FnOnce(&mut Output, &Limits) -> Result<T, WireError> + Send + 'static,
    ) -> Result<T, PoolError> {
        let is_object = is_object(&file);
        // A file that took a worker over before finds no secret there, nor one that does so later.
        let has_secret = matches!(task, Task::Deidentify { .. });
        let seat = if has_secret { self.new_seat().await? } else { self.seat().await? };
        let request = Request { task, limits: self.limits, file };
        match seat.ask(request, patience, read).await {
            Ok((seat, answer)) if has_secret => {
                drop(seat);
                Ok(answer)
            }
            Ok((seat, answer)) => {
                self.kept(seat);
                Ok(answer)
            }
            Err(broken) => Err(match self.broke(&broken, patience) {
                PoolError::Late(patience) if is_object => PoolError::ObjectLate(patience),
                error => error,
            }),
        }
    }

    /// A child that waits, or a new one.
    async fn seat(&self) -> Result<Seat, PoolError> {
        while let Some(mut seat) = self.idle() {
            if seat.is_alive() {
                return Ok(seat);
            }
        }
        self.new_seat().await
    }

    fn idle(&self) -> Option<Seat> {
        self.bench().idle.pop()
    }

    /// A new child when its time has come.
    async fn new_seat(&self) -> Result<Seat, PoolError> {
        let not_before = self.bench().not_before;
        if let Some(time) = not_before {
            sleep_until(time).await;
        }
        Seat::start(&self.program, PATIENCE).await.map_err(|error| {
            self.bench().fail();
            tracing::error!(error = &error as &dyn std::error::Error, "No worker can be started to read pictures.");
            PoolError::Start(error)
        })
    }

    fn kept(&self, seat: Seat) {
        let mut bench = self.bench();
        bench.failures = 0;
        bench.not_before = None;
        bench.idle.push(seat);
    }

    fn broke(&self, broken: &Broken, patience: Duration) -> PoolError {
        self.bench().fail();
        tracing::warn!(
            error = broken as &dyn std::error::Error,
            "A worker broke over a picture and was ended; the picture was refused."
        );
        match broken {
            Broken::Off(_) => PoolError::Unreadable,
            Broken::Late => PoolError::Late(patience),
            Broken::Cut => PoolError::Stopping,
        }
    }

    fn bench(&self) -> std::sync::MutexGuard<'_, Bench> {
        self.bench.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bench {
    fn fail(&mut self) {
        self.not_before = Some(Instant::now() + pause(self.failures));
        self.failures = self.failures.saturating_add(1);
    }
}

fn pause(failures: u32) -> Duration {
    PAUSE.saturating_mul(1 << failures.min(10)).min(PAUSE_MAX)
}

/// This program, as it was when it was started, even if another one stands in its place by now.
#[cfg(not(test))]
fn program() -> std::io::Result<Program> {
    let own = PathBuf::from("/proc/self/exe");
    let path = if own.exists() { own } else { std::env::current_exe()? };
    Ok(Program { path, arguments: vec!["worker".into()] })
}

/// The program that cargo builds beside this test.
#[cfg(test)]
fn program() -> std::io::Result<Program> {
    let test = std::env::current_exe()?;
    let built = test.parent().and_then(std::path::Path::parent).map(|directory| directory.join("consilium"));
    let path: PathBuf = built.filter(|path| path.is_file()).ok_or(std::io::ErrorKind::NotFound)?;
    Ok(Program { path, arguments: vec!["worker".into()] })
}

#[cfg(test)]
mod tests;
