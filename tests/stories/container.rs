//! The container file: what it takes is there, and what it starts works as the user that it names, with its volume as the only
//! place that can be written. An engine that builds images is not needed to see that.

use std::{fs, path::Path, process::Command};

use crate::{
    founding::found,
    house::House,
    sandbox::{DATA_PLACE, PROGRAM_PLACE, Sandbox},
    seats::Seats,
    visitor::Visitor,
    waiting::wait_until,
};

const FILE: &str = include_str!("../../config/Containerfile");

/// Instructions of a kind, without their first word, in the order in which they stand.
fn instructions(kind: &str) -> Vec<&'static str> {
    FILE.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' ')).collect()
}

/// The last part of an instruction: words as JSON.
fn listed(instruction: &str) -> Vec<String> {
    serde_json::from_str(&instruction[instruction.find('[').unwrap()..]).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn the_container_file_takes_what_the_program_is_made_of_and_nothing_else() {
    let copies = instructions("COPY");
    let (program, sources) = copies.split_last().unwrap();
    assert_eq!(*program, format!("--from=build /source/target/release/consilium {PROGRAM_PLACE}"));
    let taken: Vec<&str> = sources.iter().flat_map(|copy| copy.rsplit_once(' ').unwrap().0.split(' ')).collect();
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap().iter().map(|member| member.as_str().unwrap());
    let mut made_of: Vec<&str> = members.map(|member| member.trim_end_matches("/*")).collect();
    made_of.extend(["Cargo.toml", "Cargo.lock", "tests"]);
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    made_of.sort_unstable();
    assert_eq!(sorted(taken), made_of);
}

#[test]
fn what_the_container_starts_works_as_its_user_with_its_volume_alone() {
    let _seats = Seats::take(1);
    let user = instructions("USER")[0];
    assert!(user.split(':').all(|number| number.parse::<u32>().is_ok_and(|number| number > 0)), "{user} is not root");
    assert_eq!(listed(instructions("VOLUME")[0]), [DATA_PLACE]);
    assert_eq!(
        (instructions("STOPSIGNAL"), listed(instructions("CMD")[0])),
        (vec!["SIGTERM"], vec!["serve".to_owned()])
    );
    assert_eq!(instructions("WORKDIR").last(), Some(&"/"), "where the program finds itself");

    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("A");
    let sandbox = Sandbox::around(&data);
    let house = House::make_by("Hospital A", &data, sandbox.running(&listed(instructions("ENTRYPOINT")[0])));
    found(std::slice::from_ref(&house), directory.path());
    let health = || {
        let words = sandbox.running(&listed(instructions("HEALTHCHECK")[0]));
        Command::new(&words[0]).args(&words[1..]).output().unwrap()
    };
    house.serve();
    wait_until("the container is healthy", || health().status.success());
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");
    let keller = Visitor::sign_in(&house, "keller");
    let posted = keller.posts_picture();
    assert_eq!(posted.status, 200, "{}", posted.text());
    house.stop();
}
