//! A node's place in the tests: its network, and the events that it has not looked at.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use feed::{Effect, Peer};
use p2p::{Config, Event, Events, Network};
use protocol::{
    FeedId, InstitutionId, NetworkId, PublicKey, SecretKey, Signature,
    claim::SignedHeadClaim,
    codec::Bytes,
    message::{Busy, Frame, Framed, Gossip},
};
use tokio::time::timeout;

pub(crate) const NETWORK: NetworkId = NetworkId([0xab; 32]);
const DEADLINE: Duration = Duration::from_secs(60);
/// Where houses listen, unless a test says otherwise.
const TCP: &str = "/ip4/127.0.0.1/tcp/0";

/// Waits for something that has to come.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let Ok(value) = timeout(DEADLINE, future).await else { panic!("waited {DEADLINE:?} in vain for: {what}") };
    value
}

/// Asks until the answer is yes.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let asked = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(what, asked).await;
}

pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub(crate) fn peer(seed: u8) -> Peer {
    key(seed).public()
}

pub(crate) fn institution(seed: u8) -> InstitutionId {
    FeedId([seed; 32])
}

pub(crate) fn members(seeds: &[u8]) -> BTreeMap<PublicKey, InstitutionId> {
    seeds.iter().map(|seed| (peer(*seed), institution(*seed))).collect()
}

/// A frame that says nothing but its number.
pub(crate) fn numbered(number: u32) -> Framed {
    Frame::Busy(Busy { retry_ms: number }).into()
}

/// A gossip message that says nothing but its number.
pub(crate) fn rumour(number: u32) -> Gossip {
    let claim = Bytes(number.to_be_bytes().to_vec());
    Gossip::HeadClaim(SignedHeadClaim { claim, signature: Signature([7; 64]) })
}

pub(crate) struct House {
    pub(crate) network: Network,
    pub(crate) address: String,
    events: Events,
    unseen: VecDeque<Event>,
}

impl House {
    pub(crate) async fn open(seed: u8) -> Self {
        Self::open_with(seed, |_| {}).await
    }

    pub(crate) async fn open_at(seed: u8, listen: &str) -> Self {
        Self::open_with(seed, |config| config.listen = vec![listen.to_owned()]).await
    }

    pub(crate) async fn open_with(seed: u8, set: impl FnOnce(&mut Config)) -> Self {
        let listen = vec![TCP.to_owned()];
        let mut config = Config { listen, seed: u64::from(seed), ..Config::default() };
        set(&mut config);
        let (network, events) = Network::start(config, &key(seed), NETWORK).await.unwrap();
        let mut house = Self { network, address: String::new(), events, unseen: VecDeque::new() };
        house.address = house
            .wait("an address to listen on", |event| match event {
                Event::Listening { address } => Ok(address),
                other => Err(other),
            })
            .await;
        house
    }

    /// Two houses that know each other, the first connected to the second.
    pub(crate) async fn pair() -> (Self, Self) {
        Self::pair_at(TCP).await
    }

    pub(crate) async fn pair_at(listen: &str) -> (Self, Self) {
        let (mut one, mut two) = (Self::open_at(1, listen).await, Self::open_at(2, listen).await);
        one.network.members(members(&[2]));
        two.network.members(members(&[1]));
        one.call(2, &two);
        one.connected(2).await;
        two.connected(1).await;
        (one, two)
    }

    pub(crate) fn call(&self, seed: u8, other: &Self) {
        self.network.dial(peer(seed), vec![other.address.clone()]);
    }

    pub(crate) fn send(&self, seed: u8, framed: Framed) {
        self.network.perform(Effect::Send(peer(seed), framed));
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        match self.unseen.pop_front() {
            Some(event) => Some(event),
            None => self.events.next().await,
        }
    }

    /// Waits for the first event that is picked; the others are kept.
    pub(crate) async fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(Event) -> Result<T, Event>) -> T {
        let mut kept = VecDeque::new();
        let found = within(what, async {
            loop {
                let event = self.next().await.unwrap_or_else(|| panic!("events ended before: {what}"));
                match pick(event) {
                    Ok(found) => break found,
                    Err(other) => kept.push_back(other),
                }
            }
        })
        .await;
        kept.append(&mut self.unseen);
        self.unseen = kept;
        found
    }

    /// Takes what has come, without waiting.
    pub(crate) async fn come(&mut self) -> Vec<Event> {
        let mut come = Vec::from(std::mem::take(&mut self.unseen));
        while let Ok(Some(event)) = timeout(Duration::ZERO, self.events.next()).await {
            come.push(event);
        }
        come
    }

    pub(crate) async fn connected(&mut self, seed: u8) {
        let whose = self
            .wait(&format!("connection with {seed}"), |event| match event {
                Event::Connected { peer: other, institution } if other == peer(seed) => Ok(institution),
                other => Err(other),
            })
            .await;
        assert_eq!(whose, institution(seed));
    }

    pub(crate) async fn disconnected(&mut self, seed: u8) {
        self.wait(&format!("end of the connection with {seed}"), |event| match event {
            Event::Disconnected { peer: other } if other == peer(seed) => Ok(()),
            other => Err(other),
        })
        .await;
    }

    /// The number of the next frame.
    pub(crate) async fn frame(&mut self) -> u32 {
        self.wait("a frame", |event| match event {
            Event::Frame { framed: Framed { frame: Frame::Busy(busy), .. }, .. } => Ok(busy.retry_ms),
            other => Err(other),
        })
        .await
    }

    pub(crate) async fn malformed(&mut self, seed: u8) {
        self.wait(&format!("something malformed of {seed}"), |event| match event {
            Event::Malformed { peer: other } if other == peer(seed) => Ok(()),
            other => Err(other),
        })
        .await;
    }
}
