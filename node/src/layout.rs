//! Where things stand in the data directory. State of a network is under its id from the first day.
//!
//! ```text
//! consilium.toml        configuration (may stand elsewhere)
//! consilium.sock        the command line's way in; only the owner can open it
//! keys/                 root, next root, signing, vote, transport and wrapping keys
//! tls/                  the certificate that `init` made
//! house/                the house journal
//! unfinished/           a node that `init` is making; nothing if that was cut short
//! networks/joining/     a network that is being entered; nothing if that was cut short
//! networks/<id>/card    our card, as the root key signed it last
//! networks/<id>/newcomers/  cards of institutions that were proposed, by their feeds
//! networks/<id>/feeds/  the journal of the shared feeds
//! networks/<id>/blobs/  clean pictures and quarantined originals
//! networks/<id>/tables/ what can be rebuilt
//! networks/<id>/index/  what can be rebuilt
//! networks/<id>/rebuild asks the next start to do so
//! ```

use std::path::{Path, PathBuf};

use protocol::{FeedId, NetworkId};

/// A data directory.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

/// The part of a data directory that belongs to one network.
#[derive(Clone, Debug)]
pub(crate) struct NetworkLayout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("consilium.toml")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join("consilium.sock")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    pub(crate) fn tls(&self) -> PathBuf {
        self.root.join("tls")
    }

    /// Where `init` makes a node before its parts have their places.
    pub(crate) fn unfinished(&self) -> Self {
        Self { root: self.root.join("unfinished") }
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.root.join("tls/certificate.pem")
    }

    pub(crate) fn certificate_key(&self) -> PathBuf {
        self.root.join("tls/key.pem")
    }

    pub(crate) fn house(&self) -> PathBuf {
        self.root.join("house")
    }

    pub(crate) fn networks(&self) -> PathBuf {
        self.root.join("networks")
    }

    pub(crate) fn network(&self, id: &NetworkId) -> NetworkLayout {
        NetworkLayout { root: self.networks().join(id.to_string()) }
    }

    /// Where the first records of a network are written before it has its place; the name is no id.
    pub(crate) fn joining(&self) -> NetworkLayout {
        NetworkLayout { root: self.networks().join("joining") }
    }
}

impl NetworkLayout {
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Our card, so that the root key can be taken away.
    pub(crate) fn card(&self) -> PathBuf {
        self.root.join("card")
    }

    /// The card of an institution that was proposed, so that those who vote know its name.
    pub(crate) fn newcomer(&self, feed: &FeedId) -> PathBuf {
        self.root.join("newcomers").join(feed.to_string())
    }

    pub(crate) fn feeds(&self) -> PathBuf {
        self.root.join("feeds")
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    pub(crate) fn tables(&self) -> PathBuf {
        self.root.join("tables")
    }

    /// A file that asks the next start to build tables and index anew.
    pub(crate) fn rebuild_mark(&self) -> PathBuf {
        self.root.join("rebuild")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index")
    }
}
