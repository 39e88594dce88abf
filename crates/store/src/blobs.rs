//! Blobs: clean pictures, each sealed under a key of its own, and the quarantine of originals.
//!
//! Three doors lead in, and none takes bare bytes for a picture: a [`CleanImage`], a [`Replica`] whose name is checked here,
//! and an [`Original`] that has a deadline. A picture is named by its case and its hash within the case. Which slot of which
//! key file it is sealed under stands in the clear head of its object, so there is no list that could be lost.
//!
//! ```compile_fail
//! async fn forged(blobs: store::Blobs, case: protocol::CaseId, salt: protocol::Salt) {
//!     let bytes: Vec<u8> = Vec::new();
//!     let _ = blobs.put_clean(case, &salt, &bytes).await;
//! }
//! ```
//!
//! ```
//! async fn released(blobs: store::Blobs, case: protocol::CaseId, salt: protocol::Salt, picture: anonymizer::CleanImage) {
//!     let _ = blobs.put_clean(case, &salt, &picture).await;
//! }
//! ```
//!
//! Deliberately absent: which pictures a payload lists, who may see them, and which of those that were fetched go.

mod error;
mod fetched;
mod object;
mod originals;
mod slots;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
    path::Path,
    sync::Arc,
};

use anonymizer::{CleanImage, MediaType, Replica};
use protocol::{BlobId, CaseId, Salt};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::{
    disk::Disk,
    entropy::Entropy,
    fatal::OnFatal,
    keys::KeyError,
    seal::{ContentKey, Keyring, WrappingKey},
};

pub use error::BlobError;
pub use fetched::Fetched;
pub use originals::{Original, OriginalId};

use object::{CHUNK_BYTES, Content, Head};
use slots::Slots;
use store::Objects;

/// Where the pictures of cases lie, each case in a directory of its own.
const PICTURES: &str = "pictures";
/// So many different pictures are kept at once.
const PUTS_AT_ONCE: usize = 32;

/// What blobs need from outside.
#[derive(Clone, Debug)]
pub struct BlobOptions {
    /// The wrapping keys of the key files.
    pub keyring: Keyring,
    /// Where keys and names of originals come from.
    pub entropy: Entropy,
    /// Who is told when a sync of a key file fails.
    pub on_fatal: OnFatal,
}

/// The blobs of a node. Its calls need a tokio runtime, on whose blocking threads files are read and bytes sealed.
#[derive(Clone)]
pub struct Blobs {
    objects: Objects,
    slots: Arc<Slots>,
    entropy: Entropy,
    on_fatal: OnFatal,
    putting: Arc<[Mutex<()>; PUTS_AT_ONCE]>,
}

/// An answer to "have you this?": the three words of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// Here it is.
    Held(T),
    /// It was here, and its key was destroyed.
    Erased,
    /// It is not here.
    NotHeld,
}

/// What is known of a picture without unsealing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How it is encoded.
    pub media_type: MediaType,
    /// Its bytes.
    pub bytes: u64,
}

/// A picture, unsealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// How it is encoded.
    pub media_type: MediaType,
    /// The file.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// What an erasure did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedBlobs {
    /// Objects whose key was destroyed and which were then removed.
    pub erased: usize,
    /// Objects that were removed, but whose key could not be found: their head or their key file is damaged.
    pub without_key: usize,
}

impl Blobs {
    /// Opens the blobs in `directory`, or begins them. Blocks for reading the key files.
    ///
    /// # Errors
    /// [`BlobError`]: another wrapping key, a newer format, or no access.
    pub fn open(directory: &Path, options: BlobOptions) -> Result<Self, BlobError> {
        Self::open_on(directory, options, &Disk::default())
    }

    fn open_on(directory: &Path, options: BlobOptions, disk: &Disk) -> Result<Self, BlobError> {
        let objects = Objects::open(&directory.join("objects"))?;
        let slots = Arc::new(Slots::open(&directory.join("keys"), &options.keyring, &options.entropy, disk)?);
        let putting = Arc::new(std::array::from_fn(|_| Mutex::default()));
        Ok(Self { objects, slots, entropy: options.entropy, on_fatal: options.on_fatal, putting })
    }

    /// Keeps a picture that a person released, under the case's salt. It is on the disk when the name comes back.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn put_clean(&self, case: CaseId, salt: &Salt, picture: &CleanImage) -> Result<BlobId, BlobError> {
        let blob = BlobId::of(salt, picture.bytes());
        let path = picture_path(case, blob);
        self.put(path, case, blob, picture.media_type(), picture.bytes().to_vec().into()).await?;
        Ok(blob)
    }

    /// Keeps a peer's picture if it is the one that a payload lists under `blob`. A damaged one is replaced.
    ///
    /// # Errors
    /// [`BlobError::OtherBytes`] is the peer's fault; the others are ours.
    pub async fn put_replica(
        &self,
        case: CaseId,
        salt: &Salt,
        blob: BlobId,
        replica: Replica,
    ) -> Result<(), BlobError> {
        self.put_checked(picture_path(case, blob), case, salt, blob, replica).await
    }

    /// Whether and as what a picture is held.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn facts(&self, case: CaseId, blob: BlobId) -> Result<Found<Facts>, BlobError> {
        let found = self.located(case, blob).await?;
        Ok(found.map(|(_, head, _)| Facts { media_type: head.media_type(), bytes: head.plain_bytes }))
    }

    /// Whether a picture is held and was not erased.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn has(&self, case: CaseId, blob: BlobId) -> Result<bool, BlobError> {
        Ok(matches!(self.facts(case, blob).await?, Found::Held(_)))
    }

    /// A whole picture.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn get(&self, case: CaseId, blob: BlobId) -> Result<Found<Picture>, BlobError> {
        match self.located(case, blob).await? {
            Found::Held((path, head, key)) => {
                let bytes = self.unsealed(&path, subject(case, blob), head, key, 0..head.plain_bytes).await?;
                Ok(bytes.map(|bytes| Picture { media_type: head.media_type(), bytes }))
            }
            Found::Erased => Ok(Found::Erased),
            Found::NotHeld => Ok(Found::NotHeld),
        }
    }

    /// The bytes of a picture that lie in `range`; what lies behind its end is left out. Unseals no more than the chunks
    /// of 64 KiB that it needs.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn read(
        &self,
        case: CaseId,
        blob: BlobId,
        range: Range<u64>,
    ) -> Result<Found<Zeroizing<Vec<u8>>>, BlobError> {
        match self.located(case, blob).await? {
            Found::Held((path, head, key)) => self.unsealed(&path, subject(case, blob), head, key, range).await,
            Found::Erased => Ok(Found::Erased),
            Found::NotHeld => Ok(Found::NotHeld),
        }
    }

    /// The pictures of a case, in no order of meaning; erased ones that could not be removed yet among them.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn list(&self, case: CaseId) -> Result<Vec<BlobId>, BlobError> {
        let names = self.names_of(case).await?;
        let blobs: BTreeSet<BlobId> = names.iter().filter_map(|name| name.rsplit_once('/')?.1.parse().ok()).collect();
        Ok(blobs.into_iter().collect())
    }

    /// The cases of which pictures lie here, or lay here once; in no order of meaning.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn cases(&self) -> Result<Vec<CaseId>, BlobError> {
        let mut names = self.objects.directories(PICTURES).await?;
        names.extend(self.objects.directories(fetched::DIRECTORY).await?);
        let cases: BTreeSet<CaseId> = names.iter().filter_map(|name| name.parse().ok()).collect();
        Ok(cases.into_iter().collect())
    }

    /// Destroys the keys of all pictures of a case, waits for the disk, and then removes the objects. Doing it again does
    /// no harm, and finishes what was cut short.
    ///
    /// # Errors
    /// [`BlobError`]; then do it again.
    pub async fn erase_case(&self, case: CaseId) -> Result<ErasedBlobs, BlobError> {
        self.erase(self.names_of(case).await?).await
    }

    /// Destroys the key of one picture and removes it, as [`Blobs::erase_case`].
    ///
    /// # Errors
    /// [`BlobError`]; then do it again.
    pub async fn erase_blob(&self, case: CaseId, blob: BlobId) -> Result<ErasedBlobs, BlobError> {
        self.erase(vec![picture_path(case, blob), fetched::path(case, blob)]).await
    }

    /// Writes every key file anew under another wrapping key; see [`Journal::rewrite_key_files`](crate::Journal::rewrite_key_files).
    /// Blocks.
    ///
    /// # Errors
    /// [`BlobError::Keys`]: some files may still be under the old key.
    pub fn rewrite_key_files(&self, wrapping: &WrappingKey) -> Result<(), BlobError> {
        Ok(self.slots.rewrite(wrapping)?)
    }

    /// Bytes on the disk, originals included, keys not. Looks at every object.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn usage(&self) -> Result<u64, BlobError> {
        self.objects.bytes().await
    }

    /// Keeps a replica if it is the one that it is said to be.
    async fn put_checked(
        &self,
        path: String,
        case: CaseId,
        salt: &Salt,
        blob: BlobId,
        replica: Replica,
    ) -> Result<(), BlobError> {
        if BlobId::of(salt, replica.bytes()) != blob {
            return Err(BlobError::OtherBytes { blob });
        }
        let media_type = replica.facts().media_type;
        self.put(path, case, blob, media_type, replica.into_bytes().into()).await
    }

    async fn put(
        &self,
        path: String,
        case: CaseId,
        blob: BlobId,
        media_type: MediaType,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<(), BlobError> {
        let blobs = self.clone();
        // What writes does not end when nobody waits for it any more; so neither does its turn.
        let put = tokio::spawn(async move {
            // The same picture twice at once would be sealed under two keys, and the one whose object is replaced would never be erased.
            let _turn = blobs.putting[usize::from(blob.0[0]) % PUTS_AT_ONCE].lock().await;
            if blobs.has_whole(case, blob).await? {
                return Ok(());
            }
            blobs.put_sealed(path, subject(case, blob), Content::Picture(media_type), bytes).await
        });
        put.await.unwrap_or(Err(BlobError::Interrupted))
    }

    /// Whether a picture is held and can be read to its end. A damaged one goes with its key, so that a whole one can take its place.
    async fn has_whole(&self, case: CaseId, blob: BlobId) -> Result<bool, BlobError> {
        match self.get(case, blob).await {
            Ok(found) => Ok(matches!(found, Found::Held(_))),
            Err(
                BlobError::Damaged { .. }
                | BlobError::Keys(KeyError::SlotDamaged { .. } | KeyError::FileDamaged { .. }),
            ) => {
                self.erase_blob(case, blob).await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Seals under a new key and waits until the object and its name are on the disk.
    async fn put_sealed(
        &self,
        path: String,
        subject: Vec<u8>,
        content: Content,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<(), BlobError> {
        let (slots, on_fatal) = (self.slots.clone(), self.on_fatal.clone());
        let sealed = blocking(move || {
            let (place, key) = slots.take().map_err(|error| told(error, &on_fatal))?;
            let head = Head { place, content, plain_bytes: bytes.len() as u64 };
            Ok(object::seal(&head, &key, &subject, &bytes))
        });
        self.objects.put(&path, sealed.await?).await
    }

    /// Where a picture lies, its head and its key: among those that stay, else among those that were fetched.
    async fn located(&self, case: CaseId, blob: BlobId) -> Result<Found<(String, Head, ContentKey)>, BlobError> {
        let mut found = Found::NotHeld;
        for path in [picture_path(case, blob), fetched::path(case, blob)] {
            match self.opened(&path).await? {
                Found::Held((head, key)) => return Ok(Found::Held((path, head, key))),
                Found::Erased => found = Found::Erased,
                Found::NotHeld => {}
            }
        }
        Ok(found)
    }

    /// The paths of all pictures of a case.
    async fn names_of(&self, case: CaseId) -> Result<Vec<String>, BlobError> {
        let mut names = self.objects.names(&case_path(case)).await?;
        names.extend(self.objects.names(&fetched::case_path(case)).await?);
        Ok(names)
    }

    /// The head of an object and its key.
    async fn opened(&self, path: &str) -> Result<Found<(Head, ContentKey)>, BlobError> {
        let Some(bytes) = self.objects.read(path, 0..object::HEAD_LEN as u64).await? else { return Ok(Found::NotHeld) };
        let head = Head::decode(&bytes, Path::new(path))?;
        let slots = self.slots.clone();
        let key = blocking(move || Ok(slots.get(head.place)?)).await?;
        Ok(key.map_or(Found::Erased, |key| Found::Held((head, key))))
    }

    async fn unsealed(
        &self,
        path: &str,
        subject: Vec<u8>,
        head: Head,
        key: ContentKey,
        range: Range<u64>,
    ) -> Result<Found<Zeroizing<Vec<u8>>>, BlobError> {
        let range = range.start.min(head.plain_bytes)..range.end.min(head.plain_bytes);
        if range.is_empty() && head.plain_bytes > 0 {
            return Ok(Found::Held(Zeroizing::default()));
        }
        let chunks = range.start / CHUNK_BYTES..range.end.div_ceil(CHUNK_BYTES).max(1);
        let damaged = || BlobError::Damaged { object: path.to_owned() };
        // It may go while it is read.
        let Some(sealed) = self.objects.read(path, head.sealed_range(&chunks)).await? else {
            return Ok(Found::NotHeld);
        };
        let first = chunks.start;
        let plain =
            blocking(move || Ok(object::unseal(&head, &key, &subject, first, &sealed))).await?.ok_or_else(damaged)?;
        let skipped = usize::try_from(range.start - first * CHUNK_BYTES).unwrap_or(usize::MAX);
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        Ok(Found::Held(plain.get(skipped..skipped.saturating_add(length)).ok_or_else(damaged)?.to_vec().into()))
    }

    /// Keys first, on the disk; then the objects.
    async fn erase(&self, names: Vec<String>) -> Result<ErasedBlobs, BlobError> {
        let mut done = ErasedBlobs::default();
        let mut slots: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut present = Vec::with_capacity(names.len());
        for name in names {
            let Some(bytes) = self.objects.read(&name, 0..object::HEAD_LEN as u64).await? else { continue };
            match Head::decode(&bytes, Path::new(&name)) {
                Ok(head) => {
                    slots.entry(head.place.file).or_default().push(head.place.slot);
                    done.erased += 1;
                }
                Err(_) => done.without_key += 1,
            }
            present.push(name);
        }
        let (keys, on_fatal) = (self.slots.clone(), self.on_fatal.clone());
        let lost = blocking(move || keys.erase(&slots).map_err(|error| told(error, &on_fatal))).await?;
        done.erased -= lost;
        done.without_key += lost;
        self.objects.remove(&present).await?;
        Ok(done)
    }
}

impl<T> Found<T> {
    /// The same answer about something else.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Held(value) => Found::Held(to(value)),
            Self::Erased => Found::Erased,
            Self::NotHeld => Found::NotHeld,
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blobs")
    }
}

/// Runs what takes a while on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(BlobError::Interrupted))
}

/// Tells the owner of the process if a sync failed.
fn told(error: KeyError, on_fatal: &OnFatal) -> BlobError {
    if matches!(error, KeyError::Lost { .. }) {
        on_fatal.loss(&error.to_string());
    }
    error.into()
}

fn case_path(case: CaseId) -> String {
    format!("{PICTURES}/{case}")
}

fn picture_path(case: CaseId, blob: BlobId) -> String {
    format!("{}/{blob}", case_path(case))
}

/// What a picture's chunks are bound to.
fn subject(case: CaseId, blob: BlobId) -> Vec<u8> {
    [b"picture".as_slice(), &case.institution.0, &case.number.0, &blob.0].concat()
}
