//! The institutions of a run: names, keys, and the papers that make them members.

use feed::Peer;
use protocol::{
    Audience, CharterId, FeedId, NetworkId, Payload, PublicKey, Salt, SecretKey,
    certificate::{
        Card, Certificate, Charter, Decision, Expulsion, Founder, Governor, Growth, Membership, SignedCard, Succession,
        Vote,
    },
    codec::{Bytes, Text, encode},
    message::Papers,
    payload::control::{Attestation, Genesis, NodeKey, NodeKeys, Place, Profession, Scope},
};

use crate::chance::Chance;

/// Institutions that decide, at most.
const GOVERNORS_MAX: usize = 5;

const NAMES: [&str; 30] = [
    "Arosa", "Bern", "Chur", "Davos", "Elm", "Flims", "Genf", "Horgen", "Ilanz", "Jona", "Köniz", "Luzern", "Morges",
    "Nyon", "Olten", "Pully", "Quarten", "Riehen", "Sion", "Thun", "Uster", "Vevey", "Wil", "Xaver", "Yverdon", "Zug",
    "Aarau", "Basel", "Cham", "Dietikon",
];

/// One institution with all its keys.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) feed: FeedId,
    pub(crate) peer: Peer,
    /// Root keys, each committed by the one before it; the last one has signed nothing yet.
    pub(crate) roots: Vec<SecretKey>,
    /// Signing keys, oldest first; what was written with the newest may have been lost with it.
    pub(crate) signing: Vec<SecretKey>,
    /// People of the house, newest last.
    pub(crate) clinicians: Vec<SecretKey>,
    vote: SecretKey,
}

/// The network that the institutions found.
#[derive(Debug)]
pub(crate) struct Founding {
    pub(crate) network: NetworkId,
    /// What every founder knows: the charter, and who was admitted at first.
    pub(crate) papers: Papers,
    /// The same, verified.
    pub(crate) known: trust::Papers,
    charter: CharterId,
    governors: Vec<SecretKey>,
}

impl Founding {
    /// A network of so many institutions. The last one stays outside if `is_last_late`.
    pub(crate) fn of(count: usize, is_last_late: bool, chance: &mut Chance) -> (Self, Vec<Member>) {
        let mut members: Vec<Member> = (0..count).map(|index| Member::drawn(index, chance)).collect();
        let governors = count.min(GOVERNORS_MAX);
        let charter = charter_of(members.iter().take(governors), chance);
        let network = NetworkId::of_charter(&charter.0);
        for member in &mut members {
            member.feed = FeedId::derive(&network, &member.roots[0].public(), &member.roots[1].public().commitment());
        }
        let id = CharterId::of(&charter.0);
        let known = trust::Papers::found(&charter).expect("the founding charter is one");
        let papers = Papers { charters: vec![charter], certificates: Vec::new() };
        let votes = members.iter().take(governors).map(|member| SecretKey::from_seed(&member.vote.seed()));
        let mut founding = Self { network, papers, known, charter: id, governors: votes.collect() };
        let mut certificates = vec![founding.certified(&Decision::Charter(Succession { previous: id, next: id }))];
        let admitted = members.iter().take(count - usize::from(is_last_late)).skip(governors);
        certificates.extend(admitted.map(|member| founding.admission_of(member.feed)));
        founding.papers.certificates = certificates;
        let (_, taken) = founding.known.take(&founding.papers);
        assert_eq!(taken, Ok(()), "the founders' votes are good");
        (founding, members)
    }

    /// The decision that admits an institution, with the votes of all governors.
    pub(crate) fn admission_of(&self, feed: FeedId) -> Certificate {
        self.certified(&Decision::Admission(self.membership_of(feed)))
    }

    /// The decision that expels it again.
    pub(crate) fn expulsion_of(&self, feed: FeedId, last: Option<Place>) -> Certificate {
        self.certified(&Decision::Expulsion(Expulsion { feed, round: 1, charter: self.charter, last }))
    }

    const fn membership_of(&self, feed: FeedId) -> Membership {
        Membership { feed, round: 1, charter: self.charter, succeeds: None }
    }

    fn certified(&self, decision: &Decision) -> Certificate {
        let bytes = decision.encode();
        let votes = self.governors.iter().map(|vote| Vote::sign(&self.network, &bytes, vote)).collect();
        Certificate { decision: Bytes(bytes), votes }
    }
}

impl Member {
    fn drawn(index: usize, chance: &mut Chance) -> Self {
        let name = NAMES.get(index).map_or_else(|| format!("House {index}"), |name| (*name).to_owned());
        let mut key = || SecretKey::from_seed(&chance.bytes());
        let (roots, signing, clinicians, vote) = (vec![key(), key()], vec![key()], vec![key()], key());
        Self { name, feed: FeedId([0; 32]), peer: PublicKey(chance.bytes()), roots, signing, clinicians, vote }
    }

    /// The root key of the first entry.
    pub(crate) fn root(&self) -> &SecretKey {
        &self.roots[0]
    }

    fn next_root(&self) -> [u8; 32] {
        self.roots[1].public().commitment()
    }

    /// The key that signs, as the feed names it.
    pub(crate) fn signing(&self, named: Option<PublicKey>) -> SecretKey {
        let key = self.signing.iter().find(|key| Some(key.public()) == named).unwrap_or(&self.signing[0]);
        SecretKey::from_seed(&key.seed())
    }

    /// What it shows before it has written anything.
    pub(crate) fn card(&self) -> SignedCard {
        let card = Card {
            name: Text::from(self.name.as_str()),
            country: Text::from("CH"),
            root: self.root().public(),
            next_root: self.next_root(),
            vote: self.vote.public(),
            node: NodeKey { transport: self.peer, addresses: Vec::new(), proof: None },
        };
        SignedCard::sign(&card, self.root())
    }

    /// The first entry of the feed.
    pub(crate) fn genesis(&self) -> Payload {
        Payload::Genesis(Genesis {
            root: self.root().public(),
            next_root: self.next_root(),
            signing: self.signing[0].public(),
            name: Text::from(self.name.as_str()),
            country: Text::from("CH"),
        })
    }

    /// What follows it: where the node listens, and who may speak.
    pub(crate) fn first_control(&self) -> [Payload; 2] {
        let node = NodeKey { transport: self.peer, addresses: Vec::new(), proof: None };
        [Payload::NodeKeys(NodeKeys { keys: vec![node] }), attested(&self.clinicians[0])]
    }
}

/// The house vouches for a person.
pub(crate) fn attested(clinician: &SecretKey) -> Payload {
    Payload::Attestation(Attestation {
        clinician: clinician.clinician(),
        profession: Profession::Physician,
        specialties: Vec::new(),
        scope: Scope::FULL,
        until_ms: 1 << 50,
        pseudonym_in: None,
    })
}

/// A draft for everybody.
pub(crate) fn open_draft(payload: Payload, chance: &mut Chance) -> feed::Draft {
    feed::Draft { payload, audience: Audience::Network, salt: Salt(chance.bytes()) }
}

fn charter_of<'a>(governors: impl Iterator<Item = &'a Member>, chance: &mut Chance) -> Bytes {
    let governors = governors.map(|member| {
        Governor::Founder(Founder {
            root: member.root().public(),
            next_root: member.next_root(),
            vote: member.vote.public(),
            name: Text::from(member.name.as_str()),
        })
    });
    Bytes(encode(&Charter {
        version: 0,
        nonce: chance.bytes(),
        previous: None,
        name: Text::from("A virtual network"),
        governors: governors.collect(),
        members: Bytes::default(),
        terms: Text::from("As it is in the scenario."),
        growth: Growth::default(),
    }))
}
