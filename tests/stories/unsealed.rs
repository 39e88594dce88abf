//! What a house keeps, opened with the house's own keys while its node rests: everything that is sealed, in clear.

use std::{collections::BTreeSet, fs, path::Path};

use protocol::CaseId;
use store::{
    BlobOptions, Blobs, Check, Entropy, Found, Journal, JournalOptions, Keyring, Limits, OnFatal, Secret, WrappingKey,
};
use tokio::runtime::Runtime;

use crate::{files::files_in, house::House};

/// Everything by where it was kept.
pub(crate) struct Unsealed {
    /// Records of the journal of all feeds: headers, and payloads.
    pub(crate) feeds: Vec<Vec<u8>>,
    /// Records of the house journal.
    pub(crate) house: Vec<Vec<u8>>,
    /// Pictures and previews.
    pub(crate) pictures: Vec<Vec<u8>>,
    /// What waits in quarantine.
    pub(crate) originals: Vec<Vec<u8>>,
    /// Terms and stored documents of the index.
    pub(crate) index: Vec<Vec<u8>>,
    /// All files as they are.
    pub(crate) files: Vec<Vec<u8>>,
}

impl Unsealed {
    /// Opens a house whose node does not run.
    pub(crate) fn of(house: &House) -> Self {
        let key = || Keyring::new(WrappingKey::new(house.key("wrapping")));
        let blobs = house.network_directory("blobs");
        let runtime = Runtime::new().unwrap();
        let opened = Blobs::open(&blobs, BlobOptions { keyring: key(), entropy: entropy(), on_fatal: on_fatal() });
        let opened = opened.unwrap();
        let (index, _) = index::Index::open(house.network_directory("index")).unwrap();
        Self {
            feeds: records(&house.network_directory("feeds"), key()),
            house: records(&house.directory().join("house"), key()),
            pictures: runtime.block_on(pictures(&opened, &blobs)),
            originals: runtime.block_on(originals(&opened)),
            index: index.reader().inventory().unwrap().into_iter().collect(),
            files: files_in(house.directory()).iter().map(|path| fs::read(path).unwrap()).collect(),
        }
    }
}

fn records(directory: &Path, keyring: Keyring) -> Vec<Vec<u8>> {
    let limits = Limits::default();
    let options = JournalOptions { limits, check: Check::All, keyring, entropy: entropy(), on_fatal: on_fatal() };
    let journal = Journal::open(directory, options).unwrap();
    let mut records = Vec::new();
    for scanned in journal.scan(None) {
        let scanned = scanned.unwrap();
        if let Secret::Held(secret) = journal.unseal(&scanned).unwrap() {
            records.push(secret.to_vec());
        }
        records.push(scanned.clear);
    }
    records
}

/// All that lie there, whether a case lists them or not, and whether they were fetched or stay.
async fn pictures(blobs: &Blobs, directory: &Path) -> Vec<Vec<u8>> {
    let mut cases = BTreeSet::new();
    for objects in ["objects/pictures", "objects/fetched"].map(|place| directory.join(place)) {
        let lying = if objects.exists() { fs::read_dir(&objects).unwrap().collect() } else { Vec::new() };
        cases.extend(
            lying.into_iter().map(|case| case.unwrap().file_name().to_str().unwrap().parse::<CaseId>().unwrap()),
        );
    }
    let mut pictures = Vec::new();
    for case in cases {
        for blob in blobs.list(case).await.unwrap() {
            if let Found::Held(picture) = blobs.get(case, blob).await.unwrap() {
                pictures.push(picture.bytes.to_vec());
            }
        }
    }
    pictures
}

async fn originals(blobs: &Blobs) -> Vec<Vec<u8>> {
    let mut originals = Vec::new();
    for original in blobs.originals_due(u64::MAX).await.unwrap() {
        if let Found::Held(original) = blobs.get_original(original).await.unwrap() {
            originals.push(original.to_vec());
        }
    }
    originals
}

fn entropy() -> Entropy {
    Entropy::new(|bytes| getrandom::fill(bytes).unwrap())
}

fn on_fatal() -> OnFatal {
    OnFatal::new(|fatal| panic!("the disk cannot be read: {fatal:?}"))
}
