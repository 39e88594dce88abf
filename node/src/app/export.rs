//! A feed as a file that anybody can check without a node and without a network.
//!
//! A line that names the format, then CBOR items: charters and certificates, then every entry in order. Payloads of
//! restricted cases are left out; the headers that hold their place are not.

use std::sync::Arc;

use house::{
    Actor, Permission,
    audit::{Action, Outcome},
};
use protocol::{
    Audience, InstitutionId,
    codec::encode,
    message::{Absence, Body, EntryFrame},
};

use super::{App, AppError};
use crate::network::Joined;

/// The first line of an exported feed.
pub(crate) const HEAD: &[u8] = b"consilium-feed 1\n";

/// A part of a file is not much longer than this, however long the feed is.
const PART_BYTES: usize = 256 * 1024;

/// A feed on its way into a file, part after part.
pub(crate) struct FeedFile {
    joined: Arc<Joined>,
    feed: InstitutionId,
    begin: Option<Vec<u8>>,
    seq: u64,
    end: u64,
}

impl App {
    /// An institution's feed; our own if none is named.
    pub(crate) fn export_feed(&self, feed: Option<InstitutionId>, actor: &Actor) -> Result<FeedFile, AppError> {
        self.permit(actor, Permission::Export)?;
        let joined = self.joined()?;
        let feed = feed.unwrap_or(joined.me());
        let (papers, end) = joined.exchange(|exchange| {
            let end = exchange.chain(&feed).map(feed::Chain::next_seq);
            (exchange.papers().to_message(), end)
        });
        let end = end.ok_or(AppError::NotFound("feed"))?;
        self.desk.note(actor, Action::Export, vec![feed.into()], Outcome::Done)?;
        Ok(FeedFile { joined, feed, begin: Some([HEAD, &encode(&papers)].concat()), seq: 0, end })
    }
}

impl FeedFile {
    fn entries(&mut self) -> Result<Vec<u8>, AppError> {
        let mut part = Vec::new();
        while self.seq < self.end && part.len() < PART_BYTES {
            let held = self.joined.shared().shelf.entry(&self.feed, self.seq)?.ok_or(AppError::NotFound("entry"))?;
            let is_restricted = held.entry.header().audience != Audience::Network;
            let body = if is_restricted { Body::Absent(Absence::Restricted) } else { held.body };
            part.extend(encode(&EntryFrame { entry: held.entry.bytes().clone(), body }));
            self.seq += 1;
        }
        Ok(part)
    }
}

impl Iterator for FeedFile {
    type Item = Result<Vec<u8>, AppError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.begin.take() {
            Some(begin) => Some(Ok(begin)),
            None if self.seq < self.end => Some(self.entries()),
            None => None,
        }
    }
}
