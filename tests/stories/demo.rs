//! The demo from its first word to its last: three hospitals come and go, and nothing of them is left.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::{arrivals::Arrivals, files::files_in, house::PROGRAM, seats::Seats, waiting::wait_until};

/// Where the hospitals of a demo listen.
const HOSTS: [Ipv4Addr; 3] = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)];
/// The first port that is tried.
const PORT: u16 = 21_470;

/// A demo at work, in a session of its own: all processes that come of it bear its number.
struct Demo {
    process: Child,
    said: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Demo {
    /// Begins one that ends as soon as everything stands.
    fn begin(directory: &Path, temporary: &Path, port: u16) -> Self {
        let mut command = Command::new("setsid");
        command.args([PROGRAM, "demo", "--once", "--port", &port.to_string()]);
        command.current_dir(directory).env("TMPDIR", temporary).env("HOME", directory);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("setsid runs");
        let (said, output) = (Arc::new(Mutex::new(Vec::new())), process.stdout.take().unwrap());
        let heard = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                heard.lock().unwrap().push(line.unwrap());
            }
        });
        Self { process, said, reader: Some(reader) }
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Its processes that are at work: those of its session.
    fn processes(&self) -> usize {
        let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let stats = all.filter_map(|name| fs::read_to_string(format!("/proc/{name}/stat")).ok());
        // Behind the name, which may hold anything: state, parent, group, session (proc_pid_stat(5)).
        let in_session = stats.filter(|stat| {
            let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
            fields.first() != Some(&"Z") && fields.get(3) == Some(&self.process.id().to_string().as_str())
        });
        in_session.count()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended by itself, unless the story failed.
        if self.process.try_wait().is_ok_and(|status| status.is_none()) {
            let _ = kill_process_group(Pid::from_child(&self.process), Signal::TERM);
            let _ = self.process.wait();
        }
        self.reader.take().map(JoinHandle::join);
    }
}

#[test]
fn the_demo_shows_three_hospitals_and_leaves_nothing() {
    let _seats = Seats::take(3);
    let ground = tempfile::tempdir().unwrap();
    let [directory, temporary] = ["here", "temporary"].map(|name| ground.path().join(name));
    [&directory, &temporary].iter().for_each(|path| fs::create_dir(path).unwrap());
    let arrivals = Arrivals::at(&temporary);
    let port = free_port();
    let mut demo = Demo::begin(&directory, &temporary, port);

    wait_until("the three hospitals stand", || demo.said().iter().any(|line| line.contains("founded a network")));
    assert!(demo.processes() > 3, "the demo and its nodes are seen");
    assert!(!files_in(&temporary).is_empty(), "and their files");
    let mut heard = demo.said().len();
    let status = loop {
        if let Some(status) = demo.process.try_wait().unwrap() {
            break status;
        }
        wait_until("the demo goes on", || demo.said().len() > heard || demo.process.try_wait().unwrap().is_some());
        heard = demo.said().len();
    };
    demo.reader.take().unwrap().join().unwrap();
    let said = demo.said();
    assert!(status.success(), "{status}: {said:#?}");

    let password = said.iter().find_map(|line| line.strip_prefix("All accounts have the password  "));
    assert!(password.is_some_and(|password| password.starts_with("sample-")), "{said:#?}");
    for host in HOSTS {
        let address = format!("http://{host}:{port}  Hospital ");
        let at = said.iter().position(|line| line.starts_with(&address)).unwrap_or_else(|| panic!("{said:#?}"));
        let accounts: Vec<&String> = said[at + 1..].iter().take_while(|line| line.starts_with("  ")).collect();
        assert!(accounts[0].starts_with("  admin ") && accounts.len() >= 3, "who can sign in there: {said:#?}");
    }
    assert_eq!(said.last().map(String::as_str), Some("The demo has ended; nothing of it is left."));
    assert_eq!(arrivals.names().len(), 1, "one directory was all that it made");
    for place in [&directory, &temporary] {
        assert_eq!(fs::read_dir(place).unwrap().count(), 0, "{} is as it was", place.display());
    }
    wait_until("no process of it is left", || demo.processes() == 0);
    for host in HOSTS {
        TcpListener::bind((host, port)).expect("nobody listens there any more");
    }
}

/// Two ports in a row that nobody has, at all three hospitals.
fn free_port() -> u16 {
    let is_free = |port: u16| HOSTS.iter().all(|host| TcpListener::bind((*host, port)).is_ok());
    (PORT..).step_by(2).find(|port| is_free(*port) && is_free(port + 1)).expect("some port is free")
}
