//! What is withdrawn goes, with all that hangs on it, and does not come back.

use protocol::{EntryId, Kind, payload::control::Target};

use super::world::{NOW, Node, Voice, case_of, comment, header_of, house, summary};
use crate::{
    Answer, Effect, Pictures, Said, ThreadWhat, entries_with, owed_receipts, receipts_of,
    row::{CaseRow, Tally},
    rows::Read,
};

#[test]
fn a_withdrawn_case_takes_everything_with_it_and_never_comes_back() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let opened = a.open(10, case);
    let said = b.comment(20, case);
    let hanging = [
        a.say(Kind::CaseRevision, 10, case, &summary(None)),
        a.outcome(10, case, protocol::payload::content::Status::Resolved),
        b.revise(20, case, &said),
        b.star(20, case),
        b.say(Kind::Other(0x10E), 20, case, &comment(None, &[])),
    ];
    let mut node = Node::of(3);
    node.hear_all(&[&opened, &said]);
    hanging.iter().for_each(|record| {
        node.hear(record);
    });
    assert_eq!(node.held.len(), 7);

    let withdrawal = a.withdraw(Target::Case(case), None);
    let folded = node.book.fold(&withdrawal, trust::Standing::Unknown, &node.rows).unwrap();
    let Effect::Erase(erasure) = &folded.effects[0] else { unreachable!("erasures come first") };
    assert_eq!((erasure.entries.len(), erasure.pictures, erasure.index), (7, Pictures::All(case), Some(case)));
    node.hear(&withdrawal);
    assert_eq!(node.held.len(), 1, "the withdrawal itself");
    assert!(matches!(node.rows.read(&case).unwrap(), Some(CaseRow::Withdrawn(gone)) if gone.is_everywhere));

    let after = node.rows.clone();
    for record in hanging.iter().chain([&opened, &said]) {
        assert_eq!(node.hear(record), Answer::Refused);
        assert_eq!(node.hear(&header_of(record)), Answer::Refused);
    }
    assert_eq!(node.rows, after);
    assert_eq!(node.held.len(), 1);
    assert_eq!(node.hear(&b.comment(20, case)), Answer::Refused, "nor is anything new said about it");
    assert_eq!(node.hear(&a.say(Kind::CaseRevision, 10, case, &summary(None))), Answer::Refused);
    assert_eq!(node.held.len(), 1);
}

#[test]
fn a_withdrawal_may_come_before_what_it_erases() {
    let (mut a, case) = (Voice::of(1), case_of(1, 1));
    let opened = a.open(10, case);
    let said = a.comment(10, case);
    let entry_gone = a.withdraw(Target::Entry(said.id), None);
    let mut early = Node::of(2);
    early.hear_all(&[&entry_gone, &header_of(&opened), &header_of(&said)]);
    assert_eq!(early.hear(&said), Answer::Refused);
    early.hear(&opened);
    let mut late = Node::of(2);
    late.hear_all(&[&opened, &said, &entry_gone]);
    assert_eq!((&early.rows, &early.held), (&late.rows, &late.held));
}

#[test]
fn nobody_withdraws_what_stands_in_another_feed() {
    let (mut a, mut thief, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let opened = a.open(10, case);
    let mut node = Node::of(3);
    let early = thief.withdraw(Target::Entry(opened.id), None);
    node.hear(&early);
    assert_eq!(node.hear(&opened), Answer::Folded);
    assert_eq!(node.hear(&thief.withdraw(Target::Case(case), None)), Answer::NotTheirs);
    assert_eq!(node.hear(&thief.withdraw(Target::Entry(opened.id), None)), Answer::NotTheirs);
    assert!(node.open(case).is_some() && node.held.contains(&opened.id));
    assert!(owed_receipts(9, &node.rows).unwrap().is_empty());
}

#[test]
fn another_may_speak_for_a_silent_feed_where_the_driver_says_so() {
    let (mut a, mut successor, case) = (Voice::of(1), Voice::of(5), case_of(1, 1));
    let mut node = Node::of(3);
    let opened = a.open(10, case);
    node.hear(&opened);
    let mut forced = successor.withdraw(Target::Case(case), None);
    if let Said::Withdrawals { speaks_for, .. } = &mut forced.said {
        *speaks_for = house(1);
    }
    assert_eq!(node.hear(&forced), Answer::Folded);
    assert_eq!(node.open(case), None);
}

#[test]
fn a_comment_is_taken_back_with_its_revisions_and_repetitions() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let said = b.say_as(Kind::Comment, 20, case, 1, &comment(None, &[]));
    let revised = b.revise(20, case, &said);
    let again = b.say_as(Kind::Comment, 20, case, 1, &comment(None, &[]));
    let mut node = Node::of(3);
    node.hear_all(&[&a.open(10, case), &said, &revised, &again]);
    let mut together = entries_with(said.id, &node.rows).unwrap();
    together.sort_unstable();
    let mut expected = vec![said.id, revised.id, again.id];
    expected.sort_unstable();
    assert_eq!(together, expected, "a node that never held the comment has to be told of each");

    node.hear(&b.withdraw(Target::Entry(said.id), None));
    assert!(expected.iter().all(|entry| !node.held.contains(entry)));
    assert_eq!(node.open(case).unwrap().tally, Tally::NONE);
    assert_eq!(node.open(case).unwrap().activity_ms, NOW);
    for record in [&said, &revised, &again, &b.revise(20, case, &said)] {
        assert_eq!(node.hear(record), Answer::Refused);
    }
}

#[test]
fn an_answered_comment_leaves_a_neutral_plate_on_every_node() {
    let (mut a, mut b, mut c, case) = (Voice::of(1), Voice::of(2), Voice::of(3), case_of(1, 1));
    let opened = a.open(10, case);
    let said = b.comment(20, case);
    let reply = c.reply(30, case, &said);
    let gone = b.withdraw(Target::Entry(said.id), None);
    let mut held_it = Node::of(4);
    held_it.hear_all(&[&opened, &said, &reply, &gone]);
    let mut never_held_it = Node::of(5);
    never_held_it.hear_all(&[&opened, &header_of(&said), &gone, &reply]);
    assert_eq!(held_it.digest(case), never_held_it.digest(case));
    for node in [&held_it, &never_held_it] {
        let thread = crate::thread(case, &node.rows).unwrap();
        assert_eq!((thread[0].entry, thread[1].entry), (said.id, reply.id));
        assert!(matches!(thread[0].what, ThreadWhat::Withdrawn { .. }));
        assert_eq!((thread[1].depth, thread[1].answers), (1, Some(said.id)));
    }
    held_it.hear(&c.withdraw(Target::Entry(reply.id), None));
    assert!(crate::thread(case, &held_it.rows).unwrap().is_empty(), "nobody asks for the plate any more");
}

#[test]
fn a_version_that_is_withdrawn_leaves_the_one_before() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let opened = a.open(10, case);
    let revised = a.say(Kind::CaseRevision, 10, case, &summary(None));
    let mut node = Node::of(3);
    node.hear_all(&[&opened, &revised, &b.comment(20, case)]);
    let withdrawal = a.withdraw(Target::Entry(revised.id), None);
    let folded = node.book.fold(&withdrawal, trust::Standing::Unknown, &node.rows).unwrap();
    assert!(matches!(&folded.effects[0], Effect::Erase(erasure) if erasure.pictures == Pictures::Unlisted(case)));
    node.hear(&withdrawal);
    assert_eq!(node.open(case).unwrap().current, opened.id);
    node.hear(&a.withdraw(Target::Entry(opened.id), None));
    assert_eq!(node.open(case), None);
    assert_eq!(crate::count(crate::row::Shelf::All, &node.rows).unwrap(), 0);
}

#[test]
fn what_is_erased_here_alone_is_told_from_what_is_erased_everywhere() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let (opened, said) = (a.open(10, case), b.comment(20, case));
    let narrowed = a.withdraw(Target::Case(case), Some(&[3]));
    let entry_gone = b.withdraw(Target::Entry(said.id), None);
    let case_gone = a.withdraw(Target::Case(case), None);
    let told = |before: &[&crate::Record], last: &crate::Record| {
        let mut node = Node::of(3);
        node.hear_all(before);
        let folded = node.book.fold(last, trust::Standing::Verified, &node.rows).unwrap();
        let erased = folded.effects.into_iter().filter_map(|effect| match effect {
            Effect::Erase(erasure) => Some((erasure.is_everywhere, erasure.entries.len())),
            _ => None,
        });
        erased.collect::<Vec<_>>()
    };
    assert_eq!(told(&[&opened, &said], &narrowed), [(false, 2)]);
    assert_eq!(told(&[&opened, &said], &case_gone), [(true, 2)]);
    assert_eq!(told(&[&opened, &said], &entry_gone), [(true, 1)]);
    assert_eq!(told(&[&opened, &narrowed], &said), [(false, 1)]);
    assert_eq!(told(&[&opened, &narrowed, &entry_gone], &said), [(true, 1)]);
    assert_eq!(told(&[&opened, &narrowed, &case_gone], &said), [(true, 1)]);
}

#[test]
fn what_others_said_about_a_case_without_a_version_goes_when_the_case_is_withdrawn() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let opened = a.open(10, case);
    let said = b.comment(20, case);
    let mut node = Node::of(3);
    node.hear_all(&[&opened, &said, &a.withdraw(Target::Entry(opened.id), None)]);
    assert!(node.open(case).is_none() && node.held.contains(&said.id));
    node.hear(&a.withdraw(Target::Case(case), None));
    assert!(matches!(node.rows.read(&case).unwrap(), Some(CaseRow::Withdrawn(_))) && !node.held.contains(&said.id));
}

#[test]
fn only_those_named_lose_it() {
    let (mut a, case) = (Voice::sealed(1), case_of(1, 1));
    let opened = a.open_for(10, case, &[2, 3]);
    let narrowed = a.withdraw(Target::Case(case), Some(&[3]));
    let (mut stays, mut loses) = (Node::of(2), Node::of(3));
    for node in [&mut stays, &mut loses] {
        node.hear_all(&[&opened, &narrowed]);
    }
    assert!(stays.open(case).is_some() && stays.held.contains(&opened.id));
    assert!(loses.open(case).is_none() && !loses.held.contains(&opened.id));
    assert!(matches!(loses.rows.read(&case).unwrap(), Some(CaseRow::Withdrawn(gone)) if !gone.is_everywhere));
    assert_eq!(loses.hear(&opened), Answer::Refused);
    assert_eq!(owed_receipts(9, &stays.rows).unwrap(), []);
    assert_eq!(owed_receipts(9, &loses.rows).unwrap(), [narrowed.id]);
}

#[test]
fn an_erasure_is_owed_until_the_own_receipt_stands() {
    let (mut a, mut b, mut me, case) = (Voice::of(1), Voice::of(2), Voice::of(3), case_of(1, 1));
    let opened = a.open(10, case);
    let gone = a.withdraw(Target::Case(case), None);
    let mut node = Node::of(3);
    node.hear_all(&[&opened, &gone, &b.receipt(&[&gone])]);
    assert_eq!(owed_receipts(9, &node.rows).unwrap(), [gone.id]);
    assert_eq!(owed_receipts(0, &node.rows).unwrap(), [] as [EntryId; 0]);
    let receipt = me.receipt(&[&gone]);
    node.hear(&receipt);
    assert!(owed_receipts(9, &node.rows).unwrap().is_empty());
    let by: Vec<_> = receipts_of(gone.id, &node.rows).unwrap().into_iter().map(|(by, row)| (by, row.entry)).collect();
    assert_eq!(by.len(), 2);
    assert_eq!(by[1], (house(3), receipt.id));

    let mut rebuilt = Node::of(3);
    rebuilt.hear_all(&[&receipt, &gone]);
    assert!(owed_receipts(9, &rebuilt.rows).unwrap().is_empty(), "the own feed may be read first");
}

#[test]
fn a_name_is_forgotten() {
    let mut a = Voice::of(1);
    let name = a.name(10);
    let mut node = Node::of(2);
    node.hear_all(&[&name, &a.withdraw(Target::Entry(name.id), None)]);
    assert_eq!(crate::profile_of(super::world::clinician(10), house(1), &node.rows).unwrap(), None);
    assert!(!node.held.contains(&name.id));
    assert_eq!(node.hear(&name), Answer::Refused);
}
