//! Pictures that were fetched because somebody opened them. They lie in a place of their own, so that they can go again and
//! nothing else can: what this hospital released, and previews, lie elsewhere.
//!
//! The file of such an object bears the time when somebody last looked at it, as its own time of change. Deliberately absent:
//! which of them go, and when.

use anonymizer::Replica;
use protocol::{BlobId, CaseId, Salt};

use super::{BlobError, Blobs, ErasedBlobs};

pub(super) const DIRECTORY: &str = "fetched";

/// So many go at once, while nothing else is kept.
const GO_AT_ONCE: usize = 64;

/// A fetched picture as it lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fetched {
    /// When somebody last looked at it, in milliseconds since 1970.
    pub looked_at_ms: u64,
    /// Its bytes on the disk.
    pub bytes: u64,
    /// Whose picture it is.
    pub case: CaseId,
    /// Which.
    pub blob: BlobId,
}

impl Blobs {
    /// Keeps a peer's picture as [`Blobs::put_replica`] does, until it goes.
    ///
    /// # Errors
    /// [`BlobError::OtherBytes`] is the peer's fault; the others are ours.
    pub async fn put_fetched(
        &self,
        case: CaseId,
        salt: &Salt,
        blob: BlobId,
        replica: Replica,
        now_ms: u64,
    ) -> Result<(), BlobError> {
        self.put_checked(path(case, blob), case, salt, blob, replica).await?;
        self.note_look(case, blob, now_ms).await
    }

    /// Somebody looks at a picture. Of one that is not a fetched one nothing is noted.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn note_look(&self, case: CaseId, blob: BlobId, now_ms: u64) -> Result<(), BlobError> {
        self.objects.set_time(&path(case, blob), now_ms).await
    }

    /// All fetched pictures, the longest not looked at first.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn fetched(&self) -> Result<Vec<Fetched>, BlobError> {
        let mut fetched = Vec::new();
        for object in self.objects.listed(DIRECTORY).await? {
            let mut parts = object.path.rsplit('/');
            let (blob, case) = (parts.next().map(str::parse), parts.next().map(str::parse));
            let (Some(Ok(blob)), Some(Ok(case))) = (blob, case) else { continue };
            fetched.push(Fetched { looked_at_ms: object.changed_at_ms, bytes: object.bytes, case, blob });
        }
        fetched.sort_unstable();
        Ok(fetched)
    }

    /// Destroys the keys of fetched pictures, waits for the disk, and then removes them. They may come again, under other keys.
    ///
    /// # Errors
    /// [`BlobError`]; then do it again.
    pub async fn let_go(&self, fetched: &[Fetched]) -> Result<ErasedBlobs, BlobError> {
        let mut gone = ErasedBlobs::default();
        for some in fetched.chunks(GO_AT_ONCE) {
            // One that is kept anew between the end of its key and that of its object would go with it.
            let mut turns = Vec::with_capacity(self.putting.len());
            for turn in &*self.putting {
                turns.push(turn.lock().await);
            }
            let done = self.erase(some.iter().map(|fetched| path(fetched.case, fetched.blob)).collect()).await?;
            gone.erased += done.erased;
            gone.without_key += done.without_key;
        }
        Ok(gone)
    }
}

pub(super) fn case_path(case: CaseId) -> String {
    format!("{DIRECTORY}/{case}")
}

pub(super) fn path(case: CaseId, blob: BlobId) -> String {
    format!("{}/{blob}", case_path(case))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::{Room, SALT, case, held, picture};
    use crate::{Found, KeyError, blobs::slots::Place};

    use super::*;

    async fn fetch(blobs: &Blobs, seed: u8, now_ms: u64) -> BlobId {
        let bytes = picture(40, 30, seed).bytes().to_vec();
        let blob = BlobId::of(&SALT, &bytes);
        blobs.put_fetched(case(1), &SALT, blob, Replica::checked(bytes).unwrap(), now_ms).await.unwrap();
        blob
    }

    fn key(blobs: &Blobs, object: &[u8]) -> Result<bool, KeyError> {
        let number = |at: usize| u32::from_be_bytes(object[at..at + 4].try_into().unwrap());
        let stamp = crate::format::STAMP_LEN;
        Ok(blobs.slots.get(Place { file: number(stamp), slot: number(stamp + 4) })?.is_some())
    }

    #[tokio::test]
    async fn a_fetched_picture_goes_with_its_key_and_may_come_again() {
        let room = Room::new();
        let blobs = room.open();
        let blob = fetch(&blobs, 1, 1_000).await;
        assert!(matches!(blobs.get(case(1), blob).await.unwrap(), Found::Held(_)));
        let file = room.directory.path().join("objects").join(path(case(1), blob));
        let object = fs::read(&file).unwrap();
        assert!(key(&blobs, &object).unwrap());
        let gone = blobs.let_go(&blobs.fetched().await.unwrap()).await.unwrap();
        assert_eq!(gone, ErasedBlobs { erased: 1, without_key: 0 });
        assert!(!file.exists() && !key(&blobs, &object).unwrap());
        assert_eq!(blobs.get(case(1), blob).await.unwrap(), Found::NotHeld);

        assert_eq!(fetch(&blobs, 1, 2_000).await, blob);
        assert_eq!(held(room.open().get(case(1), blob).await.unwrap()).bytes.as_slice(), picture(40, 30, 1).bytes());
        assert!(!key(&blobs, &object).unwrap(), "under another key");
    }

    #[tokio::test]
    async fn what_was_not_looked_at_for_longest_stands_first_also_after_a_restart() {
        let room = Room::new();
        let blobs = room.open();
        let (one, two, three) = (fetch(&blobs, 1, 10).await, fetch(&blobs, 2, 20).await, fetch(&blobs, 3, 30).await);
        blobs.note_look(case(1), one, 40).await.unwrap();
        blobs.note_look(case(2), two, 50).await.unwrap();
        let order: Vec<_> =
            room.open().fetched().await.unwrap().iter().map(|fetched| (fetched.blob, fetched.looked_at_ms)).collect();
        assert_eq!(order, [(two, 20), (three, 30), (one, 40)]);
    }

    #[tokio::test]
    async fn what_was_released_here_and_previews_are_never_among_the_fetched() {
        let room = Room::new();
        let blobs = room.open();
        let own = blobs.put_clean(case(1), &SALT, &picture(40, 30, 1)).await.unwrap();
        let bytes = picture(40, 30, 2).bytes().to_vec();
        let preview = BlobId::of(&SALT, &bytes);
        blobs.put_replica(case(1), &SALT, preview, Replica::checked(bytes).unwrap()).await.unwrap();
        blobs.note_look(case(1), own, 10).await.unwrap();
        let fetched = fetch(&blobs, 3, 10).await;
        let listed = blobs.fetched().await.unwrap();
        assert_eq!(listed.iter().map(|fetched| fetched.blob).collect::<Vec<_>>(), [fetched]);
        blobs.let_go(&listed).await.unwrap();
        assert!(blobs.has(case(1), own).await.unwrap() && blobs.has(case(1), preview).await.unwrap());
    }

    #[tokio::test]
    async fn an_erasure_reaches_what_was_fetched() {
        let room = Room::new();
        let blobs = room.open();
        let (one, two) = (fetch(&blobs, 1, 10).await, fetch(&blobs, 2, 10).await);
        assert_eq!(blobs.list(case(1)).await.unwrap().len(), 2);
        assert_eq!(blobs.erase_blob(case(1), one).await.unwrap().erased, 1);
        assert_eq!(blobs.list(case(1)).await.unwrap(), [two]);
        assert_eq!(blobs.erase_case(case(1)).await.unwrap().erased, 1);
        assert!(blobs.fetched().await.unwrap().is_empty());
    }
}
