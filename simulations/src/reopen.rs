//! A restart: what a journal says when it is read again.

use std::collections::BTreeMap;

use feed::{Chain, Held, Record};
use protocol::{
    FeedId, InstitutionId, Kind, NetworkId,
    message::{Absence, Body},
};
use trust::Papers;

use crate::{
    scenario::Planted,
    shelf::{Kept, Shelf, Signatures},
};

/// The machines first, then the shelf, which they judge. Votes of the founders are not verified anew at each start.
pub(crate) fn reopen(
    me: InstitutionId,
    records: &[Kept],
    founding: &Papers,
    signatures: Signatures,
    planted: Option<Planted>,
) -> Reopened {
    let mut papers = founding.clone();
    let network = papers.network();
    let mut chains: BTreeMap<FeedId, Chain> = BTreeMap::new();
    for (record, _) in records {
        recall(record, network, &mut papers, &mut chains, planted);
    }
    let roster = papers.roster();
    chains.iter_mut().for_each(|(feed, chain)| chain.end_at(roster.last_of(feed)));
    let mut shelf = Shelf::of(me, signatures, planted);
    for kept in records {
        shelf.file(kept, &|feed| chains.get(feed));
    }
    Reopened { shelf, papers, chains }
}

/// A journal read again.
#[derive(Debug)]
pub(crate) struct Reopened {
    pub(crate) shelf: Shelf,
    pub(crate) papers: Papers,
    pub(crate) chains: BTreeMap<FeedId, Chain>,
}

fn recall(
    record: &Record,
    network: NetworkId,
    papers: &mut Papers,
    chains: &mut BTreeMap<FeedId, Chain>,
    planted: Option<Planted>,
) {
    match record {
        Record::Entry(held) => {
            let feed = held.entry.header().feed;
            let chain = chains.entry(feed).or_insert_with(|| Chain::new(network, feed));
            if planted == Some(Planted::LostRotations) && held.entry.header().kind == Kind::KeyRotation {
                chain.recall(&Held { body: Body::Absent(Absence::NotHeld), ..held.clone() });
            } else {
                chain.recall(held);
            }
        }
        Record::Freeze(feed, freeze) => {
            if let Some(chain) = chains.get_mut(feed) {
                chain.recall_freeze(freeze.clone());
            }
        }
        Record::Papers(news) => {
            let taken = papers.take(news).1;
            assert_eq!(taken, Ok(()), "papers that were journaled can be taken again");
        }
        Record::Payload { .. } => {}
    }
}
