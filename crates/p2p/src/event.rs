//! What the node is told, and the answers it owes.

use feed::Peer;
use protocol::{
    InstitutionId,
    message::{Framed, Gossip, Introduction, WantBlob},
};
use tokio::sync::{mpsc, oneshot};

use crate::turns::{ToTurns, Turns, turns};

/// Something that happened on the network.
#[derive(Debug)]
pub enum Event {
    /// We can be reached here.
    Listening {
        /// As multiaddr text, without our key.
        address: String,
    },
    /// Frames can be exchanged with a member. Comes once for a peer, however many connections there are, and in front of
    /// its frames.
    Connected {
        /// The node.
        peer: Peer,
        /// Whose it is, by the list of members.
        institution: InstitutionId,
    },
    /// Frames can no longer be exchanged. Comes once for each `Connected`, behind all frames.
    Disconnected {
        /// The node.
        peer: Peer,
    },
    /// A member sent a frame.
    Frame {
        /// The node.
        peer: Peer,
        /// What it sent.
        framed: Framed,
    },
    /// A member sent bytes that do not decode; it is blamed for that.
    Malformed {
        /// The node.
        peer: Peer,
    },
    /// A member passed on a gossip message. It goes no further before [`Network::verdict`](crate::Network::verdict).
    Gossip {
        /// The node that passed it on.
        peer: Peer,
        /// The message.
        message: Gossip,
        /// Names the message in the verdict.
        token: MessageToken,
    },
    /// Somebody unknown asks to be let in.
    Stranger {
        /// The key it connected with.
        peer: Peer,
        /// What it shows.
        shown: Introduction,
        /// Lets it in or not; it waits for at most ten seconds since it connected.
        answer: Answer,
    },
    /// A member asks for a picture.
    BlobWanted {
        /// The node.
        peer: Peer,
        /// Whose it is.
        institution: InstitutionId,
        /// What it asks for.
        want: WantBlob,
        /// Gives the bytes or refuses.
        answer: BlobAnswer,
    },
    /// A peer that is to be dialled was not reached; it is tried again later.
    DialFailed {
        /// The node.
        peer: Peer,
        /// Why, for the operator.
        reason: String,
    },
    /// The swarm fell and stands again; everybody was disconnected.
    Restarted,
}

/// Names a gossip message that waits for its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageToken {
    pub(crate) id: Vec<u8>,
    pub(crate) source: Peer,
}

/// The answer to a stranger. Dropped, it is a refusal.
#[derive(Debug)]
pub struct Answer(pub(crate) oneshot::Sender<Option<InstitutionId>>);

impl Answer {
    /// Puts the stranger on the list as a node of an institution, or not.
    ///
    /// The list that [`Network::members`](crate::Network::members) replaces later must name it, else it is a stranger
    /// again.
    pub fn admit(self, institution: Option<InstitutionId>) {
        // The stranger may have gone in the meantime; then there is nobody to tell.
        let _ = self.0.send(institution);
    }
}

/// The answer to a wish for a picture. Dropped, it is a refusal.
#[derive(Debug)]
pub struct BlobAnswer(pub(crate) oneshot::Sender<Vec<u8>>);

impl BlobAnswer {
    /// Sends the bytes.
    pub fn give(self, bytes: Vec<u8>) {
        // The asker may have gone in the meantime; then there is nobody to give to.
        let _ = self.0.send(bytes);
    }

    /// Says that it is not to be had.
    pub fn refuse(self) {}
}

/// Events of sessions that wait for the node. One: sessions stand in line for the place, each with one frame, so that who sends
/// much waits no less than who sends little; and who is not read stops sending.
pub(crate) const SESSION_EVENTS_MAX: usize = 1;
/// Other events that wait for the node.
pub(crate) const NOTICES_MAX: usize = 256;

/// Where what happens is told.
#[derive(Debug)]
pub(crate) struct ToEvents {
    pub(crate) sessions: mpsc::Sender<Event>,
    pub(crate) notices: mpsc::Sender<Event>,
    pub(crate) gossip: ToTurns,
}

/// Receives what happened.
#[derive(Debug)]
pub struct Events {
    /// What must not be lost: senders wait.
    sessions: mpsc::Receiver<Event>,
    /// What is said once: the swarm never waits.
    notices: mpsc::Receiver<Event>,
    /// What may be lost when the node is busy.
    gossip: Turns,
}

impl Events {
    pub(crate) fn channels() -> (ToEvents, Self) {
        let (to_sessions, sessions) = mpsc::channel(SESSION_EVENTS_MAX);
        let (to_notices, notices) = mpsc::channel(NOTICES_MAX);
        let (to_gossip, gossip) = turns();
        let to = ToEvents { sessions: to_sessions, notices: to_notices, gossip: to_gossip };
        (to, Self { sessions, notices, gossip })
    }

    /// The next event; none after the network has stopped. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            Some(event) = self.sessions.recv() => Some(event),
            Some(event) = self.notices.recv() => Some(event),
            Some(event) = self.gossip.next() => Some(event),
            else => None,
        }
    }
}
