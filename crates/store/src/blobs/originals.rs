//! Quarantine: what came in and was not cleaned yet, sealed, and destroyed when its time is over.

use std::{fmt, path::Path};

use zeroize::Zeroizing;

use super::{
    BlobError, Blobs, ErasedBlobs, Found,
    object::{self, Content, Head},
};

/// Raw material before cleaning, and when it must be gone.
pub struct Original {
    /// As it came in.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Milliseconds since 1970, on the clock of whoever asks [`Blobs::originals_due`].
    pub deadline_ms: u64,
}

/// An original by 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OriginalId(pub [u8; 16]);

impl Blobs {
    /// Takes an original into quarantine; it is on the disk when its name comes back.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn put_original(&self, original: Original) -> Result<OriginalId, BlobError> {
        let id = OriginalId(self.entropy.draw());
        let content = Content::Original { deadline_ms: original.deadline_ms };
        self.put_sealed(path(id), subject(id), content, original.bytes).await?;
        Ok(id)
    }

    /// An original, for the worker that cleans it and the person who reviews that.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn get_original(&self, id: OriginalId) -> Result<Found<Zeroizing<Vec<u8>>>, BlobError> {
        let path = path(id);
        match self.opened(&path).await? {
            Found::Held((head, key)) => self.unsealed(&path, subject(id), head, key, 0..head.plain_bytes).await,
            Found::Erased => Ok(Found::Erased),
            Found::NotHeld => Ok(Found::NotHeld),
        }
    }

    /// The originals whose deadline is over. One that can no longer say its deadline is among them.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn originals_due(&self, now_ms: u64) -> Result<Vec<OriginalId>, BlobError> {
        let mut due = Vec::new();
        for name in self.objects.names("originals").await? {
            let Some(id) = name.rsplit_once('/').and_then(|(_, id)| OriginalId::parse(id)) else { continue };
            let Some(bytes) = self.objects.read(&name, 0..object::HEAD_LEN as u64).await? else { continue };
            let deadline_ms = match Head::decode(&bytes, Path::new(&name)) {
                Ok(Head { content: Content::Original { deadline_ms }, .. }) => deadline_ms,
                Err(newer @ BlobError::Format(_)) => return Err(newer),
                _ => 0,
            };
            if deadline_ms <= now_ms {
                due.push(id);
            }
        }
        due.sort_unstable();
        Ok(due)
    }

    /// Destroys an original: its key on the disk first, then the object.
    ///
    /// # Errors
    /// [`BlobError`]; then do it again.
    pub async fn destroy_original(&self, id: OriginalId) -> Result<ErasedBlobs, BlobError> {
        self.erase(vec![path(id)]).await
    }
}

impl OriginalId {
    /// The id of 32 hexadecimal digits, as it is shown.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes().chunks_exact(2).map(|pair| {
            let pair =
                std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            u8::from_str_radix(pair, 16).ok()
        });
        let bytes: Vec<u8> = digits.collect::<Option<_>>()?;
        bytes.try_into().ok().filter(|_| text.len() == 32).map(Self)
    }
}

impl fmt::Display for OriginalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for OriginalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginalId({self})")
    }
}

impl fmt::Debug for Original {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Original([redacted], {} bytes, until {} ms)", self.bytes.len(), self.deadline_ms)
    }
}

fn path(id: OriginalId) -> String {
    format!("originals/{id}")
}

fn subject(id: OriginalId) -> Vec<u8> {
    [b"original".as_slice(), &id.0].concat()
}
