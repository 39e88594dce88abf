//! A case goes from house to house, whoever was there when it was told.

use serde_json::Value;

use crate::{
    founding::Network,
    house::House,
    waiting::{wait_for, wait_until},
};

/// Waits until a house shows a case with so many comments.
fn with_comments(house: &House, case: &str, count: usize) -> Value {
    wait_for(&format!("{} shows the case with {count} comments", house.name()), || {
        house.case(case).filter(|shown| shown["comments"].as_array().is_some_and(|comments| comments.len() == count))
    })
}

#[test]
fn a_case_posted_at_one_hospital_is_found_read_and_answered_at_the_others() {
    let network = Network::of(3);
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");

    let case =
        a.post("keller", "Annular rash after hiking", "Spreading erythema, no myalgia; quokkapox excluded.", "network");
    wait_until("the case is found at B by a word of its text", || b.finds("quokkapox", &case));
    b.comment("okafor", &case, "We saw two of these in May. Was a tick found?");

    let shown: Vec<Value> = [a, b, c].iter().map(|house| with_comments(house, &case, 1)).collect();
    for shown in &shown {
        assert_eq!(shown["title"], "Annular rash after hiking");
        assert_eq!(shown["author"]["name"], "Dr. Ida Keller");
        assert_eq!(shown["author"]["institution"], "Hospital A");
        let comment = &shown["comments"][0];
        assert_eq!(comment["text"], "We saw two of these in May. Was a tick found?");
        assert_eq!(comment["author"]["name"], "Ben Okafor");
        assert_eq!(comment["author"]["profession"], "nurse");
        assert_eq!(comment["author"]["institution"], "Hospital B");
        assert_eq!(comment["author"]["standing"], "verified");
        assert!(shown["thread_digest"].is_string(), "{shown}");
    }
    assert!(shown.windows(2).all(|pair| pair[0]["thread_digest"] == pair[1]["thread_digest"]), "{shown:#?}");
    [a, b, c].iter().for_each(|house| house.assert_sound());
}

#[test]
fn a_hospital_that_was_away_has_everything_when_it_comes_back() {
    away_and_back(&Network::of(3));
}

#[test]
fn everything_arrives_without_gossip() {
    away_and_back(&Network::with(3, 3, |house| house.configure("network", "gossip", false)));
}

fn away_and_back(network: &Network) {
    let [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    b.employ("okafor", "Ben Okafor", "nurse");
    let early = a.post("keller", "Before", "Told while everybody listens.", "network");
    wait_until("C has the first case", || c.case(&early).is_some());
    c.stop();

    let late: Vec<String> = (0..5)
        .map(|number| a.post("keller", &format!("Meanwhile {number}"), "Told while C is away.", "network"))
        .collect();
    wait_until("B has the last case", || b.case(&late[4]).is_some());
    b.comment("okafor", &early, "An answer that C missed.");
    c.serve();

    let (at_b, at_c) = (with_comments(b, &early, 1), with_comments(c, &early, 1));
    assert_eq!(at_b["thread_digest"], at_c["thread_digest"]);
    for case in &late {
        wait_until("C has what was told meanwhile", || c.case(case).is_some());
    }
    wait_until("C finds what was told meanwhile", || c.finds("meanwhile", &late[4]));
    network.wait_until_connected();
    network.wait_until_all_hold_all();
}
