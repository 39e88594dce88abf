//! What can be wrong with a blob.

use std::{error::Error, io, path::PathBuf};

use protocol::BlobId;

use crate::{disk::is_full, format::FormatError, keys::KeyError};

/// A blob that cannot be kept, read or erased.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// A peer sent other bytes than the payload lists.
    #[error("the bytes are not those of picture {}", blob.short())]
    OtherBytes {
        /// What was asked for.
        blob: BlobId,
    },
    /// The disk is full. Reading and erasing go on.
    #[error("the disk is full: the blob was not kept")]
    Full,
    /// The object, or its sealed bytes, are not what was written. A peer may have it whole.
    #[error("{object} is damaged")]
    Damaged {
        /// Its path below the blobs.
        object: String,
    },
    /// Written by a newer program.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Its key cannot be had.
    #[error(transparent)]
    Keys(KeyError),
    /// Reading or writing an object failed.
    #[error("{object} cannot be read or written")]
    Io {
        /// Its path below the blobs.
        object: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The directory cannot be made or read.
    #[error("{} cannot be opened", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The runtime is shutting down.
    #[error("the work was interrupted")]
    Interrupted,
}

impl From<KeyError> for BlobError {
    fn from(error: KeyError) -> Self {
        match &error {
            KeyError::Io { source, .. } if is_full(source) => Self::Full,
            _ => Self::Keys(error),
        }
    }
}

impl BlobError {
    /// An error of the object store; a full disk may lie deep in its causes.
    pub(super) fn of_object(object: &str, error: impl Error + Send + Sync + 'static) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.downcast_ref::<io::Error>().is_some_and(is_full) {
                return Self::Full;
            }
            cause = error.source();
        }
        Self::Io { object: object.to_owned(), source: Box::new(error) }
    }
}
