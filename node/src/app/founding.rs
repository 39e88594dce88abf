//! Founding a network and joining one: charters that go from founder to founder, cards, votes, invitations.

use std::collections::{BTreeMap, BTreeSet};

use house::{
    Actor, Permission,
    audit::{Action, ObjectId, Outcome},
};
use protocol::{
    CharterId, FeedId, NetworkId,
    certificate::{
        Card, Certificate, Charter, Decision, Founder, Governor, Growth, Invitation, Membership, NodeOf, SignedCard,
        Succession, Vote,
    },
    codec::{Bytes, Text, encode},
    message,
    payload::control::NodeKey,
};
use serde::Serialize;
use trust::{Papers, Roster};

use super::{App, AppError, wording::unfit_line};
use crate::{
    armor::{from_line, to_line},
    card::CardFile,
    entropy,
    keys::{KeyFileError, Which},
};

/// What a charter in the making says, for people.
#[derive(Debug, Serialize)]
pub(crate) struct CharterReading {
    network: String,
    name: String,
    version: u32,
    terms: String,
    founders: Vec<FounderReading>,
    is_complete: bool,
}

/// A founder and whether it signed.
#[derive(Debug, Serialize)]
pub(crate) struct FounderReading {
    name: String,
    feed: String,
    has_signed: bool,
}

/// An admission that waits for votes.
#[derive(Debug, Serialize)]
pub(crate) struct WaitingAdmission {
    feed: String,
    /// As its card says; absent where only its feed is known.
    name: Option<String>,
    country: Option<String>,
    votes: usize,
    votes_needed: usize,
}

impl App {
    /// This institution's card, signed with its root key.
    pub(crate) fn card(&self) -> Result<String, AppError> {
        let node = self.own_node()?;
        if let Some(address) = uncallable(&node) {
            return Err(AppError::Conflict(format!(
                "others cannot call this node at {address}; set network.announce in its configuration to an address under which \
                 they reach it, such as /dns4/node.hospital.example/tcp/4001"
            )));
        }
        Ok(to_line(&match self.network() {
            Some(joined) => self.card_file(&joined.id()).card(&self.keys, &self.identity, node)?,
            None => self.keys.card(&self.identity, node)?,
        }))
    }

    /// Drafts a founding charter from the cards of its founders. Returns the line that goes from founder to founder.
    pub(crate) fn draft_charter(&self, name: &str, cards: &[String], terms: &str) -> Result<String, AppError> {
        self.check_free()?;
        if let Some(unfit) = unfit_line("name of the network", name) {
            return Err(unfit.into());
        }
        let cards: Vec<Card> = cards.iter().map(|line| read_card(line)).collect::<Result<_, _>>()?;
        let own_root = self.keys.secret(Which::Root)?.public();
        if !cards.iter().any(|card| card.root == own_root) {
            return Err(AppError::invalid("cards", "this institution's own card is not among the founders' cards"));
        }
        check_founders(&cards)?;
        let charter = Charter {
            version: 0,
            nonce: entropy::draw(),
            previous: None,
            name: Text::from(name),
            governors: cards.iter().map(|card| Governor::Founder(founder(card))).collect(),
            members: Bytes::default(),
            terms: Text::from(terms),
            growth: Growth::default(),
        };
        let bytes = encode(&charter);
        Charter::decode(&bytes).map_err(|cause| AppError::invalid("charter", &cause.to_string()))?;
        let network = NetworkId::of_charter(&bytes);
        let nodes = cards
            .into_iter()
            .map(|card| NodeOf { feed: FeedId::derive(&network, &card.root, &card.next_root), node: card.node })
            .collect();
        Ok(to_line(&Invitation { charters: vec![Bytes(bytes)], certificates: Vec::new(), nodes }))
    }

    /// Refuses to found another network.
    fn check_free(&self) -> Result<(), AppError> {
        self.network().map_or(Ok(()), |_| Err(AppError::conflict("this institution is in a network already")))
    }

    /// Adds this institution's signature to a charter in the making.
    pub(crate) fn sign_charter(&self, line: &str, actor: &Actor) -> Result<String, AppError> {
        self.check_free()?;
        let mut making = Making::read(line)?;
        let vote = self.keys.secret(Which::Vote)?;
        if !making.charter.governors.iter().any(|governor| governor.vote() == vote.public()) {
            return Err(AppError::invalid("charter", "this institution is not among the founders"));
        }
        self.note_membership(actor, making.network)?;
        let decision = making.decision().encode();
        let signed =
            Certificate { votes: vec![Vote::sign(&making.network, &decision, &vote)], decision: Bytes(decision) };
        making.papers.add_certificate(&signed)?;
        making.invitation.certificates = making.papers.certificates().collect();
        Ok(to_line(&making.invitation))
    }

    /// Reads a charter in the making aloud.
    pub(crate) fn read_charter(&self, line: &str) -> Result<CharterReading, AppError> {
        let making = Making::read(line)?;
        let decision = making.decision().encode();
        let votes: BTreeSet<_> = making
            .papers
            .certificates()
            .filter(|certificate| certificate.decision.0 == decision)
            .flat_map(|certificate| certificate.votes.into_iter().map(|vote| vote.key))
            .collect();
        let founders = making.charter.governors.iter().map(|governor| FounderReading {
            name: if let Governor::Founder(founder) = governor { founder.name.0.clone() } else { String::new() },
            feed: governor.feed(&making.network).to_string(),
            has_signed: votes.contains(&governor.vote()),
        });
        Ok(CharterReading {
            network: making.network.to_string(),
            name: making.charter.name.0.clone(),
            version: making.charter.version,
            terms: making.charter.terms.0.clone(),
            founders: founders.collect(),
            is_complete: making.papers.roster().is_founded(),
        })
    }

    /// Joins a network, or learns from an invitation to the own one what is new: papers, and where its members are. Returns its
    /// id.
    pub(crate) async fn join(&self, line: &str, actor: &Actor) -> Result<NetworkId, AppError> {
        let Making { network, papers, invitation, .. } = Making::read(line)?;
        if let Some(joined) = self.network() {
            if joined.id() != network {
                let why = format!("this node is in network {} already; the line is of another", joined.id().short());
                return Err(AppError::Conflict(why));
            }
            self.note_membership(actor, network)?;
            let Invitation { charters, certificates, mut nodes } = invitation;
            joined.add_papers(message::Papers { charters, certificates }).await?;
            nodes.retain(|node| node.feed != joined.me());
            joined.learn_addresses(nodes).await?;
            return Ok(network);
        }
        let roster = papers.roster();
        if !roster.is_founded() {
            let missing = self.read_charter(line)?.founders.into_iter().filter(|founder| !founder.has_signed);
            let missing = missing.map(|founder| founder.name).collect::<Vec<_>>().join(", ");
            let why = format!("not all founders have signed the charter yet; missing are: {missing}");
            return Err(AppError::Invalid { what: "invitation", why });
        }
        let me = self.own_feed(&network)?;
        if roster.member(&me).is_none() {
            return Err(AppError::invalid("invitation", "this institution is not a member of that network"));
        }
        self.note_membership(actor, network)?;
        self.enter(network, me, &papers, invitation.nodes)?;
        self.start_network(network, me).await?;
        Ok(network)
    }

    /// Proposes to admit an institution; this node's vote is the first. Returns its feed.
    pub(crate) async fn admit(&self, line: &str, actor: &Actor) -> Result<WaitingAdmission, AppError> {
        let signed: SignedCard = from_line(line)?;
        let card = opened(&signed)?;
        let network = self.joined()?;
        let feed = FeedId::derive(&network.id(), &card.root, &card.next_root);
        let (roster, papers) = network.exchange(|exchange| (exchange.roster().clone(), exchange.papers().clone()));
        if roster.member(&feed).is_some() {
            return Err(AppError::conflict("this institution is a member already"));
        }
        let open = open_admissions(&roster, &papers).into_iter().find(|(membership, _)| membership.feed == feed);
        let membership = open.map_or_else(
            || {
                let rounds = papers.certificates().filter_map(|certificate| rounds(&certificate, &feed));
                let round = rounds.max().map_or(0, |round| round + 1);
                Membership { feed, round, charter: roster.charter(), succeeds: None }
            },
            |(membership, _)| membership,
        );
        self.permit(actor, Permission::ManageMembership)?;
        network.learn_addresses(vec![NodeOf { feed, node: card.node }]).await?;
        let waiting = self.vote(membership, actor).await?;
        let path = self.layout.network(&network.id()).newcomer(&feed);
        CardFile::new(path.clone()).keep(&signed).map_err(|source| KeyFileError::Io { path, source })?;
        Ok(self.named(waiting, &network.id(), &feed))
    }

    /// Admissions that wait for votes.
    pub(crate) fn waiting_admissions(&self) -> Result<Vec<WaitingAdmission>, AppError> {
        let network = self.joined()?;
        let (roster, papers) = network.exchange(|exchange| (exchange.roster().clone(), exchange.papers().clone()));
        let waiting = open_admissions(&roster, &papers).into_iter();
        let waiting =
            waiting.map(|(membership, certificate)| (membership.feed, reading(&roster, &membership, &certificate)));
        Ok(waiting.map(|(feed, waiting)| self.named(waiting, &network.id(), &feed)).collect())
    }

    /// Votes for an admission that waits.
    pub(crate) async fn certify(&self, feed: &FeedId, actor: &Actor) -> Result<WaitingAdmission, AppError> {
        let network = self.joined()?;
        let (roster, papers) = network.exchange(|exchange| (exchange.roster().clone(), exchange.papers().clone()));
        let open = open_admissions(&roster, &papers).into_iter().find(|(membership, _)| membership.feed == *feed);
        let (membership, _) = open.ok_or(AppError::NotFound("admission of this institution"))?;
        Ok(self.named(self.vote(membership, actor).await?, &network.id(), feed))
    }

    /// An admission with what the newcomer's card says, if that card was read here.
    fn named(&self, mut waiting: WaitingAdmission, network: &NetworkId, feed: &FeedId) -> WaitingAdmission {
        let card = CardFile::new(self.layout.network(network).newcomer(feed)).opened();
        if let Some(card) = card.filter(|card| FeedId::derive(network, &card.root, &card.next_root) == *feed) {
            waiting.name = Some(card.name.0);
            waiting.country = Some(card.country.0);
        }
        waiting
    }

    /// What an admitted institution needs to join.
    pub(crate) fn invitation(&self, actor: &Actor) -> Result<String, AppError> {
        let network = self.joined()?;
        self.note_membership(actor, network.id())?;
        let papers = network.exchange(|exchange| exchange.papers().to_message());
        let mut nodes = network.known_nodes();
        let own = self.own_node()?;
        if uncallable(&own).is_none() {
            // As it is configured now: our feed may not have been able to say so yet.
            nodes.retain(|node| node.feed != network.me());
            nodes.push(NodeOf { feed: network.me(), node: own });
        }
        Ok(to_line(&Invitation { charters: papers.charters, certificates: papers.certificates, nodes }))
    }

    /// Records an act of membership. If it cannot be written down, it is not done.
    fn note_membership(&self, actor: &Actor, object: impl Into<ObjectId>) -> Result<(), AppError> {
        self.permit(actor, Permission::ManageMembership)?;
        Ok(self.desk.note(actor, Action::ManageMembership, vec![object.into()], Outcome::Done)?)
    }

    async fn vote(&self, membership: Membership, actor: &Actor) -> Result<WaitingAdmission, AppError> {
        let certificate = self.cast(&Decision::Admission(membership.clone()), membership.feed, actor).await?;
        let roster = self.joined()?.exchange(|exchange| exchange.roster().clone());
        Ok(reading(&roster, &membership, &certificate))
    }

    /// Gives this governor's vote for a decision about an institution. Returns the decision with all votes that are known.
    pub(super) async fn cast(
        &self,
        decision: &Decision,
        about: FeedId,
        actor: &Actor,
    ) -> Result<Certificate, AppError> {
        let network = self.joined()?;
        let vote = self.keys.secret(Which::Vote)?;
        let is_governor = network.exchange(|exchange| exchange.roster().is_governor(&vote.public()));
        if !is_governor {
            return Err(AppError::conflict("only governors of the network vote, and this institution is none"));
        }
        self.note_membership(actor, about)?;
        let bytes = decision.encode();
        let certificate =
            Certificate { votes: vec![Vote::sign(&network.id(), &bytes, &vote)], decision: Bytes(bytes.clone()) };
        network.add_papers(message::Papers { charters: Vec::new(), certificates: vec![certificate] }).await?;
        let papers = network.exchange(|exchange| exchange.papers().clone());
        let merged = papers.certificates().find(|certificate| certificate.decision.0 == bytes);
        merged.ok_or(AppError::NotFound("decision"))
    }

    /// Our feed in a network: by the card that is kept there, else by the keys that it is named after.
    pub(crate) fn own_feed(&self, network: &NetworkId) -> Result<FeedId, AppError> {
        if let Some(feed) = self.card_file(network).feed(network)? {
            return Ok(feed);
        }
        let root = self.keys.secret(Which::Root)?.public();
        let next = self.keys.secret(Which::NextRoot)?.public().commitment();
        Ok(FeedId::derive(network, &root, &next))
    }

    fn card_file(&self, network: &NetworkId) -> CardFile {
        CardFile::new(self.layout.network(network).card())
    }
}

/// A line with charters, votes and addresses, read.
struct Making {
    network: NetworkId,
    charter: Charter,
    papers: Papers,
    invitation: Invitation,
}

impl Making {
    fn read(line: &str) -> Result<Self, AppError> {
        let invitation: Invitation = from_line(line)?;
        let founding = invitation.charters.first().ok_or(AppError::invalid("invitation", "it holds no charter"))?;
        let charter = Charter::decode(&founding.0).map_err(|cause| AppError::invalid("charter", &cause.to_string()))?;
        let mut papers = Papers::found(founding)?;
        let shown =
            message::Papers { charters: invitation.charters.clone(), certificates: invitation.certificates.clone() };
        papers.take(&shown).1?;
        Ok(Self { network: papers.network(), charter, papers, invitation })
    }

    fn decision(&self) -> Decision {
        let id = self.invitation.charters.first().map_or(CharterId([0; 32]), |founding| CharterId::of(&founding.0));
        Decision::Charter(Succession { previous: id, next: id })
    }
}

/// An address of a node at which nobody can call it; none if others find it there.
fn uncallable(node: &NodeKey) -> Option<&str> {
    node.addresses.iter().map(Text::as_str).find(|address| p2p::check_announced(address).is_err())
}

/// Founders that could never connect found nothing.
fn check_founders(cards: &[Card]) -> Result<(), AppError> {
    for (place, card) in cards.iter().enumerate() {
        let name = card.name.as_str();
        if cards.iter().take(place).any(|earlier| earlier.root == card.root) {
            return Err(AppError::Invalid { what: "cards", why: format!("the card of {name} is there twice") });
        }
        if let Some(address) = uncallable(&card.node) {
            let why = format!(
                "others cannot call {name} at {address}; network.announce of its configuration names where they can, and then \
                 it prints its card again"
            );
            return Err(AppError::Invalid { what: "cards", why });
        }
    }
    Ok(())
}

fn read_card(line: &str) -> Result<Card, AppError> {
    opened(&from_line(line)?)
}

fn opened(signed: &SignedCard) -> Result<Card, AppError> {
    signed.open().map_err(|cause| AppError::invalid("card", &cause.to_string()))
}

fn founder(card: &Card) -> Founder {
    Founder { root: card.root, next_root: card.next_root, vote: card.vote, name: card.name.clone() }
}

fn rounds(certificate: &Certificate, feed: &FeedId) -> Option<u32> {
    match certificate.decision() {
        Ok(Decision::Admission(membership)) if membership.feed == *feed => Some(membership.round),
        Ok(Decision::Expulsion(expulsion)) if expulsion.feed == *feed => Some(expulsion.round),
        _ => None,
    }
}

/// Admissions that more votes would carry, one of an institution: the one with the most votes.
fn open_admissions(roster: &Roster, papers: &Papers) -> Vec<(Membership, Certificate)> {
    let mut open: BTreeMap<FeedId, (Membership, Certificate)> = BTreeMap::new();
    let mut expelled: BTreeMap<FeedId, u32> = BTreeMap::new();
    for certificate in papers.certificates() {
        match certificate.decision() {
            Ok(Decision::Admission(membership))
                if membership.charter == roster.charter() && roster.member(&membership.feed).is_none() =>
            {
                let is_beaten = |(_, other): &(Membership, Certificate)| other.votes.len() < certificate.votes.len();
                if open.get(&membership.feed).is_none_or(is_beaten) {
                    open.insert(membership.feed, (membership, certificate));
                }
            }
            Ok(Decision::Expulsion(membership)) => {
                let round = expelled.entry(membership.feed).or_default();
                *round = membership.round.max(*round);
            }
            _ => {}
        }
    }
    open.retain(|feed, (membership, _)| expelled.get(feed).is_none_or(|round| membership.round > *round));
    open.into_values().collect()
}

fn reading(roster: &Roster, membership: &Membership, certificate: &Certificate) -> WaitingAdmission {
    let votes = certificate.votes.iter().filter(|vote| roster.is_governor(&vote.key)).count();
    let feed = membership.feed.to_string();
    WaitingAdmission { feed, name: None, country: None, votes, votes_needed: roster.votes_needed() }
}
