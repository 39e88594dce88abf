//! Checks can fail: a fault is planted in what surrounds the honest machines, and the run must not pass. And what a scenario
//! says goes wrong does go wrong.

use simulations::{Planted, Scenario, run};

/// Seeds that are tried until one of them shows the fault: a disk that lies loses something only if the power goes.
const SEEDS: u64 = 40;

/// Plants a fault, and plays until somebody says what is wrong.
fn assert_found(name: &str, planted: Planted, says: &[&str]) {
    let mut scenario = Scenario::named(name).expect("the scenario is there");
    scenario.faults.planted = Some(planted);
    let is_said = |violation: &String| says.iter().any(|says| violation.contains(says));
    let mut runs = (0..SEEDS).map(|seed| run(&scenario, seed).violations);
    assert!(runs.any(|violations| violations.iter().any(is_said)), "{planted:?} was planted and nobody said {says:?}");
}

#[test]
fn a_disk_that_lies_about_durability_is_found_out() {
    assert_found("lossy", Planted::LyingDisks, &["lost what", "twice"]);
}

#[test]
fn a_node_that_gives_sealed_payloads_to_everybody_is_found_out() {
    assert_found("calm-3", Planted::OpenDoors, &["holds a sealed payload"]);
    assert_found("changing-hands", Planted::OpenDoors, &["holds a sealed payload"]);
}

#[test]
fn a_network_that_never_heals_is_found_out() {
    assert_found("partition-and-heal", Planted::LastingPartition, &["hold other heads"]);
}

#[test]
fn readers_whom_nobody_tells_are_found_out() {
    assert_found("changing-hands", Planted::SilentHosts, &["has other readers"]);
}

#[test]
fn words_that_are_judged_once_and_never_again_are_found_out() {
    assert_found("changing-hands", Planted::HastyJudges, &["reads case"]);
}

#[test]
fn a_node_that_keeps_what_was_withdrawn_is_found_out() {
    assert_found("changing-hands", Planted::LongMemories, &["still holds what"]);
}

#[test]
fn nodes_that_erase_what_others_were_to_lose_are_found_out() {
    assert_found("changing-hands", Planted::WideErasures, &["not taken back from it"]);
}

#[test]
fn nodes_that_keep_what_they_alone_were_to_lose_are_found_out() {
    assert_found("changing-hands", Planted::StubbornLosers, &["still holds what"]);
}

#[test]
fn a_node_that_forgets_who_signs_is_found_out() {
    assert_found("changing-hands", Planted::LostRotations, &["knows other keys"]);
}

#[test]
fn a_node_that_does_not_listen_to_the_governors_is_found_out() {
    assert_found("changing-hands", Planted::DeafNode, &["hold other papers"]);
    assert_found("changing-hands", Planted::DeafNode, &["after it was expelled"]);
}

#[test]
fn what_a_scenario_promises_to_go_wrong_does() {
    for (name, happens) in [
        ("equivocator", "writes two branches"),
        ("restore-old-backup", "has its own words back"),
        ("lossy", "loses power"),
        ("late-joiner", "is admitted"),
        ("partition-and-heal", "nobody else is on this side"),
        ("liar", "for a while"),
        ("changing-hands", "from now on"),
        ("changing-hands", "takes back word"),
        ("changing-hands", "but only from"),
        ("changing-hands", "changes its signing key"),
        ("changing-hands", "vouches no longer"),
    ] {
        let scenario = Scenario::named(name).expect("the scenario is there");
        let log = run(&scenario, 1).log;
        assert!(log.iter().any(|line| line.contains(happens)), "{name}: nobody {happens}");
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let scenario = Scenario::named("lossy").expect("the scenario is there");
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
