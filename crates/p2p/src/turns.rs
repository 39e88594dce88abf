//! Gossip that waits for the node: taken from each peer in turn, so that who passes on much keeps nobody else waiting.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use feed::Peer;
use tokio::sync::Notify;

use crate::event::Event;

/// Messages that wait; beyond, the newest goes of who has most that wait.
const WAITING_MAX: usize = 768;

/// Where messages are put. The node hears of the end when this is dropped.
#[derive(Debug)]
pub(crate) struct ToTurns(Arc<Line>);

/// Where they are taken.
#[derive(Debug)]
pub(crate) struct Turns(Arc<Line>);

#[derive(Debug, Default)]
struct Line {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    of: BTreeMap<Peer, VecDeque<Event>>,
    /// Peers of whom something waits; the first is next.
    order: VecDeque<Peer>,
    count: usize,
    has_ended: bool,
}

/// Both ends.
pub(crate) fn turns() -> (ToTurns, Turns) {
    let line = Arc::new(Line::default());
    (ToTurns(line.clone()), Turns(line))
}

impl ToTurns {
    /// Lets a message of a peer wait. Returns the one that had to go for it, be it itself.
    pub(crate) fn put(&self, peer: Peer, message: Event) -> Option<Event> {
        let mut waiting = self.0.waiting();
        waiting.add(peer, message);
        let gone = if waiting.count > WAITING_MAX { waiting.give_up() } else { None };
        drop(waiting);
        self.0.changed.notify_one();
        gone
    }
}

impl Drop for ToTurns {
    fn drop(&mut self) {
        self.0.waiting().has_ended = true;
        self.0.changed.notify_one();
    }
}

impl Turns {
    /// The next message; none when nothing waits and nothing will. Dropping the future loses nothing.
    pub(crate) async fn next(&self) -> Option<Event> {
        loop {
            let has_ended = {
                let mut waiting = self.0.waiting();
                if let Some(message) = waiting.take() {
                    return Some(message);
                }
                waiting.has_ended
            };
            if has_ended {
                return None;
            }
            self.0.changed.notified().await;
        }
    }
}

impl Line {
    /// A panic elsewhere leaves nothing half done behind this lock.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, peer: Peer, message: Event) {
        let of_peer = self.of.entry(peer).or_default();
        if of_peer.is_empty() {
            self.order.push_back(peer);
        }
        of_peer.push_back(message);
        self.count += 1;
    }

    fn take(&mut self) -> Option<Event> {
        let peer = self.order.pop_front()?;
        let of_peer = self.of.get_mut(&peer)?;
        let message = of_peer.pop_front();
        self.count -= 1;
        if of_peer.is_empty() {
            self.of.remove(&peer);
        } else {
            self.order.push_back(peer);
        }
        message
    }

    /// The newest goes of who has most that wait.
    fn give_up(&mut self) -> Option<Event> {
        let (peer, of_peer) = self.of.iter_mut().max_by_key(|(_, of_peer)| of_peer.len())?;
        let (peer, gone) = (*peer, of_peer.pop_back());
        self.count -= 1;
        if of_peer.is_empty() {
            self.of.remove(&peer);
            self.order.retain(|waiting| *waiting != peer);
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use protocol::PublicKey;

    use super::*;

    const LOUD: Peer = PublicKey([1; 32]);
    const QUIET: Peer = PublicKey([2; 32]);
    const OTHER: Peer = PublicKey([3; 32]);

    /// Something of a peer that waits; which kind of event it is does not matter here.
    fn of(peer: Peer) -> Event {
        Event::Malformed { peer }
    }

    async fn next(turns: &Turns) -> Option<Peer> {
        turns.next().await.map(|event| match event {
            Event::Malformed { peer } => peer,
            other => panic!("nobody said {other:?}"),
        })
    }

    #[tokio::test]
    async fn who_says_little_waits_for_one_message_of_who_says_much() {
        let (to, turns) = turns();
        for peer in [LOUD, LOUD, LOUD, LOUD, QUIET, OTHER, QUIET] {
            assert!(to.put(peer, of(peer)).is_none());
        }
        drop(to);
        let mut order = Vec::new();
        while let Some(peer) = next(&turns).await {
            order.push(peer);
        }
        assert_eq!(order, [LOUD, QUIET, OTHER, LOUD, QUIET, LOUD, LOUD]);
    }

    #[tokio::test]
    async fn who_says_too_much_loses_what_it_said_and_nobody_else_does() {
        let (to, turns) = turns();
        let lost = (0..2 * WAITING_MAX).filter(|_| to.put(LOUD, of(LOUD)).is_some()).count();
        assert_eq!(lost, WAITING_MAX);
        assert!(matches!(to.put(QUIET, of(QUIET)), Some(Event::Malformed { peer: LOUD })), "the loud one's last");
        assert_eq!([next(&turns).await, next(&turns).await], [Some(LOUD), Some(QUIET)], "but not of who says little");
    }

    #[tokio::test]
    async fn what_is_said_later_is_waited_for() {
        let (to, turns) = turns();
        let (heard, ()) = tokio::join!(next(&turns), async { assert!(to.put(QUIET, of(QUIET)).is_none()) });
        assert_eq!(heard, Some(QUIET));
    }
}
