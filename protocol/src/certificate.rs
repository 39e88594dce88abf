//! What the governors of a network decide: charters, certificates with their votes, and the papers of joining.

use std::collections::BTreeSet;

use crate::{
    choice,
    codec::{Bytes, Malformed, Text, decode, encode},
    id::{CharterId, EntryId, FeedId, NetworkId},
    key::{KeyError, PublicKey, Purpose, SecretKey, Signature},
    limits,
    payload::{
        at_most, chars_at_most,
        control::{NodeKey, Place, Target},
    },
    wire,
};

wire! {
    /// The founding document of a network, or a later version of it. Its id is the hash of its bytes.
    pub struct Charter {
        /// 0 for the founding one, then one more each time.
        1 => version: u32,
        /// 32 random bytes; they make the network unlike any other.
        2 => nonce: [u8; 32],
        /// The version before; absent in the founding one.
        3 => previous: Option<CharterId>,
        /// What the network is called.
        4 => name: Text,
        /// 1 to 21 institutions that decide.
        5 => governors: Vec<Governor>,
        /// The members from which this version starts, besides its governors: their ids, ascending, in one string of bytes,
        /// so that thousands of them are one item.
        6 => members: Bytes,
        /// What the members agreed on, for people.
        7 => terms: Text,
        /// What receivers allow a feed to grow by.
        8 => growth: Growth,
    }

    /// How much a feed may grow before receivers pull no faster.
    pub struct Growth {
        /// Entries a second, sustained.
        1 => entries_per_second: u32,
        /// Entries at once.
        2 => entries_burst: u32,
        /// Entries a day.
        3 => entries_per_day: u32,
        /// Bytes of payload a day.
        4 => payload_bytes_per_day: u64,
    }

    /// A founder, whose feed id follows from the network's id.
    pub struct Founder {
        /// Root key 0.
        1 => root: PublicKey,
        /// `H("next", next root key)`.
        2 => next_root: [u8; 32],
        /// Signs decisions.
        3 => vote: PublicKey,
        /// What the institution is called, for people who read the charter before any feed exists.
        4 => name: Text,
    }

    /// A governor of a later version.
    pub struct Seat {
        /// Whose seat it is.
        1 => feed: FeedId,
        /// Signs decisions.
        2 => vote: PublicKey,
    }

    /// A decision with the votes for it. It verifies by itself.
    pub struct Certificate {
        /// The encoded [`Decision`], signed as it stands.
        1 => decision: Bytes,
        /// Distinct governors, more than half of them.
        2 => votes: Vec<Vote>,
    }

    /// A governor's signature under a decision.
    pub struct Vote {
        /// The vote key.
        1 => key: PublicKey,
        /// Over the decision's bytes.
        2 => signature: Signature,
    }

    /// A member comes, as of a charter version.
    pub struct Membership {
        /// The institution.
        1 => feed: FeedId,
        /// Rises with each return; an expulsion beats the admission with the same number.
        2 => round: u32,
        /// The charter that was the newest.
        3 => charter: CharterId,
        /// The feed that this one succeeds, where that one can no longer speak.
        4 => succeeds: Option<FeedId>,
    }

    /// A member goes, as of a charter version.
    pub struct Expulsion {
        /// The institution.
        1 => feed: FeedId,
        /// That of the admission which it ends, or a later one.
        2 => round: u32,
        /// The charter that was the newest.
        3 => charter: CharterId,
        /// The last entry of its feed that counts: up to there all nodes go on exchanging it, and nobody takes more. Absent:
        /// each keeps what it has.
        4 => last: Option<Place>,
    }

    /// Which tip of a forked feed goes on.
    pub struct Continuation {
        /// The feed.
        1 => feed: FeedId,
        /// The epoch that starts.
        2 => epoch: u32,
        /// The entry after which it starts.
        3 => tip: EntryId,
        /// The charter that was the newest.
        4 => charter: CharterId,
    }

    /// A withdrawal for a feed that can no longer speak.
    pub struct ForcedWithdrawal {
        /// The feed of what is withdrawn.
        1 => feed: FeedId,
        /// What.
        2 => target: Target,
        /// The charter that was the newest.
        3 => charter: CharterId,
    }

    /// A new charter version.
    pub struct Succession {
        /// The version that ends.
        1 => previous: CharterId,
        /// The version that begins.
        2 => next: CharterId,
    }

    /// What an institution shows of itself before it is a member.
    pub struct Card {
        /// What it is called.
        1 => name: Text,
        /// ISO 3166-1 alpha-2.
        2 => country: Text,
        /// Root key 0.
        3 => root: PublicKey,
        /// `H("next", next root key)`.
        4 => next_root: [u8; 32],
        /// The key with which it would vote as a governor.
        5 => vote: PublicKey,
        /// Its first transport key and addresses.
        6 => node: NodeKey,
    }

    /// A card under the signature of its root key.
    pub struct SignedCard {
        /// The encoded [`Card`], signed as it stands.
        1 => card: Bytes,
        /// By the root key, for no network.
        2 => signature: Signature,
    }

    /// What a candidate gets back: enough to know the network and to reach somebody in it.
    pub struct Invitation {
        /// All charters, oldest first.
        1 => charters: Vec<Bytes>,
        /// The decisions that hold now.
        2 => certificates: Vec<Certificate>,
        /// Where members listen.
        3 => nodes: Vec<NodeOf>,
    }

    /// A transport key and whose it is.
    pub struct NodeOf {
        /// The institution.
        1 => feed: FeedId,
        /// Its key and addresses.
        2 => node: NodeKey,
    }
}

choice! {
    /// Who decides.
    pub enum Governor {
        /// In the founding charter.
        1 => Founder(Founder),
        /// In later ones.
        2 => Seat(Seat),
    }
}

choice! {
    /// What governors decide.
    pub enum Decision {
        /// A charter; the founding one names itself as its own predecessor.
        1 => Charter(Succession),
        /// Somebody joins.
        2 => Admission(Membership),
        /// Somebody is excluded.
        3 => Expulsion(Expulsion),
        /// A forked feed goes on.
        4 => Continuation(Continuation),
        /// Something is withdrawn for a feed that cannot speak.
        5 => Withdrawal(ForcedWithdrawal),
    }
}

/// A card was signed before its institution had a network.
const NO_NETWORK: NetworkId = NetworkId([0; 32]);

impl Default for Growth {
    fn default() -> Self {
        Self { entries_per_second: 20, entries_burst: 200, entries_per_day: 100_000, payload_bytes_per_day: 2 << 30 }
    }
}

impl Charter {
    /// Reads a charter.
    ///
    /// # Errors
    /// [`Malformed`], also where it contradicts itself.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        at_most("charter", bytes.len(), "bytes", limits::CHARTER_BYTES_MAX)?;
        let charter: Self = decode(bytes)?;
        let wrong = |what| Err(Malformed::Form { at: 0, what });
        at_most("charter", charter.governors.len(), "governors", limits::GOVERNORS_MAX)?;
        chars_at_most("network name", &charter.name, limits::NAME_CHARS_MAX)?;
        let is_founding = charter.version == 0;
        if charter.governors.is_empty() {
            return wrong("a charter without governors");
        }
        if is_founding != charter.previous.is_none() {
            return wrong("a founding charter has no predecessor, and every other has one");
        }
        if charter.governors.iter().any(|governor| is_founding != matches!(governor, Governor::Founder(_))) {
            return wrong("founders stand in the founding charter and nowhere else");
        }
        let mut votes: Vec<_> = charter.governors.iter().map(Governor::vote).collect();
        votes.sort_unstable();
        votes.dedup();
        if votes.len() != charter.governors.len() {
            return wrong("two governors with one vote key");
        }
        let mut houses: Vec<_> = charter.governors.iter().map(|it| it.feed(&NO_NETWORK)).collect();
        houses.sort_unstable();
        houses.dedup();
        if houses.len() != charter.governors.len() {
            return wrong("an institution with two seats");
        }
        if !charter.members.0.len().is_multiple_of(32) || !charter.members().is_sorted_by(|one, next| one < next) {
            return wrong("members are not ascending ids");
        }
        Ok(charter)
    }

    /// The members from which this version starts, besides its governors.
    pub fn members(&self) -> impl Iterator<Item = FeedId> {
        let (ids, _) = self.members.0.as_chunks();
        ids.iter().copied().map(FeedId)
    }

    /// Members as a charter lists them.
    pub fn list(members: impl IntoIterator<Item = FeedId>) -> Bytes {
        let members: BTreeSet<FeedId> = members.into_iter().collect();
        Bytes(members.into_iter().flat_map(|feed| feed.0).collect())
    }
}

impl Governor {
    /// The key that signs decisions.
    pub const fn vote(&self) -> PublicKey {
        match self {
            Self::Founder(founder) => founder.vote,
            Self::Seat(seat) => seat.vote,
        }
    }

    /// The feed of the governor in a network.
    pub fn feed(&self, network: &NetworkId) -> FeedId {
        match self {
            Self::Founder(founder) => FeedId::derive(network, &founder.root, &founder.next_root),
            Self::Seat(seat) => seat.feed,
        }
    }
}

impl Decision {
    /// The bytes that are voted on.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }
}

impl Vote {
    /// Votes for a decision.
    pub fn sign(network: &NetworkId, decision: &[u8], key: &SecretKey) -> Self {
        Self { key: key.public(), signature: key.sign(Purpose::Certificate, network, decision) }
    }

    /// Verifies the vote.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, network: &NetworkId, decision: &[u8]) -> Result<(), KeyError> {
        self.key.verify(Purpose::Certificate, network, decision, &self.signature)
    }
}

impl Certificate {
    /// What was decided; whether enough governors did is for the roster to say.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn decision(&self) -> Result<Decision, Malformed> {
        at_most("certificate", self.votes.len(), "votes", limits::GOVERNORS_MAX)?;
        decode(&self.decision.0)
    }
}

impl SignedCard {
    /// Signs a card with its root key.
    pub fn sign(card: &Card, root: &SecretKey) -> Self {
        let card = encode(card);
        let signature = root.sign(Purpose::Card, &NO_NETWORK, &card);
        Self { card: Bytes(card), signature }
    }

    /// The card, once its signature holds.
    ///
    /// # Errors
    /// [`CardError`].
    pub fn open(&self) -> Result<Card, CardError> {
        let card: Card = decode(&self.card.0)?;
        card.node.check()?;
        chars_at_most("institution name", &card.name, limits::NAME_CHARS_MAX)?;
        card.root.verify(Purpose::Card, &NO_NETWORK, &self.card.0, &self.signature)?;
        Ok(card)
    }
}

/// A card that cannot be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Not a card.
    #[error("not an institution card")]
    Malformed(#[from] Malformed),
    /// Changed, or signed by somebody else.
    #[error("the card is not signed by its own root key")]
    Key(#[from] KeyError),
}
