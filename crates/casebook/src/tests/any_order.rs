//! The law of this crate: the same entries make the same rows, digests and erasures, in whatever order they come, however
//! often. Entries are drawn at random, with everything that may go wrong; an oracle says plainly what should be left.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree};
use protocol::{
    CaseId, ClinicianId, EntryId, Kind, Statement, StatementId,
    codec::Text,
    payload::{
        content::{Comment, CommentRevision, Status, Summary},
        control::{Destruction, ErasureReceipt, Target},
    },
};
use trust::Standing;

use super::world::{Node, Voice, case_of, comment, entry_at, header_of, house, outcome, summary};
use crate::{
    Origin, Record, Said, count,
    row::{Shelf, Table, Tally},
};

/// Something a house says, in small numbers: which house, case, person and statement, and what it refers to.
#[derive(Clone, Debug)]
struct Draw {
    what: u8,
    house: u8,
    case: u8,
    author: u8,
    statement: u8,
    about: (u8, u64),
    flags: u8,
}

fn draw() -> impl Strategy<Value = Draw> {
    (0..16_u8, 1..5_u8, 0..4_u8, 0..2_u8, 0..5_u8, (1..5_u8, 1..9_u64), any::<u8>()).prop_map(
        |(what, house, case, author, statement, about, flags)| Draw {
            what,
            house,
            case,
            author,
            statement,
            about,
            flags,
        },
    )
}

const CASES: [CaseId; 4] = [case_of(1, 0), case_of(2, 1), case_of(3, 2), case_of(1, 3)];

/// Four feeds and the house journal of the first.
fn speak(draws: &[Draw]) -> Vec<Record> {
    let mut feeds: Vec<Voice> = (1..5).map(Voice::of).collect();
    let mut home = Voice::at_home(1);
    let mut records = Vec::new();
    for draw in draws {
        let voice = if draw.house == 1 && draw.flags & 0x30 == 0x30 {
            &mut home
        } else {
            let voice = &mut feeds[usize::from(draw.house - 1)];
            voice.origin = if draw.flags & 0x40 == 0 { Origin::Network } else { Origin::Restricted };
            voice
        };
        if draw.flags & 0x80 != 0 {
            voice.time_ms -= 500_000;
        }
        records.push(say(voice, draw));
    }
    records
}

fn say(voice: &mut Voice, draw: &Draw) -> Record {
    let case = CASES[usize::from(draw.case)];
    let (author, id, about) = (draw.author + 10, draw.statement, entry_at(draw.about.0, false, draw.about.1));
    let owner = case.institution.0[0];
    let author = if draw.what < 4 && voice.number == owner { author + 2 } else { author };
    match draw.what {
        0 | 1 => {
            let audience = [None, Some(&[2][..]), Some(&[3, 4][..]), Some(&[][..])][usize::from(draw.flags & 3)];
            let summary = Summary { is_public: audience.is_none() && draw.flags & 4 == 0, ..summary(audience) };
            let kind = if draw.what == 0 { Kind::Case } else { Kind::CaseRevision };
            voice.say_as(kind, author, case, id, &Summary { specialty: Some(u32::from(draw.flags & 1)), ..summary })
        }
        2 => voice.say_as(Kind::Outcome, author, case, id, &outcome(Status::ALL[usize::from(draw.flags % 3)])),
        3 if draw.flags & 1 == 0 => voice.say_as(Kind::Comment, author, case, id, &outcome(Status::Open)),
        3 => voice.say_as(Kind::Other(0x10E), author, case, id, &comment(None, &[])),
        4..8 => {
            voice.say_as(Kind::Comment, author, case, id, &comment((draw.flags & 1 == 0).then_some(about), &[about]))
        }
        8 => voice.say_as(
            Kind::CommentRevision,
            author,
            case,
            id + 5,
            &CommentRevision { comment: StatementId([id; 16]), text: Text::from("rather") },
        ),
        9 | 10 => voice.star(author, case),
        11 => voice.name(author),
        12 => voice.withdraw(Target::Entry(about), None),
        13 => {
            let own = entry_at(voice.number, voice.origin == Origin::House, draw.about.1);
            voice.withdraw(Target::Entry(own), [None, Some(&[1][..]), Some(&[3][..])][usize::from(draw.flags % 3)])
        }
        14 if draw.flags & 3 == 0 => voice.withdraw(Target::Case(case), None),
        14 => voice.withdraw(Target::Case(case), Some(&[3, 4][..])),
        _ => voice.record(Said::Receipt(ErasureReceipt {
            withdrawals: vec![about],
            destruction: Destruction::Logical,
            backups_until_ms: None,
            software: Text::from("a node"),
        })),
    }
}

/// Most people are verified; who is not, is so on every node.
fn standing_of(record: &Record) -> Standing {
    match record.id.0[0] % 8 {
        0 => Standing::Disputed,
        1 => Standing::Unknown,
        _ => Standing::Verified,
    }
}

/// All of a house's own and what others sent it.
fn told(me: u8, records: &[Record]) -> Vec<Record> {
    records.iter().filter(|record| me == 1 || record.origin.is_shared()).cloned().collect()
}

fn listen(me: u8, records: &[Record]) -> Node {
    let mut node = Node::of(me);
    for record in records {
        node.hear_as(record, standing_of(record));
    }
    node
}

fn assert_same(one: &Node, other: &Node) {
    for (ours, theirs) in one.rows.iter().zip(other.rows.iter()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(one.rows, other.rows);
    assert_eq!((&one.held, &one.bare), (&other.held, &other.bare));
    for case in CASES {
        assert_eq!(one.digest(case), other.digest(case));
    }
}

/// What holds after any entry.
fn assert_invariants(node: &Node) {
    let mut cases = 0;
    for case in CASES {
        let text = node.text_of(case);
        assert_eq!(node.indexed.get(&case).copied().unwrap_or([0; 32]), text, "the index knows the newest text");
        cases += u64::from(node.open(case).is_some());
    }
    assert_eq!(count(Shelf::All, &node.rows).unwrap(), cases);
}

/// What should be left, said plainly and slowly.
struct Oracle<'a> {
    me: u8,
    records: &'a [Record],
    erased: BTreeSet<EntryId>,
}

type Name = (bool, protocol::FeedId, Kind, CaseId, ClinicianId, StatementId);

impl<'a> Oracle<'a> {
    fn of(me: u8, records: &'a [Record]) -> Self {
        let mut oracle = Self { me, records, erased: BTreeSet::new() };
        loop {
            let gone: BTreeSet<_> =
                records.iter().filter(|record| oracle.is_erased(record)).map(|record| record.id).collect();
            if gone == oracle.erased {
                return oracle;
            }
            oracle.erased = gone;
        }
    }

    fn withdraws(&self, feed: protocol::FeedId, target: &Target) -> bool {
        let is_ours = |from: &Option<Vec<_>>| from.as_ref().is_none_or(|from| from.contains(&house(self.me)));
        self.records.iter().any(|record| match &record.said {
            Said::Withdrawals { speaks_for, withdrawals } => withdrawals
                .iter()
                .any(|withdrawal| *speaks_for == feed && withdrawal.target == *target && is_ours(&withdrawal.from)),
            _ => false,
        })
    }

    fn is_erased(&self, record: &Record) -> bool {
        if !matches!(record.said, Said::Statement(..) | Said::Profile(_)) {
            return false;
        }
        let erased_names = || {
            let erased = self.records.iter().filter(|record| self.erased.contains(&record.id));
            erased.filter_map(name).collect::<Vec<_>>()
        };
        self.withdraws(record.feed, &Target::Entry(record.id))
            || statement(record)
                .is_some_and(|(_, statement)| self.withdraws(statement.case.institution, &Target::Case(statement.case)))
            || name(record).is_some_and(|name| erased_names().contains(&name))
            || revises(record).is_some_and(|name| erased_names().contains(&name))
    }

    /// Living entries of a kind in a case, each statement once.
    fn living(&self, case: CaseId, kinds: &[Kind]) -> Vec<&Record> {
        let mut living: Vec<_> = self.records.iter().filter(|record| !self.erased.contains(&record.id)).collect();
        living.retain(|record| name(record).is_some_and(|(_, _, kind, of, _, _)| of == case && kinds.contains(&kind)));
        living.sort_unstable_by_key(|record| (record.feed, record.seq));
        let mut names = BTreeSet::new();
        living.retain(|record| names.insert(name(record)));
        living
    }

    fn tally(&self, case: CaseId) -> Option<Tally> {
        let versions = self.living(case, &[Kind::Case, Kind::CaseRevision]);
        let is_shared = versions.iter().any(|version| version.origin.is_shared());
        let own = versions.iter().filter(|version| version.origin.is_shared() == is_shared);
        let opener = author(own.min_by_key(|version| version.seq)?);
        let counts = |record: &&Record| {
            let is_heard =
                record.feed == case.institution || versions.iter().any(|version| is_for(version, record.feed));
            standing_of(record) == Standing::Verified && record.origin.is_shared() == is_shared && is_heard
        };
        let comments: Vec<_> = self.living(case, &[Kind::Comment]).into_iter().filter(counts).collect();
        let stars: BTreeSet<_> = self.living(case, &[Kind::Star]).into_iter().filter(counts).map(author).collect();
        let number = |len: usize| u32::try_from(len).unwrap();
        Some(Tally {
            comments: number(comments.len()),
            answers: number(comments.iter().filter(|record| author(record) != opener).count()),
            stars: number(stars.len()),
        })
    }
}

fn is_for(version: &Record, feed: protocol::FeedId) -> bool {
    let Some(summary) = statement(version).and_then(|(_, statement)| statement.body::<Summary>().ok()) else {
        return false;
    };
    match (version.origin, summary.audience) {
        (Origin::House, _) | (Origin::Restricted, None) => false,
        (Origin::Network, None) => true,
        (_, Some(named)) => named.contains(&feed),
    }
}

fn statement(record: &Record) -> Option<(Kind, &Statement)> {
    match &record.said {
        Said::Statement(kind, statement) => Some((*kind, statement)),
        _ => None,
    }
}

fn author(record: &Record) -> Option<ClinicianId> {
    statement(record).map(|(_, statement)| statement.author)
}

/// What a statement is known by, if it has a say at all.
fn name(record: &Record) -> Option<Name> {
    let (kind, statement) = statement(record)?;
    let is_owners = matches!(kind, Kind::Case | Kind::CaseRevision | Kind::Outcome);
    let is_owner = record.feed == statement.case.institution;
    let is_whole = kind != Kind::Comment || statement.body::<Comment>().is_ok();
    let has_a_say = !matches!(kind, Kind::Other(_)) && is_whole && (is_owner || !is_owners);
    has_a_say.then_some((record.origin.is_shared(), record.feed, kind, statement.case, statement.author, statement.id))
}

fn revises(record: &Record) -> Option<Name> {
    let (_, statement) = statement(record).filter(|(kind, _)| *kind == Kind::CommentRevision)?;
    let comment = statement.body::<CommentRevision>().ok()?.comment;
    let (is_shared, feed, _, case, author, _) = name(record)?;
    Some((is_shared, feed, Kind::Comment, case, author, comment))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Any order at all, which is more than the order between feeds; headers may come alone before their payloads.
    #[test]
    fn the_order_of_arrival_leaves_no_trace(
        (draws, orders) in proptest::collection::vec(draw(), 1..60).prop_flat_map(|draws| {
            let places: Vec<usize> = (0..draws.len() * 2).collect();
            (Just(draws), [Just(places.clone()).prop_shuffle(), Just(places).prop_shuffle()])
        }),
        me in prop_oneof![Just(1_u8), Just(3_u8)],
    ) {
        let records = told(me, &speak(&draws));
        let in_order = listen(me, &records);
        assert_invariants(&in_order);
        for order in orders {
            let mut shuffled: Vec<Record> = Vec::new();
            for place in order {
                let Some(record) = records.get(place / 2) else { continue };
                let is_control = !matches!(record.said, Said::Statement(..) | Said::Profile(_));
                shuffled.extend((place % 2 == 0).then(|| record.clone()));
                shuffled.extend((place % 2 == 1 && !is_control).then(|| header_of(record)));
            }
            let node = listen(me, &shuffled);
            assert_invariants(&node);
            assert_same(&in_order, &node);
        }
    }

    #[test]
    fn what_is_left_is_what_the_oracle_says(draws in proptest::collection::vec(draw(), 1..60), me in 1..4_u8) {
        let records = told(me, &speak(&draws));
        let node = listen(me, &records);
        let oracle = Oracle::of(me, &records);
        let all: BTreeSet<_> = records.iter().map(|record| record.id).collect();
        prop_assert_eq!(&node.held, &all.difference(&oracle.erased).copied().collect());
        for case in CASES {
            prop_assert_eq!(node.open(case).map(|open| open.tally), oracle.tally(case));
        }
    }

    #[test]
    fn replaying_everything_three_times_changes_nothing(draws in proptest::collection::vec(draw(), 1..60)) {
        let records = speak(&draws);
        let mut node = listen(1, &records);
        let once = node.clone();
        for record in records.iter().chain(records.iter().rev()).chain(&records) {
            node.hear_as(record, standing_of(record));
            assert_eq!(node.rows, once.rows);
        }
        assert_same(&once, &node);
    }

    #[test]
    fn a_standing_that_comes_later_is_as_good_as_one_that_was_there(
        (draws, order) in proptest::collection::vec(draw(), 1..60).prop_flat_map(|draws| {
            let places: Vec<usize> = (0..draws.len()).collect();
            (Just(draws), Just(places).prop_shuffle())
        }),
        split in any::<prop::sample::Index>(),
    ) {
        let records = speak(&draws);
        let at_once = listen(1, &records);
        let mut node = Node::of(1);
        let (early, late) = records.split_at(split.index(records.len()));
        for record in early {
            let is_overrated = record.id.0[1] % 2 == 0;
            node.hear_as(record, if is_overrated { Standing::Verified } else { Standing::Pending });
        }
        for place in order {
            node.restand(&records[place], standing_of(&records[place]));
        }
        for record in late {
            node.hear_as(record, standing_of(record));
        }
        assert_invariants(&node);
        assert_same(&at_once, &node);
    }

    /// Two houses that hold the same shared entries see the same, whatever stands in the house journal of one.
    #[test]
    fn all_nodes_that_hold_the_same_entries_have_the_same_digests(draws in proptest::collection::vec(draw(), 1..60)) {
        let mut records = speak(&draws);
        for record in &mut records {
            if let Said::Withdrawals { withdrawals, .. } = &mut record.said {
                withdrawals.iter_mut().for_each(|withdrawal| withdrawal.from = None);
            }
        }
        let at_home = |record: &Record| !record.origin.is_shared();
        records.retain(|record| !(at_home(record) && matches!(record.said, Said::Withdrawals { .. })));
        let (one, other) = (listen(1, &told(1, &records)), listen(2, &told(2, &records)));
        for case in CASES {
            prop_assert_eq!(one.digest(case), other.digest(case));
        }
    }

    #[test]
    fn a_batch_of_entries_is_worth_as_much_as_one_by_one(draws in proptest::collection::vec(draw(), 1..60)) {
        let records = speak(&draws);
        let single = listen(1, &records);
        let mut rows = crate::Memory::new();
        for batch in records.chunks(7) {
            let mut overlay = crate::Overlay::over(&rows);
            for record in batch {
                let folded = single.book.fold(record, standing_of(record), &overlay).unwrap();
                overlay.apply(folded.changes);
            }
            let changes = overlay.into_changes();
            rows.apply(&changes);
        }
        prop_assert_eq!(rows, single.rows);
    }
}

#[test]
fn the_draws_reach_what_they_should() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut tables, mut answers) = (BTreeSet::new(), BTreeSet::new());
    let mut most = Tally::NONE;
    for _ in 0..64 {
        let draws = proptest::collection::vec(draw(), 60).new_tree(&mut runner).unwrap().current();
        let mut node = Node::of(1);
        for record in speak(&draws) {
            answers.insert(format!("{:?}", node.hear_as(&record, standing_of(&record))));
        }
        tables.extend(node.rows.iter().map(|(table, _, _)| table));
        for open in CASES.iter().filter_map(|case| node.open(*case)) {
            most.comments = most.comments.max(open.tally.comments);
            most.answers = most.answers.max(open.tally.answers);
            most.stars = most.stars.max(open.tally.stars);
        }
    }
    let unreached: Vec<_> = Table::ALL.iter().filter(|table| !tables.contains(table)).collect();
    assert_eq!(unreached, [&Table::Pending], "which the later standing reaches");
    assert_eq!(answers.len(), 7, "folded, four times kept, refused, not theirs: {answers:?}");
    assert!(most.comments > 2 && most.answers > 1 && most.stars > 1, "{most:?}");
}
