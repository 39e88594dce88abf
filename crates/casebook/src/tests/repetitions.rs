//! One statement in thousands of entries: no member can make forgetting it a burden.

use std::{cell::Cell, thread};

use protocol::{EntryId, hash, payload::control::Target};
use trust::Standing;

use super::world::{Node, Voice, case_of};
use crate::{
    Answer, Effect, Memory, Overlay, Record,
    row::{BadRow, Table, Tally},
    rows::{Rows, Span, Visitor},
};

const COPIES: u64 = 10_000;
/// An eighth of what a thread is given if nobody says otherwise.
const STACK_BYTES: usize = 256 * 1024;

/// The same signed words once more, further down in the feed.
fn again(said: &Record, number: u64) -> Record {
    let id = EntryId(hash("test repetition", &[&number.to_be_bytes()]));
    Record { id, seq: said.seq + number, ..said.clone() }
}

/// A node that holds a case and one comment on it in many entries, whose case that is, and the comment.
fn repeated() -> (Node, Voice, Voice, Record) {
    let (mut a, mut b, case) = (Voice::of(1), Voice::of(2), case_of(1, 1));
    let said = b.comment(20, case);
    let mut node = Node::of(3);
    node.hear_all(&[&a.open(10, case), &said]);
    let mut overlay = Overlay::over(&node.rows);
    for number in 1..COPIES {
        let folded = node.book.fold(&again(&said, number), Standing::Verified, &overlay).unwrap();
        overlay.apply(folded.changes);
    }
    let changes = overlay.into_changes();
    node.rows.apply(&changes);
    b.seq += COPIES;
    (node, a, b, said)
}

fn erased_by(node: &mut Node, withdrawal: &Record) -> usize {
    let folded = node.book.fold(withdrawal, Standing::Unknown, &node.rows).unwrap();
    node.rows.apply(&folded.changes);
    let of = |effect: &Effect| match effect {
        Effect::Erase(erasure) => erasure.entries.len(),
        _ => 0,
    };
    folded.effects.iter().map(of).sum()
}

#[expect(clippy::disallowed_types, reason = "how deep the casebook calls shows on a stack of known size")]
fn on_a_small_stack(story: fn()) {
    let small = thread::Builder::new().stack_size(STACK_BYTES);
    small.spawn(story).unwrap().join().unwrap();
}

#[test]
fn a_comment_that_was_repeated_ten_thousand_times_is_taken_back_on_a_small_stack() {
    on_a_small_stack(|| {
        let (mut node, _, mut b, said) = repeated();
        let gone = b.withdraw(Target::Entry(said.id), None);
        assert_eq!(erased_by(&mut node, &gone), 10_000);
        assert_eq!(node.open(case_of(1, 1)).unwrap().tally, Tally::NONE);
    });
}

#[test]
fn so_is_the_case_with_all_repetitions_and_revisions() {
    on_a_small_stack(|| {
        let (mut node, mut a, _, said) = repeated();
        let revised = Voice::of(2).revise(20, case_of(1, 1), &said);
        for number in COPIES..COPIES + 10 {
            node.hear(&again(&revised, number));
        }
        let gone = a.withdraw(Target::Case(case_of(1, 1)), None);
        assert_eq!(erased_by(&mut node, &gone), 10_011, "the case, the comment each time, ten revisions");
    });
}

/// Tables that count how many rows were shown.
struct Counting<'a> {
    rows: &'a Memory,
    shown: Cell<usize>,
}

impl Rows for Counting<'_> {
    type Error = BadRow;

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, BadRow> {
        self.rows.get(table, key)
    }

    fn scan(&self, span: &Span, visit: &mut Visitor<'_, BadRow>) -> Result<(), BadRow> {
        self.rows.scan(span, &mut |key, value| {
            self.shown.set(self.shown.get() + 1);
            visit(key, value)
        })
    }
}

#[test]
fn a_repetition_that_comes_late_looks_at_no_other() {
    let (mut node, _, mut b, said) = repeated();
    erased_by(&mut node, &b.withdraw(Target::Entry(said.id), None));
    let counting = Counting { rows: &node.rows, shown: Cell::new(0) };
    let folded = node.book.fold(&again(&said, COPIES + 1), Standing::Verified, &counting).unwrap();
    assert_eq!(folded.answer, Answer::Refused);
    assert!(counting.shown.get() < 10, "{} rows were looked at", counting.shown.get());
}
