//! Places for connections: so many for everybody together, and not all of them for one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of a listener.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    address_max: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A place that nobody sits in yet.
pub(super) struct Free {
    _permit: OwnedSemaphorePermit,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    _free: Free,
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    pub(super) fn new(all: usize, of_an_address: usize) -> Arc<Self> {
        Arc::new(Self { free: Arc::new(Semaphore::new(all)), address_max: of_an_address, taken: Mutex::default() })
    }

    /// Waits for a free place.
    pub(super) async fn free(&self) -> Option<Free> {
        self.free.clone().acquire_owned().await.ok().map(|permit| Free { _permit: permit })
    }

    /// Gives a free place to an address; nothing if it has as many as one may have.
    pub(super) fn give(self: &Arc<Self>, free: Free, address: IpAddr) -> Option<Place> {
        let mut taken = self.taken();
        let count = taken.entry(address).or_default();
        if *count >= self.address_max {
            return None;
        }
        *count += 1;
        Some(Place { _free: free, places: self.clone(), address })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}
