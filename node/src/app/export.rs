//! A feed as a file that anybody can check without a node and without a network.
//!
//! A line that names the format, then CBOR items: charters and certificates, then every entry in order. Payloads of
//! restricted cases are left out; the headers that hold their place are not.

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

/// The first line of an exported feed.
pub(crate) const HEAD: &[u8] = b"consilium-feed 1\n";

impl App {
    /// An institution's feed; our own if none is named.
    pub(crate) fn export_feed(&self, feed: Option<InstitutionId>, actor: &Actor) -> Result<Vec<u8>, AppError> {
        self.permit(actor, Permission::Export)?;
        let joined = self.joined()?;
        let feed = feed.unwrap_or(joined.me());
        let (papers, next) = joined.exchange(|exchange| {
            let next = exchange.chain(&feed).map(feed::Chain::next_seq);
            (exchange.papers().to_message(), next)
        });
        let next = next.ok_or(AppError::NotFound("feed"))?;
        self.desk.note(actor, Action::Export, vec![feed.into()], Outcome::Done)?;
        let mut file = HEAD.to_vec();
        file.extend(encode(&papers));
        for seq in 0..next {
            let held = joined.shared().shelf.entry(&feed, seq)?.ok_or(AppError::NotFound("entry"))?;
            let is_restricted = held.entry.header().audience != Audience::Network;
            let body = if is_restricted { Body::Absent(Absence::Restricted) } else { held.body };
            file.extend(encode(&EntryFrame { entry: held.entry.bytes().clone(), body }));
        }
        Ok(file)
    }
}
