//! A member whose node is the story itself: it speaks the real protocol with the keys of a house whose own node rests, hears
//! what members hear, and says what it is told to say.
//!
//! What leaves a house goes to members and to nobody else. On the wire it is inside Noise, where nothing can be looked for;
//! here it is as a member's node has it behind Noise, byte for byte: frames and gossip are of one form only, so what is read
//! and written again is the same bytes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use feed::{Effect, Verdict};
use p2p::{Config, Event, Events, FetchError, Haste, Network};
use protocol::{
    BlobId, CaseId, FeedId, NetworkId, PublicKey, SecretKey,
    limits::RUN_ENTRIES_MAX,
    message::{EntryFrame, Frame, Framed, Gossip, Hello, WantBlob, WantRange},
    payload::content::Picture,
};
use tokio::runtime::Runtime;

use crate::{house::House, waiting::wait_for};

/// Something that a member heard.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// A frame of a house.
    Said(PublicKey, Framed),
    /// Gossip that a house passed on.
    PassedOn(PublicKey, Gossip),
    /// A house can be spoken with.
    Connected(PublicKey),
    /// It cannot any more.
    Disconnected(PublicKey),
    /// It was not reached.
    NotReached(PublicKey),
}

/// The member.
pub(crate) struct Member {
    network: Network,
    network_id: NetworkId,
    feed: FeedId,
    heard: Arc<Mutex<Vec<Heard>>>,
    runtime: Runtime,
}

impl Member {
    /// Speaks for a house, whose node does not run, with some other members.
    pub(crate) fn of(house: &House, others: &[&House]) -> Self {
        let status = house.ask(&["status"]);
        let network_id: NetworkId = status["network"].as_str().unwrap().parse().unwrap();
        let feed = status["feed"].as_str().unwrap().parse().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let identity = SecretKey::from_seed(&house.key("transport"));
        let started = runtime.block_on(Network::start(Config::default(), &identity, network_id));
        let (network, events) = started.unwrap();
        let heard = Arc::default();
        runtime.spawn(listen(network.clone(), events, Arc::clone(&heard)));
        let members: BTreeMap<_, _> =
            others.iter().map(|other| (peer_of(other), other.feed().parse().unwrap())).collect();
        network.members(members);
        for other in others {
            network.dial(peer_of(other), vec![other.network_address()]);
        }
        let member = Self { network, network_id, feed, heard, runtime };
        for other in others {
            member.wait_to_hear("that it is connected", |heard| match heard {
                Heard::Connected(peer) if *peer == peer_of(other) => Some(()),
                _ => None,
            });
        }
        member
    }

    /// The feed of the house for which it speaks.
    pub(crate) const fn feed(&self) -> FeedId {
        self.feed
    }

    /// Sends a frame.
    pub(crate) fn tell(&self, house: &House, framed: impl Into<Framed>) {
        self.network.perform(Effect::Send(peer_of(house), framed.into()));
    }

    /// Gives a message to gossip.
    pub(crate) fn gossip(&self, message: Gossip) {
        self.network.perform(Effect::Publish(message));
    }

    /// Everything heard so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Every frame and gossip message as bytes.
    pub(crate) fn heard_bytes(&self) -> Vec<Vec<u8>> {
        let bytes = |heard: Heard| match heard {
            Heard::Said(_, framed) => Some(framed.encode()),
            Heard::PassedOn(_, gossip) => Some(gossip.encode()),
            Heard::Connected(_) | Heard::Disconnected(_) | Heard::NotReached(_) => None,
        };
        self.heard().into_iter().filter_map(bytes).collect()
    }

    /// Waits until something is heard, be it long ago.
    pub(crate) fn wait_to_hear<T>(&self, what: &str, pick: impl Fn(&Heard) -> Option<T>) -> T {
        wait_for(&format!("a member hears {what}"), || self.heard.lock().unwrap().iter().find_map(&pick))
    }

    /// Greets a house and asks it for so many entries of a feed from the first on, with all that it gives of them.
    pub(crate) fn pull(&self, house: &House, feed: FeedId, count: u64) -> Vec<EntryFrame> {
        let hello = Hello { network: self.network_id, protocol: 1, certificates: [0; 32], heads: [0; 32] };
        self.tell(house, Frame::Hello(hello));
        let mut entries: Vec<EntryFrame> = Vec::new();
        while (entries.len() as u64) < count {
            let (from, count) = (entries.len() as u64, u32::try_from(RUN_ENTRIES_MAX).unwrap());
            self.tell(house, Frame::WantRange(WantRange { feed, from, count, with_payloads: true }));
            entries.extend(self.wait_to_hear("the entries that it asked for", |heard| match heard {
                Heard::Said(peer, Framed { frame: Frame::Range(range), entries })
                    if (*peer, range.feed, range.from) == (peer_of(house), feed, from) && range.count > 0 =>
                {
                    Some(entries.clone())
                }
                _ => None,
            }));
        }
        entries
    }

    /// A picture and its preview, as a house gives them.
    pub(crate) fn fetch(&self, house: &House, case: CaseId, picture: &Picture) -> [Vec<u8>; 2] {
        [(picture.blob, picture.blob_size), (picture.preview, picture.preview_size)].map(|(blob, size)| {
            self.try_fetch(house, case, blob, size.into())
                .unwrap_or_else(|error| panic!("{} does not give it: {error}", house.name()))
        })
    }

    /// A picture or a preview, if a house gives it.
    pub(crate) fn try_fetch(
        &self,
        house: &House,
        case: CaseId,
        blob: BlobId,
        bytes_max: u64,
    ) -> Result<Vec<u8>, FetchError> {
        self.runtime.block_on(self.network.fetch_blob(
            peer_of(house),
            WantBlob { case, blob },
            bytes_max,
            Haste::SomebodyWaits,
        ))
    }
}

/// The transport key of a house.
pub(crate) fn peer_of(house: &House) -> PublicKey {
    SecretKey::from_seed(&house.key("transport")).public()
}

async fn listen(network: Network, mut events: Events, heard: Arc<Mutex<Vec<Heard>>>) {
    while let Some(event) = events.next().await {
        let news = match event {
            Event::Frame { peer, framed } => Heard::Said(peer, framed),
            Event::Gossip { peer, message, token } => {
                network.verdict(token, Verdict::Ignore);
                Heard::PassedOn(peer, message)
            }
            Event::Connected { peer, .. } => Heard::Connected(peer),
            Event::Disconnected { peer } => Heard::Disconnected(peer),
            Event::DialFailed { peer, .. } => Heard::NotReached(peer),
            Event::BlobWanted { answer, .. } => {
                answer.refuse();
                continue;
            }
            _ => continue,
        };
        heard.lock().unwrap().push(news);
    }
}
