//! What is counted instead of logged: what strangers and crowds cause must not fill a disk.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use feed::Blame;

/// A look at the counters, for metrics. All but the first three only grow, from the start of the network on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Members with whom frames are exchanged now.
    pub members_connected: usize,
    /// Connections of strangers now.
    pub strangers_connected: usize,
    /// Tasks of connections and streams now.
    pub tasks: usize,
    /// Connections of strangers that were closed at once, and of peers that are refused.
    pub connections_refused: u64,
    /// Introductions that did not decode.
    pub introductions_malformed: u64,
    /// What members sent and answer for, by why.
    pub blames: Blames,
    /// Peers that were refused for an hour because of what they sent.
    pub peers_refused: u64,
    /// Gossip that was dropped unread: a peer sent too much, or the node was busy.
    pub gossip_dropped: u64,
    /// Messages of ours that gossip did not take; nobody subscribed is the common reason.
    pub publishes_unsent: u64,
    /// Connections dropped because a peer did not take what we sent.
    pub outboxes_overflowed: u64,
    /// Streams closed at once because a peer had too many.
    pub streams_refused: u64,
    /// Falls of the swarm.
    pub restarts: u64,
}

/// How often members were blamed, for each [`Blame`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blames {
    /// No entry, no frame, or of another network.
    pub malformed: u64,
    /// An entry that its author did not sign.
    pub bad_signature: u64,
    /// A payload that is not the entry's.
    pub payload_mismatch: u64,
    /// What nobody asked for.
    pub unasked: u64,
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) strangers_connected: AtomicUsize,
    pub(crate) connections_refused: AtomicU64,
    pub(crate) introductions_malformed: AtomicU64,
    pub(crate) blamed_malformed: AtomicU64,
    pub(crate) blamed_bad_signature: AtomicU64,
    pub(crate) blamed_payload_mismatch: AtomicU64,
    pub(crate) blamed_unasked: AtomicU64,
    pub(crate) peers_refused: AtomicU64,
    pub(crate) gossip_dropped: AtomicU64,
    pub(crate) publishes_unsent: AtomicU64,
    pub(crate) outboxes_overflowed: AtomicU64,
    pub(crate) streams_refused: AtomicU64,
    pub(crate) restarts: AtomicU64,
}

impl Counters {
    /// All of them now, with what is counted elsewhere.
    pub(crate) fn look(&self, members_connected: usize, tasks: usize) -> Counts {
        Counts {
            members_connected,
            strangers_connected: self.strangers_connected.load(Relaxed),
            tasks,
            connections_refused: self.connections_refused.load(Relaxed),
            introductions_malformed: self.introductions_malformed.load(Relaxed),
            blames: Blames {
                malformed: self.blamed_malformed.load(Relaxed),
                bad_signature: self.blamed_bad_signature.load(Relaxed),
                payload_mismatch: self.blamed_payload_mismatch.load(Relaxed),
                unasked: self.blamed_unasked.load(Relaxed),
            },
            peers_refused: self.peers_refused.load(Relaxed),
            gossip_dropped: self.gossip_dropped.load(Relaxed),
            publishes_unsent: self.publishes_unsent.load(Relaxed),
            outboxes_overflowed: self.outboxes_overflowed.load(Relaxed),
            streams_refused: self.streams_refused.load(Relaxed),
            restarts: self.restarts.load(Relaxed),
        }
    }

    /// What a blame is counted under.
    pub(crate) const fn of_blame(&self, blame: Blame) -> &AtomicU64 {
        match blame {
            Blame::Malformed => &self.blamed_malformed,
            Blame::BadSignature => &self.blamed_bad_signature,
            Blame::PayloadMismatch => &self.blamed_payload_mismatch,
            Blame::Unasked => &self.blamed_unasked,
        }
    }
}

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
