//! The archive on a disk keeps what the exchange relies on, with the real journal and tables.

use feed::{Record, contract};
use house::Settings;
use store::{TableOptions, Tables};
use trust::Standing;

use super::*;
use crate::{
    app::journal_options,
    config::Storage,
    entropy,
    keys::KeyFiles,
    layout::Layout,
    network::{bookkeeper::fold_feeds, filing::Filing, rows::FOLDED, rows::SCHEMA},
    reserve::Reserve,
};

const ME: InstitutionId = FeedId([7; 32]);
const NOW_MS: u64 = 1_790_000_000_000;

/// A shelf whose journal is written, filed and folded as the engine and the bookkeeper do it.
struct OnDisk {
    _directory: tempfile::TempDir,
    shelf: Shelf,
}

impl OnDisk {
    fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keys = KeyFiles::new(directory.path().join("keys"));
        keys.create_all(entropy::seed).unwrap();
        let options = || journal_options(&keys).unwrap();
        let reserve = Arc::new(Reserve::open(&Layout::new(directory.path()), &Storage::default()).unwrap());
        let desk = Desk::open(&directory.path().join("house"), options(), Settings::default(), reserve).unwrap();
        let journal = Journal::open(&directory.path().join("feeds"), options()).unwrap();
        let table_options = TableOptions::new(SCHEMA, options().on_fatal);
        let tables = Tables::open(&directory.path().join("tables"), table_options);
        let shelf = Shelf {
            journal: Arc::new(journal),
            tables: Arc::new(tables),
            book: Casebook { me: ME },
            desk: Arc::new(desk),
            uncounted: Arc::default(),
        };
        Self { _directory: directory, shelf }
    }
}

impl contract::Shelved for OnDisk {
    type Archive = Shelf;

    fn journal(&mut self, record: &Record) {
        let new = record::to_journal(record, NOW_MS);
        let (kept, has_payload) = (record::from_journal(new.kind, &new.clear).unwrap(), new.secret.is_some());
        let at = self.shelf.journal.append_blocking(vec![new]).unwrap();
        let mut filing = Filing::new(&self.shelf, &|_| None);
        filing.file(&kept, has_payload, at[0]).unwrap();
        filing.finish().unwrap();
        let folded = self.shelf.tables.applied(FOLDED).unwrap();
        fold_feeds(&self.shelf, folded, &|_, _| Standing::Verified).unwrap();
    }

    fn archive(&self) -> &Shelf {
        &self.shelf
    }
}

#[test]
fn the_shelf_on_a_disk_keeps_what_was_journaled() {
    contract::keeps_what_was_journaled(&mut OnDisk::empty());
}

#[test]
fn the_shelf_on_a_disk_gives_payloads_to_their_readers() {
    contract::gives_payloads_to_their_readers(&mut OnDisk::empty());
}
