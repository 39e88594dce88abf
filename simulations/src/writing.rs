//! What people write: cases, restricted ones too, comments, stars, imports, withdrawals. What moves audiences and keys stands
//! in `change`.

use std::collections::BTreeSet;

use feed::{AppendRefusal, Chain, Draft, Effect, Record};
use protocol::{
    CaseId, EntryId, InstitutionId, Kind, Payload, SecretKey,
    codec::Text,
    payload::{
        content::{Comment, Star},
        control::{Ground, Target, Withdrawal},
    },
};

use crate::{
    member::open_draft,
    node::{Step, Task},
    truth::Meaning,
    words::{Readers, for_whom, from_whom},
    world::World,
};

/// A text that does not fit into a gossip message.
const LONG_TEXT: usize = 19_000;
/// Entries of an import: more than are announced one by one.
const IMPORT: usize = 14;

/// What a house writes at once.
pub(crate) struct Act {
    pub(crate) said: Vec<(Draft, Meaning)>,
    /// The key that signs a root entry.
    pub(crate) root: Option<SecretKey>,
    /// What happens, in words.
    pub(crate) what: String,
}

impl Act {
    pub(crate) const fn of(said: Vec<(Draft, Meaning)>, what: String) -> Self {
        Self { said, root: None, what }
    }
}

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
                exchange.append_root(genesis, clock, writer.member.root())
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
        let Act { said, root, what } = self.act(node);
        let (mut drafts, meanings): (Vec<Draft>, Vec<Meaning>) = said.into_iter().unzip();
        let clock = self.clock_of(node);
        let Some(exchange) = &mut self.nodes[node].exchange else { return };
        let written = match root {
            Some(root) => exchange.append_root(drafts.remove(0), clock, &root),
            None => exchange.append(drafts, clock),
        };
        match written {
            Ok(effects) => {
                self.nodes[node].arm();
                self.remember(node, &effects, meanings);
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
        let own = writer.shelf.memory.of(&writer.member.feed);
        for held in own.iter().rev().take_while(|held| entries.contains(&held.entry.id())) {
            let header = held.entry.header();
            self.truth.acknowledged.insert(held.entry.id(), (header.feed, header.seq));
            self.truth.show(&writer.member.name, &held.entry);
        }
    }

    /// Notes what was just signed. A house keeps connections to those with whom it shares what is sealed.
    fn remember(&mut self, node: usize, effects: &[Effect], meanings: Vec<Meaning>) {
        let feed = self.nodes[node].member.feed;
        for (entry, meaning) in written_in(effects).into_iter().zip(meanings) {
            let readers = match &meaning {
                Meaning::Version(_, Some(readers)) => readers.clone(),
                Meaning::Word(case, _) => self.readers_of(node, *case).unwrap_or_default(),
                _ => BTreeSet::new(),
            };
            self.connect_with(node, &readers);
            self.truth.note(entry, feed, meaning);
        }
    }

    fn act(&mut self, node: usize) -> Act {
        if self.nodes[node].branch.is_some() {
            return self.case(node, None, 10);
        }
        if self.chance.is(self.scenario.load.changes)
            && let Some(act) = self.change(node)
        {
            return act;
        }
        match self.chance.below(100) {
            0..25 => self.case(node, None, 40),
            25..40 => {
                let readers = self.some_readers(node);
                self.case(node, Some(readers), 40)
            }
            40..45 => self.case(node, None, LONG_TEXT),
            45..50 => self.import(node),
            50..55 => self.withdrawal(node).unwrap_or_else(|| self.case(node, None, 40)),
            55..65 => self.reaction(node, Kind::Star).unwrap_or_else(|| self.case(node, None, 40)),
            _ => self.reaction(node, Kind::Comment).unwrap_or_else(|| self.case(node, None, 40)),
        }
    }

    pub(crate) fn some_readers(&mut self, node: usize) -> BTreeSet<InstitutionId> {
        let all: Vec<InstitutionId> = self.nodes.iter().map(|node| node.member.feed).collect();
        let mut readers: BTreeSet<_> = self.chance.some_of(&all, 1 + all.len() / 3).into_iter().collect();
        readers.insert(self.nodes[node].member.feed);
        readers
    }

    fn case(&mut self, node: usize, readers: Readers, chars: usize) -> Act {
        let (payload, id) = self.case_of(node, &readers, chars);
        let what = format!("opens case {} {}.", id.number.short(), for_whom(&readers));
        Act::of(vec![(self.draft(payload, readers.is_some()), Meaning::Version(id, readers))], what)
    }

    fn import(&mut self, node: usize) -> Act {
        let cases: Vec<_> = (0..IMPORT).map(|_| self.case_of(node, &None, 100)).collect();
        let said = cases.into_iter().map(|(payload, id)| (self.draft(payload, false), Meaning::Version(id, None)));
        Act::of(said.collect(), format!("imports {IMPORT} cases."))
    }

    fn withdrawal(&mut self, node: usize) -> Option<Act> {
        let case = self.own_case(node)?;
        let from = self.losers(node);
        let what = format!("withdraws case {}{}.", case.number.short(), from_whom(&from));
        Some(Act::of(vec![self.taken_back(Target::Case(case), &from)], what))
    }

    /// Who loses what a house withdraws: all, or some of the others.
    pub(crate) fn losers(&mut self, node: usize) -> Readers {
        if self.chance.is(50) {
            return None;
        }
        let mut losers = self.some_readers(node);
        losers.remove(&self.nodes[node].member.feed);
        Some(losers).filter(|losers| !losers.is_empty())
    }

    /// A withdrawal with what it means.
    pub(crate) fn taken_back(&mut self, target: Target, from: &Readers) -> (Draft, Meaning) {
        let meaning = Meaning::Withdrawal(target.clone(), from.clone());
        let from = from.as_ref().map(|from| from.iter().copied().collect());
        let withdrawal = Withdrawal { target, ground: Ground::PatientWish, from };
        (self.draft(Payload::Withdrawal(withdrawal), false), meaning)
    }

    /// One of a house's own cases that it has not withdrawn.
    pub(crate) fn own_case(&mut self, node: usize) -> Option<CaseId> {
        let writer = &self.nodes[node];
        let own = self.truth.cases.keys().filter(|case| case.institution == writer.member.feed);
        let own: Vec<CaseId> = own.filter(|case| writer.shelf.open_case(**case).is_some()).copied().collect();
        self.chance.pick(&own).copied()
    }

    /// A comment or star on a case that the node holds.
    fn reaction(&mut self, node: usize, kind: Kind) -> Option<Act> {
        let known: Vec<CaseId> = self.truth.cases.keys().filter(|case| self.is_readable(node, case)).copied().collect();
        let case = *self.chance.pick(&known)?;
        let seen = self.nodes[node].shelf.readable_case(case)?.current;
        let statement = if kind == Kind::Star {
            self.statement(node, kind, case, &Star { seen })
        } else {
            let text = Text::from("Have you thought of scurvy?");
            self.statement(
                node,
                kind,
                case,
                &Comment { text, replies_to: None, seen: vec![seen], picture: None, region: None },
            )
        };
        let verb = if kind == Kind::Star { "stars" } else { "comments on" };
        let is_sealed = self.readers_of(node, case).is_some();
        let draft = self.draft(Payload::Statement(kind, statement), is_sealed);
        Some(Act::of(vec![(draft, Meaning::Word(case, seen))], format!("{verb} case {}.", case.number.short())))
    }

    pub(crate) fn name_of(&self, feed: &InstitutionId) -> String {
        let member = self.nodes.iter().find(|node| node.member.feed == *feed);
        member.map_or_else(|| feed.short(), |node| node.member.name.clone())
    }
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
