//! Checks can fail: a fault is planted in what surrounds the honest machines, and the run must not pass. And what a scenario
//! says goes wrong does go wrong.

use simulations::{Faults, Scenario, run};

/// Seeds that are tried until one of them shows the fault: a disk that lies loses something only if the power goes.
const SEEDS: u64 = 40;

fn planted(name: &str, plant: impl Fn(&mut Faults)) -> Vec<String> {
    let mut scenario = Scenario::named(name).expect("the scenario is there");
    plant(&mut scenario.faults);
    let mut runs = (0..SEEDS).map(|seed| run(&scenario, seed).violations);
    runs.find(|violations| !violations.is_empty()).unwrap_or_default()
}

#[test]
fn a_disk_that_lies_about_durability_is_found_out() {
    let violations = planted("lossy-30", |faults| faults.have_lying_disks = true);
    let is_found = violations.iter().any(|violation| violation.contains("lost what") || violation.contains("twice"));
    assert!(is_found, "nothing was lost, nothing written twice: {violations:?}");
}

#[test]
fn a_node_that_gives_sealed_payloads_to_everybody_is_found_out() {
    let violations = planted("calm-3", |faults| faults.have_open_doors = true);
    assert!(violations.iter().any(|violation| violation.contains("sealed payload")), "nothing leaked: {violations:?}");
}

#[test]
fn a_network_that_never_heals_is_found_out() {
    let violations = planted("partition-and-heal", |faults| faults.has_lasting_partition = true);
    assert!(violations.iter().any(|violation| violation.contains("hold other heads")), "all agreed: {violations:?}");
}

#[test]
fn what_a_scenario_promises_to_go_wrong_does() {
    for (name, happens) in [
        ("equivocator", "writes two branches"),
        ("restore-old-backup", "has its own words back"),
        ("lossy-30", "loses power"),
        ("late-joiner", "is admitted"),
        ("partition-and-heal", "nobody else is on this side"),
        ("liar", "for a while"),
    ] {
        let scenario = Scenario::named(name).expect("the scenario is there");
        let log = run(&scenario, 1).log;
        assert!(log.iter().any(|line| line.contains(happens)), "{name}: nobody {happens}");
    }
}

#[test]
fn every_so_often_all_thirty_hospitals_play() {
    let scenario = Scenario::named("lossy-30").expect("the scenario is there");
    let outcome = run(&scenario, 39);
    assert_eq!((outcome.figures.nodes, outcome.violations), (30, Vec::new()));
    assert!(run(&scenario, 38).figures.nodes < 30);
}

#[test]
fn the_same_seed_is_the_same_run() {
    let scenario = Scenario::named("lossy-30").expect("the scenario is there");
    let (one, again, other) = (run(&scenario, 3), run(&scenario, 3), run(&scenario, 4));
    assert_eq!((&one.log, one.figures), (&again.log, again.figures));
    assert_ne!(one.log, other.log);
}

#[test]
fn every_scenario_can_be_read_and_tells_its_story() {
    for (name, text) in Scenario::all() {
        let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(scenario.story.ends_with('.') && scenario.nodes.0 <= scenario.nodes.1, "{name}");
    }
}
