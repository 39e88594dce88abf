//! The shelf keeps what the exchange relies on.

use feed::contract;

use super::*;

/// A shelf as the driver of a node keeps it; who may speak is no matter here.
struct Filing(Shelf);

impl contract::Shelved for Filing {
    type Archive = Shelf;

    fn journal(&mut self, record: &Record) {
        self.0.file(&(record.clone(), 0), &|_| None);
    }

    fn archive(&self) -> &Shelf {
        &self.0
    }
}

fn empty() -> Filing {
    Filing(Shelf::of(FeedId([7; 32]), Signatures::default(), None))
}

#[test]
fn a_shelf_keeps_what_was_journaled() {
    contract::keeps_what_was_journaled(&mut empty());
}

#[test]
fn a_shelf_gives_payloads_to_their_readers() {
    contract::gives_payloads_to_their_readers(&mut empty());
}
