//! The door to other nodes: who may connect, where we call, and what we show of ourselves there.
//!
//! Who is a member it does not decide: it reads that off the machines whenever the engine says that something may have changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use feed::{Chain, Peer};
use protocol::{
    InstitutionId,
    certificate::SignedCard,
    codec::Text,
    limits,
    payload::control::{NodeKey, NodeKeys},
};

use super::Shared;
use crate::{
    app::AppError,
    card::CardFile,
    config::Institution,
    keys::{KeyFileError, KeyFiles, Which},
};

/// Transport keys of one institution that are let in before its own feed names its keys.
const ADMITTED_MAX: usize = limits::NODE_KEYS_MAX;

pub(crate) struct Door {
    shared: Arc<Shared>,
    keys: KeyFiles,
    card: CardFile,
    identity: Institution,
    /// Addresses that the operator named for us.
    named: Vec<String>,
    listening: BTreeSet<String>,
    /// Strangers that were let in, until their own feed names their keys.
    admitted: BTreeMap<Peer, InstitutionId>,
    /// Whose each transport key was when members were last told of.
    holders: BTreeMap<Peer, InstitutionId>,
}

impl Door {
    pub(crate) fn new(
        shared: Arc<Shared>,
        keys: KeyFiles,
        card: CardFile,
        identity: Institution,
        named: Vec<String>,
    ) -> Self {
        let (listening, admitted, holders) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        Self { shared, keys, card, identity, named, listening, admitted, holders }
    }

    /// Tells the network who may connect, where members listen, and what to show where nobody knows us.
    pub(crate) fn open(&mut self) {
        let nodes = self.shared.members_nodes();
        let Some(network) = &self.shared.network else { return };
        let mut members = feed::holders(&self.shared.id, &nodes, &self.holders);
        self.admitted
            .retain(|_, institution| self.shared.is_member(institution) && !self.shared.has_node_keys(institution));
        members.extend(&self.admitted);
        self.holders.clone_from(&members);
        network.members(members);
        for node in nodes {
            let is_holder = self.holders.get(&node.node.transport) == Some(&node.feed);
            if is_holder && node.feed != self.shared.me {
                let addresses = node.node.addresses.iter().map(|address| address.0.clone()).collect();
                network.dial(node.node.transport, addresses);
            }
        }
        self.introduce(network);
    }

    /// Lets nobody in, and those who are in no longer.
    pub(crate) fn shut(&self) {
        if let Some(network) = &self.shared.network {
            network.members(BTreeMap::new());
        }
    }

    /// Whether a stranger that showed good papers is let in.
    pub(crate) fn admits(&mut self, peer: Peer, institution: InstitutionId) -> bool {
        let others = self.admitted.iter().filter(|(known, of)| **known != peer && **of == institution).count();
        let is_admitted = others < ADMITTED_MAX;
        if is_admitted {
            self.admitted.insert(peer, institution);
            self.holders.insert(peer, institution);
        }
        is_admitted
    }

    /// We can be reached at one address more.
    pub(crate) fn listens_at(&mut self, address: String) {
        self.listening.insert(address);
        self.shared.note_listening(&self.listening);
    }

    /// Our transport key and addresses, once our feed may name them and if they are not what stands there.
    pub(crate) fn unannounced(&self) -> Result<Option<NodeKeys>, KeyFileError> {
        let exchange = self.shared.exchange();
        let institution = exchange.chain(&self.shared.me).and_then(Chain::institution);
        let is_ready = self.shared.network.is_some() && exchange.start().is_ready() && !self.listening.is_empty();
        let Some(institution) = institution.filter(|_| is_ready) else { return Ok(None) };
        let transport = self.keys.secret(Which::Transport)?;
        let node = NodeKey::prove(&transport, self.addresses(), &self.shared.id, &self.shared.me);
        let keys = NodeKeys { keys: vec![node] };
        Ok((*institution.node_keys() != keys).then_some(keys))
    }

    fn introduce(&self, network: &p2p::Network) {
        match self.card() {
            Ok(card) => {
                let shown = self.shared.exchange().introduction(&self.shared.shelf, &card);
                self.shared.wait_for(network.introduce_with(shown));
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "Our card cannot be made; nodes that do not know us will not let us in."
            ),
        }
    }

    /// Our card, with the transport key that we connect with.
    fn card(&self) -> Result<SignedCard, AppError> {
        let transport = self.keys.secret(Which::Transport)?.public();
        let node = NodeKey { transport, addresses: self.addresses(), proof: None };
        Ok(self.card.card(&self.keys, &self.identity, node)?)
    }

    /// The addresses that others are told: those that the operator named, else those that are listened on.
    fn addresses(&self) -> Vec<Text> {
        let addresses: Vec<&String> =
            if self.named.is_empty() { self.listening.iter().collect() } else { self.named.iter().collect() };
        addresses.into_iter().take(limits::ADDRESSES_MAX).cloned().map(Text).collect()
    }
}
