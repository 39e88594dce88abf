//! What the node can do, whoever asks: the command line, the API and the pages all come through here.

mod audit;
pub(crate) mod case_text;
mod cases;
mod check;
mod clocks;
mod drafts;
mod expelling;
mod export;
mod founding;
#[cfg(test)]
pub(crate) mod hospital;
mod identifying;
mod people;
mod pictures;
mod reading;
mod saved;
mod search;
mod status;
#[cfg(test)]
mod tests;
mod unsent;
mod unusable;
mod wording;

use std::{
    error::Error,
    iter,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use house::{Actor, Permission, Refusal, Settings};
use protocol::{InstitutionId, NetworkId, codec::Text, payload::control::NodeKey};
use store::{BlobOptions, Check, DirectoryLock, Entropy, Fatal, JournalOptions, Keyring, Limits, OnFatal, WrappingKey};
use tokio_util::sync::CancellationToken;

pub(crate) use audit::AuditCheck;
pub(crate) use cases::{Audience, NewCase, PlaceInPicture, Said, account_of, ground};
pub(crate) use export::HEAD as EXPORT_HEAD;
pub(crate) use identifying::{KEEP_REASONS, MarkedWords, keep_reason, kept_in, marked};
pub(crate) use people::{
    ATTESTATION_DAYS_MAX, NewAccount, NewAttestation, OneTimeSignIn, profession_name, specialty, specialty_name,
};
pub(crate) use pictures::{
    Confirming, Delivery, Dismissed, DraftPicture, Drawn, DrawnCover, PictureId, Progress, Reason, Review, Shape,
    ShownPicture, Word,
};
pub(crate) use reading::{Badge, CaseOrPlate, CaseView, RemarkView, RemarkWhat};
pub(crate) use search::Found;
pub(crate) use unsent::{Unsent, UnsentWhat, Waiting};
pub(crate) use unusable::Unusable;
use wording::{unfit, unfit_line};

use crate::{
    armor::ArmorError,
    card::{self, CardFile},
    config::{Config, Institution},
    desk::{Desk, DeskError, DeskOpenError},
    entropy,
    keys::{KeyFileError, KeyFiles, Which},
    layout::Layout,
    network::{self, Joined, OpenError, PictureError, ShelfError, Surroundings},
    reserve::Reserve,
};

/// The exit code of a node whose disk may have lost what was acknowledged (`EX_IOERR` of sysexits.h).
const EXIT_LOSS: i32 = 74;
/// That of a node whose tables broke (`EX_SOFTWARE`).
const EXIT_TABLES: i32 = 70;

/// A node that starts waits so long for a command that is at work in its data directory.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// Why something was not done. Each kind knows whom to tell: the person, the operator, or the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    /// What was handed in cannot be used; the person changes it.
    #[error("{what}: {why}")]
    Invalid { what: &'static str, why: String },
    /// The same, of what pages have forms for.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// The state of things does not allow it.
    #[error("{0}")]
    Conflict(String),
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error("this node has not joined a network yet")]
    NoNetwork,
    #[error("the node is stopping")]
    Stopping,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Desk(DeskError),
    #[error(transparent)]
    Armor(#[from] ArmorError),
    #[error("papers of a network cannot be taken")]
    Papers(#[from] trust::PaperError),
    #[error("nothing can be signed now")]
    Append(#[from] feed::AppendRefusal),
    #[error("the journal cannot be written")]
    Journal(#[from] store::AppendError),
    #[error("what is stored cannot be read")]
    Shelf(#[from] ShelfError),
    #[error("the picture cannot be shown")]
    Picture(#[from] PictureError),
    #[error("the search index cannot be used")]
    Index(#[from] index::Error),
    #[error("pictures cannot be opened")]
    Blobs(#[from] store::BlobError),
    /// A picture, words or papers find no room.
    #[error("the disk is too full to take this in; reading and withdrawing still work; tell the administrator")]
    Full,
    /// Too much at once; the person comes again.
    #[error("{0}")]
    Busy(String),
    #[error("the state of the network cannot be opened")]
    Open(#[from] OpenError),
    #[error("the house cannot be opened")]
    DeskOpen(#[from] DeskOpenError),
    #[error("a key cannot be used")]
    Key(#[from] KeyFileError),
    #[error("the data directory is in use or cannot be locked")]
    Lock(#[from] store::LockError),
    #[error("the network cannot be reached")]
    Network(#[from] p2p::StartError),
    #[error(transparent)]
    Space(store::SpaceError),
    #[error("the operating system refused")]
    Io(#[from] std::io::Error),
}

impl From<DeskError> for AppError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Desk(other),
        }
    }
}

impl AppError {
    pub(crate) fn invalid(what: &'static str, why: &str) -> Self {
        Self::Invalid { what, why: why.to_owned() }
    }

    pub(crate) fn conflict(why: &str) -> Self {
        Self::Conflict(why.to_owned())
    }
}

/// An error with all that caused it, for those who look after the node.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The node as handlers see it.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) layout: Layout,
    pub(crate) keys: KeyFiles,
    pub(crate) identity: Institution,
    pub(crate) desk: Arc<Desk>,
    pictures: pictures::Room,
    reserve: Arc<Reserve>,
    joined: RwLock<Option<Arc<Joined>>>,
    /// Whether connections to other nodes are made.
    is_serving: bool,
    leaving: CancellationToken,
    stop: CancellationToken,
    _lock: DirectoryLock,
}

impl App {
    /// Whether connections to other nodes are made.
    pub(crate) const fn is_serving(&self) -> bool {
        self.is_serving
    }

    /// Opens the data directory under its lock. With `is_serving` it talks to other nodes.
    pub(crate) async fn open(layout: &Layout, config: &Config, is_serving: bool) -> Result<Arc<Self>, AppError> {
        let root = layout.root().to_owned();
        let patience = if is_serving { LOCK_PATIENCE } else { Duration::ZERO };
        let lock = tokio::task::spawn_blocking(move || DirectoryLock::acquire_within(&root, patience));
        let lock = lock.await.map_err(std::io::Error::other)??;
        let keys = KeyFiles::new(layout.keys());
        keys.check()?;
        let settings = Settings {
            session_idle_ms: config.policy.session_idle_minutes * 60_000,
            is_sign_up_open: config.policy.sign_up,
            ..Settings::default()
        };
        Reserve::check_disk(layout, &config.storage)?;
        let reserve = Arc::new(Reserve::open(layout, &config.storage)?);
        let desk = Desk::open(&layout.house(), journal_options(&keys)?, settings, reserve.clone())?;
        let app = Arc::new(Self {
            config: config.clone(),
            layout: layout.clone(),
            identity: config.institution.clone(),
            desk: Arc::new(desk),
            pictures: pictures::Room::open(reserve.clone())?,
            reserve,
            joined: RwLock::new(None),
            is_serving,
            leaving: CancellationToken::new(),
            stop: CancellationToken::new(),
            keys,
            _lock: lock,
        });
        if let Some((id, me)) = app.joined_before()? {
            app.start_network(id, me).await?;
        }
        if is_serving {
            tokio::spawn(pictures::keep_quarantine(Arc::downgrade(&app), app.stop()));
            tokio::spawn(pictures::sweep(Arc::downgrade(&app)));
        }
        Ok(app)
    }

    /// Ends everything in order.
    pub(crate) async fn close(&self) {
        self.leaving.cancel();
        if let Some(joined) = self.network() {
            joined.close().await;
        }
        self.stop.cancel();
    }

    /// The same, with all that follows, until then.
    pub(crate) async fn close_by(&self, deadline: Instant) {
        if let Some(joined) = self.network() {
            joined.shared().shelf.tables.close_by(deadline);
        }
        self.close().await;
    }

    /// The network that this node is in.
    pub(crate) fn network(&self) -> Option<Arc<Joined>> {
        self.joined.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The network, or that there is none.
    pub(crate) fn joined(&self) -> Result<Arc<Joined>, AppError> {
        self.network().ok_or(AppError::NoNetwork)
    }

    /// Whether an actor may do something.
    pub(crate) fn permit(&self, actor: &Actor, permission: Permission) -> Result<(), AppError> {
        Ok(self.desk.permit(actor, permission)?)
    }

    /// Cancelled when the node takes no more requests and finishes those that run: what would go on for ever ends here.
    pub(crate) fn leaving(&self) -> CancellationToken {
        self.leaving.clone()
    }

    /// Cancelled when the node stops.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Writes down that this node is in a network: beside, then in its place, so that it is in it whole or not at all.
    pub(crate) fn enter(
        &self,
        id: NetworkId,
        me: InstitutionId,
        papers: &trust::Papers,
        nodes: Vec<protocol::certificate::NodeOf>,
    ) -> Result<(), AppError> {
        let (beside, place) = (self.layout.joining(), self.layout.network(&id));
        match std::fs::remove_dir_all(beside.root()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        network::create(&beside, journal_options(&self.keys)?, papers, nodes)?;
        CardFile::new(beside.card()).card(&self.keys, &self.identity, self.own_node()?)?;
        std::fs::rename(beside.root(), place.root())?;
        card::sync_directory(&self.layout.networks())?;
        card::sync_directory(self.layout.root())?;
        tracing::info!(network.id = id.short(), feed.id = me.short(), "This node is in a network now.");
        Ok(())
    }

    /// Starts to drive a network that was entered.
    pub(crate) async fn start_network(&self, id: NetworkId, me: InstitutionId) -> Result<(), AppError> {
        let network = match self.is_serving {
            true => Some(self.start_p2p(id).await?),
            false => None,
        };
        let joined = Joined::open(Surroundings {
            layout: self.layout.network(&id),
            card: CardFile::new(self.layout.network(&id).card()),
            id,
            me,
            desk: self.desk.clone(),
            reserve: self.reserve.clone(),
            storage: self.config.storage.clone(),
            keys: self.keys.clone(),
            identity: self.identity.clone(),
            journal: journal_options(&self.keys)?,
            blobs: blob_options(&self.keys)?,
            announce: self.config.network.announce.clone(),
            network,
            stop: self.stop.child_token(),
        })
        .await?;
        *self.joined.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(joined));
        Ok(())
    }

    /// Our own transport key and where it listens.
    pub(crate) fn own_node(&self) -> Result<NodeKey, AppError> {
        let listening =
            self.network().map(|joined| joined.shared().listening().into_iter().collect()).unwrap_or_default();
        let addresses: Vec<String> = match () {
            () if !self.config.network.announce.is_empty() => self.config.network.announce.clone(),
            () if !Vec::is_empty(&listening) => listening,
            () => self.config.network.listen.clone(),
        };
        let transport = self.keys.secret(Which::Transport)?.public();
        Ok(NodeKey { transport, addresses: addresses.into_iter().map(Text).collect(), proof: None })
    }

    async fn start_p2p(&self, id: NetworkId) -> Result<(p2p::Network, p2p::Events), AppError> {
        let config = p2p::Config {
            listen: self.config.network.listen.clone(),
            gossip: self.config.network.gossip,
            seed: u64::from_le_bytes(entropy::draw()),
            ..p2p::Config::default()
        };
        Ok(p2p::Network::start(config, &self.keys.secret(Which::Transport)?, id).await?)
    }

    /// The network whose state stands in the data directory, with our feed in it.
    fn joined_before(&self) -> Result<Option<(NetworkId, InstitutionId)>, AppError> {
        let entries = match std::fs::read_dir(self.layout.networks()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        for entry in entries {
            if let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) {
                return Ok(Some((id, self.own_feed(&id)?)));
            }
        }
        Ok(None)
    }
}

/// What a journal of this node needs from outside.
pub(crate) fn journal_options(keys: &KeyFiles) -> Result<JournalOptions, AppError> {
    Ok(JournalOptions {
        limits: Limits::default(),
        check: Check::Last,
        keyring: keyring(keys)?,
        entropy: Entropy::new(entropy::fill),
        on_fatal: on_fatal(),
    })
}

fn blob_options(keys: &KeyFiles) -> Result<BlobOptions, AppError> {
    Ok(BlobOptions { keyring: keyring(keys)?, entropy: Entropy::new(entropy::fill), on_fatal: on_fatal() })
}

fn keyring(keys: &KeyFiles) -> Result<Keyring, AppError> {
    Ok(Keyring::new(WrappingKey::new(*keys.seed(Which::Wrapping)?)))
}

/// A failed sync and broken tables end the process: what the disk still holds is read anew at the next start.
fn on_fatal() -> OnFatal {
    OnFatal::new(|fatal| {
        let code = match fatal {
            Fatal::Loss { why } => {
                tracing::error!(
                    store.why = why,
                    "The disk may have lost what was acknowledged. Look at the disk; the node ends here and reads everything anew at its next start."
                );
                EXIT_LOSS
            }
            Fatal::Tables { why } => {
                tracing::error!(
                    store.why = why,
                    "The tables broke; nothing is lost. The node ends here, and its next start checks them or makes them anew from the journal."
                );
                EXIT_TABLES
            }
        };
        std::process::exit(code);
    })
}
