//! What can go wrong with an index. A query cannot: any text is one.

use std::{io, path::PathBuf};

use tantivy::TantivyError;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The index cannot do what it is there for; the operator's disk or another process is to blame, never a peer or a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process writes to the folder; nothing was set aside.
    #[error("index {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// A folder could not be made, read or moved.
    #[error("index folder {} cannot be used", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Adding, committing or merging failed. What was not committed is lost here: open again and feed from the watermark.
    #[error("index cannot be written")]
    Write(#[source] Cause),
    /// Searching failed on the disk.
    #[error("index cannot be read")]
    Read(#[source] Cause),
}

impl Error {
    pub(crate) fn folder(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::Folder { path, source }
    }

    pub(crate) fn write(error: TantivyError) -> Self {
        Self::Write(Box::new(error))
    }

    pub(crate) fn read(error: TantivyError) -> Self {
        Self::Read(Box::new(error))
    }
}
