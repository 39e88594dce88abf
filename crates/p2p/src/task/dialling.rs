//! Calling those that the node wants connected.

use std::time::Instant;

use feed::Peer;
use libp2p::{
    Multiaddr, Swarm,
    swarm::{
        DialError,
        dial_opts::{DialOpts, PeerCondition},
    },
};

use super::{Driver, Note};
use crate::{
    address::{has_name, is_outside, look_up, may_dial},
    behaviour::Node,
    event::Event,
    peer::{peer_id_of, short},
};

impl Driver {
    pub(super) fn dial_due(&mut self, swarm: &mut Swarm<Node>, now: Instant) {
        let due = self.shared.dials().due(now, |peer| self.links.contains_key(peer));
        for (peer, addresses) in due {
            let is_member = self.shared.roll().member(&peer, now).is_some();
            if !is_member {
                self.dial_failed(peer, "it is not on the list of members, or refused for what it sent");
            } else if addresses.iter().any(has_name) {
                self.spawn_note(async move { Note::LookedUp { peer, addresses: look_up(addresses).await } });
            } else {
                self.dial_now(swarm, peer, addresses);
            }
        }
    }

    pub(super) fn dial_now(&mut self, swarm: &mut Swarm<Node>, peer: Peer, addresses: Vec<Multiaddr>) {
        let is_reachable = self.listen.iter().any(is_outside);
        let addresses: Vec<_> = addresses.into_iter().filter(|address| may_dial(address, is_reachable)).collect();
        if addresses.is_empty() {
            return self.dial_failed(peer, "none of its addresses can be dialled");
        }
        let Some(peer_id) = peer_id_of(&peer) else { return self.dial_failed(peer, "its key is no Ed25519 key") };
        // A port of its own: from the listening port, two nodes that call each other would meet in one TCP connection, both
        // as its initiator.
        let options = DialOpts::peer_id(peer_id)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses)
            .allocate_new_port()
            .build();
        if let Err(error) = swarm.dial(options) {
            self.not_reached(peer, &error);
        }
    }

    pub(super) fn not_reached(&mut self, peer: Peer, error: &DialError) {
        match error {
            // It came to us in the meantime.
            DialError::DialPeerConditionFalse(_) => self.shared.dials().failed(&peer, Instant::now()),
            error => self.dial_failed(peer, &error.to_string()),
        }
    }

    /// Tells the node, if it wants the peer at all.
    pub(super) fn dial_failed(&mut self, peer: Peer, reason: &str) {
        let is_wanted = {
            let mut dials = self.shared.dials();
            dials.failed(&peer, Instant::now());
            dials.is_wanted(&peer)
        };
        if is_wanted {
            tracing::debug!(peer = short(&peer), reason, "a peer was not reached");
            self.tell(Event::DialFailed { peer, reason: reason.to_owned() });
        }
    }
}
