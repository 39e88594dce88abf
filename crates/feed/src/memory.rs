//! A journal in memory, for simulations and tests. Who may have what it holds, whoever keeps it says.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
};

use protocol::{
    EntryId, FeedId, Kind,
    message::{Absence, Body},
};

use crate::{archive::Held, effect::Record};

/// Feeds with their payloads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    feeds: BTreeMap<FeedId, Vec<Held>>,
    places: BTreeMap<EntryId, (FeedId, u64)>,
    /// Restricted entries whose payloads are held.
    sealed: BTreeSet<EntryId>,
}

impl Memory {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a record in. A payload that was erased stays so.
    ///
    /// # Panics
    /// If an entry is journaled out of the order of its feed.
    pub fn keep(&mut self, record: &Record) {
        let (entry, kind) = match record {
            Record::Entry(held) => {
                let header = held.entry.header();
                let entries = self.feeds.entry(header.feed).or_default();
                assert_eq!(entries.len() as u64, header.seq, "entries are journaled in the order of their feed");
                entries.push(held.clone());
                self.places.insert(held.entry.id(), (header.feed, header.seq));
                (held.entry.id(), header.kind)
            }
            Record::Payload { entry, salted, .. } => {
                let Some(held) = self.entry_mut(entry).filter(|held| !is_erased(held)) else {
                    return;
                };
                held.body = Body::Held(salted.clone());
                (*entry, held.entry.header().kind)
            }
            Record::Papers(_) | Record::Freeze(..) => return,
        };
        if kind == Kind::Sealed && self.entry(&entry).is_some_and(|held| held.salted().is_some()) {
            self.sealed.insert(entry);
        }
    }

    /// Forgets the payload of an entry for good, be it that everybody does.
    pub fn erase(&mut self, entry: &EntryId, is_everywhere: bool) {
        self.sealed.remove(entry);
        if let Some(held) = self.entry_mut(entry) {
            held.body = Body::Absent(if is_everywhere { Absence::Erased } else { Absence::ErasedHere });
        }
    }

    /// The entries of a feed, in order.
    pub fn of(&self, feed: &FeedId) -> &[Held] {
        self.feeds.get(feed).map(Vec::as_slice).unwrap_or_default()
    }

    /// All entries, by feed.
    pub fn iter(&self) -> impl Iterator<Item = &Held> {
        self.feeds.values().flatten()
    }

    /// Entries for everybody whose payloads are still to be had.
    pub fn missing(&self) -> Vec<EntryId> {
        let is_missing = |held: &&Held| held.body == Body::Absent(Absence::NotHeld);
        self.iter().filter(is_missing).map(|held| held.entry.id()).collect()
    }

    /// The entry at a place.
    pub fn at(&self, feed: &FeedId, seq: u64) -> Option<&Held> {
        self.of(feed).get(usize::try_from(seq).ok()?)
    }

    /// Where an entry stands.
    pub fn place_of(&self, entry: &EntryId) -> Option<(FeedId, u64)> {
        self.places.get(entry).copied()
    }

    /// An entry by its id.
    pub fn entry(&self, entry: &EntryId) -> Option<&Held> {
        let (feed, seq) = self.place_of(entry)?;
        self.at(&feed, seq)
    }

    /// Restricted entries whose payloads are held, as [`Archive::sealed_behind`](crate::Archive::sealed_behind) tells them.
    pub fn sealed_behind(&self, after: Option<&EntryId>, count: usize) -> Vec<EntryId> {
        self.sealed.range((after.map_or(Unbounded, Excluded), Unbounded)).take(count).copied().collect()
    }

    fn entry_mut(&mut self, entry: &EntryId) -> Option<&mut Held> {
        let (feed, seq) = self.place_of(entry)?;
        self.feeds.get_mut(&feed)?.get_mut(usize::try_from(seq).ok()?)
    }
}

const fn is_erased(held: &Held) -> bool {
    matches!(held.body, Body::Absent(Absence::Erased | Absence::ErasedHere))
}
