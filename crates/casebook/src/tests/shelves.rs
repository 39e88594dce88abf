//! Pages of cases.

use protocol::payload::{content::Status, control::Target};

use super::world::{Node, Voice, case_of, house};
use crate::{Filter, Reader, count, institutions, row::Shelf};

const ALL: Filter = Filter { shelf: Shelf::All, status: None };

fn page(node: &Node, filter: Filter) -> Vec<protocol::CaseId> {
    let page = node.book.recent(Reader::Attested, filter, None, 100, &node.rows).unwrap();
    assert_eq!(page.next, None);
    page.cases.into_iter().map(|listed| listed.case).collect()
}

#[test]
fn the_most_lately_active_case_stands_first() {
    let (mut a, mut b) = (Voice::of(1), Voice::of(2));
    let cases = [case_of(1, 1), case_of(1, 2), case_of(1, 3)];
    let mut node = Node::of(3);
    cases.iter().for_each(|case| {
        node.hear(&a.open(10, *case));
    });
    assert_eq!(page(&node, ALL), [cases[2], cases[1], cases[0]]);
    b.time_ms += 100_000;
    let said = b.comment(20, cases[0]);
    node.hear(&said);
    assert_eq!(page(&node, ALL), [cases[0], cases[2], cases[1]]);
    let unanswered = Filter { shelf: Shelf::Unanswered, status: None };
    assert_eq!(page(&node, unanswered), [cases[2], cases[1]]);
    node.hear(&a.outcome(10, cases[1], Status::Resolved));
    assert_eq!(page(&node, unanswered), [cases[2]]);
    assert_eq!(page(&node, Filter { status: Some(Status::Resolved), ..ALL }), [cases[1]]);
    node.hear(&b.withdraw(Target::Entry(said.id), None));
    assert_eq!(page(&node, Filter { shelf: Shelf::UnansweredIn(3_880), status: None }), [cases[2], cases[0]]);
    assert_eq!(page(&node, Filter { shelf: Shelf::UnansweredIn(1), status: None }), []);
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let mut a = Voice::of(1);
    let mut node = Node::of(2);
    for number in 0..25 {
        node.hear(&a.open(10, case_of(1, number)));
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = node.book.recent(Reader::Attested, ALL, after, 10, &node.rows).unwrap();
        seen.extend(page.cases.into_iter().map(|listed| listed.case));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, page(&node, ALL));
    assert_eq!(seen.len(), 25);
}

#[test]
fn a_viewer_is_shown_public_cases_only() {
    let mut a = Voice::of(1);
    let mut node = Node::of(2);
    let public = protocol::payload::content::Summary { is_public: true, ..super::world::summary(None) };
    node.hear(&a.open(10, case_of(1, 1)));
    node.hear(&a.say(protocol::Kind::Case, 10, case_of(1, 2), &public));
    for shelf in [Shelf::All, Shelf::Public] {
        let filter = Filter { shelf, status: None };
        let page = node.book.recent(Reader::Viewer, filter, None, 9, &node.rows).unwrap();
        assert_eq!(page.cases.iter().map(|listed| listed.case).collect::<Vec<_>>(), [case_of(1, 2)]);
    }
}

#[test]
fn all_cases_are_looked_through_in_steps() {
    let mut a = Voice::of(1);
    let mut node = Node::of(2);
    for number in 1..=7 {
        node.hear(&a.open(10, case_of(1, number)));
    }
    node.hear(&a.withdraw(Target::Case(case_of(1, 3)), None));
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let step = crate::cases_behind(after, 2, &node.rows).unwrap();
        let Some(last) = step.last() else { break };
        after = Some(*last);
        seen.extend(step);
    }
    assert_eq!(seen, [1, 2, 4, 5, 6, 7].map(|number| case_of(1, number)));
}

#[test]
fn shelves_are_counted() {
    let (mut a, mut b) = (Voice::of(1), Voice::of(2));
    let mut node = Node::of(3);
    node.hear_all(&[&a.open(10, case_of(1, 1)), &a.open(10, case_of(1, 2)), &b.open(20, case_of(2, 1))]);
    assert_eq!(count(Shelf::All, &node.rows).unwrap(), 3);
    assert_eq!(count(Shelf::Specialty(3_880), &node.rows).unwrap(), 3);
    assert_eq!(institutions(&node.rows).unwrap(), [(house(1), 2), (house(2), 1)]);
    node.hear(&b.withdraw(Target::Case(case_of(2, 1)), None));
    assert_eq!(count(Shelf::All, &node.rows).unwrap(), 2);
    assert_eq!(institutions(&node.rows).unwrap(), [(house(1), 2)]);
}
