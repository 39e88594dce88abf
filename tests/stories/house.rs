//! A hospital of a story: its data directory, its node as a process, and the ways to start and stop it.

use std::{
    cell::{Cell, RefCell},
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU8, Ordering},
};

use rustix::process::{Pid, Signal};

use crate::{
    http::Door,
    process::Process,
    waiting::{wait_for, wait_until},
};

/// The program that was just built.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_consilium");

/// Every house has an address of its own, as hosts have, so these are the same for all.
const NETWORK_PORT: u16 = 14_001;
const WEB_PORT: u16 = 18_443;

/// Debian's libfaketime.
const FALSE_CLOCK: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// Log lines that are shown of each house when a story fails.
const LAST_LINES: usize = 40;

/// A hospital. It is stopped the hard way when the story is over.
pub(crate) struct House {
    name: String,
    directory: PathBuf,
    log: PathBuf,
    /// How the program is run with this data directory.
    words: Vec<String>,
    address: Ipv4Addr,
    /// The first administrator's one-time link, from where the address of the node ends.
    first_sign_in: String,
    minutes_behind: Cell<u32>,
    node: RefCell<Option<Child>>,
}

impl House {
    /// Makes a node in a directory that does not exist yet. It is spoken to without TLS, as behind a proxy.
    pub(crate) fn make(name: &str, directory: &Path) -> Self {
        Self::at(name, directory, next_address()).init(&["--plain-http"])
    }

    /// Makes a node as `init` does by itself: with a certificate of its own.
    pub(crate) fn make_with_tls(name: &str, directory: &Path) -> Self {
        Self::at(name, directory, next_address()).init(&[])
    }

    /// The same as [`House::make`] where other words run the program; they know where the data directory is.
    pub(crate) fn make_by(name: &str, directory: &Path, words: Vec<String>) -> Self {
        let mut house = Self::at(name, directory, next_address());
        house.words = words;
        house.init(&["--plain-http"])
    }

    fn init(mut self, more: &[&str]) -> Self {
        let (web, network) = (self.web().to_string(), self.network_address());
        let init = ["init", "--name", &self.name, "--country", "DE", "--web", &web, "--listen", &network];
        let made = self.ask(&[&init, more].concat());
        let link = made["sign_in"].as_str().unwrap();
        self.first_sign_in = link[link.find("/first/").unwrap()..].to_owned();
        self
    }

    /// The same hospital on another disk that holds its data directory.
    pub(crate) fn moved_to(&self, directory: &Path) -> Self {
        Self::at(&self.name, directory, self.address)
    }

    /// Sets a key of the configuration.
    pub(crate) fn configure(&self, section: &str, key: &str, value: impl Into<toml::Value>) {
        let path = self.directory.join("consilium.toml");
        let mut config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let section = config.entry(section).or_insert_with(|| toml::Table::new().into());
        section.as_table_mut().unwrap().insert(key.to_owned(), value.into());
        fs::write(&path, config.to_string()).unwrap();
    }

    /// Has little ballast from its first start on: who searches files has no need of the weight that they are made with.
    pub(crate) fn lighten(&self) {
        fs::remove_file(self.directory.join("ballast")).unwrap_or_default();
        self.configure("storage", "ballast_bytes", 1 << 20);
    }

    /// From its next start on the clock of this house is behind that of the others.
    pub(crate) fn live_behind(&self, minutes: u32) {
        self.minutes_behind.set(minutes);
    }

    /// Starts the node and waits until it can be asked.
    pub(crate) fn serve(&self) {
        let said_before = self.said().len();
        let log = File::options().append(true).open(&self.log).unwrap();
        let mut command = self.program();
        if self.minutes_behind.get() > 0 {
            // Waits go on as they are; only the time of day is another.
            command.env("LD_PRELOAD", FALSE_CLOCK).env("DONT_FAKE_MONOTONIC", "1");
            command.env("FAKETIME", format!("-{}m", self.minutes_behind.get()));
        }
        let node = command.arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        assert!(self.node.replace(Some(node)).is_none(), "{} runs already", self.name);
        wait_until(&format!("{} can be asked", self.name), || {
            let ended = self.node.borrow_mut().as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "{} does not start: {ended:?}", self.name);
            self.said()[said_before..].contains("The node is ready.")
        });
    }

    /// Asks the node to end, as a service manager does, and waits for it.
    pub(crate) fn stop(&self) {
        self.signal(Signal::TERM);
        let status = self.ended();
        assert!(status.success(), "{} did not end in order: {status}", self.name);
    }

    /// Ends the node with no chance to say a word.
    pub(crate) fn kill(&self) {
        self.signal(Signal::KILL);
        self.ended();
    }

    /// Holds the node where it is.
    pub(crate) fn hold(&self) {
        self.signal(Signal::STOP);
    }

    /// Its node as a process.
    pub(crate) fn process(&self) -> Process {
        let node = self.node.borrow();
        Process(Pid::from_child(node.as_ref().unwrap_or_else(|| panic!("{} does not run", self.name))))
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its data directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// A directory of the network that it is in: `feeds`, `tables` or `index`.
    pub(crate) fn network_directory(&self, part: &str) -> PathBuf {
        let mut networks = fs::read_dir(self.directory.join("networks")).unwrap();
        networks.next().expect("the house is in a network").unwrap().path().join(part)
    }

    /// Where the first administrator signs in for the first time.
    pub(crate) fn first_sign_in(&self) -> &str {
        &self.first_sign_in
    }

    /// Where pages and API are.
    pub(crate) fn web(&self) -> SocketAddr {
        SocketAddr::from((self.address, WEB_PORT))
    }

    /// The owner's way in.
    pub(crate) fn socket(&self) -> Door {
        Door::Socket(self.directory.join("consilium.sock"))
    }

    /// Where other nodes reach it, as a multiaddress.
    pub(crate) fn network_address(&self) -> String {
        format!("/ip4/{}/tcp/{NETWORK_PORT}", self.address)
    }

    /// The directory that it is given for temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.directory.with_extension("tmp")
    }

    /// The secret in one of its key files.
    pub(crate) fn key(&self, which: &str) -> [u8; 32] {
        let text = fs::read_to_string(self.directory.join(format!("keys/{which}.key"))).unwrap();
        let mut seed = [0; 32];
        hex::decode_to_slice(text.split_whitespace().last().unwrap(), &mut seed).unwrap();
        seed
    }

    /// Everything that the node logged.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The program, at work in this house.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).env_remove("CONSILIUM_DATA").env("TMPDIR", self.temporary());
        command
    }

    fn at(name: &str, directory: &Path, address: Ipv4Addr) -> Self {
        let log = directory.with_extension("log");
        File::create(&log).unwrap();
        fs::create_dir_all(directory.with_extension("tmp")).unwrap();
        Self {
            name: name.to_owned(),
            directory: directory.to_owned(),
            log,
            words: [PROGRAM, "--data", directory.to_str().unwrap()].map(str::to_owned).to_vec(),
            address,
            first_sign_in: String::new(),
            minutes_behind: Cell::default(),
            node: RefCell::default(),
        }
    }

    fn signal(&self, signal: Signal) {
        self.process().signal(signal);
    }

    fn ended(&self) -> ExitStatus {
        let mut node = self.node.take().expect("the node runs");
        wait_for(&format!("{} ended", self.name), || node.try_wait().unwrap())
    }
}

impl Drop for House {
    #[expect(clippy::print_stderr, reason = "a story that failed shows what its houses said last")]
    fn drop(&mut self) {
        if let Some(mut node) = self.node.take() {
            // It may have ended by itself.
            let _ = node.kill();
            let _ = node.wait();
        }
        if std::thread::panicking() {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            eprintln!("{} said last:", self.name);
            lines[lines.len().saturating_sub(LAST_LINES)..].iter().for_each(|line| eprintln!("  {line}"));
        }
    }
}

/// A loopback address that no other house has: two bytes from the process, one from the house.
pub(crate) fn next_address() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let house = NEXT.fetch_add(1, Ordering::Relaxed);
    assert!(house < 255, "one process tells of at most 254 houses");
    Ipv4Addr::new(127, high, low, house)
}
