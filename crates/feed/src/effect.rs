//! What the exchange is told and what it asks for.

use protocol::{
    EntryId, FeedId, InstitutionId, PublicKey, Salted,
    message::{Framed, Gossip, Papers},
};

use crate::{archive::Held, chain::Freeze};

/// A node that we are connected to, by its transport key.
pub type Peer = PublicKey;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A member's node is connected.
    Connected {
        /// The node.
        peer: Peer,
        /// Whose it is.
        institution: InstitutionId,
    },
    /// It is no longer.
    Disconnected {
        /// The node.
        peer: Peer,
    },
    /// It sent a frame.
    Frame {
        /// The node.
        peer: Peer,
        /// What it sent.
        framed: Framed,
    },
    /// It passed on a gossip message; the effects hold one verdict.
    Gossip {
        /// The node that passed it on.
        peer: Peer,
        /// The message.
        message: Gossip,
    },
    /// There is time to answer a stretch of what peers asked for; to be given while [`crate::Exchange::is_answering`].
    Answer,
    /// Time passed; four times a second is often enough.
    Tick,
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write, and make durable, before anything behind it.
    Journal(Vec<Record>),
    /// Send a frame to a peer.
    Send(Peer, Framed),
    /// Give a message to gossip.
    Publish(Gossip),
    /// What gossip does with the message just handled.
    Verdict(Verdict),
    /// A peer sent what it answers for.
    Penalise(Peer, Blame),
    /// A peer took so many bytes although its institution has had all that there is: it may have to wait for more.
    Charge(Peer, usize),
    /// Who is a member may have changed.
    RosterChanged,
    /// A feed stands still from a place on.
    Frozen(FeedId, u64),
    /// The own-head check has passed; what waits in the outbox may be appended.
    Started {
        /// Whether entries of our own had to be pulled back.
        was_restored: bool,
    },
    /// Somebody else writes our feed: nothing is signed any more.
    Halted,
}

/// What the journal keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An entry, with its payload or without.
    Entry(Held),
    /// The payload of an entry that was journaled without.
    Payload {
        /// The feed.
        feed: FeedId,
        /// The place.
        seq: u64,
        /// The entry.
        entry: EntryId,
        /// Its payload.
        salted: Salted,
    },
    /// Charters and certificates that are new.
    Papers(Papers),
    /// A feed stands still.
    Freeze(FeedId, Freeze),
}

/// What gossip does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Pass it on.
    Accept,
    /// Keep it here; nobody is to blame.
    Ignore,
    /// Keep it here; the sender is to blame.
    Reject,
}

/// What a peer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
    /// Sent bytes that are no entry, no frame, or of another network.
    Malformed,
    /// Sent an entry that its author did not sign.
    BadSignature,
    /// Sent a payload that is not the entry's.
    PayloadMismatch,
    /// Sent what nobody asked for.
    Unasked,
}
