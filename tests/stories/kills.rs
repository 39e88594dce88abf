//! Processes die in the middle of what they do.

use std::{collections::BTreeSet, fs, time::Duration};

use crate::{
    chance::{Chance, times},
    founding::Network,
    posting::{Acknowledged, Posting},
    visitor::Visitor,
    waiting::{wait_for, wait_until},
};

#[test]
fn a_node_that_is_killed_while_it_posts_loses_nothing_and_says_nothing_twice() {
    let kills = times("CONSILIUM_KILLS", 50);
    let mut chance = Chance::of("killed_while_it_posts");
    let network = Network::of(3);
    let houses @ [a, b, c] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");

    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    for round in 0..kills {
        let posting = Posting::begin(a, "keller", round);
        posting.wait_for(chance.below(6));
        chance.let_pass(Duration::from_millis(60));
        a.kill();
        acknowledged.extend(posting.end());
        a.serve();
    }
    assert!(!acknowledged.is_empty(), "cases were posted");

    network.wait_until_connected();
    network.wait_until_all_hold_all();
    for house in houses {
        for posted in &acknowledged {
            let shown = wait_for(&format!("{} has {}", house.name(), posted.title), || house.case(&posted.case));
            assert_eq!(shown["title"], *posted.title);
        }
        house.employ("reader", "Reader One", "nurse");
        let reader = Visitor::sign_in(house, "reader");
        for posted in acknowledged.iter().filter(|posted| posted.has_picture) {
            wait_until(&format!("{} has the picture of {}", house.name(), posted.title), || {
                reader.get(&format!("/cases/{}/pictures/1", posted.case)).status == 200
            });
        }
        let titles = house.titles();
        let distinct: BTreeSet<&String> = titles.iter().collect();
        assert_eq!(distinct.len(), titles.len(), "{} lists no case twice: {titles:?}", house.name());
        assert!(titles.len() >= acknowledged.len());
        let states: Vec<_> = house.peers().iter().map(|peer| peer["state"].clone()).collect();
        assert!(states.iter().all(|state| state == "connected"), "nobody stands still: {states:?}");
        house.assert_sound();
    }
    let [at_a, at_b, at_c] = houses.map(|house| {
        let file = network.directory().join(house.name());
        house.export(&a.feed(), &file);
        fs::read(&file).unwrap()
    });
    assert!(at_a == at_b && at_b == at_c, "A told everybody the same");

    let last = a.post("keller", "After all this", "Still here.", "network");
    for house in [b, c] {
        wait_until(&format!("{} hears A", house.name()), || house.case(&last).is_some());
    }
}
