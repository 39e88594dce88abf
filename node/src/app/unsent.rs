//! What somebody shared and the network has not yet: it waits in the outbox, and its author sees that it does.

use house::Actor;
use protocol::{Kind, Payload, payload::content::Summary};

use super::App;

/// A case that waits to be sent.
#[derive(Clone, Debug)]
pub(crate) struct UnsentCase {
    pub(crate) summary: Summary,
    /// Since when it waits.
    pub(crate) since_ms: u64,
}

impl App {
    /// The cases of the actor's own that wait to be sent, the last one first.
    pub(crate) fn unsent_cases(&self, actor: &Actor) -> Vec<UnsentCase> {
        let Actor::Account(acting) = actor else { return Vec::new() };
        self.desk.look(|house| {
            let own = house.outbox().iter().filter(|unsent| unsent.account == Some(acting.account));
            let cases = own.filter_map(|unsent| match unsent.payload() {
                Ok(Payload::Statement(Kind::Case, statement)) => {
                    Some(UnsentCase { summary: statement.body().ok()?, since_ms: unsent.since_ms })
                }
                _ => None,
            });
            let mut cases: Vec<UnsentCase> = cases.collect();
            cases.reverse();
            cases
        })
    }
}
