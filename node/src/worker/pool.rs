//! Who waits and who works. A few children are kept; a new one is started when it is needed, more slowly the more often
//! they broke.
//!
//! Three things are bounded: how many wait, how many bytes wait, and how many pictures are unpacked at once. What is done
//! with the pixels of a picture is therefore done here, before the next one gets its turn.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anonymizer::{Inspection, IntakeError, Limits, worker::Request};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

use super::seat::{Broken, Program, Seat};

/// Pictures that wait for a child.
const WAITING_MAX: usize = 16;
/// MiB of pictures that wait or are being read.
const WAITING_MIB_MAX: usize = 256;
/// How long a child may look at one picture.
const PATIENCE: Duration = Duration::from_secs(20);
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
    /// No worker can be started; the operator must see to it.
    #[error("no worker can be started to read pictures")]
    Start(#[source] std::io::Error),
    /// The node stops.
    #[error("the node is stopping")]
    Stopping,
}

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
    turns: Arc<Semaphore>,
    bench: Mutex<Bench>,
}

/// Children that wait for work, and what is remembered of those that broke.
#[derive(Debug, Default)]
struct Bench {
    idle: Vec<Seat>,
    failures: u32,
    not_before: Option<Instant>,
}

impl Pool {
    /// So many workers of this program; none is started before there is a picture.
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
                turns: semaphore(workers),
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

    /// Has a picture looked at, and makes of its pixels what `make` makes of them. Goes on to its end even if the caller
    /// does not wait for it.
    ///
    /// # Errors
    /// [`PoolError`]; none of them harms the node or the next picture.
    pub(crate) async fn inspect<T: Send + 'static>(
        &self,
        file: Vec<u8>,
        make: impl FnOnce(Inspection) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        self.check_size(file.len())?;
        let inner = &self.inner;
        let mib = u32::try_from(file.len() >> 20).unwrap_or(u32::MAX).saturating_add(1);
        let place = inner.places.clone().try_acquire_owned().map_err(|_| PoolError::Busy)?;
        let bytes = inner.bytes.clone().try_acquire_many_owned(mib).map_err(|_| PoolError::Busy)?;
        let work = inner.clone().work(file, make, (place, bytes));
        tokio::spawn(work).await.unwrap_or(Err(PoolError::Stopping))
    }
}

impl Inner {
    async fn work<T: Send + 'static>(
        self: Arc<Self>,
        file: Vec<u8>,
        make: impl FnOnce(Inspection) -> T + Send + 'static,
        _room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
    ) -> Result<T, PoolError> {
        let _turn = self.turns.acquire().await.map_err(|_| PoolError::Stopping)?;
        let seat = self.seat().await?;
        let request = Request { limits: self.limits, file };
        let (seat, response) = match seat.ask(request, self.patience).await {
            Ok(answered) => answered,
            Err(broken) => return Err(self.broke(&broken)),
        };
        self.kept(seat);
        let inspection = response?;
        tokio::task::spawn_blocking(move || make(inspection)).await.map_err(|_| PoolError::Unreadable)
    }

    /// A child that waits, or a new one when its time has come.
    async fn seat(&self) -> Result<Seat, PoolError> {
        let not_before = {
            let mut bench = self.bench();
            while let Some(mut seat) = bench.idle.pop() {
                if seat.is_alive() {
                    return Ok(seat);
                }
            }
            bench.not_before
        };
        if let Some(time) = not_before {
            sleep_until(time).await;
        }
        Seat::start(&self.program).map_err(|error| {
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

    fn broke(&self, broken: &Broken) -> PoolError {
        self.bench().fail();
        tracing::warn!(
            error = broken as &dyn std::error::Error,
            "A worker broke over a picture and was ended; the picture was refused."
        );
        match broken {
            Broken::Off(_) => PoolError::Unreadable,
            Broken::Late => PoolError::Late(self.patience),
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
