//! The loop that drives the machines: one input after the other, effects in their order, the journal first.
//!
//! It runs on a thread of its own, because what it does is read and write files. It decides nothing.

mod outbox;

use std::sync::Arc;

use feed::{AppendRefusal, Draft, Effect, Input, Record};
use house::{Actor, Command as HouseCommand, OutboxId, session};
use p2p::{Event, MessageToken, Network};
use protocol::{Audience, FeedId, Payload, certificate::NodeOf, codec::Text, message, payload::control::Genesis};
use store::AppendError;
use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot,
};

use super::{
    PeerState, Shared,
    bookkeeper::Bookkeeper,
    door::Door,
    filing::Filing,
    record::{self, Kept},
};
use crate::{
    app::AppError,
    clock::now_ms,
    desk::Desk,
    entropy,
    keys::{KeyFiles, Which},
};

/// Ticks come four times a second.
const TICKS_A_MINUTE: u64 = 240;
/// While what arrives cannot be kept, it is tried once a second whether it can again.
const TICKS_BETWEEN_TRIES: u64 = 4;

/// What became of the outbox.
#[derive(Debug)]
pub(crate) enum Sent {
    /// Nothing waits any more; [`Shared::entry_of`] tells the entries.
    All,
    /// It stays there for now, and why.
    Waiting(WaitsFor),
}

/// Why what was written is not sent yet. Its author is told; it is sent by itself when that has passed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WaitsFor {
    #[error(transparent)]
    Feed(#[from] AppendRefusal),
    #[error("waiting until the disk takes it")]
    Disk,
    #[error("waiting until the journal, which is damaged and can only be read, is repaired")]
    Repair,
}

/// Something for the engine to do.
pub(crate) enum Task {
    /// The network says something.
    Net(Box<Event>),
    /// A quarter of a second has passed.
    Tick,
    /// Send what waits in the outbox.
    Send(oneshot::Sender<Result<Sent, AppError>>),
    /// Take something of somebody's out of the outbox, while nothing of it is being sent.
    TakeBack(OutboxId, Actor, oneshot::Sender<Result<(), AppError>>),
    /// Take charters and certificates that came by another way.
    Papers(message::Papers, oneshot::Sender<Result<(), AppError>>),
    /// Take addresses that an operator brought.
    Addresses(Vec<NodeOf>, oneshot::Sender<Result<(), AppError>>),
    /// The operator vouches that the store was not restored.
    Vouch(oneshot::Sender<Result<(), AppError>>),
    /// End.
    Stop,
}

/// What the engine needs to begin.
pub(crate) struct Parts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) keys: KeyFiles,
    pub(crate) identity: crate::config::Institution,
    pub(crate) door: Door,
    pub(crate) network: Option<Network>,
    pub(crate) bookkeeper: Arc<Bookkeeper>,
    /// Whether the machines know all that is kept.
    pub(crate) is_whole: bool,
}

pub(crate) struct Engine {
    shared: Arc<Shared>,
    desk: Arc<Desk>,
    keys: KeyFiles,
    identity: crate::config::Institution,
    door: Door,
    network: Option<Network>,
    bookkeeper: Arc<Bookkeeper>,
    /// Set when journal or tables could not be written: what the machines believe is then not what is kept.
    is_paused: bool,
    ticks: u64,
}

impl Engine {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { shared, desk, keys, identity, door, network, bookkeeper, is_whole } = parts;
        Self { shared, desk, keys, identity, door, network, bookkeeper, is_paused: !is_whole, ticks: 0 }
    }

    /// Runs until it is told to stop.
    pub(crate) fn run(mut self, mut tasks: mpsc::Receiver<Task>) {
        if self.is_paused {
            if self.shared.unread.is_empty() {
                tracing::warn!(
                    "The disk is full. What is here can be read; nothing is sent or received until there is room."
                );
            }
            self.pause();
        } else {
            self.begin();
        }
        while let Some(task) = self.next(&mut tasks) {
            match task {
                Task::Stop => break,
                Task::Net(event) if self.is_paused => self.on_event_while_paused(*event),
                Task::Net(event) => self.on_event(*event),
                Task::Tick => self.on_tick(),
                Task::Send(reply) => answer(reply, self.send_or_wait()),
                Task::TakeBack(id, actor, reply) => answer(reply, self.take_back(id, &actor)),
                Task::Papers(papers, reply) => answer(reply, self.unless_paused(|engine| engine.take_papers(&papers))),
                Task::Addresses(nodes, reply) => {
                    answer(reply, self.unless_paused(|engine| engine.take_addresses(nodes)));
                }
                Task::Vouch(reply) => answer(reply, self.unless_paused(Self::vouch)),
            }
        }
    }

    /// The next task. Meanwhile peers are answered, and a stretch between any two tasks.
    fn next(&mut self, tasks: &mut mpsc::Receiver<Task>) -> Option<Task> {
        while !self.is_paused && self.shared.exchange().is_answering() {
            self.input(Input::Answer, None);
            match tasks.try_recv() {
                Ok(task) => return Some(task),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return None,
            }
        }
        tasks.blocking_recv()
    }

    fn begin(&mut self) {
        match self.keys.secret(Which::Signing) {
            Ok(key) => self.shared.write_exchange(|exchange| exchange.set_signing(key)),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "The signing key cannot be read; nothing can be signed."
            ),
        }
        self.tell_of_contest();
        self.door.open();
        self.input(Input::Tick, None);
    }

    fn tell_of_contest(&self) {
        let exchange = self.shared.exchange();
        let roster = exchange.roster();
        if roster.is_contested() {
            tracing::error!(
                charter.version = roster.version(),
                "Two charters claim to be the next version, so neither holds. The governors have to settle on one."
            );
        }
    }

    fn on_tick(&mut self) {
        self.shared.reserve.keep_afloat();
        self.ticks += 1;
        if self.is_paused {
            if self.ticks.is_multiple_of(TICKS_BETWEEN_TRIES) {
                self.try_resume();
            }
            return;
        }
        self.input(Input::Tick, None);
        if self.ticks.is_multiple_of(TICKS_A_MINUTE) {
            self.keep_house();
        }
    }

    /// Once a minute: rows that have stood in memory for long are written, sessions that ended by themselves are cleared
    /// away, and the audit chain is signed if that is due.
    fn keep_house(&self) {
        self.shared.shelf.tables.write_if_due();
        let swept = self.desk.perform(HouseCommand::Session(session::Command::Sweep), &Actor::System).map(drop);
        let signed = self
            .keys
            .secret(Which::Signing)
            .map_err(AppError::from)
            .and_then(|key| Ok(self.desk.checkpoint(&self.shared.id, &key)?));
        for error in [swept.map_err(AppError::from), signed].into_iter().filter_map(Result::err) {
            tracing::error!(error = &error as &dyn std::error::Error, "The house could not be kept in order.");
        }
    }

    /// What may be appended to is not what is kept, so nothing is signed or taken meanwhile.
    fn unless_paused<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, AppError>) -> Result<T, AppError> {
        match self.is_paused {
            true if self.is_damaged() => Err(AppendError::ReadOnly.into()),
            true => Err(AppError::Full),
            false => act(self),
        }
    }

    /// Whether what arrives cannot be kept however much room there is.
    fn is_damaged(&self) -> bool {
        !(self.shared.unread.is_empty() && self.shared.shelf.journal.damage().is_empty())
    }

    fn vouch(&mut self) -> Result<(), AppError> {
        let effects = self.shared.write_exchange(feed::Exchange::vouch);
        self.perform(effects, None)
    }

    /// Leaves the network and takes nothing until what arrives can be kept again.
    fn pause(&mut self) {
        self.is_paused = true;
        self.door.shut();
    }

    /// Sees who is gone and where we listen; frames are of no use to machines that start anew.
    fn on_event_while_paused(&mut self, event: Event) {
        match event {
            Event::Disconnected { peer } => self.shared.note_gone(&peer),
            Event::Listening { address } => self.door.listens_at(address),
            _ => {}
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Connected { peer, institution } => {
                self.shared.note_peer(
                    institution,
                    PeerState { peer, connected_since_ms: Some(now_ms()), last_contact_ms: now_ms() },
                );
                tracing::info!(peer.institution = institution.short(), "A peer is connected.");
                self.input(Input::Connected { peer, institution }, None);
            }
            Event::Disconnected { peer } => {
                self.shared.note_gone(&peer);
                self.input(Input::Disconnected { peer }, None);
            }
            Event::Frame { peer, framed } => {
                self.shared.note_contact(&peer);
                self.input(Input::Frame { peer, framed }, None);
            }
            Event::Gossip { peer, message, token } => self.input(Input::Gossip { peer, message }, Some(token)),
            Event::Stranger { peer, shown, answer } => {
                let (institution, effects) =
                    self.shared.write_exchange(|exchange| exchange.receive_introduction(&peer, &shown));
                self.perform_or_log(effects, None);
                answer.admit(institution.filter(|institution| self.door.admits(peer, *institution)));
            }
            Event::BlobWanted { peer: _, institution, want, answer } => {
                self.shared.serve_blob(institution, want, answer)
            }
            Event::Listening { address } => {
                self.door.listens_at(address);
                self.announce_nodes();
            }
            Event::Malformed { peer } => tracing::debug!(peer.key = %peer, "A peer sent a frame that cannot be read."),
            Event::DialFailed { peer, reason } => {
                tracing::debug!(peer.key = %peer, dial.reason = reason, "A peer cannot be reached.")
            }
            Event::Restarted => tracing::error!("The network task failed and was started again."),
        }
    }

    fn input(&mut self, input: Input, token: Option<MessageToken>) {
        let shelf = self.shared.shelf.clone();
        let effects = self.shared.write_exchange(|exchange| exchange.handle(input, now_ms(), &shelf));
        self.perform_or_log(effects, token);
    }

    fn perform_or_log(&mut self, effects: Vec<Effect>, token: Option<MessageToken>) {
        if let Err(error) = self.perform(effects, token) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "What arrived could not be kept; receiving pauses."
            );
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, mut token: Option<MessageToken>) -> Result<(), AppError> {
        for effect in effects {
            match effect {
                Effect::Journal(records) => self.keep(&records)?,
                Effect::Verdict(verdict) => {
                    if let (Some(network), Some(token)) = (&self.network, token.take()) {
                        network.verdict(token, verdict);
                    }
                }
                Effect::RosterChanged => {
                    self.tell_of_contest();
                    self.door.open();
                }
                Effect::Frozen(feed, at) => {
                    tracing::error!(
                        feed.id = feed.short(),
                        feed.seq = at,
                        "A feed contradicts itself and stands still."
                    );
                }
                Effect::Started { was_restored } => self.started(was_restored)?,
                Effect::Halted => {
                    tracing::error!("Another node writes our feed. Nothing is signed until the operator decides.");
                }
                effect => {
                    if let Some(network) = &self.network {
                        network.perform(effect);
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes records, files them, and does what follows. If that fails, the machines believe more than is kept: a pause.
    fn keep(&mut self, records: &[Record]) -> Result<(), AppError> {
        self.write(records).inspect_err(|_| self.pause())?;
        self.bookkeeper.wake();
        if records.iter().any(names_nodes) {
            self.door.open();
        }
        Ok(())
    }

    fn write(&self, records: &[Record]) -> Result<(), AppError> {
        let now_ms = now_ms();
        let to_write = records.iter().map(|record| record::to_journal(record, now_ms)).collect();
        let positions = self.shared.shelf.journal.append_blocking(to_write)?;
        let exchange = self.shared.exchange();
        let find = |feed: &FeedId| exchange.chain(feed);
        let mut filing = Filing::new(&self.shared.shelf, &find);
        for (record, position) in records.iter().zip(&positions) {
            let (kept, has_payload) = kept(record, now_ms);
            filing.file(&kept, has_payload, *position)?;
        }
        Ok(filing.finish()?)
    }

    /// If what arrives can be kept again, the machines start anew from what is kept, and all sessions with them.
    fn try_resume(&mut self) {
        if self.is_damaged() || self.shared.peers().values().any(|state| state.connected_since_ms.is_some()) {
            return;
        }
        match self.shared.reopen_exchange() {
            Ok(Some(exchange)) => self.shared.write_exchange(|old| *old = exchange),
            Ok(None) => return,
            Err(error) => return tracing::debug!(error = &error as &dyn std::error::Error, "The pause goes on."),
        }
        self.is_paused = false;
        tracing::info!("What arrives can be kept again; receiving goes on.");
        self.bookkeeper.wake();
        self.begin();
    }

    fn take_papers(&mut self, papers: &message::Papers) -> Result<(), AppError> {
        let effects = self.shared.write_exchange(|exchange| exchange.add_papers(papers))?;
        for certificate in &papers.certificates {
            if let Some(network) = &self.network {
                network.perform(Effect::Publish(message::Gossip::Certificate(certificate.clone())));
            }
        }
        self.perform(effects, None)
    }

    fn take_addresses(&mut self, nodes: Vec<NodeOf>) -> Result<(), AppError> {
        self.write_addresses(&nodes).inspect_err(|_| self.pause())?;
        self.bookkeeper.wake();
        self.shared.note_addresses(nodes);
        self.door.open();
        Ok(())
    }

    fn write_addresses(&self, nodes: &[NodeOf]) -> Result<(), AppError> {
        let positions = self.shared.shelf.journal.append_blocking(vec![record::addresses(nodes.to_vec())])?;
        let mut filing = Filing::new(&self.shared.shelf, &|_| None);
        for position in positions {
            filing.file(&Kept::Addresses(nodes.to_vec()), false, position)?;
        }
        Ok(filing.finish()?)
    }

    /// The own-head check has passed.
    fn started(&mut self, was_restored: bool) -> Result<(), AppError> {
        tracing::info!(
            feed.was_restored = was_restored,
            "Other institutions confirmed how far our feed has come; entries may be signed."
        );
        let is_new = self.shared.exchange().chain(&self.shared.me).is_none_or(|chain| chain.next_seq() == 0);
        if is_new {
            self.write_genesis()?;
        }
        self.announce_nodes();
        // What is not noted as sent would be sent again; a pause looks for it, and then tries to send.
        self.note_sent().inspect_err(|_| self.pause())?;
        self.send().inspect_err(|_| self.pause())?;
        self.shared.note_attestations().inspect_err(|_| self.pause())?;
        Ok(())
    }

    fn write_genesis(&mut self) -> Result<(), AppError> {
        let root = self.keys.secret(Which::Root)?;
        let genesis = Genesis {
            root: root.public(),
            next_root: self.keys.secret(Which::NextRoot)?.public().commitment(),
            signing: self.keys.secret(Which::Signing)?.public(),
            name: Text(self.identity.name.clone()),
            country: Text(self.identity.country.clone()),
        };
        let draft = Draft { payload: Payload::Genesis(genesis), audience: Audience::Network, salt: entropy::salt() };
        let effects = self.shared.write_exchange(|exchange| exchange.append_root(draft, now_ms(), &root))?;
        self.perform(effects, None)
    }

    /// Names our transport key and addresses in the feed, if they are not what stands there.
    fn announce_nodes(&mut self) {
        let keys = match self.door.unannounced() {
            Ok(Some(keys)) => keys,
            Ok(None) => return,
            Err(error) => {
                return tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "The transport key cannot be read; the feed does not name it."
                );
            }
        };
        let draft = Draft { payload: Payload::NodeKeys(keys), audience: Audience::Network, salt: entropy::salt() };
        match self.shared.write_exchange(|exchange| exchange.append(vec![draft], now_ms())) {
            Ok(effects) => self.perform_or_log(effects, None),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "Our addresses could not be announced.")
            }
        }
    }
}

fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    // Who asked may have gone away; what was done is done.
    let _ = reply.send(value);
}

fn kept(record: &Record, received_ms: u64) -> (Kept, bool) {
    match record {
        Record::Entry(held) => {
            let absence = if let message::Body::Absent(absence) = &held.body { Some(*absence) } else { None };
            (Kept::Entry { entry: held.entry.clone(), received_ms, absence }, held.salted().is_some())
        }
        Record::Payload { feed, seq, entry, .. } => (Kept::Payload { feed: *feed, seq: *seq, entry: *entry }, true),
        Record::Papers(papers) => (Kept::Papers(papers.clone()), false),
        Record::Freeze(feed, freeze) => (Kept::Freeze(*feed, freeze.clone()), false),
    }
}

/// Whether a record may change where somebody listens.
fn names_nodes(record: &Record) -> bool {
    matches!(record, Record::Entry(held) if held.entry.header().kind == protocol::Kind::NodeKeys || held.entry.header().seq == 0)
}
