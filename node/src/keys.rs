//! The node's secret keys: one file each, readable by its owner only.
//!
//! A file holds one line, `consilium-key <format> <which> <hexadecimal seed>`. The root key and its successor may be taken
//! away once the institution's feed has begun: what they signed is kept. Everything else the node needs at every start.

use std::{
    fs,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anonymizer::dicom::Secret;
use protocol::{
    SecretKey,
    certificate::{Card, SignedCard},
    codec::Text,
    payload::control::NodeKey,
};
use zeroize::Zeroizing;

use crate::{config::Institution, entropy};

const FORMAT: u32 = 1;

/// A key file by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Signs root entries.
    Root,
    /// Committed beforehand; becomes the root key.
    NextRoot,
    /// Signs entries.
    Signing,
    /// Signs decisions of the network.
    Vote,
    /// The node's name on the network.
    Transport,
    /// Wraps the keys of payloads and pictures.
    Wrapping,
    /// What pseudonyms in DICOM objects come from; drawn when the first object is confirmed.
    Pseudonyms,
}

impl Which {
    /// What every node has from the beginning.
    const ALL: [Self; 6] = [Self::Root, Self::NextRoot, Self::Signing, Self::Vote, Self::Transport, Self::Wrapping];

    const fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::NextRoot => "next-root",
            Self::Signing => "signing",
            Self::Vote => "vote",
            Self::Transport => "transport",
            Self::Wrapping => "wrapping",
            Self::Pseudonyms => "pseudonyms",
        }
    }
}

/// A key file that cannot be used. The operator is told what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    #[error("key file {} cannot be read or written", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("key file {} exists already; keys are never overwritten", path.display())]
    Exists { path: PathBuf },
    #[error("{} has format {found}; this software knows format {FORMAT}", path.display())]
    Newer { path: PathBuf, found: u32 },
    #[error("key file {} is damaged or of another kind", path.display())]
    Damaged { path: PathBuf },
    #[error("key file {} can be read by others; run: chmod 600 {}", path.display(), path.display())]
    Open { path: PathBuf },
}

impl KeyFileError {
    /// Whether there is no such file, rather than one that cannot be used.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }
}

/// The directory of key files.
#[derive(Clone, Debug)]
pub(crate) struct KeyFiles {
    directory: PathBuf,
}

impl KeyFiles {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Draws all keys of a new node.
    pub(crate) fn create_all(&self, mut draw: impl FnMut() -> Zeroizing<[u8; 32]>) -> Result<(), KeyFileError> {
        let io = |source| KeyFileError::Io { path: self.directory.clone(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.directory).map_err(io)?;
        Which::ALL.iter().try_for_each(|which| self.create(*which, &draw()))
    }

    /// Reads every key file that is here. What the keys of root say stands elsewhere too, so they may be away.
    pub(crate) fn check(&self) -> Result<(), KeyFileError> {
        for which in Which::ALL.into_iter().chain([Which::Pseudonyms]) {
            let may_be_absent = matches!(which, Which::Root | Which::NextRoot | Which::Pseudonyms);
            match self.seed(which) {
                Err(error) if error.is_absence() && may_be_absent => {}
                read => drop(read?),
            }
        }
        Ok(())
    }

    /// What pseudonyms come from: read, or drawn and kept if there is none yet.
    pub(crate) fn pseudonyms(&self, draw: impl FnOnce() -> Zeroizing<[u8; 32]>) -> Result<Secret, KeyFileError> {
        let drawn = match self.seed(Which::Pseudonyms) {
            Err(error) if error.is_absence() => self.create(Which::Pseudonyms, &draw()),
            seed => return Ok(Secret::new(*seed?)),
        };
        // Whoever drew one at the same time was first.
        if !matches!(drawn, Err(KeyFileError::Exists { .. })) {
            drawn?;
        }
        Ok(Secret::new(*self.seed(Which::Pseudonyms)?))
    }

    /// A signing key, ready to use.
    pub(crate) fn secret(&self, which: Which) -> Result<SecretKey, KeyFileError> {
        Ok(SecretKey::from_seed(&*self.seed(which)?))
    }

    /// The institution's card, signed with its root key.
    pub(crate) fn card(&self, identity: &Institution, node: NodeKey) -> Result<SignedCard, KeyFileError> {
        let root = self.secret(Which::Root)?;
        let card = Card {
            name: Text(identity.name.clone()),
            country: Text(identity.country.clone()),
            root: root.public(),
            next_root: self.secret(Which::NextRoot)?.public().commitment(),
            vote: self.secret(Which::Vote)?.public(),
            node,
        };
        Ok(SignedCard::sign(&card, &root))
    }

    /// The seed in a key file.
    pub(crate) fn seed(&self, which: Which) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
        let path = self.path(which);
        check_mode(&path)?;
        let text = fs::read_to_string(&path).map_err(|source| KeyFileError::Io { path: path.clone(), source })?;
        let text = Zeroizing::new(text);
        let damaged = || KeyFileError::Damaged { path: path.clone() };
        let words: Vec<&str> = text.split_whitespace().collect();
        let ["consilium-key", format, name, digits] = words[..] else { return Err(damaged()) };
        let found: u32 = format.parse().map_err(|_| damaged())?;
        if found != FORMAT {
            return Err(KeyFileError::Newer { path, found });
        }
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, &mut *seed).map_err(|_| damaged())?;
        if name == which.name() { Ok(seed) } else { Err(damaged()) }
    }

    /// A key file is there whole or not at all: it is written beside its name, and given the name then.
    fn create(&self, which: Which, seed: &[u8; 32]) -> Result<(), KeyFileError> {
        let path = self.path(which);
        let io = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AlreadyExists => KeyFileError::Exists { path: path.clone() },
            _ => KeyFileError::Io { path: path.clone(), source },
        };
        let line = Zeroizing::new(format!("consilium-key {FORMAT} {} {}\n", which.name(), hex::encode(seed)));
        let part = path.with_extension(format!("part-{}", hex::encode(entropy::draw::<4>())));
        let whole = written(&part, line.as_bytes()).and_then(|()| fs::hard_link(&part, &path));
        // What is left of it was never a key.
        let gone = fs::remove_file(&part);
        whole.and(gone).map_err(io)?;
        fs::File::open(&self.directory).and_then(|directory| directory.sync_all()).map_err(io)
    }

    fn path(&self, which: Which) -> PathBuf {
        self.directory.join(format!("{}.key", which.name()))
    }
}

fn written(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn check_mode(path: &Path) -> Result<(), KeyFileError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).map_err(|source| KeyFileError::Io { path: path.to_owned(), source })?;
    if metadata.mode() & 0o077 != 0 {
        return Err(KeyFileError::Open { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_read_back_and_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let files = KeyFiles::new(directory.path().join("keys"));
        let mut next = 0;
        let mut draw = || {
            next += 1;
            Zeroizing::new([next; 32])
        };
        files.create_all(&mut draw).unwrap();
        assert_eq!(*files.seed(Which::Root).unwrap(), [1; 32]);
        assert_eq!(*files.seed(Which::Wrapping).unwrap(), [6; 32]);
        assert!(matches!(files.create_all(&mut draw), Err(KeyFileError::Exists { .. })));
    }

    #[test]
    fn what_pseudonyms_come_from_is_drawn_once_and_kept_like_a_key() {
        let directory = tempfile::tempdir().unwrap();
        let files = KeyFiles::new(directory.path().join("keys"));
        files.create_all(|| Zeroizing::new([7; 32])).unwrap();
        files.check().unwrap();
        let first = files.pseudonyms(|| Zeroizing::new([8; 32])).unwrap();
        let again = files.pseudonyms(|| unreachable!("there is one")).unwrap();
        assert!(first == Secret::new([8; 32]) && again == first);
        let path = directory.path().join("keys/pseudonyms.key");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "consilium-key 1 root 00\n").unwrap();
        assert!(matches!(files.check(), Err(KeyFileError::Damaged { .. })));
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let files = KeyFiles::new(directory.path().join("keys"));
        files.create_all(|| Zeroizing::new([7; 32])).unwrap();
        let path = directory.path().join("keys/vote.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(files.seed(Which::Vote).unwrap_err().to_string().contains("chmod 600"));
    }

    #[test]
    fn a_newer_or_damaged_key_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let files = KeyFiles::new(directory.path().join("keys"));
        files.create_all(|| Zeroizing::new([7; 32])).unwrap();
        let path = directory.path().join("keys/vote.key");
        fs::write(&path, format!("consilium-key 2 vote {}\n", hex::encode([7; 32]))).unwrap();
        assert!(matches!(files.seed(Which::Vote), Err(KeyFileError::Newer { found: 2, .. })));
        fs::write(&path, "consilium-key 1 root 00\n").unwrap();
        assert!(matches!(files.seed(Which::Vote), Err(KeyFileError::Damaged { .. })));
    }
}
