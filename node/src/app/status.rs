//! How the node stands: its feed, its peers, what is damaged.

use std::sync::atomic::Ordering;

use feed::{Chain, Start};
use house::{
    Actor, Permission,
    audit::{Action, Outcome},
};
use serde::Serialize;

use super::{App, AppError};

/// This node.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    pub(crate) version: &'static str,
    pub(crate) institution: String,
    pub(crate) network: Option<String>,
    pub(crate) feed: Option<String>,
    pub(crate) entries: u64,
    /// `no network`, `waiting`, `ready`, `halted` or `expelled`.
    pub(crate) state: &'static str,
    /// What waits in the outbox.
    pub(crate) unsent: usize,
    pub(crate) members: usize,
    /// Whether two charters claim to be the next version. Then neither holds, and the governors have to settle it.
    pub(crate) is_contested: bool,
    pub(crate) connected: usize,
    pub(crate) listening: Vec<String>,
    pub(crate) accounts: usize,
    pub(crate) refused: Refused,
    /// Journals that are damaged, and where; they are read and no more written.
    pub(crate) damaged: Vec<String>,
}

/// What came from others since the start and was refused, by why. Members are blamed for the first four; what is of no
/// member, or of nobody who may speak, is not the fault of who passed it on.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Refused {
    /// No entry, no frame, or of another network.
    pub(crate) malformed: u64,
    /// Entries that their author did not sign.
    pub(crate) bad_signature: u64,
    /// Payloads that are not their entries'.
    pub(crate) payload_mismatch: u64,
    /// What nobody asked for.
    pub(crate) unasked: u64,
    /// Entries that are of no member.
    pub(crate) of_no_member: u64,
    /// Words of people that stand in a feed and do not count: nobody vouches for who said them, or no longer, or the signature
    /// under them was given in another place.
    pub(crate) uncounted: u64,
}

/// Another institution.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PeerView {
    pub(crate) feed: String,
    pub(crate) name: String,
    /// `connected`, `away`, `frozen` or `never seen`.
    pub(crate) state: &'static str,
    pub(crate) last_contact_ms: Option<u64>,
    /// Entries of theirs that are held here.
    pub(crate) entries: u64,
    /// The first so many of them whose own signatures were checked; the others are known by links to one that was.
    pub(crate) verified: u64,
    /// Entries of ours that they lack, as far as they said.
    pub(crate) ahead: Option<u64>,
    pub(crate) addresses: Vec<String>,
    /// How often it was blamed of late for what it sent.
    pub(crate) blames: u32,
    /// Whether it is refused for that, for an hour.
    pub(crate) is_refused: bool,
}

impl App {
    /// How the node stands.
    pub(crate) fn status(&self) -> Status {
        let (unsent, accounts) =
            self.desk.look(|house| (house.outbox().iter().count(), house.accounts().iter().count()));
        let mut status = Status {
            version: env!("CARGO_PKG_VERSION"),
            institution: self.identity.name.clone(),
            network: None,
            feed: None,
            entries: 0,
            state: "no network",
            unsent,
            members: 0,
            is_contested: false,
            connected: 0,
            listening: Vec::new(),
            accounts,
            refused: Refused::default(),
            damaged: damaged("house journal", self.desk.journal()).into_iter().collect(),
        };
        if let Some(joined) = self.network() {
            let shared = joined.shared();
            status.network = Some(joined.id().to_string());
            status.feed = Some(joined.me().to_string());
            status.listening = shared.listening().into_iter().collect();
            status.connected = shared.peers().values().filter(|peer| peer.connected_since_ms.is_some()).count();
            status.damaged.extend(damaged("journal of the feeds", &shared.shelf.journal));
            status.damaged.extend(shared.unread.iter().map(|why| {
                format!("a record that has to be known cannot be read, so nothing is sent or received: {why}")
            }));
            let blames = shared.counts().blames;
            status.refused = Refused {
                malformed: blames.malformed,
                bad_signature: blames.bad_signature,
                payload_mismatch: blames.payload_mismatch,
                unasked: blames.unasked,
                of_no_member: joined.exchange(feed::Exchange::of_no_member),
                uncounted: shared.shelf.uncounted.load(Ordering::Relaxed),
            };
            joined.exchange(|exchange| {
                status.entries = exchange.chain(&joined.me()).map_or(0, Chain::next_seq);
                status.members = exchange.roster().members().count();
                status.is_contested = exchange.roster().is_contested();
                status.state = match exchange.start() {
                    _ if exchange.roster().is_expelled(&joined.me()) => "expelled",
                    Start::Waiting { .. } => "waiting",
                    Start::Ready => "ready",
                    Start::Halted => "halted",
                };
            });
        }
        status
    }

    /// All other institutions.
    pub(crate) fn peers(&self) -> Result<Vec<PeerView>, AppError> {
        let joined = self.joined()?;
        let shared = joined.shared();
        let seen = shared.peers();
        let nodes = shared.members_nodes();
        let members: Vec<_> =
            joined.exchange(|exchange| exchange.roster().members().map(|member| member.feed).collect());
        let others = members.into_iter().filter(|feed| *feed != joined.me());
        Ok(others
            .map(|feed| {
                let peer = seen.get(&feed);
                let (entries, verified, is_frozen, ahead) = joined.exchange(|exchange| {
                    let chain = exchange.chain(&feed);
                    let ours = exchange.chain(&joined.me()).map_or(0, Chain::next_seq);
                    let held = peer.and_then(|peer| exchange.held_by(&peer.peer, &joined.me()));
                    let ahead = held.map(|held| ours.saturating_sub(held + 1));
                    let is_frozen = chain.is_some_and(|chain| chain.freeze().is_some());
                    (chain.map_or(0, Chain::next_seq), chain.map_or(0, Chain::verified_to), is_frozen, ahead)
                });
                let state = match peer {
                    _ if is_frozen => "frozen",
                    Some(peer) if peer.connected_since_ms.is_some() => "connected",
                    Some(_) => "away",
                    None => "never seen",
                };
                let (blames, is_refused) = shared.standing_of(&feed);
                let own = nodes.iter().filter(|node| node.feed == feed);
                PeerView {
                    feed: feed.to_string(),
                    name: shared.institution_name(&feed),
                    state,
                    last_contact_ms: peer.map(|peer| peer.last_contact_ms),
                    entries,
                    verified,
                    ahead,
                    addresses: own
                        .flat_map(|node| node.node.addresses.iter().map(|address| address.0.clone()))
                        .collect(),
                    blames,
                    is_refused,
                }
            })
            .collect())
    }

    /// The operator vouches that the store was not restored. Who did stands in the audit before it counts.
    pub(crate) async fn vouch(&self, actor: &Actor) -> Result<(), AppError> {
        self.permit(actor, Permission::CheckStore)?;
        let joined = self.joined()?;
        self.desk.note(actor, Action::VouchForStore, Vec::new(), Outcome::Done)?;
        joined.vouch().await
    }
}

/// What is said of a journal that was found damaged when it was opened.
fn damaged(name: &str, journal: &store::Journal) -> Option<String> {
    let damage = journal.damage().first()?;
    Some(format!("the {name} is damaged and read only: {damage}"))
}
