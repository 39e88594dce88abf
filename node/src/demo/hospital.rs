//! One node of the demo: a child process with a directory of its own, asked over its Unix socket.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::UnixStream,
    process::{Child, ChildStderr, Command},
    time::{Instant, interval, timeout},
};

use super::{DemoError, House, cli::Answer};
use crate::{
    cli::{self, Failure, Init, Request},
    layout::Layout,
    node,
};

/// How long something may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(50);
/// How long a node may take to end.
const FAREWELL: Duration = Duration::from_secs(8);
/// What a node of the demo needs besides what `init` writes: little room, and people who look round slowly.
const SETTINGS: &str = "\n[storage]\nfree_bytes_min = 67108864\nballast_bytes = 1048576\n\n[policy]\nsession_idle_minutes = 60\n\n\
                        [log]\nformat = \"json\"\n";
/// What the node's log says when its doors are open.
const READY: &str = "The node is ready.";

/// A running node.
pub(super) struct Hospital {
    name: &'static str,
    address: SocketAddr,
    layout: Layout,
    admin_link: String,
    child: Child,
}

impl Hospital {
    /// Makes a node and starts it. It is ready when this returns.
    pub(super) async fn open(house: &House, ground: &Path, port: u16) -> Result<Self, DemoError> {
        let host = Ipv4Addr::new(127, 0, 0, house.last_octet);
        let address = SocketAddr::from((host, port));
        let peers = SocketAddr::from((host, port.saturating_add(1)));
        check_free(address)?;
        check_free(peers)?;
        let layout = Layout::new(ground.join(house.directory));
        let init = Init {
            name: house.name.to_owned(),
            country: house.country.to_owned(),
            web: address.to_string(),
            host: host.to_string(),
            listen: vec![format!("/ip4/{host}/tcp/{}", peers.port())],
            plain_http: true,
            admin: "admin".to_owned(),
        };
        let made = node::init(&layout, &init)?;
        let secret: &str = &made.one_time_secret;
        let admin_link = format!("/first/{}/{secret}", made.admin);
        let started = |source| DemoError::Start { name: house.name, source };
        fs::OpenOptions::new()
            .append(true)
            .open(layout.config())
            .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
            .map_err(started)?;
        let mut child = serve(&layout).map_err(started)?;
        let log = child.stderr.take().ok_or_else(|| started(std::io::ErrorKind::BrokenPipe.into()))?;
        let hospital = Self { name: house.name, address, layout, admin_link, child };
        hospital.hear(log).await?;
        Ok(hospital)
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The path of the first administrator's one-time sign-in.
    pub(super) fn admin_link(&self) -> &str {
        &self.admin_link
    }

    /// Asks as the operator does.
    pub(super) async fn get(&self, path: &str, what: &str) -> Result<Value, DemoError> {
        self.ask(Request::get(path), what).await
    }

    /// Has something done as the operator does.
    pub(super) async fn post(&self, path: &str, body: Value, what: &str) -> Result<Value, DemoError> {
        self.ask(Request::post(path, body), what).await
    }

    /// Waits until an answer says what it must come to.
    pub(super) async fn until(
        &self,
        path: &str,
        state: &str,
        has_come: impl Fn(&Value) -> bool,
    ) -> Result<Value, DemoError> {
        let end = Instant::now() + PATIENCE;
        let mut looks = interval(LOOK);
        while Instant::now() < end {
            looks.tick().await;
            match self.get(path, state).await {
                Ok(answer) if has_come(&answer) => return Ok(answer),
                Ok(_) => {}
                Err(DemoError::Refused { source, .. }) if matches!(*source, Failure::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(DemoError::Waited { name: self.name, state: state.to_owned(), seconds: PATIENCE.as_secs() })
    }

    /// Tells the node to stop, and ends it if it does not.
    pub(super) async fn stop(&mut self) {
        self.tell_to_stop();
        if timeout(FAREWELL, self.child.wait()).await.is_err() {
            // One that has ended in between needs no killing.
            let _ = self.child.kill().await;
        }
    }

    fn tell_to_stop(&self) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            // One that has ended already needs no telling.
            let _ = kill_process(id, Signal::TERM);
        }
    }

    async fn ask(&self, request: Request, what: &str) -> Result<Value, DemoError> {
        let refused = |source| DemoError::Refused { name: self.name, what: what.to_owned(), source: Box::new(source) };
        let path = self.layout.socket();
        let stream = UnixStream::connect(&path).await.map_err(|source| refused(Failure::Socket { path, source }))?;
        cli::over_socket(stream, request).await.map(|answer: Answer| answer.json()).map_err(refused)
    }

    /// Reads the node's log until it is ready, and from then on so that it never has to wait for a reader.
    async fn hear(&self, log: ChildStderr) -> Result<(), DemoError> {
        let mut lines = BufReader::new(log).lines();
        let mut last = None;
        let ready = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if line.contains(READY) {
                    return true;
                }
                last = Some(line);
            }
            false
        };
        match timeout(PATIENCE, ready).await {
            Ok(true) => {}
            Ok(false) => return Err(DemoError::Ended { name: self.name, last }),
            Err(_) => {
                return Err(DemoError::Waited {
                    name: self.name,
                    state: "it is ready".to_owned(),
                    seconds: PATIENCE.as_secs(),
                });
            }
        }
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(())
    }
}

impl Drop for Hospital {
    /// The process is killed when the child is dropped, whatever happened.
    fn drop(&mut self) {
        self.tell_to_stop();
    }
}

/// In a process group of its own, so that a Ctrl-C reaches the demo alone, which then ends its nodes in order.
fn serve(layout: &Layout) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .arg("--data")
        .arg(layout.root())
        .arg("serve")
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

fn check_free(address: SocketAddr) -> Result<(), DemoError> {
    TcpListener::bind(address).map(drop).map_err(|source| DemoError::Port { address, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_settings_are_ones_that_a_node_takes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("consilium.toml");
        fs::write(&file, SETTINGS).unwrap();
        assert_eq!(Config::load(&file).unwrap().policy.session_idle_minutes, 60);
    }

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let refused = check_free(taken.local_addr().unwrap()).unwrap_err();
        assert!(refused.to_string().contains("--port"));
    }
}
