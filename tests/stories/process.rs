//! A process of a node as the kernel sees it: what it holds at most, and which children it has.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// A running process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(pub(crate) Pid);

impl Process {
    /// Bytes that it held at once, at most, since it began.
    pub(crate) fn peak_bytes(self) -> u64 {
        self.number("VmHWM") << 10
    }

    /// The processes that it started and that still run.
    pub(crate) fn children(self) -> Vec<Self> {
        let mut children = Vec::new();
        for task in fs::read_dir(format!("/proc/{}/task", self.0)).unwrap() {
            // A thread may end while it is looked at.
            let listed = fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
            children.extend(listed.split_whitespace().filter_map(|pid| Some(Self(Pid::from_raw(pid.parse().ok()?)?))));
        }
        children
    }

    /// A limit of the process in bytes or pieces, as `/proc` lists it; absent if there is none.
    pub(crate) fn limit(self, name: &str) -> Option<u64> {
        let limits = fs::read_to_string(format!("/proc/{}/limits", self.0)).unwrap();
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {limits}"));
        line[name.len()..].split_whitespace().next().and_then(|number| number.parse().ok())
    }

    /// Bytes that were written to it and that it has not read.
    pub(crate) fn unread_bytes(self) -> u64 {
        let input = fs::File::open(format!("/proc/{}/fd/0", self.0)).expect("it reads from a pipe");
        rustix::io::ioctl_fionread(input).unwrap()
    }

    /// Sends a signal.
    pub(crate) fn signal(self, signal: Signal) {
        kill_process(self.0, signal).unwrap();
    }

    /// Whether it is held where it is.
    pub(crate) fn is_held(self) -> bool {
        self.line("State").starts_with('T')
    }

    /// Whether it has ended, waited for or not.
    pub(crate) fn is_dead(self) -> bool {
        self.is_gone() || self.line("State").starts_with('Z')
    }

    /// Whether there is no such process any more.
    pub(crate) fn is_gone(self) -> bool {
        !fs::exists(format!("/proc/{}", self.0)).unwrap()
    }

    fn number(self, name: &str) -> u64 {
        self.line(name).trim_end_matches(" kB").parse().unwrap()
    }

    fn line(self, name: &str) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("{name} in {status}")).trim().to_owned()
    }
}
