//! Previews are fetched as soon as their case is known, a few cases of each institution at once.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use protocol::{CaseId, InstitutionId};
use tokio::{sync::mpsc, task::JoinSet, time::interval};
use tokio_util::sync::CancellationToken;

use super::Shared;

/// Until previews that no peer gave are asked for again, and how many cases then have their turn.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);
const RETRIES_A_ROUND: usize = 64;
/// Cases of an institution that wait for their previews; beyond that they are fetched when somebody looks at them.
const WAITING_MAX: usize = 10_000;
/// Cases of an institution whose previews are fetched at once: one that gives nothing keeps nobody else waiting.
const AT_ONCE: usize = 2;

/// Cases whose previews are not here, each institution's in the order in which they came.
#[derive(Default)]
struct Queues {
    waiting: BTreeMap<InstitutionId, VecDeque<CaseId>>,
    under_way: BTreeMap<InstitutionId, usize>,
}

impl Queues {
    fn push(&mut self, case: CaseId) {
        let waiting = self.waiting.entry(case.institution).or_default();
        if waiting.len() < WAITING_MAX && !waiting.contains(&case) {
            waiting.push_back(case);
        }
    }

    /// A case of an institution that has not enough under way, if there is one.
    fn next(&mut self) -> Option<CaseId> {
        let is_free =
            |institution: &InstitutionId| self.under_way.get(institution).is_none_or(|count| *count < AT_ONCE);
        let (institution, waiting) = self.waiting.iter_mut().find(|(institution, _)| is_free(institution))?;
        let (institution, case) = (*institution, waiting.pop_front());
        if waiting.is_empty() {
            self.waiting.remove(&institution);
        }
        *self.under_way.entry(institution).or_default() += 1;
        case
    }

    fn end(&mut self, institution: InstitutionId) {
        if let Some(count) = self.under_way.get_mut(&institution) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&institution);
            }
        }
    }
}

/// Fetches previews, some cases of each institution at once. What no peer gives now is asked for again, the longest waiting first.
pub(super) async fn fetch_previews(
    shared: Arc<Shared>,
    mut cases: mpsc::UnboundedReceiver<CaseId>,
    stop: CancellationToken,
) {
    let (mut queues, mut missed) = (Queues::default(), Queues::default());
    let mut fetching = JoinSet::new();
    let mut rounds = interval(RETRY_INTERVAL);
    loop {
        while let Some(case) = queues.next() {
            let shared = shared.clone();
            fetching.spawn(async move { (case, shared.has_previews(case).await) });
        }
        tokio::select! {
            () = stop.cancelled() => return,
            case = cases.recv() => match case {
                Some(case) => queues.push(case),
                None => return,
            },
            Some(Ok((case, are_here))) = fetching.join_next() => {
                queues.end(case.institution);
                if !are_here {
                    missed.push(case);
                }
            }
            _ = rounds.tick() => missed.waiting.values_mut().for_each(|missed| {
                missed.drain(..missed.len().min(RETRIES_A_ROUND)).for_each(|case| queues.push(case));
            }),
        }
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
        (0..100).for_each(|number| queues.push(case(1, number)));
        queues.push(case(1, 0));
        queues.push(case(2, 7));
        let begun: Vec<_> = std::iter::from_fn(|| queues.next()).collect();
        assert_eq!(begun, [case(1, 0), case(1, 1), case(2, 7)]);
        queues.end(case(1, 1).institution);
        assert_eq!((queues.next(), queues.next()), (Some(case(1, 2)), None));
    }
}
