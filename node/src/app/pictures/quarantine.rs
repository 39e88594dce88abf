//! Where the pictures of drafts wait: originals, what is shown of them, and the trays that say what they are, all sealed in the
//! quarantine of the blobs, with deadlines.
//!
//! The trays are kept there and nowhere else: they must survive a restart, and must be gone when the originals are. They are
//! read back once, before the first picture is touched. What no tray names is destroyed then: it was left by a crash between
//! two writes.

use std::collections::BTreeMap;

use protocol::CaseNumber;
use store::{BlobError, Blobs, Found, Original, OriginalId};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};
use zeroize::Zeroizing;

use super::tray::Tray;

/// How a sealed tray begins: no file that a decoder takes begins so.
const TRAY_HEAD: &[u8] = b"consilium tray 1\n";

/// All trays, read back when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct Quarantine {
    trays: Mutex<Option<Trays>>,
}

/// The trays, each with the name under which it is sealed.
#[derive(Debug, Default)]
pub(super) struct Trays {
    kept: BTreeMap<CaseNumber, (OriginalId, Tray)>,
}

impl Quarantine {
    /// The trays, for one use case at a time.
    pub(super) async fn open(&self, blobs: &Blobs) -> Result<MappedMutexGuard<'_, Trays>, BlobError> {
        let mut trays = self.trays.lock().await;
        if trays.is_none() {
            *trays = Some(Trays::read_back(blobs).await?);
        }
        Ok(MutexGuard::map(trays, |trays| trays.get_or_insert_default()))
    }
}

impl Trays {
    pub(super) fn get(&self, draft: CaseNumber) -> Option<&Tray> {
        self.kept.get(&draft).map(|(_, tray)| tray)
    }

    pub(super) fn all(&self) -> Vec<Tray> {
        self.kept.values().map(|(_, tray)| tray.clone()).collect()
    }

    /// Keeps a tray as it is now. One without anything in quarantine needs no keeping: the draft says the rest.
    pub(super) async fn keep(&mut self, blobs: &Blobs, mut tray: Tray) -> Result<(), BlobError> {
        let draft = tray.draft();
        let Some(deadline_ms) = tray.quarantined().map(|raw| raw.until_ms).max() else {
            return self.forget(blobs, draft).await;
        };
        let before = self.kept.get(&draft);
        tray.revision = before.map_or(0, |(_, tray)| tray.revision + 1);
        let sealed = blobs.put_original(Original { bytes: encode(&tray), deadline_ms }).await?;
        match self.kept.insert(draft, (sealed, tray)) {
            Some((old, _)) => blobs.destroy_original(old).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// Destroys what of a draft is due in quarantine. How many originals there were.
    pub(super) async fn clear_due(
        &mut self,
        blobs: &Blobs,
        draft: CaseNumber,
        now_ms: u64,
    ) -> Result<usize, BlobError> {
        let Some((_, tray)) = self.kept.get(&draft) else { return Ok(0) };
        let mut tray = tray.clone();
        let due = tray.take_due(now_ms);
        if due.is_empty() {
            return Ok(0);
        }
        for raw in &due {
            for id in raw.ids() {
                blobs.destroy_original(id).await?;
            }
        }
        tray.drop_empty();
        self.keep(blobs, tray).await?;
        Ok(due.len())
    }

    /// Destroys all of a draft that is in quarantine. How many originals there were.
    pub(super) async fn clear(&mut self, blobs: &Blobs, draft: CaseNumber) -> Result<usize, BlobError> {
        self.clear_due(blobs, draft, u64::MAX).await
    }

    /// Destroys a tray; what it names is destroyed already.
    async fn forget(&mut self, blobs: &Blobs, draft: CaseNumber) -> Result<(), BlobError> {
        if let Some((sealed, _)) = self.kept.get(&draft) {
            blobs.destroy_original(*sealed).await?;
            self.kept.remove(&draft);
        }
        Ok(())
    }

    async fn read_back(blobs: &Blobs) -> Result<Self, BlobError> {
        let mut trays = Self::default();
        let all = blobs.originals_due(u64::MAX).await?;
        for id in &all {
            // A damaged one says nothing, and is destroyed below with all that nothing names.
            let Ok(Found::Held(bytes)) = blobs.get_original(*id).await else { continue };
            let Some(tray) = decode(&bytes) else { continue };
            let newer = trays.get(tray.draft()).is_none_or(|other| other.revision < tray.revision);
            if newer {
                trays.kept.insert(tray.draft(), (*id, tray));
            }
        }
        for id in all.into_iter().filter(|id| !trays.names(*id)) {
            blobs.destroy_original(id).await?;
        }
        Ok(trays)
    }

    fn names(&self, id: OriginalId) -> bool {
        self.kept.values().any(|(sealed, tray)| *sealed == id || tray.quarantined().any(|raw| raw.ids().contains(&id)))
    }
}

fn encode(tray: &Tray) -> Zeroizing<Vec<u8>> {
    let mut bytes = TRAY_HEAD.to_vec();
    serde_json::to_writer(&mut bytes, tray).expect("a tray has only text for keys and finite numbers");
    Zeroizing::new(bytes)
}

fn decode(bytes: &[u8]) -> Option<Tray> {
    serde_json::from_slice(bytes.strip_prefix(TRAY_HEAD)?).ok()
}
