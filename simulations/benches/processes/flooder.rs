//! The process of a member that floods: real frames and gossip by a real network, valid all of them, as many as it may or as
//! it can.
//!
//! It gossips comments that its feed holds, gives ranges of its feed to whoever asks, and asks everybody for a long feed with
//! all payloads, again as soon as it was answered. Its orders come by lines, the first of which says who it is; where they
//! end it ends.

use std::{collections::BTreeMap, io::BufRead, time::Duration};

use feed::{Effect, Verdict};
use p2p::{Config, Event, Network};
use protocol::{
    Context, FeedId, Kind, Payload, PublicKey, SecretKey, Statement, StatementId,
    codec::Text,
    limits::{FRAME_BYTES_MAX, RUN_ENTRIES_MAX},
    message::{EntryFrame, Frame, Framed, Gossip, Hello, Range, WantRange},
    payload::{
        content::Comment,
        control::{Attestation, Profession, Scope},
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{
    making,
    pen::{Pen, now_ms},
};

/// Questions to each that wait for their answers.
const QUESTIONS: usize = 16;
/// Between two handfuls of gossip.
const BEAT: Duration = Duration::from_millis(10);
const TEXT_BYTES: usize = 560;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// With what it floods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Flood {
    /// Questions, as soon as those before are answered.
    Questions,
    /// Gossip, almost as much as is taken from a member, which is 200 messages a second.
    Gossip,
    /// Questions, and 10,000 messages a second.
    Both,
}

impl Flood {
    /// Messages a beat.
    const fn handful(self) -> usize {
        match self {
            Self::Questions => 0,
            Self::Gossip => 2,
            Self::Both => 100,
        }
    }

    fn asks(self) -> bool {
        self != Self::Gossip
    }
}

/// Whom it floods.
#[derive(Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) transport: [u8; 32],
    pub(crate) feed: String,
    pub(crate) address: String,
}

/// Who it is and what it has to do.
#[derive(Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) network: String,
    pub(crate) feed: String,
    /// Entries that its feed has.
    pub(crate) entries: u64,
    pub(crate) transport: [u8; 32],
    pub(crate) signing: [u8; 32],
    /// What it comments on.
    pub(crate) case: String,
    /// Which feed it asks for.
    pub(crate) asks_for: String,
    pub(crate) targets: Vec<Target>,
}

#[derive(Default)]
struct Tally {
    gossiped: usize,
    answered: usize,
    bytes: usize,
    given: usize,
    hung_up: usize,
}

struct Flooder {
    orders: Orders,
    network: Network,
    feed: FeedId,
    /// Goes on with its own feed, once it knows where that ends.
    pen: Option<Pen>,
    said: Vec<EntryFrame>,
    /// Questions that each has not answered.
    open: BTreeMap<PublicKey, usize>,
    tally: Tally,
}

/// Floods as it is told, with what the hospitals leave it of the processor: such a member has a machine of its own.
pub(crate) fn run() {
    rustix::process::nice(19).unwrap();
    let mut lines = std::io::stdin().lock().lines();
    let orders: Orders = serde_json::from_str(&lines.next().expect("orders come").unwrap()).unwrap();
    let (told, floods) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            // It may have ended by itself.
            let _ = told.blocking_send(serde_json::from_str(&line).unwrap());
        }
    });
    drop(lines);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(flood(orders, floods));
}

async fn flood(orders: Orders, mut floods: mpsc::Receiver<Flood>) {
    let identity = SecretKey::from_seed(&orders.transport);
    let network_id = orders.network.parse().unwrap();
    let (network, mut events) = Network::start(Config::default(), &identity, network_id).await.unwrap();
    let members = orders.targets.iter().map(|target| (key_of(target), target.feed.parse().unwrap()));
    network.members(members.collect());
    orders.targets.iter().for_each(|target| network.dial(key_of(target), vec![target.address.clone()]));
    let feed = orders.feed.parse().unwrap();
    let mut flooder =
        Flooder { orders, network, feed, pen: None, said: Vec::new(), open: BTreeMap::new(), tally: Tally::default() };
    let mut flood = None;
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            event = events.next() => flooder.hear(event.expect("the network runs"), flood.is_some_and(Flood::asks)),
            told = floods.recv() => match told {
                Some(told) => {
                    flood = Some(told);
                    flooder.open.values_mut().for_each(|open| *open = 0);
                    println!("floods");
                }
                None => break,
            },
            _ = beat.tick() => {
                if let Some(flood) = flood {
                    flooder.gossip(flood.handful());
                }
                if flood.is_some_and(Flood::asks) {
                    flooder.ask();
                }
            }
        }
    }
    let Tally { gossiped, answered, bytes, given, hung_up } = flooder.tally;
    println!(
        "{gossiped} messages gossiped, {answered} ranges of {} MiB taken, {given} ranges given, {hung_up} times hung up on",
        bytes >> 20
    );
    flooder.network.stop().await;
}

impl Flooder {
    fn hear(&mut self, event: Event, is_asking: bool) {
        match event {
            Event::Connected { peer, .. } => {
                self.open.insert(peer, 0);
                if self.pen.is_none() && self.open.len() == self.orders.targets.len() {
                    self.ask_for_own(peer);
                }
            }
            Event::Disconnected { peer } => {
                self.open.remove(&peer);
                self.tally.hung_up += 1;
            }
            Event::Gossip { token, .. } => self.network.verdict(token, Verdict::Ignore),
            Event::Frame { peer, framed } => self.answer(peer, framed, is_asking),
            Event::BlobWanted { answer, .. } => answer.refuse(),
            _ => {}
        }
    }

    fn answer(&mut self, peer: PublicKey, framed: Framed, is_asking: bool) {
        match framed.frame {
            Frame::Range(range) if range.feed == self.feed && self.pen.is_none() => {
                let last = framed.entries.last().expect("its feed has a last entry");
                self.pen = Some(Pen::behind(last, (1, self.orders.signing)));
                self.vouch();
                println!("connected");
            }
            Frame::Range(_) | Frame::Busy(_) if is_asking => {
                self.tally.answered += 1;
                self.tally.bytes += framed.entries.iter().map(bytes_of).sum::<usize>();
                if let Some(open) = self.open.get_mut(&peer) {
                    *open = open.saturating_sub(1);
                }
                self.ask();
            }
            Frame::WantRange(want) if want.feed == self.feed && want.from >= self.orders.entries => {
                self.give(peer, &want);
            }
            _ => {}
        }
    }

    /// Asks for the last entry of its own feed.
    fn ask_for_own(&self, peer: PublicKey) {
        let network = self.orders.network.parse().unwrap();
        self.tell(peer, Frame::Hello(Hello { network, protocol: 1, certificates: [0; 32], heads: [0; 32] }).into());
        let from = self.orders.entries - 1;
        self.tell(peer, Frame::WantRange(WantRange { feed: self.feed, from, count: 1, with_payloads: true }).into());
    }

    /// Asks everybody until as many questions are open as it keeps open.
    fn ask(&mut self) {
        let feed = self.orders.asks_for.parse().unwrap();
        let count = u32::try_from(RUN_ENTRIES_MAX).unwrap();
        for (peer, open) in &mut self.open {
            for _ in *open..QUESTIONS {
                let want = WantRange { feed, from: 0, count, with_payloads: true };
                self.network.perform(Effect::Send(*peer, Frame::WantRange(want).into()));
                *open += 1;
            }
        }
    }

    /// Vouches for somebody, so that what that one says counts.
    fn vouch(&mut self) {
        self.say(&Payload::Attestation(Attestation {
            clinician: person().clinician(),
            profession: Profession::Physician,
            specialties: Vec::new(),
            scope: Scope::FULL,
            until_ms: now_ms() + DAY_MS,
            pseudonym_in: None,
        }));
    }

    fn gossip(&mut self, handful: usize) {
        for _ in 0..handful {
            let number = self.said.len() as u64;
            let text = Text::from(making::text(number, TEXT_BYTES).as_str());
            let words = Comment { text, replies_to: None, seen: Vec::new(), picture: None, region: None };
            let network = self.orders.network.parse().unwrap();
            let context = Context { network, feed: self.feed, kind: Kind::Comment };
            let (case, id) = (self.orders.case.parse().unwrap(), StatementId(u128::from(number).to_be_bytes()));
            let comment = Statement::sign(&context, case, id, &words, &person());
            self.say(&Payload::Statement(Kind::Comment, comment));
        }
    }

    /// Writes an entry and gossips it.
    fn say(&mut self, payload: &Payload) {
        let entry = self.pen.as_mut().expect("it knows its feed").write(payload);
        self.said.push(entry.clone());
        self.tally.gossiped += 1;
        self.network.perform(Effect::Publish(Gossip::Entry(entry)));
    }

    /// Gives as much as one frame holds of what was gossiped.
    fn give(&mut self, peer: PublicKey, want: &WantRange) {
        let from = usize::try_from(want.from - self.orders.entries).unwrap();
        let mut room = FRAME_BYTES_MAX;
        let fitting = self.said.iter().skip(from).take(want.count as usize).take_while(|entry| {
            room = room.saturating_sub(bytes_of(entry));
            room > 0
        });
        let entries: Vec<EntryFrame> = fitting.cloned().collect();
        let count = u32::try_from(entries.len()).unwrap();
        let frame = Frame::Range(Range { feed: self.feed, from: want.from, count });
        self.tell(peer, Framed { frame, entries });
        self.tally.given += 1;
    }

    fn tell(&self, peer: PublicKey, framed: Framed) {
        self.network.perform(Effect::Send(peer, framed));
    }
}

/// Somebody of its house, who has much to say.
fn person() -> SecretKey {
    SecretKey::from_seed(&[77; 32])
}

fn key_of(target: &Target) -> PublicKey {
    SecretKey::from_seed(&target.transport).public()
}

fn bytes_of(entry: &EntryFrame) -> usize {
    // What stands round them takes less than a header does.
    2 * entry.entry.header.0.len()
        + match &entry.body {
            protocol::message::Body::Held(salted) => salted.bytes.0.len() + 64,
            protocol::message::Body::Absent(_) => 0,
        }
}
