//! Whoever waits at a terminal for tables to be built again sees how far that is; a log that is no terminal has two lines of
//! it.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal};

use crate::{
    files::Damage,
    founding::Network,
    house::PROGRAM,
    process::Process,
    waiting::{wait_for, wait_until},
};

/// Words of some cases, enough that their journal is worth a bar.
const CASES: usize = 5;
const WORDS_EACH: usize = 3_000;

#[test]
fn a_rebuild_shows_at_a_terminal_how_far_it_is() {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    for number in 0..CASES {
        a.post("keller", &format!("Case {number}"), &"quokka ".repeat(WORDS_EACH - 200), "network");
    }
    a.stop();
    assert!(!a.said().contains(" % of "), "a log shows no bar");
    Damage::Zeroed.to(&a.network_directory("tables"));

    let seen = network.directory().join("seen");
    let serve = format!("stty cols 100; exec {PROGRAM} --data {} serve", a.directory().display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--flush", "--return", "--command", &serve]).arg(&seen);
    let screen = File::create(network.directory().join("screen")).unwrap();
    let mut terminal = script.stdin(Stdio::null()).stdout(screen).spawn().expect("script is installed");
    let shown = || String::from_utf8_lossy(&fs::read(&seen).unwrap_or_default()).into_owned();
    wait_until("the node at the terminal is ready", || {
        assert!(terminal.try_wait().unwrap().is_none(), "{}", shown());
        shown().contains("The node is ready.")
    });
    let node = wait_for("the node is found", || Process(Pid::from_child(&terminal)).children().first().copied());
    node.signal(Signal::TERM);
    assert!(wait_for("the node ended", || terminal.try_wait().unwrap()).success(), "{}", shown());
    let shown = shown();
    for what in ["casebook", "entries"] {
        assert!(
            shown.lines().any(|line| line.contains(what) && line.contains("█") && line.contains("100 % of ")),
            "{what}: {shown}"
        );
    }
}
