//! Threads: their order, replies, revisions.

use protocol::Kind;
use trust::Standing;

use super::world::{Node, Voice, case_of, comment, entry_at, summary};
use crate::{ThreadWhat, thread};

fn entries(node: &Node, case: protocol::CaseId) -> Vec<protocol::EntryId> {
    thread(case, &node.rows).unwrap().into_iter().map(|item| item.entry).collect()
}

#[test]
fn what_was_seen_stands_first_whatever_the_clocks_say() {
    let (mut a, mut b, mut c, case) = (Voice::of(1), Voice::of(2), Voice::of(3), case_of(1, 1));
    let first = b.comment(20, case);
    c.time_ms -= 86_400_000;
    let backdated = c.say(Kind::Comment, 30, case, &comment(None, &[first.id]));
    b.time_ms -= 2 * 86_400_000;
    let reply = b.reply(20, case, &backdated);
    let mut node = Node::of(1);
    node.hear_all(&[&reply, &a.open(10, case), &backdated, &first]);
    assert_eq!(entries(&node, case), [first.id, backdated.id, reply.id]);
    let items = thread(case, &node.rows).unwrap();
    assert_eq!(items.iter().map(|item| item.depth).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(items[2].answers, Some(backdated.id));
}

#[test]
fn references_to_what_is_not_here_order_nothing_until_it_comes() {
    let (mut a, mut b, mut c, case) = (Voice::of(1), Voice::of(2), Voice::of(3), case_of(1, 1));
    let late = b.comment(20, case);
    c.time_ms -= 1_000_000;
    let reply = c.reply(30, case, &late);
    let mut node = Node::of(1);
    node.hear_all(&[&a.open(10, case), &reply]);
    let items = thread(case, &node.rows).unwrap();
    assert!(items[0].is_parent_missing && items[0].depth == 0);
    node.hear(&late);
    assert_eq!(entries(&node, case), [late.id, reply.id]);
    assert!(!thread(case, &node.rows).unwrap()[1].is_parent_missing);
}

#[test]
fn comments_that_answer_each_other_in_a_ring_are_all_shown() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let (one, two) = (entry_at(2, false, 1), entry_at(2, false, 2));
    let first = b.say(Kind::Comment, 20, case, &comment(Some(two), &[two]));
    let second = b.say(Kind::Comment, 20, case, &comment(Some(one), &[one]));
    let mut node = Node::of(1);
    node.hear_all(&[&a.open(10, case), &second, &first]);
    assert_eq!(entries(&node, case), [one, two]);
}

#[test]
fn a_comment_reads_as_its_author_last_revised_it() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let said = b.comment(20, case);
    let (once, twice) = (b.revise(20, case, &said), b.revise(20, case, &said));
    let disputed = b.revise(20, case, &said);
    let mut node = Node::of(1);
    node.hear_all(&[&twice, &a.open(10, case), &said, &once]);
    node.hear_as(&disputed, Standing::Disputed);
    let items = thread(case, &node.rows).unwrap();
    assert_eq!(items.len(), 1);
    let ThreadWhat::Remark { current, revisions, .. } = &items[0].what else { unreachable!("it is there") };
    assert_eq!(*current, twice.id, "a word that does not count revises nothing that does");
    assert_eq!(revisions.iter().map(|revised| revised.entry).collect::<Vec<_>>(), [once.id, twice.id, disputed.id]);
}

#[test]
fn a_comment_is_revised_by_its_author_and_nobody_else() {
    let (mut a, mut b, mut thief, case) = (Voice::of(1), Voice::of(2), Voice::of(3), case_of(1, 1));
    let (opened, said) = (a.open(10, case), b.comment(20, case));
    let strangers = [
        b.revise(21, case, &said),
        a.revise(10, case, &said),
        thief.revise(20, case, &said),
        b.revise(20, case_of(1, 2), &said),
    ];
    for is_early in [true, false] {
        let mut node = Node::of(1);
        node.hear_all(&[&opened, &said]);
        let (digest, text) = (node.digest(case), node.text_of(case));
        let mut node = if is_early { Node::of(1) } else { node };
        node.hear_all(&strangers.each_ref());
        node.hear_all(&[&opened, &said]);
        let items = thread(case, &node.rows).unwrap();
        let [item] = items.as_slice() else { unreachable!("one comment stands in the case") };
        let ThreadWhat::Remark { current, revisions, .. } = &item.what else { unreachable!("it is there") };
        assert_eq!((*current, revisions.len()), (said.id, 0));
        assert_eq!((node.digest(case), node.indexed[&case]), (digest, text));
    }
}

#[test]
fn the_digest_sees_what_others_see_and_nothing_else() {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let opened = a.open(10, case);
    let mut node = Node::of(1);
    let mut digests = vec![node.digest(case)];
    let said = b.comment(20, case);
    let outcome = a.outcome(10, case, protocol::payload::content::Status::Resolved);
    let steps = [
        opened,
        said.clone(),
        b.revise(20, case, &said),
        b.star(20, case),
        outcome,
        a.say(Kind::CaseRevision, 10, case, &summary(None)),
        b.withdraw(protocol::payload::control::Target::Entry(said.id), None),
        a.withdraw(protocol::payload::control::Target::Case(case), None),
    ];
    for step in &steps {
        node.hear(step);
        digests.push(node.digest(case));
    }
    let mut different = digests.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), digests.len());

    let (mut home, mut node) = (Voice::at_home(1), Node::of(1));
    node.hear(&steps[0]);
    node.hear(&home.comment(11, case));
    node.hear(&home.star(11, case));
    assert_eq!(node.digest(case), digests[1]);
}
