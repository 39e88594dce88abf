//! The largest thread the design thinks of: 16,000 comments on one case.

use protocol::{EntryId, Kind, Signature, Statement, StatementId, codec::Bytes, codec::encode, hash};
use trust::Standing;

use super::world::{NOW, Node, Voice, case_of, comment, house};
use crate::{Memory, Origin, Overlay, Record, Said, row::Tally, thread};

const COMMENTS: u64 = 16_000;

fn id(number: u64) -> EntryId {
    EntryId(hash("long thread", &[&number.to_be_bytes()]))
}

/// Every comment has seen the one before, a third of them answers an earlier one, and all clocks are wrong.
fn remark(number: u64) -> Record {
    let before = number.checked_sub(1).map(id);
    let seen: Vec<_> = before.into_iter().chain(number.checked_sub(40).map(id)).collect();
    let body = comment((number % 3 == 2).then(|| id(number / 2)), &seen);
    let mut statement_id = [0; 16];
    statement_id[..8].copy_from_slice(&number.to_be_bytes());
    let statement = Statement {
        author: protocol::ClinicianId([u8::try_from(number % 200).unwrap(); 32]),
        id: StatementId(statement_id),
        case: case_of(1, 1),
        body: Bytes(encode(&body)),
        signature: Signature([0; 64]),
    };
    Record {
        id: id(number),
        feed: house(u8::try_from(number % 50).unwrap()),
        epoch: 0,
        seq: 10 + number,
        time_ms: NOW + u64::from(id(number).0[0]),
        received_ms: NOW,
        origin: Origin::Network,
        said: Said::Statement(Kind::Comment, statement),
    }
}

#[test]
fn sixteen_thousand_comments_stand_in_the_order_in_which_they_were_seen() {
    let mut node = Node::of(1);
    node.hear(&Voice::of(1).open(10, case_of(1, 1)));
    node.rows = fold_in_batches(&node, (0..COMMENTS).rev().map(remark));
    let open = node.open(case_of(1, 1)).unwrap();
    assert_eq!(open.tally, Tally { comments: 16_000, answers: 16_000, stars: 0 });
    let items = thread(case_of(1, 1), &node.rows).unwrap();
    assert!(items.iter().map(|item| item.entry).eq((0..COMMENTS).map(id)));
    assert_eq!(items.iter().map(|item| item.depth).max(), Some(13), "12,287 answers 6,143, and so on");
}

fn fold_in_batches(node: &Node, records: impl Iterator<Item = Record>) -> Memory {
    let mut rows = node.rows.clone();
    let records: Vec<_> = records.collect();
    for batch in records.chunks(500) {
        let mut overlay = Overlay::over(&rows);
        for record in batch {
            let folded = node.book.fold(record, Standing::Verified, &overlay).unwrap();
            overlay.apply(folded.changes);
        }
        let changes = overlay.into_changes();
        rows.apply(&changes);
    }
    rows
}
