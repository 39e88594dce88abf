//! A network that this node has joined: the machines, what they keep, and those who drive them.
//!
//! Handlers read through [`Joined`]; whatever changes goes to the engine as a task and comes back when it is durable.

mod bookkeeper;
mod door;
mod engine;
mod fetched;
mod filing;
mod folding;
mod forgetting;
mod heard;
mod household;
mod indexer;
mod lengths;
mod opening;
mod pictures;
mod previews;
mod progress;
mod pulls;
mod record;
mod rows;
mod shelf;
mod vouching;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard},
    thread::JoinHandle,
    time::Duration,
};

use feed::{Chain, Exchange, Peer};
use house::{Actor, OutboxId};
use protocol::{CaseId, EntryId, InstitutionId, NetworkId, certificate::NodeOf, message, payload::control::NodeKey};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

pub(crate) use engine::{Sent, Task};
pub(crate) use opening::{OpenError, ask_to_rebuild, create, log_recovery};
pub(crate) use pictures::PictureError;
pub(crate) use previews::BEHIND_START;
pub(crate) use shelf::{Shelf, ShelfError};

use crate::{
    app::AppError,
    card::CardFile,
    config::{Institution, Storage},
    desk::Desk,
    keys::KeyFiles,
    layout::NetworkLayout,
    reserve::Reserve,
};

/// Tasks that wait for the engine. More wait where they come from, each kind in turn: what a person writes does not wait
/// behind all that peers sent.
const TASKS_MAX: usize = 8;
/// News that a slow reader may be behind.
const NEWS_MAX: usize = 256;
/// Sent words whose entries are remembered for those who wait to hear of them.
const SENT_MAX: usize = 4_096;
/// How often the machines are told that time passed.
const TICK: Duration = Duration::from_millis(250);

/// Something that open pages want to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// A case is new or something happened in it.
    Case(CaseId),
}

/// What is known of an institution's node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerState {
    pub(crate) peer: Peer,
    /// Absent: not connected now.
    pub(crate) connected_since_ms: Option<u64>,
    pub(crate) last_contact_ms: u64,
}

/// What handlers and engine have in common.
pub(crate) struct Shared {
    pub(crate) id: NetworkId,
    pub(crate) me: InstitutionId,
    pub(crate) shelf: Shelf,
    pub(crate) reader: index::Reader,
    pub(crate) blobs: store::Blobs,
    pub(crate) desk: Arc<Desk>,
    reserve: Arc<Reserve>,
    fetched: fetched::Keeping,
    exchange: RwLock<Exchange>,
    addresses: Mutex<Vec<NodeOf>>,
    peers: Mutex<BTreeMap<InstitutionId, PeerState>>,
    listening: Mutex<BTreeSet<String>>,
    sent: Mutex<VecDeque<(OutboxId, EntryId)>>,
    news: broadcast::Sender<News>,
    /// Damaged records without which nothing is sent, received or judged: which, and what is wrong.
    pub(crate) unread: Vec<String>,
    pub(crate) lengths: lengths::Lengths,
    wanted: previews::Wanted,
    pulls: Arc<pulls::Pulls>,
    runtime: tokio::runtime::Handle,
    network: Option<p2p::Network>,
}

/// A joined network.
pub(crate) struct Joined {
    shared: Arc<Shared>,
    bookkeeper: Arc<bookkeeper::Bookkeeper>,
    tasks: mpsc::Sender<Task>,
    thread: Mutex<Option<JoinHandle<()>>>,
    stop: CancellationToken,
}

/// What joining needs from the node.
pub(crate) struct Surroundings {
    pub(crate) layout: NetworkLayout,
    pub(crate) card: CardFile,
    pub(crate) id: NetworkId,
    pub(crate) me: InstitutionId,
    pub(crate) desk: Arc<Desk>,
    pub(crate) reserve: Arc<Reserve>,
    pub(crate) storage: Storage,
    pub(crate) keys: KeyFiles,
    pub(crate) identity: Institution,
    pub(crate) journal: store::JournalOptions,
    pub(crate) blobs: store::BlobOptions,
    pub(crate) announce: Vec<String>,
    /// Absent: no connections are made; a command line at work beside no running node.
    pub(crate) network: Option<(p2p::Network, p2p::Events)>,
    pub(crate) stop: CancellationToken,
}

impl Joined {
    /// Opens what is held of the network and starts to drive its machines.
    pub(crate) async fn open(with: Surroundings) -> Result<Self, AppError> {
        let runtime = tokio::runtime::Handle::current();
        let opened = opening::open(&with.layout, with.journal, with.me, with.desk.clone())?;
        let (index, state) = index::Index::open(with.layout.index())?;
        let blobs = store::Blobs::open(&with.layout.blobs(), with.blobs)?;
        let (news, _) = broadcast::channel(NEWS_MAX);
        let (wanted, wishes) = previews::Wanted::new();
        let (network, events) = with.network.unzip();
        let shared = Arc::new(Shared {
            id: with.id,
            me: with.me,
            shelf: opened.shelf,
            reader: index.reader(),
            blobs,
            desk: with.desk.clone(),
            reserve: with.reserve,
            fetched: fetched::Keeping::new(&with.storage),
            exchange: RwLock::new(opened.machines.exchange),
            addresses: Mutex::new(opened.machines.addresses),
            peers: Mutex::default(),
            listening: Mutex::default(),
            sent: Mutex::default(),
            news,
            unread: opened.machines.unread,
            lengths: lengths::Lengths::default(),
            wanted,
            pulls: Arc::default(),
            runtime: runtime.clone(),
            network: network.clone(),
        });
        let bookkeeper = Arc::new(bookkeeper::Bookkeeper::start(shared.clone(), index, state)?);
        let door = door::Door::new(shared.clone(), with.keys.clone(), with.card, with.identity.clone(), with.announce);
        let parts = engine::Parts {
            shared: shared.clone(),
            desk: with.desk,
            keys: with.keys,
            identity: with.identity,
            door,
            network: network.clone(),
            bookkeeper: bookkeeper.clone(),
            is_whole: opened.machines.is_whole,
        };
        let (tasks, receiver) = mpsc::channel(TASKS_MAX);
        let engine = engine::Engine::new(parts);
        let thread = std::thread::Builder::new().name("engine".into()).spawn(move || engine.run(receiver))?;
        runtime.spawn(carry(events, tasks.clone(), with.stop.clone()));
        if network.is_some() {
            runtime.spawn(fetched::keep_fetched(shared.clone(), with.stop.clone()));
        }
        runtime.spawn(previews::fetch_previews(shared.clone(), wishes, with.stop.clone()));
        runtime.spawn(previews::look_for_missing(shared.clone(), with.stop.clone()));
        Ok(Self { shared, bookkeeper, tasks, thread: Mutex::new(Some(thread)), stop: with.stop })
    }

    /// The network's id.
    pub(crate) fn id(&self) -> NetworkId {
        self.shared.id
    }

    /// Our institution.
    pub(crate) fn me(&self) -> InstitutionId {
        self.shared.me
    }

    /// What is held.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Looks at the machines.
    pub(crate) fn exchange<T>(&self, look: impl FnOnce(&Exchange) -> T) -> T {
        look(&self.shared.exchange())
    }

    /// News as they come.
    pub(crate) fn news(&self) -> broadcast::Receiver<News> {
        self.shared.news.subscribe()
    }

    /// Sends what waits in the outbox, so that who wrote it sees it.
    pub(crate) async fn send(&self) -> Result<Sent, AppError> {
        let sent = self.task(Task::Send).await?;
        self.bookkeeper.settled().await;
        Ok(sent)
    }

    /// Takes something of somebody's out of the outbox.
    pub(crate) async fn take_back(&self, id: OutboxId, actor: Actor) -> Result<(), AppError> {
        self.task(|reply| Task::TakeBack(id, actor, reply)).await
    }

    /// Waits until what was written to the house journal shows.
    pub(crate) async fn settle_house(&self) {
        self.bookkeeper.house_settled().await;
    }

    /// Takes charters and certificates that came by another way than a peer.
    pub(crate) async fn add_papers(&self, papers: message::Papers) -> Result<(), AppError> {
        self.task(|reply| Task::Papers(papers, reply)).await
    }

    /// Takes addresses that an operator brought.
    pub(crate) async fn learn_addresses(&self, nodes: Vec<NodeOf>) -> Result<(), AppError> {
        self.task(|reply| Task::Addresses(nodes, reply)).await
    }

    /// The operator vouches that the store was not restored.
    pub(crate) async fn vouch(&self) -> Result<(), AppError> {
        self.task(Task::Vouch).await?;
        self.bookkeeper.settled().await;
        Ok(())
    }

    /// Where members listen, as far as it is known.
    pub(crate) fn known_nodes(&self) -> Vec<NodeOf> {
        self.shared.members_nodes()
    }

    /// Stops driving; everything that was acknowledged is on the disk.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        // An engine that has ended already needs no telling.
        let _ = self.tasks.send(Task::Stop).await;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the engine was logged where it happened.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        let bookkeeper = self.bookkeeper.clone();
        // A panic of the bookkeeper was logged where it happened.
        let _ = tokio::task::spawn_blocking(move || bookkeeper.stop()).await;
        if let Some(network) = self.shared.network.clone() {
            network.stop().await;
        }
        self.shared.pulls.ended().await;
    }

    async fn task<T>(&self, make: impl FnOnce(oneshot::Sender<Result<T, AppError>>) -> Task) -> Result<T, AppError> {
        let (reply, answer) = oneshot::channel();
        self.tasks.send(make(reply)).await.map_err(|_| AppError::Stopping)?;
        answer.await.map_err(|_| AppError::Stopping)?
    }
}

/// Carries what the network says, and the passing of time, to the engine.
async fn carry(events: Option<p2p::Events>, tasks: mpsc::Sender<Task>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut events = events;
    loop {
        let task = tokio::select! {
            () = stop.cancelled() => return,
            event = next(&mut events) => match event {
                Some(event) => Task::Net(Box::new(event)),
                None => return,
            },
            _ = ticks.tick() => Task::Tick,
        };
        if tasks.send(task).await.is_err() {
            return;
        }
    }
}

async fn next(events: &mut Option<p2p::Events>) -> Option<p2p::Event> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

/// What an operator was told later of a node takes the place of what was told before.
fn take_newer(known: &mut Vec<NodeOf>, nodes: &[NodeOf]) {
    for node in nodes {
        known.retain(|old| (old.feed, old.node.transport) != (node.feed, node.node.transport));
        known.push(node.clone());
    }
}

impl Shared {
    /// The machines, to look at.
    pub(crate) fn exchange(&self) -> RwLockReadGuard<'_, Exchange> {
        self.exchange.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What every institution's node was last seen to be.
    pub(crate) fn peers(&self) -> BTreeMap<InstitutionId, PeerState> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the network counts; nothing while there is none.
    pub(crate) fn counts(&self) -> p2p::Counts {
        self.network.as_ref().map(p2p::Network::counts).unwrap_or_default()
    }

    /// How often an institution was blamed of late, and whether it is refused for that.
    pub(crate) fn standing_of(&self, institution: &InstitutionId) -> (u32, bool) {
        self.network.as_ref().map(|network| network.standing(institution)).unwrap_or_default()
    }

    /// Addresses that are listened on.
    pub(crate) fn listening(&self) -> BTreeSet<String> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The transport keys and addresses of members: what they say themselves, else what an operator was told.
    pub(crate) fn members_nodes(&self) -> Vec<NodeOf> {
        let exchange = self.exchange();
        let mut nodes: Vec<NodeOf> = Vec::new();
        let told = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        for member in exchange.roster().members() {
            let institution = exchange.chain(&member.feed).and_then(Chain::institution);
            let own: &[NodeKey] = institution.map_or(&[], |institution| &institution.node_keys().keys);
            let said = own.iter().map(|node| NodeOf { feed: member.feed, node: node.clone() });
            let known: Vec<NodeOf> = said.collect();
            if known.is_empty() {
                nodes.extend(told.iter().filter(|node| node.feed == member.feed).cloned());
            } else {
                nodes.extend(known);
            }
        }
        nodes
    }

    /// The entry that something of the outbox became, if that was lately.
    pub(crate) fn entry_of(&self, id: OutboxId) -> Option<EntryId> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().rev().find(|(sent, _)| *sent == id).map(|(_, entry)| *entry)
    }

    fn note_sent(&self, id: OutboxId, entry: EntryId) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= SENT_MAX {
            sent.pop_front();
        }
        sent.push_back((id, entry));
    }

    /// Whether an institution's own feed names its transport keys.
    fn has_node_keys(&self, feed: &InstitutionId) -> bool {
        let exchange = self.exchange();
        let institution = exchange.chain(feed).and_then(Chain::institution);
        institution.is_some_and(|institution| !institution.node_keys().keys.is_empty())
    }

    /// Waits on the engine's thread for something of the runtime.
    fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn write_exchange<T>(&self, write: impl FnOnce(&mut Exchange) -> T) -> T {
        write(&mut self.exchange.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_member(&self, feed: &InstitutionId) -> bool {
        self.exchange().roster().member(feed).is_some()
    }

    /// The machines anew from what is kept, if the tables and then the journal can be written: a record that says nothing new
    /// shows it. None: there is no room yet.
    fn reopen_exchange(&self) -> Result<Option<Exchange>, OpenError> {
        self.shelf.tables.checkpoint().map_err(ShelfError::from)?;
        self.shelf.journal.append_blocking(vec![record::addresses(Vec::new())])?;
        let machines = opening::machines(&self.shelf, self.me)?;
        Ok(Some(machines.exchange).filter(|_| machines.is_whole))
    }

    fn note_peer(&self, institution: InstitutionId, state: PeerState) {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner).insert(institution, state);
    }

    fn note_gone(&self, peer: &Peer) {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        for state in peers.values_mut().filter(|state| state.peer == *peer) {
            state.connected_since_ms = None;
            state.last_contact_ms = crate::clock::now_ms();
        }
    }

    fn note_contact(&self, peer: &Peer) {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        for state in peers.values_mut().filter(|state| state.peer == *peer) {
            state.last_contact_ms = crate::clock::now_ms();
        }
    }

    fn note_listening(&self, addresses: &BTreeSet<String>) {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner).clone_from(addresses);
    }

    fn note_addresses(&self, nodes: Vec<NodeOf>) {
        take_newer(&mut self.addresses.lock().unwrap_or_else(PoisonError::into_inner), &nodes);
    }

    fn tell(&self, news: News) {
        let News::Case(case) = &news;
        self.lengths.forget(*case);
        // Nobody may be looking.
        let _ = self.news.send(news);
    }
}
