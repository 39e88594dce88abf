//! Gossip: its settings with their reasons, its topics, and what one peer may send of it.
//!
//! Scoring is off: what it would punish is punished by the roll, and its default thresholds on a quiet topic cut honest
//! nodes off. Nothing depends on gossip; it only makes things quick.

use std::time::{Duration, Instant};

use libp2p::gossipsub::{
    Behaviour, Config, ConfigBuilder, IdentTopic, MaxCountSubscriptionFilter, Message, MessageAuthenticity, MessageId,
    TopicHash, ValidationMode, WhitelistSubscriptionFilter,
};
use protocol::{NetworkId, limits, message::Gossip};
use sha2::{Digest, Sha256};

use crate::config::StartError;

/// Bytes of a message id. Short ids keep the lists of ids (IHAVE) below the limit of the receiver.
const MESSAGE_ID_BYTES: usize = 20;
/// Control bytes of one RPC that are taken.
const CONTROL_BYTES_MAX: usize = 65_536;
/// Ids in one list. The sender cuts lists by number and the receiver refuses them by bytes, 16 KiB by default: a busy topic
/// then breaks the stream, and five breaks silence the peer until it reconnects. 2,500 x (20 + 2) bytes stay below.
const CONTROL_IDS_MAX: usize = 2_500;
const _: () = assert!(CONTROL_IDS_MAX * (MESSAGE_ID_BYTES + 2) < CONTROL_BYTES_MAX, "lists of ids must be taken");

/// Gossip as the swarm runs it.
pub(crate) type Gossipsub =
    Behaviour<libp2p::gossipsub::IdentityTransform, MaxCountSubscriptionFilter<WhitelistSubscriptionFilter>>;

/// The two topics of a network.
#[derive(Clone, Debug)]
pub(crate) struct Topics {
    pub(crate) entries: IdentTopic,
    pub(crate) control: IdentTopic,
}

impl Topics {
    pub(crate) fn of(network: &NetworkId) -> Self {
        let short = network.short();
        Self {
            entries: IdentTopic::new(format!("{short}/entries/1")),
            control: IdentTopic::new(format!("{short}/control/1")),
        }
    }

    pub(crate) fn of_message(&self, message: &Gossip) -> &IdentTopic {
        if message.is_control() { &self.control } else { &self.entries }
    }

    fn hashes(&self) -> [TopicHash; 2] {
        [self.entries.hash(), self.control.hash()]
    }
}

/// Gossip, subscribed to both topics.
pub(crate) fn behaviour(topics: &Topics) -> Result<Gossipsub, StartError> {
    let setup = |reason: String| StartError::Setup { part: "gossip", reason };
    // Only our topics exist; eight leaves room for what one request may hold of doubles.
    let filter = MaxCountSubscriptionFilter {
        filter: WhitelistSubscriptionFilter(topics.hashes().into_iter().collect()),
        max_subscribed_topics: 8,
        max_subscriptions_per_request: 8,
    };
    let config = config().map_err(|error| setup(error.to_string()))?;
    let mut gossip = Gossipsub::new_with_subscription_filter(MessageAuthenticity::Anonymous, config, filter)
        .map_err(|error| setup(error.to_owned()))?;
    for topic in [&topics.entries, &topics.control] {
        gossip.subscribe(topic).map_err(|error| setup(error.to_string()))?;
    }
    Ok(gossip)
}

fn config() -> Result<Config, libp2p::gossipsub::ConfigBuilderError> {
    settings().build()
}

/// The settings. `protocol_id_prefix` stays unset, because setting it gives up the two newest versions of the protocol;
/// the network stands in the topics instead.
fn settings() -> ConfigBuilder {
    let mut settings = ConfigBuilder::default();
    settings
        // Degrees of the mesh as in Ethereum: below six peers everybody is in it.
        .mesh_n(8)
        .mesh_n_low(6)
        .mesh_n_high(12)
        .mesh_outbound_min(3)
        // Five seconds by default, in which a node that just came sends lists of ids to nobody.
        .heartbeat_initial_delay(Duration::from_secs(1))
        .heartbeat_interval(Duration::from_secs(1))
        // A verdict may take this many heartbeats; three of them are told to others.
        .history_length(12)
        .history_gossip(3)
        // Nothing goes on before the node has judged it.
        .validate_messages()
        // Entries and claims are signed by their authors; a second signature by each hop adds bytes and no truth.
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|message: &Message| message_id(&message.data))
        .max_transmit_size(limits::GOSSIP_MESSAGE_BYTES_MAX)
        .max_control_message_size(CONTROL_BYTES_MAX)
        .max_control_messages_sent(CONTROL_IDS_MAX)
        .max_publish_messages(500)
        // What was ignored or lost does not come again by gossip in this time; it is pulled.
        .duplicate_cache_time(Duration::from_secs(300))
        // Messages are small: the first hop reaches everybody.
        .flood_publish(true)
        // Telling others what we do not want pays for messages of some kilobytes only.
        .idontwant_message_size_threshold(2_000)
        // Each place of the queue may hold a copy of a message: 5,000 by default is 320 MB for one slow peer.
        .connection_handler_queue_len(512)
        .publish_queue_duration(Duration::from_secs(10))
        .forward_queue_duration(Duration::from_secs(3));
    settings
}

/// The first 20 bytes of the SHA-256 of the whole message. An id over the header alone would let a spoiled payload hide
/// the good copy: ids are remembered before messages are judged.
pub(crate) fn message_id(data: &[u8]) -> MessageId {
    MessageId::new(&Sha256::digest(data)[..MESSAGE_ID_BYTES])
}

/// What a peer may send, in messages and bytes, a second and at once. A mesh carries 30 entries a second of 5,000 institutions
/// on a busy day; after a partition heals, some thousand come at once.
const MESSAGES_PER_SECOND: u64 = 200;
const MESSAGES_BURST: u64 = 2_000;
const BYTES_PER_SECOND: u64 = 2 << 20;
const BYTES_BURST: u64 = 16 << 20;
/// So many messages beyond that count as one blame: a flood of ten thousand a second is refused within two.
const EXCESS_PER_BLAME: u32 = 500;

/// Whether a message of a peer is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spend {
    /// It is.
    Granted,
    /// It is not: the peer sends too much.
    Excess,
    /// It is not, and the peer answers for it.
    Blame,
}

/// What a peer has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    messages_thousandths: u64,
    bytes: u64,
    since: Instant,
    excess: u32,
}

impl Budget {
    pub(crate) const fn full(now: Instant) -> Self {
        Self { messages_thousandths: MESSAGES_BURST * 1_000, bytes: BYTES_BURST, since: now, excess: 0 }
    }

    /// Pays for a message, before anything of it is read.
    pub(crate) fn spend(&mut self, bytes: usize, now: Instant) -> Spend {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.refill(now);
        if self.messages_thousandths >= 1_000 && self.bytes >= bytes {
            self.messages_thousandths -= 1_000;
            self.bytes -= bytes;
            return Spend::Granted;
        }
        self.excess += 1;
        if self.excess < EXCESS_PER_BLAME {
            return Spend::Excess;
        }
        self.excess = 0;
        Spend::Blame
    }

    fn refill(&mut self, now: Instant) {
        let passed_ms = u64::try_from(now.saturating_duration_since(self.since).as_millis()).unwrap_or(u64::MAX);
        if passed_ms == 0 {
            return;
        }
        self.since = now;
        let messages = self.messages_thousandths.saturating_add(passed_ms.saturating_mul(MESSAGES_PER_SECOND));
        self.messages_thousandths = messages.min(MESSAGES_BURST * 1_000);
        let bytes = self.bytes.saturating_add(passed_ms.saturating_mul(BYTES_PER_SECOND) / 1_000);
        self.bytes = bytes.min(BYTES_BURST);
    }
}

#[cfg(test)]
mod tests;
