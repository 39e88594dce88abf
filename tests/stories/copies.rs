//! A data directory exists twice: two nodes want to work in one, or an old copy is put back.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::{
    founding::Network,
    http::Ask,
    waiting::{wait_for, wait_until},
};

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("--archive").args([from, to]).status().expect("cp runs");
    assert!(status.success(), "{} is copied", from.display());
}

#[test]
fn a_second_node_does_not_start_in_a_directory_that_is_in_use() {
    let network = Network::of(1);
    let [a] = network.houses();
    let refused = a.ask_in_vain(&["serve"]);
    assert!(refused.to_string().contains("in use"), "{refused}");
    assert!(a.is_ready(), "and the first one goes on");
}

#[test]
fn an_old_copy_that_is_put_back_signs_nothing_twice() {
    let network = Network::of(3);
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let copied = a.post("keller", "In the copy", "Told before.", "network");
    a.stop();
    let backup = network.directory().join("backup");
    copy(a.directory(), &backup);

    a.serve();
    wait_until("A may write again", || a.is_ready());
    let later: Vec<String> =
        (0..5).map(|number| a.post("keller", &format!("Later {number}"), "Told afterwards.", "network")).collect();
    network.wait_until_all_hold_all();
    let entries = a.status()["entries"].as_u64().unwrap();
    a.stop();
    fs::remove_dir_all(a.directory()).unwrap();
    copy(&backup, a.directory());

    a.serve();
    let case =
        json!({ "as": "keller", "title": "At once", "text": "Before anybody was asked.", "audience": "network" });
    let said = Ask::post("/api/v1/cases", &case).send(&a.socket()).expect("A answers").json();
    let hasty = said["case"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned();
    for house in [a, b, c] {
        for case in later.iter().chain([&copied, &hasty]) {
            wait_for(&format!("{} has everything", house.name()), || house.case(case));
        }
    }
    network.wait_until_connected();
    network.wait_until_all_hold_all();
    assert_eq!(a.status()["entries"], entries + 1, "what others held came back, and one entry was added");
    for house in [b, c] {
        assert!(
            house.peers().iter().all(|peer| peer["state"] == "connected"),
            "nobody stands still: {:?}",
            house.peers()
        );
    }
}
