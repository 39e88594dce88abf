//! Authors that write feeds by hand, and what can be done to an entry on its way.

use protocol::{
    Audience, ClinicianId, Entry, EntryId, FeedId, Kind, NetworkId, NewEntry, Payload, Salt, Salted, SecretKey,
    codec::{Bytes, Text, encode},
    message::{Absence, Body, EntryFrame},
    payload::{
        content::Profile,
        control::{
            EndOfFeed, EndReason, EpochStart, Genesis, Ground, KeyRotation, NodeKey, NodeKeys, Place, Target,
            Withdrawal,
        },
    },
};

use super::world::{NOW, Network, key};
use crate::{Arrival, Held, Peer};

/// Writes the feed of a house as its only hand, or as one of two.
#[derive(Clone)]
pub(crate) struct Author {
    pub(crate) network: NetworkId,
    pub(crate) feed: FeedId,
    pub(crate) house: u8,
    pub(crate) signing: (u32, u8),
    pub(crate) head: Option<Place>,
    pub(crate) written: u16,
    /// 0, or another number for one that has the same house and other keys.
    pub(crate) family: u8,
    /// What its clock shows.
    pub(crate) now_ms: u64,
}

impl Author {
    /// An author that has written nothing.
    pub(crate) fn of(network: &Network, house: u8) -> Self {
        let feed = network.feed(house);
        Self { network: network.id, feed, house, signing: (1, 3), head: None, written: 0, family: 0, now_ms: NOW }
    }

    /// An author with keys of its own, where there are more than houses have numbers.
    pub(crate) fn cousin(network: &Network, house: u8) -> Self {
        let family = 100;
        let next_root = key(house, 2 + family).public().commitment();
        let feed = FeedId::derive(&network.id, &key(house, 1 + family).public(), &next_root);
        Self { feed, family, ..Self::of(network, house) }
    }

    pub(crate) fn genesis(&self) -> Payload {
        Payload::Genesis(Genesis {
            root: key(self.house, 1 + self.family).public(),
            next_root: key(self.house, 2 + self.family).public().commitment(),
            signing: key(self.house, 3 + self.family).public(),
            name: Text::from("House"),
            country: Text::from("CH"),
        })
    }

    /// Genesis and so many profiles.
    pub(crate) fn story(&mut self, profiles: usize) -> Vec<Held> {
        let mut story = vec![self.write(&self.genesis())];
        story.extend((0..profiles).map(|_| self.say()));
        story
    }

    /// One more profile.
    pub(crate) fn say(&mut self) -> Held {
        self.write(&profile(10))
    }

    pub(crate) fn write(&mut self, payload: &Payload) -> Held {
        let held = self.draft(payload, Audience::Network);
        self.take(&held);
        held
    }

    pub(crate) fn seal(&mut self) -> Held {
        let held = self.draft(&profile(10), Audience::Restricted);
        self.take(&held);
        held
    }

    pub(crate) fn take(&mut self, held: &Held) {
        let header = held.entry.header();
        self.head = Some(Place { epoch: header.epoch, seq: header.seq, entry: held.entry.id() });
    }

    /// The next entry; the author does not go on.
    pub(crate) fn draft(&mut self, payload: &Payload, audience: Audience) -> Held {
        let is_root = payload.class() == protocol::Class::Root;
        let (number, purpose) = if is_root { (0, 1) } else { self.signing };
        self.signed_by(payload, audience, number, &key(self.house, purpose + self.family))
    }

    pub(crate) fn signed_by(&mut self, payload: &Payload, audience: Audience, number: u32, key: &SecretKey) -> Held {
        self.written += 1;
        let new = NewEntry {
            network: self.network,
            feed: self.feed,
            epoch: self.head.as_ref().map_or(0, |head| head.epoch) + u32::from(payload.kind() == Kind::EpochStart),
            seq: self.head.as_ref().map_or(0, |head| head.seq + 1),
            prev: self.head.as_ref().map_or(EntryId::NONE, |head| head.entry),
            time_ms: self.now_ms,
            payload,
            audience,
            salt: Salt(salt_of(self.written)),
        };
        let (entry, salted) = Entry::sign(&new, number, key).unwrap();
        Held { entry, body: Body::Held(salted) }
    }
}

fn salt_of(written: u16) -> [u8; 32] {
    let mut salt = [1; 32];
    salt[..2].copy_from_slice(&written.to_be_bytes());
    salt
}

/// Content of about so many bytes.
pub(crate) fn profile(chars: usize) -> Payload {
    Payload::Profile(Profile { clinician: ClinicianId([1; 32]), name: Text::from("n".repeat(chars.min(120)).as_str()) })
}

/// Content that fills a payload of so many bytes, of a kind that newer software knows.
pub(crate) fn bulky(bytes: usize) -> Payload {
    Payload::Unknown(Kind::from_code(0x1FF), Bytes(encode(&Text::from("b".repeat(bytes).as_str()))))
}

pub(crate) fn node_keys(transport: Peer) -> Payload {
    Payload::NodeKeys(NodeKeys { keys: vec![NodeKey { transport, addresses: Vec::new(), proof: None }] })
}

pub(crate) fn rotation(house: u8, purpose: u8) -> Payload {
    Payload::KeyRotation(KeyRotation { signing: Some(key(house, purpose).public()), root: None, since: None })
}

/// Goes on with another key.
pub(crate) fn epoch_start(house: u8, purpose: u8) -> Payload {
    let signing = key(house, purpose).public();
    Payload::EpochStart(EpochStart { signing, withdrawals: Vec::new(), revocations: Vec::new(), certificate: None })
}

pub(crate) fn the_end() -> Payload {
    Payload::EndOfFeed(EndOfFeed { reason: EndReason::Left, successor: None })
}

pub(crate) fn withdrawal(entry: EntryId) -> Payload {
    Payload::Withdrawal(Withdrawal { target: Target::Entry(entry), ground: Ground::AuthorWish, from: None })
}

pub(crate) fn frame_of(held: &Held) -> EntryFrame {
    EntryFrame { entry: held.entry.bytes().clone(), body: held.body.clone() }
}

pub(crate) fn arrival(held: &Held) -> Arrival {
    Arrival::parse(frame_of(held)).unwrap()
}

/// The same header with another payload.
pub(crate) fn spoiled(held: &Held) -> Held {
    let other = Salted { salt: Salt([99; 32]), bytes: Bytes(vec![0xa0]) };
    Held { body: Body::Held(other), ..held.clone() }
}

/// The same header without its payload.
pub(crate) fn bare(held: &Held, absence: Absence) -> Held {
    Held { body: Body::Absent(absence), ..held.clone() }
}

/// The same header with a signature that does not hold.
pub(crate) fn forged(held: &Held) -> Arrival {
    let mut frame = frame_of(held);
    frame.entry.signature.0[40] ^= 1;
    Arrival::parse(frame).unwrap()
}
