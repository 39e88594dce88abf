//! What is asked of whom: one range at a time from each peer, feeds spread over peers, payloads from whoever may have them.

use std::collections::BTreeSet;

use protocol::{
    EntryId, FeedId,
    message::{Absence, Body, Frame, WantPayloads, WantRange},
    payload::control::Place,
};

use super::{Exchange, growth, sync::held_entry};
use crate::{
    archive::Archive,
    chain::Chain,
    effect::{Effect, Peer},
    session::{Flight, Wish},
};

/// Headers that a search for the beginning of a fork looks at in one step.
const SEARCH_ENTRIES: u64 = 512;

impl Exchange {
    /// Asks for the entries that come next. Who answered last is asked last, so that nobody holds a feed by answering slowly;
    /// a search for a fork holds none, for it brings nothing further.
    pub(super) fn pull(&mut self, now_ms: u64, effects: &mut Vec<Effect>) {
        let flights = self.sessions.values().filter_map(|session| session.flight());
        let mut in_flight: BTreeSet<FeedId> =
            flights.filter(|flight| !flight.is_search).map(|flight| flight.feed).collect();
        let mut peers: Vec<Peer> = self.sessions.keys().copied().collect();
        let behind = self.landed_last.map_or(0, |last| peers.partition_point(|peer| *peer <= last));
        peers.rotate_left(behind);
        for peer in peers {
            if let Some(flight) = self.next_flight(&peer, now_ms, &in_flight) {
                if !flight.is_search {
                    in_flight.insert(flight.feed);
                }
                self.depart(peer, flight, effects);
            }
        }
    }

    /// Asks every free peer for payloads that it may have, each payload of one peer at a time.
    pub(super) fn pull_payloads(&mut self, now_ms: u64, archive: &impl Archive, effects: &mut Vec<Effect>) {
        let asked = self.sessions.values().flat_map(|session| session.payloads.asked());
        let mut in_question: BTreeSet<EntryId> = asked.copied().collect();
        let mut settled = Vec::new();
        for (peer, session) in &mut self.sessions {
            let question = session.payloads.next(now_ms, &self.missing, &in_question, |entry| wish_for(entry, archive));
            settled.extend(question.settled);
            if !question.entries.is_empty() {
                in_question.extend(&question.entries);
                Self::send(effects, *peer, Frame::WantPayloads(WantPayloads { entries: question.entries }));
            }
        }
        settled.iter().for_each(|entry| {
            self.missing.remove(entry);
        });
    }

    fn depart(&mut self, peer: Peer, flight: Flight, effects: &mut Vec<Effect>) {
        let room = || self.room_for(&flight.feed);
        let count = if flight.is_search { SEARCH_ENTRIES } else { room() };
        let want = WantRange {
            feed: flight.feed,
            from: flight.from,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            with_payloads: !flight.is_search,
        };
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.ask(flight);
            Self::send(effects, peer, Frame::WantRange(want));
        }
    }

    /// The range to ask a peer for, if it is free.
    fn next_flight(&mut self, peer: &Peer, now_ms: u64, in_flight: &BTreeSet<FeedId>) -> Option<Flight> {
        let (chains, roster) = (&self.chains, &self.roster);
        let may_pull_own = self.start.is_waiting();
        let (allowed, since_ms, shown_ms) = (roster.growth(), self.network_since_ms, self.clock.shown_ms());
        let me = self.me;
        let session = self.sessions.get_mut(peer)?;
        if session.flight().is_some() {
            return None;
        }
        if let Some((feed, from)) = session.next_search(now_ms) {
            let from = from.saturating_sub(SEARCH_ENTRIES - 1);
            return Some(Flight { feed, from, since_ms: now_ms, is_search: true });
        }
        let wanted = |feed: &FeedId, place: &Place| {
            let is_ahead = chains.get(feed).is_none_or(|chain: &Chain| {
                // What goes on for a peer may have been sealed by a root entry that we have not seen.
                let has_room = *feed == me || growth::room(chain, allowed, since_ms, shown_ms) > 0;
                chain.may_go_on() && place.seq >= chain.next_seq() && has_room
            });
            is_ahead && roster.is_exchanged(feed) && (*feed != me || may_pull_own)
        };
        let feed = session.next_wanted(now_ms, wanted, in_flight)?;
        let from = chains.get(&feed).map_or(0, Chain::next_seq);
        Some(Flight { feed, from, since_ms: now_ms, is_search: false })
    }
}

fn wish_for(entry: &EntryId, archive: &impl Archive) -> Wish {
    match held_entry(entry, archive) {
        None => Wish::Later,
        Some(held) if matches!(held.body, Body::Absent(Absence::NotHeld | Absence::Restricted)) => {
            Wish::Now(held.entry.header().payload_size as usize)
        }
        Some(_) => Wish::Never,
    }
}
