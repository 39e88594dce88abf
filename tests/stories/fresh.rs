//! A fresh machine: the commands of the manual, no more than five of them and none by root, make a node with TLS whose first
//! administrator comes in.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::{chown, symlink},
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal};

use crate::{
    house::{PROGRAM, next_address},
    https::{Browser, Spoken},
    process::Process,
    seats::Seats,
    waiting::{wait_for, wait_until},
};

const MANUAL: &str = include_str!("../../docs/OPERATING.md");
const BUILT: &str = "target/release/consilium";
const COMMANDS_MAX: usize = 5;

/// A number that no account of the machine has; whoever is not root anyway stays what he is.
const USER: u32 = 64_002;

/// A command of the manual at work in a directory, as somebody without rights.
fn begun(line: &str, directory: &Path) -> Child {
    let number = USER.to_string();
    let no_rights = ["setpriv", "--reuid", &number, "--regid", &number, "--clear-groups", "--no-new-privs"];
    let prefix = if rustix::process::geteuid().is_root() { no_rights.as_slice() } else { &["env"] };
    let said = fs::File::options().create(true).append(true).open(directory.with_extension("log")).unwrap();
    let mut command = Command::new(prefix[0]);
    command.args(&prefix[1..]).args(["sh", "-c", &format!("exec {line}")]).current_dir(directory);
    command.env_remove("CONSILIUM_DATA").stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
    command.spawn().unwrap()
}

fn said(directory: &Path) -> String {
    fs::read_to_string(directory.with_extension("log")).unwrap()
}

#[test]
fn the_commands_of_the_manual_make_a_node_with_tls_and_its_first_administrator() {
    let _seats = Seats::take(1);
    let commands = MANUAL.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let commands: Vec<&str> = commands.lines().collect();
    assert!(commands.len() <= COMMANDS_MAX, "{commands:?}");
    let [build, init, serve] = commands[..] else { panic!("the story knows three commands: {commands:?}") };
    assert!(build.starts_with("cargo build ") && build.contains("--locked") && !commands.concat().contains("sudo"));

    // The first command has been run: this test is run with what it builds. The others stand as they are, but for the address.
    let machine =
        tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755)).tempdir().unwrap();
    let directory = machine.path().join("clone");
    fs::create_dir_all(directory.join("target/release")).unwrap();
    fs::copy(PROGRAM, machine.path().join("consilium")).unwrap();
    symlink("../../../consilium", directory.join(BUILT)).unwrap();
    if rustix::process::geteuid().is_root() {
        chown(&directory, Some(USER), Some(USER)).unwrap();
    }
    let address = next_address();
    let web = SocketAddr::from((address, 18_443));
    let made = begun(&format!("{init} --web {web} --listen /ip4/{address}/tcp/14001"), &directory).wait().unwrap();
    assert!(made.success(), "{}", said(&directory));
    let link = said(&directory)
        .split_whitespace()
        .find_map(|word| word.strip_prefix(&format!("https://{web}")).map(str::to_owned));
    let link = link.unwrap_or_else(|| panic!("no link in {}", said(&directory)));
    let mut node = begun(serve, &directory);
    wait_until("the node can be asked", || {
        assert!(node.try_wait().unwrap().is_none(), "{}", said(&directory));
        said(&directory).contains("The node is ready.")
    });

    let browser = Browser::trusting(&directory.join("consilium-data/tls/certificate.pem"), web, Spoken::Http2);
    let password = "a-long-walk-along-the-river";
    let set = browser.post(&link, &[("password", password), ("again", password)]);
    assert_eq!(set.status, 303, "{}", set.text);
    assert_eq!(browser.get("/admin/people").status, 200, "the first administrator is in");
    Process(Pid::from_child(&node)).signal(Signal::TERM);
    let ended = wait_for("the node ended", || node.try_wait().unwrap());
    assert!(ended.success(), "{}", said(&directory));
}
