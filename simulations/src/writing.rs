//! What people write: cases, restricted ones too, comments, stars, imports, withdrawals.

use std::collections::BTreeSet;

use feed::{AppendRefusal, Chain, Draft, Effect, Record};
use protocol::{
    Audience, CaseId, CaseNumber, Context, EntryId, InstitutionId, Kind, Payload, Salt, Statement, StatementId,
    codec::{Text, Wire},
    message::{Body, EntryFrame, Gossip},
    payload::{
        content::{Comment, Star, Summary},
        control::{Ground, Target, Withdrawal},
    },
};

use crate::{
    member::open_draft,
    node::{Step, Task},
    truth::CaseOf,
    world::World,
};

/// A text that does not fit into a gossip message.
const LONG_TEXT: usize = 19_000;
/// Entries of an import: more than are announced one by one.
const IMPORT: usize = 14;

impl World {
    /// Writes the first entries of a feed, as far as they are not there.
    pub(crate) fn found(&mut self, node: usize) {
        let clock = self.clock_of(node);
        let writer = &mut self.nodes[node];
        let Some(exchange) = &mut writer.exchange else { return };
        let next = exchange.chain(&writer.member.feed).map_or(0, Chain::next_seq);
        let written = match next {
            0 => {
                let genesis = open_draft(writer.member.genesis(), &mut self.chance);
                exchange.append_root(genesis, clock, &writer.member.root)
            }
            1 | 2 => {
                let first = usize::try_from(next).unwrap_or(1) - 1;
                let rest = writer.member.first_control().into_iter().skip(first);
                let drafts = rest.map(|payload| open_draft(payload, &mut self.chance)).collect();
                exchange.append(drafts, clock)
            }
            _ => return,
        };
        if let Ok(effects) = written {
            self.follow_written(node, effects);
            self.nodes[node].tasks.push_front(Task::Found);
        }
    }

    /// Somebody writes something; what cannot be sent yet waits.
    pub(crate) fn write(&mut self, node: usize) {
        let writer = &self.nodes[node];
        let Some(exchange) = &writer.exchange else { return };
        let is_founded = exchange.chain(&writer.member.feed).is_some_and(|chain| chain.next_seq() > 2);
        if !exchange.start().is_ready() || !is_founded {
            self.nodes[node].outbox += 1;
            return;
        }
        let (drafts, cases, what) = self.drafts(node);
        let audiences: Vec<_> = drafts.iter().map(|(_, audience)| audience.clone()).collect();
        let drafts = drafts.into_iter().map(|(draft, _)| draft).collect();
        let clock = self.clock_of(node);
        let Some(exchange) = &mut self.nodes[node].exchange else { return };
        match exchange.append(drafts, clock) {
            Ok(effects) => {
                self.remember(&effects, &audiences, &cases);
                audiences.iter().flatten().for_each(|audience| self.connect_with(node, audience));
                self.tell(node, &what);
                self.follow_written(node, effects);
            }
            Err(AppendRefusal::Halted | AppendRefusal::Closed) if !self.nodes[node].is_honest() => {}
            Err(refusal) => {
                let name = self.nodes[node].member.name.clone();
                self.truth.violate(format!("{name} cannot write: {refusal}"));
            }
        }
    }

    /// Performs the effects of an append; people are told when all that is done.
    fn follow_written(&mut self, node: usize, effects: Vec<Effect>) {
        let written = written_in(&effects);
        self.follow(node, effects);
        self.nodes[node].steps.push_back(Step::Acknowledge(written));
    }

    pub(crate) fn acknowledge(&mut self, node: usize, entries: &[EntryId]) {
        let writer = &self.nodes[node];
        if !writer.is_honest() {
            return;
        }
        let own = writer.shelf.feeds.get(&writer.member.feed).map(Vec::as_slice).unwrap_or_default();
        for held in own.iter().rev().take_while(|held| entries.contains(&held.entry.id())) {
            let header = held.entry.header();
            self.truth.acknowledged.insert(held.entry.id(), (header.feed, header.seq));
            self.truth.show(&writer.member.name, &held.entry);
        }
    }

    /// Notes what was just signed: who may read it, and which cases there are.
    fn remember(
        &mut self,
        effects: &[Effect],
        audiences: &[Option<BTreeSet<InstitutionId>>],
        cases: &[Option<CaseId>],
    ) {
        for ((entry, audience), case) in written_in(effects).into_iter().zip(audiences).zip(cases) {
            if let Some(audience) = audience {
                self.truth.audiences.insert(entry, audience.clone());
            }
            if let Some(id) = *case {
                self.truth.cases.push(CaseOf { id, entry, audience: audience.clone(), is_withdrawn: false });
            }
        }
    }

    fn drafts(&mut self, node: usize) -> Written {
        if self.nodes[node].branch.is_some() {
            return self.case(node, None, 10);
        }
        match self.chance.below(100) {
            0..25 => self.case(node, None, 40),
            25..40 => {
                let audience = self.some_audience(node);
                self.case(node, Some(audience), 40)
            }
            40..45 => self.case(node, None, LONG_TEXT),
            45..50 => self.import(node),
            50..55 => self.withdrawal(node).unwrap_or_else(|| self.case(node, None, 40)),
            55..65 => self.reaction(node, Kind::Star).unwrap_or_else(|| self.case(node, None, 40)),
            _ => self.reaction(node, Kind::Comment).unwrap_or_else(|| self.case(node, None, 40)),
        }
    }

    fn some_audience(&mut self, node: usize) -> BTreeSet<InstitutionId> {
        let all: Vec<InstitutionId> = self.nodes.iter().map(|node| node.member.feed).collect();
        let mut audience: BTreeSet<_> = self.chance.some_of(&all, 1 + all.len() / 3).into_iter().collect();
        audience.insert(self.nodes[node].member.feed);
        audience
    }

    fn case(&mut self, node: usize, audience: Option<BTreeSet<InstitutionId>>, chars: usize) -> Written {
        let (payload, id) = self.case_of(node, audience.as_ref(), chars);
        let what = match &audience {
            Some(audience) => format!("opens case {} for {} institutions.", id.number.short(), audience.len()),
            None => format!("opens case {} for all.", id.number.short()),
        };
        let draft = self.draft(payload, audience.is_some());
        (vec![(draft, audience)], vec![Some(id)], what)
    }

    fn import(&mut self, node: usize) -> Written {
        let cases: Vec<_> = (0..IMPORT).map(|_| self.case_of(node, None, 100)).collect();
        let ids = cases.iter().map(|(_, id)| Some(*id)).collect();
        let drafts = cases.into_iter().map(|(payload, _)| (self.draft(payload, false), None)).collect();
        (drafts, ids, format!("imports {IMPORT} cases."))
    }

    fn withdrawal(&mut self, node: usize) -> Option<Written> {
        let feed = self.nodes[node].member.feed;
        let own: Vec<usize> = (0..self.truth.cases.len())
            .filter(|case| self.truth.cases[*case].id.institution == feed && !self.truth.cases[*case].is_withdrawn)
            .collect();
        let case = *self.chance.pick(&own)?;
        self.truth.cases[case].is_withdrawn = true;
        let id = self.truth.cases[case].id;
        let target = Target::Case(id);
        let payload = Payload::Withdrawal(Withdrawal { target, ground: Ground::PatientWish, from: None });
        let draft = self.draft(payload, false);
        Some((vec![(draft, None)], vec![None], format!("withdraws case {}.", id.number.short())))
    }

    /// A comment or star on a case that the node holds.
    fn reaction(&mut self, node: usize, kind: Kind) -> Option<Written> {
        let writer = &self.nodes[node];
        let feed = writer.member.feed;
        let known: Vec<&CaseOf> = self.truth.cases.iter().filter(|case| self.is_readable(node, case)).collect();
        let case = (*self.chance.clone().pick(&known)?).clone();
        self.chance.next();
        let context = Context { network: self.founding.network, feed, kind };
        let id = StatementId(self.chance.bytes());
        let author = &writer.member.clinician;
        let statement = match kind {
            Kind::Star => signed(&context, case.id, id, &Star { seen: case.entry }, author),
            _ => {
                let text = Text::from("Have you thought of scurvy?");
                let comment = Comment { text, replies_to: None, seen: vec![case.entry], picture: None };
                signed(&context, case.id, id, &comment, author)
            }
        };
        let verb = if kind == Kind::Star { "stars" } else { "comments on" };
        let what = format!("{verb} case {}.", case.id.number.short());
        let draft = self.draft(Payload::Statement(kind, statement), case.audience.is_some());
        Some((vec![(draft, case.audience)], vec![None], what))
    }

    fn is_readable(&self, node: usize, case: &CaseOf) -> bool {
        let owner = case.id.institution;
        let reader = &self.nodes[node];
        let held = reader.shelf.feeds.get(&owner).into_iter().flatten().find(|held| held.entry.id() == case.entry);
        let is_contested = self.nodes.iter().any(|owned| owned.member.feed == owner && owned.branch.is_some());
        !is_contested && held.is_some_and(|held| held.salted().is_some())
    }

    /// A case of a few words for everybody.
    pub(crate) fn case_payload(
        &mut self,
        node: usize,
        audience: Option<&BTreeSet<InstitutionId>>,
    ) -> (Payload, CaseId) {
        self.case_of(node, audience, 10)
    }

    fn case_of(&mut self, node: usize, audience: Option<&BTreeSet<InstitutionId>>, chars: usize) -> (Payload, CaseId) {
        let institution = self.nodes[node].member.feed;
        let id = CaseId { institution, number: CaseNumber(self.chance.bytes()) };
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
            audience: audience.map(|audience| audience.iter().copied().collect()),
            is_public: false,
        };
        let context = Context { network: self.founding.network, feed: institution, kind: Kind::Case };
        let statement_id = StatementId(self.chance.bytes());
        let author = &self.nodes[node].member.clinician;
        (Payload::Statement(Kind::Case, signed(&context, id, statement_id, &summary, author)), id)
    }

    fn draft(&mut self, payload: Payload, is_restricted: bool) -> Draft {
        let audience = if is_restricted { Audience::Restricted } else { Audience::Network };
        Draft { payload, audience, salt: Salt(self.chance.bytes()) }
    }

    /// Some entry that a node holds, as a message.
    pub(crate) fn old_entry(&mut self, node: usize) -> Option<Gossip> {
        let held: Vec<_> = self.nodes[node].shelf.feeds.values().flatten().collect();
        let held = self.chance.pick(&held)?;
        let is_open = held.entry.header().audience == Audience::Network;
        let body = match &held.body {
            Body::Held(salted) if is_open && salted.bytes.0.len() < 10_000 => held.body.clone(),
            _ => Body::Absent(protocol::message::Absence::NotHeld),
        };
        Some(Gossip::Entry(EntryFrame { entry: held.entry.bytes().clone(), body }))
    }

    pub(crate) fn name_of(&self, feed: &InstitutionId) -> String {
        let member = self.nodes.iter().find(|node| node.member.feed == *feed);
        member.map_or_else(|| feed.short(), |node| node.member.name.clone())
    }
}

/// Drafts with their audiences, the cases they open, and what happened in words.
type Written = (Vec<(Draft, Option<BTreeSet<InstitutionId>>)>, Vec<Option<CaseId>>, String);

fn signed<B: Wire>(
    context: &Context,
    case: CaseId,
    id: StatementId,
    body: &B,
    author: &protocol::SecretKey,
) -> Statement {
    Statement::sign(context, case, id, body, author)
}

fn written_in(effects: &[Effect]) -> Vec<EntryId> {
    let journaled = effects.iter().filter_map(|effect| match effect {
        Effect::Journal(records) => Some(records),
        _ => None,
    });
    let entries = journaled.flatten().filter_map(|record| match record {
        Record::Entry(held) => Some(held.entry.id()),
        _ => None,
    });
    entries.collect()
}
