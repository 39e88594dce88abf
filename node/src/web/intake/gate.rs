//! Who brings much just now: only so many requests at once, so many of one person, and so many bytes of all of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use house::{AccountId, Actor, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::lock;
use crate::web::problem::Problem;

/// Requests that bring much at once: all of them, those of one person, and MiB of all of them.
const LARGE_MAX: usize = 16;
const LARGE_OF_ONE_MAX: usize = 4;
const LARGE_MIB_MAX: usize = 256;

/// How many places people have.
type People = Arc<Mutex<BTreeMap<AccountId, usize>>>;

/// Who brings much just now.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    mebibytes: Arc<Semaphore>,
    people: People,
}

/// A place for one request that brings much; it is given back when this is dropped.
pub(super) struct Place {
    _place: OwnedSemaphorePermit,
    _mebibytes: OwnedSemaphorePermit,
    person: Option<(People, AccountId)>,
}

impl Default for Gate {
    fn default() -> Self {
        let semaphore = |most| Arc::new(Semaphore::new(most));
        Self { places: semaphore(LARGE_MAX), mebibytes: semaphore(LARGE_MIB_MAX), people: Arc::default() }
    }
}

impl Gate {
    /// A place for so many bytes of somebody.
    pub(super) fn enter(&self, actor: &Actor, bytes: u64) -> Result<Place, Problem> {
        let account = match actor {
            Actor::Stranger => return Err(Refusal::SignedOut.into()),
            Actor::System => None,
            Actor::Account(acting) => Some(acting.account),
        };
        let crowded = |_| Problem::too_many_uploads();
        let mib = u32::try_from(bytes >> 20).unwrap_or(u32::MAX).saturating_add(1);
        let mut place = Place {
            _place: self.places.clone().try_acquire_owned().map_err(crowded)?,
            _mebibytes: self.mebibytes.clone().try_acquire_many_owned(mib).map_err(crowded)?,
            person: None,
        };
        if let Some(account) = account {
            let mut people = lock(&self.people);
            let held = people.entry(account).or_default();
            if *held >= LARGE_OF_ONE_MAX {
                return Err(Problem::too_many_uploads());
            }
            *held += 1;
            place.person = Some((self.people.clone(), account));
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((people, account)) = &self.person else { return };
        let mut people = lock(people);
        match people.get_mut(account) {
            Some(held) if *held > 1 => *held -= 1,
            _ => drop(people.remove(account)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_few_and_are_given_back() {
        let gate = Gate::default();
        let places: Vec<Place> =
            (0..LARGE_MAX).map(|_| gate.enter(&Actor::System, 1).unwrap_or_else(|_| panic!())).collect();
        assert!(gate.enter(&Actor::System, 1).is_err_and(|problem| problem.wait_s.is_some()));
        drop(places);
        let large = (LARGE_MIB_MAX as u64 / 2) << 20;
        let _one = gate.enter(&Actor::System, large).unwrap_or_else(|_| panic!());
        assert!(gate.enter(&Actor::System, large).is_err(), "the bytes are counted too");
        assert!(gate.enter(&Actor::Stranger, 1).is_err_and(|problem| problem.kind == "sign-in"));
    }
}
