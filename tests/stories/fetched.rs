//! Pictures of other hospitals come when somebody opens them and do not stay for ever. Whoever opens one again has it fetched
//! again, and each time both hospitals write down who was given it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use serde_json::Value;

use crate::{
    files::files_in,
    founding::Network,
    house::House,
    http::{Ask, Door},
    strips::strip,
    visitor::Visitor,
    waiting::wait_until,
};

/// Acts as the audit numbers them.
const PULL_AT_SOURCE: u64 = 13;
const PULL_AT_RECIPIENT: u64 = 14;

/// Days that a picture may stay unseen, by default, and one more.
const TOO_LONG: Duration = Duration::from_secs(31 * 24 * 3_600);

/// The fetched pictures of a house as files.
fn fetched(house: &House) -> Vec<PathBuf> {
    let directory = house.network_directory("blobs/objects/fetched");
    if directory.exists() { files_in(&directory) } else { Vec::new() }
}

/// Starts a house anew with a setting.
fn start_with(house: &House, key: &str, value: i64) {
    house.stop();
    house.configure("storage", key, value);
    house.serve();
}

/// How often each picture of a case was pulled, previews among them, as one of the two houses wrote it down.
fn pulls(house: &House, action: u64, case: &str) -> BTreeMap<String, usize> {
    let lines = Visitor::sign_in(house, "adler").get("/admin/audit/lines").text();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_case = lines.filter(|line| line["action"] == action && line["objects"][0] == case[64..]);
    let mut pulls = BTreeMap::new();
    of_case.for_each(|line| *pulls.entry(line["objects"][1].to_string()).or_default() += 1);
    pulls
}

/// The preview came once; the picture so often.
fn assert_pulled(houses: [&House; 2], case: &str, times: usize) {
    for (house, action) in houses.into_iter().zip([PULL_AT_SOURCE, PULL_AT_RECIPIENT]) {
        let mut counts: Vec<usize> = pulls(house, action, case).into_values().collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, times], "{}: action {action}", house.name());
    }
}

/// What a session was shown is shown to nobody without one, whatever they ask for.
fn assert_copied_addresses_are_dead(house: &House, case: &str) {
    for path in ["pictures/1", "previews/1"].map(|part| format!("/cases/{case}/{part}")) {
        let answer = Ask::get(&path).send(&Door::Web(house.web())).unwrap();
        assert!([401, 404].contains(&answer.status), "{path}: {answer:?}");
    }
    let manifest = format!("/api/v1/cases/{case}/pictures/1/manifest");
    assert_eq!(Ask::get(&manifest).send(&Door::Web(house.web())).unwrap().status, 401);
}

#[test]
fn a_fetched_picture_goes_when_nobody_looks_at_it_and_comes_again_when_somebody_does() {
    let network = Network::with(2, 2, House::lighten);
    let houses @ [a, b] = network.houses();
    // A keeps nothing that is fetched; its own pictures are its own.
    start_with(a, "fetched_bytes_max", 0);
    network.wait_until_connected();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    for house in houses {
        house.ask(&["account", "add", "adler", "--name", "Ada Adler", "--role", "auditor"]);
    }
    let photograph = network.directory().join("strip.tif");
    fs::write(&photograph, strip(480, 6)).unwrap();
    let [first, second] = ["The first", "The second"].map(|title| a.post_with_picture("keller", title, &photograph));
    for case in [&first, &second] {
        wait_until("B has the case and its preview", || {
            b.case(case).is_some() && pulls(b, PULL_AT_RECIPIENT, case).len() == 1
        });
    }

    let shown = Visitor::sign_in(b, "okafor").pictures(&first, 1);
    assert_copied_addresses_are_dead(b, &first);
    let lying = fetched(b);
    assert_eq!(lying.len(), 1, "the picture and no preview: {lying:?}");
    // There is room for one of them.
    start_with(b, "fetched_bytes_max", i64::try_from(fs::metadata(&lying[0]).unwrap().len() * 3 / 2).unwrap());
    network.wait_until_connected();
    assert_eq!(fetched(b), lying, "it may stay");
    Visitor::sign_in(b, "okafor").pictures(&second, 1);
    assert_eq!((fetched(b).len(), lying[0].exists()), (1, false), "the longest not looked at made room");
    assert_eq!(Visitor::sign_in(b, "okafor").pictures(&first, 1), shown);
    assert_pulled([a, b], &first, 2);
    assert_pulled([a, b], &second, 1);

    b.stop();
    for file in fetched(b) {
        File::open(file).unwrap().set_modified(SystemTime::now() - TOO_LONG).unwrap();
    }
    b.serve();
    wait_until("what nobody looked at for long is gone", || fetched(b).is_empty());
    network.wait_until_connected();
    assert_eq!(Visitor::sign_in(b, "okafor").pictures(&first, 1), shown);
    assert_pulled([a, b], &first, 3);
    assert_eq!(Visitor::sign_in(a, "keller").pictures(&first, 1), shown, "the house that released it has it as ever");

    // Both are withdrawn: of one B has the picture, of the other it let it go.
    for case in [&first, &second] {
        a.ask(&["withdraw", case, "--as", "keller", "--ground", "patient-wish"]);
        wait_until("the case is withdrawn at B", || b.case(case).is_some_and(|shown| shown["withdrawn_ms"].is_u64()));
    }
    for house in houses {
        wait_until("no picture and no preview is left", || {
            files_in(&house.network_directory("blobs/objects")).is_empty()
        });
        house.assert_sound();
    }
}
