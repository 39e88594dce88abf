//! A hospital that is alone in its network, for the tests of this crate.

use std::sync::Arc;

use house::Actor;
use store::{Journal, NewRecord, Secret};

pub(crate) use super::pictures::tests::{no_second_look, room_for_one, taken_in_blindly};
use super::{App, NewAccount, NewAttestation, journal_options};
use crate::{cli::Init, config::Config, keys::KeyFiles, layout::Layout, node};

/// A data directory and what leads into it.
pub(crate) struct Hospital {
    _directory: tempfile::TempDir,
    pub(crate) layout: Layout,
    pub(crate) config: Config,
    /// The path of the first administrator's one-time sign-in.
    pub(crate) first_sign_in: String,
}

impl Hospital {
    /// What `init` is asked for.
    pub(crate) fn wished(admin: &str) -> Init {
        Init {
            name: "St Mary's".to_owned(),
            country: "DE".to_owned(),
            web: "127.0.0.1:0".to_owned(),
            host: "localhost".to_owned(),
            listen: vec!["/ip4/127.0.0.1/tcp/4001".to_owned()],
            plain_http: true,
            admin: admin.to_owned(),
        }
    }

    /// One that has done `init` and belongs to no network yet.
    pub(crate) fn begun() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path().join("data"));
        let made = node::init(&layout, &Self::wished("admin")).unwrap();
        let first_sign_in = made.sign_in.split_once("/first/").map(|(_, rest)| format!("/first/{rest}")).unwrap();
        let config = Config::load(&layout.config()).unwrap();
        Self { _directory: directory, layout, config, first_sign_in }
    }

    /// One with a network of its own, and its node opened for the first time since.
    pub(crate) async fn founded() -> (Self, Arc<App>) {
        let hospital = Self::begun();
        let app = hospital.open().await;
        let charter = app.draft_charter("Network of one", &[app.card().unwrap()], "").unwrap();
        app.join(&app.sign_charter(&charter, &Actor::System).unwrap(), &Actor::System).await.unwrap();
        let app = hospital.reopened(app).await;
        (hospital, app)
    }

    /// One in a network with another that never says a word. The operator has vouched that nothing is missing, until the next
    /// start.
    pub(crate) async fn beside_a_silent_one() -> (Self, Arc<App>) {
        let (hospital, other) = (Self::begun(), Self::begun());
        let (app, silent) = (hospital.open().await, other.open().await);
        let charter = app.draft_charter("Network of two", &[app.card().unwrap(), silent.card().unwrap()], "").unwrap();
        let charter =
            silent.sign_charter(&app.sign_charter(&charter, &Actor::System).unwrap(), &Actor::System).unwrap();
        app.join(&charter, &Actor::System).await.unwrap();
        silent.close().await;
        let app = hospital.reopened(app).await;
        app.vouch(&Actor::System).await.unwrap();
        (hospital, app)
    }

    /// As [`Hospital::founded`], with an attested physician whose login is `one`.
    pub(crate) async fn with_physician() -> (Self, Arc<App>, Actor) {
        let (hospital, app) = Self::founded().await;
        let account = NewAccount { login: "one".to_owned(), name: "Physician One".to_owned(), roles: vec![] };
        app.add_account(&account, &Actor::System).unwrap();
        attest(&app, "one").await;
        let one = speaking_for(&app, "one");
        (hospital, app, one)
    }

    pub(crate) async fn open(&self) -> Arc<App> {
        App::open(&self.layout, &self.config, false).await.unwrap()
    }

    /// Has a closed node keep what the journal of another says, as if it had come over the network.
    pub(crate) fn hears(&self, other: &App) {
        let joined = other.joined().unwrap();
        let from = &joined.shared().shelf.journal;
        let records = from.scan(None).map(|scanned| {
            let scanned = scanned.unwrap();
            let secret = match from.unseal(&scanned).unwrap() {
                Secret::Held(secret) => Some(secret),
                Secret::None | Secret::Erased => None,
            };
            NewRecord { kind: scanned.kind, clear: scanned.clear, secret }
        });
        let options = journal_options(&KeyFiles::new(self.layout.keys())).unwrap();
        let to = Journal::open(&self.layout.network(&joined.id()).feeds(), options).unwrap();
        to.append_blocking(records.collect()).unwrap();
    }

    /// The node after a restart.
    pub(crate) async fn reopened(&self, app: Arc<App>) -> Arc<App> {
        app.close().await;
        drop(app);
        self.open().await
    }
}

/// Attests an account as a dermatologist for a year.
pub(crate) async fn attest(app: &App, login: &str) {
    let new = NewAttestation {
        login: login.to_owned(),
        profession: "physician".to_owned(),
        specialties: vec!["D003880".to_owned()],
        days: 365,
    };
    app.attest(&new, &Actor::System).await.unwrap();
}

/// Whoever owns the machine, speaking for an account.
pub(crate) fn speaking_for(app: &App, login: &str) -> Actor {
    app.acting_for(app.account(login).unwrap().id, &Actor::System)
}
