//! Places for connections: so many for everybody together, and not all of them for one address. Of version 6 a network counts
//! as one: one machine has many addresses of it.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::web::actor::client_of;

/// The places of a listener.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    address_max: usize,
    taken: Mutex<HashMap<Vec<u8>, usize>>,
}

/// A place that nobody sits in yet.
pub(super) struct Free {
    _permit: OwnedSemaphorePermit,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    _free: Free,
    places: Arc<Places>,
    client: Vec<u8>,
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
        let client = client_of(address);
        let mut taken = self.taken();
        let count = taken.entry(client.clone()).or_default();
        if *count >= self.address_max {
            return None;
        }
        *count += 1;
        Some(Place { _free: free, places: self.clone(), client })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Vec<u8>, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(count) = taken.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_addresses_of_one_network_of_version_6_are_one() {
        let places = Places::new(8, 2);
        let mut taken = Vec::new();
        for (address, is_given) in [
            ("2001:db8:1:2::1", true),
            ("2001:db8:1:2::2", true),
            ("2001:db8:1:2:ffff::3", false),
            ("2001:db8:1:3::1", true),
            ("::ffff:192.0.2.1", true),
            ("192.0.2.1", true),
            ("::ffff:192.0.2.1", false),
        ] {
            let free = places.free().await.unwrap();
            let place = places.give(free, address.parse().unwrap());
            assert_eq!(place.is_some(), is_given, "{address}");
            taken.extend(place);
        }
        drop(taken);
        assert!(places.taken().is_empty());
    }
}
