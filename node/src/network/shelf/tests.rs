//! The archive on a disk keeps what the exchange relies on, with the real journal and tables.

use feed::{Record, contract};
use house::Settings;
use store::{NewRecord, Position, TableOptions, Tables};
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

    /// Writes a record; how it is to be filed.
    fn append(&self, new: NewRecord) -> (Kept, bool, Position) {
        let (kept, has_payload) = (record::from_journal(new.kind, &new.clear).unwrap(), new.secret.is_some());
        let at = self.shelf.journal.append_blocking(vec![new]).unwrap();
        (kept, has_payload, at[0])
    }

    fn file(&self, (kept, has_payload, at): (Kept, bool, Position)) {
        let mut filing = Filing::new(&self.shelf, &|_| None);
        filing.file(&kept, has_payload, at).unwrap();
        filing.finish().unwrap();
    }

    /// Folds what is new; the last record of it.
    fn fold(&self) -> Option<Position> {
        let folded = self.shelf.tables.applied(FOLDED).unwrap();
        fold_feeds(&self.shelf, folded, &|_, _| Standing::Verified).unwrap().map(|(last, _)| last)
    }
}

impl contract::Shelved for OnDisk {
    type Archive = Shelf;

    fn journal(&mut self, record: &Record) {
        self.file(self.append(record::to_journal(record, NOW_MS)));
        self.fold();
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

#[test]
fn what_is_not_filed_yet_is_not_folded() {
    let disk = OnDisk::empty();
    let filed = disk.append(record::addresses(Vec::new()));
    let last = filed.2;
    disk.file(filed);
    let unfiled = disk.append(record::addresses(Vec::new()));
    assert_eq!((disk.fold(), disk.fold()), (Some(last), None));
    let last = unfiled.2;
    disk.file(unfiled);
    assert_eq!((disk.fold(), disk.fold()), (Some(last), None));
}
