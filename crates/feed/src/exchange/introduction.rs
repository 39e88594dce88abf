//! What a stranger shows to be let in, and what we show where we are one.
//!
//! A new member connects to nodes that have not heard of it: it brings its admission, its root entries and its newest node
//! keys, and they are enough to know it. One that has written nothing yet brings its card instead: it cannot write before
//! others have confirmed that nothing of it is ahead, so somebody has to let it in first.

use protocol::{
    Class, InstitutionId, Kind, Payload,
    certificate::SignedCard,
    message::{self, Introduction},
};
use trust::Institution;

use super::Exchange;
use crate::{
    archive::{Archive, Arrival},
    chain::Chain,
    effect::{Effect, Peer},
};

impl Exchange {
    /// What we show of ourselves; the card only as long as there is nothing else.
    pub fn introduction(&self, archive: &impl Archive, card: &SignedCard) -> Introduction {
        let places = self.chains.get(&self.me).into_iter().flat_map(Chain::introduced_at);
        let held = places.filter_map(|seq| archive.held(&self.me, seq));
        let entries: Vec<_> = held.map(|held| held.frame_for(true)).collect();
        let card = entries.is_empty().then(|| card.clone());
        Introduction { papers: self.papers.about(&self.me), entries, card }
    }

    /// Judges what a stranger shows. Returns whose node it is, if it is a member's, and what the papers changed.
    pub fn receive_introduction(&mut self, peer: &Peer, shown: &Introduction) -> (Option<InstitutionId>, Vec<Effect>) {
        let mut effects = Vec::new();
        if let Some(card) = &shown.card {
            let feed =
                self.newcomer(peer, card).filter(|feed| self.is_or_becomes_member(feed, &shown.papers, &mut effects));
            return (feed, effects);
        }
        let Some(institution) = self.introduced(shown) else { return (None, effects) };
        let feed = institution.feed();
        let is_member = self.is_or_becomes_member(&feed, &shown.papers, &mut effects);
        ((is_member && institution.has_transport(peer)).then_some(feed), effects)
    }

    /// The institution of root entries and node keys, each verified under the key that those before it name.
    ///
    /// Of a feed that we hold, only what stands behind that is looked at: whoever shows it may have left out the entry that
    /// retired its key.
    fn introduced(&self, shown: &Introduction) -> Option<Institution> {
        let parsed: Result<Vec<_>, _> = shown.entries.iter().map(|frame| Arrival::parse(frame.clone())).collect();
        let arrivals = parsed.ok()?;
        let first = arrivals.first()?;
        let known = self.chains.get(&first.entry.claimed().feed);
        let (mut institution, held) = match known.and_then(|chain| Some((chain.institution()?.clone(), chain))) {
            Some((institution, chain)) => (institution, chain.next_seq()),
            None => (founded(first)?, 1),
        };
        let mut before = None;
        for arrival in arrivals {
            let header = arrival.entry.claimed();
            let is_of_feed = header.network == self.papers.network() && header.feed == institution.feed();
            if !is_of_feed || before.is_some_and(|before| header.seq <= before) {
                return None;
            }
            before = Some(header.seq);
            if header.seq >= held {
                learn(&mut institution, arrival)?;
            }
        }
        Some(institution)
    }

    /// The feed of a card that names this transport key, if nothing of that feed is held.
    fn newcomer(&self, peer: &Peer, card: &SignedCard) -> Option<InstitutionId> {
        let card = card.open().ok().filter(|card| card.node.transport == *peer)?;
        let feed = InstitutionId::derive(&self.papers.network(), &card.root, &card.next_root);
        self.chains.get(&feed).is_none_or(|chain| chain.next_seq() == 0).then_some(feed)
    }

    fn is_or_becomes_member(
        &mut self,
        feed: &InstitutionId,
        shown: &message::Papers,
        effects: &mut Vec<Effect>,
    ) -> bool {
        if self.roster.member(feed).is_none() && self.would_admit(feed, shown) {
            let taken = self.take_papers(shown, effects);
            debug_assert!(taken.is_ok(), "the same papers were taken a moment ago");
        }
        self.roster.member(feed).is_some()
    }

    /// Whether papers make an institution a member. Until they do, nothing of them is kept: a stranger could fill the disk.
    fn would_admit(&self, feed: &InstitutionId, shown: &message::Papers) -> bool {
        let mut papers = self.papers.clone();
        let (_, taken) = papers.take(shown);
        taken.is_ok() && papers.roster().member(feed).is_some()
    }
}

fn founded(genesis: &Arrival) -> Option<Institution> {
    let Payload::Genesis(founding) = Payload::decode(Kind::Genesis, &genesis.matching()?.bytes.0).ok()? else {
        return None;
    };
    Institution::found(&founding, genesis.entry.clone()).ok().map(|(institution, _)| institution)
}

/// Verifies and applies an entry that stands behind what is known of an institution.
fn learn(institution: &mut Institution, arrival: Arrival) -> Option<()> {
    let salted = arrival.matching()?.clone();
    let header = arrival.entry.claimed();
    let entry = match header.kind.class() {
        Class::Root => {
            let payload = Payload::decode(header.kind, &salted.bytes.0).ok()?;
            institution.verify_root(arrival.entry, &payload).ok()?
        }
        _ => {
            let key = institution.keys().signer_of(header).ok()?;
            arrival.entry.verify(&key).ok()?
        }
    };
    institution.apply(&entry, Some(&salted));
    Some(())
}
