//! Gossip to and from the swarm.

use std::time::Instant;

use feed::{Blame, Peer, Verdict};
use libp2p::{
    PeerId, Swarm,
    gossipsub::{self, MessageAcceptance, MessageId},
    ping,
};
use protocol::message::Gossip;

use super::Driver;
use crate::{
    behaviour::Node,
    count::count,
    event::{Event, MessageToken},
    gossip::{Budget, Spend},
    peer::{peer_id_of, peer_of},
};

impl Driver {
    pub(super) fn publish(&self, swarm: &mut Swarm<Node>, message: &Gossip) {
        let topic = self.topics.of_message(message).clone();
        let Some(gossip) = swarm.behaviour_mut().gossip.as_mut() else { return };
        // Nobody to hear it is normal: what was not gossiped is pulled.
        if let Err(error) = gossip.inner.publish(topic, message.encode()) {
            count(&self.shared.counters.publishes_unsent);
            tracing::debug!(reason = %error, "gossip did not take a message of ours");
        }
    }

    pub(super) fn judge(swarm: &mut Swarm<Node>, token: &MessageToken, verdict: Verdict) {
        let Some(source) = peer_id_of(&token.source) else { return };
        let acceptance = match verdict {
            Verdict::Accept => MessageAcceptance::Accept,
            Verdict::Ignore => MessageAcceptance::Ignore,
            Verdict::Reject => MessageAcceptance::Reject,
        };
        report(swarm, &MessageId::new(&token.id), &source, acceptance);
    }

    pub(super) fn gossiped(&mut self, swarm: &mut Swarm<Node>, event: gossipsub::Event) {
        let gossipsub::Event::Message { propagation_source, message_id, message } = event else { return };
        let acceptance = match peer_of(&propagation_source) {
            Some(source) => self.hear(swarm, source, &message_id, &message),
            None => Some(MessageAcceptance::Ignore),
        };
        if let Some(acceptance) = acceptance {
            report(swarm, &message_id, &propagation_source, acceptance);
        }
    }

    /// Hands a message to the node. Returns a verdict where the node will give none.
    fn hear(
        &mut self,
        swarm: &mut Swarm<Node>,
        source: Peer,
        id: &MessageId,
        message: &gossipsub::Message,
    ) -> Option<MessageAcceptance> {
        let now = Instant::now();
        let budget = self.budgets.entry(source).or_insert_with(|| Budget::full(now));
        let spend = budget.spend(message.data.len(), now);
        if spend == Spend::Blame {
            self.shared.blame(&source, Blame::Unasked);
        }
        if spend != Spend::Granted {
            count(&self.shared.counters.gossip_dropped);
            return Some(MessageAcceptance::Ignore);
        }
        let decoded = Gossip::decode(&message.data).ok();
        let in_place = decoded.filter(|decoded| self.topics.of_message(decoded).hash() == message.topic);
        let Some(message) = in_place else {
            self.shared.blame(&source, Blame::Malformed);
            self.tell(Event::Malformed { peer: source });
            return Some(MessageAcceptance::Reject);
        };
        let token = MessageToken { id: id.0.clone(), source };
        let gone = self.to_events.gossip.put(source, Event::Gossip { peer: source, message, token });
        if let Some(Event::Gossip { token, .. }) = gone {
            count(&self.shared.counters.gossip_dropped);
            Self::judge(swarm, &token, Verdict::Ignore);
        }
        None
    }

    /// A peer that does not answer is gone, whatever TCP believes.
    pub(super) fn pinged(swarm: &mut Swarm<Node>, ping: &ping::Event) {
        if matches!(ping.result, Err(ping::Failure::Timeout | ping::Failure::Other { .. })) {
            swarm.close_connection(ping.connection);
        }
    }
}

fn report(swarm: &mut Swarm<Node>, id: &MessageId, source: &PeerId, acceptance: MessageAcceptance) {
    if let Some(gossip) = swarm.behaviour_mut().gossip.as_mut() {
        // A message older than the history is known no more; then there is nothing to forward.
        gossip.inner.report_message_validation_result(id, source, acceptance);
    }
}
