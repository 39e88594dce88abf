//! Running and opening a node: what the commands that are no requests do.

mod making;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use axum::Router;
use house::Refusal;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    app::{App, AppError},
    config::{Config, ConfigError, LogFormat},
    desk::DeskError,
    keys::KeyFileError,
    layout::Layout,
    web::{
        self,
        server::{Limits, ListenError, Server, TlsError, tls_acceptor},
    },
};
pub(crate) use making::{Made, init};

/// A stop takes no longer: requests that run, connections, index and tables together. Then the process ends as it is; what was
/// acknowledged is on the disk, and the next start does what was left.
const STOP_MAX: Duration = Duration::from_secs(10);

/// A node that cannot be made, opened or run. The operator is told what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeError {
    #[error("{} holds a node already; nothing was changed", path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{what}")]
    Argument { what: String },
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error("the certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("the operating system refused")]
    Io(#[from] io::Error),
}

/// Runs the node until it is told to stop.
pub(crate) fn serve(layout: &Layout, config: &Config) -> Result<(), NodeError> {
    start_log(config);
    let runtime = runtime()?;
    let ended = runtime.block_on(run(layout, config));
    runtime.shutdown_timeout(STOP_MAX);
    ended
}

/// A runtime for everything that waits.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, NodeError> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("consilium").build()?)
}

/// The node's handlers in this process, for a command while no node runs.
pub(crate) struct Local {
    app: Arc<App>,
}

impl Local {
    pub(crate) fn router(&self) -> Router {
        web::router(self.app.clone()).layer(axum::Extension(web::server::Door::Owner))
    }

    pub(crate) async fn close(self) {
        self.app.close().await;
    }
}

/// Opens the data directory under its lock, without connecting to anybody.
pub(crate) async fn open_local(layout: &Layout, config: &Config) -> Result<Local, NodeError> {
    Ok(Local { app: App::open(layout, config, false).await? })
}

async fn run(layout: &Layout, config: &Config) -> Result<(), NodeError> {
    let app = App::open(layout, config, true).await?;
    let tls = match config.web.plain_http {
        true => None,
        false => Some(tls_acceptor(
            non_empty(&config.web.certificate).unwrap_or(&layout.certificate()),
            non_empty(&config.web.certificate_key).unwrap_or(&layout.certificate_key()),
        )?),
    };
    let listener = Server::bind(config.web.listen)?;
    let address = listener.local_addr()?;
    let socket = Server::bind_socket(&layout.socket())?;
    let server = Server::new(web::router(app.clone()), Limits::default(), app.leaving());
    // Whoever reads that the node is ready may stop it at once.
    let told_to_stop = told_to_stop();
    tracing::info!(
        node.version = env!("CARGO_PKG_VERSION"),
        web.address = %address,
        data.directory = %layout.root().display(),
        "The node is ready."
    );
    let serving = async { tokio::join!(server.serve(listener, tls), server.serve_socket(socket)) };
    tokio::pin!(serving);
    let deadline = tokio::select! {
        _ = &mut serving => ended_within(STOP_MAX),
        () = told_to_stop => {
            tracing::info!("The node stops; running requests are finished first.");
            let deadline = ended_within(STOP_MAX);
            app.leaving().cancel();
            serving.await;
            deadline
        }
    };
    app.close_by(deadline).await;
    let _ = fs::remove_file(layout.socket());
    tracing::info!("The node has stopped.");
    Ok(())
}

/// From now on the process has so long to end in order. Whatever holds it up then, be it a disk that hangs, it ends.
fn ended_within(stop_max: Duration) -> Instant {
    let watching = move || {
        thread::sleep(stop_max);
        tracing::warn!(stop.seconds = stop_max.as_secs(), "The node could not be closed in time and ends as it is.");
        std::process::exit(0);
    };
    if let Err(error) = thread::Builder::new().name("stop".into()).spawn(watching) {
        tracing::warn!(error.cause = %error, "No thread can see to it that the node stops in time.");
    }
    Instant::now() + stop_max
}

/// SIGTERM of a service manager, or Ctrl-C of a person. It is heard from the call on, not only once somebody waits for it.
pub(crate) fn told_to_stop() -> impl Future<Output = ()> {
    let kinds = [SignalKind::terminate(), SignalKind::interrupt()];
    let heard = kinds.map(signal);
    async move {
        let [Ok(mut terminate), Ok(mut interrupt)] = heard else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

fn start_log(config: &Config) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    // To complain about a log that cannot be written would be written there too, and panic: on a full disk requests would die
    // of it.
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false).log_internal_errors(false);
    // A second subscriber in one process (a test) is no reason to stop.
    let _ = match config.log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
    };
}

fn non_empty(path: &Path) -> Option<&Path> {
    (!path.as_os_str().is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_unit_waits_until_the_node_has_closed() {
        let unit = include_str!("../../config/consilium.service");
        let waits = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")?.parse::<u64>().ok());
        assert!(waits.unwrap() > STOP_MAX.as_secs());
    }
}
