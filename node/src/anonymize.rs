//! `consilium anonymize`: pictures of a folder, covered, without a node.
//!
//! Nothing is written that nobody has looked at. A first run writes a contact sheet, every picture before and after; a second
//! one, with `--looked`, writes the files that the sheet shows and no others: what would be written must be, byte for byte,
//! what was shown (docs/decisions/0022). Both go through the worker processes of the node, under the same limits.
//!
//! | file | holds |
//! |---|---|
//! | `walk` | which files are meant |
//! | `original` | a file as it is read, and why one is not taken |
//! | `look` | one picture in the hands of the workers |
//! | `sheet`, `earlier` | the contact sheet, written and read back |
//! | `folder` | the folder of covered pictures |
//! | `progress`, `tally` | how far it is, and what became of every file |
//!
//! Deliberately absent: a reviewer. Nobody signs here, so what is written is no clean picture of the network; a node looks at
//! it again and asks a person.

mod earlier;
mod folder;
mod look;
mod original;
mod progress;
mod sheet;
mod tally;
mod walk;

use std::{
    collections::{BTreeSet, HashMap},
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anonymizer::{Unsigned, dicom::Secret};
use futures::{StreamExt, stream};

use self::{
    earlier::Earlier,
    folder::{Folder, Put},
    look::Proposal,
    original::NotTaken,
    progress::Progress,
    sheet::{Sheet, Shown, of_clean, of_original},
    tally::{Fate, Tally},
    walk::{Meant, Walk},
};
use crate::{
    cli::{Anonymize, Failure},
    entropy, node,
    worker::{Pool, PoolError},
};

/// Workers, and so pictures that are in memory at once.
const WORKERS: usize = 2;
/// What is still read or encoded when the command ends has so long.
const STOP_MAX: Duration = Duration::from_secs(5);

/// Why the command could not go on. The operator is told what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnonymizeError {
    #[error("{} is no contact sheet and is not written over; choose another name", path.display())]
    NoSheet { path: PathBuf },
    #[error("there is no contact sheet {} yet; run this without --looked, and look at the sheet that it writes", path.display())]
    NotShown { path: PathBuf },
    #[error("a contact sheet shows what is uncovered and may not lie in {}, where what is covered goes", path.display())]
    SheetInFolder { path: PathBuf },
    #[error("{} lies where covered pictures go; choose another folder for them", path.display())]
    InFolder { path: PathBuf },
    #[error("the contact sheet has no picture {0:04}")]
    NoSuchNumber(u32),
    #[error("file {} cannot be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("pictures cannot be looked at")]
    Worker(#[source] PoolError),
}

/// Performs the command.
pub(crate) fn run(order: &Anonymize, is_json: bool) -> Result<ExitCode, Failure> {
    let runtime = node::runtime()?;
    let done = runtime.block_on(perform(order));
    runtime.shutdown_timeout(STOP_MAX);
    done?.tell(order, is_json)
}

async fn perform(order: &Anonymize) -> Result<Tally, AnonymizeError> {
    check_places(order)?;
    let earlier = Earlier::at(&order.report)?;
    let pool = Pool::start(WORKERS).map_err(|error| AnonymizeError::Worker(PoolError::Start(error)))?;
    let Walk { files, strays } = Walk::through(&order.files, &[&order.into, &order.report]);
    let mut tally = Tally::default();
    for (path, stray) in strays {
        let fate = Fate::stray(&stray);
        tally.note(path, fate);
    }
    match (order.looked, earlier) {
        (false, earlier) => show(order, &pool, files, earlier, &mut tally).await?,
        (true, Some(earlier)) => write(order, &pool, files, earlier, &mut tally).await?,
        (true, None) => return Err(AnonymizeError::NotShown { path: order.report.clone() }),
    }
    Ok(tally)
}

/// What is uncovered and what is covered do not lie in one folder.
fn check_places(order: &Anonymize) -> Result<(), AnonymizeError> {
    // Before it is made, nothing lies in it.
    let Ok(into) = order.into.canonicalize() else { return Ok(()) };
    let lies_there = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&into));
    if folder_of(&order.report).is_some_and(lies_there) {
        return Err(AnonymizeError::SheetInFolder { path: order.into.clone() });
    }
    match order.files.iter().find(|file| lies_there(file)) {
        Some(file) => Err(AnonymizeError::InFolder { path: file.clone() }),
        None => Ok(()),
    }
}

fn folder_of(file: &Path) -> Option<&Path> {
    file.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// A picture as a first run knows it.
enum Seen {
    /// The sheet of an earlier run shows it.
    Earlier(Shown),
    /// It was looked at and covered.
    Now { original: [u8; 32], proposal: Box<Proposal> },
}

/// The first run: every picture on the sheet, no file written.
async fn show(
    order: &Anonymize,
    pool: &Pool,
    files: Vec<Meant>,
    earlier: Option<Earlier>,
    tally: &mut Tally,
) -> Result<(), AnonymizeError> {
    let broken = |source| AnonymizeError::File { path: order.report.clone(), source };
    let highest = Folder::at(&order.into).highest_number();
    let highest = highest.map_err(|source| AnonymizeError::File { path: order.into.clone(), source })?;
    let secret = secret_of(earlier.as_ref());
    // Other finders may see more, so of another version nothing else is taken over.
    let earlier = earlier.filter(|earlier| earlier.is_of_this_version).map(Arc::new);
    let numbers = earlier.as_deref().map(Earlier::numbers).unwrap_or_default();
    let mut number = numbers.last().copied().unwrap_or(0).max(highest);
    let mut sheet = Sheet::begin(&order.report, files.len(), &secret).map_err(broken)?;
    let mut on_sheet: HashMap<[u8; 32], u32> = HashMap::new();
    let job = |meant: Meant| seen(pool.clone(), earlier.clone(), secret.clone(), meant);
    let take = |file: &Path, seen: Seen| -> Result<Fate, AnonymizeError> {
        let shown = match &seen {
            Seen::Earlier(shown) => shown.clone(),
            Seen::Now { original, proposal } => Shown::new(number + 1, *original, proposal),
        };
        if let Some(same) = on_sheet.get(&shown.original) {
            return Ok(Fate::Same(*same));
        }
        match (&seen, &earlier) {
            (Seen::Now { proposal, .. }, _) => sheet.add(&shown, file, proposal).map_err(broken)?,
            (Seen::Earlier(_), Some(earlier)) => {
                sheet.copy(&earlier.picture(shown.number).map_err(broken)?).map_err(broken)?;
            }
            (Seen::Earlier(_), None) => {}
        }
        number = number.max(shown.number);
        on_sheet.insert(shown.original, shown.number);
        Ok(Fate::OnSheet(shown.number))
    };
    each(files, job, take, tally).await?;
    if let (Some(earlier), Some(_)) = (&earlier, &tally.stopped_before) {
        // What was looked at in an earlier run, and would have come later in this one.
        for number in numbers.iter().filter(|number| !on_sheet.values().any(|shown| shown == *number)) {
            sheet.copy(&earlier.picture(*number).map_err(broken)?).map_err(broken)?;
        }
    }
    sheet.end(tally.foot()).map_err(broken)
}

/// What pseudonyms come from: of one sheet the same in every run, so that what is written is what was shown.
fn secret_of(earlier: Option<&Earlier>) -> Arc<Secret> {
    let secret = earlier.and_then(|earlier| earlier.secret.clone());
    Arc::new(secret.unwrap_or_else(|| Secret::new(entropy::draw())))
}

async fn seen(pool: Pool, earlier: Option<Arc<Earlier>>, secret: Arc<Secret>, meant: Meant) -> Result<Seen, NotTaken> {
    let file = read(meant).await?;
    let original = of_original(&file);
    if let Some(shown) = earlier.as_deref().and_then(|earlier| earlier.of(&original)) {
        return Ok(Seen::Earlier(shown.clone()));
    }
    let proposal = Box::new(look::propose(&pool, file, &secret).await?);
    Ok(Seen::Now { original, proposal })
}

/// A picture as a second run knows it.
enum Ready {
    /// As the sheet shows it, with its number.
    Shown(u32, Unsigned),
    /// The operator left it out.
    LeftOut(u32),
    /// The sheet does not show it like this.
    Unseen(Option<u32>),
}

/// The second run: what the sheet shows is written.
async fn write(
    order: &Anonymize,
    pool: &Pool,
    files: Vec<Meant>,
    earlier: Earlier,
    tally: &mut Tally,
) -> Result<(), AnonymizeError> {
    let broken = |source| AnonymizeError::File { path: order.into.clone(), source };
    let mut not_met = earlier.numbers();
    let left_out: Arc<BTreeSet<u32>> = Arc::new(order.except.iter().copied().collect());
    if let Some(number) = left_out.iter().find(|number| !not_met.contains(number)) {
        return Err(AnonymizeError::NoSuchNumber(*number));
    }
    let folder = Folder::at(&order.into);
    folder.make().map_err(broken)?;
    let secret = secret_of(Some(&earlier));
    let earlier = Arc::new(earlier);
    let job = |meant: Meant| ready(pool.clone(), earlier.clone(), secret.clone(), left_out.clone(), meant);
    let take = |_: &Path, ready: Ready| -> Result<Fate, AnonymizeError> {
        let (number, fate) = match ready {
            Ready::Shown(number, unsigned) => {
                let name = folder::name(number, unsigned.media_type());
                let fate = match folder.put(&name, unsigned.file()).map_err(broken)? {
                    Put::Written => Fate::Written(name),
                    Put::There => Fate::There(name),
                    Put::Taken => Fate::taken(&name),
                };
                (Some(number), fate)
            }
            Ready::LeftOut(number) => (Some(number), Fate::LeftOut(number)),
            Ready::Unseen(number) => (number, Fate::Unseen),
        };
        if let Some(number) = number {
            not_met.remove(&number);
        }
        Ok(fate)
    };
    each(files, job, take, tally).await?;
    tally.not_met = if tally.stopped_before.is_none() { not_met.len() } else { 0 };
    Ok(())
}

async fn ready(
    pool: Pool,
    earlier: Arc<Earlier>,
    secret: Arc<Secret>,
    left_out: Arc<BTreeSet<u32>>,
    meant: Meant,
) -> Result<Ready, NotTaken> {
    let file = read(meant).await?;
    let Some(shown) = earlier.of(&of_original(&file)) else {
        // One that is refused is on no sheet, however often somebody looks.
        return look::propose(&pool, file, &secret).await.map(|_| Ready::Unseen(None));
    };
    if left_out.contains(&shown.number) {
        return Ok(Ready::LeftOut(shown.number));
    }
    let (unsigned, _) = look::cover(&pool, file, shown.covers(), &secret).await?;
    match of_clean(unsigned.file()) == shown.clean {
        true => Ok(Ready::Shown(shown.number, unsigned)),
        false => Ok(Ready::Unseen(Some(shown.number))),
    }
}

async fn read(meant: Meant) -> Result<Vec<u8>, NotTaken> {
    let read = tokio::task::spawn_blocking(move || original::read(&meant)).await;
    read.unwrap_or_else(|error| Err(NotTaken::Unreadable(io::Error::other(error))))
}

/// Does a job with each file, several at a time, and takes what comes of them in their order, until all are done or somebody
/// stops the command.
async fn each<T, Doing>(
    files: Vec<Meant>,
    job: impl Fn(Meant) -> Doing,
    mut take: impl FnMut(&Path, T) -> Result<Fate, AnonymizeError>,
    tally: &mut Tally,
) -> Result<(), AnonymizeError>
where
    Doing: Future<Output = Result<T, NotTaken>>,
{
    let told_to_stop = node::told_to_stop();
    tokio::pin!(told_to_stop);
    let mut progress = Progress::through(files.len());
    let mut paths = files.iter().map(|meant| meant.path.clone()).collect::<Vec<_>>().into_iter();
    let mut jobs = std::pin::pin!(stream::iter(files).map(job).buffered(WORKERS));
    loop {
        let done = tokio::select! {
            biased;
            () = &mut told_to_stop => {
                tally.stopped_before = paths.next();
                return Ok(());
            }
            done = jobs.next() => done,
        };
        let (Some(done), Some(path)) = (done, paths.next()) else { return Ok(()) };
        let fate = match done {
            Ok(done) => take(&path, done)?,
            Err(NotTaken::Picture(error @ (PoolError::Start(_) | PoolError::Stopping | PoolError::Busy))) => {
                return Err(AnonymizeError::Worker(error));
            }
            Err(why) => Fate::not_taken(&why),
        };
        progress.step(&path, &fate);
        tally.note(path, fate);
    }
}

#[cfg(test)]
mod tests;
