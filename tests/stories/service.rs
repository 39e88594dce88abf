//! The service unit: systemd finds no fault with it, and a node lives within what it allows.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::{
    founding::found,
    house::{House, PROGRAM},
    sandbox::{DATA_PLACE, PROGRAM_PLACE, Sandbox},
    seats::Seats,
    visitor::Visitor,
    waiting::{wait_for, wait_until},
};

const UNIT: &str = include_str!("../../config/consilium.service");

/// Tenths on the scale of `systemd-analyze security`, on which 0 is a closed box and 96 an open one.
const EXPOSURE_MAX: &str = "14";

/// All values of a setting, in the order in which they stand.
fn settings(name: &str) -> Vec<&'static str> {
    UNIT.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

fn analyze(arguments: &[&str]) -> Output {
    Command::new("systemd-analyze").arg("--no-pager").args(arguments).output().expect("systemd-analyze is installed")
}

/// What `systemd-analyze verify` says of a unit whose program is the one that was just built.
fn complaints(unit: &str, directory: &Path) -> String {
    let path = directory.join("consilium.service");
    fs::write(&path, unit.replace(PROGRAM_PLACE, PROGRAM)).unwrap();
    String::from_utf8(analyze(&["verify", "--man=no", path.to_str().unwrap()]).stderr).unwrap()
}

#[test]
fn systemd_finds_no_fault_with_the_unit_and_little_that_the_service_could_reach() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(complaints(UNIT, directory.path()), "");
    let misspelt = UNIT.replace("ProtectSystem", "ProtectSytem");
    assert!(complaints(&misspelt, directory.path()).contains("ProtectSytem"), "a fault would be named");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/consilium.service");
    let review =
        analyze(&["security", "--offline=true", &format!("--threshold={EXPOSURE_MAX}"), path.to_str().unwrap()]);
    assert!(review.status.success(), "{}", String::from_utf8_lossy(&review.stdout));
}

#[test]
fn a_node_lives_within_what_the_unit_allows() {
    let _seats = Seats::take(1);
    assert_eq!(format!("/var/lib/{}", settings("StateDirectory")[0]), DATA_PLACE);
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("A");
    let sandbox = Sandbox::around(&data);
    let mut start: Vec<&str> = settings("ExecStart")[0].split(' ').collect();
    assert_eq!(start.pop(), Some("serve"));
    // The tracer is a grandchild, so that the node is the process that was started.
    let traced = ["strace", "-D", "-A", "-f", "-q", "-o", &format!("{DATA_PLACE}/calls")].map(str::to_owned);
    let traced: Vec<String> = traced.into_iter().chain(start.into_iter().map(str::to_owned)).collect();
    let house = House::make_by("Hospital A", &data, sandbox.running(&traced));
    found(std::slice::from_ref(&house), directory.path());
    // As it is by default, on all addresses of the machine.
    house.configure("network", "listen", vec!["/ip4/0.0.0.0/tcp/0"]);
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(&house, "keller");
    let posted = keller.posts_picture();
    assert_eq!(posted.status, 200, "{}", posted.text());
    assert_eq!(house.process().children().len(), 1, "a worker read the picture");
    let case = posted.json()["case"].as_str().unwrap().to_owned();
    wait_until("the case is found", || house.finds("seen", &case));
    let node = house.process().0.to_string();
    house.stop();

    let calls = wait_for("the tracer has written all", || {
        let calls = fs::read_to_string(data.join("calls")).unwrap();
        let ends = |line: &str| line.starts_with(&node) && line.ends_with(" +++ exited with 0 +++");
        calls.lines().any(ends).then_some(calls)
    });
    let names: BTreeSet<String> = calls.lines().filter_map(called).map(str::to_owned).collect();
    assert!(names.contains("fdatasync") && names.contains("prlimit64"), "the node and its worker are seen: {names:?}");
    let allowed = allowed_calls();
    assert_eq!(names.difference(&allowed).collect::<Vec<_>>(), [] as [&String; 0]);
    let families: BTreeSet<&str> = settings("RestrictAddressFamilies")[0].split(' ').collect();
    let used: BTreeSet<&str> =
        calls.lines().filter_map(|line| line.split_once("socket(")?.1.split(',').next()).collect();
    assert!(used.contains("AF_NETLINK") && used.is_subset(&families), "{used:?}");
}

/// The call that a line of the trace begins.
fn called(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(' ')?.1.trim_start().split_once('(')?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

/// What the filter of the unit leaves: each line adds, or takes away where it begins with `~`.
fn allowed_calls() -> BTreeSet<String> {
    let mut allowed = BTreeSet::new();
    for line in settings("SystemCallFilter") {
        match line.strip_prefix('~') {
            None => allowed.extend(calls_of(line)),
            Some(taken) => {
                let taken = calls_of(taken);
                allowed.retain(|call| !taken.contains(call));
            }
        }
    }
    allowed
}

/// The calls of a set, and of the sets in it.
fn calls_of(set: &str) -> BTreeSet<String> {
    let listed = String::from_utf8(analyze(&["syscall-filter", set]).stdout).unwrap();
    let members = listed.lines().skip(1).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    members.flat_map(|name| if name.starts_with('@') { calls_of(name) } else { [name.to_owned()].into() }).collect()
}
