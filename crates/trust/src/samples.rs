//! A small network and a small feed for the tests of this crate: keys from single bytes, papers and entries with real signatures.

use protocol::{
    Audience, CharterId, Entry, EntryBytes, EntryId, FeedId, Header, NetworkId, NewEntry, Payload, Purpose, Salt,
    Salted, SecretKey, Unverified,
    certificate::{
        Certificate, Charter, Decision, Expulsion, Founder, Governor, Growth, Membership, Seat, Succession, Vote,
    },
    codec::{Bytes, Text, encode},
    payload::control::{Genesis, Place},
};

use crate::{Institution, Papers};

/// The key of a seed.
pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// A feed that needs no keys.
pub(crate) fn stranger(byte: u8) -> FeedId {
    FeedId([byte; 32])
}

/// A network whose founders 0, 1, 2 … vote with the keys 100, 101, 102 …
pub(crate) struct Network {
    pub(crate) founding: Bytes,
    pub(crate) founders: u8,
}

impl Network {
    pub(crate) fn of(founders: u8) -> Self {
        let governors = (0..founders).map(|founder| {
            Governor::Founder(Founder {
                root: key(founder).public(),
                next_root: key(50 + founder).public().commitment(),
                vote: key(100 + founder).public(),
                name: Text::from("House"),
            })
        });
        Self { founding: charter(0, None, governors.collect(), &[], ""), founders }
    }

    pub(crate) fn id(&self) -> NetworkId {
        NetworkId::of_charter(&self.founding.0)
    }

    pub(crate) fn v0(&self) -> CharterId {
        CharterId::of(&self.founding.0)
    }

    /// The feed of a founder.
    pub(crate) fn feed(&self, founder: u8) -> FeedId {
        FeedId::derive(&self.id(), &key(founder).public(), &key(50 + founder).public().commitment())
    }

    /// The papers with every founder's signature.
    pub(crate) fn papers(&self) -> Papers {
        let mut papers = Papers::found(&self.founding).unwrap();
        papers.add_certificate(&self.founded_by(0..self.founders)).unwrap();
        papers
    }

    /// The founding decision with some founders' votes.
    pub(crate) fn founded_by(&self, founders: impl IntoIterator<Item = u8>) -> Certificate {
        let decision = Decision::Charter(Succession { previous: self.v0(), next: self.v0() });
        self.certify(&decision, founders)
    }

    /// A decision with the votes of keys 100 + n.
    pub(crate) fn certify(&self, decision: &Decision, voters: impl IntoIterator<Item = u8>) -> Certificate {
        let bytes = decision.encode();
        let votes = voters.into_iter().map(|voter| Vote::sign(&self.id(), &bytes, &key(100 + voter)));
        Certificate { votes: votes.collect(), decision: Bytes(bytes) }
    }

    /// The next charter, whose governors are strangers that vote with keys 100 + n.
    pub(crate) fn after(&self, previous: &Bytes, governors: &[u8], members: &[FeedId], terms: &str) -> Bytes {
        let version = Charter::decode(&previous.0).unwrap().version + 1;
        let seats = governors.iter().map(|n| Governor::Seat(Seat { feed: self.feed(*n), vote: key(100 + n).public() }));
        charter(version, Some(CharterId::of(&previous.0)), seats.collect(), members, terms)
    }
}

/// Goes from one charter to the next.
pub(crate) fn succession(previous: &Bytes, next: &Bytes) -> Decision {
    Decision::Charter(Succession { previous: CharterId::of(&previous.0), next: CharterId::of(&next.0) })
}

pub(crate) fn admission(feed: FeedId, round: u32, charter: CharterId) -> Decision {
    Decision::Admission(Membership { feed, round, charter, succeeds: None })
}

pub(crate) fn expulsion(feed: FeedId, round: u32, charter: CharterId) -> Decision {
    expulsion_at(feed, round, charter, None)
}

/// An expulsion that says which entry is the last that counts.
pub(crate) fn expulsion_at(feed: FeedId, round: u32, charter: CharterId, last: Option<Place>) -> Decision {
    Decision::Expulsion(Expulsion { feed, round, charter, last })
}

pub(crate) fn charter(
    version: u32,
    previous: Option<CharterId>,
    governors: Vec<Governor>,
    members: &[FeedId],
    terms: &str,
) -> Bytes {
    Bytes(encode(&Charter {
        version,
        nonce: [7; 32],
        previous,
        name: Text::from("Sample"),
        governors,
        members: Charter::list(members.iter().copied()),
        terms: Text::from(terms),
        growth: Growth::default(),
    }))
}

/// Writes one feed: root keys 10 and 11 (committed), 12 (committed by 11); signing keys from 20 on.
#[derive(Clone)]
pub(crate) struct Author {
    pub(crate) network: NetworkId,
    pub(crate) feed: FeedId,
    pub(crate) root: u8,
    pub(crate) signing: (u32, u8),
    pub(crate) head: Option<Place>,
}

impl Author {
    /// An author with a genesis, and the institution that it founds.
    pub(crate) fn founded() -> (Self, Institution) {
        let network = NetworkId([1; 32]);
        let next_root = key(11).public().commitment();
        let feed = FeedId::derive(&network, &key(10).public(), &next_root);
        let genesis = Genesis {
            root: key(10).public(),
            next_root,
            signing: key(20).public(),
            name: Text::from("House"),
            country: Text::from("CH"),
        };
        let mut author = Self { network, feed, root: 10, signing: (1, 20), head: None };
        let (entry, _) = author.write(&Payload::Genesis(genesis.clone()));
        let (institution, _) = Institution::found(&genesis, entry.to_unverified()).unwrap();
        (author, institution)
    }

    /// The next entry, signed by the key that its class asks for.
    pub(crate) fn write(&mut self, payload: &Payload) -> (Entry, Salted) {
        let (number, seed) = if payload.class() == protocol::Class::Root { (0, self.root) } else { self.signing };
        let (entry, salted) = self.draft(payload, number, seed);
        let seq = entry.header().seq;
        self.head = Some(Place { epoch: 0, seq, entry: entry.id() });
        (entry, salted)
    }

    /// The next entry, signed by any key; the feed does not go on.
    pub(crate) fn draft(&self, payload: &Payload, number: u32, seed: u8) -> (Entry, Salted) {
        let new = NewEntry {
            network: self.network,
            feed: self.feed,
            epoch: 0,
            seq: self.head.as_ref().map_or(0, |head| head.seq + 1),
            prev: self.head.as_ref().map_or(EntryId::NONE, |head| head.entry),
            time_ms: 1_000,
            payload,
            audience: Audience::Network,
            salt: Salt([3; 32]),
        };
        Entry::sign(&new, number, &key(seed)).unwrap()
    }

    /// Writes an entry and lets the institution take account of it.
    pub(crate) fn tell(&mut self, institution: &mut Institution, payload: &Payload) -> Place {
        let (entry, salted) = self.write(payload);
        institution.apply(&entry, Some(&salted));
        self.head.clone().unwrap()
    }

    /// The next entry as newer software would write it; the feed does not go on.
    pub(crate) fn of_version(&self, version: u16, payload: &Payload) -> (Entry, Salted) {
        let (number, seed) = self.signing;
        let (entry, salted) = self.draft(payload, number, seed);
        let header = Header { version, ..entry.header().clone() }.encode();
        let signature = key(seed).sign(Purpose::Entry, &self.network, &header);
        let unverified = Unverified::parse(EntryBytes { header: Bytes(header), signature }).unwrap();
        (unverified.verify(&key(seed).public()).unwrap(), salted)
    }

    /// What somebody else would receive.
    pub(crate) fn forged(&self, payload: &Payload, number: u32, seed: u8) -> Unverified {
        self.draft(payload, number, seed).0.to_unverified()
    }
}
