//! Where objects lie: `object_store`, named only here. Today a directory; a bucket can follow without a change elsewhere.
//!
//! Its fsync is off unless asked for, and never covers deletions; both are seen to here.

use std::{
    fs, io,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use futures::TryStreamExt;
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, local::LocalFileSystem, path::Path as ObjectPath,
};

use super::{BlobError, blocking};
use crate::disk;

#[derive(Clone)]
pub(super) struct Objects {
    directory: PathBuf,
    store: Arc<LocalFileSystem>,
}

/// An object on the disk.
pub(super) struct Lying {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) changed_at_ms: u64,
}

impl Objects {
    pub(super) fn open(directory: &Path) -> Result<Self, BlobError> {
        let io = |source| BlobError::Directory { directory: directory.to_owned(), source };
        disk::make_directory(directory).and_then(|()| remove_staged(directory)).map_err(io)?;
        let store = LocalFileSystem::new_with_prefix(directory)
            .map_err(|error| BlobError::of_object(&directory.display().to_string(), error))?
            .with_fsync(true);
        Ok(Self { directory: directory.to_owned(), store: Arc::new(store) })
    }

    /// Keeps an object: file, rename and directory are on the disk when this returns.
    pub(super) async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), BlobError> {
        let put = self.store.put(&ObjectPath::from(path), bytes.into()).await;
        put.map(|_| ()).map_err(|error| BlobError::of_object(path, error))
    }

    /// The bytes of a range, cut where the object ends; nothing if there is no such object.
    pub(super) async fn read(&self, path: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, BlobError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range.clone())), ..GetOptions::default() };
        let read = async {
            let result = self.store.get_opts(&ObjectPath::from(path), options).await?;
            result.bytes().await
        };
        match read.await {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(Error::NotFound { .. }) => Ok(None),
            // An object that ends before the range begins.
            Err(_) if self.length(path).await?.is_some_and(|length| length <= range.start) => Ok(Some(Vec::new())),
            Err(error) => Err(BlobError::of_object(path, error)),
        }
    }

    /// All objects below a directory as they lie there.
    pub(super) async fn listed(&self, below: &str) -> Result<Vec<Lying>, BlobError> {
        let listed = self.store.list(Some(&ObjectPath::from(below))).map_ok(|object| Lying {
            path: object.location.to_string(),
            bytes: object.size,
            changed_at_ms: u64::try_from(object.last_modified.timestamp_millis()).unwrap_or(0),
        });
        listed.try_collect().await.map_err(|error| BlobError::of_object(below, error))
    }

    /// Gives the file of an object a time of change; one that is not there has none.
    pub(super) async fn set_time(&self, path: &str, changed_at_ms: u64) -> Result<(), BlobError> {
        let (file, path) = (self.directory.join(path), path.to_owned());
        let time = UNIX_EPOCH + Duration::from_millis(changed_at_ms);
        blocking(move || match fs::File::open(file).and_then(|file| file.set_modified(time)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BlobError::of_object(&path, error)),
            _ => Ok(()),
        })
        .await
    }

    /// The paths of all objects below a directory.
    pub(super) async fn names(&self, below: &str) -> Result<Vec<String>, BlobError> {
        let listed = self.store.list(Some(&ObjectPath::from(below))).map_ok(|object| object.location.to_string());
        listed.try_collect().await.map_err(|error| BlobError::of_object(below, error))
    }

    /// The names of the directories in a directory.
    pub(super) async fn directories(&self, of: &str) -> Result<Vec<String>, BlobError> {
        let listed = self.store.list_with_delimiter(Some(&ObjectPath::from(of))).await;
        let listed = listed.map_err(|error| BlobError::of_object(of, error))?;
        Ok(listed.common_prefixes.iter().filter_map(|path| Some(path.filename()?.to_owned())).collect())
    }

    /// Removes objects, and waits until their names are gone from the disk.
    pub(super) async fn remove(&self, paths: &[String]) -> Result<(), BlobError> {
        for path in paths {
            match self.store.delete(&ObjectPath::from(path.as_str())).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(BlobError::of_object(path, error)),
            }
        }
        let mut directories: Vec<_> =
            paths.iter().filter_map(|path| self.directory.join(path).parent().map(Path::to_owned)).collect();
        directories.dedup();
        blocking(move || {
            let synced = directories.iter().try_for_each(|directory| disk::sync_directory(directory));
            synced.map_err(|source| BlobError::of_object("objects", source))
        })
        .await
    }

    /// Bytes of all objects.
    pub(super) async fn bytes(&self) -> Result<u64, BlobError> {
        let sizes = self.store.list(None).try_fold(0, |sum, object| async move { Ok(sum + object.size) });
        sizes.await.map_err(|error| BlobError::of_object("objects", error))
    }

    async fn length(&self, path: &str) -> Result<Option<u64>, BlobError> {
        match self.store.head(&ObjectPath::from(path)).await {
            Ok(object) => Ok(Some(object.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(BlobError::of_object(path, error)),
        }
    }
}

/// Removes what a crash left half written; such files carry a `#` and are never listed, so no erasure would find them.
fn remove_staged(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_staged(&entry.path())?;
        } else if entry.file_name().to_string_lossy().contains('#') {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
