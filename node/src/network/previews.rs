//! Previews are fetched as soon as their case is known, a few cases of each institution at once.
//!
//! Nothing here grows without a bound. What finds no room, or waited when the node ended, is found again by going through all
//! cases: behind every start, and after each time that something found none.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Bound,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures::FutureExt;
use protocol::{CaseId, InstitutionId};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::{interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{Shared, pictures::summary};

/// Cases on their way to the one who fetches their previews.
const WANTED_MAX: usize = 1_024;
/// Until previews that no peer gave are asked for again, and how many cases of an institution then have their turn.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);
const RETRIES_A_ROUND: usize = 64;
/// Cases that wait for their previews, of one institution and of all.
const WAITING_MAX_EACH: usize = 10_000;
const WAITING_MAX: usize = 100_000;
/// Cases of an institution whose previews are fetched at once: one that gives nothing keeps nobody else waiting.
const AT_ONCE_EACH: usize = 2;
/// And of all.
const AT_ONCE: usize = 64;
/// Cases that are looked through in one step, and how long it is at least until all are looked through again.
const LOOKED_AT_ONCE: usize = 256;
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
/// People come first: what is only looked for begins so long after the start.
pub(crate) const BEHIND_START: Duration = Duration::from_secs(10);

/// The way to the one who fetches previews.
pub(super) struct Wanted {
    cases: mpsc::Sender<CaseId>,
    /// Something found no room, or nobody knows yet whether something is missing.
    lost: Arc<Notify>,
}

/// Its other end.
pub(super) struct Wishes {
    cases: mpsc::Receiver<CaseId>,
    lost: Arc<Notify>,
}

impl Wanted {
    pub(super) fn new() -> (Self, Wishes) {
        let (sender, cases) = mpsc::channel(WANTED_MAX);
        let lost = Arc::new(Notify::new());
        lost.notify_one();
        (Self { cases: sender, lost: lost.clone() }, Wishes { cases, lost })
    }

    /// Wants the previews of a case. Never waits.
    pub(super) fn add(&self, case: CaseId) {
        if self.cases.try_send(case).is_err() {
            self.lost.notify_one();
        }
    }
}

/// Cases whose previews are not here, each institution's in the order in which they came.
#[derive(Default)]
struct Queues {
    waiting: BTreeMap<InstitutionId, VecDeque<CaseId>>,
    known: BTreeSet<CaseId>,
    under_way: BTreeMap<InstitutionId, usize>,
    /// Whose case had the last turn.
    last: Option<InstitutionId>,
}

impl Queues {
    /// Returns whether it has room for a case that it does not know.
    fn push(&mut self, case: CaseId) -> bool {
        let of_this = self.waiting.get(&case.institution).map_or(0, VecDeque::len);
        if self.known.contains(&case) {
            return true;
        }
        if of_this >= WAITING_MAX_EACH || self.known.len() >= WAITING_MAX {
            return false;
        }
        self.known.insert(case);
        self.waiting.entry(case.institution).or_default().push_back(case);
        true
    }

    /// A case of the next institution in turn that has not enough under way, if there is one.
    fn next(&mut self) -> Option<CaseId> {
        if self.under_way.values().sum::<usize>() >= AT_ONCE {
            return None;
        }
        let behind = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let mut in_turn = self.waiting.range((behind, Bound::Unbounded)).chain(&self.waiting).map(|(of, _)| *of);
        let institution = in_turn.find(|of| self.under_way.get(of).is_none_or(|count| *count < AT_ONCE_EACH))?;
        let case = self.take(&institution)?;
        self.last = Some(institution);
        *self.under_way.entry(institution).or_default() += 1;
        Some(case)
    }

    /// The case of an institution that waits longest.
    fn take(&mut self, institution: &InstitutionId) -> Option<CaseId> {
        let waiting = self.waiting.get_mut(institution)?;
        let case = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(institution);
        }
        case.inspect(|case| {
            self.known.remove(case);
        })
    }

    fn end(&mut self, institution: InstitutionId) {
        if let Some(count) = self.under_way.get_mut(&institution) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&institution);
            }
        }
    }

    /// Takes those of each institution that wait longest.
    fn drain(&mut self, of_each: usize) -> Vec<CaseId> {
        let institutions: Vec<InstitutionId> = self.waiting.keys().copied().collect();
        let of_one = |of: InstitutionId| std::iter::repeat_n(of, of_each);
        institutions.into_iter().flat_map(of_one).filter_map(|of| self.take(&of)).collect()
    }
}

/// Fetches previews, some cases of each institution at once. What no peer gives now is asked for again, the longest waiting
/// first.
pub(super) async fn fetch_previews(shared: Arc<Shared>, wishes: Wishes, stop: CancellationToken) {
    let Wishes { mut cases, lost } = wishes;
    let (mut queues, mut missed) = (Queues::default(), Queues::default());
    let keep = |queues: &mut Queues, case| {
        if !queues.push(case) {
            lost.notify_one();
        }
    };
    let mut fetching = JoinSet::new();
    let mut rounds = interval(RETRY_INTERVAL);
    loop {
        while let Some(case) = queues.next() {
            let shared = shared.clone();
            // Whoever panics gives its place back, and the case is tried again.
            let fetch = async move { AssertUnwindSafe(shared.has_previews(case)).catch_unwind().await };
            fetching.spawn(async move { (case, fetch.await.unwrap_or(false)) });
        }
        tokio::select! {
            () = stop.cancelled() => return,
            case = cases.recv() => match case {
                Some(case) => keep(&mut queues, case),
                None => return,
            },
            Some(Ok((case, are_here))) = fetching.join_next() => {
                queues.end(case.institution);
                if !are_here {
                    keep(&mut missed, case);
                    continue;
                }
                // Somebody gives again: those that were missed follow.
                let again = (0..AT_ONCE_EACH).filter_map(|_| missed.take(&case.institution)).collect::<Vec<_>>();
                again.into_iter().for_each(|case| keep(&mut queues, case));
            }
            _ = rounds.tick() => missed.drain(RETRIES_A_ROUND).into_iter().for_each(|case| keep(&mut queues, case)),
        }
    }
}

/// Goes through all cases for previews that are not here, behind the start and whenever some were lost sight of.
pub(super) async fn look_for_missing(shared: Arc<Shared>, stop: CancellationToken) {
    if shared.network.is_none() {
        return;
    }
    let looking = async {
        sleep(BEHIND_START).await;
        loop {
            shared.wanted.lost.notified().await;
            let mut after = None;
            loop {
                let Some((last, missing)) = shared.missing_previews(after, LOOKED_AT_ONCE).await else { break };
                after = Some(last);
                for case in missing {
                    // Here it waits for room.
                    if shared.wanted.cases.send(case).await.is_err() {
                        return;
                    }
                }
            }
            sleep(BETWEEN_LOOKS).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = looking => {}
    }
}

impl Shared {
    /// Of the cases behind one so many that come next: those whose previews are not all here, and which was the last; none at
    /// the end.
    pub(crate) async fn missing_previews(
        self: &Arc<Self>,
        after: Option<CaseId>,
        count: usize,
    ) -> Option<(CaseId, Vec<CaseId>)> {
        let cases = match self.away(move |shared| casebook::cases_behind(after, count, &shared.shelf)).await.ok()? {
            Ok(cases) => cases,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "Missing previews could not be looked for.");
                return None;
            }
        };
        let last = *cases.last()?;
        let mut missing = Vec::new();
        for case in cases {
            if self.lacks_previews(case).await {
                missing.push(case);
            }
        }
        Some((last, missing))
    }

    async fn lacks_previews(self: &Arc<Self>, case: CaseId) -> bool {
        let Ok(Ok(Some(summary))) = self.away(move |shared| summary(&shared.shelf, case)).await else { return false };
        for picture in &summary.pictures {
            if !matches!(self.blobs.has(case, picture.preview).await, Ok(true)) {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use protocol::{CaseNumber, FeedId};

    use super::*;

    fn case(institution: u8, number: u8) -> CaseId {
        CaseId { institution: FeedId([institution; 32]), number: CaseNumber([number; 16]) }
    }

    #[test]
    fn an_institution_with_many_cases_keeps_no_other_waiting() {
        let mut queues = Queues::default();
        (0..100).for_each(|number| assert!(queues.push(case(1, number))));
        queues.push(case(1, 0));
        queues.push(case(2, 7));
        let begun: Vec<_> = std::iter::from_fn(|| queues.next()).collect();
        assert_eq!(begun, [case(1, 0), case(2, 7), case(1, 1)]);
        queues.end(case(1, 1).institution);
        assert_eq!((queues.next(), queues.next()), (Some(case(1, 2)), None));
    }

    #[test]
    fn of_very_many_institutions_each_has_its_turn_and_few_are_under_way_at_once() {
        let mut queues = Queues::default();
        for institution in 0..=255 {
            (0..3).for_each(|number| assert!(queues.push(case(institution, number))));
        }
        let mut begun: Vec<_> = std::iter::from_fn(|| queues.next()).collect();
        assert_eq!(begun.len(), AT_ONCE);
        for _ in AT_ONCE..256 {
            queues.end(begun[begun.len() - AT_ONCE].institution);
            begun.extend(queues.next());
        }
        let turns: BTreeSet<_> = begun.iter().map(|case| case.institution).collect();
        assert_eq!((begun.len(), turns.len()), (256, 256));
    }

    #[test]
    fn what_finds_no_room_is_said_to_be_lost() {
        let (wanted, wishes) = Wanted::new();
        assert!(wishes.lost.notified().now_or_never().is_some(), "behind a start all are looked through");
        (0..WANTED_MAX).for_each(|_| wanted.add(case(1, 1)));
        assert!(wishes.lost.notified().now_or_never().is_none());
        wanted.add(case(1, 1));
        assert!(wishes.lost.notified().now_or_never().is_some());
        let mut queues = Queues::default();
        let other = |number: u32| {
            let number = [number.to_be_bytes(); 4].concat();
            CaseId { institution: FeedId([1; 32]), number: CaseNumber(number.try_into().unwrap()) }
        };
        let taken = (0..10_001).filter(|number| queues.push(other(*number))).count();
        assert_eq!((taken, queues.push(case(2, 1))), (WAITING_MAX_EACH, true));
        assert_eq!(queues.drain(2), [other(0), other(1), case(2, 1)]);
        assert!(queues.push(other(10_001)), "there is room again");
    }
}
