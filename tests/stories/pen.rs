//! A pen for a feed: writes its next entries with the keys of its house, or with other keys.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::{
    Audience, Entry, EntryId, FeedId, NetworkId, NewEntry, Payload, Salt, SecretKey, Unverified,
    message::{Body, EntryFrame},
};

/// Where a feed has come to, and who signs what comes next.
#[derive(Clone)]
pub(crate) struct Pen {
    pub(crate) network: NetworkId,
    pub(crate) feed: FeedId,
    pub(crate) seq: u64,
    pub(crate) prev: EntryId,
    /// The number of the key, and its seed.
    pub(crate) key: (u32, [u8; 32]),
}

impl Pen {
    /// Goes on behind an entry.
    pub(crate) fn behind(last: &EntryFrame, key: (u32, [u8; 32])) -> Self {
        let entry = Unverified::parse(last.entry.clone()).unwrap();
        let header = entry.claimed();
        Self { network: header.network, feed: header.feed, seq: header.seq + 1, prev: entry.id(), key }
    }

    /// The next entry; the feed does not go on.
    pub(crate) fn draft(&self, payload: &Payload) -> EntryFrame {
        let new = NewEntry {
            network: self.network,
            feed: self.feed,
            epoch: 0,
            seq: self.seq,
            prev: self.prev,
            time_ms: now_ms(),
            payload,
            audience: Audience::Network,
            salt: Salt([u8::try_from(self.seq % 251).unwrap(); 32]),
        };
        let (number, seed) = &self.key;
        let (entry, salted) = Entry::sign(&new, *number, &SecretKey::from_seed(seed)).unwrap();
        EntryFrame { entry: entry.bytes().clone(), body: Body::Held(salted) }
    }

    /// The next entry, behind which the feed goes on.
    pub(crate) fn write(&mut self, payload: &Payload) -> EntryFrame {
        let written = self.draft(payload);
        *self = Self::behind(&written, self.key);
        written
    }
}

/// What an entry is called.
pub(crate) fn id_of(frame: &EntryFrame) -> EntryId {
    Unverified::parse(frame.entry.clone()).unwrap().id()
}

pub(crate) fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
