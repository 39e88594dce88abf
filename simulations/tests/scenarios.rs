//! Every scenario under several seeds. A failure prints the story of the run and the one command that plays it again.
//!
//! `SCENARIO=liar SEED=7` plays one run; `SEEDS=1000` plays so many of each; `SEEDS_OF_30=200` so many with thirty nodes, as
//! continuous integration does; `STORY=1` prints each run as it happens.

#![expect(clippy::print_stdout, clippy::panic, reason = "a run that fails is told to whoever plays it")]

use std::{
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use simulations::{Figures, Scenario, run};

/// Seeds of each scenario, of the one in which everything goes wrong, and of that with as many nodes as there may be.
const SEEDS: u64 = 6;
const SEEDS_LOSSY: u64 = 200;
const SEEDS_OF_30: u64 = 8;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays one scenario under its seeds, on all cores. Returns how large the runs were.
fn play(name: &str, seeds: u64) -> Vec<Figures> {
    if std::env::var("SCENARIO").is_ok_and(|only| only != name) {
        return Vec::new();
    }
    let scenario = Scenario::named(name).unwrap_or_else(|| panic!("no scenario is named {name}"));
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(seeds),
    };
    let count = seeds.end - seeds.start;
    let (next, played) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let begun = Instant::now();
    thread::scope(|cores| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            cores.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let (figures, complaint) = play_one(name, &scenario, seed);
                    if complaint.is_some() {
                        next.store(seeds.end, Ordering::Relaxed);
                    }
                    played.lock().unwrap_or_else(PoisonError::into_inner).push((figures, complaint));
                }
            });
        }
    });
    let played = played.into_inner().unwrap_or_else(PoisonError::into_inner);
    let complaints: Vec<_> = played.iter().filter_map(|(_, complaint)| complaint.as_deref()).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
    println!("{name}: {count} seeds in {:.1} s", begun.elapsed().as_secs_f64());
    played.into_iter().map(|(figures, _)| figures).collect()
}

/// Plays one run. Returns what must not happen and did, with the command that plays it again.
fn play_one(name: &str, scenario: &Scenario, seed: u64) -> (Figures, Option<String>) {
    let outcome = run(scenario, seed);
    let is_good = outcome.violations.is_empty();
    if !is_good || std::env::var("STORY").is_ok() {
        println!("{name}, seed {seed}: {}\n\n{}\n{:?}\n", scenario.story, outcome.log.join("\n"), outcome.figures);
    }
    let again = format!("again: SCENARIO={name} SEED={seed} cargo test -p simulations --test scenarios");
    let complaint = (!is_good).then(|| format!("{}\n\n{again}", outcome.violations.join("\n")));
    (outcome.figures, complaint)
}

#[test]
fn three_hospitals_on_a_good_network_hold_the_same() {
    play("calm-3", SEEDS);
}

#[test]
fn hospitals_on_a_bad_network_hold_the_same_after_it_heals() {
    play("lossy", SEEDS_LOSSY);
}

#[test]
fn thirty_hospitals_on_a_bad_network_hold_the_same_after_it_heals() {
    let played = play("lossy-30", number("SEEDS_OF_30").unwrap_or(SEEDS_OF_30));
    assert!(played.iter().all(|figures| figures.nodes == 30));
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
