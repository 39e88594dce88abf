//! Pictures on their way here: one task brings each, for all who wait for it, and goes on when they have gone. Whatever is put
//! away is so looked at again, whoever went away meanwhile: its case may have been withdrawn.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use house::Actor;
use p2p::Haste;
use protocol::{BlobId, CaseId};
use store::BlobError;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::{
    Shared,
    pictures::{Listed, PictureError},
};

/// What those who wait are told; what is wrong here was logged by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missed {
    NotListed,
    NotReachable,
    NoRoom,
    Failed,
}

type Outcome = Option<Result<(), Missed>>;

/// Who waits for what.
#[derive(Default)]
pub(super) struct Pulls {
    under_way: Mutex<BTreeMap<(CaseId, BlobId), watch::Receiver<Outcome>>>,
    tasks: TaskTracker,
}

impl Pulls {
    /// Waits until everything that was begun has ended. What waits for a peer ends with the network.
    pub(super) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// What becomes of a picture that is on its way, or of one that `bring` brings now.
    fn joined<F>(self: &Arc<Self>, picture: (CaseId, BlobId), bring: impl FnOnce() -> F) -> watch::Receiver<Outcome>
    where
        F: Future<Output = Result<(), Missed>> + Send + 'static,
    {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = || {
            let (told, outcome) = watch::channel(None);
            let (place, bring) = (Place { pulls: self.clone(), picture }, bring());
            self.tasks.spawn(async move {
                let ended = bring.await;
                drop(place);
                // Nobody may wait any more.
                let _ = told.send(Some(ended));
            });
            outcome
        };
        under_way.entry(picture).or_insert_with(begin).clone()
    }
}

/// The place of a picture among those that are on their way, for as long as its task runs.
struct Place {
    pulls: Arc<Pulls>,
    picture: (CaseId, BlobId),
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pulls.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.picture);
    }
}

impl Shared {
    /// Has a picture brought here, and waits for it. However many wait for it, it is asked for once, in the name of the first.
    pub(super) async fn pull(
        self: &Arc<Self>,
        case: CaseId,
        blob: BlobId,
        listed: Listed,
        actor: Actor,
        haste: Haste,
    ) -> Result<(), PictureError> {
        let mut outcome = self.pulls.joined((case, blob), || {
            let shared = self.clone();
            async move { shared.fetch(case, blob, &listed, &actor, haste).await.map_err(Missed::of) }
        });
        // A task that ends without a word has panicked, or the node ends.
        let told = outcome.wait_for(Option::is_some).await.map(|told| *told);
        Ok(told.ok().flatten().unwrap_or(Err(Missed::NotReachable))?)
    }
}

impl Missed {
    fn of(error: PictureError) -> Self {
        match error {
            PictureError::NotListed => Self::NotListed,
            PictureError::NotReachable => Self::NotReachable,
            PictureError::Blob(BlobError::Full) => Self::NoRoom,
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "A picture could not be brought here.");
                Self::Failed
            }
        }
    }
}

impl From<Missed> for PictureError {
    fn from(missed: Missed) -> Self {
        match missed {
            Missed::NotListed => Self::NotListed,
            Missed::NotReachable => Self::NotReachable,
            Missed::NoRoom => Self::Blob(BlobError::Full),
            Missed::Failed => Self::NotPulled,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use protocol::{CaseNumber, FeedId};
    use tokio::sync::oneshot;

    use super::*;

    fn picture(number: u8) -> (CaseId, BlobId) {
        (CaseId { institution: FeedId([1; 32]), number: CaseNumber([2; 16]) }, BlobId([number; 32]))
    }

    #[tokio::test]
    async fn one_task_brings_a_picture_for_all_who_wait_and_goes_on_when_they_have_gone() {
        let (pulls, begun) = (Arc::new(Pulls::default()), Arc::new(AtomicUsize::new(0)));
        let (go, wait) = oneshot::channel();
        let (told, done) = oneshot::channel();
        let first = pulls.joined(picture(1), || {
            begun.fetch_add(1, Ordering::Relaxed);
            async move {
                wait.await.unwrap();
                told.send("put away and looked at again").unwrap();
                Ok(())
            }
        });
        let others: Vec<_> = (0..5)
            .map(|_| {
                pulls.joined(picture(1), || {
                    begun.fetch_add(1, Ordering::Relaxed);
                    async { Err(Missed::NotReachable) }
                })
            })
            .collect();
        let mut another = pulls.joined(picture(2), || async { Err(Missed::NoRoom) });
        assert_eq!(*another.wait_for(Option::is_some).await.unwrap(), Some(Err(Missed::NoRoom)));
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        drop(first);
        let mut last = others.into_iter().next_back().unwrap();
        go.send(()).unwrap();
        assert_eq!(*last.wait_for(Option::is_some).await.unwrap(), Some(Ok(())));
        assert_eq!(done.await.unwrap(), "put away and looked at again");
        pulls.ended().await;
        assert!(pulls.under_way.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_panics_leaves_its_place_and_is_tried_again() {
        let pulls = Arc::new(Pulls::default());
        let mut broken = pulls.joined(picture(1), || async {
            assert!(std::hint::black_box(false), "the one that panics");
            Ok(())
        });
        assert!(broken.wait_for(Option::is_some).await.is_err());
        let mut again = pulls.joined(picture(1), || async { Ok(()) });
        assert_eq!(*again.wait_for(Option::is_some).await.unwrap(), Some(Ok(())));
    }

    #[tokio::test]
    async fn the_end_of_the_node_waits_for_what_is_being_put_away() {
        let pulls = Arc::new(Pulls::default());
        let (go, wait) = oneshot::channel();
        drop(pulls.joined(picture(1), || async move {
            wait.await.unwrap();
            Ok(())
        }));
        let mut end = Box::pin(pulls.ended());
        assert!(futures::poll!(&mut end).is_pending());
        go.send(()).unwrap();
        end.await;
    }
}
