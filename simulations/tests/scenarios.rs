//! Every scenario under several seeds. A failure prints the story of the run and the one command that plays it again.
//!
//! `SCENARIO=liar SEED=7` plays one run; `SEEDS=1000` plays so many of each; `STORY=1` prints each run as it happens.

#![expect(clippy::print_stdout, clippy::panic, reason = "a run that fails is told to whoever plays it")]

use std::time::Instant;

use simulations::{Scenario, run};

/// Seeds of each scenario, and of the one that has everything.
const SEEDS: u64 = 6;
const SEEDS_LOSSY: u64 = 200;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays one scenario under its seeds.
fn play(name: &str, seeds: u64) {
    if std::env::var("SCENARIO").is_ok_and(|only| only != name) {
        return;
    }
    let scenario = Scenario::named(name).unwrap_or_else(|| panic!("no scenario is named {name}"));
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(seeds),
    };
    let count = seeds.end - seeds.start;
    let begun = Instant::now();
    for seed in seeds {
        let outcome = run(&scenario, seed);
        if !outcome.violations.is_empty() || std::env::var("STORY").is_ok() {
            println!("{name}, seed {seed}: {}\n\n{}\n", scenario.story, outcome.log.join("\n"));
            println!("{:?}", outcome.figures);
        }
        assert!(
            outcome.violations.is_empty(),
            "{}\n\nagain: SCENARIO={name} SEED={seed} cargo test -p simulations --test scenarios",
            outcome.violations.join("\n")
        );
    }
    println!("{name}: {count} seeds in {:.1} s", begun.elapsed().as_secs_f64());
}

#[test]
fn three_hospitals_on_a_good_network_hold_the_same() {
    play("calm-3", SEEDS);
}

#[test]
fn thirty_hospitals_on_a_bad_network_hold_the_same_after_it_heals() {
    play("lossy-30", SEEDS_LOSSY);
}

#[test]
fn both_parts_of_a_parted_network_come_together() {
    play("partition-and-heal", SEEDS);
}

#[test]
fn heads_and_ranges_alone_bring_everything_everywhere() {
    play("gossip-off", SEEDS);
}

#[test]
fn a_late_joiner_learns_everything_and_is_heard() {
    play("late-joiner", SEEDS);
}

#[test]
fn a_house_with_an_old_backup_writes_no_place_twice() {
    play("restore-old-backup", SEEDS);
}

#[test]
fn one_that_equivocates_is_stopped_by_all_at_the_same_place() {
    play("equivocator", SEEDS);
}

#[test]
fn liars_keep_nothing_from_the_honest() {
    play("liar", SEEDS);
}

#[test]
fn all_agree_who_speaks_and_who_reads_while_both_change() {
    play("changing-hands", SEEDS);
}
