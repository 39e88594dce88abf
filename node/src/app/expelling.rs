//! Expelling an institution: a governor proposes it and names the last entry of its feed that counts, others vote for the same,
//! and with more than half of them it is decided. Who is expelled keeps what it has, and the duty to erase.

use std::cmp::Reverse;

use house::Actor;
use protocol::{
    FeedId,
    certificate::{Certificate, Decision, Expulsion},
};
use serde::Serialize;
use trust::{Papers, Roster};

use super::{App, AppError};
use crate::network::Joined;

/// An expulsion with the votes for it.
#[derive(Debug, Serialize)]
pub(crate) struct ProposedExpulsion {
    feed: String,
    /// As its feed says, else the short form of the feed.
    name: String,
    /// The last entry of the feed that counts; absent: each node keeps what it has.
    last_seq: Option<u64>,
    last: Option<String>,
    /// Entries of the feed that are held here.
    entries: u64,
    votes: usize,
    votes_needed: usize,
}

impl App {
    /// Proposes to expel a member as far as its feed is held here, or votes for what another governor proposed.
    pub(crate) async fn expel(&self, feed: &FeedId, actor: &Actor) -> Result<ProposedExpulsion, AppError> {
        let joined = self.joined()?;
        if *feed == joined.me() {
            return Err(AppError::conflict("an institution does not expel itself; the other governors do"));
        }
        let (roster, papers) = joined.exchange(|exchange| (exchange.roster().clone(), exchange.papers().clone()));
        let member = roster.member(feed).ok_or(AppError::NotFound("member with this feed"))?;
        let proposed = proposed(&roster, &papers).into_iter().filter(|(expulsion, _)| expulsion.feed == *feed);
        let preferred = proposed.max_by_key(|(expulsion, certificate)| {
            let last = expulsion.last.as_ref().map(|last| (last.seq, last.entry));
            (votes(&roster, certificate), last.is_some(), Reverse(last))
        });
        let expulsion = match preferred {
            Some((expulsion, _)) => expulsion,
            None => {
                let last = joined.exchange(|exchange| exchange.chain(feed)?.head().cloned());
                Expulsion { feed: *feed, round: member.round, charter: roster.charter(), last }
            }
        };
        let certificate = self.cast(&Decision::Expulsion(expulsion.clone()), *feed, actor).await?;
        Ok(reading(&joined, &roster, &expulsion, &certificate))
    }

    /// Expulsions that wait for votes.
    pub(crate) fn waiting_expulsions(&self) -> Result<Vec<ProposedExpulsion>, AppError> {
        let joined = self.joined()?;
        let (roster, papers) = joined.exchange(|exchange| (exchange.roster().clone(), exchange.papers().clone()));
        let waiting = proposed(&roster, &papers).into_iter();
        Ok(waiting.map(|(expulsion, certificate)| reading(&joined, &roster, &expulsion, &certificate)).collect())
    }
}

/// Expulsions that more votes would carry. Governors who did not hear of each other may have proposed several of one
/// institution.
fn proposed(roster: &Roster, papers: &Papers) -> Vec<(Expulsion, Certificate)> {
    let is_open = |expulsion: &Expulsion| {
        let member = roster.member(&expulsion.feed);
        expulsion.charter == roster.charter() && member.is_some_and(|member| member.round <= expulsion.round)
    };
    let expulsions = papers.certificates().filter_map(|certificate| match certificate.decision() {
        Ok(Decision::Expulsion(expulsion)) => Some((expulsion, certificate)),
        _ => None,
    });
    expulsions.filter(|(expulsion, _)| is_open(expulsion)).collect()
}

fn votes(roster: &Roster, certificate: &Certificate) -> usize {
    certificate.votes.iter().filter(|vote| roster.is_governor(&vote.key)).count()
}

fn reading(joined: &Joined, roster: &Roster, expulsion: &Expulsion, certificate: &Certificate) -> ProposedExpulsion {
    let Expulsion { feed, last, .. } = expulsion;
    ProposedExpulsion {
        feed: feed.to_string(),
        name: joined.shared().institution_name(feed),
        last_seq: last.as_ref().map(|last| last.seq),
        last: last.as_ref().map(|last| last.entry.to_string()),
        entries: joined.exchange(|exchange| exchange.chain(feed).map_or(0, feed::Chain::next_seq)),
        votes: votes(roster, certificate),
        votes_needed: roster.votes_needed(),
    }
}
