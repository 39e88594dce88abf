//! Our card in a network, as the root key signed it last: kept beside the network's journals, so that the root key and its
//! successor can be taken away.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use protocol::{
    FeedId, NetworkId,
    certificate::{Card, SignedCard},
    payload::control::NodeKey,
};

use crate::{
    armor::{from_line, to_line},
    config::Institution,
    keys::{KeyFileError, KeyFiles},
};

/// The first line of the file, and its format.
const FORMAT_LINE: &str = "consilium card, format ";
const FORMAT: u32 = 1;

/// The file of our card: its format, and the line that `consilium card` prints.
#[derive(Clone, Debug)]
pub(crate) struct CardFile {
    path: PathBuf,
}

impl CardFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The card, signed anew as long as the root key is here; else as it was signed last, whose addresses may be older.
    pub(crate) fn card(
        &self,
        keys: &KeyFiles,
        identity: &Institution,
        node: NodeKey,
    ) -> Result<SignedCard, KeyFileError> {
        match (keys.card(identity, node), self.read()?) {
            (Ok(card), kept) => {
                if kept.as_ref() != Some(&card) {
                    self.write(&card).map_err(|source| KeyFileError::Io { path: self.path.clone(), source })?;
                }
                Ok(card)
            }
            (Err(error), Some(kept)) if error.is_absence() => Ok(kept),
            (Err(error), _) => Err(error),
        }
    }

    /// Our feed in a network, which is named after the keys of the card; none without a card that can be read.
    ///
    /// # Errors
    /// If a newer program wrote the card.
    pub(crate) fn feed(&self, network: &NetworkId) -> Result<Option<FeedId>, KeyFileError> {
        let card = self.read()?.and_then(|card| card.open().ok());
        Ok(card.map(|card| FeedId::derive(network, &card.root, &card.next_root)))
    }

    /// Keeps a card of somebody else.
    pub(crate) fn keep(&self, card: &SignedCard) -> io::Result<()> {
        fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
        self.write(card)
    }

    /// What the card says; none without one that can be read.
    pub(crate) fn opened(&self) -> Option<Card> {
        self.read().ok().flatten()?.open().ok()
    }

    /// A card that is damaged is none: the keys are asked then.
    fn read(&self) -> Result<Option<SignedCard>, KeyFileError> {
        let Ok(text) = fs::read_to_string(&self.path) else { return Ok(None) };
        let Some((format, line)) = text.split_once('\n') else { return Ok(None) };
        match format.strip_prefix(FORMAT_LINE).and_then(|found| found.parse().ok()) {
            Some(found) if found > FORMAT => Err(KeyFileError::Newer { path: self.path.clone(), found }),
            Some(_) => Ok(from_line(line).ok()),
            None => Ok(None),
        }
    }

    /// Whole or not at all.
    fn write(&self, card: &SignedCard) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file = fs::File::create(&beside)?;
        file.write_all(format!("{FORMAT_LINE}{FORMAT}\n{}\n", to_line(card)).as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        sync_directory(self.path.parent().unwrap_or(Path::new(".")))
    }
}

/// Has the disk know which files a directory holds.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use protocol::SecretKey;

    use super::*;
    use crate::entropy;

    #[test]
    fn the_card_outlives_the_root_key() {
        let directory = tempfile::tempdir().unwrap();
        let keys = KeyFiles::new(directory.path().join("keys"));
        keys.create_all(entropy::seed).unwrap();
        let identity = Institution { name: "St Mary's".to_owned(), country: "DE".to_owned() };
        let node = NodeKey { transport: SecretKey::from_seed(&[7; 32]).public(), addresses: Vec::new(), proof: None };
        let file = CardFile::new(directory.path().join("card"));
        let card = file.card(&keys, &identity, node.clone()).unwrap();
        let feed = file.feed(&NetworkId([1; 32])).unwrap().unwrap();
        fs::remove_file(directory.path().join("keys/root.key")).unwrap();
        fs::remove_file(directory.path().join("keys/next-root.key")).unwrap();
        assert_eq!(file.card(&keys, &identity, node.clone()).unwrap(), card);
        assert_eq!(file.feed(&NetworkId([1; 32])).unwrap(), Some(feed));
        let elsewhere = CardFile::new(directory.path().join("another"));
        assert!(elsewhere.card(&keys, &identity, node).unwrap_err().is_absence(), "no key and no card");
    }
}
