//! What we know of one connected peer: what it holds, what we asked it for, what it offered.

mod offers;
mod payloads;
mod questions;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::{FeedId, InstitutionId, payload::control::Place};

pub(crate) use offers::{LOOKED_AT_MAX as OFFERS_LOOKED_AT_MAX, Offers};
pub(crate) use payloads::{Payloads, Wish};
pub(crate) use questions::{Answer, Question, Questions};

/// A question that has no answer yet is asked of somebody else after this time.
const ANSWER_MS_MAX: u64 = 15_000;
/// A peer that had nothing of what it claimed is asked again after this time, and then after twice as long each time.
const FRUITLESS_MS: u64 = 1_000;
const FRUITLESS_MS_MAX: u64 = 300_000;
/// Nobody is asked again sooner than this, whatever it says.
const BUSY_MS_MIN: u64 = 250;
/// Questions given up on whose answers may still come.
const LATE_MAX: usize = 8;

/// A range that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flight {
    pub(crate) feed: FeedId,
    pub(crate) from: u64,
    pub(crate) since_ms: u64,
    /// Whether it looks for the place where a fork began, and not for what comes next.
    pub(crate) is_search: bool,
}

#[derive(Clone, Copy, Debug)]
struct Fruitless {
    until_ms: u64,
    pause_ms: u64,
}

/// A session with a peer.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) institution: InstitutionId,
    /// What the peer holds of members' feeds, as far as it told us.
    heads: BTreeMap<FeedId, Place>,
    /// Feeds of which it may hold more than we do.
    ahead: BTreeSet<FeedId>,
    /// What it was told of us.
    told: BTreeMap<FeedId, u64>,
    flight: Option<Flight>,
    late: VecDeque<Flight>,
    fruitless: BTreeMap<FeedId, Fruitless>,
    /// Feeds in which it holds something else, with the place from which to look for the fork.
    searches: BTreeMap<FeedId, u64>,
    pub(crate) payloads: Payloads,
    pub(crate) offers: Offers,
    pub(crate) questions: Questions,
    pub(crate) has_hello_due: bool,
}

impl Session {
    pub(crate) fn new(institution: InstitutionId) -> Self {
        Self {
            institution,
            heads: BTreeMap::new(),
            ahead: BTreeSet::new(),
            told: BTreeMap::new(),
            flight: None,
            late: VecDeque::new(),
            fruitless: BTreeMap::new(),
            searches: BTreeMap::new(),
            payloads: Payloads::default(),
            offers: Offers::default(),
            questions: Questions::default(),
            has_hello_due: false,
        }
    }

    /// The peer says what it holds: its word replaces what was thought before.
    pub(crate) fn says(&mut self, feed: FeedId, place: Place) {
        self.heads.insert(feed, place);
        self.ahead.insert(feed);
    }

    /// The peer passed on something that stands at a place, so it may hold what is before it.
    pub(crate) fn hints(&mut self, feed: FeedId, place: Place) {
        if self.heads.get(&feed).is_none_or(|known| known.seq < place.seq) {
            self.says(feed, place);
        }
    }

    /// The peer has no more of a feed than it gave, until it says otherwise.
    pub(crate) fn rests(&mut self, feed: &FeedId) {
        self.ahead.remove(feed);
    }

    /// How far the peer holds a feed.
    pub(crate) fn head(&self, feed: &FeedId) -> Option<&Place> {
        self.heads.get(feed)
    }

    /// Whether the peer has to be told that we hold a feed up to a place; from then on it was.
    pub(crate) fn tell(&mut self, feed: FeedId, seq: u64) -> bool {
        let knows = |known: Option<u64>| known.is_some_and(|known| known >= seq);
        let is_known = knows(self.told.get(&feed).copied()) || knows(self.heads.get(&feed).map(|place| place.seq));
        self.told.insert(feed, seq);
        !is_known
    }

    pub(crate) const fn flight(&self) -> Option<&Flight> {
        self.flight.as_ref()
    }

    pub(crate) fn ask(&mut self, flight: Flight) {
        self.flight = Some(flight);
    }

    /// The question that an answer of this feed and place belongs to, also one that was given up on.
    pub(crate) fn land(&mut self, feed: &FeedId, from: u64) -> Option<Flight> {
        let is_it = |flight: &Flight| flight.feed == *feed && flight.from == from;
        let in_time = self.flight.take_if(|flight| is_it(flight));
        in_time.or_else(|| self.late.iter().position(is_it).and_then(|late| self.late.remove(late)))
    }

    /// The peer asked for patience: for the question that is open or for one before it, whose answer then comes all the same.
    pub(crate) fn postpone(&mut self, now_ms: u64, retry_ms: u64) {
        if let Some(flight) = self.flight.take() {
            let until_ms = now_ms + retry_ms.clamp(BUSY_MS_MIN, FRUITLESS_MS_MAX);
            let pause_ms = self.fruitless.get(&flight.feed).map_or(FRUITLESS_MS, |fruitless| fruitless.pause_ms);
            self.fruitless.insert(flight.feed, Fruitless { until_ms, pause_ms });
            self.let_come_late(flight);
        }
    }

    /// The peer did not have what it said it has. Whatever else it claims, it is asked for this feed later and later.
    pub(crate) fn blame_fruitless(&mut self, feed: FeedId, now_ms: u64) {
        let pause_ms = self.fruitless.get(&feed).map_or(FRUITLESS_MS, |fruitless| fruitless.pause_ms * 2);
        let pause_ms = pause_ms.min(FRUITLESS_MS_MAX);
        self.fruitless.insert(feed, Fruitless { until_ms: now_ms + pause_ms, pause_ms });
    }

    /// The peer gave something of a feed.
    pub(crate) fn praise(&mut self, feed: &FeedId) {
        self.fruitless.remove(feed);
    }

    fn is_fruitless(&self, feed: &FeedId, now_ms: u64) -> bool {
        self.fruitless.get(feed).is_some_and(|fruitless| fruitless.until_ms > now_ms)
    }

    /// A feed to ask for now. What is not wanted is looked at once and then forgotten, until the peer claims more of it.
    pub(crate) fn next_wanted(
        &mut self,
        now_ms: u64,
        is_wanted: impl Fn(&FeedId, &Place) -> bool,
        in_flight: &BTreeSet<FeedId>,
    ) -> Option<FeedId> {
        let heads = &self.heads;
        let mut after = None;
        while let Some(feed) = next_behind(&self.ahead, after) {
            after = Some(feed);
            if !heads.get(&feed).is_some_and(|place| is_wanted(&feed, place)) {
                self.ahead.remove(&feed);
            } else if !in_flight.contains(&feed) && !self.is_fruitless(&feed, now_ms) {
                return Some(feed);
            }
        }
        None
    }

    /// Gives up on what was asked too long ago. Returns the feed that somebody else is to be asked for.
    pub(crate) fn expire(&mut self, now_ms: u64) -> Option<FeedId> {
        self.payloads.expire(now_ms);
        let is_late = |flight: &mut Flight| now_ms.saturating_sub(flight.since_ms) >= ANSWER_MS_MAX;
        let flight = self.flight.take_if(is_late)?;
        self.blame_fruitless(flight.feed, now_ms);
        self.let_come_late(flight);
        Some(flight.feed)
    }

    fn let_come_late(&mut self, flight: Flight) {
        self.late.push_back(flight);
        if self.late.len() > LATE_MAX {
            self.late.pop_front();
        }
    }

    /// Looks for the beginning of a fork, from a place downwards.
    pub(crate) fn search(&mut self, feed: FeedId, from: u64) {
        self.searches.insert(feed, from);
    }

    /// A search to begin now, unless the peer left a question about that feed without an answer lately.
    pub(crate) fn next_search(&mut self, now_ms: u64) -> Option<(FeedId, u64)> {
        let due = self.searches.iter().find(|(feed, _)| !self.is_fruitless(feed, now_ms));
        let (feed, from) = due.map(|(feed, from)| (*feed, *from))?;
        self.searches.remove(&feed);
        Some((feed, from))
    }
}

fn next_behind(feeds: &BTreeSet<FeedId>, after: Option<FeedId>) -> Option<FeedId> {
    use std::ops::Bound::{Excluded, Unbounded};
    feeds.range((after.map_or(Unbounded, Excluded), Unbounded)).next().copied()
}
