//! How long threads are: counted once after something happened in a case, for however many pages show it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use protocol::CaseId;

/// Cases whose length is kept; beyond that all are counted anew.
const KEPT_MAX: usize = 1_024;

#[derive(Debug, Default)]
pub(crate) struct Lengths(Mutex<BTreeMap<CaseId, usize>>);

impl Lengths {
    /// The length of a case's thread. Whoever asks meanwhile waits, so that it is counted once.
    pub(crate) fn of<E>(&self, case: CaseId, count: impl FnOnce() -> Result<usize, E>) -> Result<usize, E> {
        let mut kept = self.kept();
        if let Some(length) = kept.get(&case) {
            return Ok(*length);
        }
        let length = count()?;
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(case, length);
        Ok(length)
    }

    /// Something happened in a case, and stands in the tables.
    pub(super) fn forget(&self, case: CaseId) {
        self.kept().remove(&case);
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<CaseId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use protocol::{CaseNumber, FeedId};

    use super::*;

    #[test]
    fn a_thread_is_counted_once_until_something_happens_in_its_case() {
        let lengths = Lengths::default();
        let [one, other] =
            [1, 2].map(|number| CaseId { institution: FeedId([1; 32]), number: CaseNumber([number; 16]) });
        let counted = std::cell::Cell::new(0);
        let of = |case| {
            let count = || {
                counted.set(counted.get() + 1);
                Ok::<_, ()>(counted.get())
            };
            lengths.of(case, count).unwrap()
        };
        assert_eq!([of(one), of(one), of(other), of(one)], [1, 1, 2, 1]);
        lengths.forget(one);
        assert_eq!([of(one), of(one), of(other)], [3, 3, 2]);
        assert!(lengths.of(CaseId { number: CaseNumber([3; 16]), ..one }, || Err(())).is_err());
    }
}
