//! The words that people write: versions of cases, and statements about them.

use std::collections::BTreeSet;

use feed::Draft;
use protocol::{
    Audience, CaseId, CaseNumber, Context, InstitutionId, Kind, Payload, Salt, Statement, StatementId,
    codec::{Text, Wire},
    message::{Body, EntryFrame, Gossip},
    payload::content::Summary,
};

use crate::world::World;

/// Whom a case is for; absent: all.
pub(crate) type Readers = Option<BTreeSet<InstitutionId>>;

impl World {
    /// Whom a case is for, as far as a node knows.
    pub(crate) fn readers_of(&self, node: usize, case: CaseId) -> Readers {
        let shelf = &self.nodes[node].shelf;
        shelf.open_case(case).filter(|open| open.reach == casebook::row::Reach::Named)?;
        Some(shelf.named(case).into_iter().chain([case.institution]).collect())
    }

    pub(crate) fn is_readable(&self, node: usize, case: &CaseId) -> bool {
        let is_contested = |owned: &crate::node::Node| owned.member.feed == case.institution && owned.branch.is_some();
        !self.nodes.iter().any(is_contested) && self.nodes[node].shelf.readable_case(*case).is_some()
    }

    /// A case of a few words for everybody.
    pub(crate) fn case_payload(&mut self, node: usize) -> (Payload, CaseId) {
        self.case_of(node, &None, 10)
    }

    pub(crate) fn case_of(&mut self, node: usize, readers: &Readers, chars: usize) -> (Payload, CaseId) {
        let id = CaseId { institution: self.nodes[node].member.feed, number: CaseNumber(self.chance.bytes()) };
        (self.version(node, Kind::Case, id, readers, chars), id)
    }

    /// A version of a case.
    pub(crate) fn version(
        &mut self,
        node: usize,
        kind: Kind,
        case: CaseId,
        readers: &Readers,
        chars: usize,
    ) -> Payload {
        let summary = Summary {
            title: Text::from("A rash"),
            question: Text::from("What is it?"),
            body: Text::from("x".repeat(chars).as_str()),
            specialty: None,
            tags: Vec::new(),
            age: None,
            sex: None,
            pictures: Vec::new(),
            blob_salt: Salt(self.chance.bytes()),
            audience: readers.as_ref().map(|readers| readers.iter().copied().collect()),
            is_public: readers.is_none() && self.chance.is(30),
        };
        Payload::Statement(kind, self.statement(node, kind, case, &summary))
    }

    /// What somebody of the house says, mostly who came last.
    pub(crate) fn statement<B: Wire>(&mut self, node: usize, kind: Kind, case: CaseId, body: &B) -> Statement {
        let context = Context { network: self.founding.network, feed: self.nodes[node].member.feed, kind };
        let id = StatementId(self.chance.bytes());
        let people = &self.nodes[node].member.clinicians;
        let newest = people.len() - 1;
        let author = if self.chance.is(80) { newest } else { self.chance.index(people.len()) };
        Statement::sign(&context, case, id, body, &people[author])
    }

    pub(crate) fn draft(&mut self, payload: Payload, is_restricted: bool) -> Draft {
        let audience = if is_restricted { Audience::Restricted } else { Audience::Network };
        Draft { payload, audience, salt: Salt(self.chance.bytes()) }
    }

    /// Some entry that a node holds, as a message.
    pub(crate) fn old_entry(&mut self, node: usize) -> Option<Gossip> {
        let held: Vec<_> = self.nodes[node].shelf.memory.iter().collect();
        let held = self.chance.pick(&held)?;
        let is_open = held.entry.header().audience == Audience::Network;
        let body = match &held.body {
            Body::Held(salted) if is_open && salted.bytes.0.len() < 10_000 => held.body.clone(),
            _ => Body::Absent(protocol::message::Absence::NotHeld),
        };
        Some(Gossip::Entry(EntryFrame { entry: held.entry.bytes().clone(), body }))
    }
}

/// Who loses something, in words.
pub(crate) fn from_whom(losers: &Readers) -> String {
    losers.as_ref().map_or_else(String::new, |losers| format!(", but only from {} institutions", losers.len()))
}

/// Whom a case is for, in words.
pub(crate) fn for_whom(readers: &Readers) -> String {
    readers.as_ref().map_or_else(|| "for all".to_owned(), |readers| format!("for {} institutions", readers.len()))
}
